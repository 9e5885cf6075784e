// Worked examples of docs/signals.md that no other test shows: each a few numbers that can be checked on paper.
#include <gtest/gtest.h>

#include "signal/indicators/above_average.hpp"
#include "signal/indicators/arms_index.hpp"
#include "signal/indicators/beta.hpp"
#include "signal/indicators/mcclellan.hpp"
#include "signal/indicators/new_highs_lows.hpp"
#include "signal/indicators/outperformance.hpp"
#include "signal/indicators/rolling_breadth.hpp"
#include "signal/indicators/strength_extremes.hpp"
#include "signal/score_history.hpp"
#include "support/tape.hpp"

namespace groundswell::signal {
namespace {

using test::kDollar;

// A scope for a family of lanes.
template <class Family>
struct Scope {
  std::array<std::int64_t, Family::kLanes + 1> lanes{};
  std::array<std::int64_t, Family::kStepLanes + 1> step_lanes{};
  std::array<CoverageRule, Family::kOutputs.size()> coverage{};
  std::array<Level, Family::kOutputs.size()> levels{};
  Derived derived;
  ScopeContext context;
  explicit Scope(std::uint32_t members) {
    context.n_members = context.eligible = context.traded = members;
    context.lanes = lanes.data();
    context.step_lanes = step_lanes.data();
    context.coverage = coverage.data();
    context.derived = &derived;
    context.commit = true;
  }
  const Level& level(std::string_view id, const typename Family::Memory& base = {}) {
    Output out(levels.data(), context);
    Family::evaluate(context, base, out);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (Family::kOutputs[i].id == id) return levels[i];
    }
    ADD_FAILURE() << id;
    return levels[0];
  }
};

TEST(WorkedExamples, ScoresOfDifferencesThatAlternate) {
  ScoreHistory history;
  for (int t = 0; t < 251; ++t) history.take(t % 2 == 0 ? 1'000'000'000 : -1'000'000'000);  // permille
  const double deviation_e12 = history.deviation_with(-1'000'000'000);
  EXPECT_NEAR(deviation_e12 / 1e12, 0.001002, 5.1e-7);
  EXPECT_NEAR(history.score(0, -1'000'000'000, deviation_e12), -0.217784, 5.1e-7);
  EXPECT_NEAR(history.score(1, -1'000'000'000, deviation_e12), -0.125738, 5.1e-7);
  ScoreHistory mirrored;
  for (int t = 0; t < 251; ++t) mirrored.take(t % 2 == 0 ? -1'000'000'000 : 1'000'000'000);
  EXPECT_NEAR(mirrored.score(0, 1'000'000'000, mirrored.deviation_with(1'000'000'000)), 0.217784, 5.1e-7);
  EXPECT_NEAR(mirrored.score(1, 1'000'000'000, mirrored.deviation_with(1'000'000'000)), 0.125738, 5.1e-7);
}

// The New York Stock Exchange, ten sessions from 2001-06-13 on: sums first, then one ratio.
TEST(WorkedExamples, OpenArmsIndex) { EXPECT_NEAR(*arms_index({14'575, 16'122, 5'174'615, 7'025'191}), 1.227, 0.0005); }

TEST(WorkedExamples, McClellanWithoutAConstant) {
  McClellan state;
  state.fast.value = -230.232;
  state.slow.value = -177.301;
  EXPECT_NEAR(state.summation(0.0), -1296.63, 0.005);
}

TEST(WorkedExamples, HighsAndLows) {
  Scope<NewHighsLows> five(5);
  five.lanes[NewHighsLows::kHighLane] = 3;
  five.lanes[NewHighsLows::kLowLane] = 1;
  five.lanes[NewHighsLows::kEligibleLane] = 5;
  EXPECT_EQ(five.level("hl_pct_20").value, 40.0);
  Scope<NewHighsLows> wright(200);
  wright.lanes[NewHighsLows::kHighLane] = 45;
  wright.lanes[NewHighsLows::kLowLane] = 155;
  wright.lanes[NewHighsLows::kEligibleLane] = 200;
  EXPECT_EQ(wright.level("rhp_20").value, 22.5);
  NewHighsLows::Memory nine;
  for (int t = 0; t < 9; ++t) {
    Scope<NewHighsLows> quiet(200);
    quiet.lanes[NewHighsLows::kEligibleLane] = 200;
    NewHighsLows::commit(quiet.context, nine, nine);
  }
  EXPECT_EQ(wright.level("hli10_20", nine).value, 22.5);
}

TEST(WorkedExamples, AHighThatIsUnusual) {
  NewHighsLows::Memory memory;
  Scope<NewHighsLows> quiet(5), busy(5);
  quiet.lanes[NewHighsLows::kEligibleLane] = busy.lanes[NewHighsLows::kEligibleLane] = 5;
  busy.lanes[NewHighsLows::kHighLane] = 1;
  for (int t = 0; t < 19; ++t) {
    EXPECT_EQ(busy.level("hl_pct_z_20", memory).validity, Validity::kWarmup);
    NewHighsLows::commit(quiet.context, memory, memory);
  }
  EXPECT_NEAR(busy.level("hl_pct_z_20", memory).value, 4.358899, 5.1e-7);
  EXPECT_EQ(quiet.level("hl_pct_z_20", memory).validity, Validity::kUndefined);
}

TEST(WorkedExamples, AboveAnAverage) {
  SymbolState state;
  state.ref_e9 = 100 * kDollar;
  state.traded = state.vwap_warm = true;
  state.exponential_average_e9.fill(100e9);
  state.vwap_shares = 400;
  state.vwap_dollars_e9 = static_cast<uint128>(100 * 10 + 300 * 12) * static_cast<uint128>(kDollar);
  const auto above_exponential = [&](std::int64_t last_e9) {
    std::array<std::int64_t, AboveAverage::kStepLanes> lanes{};
    state.last_e9 = last_e9;
    AboveAverage::step_contribution(state, {}, lanes.data());
    return lanes[AboveAverage::kAboveExponentialLane];
  };
  EXPECT_EQ(above_exponential(110 * kDollar), 1);
  EXPECT_EQ(above_exponential(100 * kDollar), 0);
  const auto above_what_buyers_paid = [&](std::int64_t last_e9) {
    std::array<std::int64_t, AboveAverage::kLanes> lanes{};
    state.last_e9 = last_e9;
    AboveAverage::contribution(state, lanes.data());
    return lanes[AboveAverage::kAboveVwapLane];
  };
  EXPECT_EQ(above_what_buyers_paid(11'600'000'000), 1);
  EXPECT_EQ(above_what_buyers_paid(11'500'000'000), 0);
}

TEST(WorkedExamples, ABasketPercentOfMembers) {
  Scope<AboveAverage> six(6);
  // Whatever the layout of the lanes: 4 where a lane counts members above, 6 where it counts those that can be.
  std::array<std::int64_t, AboveAverage::kLanes> above{}, below{};
  SymbolState state;
  state.ref_e9 = 100 * kDollar;
  state.closes = 50;
  state.average_sum_e9 = {19 * 100 * kDollar, 49 * 100 * kDollar, 0};
  state.last_e9 = 101 * kDollar;
  AboveAverage::contribution(state, above.data());
  state.last_e9 = 100 * kDollar;  // at the average is not above it
  AboveAverage::contribution(state, below.data());
  for (std::size_t i = 0; i < above.size(); ++i) six.lanes[i] = 4 * above[i] + 2 * below[i];
  EXPECT_NEAR(six.level("pct_above_sma_20").value, 66.67, 0.005);
  EXPECT_NEAR(six.level("pct_above_sma_50").value, 66.67, 0.005);
}

TEST(WorkedExamples, AheadOfTheBenchmark) {
  for (const auto& [out_members, level_members, expected] : {std::tuple{3, 0, 60.0}, std::tuple{2, 1, 50.0}}) {
    Scope<Outperformance> five(5);
    five.context.benchmarks[0] = {.configured = true, .known = true, .traded = true};
    five.step_lanes[Outperformance::kOutLane] = out_members;
    five.step_lanes[Outperformance::kTieLane] = level_members;
    five.step_lanes[Outperformance::kCountLane] = 5;
    EXPECT_EQ(five.level("pct_outperf_1").value, expected);
  }
}

TEST(WorkedExamples, WhatBetaDoesNotExplain) {
  constexpr double kBeta = 0.6, kAdjusted = 1.0 / 3 + 2.0 / 3 * kBeta;
  EXPECT_NEAR(kAdjusted, 0.733, 0.0005);
  EXPECT_NEAR(ln(1 + 0.02 - kAdjusted * 0.01), 0.012587, 5.1e-7);
}

TEST(WorkedExamples, TheStrengthLineAgainstItsExtremes) {
  StrengthExtremes::Memory memory;
  Scope<StrengthExtremes> scope(5);
  scope.derived.strength.has_line = true;
  scope.derived.strength.line_validity = Validity::kOk;
  for (int t = 0; t < 20; ++t) {
    scope.derived.strength.line = 100.0 - (t == 7 ? 0.0 : 1.0 + t % 3);  // 97..99, once 100
    EXPECT_EQ(scope.level("rs_over_high_20", memory).validity, Validity::kWarmup);
    StrengthExtremes::commit(scope.context, memory, memory);
  }
  scope.derived.strength.line = 104.0;
  EXPECT_NEAR(scope.level("rs_over_high_20", memory).value, 4.0, 1e-13);
  scope.derived.strength.line = 97.0 * 0.95;
  EXPECT_NEAR(scope.level("rs_over_low_20", memory).value, -5.0, 1e-13);
  EXPECT_EQ(scope.level("rs_over_low_63", memory).validity, Validity::kWarmup);
  scope.derived.strength.line = 100.0;
  EXPECT_EQ(scope.level("rs_over_high_20", memory).value, 0.0);  // made, not beaten: no new high
  scope.derived.strength.has_line = false;                       // sessions without a line count, and contribute nothing
  for (int t = 0; t < 12; ++t) StrengthExtremes::commit(scope.context, memory, memory);
  scope.derived.strength.has_line = true;
  EXPECT_NEAR(scope.level("rs_over_high_20", memory).value, 100.0 * (100.0 / 99.0 - 1), 1e-12);  // the 100 is out of the window
  scope.derived.strength.has_line = false;
  for (int t = 0; t < 8; ++t) StrengthExtremes::commit(scope.context, memory, memory);
  scope.derived.strength.has_line = true;
  EXPECT_EQ(scope.level("rs_over_high_20", memory).validity, Validity::kUndefined);
}

TEST(WorkedExamples, AgainstAPriceOfMinutesAgo) {
  SymbolState state;
  state.ref_e9 = 10 * kDollar;
  state.traded = state.fresh = true;
  state.rolling_price_e9.fill(10 * kDollar);
  const auto sum = [&](std::int64_t last_e9) {
    std::array<std::int64_t, RollingBreadth::kStepLanes> lanes{};
    state.last_e9 = last_e9;
    RollingBreadth::step_contribution(state, RollingBreadth::step_input(Step{}), lanes.data());
    std::int64_t all = 0;
    for (const std::int64_t lane : lanes) all += lane;
    return all;
  };
  EXPECT_EQ(sum(10'050'000'000), sum(10 * kDollar) + static_cast<std::int64_t>(kRollingWindowsNs.size()));
}

}  // namespace
}  // namespace groundswell::signal
