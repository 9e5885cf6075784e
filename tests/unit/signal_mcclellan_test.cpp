#include <gtest/gtest.h>

#include <random>

#include "signal/indicators/mcclellan.hpp"

namespace groundswell::signal {
namespace {

// The state before a session from the oscillator and summation index printed for it: OSC = E10 - E5 and SUMM = K + 19 E5 - 9 E10.
McClellan<> state_of(double oscillator, double summation, double constant) {
  McClellan<> state;
  state.slow.value = (summation - constant + 9.0 * oscillator) / 10.0;
  state.fast.value = state.slow.value + oscillator;
  state.fast.count = state.slow.count = 1000;
  return state;
}

// McClellan's own page, New York Stock Exchange, 2018-10-17, with the oscillator and summation index of the day before.
TEST(McClellan, EqualsTheIssuesBlockOfItsAuthor) {
  McClellan<> state = state_of(-25.263, -243.699, 1000.0);
  state.take(1106 - 1857);
  EXPECT_NEAR(state.fast.value, -230.232, 0.0015);
  EXPECT_NEAR(state.slow.value, -177.301, 0.0015);
  EXPECT_NEAR(state.oscillator(), -52.931, 0.0015);
  EXPECT_NEAR(state.summation(1000.0), -296.630, 0.0025);
  EXPECT_NEAR(state.unchanged_input(), -283.0, 0.5);
  EXPECT_NEAR(state.zero_input(), 775.0, 0.5);
}
TEST(McClellan, EqualsTheVolumeBlockOfItsAuthor) {  // thousands of shares; the triggers are printed in millions
  McClellan<> state = state_of(-51249, -330182, 0.0);
  state.take(1395071 - 1833292);
  EXPECT_NEAR(state.fast.value, -161174, 1.5);
  EXPECT_NEAR(state.slow.value, -97096, 1.5);
  EXPECT_NEAR(state.oscillator(), -64078, 1.5);
  EXPECT_NEAR(state.summation(0.0), -394260, 2.5);
  EXPECT_NEAR(state.unchanged_input(), -225'000, 500);
  EXPECT_NEAR(state.zero_input(), 1'056'000, 500);
}

// The worked basket (issues 3-1, 2-3, 3-2, 2-1, 5-1, 4-1, 3-2), averages started by the first sample.
TEST(McClellan, EqualsTheWorkedBasketFromAFirstValue) {
  constexpr BreadthCounts kDays[] = {{3, 1}, {2, 3}, {3, 2}, {2, 1}, {5, 1}, {4, 1}, {3, 2}};
  constexpr double kOscillator[] = {0, -35, -44.75, -46.195833, -30.534375, -20.324490, -31.493415};
  McClellan<1, 1> state;
  for (std::size_t t = 0; t < std::size(kDays); ++t) {
    state.take(kDays[t].ratio_adjusted());
    EXPECT_NEAR(state.oscillator(), kOscillator[t], 5.1e-7) << t + 1;
  }
}

std::vector<double> samples(std::size_t count) {
  std::mt19937_64 random(7);
  std::vector<double> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(static_cast<double>(random() % 2001) - 1000.0);
  return all;
}

TEST(McClellan, StartsWithMeansAndIsWarmNinetySessionsLater) {
  static_assert(ExponentialAverage<19>::kWarmUpdates == 44 && ExponentialAverage<39>::kWarmUpdates == 90 &&
                ExponentialAverage<10>::kWarmUpdates == 23);
  McClellan<> state;
  double sum = 0.0, first_19 = 0.0;
  std::size_t n = 0;
  for (const double x : samples(200)) {
    state.take(x);
    sum += x;
    if (++n == 19) first_19 = sum / 19.0;
    if (n == 19) {
      EXPECT_DOUBLE_EQ(state.fast.value, first_19);
    }
    if (n == 39) {
      EXPECT_DOUBLE_EQ(state.slow.value, sum / 39.0);
    }
    EXPECT_EQ(state.ready(), n >= 39) << n;
    EXPECT_EQ(state.warm(), n >= 129) << n;
  }
}

TEST(McClellan, SummationIsTheRunningSumAndItsTriggersAreExact) {
  McClellan<> state;
  double running = 0.0;
  bool started = false;
  for (const double x : samples(20'000)) {
    if (state.ready()) {
      McClellan<> unchanged = state, zero = state;
      unchanged.take(state.unchanged_input());
      EXPECT_NEAR(unchanged.oscillator(), state.oscillator(), 1e-9);
      zero.take(state.zero_input());
      EXPECT_NEAR(zero.oscillator(), 0.0, 1e-9);
    }
    state.take(x);
    if (!state.ready()) continue;
    running = started ? running + state.oscillator() : state.summation(0.0);
    started = true;
    ASSERT_NEAR(state.summation(0.0), running, 1e-7);  // the sum drifts, the closed form does not
  }
}

TEST(McClellan, TurnsItsSignWithItsInput) {
  McClellan<> up, down;
  for (const double x : samples(500)) {
    up.take(x);
    down.take(-x);
    EXPECT_EQ(up.oscillator(), -down.oscillator());
    EXPECT_EQ(up.summation(0.0), -down.summation(0.0));
    EXPECT_EQ(up.zero_input(), -down.zero_input());
  }
}

}  // namespace
}  // namespace groundswell::signal
