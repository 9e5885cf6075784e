// The rules of the confirmation state: one step per commit, at most one transition per step. Pure: memory and inputs in, memory out.
//
// ENTER counters run in every state; the EXIT counter is that of the present state, from the commit after it was entered. BREAKING goes
// before DIVERGING, both before the rest; the ENTER of the present BREAKING or BROADENING blocks its exit.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "groundswell/thesis.hpp"
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
  std::uint32_t required_known() const noexcept {
    return static_cast<std::uint32_t>(!std::isnan(score) + !std::isnan(index_z) + !std::isnan(leaders_z) + !std::isnan(a50));
  }
};

// Plain bytes without padding.
struct ThesisMemory {
  std::array<std::uint32_t, kThesisStateNames.size()> enter{};  // by state: commits in a row that its ENTER has held
  std::uint32_t exit = 0;                                       // commits in a row that the EXIT of the present state has held
  std::uint32_t missing = 0;                                    // commits in a row without a required input
  std::uint32_t state_number = 0;

  ThesisState state() const noexcept { return static_cast<ThesisState>(state_number); }
};

class ThesisMachine {
 public:
  ThesisMachine(const ThesisThresholds& thresholds, const ThesisInputs& inputs) noexcept : t_(thresholds), i_(inputs) {}

  // The memory after this commit. Without a required input nothing but `missing` moves.
  ThesisMemory step(const ThesisMemory& before) const noexcept {
    ThesisMemory now = before;
    if (i_.required_known() < ThesisInputs::kRequired) {
      ++now.missing;
      return now;
    }
    now.missing = 0;
    for (std::size_t s = static_cast<std::size_t>(ThesisState::kNarrow); s < now.enter.size(); ++s) {
      now.enter[s] = enters(static_cast<ThesisState>(s)) ? now.enter[s] + 1 : 0;
    }
    now.exit = leaves(now.state()) ? now.exit + 1 : 0;
    const ThesisState next = next_state(now);
    if (next != now.state()) {
      now.state_number = static_cast<std::uint32_t>(next);
      now.exit = 0;
    }
    return now;
  }

  bool enters(ThesisState state) const noexcept {
    switch (state) {
      case ThesisState::kBreaking:
        return i_.a50 <= t_.breaking_absolute_a50 || (i_.a50 <= t_.breaking_a50 && i_.index_z <= t_.breaking_z) ||
               (i_.drawdown >= t_.breaking_drawdown && i_.d_rs <= t_.breaking_d_rs);
      case ThesisState::kDiverging:
        return i_.since_high <= t_.diverging_since_high && i_.a50_at_high - i_.a50 >= t_.diverging_a50_fall &&
               i_.score <= t_.diverging_score;
      case ThesisState::kConfirmed:
        return i_.score >= t_.confirmed_score && i_.d_rs >= t_.confirmed_d_rs && i_.leaders_z >= t_.confirmed_leaders_z &&
               i_.reward >= t_.confirmed_reward && !(i_.paint > t_.confirmed_paint);
      case ThesisState::kBroadening:
        return i_.score >= t_.broadening_score && i_.d_rs >= t_.broadening_d_rs && i_.index_z >= t_.broadening_z &&
               i_.gap >= t_.broadening_gap;
      case ThesisState::kNarrow: return i_.leaders_z >= t_.narrow_leaders_z && i_.score <= t_.narrow_score;
      case ThesisState::kUnknown:
      case ThesisState::kNeutral: break;
    }
    return false;
  }
  bool leaves(ThesisState state) const noexcept {
    switch (state) {
      case ThesisState::kBreaking: return i_.a50 >= t_.breaking_exit_a50 && i_.index_z >= t_.breaking_exit_z;
      case ThesisState::kDiverging:
        return i_.a50_at_high - i_.a50 <= t_.diverging_exit_a50_fall || i_.score >= t_.diverging_exit_score ||
               i_.since_high > t_.diverging_exit_since_high;
      case ThesisState::kConfirmed:  // without a number nothing is confirmed
        return i_.score < t_.confirmed_exit_score || i_.d_rs < t_.confirmed_exit_d_rs || !(i_.reward >= t_.confirmed_exit_reward);
      case ThesisState::kBroadening: return i_.score < t_.broadening_exit_score;
      case ThesisState::kNarrow: return i_.score >= t_.narrow_exit_score || i_.leaders_z <= t_.narrow_exit_leaders_z;
      case ThesisState::kUnknown:
      case ThesisState::kNeutral: break;
    }
    return false;
  }

 private:
  ThesisState next_state(const ThesisMemory& memory) const noexcept {
    using enum ThesisState;
    const ThesisState now = memory.state();
    const auto ready = [&](ThesisState state) { return memory.enter[static_cast<std::size_t>(state)] >= enter_commits(state); };
    const bool over = now > kNeutral && memory.exit >= exit_commits(now);
    if (now == kUnknown) return kNeutral;
    if (ready(kBreaking)) return kBreaking;
    if (now == kBreaking && !over) return kBreaking;
    if (ready(kDiverging) && now != kBreaking) return kDiverging;
    if (now == kDiverging && !over) return kDiverging;
    if (now == kBroadening && ready(kConfirmed)) return kConfirmed;
    if (now != kConfirmed && ready(kBroadening)) return kBroadening;
    if (ready(kNarrow)) return kNarrow;
    if (now == kConfirmed && over && i_.score >= t_.broadening_exit_score) return kBroadening;
    return over ? kNeutral : now;
  }
  std::uint32_t enter_commits(ThesisState state) const noexcept {
    switch (state) {
      case ThesisState::kBreaking: return t_.breaking_enter;
      case ThesisState::kDiverging: return t_.diverging_enter;
      case ThesisState::kConfirmed: return t_.confirmed_enter;
      case ThesisState::kBroadening: return t_.broadening_enter;
      default: return t_.narrow_enter;
    }
  }
  std::uint32_t exit_commits(ThesisState state) const noexcept {
    switch (state) {
      case ThesisState::kBreaking: return t_.breaking_exit;
      case ThesisState::kDiverging: return t_.diverging_exit;
      case ThesisState::kConfirmed: return t_.confirmed_exit;
      case ThesisState::kBroadening: return t_.broadening_exit;
      default: return t_.narrow_exit;
    }
  }

  const ThesisThresholds& t_;
  const ThesisInputs& i_;
};

}  // namespace groundswell::signal
