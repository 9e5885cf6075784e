#include "market/market.hpp"

#include "base/assert.hpp"

namespace groundswell::market {
namespace {

constexpr std::uint16_t kUnknownMarks = kMarkVolume | kMarkUnknown;

std::uint16_t marks_of(const Eligibility& may) noexcept {
  unsigned marks = 0;
  if (may.volume) marks |= kMarkVolume;
  if (may.vwap) marks |= kMarkVwap;
  if (may.high_low) marks |= kMarkHighLow;
  if (may.last) marks |= kMarkLast;
  if (may.last_if_first) marks |= kMarkLastIfFirst;
  if (may.last_if_same_venue) marks |= kMarkLastIfSameVenue;
  if (may.opening) marks |= kMarkOpening;
  if (may.closing) marks |= kMarkClosing;
  if (may.official_close) marks |= kMarkOfficialClose;
  if (may.corrected_close) marks |= kMarkCorrectedClose;
  if (may.unknown) marks |= kMarkUnknown;
  return static_cast<std::uint16_t>(marks);
}

}  // namespace

Market::Market(std::size_t n_symbols, std::vector<bool> tracked, std::uint64_t grid_step_ns, Suspicion suspicion)
    : tracked_(std::move(tracked)),
      conditions_(65536, kUnknownMarks),
      suspicion_(suspicion),
      states_(n_symbols),
      history_(n_symbols * kHistorySessions),
      history_next_(n_symbols),
      returns_e12_(n_symbols * kHistorySessions, ReturnHistory::kNone),
      averages_e9_(n_symbols),
      rolling_(static_cast<std::size_t>(std::count(tracked_.begin(), tracked_.end(), true)), grid_step_ns),
      stale_from_ns_(n_symbols, kNever),
      block_stale_from_ns_((n_symbols + kBlockSymbols - 1) / kBlockSymbols, kNever),
      pending_(n_symbols),
      closes_(n_symbols),
      hot_(n_symbols),
      ids_(n_symbols),
      trades_(n_symbols),
      paces_(n_symbols),
      first_trade_ns_(n_symbols),
      bar_length_ns_(n_symbols),
      suspect_since_(n_symbols),
      acted_(n_symbols) {
  GS_ASSERT(tracked_.size() == n_symbols);
  for (std::uint32_t symbol = 0; symbol < n_symbols; ++symbol) {
    if (tracked_[symbol]) tracked_list_.push_back(symbol);
  }
  warming_.reserve(n_symbols);
  conditions_[0] = marks_of(Eligibility{});
}

void Market::set_condition(std::uint16_t index, const Eligibility& eligibility) { conditions_[index] = marks_of(eligibility); }
void Market::set_shares(std::map<std::uint32_t, std::vector<SharesRow>> shares) { shares_ = std::move(shares); }
void Market::set_actions(std::map<std::uint32_t, std::vector<ActionRow>> actions) { actions_ = std::move(actions); }

Market::Applied Market::apply(const Record& record, std::uint64_t event_time_ns) noexcept {
  const Tick& tick = record.tick;
  if (tick.symbol >= states_.size() || !tracked_[tick.symbol]) return {.outcome = Outcome::kUnrostered};
  prefetch(tick);
  // The edge refuses such numbers before they are journaled; a recording made by other hands must not overflow a sum either.
  const bool priced = tick.action == Action::kTrade || tick.action == Action::kCorrect || is_bar(tick.action);
  if (priced && (tick.price_e9 <= 0 || tick.price_e9 >= kMaxPriceE9)) return {.outcome = Outcome::kIgnored};
  if ((priced || tick.action == Action::kCancel) && tick.size >= kMaxSize) return {.outcome = Outcome::kIgnored};
  SymbolState& state = states_[tick.symbol];
  if (record.feed != 0) hot_[tick.symbol].feed = record.feed;  // history does not say who will bring it
  switch (tick.action) {
    case Action::kTrade: return apply_trade(tick, state, event_time_ns);
    case Action::kBarOpen:
    case Action::kBarHigh:
    case Action::kBarLow:
    case Action::kBarClose: return apply_bar(tick, state, event_time_ns);
    case Action::kQuote: return {.outcome = Outcome::kQuote};
    case Action::kStatus: return apply_status(tick, state, event_time_ns);
    case Action::kCancel:
    case Action::kCorrect: return apply_correction(tick, state, event_time_ns);
  }
  return {.outcome = Outcome::kIgnored};
}

// The lines of the cache that a trade of the symbol looks at, all at once: by themselves it waits for one after the other.
inline void Market::prefetch(const Tick& tick) const noexcept {
  const SymbolState& state = states_[tick.symbol];
  const HotState& hot = hot_[tick.symbol];
  __builtin_prefetch(&state.last_e9, 1);
  __builtin_prefetch(&state.vwap_dollars_e9, 1);
  __builtin_prefetch(&hot.hold, 1);
  __builtin_prefetch(&hot.log, 1);
  __builtin_prefetch(&hot.ids.greatest[tick.venue % TradeIds::kVenues], 1);
}

inline std::uint16_t Market::minute_of(std::uint64_t event_time_ns) noexcept {
  if (event_time_ns >= minute_from_ns_ && event_time_ns < minute_until_ns_) return minute_;
  if (event_time_ns < schedule_.open_ns) return 0;
  const std::uint64_t minute = (event_time_ns - schedule_.open_ns) / minute_ns_ + 1;
  minute_until_ns_ = schedule_.open_ns + minute * minute_ns_;
  minute_from_ns_ = minute_until_ns_ - minute_ns_;
  minute_ = static_cast<std::uint16_t>(std::min<std::uint64_t>(minute, TradeLog::kMinutes - 1));
  return minute_;
}

inline bool Market::set_last(const Tick& tick, SymbolState& state, bool from_bar, std::uint64_t event_time_ns) noexcept {
  const bool follows = state.traded && !state.from_bar && !from_bar;
  state.tick_sign = static_cast<std::int8_t>(follows * ((tick.price_e9 > state.last_e9) - (tick.price_e9 < state.last_e9)));
  state.last_e9 = tick.price_e9;
  state.from_bar = from_bar;
  // Of a fresh symbol it is known until when it is, at least, unless a bar of another length has come.
  if (!state.fresh || state.stale || from_bar) ages_from(tick.symbol, event_time_ns + kFreshNs);
  state.fresh = true;
  state.stale = false;
  const bool gap_healed = state.price_gap;
  state.price_gap = false;
  HotState& hot = hot_[tick.symbol];
  hot.last_trade_ns = hot.silent_since_ns = event_time_ns;
  hot.last_venue = tick.venue;
  hot.pace.count(half_hour_of(event_time_ns));
  if (!state.traded) begin_trading(tick.symbol, state, event_time_ns);
  return gap_healed;
}

void Market::begin_trading(std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns) noexcept {
  state.traded = true;
  ++traded_symbols_;
  first_trade_ns_[symbol] = event_time_ns;
  warming_.push_back(symbol);
}

void Market::judge_open(std::uint32_t symbol, SymbolState& state, std::int64_t open_e9, Applied& applied) noexcept {
  if (state.ref_e9 == 0 || !state.rostered || acted_[symbol] != 0) return;
  const std::int64_t move_e9 = open_e9 - state.ref_e9;
  if ((move_e9 < 0 ? -move_e9 : move_e9) * 100 <= state.ref_e9 * 35) return;
  applied.suspect = 1;
  applied.suspect_move = static_cast<double>(move_e9) / static_cast<double>(state.ref_e9);
  state.suspect = true;
  state.ref_e9 = 0;
  suspect_since_[symbol] = last_session_;
}

// What its conditions let the trade do, now and on this venue.
inline std::uint16_t Market::allowed_marks(const Tick& tick, const SymbolState& state) noexcept {
  constexpr unsigned kThatDepend = kMarkLastIfFirst | kMarkLastIfSameVenue | kMarkOpening | kMarkClosing | kMarkOfficialClose;
  unsigned may = conditions_[tick.cond_set];
  if ((tick.flags & kFlagSuspicious) != 0) return static_cast<std::uint16_t>(may & kMarkVolume);
  if ((may & kThatDepend) == 0) return static_cast<std::uint16_t>(may);
  const auto other_than = [&](std::uint8_t venue) { return venue != 0 && tick.venue != 0 && venue != tick.venue; };
  const bool first = (may & kMarkLastIfFirst) != 0 && !state.traded;
  const bool same_venue = (may & kMarkLastIfSameVenue) != 0 && (!state.traded || !other_than(hot_[tick.symbol].last_venue));
  if (first || same_venue) may |= kMarkLast;
  ClosePrints& closes = closes_[tick.symbol];
  if ((may & (kMarkOpening | kMarkClosing)) != 0 && tick.size > closes.auction_shares) {
    closes.auction_shares = tick.size;
    closes.primary_venue = tick.venue;
  }
  if ((may & kMarkOfficialClose) != 0 && other_than(closes.primary_venue)) may &= ~unsigned{kMarkOfficialClose};
  return static_cast<std::uint16_t>(may);
}

Market::Applied Market::apply_trade(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept {
  const std::uint32_t symbol = tick.symbol;
  const std::uint16_t conditions = conditions_[tick.cond_set];
  Applied applied{.outcome = Outcome::kOutsideHours, .unknown_condition = (conditions & kMarkUnknown) != 0};
  const bool in_hours = tick.ts_event_ns >= schedule_.open_ns && tick.ts_event_ns < schedule_.close_ns;
  if (!in_session_ || (!in_hours && (conditions & kMarksPrint) == 0)) return applied;
  if (tick.trade_id != 0) {
    TradeIds ids = ids_of(symbol);
    if (ids.is_repeated(tick.venue, tick.trade_id)) {
      applied.outcome = Outcome::kDuplicateTradeId;
      return applied;
    }
    ids.add(tick.venue, tick.trade_id);
  }
  LoggedTrade trade{.trade_id = tick.trade_id,
                    .price_e9 = tick.price_e9,
                    .size = tick.size,
                    .time_ns = event_time_ns,
                    .allowed = allowed_marks(tick, state),
                    .minute = minute_of(event_time_ns),
                    .venue = tick.venue};
  trade.marks = trade.allowed;
  const bool quarantined = trade.does(kMarksPrice) && is_quarantined(trade, symbol, state, event_time_ns, applied);
  if (quarantined) trade.marks = static_cast<std::uint16_t>(trade.marks & kMarkVolume);
  log_of(symbol).add(trade);
  put_volume(state, trade);
  if (trade.does(kMarkHighLow)) {
    if (!state.has_extremes) state.high_e9 = state.low_e9 = tick.price_e9;
    state.high_e9 = std::max(state.high_e9, tick.price_e9);
    state.low_e9 = std::min(state.low_e9, tick.price_e9);
    state.has_extremes = true;
  }
  if (trade.does(kMarksPrint)) {
    if (trade.does(kMarkClosing)) closes_[symbol].closing_e9 = tick.price_e9;
    if (trade.does(kMarkOfficialClose)) closes_[symbol].official_e9 = tick.price_e9;
    if (trade.does(kMarkCorrectedClose)) closes_[symbol].corrected_e9 = tick.price_e9;
  }
  if (trade.does(kMarkLast)) {
    if (!state.traded) judge_open(symbol, state, tick.price_e9, applied);
    applied.gap_healed |= set_last(tick, state, false, event_time_ns);
  }
  const bool eligible = trade.does(kMarksPrice | kMarkOfficialClose | kMarkCorrectedClose);
  applied.outcome = quarantined ? Outcome::kQuarantined : eligible ? Outcome::kEligible : Outcome::kVolumeOnly;
  applied.changed |= eligible || trade.does(kMarkVolume);
  return applied;
}

Market::Applied Market::apply_bar(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept {
  PendingBar& bar = pending_[tick.symbol];
  if (tick.action != Action::kBarClose) {
    const std::uint8_t bit = tick.action == Action::kBarOpen ? 1 : tick.action == Action::kBarHigh ? 2 : 4;
    const bool follows = bar.mask == bit - 1;  // open, high, low; anything else is of another bar
    const bool cut = bar.mask != 0 && !follows;
    if (!follows) bar.mask = 0;
    if (bit == 1) bar.open_e9 = tick.price_e9;
    if (bit == 2) bar.high_e9 = tick.price_e9;
    if (bit == 4) bar.low_e9 = tick.price_e9;
    if (bar.mask == bit - 1) bar.mask = static_cast<std::uint8_t>(bar.mask | bit);
    return {.outcome = cut ? Outcome::kIncompleteGroup : Outcome::kPending};
  }
  const bool whole = bar.mask == 7 && (tick.flags & kFlagLast) != 0;
  bar.mask = 0;
  if (!whole) return {.outcome = Outcome::kIncompleteGroup};
  if (tick.size == 0) return {.outcome = Outcome::kZeroVolumeBar, .bar = true};
  const std::uint64_t start_ns = tick.ts_event_ns - tick.trade_id;
  const bool in_hours =
      in_session_ && (schedule_.mode == SessionMode::kBars ? tick.ts_event_ns == schedule_.close_ns
                                                           : start_ns >= schedule_.open_ns && tick.ts_event_ns <= schedule_.close_ns);
  if (!in_hours) return {.outcome = Outcome::kOutsideHours, .bar = true};
  Applied applied{.outcome = Outcome::kEligible, .changed = true, .bar = true};
  bar_length_ns_[tick.symbol] = tick.trade_id;
  const LoggedTrade close = log_bar(tick, bar, event_time_ns);
  put_volume(state, close);
  if (!state.has_extremes) {
    state.high_e9 = bar.high_e9;
    state.low_e9 = bar.low_e9;
  }
  state.high_e9 = std::max(state.high_e9, bar.high_e9);
  state.low_e9 = std::min(state.low_e9, bar.low_e9);
  state.has_extremes = true;
  if (!state.traded) judge_open(tick.symbol, state, bar.open_e9, applied);
  applied.gap_healed = set_last(tick, state, true, event_time_ns);
  return applied;
}

// A bar among trades is three of them: its high, its low, and its close with all of its volume. Where a session is one bar there is nothing
// to take back.
LoggedTrade Market::log_bar(const Tick& tick, const PendingBar& bar, std::uint64_t event_time_ns) noexcept {
  LoggedTrade trade{.price_e9 = bar.high_e9, .time_ns = event_time_ns, .marks = kMarkHighLow, .allowed = kMarkHighLow};
  trade.minute = minute_of(event_time_ns);
  const bool logged = schedule_.mode == SessionMode::kLive;
  if (logged) log_of(tick.symbol).add(trade);
  trade.price_e9 = bar.low_e9;
  if (logged) log_of(tick.symbol).add(trade);
  trade.price_e9 = tick.price_e9;
  trade.size = tick.size;
  trade.marks = trade.allowed = kMarkVolume | kMarkVwap | kMarkLast | kMarkFromBar;
  if (logged) log_of(tick.symbol).add(trade);
  return trade;
}

Market::Applied Market::apply_status(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept {
  Applied applied{.outcome = Outcome::kStatus};
  switch (static_cast<StatusCode>(tick.trade_id)) {
    case StatusCode::kHalt:
      applied.status = state.halted ? StatusChange::kNone : StatusChange::kHalt;
      state.halted = true;
      break;
    case StatusCode::kResume:
      applied.status = state.halted ? StatusChange::kResume : StatusChange::kNone;
      if (state.halted) listen_anew(tick.symbol, event_time_ns);
      state.halted = false;
      break;
    case StatusCode::kMarketHalt:
      applied.status = market_halted_ ? StatusChange::kNone : StatusChange::kMarketHalt;
      market_halted_ = true;
      break;
    case StatusCode::kMarketResume:
      applied.status = market_halted_ ? StatusChange::kMarketResume : StatusChange::kNone;
      if (market_halted_) {
        for (const std::uint32_t symbol : tracked_list_) listen_anew(symbol, event_time_ns);
      }
      market_halted_ = false;
      break;
    default: applied.outcome = Outcome::kIgnored; break;
  }
  applied.changed = applied.status != StatusChange::kNone;
  return applied;
}

// Nobody could trade: its silence counts from now.
void Market::listen_anew(std::uint32_t symbol, std::uint64_t event_time_ns) noexcept {
  hot_[symbol].silent_since_ns = event_time_ns;
  ages_from(symbol, event_time_ns + TradePace::kLeastLimitNs);
}

bool Market::age(std::uint32_t symbol, std::uint64_t time_ns) noexcept {
  SymbolState& state = states_[symbol];
  stale_from_ns_[symbol] = kNever;
  if (!state.traded) return false;
  const auto is_over = [&](std::uint64_t until_ns) {
    if (until_ns > time_ns) stale_from_ns_[symbol] = std::min(stale_from_ns_[symbol], until_ns);
    return until_ns <= time_ns;
  };
  const bool was_fresh = state.fresh, was_stale = state.stale;
  const HotState& hot = hot_[symbol];
  const std::uint64_t bar_ns = bar_length_ns_[symbol];
  if (state.fresh) state.fresh = !is_over(hot.last_trade_ns + kFreshNs + bar_ns);
  if (!state.stale && !state.halted && !market_halted_) {
    state.stale = is_over(hot.silent_since_ns + paces_[symbol].limit_ns(half_hour_of(hot.last_trade_ns)) + bar_ns);
  }
  return state.fresh != was_fresh || state.stale != was_stale;
}

std::uint64_t Market::incomplete_groups_at_gap(std::uint16_t feed) const noexcept {
  std::uint64_t groups = 0;
  for (const std::uint32_t symbol : tracked_list_) groups += hot_[symbol].feed == feed && pending_[symbol].mask != 0;
  return groups;
}

void Market::settle_closes() noexcept {
  for (const std::uint32_t symbol : tracked_list_) {
    SymbolState& state = states_[symbol];
    const ClosePrints& closes = closes_[symbol];
    const std::int64_t close_e9 = closes.corrected_e9 != 0  ? closes.corrected_e9
                                  : closes.official_e9 != 0 ? closes.official_e9
                                                            : closes.closing_e9;
    if (close_e9 != 0 && state.traded) state.last_e9 = close_e9;
    state.listed = state.closes > 0 || state.traded;
  }
}

}  // namespace groundswell::market
