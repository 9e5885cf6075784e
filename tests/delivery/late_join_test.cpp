// Subscribers that come at random instants, under load: each has, from where it joined on, every event once and in order, and in the end
// the levels that the engine has.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "support/joiner.hpp"
#include "support/restartable_market.hpp"
#include "support/running_relay.hpp"

namespace groundswell::test {
namespace {

class LateJoin : public ::testing::Test {
 protected:
  // The last minutes of a session and its commits; `speed` market seconds per second.
  void start(unsigned minutes, double speed) {
    log_setup(LogFormat::kText, LogLevel::kError);
    config_ = must(config::load_config(
        write_config(folder_, {{"history.recording", "'" + (folder_ / "history.gsj").string() + "'"}, {"journal.segment_size", "'64KiB'"}},
                     pull_feed(folder_, "feed") + kBusyTriggers)));
    market_ = last_minutes(folder_, config_, minutes, 20);
    market_.speed = speed;
    ASSERT_TRUE(simulate::write_history(market_).has_value());
    engine_ = must(pipeline::LiveEngine::start(context_, config_));
    reference_ = std::make_unique<Joiner>(context_, engine_->publish_endpoint());
    ASSERT_TRUE(reference_->join());
    relay_ = std::make_unique<RunningRelay>(context_, relay_options("relay", engine_->publish_endpoint()));
  }
  relay::RelayOptions relay_options(const std::string& name, const std::string& upstream) const {
    return {
        .name = name, .upstream = upstream, .upstream_control = {}, .publish = endpoint_in(folder_, name), .control = {}, .recording = {}};
  }
  bool is_closed() const {  // market time has passed the close
    return !reference_->heartbeats.empty() && reference_->heartbeats.back().event_time_ns > new_york(16);
  }
  // The numbers at which all stands still: three heartbeats in a row say the same, and the reference has everything below.
  std::vector<wire::NextNumbers> end() {
    std::size_t from = reference_->heartbeats.size();
    EXPECT_TRUE(reference_->turn_until([&] {
      const std::vector<wire::Heartbeat>& all = reference_->heartbeats;
      if (all.size() > from + 1 && all.back().next != all[all.size() - 2].next) from = all.size() - 1;
      return all.size() >= from + 3 && reference_->has_all(all.back().next);
    }));
    return reference_->heartbeats.back().next;
  }
  // From where it came in: the edges that are recorded, and the engine's levels.
  void expect_whole(const Joiner& joiner, const std::map<std::uint16_t, std::vector<Edge>>& recorded) {
    EXPECT_EQ(joiner.gaps, 0U);
    EXPECT_EQ(joiner.copies, 0U);
    EXPECT_EQ(joiner.lost, 0U);
    EXPECT_EQ(joiner.levels.size(), reference_->levels.size());
    for (const auto& [key, level] : joiner.levels) {
      const auto other = reference_->levels.find(key);
      ASSERT_TRUE(other != reference_->levels.end());
      EXPECT_EQ(std::memcmp(&level, &other->second, sizeof level), 0) << "signal " << std::get<3>(key) << " of scope " << std::get<0>(key);
    }
    for (const auto& [scope, edges] : joiner.edges) {
      ASSERT_FALSE(edges.empty());
      const std::vector<Edge>& all = recorded.at(scope);
      const std::uint64_t first = edges.front().scope_seq;
      ASSERT_EQ(first - 1 + edges.size(), all.size()) << "scope " << scope;
      EXPECT_EQ(std::memcmp(static_cast<const void*>(edges.data()), all.data() + first - 1, edges.size() * sizeof(Edge)), 0);
    }
  }
  // While it all goes on: every scope, at an instant at which it stands at the same numbers as the reference.
  void expect_whole_until_now(Joiner& joiner) {
    std::set<std::uint16_t> left;
    for (const wire::NextNumbers& row : reference_->subscription().positions()) left.insert(row.scope);
    ASSERT_FALSE(left.empty());
    const auto compare = [&] {
      reference_->turn();
      const auto own = joiner.subscription().positions();
      for (const wire::NextNumbers& row : reference_->subscription().positions()) {
        if (left.count(row.scope) != 0 && std::find(own.begin(), own.end(), row) != own.end() && equal_now(joiner, row.scope))
          left.erase(row.scope);
      }
      return left.empty() || HasFailure();
    };
    ASSERT_TRUE(joiner.turn_until(compare)) << left.size() << " scopes never stood where the reference did";
    EXPECT_EQ(joiner.gaps + joiner.copies + joiner.lost, 0U);
  }
  // The edges since it came, and all levels of the scope.
  bool equal_now(const Joiner& joiner, std::uint16_t scope) const {
    const auto first = [&](const Joiner& of) { return of.levels.lower_bound({scope, Clock::kLive, 0, 0}); };
    const auto end = [&](const Joiner& of) { return of.levels.lower_bound({static_cast<std::uint16_t>(scope + 1), Clock::kLive, 0, 0}); };
    const bool same_levels = std::equal(first(joiner), end(joiner), first(*reference_), end(*reference_), [](const auto& a, const auto& b) {
      return a.first == b.first && std::memcmp(&a.second, &b.second, sizeof a.second) == 0;
    });
    EXPECT_TRUE(same_levels) << "levels of scope " << scope;
    const auto own = joiner.edges.find(scope);
    if (own == joiner.edges.end()) return true;
    const std::vector<Edge>& all = reference_->edges.at(scope);
    const bool same_edges = own->second.size() <= all.size() && std::memcmp(static_cast<const void*>(own->second.data()),
                                                                            &*(all.end() - static_cast<std::ptrdiff_t>(own->second.size())),
                                                                            own->second.size() * sizeof(Edge)) == 0;
    EXPECT_TRUE(same_edges) << "events of scope " << scope;
    return true;
  }
  std::map<std::uint16_t, std::vector<Edge>> stop_and_read() {
    const auto report = must(engine_->stop());
    std::map<std::uint16_t, std::vector<Edge>> by_scope;
    for (const Edge& edge : read_recording(report.recording).edges) by_scope[edge.scope].push_back(edge);
    return by_scope;
  }

  TemporaryFolder folder_;
  net::Context context_;
  config::Config config_;
  simulate::SimulatorOptions market_;
  std::unique_ptr<pipeline::LiveEngine> engine_;
  std::unique_ptr<Joiner> reference_;  // from the beginning, at the engine itself
  std::unique_ptr<RunningRelay> relay_;
};

TEST_F(LateJoin, AtRandomInstantsUnderLoadNothingIsMissedAndNothingComesTwice) {
  const std::size_t wanted = kLargeFigures ? 10'000 : 300, at_once = kLargeFigures ? 200 : 300;
  start(380, 20);  // lasts longer than the machine can be slow

  const RunningRelay second(context_, relay_options("second", relay_->publish_endpoint()));
  RunningSimulator simulator(context_, market_);
  std::mt19937_64 random(11);
  std::vector<std::unique_ptr<Joiner>> joiners;
  std::size_t joined = 0;
  std::uint64_t checked_edges = 0;
  const auto started = std::chrono::steady_clock::now();
  auto next_join = started;
  while (joined < wanted) {
    ASSERT_FALSE(is_closed());
    reference_->turn();
    // Come at random, at the engine, at the relay and at a relay of the relay, by the broadcast or a stream.
    if (std::chrono::steady_clock::now() >= next_join && !reference_->edges.empty()) {
      next_join += std::chrono::microseconds(random() % (kLargeFigures ? 120'000 : 40'000));
      const std::uint64_t how = random() % 5;
      const std::string& where = how == 0 ? engine_->publish_endpoint() : how <= 2 ? relay_->publish_endpoint() : second.publish_endpoint();
      joiners.push_back(std::make_unique<Joiner>(context_, where, how == 2 || how == 4 ? Joiner::By::kStream : Joiner::By::kBroadcast));
      ++joined;
    }
    for (const auto& joiner : joiners) joiner->turn();
    if (kLargeFigures && joiners.size() == at_once) {  // the older half makes room
      for (std::size_t i = 0; i < at_once / 2; ++i) {
        ASSERT_NO_FATAL_FAILURE(expect_whole_until_now(*joiners[i]));
        for (const auto& [scope, edges] : joiners[i]->edges) checked_edges += edges.size();
      }
      joiners.erase(joiners.begin(), joiners.begin() + static_cast<std::ptrdiff_t>(at_once / 2));
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  simulator.finish();
  const std::vector<wire::NextNumbers> last = end();
  for (const auto& joiner : joiners) {
    EXPECT_TRUE(joiner->turn_until([&] { return joiner->has_all(last); }));
  }
  const auto recorded = stop_and_read();
  for (const auto& joiner : joiners) {
    expect_whole(*joiner, recorded);
    for (const auto& [scope, edges] : joiner->edges) checked_edges += edges.size();
    if (HasFatalFailure()) return;
  }
  expect_whole(*reference_, recorded);
  EXPECT_GT(checked_edges, 1000U);
  std::printf("%zu joins in %.0f s, %llu events seen, 0 gaps, 0 copies, all levels equal\n", joined, seconds,
              static_cast<unsigned long long>(checked_edges));
}

// What a joiner is told of triggers is what the engine's own next edges go out from.
TEST_F(LateJoin, TriggerStatesComeWithTheSnapshot) {
  start(2, 0);
  RunningSimulator simulator(context_, market_);
  ASSERT_TRUE(reference_->turn_until([&] { return reference_->has_commit(kSession); }));
  simulator.finish();
  end();
  Joiner joiner(context_, relay_->publish_endpoint());
  ASSERT_TRUE(joiner.join());
  ASSERT_FALSE(joiner.triggers.empty());
  for (const wire::TriggerState& state : joiner.triggers) {
    if (state.trigger != 0) continue;  // THRESHOLD on net_adv: on, or off, as its last edge says
    const std::vector<Edge>& edges = reference_->edges[state.scope];
    const auto last = std::find_if(edges.rbegin(), edges.rend(), [&](const Edge& edge) { return edge.trigger == state.trigger; });
    if (last == edges.rend() || state.phase == wire::TriggerPhase::kUnprimed) continue;
    EXPECT_EQ(state.phase, last->direction > 0 ? wire::TriggerPhase::kOn : wire::TriggerPhase::kOff) << "scope " << state.scope;
  }
}

// Every edge that was ever recorded, asked for in one go.
TEST_F(LateJoin, FillsReachBackOverAllSegments) {
  start(5, 0);
  RunningSimulator simulator(context_, market_);
  ASSERT_TRUE(reference_->turn_until([&] { return reference_->has_commit(kSession); }));
  simulator.finish();
  const std::vector<wire::NextNumbers> last = end();
  Joiner joiner(context_, engine_->publish_endpoint(), Joiner::By::kBroadcast,
                {.scopes = {}, .past_edges = ~std::uint64_t{0}, .resume = {}});
  ASSERT_TRUE(joiner.turn_until([&] { return joiner.has_all(last); }));
  // Two relays that keep nothing: one can read the recording, the other says so.
  relay::RelayOptions reads = relay_options("reads", engine_->publish_endpoint()),
                      forgets = relay_options("forgets", engine_->publish_endpoint());
  reads.recording = engine_->recording_path();
  reads.keep_ns = forgets.keep_ns = 1;
  const RunningRelay reading(context_, reads), forgetting(context_, forgets);
  std::vector<wire::NextNumbers> beginning = last;
  for (wire::NextNumbers& row : beginning) row.scope_seq = 1;
  const wire::SubscriptionOptions from_the_beginning{
      .scopes = {}, .recording_id = joiner.subscription().recording_id(), .resume = beginning};
  for (const RunningRelay* each : {&reading, &forgetting}) {  // until they have forgotten what they asked for when they began
    Joiner waits(context_, each->publish_endpoint());
    ASSERT_TRUE(waits.join());
    ASSERT_TRUE(waits.turn_until([&] { return waits.heartbeats.size() > 8; }));
  }
  Joiner from_recording(context_, reading.publish_endpoint(), Joiner::By::kBroadcast, from_the_beginning);
  Joiner too_late(context_, forgetting.publish_endpoint(), Joiner::By::kBroadcast, from_the_beginning);
  ASSERT_TRUE(from_recording.turn_until([&] { return from_recording.has_all(last); }));
  ASSERT_TRUE(too_late.turn_until([&] { return too_late.has_all(last); }));
  const std::string recording = engine_->recording_path();
  const auto recorded = stop_and_read();
  std::size_t all = 0;
  for (const auto& [scope, edges] : recorded) all += edges.size();
  EXPECT_EQ(too_late.lost, all);  // each of them told as lost
  EXPECT_TRUE(too_late.edges.empty());
  for (const auto& [scope, edges] : recorded) EXPECT_EQ(from_recording.edges[scope].size(), edges.size());
  expect_whole(from_recording, recorded);
  EXPECT_GT(read_recording(recording).info.segments, 3U);
  for (const auto& [scope, edges] : recorded) EXPECT_EQ(joiner.edges[scope].size(), edges.size());
  expect_whole(joiner, recorded);
}

}  // namespace
}  // namespace groundswell::test
