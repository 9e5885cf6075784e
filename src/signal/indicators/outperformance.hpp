// B8: the share of members that beat the primary benchmark over L sessions. A benchmark tick can flip many members, so this is of the
// second form: evaluated at grid steps and commits. Returns are compared as integers of 1e-9, ties count half.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct Outperformance {
  static constexpr FamilyInfo kFamily{"Members ahead of the benchmark",
                                      "Breadth of relative strength: one great name cannot make this number large."};
  static constexpr std::size_t kWindows = 4;  // 1 (since the previous close), then kPastWindows
  static constexpr std::size_t kLanes = 0;
  enum StepLane { kOutLane = 0, kTieLane = 4, kCountLane = 8 };  // one per window
  static constexpr std::size_t kStepLanes = 12;
#define GS_OUTPERF(window)                                                                                                                \
  {                                                                                                                                       \
    "pct_outperf_" window, "%", "0..100", kBoth, window " sessions", "member: " window " sessions after its 1st close", "no benchmark",   \
        "pct_outperf|1|basis=TR|n=" window, "How many members beat the benchmark over " window " sessions: broad or narrow leadership.",  \
        "100 (#{x_i > x_m} + #{x_i = x_m} / 2) / n, x = simple return rounded to 1e-9", "B8", "3 of 5 ahead: 60; 2 ahead and 1 level: 50" \
  }
  static constexpr std::array<SignalInfo, kWindows> kOutputs{{GS_OUTPERF("1"), GS_OUTPERF("5"), GS_OUTPERF("21"), GS_OUTPERF("63")}};
#undef GS_OUTPERF
  static constexpr std::array<DriverInfo, kWindows> kDrivers{{{"ahead_1", kOutLane, kNoLane, true},
                                                              {"ahead_5", kOutLane + 1, kNoLane, true},
                                                              {"ahead_21", kOutLane + 2, kNoLane, true},
                                                              {"ahead_63", kOutLane + 3, kNoLane, true}}};
  static constexpr std::string_view driver(std::size_t output) { return kDrivers[output].name; }
  static constexpr bool kReadsBenchmark = true;
  using Memory = NoMemory;

  struct StepInput {  // of the benchmark, by window
    std::array<bool, kWindows> known{};
    std::array<std::int64_t, kWindows> return_e9{};
    friend bool operator==(const StepInput&, const StepInput&) = default;
  };
  static StepInput step_input(const Step& step) noexcept { return step_input_of(step.benchmarks[0]); }
  static StepInput step_input_of(const BenchmarkState& benchmark) noexcept {
    StepInput input;
    for (std::size_t k = 0; k < kWindows; ++k) {
      const std::int64_t past_e9 = k == 0 ? benchmark.ref_e9 : benchmark.past_close_e9[k - 1];
      input.known[k] = past_e9 != 0 && benchmark.traded;
      if (!input.known[k]) continue;
      const int128 exact_e9 = divide_half_away(int128{benchmark.last_e9 - past_e9} * 1'000'000'000, past_e9);
      input.return_e9[k] = exact_e9 > kBenchmarkReturnCapE9 ? kBenchmarkReturnCapE9 : static_cast<std::int64_t>(exact_e9);
    }
    return input;
  }
  static void step_contribution(const SymbolState& s, const StepInput& benchmark, std::int64_t* lanes) noexcept {
    for (std::size_t k = 0; k < kWindows; ++k) {
      const std::int64_t past_e9 = k == 0 ? s.ref_e9 : s.past_close_e9[k - 1];
      const bool counts = (s.ref_e9 != 0) & (past_e9 != 0) & benchmark.known[k];
      const int128 move = int128{s.last_e9 - past_e9} * 1'000'000'000;
      const bool above = counts & rounds_to_at_least(move, past_e9, benchmark.return_e9[k] + 1);
      lanes[kOutLane + k] = above;
      lanes[kTieLane + k] = counts & !above & rounds_to_at_least(move, past_e9, benchmark.return_e9[k]);
      lanes[kCountLane + k] = counts;
    }
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const BenchmarkState& benchmark = c.benchmarks[0];
    const std::uint32_t flags = c.price_flags();
    for (std::size_t k = 0; k < kWindows; ++k) {
      const auto n = static_cast<std::uint32_t>(c.step_lanes[kCountLane + k]);
      if (!benchmark.traded && c.covered(k, c.eligible)) {  // no member counts then: say why
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
  static constexpr std::int64_t kBenchmarkReturnCapE9 = 1'000'000'000'000'000'000;  // a factor of a billion

  // Whether numerator / denominator, rounded half away from zero, is at least `bound`: a product says it without dividing.
  static bool rounds_to_at_least(int128 numerator, std::int64_t denominator, std::int64_t bound) noexcept {
    const int128 half = denominator / 2;
    return bound > 0 ? numerator + half >= int128{bound} * denominator : half - numerator < (int128{1} - bound) * denominator;
  }
};

}  // namespace groundswell::signal
