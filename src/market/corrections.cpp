// Second thoughts about trades: quarantine, cancels and corrections. Each changes what a logged trade does, and then makes anew what
// follows from the log.
#include "base/assert.hpp"
#include "market/market.hpp"

namespace groundswell::market {

bool Market::judge(const LoggedTrade& trade, std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns,
                   Applied& applied) noexcept {
  Hold& hold = hot_[symbol].hold;
  const bool confirming = hold.active != 0 && event_time_ns <= hold.until_ns && confirms(trade.price_e9, hold.price_e9);
  if (hold.active != 0) {
    applied.changed = true;
    hold.confirmed = static_cast<std::uint8_t>(hold.confirmed + confirming);
    if (event_time_ns > hold.until_ns) {
      end_hold(symbol, hold.price_e9);
    } else if (hold.confirmed == kHoldConfirmations) {
      believe(symbol, state, event_time_ns, applied);
      return false;
    } else if (++hold.seen == kHoldTrades) {
      end_hold(symbol, 0);
    }
  }
  std::array<std::int64_t, kJudgedPrices> prices_e9;
  const auto far = [&] {
    if (!is_tested(trade, state)) return false;
    if (hold.active == 0 && hold.price_e9 != 0 && confirms(trade.price_e9, hold.price_e9)) return false;
    const std::size_t n_prices = log_of(symbol).recent(prices_e9);
    return n_prices >= kFewestJudgedPrices && is_far(trade.price_e9, std::span(prices_e9).first(n_prices));
  };
  if (!far()) {
    if (hold.active == 0) hold.price_e9 = 0;
    return false;
  }
  const std::uint32_t number = log_of(symbol).next_number();
  if (hold.active != 0) {
    if (confirming && hold.first == hold.held) hold.first = number;
    return true;
  }
  hold = {.price_e9 = trade.price_e9, .until_ns = event_time_ns + kHoldNs, .held = number, .first = number, .active = 1};
  state.held = applied.changed = true;
  next_expiry_ns_ = std::min(next_expiry_ns_, hold.until_ns);
  applied.held = true;
  applied.held_move = static_cast<double>(trade.price_e9 - state.last_e9) / static_cast<double>(state.last_e9);
  return true;
}

void Market::believe(std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns, Applied& applied) noexcept {
  const Hold hold = hot_[symbol].hold;
  end_hold(symbol, 0);
  TradeLog log = log_of(symbol);
  for (std::uint32_t number = hold.held; number <= hold.first; number += std::max(hold.first - hold.held, 1U)) {
    LoggedTrade* const trade = log.at(number);
    if (trade == nullptr) continue;  // pushed out of the log by hundreds of trades that set no price
    take_volume(state, *trade);
    trade->marks = trade->allowed;
    put_volume(state, *trade);
    if (trade->does(kMarkLast)) {
      hot_[symbol].pace.count(half_hour_of(trade->time_ns));
      applied.gap_healed |= state.price_gap;
      state.price_gap = false;
    }
    ++applied.believed;
  }
  renew_extremes(symbol, state);
  renew_last(symbol, state, event_time_ns);
}

void Market::end_hold(std::uint32_t symbol, std::int64_t dropped_e9) noexcept {
  hot_[symbol].hold = Hold{.price_e9 = dropped_e9};
  states_[symbol].held = false;
}

Market::Applied Market::apply_correction(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept {
  const bool cancel = tick.action == Action::kCancel;
  const Outcome unknown = cancel ? Outcome::kUnknownCancel : Outcome::kUnknownCorrection;
  if (tick.trade_id == 0 || !in_session_ || (!cancel && tick.size == 0)) return {.outcome = unknown};
  const std::uint32_t symbol = tick.symbol;
  TradeLog log = log_of(symbol);
  LoggedTrade* const trade = log.find(tick.venue, tick.trade_id);
  if (trade == nullptr) return correct_forgotten(tick, state);
  if (trade->allowed == 0) return {.outcome = unknown};  // cancelled before
  Applied applied{.outcome = cancel ? Outcome::kCancelled : Outcome::kCorrected, .changed = true, .revises = true};
  const bool was_suspect = state.suspect;
  const Hold& hold = hot_[symbol].hold;
  if (hold.active != 0 && (trade == log.at(hold.held) || trade == log.at(hold.first))) end_hold(symbol, 0);
  take_volume(state, *trade);
  if (trade->does(kMarkLast)) hot_[symbol].pace.uncount(half_hour_of(trade->time_ns));
  const std::uint16_t before = trade->marks;
  if (cancel) {
    trade->marks = trade->allowed = 0;
  } else {
    trade->price_e9 = tick.price_e9;
    trade->size = tick.size;
    trade->marks = trade->allowed;
    put_volume(state, *trade);
    if (trade->does(kMarkLast)) hot_[symbol].pace.count(half_hour_of(trade->time_ns));
  }
  const unsigned either = before | trade->marks;
  if ((either & kMarkHighLow) != 0) renew_extremes(symbol, state);
  if ((either & kMarksPrint) != 0) renew_closes(symbol);
  if ((either & (kMarkLast | kMarksPrint)) != 0) renew_last(symbol, state, event_time_ns);
  if ((either & kMarkLast) != 0) judge_open_again(symbol, state, applied);
  applied.suspect = static_cast<std::int8_t>(state.suspect - was_suspect);
  return applied;
}

// The trade is not in the log. An id of this session that the log forgot, or that may be older than all ids that are remembered, is taken
// to have counted as the cancel says; what a correction changed nobody knows.
Market::Applied Market::correct_forgotten(const Tick& tick, SymbolState& state) noexcept {
  const bool cancel = tick.action == Action::kCancel;
  const TradeIds::Seen seen = ids_of(tick.symbol).find(tick.venue, tick.trade_id);
  if (seen == TradeIds::Seen::kEarlierSession) return {.outcome = Outcome::kCorrectionAfterRoll};
  const bool counted = seen == TradeIds::Seen::kThisSession || (ids_of(tick.symbol).forgot_some() && log_of(tick.symbol).forgot_some());
  if (!counted) return {.outcome = cancel ? Outcome::kUnknownCancel : Outcome::kUnknownCorrection};
  state.approx_cancel = true;
  if (!cancel) return {.outcome = Outcome::kUnknownCorrection, .changed = true, .revises = true};
  Applied applied{.outcome = Outcome::kCancelledRoughly, .changed = true, .revises = true};
  const bool priced = tick.price_e9 > 0 && tick.price_e9 < kMaxPriceE9;
  LoggedTrade trade{.price_e9 = priced ? tick.price_e9 : 0, .size = tick.size, .marks = conditions_[tick.cond_set]};
  if (trade.size > state.vwap_shares) trade.marks = static_cast<std::uint16_t>(trade.marks & ~unsigned{kMarkVwap});
  if (trade.size > state.volume_shares) trade.size = state.volume_shares;
  take_volume(state, trade);
  if (priced && trade.does(kMarkHighLow)) {
    log_of(tick.symbol).forget_extreme(tick.price_e9);
    renew_extremes(tick.symbol, state);
  }
  return applied;
}

void Market::take_volume(SymbolState& state, const LoggedTrade& trade) noexcept {
  const uint128 dollars_e9 = static_cast<uint128>(trade.price_e9) * trade.size;
  if (trade.does(kMarkVolume)) {
    state.volume_shares -= trade.size;
    state.dollars_e9 -= std::min(state.dollars_e9, dollars_e9);
  }
  if (trade.does(kMarkVwap)) {
    state.vwap_shares -= trade.size;
    state.vwap_dollars_e9 -= std::min(state.vwap_dollars_e9, dollars_e9);
  }
}

void Market::renew_last(std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns) noexcept {
  const auto [last, before] = log_of(symbol).last_two();
  if (last.known == 0) {
    if (state.traded) end_trading(symbol, state);
    return;
  }
  const bool follows = before.known != 0 && before.from_bar == 0 && last.from_bar == 0;
  state.tick_sign = static_cast<std::int8_t>(follows * ((last.price_e9 > before.price_e9) - (last.price_e9 < before.price_e9)));
  state.last_e9 = last.price_e9;
  state.from_bar = last.from_bar != 0;
  HotState& hot = hot_[symbol];
  if (last.time_ns > hot.last_trade_ns) {
    state.fresh = true;
    state.stale = false;
  }
  if (last.time_ns != hot.last_trade_ns) hot.last_trade_ns = hot.silent_since_ns = last.time_ns;
  hot.last_venue = last.venue;
  ages_from(symbol, last.time_ns + kFreshNs);
  if (!state.traded) begin_trading(symbol, state, event_time_ns);
}

void Market::end_trading(std::uint32_t symbol, SymbolState& state) noexcept {
  state.traded = state.fresh = state.stale = state.from_bar = state.vwap_warm = false;
  state.tick_sign = 0;
  state.last_e9 = close_before_e9(symbol);
  if (suspect_since_[symbol] == last_session_) {
    suspect_since_[symbol] = 0;
    state.suspect = false;
    state.ref_e9 = state.last_e9;
  }
  if (state.held) end_hold(symbol, 0);
  hot_[symbol].last_trade_ns = hot_[symbol].silent_since_ns = first_trade_ns_[symbol] = 0;
  hot_[symbol].last_venue = 0;
  --traded_symbols_;
  const auto place = std::find(warming_.begin(), warming_.end(), symbol);
  GS_ASSERT(place != warming_.end());
  if (place < warming_.begin() + static_cast<std::ptrdiff_t>(warming_next_)) --warming_next_;
  warming_.erase(place);
}

// The opening is that of the first trade that still counts, as long as it is known. A suspicion of an earlier session stays what it is.
void Market::judge_open_again(std::uint32_t symbol, SymbolState& state, Applied& applied) noexcept {
  const std::int64_t open_e9 = log_of(symbol).first_e9();
  if (open_e9 == 0 || (suspect_since_[symbol] != 0 && suspect_since_[symbol] != last_session_)) return;
  suspect_since_[symbol] = 0;
  state.suspect = false;
  state.ref_e9 = close_before_e9(symbol);
  judge_open(symbol, state, open_e9, applied);
}

void Market::renew_extremes(std::uint32_t symbol, SymbolState& state) noexcept {
  const Extremes session = log_of(symbol).session();
  state.high_e9 = session.high_e9;
  state.low_e9 = session.low_e9;
  state.has_extremes = session.high_e9 != 0;
}

void Market::renew_closes(std::uint32_t symbol) noexcept {
  ClosePrints& closes = closes_[symbol];
  closes.corrected_e9 = log_of(symbol).newest_e9(kMarkCorrectedClose);
  closes.official_e9 = log_of(symbol).newest_e9(kMarkOfficialClose);
  closes.closing_e9 = log_of(symbol).newest_e9(kMarkClosing);
}

}  // namespace groundswell::market
