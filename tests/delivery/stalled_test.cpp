// Subscribers that stand still for a while: the relay grows by little, the others get everything, and those who wake know exactly what
// they missed, and have it all in the end.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/joiner.hpp"
#include "support/process.hpp"
#include "support/restartable_market.hpp"

namespace groundswell::test {
namespace {

std::uint64_t resident_bytes(pid_t process) {
  std::ifstream statm("/proc/" + std::to_string(process) + "/statm");
  std::uint64_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Places of levels in a stream's queue that were sent: what was sent, but for edges, catalogs and heartbeats.
std::uint64_t level_places(Joiner& joiner) {
  return joiner.last_batch.seq - joiner.messages['E'] - joiner.messages['K'] - joiner.messages['H'];
}

TEST(Stalled, SubscribersHurtNobodyAndKnowWhatTheyMissed) {
  const bool full = std::getenv("GROUNDSWELL_FULL") != nullptr;
  const std::size_t kStalled = full ? 25 : 5;  // of each kind
  const double seconds = full ? 600 : 5;
  const TemporaryFolder folder;
  log_setup(LogFormat::kText, LogLevel::kError);
  const std::string relay_endpoint = endpoint_in(folder, "relayed");
  const fs::path path = write_config(
      folder, {{"history.recording", "'" + (folder / "history.gsj").string() + "'"}, {"relay.publish", "'" + relay_endpoint + "'"}},
      pull_feed(folder, "feed") + kBusyTriggers);
  const config::Config config = must(config::load_config(path));
  const unsigned minutes = full ? 380 : 20;
  simulate::SimulatorOptions market = last_minutes(folder, config, minutes, 20);
  market.speed = (minutes + 15) * 60 / seconds;  // to the provisional commit
  ASSERT_TRUE(simulate::write_history(market).has_value());
  net::Context context;
  auto engine = must(pipeline::LiveEngine::start(context, config));
  Program relay(folder, {"relay", "-c", path.string()});
  ASSERT_TRUE(relay.says("relaying")) << relay.err();

  Joiner by_broadcast(context, relay_endpoint);
  ASSERT_TRUE(by_broadcast.join());  // and so has the relay: all streams are offered the same from here on
  Joiner by_stream(context, relay_endpoint, Joiner::By::kStream);
  std::vector<std::unique_ptr<Joiner>> stalled;
  for (std::size_t i = 0; i < 2 * kStalled; ++i)
    stalled.push_back(std::make_unique<Joiner>(context, relay_endpoint, i < kStalled ? Joiner::By::kStream : Joiner::By::kBroadcast));
  ASSERT_TRUE(by_stream.join());
  for (const auto& each : stalled) ASSERT_TRUE(each->join());
  const std::uint64_t before = resident_bytes(relay.id());

  RunningSimulator simulator(context, market);
  ASSERT_TRUE(by_broadcast.turn_until(
      [&] {
        by_stream.turn();
        return by_broadcast.has_commit(kSession);
      },
      std::chrono::seconds(full ? 1200 : 120)));
  simulator.finish();
  std::size_t from = by_broadcast.heartbeats.size();
  ASSERT_TRUE(by_broadcast.turn_until([&] {
    by_stream.turn();
    const auto& all = by_broadcast.heartbeats;
    if (all.size() > from + 1 && all.back().next != all[all.size() - 2].next) from = all.size() - 1;
    return all.size() >= from + 3;
  }));
  const std::vector<wire::NextNumbers> last = by_broadcast.heartbeats.back().next;
  const std::uint64_t grown = resident_bytes(relay.id()) - std::min(before, resident_bytes(relay.id()));
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
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.finish().code, 0) << relay.err();
  must(engine->stop());
  std::printf("%zu stood still for %.0f s: relay grew by %.1f MiB; %llu level batches offered, %llu conflated over %zu streams\n",
              stalled.size(), seconds, static_cast<double>(grown) / (1 << 20), static_cast<unsigned long long>(offered),
              static_cast<unsigned long long>(conflated), kStalled);
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
    auto engine = must(pipeline::LiveEngine::start(context, must(config::load_config(path_of(name)))));
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
