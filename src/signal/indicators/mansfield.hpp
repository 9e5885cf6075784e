// B3: Mansfield's relative strength: how far the strength line stands above or below its own long average, the current value included.
//
// Daily over 200 sessions. Weekly over 52 ISO weeks, each counted with its last session that has a line; the running week counts with its
// newest line. So live, and at the commit of any session but a week's last, the weekly number is what the week would give if it ended now;
// at the commit of a week's last session it is final. Sessions without a line, and weeks without any, are in no window.
#pragma once

#include "signal/iso_week.hpp"
#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

// In percent, of a full window.
template <std::size_t N>
double mansfield(const Window<N>& window, double line) noexcept {
  return 100.0 * (line / window.mean(line) - 1.0);
}

// One sample per week, N weeks with the running one.
template <std::size_t N>
struct WeeklyWindow {
  Window<N> earlier;       // the weeks before `week`
  Window<N> with_newest;   // those of a week after `week`: `newest` taken in
  double newest = 0.0;     // the last sample of `week`
  std::uint32_t week = 0;  // iso_week_number of the last sample; 0 = there is none
  std::uint32_t zero = 0;

  const Window<N>& before(std::uint32_t running_week) const noexcept { return running_week == week ? earlier : with_newest; }
  void push(std::uint32_t running_week, double sample) noexcept {
    if (running_week != week) earlier = with_newest;
    newest = sample;
    week = running_week;
    with_newest = earlier;
    with_newest.push(sample);
  }
};

struct Mansfield {
  static constexpr FamilyInfo kFamily{"Mansfield",
                                      "Relative strength against its own long average: which side of the market a basket is on."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  enum { kWeekly, kDaily };
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      {"mansfield_52w", "%", "about +-100", kBoth, "52 weeks incl. current", "52 weeks with a strength line", "no strength line",
       "mansfield_52w|1|basis=TR|index=ew|n=52", "Strength against its one-year average by weeks: above 0 is the leading side.",
       "100 (RS / SMA_52(RS at the last session of each ISO week, now in the running one) - 1)", "B3; Mansfield, Weinstein",
       "n = 4, RS 100.399202, 100.458207, 100.929844, 100.985373: 0.290205"},
      {"mansfield_200d", "%", "about +-100", kBoth, "200 sessions incl. current", "200 sessions with a strength line", "no strength line",
       "mansfield_200d|1|basis=TR|index=ew|n=200", "Strength against its 200-session average: above 0 is the leading side.",
       "100 (RS / SMA_200(RS) - 1)", "B3; Mansfield", "n = 4, RS 100, 100.399202, 100.458207, 100.929844: 0.480882"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true;
  struct Memory {
    WeeklyWindow<52> weeks;
    Window<200> days;
  };
  static_assert(sizeof(WeeklyWindow<52>) == 2 * sizeof(Window<52>) + 16 && std::is_trivially_copyable_v<Memory>);
  static_assert(sizeof(Memory) == sizeof(Memory::weeks) + sizeof(Memory::days));

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const StrengthResult& strength = c.derived->strength;
    StrengthOutput publish(strength, out);
    const auto one = [&](std::size_t output, const auto& window) {
      if (!strength.has_line) {
        publish.absent(output, strength.line_validity);
      } else if (!window.full()) {
        publish.absent(output, Validity::kWarmup);
      } else {
        publish.value(output, mansfield(window, strength.line));
      }
    };
    one(kWeekly, base.weeks.before(iso_week_number(c.session)));
    one(kDaily, base.days);
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    const StrengthResult& strength = c.derived->strength;
    if (!strength.has_line) return;
    now.weeks.push(iso_week_number(c.session), strength.line);
    now.days.push(strength.line);
  }
};

}  // namespace groundswell::signal
