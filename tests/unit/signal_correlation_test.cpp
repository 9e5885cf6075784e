// Average correlation without looking at pairs, against looking at all of them; eigenvalues against matrices whose own are known;
// absorption.
#include <gtest/gtest.h>

#include <random>

#include "signal/indicators/absorption.hpp"
#include "signal/indicators/average_correlation.hpp"

namespace groundswell::signal {
namespace {

using Series = std::vector<double>;

double mean(const Series& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}
double covariance(const Series& a, const Series& b) {
  const double of_a = mean(a), of_b = mean(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - of_a) * (b[i] - of_b);
  return sum / static_cast<double>(a.size());
}
struct Brute {
  double weighted, unweighted;
};
Brute over_pairs(const std::vector<Series>& members) {
  double above = 0.0, below = 0.0, sum = 0.0, pairs = 0.0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double deviations = std::sqrt(covariance(members[i], members[i]) * covariance(members[j], members[j]));
      const double correlation = covariance(members[i], members[j]) / deviations;
      above += deviations * correlation;
      below += deviations;
      sum += correlation;
      pairs += 1.0;
    }
  }
  return {above / below, sum / pairs};
}
AverageCorrelation::Pairs pairs_of(const std::vector<Series>& members) {
  AverageCorrelation::Pairs pairs;
  pairs.n_sessions = members[0].size();
  for (const Series& member : members) {
    ReturnSeries::Values returns{};
    std::copy(member.begin(), member.end(), returns.begin());
    ReturnSeries::Window window;
    window.take(returns, member.size());
    pairs.add(returns, window);
  }
  return pairs;
}

// AAA, BBB (before its split in halves), DDD (untraded at t = 6) and EEE of the golden basket, t = 1..7.
TEST(AverageCorrelation, EqualsTheGoldenBasket) {
  std::vector<Series> members;
  for (const Series& closes :
       {Series{10000, 10200, 10100, 10300, 10300, 10500, 10700, 10650}, Series{10000, 10100, 10050, 10250, 10150, 10200, 10300, 10400},
        Series{8000, 8000, 8100, 8050, 8150, 8200, 8200, 8300}, Series{4000, 4040, 4000, 3980, 4020, 4100, 4160, 4240}}) {
    members.emplace_back();
    for (std::size_t t = 1; t < closes.size(); ++t) members.back().push_back(closes[t] / closes[t - 1] - 1.0);
  }
  const auto pairs = pairs_of(members);
  EXPECT_NEAR(pairs.weighted(), -0.002555963, 5.1e-10);
  EXPECT_NEAR(pairs.unweighted(), -0.094205811, 5.1e-10);
}

TEST(AverageCorrelation, IsTheMeanOverAllPairs) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  for (int round = 0; round < 200; ++round) {
    const std::size_t n = 2 + random() % 20, sessions = random() % 2 == 0 ? 21 : 63;
    const double common = static_cast<double>(random() % 100) / 50.0;
    std::vector<Series> members(n, Series(sessions));
    Series factor(sessions);
    for (double& each : factor) each = normal(random);
    for (Series& member : members) {
      const double size = 0.001 * static_cast<double>(1 + random() % 50);
      for (std::size_t i = 0; i < sessions; ++i) member[i] = size * (common * factor[i] + normal(random));
    }
    const Brute expected = over_pairs(members);
    const auto pairs = pairs_of(members);
    EXPECT_NEAR(pairs.weighted(), expected.weighted, 1e-12) << n;
    EXPECT_NEAR(pairs.unweighted(), expected.unweighted, 1e-12) << n;
  }
}

TEST(AverageCorrelation, InStepIsOneAndAgainstEachOtherIsTheLeast) {
  const Series up{0.01, -0.02, 0.03, 0.0, -0.01}, down{-0.01, 0.02, -0.03, 0.0, 0.01};
  EXPECT_NEAR(pairs_of({up, up, up}).unweighted(), 1.0, 1e-12);
  EXPECT_NEAR(pairs_of({up, up, up}).weighted(), 1.0, 1e-12);
  EXPECT_NEAR(pairs_of({up, down}).unweighted(), -1.0, 1e-12);
  EXPECT_LE(pairs_of({up, up, up}).unweighted(), 1.0);
  EXPECT_GE(pairs_of({up, down}).unweighted(), -1.0);
}

TEST(AverageCorrelation, WhoDidNotMoveHasNone) {
  const Series up{0.01, -0.02, 0.03, 0.0, -0.01}, other{0.02, 0.01, -0.03, 0.0, 0.01}, still(5, 0.0);
  const auto with = pairs_of({up, other, still}), without = pairs_of({up, other});
  EXPECT_EQ(with.n, 3U);
  EXPECT_EQ(with.n_moving, 2U);
  EXPECT_EQ(with.unweighted(), without.unweighted());
  EXPECT_NEAR(with.weighted(), without.weighted(), 1e-15);
  EXPECT_FALSE(pairs_of({up, still}).unweighted_known());
  EXPECT_FALSE(pairs_of({still, still, still}).weighted_known());
}

Series eigenvalues_of(std::vector<double> matrix, std::size_t n) {
  Series values(n);
  eigenvalues(matrix, n, values);
  return values;
}

TEST(Eigenvalues, OfMatricesWhoseOwnAreKnown) {
  EXPECT_EQ(eigenvalues_of({1, 0, 0, 0, 4, 0, 0, 0, 2}, 3), (Series{4, 2, 1}));
  const Series two = eigenvalues_of({2, 1, 1, 2}, 2);
  EXPECT_NEAR(two[0], 3.0, 1e-15);
  EXPECT_NEAR(two[1], 1.0, 1e-15);
  // All correlations r: 1 + (n - 1) r once, 1 - r for the rest.
  std::vector<double> alike(100, 0.5);
  for (std::size_t i = 0; i < 10; ++i) alike[i * 11] = 1.0;
  const Series ten = eigenvalues_of(alike, 10);
  EXPECT_NEAR(ten[0], 5.5, 1e-14);
  for (std::size_t i = 1; i < 10; ++i) EXPECT_NEAR(ten[i], 0.5, 1e-14);
  // A path of n springs: 2 - 2 cos(k pi / (n + 1)).
  constexpr std::size_t kSprings = 15;
  std::vector<double> path(kSprings * kSprings, 0.0);
  for (std::size_t i = 0; i < kSprings; ++i) {
    path[i * kSprings + i] = 2.0;
    if (i + 1 < kSprings) path[i * kSprings + i + 1] = path[(i + 1) * kSprings + i] = -1.0;
  }
  const Series springs = eigenvalues_of(path, kSprings);
  for (std::size_t k = 0; k < kSprings; ++k) {
    EXPECT_NEAR(springs[k], 2.0 - 2.0 * std::cos(static_cast<double>(kSprings - k) * std::acos(-1.0) / (kSprings + 1)), 1e-14) << k;
  }
}

// Sums of powers are kept whatever the matrix: the trace, and the squares of all its entries.
TEST(Eigenvalues, KeepTraceAndSquares) {
  std::mt19937_64 random(8);
  std::normal_distribution<double> normal;
  for (std::size_t n = 1; n <= 64; n += 7) {
    std::vector<double> matrix(n * n);
    double trace = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) matrix[i * n + j] = matrix[j * n + i] = normal(random);
      trace += matrix[i * n + i];
    }
    for (const double each : matrix) squares += each * each;
    double sum = 0.0, sum_squares = 0.0;
    for (const double value : eigenvalues_of(matrix, n)) sum += value, sum_squares += value * value;
    EXPECT_NEAR(sum, trace, 1e-12 * squares) << n;
    EXPECT_NEAR(sum_squares, squares, 1e-12 * squares) << n;
  }
}

class AbsorptionTest : public testing::Test {
 protected:
  AbsorptionTest() : scratch_(AbsorptionRatio::kScratch) {}
  std::vector<double> scratch_;
};

// Five rows that never overlap in time: no covariance but what their means leave, variances 4 : 1 : 1 : 1 : 1, K = 1.
TEST_F(AbsorptionTest, ExplainsWhatTheLargestFifthOfTheVariancesDoes) {
  constexpr std::size_t kRows = 5;
  AbsorptionRatio ratio(scratch_);
  for (std::size_t row = 0; row < kRows; ++row) {
    double* const returns = ratio.add_row();
    for (std::size_t age = 0; age < Absorption::kSessions; ++age) {
      // Signs in turn by pairs of neighbours: nearly no mean, nearly orthogonal patterns (Walsh functions).
      const std::size_t pattern = std::size_t{1} << row;
      returns[age] = (row == 0 ? 0.02 : 0.01) * (__builtin_popcountll(age & pattern) % 2 == 0 ? 1.0 : -1.0);
    }
  }
  EXPECT_NEAR(ratio.take(), 0.5, 0.02);  // the weights differ within a pattern by up to a tenth
}

TEST_F(AbsorptionTest, IsOneWhenOneFactorDrivesAll) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  AbsorptionRatio ratio(scratch_);
  Series factor(Absorption::kSessions);
  for (double& each : factor) each = 0.01 * normal(random);
  for (std::size_t row = 0; row < 12; ++row) {
    double* const returns = ratio.add_row();
    for (std::size_t age = 0; age < Absorption::kSessions; ++age) returns[age] = static_cast<double>(row + 1) * factor[age];
  }
  EXPECT_NEAR(ratio.take(), 1.0, 1e-12);
}

// The definition, written out: weights that halve every 126 sessions, the weighted mean removed, K = n / 5 rounded, at least 1.
TEST_F(AbsorptionTest, EqualsTheDefinition) {
  std::mt19937_64 random(4);
  std::normal_distribution<double> normal;
  for (const auto& [n, fifth] : {std::pair{3U, 1U}, std::pair{7U, 1U}, std::pair{8U, 2U}, std::pair{12U, 2U}, std::pair{13U, 3U}}) {
    AbsorptionRatio ratio(scratch_);
    std::vector<Series> rows(n, Series(Absorption::kSessions));
    for (Series& row : rows) {
      for (double& each : row) each = 0.02 * normal(random);
      std::copy(row.begin(), row.end(), ratio.add_row());
    }
    Series weights;
    double all = 0.0;
    for (std::size_t age = 0; age < Absorption::kSessions; ++age) {
      weights.push_back(std::pow(0.5, static_cast<double>(age) / 126.0));
      all += weights.back();
    }
    std::vector<double> matrix;
    double trace = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double of_i = 0.0, of_j = 0.0, product = 0.0;
        for (std::size_t age = 0; age < weights.size(); ++age)
          of_i += weights[age] / all * rows[i][age], of_j += weights[age] / all * rows[j][age];
        for (std::size_t age = 0; age < weights.size(); ++age)
          product += weights[age] / all * (rows[i][age] - of_i) * (rows[j][age] - of_j);
        matrix.push_back(product);
        if (i == j) trace += product;
      }
    }
    const Series values = eigenvalues_of(matrix, n);
    double largest = 0.0;
    for (std::size_t k = 0; k < fifth; ++k) largest += values[k];
    EXPECT_NEAR(ratio.take(), largest / trace, 1e-12) << n;
  }
}

TEST_F(AbsorptionTest, WhatDoesNotMoveHasNone) {
  AbsorptionRatio ratio(scratch_);
  for (int row = 0; row < 3; ++row) std::fill_n(ratio.add_row(), Absorption::kSessions, 0.0);
  EXPECT_LT(ratio.take(), 0.0);
}

TEST_F(AbsorptionTest, TheShiftByHand) {
  PriorSamples<double, Absorption::kSessions - 1> prior;
  for (int i = 0; i < 237; ++i) prior.push(0.5);
  for (int i = 0; i < 14; ++i) prior.push(0.6);
  const Absorption::Shift shift = Absorption::shift_of(prior, 0.6);
  EXPECT_NEAR(shift.short_mean, 0.6, 1e-15);
  EXPECT_NEAR(shift.long_mean, 0.505952, 5.1e-7);
  EXPECT_NEAR(shift.deviation, 0.023707, 5.1e-7);
  EXPECT_NEAR(shift.deviations(), 3.967027, 5.1e-7);
}

}  // namespace
}  // namespace groundswell::signal
