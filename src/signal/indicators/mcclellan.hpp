// A7: the McClellan oscillator and summation index, on ratio-adjusted net advances: the difference of a fast and a slow average of breadth,
// and its running sum.
//
// The summation needs no accumulator. With x the input, E10 the 10 % trend and E5 the 5 % trend: x = 10 dE10 + E10(t-1) = 20 dE5 + E5(t-1),
// so the sum of the oscillator telescopes to 19 E5 - 9 E10 and a constant. It cannot drift, and two numbers are its whole state.
//
// Live numbers take the running session in as if it closed now, so the two triggers are always those of the session after. A session
// without coverage (the rule of `mcc_osc`) moves nothing: the last numbers stay, with flag GAP.
#pragma once

#include "signal/exponential_average.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// The arithmetic alone, for any input x (issues, shares, 1/1000). `kFastSeed`, `kSlowSeed`: samples in the first value of each average.
template <std::uint32_t kFastSeed = 19, std::uint32_t kSlowSeed = 39>
struct McClellan {
  ExponentialAverage<19, kFastSeed> fast;  // the 10 % trend
  ExponentialAverage<39, kSlowSeed> slow;  // the 5 % trend

  void take(double x) noexcept {
    fast.take(x);
    slow.take(x);
  }
  bool ready() const noexcept { return fast.ready() && slow.ready(); }
  bool warm() const noexcept { return fast.warm() && slow.warm(); }
  // Meaningful when ready().
  double oscillator() const noexcept { return fast.value - slow.value; }
  double summation(double constant) const noexcept { return constant + 19.0 * slow.value - 9.0 * fast.value; }
  double unchanged_input() const noexcept { return 2.0 * fast.value - slow.value; }     // the next x that leaves the oscillator where it is
  double zero_input() const noexcept { return 19.0 * slow.value - 18.0 * fast.value; }  // the next x that makes it 0
};

struct McClellanOscillator {
  static constexpr FamilyInfo kFamily{"McClellan",
                                      "Momentum of breadth: a fast and a slow average of net advances, their distance, and its running "
                                      "sum. The two triggers say what the next session must bring."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  enum { kOscillator, kSummation, kUnchanged, kZero };
  static constexpr std::array<SignalInfo, 4> kOutputs{{
      {"mcc_osc", "1/1000", "+-2000, mostly +-150", kBoth, "19 and 39 sessions", "39 covered sessions; WARMUP until 129", "",
       "mcc_osc|1|basis=TR|fast=19|input=rana|seed=sma|slow=39", "Whether breadth is speeding up (above 0) or slowing down.",
       "E10 - E5 of rana, E += alpha (rana - E), alpha = .10 and .05", "A7; McClellan, ratio-adjusted",
       "McClellan, NYSE of 2018-10-17: E10 -230.232, E5 -177.301: -52.931"},
      {"mcc_summ", "1/1000", "unbounded", kBoth, "19 and 39 sessions", "39 covered sessions; WARMUP until 129", "",
       "mcc_summ|1|basis=TR|fast=19|input=rana|k=0|seed=sma|slow=39", "The running sum of the oscillator: the long swing of breadth.",
       "19 E5 - 9 E10", "A7; McClellan, ratio-adjusted, K = 0", "E10 -230.232, E5 -177.301: -1296.63; McClellan adds K = 1000: -296.63"},
      {"mcc_na_unch", "1/1000", "unbounded", kBoth, "19 and 39 sessions", "39 covered sessions; WARMUP until 129", "",
       "mcc_na_unch|1|basis=TR|fast=19|input=rana|seed=sma|slow=39",
       "The rana of the next session that would leave the oscillator unchanged.", "2 E10 - E5", "A7; McClellan",
       "E10 -230.232, E5 -177.301: -283"},
      {"mcc_na_zero", "1/1000", "unbounded", kBoth, "19 and 39 sessions", "39 covered sessions; WARMUP until 129", "",
       "mcc_na_zero|1|basis=TR|fast=19|input=rana|seed=sma|slow=39", "The rana of the next session that would bring the oscillator to 0.",
       "19 E5 - 18 E10", "A7; McClellan", "E10 -230.232, E5 -177.301: +775"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "net_advances"; }
  static constexpr bool kReadsDerived = true;
  using Memory = McClellan<>;
  static_assert(sizeof(Memory) == 48 && std::is_trivially_copyable_v<Memory>);

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    Memory state;
    commit(c, base, state);
    const bool covered = c.covered(kOscillator, c.traded);
    const std::uint32_t flags = c.price_flags() | (covered ? 0U : kFlagGap);
    const std::array<double, kOutputs.size()> numbers{state.oscillator(), state.summation(0.0), state.unchanged_input(),
                                                      state.zero_input()};
    for (std::size_t output = 0; output < numbers.size(); ++output) {
      if (state.ready()) {
        out.value(output, numbers[output], c.traded, {.flags = flags, .warmup = !state.warm()});
      } else {
        out.absent(output, covered ? Validity::kWarmup : Validity::kInsufficient, c.traded, c.price_flags());
      }
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (c.covered(kOscillator, c.traded)) now.take(c.derived->breadth.ratio_adjusted());
  }
};

}  // namespace groundswell::signal
