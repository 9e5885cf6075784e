// Whatever is cut from a recording or flipped in it is reported, and nothing is ever returned that was not written.
#include <algorithm>

#include "journal_support.hpp"

namespace groundswell::journal {
namespace {

// A recording in one file of a CONFIG block, six RECORDS blocks, the last of them not full, and an EDGES block between.
void write_sample(const fs::path& path, const std::vector<Record>& records, bool is_closed) {
  Result<Writer> writer = Writer::create(path, small_blocks(3));
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append_config(some_config()));
  ASSERT_GOOD(writer->append(std::span(records).first(6)));
  ASSERT_GOOD(writer->append_edges(bytes_of("edges"), 1));
  ASSERT_GOOD(writer->append(std::span(records).subspan(6)));
  ASSERT_GOOD(writer->flush());
  if (!is_closed) return;
  ASSERT_GOOD(writer->close());
}

// Records in the blocks that end at or before `length`.
std::size_t whole_records(const std::string& file, std::size_t length) {
  std::size_t records = 0;
  for (const std::size_t offset : block_offsets(file)) {
    const BlockHeader header = block_at(file, offset);
    if (offset + block_bytes_on_disk(header.stored_bytes) > length) break;
    if (header.type == BlockType::kRecords) records += header.count;
  }
  return records;
}

class JournalDamage : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    write_sample(path, records, GetParam());
    file = read_file(path);
    offsets = block_offsets(file);
  }
  const ScratchDirectory scratch;
  const fs::path path = scratch / "r.gsj";
  const std::vector<Record> records = make_records(17);
  std::string file;
  std::vector<std::size_t> offsets;
};
INSTANTIATE_TEST_SUITE_P(Both, JournalDamage, testing::Bool(), [](const auto& one) { return one.param ? "closed" : "unclosed"; });

TEST_P(JournalDamage, ACutAnywhereInTheLastBlocksKeepsTheWholeOnes) {
  const std::size_t first = offsets[offsets.size() - (GetParam() ? 4 : 2)];
  for (std::size_t length = file.size(); length-- > first;) {
    fs::resize_file(path, length);
    Result<Reader> reader = Reader::open(path);
    ASSERT_GOOD(reader);
    ASSERT_EQ(reader->info().records, whole_records(file, length)) << "cut to " << length;
    ASSERT_TRUE(is_prefix(read_records(*reader), records));
    ASSERT_FALSE(reader->info().closed);
    std::size_t begin = kFileHeaderBytes;  // of what is cut
    for (const std::size_t offset : offsets) begin = offset <= length ? offset : begin;
    if (begin == length) {  // nothing is torn, and that the recording is not closed says the rest
      const bool only_end_is_missing = GetParam() && length == file.size() - kEndBlockBytes;
      ASSERT_EQ(reader->info().torn_tail.empty(), !only_end_is_missing);
      continue;
    }
    const std::string expected = path.string() + ": torn tail at offset " + std::to_string(begin) + ", ";
    ASSERT_EQ(reader->info().torn_tail.rfind(expected, 0), 0u) << reader->info().torn_tail << " cut to " << length;
    ASSERT_EQ(reader->info().bytes, begin);
  }
}

TEST_P(JournalDamage, ZerosFromAnywhereInTheLastBlocksOnAreATornTailToo) {
  const std::size_t first = offsets[offsets.size() - (GetParam() ? 4 : 2)];
  fs::resize_file(path, file.size() + 5000);
  for (std::size_t at = file.size(); at-- > first;) {
    if (file[at] == 0) continue;
    put_byte(path, at, 0);
    Result<Reader> reader = Reader::open(path);
    ASSERT_GOOD(reader);
    ASSERT_EQ(reader->info().records, whole_records(file, at)) << "zero from " << at;
    ASSERT_TRUE(is_prefix(read_records(*reader), records));
    ASSERT_FALSE(reader->info().closed);
  }
}

TEST_P(JournalDamage, AnyFlippedByteIsReported) {
  std::mt19937_64 random(5);
  for (std::size_t at = 0; at < file.size(); ++at) {
    put_byte(path, at, static_cast<char>(file[at] ^ (1 << random() % 8)));
    Result<Reader> reader = Reader::open(path);
    const std::vector<Record> returned = reader ? read_records(*reader) : std::vector<Record>{};
    put_byte(path, at, file[at]);
    if (!reader) {
      ASSERT_EQ(reader.error().exit, Exit::kBadData) << at << ": " << reader.error().message;
      ASSERT_NE(reader.error().message.find(path.string()), std::string::npos);
      continue;
    }
    ASSERT_NE(reader->info().torn_tail, "") << "flipped at " << at;
    ASSERT_GE(at, offsets.back()) << "a whole block follows: this is damage, not a torn tail";
    ASSERT_TRUE(is_prefix(returned, records)) << "flipped at " << at;
  }
}

TEST_P(JournalDamage, ALostBlockInTheMiddleIsDamage) {
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    std::string lost = file;
    std::fill(lost.begin() + static_cast<std::ptrdiff_t>(offsets[i]), lost.begin() + static_cast<std::ptrdiff_t>(offsets[i + 1]), '\0');
    write_file(path, lost);
    EXPECT_FAILS(Reader::open(path), Exit::kBadData, "r.gsj: damaged at offset " + std::to_string(offsets[i]));
    write_file(path, std::string(file).erase(offsets[i], offsets[i + 1] - offsets[i]));
    EXPECT_FAILS(Reader::open(path), Exit::kBadData, "r.gsj: damaged at offset " + std::to_string(offsets[i]));
  }
}

TEST(JournalSegmentDamage, AnyFlippedByteOfASegmentIsReported) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(12);
  WriterOptions options = small_blocks(3);
  options.segment_bytes = kFileHeaderBytes + 900;
  Result<Writer> writer = Writer::create(scratch / "rec", options);
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append(records));
  ASSERT_GOOD(writer->close());
  std::vector<fs::path> segments;
  for (const fs::directory_entry& entry : fs::directory_iterator(scratch / "rec")) {
    if (entry.path().extension() == ".gsj") segments.push_back(entry.path());
  }
  std::sort(segments.begin(), segments.end());
  ASSERT_GE(segments.size(), 2u);
  std::mt19937_64 random(6);
  for (const fs::path& segment : segments) {
    const std::string file = read_file(segment);
    for (std::size_t at = 0; at < file.size(); at += at < kFileHeaderBytes ? 13 : 1) {
      put_byte(segment, at, static_cast<char>(file[at] ^ (1 << random() % 8)));
      Result<Reader> reader = Reader::open(scratch / "rec");
      const std::vector<Record> returned = reader ? read_records(*reader) : std::vector<Record>{};
      put_byte(segment, at, file[at]);
      if (!reader) {
        ASSERT_EQ(reader.error().exit, Exit::kBadData) << reader.error().message;
        continue;
      }
      ASSERT_EQ(segment, segments.back()) << "flipped at " << at;
      ASSERT_NE(reader->info().torn_tail, "") << "flipped at " << at;
      ASSERT_TRUE(is_prefix(returned, records)) << "flipped at " << at;
    }
  }
  ASSERT_GOOD(Reader::open(scratch / "rec"));
}

TEST(JournalSegmentDamage, EveryMissingOrForeignSegmentShows) {
  const ScratchDirectory scratch;
  WriterOptions options = small_blocks(3);
  options.segment_bytes = kFileHeaderBytes + 900;
  for (const char* name : {"rec", "other"}) {  // of the same id and with the same numbers: only the checksums tell them apart
    Result<Writer> writer = Writer::create(scratch / name, options);
    ASSERT_GOOD(writer);
    ASSERT_GOOD(writer->append(make_records(30)));
    ASSERT_GOOD(writer->close());
  }
  std::vector<fs::path> segments;
  for (const fs::directory_entry& entry : fs::directory_iterator(scratch / "rec")) {
    if (entry.path().extension() == ".gsj") segments.push_back(entry.path());
  }
  std::sort(segments.begin(), segments.end());
  ASSERT_GE(segments.size(), 4u);
  for (const fs::path& segment : segments) {
    const std::string file = read_file(segment);
    fs::remove(segment);
    Result<Reader> reader = Reader::open(scratch / "rec");
    if (segment == segments.back()) {
      ASSERT_GOOD(reader);
      EXPECT_FALSE(reader->info().closed) << "the last segment is gone, and the one before says that it was not the last";
    } else {
      EXPECT_FAILS(reader, Exit::kBadData, "is missing");
    }
    fs::copy_file(scratch / "other" / segment.filename(), segment);
    EXPECT_FALSE(Reader::open(scratch / "rec").has_value());
    write_file(segment, file);
  }
  const std::string second = read_file(segments[1]);
  std::string foreign = second;
  foreign[offsetof(FileHeader, recording_id)] ^= 1;
  reseal_file_header(foreign);
  write_file(segments[1], foreign);
  EXPECT_FAILS(Reader::open(scratch / "rec"), Exit::kBadData, "a segment of another recording");
  write_file(segments[1], second);
  ASSERT_GOOD(Reader::open(scratch / "rec"));
  // Cut within a segment that another follows: damage, even where the cut is at the end of a block.
  fs::resize_file(segments[1], fs::file_size(segments[1]) - kEndBlockBytes);
  EXPECT_FAILS(Reader::open(scratch / "rec"), Exit::kBadData, "another segment follows");
  EXPECT_FAILS(Reader::open(segments[2]), Exit::kBadData, "give the directory");
}

TEST(JournalSegmentDamage, StaleBlocksOfARecycledFileNeverVerify) {
  const ScratchDirectory scratch;
  write_sample(scratch / "old.gsj", make_records(17, 1), true);
  write_sample(scratch / "new.gsj", make_records(17, 2), true);
  const std::string old_file = read_file(scratch / "old.gsj");
  std::string file = read_file(scratch / "new.gsj");
  ASSERT_EQ(file.size(), old_file.size());
  const std::size_t cut = block_offsets(file)[3];
  file.replace(cut, std::string::npos, old_file.substr(cut));  // same numbers, same places, good checksums: but of another segment
  write_file(scratch / "new.gsj", file);
  Result<Reader> reader = Reader::open(scratch / "new.gsj");
  ASSERT_GOOD(reader);
  EXPECT_NE(reader->info().torn_tail, "");
  EXPECT_EQ(reader->info().records, 6u);
}

}  // namespace
}  // namespace groundswell::journal
