#include <gtest/gtest.h>

#include <random>

#include "signal/indicators/mansfield.hpp"
#include "signal/indicators/rotation.hpp"

namespace groundswell::signal {
namespace {

// The strength line of the worked basket, t = 0..7, to six decimals; ratios carry the rounding of it divided by a deviation of about .2.
constexpr double kLine[] = {100.0, 100.399202, 100.458207, 100.929844, 100.985373, 101.933803, 102.44137, 102.789334};
constexpr double kPrinted = 2e-5;

TEST(RotationAxes, EqualTheWorkedBasket) {
  constexpr double kRatio[] = {0, 0, 100.847097, 101.406918, 100.821244, 101.412501, 101.084682, 101.14198};
  constexpr double kMomentum[] = {0, 0, 0, 0, 0, 100.735832, 99.562784, 99.866132};
  RotationAxes<3> axes;
  for (std::size_t t = 0; t < std::size(kLine); ++t) {
    SCOPED_TRACE(t);
    const auto n = axes.numbers(kLine[t], axes.deviations_with(kLine[t]));
    EXPECT_EQ(n.ratio_validity, t < 2 ? Validity::kWarmup : Validity::kOk);
    EXPECT_EQ(n.momentum_validity, t < 5 ? Validity::kWarmup : Validity::kOk);
    if (t >= 2) {
      EXPECT_NEAR(n.ratio, kRatio[t], kPrinted);
    }
    if (t >= 5) {
      EXPECT_NEAR(n.momentum, kMomentum[t], kPrinted * 10);
    }
    if (t == 3) {
      EXPECT_NEAR(axes.numbers(kLine[t], axes.deviations).ratio, 101.6415, 1e-4);  // with the deviation of the session before
    }
    axes.take(kLine[t]);
  }
}

TEST(RotationAxes, LiveWithTheDeviationsOfTheCommitIsTheCommit) {
  std::mt19937_64 random(3);
  RotationAxes<14> axes;
  double line = 100.0;
  for (int t = 0; t < 400; ++t) {
    line *= 1.0 + (static_cast<double>(random() % 2001) - 1000.0) / 1e5;
    RotationAxes<14> after = axes;
    after.take(line);
    const auto live = axes.numbers(line, after.deviations);
    const auto close = axes.numbers(line, axes.deviations_with(line));
    EXPECT_EQ(live.ratio, close.ratio);
    EXPECT_EQ(live.momentum, close.momentum);
    if (close.ratio_validity == Validity::kOk) {
      EXPECT_EQ(after.last_ratio, close.ratio);
    }
    EXPECT_EQ(close.momentum_validity == Validity::kOk, t + 1 >= 2 * 14) << t;
    axes = after;
  }
}

TEST(RotationAxes, AreUndefinedWhereNothingMoves) {
  RotationAxes<5> axes;
  for (int t = 0; t < 5; ++t) axes.take(100.0);
  EXPECT_EQ(axes.numbers(100.0, axes.deviations_with(100.0)).ratio_validity, Validity::kUndefined);
  EXPECT_EQ(axes.numbers(101.0, axes.deviations).ratio_validity, Validity::kUndefined);  // live: the deviation is the last commit's
  EXPECT_EQ(axes.numbers(101.0, axes.deviations_with(101.0)).ratio_validity, Validity::kOk);
  EXPECT_EQ(axes.numbers(101.0, axes.deviations_with(101.0)).momentum_validity, Validity::kWarmup);
}

std::vector<int> quadrants(const std::vector<std::pair<double, double>>& points) {
  Quadrant quadrant;
  std::vector<int> numbers;
  for (const auto& [ratio, momentum] : points) {
    quadrant.take(ratio, momentum);
    numbers.push_back(quadrant.number());
  }
  return numbers;
}

TEST(Quadrant, BeginsWithThePlainSides) {
  EXPECT_EQ(quadrants({{100.01, 100.01}}), std::vector{1});
  EXPECT_EQ(quadrants({{100.01, 100.0}}), std::vector{2});
  EXPECT_EQ(quadrants({{100.0, 100.0}}), std::vector{3});
  EXPECT_EQ(quadrants({{100.0, 100.01}}), std::vector{4});
}
TEST(Quadrant, ChangesAfterTwoCommitsPastTheMargin) {
  EXPECT_EQ(quadrants({{101, 101}, {101, 99}, {101, 99}, {101, 99}}), (std::vector{1, 1, 2, 2}));
  EXPECT_EQ(quadrants({{101, 101}, {101, 99}, {101, 101}, {101, 99}, {101, 101}}), (std::vector{1, 1, 1, 1, 1}));
  EXPECT_EQ(quadrants({{101, 101}, {101, 99.95}, {101, 99.95}, {101, 99.95}}), (std::vector{1, 1, 1, 1}));
  EXPECT_EQ(quadrants({{101, 101}, {101, 99}, {101, 99.95}, {101, 99}, {101, 99}}), (std::vector{1, 1, 1, 1, 2}));
  EXPECT_EQ(quadrants({{99, 99}, {100.05, 99}, {100.2, 99}, {100.2, 99}}), (std::vector{3, 3, 3, 2}));
}
TEST(Quadrant, MovesEachAxisAlone) {
  EXPECT_EQ(quadrants({{101, 101}, {99, 99}, {99, 99}}), (std::vector{1, 1, 3}));
  EXPECT_EQ(quadrants({{101, 101}, {101, 99}, {99, 99}, {99, 99}, {99, 101}, {99, 101}, {101, 101}, {101, 101}}),
            (std::vector{1, 1, 2, 3, 3, 4, 4, 1}));  // clockwise
}

TEST(Mansfield, EqualsTheWorkedBasket) {
  constexpr double kExpected[] = {0, 0, 0, 0.480882, 0.290205, 0.847866, 0.855322, 0.736851};
  Window<4> window;
  for (std::size_t t = 0; t < std::size(kLine); ++t) {
    EXPECT_EQ(window.full(), t >= 3);
    if (window.full()) {
      EXPECT_NEAR(mansfield(window, kLine[t]), kExpected[t], 2e-6) << t;
    }
    window.push(kLine[t]);
  }
}

// Weeks as ISO counts them: the window holds the last sample of each, and the running week with the newest.
TEST(Mansfield, TakesTheLastSampleOfEachWeek) {
  // Tuesday 2025-12-16 to Wednesday 2026-01-14; Christmas, New Year and a whole week (5 to 9 January) have no sample.
  constexpr std::uint32_t kSessions[] = {20251216, 20251218, 20251219, 20251222, 20251224, 20251226,
                                         20251229, 20251231, 20260102, 20260112, 20260113, 20260114};
  WeeklyWindow<3> weeks;
  std::vector<std::pair<std::uint32_t, double>> lasts;  // by week
  double line = 100.0;
  for (const std::uint32_t session : kSessions) {
    line += 1.0 + session % 7;
    const std::uint32_t week = iso_week_number(session);
    const Window<3>& before = weeks.before(week);
    if (lasts.empty() || lasts.back().first != week) lasts.emplace_back(week, 0.0);
    lasts.back().second = line;
    EXPECT_EQ(before.full(), lasts.size() >= 3) << session;
    if (before.full()) {
      const std::size_t n = lasts.size();
      EXPECT_DOUBLE_EQ(before.mean(line), (lasts[n - 1].second + lasts[n - 2].second + lasts[n - 3].second) / 3.0) << session;
    }
    weeks.push(week, line);
  }
  EXPECT_EQ(lasts.size(), 4U);
}

}  // namespace
}  // namespace groundswell::signal
