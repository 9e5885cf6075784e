// A8: Zweig's breadth thrust: the ten-session average of the advancing share goes from below .38 to above .64 within ten sessions.
//
// Zweig's thresholds, .40 and .615, were set for thousands of issues; members of one thesis move together and spread wider, so ours are
// further apart. For n independent members the average's own noise is about .5 sqrt(.1 / n), and members
// are far from independent: with fewer than 40 that trade every number carries SMALL_N. CLOSE clock only. A session without coverage (the
// rule of `zbt`), or in which nothing moved, is no sample: the last numbers stay, with flag GAP; it is a session of the ten all the same.
#pragma once

#include <algorithm>
#include <optional>

#include "signal/exponential_average.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// From average to thrust: on from the session that meets the condition until the average is below .38 again, so it can fire once only.
struct ThrustState {
  static constexpr double kLow = 0.38;
  static constexpr double kHigh = 0.64;
  static constexpr std::uint32_t kSessions = 10;
  static constexpr std::uint32_t kNever = UINT32_MAX;

  std::uint32_t sessions_since_low = kNever;
  std::uint32_t on = 0;

  // Once per session; `average`: nothing when the session was no sample.
  void take(const std::optional<double>& average) noexcept {
    if (sessions_since_low != kNever) sessions_since_low = std::min(sessions_since_low + 1, kSessions + 1);
    if (!average) return;
    if (*average < kLow) *this = {.sessions_since_low = 0, .on = 0};
    if (*average > kHigh && sessions_since_low <= kSessions) on = 1;
  }
};

struct BreadthThrust {
  static constexpr FamilyInfo kFamily{"Breadth thrust",
                                      "Rare and quick changes from washed out to strong. Its thresholds were made for exchanges with "
                                      "thousands of issues; with fewer than forty that trade it carries SMALL_N."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr std::uint32_t kFewMembers = 40;
  enum { kAverage, kThrust };
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      {"zbt", "fraction", "0..1", kCloseOnly, "10 sessions", "10 covered sessions; WARMUP until 33", "", "zbt|1|basis=TR|ema=10|seed=sma",
       "The smoothed share of advancing among moving members.", "EMA_10(adv / (adv + dec)), alpha = 2/11", "A8; Zweig",
       "ten sessions of mean .55, then a 1: .55 + 2/11 x .45 = 0.631818"},
      {"zbt_thrust", "0/1", "0, 1", kCloseOnly, "10 sessions", "10 covered sessions; WARMUP until 33", "",
       "zbt_thrust|2|basis=TR|ema=10|high=.64|low=.38|n=10|seed=sma",
       "A breadth thrust: breadth went from very weak to very strong within two weeks. Rare; meant for large pools.",
       "1 from the session at which zbt > .64 with zbt < .38 at most 10 sessions ago, until zbt < .38", "A8; Zweig",
       "zbt .37, and .65 ten sessions later: 1; eleven sessions later: 0"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "net_advances"; }
  static constexpr bool kReadsDerived = true;
  struct Memory {
    ExponentialAverage<10> average;
    ThrustState thrust;
  };
  static_assert(sizeof(Memory) == sizeof(Memory::average) + sizeof(Memory::thrust) && std::is_trivially_copyable_v<Memory>);

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    Memory state;
    commit(c, base, state);
    const std::uint32_t flags = c.price_flags() | (c.traded < kFewMembers ? kFlagSmallN : 0U);
    const Output::Extra extra{.flags = flags | (is_sample(c) ? 0U : kFlagGap), .warmup = !state.average.warm()};
    const std::array<double, 2> numbers{state.average.value, static_cast<double>(state.thrust.on)};
    for (std::size_t output = 0; output < numbers.size(); ++output) {
      if (state.average.ready()) {
        out.value(output, numbers[output], c.traded, extra);
      } else {
        out.absent(output, c.covered(kAverage, c.traded) ? Validity::kWarmup : Validity::kInsufficient, c.traded, flags);
      }
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    std::optional<double> average;
    if (is_sample(c)) {
      const BreadthCounts& breadth = c.derived->breadth;
      now.average.take(static_cast<double>(breadth.adv) / static_cast<double>(breadth.adv + breadth.dec));
      if (now.average.ready()) average = now.average.value;
    }
    now.thrust.take(average);
  }

 private:
  static bool is_sample(const ScopeContext& c) noexcept {
    return c.covered(kAverage, c.traded) && c.derived->breadth.adv + c.derived->breadth.dec > 0;
  }
};

}  // namespace groundswell::signal
