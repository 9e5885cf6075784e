// D5: whose are the gains? Of the members' gains over the benchmark in 21 sessions, the part that went to strong labels without
// confirmation by business, and the part that went to confirmed business. Members of which nothing is known count in neither, and where
// they hold more than 40 % of the gains there is no number.
#pragma once

#include <cmath>

#include "signal/member_excess.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct Belief {
  static constexpr FamilyInfo kFamily{
      "Belief against backlog",
      "A theme needs belief, a cycle needs backlog: whether gains stand on orders or on a label. Absent without fundamentals "
      "(docs/fundamentals.md)."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true, kMinutely = true;
  enum { kPaint, kBacklogShare, kGap };
#define GS_BELIEF(id, range, summary, formula, example)                                                            \
  {                                                                                                                \
    id, "fraction", range, kBoth, "21 sessions", "22 closes; filings",                                             \
        "nobody gains; members without a k_score hold over 40 % of the gains",                                     \
        id "|1|basis=TR|gains=21|paint_k=35|paint_label=60|backlog_k=50|known=60", summary, formula, "D5", example \
  }
  static constexpr std::array<SignalInfo, 3> kOutputs{{
      GS_BELIEF("paint", "0..1", "Which part of the gains went to labels that no business confirms: belief alone.",
                "gains of members with k_score <= .35 and label_score >= .6, over gains of members with a k_score; gain: excess over the "
                "benchmark in 21 sessions, where above 0",
                "gains 3 (k .2, label .9), 5 (k .8) and 2 (k .4): 0.3"),
      GS_BELIEF("backlog_share", "0..1", "Which part of the gains went to members whose orders, margins and backlog confirm the story.",
                "gains of members with k_score >= .5, over gains of members with a k_score", "gains 3 (k .2), 5 (k .8) and 2 (k .4): 0.5"),
      GS_BELIEF("belief_gap", "+-1", "Belief less backlog: above 0 labels make more of the gains than confirmed business does.",
                "paint - backlog_share", "paint 0.3, backlog_share 0.5: -0.2"),
  }};
#undef GS_BELIEF
  using Memory = NoMemory;

  static constexpr std::int64_t kUnconfirmedE12 = 350'000'000'000, kConfirmedE12 = 500'000'000'000;
  static constexpr double kStrongLabel = 0.6;

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const double month = month_of(c.benchmarks[0]);
    std::int64_t all_e12 = 0, known_e12 = 0, unbacked_e12 = 0, backed_e12 = 0;
    std::uint32_t n = 0;
    for (const PoolMember& member : c.members) {
      const double excess = month_excess(c.states[member.symbol], month);
      if (std::isnan(excess)) continue;
      const MemberFundamentals& of = c.fundamentals[member.symbol];
      const std::int64_t gain_e12 = excess > 0.0 ? std::llround(excess * 1e12) : 0;
      all_e12 += gain_e12;
      if (of.confirmation_e12 == MemberFundamentals::kUnknown) continue;
      ++n;
      known_e12 += gain_e12;
      if (of.confirmation_e12 <= kUnconfirmedE12 && of.label >= kStrongLabel) unbacked_e12 += gain_e12;
      if (of.confirmation_e12 >= kConfirmedE12) backed_e12 += gain_e12;
    }
    const bool enough = all_e12 > 0 && int128{known_e12} * 10 >= int128{all_e12} * 6;
    const auto publish = [&](std::size_t output, std::int64_t part_e12) {
      if (enough) {
        out.value(output, static_cast<double>(part_e12) / static_cast<double>(known_e12), n, {.flags = c.price_flags()});
      } else {
        out.absent(output, all_e12 > 0 || n == 0 ? Validity::kInsufficient : Validity::kUndefined, n, c.price_flags());
      }
    };
    publish(kPaint, unbacked_e12);
    publish(kBacklogShare, backed_e12);
    publish(kGap, unbacked_e12 - backed_e12);
    c.derived->paint = enough ? static_cast<double>(unbacked_e12) / static_cast<double>(known_e12) : kNoNumber;
  }
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
