// Subscribers that stand still for a while: the relay grows by little, the others get everything, and those who wake know exactly what
// they missed, and have it all in the end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "support/joiner.hpp"
#include "support/process.hpp"
#include "support/restartable_market.hpp"

namespace groundswell::test {
namespace {

// Places of levels in a stream's queue that were sent: what was sent, but for edges, catalogs and heartbeats.
std::uint64_t level_places(Joiner& joiner) {
  return joiner.last_batch.seq - joiner.messages['E'] - joiner.messages['K'] - joiner.messages['H'];
}

constexpr std::size_t kStalled = 25;  // of each kind

class Stalled : public testing::Test {
 protected:
  // An engine here, a relay process, and a market that is through after about `seconds`.
  void start(double seconds) {
    log_setup(LogFormat::kText, LogLevel::kError);
    const fs::path path = write_config(
        folder_, {{"history.recording", "'" + (folder_ / "history.gsj").string() + "'"}, {"relay.publish", "'" + relay_endpoint_ + "'"}},
        pull_feed(folder_, "feed") + kBusyTriggers);
    const config::Config config = must(config::load_config(path));
    const unsigned minutes = kLargeFigures ? 380 : 20;
    market_ = last_minutes(folder_, config, minutes, 20);
    market_.speed = (minutes + 15) * 60 / seconds;  // to the provisional commit
    ASSERT_TRUE(simulate::write_history(market_).has_value());
    engine_ = must(pipeline::LiveEngine::start(context_, config));
    relay_ = std::make_unique<Program>(folder_, std::vector<std::string>{"relay", "-c", path.string()});
    ASSERT_TRUE(relay_->says("relaying")) << relay_->err();
  }
  // Half of them by streams, the first half.
  std::vector<std::unique_ptr<Joiner>> stand_still(net::Context& context) {
    std::vector<std::unique_ptr<Joiner>> stalled;
    for (std::size_t i = 0; i < 2 * kStalled; ++i) {
      const Joiner::By by = i < kStalled ? Joiner::By::kStream : Joiner::By::kBroadcast;
      stalled.push_back(std::make_unique<Joiner>(context, relay_endpoint_, by));
    }
    EXPECT_TRUE(wait_until([&] {
      for (const auto& each : stalled) each->turn();
      return std::all_of(stalled.begin(), stalled.end(), [](const auto& each) { return each->subscription().is_joined(); });
    }));
    return stalled;
  }
  void stop() {
    relay_->signal(SIGTERM);
    EXPECT_EQ(relay_->finish().code, 0) << relay_->err();
    must(engine_->stop());
  }

  TemporaryFolder folder_;
  std::string relay_endpoint_ = endpoint_in(folder_, "relayed");
  net::Context context_;
  simulate::SimulatorOptions market_;
  std::unique_ptr<pipeline::LiveEngine> engine_;
  std::unique_ptr<Program> relay_;
};

TEST_F(Stalled, SubscribersHurtNobodyAndKnowWhatTheyMissed) {
  const double seconds = kLargeFigures ? 600 : 20;
  ASSERT_NO_FATAL_FAILURE(start(seconds));
  Joiner by_broadcast(context_, relay_endpoint_);
  ASSERT_TRUE(by_broadcast.join());  // and so has the relay: all streams are offered the same from here on
  Joiner by_stream(context_, relay_endpoint_, Joiner::By::kStream);
  const std::vector<std::unique_ptr<Joiner>> stalled = stand_still(context_);
  ASSERT_TRUE(by_stream.join());
  const std::uint64_t before = relay_->resident_bytes();

  RunningSimulator simulator(context_, market_);
  ASSERT_TRUE(by_broadcast.turn_until(
      [&] {
        by_stream.turn();
        return by_broadcast.has_commit(kSession);
      },
      std::chrono::seconds(kLargeFigures ? 1200 : 120)));
  simulator.finish();
  std::size_t from = by_broadcast.heartbeats.size();
  ASSERT_TRUE(by_broadcast.turn_until([&] {
    by_stream.turn();
    const auto& all = by_broadcast.heartbeats;
    if (all.size() > from + 1 && all.back().next != all[all.size() - 2].next) from = all.size() - 1;
    return all.size() >= from + 3;
  }));
  const std::vector<wire::NextNumbers> last = by_broadcast.heartbeats.back().next;
  const std::uint64_t grown = relay_->resident_bytes() - std::min(before, relay_->resident_bytes());
  EXPECT_LE(grown, std::uint64_t{64} << 20);

  for (Joiner* each : {&by_stream, &by_broadcast}) {  // unharmed
    ASSERT_TRUE(each->turn_until([&] { return each->has_all(last); }));
    EXPECT_EQ(each->gaps + each->copies + each->lost, 0U);
  }
  EXPECT_EQ(by_stream.subscription().counters().fills_asked, 0U);
  EXPECT_EQ(by_stream.slow, 0U);
  const std::uint64_t offered = level_places(by_stream) + by_stream.last_batch.conflated;
  const auto all_awake = [&] {
    for (const auto& each : stalled) each->turn();
    return std::all_of(stalled.begin(), stalled.end(), [&](const auto& each) { return each->has_all(last); });
  };
  ASSERT_TRUE(by_broadcast.turn_until(all_awake));
  std::uint64_t conflated = 0;
  for (std::size_t i = 0; i < stalled.size(); ++i) {
    Joiner& joiner = *stalled[i];
    EXPECT_EQ(joiner.gaps + joiner.copies + joiner.lost, 0U);
    EXPECT_EQ(joiner.levels.size(), by_broadcast.levels.size());
    for (const auto& [key, level] : by_broadcast.levels) {
      const auto own = joiner.levels.find(key);
      ASSERT_TRUE(own != joiner.levels.end());
      EXPECT_EQ(std::memcmp(&own->second, &level, sizeof level), 0);
    }
    for (const auto& [scope, edges] : by_broadcast.edges) EXPECT_EQ(joiner.edges[scope].size(), edges.size());
    if (i >= kStalled) continue;
    EXPECT_TRUE(joiner.turn_until([&] { return joiner.last_batch.seq == joiner.last_batch.last_seq; }));
    EXPECT_EQ(level_places(joiner) + joiner.last_batch.conflated, offered) << "the counters of one that stood still are not exact";
    EXPECT_EQ(joiner.slow, 0U);
    conflated += joiner.last_batch.conflated;
  }
  EXPECT_GT(conflated, 0U);  // else nobody stood still long enough
  ASSERT_NO_FATAL_FAILURE(stop());
  std::printf("%zu stood still for %.0f s: relay grew by %.1f MiB; %llu level batches offered, %llu conflated over %zu streams\n",
              stalled.size(), seconds, static_cast<double>(grown) / (1 << 20), static_cast<unsigned long long>(offered),
              static_cast<unsigned long long>(conflated), kStalled);
}

// The delays of those who listen, in pairs of spans with and without others who stand still, in turn; the median of the pairs' ratios. A
// figure, not an assertion: it is of the machine. Whoever has just begun to stand still is still sent to, until the queues are full: the
// first seconds are not looked at.
TEST_F(Stalled, DelayNobodyElse) {
  const int pairs = kLargeFigures ? 20 : 2;
  const std::chrono::milliseconds span(kLargeFigures ? 4'000 : 1'000);
  ASSERT_NO_FATAL_FAILURE(start(kLargeFigures ? 900 : 20));
  net::Context elsewhere;  // those who stand still have a thread of libzmq's of their own, as another process has
  Joiner by_broadcast(context_, relay_endpoint_);
  Joiner by_stream(context_, relay_endpoint_, Joiner::By::kStream);
  ASSERT_TRUE(by_broadcast.join());
  ASSERT_TRUE(by_stream.join());
  RunningSimulator simulator(context_, market_);
  const auto listen = [&](std::chrono::milliseconds how_long) {
    const auto until = std::chrono::steady_clock::now() + how_long;
    std::vector<net::Socket*> sockets = by_broadcast.sockets();
    for (net::Socket* const each : by_stream.sockets()) sockets.push_back(each);
    while (std::chrono::steady_clock::now() < until) {
      if (by_broadcast.turn() + by_stream.turn() == 0) net::wait_any(sockets, -1, 10);
    }
  };
  // The 99th percentile of a span.
  const auto measure = [&](bool beside_stalled) {
    std::vector<std::unique_ptr<Joiner>> stalled;
    if (beside_stalled) stalled = stand_still(elsewhere);
    listen(std::chrono::milliseconds(!kLargeFigures ? 200 : beside_stalled ? 12'000 : 1'500));
    std::vector<std::int64_t> delays_ns;
    by_broadcast.delays_ns = by_stream.delays_ns = &delays_ns;
    listen(span);
    by_broadcast.delays_ns = by_stream.delays_ns = nullptr;
    EXPECT_GT(delays_ns.size(), 100U) << "there is no load";
    const auto p99 = delays_ns.begin() + static_cast<std::ptrdiff_t>(delays_ns.size() * 99 / 100);
    std::nth_element(delays_ns.begin(), p99, delays_ns.end());
    return delays_ns.empty() ? 1.0 : static_cast<double>(*p99) / 1'000;
  };
  std::vector<double> ratios;
  for (int pair = 0; pair < pairs; ++pair) {
    double p99_us[2];  // without, with
    for (const bool beside_stalled : {pair % 2 == 1, pair % 2 == 0}) p99_us[beside_stalled] = measure(beside_stalled);
    ratios.push_back(p99_us[1] / p99_us[0]);
    std::printf("p99 %.0f us alone, %.0f us beside %zu who stand still: %.3f\n", p99_us[0], p99_us[1], 2 * kStalled, ratios.back());
  }
  std::sort(ratios.begin(), ratios.end());
  const double median = (ratios[(ratios.size() - 1) / 2] + ratios[ratios.size() / 2]) / 2;
  std::printf("median of %d pairs: %.3f\n", pairs, median);
  EXPECT_EQ(by_broadcast.gaps + by_broadcast.copies + by_broadcast.lost + by_stream.gaps + by_stream.copies + by_stream.lost, 0U);
  simulator.finish();
  ASSERT_NO_FATAL_FAILURE(stop());
}

// The engine goes on with another recording under a connected client, and under the relay between them.
TEST(AnotherRecording, IsPassedOnCleanly) {
  const TemporaryFolder folder;
  log_setup(LogFormat::kText, LogLevel::kError);
  const std::string relay_endpoint = endpoint_in(folder, "relayed");
  const auto path_of = [&](const std::string& name) {
    return write_config(folder,
                        {{"journal.recording", "'" + (folder / name).string() + "'"},
                         {"history.recording", "'" + (folder / "history.gsj").string() + "'"},
                         {"relay.publish", "'" + relay_endpoint + "'"}},
                        pull_feed(folder, "feed") + kBusyTriggers);
  };
  const config::Config config = must(config::load_config(path_of("first")));
  simulate::SimulatorOptions market = last_minutes(folder, config, 1, 20);
  ASSERT_TRUE(simulate::write_history(market).has_value());
  net::Context context;
  Program relay(folder, {"relay", "-c", path_of("first").string()});
  ASSERT_TRUE(relay.says("relaying")) << relay.err();
  std::vector<std::unique_ptr<Joiner>> bots;
  bots.push_back(std::make_unique<Joiner>(context, relay_endpoint));
  bots.push_back(std::make_unique<Joiner>(context, relay_endpoint, Joiner::By::kStream));
  for (const char* name : {"first", "second", "third"}) {
    SCOPED_TRACE(name);
    net::Context own;  // whose end waits until libzmq has left the endpoints: the next engine wants them
    auto engine = must(pipeline::LiveEngine::start(own, must(config::load_config(path_of(name)))));
    const auto both = [&](auto&& holds) {
      return bots[0]->turn_until([&] {
        bots[1]->turn();
        return holds(*bots[0]) && holds(*bots[1]);
      });
    };
    const auto recordings = static_cast<std::size_t>(name[0] == 'f' ? 1 : name[0] == 's' ? 2 : 3);
    ASSERT_TRUE(both([&](const Joiner& bot) { return bot.recordings.size() == recordings && bot.subscription().is_joined(); }));
    RunningSimulator simulator(context, market);
    ASSERT_TRUE(both([&](const Joiner& bot) { return bot.has_commit(kSession); }));
    simulator.finish();
    const auto report = must(engine->stop());
    for (const auto& bot : bots) {
      ASSERT_EQ(bot->recordings.back(), report.recording_id);
      EXPECT_EQ(bot->gaps + bot->copies + bot->lost, 0U);
    }
    engine.reset();
  }
  for (const auto& bot : bots) EXPECT_EQ(bot->recordings.size(), 3U);
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.finish().code, 0) << relay.err();
}

}  // namespace
}  // namespace groundswell::test
