// Triggers: what turns a scope's numbers into edges. A trigger watches one signal in some scopes; it goes on when `enter` has held for the
// dwell, off when `exit` has, and the gap between the two keeps a number that hovers at a threshold from firing again and again.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "groundswell/value.hpp"

namespace groundswell {

// When a trigger looks: after every group that moved what it reads, at grid steps, or at final commits.
enum class Evaluate : std::uint8_t { kRecord, kGrid, kClose };
inline constexpr std::array<std::string_view, 3> kEvaluateNames{"record", "grid", "close"};

struct Threshold {
  enum class Test : std::uint8_t { kGreater, kAtLeast, kLess, kAtMost };
  Test test = Test::kAtLeast;
  bool magnitude = false;  // of |value|
  double bound = 0.0;      // finite, in the unit of the signal

  bool upward() const noexcept { return test == Test::kGreater || test == Test::kAtLeast; }
  bool holds(double value) const noexcept {
    const double x = magnitude ? std::abs(value) : value;
    switch (test) {
      case Test::kGreater: return x > bound;
      case Test::kAtLeast: return x >= bound;
      case Test::kLess: return x < bound;
      case Test::kAtMost: return x <= bound;
    }
    return false;
  }
};

// What a trigger of a type looks for.
enum class TriggerKind : std::uint8_t {
  kThresholds,  // enter and exit
  kChange,      // the number is another one than before
  kNewState,    // the same, against its last OK number, whatever lay between
  kCoverage,    // the number stops, or starts again, to be OK
};

struct TriggerType {
  std::string_view name;  // as written in the configuration
  EdgeType edge;          // when it goes on; of kChange: when it changes; of kCoverage: when coverage is lost
  TriggerKind kind;
  Evaluate evaluate;   // unless the trigger says otherwise
  bool fires_on_exit;  // whether going off is an edge too, with direction -1; else it only re-arms
  std::string_view means;
  EdgeType edge_off = edge;  // of kThresholds: when it goes off
};
inline constexpr std::array<TriggerType, 20> kTriggerTypes{{
    {"THRESHOLD", EdgeType::kThreshold, TriggerKind::kThresholds, Evaluate::kGrid, true, "a number of your choice crosses your thresholds"},
    {"PCT_ABOVE", EdgeType::kPctAbove, TriggerKind::kThresholds, Evaluate::kGrid, true, "most, or few, members stand above their average"},
    {"THRUST", EdgeType::kThrust, TriggerKind::kThresholds, Evaluate::kClose, false,
     "a Zweig breadth thrust: from washed out to strong in ten sessions"},
    {"OSC_ZERO_CROSS", EdgeType::kOscZeroCross, TriggerKind::kThresholds, Evaluate::kClose, true,
     "the McClellan oscillator closes on the other side of zero"},
    {"OSC_ZERO_CROSS_LIVE", EdgeType::kOscZeroCrossLive, TriggerKind::kThresholds, Evaluate::kGrid, true,
     "the McClellan oscillator of the running session crosses zero"},
    {"TICK_EXTREME", EdgeType::kTickExtreme, TriggerKind::kThresholds, Evaluate::kGrid, false,
     "nearly all members tick the same way at once"},
    {"QUADRANT", EdgeType::kQuadrant, TriggerKind::kChange, Evaluate::kClose, true,
     "a basket moves to another quadrant of the rotation map"},
    {"NH_SURGE", EdgeType::kNhSurge, TriggerKind::kThresholds, Evaluate::kClose, true,
     "new highs less new lows are far above what they usually are"},
    {"RANK_SHIFT", EdgeType::kRankShift, TriggerKind::kThresholds, Evaluate::kClose, false,
     "a basket rises or falls through the ranks within a week"},
    {"NARROW_LEADERSHIP", EdgeType::kNarrowLeadership, TriggerKind::kThresholds, Evaluate::kClose, true,
     "the leaders make far more of the move than their weight"},
    {"ONE_FACTOR", EdgeType::kOneFactor, TriggerKind::kThresholds, Evaluate::kClose, true, "all members move as one"},
    {"FRAGILE", EdgeType::kFragile, TriggerKind::kThresholds, Evaluate::kClose, true, "coupling has tightened lately"},
    {"RS_NEW_HIGH", EdgeType::kRsNewHigh, TriggerKind::kThresholds, Evaluate::kGrid, false,
     "the strength line stands above all its closes of a window"},
    {"RS_NEW_LOW", EdgeType::kRsNewLow, TriggerKind::kThresholds, Evaluate::kGrid, false,
     "the strength line stands below all its closes of a window"},
    {"STATE_CHANGE", EdgeType::kStateChange, TriggerKind::kNewState, Evaluate::kClose, true, "the thesis closes in another state"},
    {"PROVISIONAL_STATE", EdgeType::kProvisionalState, TriggerKind::kNewState, Evaluate::kGrid, true,
     "the thesis would be in another state if the session ended now"},
    {"WAVE_LEAD_CHANGE", EdgeType::kWaveLeadChange, TriggerKind::kNewState, Evaluate::kClose, true, "another wave leads"},
    {"REWARD", EdgeType::kRewardOn, TriggerKind::kThresholds, Evaluate::kClose, true,
     "capital begins to reward earnings leverage, or no longer does (REWARD_ON, REWARD_OFF)", EdgeType::kRewardOff},
    {"PAINT", EdgeType::kPainted, TriggerKind::kThresholds, Evaluate::kClose, true,
     "a member is a label that no business confirms, or no longer is (PAINTED, PAINT_CLEARED)", EdgeType::kPaintCleared},
    {"COVERAGE", EdgeType::kCoverageLost, TriggerKind::kCoverage, Evaluate::kGrid, true,
     "too few members count, or count again (COVERAGE_LOST, COVERAGE_RESTORED)"},
}};
const TriggerType* find_trigger_type(std::string_view name) noexcept;  // nothing when there is none

struct Trigger {
  std::string name;                 // unique; default TYPE:signal
  std::uint8_t type = 0;            // index into kTriggerTypes
  std::string signal;               // id
  std::vector<std::string> scopes;  // "baskets", "waves", "thesis", "symbols", a basket id, "wave:…"
  Evaluate evaluate = Evaluate::kGrid;
  Threshold enter, exit;                                   // kThresholds only; no value meets both
  std::uint64_t dwell_ns = 0;                              // kGrid: how long enter or exit must have held, event time
  std::uint32_t dwell_commits = 1;                         // kClose: at how many final commits in a row
  std::string signal_place, scopes_place, evaluate_place;  // "file:line:column" for findings; not part of what it is

  const TriggerType& info() const noexcept { return kTriggerTypes[type]; }
};
std::string text_of(const Threshold& threshold);  // ">= 55", "|x| < 30"
// Everything that decides what it fires, one line; part of the config hash.
std::string canonical_text(const Trigger& trigger);

}  // namespace groundswell
