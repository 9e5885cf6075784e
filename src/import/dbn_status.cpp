#include "import/dbn_status.hpp"

#include <algorithm>

namespace groundswell::dbn {
namespace {

template <class Table>
auto find(const Table& table, std::uint16_t code) noexcept {
  return std::find_if(table.begin(), table.end(), [code](const auto& row) { return row.code == code; });
}

}  // namespace

std::optional<StatusCode> trading_change(std::uint16_t action, std::uint16_t reason, bool& known) noexcept {
  const auto* const does = find(kStatusActions, action);
  const auto* const because = find(kStatusReasons, reason);
  known = does != kStatusActions.end() && because != kStatusReasons.end();
  if (does == kStatusActions.end() || does->effect == TradingEffect::kNone) return std::nullopt;
  const bool market_wide = because != kStatusReasons.end() && because->market_wide;
  if (does->effect == TradingEffect::kHalts) return market_wide ? StatusCode::kMarketHalt : StatusCode::kHalt;
  return market_wide ? StatusCode::kMarketResume : StatusCode::kResume;
}

}  // namespace groundswell::dbn
