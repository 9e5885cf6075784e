// What a reader and a writer refuse, with which exit code and which words.
#include <sys/stat.h>

#include <functional>

#include "journal_support.hpp"

namespace groundswell::journal {
namespace {

std::string write_sample(const fs::path& path) {
  Result<Writer> writer = Writer::create(path, small_blocks(2));
  EXPECT_TRUE(writer && writer->append(make_records(6)) && writer->append_edges(bytes_of("edges"), 1) && writer->close());
  return read_file(path);
}

template <class Field>
void put(std::string& file, std::size_t offset, Field value) {
  std::memcpy(file.data() + offset, &value, sizeof value);
}

TEST(JournalRefusal, OtherVersions) {
  const ScratchDirectory scratch;
  const fs::path path = scratch / "r.gsj";
  const std::string good = write_sample(path);
  std::string file = good;
  put<std::uint16_t>(file, offsetof(FileHeader, major), 2);
  write_file(path, file);  // its checksum may be elsewhere: the version comes first
  EXPECT_FAILS(Reader::open(path), Exit::kBadData, "written by a newer version: major 2, this program reads 1");
  reseal_file_header(file);
  write_file(path, file);
  EXPECT_FAILS(Reader::open(path), Exit::kBadData, "written by a newer version: major 2, this program reads 1");
  put<std::uint16_t>(file, offsetof(FileHeader, major), 0);
  reseal_file_header(file);
  write_file(path, file);
  EXPECT_FAILS(Reader::open(path), Exit::kBadData, "major version 0");
  file = good;
  put<std::uint16_t>(file, offsetof(FileHeader, minor), 9);
  reseal_file_header(file);
  write_file(path, file.substr(0, block_offsets(file)[0]));  // the END block's chain starts with the header: leave the blocks out
  ASSERT_GOOD(Reader::open(path));
}

TEST(JournalRefusal, FilesThatAreNoRecording) {
  const ScratchDirectory scratch;
  EXPECT_FAILS(Reader::open(scratch / "nothing.gsj"), Exit::kNoInput, "No such file");
  fs::create_directory(scratch / "empty");
  EXPECT_FAILS(Reader::open(scratch / "empty"), Exit::kNoInput, "holds no .gsj file");
  write_file(scratch / "zero.gsj", "");
  EXPECT_FAILS(Reader::open(scratch / "zero.gsj"), Exit::kBadData, "0 bytes");
  write_file(scratch / "foreign.gsj", std::string(10'000, 'x'));
  EXPECT_FAILS(Reader::open(scratch / "foreign.gsj"), Exit::kBadData, "not a recording");
  const std::string good = write_sample(scratch / "r.gsj");
  for (const std::size_t length : {1u, 63u, 4095u}) {
    write_file(scratch / "cut.gsj", good.substr(0, length));
    EXPECT_FAILS(Reader::open(scratch / "cut.gsj"), Exit::kBadData, "cut within its file header");
  }
  ASSERT_EQ(::mkfifo((scratch / "fifo").c_str(), 0600), 0);
  EXPECT_FAILS(Reader::open(scratch / "fifo"), Exit::kBadData, "not a regular file");
}

// Blocks whose checksum is right but whose words are not: never torn tails, even at the end.
TEST(JournalRefusal, WholeBlocksThatSayWhatTheyMustNot) {
  struct Case {
    const char* part;
    std::size_t block;  // 0…2 RECORDS of two records each, 3 EDGES, 4 INDEX, 5 END
    std::function<void(std::string&, std::size_t)> change;
  };
  const auto set = [](std::size_t field, auto value) {
    return [=](std::string& file, std::size_t offset) { put(file, offset + field, value); };
  };
  const Case cases[] = {
      {"block 7, expected 2", 1, set(offsetof(BlockHeader, block_seq), std::uint64_t{7})},
      {"first record 9, expected 3", 1, set(offsetof(BlockHeader, first_jseq), std::uint64_t{9})},
      {"first record 6, expected 7", 3, set(offsetof(BlockHeader, first_jseq), std::uint64_t{6})},
      {"codec 2", 0, set(offsetof(BlockHeader, codec), std::uint8_t{2})},
      {"codec 0", 0, set(offsetof(BlockHeader, raw_bytes), std::uint32_t{5})},
      {"block type 8", 2, set(offsetof(BlockHeader, type), std::uint8_t{8})},
      {"block type 0", 3, set(offsetof(BlockHeader, type), std::uint8_t{0})},
      {"its length", 0, set(offsetof(BlockHeader, count), std::uint32_t{1})},
      {"its length", 0, set(offsetof(BlockHeader, count), std::uint32_t{0})},
      {"kind", 2, set(kBlockHeaderBytes + kRecordBytes + offsetof(Record, kind), std::uint8_t{6})},
      {"kind", 2, set(kBlockHeaderBytes + offsetof(Record, kind), std::uint8_t{0})},
      {"receive time", 1, set(offsetof(BlockHeader, ts_recv_ns), std::int64_t{1})},
      {"the index", 4, set(kBlockHeaderBytes + offsetof(IndexEntry, offset), std::uint64_t{1})},
      {"the index", 4, set(offsetof(BlockHeader, count), std::uint32_t{2})},
      {"INDEX block and an END block", 4, set(offsetof(BlockHeader, type), BlockType::kEnd)},
      {"INDEX block and an END block", 5, set(offsetof(BlockHeader, type), BlockType::kEdges)},
      {"the END block", 5, set(kBlockHeaderBytes + offsetof(EndPayload, records), std::uint64_t{5})},
      {"the END block", 5, set(kBlockHeaderBytes + offsetof(EndPayload, chain_crc), std::uint32_t{0})},
      {"the END block", 5, set(kBlockHeaderBytes + offsetof(EndPayload, last), std::uint32_t{2})},
      {"the END block", 5, set(kBlockHeaderBytes + offsetof(EndPayload, zero), std::uint8_t{1})},
      {"the END block", 5, set(offsetof(BlockHeader, stored_bytes), std::uint64_t{48} << 32 | 48)},
  };
  const ScratchDirectory scratch;
  const fs::path path = scratch / "r.gsj";
  const std::string good = write_sample(path);
  const std::vector<std::size_t> offsets = block_offsets(good);
  ASSERT_EQ(offsets.size(), 6u);
  for (const Case& one : cases) {
    std::string file = good;
    one.change(file, offsets[one.block]);
    if (block_at(file, offsets[one.block]).stored_bytes == 48) std::fill(file.end() - 16, file.end(), '\0');
    reseal(file, offsets[one.block]);
    write_file(path, file);
    EXPECT_FAILS(Reader::open(path), Exit::kBadData, one.part);
    EXPECT_FAILS(Reader::open(path), Exit::kBadData, "damaged at offset " + std::to_string(offsets[one.block]));
  }
  write_file(path, good + std::string(300, '\0'));
  ASSERT_GOOD(Reader::open(path));
  write_file(path, good + std::string(300, '\0') + "x");
  EXPECT_FAILS(Reader::open(path), Exit::kBadData, "bytes after the END block");
}

TEST(JournalRefusal, AnExistingRecordingIsNeverTouched) {
  const ScratchDirectory scratch;
  WriterOptions segmented = small_blocks();
  segmented.segment_bytes = 64 * 1024;
  const std::string good = write_sample(scratch / "r.gsj");
  EXPECT_FAILS(Writer::create(scratch / "r.gsj", {}), Exit::kCannotCreate, "exists; give another path or move it away");
  EXPECT_EQ(read_file(scratch / "r.gsj"), good);
  EXPECT_FAILS(Writer::create(scratch / "r.gsj", segmented), Exit::kCannotCreate, "exists");
  EXPECT_EQ(read_file(scratch / "r.gsj"), good);
  { ASSERT_GOOD(Writer::create(scratch / "rec", segmented)); }
  EXPECT_FAILS(Writer::create(scratch / "rec", segmented), Exit::kCannotCreate, "exists; give another path or move it away");
  EXPECT_FAILS(Writer::create(scratch / "rec", {}), Exit::kCannotCreate, "exists");
  fs::create_directory(scratch / "photos");
  write_file(scratch / "photos" / "cat.jpg", "miaow");
  EXPECT_FAILS(Writer::create(scratch / "photos", segmented), Exit::kCannotCreate, "exists");
  EXPECT_FALSE(fs::exists(scratch / "photos" / "lock")) << "a directory of something else gets nothing from us";
  // What an engine leaves that stopped before its first segment is no recording.
  fs::create_directory(scratch / "begun");
  write_file(scratch / "begun" / "lock", "");
  write_file(scratch / "begun" / "next.tmp", "half a header");
  ASSERT_GOOD(Writer::create((scratch / "begun") / "", segmented));
  ASSERT_GOOD(Reader::open(scratch / "begun"));
}

TEST(JournalRefusal, OnlyOneEngineWritesARecording) {
  const ScratchDirectory scratch;
  WriterOptions segmented = small_blocks();
  segmented.segment_bytes = kFileHeaderBytes + 900;
  for (const WriterOptions& options : {small_blocks(), segmented}) {
    const fs::path path = scratch / (options.segment_bytes == 0 ? "r.gsj" : "rec");
    Result<Writer> writer = Writer::create(path, options);
    ASSERT_GOOD(writer);
    EXPECT_FAILS(Writer::create(path, options), Exit::kRetry, "another engine is writing recording " + path.string());
    ASSERT_GOOD(writer->append(make_records(50)));  // rolls: the lock stays
    EXPECT_FAILS(Writer::create(path, options), Exit::kRetry, "another engine is writing recording " + path.string());
    ASSERT_GOOD(writer->close());
    { const Writer gone = std::move(*writer); }
    EXPECT_FAILS(Writer::create(path, options), Exit::kCannotCreate, "exists");
  }
}

TEST(JournalRefusal, PathsThatCannotBeWritten) {
  const ScratchDirectory scratch;
  WriterOptions segmented = small_blocks();
  segmented.segment_bytes = 64 * 1024;
  write_file(scratch / "file", "");
  for (const WriterOptions& options : {small_blocks(), segmented}) {
    EXPECT_FAILS(Writer::create(scratch / "no" / "parent", options), Exit::kCannotCreate, "No such file or directory");
    EXPECT_FAILS(Writer::create(scratch / "file" / "below", options), Exit::kCannotCreate, "Not a directory");
    EXPECT_FAILS(Writer::create("/proc/recording", options), Exit::kCannotCreate, "cannot create the recording");
  }
}

}  // namespace
}  // namespace groundswell::journal
