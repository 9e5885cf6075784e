#include "market/trade_log.hpp"

#include <algorithm>

namespace groundswell::market {

void TradeLog::begin_session() noexcept {
  std::fill_n(minutes_.begin(), last_minute_ + 1, Extremes{});
  count_ = 0;
  last_minute_ = forgotten_minute_ = 0;
  forgotten_last_ = {};
  forgotten_ = {};
}

void TradeLog::forget(const LoggedTrade& trade) noexcept {
  if (trade.minute != forgotten_minute_) {
    forgotten_minute_ = trade.minute;
    forgotten_ = {};
  }
  if (trade.does(kMarkHighLow)) forgotten_.widen(trade.price_e9);
  if (!trade.does(kMarkLast)) return;
  forgotten_last_ = {
      .price_e9 = trade.price_e9, .time_ns = trade.time_ns, .venue = trade.venue, .from_bar = trade.does(kMarkFromBar), .known = 1};
}

LoggedTrade* TradeLog::at(std::uint32_t number) noexcept {
  return number < count_ && count_ - number <= kTrades ? &trades_[number % kTrades] : nullptr;
}

LoggedTrade* TradeLog::find(std::uint8_t venue, std::uint64_t trade_id) noexcept {
  const std::uint32_t oldest = count_ > kTrades ? count_ - kTrades : 0;
  for (std::uint32_t number = count_; number-- > oldest;) {
    LoggedTrade& trade = trades_[number % kTrades];
    if (trade.trade_id == trade_id && trade.venue == venue) return &trade;
  }
  return nullptr;
}

std::array<LastPrice, 2> TradeLog::last_two() noexcept {
  std::array<LastPrice, 2> found{};
  std::size_t n_found = 0;
  const std::uint32_t oldest = count_ > kTrades ? count_ - kTrades : 0;
  LoggedTrade* may_be_first = nullptr;
  for (std::uint32_t number = count_; number-- > oldest && n_found < found.size();) {
    LoggedTrade& trade = trades_[number % kTrades];
    if ((trade.allowed & kMarkLastIfFirst) != 0) may_be_first = &trade;
    if (!trade.does(kMarkLast)) continue;
    found[n_found++] = {
        .price_e9 = trade.price_e9, .time_ns = trade.time_ns, .venue = trade.venue, .from_bar = trade.does(kMarkFromBar), .known = 1};
  }
  if (n_found < found.size() && forgotten_last_.known != 0) found[n_found++] = forgotten_last_;
  if (n_found > 0 || may_be_first == nullptr) return found;
  may_be_first->marks = static_cast<std::uint16_t>(may_be_first->marks | kMarkLast);
  found[0] = {
      .price_e9 = may_be_first->price_e9, .time_ns = may_be_first->time_ns, .venue = may_be_first->venue, .from_bar = 0, .known = 1};
  return found;
}

std::int64_t TradeLog::first_e9() const noexcept {
  if (forgot_some()) return 0;
  for (std::uint32_t number = 0; number < count_; ++number) {
    if (trades_[number].does(kMarkLast)) return trades_[number].does(kMarkFromBar) ? 0 : trades_[number].price_e9;
  }
  return 0;
}

std::int64_t TradeLog::newest_e9(std::uint16_t mark) const noexcept {
  const std::uint32_t oldest = count_ > kTrades ? count_ - kTrades : 0;
  for (std::uint32_t number = count_; number-- > oldest;) {
    if (trades_[number % kTrades].does(mark)) return trades_[number % kTrades].price_e9;
  }
  return 0;
}

std::size_t TradeLog::recent(std::span<std::int64_t> prices_e9) const noexcept {
  std::size_t n_found = 0;
  const std::uint32_t oldest = count_ > kTrades ? count_ - kTrades : 0;
  for (std::uint32_t number = count_; number-- > oldest && n_found < prices_e9.size();) {
    if (trades_[number % kTrades].does(kMarkLast)) prices_e9[n_found++] = trades_[number % kTrades].price_e9;
  }
  return n_found;
}

void TradeLog::renew_minute(std::uint16_t minute) noexcept {
  Extremes extremes = minute == forgotten_minute_ ? forgotten_ : Extremes{};
  const std::uint32_t oldest = count_ > kTrades ? count_ - kTrades : 0;
  for (std::uint32_t number = oldest; number < count_; ++number) {
    const LoggedTrade& trade = trades_[number % kTrades];
    if (trade.minute == minute && trade.does(kMarkHighLow)) extremes.widen(trade.price_e9);
  }
  minutes_[minute] = extremes;
}

void TradeLog::forget_extreme(std::int64_t price_e9) noexcept {
  const Extremes whole = session();
  if (price_e9 != whole.high_e9 && price_e9 != whole.low_e9) return;
  const auto drop = [&](std::int64_t Extremes::*side, std::int64_t Extremes::*other) {
    const auto has_it = [&](const Extremes& minute) { return minute.*side == price_e9; };
    const auto end = minutes_.begin() + forgotten_minute_ + 1;
    const auto minute = std::find_if(minutes_.begin(), end, has_it);
    if (minute == end || std::find_if(minute + 1, minutes_.end(), has_it) != minutes_.end()) return;
    const bool partly = minute == end - 1;  // some of its trades are still logged
    Extremes& rough = partly ? forgotten_ : *minute;
    if (rough.*side == price_e9) {
      if (rough.*other == price_e9) rough = {};
      rough.*side = rough.*other;
    }
    if (partly) renew_minute(forgotten_minute_);
  };
  if (price_e9 == whole.high_e9) drop(&Extremes::high_e9, &Extremes::low_e9);
  if (price_e9 == whole.low_e9) drop(&Extremes::low_e9, &Extremes::high_e9);
}

Extremes TradeLog::session() const noexcept {
  Extremes whole;
  for (std::uint16_t minute = 0; minute <= last_minute_; ++minute) {
    if (minutes_[minute].high_e9 == 0) continue;
    whole.widen(minutes_[minute].high_e9);
    whole.widen(minutes_[minute].low_e9);
  }
  return whole;
}

}  // namespace groundswell::market
