// What the tests of packing share: recordings of every kind of block.
#pragma once

#include <algorithm>

#include "journal_support.hpp"

namespace groundswell::journal {

inline constexpr std::uint64_t kSmallSegment = kFileHeaderBytes + 12'000;

// CONFIG, CATALOG and EDGES among records; in one file or, if `segment_bytes`, in several.
inline void write_packable(const fs::path& path, const std::vector<Record>& records, std::uint64_t segment_bytes, bool is_closed) {
  WriterOptions options = small_blocks(16);
  options.segment_bytes = segment_bytes;
  Result<Writer> writer = Writer::create(path, options);
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append_config(some_config()));
  Catalog catalog;
  catalog.symbols.assign(40, "SYMBOL");
  ASSERT_GOOD(writer->append_catalog(catalog));
  for (std::size_t i = 0; i < records.size(); i += 100) {
    ASSERT_GOOD(writer->append(std::span(records).subspan(i, std::min<std::size_t>(100, records.size() - i))));
    ASSERT_GOOD(writer->append_edges(bytes_of(std::string(200, 'e')), 1));
  }
  if (!is_closed) return;
  ASSERT_GOOD(writer->close());
}

inline std::vector<fs::path> segments_in(const fs::path& recording) {
  std::vector<fs::path> segments;
  for (const fs::directory_entry& entry : fs::directory_iterator(recording)) {
    if (entry.path().extension() == ".gsj") segments.push_back(entry.path());
  }
  std::sort(segments.begin(), segments.end());
  return segments;
}
class JournalPack : public testing::Test {
 protected:
  const ScratchDirectory scratch;
  const fs::path file = scratch / "r.gsj", folder = scratch / "rec";
  const std::vector<Record> records = make_records(1'500);
};

}  // namespace groundswell::journal
