// B7: where a basket stands among the baskets by the z-score of its lead over 63 sessions.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct BasketRank {
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true;
  static constexpr std::uint32_t kFewest = 5;  // baskets with a score
  static constexpr std::array<SignalInfo, 1> kOutputs{{
      {"rank_pct", "%", "0..100", kBoth, "63 sessions over the deviation of 252", "5 baskets with a z63", "the basket has no z63",
       "rank_pct|1|basis=TR|by=z63|n_min=5|ties=mid", "Which baskets lead: 100 is the strongest, 0 the weakest.",
       "100 (n - rank) / (n - 1) by z63 among the n baskets that have one; ties share their middle rank", "B7", kInBaskets},
  }};
  using Memory = NoMemory;

  static void contribution(const SymbolState&, std::int64_t*) noexcept {}
  static void evaluate(const ScopeContext&, const Memory&, Output&) noexcept {}
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}

  static void rank(std::span<const RankedScope> baskets) noexcept {
    std::uint32_t n = 0;
    for (const RankedScope& basket : baskets) n += basket.derived().z63_valid;
    for (const RankedScope& basket : baskets) {
      const Derived& own = basket.derived();
      Output out = basket.output();
      if (n < kFewest) {
        out.absent(0, Validity::kInsufficient, n, own.strength.flags);
      } else if (!own.z63_valid) {
        out.absent(0, own.z63_validity, n, own.strength.flags);
      } else {
        std::uint32_t less = 0, equal = 0;
        for (const RankedScope& other : baskets) {
          if (!other.derived().z63_valid) continue;
          less += other.derived().z63 < own.z63;
          equal += other.derived().z63 == own.z63;
        }
        const double twice = 2.0 * less + equal - 1.0;
        out.value(0, 100.0 * (twice / 2.0) / (n - 1.0), n, {.flags = own.strength.flags, .stale = own.strength.stale});
      }
      out.members(0, static_cast<std::uint32_t>(baskets.size()));
    }
  }
};

}  // namespace groundswell::signal
