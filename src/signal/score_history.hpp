// Is a drift more than noise? The sum of the last L daily differences over what a usual day makes of L days: a t-statistic, about normal
// where there is no drift. Differences are whole 1e-12, so every sum is exact. Of the last kLongest sessions, the running one included.
// Plain bytes without padding.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "groundswell/int128.hpp"
#include "groundswell/value.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

struct ScoreHistory {
  static constexpr std::size_t kLongest = 252;
  static constexpr std::size_t kFewest = 63;  // returns that a deviation needs
  static constexpr std::array<std::size_t, 2> kWindows{21, 63};
  static constexpr double kNone = -1.0;
  static constexpr double kNoSpreadE12 = 1000.0;  // a deviation of 1e-9

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
  // While a session runs the deviation is that of the last commit; at a commit it includes the session.
  double divisor_e12(std::int64_t running_e12, bool commit) const noexcept { return commit ? deviation_with(running_e12) : deviation_e12; }
  Validity validity(std::size_t window, double by_e12) const noexcept {
    return !full(window) || by_e12 == kNone ? Validity::kWarmup : by_e12 < kNoSpreadE12 ? Validity::kUndefined : Validity::kOk;
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
static_assert(sizeof(ScoreHistory) == 251 * 8 + 8 + 16 + 8 && std::is_trivially_copyable_v<ScoreHistory>);

}  // namespace groundswell::signal
