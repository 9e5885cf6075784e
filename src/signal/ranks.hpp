// Ranks among members, with ties: equal values share their middle rank. A rank is kept as a whole number, twice the middle rank less n + 1,
// so that the ranks of n rows sum to 0 and what is made of them is exact. O(n log n), nothing is allocated; in the end the rows stand in
// another order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "groundswell/int128.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// Into `rank` of each row, by its `value`; values are comparable, at most 2^20 rows.
template <class Row, class Value>
void rank_rows(std::span<Row> rows, Value Row::*value, std::int64_t Row::*rank) noexcept {
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return a.*value < b.*value; });
  for (std::size_t first = 0, end = 0; first < rows.size(); first = end) {
    while (end < rows.size() && !(rows[first].*value < rows[end].*value)) ++end;
    const auto shared = static_cast<std::int64_t>(first + end) - static_cast<std::int64_t>(rows.size());  // of the places first + 1 .. end
    for (std::size_t i = first; i < end; ++i) rows[i].*rank = shared;
  }
}

// (#less + half of the other equal ones) / (n - 1), 0 .. 1; who is alone stands in the middle.
inline double percentile(std::int64_t rank, std::size_t n) noexcept {
  return n < 2 ? 0.5 : static_cast<double>(rank + static_cast<std::int64_t>(n) - 1) / static_cast<double>(2 * (n - 1));
}
inline std::int64_t percentile_e12(std::int64_t rank, std::size_t n) noexcept {  // the same in 1e-12, half away from zero
  if (n < 2) return 500'000'000'000;
  const auto others = static_cast<std::int64_t>(n) - 1;
  return static_cast<std::int64_t>(divide_half_away(int128{rank + others} * 1'000'000'000'000, 2 * others));
}

// Spearman: Pearson's correlation of the ranks, which is not 1 - 6 sum d^2 / (n^3 - n) where there are ties. kNoNumber when all rows are
// equal in one of the two.
template <class Row>
double rank_correlation(std::span<const Row> rows, std::int64_t Row::*a, std::int64_t Row::*b) noexcept {
  std::int64_t product = 0, square_a = 0, square_b = 0;
  for (const Row& row : rows) {
    product += row.*a * row.*b;
    square_a += row.*a * row.*a;
    square_b += row.*b * row.*b;
  }
  if (square_a == 0 || square_b == 0) return kNoNumber;
  return static_cast<double>(product) / std::sqrt(static_cast<double>(square_a) * static_cast<double>(square_b));
}

// Into `out` of each row: twice its `value` less twice the median of the rows with the same `group`.
template <class Row, class Group>
void subtract_medians(std::span<Row> rows, Group Row::*group, std::int64_t Row::*value, std::int64_t Row::*out) noexcept {
  std::sort(rows.begin(), rows.end(),
            [&](const Row& a, const Row& b) { return a.*group != b.*group ? a.*group < b.*group : a.*value < b.*value; });
  for (std::size_t first = 0, end = 0; first < rows.size(); first = end) {
    while (end < rows.size() && rows[end].*group == rows[first].*group) ++end;
    const std::size_t n = end - first;
    const std::int64_t twice_median = rows[first + (n - 1) / 2].*value + rows[first + n / 2].*value;
    for (std::size_t i = first; i < end; ++i) rows[i].*out = 2 * (rows[i].*value) - twice_median;
  }
}

}  // namespace groundswell::signal
