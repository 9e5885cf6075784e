// What the integration tests share: a small universe, an engine in this process, a feed written by hand, and the accounts that must
// balance. Market time is made up: Friday 2026-11-20, New York, by the feed's clock.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "config/calendar.hpp"
#include "config/config.hpp"
#include "journal/reader.hpp"
#include "pipeline/live.hpp"
#include "pipeline/replay.hpp"
#include "support/listener.hpp"
#include "support/tape.hpp"

namespace groundswell::test {

inline constexpr std::uint32_t kSession = 20261120, kMonday = 20261123;  // a Friday, and the session after it
inline constexpr std::uint64_t kMillisecond = 1'000'000;
inline std::uint64_t new_york(unsigned hours, unsigned minutes = 0, unsigned seconds = 0) {
  return config::new_york_time_ns(kSession, hours * 3600 + minutes * 60 + seconds);
}

// On the wire the id of a symbol is its place here, from 1.
inline const std::vector<std::string> kSymbols{"SPY", "AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH"};
inline constexpr const char* kSmallUniverse = R"(version = "test"
benchmarks = { primary = "SPY" }
[[basket]]
id = "chips"
wave = "compute"
name = "Chips"
members = [ { symbol = "AAA", role = "leader" }, { symbol = "BBB" }, { symbol = "CCC" }, { symbol = "DDD" } ]
[[basket]]
id = "power"
wave = "physical"
name = "Power"
members = [ { symbol = "EEE", role = "leader" }, { symbol = "FFF" }, { symbol = "GGG" }, { symbol = "HHH" } ]
)";

inline std::string with(std::string text, const std::string& before, const std::string& after) {  // for an edit of kSmallUniverse
  const std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, before.size(), after);
}

// Writes groundswell.toml (and a small baskets.toml beside it) into `folder` and returns its path. The engine it describes has one feed
// that it pulls from FOLDER/feed, publishes on FOLDER/signals and records into FOLDER/recording. `settings`: section.key = value, as in
// TOML. `feeds`: other tables [[feed]].
inline std::string endpoint_in(const TemporaryFolder& folder, std::string_view name) { return "ipc://" + (folder / name).string(); }
inline std::string pull_feed(const TemporaryFolder& folder, const std::string& name, const std::string& more = {}) {
  return "[[feed]]\nname = '" + name + "'\nendpoint = '" + endpoint_in(folder, name) + "'\npattern = 'pull'\nmode = 'bind'\n" + more;
}
inline fs::path write_config(const TemporaryFolder& folder, std::map<std::string, std::string> settings = {},
                             const std::string& feeds = {}) {
  const std::string config_folder = std::string(GROUNDSWELL_SOURCE_DIR) + "/config";
  const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
  // So that every test here can be run in each wiring.
  if (const char* threads = std::getenv("GROUNDSWELL_PIPELINE__THREADS")) settings.try_emplace("pipeline.threads", quoted(threads));
  settings.try_emplace("time.source", quoted("feed"));
  settings.try_emplace("publish.endpoint", quoted(endpoint_in(folder, "signals")));
  settings.try_emplace("journal.recording", quoted((folder / "recording").string()));
  settings.try_emplace("journal.segment_size", quoted("4MiB"));
  settings.try_emplace("universe.file", quoted("baskets.toml"));
  settings.try_emplace("universe.conditions", quoted(config_folder + "/conditions"));
  settings.try_emplace("universe.calendar", quoted(config_folder + "/calendar/us_equities.csv"));
  settings.try_emplace("log.level", quoted("warning"));
  std::string text;
  for (const auto& [key, value] : settings) text += key + " = " + value + "\n";  // dotted keys need no section
  const std::string one_feed =
      "[[feed]]\nname = \"hand\"\nendpoint = " + quoted(endpoint_in(folder, "feed")) + "\npattern = \"pull\"\nmode = \"bind\"\n";
  text += feeds.empty() ? one_feed : feeds;
  // Each whole or not at all: a program that was started on the last ones may be reading them now.
  for (const auto& [name, content] :
       {std::pair<const char*, std::string_view>("baskets.toml", kSmallUniverse), {"groundswell.toml", text}}) {
    write_text(folder / "being_written", content);
    fs::rename(folder / "being_written", folder / name);
  }
  return folder / "groundswell.toml";
}

// A feed of one epoch, frame by frame. PUSH: it waits for room, so nothing is lost.
class HandFeed {
 public:
  HandFeed(net::Context& context, const std::string& endpoint, std::uint64_t epoch = 100)
      : feed_epoch(epoch), socket_(must(net::Socket::open(context, net::SocketType::kPush, net::Attach::kConnect, endpoint, 1 << 20))) {}

  // False: nobody took it for kPatience.
  bool send(std::span<const std::byte> frame) {
    return wait_until([&] { return socket_.send(frame); });
  }
  bool try_send(std::span<const std::byte> frame) { return socket_.send(frame); }
  net::Socket& socket() { return socket_; }

  bool instruments() {
    wire::Instruments all{.feed_epoch = feed_epoch, .symbols = {}, .condition_sets = {}};
    for (std::size_t i = 0; i < kSymbols.size(); ++i) all.symbols.push_back({static_cast<std::uint32_t>(i + 1), kSymbols[i]});
    return send(encoder_.encode(all));
  }
  std::span<const std::byte> encode(std::uint64_t first_tick, const std::vector<Tick>& ticks) {
    return encoder_.encode(
        wire::TickBatch{.feed_epoch = feed_epoch, .first_tick = first_tick, .send_ns = send_ns, .feed = 1, .line = line, .ticks = ticks});
  }
  bool ticks_at(std::uint64_t first_tick, const std::vector<Tick>& ticks) { return send(encode(first_tick, ticks)); }
  bool ticks(const std::vector<Tick>& some) {  // in turn
    next_tick += some.size();
    return ticks_at(next_tick - some.size(), some);
  }
  std::span<const std::byte> encode_heartbeat(std::uint64_t market_time_ns, std::uint64_t next) {
    return encoder_.encode(wire::FeedHeartbeat{.feed_epoch = feed_epoch,
                                               .next_tick = next,
                                               .market_time_ns = market_time_ns,
                                               .send_ns = market_time_ns,
                                               .feed = 1,
                                               .line = line,
                                               .mode = wire::Mode::kSimulated});
  }
  bool heartbeat(std::uint64_t market_time_ns) { return send(encode_heartbeat(market_time_ns, next_tick)); }

  std::uint64_t feed_epoch;
  std::uint64_t next_tick = 1;
  std::uint64_t send_ns = 0;  // of tick batches: the feed's clock
  std::uint8_t line = 0;

 private:
  net::Socket socket_;
  wire::FeedEncoder encoder_;
};

inline Tick trade_tick(std::uint32_t symbol, std::uint64_t time_ns, std::int64_t price_e9 = 100 * kPriceScale, std::uint64_t size = 100) {
  return make_tick(Action::kTrade, symbol, time_ns, price_e9, size);
}
inline Tick status_tick(std::uint32_t symbol, std::uint64_t time_ns, StatusCode code) {
  Tick tick = make_tick(Action::kStatus, symbol, time_ns, 0, 0);
  tick.trade_id = static_cast<std::uint64_t>(code);
  return tick;
}

// What a recording holds, read once.
struct Recorded {
  std::vector<Record> records;
  std::vector<std::string> edge_blocks;  // payloads, in order
  std::vector<Edge> edges;
  journal::RecordingInfo info;

  std::vector<Record> of_kind(RecordKind kind) const {
    std::vector<Record> some;
    for (const Record& record : records) {
      if (record.kind == kind) some.push_back(record);
    }
    return some;
  }
};
inline Recorded read_recording(const fs::path& path) {
  journal::Reader reader = must(journal::Reader::open(path));
  Recorded recorded{.records = {}, .edge_blocks = {}, .edges = {}, .info = reader.info()};
  wire::SignalCodec codec;
  while (const auto block = reader.next()) {
    if (block->type == journal::BlockType::kRecords) {
      recorded.records.insert(recorded.records.end(), block->records().begin(), block->records().end());
    }
    if (block->type != journal::BlockType::kEdges) continue;
    recorded.edge_blocks.emplace_back(reinterpret_cast<const char*>(block->payload.data()), block->payload.size());
    wire::EdgeBatch batch;
    if (codec.decode(block->payload, batch) != wire::Verdict::kOk) throw std::runtime_error("an EDGES block cannot be read");
    for (const wire::EdgeWithWhy& each : batch.edges) recorded.edges.push_back(each.edge);
  }
  return recorded;
}
inline pipeline::ReplayReport replay_of(const fs::path& recording) {
  journal::Reader reader = must(journal::Reader::open(recording));
  const auto config = must(pipeline::recorded_config(reader));
  if (!config) throw std::runtime_error("the recording has no config");
  const std::atomic<bool> stop{false};
  return must(pipeline::replay(reader, *config, {.quiet = true}, nullptr, stop));
}

// Every identity by which nothing may disappear unnamed. `history`: ticks that came from another recording, not from a feed.
template <class Counts>
std::uint64_t sum(const Counts& counts) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  return total;
}
inline void expect_accounts_balance(const pipeline::LiveReport& report, std::uint64_t history_ticks = 0) {
  std::uint64_t journaled = 0, gaps = 0, joins = 0;
  for (const pipeline::FeedReport& feed : report.feeds) {
    SCOPED_TRACE(feed.name);
    const pipeline::FeedCounters& c = feed.counters;
    EXPECT_EQ(feed.frames.in, feed.frames.decoded + sum(feed.frames.refused));
    EXPECT_EQ(c.sequence.ticks_in,
              c.sequence.duplicate + c.sequence.stale_epoch + c.sequence.beyond_hold + c.sequence.unique + c.sequence.held);
    std::uint64_t brought = 0, wins = c.sequence.fill_ticks;
    for (const pipeline::LineReport& line : feed.lines) {
      EXPECT_EQ(line.frames.in, line.frames.decoded + sum(line.frames.refused));
      EXPECT_EQ(line.ticks.ticks, line.ticks.wins + line.ticks.duplicates);
      brought += line.ticks.ticks + line.ticks.stale_epoch;
      wins += line.ticks.wins;
    }
    EXPECT_LE(brought, c.sequence.ticks_in);  // the rest came by fills
    EXPECT_EQ(wins, c.sequence.unique + c.sequence.held);
    EXPECT_GE(feed.fills.asked, feed.fills.answered + feed.fills.unanswered);
    EXPECT_EQ(c.sequence.unique, c.journaled + sum(c.rejected));
    EXPECT_EQ(c.unique_in_epoch + c.lost_in_epoch, c.next_tick - c.first_tick);
    journaled += c.journaled;
    gaps += c.sequence.gaps;
    joins += c.sequence.epochs;
  }
  EXPECT_EQ(report.fold.ticks, journaled + history_ticks);
  EXPECT_EQ(report.fold.gaps, gaps);
  EXPECT_EQ(report.fold.ticks, sum(report.fold.outcomes) - report.fold.dropped_at_gaps);
  EXPECT_EQ(report.fold.records, report.fold.ticks + report.fold.pulses + report.fold.gaps + joins + report.fold.rolls +
                                     report.fold.stale_rolls + report.fold.reference_changes);
  EXPECT_EQ(report.fold.records, report.appended_jseq);
  EXPECT_EQ(report.written_jseq, report.appended_jseq);
  EXPECT_EQ(report.synced_jseq, report.appended_jseq);
  EXPECT_EQ(report.fold.edges, report.edges_made);
  EXPECT_EQ(report.edges_made, report.edges_journaled);
  EXPECT_EQ(report.edges_journaled, report.published.edges);
  EXPECT_EQ(report.published.edges, report.next_eseq - 1);
  EXPECT_EQ(report.fold.levels, report.outbox.levels_made);
  EXPECT_EQ(report.outbox.levels_made, report.outbox.levels_sent + report.outbox.levels_conflated);
  EXPECT_EQ(report.outbox.levels_sent, report.published.levels);
}

// An engine in this process with its feed and its listener, stopped and balanced at the end.
class EngineTest : public ::testing::Test {
 protected:
  void start(const std::map<std::string, std::string>& settings = {}, const std::string& feeds = {}) {
    log_setup(LogFormat::kText, LogLevel::kError);
    const config::Config config = must(config::load_config(write_config(folder_, settings, feeds)));
    engine_ = must(pipeline::LiveEngine::start(context_, config));
    feed_ = std::make_unique<HandFeed>(context_, engine_->feed_endpoints().front());
    listener_ = std::make_unique<Listener>(context_, engine_->publish_endpoint());
    ASSERT_TRUE(listener_->joined());
  }
  // The feed says who is who, and that it is `time_ns`; one tick shows that the engine has taken it.
  void open_market(std::uint64_t time_ns) {
    now_ns_ = time_ns;
    feed_->send_ns = time_ns;
    ASSERT_TRUE(feed_->instruments());
    ASSERT_TRUE(feed_->heartbeat(time_ns));
    expect_alive();
  }
  // A tick that makes an edge comes out as that edge: all that was sent before it has been dealt with.
  void expect_alive() {
    now_ns_ += kMillisecond;
    feed_->send_ns = now_ns_;
    halted_ = !halted_;
    const std::size_t edges_before = count_marks();
    ASSERT_TRUE(feed_->ticks({status_tick(kMark, now_ns_, halted_ ? StatusCode::kHalt : StatusCode::kResume)}));
    ASSERT_TRUE(listener_->listen_until([&] { return count_marks() > edges_before; })) << "the pipeline stands still";
  }
  pipeline::LiveReport stop(std::uint64_t history_ticks = 0) {
    const auto finished = engine_->stop();
    if (!finished) throw std::runtime_error(finished.error().message);
    EXPECT_TRUE(listener_->drain());
    EXPECT_EQ(listener_->refused, 0U);
    expect_accounts_balance(*finished, history_ticks);
    EXPECT_EQ(replay_of(finished->recording).digest, finished->digest);
    engine_.reset();
    return *finished;
  }

  static constexpr std::uint32_t kMark = 9;  // HHH: only its halts are looked at
  TemporaryFolder folder_;
  net::Context context_;
  std::unique_ptr<pipeline::LiveEngine> engine_;
  std::unique_ptr<HandFeed> feed_;
  std::unique_ptr<Listener> listener_;
  std::uint64_t now_ns_ = 0;

 private:
  std::size_t count_marks() const {
    std::size_t marks = 0;
    for (const Listener::HeardEdge& heard : listener_->edges) {
      marks += heard.edge().type == EdgeType::kHaltMember && listener_->symbol(heard.edge().subject) == kSymbols[kMark - 1];
    }
    return marks;
  }
  bool halted_ = false;
};

}  // namespace groundswell::test
