// C7: the diffusion index of the members: those that rose, and half of those that stood, over months. Need not be known between steps.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

// 100 (up + flat / 2) / n, the Conference Board's way. n > 0.
inline double diffusion_index(std::int64_t up, std::int64_t flat, std::int64_t n) noexcept {
  return 100.0 * (static_cast<double>(2 * up + flat) / 2.0) / static_cast<double>(n);
}

struct Diffusion {
  static constexpr FamilyInfo kFamily{
      "Diffusion",
      "How many members rose over a month or half a year, whatever by how much: the breadth of a slow move, counted as business-cycle "
      "researchers count their components."};
  static constexpr std::array<std::size_t, 2> kPast{1, 3};  // of kPastWindows
  static constexpr std::int64_t kFlatE12 = 500'000'000;     // .05 %
  static constexpr std::size_t kLanes = 0;
  enum StepLane { kUpLane = 0, kFlatLane = 2, kCountLane = 4 };  // one per window
  static constexpr std::size_t kStepLanes = 6;
#define GS_DIFFUSION(L)                                                                                                        \
  {                                                                                                                            \
    "diffusion_" L, "%", "0..100", kBoth, L " sessions", "member: " L " sessions after its 1st close", "",                     \
        "diffusion|1|basis=TR|n=" L "|flat=.0005", "How many members stand higher than " L " sessions ago: above 50 most do.", \
        "100 (#up + #flat / 2) / n, flat: |p / b - 1| <= .05 %", "C7; Conference Board",                                       \
        "the Board's ten components of July 1997, seven up and one flat: 100 (7 + .5) / 10 = 75"                               \
  }
  static constexpr std::array<SignalInfo, 2> kOutputs{{GS_DIFFUSION("21"), GS_DIFFUSION("126")}};
#undef GS_DIFFUSION
  static constexpr std::array<DriverInfo, 2> kDrivers{{{"risen_21", kUpLane, kNoLane, true}, {"risen_126", kUpLane + 1, kNoLane, true}}};
  static constexpr std::string_view driver(std::size_t output) { return kDrivers[output].name; }
  static constexpr bool kFollowsFromSums = true;
  using Memory = NoMemory;

  static NoStepInput step_input(const Step&) noexcept { return {}; }
  static void step_contribution(const SymbolState& s, const NoStepInput&, std::int64_t* lanes) noexcept {
    for (std::size_t k = 0; k < kPast.size(); ++k) {
      const std::int64_t past_e9 = s.past_close_e9[kPast[k]];
      const bool counts = s.ref_e9 > 0 && past_e9 > 0;
      // |move| / past, rounded half away from zero, is at most kFlatE12: a product says it without dividing.
      const std::int64_t move_e9 = s.last_e9 - past_e9;
      const int128 size = int128{move_e9 < 0 ? -move_e9 : move_e9} * 2'000'000'000'000;
      const bool flat = counts && size < int128{2 * kFlatE12 + 1} * past_e9;
      lanes[kUpLane + k] = counts && !flat && move_e9 > 0;
      lanes[kFlatLane + k] = flat;
      lanes[kCountLane + k] = counts;
    }
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    for (std::size_t k = 0; k < kPast.size(); ++k) {
      const std::int64_t count = c.step_lanes[kCountLane + k];
      const auto n = static_cast<std::uint32_t>(count);
      if (!c.covered(k, n) || n == 0) {
        out.absent(k, Validity::kInsufficient, n, c.price_flags());
      } else {
        out.value(k, diffusion_index(c.step_lanes[kUpLane + k], c.step_lanes[kFlatLane + k], count), n, {.flags = c.price_flags()});
      }
    }
  }
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
