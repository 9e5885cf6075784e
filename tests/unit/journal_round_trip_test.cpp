// What is written is what is read: one file and segments, any batch sizes, all kinds of blocks, while a sync runs beside.
#include <algorithm>
#include <atomic>
#include <thread>

#include "journal_support.hpp"
#include "wire/codec.hpp"

namespace groundswell::journal {
namespace {

TEST(JournalRoundTrip, OneFileAtAnyBatchAndFlushSizes) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(2000);
  std::mt19937_64 random(3);
  for (int round = 0; round < 20; ++round) {
    const fs::path path = scratch / ("r" + std::to_string(round) + ".gsj").c_str();
    Result<Writer> writer = Writer::create(path, small_blocks(1 + random() % 40));
    ASSERT_GOOD(writer);
    for (std::size_t at = 0; at < records.size();) {
      const std::size_t count = std::min<std::size_t>(random() % 90, records.size() - at);
      ASSERT_GOOD(writer->append(std::span(records).subspan(at, count)));
      at += count;
      EXPECT_EQ(writer->appended_jseq(), at);
      EXPECT_EQ(writer->all_written(), writer->written_jseq() == writer->appended_jseq());
      if (random() % 3 == 0) {
        ASSERT_GOOD(writer->flush());
        EXPECT_EQ(writer->written_jseq(), at);
      }
    }
    ASSERT_GOOD(writer->close());
    EXPECT_EQ(writer->bytes_written(), fs::file_size(path));
    Result<Reader> reader = Reader::open(path);
    ASSERT_GOOD(reader);
    EXPECT_TRUE(reader->info().closed);
    EXPECT_EQ(reader->info().torn_tail, "");
    EXPECT_EQ(reader->info().recording_id, 42u);
    EXPECT_EQ(reader->info().bytes, fs::file_size(path));
    EXPECT_TRUE(are_equal(read_records(*reader), records));
    reader->rewind();
    EXPECT_TRUE(are_equal(read_records(*reader), records));
  }
}

TEST(JournalRoundTrip, SegmentsRollAndRunOn) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(3000);
  WriterOptions options = small_blocks(7);
  options.segment_bytes = 16 * 1024;
  Result<Writer> writer = Writer::create(scratch / "rec", options);
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append_config(some_config()));
  EXPECT_EQ(writer->last_block_seq(), 1u);
  for (std::size_t at = 0; at < records.size(); at += 10) {
    ASSERT_GOOD(writer->append(std::span(records).subspan(at, 10)));
    if (at % 50 != 0) continue;
    ASSERT_GOOD(writer->append_edges(bytes_of("some edges"), 3));
  }
  EXPECT_EQ(fs::file_size(scratch / "rec" / "0000000000000001.gsj") % kBlockAlign, 0u);
  ASSERT_GOOD(writer->close());
  Result<Reader> reader = Reader::open(scratch / "rec");
  ASSERT_GOOD(reader);
  EXPECT_GT(reader->info().segments, 5u);
  EXPECT_TRUE(reader->info().closed);
  EXPECT_EQ(reader->info().edges, 180u);
  EXPECT_EQ(reader->info().bytes, writer->bytes_written());
  EXPECT_TRUE(are_equal(read_records(*reader), records));
  std::uint64_t bytes = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(scratch / "rec")) {
    if (entry.path().extension() != ".gsj") continue;
    EXPECT_LE(entry.file_size(), options.segment_bytes);
    bytes += entry.file_size();
  }
  EXPECT_EQ(bytes, reader->info().bytes);
}

TEST(JournalRoundTrip, BlocksKeepTheirOrderKindsAndTimes) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(5);
  Catalog catalog;
  catalog.symbols = {"NVDA", "AMD"};
  catalog.condition_sets = {{}, {'C', "@ T", "letters_utp"}};
  catalog.scopes = {"semis"};
  catalog.signals = {{"pct_above_sma_50", "percent", 0x1234, 3}};
  catalog.universe_version = "2024-01";
  Result<Writer> writer = Writer::create(scratch / "r.gsj", small_blocks(100));
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append_config(some_config()));
  ASSERT_GOOD(writer->append_catalog(catalog));
  ASSERT_GOOD(writer->append(records));
  ASSERT_GOOD(writer->append_edges(bytes_of("12345678"), 2));
  ASSERT_GOOD(writer->close());
  Result<Reader> reader = Reader::open(scratch / "r.gsj");
  ASSERT_GOOD(reader);
  const std::vector<BlockType> expected{BlockType::kConfig, BlockType::kCatalog, BlockType::kRecords, BlockType::kEdges};
  std::vector<BlockView> blocks;
  while (std::optional<BlockView> block = reader->next()) blocks.push_back(*block);
  ASSERT_EQ(blocks.size(), expected.size());
  EXPECT_EQ(reader->info().blocks, expected.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(blocks[i].type, expected[i]);
    EXPECT_EQ(blocks[i].block_seq, i + 1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(blocks[i].payload.data()) % kBlockAlign, 0u);
  }
  EXPECT_EQ(blocks[2].first_jseq, 1u);
  EXPECT_EQ(blocks[3].first_jseq, 6u);
  EXPECT_EQ(blocks[3].count, 2u);
  EXPECT_EQ(blocks[3].payload.size(), 8u);
  const auto texts = parse_config(blocks[0].payload);
  ASSERT_GOOD(texts);
  ASSERT_EQ(texts->size(), 3u);
  EXPECT_EQ((*texts)[0].text, "[engine]\n");
  EXPECT_EQ((*texts)[1].text, "");
  EXPECT_EQ((*texts)[2].name, "x");
  const auto read_catalog = parse_catalog(blocks[1].payload);
  ASSERT_GOOD(read_catalog);
  EXPECT_EQ(read_catalog->symbols, catalog.symbols);
  EXPECT_EQ(read_catalog->condition_sets, catalog.condition_sets);
  EXPECT_EQ(read_catalog->scopes, catalog.scopes);
  EXPECT_EQ(read_catalog->signals.at(0).definition, 0x1234u);
  EXPECT_EQ(read_catalog->universe_version, catalog.universe_version);
  std::uint64_t first_ns = ~std::uint64_t{0}, last_ns = 0;
  for (const Record& record : records) {
    if (event_time_ns(record) == 0) continue;
    first_ns = std::min(first_ns, event_time_ns(record));
    last_ns = std::max(last_ns, event_time_ns(record));
  }
  EXPECT_EQ(reader->info().first_event_ns, first_ns);
  EXPECT_EQ(reader->info().last_event_ns, last_ns);
}

TEST(JournalRoundTrip, MisalignedOrForeignPayloadsAreParsedOrRefused) {
  Catalog catalog;
  catalog.symbols = {"A"};
  wire::SignalCodec codec;
  const std::span<const std::byte> encoded = codec.encode(catalog);
  std::vector<std::byte> shifted(encoded.size() + 1);
  std::copy(encoded.begin(), encoded.end(), shifted.begin() + 1);
  const auto parsed = parse_catalog(std::span(shifted).subspan(1));
  ASSERT_GOOD(parsed);
  EXPECT_EQ(parsed->symbols, catalog.symbols);
  EXPECT_FAILS(parse_catalog(bytes_of("not a message at all....")), Exit::kBadData, "CATALOG");
  const std::string config = encode_config(some_config());
  for (std::size_t length = 1; length < config.size(); ++length) {
    const auto cut = parse_config(bytes_of(config).first(length));
    if (!cut) continue;
    EXPECT_LT(cut->size(), 3u);  // cut between two texts: nothing in the payload says how many there were
  }
  EXPECT_FAILS(parse_config(bytes_of(config).first(config.size() - 1)), Exit::kBadData, "CONFIG");
}

TEST(JournalRoundTrip, ReceiveTimesOfBlocksNeverGoBack) {
  const ScratchDirectory scratch;
  Result<Writer> writer = Writer::create(scratch / "r.gsj", small_blocks(1));
  ASSERT_GOOD(writer);
  for (const std::int64_t recv_ns : {100, 50, 0, 120}) ASSERT_GOOD(writer->append(std::vector{pulse_record(kStartNs, recv_ns)}));
  ASSERT_GOOD(writer->close());
  ASSERT_GOOD(Reader::open(scratch / "r.gsj"));
  const std::string file = read_file(scratch / "r.gsj");
  const std::vector<std::size_t> offsets = block_offsets(file);
  const std::int64_t expected_ns[] = {100, 100, 100, 120};
  const std::uint16_t expected_flags[] = {0, kBlockClockBack, 0, 0};  // 0 is "not known", not a clock that went back
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(block_at(file, offsets[i]).ts_recv_ns, expected_ns[i]);
    EXPECT_EQ(block_at(file, offsets[i]).flags, expected_flags[i]);
  }
}

TEST(JournalRoundTrip, AnOversizedBlockGrowsItsSegment) {
  const ScratchDirectory scratch;
  WriterOptions options = small_blocks(2);
  options.segment_bytes = 6 * 1024;
  Result<Writer> writer = Writer::create(scratch / "rec", options);
  ASSERT_GOOD(writer);
  const std::string text(20'000, 'x');
  const std::vector<ConfigText> config{{"big", text}};
  ASSERT_GOOD(writer->append_config(config));
  ASSERT_GOOD(writer->append_config(config));
  ASSERT_GOOD(writer->append(make_records(6)));
  ASSERT_GOOD(writer->append_config(config));
  ASSERT_GOOD(writer->append_config(config));
  ASSERT_GOOD(writer->close());
  Result<Reader> reader = Reader::open(scratch / "rec");
  ASSERT_GOOD(reader);
  EXPECT_TRUE(are_equal(read_records(*reader), make_records(6)));
  EXPECT_EQ(reader->info().blocks, 4u + 3u);
}

TEST(JournalRoundTrip, TheIndexFindsEverySixtyFourthBlock) {
  const ScratchDirectory scratch;
  Result<Writer> writer = Writer::create(scratch / "r.gsj", small_blocks(1));
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append(make_records(150)));
  ASSERT_GOOD(writer->close());
  const std::string file = read_file(scratch / "r.gsj");
  const std::vector<std::size_t> offsets = block_offsets(file);
  EndPayload end;
  std::memcpy(&end, file.data() + file.size() - sizeof end, sizeof end);
  EXPECT_EQ(end.index_offset, offsets[150]);
  EXPECT_EQ(end.blocks, 151u);
  EXPECT_EQ(end.records, 150u);
  EXPECT_EQ(end.last, 1u);
  const BlockHeader index = block_at(file, end.index_offset);
  EXPECT_EQ(index.type, BlockType::kIndex);
  ASSERT_EQ(index.count, 3u);
  for (std::size_t i = 0; i < index.count; ++i) {
    IndexEntry entry;
    std::memcpy(&entry, file.data() + end.index_offset + kBlockHeaderBytes + i * sizeof entry, sizeof entry);
    EXPECT_EQ(entry.offset, offsets[i * 64]);
    EXPECT_EQ(entry.first_jseq, i * 64 + 1);
  }
}

TEST(JournalRoundTrip, ARecordingIsReadWhileItIsWritten) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(100);
  WriterOptions options = small_blocks(10);
  options.segment_bytes = 1 << 20;
  Result<Writer> writer = Writer::create(scratch / "rec", options);
  ASSERT_GOOD(writer);
  ASSERT_GOOD(writer->append(std::span(records).first(55)));
  Result<Reader> reader = Reader::open(scratch / "rec");
  ASSERT_GOOD(reader);
  EXPECT_EQ(reader->info().records, 50u);
  EXPECT_FALSE(reader->info().closed);
  EXPECT_EQ(reader->info().torn_tail, "") << "a preallocated rest is not torn";
  EXPECT_TRUE(is_prefix(read_records(*reader), records));
}

TEST(JournalRoundTrip, DroppingAWriterIsLikeACrashButForTheOpenBlock) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(7);
  {
    Result<Writer> writer = Writer::create(scratch / "r.gsj", small_blocks(5));
    ASSERT_GOOD(writer);
    ASSERT_GOOD(writer->append(records));
    Writer moved = std::move(*writer);
    EXPECT_EQ(moved.written_jseq(), 5u);
  }
  Result<Reader> reader = Reader::open(scratch / "r.gsj");
  ASSERT_GOOD(reader);
  EXPECT_FALSE(reader->info().closed);
  EXPECT_EQ(reader->info().torn_tail, "");
  EXPECT_TRUE(are_equal(read_records(*reader), records));
}

TEST(JournalRoundTrip, RandomIdsDiffer) {
  const ScratchDirectory scratch;
  const Result<Writer> first = Writer::create(scratch / "a.gsj", {});
  const Result<Writer> second = Writer::create(scratch / "b.gsj", {});
  ASSERT_GOOD(first);
  ASSERT_GOOD(second);
  EXPECT_NE(first->recording_id(), 0u);
  EXPECT_NE(first->recording_id(), second->recording_id());
  EXPECT_NE(read_file(scratch / "a.gsj").substr(24, 16), read_file(scratch / "b.gsj").substr(24, 16)) << "segment uuids";
}

TEST(JournalRoundTrip, ProgressEndsAtAll) {
  const ScratchDirectory scratch;
  Result<Writer> writer = Writer::create(scratch / "r.gsj", {});
  ASSERT_GOOD(writer);
  const std::vector<Record> records = make_records(1000);
  for (int i = 0; i < 600; ++i) ASSERT_GOOD(writer->append(records));
  ASSERT_GOOD(writer->close());
  std::vector<std::uint64_t> seen;
  std::uint64_t all = 0;
  ASSERT_GOOD(Reader::open(scratch / "r.gsj", [&](std::uint64_t done_bytes, std::uint64_t all_bytes) {
    seen.push_back(done_bytes);
    all = all_bytes;
  }));
  EXPECT_GE(seen.size(), 3u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(all, fs::file_size(scratch / "r.gsj"));
  EXPECT_EQ(seen.back(), all);
}

// Run under the thread sanitizer, this is the proof that sync() may run beside the rest, rolls included.
TEST(JournalRoundTrip, SyncRunsBesideTheWriter) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(20'000);
  WriterOptions options = small_blocks(16);
  options.segment_bytes = 64 * 1024;
  Result<Writer> writer = Writer::create(scratch / "rec", options);
  ASSERT_GOOD(writer);
  std::atomic<bool> is_done{false};
  std::uint64_t synced_jseq = 0, syncs = 0;
  std::string failure;
  std::thread syncer([&] {
    do {
      writer->begin_writeback();
      const Result<std::uint64_t> synced = writer->sync();
      if (!synced) failure = synced.error().message;
      if (synced && *synced < synced_jseq) failure = "went back";
      if (synced) synced_jseq = *synced;
      ++syncs;
    } while (!is_done && failure.empty());
  });
  bool is_good = true;
  for (std::size_t at = 0; at < records.size(); at += 50)
    is_good = writer->append(std::span(records).subspan(at, 50)).has_value() && is_good;
  is_good = writer->flush().has_value() && is_good;
  is_done = true;
  syncer.join();
  EXPECT_TRUE(is_good);
  EXPECT_EQ(failure, "");
  EXPECT_GT(syncs, 0u);
  EXPECT_LE(synced_jseq, writer->written_jseq());
  const Result<std::uint64_t> last = writer->sync();
  ASSERT_GOOD(last);
  EXPECT_EQ(*last, records.size());
  ASSERT_GOOD(writer->close());
  Result<Reader> reader = Reader::open(scratch / "rec");
  ASSERT_GOOD(reader);
  EXPECT_GT(reader->info().segments, 10u);
  EXPECT_TRUE(are_equal(read_records(*reader), records));
}

// Small blocks wait for flush(), large ones go at once with all that waits: in the file all stand in the order in which they came.
TEST(JournalRoundTrip, BlocksOfAnySizeStandInTheirOrder) {
  const ScratchDirectory scratch;
  const std::vector<Record> records = make_records(20'000);
  std::mt19937_64 random(11);
  WriterOptions options = small_blocks(700);
  options.segment_bytes = 1 << 20;
  Result<Writer> writer = Writer::create(scratch / "rec", options);
  ASSERT_GOOD(writer);
  std::vector<std::string> edges;
  const auto expect_there = [&](std::size_t n_records) {
    Result<Reader> reader = Reader::open(scratch / "rec");
    ASSERT_GOOD(reader);
    std::size_t n_edges = 0, n_seen = 0;
    while (const std::optional<BlockView> block = reader->next()) {
      if (block->type == BlockType::kRecords) n_seen += block->count;
      if (block->type != BlockType::kEdges) continue;
      ASSERT_LT(n_edges, edges.size());
      EXPECT_EQ(block->first_jseq, n_seen + 1);
      ASSERT_EQ(std::string(reinterpret_cast<const char*>(block->payload.data()), block->payload.size()), edges[n_edges]);
      ++n_edges;
    }
    EXPECT_EQ(n_edges, edges.size());
    EXPECT_EQ(n_seen, n_records);
  };
  for (std::size_t at = 0; at < records.size();) {
    const std::size_t count = std::min<std::size_t>(random() % 200, records.size() - at);
    ASSERT_GOOD(writer->append(std::span(records).subspan(at, count)));
    at += count;
    if (random() % 2 == 0) {
      edges.emplace_back(random() % (random() % 8 == 0 ? 40'000 : 700), static_cast<char>('a' + edges.size() % 26));
      ASSERT_GOOD(writer->append_edges(bytes_of(edges.back()), 1));
      EXPECT_LE(writer->written_jseq(), writer->appended_jseq());
    }
    if (random() % 20 != 0) continue;
    ASSERT_GOOD(writer->flush());
    EXPECT_TRUE(writer->all_written());
    EXPECT_EQ(writer->written_jseq(), at);
    expect_there(at);
  }
  ASSERT_GOOD(writer->close());
  expect_there(records.size());
}

}  // namespace
}  // namespace groundswell::journal
