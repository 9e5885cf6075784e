// The confirmation state: dwell in and out, priorities, what blocks what, missing inputs. Sequences by hand.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "signal/thesis_machine.hpp"

namespace groundswell::signal {
namespace {

using enum ThesisState;
constexpr ThesisInputs kCalm{
    .score = 0, .index_z = 0, .leaders_z = 0, .a50 = 60, .d_rs = 50, .gap = 0, .drawdown = 2, .since_high = 30, .a50_at_high = 60};
template <class Change>
constexpr ThesisInputs with(ThesisInputs inputs, Change&& change) {
  change(inputs);
  return inputs;
}
const ThesisInputs kBroad = with(kCalm, [](ThesisInputs& i) { i.score = 30, i.d_rs = 60, i.index_z = 1; });
const ThesisInputs kThin = with(kCalm, [](ThesisInputs& i) { i.score = -5, i.since_high = 3, i.a50_at_high = 75; });
const ThesisInputs kCrash = with(kCalm, [](ThesisInputs& i) { i.a50 = 12; });
const ThesisInputs kFall = with(kCalm, [](ThesisInputs& i) { i.drawdown = 16, i.d_rs = 30; });
const ThesisInputs kStrong = with(kBroad, [](ThesisInputs& i) { i.score = 45, i.d_rs = 70; });
const ThesisInputs kRewarded = with(kStrong, [](ThesisInputs& i) { i.reward = 0.2; });
ThesisInputs scored(double score, ThesisInputs inputs = kCalm) {
  inputs.score = score;
  return inputs;
}

struct Stretch {
  int commits;
  ThesisInputs inputs;
};
std::vector<ThesisState> states(const std::vector<Stretch>& stretches, const ThesisThresholds& thresholds = {}) {
  std::vector<ThesisState> all;
  ThesisMemory memory;
  for (const Stretch& stretch : stretches) {
    for (int k = 0; k < stretch.commits; ++k) {
      memory = ThesisMachine(thresholds, stretch.inputs).step(memory);
      all.push_back(memory.state());
    }
  }
  return all;
}
ThesisState last(const std::vector<Stretch>& stretches, const ThesisThresholds& thresholds = {}) {
  return states(stretches, thresholds).back();
}

TEST(ThesisMachine, DwellsInAndOut) {
  EXPECT_EQ(states({{3, kCalm}, {4, kBroad}}), (std::vector{kNeutral, kNeutral, kNeutral, kNeutral, kNeutral, kBroadening, kBroadening}));
  EXPECT_EQ(states({{3, kBroad}, {3, scored(4)}}), (std::vector{kNeutral, kNeutral, kBroadening, kBroadening, kBroadening, kNeutral}));
  EXPECT_EQ(last({{4, kBroad}, {2, scored(4)}, {1, scored(5)}, {2, scored(4)}}), kBroadening);
}

TEST(ThesisMachine, FallOfTheWholeMarketBreaksByItself) {
  EXPECT_EQ(states({{3, kCalm}, {2, kCrash}}), (std::vector{kNeutral, kNeutral, kNeutral, kNeutral, kBreaking}));
  EXPECT_EQ(last({{3, kCalm}, {9, kCrash}}, {.breaking_absolute_a50 = -1}), kNeutral);
  EXPECT_EQ(last({{3, kCalm}, {2, kCrash}, {4, kCalm}}), kBreaking);
  EXPECT_EQ(last({{3, kCalm}, {2, kCrash}, {5, kCalm}}), kNeutral);
  EXPECT_EQ(last({{3, kCalm}, {2, kCrash}, {4, kCalm}, {1, kCrash}, {4, kCalm}}), kBreaking);
  EXPECT_EQ(last({{3, kCalm}, {2, kCrash}, {4, kCalm}, {1, kCrash}, {5, kCalm}}), kNeutral);
}

TEST(ThesisMachine, EnterOfBreakingBlocksItsExit) { EXPECT_EQ(last({{1, kCalm}, {20, kFall}}), kBreaking); }

TEST(ThesisMachine, ExitCountsFromTheEntry) {  // the fall ends DIVERGING and, but for its own ENTER, BREAKING too
  const auto all = states({{2, kCalm}, {3, kThin}, {2, kFall}, {5, kCalm}});
  EXPECT_EQ((std::vector<ThesisState>{all.end() - 6, all.end()}),
            (std::vector{kBreaking, kBreaking, kBreaking, kBreaking, kBreaking, kNeutral}));
}

TEST(ThesisMachine, DivergingEndsWithItsCause) {
  const auto thin = [](auto&& change) { return with(kThin, change); };
  EXPECT_EQ(states({{2, kCalm}, {3, kThin}}), (std::vector{kNeutral, kNeutral, kNeutral, kNeutral, kDiverging}));
  EXPECT_EQ(last({{2, kCalm}, {3, kThin}, {4, thin([](ThesisInputs& i) { i.a50_at_high = 67.5; })}}), kDiverging);
  EXPECT_EQ(last({{2, kCalm}, {3, kThin}, {5, thin([](ThesisInputs& i) { i.a50_at_high = 67.5; })}}), kNeutral);
  EXPECT_EQ(last({{2, kCalm}, {3, kThin}, {5, thin([](ThesisInputs& i) { i.since_high = 22; })}}), kNeutral);
  EXPECT_EQ(last({{2, kCalm}, {3, kThin}, {40, thin([](ThesisInputs& i) { i.since_high = 11; })}}), kDiverging);
  EXPECT_EQ(last({{2, kCalm}, {3, kThin}, {2, kCrash}}), kBreaking);
  const auto all = states({{2, kCalm}, {2, kCrash}, {6, kThin}});  // from breaking only by way of neutral
  EXPECT_EQ((std::vector<ThesisState>{all.end() - 3, all.end()}), (std::vector{kBreaking, kNeutral, kDiverging}));
}

TEST(ThesisMachine, ConfirmedNeedsReward) {
  EXPECT_EQ(last({{30, kStrong}}), kBroadening);
  EXPECT_EQ(last({{4, kRewarded}}), kBroadening);
  EXPECT_EQ(last({{5, kRewarded}}), kConfirmed);
  EXPECT_EQ(last({{5, with(kRewarded, [](ThesisInputs& i) { i.paint = 0.6; })}}), kBroadening);
  EXPECT_EQ(last({{5, kRewarded}, {4, kStrong}}), kConfirmed);
  EXPECT_EQ(last({{5, kRewarded}, {5, kStrong}}), kBroadening);  // filings too old
  EXPECT_EQ(last({{5, kRewarded}, {5, with(scored(4), [](ThesisInputs& i) { i.reward = 0.2; })}}), kNeutral);
}

TEST(ThesisMachine, ExitOfBreakingGoesWhereADwellIsReady) {
  EXPECT_EQ(last({{1, kCalm}, {2, kCrash}, {5, kBroad}}), kBroadening);
  EXPECT_EQ(last({{1, kCalm}, {2, kCrash}, {5, with(scored(-20), [](ThesisInputs& i) { i.leaders_z = 1; })}}), kNarrow);
}

TEST(ThesisMachine, MissingInputsFreeze) {
  const ThesisInputs missing = with(kBroad, [](ThesisInputs& i) { i.leaders_z = kNoNumber; });
  EXPECT_EQ(states({{2, missing}, {1, kCalm}}), (std::vector{kUnknown, kUnknown, kNeutral}));
  EXPECT_EQ(last({{1, kCalm}, {2, kBroad}, {5, missing}}), kNeutral);
  EXPECT_EQ(last({{1, kCalm}, {2, kBroad}, {5, missing}, {1, kBroad}}), kBroadening);  // counters rest too
  EXPECT_EQ(last({{1, kCalm}, {5, with(kBroad, [](ThesisInputs& i) { i.gap = kNoNumber; })}}), kNeutral);
  ThesisMemory memory;
  for (int k = 0; k < 3; ++k) memory = ThesisMachine({}, missing).step(memory);
  EXPECT_EQ(memory.missing, 3U);
}

TEST(ThesisMachine, EveryStateIsReachedAndLeft) {
  std::mt19937_64 random(11);
  const auto uniform = [&](double low, double high) { return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53; };
  const ThesisThresholds thresholds;
  ThesisMemory memory;
  std::set<std::pair<ThesisState, ThesisState>> seen;
  ThesisInputs inputs = kCalm;
  for (int t = 0; t < 60'000; ++t) {
    if (t % 8 == 0) {
      inputs = {.score = uniform(-70, 70),
                .index_z = uniform(-2.5, 2.5),
                .leaders_z = uniform(-2, 2),
                .a50 = uniform(5, 95),
                .d_rs = uniform(10, 95),
                .gap = uniform(-2, 2),
                .drawdown = uniform(0, 25),
                .since_high = std::floor(uniform(0, 40)),
                .a50_at_high = uniform(30, 95),
                .reward = uniform(-0.2, 0.5)};
    }
    const ThesisState before = memory.state();
    memory = ThesisMachine(thresholds, inputs).step(memory);
    if (memory.state() != before) {
      EXPECT_EQ(memory.exit, 0U);
      seen.insert({before, memory.state()});
    }
  }
  for (const ThesisState state : {kNeutral, kNarrow, kBroadening, kConfirmed, kDiverging, kBreaking}) {
    const auto name = kThesisStateNames[static_cast<std::size_t>(state)];
    EXPECT_TRUE(std::any_of(seen.begin(), seen.end(), [&](const auto& way) { return way.second == state; })) << name << " is never entered";
    EXPECT_TRUE(std::any_of(seen.begin(), seen.end(), [&](const auto& way) { return way.first == state; })) << name << " is never left";
  }
  EXPECT_EQ(seen.count({kBreaking, kDiverging}), 0U);
  EXPECT_EQ(seen.count({kNeutral, kConfirmed}), 0U);
}

}  // namespace
}  // namespace groundswell::signal
