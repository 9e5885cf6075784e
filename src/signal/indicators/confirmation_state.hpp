// D3: the confirmation state of the thesis. At final commits it moves by the rules of thesis_machine.hpp; by the minute and at the
// provisional commit `provisional_state` says what a step from the last commit would give, and remembers nothing.
#pragma once

#include "signal/ln.hpp"
#include "signal/score_history.hpp"
#include "signal/signal.hpp"
#include "signal/thesis_account.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

struct ConfirmationState {
  static constexpr FamilyInfo kFamily{"State of the thesis",
                                      "One word for all of it, judged at closes with a memory, so that it does not flip with every "
                                      "session. It describes and does not foretell: "
                                      "docs/thesis.md says what each state means and how it comes."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true, kMinutely = true;
  enum { kState, kProvisional };
#define GS_STATE(id, clocks, summary, formula)                                                                                           \
  {                                                                                                                                      \
    id, "state", "0..6", clocks, "63 sessions of the index, 252 of z21", "broadening, z21, mean leader and pct_above_sma_50: 76 closes", \
        "", "thesis_state|1", summary, formula, "D3", "broadening 30, d_rs 60, z21 1, tgap_21 0, three closes in a row: 3", kInThesis    \
  }
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      GS_STATE("state", kCloseOnly,
               "Where the thesis stands: 0 unknown, 1 neutral, 2 narrow, 3 broadening, 4 confirmed, 5 diverging, 6 breaking.",
               "one step of the rules in docs/thesis.md, thresholds of [thesis]"),
      GS_STATE("provisional_state", kLiveOnly, "What `state` would be if the session ended now.",
               "the same step from the last close, by the minute"),
  }};
#undef GS_STATE

  static constexpr std::size_t kPeakSessions = 63;
  static constexpr std::uint32_t kStaleCommits = 3;
  struct Memory {
    ThesisMemory machine;
    std::int32_t since_high = kNoHigh;  // commits since the index was at its high of kPeakSessions
    std::uint32_t benchmark_traded = 0;
    double a50_at_high = kNoNumber;
    PriorSamples<double, kPeakSessions - 1> levels;  // of the index, of sessions that had one
    ScoreHistory leaders;                            // excess of the mean leader
    static constexpr std::int32_t kNoHigh = -1;
  };

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    if (c.kind != ScopeKind::kThesis) return;
    const ThesisInputs inputs = inputs_of(c, base, high_of(c, base));
    const ThesisMemory now = ThesisMachine(*c.thresholds, inputs).step(base.machine);
    const bool unknown = now.state() == ThesisState::kUnknown;
    const bool handoff =
        now.state() == ThesisState::kBroadening && inputs.leaders_z >= c.thresholds->handoff_leaders_z && inputs.leaders_z < 0.0;
    std::uint32_t flags = handoff ? kFlagHandoff : 0U;
    if (!unknown && now.missing >= kStaleCommits) flags |= kFlagStaleState;
    for (const std::size_t output : {kState, kProvisional}) {
      out.value(output, now.state_number, inputs.required_known(), {.flags = flags, .warmup = unknown});
      out.members(output, ThesisInputs::kRequired);
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (c.kind != ScopeKind::kThesis) return;
    const High high = high_of(c, base);
    now.since_high = high.since;
    now.a50_at_high = high.a50;
    if (c.derived->index[0].validity == Validity::kOk) now.levels.push(c.derived->index[0].level);
    now.machine = ThesisMachine(*c.thresholds, inputs_of(c, base, high)).step(base.machine);
    if (const Excess leaders = leaders_excess(c, base); leaders.known) now.leaders.take(leaders.excess_e12);
    now.benchmark_traded = c.benchmarks[0].traded;
  }

  static void account(const ScopeContext& c, const Memory& base, ThesisAccount& account) noexcept {
    account.before = account.after = base.machine;
    if (!account.traded) return;
    account.inputs = inputs_of(c, base, high_of(c, base));
    account.after = ThesisMachine(*c.thresholds, account.inputs).step(base.machine);
  }

 private:
  struct High {
    double drawdown = kNoNumber;  // %
    std::int32_t since = Memory::kNoHigh;
    double a50 = kNoNumber;
  };
  static High high_of(const ScopeContext& c, const Memory& base) noexcept {
    High high{.since = base.since_high < 0 ? Memory::kNoHigh : base.since_high + 1, .a50 = base.a50_at_high};
    const IndexResult& index = c.derived->index[0];
    if (index.validity != Validity::kOk || !base.levels.full()) return high;
    double highest = index.level;
    for (std::size_t age = 1; age < kPeakSessions; ++age) highest = base.levels.ago(age) > highest ? base.levels.ago(age) : highest;
    high.drawdown = 100.0 * (1.0 - index.level / highest);
    if (index.level < highest) return high;
    high.since = 0;  // a new high is a new mark
    high.a50 = c.derived->above_50_pct;
    return high;
  }

  struct Excess {
    bool known = false;
    std::int64_t excess_e12 = 0;
  };
  // Of the equal-weighted leaders over the benchmark, this session; both of the benchmark's closes must be there.
  static Excess leaders_excess(const ScopeContext& c, const Memory& base) noexcept {
    std::uint32_t listed = 0, n = 0;
    std::int64_t sum_e12 = 0;
    for (const PoolMember& member : c.members) {
      if (member.role != Role::kLeader) continue;
      const SymbolState& s = c.states[member.symbol];
      listed += s.listed;
      if (s.ref_e9 <= 0) continue;
      ++n;
      sum_e12 += return_e12(s.last_e9, s.ref_e9);
    }
    const BenchmarkState& benchmark = c.benchmarks[0];
    if (n < c.coverage[kState].required(listed) || !benchmark.traded || benchmark.ref_e9 <= 0 || base.benchmark_traded == 0) return {};
    const double mean = static_cast<double>(sum_e12) / static_cast<double>(n) / 1e12;
    const double of_benchmark = static_cast<double>(benchmark.last_e9) / static_cast<double>(benchmark.ref_e9);
    return {true, std::llround((ln(1.0 + mean) - ln(of_benchmark)) * 1e12)};
  }
  static double leaders_z(const ScopeContext& c, const Memory& base) noexcept {
    const Excess today = leaders_excess(c, base);
    if (!today.known) return kNoNumber;
    const double by_e12 = base.leaders.divisor_e12(today.excess_e12, c.commit);
    return base.leaders.validity(0, by_e12) == Validity::kOk ? base.leaders.score(0, today.excess_e12, by_e12) : kNoNumber;
  }
  static ThesisInputs inputs_of(const ScopeContext& c, const Memory& base, const High& high) noexcept {
    const Derived& derived = *c.derived;
    return {.score = derived.broadening,
            .index_z = derived.z21,
            .leaders_z = leaders_z(c, base),
            .a50 = derived.above_50_pct,
            .d_rs = derived.strength_diffusion,
            .gap = derived.follower_gap,
            .drawdown = high.drawdown,
            .since_high = high.since < 0 ? kNoNumber : static_cast<double>(high.since),
            .a50_at_high = high.a50,
            .reward = derived.reward,
            .paint = derived.paint};
  }
};
static_assert(std::is_trivially_copyable_v<ConfirmationState::Memory>);

}  // namespace groundswell::signal
