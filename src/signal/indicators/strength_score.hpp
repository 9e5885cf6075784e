// B6: is the basket's lead over the benchmark more than noise? The excess return of L sessions over what its usual day makes of L sessions:
// a t-statistic, about normal where there is no drift, comparable between baskets, and stationary, as the level of a trend is not.
//
// Daily excess returns are logarithms in whole 1e-12, so every sum here is exact. While a session runs it takes the newest place in the sum
// and the deviation is that of the last commit; at a commit the deviation includes it. Only sessions whose session before has a line too
// give a return.
#pragma once

#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

// The returns of the last kLongest sessions, the running one included. Plain bytes without padding.
struct ExcessHistory {
  static constexpr std::size_t kLongest = 252;
  static constexpr std::size_t kFewest = 63;  // returns that a deviation needs
  static constexpr std::array<std::size_t, 2> kWindows{21, 63};
  static constexpr double kNone = -1.0;

  PriorSamples<std::int64_t, kLongest - 1> prior_e12;
  std::array<std::int64_t, kWindows.size()> prior_sum_e12{};  // of the newest kWindows[k] - 1, or of as many as there are
  double deviation_e12 = kNone;                               // as of the last return

  // Of the sample (n - 1), from exact sums; kNone when there are too few.
  double deviation_with(std::int64_t running_e12) const noexcept {
    const auto n = static_cast<std::int64_t>(prior_e12.count) + 1;
    if (n < static_cast<std::int64_t>(kFewest)) return kNone;
    int128 sum = running_e12, squares = int128{running_e12} * running_e12;
    for (std::size_t age = 1; age <= prior_e12.count; ++age) {
      sum += prior_e12.ago(age);
      squares += int128{prior_e12.ago(age)} * prior_e12.ago(age);
    }
    return std::sqrt(static_cast<double>(squares * n - sum * sum) / static_cast<double>(n * (n - 1)));
  }
  bool full(std::size_t window) const noexcept { return prior_e12.count + 1 >= kWindows[window]; }
  double score(std::size_t window, std::int64_t running_e12, double by_e12) const noexcept {
    return static_cast<double>(prior_sum_e12[window] + running_e12) / (by_e12 * std::sqrt(static_cast<double>(kWindows[window])));
  }
  void take(std::int64_t excess_e12) noexcept {
    deviation_e12 = deviation_with(excess_e12);
    prior_e12.push(excess_e12);
    for (std::size_t window = 0; window < kWindows.size(); ++window) {
      prior_sum_e12[window] = 0;
      for (std::size_t age = 1; age < kWindows[window] && age <= prior_e12.count; ++age) prior_sum_e12[window] += prior_e12.ago(age);
    }
  }
};

struct StrengthScore {
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr double kNoSpreadE12 = 1000.0;  // a deviation of 1e-9
  enum { kZ21, kZ63 };
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      {"z21", "t-statistic", "about +-5", kBoth, "21 sessions over the deviation of 252", "63 returns",
       "an endpoint is missing, or no spread", "z|1|basis=TR|index=ew|n=21|sd=252|sd_min=63",
       "How unusual the basket's lead of the last month is: beyond +-2 it is hardly noise.",
       "sum of 21 e / (s sqrt(21)), e = ln(RS / RS(t-1)), s = sample deviation of up to 252 e", "B6"},
      {"z63", "t-statistic", "about +-5", kBoth, "63 sessions over the deviation of 252", "63 returns",
       "an endpoint is missing, or no spread", "z|1|basis=TR|index=ew|n=63|sd=252|sd_min=63",
       "How unusual the basket's lead of the last quarter is: beyond +-2 it is hardly noise.",
       "sum of 63 e / (s sqrt(63)), e = ln(RS / RS(t-1)), s = sample deviation of up to 252 e", "B6"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true;
  using Memory = ExcessHistory;
  static_assert(sizeof(Memory) == 251 * 8 + 8 + 16 + 8 && std::is_trivially_copyable_v<Memory>);

  static void contribution(const SymbolState&, std::int64_t*) noexcept {}

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    Derived& derived = *c.derived;
    const StrengthResult& strength = derived.strength;
    StrengthOutput publish(strength, out);
    const double by_e12 = c.commit && strength.has_excess ? base.deviation_with(strength.excess_e12) : base.deviation_e12;
    for (const std::size_t window : {kZ21, kZ63}) {
      const Validity validity = !strength.has_excess                                   ? strength.excess_validity
                                : !base.full(window) || by_e12 == ExcessHistory::kNone ? Validity::kWarmup
                                : by_e12 < kNoSpreadE12                                ? Validity::kUndefined
                                                                                       : Validity::kOk;
      const double z = validity == Validity::kOk ? base.score(window, strength.excess_e12, by_e12) : 0.0;
      publish.publish(window, validity, z);
      if (window != kZ63) continue;
      derived.z63 = z;
      derived.z63_valid = validity == Validity::kOk;
      derived.z63_validity = validity;
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (c.derived->strength.has_excess) now.take(c.derived->strength.excess_e12);
  }
};

}  // namespace groundswell::signal
