// Engine, relay and bot are killed in turn, beside a feed that can give ticks again: the bot has the events of a run in which nothing died.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

#include "support/joiner.hpp"
#include "support/process.hpp"
#include "support/restartable_market.hpp"

namespace groundswell::test {
namespace {

using EventIds = std::map<std::uint16_t, std::vector<std::pair<std::uint64_t, std::uint64_t>>>;  // by scope, in order

class Killed : public ::testing::Test {
 protected:
  // What a bot has seen when the provisional commit is there. `kills`: of engine, relay and bot in turn.
  EventIds run(int kills, std::uint64_t seed) {
    const TemporaryFolder folder;
    log_setup(LogFormat::kText, LogLevel::kError);
    const std::string relay_endpoint = endpoint_in(folder, "relayed");
    const fs::path path = write_config(folder,
                                       {{"journal.snapshot", "'1s'"},
                                        {"history.recording", "'" + (folder / "history.gsj").string() + "'"},
                                        {"relay.publish", "'" + relay_endpoint + "'"}},
                                       feed_with_fills(folder));
    const config::Config config = must(config::load_config(path));
    const simulate::SimulatorOptions market = market_of(folder, config, 150);
    EXPECT_TRUE(simulate::write_history(market).has_value());
    const std::vector<std::string> engine_words{"run", "-c", path.string()}, relay_words{"relay", "-c", path.string()};
    net::Context context;
    auto engine = std::make_unique<Program>(folder, engine_words);
    auto relay = std::make_unique<Program>(folder, relay_words);
    EXPECT_TRUE(engine->says("running")) << engine->err();
    auto bot = std::make_unique<Joiner>(context, relay_endpoint);
    EXPECT_TRUE(bot->join());
    EventIds seen;
    std::vector<wire::NextNumbers> kept;  // as a bot writes them down beside what it does
    const auto remember = [&] {
      for (const auto& [scope, edges] : bot->edges) {
        for (const Edge& edge : edges) seen[scope].emplace_back(edge.event_id.hi, edge.event_id.lo);
      }
      EXPECT_EQ(bot->gaps + bot->copies + bot->lost, 0U);
      if (const auto positions = bot->subscription().positions(); !positions.empty()) kept = positions;
    };
    RunningSimulator simulator(context, market);
    std::mt19937_64 random(seed);
    for (int kill = 0; kill < kills; ++kill) {
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(50 + random() % 700);
      bot->turn_until([&] { return std::chrono::steady_clock::now() > until; });
      if (kill % 3 == 0) {
        engine->signal(SIGKILL);
        EXPECT_EQ(engine->finish().code, 128 + SIGKILL) << engine->err();
        engine = std::make_unique<Program>(folder, engine_words);
      } else if (kill % 3 == 1) {
        relay->signal(SIGKILL);
        EXPECT_EQ(relay->finish().code, 128 + SIGKILL) << relay->err();
        relay = std::make_unique<Program>(folder, relay_words);
      } else {
        const std::uint64_t recording_id = bot->subscription().recording_id();
        remember();
        bot = std::make_unique<Joiner>(context, relay_endpoint, Joiner::By::kBroadcast,
                                       wire::SubscriptionOptions{.scopes = {}, .recording_id = recording_id, .resume = kept});
      }
    }
    EXPECT_TRUE(bot->turn_until([&] { return bot->has_commit(kSession); })) << engine->err() << relay->err();
    EXPECT_TRUE(bot->turn_until([&] { return bot->subscription().is_whole(); }));
    remember();
    Program healthy(folder, {"health", "--endpoint", relay_endpoint});
    EXPECT_EQ(healthy.finish().code, 0) << healthy.err();
    Program status(folder, {"status", "--json", "--endpoint", relay_endpoint});
    const Finished told = status.finish();
    EXPECT_EQ(told.code, 0) << told.err;
    const auto stats = nlohmann::json::parse(told.out, nullptr, false);
    EXPECT_TRUE(stats.is_object());
    EXPECT_EQ(stats["upstream"]["lost_edges"], 0);
    for (Program* each : {relay.get(), engine.get()}) {
      each->signal(SIGTERM);
      EXPECT_EQ(each->finish().code, 0) << each->err();
    }
    simulator.finish();
    Program nobody(folder, {"health", "--endpoint", relay_endpoint});
    EXPECT_EQ(nobody.finish().code, 69);
    return seen;
  }
};

TEST_F(Killed, InTurnTheBotHasTheEventsOfARunInWhichNothingDied) {
  const EventIds never = run(0, 1);
  std::size_t events = 0;
  for (const auto& [scope, ids] : never) events += ids.size();
  EXPECT_GT(events, 100U);
  constexpr int kAtOnce = 10;  // in one run
  const int wanted = kLargeFigures ? 200 : kAtOnce;
  int kills = 0;
  for (std::uint64_t seed = 1; kills < wanted; ++seed, kills += kAtOnce) {
    SCOPED_TRACE(seed);
    const EventIds killed = run(kAtOnce, seed);
    for (const auto& [scope, ids] : never) {
      const auto& other = killed.at(scope);
      const std::size_t common = std::min(ids.size(), other.size());
      EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(common), other.begin())) << "scope " << scope;
      EXPECT_LE(std::max(ids.size(), other.size()) - common, 0U) << "scope " << scope;
    }
    if (HasFailure()) return;
  }
  std::printf("%d kills, %zu events each time\n", kills, events);
}

}  // namespace
}  // namespace groundswell::test
