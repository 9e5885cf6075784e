// A13: advancing less declining members, each weighted by how busy it is against its own habit at this time of day. The weight is capped,
// so that one member on the day of its news does not own the number.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct RelativeVolume {
  static constexpr FamilyInfo kFamily{
      "Breadth by relative volume",
      "On which side the unusually busy members stand; no member weighs more than five times its usual volume."};
  static constexpr std::size_t kLanes = 0;
  enum StepLane { kSignedLane, kWeightLane, kCountLane };
  static constexpr std::size_t kStepLanes = 3;
  static constexpr std::array<SignalInfo, 1> kOutputs{{
      {"vwb_rvol", "%", "+-100", kBoth, "session; 20 prior sessions", "member: 20 prior sessions, 1st trade", "no member has volume",
       "vwb_rvol|1|basis=TR|n=20|cap=5", "Whether members that are unusually busy today are rising or falling.",
       "100 sum(sign(last_i - ref_i) w_i) / sum(w_i) over T, w_i = min(v_i / (mean volume of 20 prior sessions x share of the day), 5)",
       "A13", "weights 2 up, 1 down, 1 level, 5 up: 100 x 6 / 9 = 66.67"},
  }};
  static constexpr std::array<DriverInfo, 1> kDrivers{{{"signed_relative_volume", kSignedLane, kNoLane, true}}};
  static constexpr std::string_view driver(std::size_t) { return "signed_relative_volume"; }
  static constexpr bool kFollowsFromSums = true;
  using Memory = NoMemory;

  static double step_input(const Step& step) noexcept { return step.volume_share; }
  static void step_contribution(const SymbolState& s, double volume_share, std::int64_t* lanes) noexcept {
    const bool counts = s.traded && s.ref_e9 > 0 && s.average_volume > 0.0;
    const std::int64_t weight_e12 = counts ? weight(s, volume_share) : 0;
    const int sign = (s.last_e9 > s.ref_e9) - (s.last_e9 < s.ref_e9);
    lanes[kSignedLane] = sign * weight_e12;
    lanes[kWeightLane] = weight_e12;
    lanes[kCountLane] = counts;
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const auto n = static_cast<std::uint32_t>(c.step_lanes[kCountLane]);
    const std::int64_t weight_e12 = c.step_lanes[kWeightLane];
    if (!c.covered(0, n)) {
      out.absent(0, Validity::kInsufficient, n, c.session_flags());
    } else if (weight_e12 == 0) {
      out.absent(0, Validity::kUndefined, n, c.session_flags());
    } else {
      const double value = 100.0 * static_cast<double>(c.step_lanes[kSignedLane]) / static_cast<double>(weight_e12);
      out.value(0, value, n, {.flags = c.session_flags()});
    }
  }

  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}

 private:
  static constexpr double kCap = 5.0;

  static std::int64_t weight(const SymbolState& s, double volume_share) noexcept {  // 1e-12
    const double weight = static_cast<double>(s.volume_shares) / (s.average_volume * volume_share);
    return static_cast<std::int64_t>((weight < kCap ? weight : kCap) * 1e12 + 0.5);
  }
};

}  // namespace groundswell::signal
