// What went out live is what the recording holds and what its replay gives; it is in the recording before the world sees it; and its
// numbers show that nothing is missing.
#include <gtest/gtest.h>

#include <set>

#include "base/clock.hpp"
#include "support/process.hpp"
#include "support/running_simulator.hpp"

namespace groundswell::test {
namespace {

// The recording's EDGES blocks from the first that was heard on are what was heard, byte for byte.
void expect_heard_as_recorded(const std::vector<Listener::HeardEdge>& heard, const Recorded& recorded) {
  ASSERT_FALSE(heard.empty());
  const std::uint64_t first = heard.front().edge().eseq;
  ASSERT_EQ(recorded.edges.size(), recorded.edge_blocks.size());
  ASSERT_EQ(recorded.edges.size(), first - 1 + heard.size());
  for (std::size_t i = 0; i < recorded.edges.size(); ++i) ASSERT_EQ(recorded.edges[i].eseq, i + 1);
  std::set<std::pair<std::uint64_t, std::uint64_t>> ids;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    const Edge& written = recorded.edges[first - 1 + i];
    const Edge& edge = heard[i].edge();
    ASSERT_EQ(edge.eseq, written.eseq);
    ASSERT_EQ(edge.scope_seq, written.scope_seq);
    ASSERT_EQ(edge.event_id, written.event_id);
    ASSERT_EQ(heard[i].bytes, recorded.edge_blocks[first - 1 + i]);
    ids.emplace(edge.event_id.hi, edge.event_id.lo);
  }
  EXPECT_EQ(ids.size(), heard.size()) << "two edges have one id";
}

TEST(LiveReplay, ASessionWithHistoryReplaysToTheSameDigest) {
  const TemporaryFolder folder;
  const fs::path shipped = fs::path(GROUNDSWELL_SOURCE_DIR) / "config/baskets.toml";
  const fs::path path = write_config(
      folder, {{"universe.file", "'" + shipped.string() + "'"}, {"history.recording", "'" + (folder / "history.gsj").string() + "'"}});
  const config::Config config = must(config::load_config(path));
  simulate::SimulatorOptions market = last_minutes(folder, config, 60, 20);
  market.history_sessions = 80;
  ASSERT_TRUE(simulate::write_history(market).has_value());
  const std::uint64_t history_ticks = read_recording(market.history_path).of_kind(RecordKind::kTick).size();

  net::Context context;
  auto engine = must(pipeline::LiveEngine::start(context, config));
  Listener listener(context, engine->publish_endpoint(), {"K.", "E."});
  ASSERT_TRUE(listener.joined());
  std::uint64_t ticks = 0;
  {
    RunningSimulator simulator(context, market);  // goes on with heartbeats after its last tick
    ASSERT_TRUE(listener.listen_until([&] {
      return !listener.edges.empty() && listener.edges.back().edge().session == kSession && listener.edges.back().edge().direction == 1;
    }));
    ticks = simulator.finish().ticks;
  }
  const pipeline::LiveReport report = must(engine->stop());
  ASSERT_TRUE(listener.drain());
  expect_accounts_balance(report, history_ticks);
  EXPECT_EQ(report.feeds[0].counters.journaled, ticks);
  EXPECT_EQ(report.fold.rolls, 81U);
  EXPECT_EQ(report.fold.commits, 80U + 2U);
  EXPECT_GT(report.fold.steps, 3'000U);

  expect_heard_as_recorded(listener.edges, read_recording(report.recording));
  const pipeline::ReplayReport replayed = replay_of(report.recording);
  EXPECT_EQ(replayed.digest, report.digest);
  EXPECT_EQ(replayed.fold.edges, report.fold.edges);
  const Finished program = run_program(folder, {"replay", report.recording, "--digest"});
  EXPECT_EQ(program.code, 0) << program.err;
  EXPECT_EQ(program.out, report.digest + "\n");
}

class Numbers : public EngineTest {};

TEST_F(Numbers, EdgesAreRecordedAsTheyWentOut) {
  start();
  open_market(new_york(10));
  for (std::uint32_t i = 0; i < 200; ++i) {  // halts and resumptions, between trades
    const std::uint64_t at_ns = new_york(10) + (i + 2) * 20 * kMillisecond;
    const std::uint32_t symbol = 2 + i % 7;
    ASSERT_TRUE(
        feed_->ticks({trade_tick(symbol, at_ns), status_tick(symbol, at_ns, i / 7 % 2 == 0 ? StatusCode::kHalt : StatusCode::kResume)}));
  }
  now_ns_ += 10 * kSecond;
  expect_alive();
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(listener_->edges.size(), 202U);
  expect_heard_as_recorded(listener_->edges, read_recording(report.recording));
}

// A step is asked for only when the last one was heard, so nothing can be conflated or lost on the way.
TEST_F(Numbers, LevelsAndEdgesHaveNoGapsWhenNothingIsConflated) {
  simulate::SimulatorOptions history = last_minutes(folder_, must(config::load_config(write_config(folder_))), 60, 20);
  history.history_sessions = 3;  // so that prices have something to be compared with
  ASSERT_TRUE(simulate::write_history(history).has_value());
  start({{"history.recording", "'" + history.history_path.string() + "'"}});
  std::map<std::string, std::int64_t> close_e9;
  const simulate::MarketModel model = simulate::make_model(history);
  for (std::size_t i = 0; i < model.symbols().size(); ++i) close_e9[model.symbols()[i]] = model.last_close_e9(i);
  open_market(new_york(9, 29, 59));
  std::uint64_t at_ns = new_york(9, 30);
  for (std::uint32_t second = 0; second < 100; ++second) {
    const std::uint32_t symbol = 2 + second % 8;  // a little above its close, each time elsewhere
    ASSERT_TRUE(
        feed_->ticks({trade_tick(symbol, at_ns + 500 * kMillisecond, close_e9.at(kSymbols[symbol - 1]) / 1000 * (1001 + second % 13))}));
    at_ns += kSecond;
    const std::size_t before = listener_->levels.size();
    ASSERT_TRUE(feed_->heartbeat(at_ns + kMillisecond));
    ASSERT_TRUE(listener_->listen_until(
        [&] { return listener_->levels.size() > before && listener_->levels.back().batch.header.scope == listener_->scope("thesis"); }));
  }
  now_ns_ = at_ns + kSecond;
  expect_alive();
  const pipeline::LiveReport report = stop(read_recording(history.history_path).of_kind(RecordKind::kTick).size());
  EXPECT_EQ(report.outbox.levels_conflated, 0U);

  std::map<std::uint16_t, std::uint64_t> next_level, next_edge;
  std::uint64_t levels = 0;
  for (const Listener::HeardLevels& heard : listener_->levels) {
    const std::uint16_t scope = heard.batch.header.scope;
    EXPECT_EQ(heard.batch.level_seq, next_level.try_emplace(scope, heard.batch.level_seq).first->second++);
    EXPECT_EQ(heard.batch.header.recording_id, report.recording_id);
    levels += heard.levels.size();
  }
  for (const Listener::HeardEdge& heard : listener_->edges)
    EXPECT_EQ(heard.batch.scope_seq, next_edge.try_emplace(heard.batch.header.scope, heard.batch.scope_seq).first->second++);
  EXPECT_LE(levels, report.published.levels);  // those of the history may have gone out before we joined
  EXPECT_GE(next_level[listener_->scope("thesis")], 100U);

  const wire::Heartbeat& last = listener_->heartbeats.back();  // and it says so: a lost last message would show
  ASSERT_EQ(last.next.size(), listener_->catalogs.back().scopes.size());
  for (const wire::NextNumbers& row : last.next) {
    EXPECT_EQ(row.eseq, report.next_eseq);
    // Scopes that only the history had something of may have gone out before we joined.
    if (const auto heard = next_level.find(row.scope); heard != next_level.end()) {
      EXPECT_EQ(row.level_seq, heard->second);
    }
    if (const auto heard = next_edge.find(row.scope); heard != next_edge.end()) {
      EXPECT_EQ(row.scope_seq, heard->second);
    }
  }
}

TEST_F(Numbers, HeartbeatsComeWithoutTraffic) {
  start();
  open_market(new_york(10));
  const std::size_t before = listener_->heartbeats.size();
  ASSERT_TRUE(listener_->listen_until([&] { return listener_->heartbeats.size() >= before + 6; }));
  const wire::Heartbeat& first = listener_->heartbeats[before];
  const wire::Heartbeat& last = listener_->heartbeats.back();
  EXPECT_GE(last.send_ns - first.send_ns, 4 * 250 * kMillisecond);  // five of them: never faster, however loaded the machine
  const pipeline::LiveReport report = stop();
  for (const wire::Heartbeat& heartbeat : listener_->heartbeats) {
    EXPECT_EQ(heartbeat.mode, wire::Mode::kSimulated);
    EXPECT_EQ(heartbeat.recording_id, report.recording_id);
    EXPECT_EQ(heartbeat.next.size(), 6U);  // two baskets, their two waves, the thesis, the symbols
    EXPECT_GE(heartbeat.written_jseq, heartbeat.synced_jseq);
  }
  EXPECT_EQ(last.event_time_ns, now_ns_);
  EXPECT_EQ(listener_->heartbeats.back().state, wire::EngineState::kStopping);
}

TEST_F(Numbers, TheRecordingComesBeforeTheWorld) {
  start();
  std::uint64_t unrecorded = 0;
  listener_->on_edge = [&](const Listener::HeardEdge& heard) {
    const Edge& edge = heard.edge();
    const Recorded now = read_recording(engine_->recording_path());  // by another reader, while it is being written
    unrecorded += now.records.size() < edge.cause_jseq || now.edges.size() < edge.eseq || now.edge_blocks[edge.eseq - 1] != heard.bytes;
  };
  open_market(new_york(10));
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(feed_->ticks({trade_tick(2, now_ns_ + kMillisecond), trade_tick(6, now_ns_ + kMillisecond)}));
    expect_alive();
  }
  stop();
  EXPECT_EQ(listener_->edges.size(), 61U);
  EXPECT_EQ(unrecorded, 0U);
}

// A stream of edges, so that some have just gone out when a heartbeat says how far the disk is.
TEST_F(Numbers, WithPowerNothingGoesOutThatIsNotOnTheDisk) {
  start({{"journal.durability", "'power'"}});
  std::uint64_t cause_jseq = 0, unsynced = 0;
  listener_->on_edge = [&](const Listener::HeardEdge& heard) { cause_jseq = heard.edge().cause_jseq; };
  listener_->on_heartbeat = [&](const wire::Heartbeat& heartbeat) { unsynced += heartbeat.synced_jseq < cause_jseq; };
  open_market(new_york(10));
  const std::size_t heartbeats_before = listener_->heartbeats.size();
  constexpr std::size_t kOnTheirWay = 200;  // few enough for every queue
  std::size_t sent = listener_->edges.size();
  for (std::uint32_t i = 0; listener_->heartbeats.size() < heartbeats_before + 5; ++i, ++sent) {
    now_ns_ += kMillisecond;
    ASSERT_TRUE(feed_->ticks({status_tick(1 + i % 8, now_ns_, i / 8 % 2 == 0 ? StatusCode::kHalt : StatusCode::kResume)}));
    ASSERT_TRUE(listener_->listen_until([&] { return listener_->edges.size() + kOnTheirWay > sent; }));
  }
  ASSERT_TRUE(listener_->listen_until([&] { return listener_->edges.size() == sent; }));
  stop();
  EXPECT_EQ(unsynced, 0U);
}

// By the wall clock: it moves time when ticks are silent, and judges them.
TEST_F(Numbers, TheWallClockMovesTimeAndJudgesTicks) {
  start({{"time.source", "'wall'"}});
  ASSERT_TRUE(feed_->instruments());
  const auto time_moved_to = [&](std::uint64_t time_ns) {
    return listener_->listen_until([&] { return listener_->heartbeats.back().event_time_ns > time_ns; });
  };
  ASSERT_TRUE(time_moved_to(0));
  ASSERT_TRUE(time_moved_to(listener_->heartbeats.back().event_time_ns));  // and again, without a tick
  const auto now_ns = static_cast<std::uint64_t>(wall_clock_ns());
  feed_->send_ns = now_ns + 7200 * kSecond;  // what the sender thinks of the time does not count
  ASSERT_TRUE(feed_->ticks({trade_tick(2, now_ns), trade_tick(3, now_ns + 3600 * kSecond), trade_tick(4, now_ns - 100 * kSecond)}));
  ASSERT_TRUE(feed_->heartbeat(now_ns + 7200 * kSecond));
  now_ns_ = now_ns;
  expect_alive();
  const pipeline::LiveReport report = stop();
  const pipeline::FeedCounters& counters = report.feeds[0].counters;
  EXPECT_EQ(counters.rejected[static_cast<std::size_t>(pipeline::Rejection::kFutureTime)], 1U);
  EXPECT_EQ(counters.rejected[static_cast<std::size_t>(pipeline::Rejection::kTooLate)], 1U);
  EXPECT_EQ(counters.journaled, 2U);
  EXPECT_GE(report.fold.pulses, 2U);
  EXPECT_LT(listener_->heartbeats.back().event_time_ns, now_ns + 3600 * kSecond);
  for (const wire::Heartbeat& heartbeat : listener_->heartbeats) EXPECT_EQ(heartbeat.mode, wire::Mode::kLive);
}

}  // namespace
}  // namespace groundswell::test
