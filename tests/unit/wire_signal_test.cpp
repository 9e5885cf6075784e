#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "support/wire_samples.hpp"

namespace groundswell {
namespace {

using namespace test;
using wire::Verdict;

TEST(Signals, LevelsComeBackAsTheyWere) {
  Random random(11);
  wire::SignalCodec codec;
  for (const std::size_t count : {0U, 1U, 3U, 200U, 5'000U}) {
    std::vector<Level> levels;
    for (std::size_t i = 0; i < count; ++i) levels.push_back(random_level(random));
    const wire::LevelBatch batch{.header = random_header(random),
                                 .level_seq = random(),
                                 .ts_event_ns = random(),
                                 .cause_jseq = random(),
                                 .clock = static_cast<Clock>(count % 2),
                                 .full = count % 3 == 0,
                                 .last = count % 2 == 0,
                                 .levels = levels};
    wire::LevelBatch got;
    ASSERT_EQ(codec.decode(codec.encode(batch), got), Verdict::kOk) << count;
    EXPECT_EQ(got.header, batch.header);
    EXPECT_EQ(got.level_seq, batch.level_seq);
    EXPECT_EQ(got.ts_event_ns, batch.ts_event_ns);
    EXPECT_EQ(got.cause_jseq, batch.cause_jseq);
    EXPECT_EQ(got.clock, batch.clock);
    EXPECT_EQ(got.full, batch.full);
    EXPECT_EQ(got.last, batch.last);
    EXPECT_TRUE(same_bytes(got.levels, batch.levels)) << count;
  }
}

TEST(Signals, EdgesComeBackAsTheyWere) {
  Random random(12);
  wire::SignalCodec codec;
  for (const std::size_t count : {0U, 1U, 2U, 100U}) {
    wire::EdgeBatch batch{.header = random_header(random), .scope_seq = random() >> 1, .edges = {}};
    for (std::size_t i = 0; i < count; ++i) batch.edges.push_back(random_edge(random, batch.header, batch.scope_seq + i));
    wire::EdgeBatch got;
    ASSERT_EQ(codec.decode(codec.encode(batch), got), Verdict::kOk) << count;
    EXPECT_EQ(got.header, batch.header);
    EXPECT_EQ(got.scope_seq, batch.scope_seq);
    ASSERT_EQ(got.edges.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(std::memcmp(&got.edges[i].edge, &batch.edges[i].edge, sizeof(Edge)), 0) << i;
      EXPECT_EQ(got.edges[i].why, batch.edges[i].why) << i;
    }
  }
}

TEST(Signals, HeartbeatsComeBackAsTheyWere) {
  Random random(13);
  wire::SignalCodec codec;
  for (std::size_t count = 0; count < 30; ++count) {
    wire::Heartbeat heartbeat{.recording_id = random(),
                              .started_ns = random(),
                              .send_ns = random(),
                              .event_time_ns = random(),
                              .written_jseq = random(),
                              .synced_jseq = random(),
                              .catalog_hash = random(),
                              .config_hash = random(),
                              .state = static_cast<wire::EngineState>(count % 4),
                              .mode = static_cast<wire::Mode>(count % 3),
                              .next = {}};
    for (std::size_t i = 0; i < count; ++i) {
      heartbeat.next.push_back({any<std::uint16_t>(random), any<std::uint16_t>(random), random(), random(), random()});
    }
    wire::Heartbeat got;
    ASSERT_EQ(codec.decode(codec.encode(heartbeat), got), Verdict::kOk);
    EXPECT_EQ(got, heartbeat);
  }
}

TEST(Signals, OperationsComeBackAsTheyWere) {
  wire::SignalCodec codec;
  for (const wire::Severity severity : {wire::Severity::kInfo, wire::Severity::kWarning, wire::Severity::kError}) {
    wire::Operation operation = sample_operation(), got;
    operation.severity = severity;
    for (const char* text : {"", "seven b", "eight by", "'market': line B is back"}) {
      operation.text = text;
      ASSERT_EQ(codec.decode(codec.encode(operation), got), Verdict::kOk);
      EXPECT_EQ(got, operation);
    }
  }
  wire::Operation odd = sample_operation(), got;
  odd.severity = static_cast<wire::Severity>('X');
  EXPECT_EQ(codec.decode(codec.encode(odd), got), Verdict::kMalformed);
}

bool same_signal(const SignalEntry& a, const SignalEntry& b) {
  return a.id == b.id && a.unit == b.unit && a.definition == b.definition && a.index == b.index;
}

TEST(Signals, CatalogsComeBackAsTheyWere) {
  Random random(14);
  wire::SignalCodec codec;
  for (const std::size_t count : {0U, 1U, 50U, 3'000U}) {
    Catalog catalog;
    catalog.universe_version = random_text(random, 30);
    for (std::size_t i = 0; i < count; ++i) {
      catalog.symbols.push_back(random_text(random, 12));
      catalog.condition_sets.push_back({.tape = any<char>(random), .codes = random_text(random, 8), .scheme = random_text(random, 8)});
      catalog.scopes.push_back(random_text(random, 40));
      catalog.signals.push_back({random_text(random, 20), random_text(random, 10), random(), any<std::uint16_t>(random)});
    }
    Catalog got;
    ASSERT_EQ(codec.decode(codec.encode(catalog), got), Verdict::kOk) << count;
    EXPECT_EQ(got.universe_version, catalog.universe_version);
    EXPECT_EQ(got.symbols, catalog.symbols);
    EXPECT_EQ(got.condition_sets, catalog.condition_sets);
    EXPECT_EQ(got.scopes, catalog.scopes);
    EXPECT_TRUE(std::ranges::equal(got.signals, catalog.signals, same_signal));
  }
}

// A message must not depend on what the same codec encoded before, or hashes and recordings would.
TEST(Signals, BytesDoNotDependOnHistory) {
  const std::vector<Level> levels = sample_levels();
  Catalog ones;
  ones.universe_version = std::string(4'000, '\xff');
  wire::SignalCodec used;
  const auto after_ones = [&](const auto& message) {
    used.encode(ones);
    return copy(used.encode(message));
  };
  const auto fresh = [](const auto& message) {
    wire::SignalCodec codec;
    return copy(codec.encode(message));
  };
  EXPECT_EQ(after_ones(sample_level_batch(levels)), fresh(sample_level_batch(levels)));
  EXPECT_EQ(after_ones(sample_edge_batch()), fresh(sample_edge_batch()));
  EXPECT_EQ(after_ones(sample_heartbeat()), fresh(sample_heartbeat()));
  EXPECT_EQ(after_ones(sample_catalog()), fresh(sample_catalog()));
}

TEST(Signals, CatalogHashIsThatOfTheMessage) {
  wire::SignalCodec codec;
  const std::vector<std::byte> message = copy(codec.encode(sample_catalog()));
  const std::uint64_t hash = wire::catalog_hash(sample_catalog());
  EXPECT_EQ(hash, sha256_prefix64({reinterpret_cast<const char*>(message.data()), message.size()}));
  Catalog other = sample_catalog();
  other.symbols.push_back("QQQ");
  EXPECT_NE(wire::catalog_hash(other), hash);
  other = sample_catalog();
  std::swap(other.scopes[0], other.scopes[1]);
  EXPECT_NE(wire::catalog_hash(other), hash);
}

TEST(Signals, AddressesDoNotMatter) {
  wire::SignalCodec codec;
  const std::vector<std::byte> message = copy(codec.encode(sample_heartbeat()));
  for (std::size_t offset = 0; offset < 8; ++offset) {
    std::vector<std::byte> place(message.size() + 8);
    std::memcpy(place.data() + offset, message.data(), message.size());
    wire::Heartbeat got;
    ASSERT_EQ(codec.decode(std::span(place).subspan(offset, message.size()), got), Verdict::kOk) << offset;
    EXPECT_EQ(got, sample_heartbeat());
  }
}

// Codes are indices into name tables: one without a name must not get out.
TEST(Signals, UnknownCodesAreRefusedAndLeaveTheOutputAlone) {
  wire::SignalCodec codec;
  std::vector<Level> levels = sample_levels();
  levels[1].validity = static_cast<Validity>(kValidityNames.size());
  wire::LevelBatch level_batch{.level_seq = 7};
  EXPECT_EQ(codec.decode(codec.encode(sample_level_batch(levels)), level_batch), Verdict::kMalformed);
  EXPECT_EQ(level_batch.level_seq, 7U);
  levels = sample_levels();
  levels[0].present = 2;
  EXPECT_EQ(codec.decode(codec.encode(sample_level_batch(levels)), level_batch), Verdict::kMalformed);
  levels = sample_levels();
  wire::LevelBatch wrong_clock = sample_level_batch(levels);
  wrong_clock.clock = static_cast<Clock>(2);
  EXPECT_EQ(codec.decode(codec.encode(wrong_clock), level_batch), Verdict::kMalformed);

  wire::EdgeBatch edge_batch;
  wire::EdgeBatch wrong_edge = sample_edge_batch();
  wrong_edge.edges[1].edge.clock = static_cast<Clock>(9);
  EXPECT_EQ(codec.decode(codec.encode(wrong_edge), edge_batch), Verdict::kMalformed);
  EXPECT_TRUE(edge_batch.edges.empty());

  wire::Heartbeat heartbeat = sample_heartbeat(), got;
  heartbeat.state = static_cast<wire::EngineState>(4);
  EXPECT_EQ(codec.decode(codec.encode(heartbeat), got), Verdict::kMalformed);
}

TEST(Topic, EveryPartEndsWithADot) {
  EXPECT_EQ(wire::topic('L', "main", "wave:compute"), "L.main.wave:compute.");
  EXPECT_EQ(wire::topic('E', "main", "gpu_accelerators"), "E.main.gpu_accelerators.");
  EXPECT_EQ(wire::topic('H', "gs1"), "H.gs1.");
  EXPECT_EQ(wire::topic('K', "shadow"), "K.shadow.");
}

TEST(Topic, OtherBytesAreEscaped) {
  EXPECT_EQ(wire::topic('H', "a.b"), "H.a%2Eb.");
  EXPECT_EQ(wire::topic('L', "main", "100% \xc3\xa9"), "L.main.100%25%20%C3%A9.");
}

}  // namespace
}  // namespace groundswell
