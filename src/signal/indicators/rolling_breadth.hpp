// A14: members above their own price of some minutes ago. That price is the newest sample at least so old; samples are taken every few
// seconds at grid steps (src/market/rolling_prices.hpp). A member counts when it had traded by then and is not stale, or is halted.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct RollingBreadth {
  static constexpr FamilyInfo kFamily{"Breadth of the last minutes",
                                      "Advances against prices of some minutes ago, for what happens within the day. Live only."};
  static constexpr std::size_t kWindows = kRollingWindowsNs.size();
  static constexpr std::size_t kLanes = 0;
  enum StepLane { kAboveLane = 0, kCountLane = kWindows };  // one per window
  static constexpr std::size_t kStepLanes = 2 * kWindows;
#define GS_ROLLING(window, minutes, words)                                                                                              \
  {                                                                                                                                     \
    "adv_w_" window, "issues", "0..n", kLiveOnly, "(g - " window ", g]", "open + " window, "", "adv_w|2|sample=5s|not_stale|w=" window, \
        "How many members trade higher than " words " ago.", "#{i: last_i > price of i " minutes " minutes ago}", "A14",                \
        "10.05 now against 10.00 dollars then counts, 10.00 does not"                                                                   \
  }
  static constexpr std::array<SignalInfo, kWindows> kOutputs{{GS_ROLLING("1m", "1", "a minute"), GS_ROLLING("5m", "5", "five minutes"),
                                                              GS_ROLLING("15m", "15", "a quarter of an hour"),
                                                              GS_ROLLING("30m", "30", "half an hour"), GS_ROLLING("60m", "60", "an hour")}};
#undef GS_ROLLING
  static constexpr std::array<DriverInfo, kWindows> kDrivers{{{"above_1m", kAboveLane, kNoLane, true},
                                                              {"above_5m", kAboveLane + 1, kNoLane, true},
                                                              {"above_15m", kAboveLane + 2, kNoLane, true},
                                                              {"above_30m", kAboveLane + 3, kNoLane, true},
                                                              {"above_60m", kAboveLane + 4, kNoLane, true}}};
  static constexpr std::string_view driver(std::size_t output) { return kDrivers[output].name; }
  static constexpr bool kReadsSamples = true, kReadsAge = true;
  static constexpr bool kFollowsFromSums = true;
  using Memory = NoMemory;

  static std::uint64_t step_input(const Step& step) noexcept { return step.sampled_ns; }
  static void step_contribution(const SymbolState& s, std::uint64_t, std::int64_t* lanes) noexcept {
    const bool in = (s.ref_e9 > 0) & s.traded & (!s.stale | s.halted);
    for (std::size_t k = 0; k < kWindows; ++k) {
      const bool counts = in & (s.rolling_price_e9[k] > 0);
      lanes[kAboveLane + k] = counts & (s.last_e9 > s.rolling_price_e9[k]);
      lanes[kCountLane + k] = counts;
    }
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const std::uint32_t flags = c.fresh_flags();
    for (std::size_t k = 0; k < kWindows; ++k) {
      const auto n = static_cast<std::uint32_t>(c.step_lanes[kCountLane + k]);
      if ((c.rolling_windows >> k & 1) == 0) {  // the window would cross the open
        out.absent(k, c.covered(k, c.traded) ? Validity::kWarmup : Validity::kInsufficient, c.traded, flags);
      } else if (!c.covered(k, n)) {
        out.absent(k, Validity::kInsufficient, n, flags);
      } else {
        out.value(k, static_cast<double>(c.step_lanes[kAboveLane + k]), n, {.flags = flags});
      }
    }
  }

  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
