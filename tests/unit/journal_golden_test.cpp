// The bytes of version 1 never change: what this program writes is the committed file, and the committed file is read.
// A change of the format gets a new version and a new file beside this one. GROUNDSWELL_WRITE_GOLDEN=1 writes it.
#include <cstdlib>

#include "journal/pack.hpp"
#include "journal_support.hpp"
#include "wire/codec.hpp"

namespace groundswell::journal {
namespace {

const fs::path kGoldenPath = fs::path(GROUNDSWELL_SOURCE_DIR) / "tests/golden/journal/v1.gsj";

std::vector<Record> golden_records() {
  constexpr auto kRecvNs = static_cast<std::int64_t>(kStartNs);
  Tick tick{};
  tick.ts_event_ns = kStartNs + 1;
  tick.price_e9 = 627'740'000'000;
  tick.size = 100;
  tick.trade_id = 4711;
  tick.symbol = 1;
  tick.ts_recv_delta_ns = 250;
  tick.cond_set = 1;
  tick.venue = 'Q';
  tick.action = Action::kTrade;
  tick.side = 'B';
  tick.flags = kFlagLast;
  Record reference = make_record(RecordKind::kReferenceChange, kRecvNs + 5, 0);
  reference.reference.config_no = 1;  // field by field: the padding stays zero
  reference.reference.hash = 0x0123456789ABCDEF;
  reference.reference.effective_session = 20240131;
  reference.reference.what = 2;
  return {roll_record(20240130, SessionMode::kLive, kStartNs, kStartNs + 23'400'000'000'000, 0, kStartNs + 24'000'000'000'000,
                      kRollStartedLate, kRecvNs + 1),
          tick_record(tick, kRecvNs + 2, 3), pulse_record(kStartNs + 1'000'000'000, kRecvNs + 3),
          gap_record(9, 17, 20, GapCause::kLost, kRecvNs + 4, 3), reference};
}

Catalog golden_catalog() {
  Catalog catalog;
  catalog.symbols = {"AMD", "NVDA"};
  catalog.condition_sets = {{}, {'C', "@ T", "letters_utp"}};
  catalog.scopes = {"semis"};
  catalog.signals = {{"pct_above_sma_50", "percent", 0x1122334455667788, 0}};
  catalog.universe_version = "2024-01-30";
  return catalog;
}

Result<void> write_golden(const fs::path& path) {
  WriterOptions options;
  options.recording_id = 0xA1A2A3A4A5A6A7A8;
  options.config_hash = 0xC1C2C3C4C5C6C7C8;
  options.definition_set_hash = 0xD1D2D3D4D5D6D7D8;
  options.created_ns = static_cast<std::int64_t>(kStartNs);
  for (std::size_t i = 0; i < options.segment_uuid.size(); ++i) options.segment_uuid[i] = static_cast<std::uint8_t>(i + 1);
  Result<Writer> writer = Writer::create(path, options);
  if (!writer) return writer.error();
  const std::vector<ConfigText> texts{{"groundswell.toml", "[engine]\n"}, {"baskets.toml", "[[basket]]\nid = \"semis\"\n"}};
  const std::string edges("\0\0\0\0\0\0\0\0", 8);  // of an empty message; only its place and its bytes are of interest here
  if (auto written = writer->append_config(texts); !written) return written;
  if (auto written = writer->append_catalog(golden_catalog()); !written) return written;
  if (auto written = writer->append(golden_records()); !written) return written;
  if (auto written = writer->append_edges(bytes_of(edges), 0); !written) return written;
  return writer->close();
}

// Of a packed recording the bytes depend on the version of zstd: the committed ones must be read for ever, and no more.
const fs::path kPackedGoldenPath = fs::path(GROUNDSWELL_SOURCE_DIR) / "tests/golden/journal/v1_packed.gsj";

std::vector<Record> packed_golden_records() {
  std::vector<Record> records;
  for (std::uint64_t i = 0; i < 100; ++i) {
    for (Record record : golden_records()) {
      if (record.kind == RecordKind::kTick) {
        record.tick.ts_event_ns += i * 1'000;
        record.tick.price_e9 = i % 10 == 9 ? kNoPrice : record.tick.price_e9 + static_cast<std::int64_t>(i % 7) * 10'000'000;
        record.tick.trade_id += i;
        record.tick.symbol = static_cast<std::uint32_t>(i % 3);
      }
      record.recv_ns += static_cast<std::int64_t>(i);
      records.push_back(record);
    }
  }
  return records;
}

Result<void> write_packed_golden(const fs::path& path) {
  {
    Result<Writer> writer = Writer::create(path, small_blocks(64));
    if (!writer) return writer.error();
    const std::vector<ConfigText> texts{{"groundswell.toml", std::string(1'000, '#')}};
    if (auto written = writer->append_config(texts); !written) return written;
    if (auto written = writer->append(packed_golden_records()); !written) return written;
    if (auto closed = writer->close(); !closed) return closed;
  }
  const Result<PackReport> packed = pack_recording(path);
  if (!packed) return packed.error();
  return {};
}

TEST(JournalGolden, TheCommittedPackedFileIsRead) {
  if (std::getenv("GROUNDSWELL_WRITE_GOLDEN") != nullptr) {
    fs::remove(kPackedGoldenPath);
    ASSERT_GOOD(write_packed_golden(kPackedGoldenPath));
  }
  Result<Reader> reader = Reader::open(kPackedGoldenPath);
  ASSERT_GOOD(reader);
  EXPECT_TRUE(are_equal(read_records(*reader), packed_golden_records()));
  EXPECT_TRUE(reader->info().closed);
  const std::string file = read_file(kPackedGoldenPath);
  const std::vector<std::size_t> offsets = block_offsets(file);
  ASSERT_EQ(offsets.size(), 4U);
  EXPECT_EQ(block_at(file, offsets[0]).codec, Codec::kZstd);
  EXPECT_EQ(block_at(file, offsets[1]).codec, Codec::kColumns);
}

TEST(JournalGolden, WritingGivesTheCommittedBytes) {
  if (std::getenv("GROUNDSWELL_WRITE_GOLDEN") != nullptr) {
    fs::remove(kGoldenPath);
    ASSERT_GOOD(write_golden(kGoldenPath));
  }
  const ScratchDirectory scratch;
  ASSERT_GOOD(write_golden(scratch / "v1.gsj"));
  const std::string written = read_file(scratch / "v1.gsj");
  const std::string golden = read_file(kGoldenPath);
  ASSERT_EQ(written.size(), golden.size());
  for (std::size_t at = 0; at < golden.size(); ++at) ASSERT_EQ(written[at], golden[at]) << "first difference at offset " << at;
}

TEST(JournalGolden, TheCommittedFileIsRead) {
  Result<Reader> reader = Reader::open(kGoldenPath);
  ASSERT_GOOD(reader);
  EXPECT_TRUE(reader->info().closed);
  EXPECT_EQ(reader->info().torn_tail, "");
  EXPECT_EQ(reader->info().recording_id, 0xA1A2A3A4A5A6A7A8);
  EXPECT_EQ(reader->info().config_hash, 0xC1C2C3C4C5C6C7C8);
  EXPECT_EQ(reader->info().definition_set_hash, 0xD1D2D3D4D5D6D7D8);
  EXPECT_EQ(reader->info().created_ns, static_cast<std::int64_t>(kStartNs));
  EXPECT_EQ(reader->info().first_event_ns, kStartNs + 1);
  EXPECT_EQ(reader->info().last_event_ns, kStartNs + 1'000'000'000);
  const std::optional<BlockView> config = reader->next();
  ASSERT_TRUE(config && config->type == BlockType::kConfig);
  const auto texts = parse_config(config->payload);
  ASSERT_GOOD(texts);
  EXPECT_EQ(texts->at(1).name, "baskets.toml");
  const std::optional<BlockView> catalog = reader->next();
  ASSERT_TRUE(catalog && catalog->type == BlockType::kCatalog);
  const auto parsed = parse_catalog(catalog->payload);
  ASSERT_GOOD(parsed);
  EXPECT_EQ(parsed->symbols, golden_catalog().symbols);
  EXPECT_EQ(parsed->condition_sets, golden_catalog().condition_sets);
  reader->rewind();
  EXPECT_TRUE(are_equal(read_records(*reader), golden_records()));
}

// Offsets written out here once more, by hand: a reader in another language starts from these.
TEST(JournalGolden, TheFirstBytesAreWhereTheTableSays) {
  const std::string file = read_file(kGoldenPath);
  ASSERT_GT(file.size(), 4224u);
  EXPECT_EQ(file.substr(0, 16), std::string("\x89GSJ\r\n\x1A\n\x01\x00\x00\x00\x00\x10\x00\x00", 16));
  EXPECT_EQ(file.substr(16, 8), "\x08\x07\x06\x05\x04\x03\x02\x01");
  EXPECT_EQ(file.substr(40, 8), "\xA8\xA7\xA6\xA5\xA4\xA3\xA2\xA1");
  EXPECT_EQ(file.substr(4096, 4), "GBLK");
  EXPECT_EQ(file.substr(4096 + 16, 8), std::string("\x04\x00\x00\x00\x02\x00\x00\x00", 8));  // CONFIG, no codec, no flags, two texts
  EXPECT_EQ(file.substr(4160, 24), std::string("\x10\x00\x00\x00\x09\x00\x00\x00groundswell.toml", 24));
  EXPECT_EQ(file.substr(file.size() - 128, 4), "GBLK");
}

}  // namespace
}  // namespace groundswell::journal
