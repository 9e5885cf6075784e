// What the state of the thesis says of markets whose truth is known because it was planted. A few runs by default; GROUNDSWELL_FULL=1: 60
// of each regime, 504 sessions each, with the bounds that the rules were made to meet, within their own chance.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "support/capture_sink.hpp"
#include "support/simulated_tape.hpp"

namespace groundswell {
namespace {

using namespace test;
using simulate::Regime;

constexpr std::uint32_t kSessions = 756;
constexpr std::size_t kStart = simulate::kRegimeStartSessions, kSwitch = kStart + simulate::kRegimeSwitchSessions;

bool full() { return std::getenv("GROUNDSWELL_FULL") != nullptr; }

using States = std::vector<ThesisState>;  // of every session

class StateSink final : public pipeline::Sink {
 public:
  StateSink(std::size_t scope, std::uint16_t signal) : scope_(scope), signal_(signal) {}
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    if (batch.scope != scope_ || batch.clock != Clock::kClose) return;
    for (const Level& level : batch.levels) {
      if (level.signal == signal_) states.push_back(static_cast<ThesisState>(level.value));
    }
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    edges.push_back(edge);
    parts += why.size();
  }
  States states;
  std::vector<Edge> edges;
  std::size_t parts = 0;  // of all edges

 private:
  std::size_t scope_;
  std::uint16_t signal_;
};

Trigger trigger_of(const char* type, const char* signal, const char* scope, Threshold enter, Threshold exit) {
  Trigger trigger;
  trigger.name = type;
  trigger.type = static_cast<std::uint8_t>(find_trigger_type(type) - kTriggerTypes.data());
  trigger.signal = signal;
  trigger.scopes = {scope};
  trigger.evaluate = Evaluate::kClose;
  trigger.enter = enter;
  trigger.exit = exit;
  return trigger;
}

StateSink play_all(Regime regime, std::uint64_t seed, bool with_filings) {
  static const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, seed, kSessions, 0, 400, 0, {}, regime);
  pipeline::FoldSetup setup = default_setup(config);
  if (with_filings) setup.filings = tape.filings;
  setup.triggers = {trigger_of("REWARD", "e_reward", "thesis", {.bound = 0.15}, {.test = Threshold::Test::kLess, .bound = 0.0}),
                    trigger_of("PAINT", "painted", "symbols", {.bound = 1.0}, {.test = Threshold::Test::kLess, .bound = 1.0})};
  pipeline::Fold fold(setup);
  const auto& signals = fold.signals();
  const auto row = std::find_if(signals.begin(), signals.end(), [](const signal::CatalogRow& each) { return each.id == "state"; });
  StateSink sink(fold.book().scope_count() - 1, row->index);
  std::uint64_t jseq = 0;
  for (const Record& record : tape.records) fold.apply(record, ++jseq, sink);
  return sink;
}
States play(Regime regime, std::uint64_t seed) { return play_all(regime, seed, false).states; }

// Percent of the sessions of the regime.
double share_of(const States& states, ThesisState wanted) {
  const auto begin = states.begin() + kStart;
  return 100.0 * static_cast<double>(std::count(begin, states.end(), wanted)) / static_cast<double>(states.end() - begin);
}
double changes_a_year(const States& states) {
  double changes = 0;
  for (std::size_t t = kStart + 1; t < states.size(); ++t) changes += states[t] != states[t - 1];
  return changes * 252.0 / static_cast<double>(states.size() - kStart);
}
// Commits from the switch until one of the states, the first counts 1; -1 where it was in one already, infinity for never.
double first_of(const States& states, const std::set<ThesisState>& wanted) {
  if (wanted.contains(states[kSwitch - 1])) return -1.0;
  for (std::size_t t = kSwitch; t < states.size(); ++t) {
    if (wanted.contains(states[t])) return static_cast<double>(t - kSwitch + 1);
  }
  return INFINITY;
}

struct Mean {
  double mean = 0.0, chance = 0.0;  // and half of its 95 % interval over runs
};
Mean mean_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0.0, squares = 0.0;
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  return {sum / n, 1.96 * std::sqrt(squares / n) / std::sqrt(n)};
}
double median_of(std::vector<double> values) {
  std::erase(values, -1.0);
  std::sort(values.begin(), values.end());
  return values.empty() ? INFINITY : values[values.size() / 2];
}

TEST(ThesisRegimes, CrashOfTheMarketBreaks) {
  const States states = play(Regime::kCrash, 1);
  ASSERT_EQ(states.size(), kSessions);
  for (std::size_t t = 0; t < states.size(); ++t)
    EXPECT_EQ(states[t] == ThesisState::kUnknown, t < 75) << t;  // the base session is the first
  const double first = first_of(states, {ThesisState::kBreaking});
  EXPECT_LE(first, 25.0) << "the fall was over before anything was said";
  EXPECT_EQ(std::count(states.begin(), states.end(), ThesisState::kConfirmed), 0);  // without fundamentals
}

// Where suppliers rise by their exposure, and filings tell of it, the state says so for most of the time, after it has said BROADENING.
TEST(ThesisRegimes, RewardedExposureIsConfirmed) {
  const StateSink run = play_all(Regime::kBroad, 1, true);
  const auto confirmed = std::find(run.states.begin(), run.states.end(), ThesisState::kConfirmed);
  ASSERT_NE(confirmed, run.states.end());
  EXPECT_EQ(*std::prev(confirmed), ThesisState::kBroadening);
  EXPECT_GE(confirmed - run.states.begin(), static_cast<std::ptrdiff_t>(kStart));
  EXPECT_GE(share_of(run.states, ThesisState::kConfirmed), 30.0);

  std::map<EdgeType, int> told;
  std::map<std::uint32_t, int> painted;  // by symbol: never twice in a row, never cleared before
  for (const Edge& edge : run.edges) {
    ++told[edge.type];
    if (edge.type == EdgeType::kRewardOn) {
      EXPECT_GE(edge.value, 0.15);
      EXPECT_EQ(edge.subject, kNoSubject);
    }
    if (edge.type != EdgeType::kPainted && edge.type != EdgeType::kPaintCleared) continue;
    const bool on = edge.type == EdgeType::kPainted;
    EXPECT_EQ(edge.direction, on ? 1 : -1);
    EXPECT_EQ(edge.value >= 1.0, on);
    EXPECT_EQ(painted[edge.subject], on ? 0 : 1);
    painted[edge.subject] = on;
  }
  EXPECT_GE(told[EdgeType::kRewardOn], 1);
  EXPECT_GE(told[EdgeType::kPainted], 1);
  EXPECT_GE(told[EdgeType::kPaintCleared], 1);
  EXPECT_EQ(run.parts, 0U);  // ranks belong to no single member
}

TEST(ThesisRegimes, RegimesMeetTheirBounds) {
  if (!full()) GTEST_SKIP() << "60 runs of each regime take minutes: GROUNDSWELL_FULL=1";
  std::map<Regime, std::vector<States>> runs;
  for (const Regime regime : {Regime::kNull, Regime::kBroad, Regime::kLeaders, Regime::kNarrowToBroad, Regime::kBroadToNarrow,
                              Regime::kRotation, Regime::kCrash}) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) runs[regime].push_back(play(regime, seed));
    std::vector<double> changes;
    for (const States& states : runs[regime]) changes.push_back(changes_a_year(states));
    const Mean mean = mean_of(changes);
    std::cout << simulate::kRegimeNames[static_cast<std::size_t>(regime)] << ": " << mean.mean << " +- " << mean.chance
              << " changes a year\n";
    EXPECT_LE(mean.mean - mean.chance, 10.0);
  }
  std::vector<double> broad;
  for (const States& states : runs[Regime::kLeaders]) broad.push_back(share_of(states, ThesisState::kBroadening));
  const Mean broadening = mean_of(broad);
  std::cout << "leaders alone: " << broadening.mean << " +- " << broadening.chance << " % broadening\n";
  EXPECT_LE(broadening.mean - broadening.chance, 5.0);
  const auto seen = [&](Regime regime, const std::set<ThesisState>& wanted, double most) {
    std::vector<double> first;
    for (const States& states : runs[regime]) first.push_back(first_of(states, wanted));
    std::cout << simulate::kRegimeNames[static_cast<std::size_t>(regime)] << ": seen after " << median_of(first) << '\n';
    EXPECT_LE(median_of(first), most);
  };
  seen(Regime::kNarrowToBroad, {ThesisState::kBroadening, ThesisState::kConfirmed}, 27);
  seen(Regime::kCrash, {ThesisState::kBreaking}, 14);
  seen(Regime::kBroadToNarrow, {ThesisState::kNarrow, ThesisState::kDiverging}, 37);
}

}  // namespace
}  // namespace groundswell
