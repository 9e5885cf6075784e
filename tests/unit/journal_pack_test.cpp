// Packing changes no record and no other payload, whatever else is in the recording; damage of what is packed shows; engines go on after
// it.
#include <algorithm>

#include "journal/edge_index.hpp"
#include "journal/pack.hpp"
#include "journal/packed_segment.hpp"
#include "journal/survey.hpp"
#include "journal/unpacker.hpp"
#include "journal_support.hpp"

namespace groundswell::journal {
namespace {

constexpr std::uint64_t kSmallSegment = kFileHeaderBytes + 12'000;

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

// CONFIG, CATALOG and EDGES among records; in one file or, if `segment_bytes`, in several.
void write_sample(const fs::path& path, const std::vector<Record>& records, std::uint64_t segment_bytes, bool is_closed) {
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

std::vector<fs::path> segments_in(const fs::path& recording) {
  std::vector<fs::path> segments;
  for (const fs::directory_entry& entry : fs::directory_iterator(recording)) {
    if (entry.path().extension() == ".gsj") segments.push_back(entry.path());
  }
  std::sort(segments.begin(), segments.end());
  return segments;
}
bool is_packed(const fs::path& segment) {
  FileHeader header;
  const std::string file = read_file(segment);
  std::memcpy(&header, file.data(), sizeof header);
  return header.minor == 1 && header.meta_bytes == sizeof(PackedMeta);
}

class JournalPack : public testing::Test {
 protected:
  const ScratchDirectory scratch;
  const fs::path file = scratch / "r.gsj", folder = scratch / "rec";
  const std::vector<Record> records = make_records(1'500);
};

TEST_F(JournalPack, AClosedFileHoldsTheSameAndIsSmaller) {
  write_sample(file, records, 0, true);
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
  write_sample(file, records, 0, false);
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
  write_sample(folder, records, kSmallSegment, true);
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
  write_sample(file, records, 0, true);
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
  write_sample(folder, records, kSmallSegment, true);
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
  write_sample(folder, records, kSmallSegment, true);
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

TEST_F(JournalPack, EveryFlippedByteAndEveryCutShows) {
  write_sample(file, make_records(150), 0, true);
  ASSERT_GOOD(pack_recording(file));
  const std::string bytes = read_file(file);
  const std::vector<std::size_t> offsets = block_offsets(bytes);
  std::mt19937_64 random(5);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    put_byte(file, at, static_cast<char>(bytes[at] ^ (1 << random() % 8)));
    const Result<Reader> reader = Reader::open(file);
    put_byte(file, at, bytes[at]);
    if (!reader) {
      ASSERT_EQ(reader.error().exit, Exit::kBadData) << at << ": " << reader.error().message;
    } else {
      ASSERT_NE(reader->info().torn_tail, "") << at;
      ASSERT_GE(at, offsets.back());
    }
  }
  for (std::size_t length = bytes.size() - 1; length > kFileHeaderBytes; --length) {
    fs::resize_file(file, length);
    const Result<Reader> reader = Reader::open(file);
    ASSERT_GOOD(reader);
    ASSERT_FALSE(reader->info().closed) << length;
  }
}

TEST_F(JournalPack, ALieUnderARightChecksumIsDamage) {
  write_sample(file, make_records(150), 0, true);
  ASSERT_GOOD(pack_recording(file));
  const std::string bytes = read_file(file);
  std::size_t refused = 0, tried = 0;
  for (const std::size_t offset : block_offsets(bytes)) {
    const BlockHeader header = block_at(bytes, offset);
    if (header.codec == Codec::kNone) continue;
    for (std::size_t at = 0; at < header.stored_bytes; ++at, ++tried) {
      std::string changed = bytes;
      changed[offset + kBlockHeaderBytes + at] = static_cast<char>(~changed[offset + kBlockHeaderBytes + at]);
      reseal(changed, offset);
      write_file(file, changed);
      refused += Reader::open(file).has_value() ? 0 : 1;  // if nothing else, the chain of checksums in the END block
    }
    for (const std::size_t field : {offsetof(BlockHeader, raw_bytes), offsetof(BlockHeader, count), offsetof(BlockHeader, codec)}) {
      std::string changed = bytes;
      for (std::size_t byte = 0; byte < (field == offsetof(BlockHeader, codec) ? 1 : 4); ++byte) changed[offset + field + byte] = '\x7f';
      reseal(changed, offset);
      write_file(file, changed);
      EXPECT_FALSE(Reader::open(file).has_value());
    }
  }
  EXPECT_GT(tried, 0U);
  EXPECT_EQ(refused, tried);
}

// A segment, checked.
Result<SegmentReader> checked_segment(const fs::path& path) {
  Position position;
  RecordingInfo info;
  SegmentSummary summary;
  Unpacker unpacker;
  Result<SegmentReader> segment = SegmentReader::open(path, position);
  if (!segment) return segment;
  if (auto checked = segment->check(position, info, summary, unpacker, true, {}); !checked) return checked.error();
  return segment;
}

TEST_F(JournalPack, ACopyOfSomethingElseIsNotTaken) {
  write_sample(file, records, 0, true);
  ASSERT_GOOD(pack_recording(file));
  std::vector<Record> other = records;
  other[700].tick.size ^= 1;
  const std::vector<Record> fewer(records.begin(), records.end() - 1);
  std::size_t number = 0;
  for (const std::vector<Record>* each : {&records, &std::as_const(other), &fewer}) {
    const fs::path plain_path = scratch / std::to_string(++number).c_str();
    write_sample(plain_path, *each, 0, true);
    const Result<SegmentReader> plain = checked_segment(plain_path);
    ASSERT_GOOD(plain);
    const Result<void> compared = compare_packed_segment(*plain, file);
    EXPECT_EQ(compared.has_value(), each == &records);
  }
}

// A zstd frame, within `memory`, of `mebibytes` zeros: eight blocks of 128 KiB for each, of one repeated byte.
BlockHeader frame_of_zeros(std::uint32_t mebibytes, std::string& memory) {
  const std::uint32_t raw_bytes = mebibytes << 20;
  memory.assign("\x28\xB5\x2F\xFD\xA0", 5);
  memory.append(reinterpret_cast<const char*>(&raw_bytes), sizeof raw_bytes);
  for (std::uint32_t i = 0; i < mebibytes * 8; ++i) {
    const std::uint32_t block = (128U << 13) | 2U | (i + 1 == mebibytes * 8 ? 1U : 0U);
    memory.append(reinterpret_cast<const char*>(&block), 3).push_back('\0');
  }
  BlockHeader header{};
  header.type = BlockType::kEdges;
  header.codec = Codec::kZstd;
  header.raw_bytes = raw_bytes;
  header.stored_bytes = static_cast<std::uint32_t>(memory.size());
  return header;
}

TEST(JournalUnpacker, AFewBytesThatSayTheyAreManyAreRefused) {
  Unpacker unpacker;
  std::string memory;
  std::span<const std::byte> payload;
  for (const std::uint32_t mebibytes : {1U, 16U, 17U, 1024U}) {
    const BlockHeader header = frame_of_zeros(mebibytes, memory);
    const std::string wrong = unpacker.unpack(header, bytes_of(memory).data(), payload);
    EXPECT_EQ(wrong.empty(), mebibytes <= 16) << mebibytes << " MiB: " << wrong;
    EXPECT_TRUE(!wrong.empty() || payload.size() == std::size_t{mebibytes} << 20);
  }
  BlockHeader header = frame_of_zeros(1, memory);
  ++header.raw_bytes;
  EXPECT_NE(unpacker.unpack(header, bytes_of(memory).data(), payload), "");
  header = frame_of_zeros(1, memory);
  header.type = BlockType::kRecords;
  EXPECT_NE(unpacker.unpack(header, bytes_of(memory).data(), payload), "");
}

TEST_F(JournalPack, DamageIsNotPacked) {
  write_sample(folder, records, kSmallSegment, true);
  const std::vector<fs::path> segments = segments_in(folder);
  put_byte(segments[2], kFileHeaderBytes + 100, '\x55');
  EXPECT_FAILS(pack_recording(folder), Exit::kBadData, "damaged at offset");
  for (const fs::path& segment : segments) EXPECT_FALSE(is_packed(segment));
  EXPECT_FAILS(pack_recording(scratch / "none"), Exit::kNoInput, "none");
  EXPECT_FAILS(pack_recording(segments[0]), Exit::kUsage, "give the folder");
}

TEST_F(JournalPack, WhatACrashLeftIsDeleted) {
  write_sample(folder, records, kSmallSegment, true);
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
