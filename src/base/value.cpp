#include "groundswell/value.hpp"

namespace groundswell {

std::string_view edge_type_name(EdgeType type) noexcept {
  switch (type) {
    case EdgeType::kCommit: return "COMMIT";
    case EdgeType::kRosterChange: return "ROSTER_CHANGE";
    case EdgeType::kHaltMember: return "HALT_MEMBER";
    case EdgeType::kMarketHalt: return "MARKET_HALT";
    case EdgeType::kMarketResume: return "MARKET_RESUME";
    case EdgeType::kFeedGapOpen: return "FEED_GAP_OPEN";
    case EdgeType::kFeedGapClosed: return "FEED_GAP_CLOSED";
    case EdgeType::kCorpActionSuspect: return "CORP_ACTION_SUSPECT";
    case EdgeType::kThreshold: return "THRESHOLD";
    case EdgeType::kPctAbove: return "PCT_ABOVE";
    case EdgeType::kThrust: return "THRUST";
    case EdgeType::kOscZeroCross: return "OSC_ZERO_CROSS";
    case EdgeType::kOscZeroCrossLive: return "OSC_ZERO_CROSS_LIVE";
    case EdgeType::kTickExtreme: return "TICK_EXTREME";
    case EdgeType::kQuadrant: return "QUADRANT";
    case EdgeType::kCoverageLost: return "COVERAGE_LOST";
    case EdgeType::kCoverageRestored: return "COVERAGE_RESTORED";
    case EdgeType::kNhSurge: return "NH_SURGE";
    case EdgeType::kRankShift: return "RANK_SHIFT";
    case EdgeType::kNarrowLeadership: return "NARROW_LEADERSHIP";
    case EdgeType::kOneFactor: return "ONE_FACTOR";
    case EdgeType::kFragile: return "FRAGILE";
    case EdgeType::kRsNewHigh: return "RS_NEW_HIGH";
    case EdgeType::kRsNewLow: return "RS_NEW_LOW";
    case EdgeType::kStateChange: return "STATE_CHANGE";
    case EdgeType::kProvisionalState: return "PROVISIONAL_STATE";
    case EdgeType::kWaveLeadChange: return "WAVE_LEAD_CHANGE";
    case EdgeType::kRewardOn: return "REWARD_ON";
    case EdgeType::kRewardOff: return "REWARD_OFF";
    case EdgeType::kPainted: return "PAINTED";
    case EdgeType::kPaintCleared: return "PAINT_CLEARED";
    case EdgeType::kRevision: return "REVISION";
    case EdgeType::kSuspectTick: return "SUSPECT_TICK";
  }
  return "UNKNOWN";
}

}  // namespace groundswell
