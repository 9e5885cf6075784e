// What a DBN status record does to trading: its action says whether, its reason whether in one symbol or in all of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "groundswell/tick.hpp"

namespace groundswell::dbn {

enum class TradingEffect : std::uint8_t { kNone, kHalts, kResumes };

struct StatusAction {
  std::uint16_t code;
  std::string_view name;
  TradingEffect effect;
};
inline constexpr std::array<StatusAction, 16> kStatusActions{{{0, "none", TradingEffect::kNone},
                                                              {1, "pre-open", TradingEffect::kNone},
                                                              {2, "pre-cross", TradingEffect::kNone},
                                                              {3, "quoting", TradingEffect::kNone},
                                                              {4, "cross", TradingEffect::kNone},
                                                              {5, "rotation", TradingEffect::kNone},
                                                              {6, "new price indication", TradingEffect::kNone},
                                                              {7, "trading", TradingEffect::kResumes},
                                                              {8, "halt", TradingEffect::kHalts},
                                                              {9, "pause", TradingEffect::kHalts},
                                                              {10, "suspend", TradingEffect::kHalts},
                                                              {11, "pre-close", TradingEffect::kNone},
                                                              {12, "close", TradingEffect::kNone},
                                                              {13, "post-close", TradingEffect::kNone},
                                                              {14, "short sale restriction change", TradingEffect::kNone},
                                                              {15, "not available for trading", TradingEffect::kHalts}}};

struct StatusReason {
  std::uint16_t code;
  std::string_view name;
  bool market_wide;
};
inline constexpr std::array<StatusReason, 34> kStatusReasons{{{0, "none", false},
                                                              {1, "scheduled", false},
                                                              {2, "surveillance intervention", false},
                                                              {3, "market event", false},
                                                              {4, "instrument activation", false},
                                                              {5, "instrument expiration", false},
                                                              {6, "recovery in process", false},
                                                              {10, "regulatory", false},
                                                              {11, "administrative", false},
                                                              {12, "non-compliance", false},
                                                              {13, "filings not current", false},
                                                              {14, "SEC trading suspension", false},
                                                              {15, "new issue", false},
                                                              {16, "issue available", false},
                                                              {17, "issues reviewed", false},
                                                              {18, "filing requirements satisfied", false},
                                                              {30, "news pending", false},
                                                              {31, "news released", false},
                                                              {32, "news and resumption times", false},
                                                              {33, "news not forthcoming", false},
                                                              {40, "order imbalance", false},
                                                              {50, "limit up-limit down pause", false},
                                                              {60, "operational", false},
                                                              {70, "additional information requested", false},
                                                              {80, "merger effective", false},
                                                              {90, "exchange-traded fund", false},
                                                              {100, "corporate action", false},
                                                              {110, "new security offering", false},
                                                              {120, "market-wide halt level 1", true},
                                                              {121, "market-wide halt level 2", true},
                                                              {122, "market-wide halt level 3", true},
                                                              {123, "market-wide halt carryover", true},
                                                              {124, "market-wide halt resumption", true},
                                                              {130, "quotation not available", false}}};

// Nothing when trading goes on, or stands still, as before. `known` becomes whether both tables have their code; a reason that is not
// known halts or resumes the one symbol.
std::optional<StatusCode> trading_change(std::uint16_t action, std::uint16_t reason, bool& known) noexcept;

}  // namespace groundswell::dbn
