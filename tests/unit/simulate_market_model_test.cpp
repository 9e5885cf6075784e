#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "simulate/market_model.hpp"
#include "simulate/random.hpp"
#include "simulate/simulator.hpp"
#include "simulate_fixture.hpp"

namespace groundswell::simulate {
namespace {

struct History {
  std::vector<std::string> symbols;
  std::vector<std::vector<SessionBar>> bars;  // by session, by symbol
};

History play_history(std::uint64_t seed, std::uint32_t count = 520) {
  MarketModel model(test_universe(), {seed, Profile::kOpen, 400, count});
  History history;
  history.symbols = model.symbols();
  for (const std::uint32_t session : sessions_before(test_calendar(), 20261120, count)) {
    const std::span<const SessionBar> bars = model.next_session(session);
    history.bars.emplace_back(bars.begin(), bars.end());
  }
  return history;
}

// Daily returns of a symbol; 0 where it was not listed on both days.
std::vector<double> returns_of(const History& history, std::size_t symbol) {
  std::vector<double> returns;
  for (std::size_t session = 1; session < history.bars.size(); ++session) {
    const SessionBar& before = history.bars[session - 1][symbol];
    const SessionBar& bar = history.bars[session][symbol];
    returns.push_back(before.listed && bar.listed ? static_cast<double>(bar.close_e9) / static_cast<double>(before.close_e9) - 1 : 0);
  }
  return returns;
}

double covariance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum_a = 0, sum_b = 0, product = 0;
  for (std::size_t index = 0; index < a.size(); ++index) {
    sum_a += a[index];
    sum_b += b[index];
    product += a[index] * b[index];
  }
  const auto count = static_cast<double>(a.size());
  return product / count - sum_a / count * (sum_b / count);
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  return covariance(a, b) / std::sqrt(covariance(a, a) * covariance(b, b));
}

TEST(Random, DistributionsHaveTheMomentsTheyPromise) {
  Random random(1, 2, 3);
  const int count = 200'000;
  double normal = 0, normal_square = 0, exponential = 0, beyond_three = 0, student_square = 0;
  for (int draw = 0; draw < count; ++draw) {
    const double value = random.normal();
    normal += value;
    normal_square += value * value;
    exponential += random.exponential();
    beyond_three += random.exponential() > 3 ? 1 : 0;
  }
  for (int draw = 0; draw < count / 10; ++draw) {
    const double value = random.student5_scale() * random.normal();
    student_square += value * value;
  }
  EXPECT_NEAR(normal / count, 0, 0.01);
  EXPECT_NEAR(normal_square / count, 1, 0.02);
  EXPECT_NEAR(exponential / count, 1, 0.01);
  EXPECT_NEAR(beyond_three / count, 0.0498, 0.003);  // exp(-3)
  EXPECT_NEAR(student_square / (count / 10), 1, 0.1);
}

TEST(MarketModel, TheSeedIsAll) {
  const History history = play_history(7, 60);
  EXPECT_TRUE(history.bars == play_history(7, 60).bars);
  EXPECT_FALSE(history.bars == play_history(8, 60).bars);
}

// The same bits whatever the compiler and the optimization: this text was made once.
TEST(MarketModel, ClosesAreTheSameOnEveryCompiler) {
  const History history = play_history(7);
  std::vector<std::int64_t> closes_e9;
  for (const SessionBar& bar : history.bars.back()) closes_e9.push_back(bar.close_e9);
  EXPECT_EQ(digest_of(closes_e9.data(), closes_e9.size() * sizeof closes_e9[0]), "1b3a0fadd00a61d2");
}

TEST(MarketModel, ASymbolsStreamIsItsOwn) {
  Universe smaller = test_universe();
  smaller.baskets.pop_back();  // the last basket: nobody else's prices change
  MarketModel all(test_universe(), {7, Profile::kOpen, 400, 0}), fewer(smaller, {7, Profile::kOpen, 400, 0});
  for (const std::uint32_t session : {20261118U, 20261119U}) {
    all.next_session(session);
    fewer.next_session(session);
  }
  EXPECT_EQ(all.symbols()[0], fewer.symbols()[0]);
  EXPECT_EQ(all.last_close_e9(0), fewer.last_close_e9(0));
  EXPECT_EQ(all.last_close_e9(40), fewer.last_close_e9(40));
}

TEST(MarketModel, BarsAreWellFormed) {
  const History history = play_history(3);
  for (const std::vector<SessionBar>& bars : history.bars) {
    for (const SessionBar& bar : bars) {
      if (!bar.listed) {
        ASSERT_EQ(bar.close_e9, 0);
        continue;
      }
      ASSERT_GT(bar.low_e9, 0);
      ASSERT_LT(bar.high_e9, kMaxPriceE9);
      ASSERT_LE(bar.low_e9, std::min(bar.open_e9, bar.close_e9));
      ASSERT_GE(bar.high_e9, std::max(bar.open_e9, bar.close_e9));
      ASSERT_EQ(bar.close_e9 % (kPriceScale / 100), 0);
      ASSERT_GT(bar.volume_shares, 0U);
      ASSERT_LT(bar.volume_shares, kMaxSize);
    }
  }
}

TEST(MarketModel, ThreeMembersListLate) {
  const History history = play_history(3);
  std::size_t late = 0;
  for (std::size_t symbol = 0; symbol < history.symbols.size(); ++symbol) {
    std::size_t first = 0;
    while (first < history.bars.size() && !history.bars[first][symbol].listed) ++first;
    if (first == 0) continue;
    ++late;
    EXPECT_GE(520 - first, 30U);
    EXPECT_LE(520 - first, 200U);
    for (std::size_t session = first; session < history.bars.size(); ++session) EXPECT_TRUE(history.bars[session][symbol].listed);
  }
  EXPECT_EQ(late, 3U);
}

TEST(MarketModel, FactorsShowInReturns) {
  const History history = play_history(7);
  const Universe universe = test_universe();
  std::vector<std::vector<double>> returns;
  for (std::size_t symbol = 0; symbol < history.symbols.size(); ++symbol) returns.push_back(returns_of(history, symbol));
  double inside = 0, across = 0, inside_pairs = 0, across_pairs = 0, beta = 0, deviation = 0;
  const std::size_t members = 14 * 8, primary = members;
  ASSERT_EQ(history.symbols[primary], "PRIMARY");
  for (std::size_t a = 0; a < members; ++a) {
    for (std::size_t b = a + 1; b < members; ++b) {
      if (a / 8 == b / 8) {
        inside += correlation(returns[a], returns[b]);
        ++inside_pairs;
      } else if (universe.baskets[a / 8].wave != universe.baskets[b / 8].wave) {
        across += correlation(returns[a], returns[b]);
        ++across_pairs;
      }
    }
    beta += covariance(returns[a], returns[primary]) / covariance(returns[primary], returns[primary]);
    deviation += std::sqrt(covariance(returns[a], returns[a]));
  }
  inside /= inside_pairs;
  across /= across_pairs;
  EXPECT_GT(inside, across + 0.08);
  EXPECT_NEAR(inside, 0.32, 0.06);  // (.9² + .6² + .6²) / (.9² + .6² + .6² + 1.8²)
  EXPECT_NEAR(across, 0.17, 0.06);
  EXPECT_NEAR(beta / members, 1.0, 0.12);
  EXPECT_NEAR(deviation / members, 0.0218, 0.003);
  EXPECT_GT(correlation(returns[primary], returns[primary + 1]), 0.9);
  EXPECT_GT(correlation(returns[primary], returns[primary + 2]), 0.9);
}

TEST(MarketModel, VolumesFollowTheRateAndPricesDoNot) {
  MarketModel slow(test_universe(), {7, Profile::kOpen, 100, 0}), fast(test_universe(), {7, Profile::kOpen, 1000, 0});
  const SessionBar a = slow.next_session(20261119)[5], b = fast.next_session(20261119)[5];
  EXPECT_EQ(a.close_e9, b.close_e9);
  EXPECT_GT(b.volume_shares, 8 * a.volume_shares);
}

TEST(MarketModel, ProfilesHaveNames) {
  EXPECT_EQ(parse_profile("rotation"), Profile::kRotation);
  EXPECT_EQ(parse_profile("Rotation"), std::nullopt);
}

TEST(MarketModel, ASmallUniverseWithoutBenchmarksPlays) {
  Universe universe;
  add_baskets(universe, Wave::kMonetization, "S", 1, 3);
  MarketModel model(universe, {1, Profile::kRotation, 10, 520});
  EXPECT_TRUE(model.next_session(20261119)[2].listed);
  EXPECT_EQ(model.play_live_session(20261120, 210).dollars.size(), 3U * 211U);
}

}  // namespace
}  // namespace groundswell::simulate
