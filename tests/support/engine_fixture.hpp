// What the integration tests share: a folder of their own, a small universe, an engine in this process, a feed written by hand, and a
// listener that keeps all that was published. Market time is made up: Friday 2026-11-20, New York, by the feed's clock.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "config/calendar.hpp"
#include "config/config.hpp"
#include "journal/reader.hpp"
#include "pipeline/live.hpp"
#include "pipeline/replay.hpp"
#include "support/tape.hpp"
#include "wire/codec.hpp"

namespace groundswell::test {

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

inline constexpr auto kPatience = std::chrono::seconds(30);   // for what should come at once: a loaded machine is slow, not wrong

template <class Condition>
bool wait_until(Condition&& holds, std::chrono::nanoseconds patience = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

inline std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_text(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

class TemporaryFolder {   // its name is short: a path of a Unix socket has at most 107 bytes
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "gs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path operator/(std::string_view name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline constexpr std::uint32_t kSession = 20261120;
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

// Writes groundswell.toml (and a small baskets.toml beside it) into `folder` and returns its path. The engine it describes has one feed that
// it pulls from FOLDER/feed, publishes on FOLDER/signals and records into FOLDER/recording. `settings`: section.key = value, as in TOML.
inline std::string endpoint_in(const TemporaryFolder& folder, std::string_view name) { return "ipc://" + (folder / name).string(); }
inline fs::path write_config(const TemporaryFolder& folder, std::map<std::string, std::string> settings = {}) {
  const std::string config_folder = std::string(GROUNDSWELL_SOURCE_DIR) + "/config";
  const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
  settings.try_emplace("time.source", quoted("feed"));
  settings.try_emplace("publish.endpoint", quoted(endpoint_in(folder, "signals")));
  settings.try_emplace("journal.recording", quoted((folder / "recording").string()));
  settings.try_emplace("journal.segment_size", quoted("4MiB"));
  settings.try_emplace("universe.file", quoted("baskets.toml"));
  settings.try_emplace("universe.conditions", quoted(config_folder + "/conditions"));
  settings.try_emplace("universe.calendar", quoted(config_folder + "/calendar/us_equities.csv"));
  settings.try_emplace("log.level", quoted("warning"));
  std::string text;
  for (const auto& [key, value] : settings) text += key + " = " + value + "\n";   // dotted keys need no section
  text += "[[feed]]\nname = \"hand\"\nendpoint = " + quoted(endpoint_in(folder, "feed")) + "\npattern = \"pull\"\nmode = \"bind\"\n";
  write_text(folder / "baskets.toml", kSmallUniverse);
  write_text(folder / "groundswell.toml", text);
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
    return encoder_.encode(wire::TickBatch{.feed_epoch = feed_epoch, .first_tick = first_tick, .send_ns = send_ns, .feed = 1, .line = 0, .ticks = ticks});
  }
  bool ticks_at(std::uint64_t first_tick, const std::vector<Tick>& ticks) { return send(encode(first_tick, ticks)); }
  bool ticks(const std::vector<Tick>& some) {   // in turn
    next_tick += some.size();
    return ticks_at(next_tick - some.size(), some);
  }
  std::span<const std::byte> encode_heartbeat(std::uint64_t market_time_ns, std::uint64_t next) {
    return encoder_.encode(wire::FeedHeartbeat{.feed_epoch = feed_epoch, .next_tick = next, .market_time_ns = market_time_ns, .send_ns = market_time_ns,
                                               .feed = 1, .line = 0, .mode = wire::Mode::kSimulated});
  }
  bool heartbeat(std::uint64_t market_time_ns) { return send(encode_heartbeat(market_time_ns, next_tick)); }

  std::uint64_t feed_epoch;
  std::uint64_t next_tick = 1;
  std::uint64_t send_ns = 0;   // of tick batches: the feed's clock

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

// A subscriber that keeps everything, in the order of arrival.
class Listener {
 public:
  struct HeardEdge {
    wire::EdgeBatch batch;
    std::string bytes;
    const Edge& edge() const { return batch.edges.front().edge; }
  };
  struct HeardLevels {
    wire::LevelBatch batch;   // but for its levels
    std::vector<Level> levels;
  };
  // Subscribed to all of `prefixes` once the first heartbeat was heard: that subscription goes last.
  Listener(net::Context& context, const std::string& endpoint, std::vector<std::string> prefixes = {"K.", "E.", "L."})
      : socket_(must(net::Socket::open(context, net::SocketType::kSub, net::Attach::kConnect, endpoint, 1 << 20))) {
    prefixes.emplace_back("H.");
    for (const std::string& prefix : prefixes) {
      if (const auto done = socket_.subscribe(prefix); !done) throw std::runtime_error(done.error().message);
    }
  }

  bool listen(int wait_ms) {   // one message; false: none came
    if (!socket_.receive(topic_, wait_ms)) return false;
    if (!topic_.more() || !socket_.receive(message_, 0) || message_.more()) {
      ++refused;
      return true;
    }
    take(static_cast<char>(topic_.bytes()[0]), message_.bytes());
    return true;
  }
  template <class Condition>
  bool listen_until(Condition&& holds, std::chrono::nanoseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (!listen(20) && std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }
  bool joined() {
    return listen_until([&] { return !heartbeats.empty(); });
  }
  bool last_heard() const { return !heartbeats.empty() && heartbeats.back().state == wire::EngineState::kStopping; }
  bool drain() {   // after a clean stop: everything, to the heartbeat that ends it
    while (listen(0)) {
    }
    return listen_until([&] { return last_heard(); });
  }

  std::vector<HeardEdge> edges;
  std::vector<HeardLevels> levels;
  std::vector<wire::Heartbeat> heartbeats;
  std::vector<Catalog> catalogs;
  std::uint64_t refused = 0;

  // What is checked message by message, by whoever wants it; called after the message was kept.
  std::function<void(const wire::Heartbeat&)> on_heartbeat;
  std::function<void(const HeardEdge&)> on_edge;

  std::uint16_t scope(const std::string& name) const {
    const std::vector<std::string>& scopes = catalogs.back().scopes;
    return static_cast<std::uint16_t>(std::find(scopes.begin(), scopes.end(), name) - scopes.begin());
  }
  std::string signal_id(std::uint16_t index) const {
    for (const SignalEntry& entry : catalogs.back().signals) {
      if (entry.index == index) return entry.id;
    }
    return {};
  }

 private:
  void take(char kind, std::span<const std::byte> bytes) {
    wire::Verdict verdict = wire::Verdict::kUnknownKind;
    if (kind == 'H') {
      wire::Heartbeat heartbeat;
      verdict = codec_.decode(bytes, heartbeat);
      heartbeats.push_back(std::move(heartbeat));
      if (on_heartbeat) on_heartbeat(heartbeats.back());
    } else if (kind == 'K') {
      Catalog catalog;
      verdict = codec_.decode(bytes, catalog);
      catalogs.push_back(std::move(catalog));
    } else if (kind == 'E') {
      HeardEdge heard;
      verdict = codec_.decode(bytes, heard.batch);
      heard.bytes.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      edges.push_back(std::move(heard));
      if (on_edge) on_edge(edges.back());
    } else if (kind == 'L') {
      HeardLevels heard;
      verdict = codec_.decode(bytes, heard.batch);
      heard.levels.assign(heard.batch.levels.begin(), heard.batch.levels.end());
      heard.batch.levels = {};
      levels.push_back(std::move(heard));
    }
    refused += verdict != wire::Verdict::kOk;
  }

  net::Socket socket_;
  wire::SignalCodec codec_;
  net::Frame topic_, message_;
};

// What a recording holds, read once.
struct Recorded {
  std::vector<Record> records;
  std::vector<std::string> edge_blocks;   // payloads, in order
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
  std::uint64_t journaled = 0, gaps = 0;
  for (const pipeline::FeedReport& feed : report.feeds) {
    SCOPED_TRACE(feed.name);
    const pipeline::FeedCounters& c = feed.counters;
    EXPECT_EQ(feed.frames.in, feed.frames.decoded + sum(feed.frames.refused));
    EXPECT_EQ(c.sequence.ticks_in, c.sequence.duplicate + c.sequence.stale_epoch + c.sequence.unique);
    EXPECT_EQ(c.sequence.unique, c.journaled + sum(c.rejected));
    EXPECT_EQ(c.unique_in_epoch + c.lost_in_epoch, c.next_tick - c.first_tick);
    journaled += c.journaled;
    gaps += c.sequence.gaps;
  }
  EXPECT_EQ(report.fold.ticks, journaled + history_ticks);
  EXPECT_EQ(report.fold.gaps, gaps);
  EXPECT_EQ(report.fold.ticks, sum(report.fold.outcomes) - report.fold.dropped_at_gaps);
  EXPECT_EQ(report.fold.records, report.fold.ticks + report.fold.pulses + report.fold.gaps + report.fold.rolls + report.fold.stale_rolls);
  EXPECT_EQ(report.fold.records, report.appended_jseq);
  EXPECT_EQ(report.written_jseq, report.appended_jseq);
  EXPECT_EQ(report.synced_jseq, report.appended_jseq);
  EXPECT_EQ(report.fold.edges, report.outbox.edges_made);
  EXPECT_EQ(report.outbox.edges_made, report.edges_journaled);
  EXPECT_EQ(report.edges_journaled, report.published.edges);
  EXPECT_EQ(report.published.edges, report.next_eseq - 1);
  EXPECT_EQ(report.fold.levels, report.outbox.levels_made);
  EXPECT_EQ(report.outbox.levels_made, report.outbox.levels_sent + report.outbox.levels_conflated);
  EXPECT_EQ(report.outbox.levels_sent, report.published.levels);
}

// An engine in this process with its feed and its listener, stopped and balanced at the end.
class EngineTest : public ::testing::Test {
 protected:
  void start(const std::map<std::string, std::string>& settings = {}) {
    const config::Config config = must(config::load_config(write_config(folder_, settings)));
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
  pipeline::LiveReport stop() {
    const auto finished = engine_->stop();
    if (!finished) throw std::runtime_error(finished.error().message);
    EXPECT_TRUE(listener_->drain());
    EXPECT_EQ(listener_->refused, 0U);
    expect_accounts_balance(*finished);
    EXPECT_EQ(replay_of(finished->recording).digest, finished->digest);
    engine_.reset();
    return *finished;
  }

  static constexpr std::uint32_t kMark = 9;   // HHH: only its halts are looked at
  TemporaryFolder folder_;
  net::Context context_;
  std::unique_ptr<pipeline::LiveEngine> engine_;
  std::unique_ptr<HandFeed> feed_;
  std::unique_ptr<Listener> listener_;
  std::uint64_t now_ns_ = 0;

 private:
  std::size_t count_marks() const {
    std::size_t marks = 0;
    for (const Listener::HeardEdge& heard : listener_->edges) marks += heard.edge().type == EdgeType::kHaltMember;
    return marks;
  }
  bool halted_ = false;
};

}  // namespace groundswell::test
