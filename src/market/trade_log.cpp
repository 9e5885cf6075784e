#include "market/trade_log.hpp"

#include <algorithm>

namespace groundswell::market {

template <class Visit>
void TradeLog::each_known(Visit&& visit) const noexcept {
  for (std::uint32_t number = forgot_some() ? head_.count - kTrades : 0; number < head_.count; ++number)
    visit(trades_.newest[number % kTrades]);
}

void TradeLog::begin_session() noexcept {
  std::fill_n(trades_.by_minute.begin(), head_.forgotten_minute + 1, Extremes{});
  head_ = {};
}

LoggedTrade* TradeLog::at(std::uint32_t number) noexcept {
  return number < head_.count && head_.count - number <= kTrades ? &trades_.newest[number % kTrades] : nullptr;
}

LoggedTrade* TradeLog::find(std::uint8_t venue, std::uint64_t trade_id) noexcept {
  const std::uint32_t oldest = head_.count > kTrades ? head_.count - kTrades : 0;
  for (std::uint32_t number = head_.count; number-- > oldest;) {
    LoggedTrade& trade = trades_.newest[number % kTrades];
    if (trade.trade_id == trade_id && trade.venue == venue) return &trade;
  }
  return nullptr;
}

std::array<LastPrice, 2> TradeLog::last_two() noexcept {
  std::array<LastPrice, 2> found{};
  std::size_t n_found = 0;
  const std::uint32_t oldest = head_.count > kTrades ? head_.count - kTrades : 0;
  LoggedTrade* may_be_first = nullptr;
  for (std::uint32_t number = head_.count; number-- > oldest && n_found < found.size();) {
    LoggedTrade& trade = trades_.newest[number % kTrades];
    if ((trade.allowed & kMarkLastIfFirst) != 0) may_be_first = &trade;
    if (!trade.does(kMarkLast)) continue;
    found[n_found++] = {
        .price_e9 = trade.price_e9, .time_ns = trade.time_ns, .venue = trade.venue, .from_bar = trade.does(kMarkFromBar), .known = 1};
  }
  if (n_found < found.size() && head_.forgotten_last.known != 0) found[n_found++] = head_.forgotten_last;
  if (n_found > 0 || may_be_first == nullptr) return found;
  may_be_first->marks = static_cast<std::uint16_t>(may_be_first->marks | kMarkLast);
  found[0] = {
      .price_e9 = may_be_first->price_e9, .time_ns = may_be_first->time_ns, .venue = may_be_first->venue, .from_bar = 0, .known = 1};
  return found;
}

std::int64_t TradeLog::first_e9() const noexcept {
  if (forgot_some()) return 0;
  for (std::uint32_t number = 0; number < head_.count; ++number) {
    if (trades_.newest[number].does(kMarkLast)) return trades_.newest[number].does(kMarkFromBar) ? 0 : trades_.newest[number].price_e9;
  }
  return 0;
}

std::int64_t TradeLog::newest_e9(std::uint16_t mark) const noexcept {
  const std::uint32_t oldest = head_.count > kTrades ? head_.count - kTrades : 0;
  for (std::uint32_t number = head_.count; number-- > oldest;) {
    if (trades_.newest[number % kTrades].does(mark)) return trades_.newest[number % kTrades].price_e9;
  }
  return 0;
}

std::size_t TradeLog::recent(std::span<std::int64_t> prices_e9) const noexcept {
  std::size_t n_found = 0;
  const std::uint32_t oldest = head_.count > kTrades ? head_.count - kTrades : 0;
  for (std::uint32_t number = head_.count; number-- > oldest && n_found < prices_e9.size();) {
    if (trades_.newest[number % kTrades].does(kMarkLast)) prices_e9[n_found++] = trades_.newest[number % kTrades].price_e9;
  }
  return n_found;
}

void TradeLog::forget_extreme(std::int64_t price_e9) noexcept {
  std::array<Extremes, kMinutes> minutes = trades_.by_minute;  // of all trades
  each_known([&](const LoggedTrade& trade) {
    if (trade.does(kMarkHighLow)) minutes[trade.minute].widen(trade.price_e9);
  });
  const Extremes whole = session();
  const auto drop = [&](std::int64_t Extremes::*side, std::int64_t Extremes::*other) {
    const auto has_it = [&](const Extremes& minute) { return minute.*side == price_e9; };
    const auto end = minutes.begin() + head_.forgotten_minute + 1;
    const auto minute = std::find_if(minutes.begin(), end, has_it);
    if (minute == end || std::find_if(minute + 1, minutes.end(), has_it) != minutes.end()) return;
    Extremes& rough = trades_.by_minute[static_cast<std::size_t>(minute - minutes.begin())];
    if (rough.*side != price_e9) return;
    if (rough.*other == price_e9) rough = {};
    rough.*side = rough.*other;
  };
  if (price_e9 == whole.high_e9) drop(&Extremes::high_e9, &Extremes::low_e9);
  if (price_e9 == whole.low_e9) drop(&Extremes::low_e9, &Extremes::high_e9);
}

Extremes TradeLog::session() const noexcept {
  Extremes whole;
  for (std::size_t minute = 0; minute <= head_.forgotten_minute; ++minute) {
    const Extremes& forgotten = trades_.by_minute[minute];
    if (forgotten.high_e9 == 0) continue;
    whole.widen(forgotten.high_e9);
    whole.widen(forgotten.low_e9);
  }
  each_known([&](const LoggedTrade& trade) {
    if (trade.does(kMarkHighLow)) whole.widen(trade.price_e9);
  });
  return whole;
}

}  // namespace groundswell::market
