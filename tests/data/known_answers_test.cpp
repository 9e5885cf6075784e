// Series that others computed, with their inputs: the Arms index of three stocks over a year, and a McClellan oscillator with its
// summation.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "signal/indicators/arms_index.hpp"
#include "signal/indicators/mcclellan.hpp"

namespace groundswell::signal {
namespace {

using Row = std::vector<std::string>;

// The rows of known_answers/NAME without its header; none: the file is not here.
std::vector<Row> rows_of(const std::string& name) {
  const char* const named = std::getenv("GROUNDSWELL_DATA");
  const std::filesystem::path folder = named != nullptr ? named : GROUNDSWELL_SOURCE_DIR "/../shared/data";
  std::ifstream file(folder / "known_answers" / name);
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    Row row;
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) row.push_back(field);
    rows.push_back(std::move(row));
  }
  return rows;
}

// Columns: date, symbol, open, high, low, close, volume, two ratios, TRIN. The last row of a day has its TRIN; on days on which one of the
// four sums is 0, that series repeats the last one and ours has no value.
TEST(KnownAnswers, ArmsIndexOfThreeStocks) {
  const auto rows = rows_of("arms_data.txt");
  if (rows.empty()) GTEST_SKIP() << "known_answers/arms_data.txt is not in GROUNDSWELL_DATA";
  std::map<std::string, std::int64_t> closes;
  std::size_t defined = 0, undefined = 0;
  for (std::size_t first = 0; first < rows.size();) {
    ArmsSums sums{.adv = 0, .dec = 0, .up_shares = 0, .down_shares = 0};
    std::size_t end = first;
    const bool has_previous = !closes.empty();
    for (; end < rows.size() && rows[end][0] == rows[first][0]; ++end) {
      const std::int64_t close = std::stoll(rows[end][5]), shares = std::stoll(rows[end][6]);
      const auto previous = closes.find(rows[end][1]);
      if (previous != closes.end()) {
        sums.adv += close > previous->second;
        sums.dec += close < previous->second;
        sums.up_shares += close > previous->second ? shares : 0;
        sums.down_shares += close < previous->second ? shares : 0;
      }
      closes[rows[end][1]] = close;
    }
    const auto trin = arms_index(sums);
    if (trin) {
      const double theirs = std::stod(rows[end - 1][9]);
      EXPECT_NEAR(*trin, theirs, 1e-6 * std::max(1.0, theirs)) << rows[first][0];  // theirs is made of rounded ratios
    }
    defined += trin.has_value();
    undefined += has_previous && !trin;
    first = end;
  }
  EXPECT_EQ(defined, 129U);
  EXPECT_EQ(undefined, 122U);
}

// Columns: date, net advances, oscillator, summation. The series starts its slow average otherwise than we do, so ours begins with the
// state that its rows 38 and 39 imply: x = 20 dE5 + E5 = 10 dE10 + E10. From there on 128 rows follow.
TEST(KnownAnswers, McClellanOscillatorAndSummation) {
  const auto rows = rows_of("mcclellan_data.csv");
  if (rows.empty()) GTEST_SKIP() << "known_answers/mcclellan_data.csv is not in GROUNDSWELL_DATA";
  const auto number = [&](std::size_t row, std::size_t column) { return std::stod(rows[row][column]); };
  constexpr std::size_t kStart = 38;
  McClellan<> state;
  state.fast.count = state.slow.count = 1'000;
  state.slow.value = (0.9 * number(kStart, 2) + 0.05 * number(kStart + 1, 1) - number(kStart + 1, 2)) / 0.05;
  state.fast.value = state.slow.value + number(kStart, 2);
  state.take(number(kStart + 1, 1));
  const double constant = number(kStart + 1, 3) - state.summation(0.0);
  std::size_t compared = 0;
  for (std::size_t row = kStart + 2; row < rows.size(); ++row, ++compared) {
    state.take(number(row, 1));
    EXPECT_NEAR(state.oscillator(), number(row, 2), 1e-5)
        << rows[row][0];  // printed with seven decimals, and the start is inferred from them
    EXPECT_NEAR(state.summation(constant), number(row, 3), 1e-3) << rows[row][0];
  }
  EXPECT_EQ(compared, 128U);
}

}  // namespace
}  // namespace groundswell::signal
