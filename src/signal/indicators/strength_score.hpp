// B6: is the basket's lead over the benchmark more than noise? The excess return of L sessions over what its usual day makes of L sessions:
// a t-statistic, about normal where there is no drift, comparable between baskets, and stationary, as the level of a trend is not.
//
// Daily excess returns are logarithms in whole 1e-12, so every sum here is exact. While a session runs it takes the newest place in the sum
// and the deviation is that of the last commit; at a commit the deviation includes it. Only sessions whose session before has a line too
// give a return. A wave's is the mean of those of its baskets; the thesis has its own index.
#pragma once

#include "signal/score_history.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct StrengthScore {
  static constexpr FamilyInfo kFamily{"Strength score",
                                      "Is the lead more than noise? t-statistics of the excess return, comparable between baskets."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  enum { kZ21, kZ63 };
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      {"z21", "t-statistic", "about +-5", kBoth, "21 sessions over the deviation of 252", "63 returns",
       "an endpoint is missing, or no spread", "z|2|basis=TR|index=ew|n=21|sd=252|sd_min=63",
       "How unusual the basket's lead of the last month is: beyond +-2 it is hardly noise.",
       "sum of 21 e / (s sqrt(21)), e = ln(RS / RS(t-1)), of a wave the mean over its baskets, s = sample deviation of up to 252 e",
       "B6; D2", "e of +1 and -1 permille in turn, 252 sessions, now +1: 0.001 / (0.001002 sqrt(21)) = 0.217784"},
      {"z63", "t-statistic", "about +-5", kBoth, "63 sessions over the deviation of 252", "63 returns",
       "an endpoint is missing, or no spread", "z|2|basis=TR|index=ew|n=63|sd=252|sd_min=63",
       "How unusual the basket's lead of the last quarter is: beyond +-2 it is hardly noise.",
       "sum of 63 e / (s sqrt(63)), e = ln(RS / RS(t-1)), of a wave the mean over its baskets, s = sample deviation of up to 252 e",
       "B6; D2", "e of +1 and -1 permille in turn, 252 sessions, now +1: 0.001 / (0.001002 sqrt(63)) = 0.125738"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true;
  using Memory = ScoreHistory;

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    Derived& derived = *c.derived;
    const StrengthResult& strength = derived.strength;
    StrengthOutput publish(strength, out);
    const Sample today = sample(c);
    derived.score_excess_e12 = today.known ? static_cast<double>(today.excess_e12) : kNoNumber;
    const double by_e12 = base.divisor_e12(today.excess_e12, c.commit && today.known);
    for (const std::size_t window : {kZ21, kZ63}) {
      const Validity validity = today.known ? base.validity(window, by_e12) : today.validity;
      const double z = validity == Validity::kOk ? base.score(window, today.excess_e12, by_e12) : 0.0;
      publish.publish(window, validity, z);
      if (window == kZ21) derived.z21 = validity == Validity::kOk ? z : kNoNumber;
      if (window != kZ63) continue;
      derived.z63 = z;
      derived.z63_valid = validity == Validity::kOk;
      derived.z63_validity = validity;
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    const Sample today = sample(c);
    if (today.known) now.take(today.excess_e12);
  }

 private:
  struct Sample {
    bool known = false;
    std::int64_t excess_e12 = 0;
    Validity validity = Validity::kUndefined;  // why it is not known
  };
  static Sample sample(const ScopeContext& c) noexcept {
    const StrengthResult& own = c.derived->strength;
    if (c.kind != ScopeKind::kWave) return {own.has_excess, own.excess_e12, own.excess_validity};
    std::int64_t sum_e12 = 0;
    std::uint32_t n = 0;
    for (const Derived* const basket : c.children) {
      if (!basket->strength.has_excess) continue;
      sum_e12 += basket->strength.excess_e12;
      ++n;
    }
    constexpr CoverageRule kOfBaskets{.min_members = 1};
    if (own.has_line && n >= kOfBaskets.required(static_cast<std::uint32_t>(c.children.size()))) {
      return {true, static_cast<std::int64_t>(divide_half_away(sum_e12, n)), Validity::kOk};
    }
    return {.validity = own.has_excess ? Validity::kUndefined : own.excess_validity};
  }
};

}  // namespace groundswell::signal
