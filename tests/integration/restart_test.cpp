// An engine that is killed at random moments and started again on its recording, beside a feed that can give ticks again: it publishes and
// records what an engine does that was never killed. A subscriber that stays sees each event at most once in other words: whatever comes
// again has the same bytes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "support/process.hpp"
#include "support/restartable_market.hpp"

namespace groundswell::test {
namespace {

class Restart : public ::testing::Test {
 protected:
  // The twenty minutes before a close and its provisional commit, with an engine that is killed `kills` times.
  Recorded run(int kills, double speed, std::uint64_t seed) {
    const TemporaryFolder folder;
    log_setup(LogFormat::kText, LogLevel::kError);
    const fs::path path =
        write_config(folder, {{"journal.snapshot", "'1s'"}, {"history.recording", "'" + (folder / "history.gsj").string() + "'"}},
                     feed_with_fills(folder));
    const config::Config config = must(config::load_config(path));
    EXPECT_TRUE(simulate::write_history(market_of(folder, config, speed)).has_value());
    net::Context context;
    Listener listener(context, endpoint_in(folder, "signals"), {"K.", "E.", "H."});
    auto engine = std::make_unique<Program>(folder, std::vector<std::string>{"run", "-c", path.string()});
    EXPECT_TRUE(listener.joined()) << engine->err();
    RunningSimulator simulator(context, market_of(folder, config, speed));
    // Who joins a feed begins with the tick that comes then: before the first tick was taken, a slow start would be no fault.
    EXPECT_TRUE(listener.listen_until([&] { return !listener.edges.empty() && listener.edges.back().edge().session == kSession; }));
    std::mt19937_64 random(seed);
    for (int kill = 0; kill < kills; ++kill) {
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(50 + random() % 900);
      listener.listen_until([&] { return std::chrono::steady_clock::now() > until; });
      engine->signal(SIGKILL);
      EXPECT_EQ(engine->finish().code, 128 + SIGKILL) << engine->err();
      engine = std::make_unique<Program>(folder, std::vector<std::string>{"run", "-c", path.string()});
    }
    EXPECT_TRUE(listener.listen_until([&] {
      return !listener.edges.empty() && listener.edges.back().edge().type == EdgeType::kCommit &&
             listener.edges.back().edge().direction == -1;
    })) << engine->err();
    engine->signal(SIGTERM);
    EXPECT_EQ(engine->finish().code, 0) << engine->err();
    simulator.finish();
    Recorded recorded = read_recording(folder / "recording");
    digest_ = replay_of((folder / "recording").string()).digest;
    std::map<std::uint64_t, const Edge*> written;
    for (const Edge& edge : recorded.edges)
      EXPECT_TRUE(written.emplace(edge.eseq, &edge).second) << "edge " << edge.eseq << " is there twice";
    for (const Listener::HeardEdge& heard : listener.edges) {
      const auto found = written.find(heard.edge().eseq);
      EXPECT_TRUE(found != written.end()) << "edge " << heard.edge().eseq << " was published and is not recorded";
      if (found != written.end()) {
        EXPECT_EQ(std::memcmp(static_cast<const void*>(&heard.edge()), found->second, sizeof(Edge)), 0);
      }
    }
    for (std::size_t i = 0; i < recorded.edges.size(); ++i) EXPECT_EQ(recorded.edges[i].eseq, i + 1);
    return recorded;
  }
  std::string digest_;
};

TEST_F(Restart, KilledAtRandomMomentsEqualsNeverKilled) {
  const Recorded never = run(0, 200, 1);
  const std::string digest = digest_;
  EXPECT_GT(never.edges.size(), 20U);
  int kills = 0;
  for (std::uint64_t seed = 1; kills < (kLargeFigures ? 200 : 6); ++seed, kills += 6) {
    SCOPED_TRACE(seed);
    const Recorded killed = run(6, 200, seed);
    EXPECT_EQ(digest_, digest);
    EXPECT_TRUE(same(timeless(killed.edges), timeless(never.edges)));
    for (const Record& record : killed.of_kind(RecordKind::kGap)) EXPECT_EQ(record.gap.cause, GapCause::kJoin);
  }
}

}  // namespace
}  // namespace groundswell::test
