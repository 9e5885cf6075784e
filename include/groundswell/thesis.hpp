// The confirmation state of the thesis, and the thresholds that its rules and the waves' are judged by: section [thesis] of
// groundswell.toml.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace groundswell {

// As a number it is what the signal `state` says.
enum class ThesisState : std::uint8_t {
  kUnknown = 0,  // before the first commit at which every required input is known
  kNeutral = 1,
  kNarrow = 2,
  kBroadening = 3,
  kConfirmed = 4,
  kDiverging = 5,
  kBreaking = 6,
};
inline constexpr std::array<std::string_view, 7> kThesisStateNames{"UNKNOWN",   "NEUTRAL",   "NARROW",  "BROADENING",
                                                                   "CONFIRMED", "DIVERGING", "BREAKING"};

// A member is the key of its name. Shares, d_rs and drawdown in percent, z and gap in deviations, score in points of `broadening`; those
// ending in _enter and _exit are commits in a row, since_high sessions.
struct ThesisThresholds {
  double breaking_absolute_a50 = 15.0, breaking_a50 = 30.0, breaking_z = -1.5, breaking_drawdown = 15.0, breaking_d_rs = 35.0;
  std::uint32_t breaking_enter = 2;
  double breaking_exit_a50 = 40.0, breaking_exit_z = -0.5;
  std::uint32_t breaking_exit = 5;
  std::uint32_t diverging_since_high = 10;
  double diverging_a50_fall = 15.0, diverging_score = 0.0;
  std::uint32_t diverging_enter = 3;
  double diverging_exit_a50_fall = 7.5, diverging_exit_score = 15.0;
  std::uint32_t diverging_exit_since_high = 21;
  std::uint32_t diverging_exit = 5;
  double confirmed_score = 40.0, confirmed_d_rs = 60.0, confirmed_leaders_z = -1.0, confirmed_reward = 0.15, confirmed_paint = 0.5;
  std::uint32_t confirmed_enter = 5;
  double confirmed_exit_score = 20.0, confirmed_exit_d_rs = 45.0, confirmed_exit_reward = 0.0;
  std::uint32_t confirmed_exit = 5;
  double broadening_score = 25.0, broadening_d_rs = 50.0, broadening_z = 0.0, broadening_gap = -0.5;
  std::uint32_t broadening_enter = 3;
  double broadening_exit_score = 5.0;
  std::uint32_t broadening_exit = 3;
  double narrow_leaders_z = 0.5, narrow_score = -10.0;
  std::uint32_t narrow_enter = 3;
  double narrow_exit_score = 0.0, narrow_exit_leaders_z = 0.0;
  std::uint32_t narrow_exit = 3;
  double handoff_leaders_z = -1.0;
  double wave_lead_z = 1.0;
};

// Every key once, with its range: number(key, value, low, high) or integer(key, value, low, high).
template <class Thresholds, class Visitor>
void visit_thresholds(Thresholds& t, Visitor& visitor) {
  const auto percent = [&](std::string_view key, auto& value) { visitor.number(key, value, -1.0, 101.0); };
  const auto deviations = [&](std::string_view key, auto& value) { visitor.number(key, value, -100.0, 100.0); };
  const auto score = [&](std::string_view key, auto& value) { visitor.number(key, value, -101.0, 101.0); };
  const auto share = [&](std::string_view key, auto& value) { visitor.number(key, value, -1.0, 1.0); };
  const auto sessions = [&](std::string_view key, auto& value) { visitor.integer(key, value, 1, 252); };
  percent("breaking_absolute_a50", t.breaking_absolute_a50);
  percent("breaking_a50", t.breaking_a50);
  deviations("breaking_z", t.breaking_z);
  percent("breaking_drawdown", t.breaking_drawdown);
  percent("breaking_d_rs", t.breaking_d_rs);
  sessions("breaking_enter", t.breaking_enter);
  percent("breaking_exit_a50", t.breaking_exit_a50);
  deviations("breaking_exit_z", t.breaking_exit_z);
  sessions("breaking_exit", t.breaking_exit);
  sessions("diverging_since_high", t.diverging_since_high);
  score("diverging_a50_fall", t.diverging_a50_fall);
  score("diverging_score", t.diverging_score);
  sessions("diverging_enter", t.diverging_enter);
  score("diverging_exit_a50_fall", t.diverging_exit_a50_fall);
  score("diverging_exit_score", t.diverging_exit_score);
  sessions("diverging_exit_since_high", t.diverging_exit_since_high);
  sessions("diverging_exit", t.diverging_exit);
  score("confirmed_score", t.confirmed_score);
  percent("confirmed_d_rs", t.confirmed_d_rs);
  deviations("confirmed_leaders_z", t.confirmed_leaders_z);
  share("confirmed_reward", t.confirmed_reward);
  share("confirmed_paint", t.confirmed_paint);
  sessions("confirmed_enter", t.confirmed_enter);
  score("confirmed_exit_score", t.confirmed_exit_score);
  percent("confirmed_exit_d_rs", t.confirmed_exit_d_rs);
  share("confirmed_exit_reward", t.confirmed_exit_reward);
  sessions("confirmed_exit", t.confirmed_exit);
  score("broadening_score", t.broadening_score);
  percent("broadening_d_rs", t.broadening_d_rs);
  deviations("broadening_z", t.broadening_z);
  deviations("broadening_gap", t.broadening_gap);
  sessions("broadening_enter", t.broadening_enter);
  score("broadening_exit_score", t.broadening_exit_score);
  sessions("broadening_exit", t.broadening_exit);
  deviations("narrow_leaders_z", t.narrow_leaders_z);
  score("narrow_score", t.narrow_score);
  sessions("narrow_enter", t.narrow_enter);
  score("narrow_exit_score", t.narrow_exit_score);
  deviations("narrow_exit_leaders_z", t.narrow_exit_leaders_z);
  sessions("narrow_exit", t.narrow_exit);
  deviations("handoff_leaders_z", t.handoff_leaders_z);
  deviations("wave_lead_z", t.wave_lead_z);
}

}  // namespace groundswell
