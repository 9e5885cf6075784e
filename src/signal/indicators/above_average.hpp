// A9: the share of members above their moving average, or above today's volume-weighted average price. The average includes the current
// price, so the test is one compare against what is frozen at the roll. Simple, of integers: p > (S + p) / N  <=>  p (N - 1) > S.
// Exponential: p > E + a (p - E)  <=>  p > E, with E of yesterday, in double: the market makes it in a fixed order.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct AboveAverage {
  static constexpr FamilyInfo kFamily{"Above their average",
                                      "How much of a basket is in an uptrend, by members above an average of their own. Bulls like more "
                                      "than 55, bears less than 45; between the two nothing is said."};
  enum Lane { kAboveLane = 0, kKnownLane = 3, kAboveVwapLane = 6, kKnownVwapLane = 7 };  // the first two: one per window
  static constexpr std::size_t kLanes = 8;
  enum StepLane { kAboveExponentialLane = 0, kKnownExponentialLane = 3 };  // one per window
  static constexpr std::size_t kStepLanes = 6;
  enum { kSma = 0, kVwap = 3, kEma = 4 };  // the first and the last: one per window
  static constexpr std::array<SignalInfo, 7> kOutputs{{
      {"pct_above_sma_20", "%", "0..100", kBoth, "20 sessions incl. current", "member: 20 closes", "", "pct_above_sma|1|basis=TR|n=20",
       "How much of the basket is in a short-term uptrend.", "100 #{p_i > SMA_20} / #{members with 20 closes}", "A9; StockCharts",
       "4 of 6 members above: 66.67; at the average is not above"},
      {"pct_above_sma_50", "%", "0..100", kBoth, "50 sessions incl. current", "member: 50 closes", "", "pct_above_sma|1|basis=TR|n=50",
       "How much of the basket is in a medium-term uptrend: above 55 is healthy, below 45 is not.",
       "100 #{p_i > SMA_50} / #{members with 50 closes}", "A9; StockCharts", "4 of 6 members above: 66.67; at the average is not above"},
      {"pct_above_sma_200", "%", "0..100", kBoth, "200 sessions incl. current", "member: 200 closes", "", "pct_above_sma|1|basis=TR|n=200",
       "How much of the basket is in a long-term uptrend.", "100 #{p_i > SMA_200} / #{members with 200 closes}", "A9; StockCharts",
       "4 of 6 members above: 66.67; at the average is not above"},
      {"pct_above_vwap", "%", "0..100", kLiveOnly, "session", "10 min after a member's first trade", "", "pct_above_vwap|1|warm=10m",
       "How much of the basket trades above what buyers paid on average today.",
       "100 #{p_i sum(v) > sum(p v)} / #{members that opened at least 10 minutes ago}", "A9",
       "100 shares at 10 and 300 at 12 dollars average 11.50: a last price of 11.60 counts, 11.50 does not"},
      {"pct_above_ema_20", "%", "0..100", kBoth, "20 sessions, exponential", "member: 60 closes", "",
       "pct_above_ema|1|basis=TR|n=20|seed=sma", "How much of the basket is in a short-term uptrend, by an average that forgets slowly.",
       "100 #{p_i > EMA_20} / #{members with 60 closes}; E += 2/21 (p - E) from the mean of the first 20 closes", "A9",
       "110 against an average of 100 as of yesterday counts, 100 does not"},
      {"pct_above_ema_50", "%", "0..100", kBoth, "50 sessions, exponential", "member: 150 closes", "",
       "pct_above_ema|1|basis=TR|n=50|seed=sma", "How much of the basket is in a medium-term uptrend, by an average that forgets slowly.",
       "100 #{p_i > EMA_50} / #{members with 150 closes}; E += 2/51 (p - E) from the mean of the first 50 closes", "A9",
       "110 against an average of 100 as of yesterday counts, 100 does not"},
      {"pct_above_ema_200", "%", "0..100", kBoth, "200 sessions, exponential", "member: 600 closes", "",
       "pct_above_ema|1|basis=TR|n=200|seed=sma", "How much of the basket is in a long-term uptrend, by an average that forgets slowly.",
       "100 #{p_i > EMA_200} / #{members with 600 closes}; E += 2/201 (p - E) from the mean of the first 200 closes", "A9",
       "110 against an average of 100 as of yesterday counts, 100 does not"},
  }};
  static constexpr std::array<DriverInfo, 7> kDrivers{{{"above_sma_20", kAboveLane},
                                                       {"above_sma_50", kAboveLane + 1},
                                                       {"above_sma_200", kAboveLane + 2},
                                                       {"above_vwap", kAboveVwapLane},
                                                       {"above_ema_20", kAboveExponentialLane, kNoLane, true},
                                                       {"above_ema_50", kAboveExponentialLane + 1, kNoLane, true},
                                                       {"above_ema_200", kAboveExponentialLane + 2, kNoLane, true}}};
  static constexpr bool per_record(std::size_t output) { return output < kEma; }
  static constexpr std::string_view driver(std::size_t output) { return kDrivers[output].name; }
  static constexpr bool kFollowsFromSums = true;
  using Memory = NoMemory;

  static void contribution(const SymbolState& s, std::int64_t* lanes) noexcept {
    for (std::size_t k = 0; k < kAverageWindows.size(); ++k) {
      const std::int64_t others = std::int64_t{kAverageWindows[k]} - 1;
      const bool known = (s.ref_e9 > 0) & (s.closes >= others);
      lanes[kAboveLane + k] = known & (s.last_e9 * others > s.average_sum_e9[k]);
      lanes[kKnownLane + k] = known;
    }
    const bool known = s.vwap_warm && s.traded && s.ref_e9 > 0 && s.vwap_shares > 0;
    lanes[kKnownVwapLane] = known;
    lanes[kAboveVwapLane] = known && static_cast<uint128>(s.last_e9) * s.vwap_shares > s.vwap_dollars_e9;
  }

  static NoStepInput step_input(const Step&) noexcept { return {}; }
  static void step_contribution(const SymbolState& s, NoStepInput, std::int64_t* lanes) noexcept {
    for (std::size_t k = 0; k < kAverageWindows.size(); ++k) {
      const bool known = (s.ref_e9 > 0) & (s.exponential_average_e9[k] > 0.0);
      lanes[kAboveExponentialLane + k] = known & (static_cast<double>(s.last_e9) > s.exponential_average_e9[k]);
      lanes[kKnownExponentialLane + k] = known;
    }
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const auto publish = [&](std::size_t output, std::int64_t above, std::int64_t known, std::uint32_t flags) {
      if (!c.wants(output)) return;
      const auto n = static_cast<std::uint32_t>(known);
      if (c.covered(output, n) && n > 0) {
        out.value(output, share_pct(above, known), n, {.flags = flags});
      } else {
        out.absent(output, Validity::kInsufficient, n, flags);
      }
    };
    for (std::size_t k = 0; k < kAverageWindows.size(); ++k) {
      publish(kSma + k, c.lanes[kAboveLane + k], c.lanes[kKnownLane + k], c.price_flags());
      publish(kEma + k, c.step_lanes[kAboveExponentialLane + k], c.step_lanes[kKnownExponentialLane + k], c.price_flags());
    }
    const std::int64_t known = c.lanes[kKnownLane + 1];
    const bool covered = known > 0 && c.covered(kSma + 1, static_cast<std::uint32_t>(known));
    c.derived->above_50_pct = covered ? share_pct(c.lanes[kAboveLane + 1], known) : kNoNumber;
    publish(kVwap, c.lanes[kAboveVwapLane], c.lanes[kKnownVwapLane], c.session_flags());
  }

  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}

 private:
  static double share_pct(std::int64_t part, std::int64_t whole) noexcept {
    return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  }
};

}  // namespace groundswell::signal
