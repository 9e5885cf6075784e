// C3: does the equal-weighted index beat the capital-weighted one? Above 0 the move is broad, below it the largest names make it.
#pragma once

#include "signal/ln.hpp"
#include "signal/score_history.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct WeightingSpread {
  static constexpr FamilyInfo kFamily{
      "Equal against capital weights",
      "A basket whose average member beats the basket as the market owns it is rising on many shoulders. Needs float shares."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsDerived = true;
  static constexpr std::array<SignalInfo, 1> kOutputs{{
      {"ew_cw_z", "t-statistic", "about +-5", kBoth, "21 sessions over the deviation of 252", "63 returns", "no float shares, or no spread",
       "ew_cw_z|1|basis=TR|n=21|sd=252|sd_min=63", "Whether the last month was broad (above 0) or made by the largest names (below 0).",
       "sum of 21 s / (sd sqrt(21)), s = ln((1 + R_EW) / (1 + R_CW)), sd = sample deviation of up to 252 s", "C3",
       "s of +1 and -1 permille in turn, 252 sessions, now +1: 0.001 / (0.001002 sqrt(21)) = 0.217784"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  using Memory = ScoreHistory;

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const IndexResult& capital = c.derived->index[1];
    const Sample today = sample(c);
    const double by_e12 = base.divisor_e12(today.spread_e12, c.commit && today.known);
    const Validity validity = today.known ? base.validity(0, by_e12) : today.validity;
    if (validity == Validity::kOk) {
      out.value(0, base.score(0, today.spread_e12, by_e12), capital.n_valid, {.flags = capital.flags});
    } else {
      out.absent(0, validity, capital.n_valid, capital.flags);
    }
    out.members(0, capital.n_members);
  }
  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    const Sample today = sample(c);
    if (today.known) now.take(today.spread_e12);
  }

 private:
  struct Sample {
    bool known = false;
    std::int64_t spread_e12 = 0;
    Validity validity = Validity::kWarmup;  // why it is not known; WARMUP on the base session
  };
  static Sample sample(const ScopeContext& c) noexcept {
    const IndexResult& equal = c.derived->index[0];
    const IndexResult& capital = c.derived->index[1];
    if (equal.validity != Validity::kOk) return {.validity = equal.validity};
    if (capital.validity != Validity::kOk) return {.validity = capital.validity};
    if (!equal.has_return || !capital.has_return) return {};
    return {.known = true, .spread_e12 = ln_e12((1.0 + equal.session_return) / (1.0 + capital.session_return)), .validity = Validity::kOk};
  }
};

}  // namespace groundswell::signal
