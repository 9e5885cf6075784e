// C5: how alike the members move: the average correlation of their pairs over L sessions, without looking at pairs. The variance of a
// portfolio of fixed equal weights is made of those of its members and of their covariances; taking the former away leaves the latter.
// Only members that have been there over the whole window. A member that did not move at all has no correlation with anything: it is left
// out of the unweighted average, and adds nothing to the weighted one.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct AverageCorrelation {
  static constexpr FamilyInfo kFamily{
      "Average correlation",
      "When everything moves together, breadth is cheap: forty members up is one decision taken forty times. Above .75 (ONE_FACTOR) read "
      "every count of members with that in mind."};
  static constexpr double kOneFactor = 0.75;
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  enum { kUnweighted = 0, kWeighted = 2 };  // one per window
#define GS_UNWEIGHTED(L)                                                                                                                 \
  {                                                                                                                                      \
    "avg_corr_" L, "-", "-1/(n-1)..1", kCloseOnly, L " sessions", "member: " L " sessions after its 1st close", "one member only moved", \
        "avg_corr|1|basis=TR|n=" L, "How alike the members have moved over " L " sessions: 1 in step, 0 each on its own.",               \
        "(n Var(mean z) - 1) / (n - 1), z_i = r_i / sd(r_i) over the sessions, n members complete and not still", "C5",                  \
        "the members AAA, BBB, DDD, EEE of the golden basket over 7 sessions: -0.094205811"                                              \
  }
#define GS_WEIGHTED(L)                                                                                                                   \
  {                                                                                                                                      \
    "avg_corr_vw_" L, "-", "-1/(n-1)..1", kCloseOnly, L " sessions", "member: " L " sessions after its 1st close", "no member moved",    \
        "avg_corr_vw|1|basis=TR|n=" L, "As avg_corr_" L ", but members that move more weigh more.",                                      \
        "(Var(P) - sum w^2 Var_i) / ((sum w sd_i)^2 - sum w^2 Var_i), w = 1/n, P = sum w r_i", "C5; Cboe implied correlation, realised", \
        "the members AAA, BBB, DDD, EEE of the golden basket over 7 sessions: -0.002555963"                                              \
  }
  static constexpr std::array<SignalInfo, 4> kOutputs{{GS_UNWEIGHTED("21"), GS_UNWEIGHTED("63"), GS_WEIGHTED("21"), GS_WEIGHTED("63")}};
#undef GS_UNWEIGHTED
#undef GS_WEIGHTED
  using Memory = NoMemory;

  // Sums over the members of a pool, one member after the other; two numbers at the end.
  struct Pairs {
    std::size_t n_sessions = 0;
    std::uint32_t n = 0, n_moving = 0;
    double sum_variance = 0.0, sum_deviation = 0.0;
    ReturnSeries::Values sum_return{}, sum_score{};

    void add(const ReturnSeries::Values& returns, const ReturnSeries::Window& window) noexcept {
      ++n;
      sum_variance += window.variance;
      sum_deviation += window.deviation;
      add_to(sum_return, returns);
      if (!window.has_moved()) return;
      ++n_moving;
      add_to(sum_score, window.scores);
    }
    bool weighted_known() const noexcept { return n_moving > 1 && spread() >= 1e-18 * n * n; }
    bool unweighted_known() const noexcept { return n_moving > 1; }
    double weighted() const noexcept { return clamped((variance_of(sum_return) - sum_variance) / spread(), n_moving); }
    double unweighted() const noexcept {
      const auto moving = static_cast<double>(n_moving);
      return clamped((variance_of(sum_score) / moving - 1.0) / (moving - 1.0), n_moving);
    }

   private:
    double spread() const noexcept { return sum_deviation * sum_deviation - sum_variance; }  // n^2 times the denominator
    // Whole blocks, for vectors: what is behind the last session is never looked at.
    void add_to(ReturnSeries::Values& sums, const ReturnSeries::Values& values) const noexcept {
      for (std::size_t block = 0; block < ReturnSeries::blocks_of(n_sessions); ++block) {
        double* __restrict sum = sums.data() + block * ReturnSeries::kBlock;
        const double* __restrict value = values.data() + block * ReturnSeries::kBlock;
        for (std::size_t i = 0; i < ReturnSeries::kBlock; ++i) sum[i] += value[i];
      }
    }
    double variance_of(const ReturnSeries::Values& series) const noexcept {
      const auto length = static_cast<double>(n_sessions);
      double mean = 0.0, squares = 0.0;
      for (std::size_t i = 0; i < n_sessions; ++i) mean += series[i];
      mean /= length;
      for (std::size_t i = 0; i < n_sessions; ++i) squares += (series[i] - mean) * (series[i] - mean);
      return squares / length;
    }
    static double clamped(double correlation, std::uint32_t members) noexcept {
      const double least = -1.0 / (members - 1.0);
      return correlation < least ? least : correlation > 1.0 ? 1.0 : correlation;
    }
  };

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    if (!c.commit) return;
    for (std::size_t k = 0; k < ReturnSeries::kSessions.size(); ++k) {
      Pairs pairs;
      pairs.n_sessions = ReturnSeries::kSessions[k];
      for (const PoolMember& member : c.members) {
        const ReturnSeries& series = c.closing->series[member.symbol];
        if (series.windows[k].is_complete) pairs.add(series.returns, series.windows[k]);
      }
      publish(c, kUnweighted + k, pairs, pairs.n_moving, pairs.unweighted_known(), &Pairs::unweighted, out);
      publish(c, kWeighted + k, pairs, pairs.n, pairs.weighted_known(), &Pairs::weighted, out);
    }
  }
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}

 private:
  static void publish(const ScopeContext& c, std::size_t output, const Pairs& pairs, std::uint32_t n, bool known,
                      double (Pairs::*value)() const noexcept, Output& out) noexcept {
    if (!c.covered(output, n)) {
      out.absent(output, Validity::kInsufficient, n, c.price_flags());
    } else if (!known) {
      out.absent(output, Validity::kUndefined, n, c.price_flags());
    } else {
      const double correlation = (pairs.*value)();
      const std::uint32_t one_factor = output == kUnweighted && correlation > kOneFactor ? kFlagOneFactor : 0U;
      out.value(output, correlation, n, {.flags = c.price_flags() | one_factor});
    }
  }
};

}  // namespace groundswell::signal
