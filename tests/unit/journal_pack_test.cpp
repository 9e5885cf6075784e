// Packing changes no record and no other payload, whatever else is in the recording; engines, indexes and surveys go on after it.
#include "journal/edge_index.hpp"
#include "journal/pack.hpp"
#include "journal/survey.hpp"
#include "journal_pack_support.hpp"

namespace groundswell::journal {
namespace {

struct Block {
  BlockType type;
  std::uint64_t first_jseq;
  std::string payload;
};
// What a recording holds, blocks of records apart: their borders may change.
struct Held {
  std::vector<Record> records;
  std::vector<Block> others;
  RecordingInfo info;
};
Held held_in(const fs::path& path) {
  Result<Reader> reader = Reader::open(path);
  EXPECT_TRUE(succeeds(reader));
  if (!reader) return {};
  Held held{read_records(*reader), {}, reader->info()};
  reader->rewind();
  while (const auto block = reader->next()) {
    if (block->type == BlockType::kRecords) continue;
    held.others.push_back({block->type, block->first_jseq, {reinterpret_cast<const char*>(block->payload.data()), block->payload.size()}});
  }
  return held;
}
void expect_same(const Held& left, const Held& right) {
  EXPECT_TRUE(are_equal(left.records, right.records));
  ASSERT_EQ(left.others.size(), right.others.size());
  for (std::size_t i = 0; i < left.others.size(); ++i) {
    EXPECT_EQ(left.others[i].type, right.others[i].type);
    EXPECT_EQ(left.others[i].first_jseq, right.others[i].first_jseq);
    EXPECT_EQ(left.others[i].payload, right.others[i].payload);
  }
  EXPECT_EQ(left.info.closed, right.info.closed);
  EXPECT_EQ(left.info.edges, right.info.edges);
  EXPECT_EQ(left.info.first_event_ns, right.info.first_event_ns);
  EXPECT_EQ(left.info.last_event_ns, right.info.last_event_ns);
}

bool is_packed(const fs::path& segment) {
  FileHeader header;
  const std::string file = read_file(segment);
  std::memcpy(&header, file.data(), sizeof header);
  return header.minor == 1 && header.meta_bytes == sizeof(PackedMeta);
}

TEST_F(JournalPack, AClosedFileHoldsTheSameAndIsSmaller) {
  write_packable(file, records, 0, true);
  const Held before = held_in(file);
  const std::uint64_t plain_bytes = fs::file_size(file);
  const Result<PackReport> report = pack_recording(file);
  ASSERT_GOOD(report);
  EXPECT_EQ(report->packed, 1U);
  EXPECT_EQ(report->records, records.size());
  EXPECT_EQ(report->plain_bytes, plain_bytes);
  EXPECT_EQ(report->packed_bytes, fs::file_size(file));
  EXPECT_LT(fs::file_size(file), plain_bytes / 2);
  EXPECT_TRUE(is_packed(file));
  expect_same(held_in(file), before);

  const std::string bytes = read_file(file);
  const Result<PackReport> again = pack_recording(file);
  ASSERT_GOOD(again);
  EXPECT_EQ(again->packed, 0U);
  EXPECT_EQ(again->packed_before, 1U);
  EXPECT_EQ(again->plain_bytes, plain_bytes);
  EXPECT_EQ(read_file(file), bytes);
}

TEST_F(JournalPack, NeighboursBecomeOneBlockUpToTheLimit) {
  const std::vector<Record> many = make_records(40'000);
  {
    Result<Writer> writer = Writer::create(file, small_blocks(20'000));  // longer than a packed block may be
    ASSERT_GOOD(writer);
    ASSERT_GOOD(writer->append(many));
    ASSERT_GOOD(writer->close());
  }
  const Held before = held_in(file);
  ASSERT_GOOD(pack_recording(file));
  expect_same(held_in(file), before);
  const std::string bytes = read_file(file);
  for (const std::size_t offset : block_offsets(bytes)) {
    const BlockHeader header = block_at(bytes, offset);
    EXPECT_TRUE(header.type != BlockType::kRecords || header.count <= kMaxPackedRecords);
  }
}

TEST_F(JournalPack, AFileThatIsNotClosedStays) {
  write_packable(file, records, 0, false);
  const std::string bytes = read_file(file);
  const Result<PackReport> report = pack_recording(file);
  ASSERT_GOOD(report);
  EXPECT_EQ(report->left, 1U);
  EXPECT_EQ(read_file(file), bytes);
}

TEST_F(JournalPack, OfARecordingThatIsBeingWrittenTheLastSegmentStays) {
  WriterOptions options = small_blocks(16);
  options.segment_bytes = kSmallSegment;
  Result<Writer> writer = Writer::create(folder, options);
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append(std::span(records).first(700)));
  Result<PackReport> report = pack_recording(folder);
  ASSERT_GOOD(report);
  EXPECT_GT(report->packed, 2U);
  EXPECT_EQ(report->left, 1U);
  Survey survey;  // stands within a segment that is packed before it goes on
  ASSERT_GOOD(survey.advance(folder));
  ASSERT_GOOD(writer->append(std::span(records).subspan(700)));
  ASSERT_GOOD(writer->close());
  ASSERT_GOOD(pack_recording(folder));
  ASSERT_GOOD(survey.advance(folder));
  EXPECT_EQ(survey.records(), records.size());
  {
    const Held mixed = held_in(folder);
    EXPECT_TRUE(are_equal(mixed.records, records));
    EXPECT_TRUE(mixed.info.closed);
  }
  const std::size_t n_segments = segments_in(folder).size();
  report = pack_recording(folder);
  ASSERT_GOOD(report);
  EXPECT_EQ(report->left, 1U) << "closed, but the writer still holds the lock";
  writer = Result<Writer>(fail(Exit::kIo, "let go"));
  report = pack_recording(folder);
  ASSERT_GOOD(report);
  EXPECT_EQ(report->packed, 1U);
  EXPECT_EQ(report->packed_before, n_segments - 1);
  EXPECT_TRUE(are_equal(held_in(folder).records, records));
}

TEST_F(JournalPack, AnyMixtureOfPackedAndPlainSegmentsIsOneRecording) {
  write_packable(folder, records, kSmallSegment, true);
  const Held before = held_in(folder);
  fs::copy(folder, scratch / "packed");
  ASSERT_GOOD(pack_recording(scratch / "packed"));
  const std::vector<fs::path> segments = segments_in(folder);
  ASSERT_GE(segments.size(), 4U);
  for (std::size_t mixture = 0; mixture < 16; ++mixture) {
    fs::remove_all(scratch / "mixed");
    fs::create_directory(scratch / "mixed");
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const fs::path name = segments[i].filename();
      fs::copy_file((mixture >> i % 4 & 1) != 0 ? scratch / "packed" / name : folder / name, scratch / "mixed" / name);
    }
    expect_same(held_in(scratch / "mixed"), before);
  }
}

TEST_F(JournalPack, AViewOfAPackedBlockIsValidUntilTheNext) {
  write_packable(file, records, 0, true);
  ASSERT_GOOD(pack_recording(file));
  Result<Reader> reader = Reader::open(file);
  ASSERT_GOOD(reader);
  Reader other = reader->duplicate();
  std::vector<Record> first, second;
  for (auto left = reader->next(), right = other.next(); left && right; left = reader->next(), right = other.next()) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(left->payload.data()) % kBlockAlign, 0U);
    if (left->type != BlockType::kRecords) continue;
    first.insert(first.end(), left->records().begin(), left->records().end());
    second.insert(second.end(), right->records().begin(), right->records().end());
  }
  EXPECT_TRUE(are_equal(first, records));
  EXPECT_TRUE(are_equal(second, records));
}

TEST_F(JournalPack, ARecordingWhoseEndIsPackedIsGoneOnWithInANewSegment) {
  write_packable(folder, records, kSmallSegment, true);
  ASSERT_GOOD(pack_recording(folder));
  const std::size_t n_segments = segments_in(folder).size();
  const std::vector<Record> more = make_records(300, 9);
  std::vector<Record> all = records;
  for (int round = 0; round < 2; ++round) {
    Result<HeldRecording> held = hold_recording(folder);
    ASSERT_GOOD(held);
    Result<Writer> writer = Writer::resume(*held, {.segment_bytes = kSmallSegment, .block_bytes = 16 * kRecordBytes});
    ASSERT_GOOD(writer);
    EXPECT_EQ(segments_in(folder).size() > n_segments, true);
    ASSERT_GOOD(writer->append(more));
    ASSERT_GOOD(writer->close());
    all.insert(all.end(), more.begin(), more.end());
    writer = Result<Writer>(fail(Exit::kIo, "let go"));
    const Held after = held_in(folder);
    EXPECT_TRUE(are_equal(after.records, all));
    EXPECT_TRUE(after.info.closed);
    ASSERT_GOOD(pack_recording(folder));
    EXPECT_TRUE(are_equal(held_in(folder).records, all));
  }
}

TEST_F(JournalPack, ACrashWhileGoingOnLeavesAWholeRecording) {
  write_packable(folder, records, kSmallSegment, true);
  ASSERT_GOOD(pack_recording(folder));
  const fs::path last = segments_in(folder).back();
  const std::string bytes = read_file(last);
  const std::vector<std::size_t> offsets = block_offsets(bytes);
  for (std::size_t length = bytes.size(); length >= offsets[offsets.size() - 2]; length -= 13) {
    write_file(last, bytes.substr(0, length));
    EXPECT_TRUE(are_equal(held_in(folder).records, records));
    Result<HeldRecording> held = hold_recording(folder);
    ASSERT_GOOD(held);
    Result<Writer> writer = Writer::resume(*held, {.segment_bytes = kSmallSegment, .block_bytes = 16 * kRecordBytes});
    ASSERT_GOOD(writer);
    EXPECT_TRUE(are_equal(held_in(folder).records, records)) << "cut to " << length;
    fs::remove(segments_in(folder).back());
  }
}

TEST_F(JournalPack, DamageIsNotPacked) {
  write_packable(folder, records, kSmallSegment, true);
  const std::vector<fs::path> segments = segments_in(folder);
  put_byte(segments[2], kFileHeaderBytes + 100, '\x55');
  EXPECT_FAILS(pack_recording(folder), Exit::kBadData, "damaged at offset");
  for (const fs::path& segment : segments) EXPECT_FALSE(is_packed(segment));
  EXPECT_FAILS(pack_recording(scratch / "none"), Exit::kNoInput, "none");
  EXPECT_FAILS(pack_recording(segments[0]), Exit::kUsage, "give the folder");
}

TEST_F(JournalPack, WhatACrashLeftIsDeleted) {
  write_packable(folder, records, kSmallSegment, true);
  const fs::path left = segments_in(folder)[1].string() + ".packing";
  write_file(left, "half of a segment");
  EXPECT_TRUE(are_equal(held_in(folder).records, records));
  ASSERT_GOOD(pack_recording(folder));
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(are_equal(held_in(folder).records, records));
}

TEST_F(JournalPack, TheEdgeIndexAndTheSurveyFollow) {
  WriterOptions options = small_blocks(16);
  options.segment_bytes = kSmallSegment;
  wire::SignalCodec codec;
  {
    Result<Writer> writer = Writer::create(folder, options);
    ASSERT_GOOD(writer);
    for (std::uint64_t i = 0; i < 60; ++i) {
      ASSERT_GOOD(writer->append(std::span(records).subspan(i * 10, 10)));
      wire::EdgeBatch batch;
      batch.scope_seq = i + 1;
      batch.edges.resize(1);
      batch.edges[0].edge.scope_seq = batch.edges[0].edge.eseq = i + 1;
      ASSERT_GOOD(writer->append_edges(codec.encode(batch), 1));
    }
    ASSERT_GOOD(writer->close());
  }
  Result<EdgeIndex> before = EdgeIndex::open(folder);
  ASSERT_GOOD(before);
  ASSERT_GOOD(before->advance(100'000));
  Survey survey;
  ASSERT_GOOD(survey.advance(folder));
  ASSERT_GOOD(pack_recording(folder));
  ASSERT_GOOD(survey.advance(folder));
  EXPECT_EQ(survey.records(), 600U);
  EXPECT_EQ(survey.edges(), 60U);
  EXPECT_TRUE(survey.is_closed());
  Result<EdgeIndex> after = EdgeIndex::open(folder);
  ASSERT_GOOD(after);
  ASSERT_GOOD(after->advance(100'000));
  for (EdgeIndex* index : {&*before, &*after}) {
    EXPECT_EQ(index->edges(), 60U);
    for (std::uint64_t i = 1; i <= 60; ++i) {
      const auto batch = index->batch_with(0, i);
      ASSERT_GOOD(batch);
      EXPECT_EQ(batch->edges.at(0).edge.eseq, i);
    }
  }
}

}  // namespace
}  // namespace groundswell::journal
