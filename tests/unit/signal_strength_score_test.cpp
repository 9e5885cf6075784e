#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "signal/indicators/strength_score.hpp"
#include "signal/ln.hpp"

namespace groundswell::signal {
namespace {

// The definition in long double, over plain lists.
long double sample_deviation(const std::vector<long double>& values) {
  const long double mean = std::accumulate(values.begin(), values.end(), 0.0L) / static_cast<long double>(values.size());
  long double squares = 0;
  for (const long double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<long double>(values.size() - 1));
}

TEST(ScoreHistory, EqualsTheDefinitionOnARandomWalk) {
  std::mt19937_64 random(5);
  ScoreHistory history;
  std::vector<long double> all;  // natural units
  double frozen = ScoreHistory::kNone;
  for (int t = 1; t <= 700; ++t) {
    const std::int64_t excess_e12 = static_cast<std::int64_t>(random() % 60'000'000'001) - 29'000'000'000;  // a drift of .05 %
    all.push_back(static_cast<long double>(excess_e12) / 1e12L);
    const std::vector<long double> window(all.end() - std::min<std::ptrdiff_t>(252, t), all.end());
    const double deviation_e12 = history.deviation_with(excess_e12);
    EXPECT_EQ(deviation_e12 != ScoreHistory::kNone, t >= 63) << t;
    for (const std::size_t k : {0U, 1U}) {
      const int length = k == 0 ? 21 : 63;
      EXPECT_EQ(history.full(k), t >= length) << t;
      if (t < 63) continue;
      const long double sum = std::accumulate(all.end() - length, all.end(), 0.0L);
      const long double committed = sum / (sample_deviation(window) * std::sqrt(static_cast<long double>(length)));
      EXPECT_NEAR(history.score(k, excess_e12, deviation_e12), static_cast<double>(committed), 1e-12) << t;
      if (t == 63) continue;
      const std::vector<long double> before(all.end() - 1 - std::min<std::ptrdiff_t>(252, t - 1), all.end() - 1);
      const long double live = sum / (sample_deviation(before) * std::sqrt(static_cast<long double>(length)));
      EXPECT_NEAR(history.score(k, excess_e12, frozen), static_cast<double>(live), 1e-12) << t;
    }
    history.take(excess_e12);
    EXPECT_EQ(history.deviation_e12, deviation_e12);
    frozen = history.deviation_e12;
  }
}

// Sums of squares are taken exactly: a large common drift costs no digits.
TEST(ScoreHistory, KeepsItsDigitsUnderALargeMean) {
  ScoreHistory history;
  for (int t = 0; t < 300; ++t) {
    const std::int64_t excess_e12 = 20'000'000'000'000 + (t % 2 == 0 ? 1000 : -1000);  // 20, far beyond any logarithm of two prices
    if (t >= 251) {
      EXPECT_DOUBLE_EQ(history.deviation_with(excess_e12), 1000.0 * std::sqrt(252.0 / 251.0));
    }
    history.take(excess_e12);
  }
}

// What a wave takes from three baskets: the mean of their log excesses in whole 1e-12, of two of three at least.
TEST(StrengthScore, OfAWaveIsMadeOfTheMeanOfItsBaskets) {
  std::array<Derived, 3> baskets;
  const std::array<std::int64_t, 3> excess_e12{10, 11, -3};
  for (std::size_t i = 0; i < 3; ++i) baskets[i].strength = {.excess_e12 = excess_e12[i], .has_line = true, .has_excess = true};
  const std::array<const Derived*, 3> children{&baskets[0], &baskets[1], &baskets[2]};
  Derived wave;
  wave.strength = {.excess_e12 = 777, .has_line = true, .has_excess = true, .excess_validity = Validity::kOk};  // of its own index
  ScopeContext context{.kind = ScopeKind::kWave, .commit = true, .children = children, .derived = &wave};
  ScoreHistory memory, next;
  StrengthScore::commit(context, memory, next);
  ASSERT_EQ(next.prior_e12.count, 1U);
  EXPECT_EQ(next.prior_e12.ago(1), 6);
  baskets[2].strength.has_excess = false;
  StrengthScore::commit(context, memory, next);
  EXPECT_EQ(next.prior_e12.ago(1), 11);  // 10.5
  baskets[1].strength.has_excess = false;
  StrengthScore::commit(context, memory, next);
  EXPECT_EQ(next.prior_e12.count, 0U);
  context.kind = ScopeKind::kThesis;
  StrengthScore::commit(context, memory, next);
  EXPECT_EQ(next.prior_e12.ago(1), 777);
}

TEST(LogarithmE12, IsRoundedHalfAwayFromZero) {
  EXPECT_EQ(ln_e12(1.0), 0);
  EXPECT_EQ(ln_e12(2.0), 693'147'180'560);
  EXPECT_EQ(ln_e12(0.5), -693'147'180'560);
}

}  // namespace
}  // namespace groundswell::signal
