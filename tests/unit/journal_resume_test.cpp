// A recording is gone on with after a crash at any place and after a clean close: exactly the whole blocks are kept, and what is appended
// reads back behind them as if nothing had happened.
#include <algorithm>

#include "journal_support.hpp"

namespace groundswell::journal {
namespace {

WriterOptions in_segments(std::uint64_t segment_bytes = 1 << 20) {
  WriterOptions options = small_blocks(3);
  options.config_hash = 7;
  options.definition_set_hash = 8;
  options.segment_bytes = segment_bytes;
  return options;
}

std::vector<fs::path> segments_of(const fs::path& recording) {
  std::vector<fs::path> segments;
  for (const fs::directory_entry& entry : fs::directory_iterator(recording)) {
    if (entry.path().extension() == ".gsj") segments.push_back(entry.path());
  }
  std::sort(segments.begin(), segments.end());
  return segments;
}

// CONFIG, records, EDGES between, records; not closed.
void write_sample(const fs::path& recording, const std::vector<Record>& records, std::uint64_t segment_bytes = 1 << 20) {
  Result<Writer> writer = Writer::create(recording, in_segments(segment_bytes));
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append_config(some_config()));
  ASSERT_GOOD(writer->append(std::span(records).first(records.size() / 2)));
  ASSERT_GOOD(writer->append_edges(bytes_of("edges"), 1));
  ASSERT_GOOD(writer->append(std::span(records).subspan(records.size() / 2)));
}

Result<Writer> resume(const fs::path& recording, std::uint64_t segment_bytes = 1 << 20) {
  Result<HeldRecording> held = hold_recording(recording);
  if (!held) return held.error();
  return Writer::resume(*held, {.segment_bytes = segment_bytes, .block_bytes = 3 * kRecordBytes});
}

struct Contents {
  std::vector<Record> records;
  std::uint64_t blocks, edges;
  std::string torn_tail;
  bool closed;
};
Contents contents(const fs::path& recording) {
  Result<Reader> reader = Reader::open(recording);
  EXPECT_TRUE(succeeds(reader));
  if (!reader) return {};
  const RecordingInfo info = reader->info();
  EXPECT_EQ(info.recording_id, 42U);
  EXPECT_EQ(info.config_hash, 7U);
  EXPECT_EQ(info.definition_set_hash, 8U);
  return {read_records(*reader), info.blocks, info.edges, info.torn_tail, info.closed};
}

// Goes on with what is there by `more`, closes, and compares: the first `n_kept` records that were there, then these.
void go_on_and_compare(const fs::path& recording, const std::vector<Record>& records, std::size_t n_kept, const std::vector<Record>& more,
                       std::uint64_t segment_bytes = 1 << 20) {
  std::uint64_t n_blocks = 0;
  {
    const Contents before = contents(recording);
    ASSERT_EQ(before.records.size(), n_kept);
    Result<Writer> writer = resume(recording, segment_bytes);
    ASSERT_GOOD(writer);
    EXPECT_EQ(writer->recording_id(), 42U);
    EXPECT_EQ(writer->appended_jseq(), n_kept);
    EXPECT_EQ(writer->written_jseq(), n_kept);
    n_blocks = before.blocks;
    ASSERT_GOOD(writer->append(more));
    ASSERT_GOOD(writer->append_edges(bytes_of("more"), 2));
    ASSERT_GOOD(writer->flush());
    EXPECT_EQ(writer->written_jseq(), n_kept + more.size());
    ASSERT_GOOD(writer->close());
  }
  std::vector<Record> expected(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(n_kept));
  expected.insert(expected.end(), more.begin(), more.end());
  const Contents after = contents(recording);
  EXPECT_TRUE(are_equal(after.records, expected));
  EXPECT_EQ(after.torn_tail, "");
  EXPECT_TRUE(after.closed);
  EXPECT_EQ(after.blocks, n_blocks + (more.size() + 2) / 3 + 1);
}

TEST(JournalResume, AfterACrashAtEveryBlockBoundary) {
  const std::vector<Record> records = make_records(17), more = make_records(8, 2);
  const ScratchDirectory scratch;
  write_sample(scratch / "made", records);
  const fs::path segment = segments_of(scratch / "made").front();
  std::string file = read_file(segment);
  std::vector<std::size_t> ends{kFileHeaderBytes};
  std::vector<std::size_t> n_records{0};
  while (block_at(file, ends.back()).sync == kBlockSync) {
    const BlockHeader head = block_at(file, ends.back());
    n_records.push_back(n_records.back() + (head.type == BlockType::kRecords ? head.count : 0));
    ends.push_back(ends.back() + block_bytes_on_disk(head.stored_bytes));
  }
  ASSERT_EQ(n_records.back(), records.size());
  ASSERT_GE(ends.size(), 9U);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    fs::remove_all(scratch / "cut");
    fs::create_directory(scratch / "cut");
    std::string cut = file;  // the preallocated rest stays
    std::fill(cut.begin() + static_cast<std::ptrdiff_t>(ends[i]), cut.end(), '\0');
    write_file(scratch / "cut" / segment.filename(), cut);
    SCOPED_TRACE(i);
    go_on_and_compare(scratch / "cut", records, n_records[i], more);
  }
}

TEST(JournalResume, AfterACrashAtAnyByteOfTheLastTwoBlocks) {
  const std::vector<Record> records = make_records(17), more = make_records(4, 2);
  const ScratchDirectory scratch;
  write_sample(scratch / "made", records);
  const fs::path segment = segments_of(scratch / "made").front();
  const std::string file = read_file(segment).substr(0, 8'192);
  std::vector<std::size_t> offsets;
  for (std::size_t offset = kFileHeaderBytes; block_at(file, offset).sync == kBlockSync;
       offset += block_bytes_on_disk(block_at(file, offset).stored_bytes))
    offsets.push_back(offset);
  const std::size_t end = offsets.back() + block_bytes_on_disk(block_at(file, offsets.back()).stored_bytes);
  fs::create_directory(scratch / "cut");
  const fs::path cut_segment = scratch / "cut" / segment.filename().c_str();
  std::mt19937_64 random(9);
  for (std::size_t length = offsets[offsets.size() - 2]; length < end; length += 1 + random() % 7) {
    // Half of them as a short file, half as a torn write into a preallocated one.
    std::string cut = file.substr(0, length);
    if (random() % 2 == 0) cut.resize(file.size(), '\0');
    write_file(cut_segment, cut);
    // Padding that is zero anyway may make the whole block of what was cut within it.
    const std::size_t n_kept = contents(scratch / "cut").records.size();
    const bool in_last = length >= offsets.back();
    ASSERT_TRUE(n_kept == 14 || n_kept == (in_last ? 17U : 11U)) << "cut to " << length << " keeps " << n_kept;
    SCOPED_TRACE(length);
    go_on_and_compare(scratch / "cut", records, n_kept, more);
    for (const fs::path& old : segments_of(scratch / "cut")) fs::remove(old);
  }
}

TEST(JournalResume, AfterACleanCloseAgainAndAgain) {
  const std::vector<Record> records = make_records(60);
  const ScratchDirectory scratch;
  {
    Result<Writer> writer = Writer::create(scratch / "r", in_segments());
    ASSERT_GOOD(writer);
    ASSERT_GOOD(writer->close());
  }
  for (std::size_t i = 0; i < 20; ++i) {
    const std::vector<Record> three(records.begin() + static_cast<std::ptrdiff_t>(3 * i),
                                    records.begin() + static_cast<std::ptrdiff_t>(3 * i + 3));
    go_on_and_compare(scratch / "r", records, 3 * i, three);
  }
  EXPECT_EQ(segments_of(scratch / "r").size(), 1U);
}

TEST(JournalResume, GoesOnAcrossSegments) {
  const std::vector<Record> records = make_records(90), more = make_records(40, 2);
  constexpr std::uint64_t kSegmentBytes = kFileHeaderBytes + 1'500;
  const ScratchDirectory scratch;
  write_sample(scratch / "r", records, kSegmentBytes);
  const std::size_t n_segments = segments_of(scratch / "r").size();
  ASSERT_GE(n_segments, 5U);
  go_on_and_compare(scratch / "r", records, records.size(), more, kSegmentBytes);
  EXPECT_GT(segments_of(scratch / "r").size(), n_segments + 2);
}

// A crash between the sealing of a segment and the making of the next: the last one says that another follows.
TEST(JournalResume, AfterACrashBetweenTwoSegments) {
  const std::vector<Record> records = make_records(90), more = make_records(40, 2);
  constexpr std::uint64_t kSegmentBytes = kFileHeaderBytes + 1'500;
  const ScratchDirectory scratch;
  write_sample(scratch / "r", records, kSegmentBytes);
  while (segments_of(scratch / "r").size() > 1) {
    fs::remove(segments_of(scratch / "r").back());
    write_file(scratch / "r" / "next.tmp", "left over");
    const std::size_t n_kept = contents(scratch / "r").records.size();
    ASSERT_LT(n_kept, records.size());
    fs::remove_all(scratch / "copy");
    fs::copy(scratch / "r", scratch / "copy");
    go_on_and_compare(scratch / "copy", records, n_kept, more, kSegmentBytes);
  }
}

TEST(JournalResume, HoldsTheLockAndChangesNothingBefore) {
  const std::vector<Record> records = make_records(10);
  const ScratchDirectory scratch;
  EXPECT_FAILS(hold_recording(scratch / "nothing"), Exit::kNoInput, "nothing");
  {
    Result<Writer> writer = Writer::create(scratch / "r", in_segments());
    ASSERT_GOOD(writer);
    ASSERT_GOOD(writer->append(records));
    EXPECT_FAILS(hold_recording(scratch / "r"), Exit::kRetry, "another engine");
    ASSERT_GOOD(writer->close());
  }
  const std::string before = read_file(segments_of(scratch / "r").front());
  {
    Result<HeldRecording> held = hold_recording(scratch / "r");
    ASSERT_GOOD(held);
    EXPECT_FAILS(hold_recording(scratch / "r"), Exit::kRetry, "another engine");
    EXPECT_TRUE(are_equal(read_records(*held->reader), records));
  }
  EXPECT_EQ(read_file(segments_of(scratch / "r").front()), before);
  Result<HeldRecording> held = hold_recording(scratch / "r");
  ASSERT_GOOD(held);
  Result<Writer> writer = Writer::resume(*held, in_segments());
  ASSERT_GOOD(writer);
  EXPECT_FAILS(hold_recording(scratch / "r"), Exit::kRetry, "another engine");
  held->reader->rewind();
  EXPECT_TRUE(are_equal(read_records(*held->reader), records)) << "what was there can be read while the writer goes on";
}

TEST(JournalResume, DamageInTheMiddleIsRefusedAndLeftAlone) {
  const std::vector<Record> records = make_records(20);
  const ScratchDirectory scratch;
  write_sample(scratch / "r", records);
  const fs::path segment = segments_of(scratch / "r").front();
  put_byte(segment, kFileHeaderBytes + 70, 'x');
  const std::string before = read_file(segment);
  EXPECT_FAILS(hold_recording(scratch / "r"), Exit::kBadData, "damaged at offset 4096");
  EXPECT_EQ(read_file(segment), before);
}

TEST(JournalResume, ARecordingInOneFileIsNotGoneOnWith) {
  const ScratchDirectory scratch;
  Result<Writer> writer = Writer::create(scratch / "r.gsj", small_blocks());
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->close());
  EXPECT_FAILS(hold_recording(scratch / "r.gsj"), Exit::kNoInput, "in one file");
}

TEST(JournalResume, TheGoldenRecordingIsGoneOnWith) {
  const ScratchDirectory scratch;
  fs::create_directory(scratch / "r");
  fs::copy_file(fs::path(GROUNDSWELL_SOURCE_DIR) / "tests/golden/journal/v1.gsj", scratch / "r" / "0000000000000001.gsj");
  const std::vector<Record> more = make_records(5);
  std::vector<Record> expected;
  {
    Result<Reader> reader = Reader::open(scratch / "r");
    ASSERT_GOOD(reader);
    expected = read_records(*reader);
    Result<Writer> writer = resume(scratch / "r");
    ASSERT_GOOD(writer);
    ASSERT_GOOD(writer->append(more));
    ASSERT_GOOD(writer->close());
  }
  expected.insert(expected.end(), more.begin(), more.end());
  Result<Reader> reader = Reader::open(scratch / "r");
  ASSERT_GOOD(reader);
  EXPECT_TRUE(are_equal(read_records(*reader), expected));
}

}  // namespace
}  // namespace groundswell::journal
