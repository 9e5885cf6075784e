// D4: does the market pay for earnings leverage? Rank correlation, over the members of the thesis, of what filings say of a member's
// exposure (fundamentals.hpp) and of what it has earned beyond its beta in 63 sessions (beta.hpp). The second has the beta of the session
// before, so that live equals commit.
//
// Whole numbers up to one division and one square root, so nothing hangs on the order of members.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "signal/exponential_average.hpp"
#include "signal/indicators/beta.hpp"
#include "signal/ln.hpp"
#include "signal/ranks.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct EarningsReward {
  static constexpr FamilyInfo kFamily{
      "Reward for earnings leverage",
      "Whether capital goes to the companies that turn the spending on AI into earnings. By chance alone the correlations spread by about "
      "0.1 with 100 members, and their significances by 1. Absent without fundamentals (docs/fundamentals.md)."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true, kMinutely = true;
  using SymbolsOf = Beta;
  enum { kPool, kWithin, kReward, kPoolZ, kWithinZ };
#define GS_REWARD(id, unit, range, first, absent, version, summary, formula, example)                                               \
  {                                                                                                                                 \
    id, unit, range, kBoth, "63 sessions", first, absent, version "|basis=TR|exposure=3of5|stale_days=140|n_min=20|excess=beta_63", \
        summary, formula, "D4", example, kInThesis                                                                                  \
  }
#define GS_SIGNIFICANCE(of, version)                                                                                             \
  GS_REWARD(of "_z", "deviations", "about +-5", "190 closes, 20 members known", "X or Y all equal; a correlation of 1", version, \
            "How many deviations " of " is from what chance gives.", "atanh(" of ") sqrt((n - 3) / 1.06)",                       \
            "a correlation of .2 over 100 members: 1.939351")
  static constexpr std::array<SignalInfo, 5> kOutputs{{
      GS_REWARD(
          "e_pool", "correlation", "+-1", "190 closes, 20 members known", "X or Y all equal", "e_pool|1",
          "Whether members with more earnings leverage have earned more than the others, beyond what their betas explain.",
          "Pearson of middle ranks of X and Y; X: mean of at least 3 of 5 percentile ranks (share of revenue from AI spending among "
          "all; incremental margin, operating leverage, growth of backlog, book to bill among the wave); Y: beta_adj_excess less that "
          "of 63 sessions before",
          "x 1 2 2 3, y 1 3 2 4: .948683, not the .95 of 1 - 6 sum(d^2) / (n^3 - n)"),
      GS_REWARD("e_within", "correlation", "+-1", "190 closes, 20 members known", "X or Y all equal", "e_within|1",
                "The same inside baskets: that a whole basket went up is not taken for earnings being paid.",
                "Pearson of middle ranks of X and Y, each less the median of the members of its basket, the first that has it",
                "of two baskets one better in both, inside each the better did worse: e_pool above 0, e_within -1"),
      GS_REWARD("e_reward", "correlation", "+-1", "190 closes, 20 members known; 23 sessions more to be OK", "X or Y all equal",
                "e_reward|1|ema=10", "Whether capital rewards earnings leverage: above .15 it does, below 0 it punishes it.",
                "EMA_10 of min(e_pool, e_within), from its first value on; absent in a session without either",
                ".2, then .31: .2 + 2/11 .11 = .22"),
      GS_SIGNIFICANCE("e_pool", "e_pool_z|1"),
      GS_SIGNIFICANCE("e_within", "e_within_z|1"),
  }};
#undef GS_SIGNIFICANCE
#undef GS_REWARD

  static constexpr std::size_t kFewest = 20;
  using Average = ExponentialAverage<10, 1>;
  struct Memory {
    Average reward;
  };
  struct Correlations {
    std::size_t n = 0;  // members with both
    double pool = kNoNumber, within = kNoNumber;

    double least() const noexcept { return std::isnan(pool) || std::isnan(within) ? kNoNumber : std::min(pool, within); }
  };

  static void evaluate(const ScopeContext& c, const Memory& base, std::span<const Beta::SymbolMemory> betas, Output& out) noexcept {
    if (c.kind != ScopeKind::kThesis) return;
    const Correlations found = correlations(rows_of(c, betas));
    const auto n = static_cast<std::uint32_t>(found.n);
    const Validity why = found.n < kFewest ? Validity::kInsufficient : Validity::kUndefined;
    const auto publish = [&](std::size_t output, double number, bool warmup = false) {
      std::isnan(number) ? out.absent(output, why, n, c.price_flags())
                         : out.value(output, number, n, {.flags = c.price_flags(), .warmup = warmup});
    };
    publish(kPool, found.pool);
    publish(kWithin, found.within);
    publish(kPoolZ, significance(found.pool, found.n));
    publish(kWithinZ, significance(found.within, found.n));
    const double today = found.least();
    Average reward = base.reward;
    if (!std::isnan(today)) reward.take(today);
    publish(kReward, std::isnan(today) ? kNoNumber : reward.value, !reward.warm());
    c.derived->reward_today = today;
    c.derived->reward = !std::isnan(today) && reward.warm() ? reward.value : kNoNumber;
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (c.kind == ScopeKind::kThesis && !std::isnan(c.derived->reward_today)) now.reward.take(c.derived->reward_today);
  }

  // Of rows with x, y and home; reorders them.
  static Correlations correlations(std::span<RankRow> rows) noexcept {
    Correlations found{.n = rows.size()};
    if (rows.size() < kFewest) return found;
    subtract_medians(rows, &RankRow::home, &RankRow::x, &RankRow::x_less_median);
    subtract_medians(rows, &RankRow::home, &RankRow::y, &RankRow::y_less_median);
    found.pool = correlation(rows, &RankRow::x, &RankRow::y);
    found.within = correlation(rows, &RankRow::x_less_median, &RankRow::y_less_median);
    return found;
  }
  // Fisher's: in deviations of what members without any connection give.
  static double significance(double correlation, std::size_t n) noexcept {
    if (std::isnan(correlation) || std::abs(correlation) == 1.0) return kNoNumber;
    return 0.5 * ln((1.0 + correlation) / (1.0 - correlation)) * std::sqrt(static_cast<double>(n - 3) / 1.06);
  }

 private:
  static std::span<RankRow> rows_of(const ScopeContext& c, std::span<const Beta::SymbolMemory> betas) noexcept {
    std::size_t n = 0;
    for (const PoolMember& member : c.members) {
      const MemberFundamentals& of = c.fundamentals[member.symbol];
      if (of.exposure_e12 == MemberFundamentals::kUnknown) continue;
      const std::optional<std::int64_t> y = Beta::quarter_excess_e12(betas[member.symbol], c.states[member.symbol], c.benchmarks[0]);
      if (!y) continue;
      RankRow& row = c.rank_scratch[n++] = RankRow{};
      row.x = of.exposure_e12;
      row.y = *y;
      row.home = of.home;
    }
    return c.rank_scratch.first(n);
  }
  static double correlation(std::span<RankRow> rows, std::int64_t RankRow::*x, std::int64_t RankRow::*y) noexcept {
    rank_rows(rows, x, &RankRow::x_rank);
    rank_rows(rows, y, &RankRow::y_rank);
    return rank_correlation(std::span<const RankRow>(rows), &RankRow::x_rank, &RankRow::y_rank);
  }
};

}  // namespace groundswell::signal
