// Messages for tests: one fixed example of every kind, no two fields of which are equal, and random ones.
#pragma once

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "wire/codec.hpp"

namespace groundswell::test {

using Random = std::mt19937_64;

template <class Integer>
Integer any(Random& random) {
  return static_cast<Integer>(random());
}

inline Tick random_tick(Random& random) {
  Tick tick;
  std::uint64_t words[sizeof(Tick) / 8];
  for (std::uint64_t& word : words) word = random();
  std::memcpy(&tick, words, sizeof tick);
  return tick;
}
inline std::vector<Tick> random_ticks(Random& random, std::size_t count) {
  std::vector<Tick> ticks;
  for (std::size_t i = 0; i < count; ++i) ticks.push_back(random_tick(random));
  return ticks;
}
inline std::string random_text(Random& random, std::size_t longest) {
  std::string text(random() % (longest + 1), '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}
inline Level random_level(Random& random) {
  return {.value = static_cast<double>(any<std::int64_t>(random)) / 1e6,
          .flags = any<std::uint32_t>(random),
          .subject = any<std::uint32_t>(random),
          .n_valid = any<std::uint32_t>(random),
          .n_members = any<std::uint32_t>(random),
          .signal = any<std::uint16_t>(random),
          .validity = static_cast<Validity>(random() % kValidityNames.size()),
          .present = static_cast<std::uint8_t>(random() % 2),
          .zero = 0};
}
inline wire::Header random_header(Random& random) {
  return {.recording_id = random(),
          .catalog_hash = random(),
          .config_hash = random(),
          .send_ns = random(),
          .session = any<std::uint32_t>(random),
          .universe = any<std::uint16_t>(random),
          .scope = any<std::uint16_t>(random)};
}
inline wire::EdgeWithWhy random_edge(Random& random, const wire::Header& header, std::uint64_t scope_seq) {
  wire::EdgeWithWhy edge{.edge = {.eseq = random(),
                                  .scope_seq = scope_seq,
                                  .event_id = {random(), random()},
                                  .ts_event_ns = random(),
                                  .cause_jseq = random(),
                                  .value = static_cast<double>(any<std::int64_t>(random)) / 3.0,
                                  .prior = static_cast<double>(any<std::int64_t>(random)) / 7.0,
                                  .threshold = static_cast<double>(any<std::int64_t>(random)) / 9.0,
                                  .definition = random(),
                                  .roster = random(),
                                  .session = header.session,
                                  .flags = any<std::uint32_t>(random),
                                  .subject = any<std::uint32_t>(random),
                                  .n_valid = any<std::uint32_t>(random),
                                  .n_members = any<std::uint32_t>(random),
                                  .type = static_cast<EdgeType>(any<std::uint16_t>(random)),
                                  .scope = header.scope,
                                  .trigger = any<std::uint16_t>(random),
                                  .signal = any<std::uint16_t>(random),
                                  .direction = any<std::int8_t>(random),
                                  .validity = static_cast<Validity>(random() % kValidityNames.size()),
                                  .clock = static_cast<Clock>(random() % kClockNames.size()),
                                  .present = static_cast<std::uint8_t>(random() % 2)},
                         .why = {}};
  for (std::uint64_t i = random() % 5; i > 0; --i) {
    edge.why.push_back({.delta = any<std::int64_t>(random), .symbol = any<std::uint32_t>(random)});
  }
  return edge;
}

// The fixed examples, from which the golden bytes are made: never change them.
inline std::vector<Tick> sample_ticks() {
  return {{.ts_event_ns = 1'795'185'000'000'000'001,
           .price_e9 = 187'420'000'000,
           .size = 300,
           .trade_id = 71'001,
           .symbol = 17,
           .ts_recv_delta_ns = -250'000,
           .cond_set = 3,
           .venue = 12,
           .action = Action::kTrade,
           .side = 0,
           .flags = kFlagLast,
           .spare = 0},
          {.ts_event_ns = 1'795'185'000'000'000'002,
           .price_e9 = kNoPrice,
           .size = 0,
           .trade_id = 0,
           .symbol = 18,
           .ts_recv_delta_ns = 1'000,
           .cond_set = 0,
           .venue = 0,
           .action = Action::kQuote,
           .side = 'B',
           .flags = 0,
           .spare = 0},
          {.ts_event_ns = 1'795'185'000'000'000'003,
           .price_e9 = 55'010'000'000,
           .size = 900,
           .trade_id = 0,
           .symbol = 18,
           .ts_recv_delta_ns = 2'000,
           .cond_set = 0,
           .venue = 5,
           .action = Action::kQuote,
           .side = 'A',
           .flags = kFlagLast,
           .spare = 0}};
}
inline wire::TickBatch sample_tick_batch(const std::vector<Tick>& ticks) {
  return {.feed_epoch = 1'001, .first_tick = 42, .send_ns = 1'795'185'000'000'000'009, .feed = 7, .line = 1, .ticks = ticks};
}
inline wire::Instruments sample_instruments() {
  return {.feed_epoch = 1'001,
          .symbols = {{.id = 17, .name = "NVDA"}, {.id = 18, .name = "BRK.B"}},
          .condition_sets = {{.id = 3, .set = {.tape = 'C', .codes = "@ T", .scheme = "letters_utp"}},
                             {.id = 4, .set = {.tape = 0, .codes = "I", .scheme = ""}}}};
}
inline wire::FeedHeartbeat sample_feed_heartbeat() {
  return {.feed_epoch = 1'001,
          .next_tick = 45,
          .market_time_ns = 1'795'185'000'000'000'004,
          .send_ns = 1'795'185'000'000'000'009,
          .feed = 7,
          .line = 1,
          .mode = wire::Mode::kSimulated};
}
inline wire::TickFillRequest sample_fill_request() {
  return {.id = 21, .deadline_ns = 1'795'185'000'250'000'000, .feed_epoch = 1'001, .from_tick = 42, .to_tick = 44};
}
inline wire::TickFillReply sample_fill_reply(const std::vector<Tick>& ticks) {
  return {.id = 21, .status = wire::ReplyStatus::kOk, .more = true, .chunk = 3, .batch = sample_tick_batch(ticks)};
}
inline wire::TickFillReply sample_fill_refusal() {
  return {.id = 22, .status = wire::ReplyStatus::kGapTooOld, .chunk = 1, .oldest_tick = 900, .text = "ticks below 900 are gone"};
}
inline wire::Header sample_header() {
  return {.recording_id = 11, .catalog_hash = 12, .config_hash = 13, .send_ns = 14, .session = 20'261'120, .universe = 1, .scope = 2};
}
inline std::vector<Level> sample_levels() {
  return {{.value = 55.5,
           .flags = kFlagGap | kFlagRevised,
           .subject = 0,
           .n_valid = 9,
           .n_members = 10,
           .signal = 21,
           .validity = Validity::kOk,
           .present = 1,
           .zero = 0},
          {.value = 0,
           .flags = 0,
           .subject = 6,
           .n_valid = 2,
           .n_members = 11,
           .signal = 22,
           .validity = Validity::kInsufficient,
           .present = 0,
           .zero = 0}};
}
inline wire::LevelBatch sample_level_batch(const std::vector<Level>& levels) {
  return {.header = sample_header(),
          .level_seq = 31,
          .ts_event_ns = 32,
          .cause_jseq = 33,
          .clock = Clock::kClose,
          .full = true,
          .last = false,
          .roster = 34,
          .levels = levels};
}
inline wire::EdgeBatch sample_edge_batch() {
  const Edge first{.eseq = 41,
                   .scope_seq = 70,
                   .event_id = {42, 43},
                   .ts_event_ns = 44,
                   .cause_jseq = 45,
                   .value = 46.5,
                   .prior = 47.5,
                   .threshold = 48.5,
                   .definition = 49,
                   .roster = 50,
                   .session = 20'261'120,
                   .flags = 51,
                   .subject = 52,
                   .n_valid = 53,
                   .n_members = 54,
                   .type = EdgeType::kHaltMember,
                   .scope = 2,
                   .trigger = 55,
                   .signal = 56,
                   .direction = -1,
                   .validity = Validity::kStaleInput,
                   .clock = Clock::kLive,
                   .present = 1};
  Edge second = first;
  second.eseq = 61;
  second.scope_seq = 71;
  second.type = EdgeType::kCommit;
  second.subject = kNoSubject;
  second.trigger = second.signal = kNoIndex;
  second.value = second.prior = second.threshold = 0;
  second.direction = 1;
  second.validity = Validity::kOk;
  second.clock = Clock::kClose;
  second.present = 0;
  return {.header = sample_header(),
          .scope_seq = 70,
          .edges = {{.edge = first, .why = {{.delta = -3, .symbol = 81}, {.delta = 2, .symbol = 82}}}, {.edge = second, .why = {}}}};
}
inline wire::Heartbeat sample_heartbeat() {
  return {.recording_id = 11,
          .started_ns = 91,
          .send_ns = 92,
          .event_time_ns = 93,
          .written_jseq = 94,
          .synced_jseq = 95,
          .catalog_hash = 12,
          .config_hash = 13,
          .state = wire::EngineState::kDegraded,
          .mode = wire::Mode::kReplay,
          .next = {{.universe = 0, .scope = 1, .eseq = 96, .scope_seq = 97, .level_seq = 98},
                   {.universe = 1, .scope = 2, .eseq = 99, .scope_seq = 100, .level_seq = 101}}};
}
inline wire::Operation sample_operation() {
  return {.number = 102,
          .time_ns = 103,
          .severity = wire::Severity::kWarning,
          .component = "feed",
          .text = "'market': line B has been silent for 3 s",
          .node = "gs1"};
}
inline Catalog sample_catalog() {
  return {.symbols = {"NVDA", "BRK.B", "SPY"},
          .condition_sets = {{}, {.tape = 'A', .codes = "F", .scheme = "letters_cta"}},
          .scopes = {"gpu_accelerators", "wave:compute", "thesis", "symbols"},
          .signals = {{.id = "adv", .unit = "members", .definition = 0x0102030405060708, .index = 0},
                      {.id = "pct_above_sma_50", .unit = "percent", .definition = 0x1112131415161718, .index = 1}},
          .triggers = {{.name = "broad", .type = "PCT_ABOVE", .signal = "pct_above_sma_50", .rule = "enter=>= 55|exit=<= 45"}},
          .universe_version = "2026-11-01",
          .rosters = {{.hash = 0x2122232425262728, .version = "2026-11-01", .from_session = 0},
                      {.hash = 0x3132333435363738, .version = "2026-11-01", .from_session = 20'230'914}}};
}

inline std::vector<std::byte> copy(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }
inline bool same_bytes(const auto& a, const auto& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof *a.data()) == 0);
}

}  // namespace groundswell::test
