// The conditions of the confirmation state as data: what the state machine judges by and what an explanation of it prints are one list.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include "groundswell/thesis.hpp"
#include "groundswell/trigger.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// Of one commit; kNoNumber where there is none, which makes every comparison with it false.
struct ThesisInputs {
  double score = kNoNumber;        // broadening, once it is OK
  double index_z = kNoNumber;      // z21 of the thesis
  double leaders_z = kNoNumber;    // the same of the mean leader
  double a50 = kNoNumber;          // pct_above_sma_50 of the thesis
  double d_rs = kNoNumber;         // %
  double gap = kNoNumber;          // tgap_21 of the thesis
  double drawdown = kNoNumber;     // of the index from its highest of 63 sessions, %
  double since_high = kNoNumber;   // sessions since the index was as high as in 63 sessions
  double a50_at_high = kNoNumber;  // a50 of that session
  double reward = kNoNumber;       // of earnings leverage
  double paint = kNoNumber;        // share of gains that went to labels alone

  static constexpr std::uint32_t kRequired = 4;
  std::uint32_t required_known() const noexcept;
};

// What a condition looks at: an input, or the fall of a50 since the high.
struct ThesisQuantity {
  std::string_view name;    // as docs/thesis.md calls it
  std::string_view signal;  // id of the published number that it is; "" = it is not published by itself
  std::string_view unit;    // of docs/signals.md
  std::string_view means;
  double (*of)(const ThesisInputs&) noexcept;
  bool required = false;  // without it the state stays as it is
};
inline constexpr std::array<ThesisQuantity, 12> kThesisQuantities{{
    {"B", "broadening", "score", "breadth of the move", [](const ThesisInputs& i) noexcept { return i.score; }, true},
    {"zT", "z21", "z", "thesis index against the benchmark", [](const ThesisInputs& i) noexcept { return i.index_z; }, true},
    {"zL", "", "z", "mean leader against the benchmark", [](const ThesisInputs& i) noexcept { return i.leaders_z; }, true},
    {"A50", "pct_above_sma_50", "%", "members above their 50-session average", [](const ThesisInputs& i) noexcept { return i.a50; }, true},
    {"d_rs", "d_rs", "%", "supplier baskets ahead of the benchmark over 21 sessions",
     [](const ThesisInputs& i) noexcept { return i.d_rs; }},
    {"tgap_21", "tgap_21", "t", "followers against leaders over 21 sessions", [](const ThesisInputs& i) noexcept { return i.gap; }},
    {"drawdown", "", "%", "of the index from its highest close of 63 sessions", [](const ThesisInputs& i) noexcept { return i.drawdown; }},
    {"since_high", "", "sessions", "since the index closed at a 63-session high",
     [](const ThesisInputs& i) noexcept { return i.since_high; }},
    {"A50_at_high", "", "%", "A50 at that high", [](const ThesisInputs& i) noexcept { return i.a50_at_high; }},
    {"A50_fall", "", "points", "by which A50 is below what it was at that high",
     [](const ThesisInputs& i) noexcept { return i.a50_at_high - i.a50; }},
    {"e_reward", "e_reward", "rank correlation", "pay for earnings leverage", [](const ThesisInputs& i) noexcept { return i.reward; }},
    {"paint", "paint", "share", "of gains that went to labels without orders", [](const ThesisInputs& i) noexcept { return i.paint; }},
}};
static_assert(std::count_if(kThesisQuantities.begin(), kThesisQuantities.end(), [](const ThesisQuantity& q) { return q.required; }) ==
              ThesisInputs::kRequired);
inline std::uint32_t ThesisInputs::required_known() const noexcept {
  return static_cast<std::uint32_t>(std::count_if(kThesisQuantities.begin(), kThesisQuantities.end(),
                                                  [&](const ThesisQuantity& q) { return q.required && !std::isnan(q.of(*this)); }));
}
enum class Quantity : std::uint8_t {
  kScore,
  kIndexZ,
  kLeadersZ,
  kA50,
  kStrengthDiffusion,
  kGap,
  kDrawdown,
  kSinceHigh,
  kA50AtHigh,
  kA50Fall,
  kReward,
  kPaint
};

// A number of [thesis]: most are real, some count sessions or closes.
class ThesisBound {
 public:
  constexpr ThesisBound(double ThesisThresholds::*number) noexcept : number_(number) {}      // NOLINT: a bound is written as its member
  constexpr ThesisBound(std::uint32_t ThesisThresholds::*count) noexcept : count_(count) {}  // NOLINT
  double of(const ThesisThresholds& t) const noexcept { return number_ != nullptr ? t.*number_ : static_cast<double>(t.*count_); }
  std::uint32_t count_of(const ThesisThresholds& t) const noexcept { return t.*count_; }
  std::string_view key() const noexcept {  // in [thesis], e.g. breaking_a50
    Finder finder{*this, {}, {}};
    visit_thresholds(finder.thresholds, finder);
    return finder.found;
  }

 private:
  struct Finder {
    const ThesisBound& bound;
    ThesisThresholds thresholds;
    std::string_view found;
    void number(std::string_view key, double& value, double, double) noexcept {
      if (bound.number_ != nullptr && &value == &(thresholds.*bound.number_)) found = key;
    }
    void integer(std::string_view key, std::uint32_t& value, std::uint32_t, std::uint32_t) noexcept {
      if (bound.count_ != nullptr && &value == &(thresholds.*bound.count_)) found = key;
    }
  };
  double ThesisThresholds::*number_ = nullptr;
  std::uint32_t ThesisThresholds::*count_ = nullptr;
};

enum class Passage : std::uint8_t { kEnter, kExit };

// One condition of a way into a state or out of it. Conditions of one way hold together; one way is enough.
struct ThesisCondition {
  ThesisState state;
  Passage passage;
  std::uint8_t way;
  Quantity quantity;
  Threshold::Test test;
  ThesisBound bound;
  bool holds_when_absent = false;

  const ThesisQuantity& looks_at() const noexcept { return kThesisQuantities[static_cast<std::size_t>(quantity)]; }
  Threshold threshold(const ThesisThresholds& t) const noexcept { return {.test = test, .magnitude = false, .bound = bound.of(t)}; }
  bool holds(const ThesisInputs& inputs, const ThesisThresholds& t) const noexcept {
    const double value = looks_at().of(inputs);
    return std::isnan(value) ? holds_when_absent : threshold(t).holds(value);
  }
};

namespace thesis_rules {
using enum ThesisState;
using enum Passage;
using enum Quantity;
using enum Threshold::Test;
using T = ThesisThresholds;
// By state, passage and way. DIVERGING measures from A50 at the index's latest high; CONFIRMED is entered from BROADENING alone.
inline constexpr std::array kConditions{
    ThesisCondition{kBreaking, kEnter, 0, kA50, kAtMost, &T::breaking_absolute_a50},
    ThesisCondition{kBreaking, kEnter, 1, kA50, kAtMost, &T::breaking_a50},
    ThesisCondition{kBreaking, kEnter, 1, kIndexZ, kAtMost, &T::breaking_z},
    ThesisCondition{kBreaking, kEnter, 2, kDrawdown, kAtLeast, &T::breaking_drawdown},
    ThesisCondition{kBreaking, kEnter, 2, kStrengthDiffusion, kAtMost, &T::breaking_d_rs},
    ThesisCondition{kBreaking, kExit, 0, kA50, kAtLeast, &T::breaking_exit_a50},
    ThesisCondition{kBreaking, kExit, 0, kIndexZ, kAtLeast, &T::breaking_exit_z},
    ThesisCondition{kDiverging, kEnter, 0, kSinceHigh, kAtMost, &T::diverging_since_high},
    ThesisCondition{kDiverging, kEnter, 0, kA50Fall, kAtLeast, &T::diverging_a50_fall},
    ThesisCondition{kDiverging, kEnter, 0, kScore, kAtMost, &T::diverging_score},
    ThesisCondition{kDiverging, kExit, 0, kA50Fall, kAtMost, &T::diverging_exit_a50_fall},
    ThesisCondition{kDiverging, kExit, 1, kScore, kAtLeast, &T::diverging_exit_score},
    ThesisCondition{kDiverging, kExit, 2, kSinceHigh, kGreater, &T::diverging_exit_since_high},
    ThesisCondition{kConfirmed, kEnter, 0, kScore, kAtLeast, &T::confirmed_score},
    ThesisCondition{kConfirmed, kEnter, 0, kStrengthDiffusion, kAtLeast, &T::confirmed_d_rs},
    ThesisCondition{kConfirmed, kEnter, 0, kLeadersZ, kAtLeast, &T::confirmed_leaders_z},
    ThesisCondition{kConfirmed, kEnter, 0, kReward, kAtLeast, &T::confirmed_reward},
    ThesisCondition{kConfirmed, kEnter, 0, kPaint, kAtMost, &T::confirmed_paint, true},
    ThesisCondition{kConfirmed, kExit, 0, kScore, kLess, &T::confirmed_exit_score},
    ThesisCondition{kConfirmed, kExit, 1, kStrengthDiffusion, kLess, &T::confirmed_exit_d_rs},
    ThesisCondition{kConfirmed, kExit, 2, kReward, kLess, &T::confirmed_exit_reward, true},  // without a number nothing is confirmed
    ThesisCondition{kBroadening, kEnter, 0, kScore, kAtLeast, &T::broadening_score},
    ThesisCondition{kBroadening, kEnter, 0, kStrengthDiffusion, kAtLeast, &T::broadening_d_rs},
    ThesisCondition{kBroadening, kEnter, 0, kIndexZ, kAtLeast, &T::broadening_z},
    ThesisCondition{kBroadening, kEnter, 0, kGap, kAtLeast, &T::broadening_gap},
    ThesisCondition{kBroadening, kExit, 0, kScore, kLess, &T::broadening_exit_score},
    ThesisCondition{kNarrow, kEnter, 0, kLeadersZ, kAtLeast, &T::narrow_leaders_z},
    ThesisCondition{kNarrow, kEnter, 0, kScore, kAtMost, &T::narrow_score},
    ThesisCondition{kNarrow, kExit, 0, kScore, kAtLeast, &T::narrow_exit_score},
    ThesisCondition{kNarrow, kExit, 1, kLeadersZ, kAtMost, &T::narrow_exit_leaders_z},
};
struct Dwell {  // closes in a row
  ThesisBound enter, exit;
};
inline constexpr std::array kDwells{
    // from NARROW on
    Dwell{&T::narrow_enter, &T::narrow_exit},       Dwell{&T::broadening_enter, &T::broadening_exit},
    Dwell{&T::confirmed_enter, &T::confirmed_exit}, Dwell{&T::diverging_enter, &T::diverging_exit},
    Dwell{&T::breaking_enter, &T::breaking_exit},
};
}  // namespace thesis_rules

// Of a state's way in or out, in order of ways; none of UNKNOWN and NEUTRAL.
inline std::span<const ThesisCondition> thesis_conditions(ThesisState state, Passage passage) noexcept {
  const auto& all = thesis_rules::kConditions;
  const auto is_of = [&](const ThesisCondition& each) { return each.state == state && each.passage == passage; };
  const auto first = std::find_if(all.begin(), all.end(), is_of);
  return {first, std::find_if_not(first, all.end(), is_of)};
}
// Whether some way holds.
inline bool thesis_passage_holds(ThesisState state, Passage passage, const ThesisInputs& inputs, const ThesisThresholds& t) noexcept {
  const auto conditions = thesis_conditions(state, passage);
  for (std::size_t i = 0; i < conditions.size();) {
    const std::uint8_t way = conditions[i].way;
    bool holds = true;
    for (; i < conditions.size() && conditions[i].way == way; ++i) holds &= conditions[i].holds(inputs, t);
    if (holds) return true;
  }
  return false;
}
// The key that says at how many closes in a row. `state`: NARROW or later.
inline const ThesisBound& thesis_dwell(ThesisState state, Passage passage) noexcept {
  const thesis_rules::Dwell& dwell =
      thesis_rules::kDwells[static_cast<std::size_t>(state) - static_cast<std::size_t>(ThesisState::kNarrow)];
  return passage == Passage::kEnter ? dwell.enter : dwell.exit;
}

}  // namespace groundswell::signal
