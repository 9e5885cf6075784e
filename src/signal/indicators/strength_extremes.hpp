// B2, A10: where the strength line stands against its highest and lowest closes of the sessions before. Above its highest the basket has
// never been stronger against the benchmark in that time, and that often comes before its price says so.
#pragma once

#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

struct StrengthExtremes {
  static constexpr FamilyInfo kFamily{
      "Highs and lows of strength",
      "A strength line at a new high says that money prefers the basket now, whatever the market does. The distance to the old extreme is "
      "published instead of a yes or no, so that a trigger can let it fall back before it fires again."};
  static constexpr std::size_t kWindows = kExtremeWindows.size();
  static constexpr std::size_t kLongest = kExtremeWindows.back();
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true;
#define GS_OVER_HIGH(N)                                                                                                                  \
  {                                                                                                                                      \
    "rs_over_high_" N, "%", "above -100", kBoth, N " prior sessions", N " lines", "no line then or now",                                 \
        "rs_over_high|1|basis=TR|index=ew|n=" N,                                                                                         \
        "How far the strength line stands above (or below 0: under) its highest close of " N " sessions before: above 0 is a new high.", \
        "100 (RS / max of " N " prior RS - 1)", "B2; strict as A10", "line 104 after a highest of 100: +4"                               \
  }
#define GS_OVER_LOW(N)                                                                                                                 \
  {                                                                                                                                    \
    "rs_over_low_" N, "%", "above -100", kBoth, N " prior sessions", N " lines", "no line then or now",                                \
        "rs_over_low|1|basis=TR|index=ew|n=" N,                                                                                        \
        "How far the strength line stands above (or below 0: under) its lowest close of " N " sessions before: below 0 is a new low.", \
        "100 (RS / min of " N " prior RS - 1)", "B2; strict as A10", "line 95 after a lowest of 100: -5"                               \
  }
  static constexpr std::array<SignalInfo, 2 * kWindows> kOutputs{
      {GS_OVER_HIGH("20"), GS_OVER_HIGH("63"), GS_OVER_HIGH("252"), GS_OVER_LOW("20"), GS_OVER_LOW("63"), GS_OVER_LOW("252")}};
#undef GS_OVER_HIGH
#undef GS_OVER_LOW
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  struct Memory {                                // sessions without a line count, and contribute nothing
    PriorSamples<double, kLongest> lines;        // 0 = none that session
    std::array<double, kWindows> high{}, low{};  // of the last kExtremeWindows[k]; 0 = none
  };

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const StrengthResult& strength = c.derived->strength;
    StrengthOutput publish(strength, out);
    for (std::size_t k = 0; k < kWindows; ++k) {
      const Validity validity = !strength.has_line                      ? strength.line_validity
                                : base.lines.count < kExtremeWindows[k] ? Validity::kWarmup
                                : base.high[k] == 0.0                   ? Validity::kUndefined
                                                                        : Validity::kOk;
      const bool known = validity == Validity::kOk;
      publish.publish(k, validity, known ? 100.0 * (strength.line / base.high[k] - 1.0) : 0.0);
      publish.publish(kWindows + k, validity, known ? 100.0 * (strength.line / base.low[k] - 1.0) : 0.0);
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    const StrengthResult& strength = c.derived->strength;
    if (!strength.has_line && base.lines.count == 0) return;  // before its base session
    now.lines.push(strength.has_line ? strength.line : 0.0);
    double high = 0.0, low = 0.0;
    std::size_t age = 1;
    for (std::size_t k = 0; k < kWindows; ++k) {
      for (; age <= kExtremeWindows[k] && age <= now.lines.count; ++age) {
        const double line = now.lines.ago(age);
        if (line == 0.0) continue;
        high = line > high ? line : high;
        low = low == 0.0 || line < low ? line : low;
      }
      now.high[k] = high;
      now.low[k] = low;
    }
  }
};

}  // namespace groundswell::signal
