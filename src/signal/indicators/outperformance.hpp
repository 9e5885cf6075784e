// B8: the share of members that beat the primary benchmark over L sessions. A benchmark tick can flip many members, so this is of the second
// form: evaluated at grid steps and commits. Returns are compared as integers of 1e-9, ties count half.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct Outperformance {
  static constexpr std::size_t kWindows = 4;   // 1 (since the previous close), then kPastWindows
  static constexpr std::size_t kLanes = 0;
  enum StepLane { kOutLane = 0, kTieLane = 4, kCountLane = 8 };   // one per window
  static constexpr std::size_t kStepLanes = 12;
#define GS_OUTPERF(window) \
  {"pct_outperf_" window, "%", "0..100", kBoth, window " sessions", "member: " window " sessions after its 1st close", "no benchmark", \
   "pct_outperf|1|basis=TR|n=" window, "How many members beat the benchmark over " window " sessions: broad or narrow leadership.", \
   "100 (#{x_i > x_m} + #{x_i = x_m} / 2) / n, x = simple return rounded to 1e-9", "B8"}
  static constexpr std::array<SignalInfo, kWindows> kOutputs{{GS_OUTPERF("1"), GS_OUTPERF("5"), GS_OUTPERF("21"), GS_OUTPERF("63")}};
#undef GS_OUTPERF
  using Memory = NoMemory;

  static void contribution(const SymbolState&, std::int64_t*) noexcept {}

  static void step_contribution(const SymbolState& s, const BenchmarkState& benchmark, std::int64_t* lanes) noexcept {
    for (std::size_t k = 0; k < kWindows; ++k) {
      const std::int64_t past = k == 0 ? s.ref_e9 : s.past_close_e9[k - 1];
      const std::int64_t benchmark_past = k == 0 ? benchmark.ref_e9 : benchmark.past_close_e9[k - 1];
      lanes[kOutLane + k] = lanes[kTieLane + k] = lanes[kCountLane + k] = 0;
      if (s.ref_e9 == 0 || past == 0 || benchmark_past == 0 || !benchmark.traded) continue;
      const int128 mine = return_e9(s.last_e9, past), theirs = return_e9(benchmark.last_e9, benchmark_past);
      lanes[kOutLane + k] = mine > theirs;
      lanes[kTieLane + k] = mine == theirs;
      lanes[kCountLane + k] = 1;
    }
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const BenchmarkState& benchmark = c.benchmarks[0];
    const std::uint32_t flags = c.price_flags();
    for (std::size_t k = 0; k < kWindows; ++k) {
      const auto n = static_cast<std::uint32_t>(c.step_lanes[kCountLane + k]);
      if (!benchmark.traded && c.covered(k, c.eligible)) {   // no member counts then: say why
        out.absent(k, benchmark.known ? Validity::kStaleInput : Validity::kUndefined, n, flags);
      } else if (!c.covered(k, n) || n == 0) {
        out.absent(k, Validity::kInsufficient, n, flags);
      } else {
        const double twice = 2.0 * static_cast<double>(c.step_lanes[kOutLane + k]) + static_cast<double>(c.step_lanes[kTieLane + k]);
        out.value(k, 100.0 * (twice / 2.0) / static_cast<double>(n), n, {.flags = flags, .stale = benchmark.stale});
      }
    }
  }

  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}

 private:
  static int128 return_e9(std::int64_t price_e9, std::int64_t base_e9) noexcept {
    return divide_half_away(int128{price_e9 - base_e9} * 1'000'000'000, base_e9);
  }
};

}  // namespace groundswell::signal
