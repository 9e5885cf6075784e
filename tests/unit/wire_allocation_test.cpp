// After start, ticks are decoded and encoded without touching the heap. Counts every operator new of the process, the libraries' included.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "support/wire_by_hand.hpp"
#include "support/wire_samples.hpp"

namespace {
std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  void* const place = std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
  if (place == nullptr) throw std::bad_alloc();
  return place;
}
// Not inlined, or the compiler takes free() for a mismatch of the operator new that it sees.
[[gnu::noinline]] void released(void* place) noexcept { std::free(place); }
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) { return counted(bytes, static_cast<std::size_t>(alignment)); }
void operator delete(void* place) noexcept { released(place); }
void operator delete(void* place, std::size_t) noexcept { released(place); }
void operator delete(void* place, std::align_val_t) noexcept { released(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { released(place); }

namespace groundswell {
namespace {

using namespace test;

TEST(Allocation, TheCounterCounts) {
  const std::uint64_t before = allocations;
  const wire::FeedDecoder decoder;
  EXPECT_GT(allocations, before);
}

TEST(Allocation, TickFramesNeedNone) {
  Random random(21);
  const std::vector<Tick> ticks = random_ticks(random, wire::kMaxTicksPerBatch);
  const std::vector<std::byte> other_layout = tick_frame(std::span(ticks).first(500), 7, 1).bytes();
  wire::FeedEncoder encoder;
  wire::FeedDecoder decoder;
  ASSERT_EQ(decoder.decode(encoder.encode(sample_tick_batch(ticks))), wire::Verdict::kOk);  // the first message of a thread may
  const std::uint64_t before = allocations;
  for (const std::size_t count : {1U, 64U, 1024U}) {
    wire::TickBatch batch = sample_tick_batch(ticks);
    batch.ticks = std::span(ticks).first(count);
    ASSERT_EQ(decoder.decode(encoder.encode(batch)), wire::Verdict::kOk);
    ASSERT_EQ(decoder.ticks().ticks.size(), count);
  }
  ASSERT_EQ(decoder.decode(encoder.encode(sample_feed_heartbeat())), wire::Verdict::kOk);
  ASSERT_EQ(decoder.decode(other_layout), wire::Verdict::kOk);
  EXPECT_EQ(allocations, before);
}

TEST(Allocation, LevelBatchesNeedNone) {
  const std::vector<Level> levels(300, sample_levels()[0]);
  wire::SignalCodec codec;
  wire::LevelBatch got;
  ASSERT_EQ(codec.decode(codec.encode(sample_level_batch(levels)), got), wire::Verdict::kOk);  // the first message of a thread may
  const std::uint64_t before = allocations;
  ASSERT_EQ(codec.decode(codec.encode(sample_level_batch(levels)), got), wire::Verdict::kOk);
  ASSERT_EQ(got.levels.size(), levels.size());
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace groundswell
