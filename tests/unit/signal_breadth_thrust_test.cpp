#include <gtest/gtest.h>

#include "signal/indicators/breadth_thrust.hpp"

namespace groundswell::signal {
namespace {

// What the state says after each of a run of averages; a negative one stands for a session that was no sample.
std::vector<std::uint32_t> run(const std::vector<double>& averages) {
  ThrustState state;
  std::vector<std::uint32_t> on;
  for (const double average : averages) {
    state.take(average < 0.0 ? std::nullopt : std::optional(average));
    on.push_back(state.on);
  }
  return on;
}

TEST(ThrustState, FiresWithinTenSessionsOfALowAndNotLater) {
  for (int sessions = 1; sessions <= 15; ++sessions) {
    std::vector<double> averages{0.39};
    for (int i = 1; i < sessions; ++i) averages.push_back(0.5);
    averages.push_back(0.62);
    EXPECT_EQ(run(averages).back(), sessions <= 10 ? 1U : 0U) << sessions;
  }
}
TEST(ThrustState, CountsFromTheLastLow) { EXPECT_EQ(run({0.39, 0.5, 0.5, 0.5, 0.5, 0.39, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.62}).back(), 1U); }
TEST(ThrustState, CountsSessionsThatAreNoSample) {
  EXPECT_EQ(run({0.39, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0.62}).back(), 1U);
  EXPECT_EQ(run({0.39, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0.62}).back(), 0U);
}
TEST(ThrustState, NeedsALowAndMeansItsThresholdsStrictly) {
  EXPECT_EQ(run({0.5, 0.7, 0.8}), (std::vector<std::uint32_t>{0, 0, 0}));
  EXPECT_EQ(run({0.40, 0.7}).back(), 0U);
  EXPECT_EQ(run({0.39, 0.615}).back(), 0U);
}
TEST(ThrustState, StaysOnUntilTheNextLowAndThenMayFireAgain) {
  const std::vector<double> averages{0.3, 0.62, 0.5, 0.7, 0.45, 0.41, 0.39, 0.5, 0.63, 0.62};
  EXPECT_EQ(run(averages), (std::vector<std::uint32_t>{0, 1, 1, 1, 1, 1, 0, 0, 1, 1}));
}
TEST(ThrustState, ForgetsALowThatIsYearsAgo) {
  std::vector<double> averages{0.3};
  averages.resize(100'000, 0.5);
  averages.push_back(0.7);
  EXPECT_EQ(run(averages).back(), 0U);
}

TEST(BreadthThrustAverage, IsTheMeanOfTenAndThenMovesByTwoElevenths) {
  ExponentialAverage<10> average;
  for (int i = 1; i <= 10; ++i) {
    EXPECT_FALSE(average.ready());
    average.take(i / 10.0);
  }
  ASSERT_TRUE(average.ready());
  EXPECT_DOUBLE_EQ(average.value, 0.55);
  average.take(1.0);
  EXPECT_DOUBLE_EQ(average.value, 0.55 + 2.0 / 11.0 * 0.45);
  for (int n = 11; n < 33; ++n) {
    EXPECT_FALSE(average.warm()) << n;
    average.take(0.5);
  }
  EXPECT_TRUE(average.warm());  // the 33rd
}

// A roster of fifty of which forty, then thirty-nine trade.
TEST(BreadthThrust, FewThatTradeAreASmallPool) {
  for (const std::uint32_t traded : {40U, 39U}) {
    std::array<CoverageRule, 2> coverage;
    Derived derived;
    derived.breadth = {.adv = 20, .dec = 10};
    const ScopeContext context{
        .commit = true, .n_members = 50, .eligible = 50, .traded = traded, .derived = &derived, .coverage = coverage.data()};
    std::array<Level, 2> levels;
    Output out(levels.data(), context);
    BreadthThrust::evaluate(context, {}, out);
    for (const Level& level : levels) EXPECT_EQ((level.flags & kFlagSmallN) != 0, traded < 40) << traded;
  }
}

}  // namespace
}  // namespace groundswell::signal
