// What nearly every trade reads or writes of its symbol, beside SymbolState: lines of the cache that lie together. With many symbols it is
// the lines, and the pages that they are on, that a trade costs.
#pragma once

#include <cstdint>

#include "market/quarantine.hpp"
#include "market/trade_ids.hpp"
#include "market/trade_log.hpp"
#include "market/trade_pace.hpp"

namespace groundswell::market {

inline constexpr std::uint16_t kNoFeed = 0xffff;

struct alignas(64) HotState {
  Hold hold;
  std::uint64_t last_trade_ns = 0;    // event time; 0 = none this session
  std::uint64_t silent_since_ns = 0;  // last trade, or the end of a halt after it
  TradePace::Today pace;
  std::uint16_t feed = kNoFeed;  // that it last came from
  std::uint8_t last_venue = 0;   // that set the last price
  std::uint8_t zero = 0;
  TradeLog::Head log;
  TradeIds::Head ids;  // last: the greatest ids are two lines, of which a trade looks at one
};
static_assert(sizeof(HotState) == 256);

}  // namespace groundswell::market
