// append(), append_edges() and flush() allocate nothing, not even where a segment rolls.
#include <cstdlib>
#include <new>

#include "journal_support.hpp"

namespace {
thread_local std::size_t allocations = 0;
// Not inlined, or the compiler would see malloc and free meet delete and new.
[[gnu::noinline]] void* counted(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void freed(void* memory) noexcept { std::free(memory); }
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* memory) noexcept { freed(memory); }
void operator delete[](void* memory) noexcept { freed(memory); }
void operator delete(void* memory, std::size_t) noexcept { freed(memory); }
void operator delete[](void* memory, std::size_t) noexcept { freed(memory); }

namespace groundswell::journal {
namespace {

TEST(JournalAllocation, WritingAllocatesNothing) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(500);
  WriterOptions options = small_blocks(5);
  options.segment_bytes = 16 * 1024;
  Result<Writer> writer = Writer::create(scratch / "rec", options);
  ASSERT_GOOD(writer);
  const std::string edges = "edges";
  const std::size_t before = allocations;
  bool is_good = true;
  for (std::size_t at = 0; at < records.size(); at += 20) {
    is_good = is_good && writer->append(std::span(records).subspan(at, 20));
    is_good = is_good && writer->append_edges(bytes_of(edges), 1) && writer->flush();
  }
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_TRUE(is_good);
  ASSERT_GOOD(writer->close());
  const Result<Reader> reader = Reader::open(scratch / "rec");
  ASSERT_GOOD(reader);
  EXPECT_GT(reader->info().segments, 2u);
}

}  // namespace
}  // namespace groundswell::journal
