#include <gtest/gtest.h>

#include <random>

#include "signal/indicators/arms_index.hpp"

namespace groundswell::signal {
namespace {

// The New York Stock Exchange, 2001-06-13 to 2001-07-03, as printed by technicalanalysissite.com; volume in thousands of shares.
struct Day {
  ArmsSums sums;
  double trin, mean;  // two decimals; 0 = not printed
};
constexpr Day kExchange[] = {
    {{1521, 1561, 384035, 657357}, 1.67, 0},    {{927, 2150, 218634, 997425}, 1.97, 0},     {{1437, 1588, 649006, 904083}, 1.26, 0},
    {{1309, 1776, 408501, 682268}, 1.23, 0},    {{1498, 1541, 543321, 615409}, 1.10, 0},    {{1823, 1269, 716273, 610436}, 1.22, 0},
    {{1738, 1352, 905813, 547728}, 0.78, 0},    {{1243, 1814, 439011, 722679}, 1.13, 0},    {{1301, 1777, 332607, 682239}, 1.50, 0},
    {{1778, 1294, 577414, 605567}, 1.44, 1.33}, {{1811, 1268, 462680, 657256}, 2.03, 1.37}, {{1882, 1211, 877241, 423609}, 0.75, 1.24},
    {{1938, 1141, 964950, 759013}, 1.34, 1.25}, {{1598, 1468, 694667, 399965}, 0.63, 1.19}, {{1592, 1349, 307258, 304648}, 1.17, 1.20}};
constexpr double kPrinted = 0.005001;

TEST(ArmsIndex, EqualsTheExchangeTableAndItsTenDayMeans) {
  Window<10> ratios;
  for (const Day& day : kExchange) {
    const auto trin = arms_index(day.sums);
    ASSERT_TRUE(trin);
    EXPECT_NEAR(*trin, day.trin, kPrinted);
    EXPECT_EQ(ratios.full(), day.mean > 0.0);
    if (ratios.full()) {
      EXPECT_NEAR(ratios.mean(*trin), day.mean, kPrinted);
    }
    ratios.push(*trin);
  }
}

TEST(ArmsIndex, IsUndefinedWhenOneOfTheFourIsZero) {
  EXPECT_TRUE(arms_index({1, 1, 1, 1}));
  EXPECT_FALSE(arms_index({0, 1, 1, 1}));
  EXPECT_FALSE(arms_index({1, 0, 1, 1}));
  EXPECT_FALSE(arms_index({1, 1, 0, 1}));
  EXPECT_FALSE(arms_index({1, 1, 1, 0}));
}

// Swapping risers and fallers gives the inverse, and sums far past 64 bits as a product are no trouble.
TEST(ArmsIndex, IsInvertedByASwapOfSides) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const auto count = [&] { return static_cast<std::int64_t>(1 + random() % 3000); };
    const auto shares = [&] { return static_cast<std::int64_t>(1 + (random() >> (2 + random() % 50))); };
    const ArmsSums s{count(), count(), shares(), shares()};
    EXPECT_NEAR(*arms_index(s) * *arms_index({s.dec, s.adv, s.down_shares, s.up_shares}), 1.0, 1e-15);
    EXPECT_NEAR(
        *arms_index(s),
        static_cast<double>(s.adv) / static_cast<double>(s.dec) / (static_cast<double>(s.up_shares) / static_cast<double>(s.down_shares)),
        1e-12 * *arms_index(s));
  }
}

}  // namespace
}  // namespace groundswell::signal
