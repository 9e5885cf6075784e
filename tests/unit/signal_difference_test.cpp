// Sums kept by difference equal sums made anew, in every lane, and the comparison of returns without a division equals the one with it.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "signal/difference.hpp"
#include "signal/indicators/outperformance.hpp"

namespace groundswell::signal {
namespace {

Step with_primary(const BenchmarkState& benchmark) {
  Step step;
  step.benchmarks[0] = benchmark;
  return step;
}

constexpr std::size_t kLanes = 3 * kLineLanes;

TEST(Difference, LeavesTheHeldRowEqualAndTheSumMoved) {
  for (std::size_t changed = 0; changed < kLanes; ++changed) {
    std::int64_t held[kLanes], is[kLanes], sum[kLanes];
    for (std::size_t i = 0; i < kLanes; ++i) {
      held[i] = is[i] = static_cast<std::int64_t>(i) - 5;
      sum[i] = 1'000;
    }
    is[changed] += 7;
    const Difference<kLanes> difference(held, is);
    difference.add_to(sum);
    difference.add_to(sum);
    for (std::size_t i = 0; i < kLanes; ++i) {
      EXPECT_EQ(held[i], is[i]);
      EXPECT_EQ(sum[i], i == changed ? 1'014 : 1'000);
    }
  }
}

TEST(Difference, IsReversibleAcrossTheEndsOfTheRange) {
  std::int64_t held[kLanes]{}, sum[kLanes]{}, is[kLanes]{}, nothing[kLanes]{};
  is[3] = std::numeric_limits<std::int64_t>::max();
  is[20] = std::numeric_limits<std::int64_t>::min();
  sum[3] = sum[20] = 9;
  Difference<kLanes>(held, is).add_to(sum);
  Difference<kLanes>(held, nothing).add_to(sum);
  EXPECT_EQ(sum[3], 9);
  EXPECT_EQ(sum[20], 9);
}

// As the definition says it: both returns rounded to 1e-9, half away from zero, then compared.
void expect_as_defined(const SymbolState& symbol, const BenchmarkState& benchmark) {
  const auto return_e9 = [](std::int64_t price_e9, std::int64_t base_e9) {
    return divide_half_away(int128{price_e9 - base_e9} * 1'000'000'000, base_e9);
  };
  const int128 mine = return_e9(symbol.last_e9, symbol.ref_e9), theirs = return_e9(benchmark.last_e9, benchmark.ref_e9);
  std::int64_t lanes[Outperformance::kStepLanes];
  Outperformance::step_contribution(symbol, Outperformance::step_input(with_primary(benchmark)), lanes);
  EXPECT_EQ(lanes[Outperformance::kOutLane], mine > theirs);
  EXPECT_EQ(lanes[Outperformance::kTieLane], mine == theirs);
  EXPECT_EQ(lanes[Outperformance::kCountLane], 1);
}

TEST(Outperformance, ComparesRoundedReturnsWithoutDividing) {
  std::mt19937_64 random(1);
  const auto below = [&](std::uint64_t bound) { return static_cast<std::int64_t>(1 + random() % bound); };
  for (int i = 0; i < 20'000; ++i) {
    // Small bases make ties and halves common; large ones reach the bounds of a price.
    const std::uint64_t scale = i % 4 == 0 ? 12 : i % 4 == 1 ? 4'000'000'000 : i % 4 == 2 ? 2'000'000'000'000 : 999'999'999'999'999;
    SymbolState symbol;
    symbol.ref_e9 = below(scale);
    symbol.last_e9 = below(scale);
    BenchmarkState benchmark;
    benchmark.traded = true;
    benchmark.ref_e9 = i % 3 == 0 ? symbol.ref_e9 : below(scale);
    benchmark.last_e9 = i % 3 == 0 ? symbol.last_e9 + i % 5 - 2 : below(scale);
    if (benchmark.last_e9 <= 0) continue;
    expect_as_defined(symbol, benchmark);
  }
}

TEST(Outperformance, CountsNobodyWithoutABenchmarkOrAPast) {
  SymbolState symbol;
  symbol.ref_e9 = symbol.last_e9 = 5;
  BenchmarkState benchmark;
  benchmark.ref_e9 = benchmark.last_e9 = 5;
  std::int64_t lanes[Outperformance::kStepLanes];
  Outperformance::step_contribution(symbol, Outperformance::step_input(with_primary(benchmark)), lanes);
  for (const std::int64_t lane : lanes) EXPECT_EQ(lane, 0);  // it has not traded
  benchmark.traded = true;
  Outperformance::step_contribution(symbol, Outperformance::step_input(with_primary(benchmark)), lanes);
  EXPECT_EQ(lanes[Outperformance::kTieLane], 1);
  EXPECT_EQ(lanes[Outperformance::kCountLane + 1], 0);  // no close five sessions ago
}

}  // namespace
}  // namespace groundswell::signal
