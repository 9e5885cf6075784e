// The confirmation state: its rules (thesis_rules.hpp) with a memory. One step per commit, at most one transition per step. Pure: memory
// and inputs in, memory out.
//
// ENTER counters run in every state; the EXIT counter is that of the present state, from the commit after it was entered. BREAKING goes
// before DIVERGING, both before the rest; the ENTER of the present BREAKING or BROADENING blocks its exit.
#pragma once

#include <array>
#include <cstdint>

#include "signal/thesis_rules.hpp"

namespace groundswell::signal {

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

  bool enters(ThesisState state) const noexcept { return thesis_passage_holds(state, Passage::kEnter, i_, t_); }
  bool leaves(ThesisState state) const noexcept { return thesis_passage_holds(state, Passage::kExit, i_, t_); }

 private:
  ThesisState next_state(const ThesisMemory& memory) const noexcept {
    using enum ThesisState;
    const ThesisState now = memory.state();
    const auto dwell = [&](ThesisState state, Passage passage) { return thesis_dwell(state, passage).count_of(t_); };
    const auto ready = [&](ThesisState state) { return memory.enter[static_cast<std::size_t>(state)] >= dwell(state, Passage::kEnter); };
    const bool over = now > kNeutral && memory.exit >= dwell(now, Passage::kExit);
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

  const ThesisThresholds& t_;
  const ThesisInputs& i_;
};

}  // namespace groundswell::signal
