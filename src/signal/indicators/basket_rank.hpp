// B7: where a basket stands among the baskets by the z-score of its lead over 63 sessions, and how far it has come since last week and last
// month.
#pragma once

#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

struct BasketRank {
  static constexpr FamilyInfo kFamily{"Rank of baskets", "Baskets ranked by their strength score, and how far each has come."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true;
  static constexpr std::uint32_t kFewest = 5;  // baskets with a score
  static constexpr std::array<SignalInfo, 3> kOutputs{{
      {"rank_pct", "%", "0..100", kBoth, "63 sessions over the deviation of 252", "5 baskets with a z63", "the basket has no z63",
       "rank_pct|1|basis=TR|by=z63|n_min=5|ties=mid", "Which baskets lead: 100 is the strongest, 0 the weakest.",
       "100 (n - rank) / (n - 1) by z63 among the n baskets that have one; ties share their middle rank", "B7",
       "z63 of -1, 2, .5, .5 and 3: 0, 75, 37.5, 37.5 and 100", kInBaskets},
      {"rank_change_5", "points", "+-100", kBoth, "5 sessions", "5 sessions after its 1st rank", "it had no rank then",
       "rank_change|1|basis=TR|by=z63|n=5|n_min=5|ties=mid",
       "Which baskets rise or fall through the ranks: beyond +-40 in a week money moves.", "rank_pct(t) - rank_pct(t-5)", "B7",
       "75 after 25 a week ago: +50", kInBaskets},
      {"rank_change_21", "points", "+-100", kBoth, "21 sessions", "21 sessions after its 1st rank", "it had no rank then",
       "rank_change|1|basis=TR|by=z63|n=21|n_min=5|ties=mid", "Which baskets have risen or fallen through the ranks over a month.",
       "rank_pct(t) - rank_pct(t-21)", "B7", "75 after 100 a month ago: -25", kInBaskets},
  }};
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  static constexpr std::array<std::uint32_t, 2> kChanges{5, 21};  // sessions
  struct Memory {
    PriorSamples<double, kChanges.back()> ranks;  // Derived::kNoRank in a session without one
    static_assert(sizeof(ranks) == 21 * 8 + 8);
  };

  static void evaluate(const ScopeContext& c, const Memory& base, Output&) noexcept {  // what rank() cannot see
    Derived& derived = *c.derived;
    derived.ranks_known = base.ranks.count;
    for (std::size_t k = 0; k < kChanges.size(); ++k) {
      derived.rank_pct_ago[k] = base.ranks.count < kChanges[k] ? Derived::kNoRank : base.ranks.ago(kChanges[k]);
    }
  }
  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    const double rank = c.kind == ScopeKind::kBasket ? c.derived->rank_pct : Derived::kNoRank;
    if (rank != Derived::kNoRank || base.ranks.count > 0) now.ranks.push(rank);
  }

  static void rank(std::span<const RankedScope> baskets) noexcept {
    std::uint32_t n = 0;
    for (const RankedScope& basket : baskets) n += basket.derived().z63_valid;
    for (const RankedScope& basket : baskets) {
      Derived& own = *basket.context.derived;
      const Validity validity = n < kFewest ? Validity::kInsufficient : own.z63_valid ? Validity::kOk : own.z63_validity;
      own.rank_pct = validity == Validity::kOk ? place(baskets, own.z63, n) : Derived::kNoRank;
      publish(basket, 0, validity, own.rank_pct, n, baskets.size());
      for (std::size_t k = 0; k < kChanges.size(); ++k) {
        const double before = own.rank_pct_ago[k];
        const Validity changed = validity != Validity::kOk       ? validity
                                 : own.ranks_known < kChanges[k] ? Validity::kWarmup
                                 : before == Derived::kNoRank    ? Validity::kUndefined
                                                                 : Validity::kOk;
        publish(basket, 1 + k, changed, own.rank_pct - before, n, baskets.size());
      }
    }
  }

 private:
  static double place(std::span<const RankedScope> baskets, double score, std::uint32_t n) noexcept {
    std::uint32_t less = 0, equal = 0;
    for (const RankedScope& other : baskets) {
      if (!other.derived().z63_valid) continue;
      less += other.derived().z63 < score;
      equal += other.derived().z63 == score;
    }
    const double twice = 2.0 * less + equal - 1.0;
    return 100.0 * (twice / 2.0) / (n - 1.0);
  }
  static void publish(const RankedScope& basket, std::size_t output, Validity validity, double value, std::uint32_t n,
                      std::size_t n_baskets) noexcept {
    const StrengthResult& strength = basket.derived().strength;
    Output out = basket.output();
    if (validity == Validity::kOk) {
      out.value(output, value, n, {.flags = strength.flags, .stale = strength.stale});
    } else {
      out.absent(output, validity, n, strength.flags);
    }
    out.members(output, static_cast<std::uint32_t>(n_baskets));
  }
};

}  // namespace groundswell::signal
