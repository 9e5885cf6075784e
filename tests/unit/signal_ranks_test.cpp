// Ranks with ties, and what is made of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "signal/ranks.hpp"

namespace groundswell::signal {
namespace {

std::vector<RankRow> rows_of(const std::vector<std::int64_t>& x, const std::vector<std::int64_t>& y) {
  std::vector<RankRow> rows(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    rows[i].x = x[i];
    rows[i].y = y[i];
    rows[i].symbol = static_cast<std::uint32_t>(i);
  }
  return rows;
}
double spearman(std::vector<RankRow> rows) {
  rank_rows(std::span(rows), &RankRow::x, &RankRow::x_rank);
  rank_rows(std::span(rows), &RankRow::y, &RankRow::y_rank);
  return rank_correlation(std::span<const RankRow>(rows), &RankRow::x_rank, &RankRow::y_rank);
}
// 1 - 6 sum d^2 / (n^3 - n), which is right without ties alone.
double shortcut(std::vector<RankRow> rows) {
  rank_rows(std::span(rows), &RankRow::x, &RankRow::x_rank);
  rank_rows(std::span(rows), &RankRow::y, &RankRow::y_rank);
  double squares = 0.0;
  for (const RankRow& row : rows) squares += static_cast<double>((row.x_rank - row.y_rank) * (row.x_rank - row.y_rank)) / 4.0;
  const auto n = static_cast<double>(rows.size());
  return 1.0 - 6.0 * squares / (n * n * n - n);
}

TEST(Ranks, EqualOnesShareTheirMiddleRank) {
  std::vector<RankRow> rows = rows_of({30, 10, 20, 20, 10, 20}, {0, 0, 0, 0, 0, 0});
  rank_rows(std::span(rows), &RankRow::x, &RankRow::x_rank);
  std::sort(rows.begin(), rows.end(), [](const RankRow& a, const RankRow& b) { return a.symbol < b.symbol; });
  const std::vector<std::int64_t> twice_middle{12, 3, 8, 8, 3, 8};  // 6, 1.5, 4, 4, 1.5, 4
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].x_rank, twice_middle[i] - 7) << i;
}

TEST(Ranks, AsPercentiles) {
  EXPECT_EQ(percentile(-3, 4), 0.0);  // ranks 1 and 4 of four
  EXPECT_EQ(percentile(3, 4), 1.0);
  EXPECT_EQ(percentile(0, 4), 0.5);  // two share the middle
  EXPECT_EQ(percentile(0, 1), 0.5);
  EXPECT_EQ(percentile_e12(-1, 4), 333'333'333'333);
  EXPECT_EQ(percentile_e12(1, 4), 666'666'666'667);
  EXPECT_EQ(percentile_e12(0, 1), 500'000'000'000);
}

// A worked one of IQ and hours before a screen, ten people without ties: -29 / 165.
TEST(RankCorrelation, WithoutTiesEqualsTheShortcut) {
  const auto rows = rows_of({106, 86, 100, 101, 99, 103, 97, 113, 112, 110}, {7, 0, 27, 50, 28, 29, 20, 12, 6, 17});
  EXPECT_DOUBLE_EQ(spearman(rows), -29.0 / 165.0);
  EXPECT_DOUBLE_EQ(shortcut(rows), -29.0 / 165.0);
}

TEST(RankCorrelation, WithTiesIsNotTheShortcut) {
  const auto ten = rows_of({4, 7, 1, 6, 5, 2, 8, 2, 2, 5}, {8, 8, 1, 2, 8, 5, 7, 1, 4, 7});
  EXPECT_NEAR(spearman(ten), 46.25 / std::sqrt(80.0 * 79.5), 1e-15);  // .580
  EXPECT_DOUBLE_EQ(shortcut(ten), 98.0 / 165.0);                      // .594
  const auto small = rows_of({1, 2, 2, 3}, {1, 3, 2, 4});
  EXPECT_NEAR(spearman(small), 4.5 / std::sqrt(22.5), 1e-15);  // .948683
  EXPECT_DOUBLE_EQ(shortcut(small), 0.95);
}

TEST(RankCorrelation, OfWhatDoesNotVaryIsNone) {
  EXPECT_TRUE(std::isnan(spearman(rows_of({1, 2, 3}, {5, 5, 5}))));
  EXPECT_TRUE(std::isnan(spearman(rows_of({}, {}))));
}

TEST(RankCorrelation, MirrorsAndDoesNotLookAtTheOrderOfRows) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::int64_t> x, y;
    for (int i = 0; i < 30; ++i) {
      x.push_back(static_cast<std::int64_t>(random() % 12));  // with ties
      y.push_back(static_cast<std::int64_t>(random() % 40) - 20);
    }
    auto rows = rows_of(x, y);
    const double found = spearman(rows);
    std::shuffle(rows.begin(), rows.end(), random);
    EXPECT_EQ(spearman(rows), found);
    for (RankRow& row : rows) row.y = -row.y;
    EXPECT_EQ(spearman(rows), -found);
    for (RankRow& row : rows) row.x = row.x * row.x * row.x + 5;  // only the order counts
    EXPECT_EQ(spearman(rows), -found);
  }
}

TEST(Medians, OfGroupsAreSubtracted) {
  std::vector<RankRow> rows = rows_of({1, 5, 3, 10, 20, 0, 4}, std::vector<std::int64_t>(7));
  const std::vector<std::uint32_t> homes{0, 0, 0, 2, 2, 7, 2};
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].home = homes[i];
  subtract_medians(std::span(rows), &RankRow::home, &RankRow::x, &RankRow::x_less_median);
  std::sort(rows.begin(), rows.end(), [](const RankRow& a, const RankRow& b) { return a.symbol < b.symbol; });
  const std::vector<std::int64_t> twice{-4, 4, 0, 0, 20, 0, -12};  // medians 3, 10, 0
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].x_less_median, twice[i]) << i;
  std::vector<RankRow> even = rows_of({1, 4}, {0, 0});
  subtract_medians(std::span(even), &RankRow::home, &RankRow::x, &RankRow::x_less_median);
  EXPECT_EQ(even[0].x_less_median + even[1].x_less_median, 0);
  EXPECT_EQ(std::abs(even[0].x_less_median), 3);  // 1 - 2.5, twice
}

}  // namespace
}  // namespace groundswell::signal
