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
  }
  return "UNKNOWN";
}

}  // namespace groundswell
