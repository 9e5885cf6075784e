// A9: the share of members above their moving average, or above today's volume-weighted average price. The average includes the current
// price, so the test is one integer compare against a sum that is frozen at the roll: p > (S + p) / N  <=>  p (N - 1) > S.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct AboveAverage {
  enum Lane { kAboveLane = 0, kKnownLane = 3, kAboveVwapLane = 6, kKnownVwapLane = 7 };  // the first two: one per window
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kStepLanes = 0;
  enum { kSma20, kSma50, kSma200, kVwap };
  static constexpr std::array<SignalInfo, 4> kOutputs{{
      {"pct_above_sma_20", "%", "0..100", kBoth, "20 sessions incl. current", "member: 20 closes", "", "pct_above_sma|1|basis=TR|n=20",
       "How much of the basket is in a short-term uptrend.", "100 #{p_i > SMA_20} / #{members with 20 closes}", "A9; StockCharts"},
      {"pct_above_sma_50", "%", "0..100", kBoth, "50 sessions incl. current", "member: 50 closes", "", "pct_above_sma|1|basis=TR|n=50",
       "How much of the basket is in a medium-term uptrend: above 55 is healthy, below 45 is not.",
       "100 #{p_i > SMA_50} / #{members with 50 closes}", "A9; StockCharts"},
      {"pct_above_sma_200", "%", "0..100", kBoth, "200 sessions incl. current", "member: 200 closes", "", "pct_above_sma|1|basis=TR|n=200",
       "How much of the basket is in a long-term uptrend.", "100 #{p_i > SMA_200} / #{members with 200 closes}", "A9; StockCharts"},
      {"pct_above_vwap", "%", "0..100", kLiveOnly, "session", "10 min after a member's first trade", "", "pct_above_vwap|1|warm=10m",
       "How much of the basket trades above what buyers paid on average today.",
       "100 #{p_i sum(v) > sum(p v)} / #{members that opened at least 10 minutes ago}", "A9"},
  }};
  static constexpr std::array<DriverInfo, 4> kDrivers{
      {{"above_sma_20", kAboveLane}, {"above_sma_50", kAboveLane + 1}, {"above_sma_200", kAboveLane + 2}, {"above_vwap", kAboveVwapLane}}};
  static constexpr std::string_view driver(std::size_t output) { return kDrivers[output].name; }
  using Memory = NoMemory;

  static void contribution(const SymbolState& s, std::int64_t* lanes) noexcept {
    for (std::size_t k = 0; k < kAverageWindows.size(); ++k) {
      const std::int64_t others = std::int64_t{kAverageWindows[k]} - 1;
      const bool known = s.ref_e9 > 0 && s.closes >= others;
      lanes[kAboveLane + k] = known & (s.last_e9 * others > s.average_sum_e9[k]);
      lanes[kKnownLane + k] = known;
    }
    const bool known = s.vwap_warm && s.traded && s.ref_e9 > 0 && s.vwap_shares > 0;
    lanes[kKnownVwapLane] = known;
    lanes[kAboveVwapLane] = known && static_cast<uint128>(s.last_e9) * s.vwap_shares > s.vwap_dollars_e9;
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const auto publish = [&](std::size_t output, std::int64_t above, std::int64_t known, std::uint32_t flags) {
      const auto n = static_cast<std::uint32_t>(known);
      if (c.covered(output, n) && n > 0) {
        out.value(output, 100.0 * static_cast<double>(above) / static_cast<double>(known), n, {.flags = flags});
      } else {
        out.absent(output, Validity::kInsufficient, n, flags);
      }
    };
    for (std::size_t k = 0; k < kAverageWindows.size(); ++k) publish(k, c.lanes[kAboveLane + k], c.lanes[kKnownLane + k], c.price_flags());
    publish(kVwap, c.lanes[kAboveVwapLane], c.lanes[kKnownVwapLane], c.session_flags());
  }

  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
