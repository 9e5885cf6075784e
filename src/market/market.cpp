#include "market/market.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace groundswell::market {
namespace {

constexpr std::int64_t kFactorOne = 1'000'000'000'000;
constexpr std::int64_t kVolumeCap = 1'000'000'000'000'000;  // shares a session: sums of many fit 64 bits

std::int64_t times_factor(std::int64_t value, std::int64_t factor_e12) noexcept {
  return static_cast<std::int64_t>(divide_half_away(int128{value} * factor_e12, kFactorOne));
}

}  // namespace

Market::Market(std::size_t n_symbols, std::vector<bool> tracked, std::uint64_t grid_step_ns)
    : tracked_(std::move(tracked)),
      conditions_(65536, Eligibility{.high_low = false, .last = false, .volume = true, .vwap = false, .unknown = true}),
      states_(n_symbols),
      history_(n_symbols * kHistorySessions),
      history_next_(n_symbols),
      returns_e12_(n_symbols * kHistorySessions, ReturnHistory::kNone),
      averages_e9_(n_symbols),
      rolling_(static_cast<std::size_t>(std::count(tracked_.begin(), tracked_.end(), true)), grid_step_ns),
      pending_(n_symbols),
      official_close_e9_(n_symbols),
      closing_print_e9_(n_symbols),
      last_trade_ns_(n_symbols),
      first_trade_ns_(n_symbols),
      bar_length_ns_(n_symbols),
      feed_of_(n_symbols, kNoFeed),
      acted_(n_symbols) {
  GS_ASSERT(tracked_.size() == n_symbols);
  for (std::uint32_t symbol = 0; symbol < n_symbols; ++symbol) {
    if (tracked_[symbol]) tracked_list_.push_back(symbol);
  }
  warming_.reserve(n_symbols);
  conditions_[0] = Eligibility{};
}

void Market::set_condition(std::uint16_t index, const Eligibility& eligibility) { conditions_[index] = eligibility; }
void Market::set_shares(std::map<std::uint32_t, std::vector<SharesRow>> shares) { shares_ = std::move(shares); }
void Market::set_actions(std::map<std::uint32_t, std::vector<ActionRow>> actions) { actions_ = std::move(actions); }

Market::Day& Market::day(std::uint32_t symbol, std::size_t sessions_ago) noexcept {
  return history_[symbol * kHistorySessions + ((history_next_[symbol] + kHistorySessions - sessions_ago) & (kHistorySessions - 1))];
}

void Market::roll(const SessionRoll& roll, bool advance) {
  for (const std::uint32_t symbol : tracked_list_) {
    SymbolState& state = states_[symbol];
    if (advance && (state.closes > 0 || state.traded)) remember(symbol, state);
    apply_actions(symbol, roll.session);
    freeze(symbol, roll.session);
  }
  schedule_ = roll;
  last_session_ = roll.session;
  traded_symbols_ = 0;
  warming_.clear();
  warming_next_ = 0;
  in_session_ = true;
  market_halted_ = false;
  next_stale_ns_ = kNever;
  rolling_.begin_session(roll.open_ns);
}

void Market::remember(std::uint32_t symbol, SymbolState& state) noexcept {
  const std::size_t entry = symbol * kHistorySessions + history_next_[symbol];
  const bool had_bar = state.traded && state.has_extremes;
  const auto volume_shares = static_cast<std::int64_t>(std::min<std::uint64_t>(state.volume_shares, kVolumeCap));
  history_[entry] = {state.last_e9, had_bar ? state.high_e9 : 0, had_bar ? state.low_e9 : 0, volume_shares, state.float_shares};
  returns_e12_[entry] = return_now_e12(state);
  history_next_[symbol] = (history_next_[symbol] + 1) & (kHistorySessions - 1);
  ++state.closes;
  average_in(symbol);
}

// E += 2 / (N + 1) (x - E), from the mean of the first N closes.
void Market::average_in(std::uint32_t symbol) noexcept {
  const std::uint32_t closes = states_[symbol].closes;
  for (std::size_t k = 0; k < kAverageWindows.size(); ++k) {
    const std::uint32_t window = kAverageWindows[k];
    double& average_e9 = averages_e9_[symbol][k];
    if (closes > window) {
      average_e9 += 2.0 / (window + 1.0) * (static_cast<double>(day(symbol, 1).close_e9) - average_e9);
    } else if (closes == window) {
      std::int64_t sum_e9 = 0;
      for (std::size_t ago = 1; ago <= window; ++ago) sum_e9 += day(symbol, ago).close_e9;
      average_e9 = static_cast<double>(sum_e9) / window;
    }
  }
}

void Market::apply_actions(std::uint32_t symbol, std::uint32_t session) noexcept {
  acted_[symbol] = 0;
  const auto found = actions_.find(symbol);
  if (found == actions_.end() || states_[symbol].closes == 0) return;
  for (const ActionRow& action : found->second) {
    if (action.ex_session <= last_session_ || action.ex_session > session) continue;
    std::int64_t factor_e12 = action.price_factor_e12;
    if (factor_e12 == 0) {  // a cash dividend: (C - D) / C on the carried close
      const std::int64_t close_e9 = day(symbol, 1).close_e9;
      if (close_e9 <= action.cash_e9) continue;
      factor_e12 = static_cast<std::int64_t>(divide_half_away(int128{close_e9 - action.cash_e9} * kFactorOne, close_e9));
    }
    acted_[symbol] = 1;
    const std::size_t known = std::min<std::size_t>(states_[symbol].closes, kHistorySessions);
    for (std::size_t ago = 1; ago <= known; ++ago) {
      Day& entry = day(symbol, ago);
      entry.close_e9 = times_factor(entry.close_e9, factor_e12);
      entry.high_e9 = times_factor(entry.high_e9, factor_e12);
      entry.low_e9 = times_factor(entry.low_e9, factor_e12);
      const int128 volume_shares = divide_half_away(int128{entry.volume_shares} * action.share_factor_e12, kFactorOne);
      entry.volume_shares = static_cast<std::int64_t>(std::min<int128>(volume_shares, kVolumeCap));
      entry.float_shares = times_factor(entry.float_shares, action.share_factor_e12);
    }
    const double factor = static_cast<double>(factor_e12) / static_cast<double>(kFactorOne);
    for (double& average_e9 : averages_e9_[symbol]) average_e9 *= factor;
  }
}

// Today's thresholds from history, today's state from nothing.
void Market::freeze(std::uint32_t symbol, std::uint32_t session) noexcept {
  const SymbolState before = states_[symbol];
  SymbolState& s = states_[symbol];
  s = SymbolState{};
  s.closes = before.closes;
  s.listed = before.closes > 0;
  s.rostered = before.rostered;
  s.price_gap = before.price_gap;
  s.halted = before.halted;
  official_close_e9_[symbol] = closing_print_e9_[symbol] = 0;
  last_trade_ns_[symbol] = first_trade_ns_[symbol] = 0;
  pending_[symbol].mask = 0;
  if (s.closes > 0) s.ref_e9 = s.last_e9 = day(symbol, 1).close_e9;
  for (std::size_t k = 0; k < kAverageWindows.size(); ++k) {
    if (s.closes + 1 < kAverageWindows[k]) continue;
    for (std::size_t ago = 1; ago < kAverageWindows[k]; ++ago) s.average_sum_e9[k] += day(symbol, ago).close_e9;
  }
  for (std::size_t k = 0; k < kAverageWindows.size(); ++k) {  // a seed of the window's length weighs little after two more
    if (s.closes + 1 >= 3 * kAverageWindows[k]) s.exponential_average_e9[k] = averages_e9_[symbol][k];
  }
  if (s.closes >= kVolumeSessions) {
    std::int64_t sum_shares = 0;
    for (std::size_t ago = 1; ago <= kVolumeSessions; ++ago) sum_shares += day(symbol, ago).volume_shares;
    s.average_volume = static_cast<double>(sum_shares) / kVolumeSessions;
  }
  for (std::size_t k = 0; k < kPastWindows.size(); ++k) {
    if (s.closes >= kPastWindows[k]) s.past_close_e9[k] = day(symbol, kPastWindows[k]).close_e9;
  }
  std::int64_t high = 0, low = 0;
  std::size_t ago = 1;
  for (std::size_t k = 0; k < kExtremeWindows.size() && s.closes >= kExtremeWindows[k]; ++k) {
    for (; ago <= kExtremeWindows[k]; ++ago) {
      const Day& entry = day(symbol, ago);
      if (entry.high_e9 == 0) continue;
      high = std::max(high, entry.high_e9);
      low = low == 0 ? entry.low_e9 : std::min(low, entry.low_e9);
    }
    if (high == 0) continue;
    s.prior_high_e9[k] = high;
    s.prior_low_e9[k] = low;
    s.extreme_windows = static_cast<std::uint8_t>(s.extreme_windows | 1U << k);
  }
  s.float_shares = float_shares_in_force(symbol, session);
  s.past_float_shares[0] = s.float_shares;
  for (std::size_t k = 1; k < kMoveWindows.size(); ++k) {
    if (s.closes >= kMoveWindows[k]) s.past_float_shares[k] = day(symbol, kMoveWindows[k] - 1).float_shares;
  }
}

// The last effective row, times the share factors of actions that came after it: a row effective on an ex-date is adjusted.
std::int64_t Market::float_shares_in_force(std::uint32_t symbol, std::uint32_t session) const noexcept {
  const auto rows = shares_.find(symbol);
  if (rows == shares_.end()) return 0;
  std::uint32_t effective = 0;
  std::int64_t shares = 0;
  for (const SharesRow& row : rows->second) {
    if (row.effective_session > session) break;
    effective = row.effective_session;
    shares = row.float_shares;
  }
  const auto actions = actions_.find(symbol);
  if (actions == actions_.end()) return shares;
  for (const ActionRow& action : actions->second) {
    if (action.ex_session > effective && action.ex_session <= session) shares = times_factor(shares, action.share_factor_e12);
  }
  return shares;
}

Market::Applied Market::apply(const Record& record, std::uint64_t event_time_ns) noexcept {
  const Tick& tick = record.tick;
  if (tick.symbol >= states_.size() || !tracked_[tick.symbol]) return {.outcome = Outcome::kUnrostered};
  // The edge refuses such numbers before they are journaled; a recording made by other hands must not overflow a sum either.
  const bool priced = tick.action == Action::kTrade || is_bar(tick.action);
  if (priced && (tick.price_e9 <= 0 || tick.price_e9 >= kMaxPriceE9 || tick.size >= kMaxSize)) return {.outcome = Outcome::kIgnored};
  SymbolState& state = states_[tick.symbol];
  if (record.feed != 0) feed_of_[tick.symbol] = record.feed;  // history does not say who will bring it
  switch (tick.action) {
    case Action::kTrade: return apply_trade(tick, state, event_time_ns);
    case Action::kBarOpen:
    case Action::kBarHigh:
    case Action::kBarLow:
    case Action::kBarClose: return apply_bar(tick, state, event_time_ns);
    case Action::kQuote: return {.outcome = Outcome::kQuote};
    case Action::kStatus: return apply_status(tick, state);
    case Action::kCancel:
    case Action::kCorrect: return {.outcome = Outcome::kUnappliedCorrection};
  }
  return {.outcome = Outcome::kIgnored};
}

bool Market::set_last(std::uint32_t symbol, SymbolState& state, std::int64_t price_e9, bool from_bar,
                      std::uint64_t event_time_ns) noexcept {
  const bool follows = state.traded && !state.from_bar && !from_bar;
  state.tick_sign = static_cast<std::int8_t>(follows * ((price_e9 > state.last_e9) - (price_e9 < state.last_e9)));
  state.last_e9 = price_e9;
  state.from_bar = from_bar;
  state.fresh = true;
  next_stale_ns_ = std::min(next_stale_ns_, event_time_ns + kFreshNs);
  const bool gap_healed = state.price_gap;
  state.price_gap = false;
  last_trade_ns_[symbol] = event_time_ns;
  if (state.traded) return gap_healed;
  state.traded = true;
  ++traded_symbols_;
  first_trade_ns_[symbol] = event_time_ns;
  warming_.push_back(symbol);
  return gap_healed;
}

void Market::judge_open(std::uint32_t symbol, SymbolState& state, std::int64_t open_e9, Applied& applied) noexcept {
  if (state.traded || state.ref_e9 == 0 || !state.rostered || acted_[symbol] != 0) return;
  const std::int64_t move_e9 = open_e9 - state.ref_e9;
  if ((move_e9 < 0 ? -move_e9 : move_e9) * 100 <= state.ref_e9 * 35) return;
  applied.suspect = true;
  applied.suspect_move = static_cast<double>(move_e9) / static_cast<double>(state.ref_e9);
  state.suspect = true;
  state.ref_e9 = 0;
}

Market::Applied Market::apply_trade(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept {
  Eligibility may = conditions_[tick.cond_set];
  Applied applied{.outcome = Outcome::kVolumeOnly, .unknown_condition = may.unknown};
  if (!in_session_) return {.outcome = Outcome::kOutsideHours, .unknown_condition = may.unknown};
  const bool in_hours = tick.ts_event_ns >= schedule_.open_ns && tick.ts_event_ns < schedule_.close_ns;
  if (!in_hours && !may.opening && !may.closing && !may.official_close) {
    return {.outcome = Outcome::kOutsideHours, .unknown_condition = may.unknown};
  }
  if ((tick.flags & kFlagSuspicious) != 0) may = {.high_low = false, .last = false, .volume = may.volume, .vwap = false};
  if (may.volume) {
    state.volume_shares += tick.size;
    state.dollars_e9 += static_cast<uint128>(tick.price_e9) * tick.size;
    applied.changed = true;
  }
  if (may.vwap) {
    state.vwap_shares += tick.size;
    state.vwap_dollars_e9 += static_cast<uint128>(tick.price_e9) * tick.size;
  }
  if (may.high_low) {
    if (!state.has_extremes) state.high_e9 = state.low_e9 = tick.price_e9;
    state.high_e9 = std::max(state.high_e9, tick.price_e9);
    state.low_e9 = std::min(state.low_e9, tick.price_e9);
    state.has_extremes = true;
    applied.outcome = Outcome::kEligible;
  }
  if (may.official_close) official_close_e9_[tick.symbol] = tick.price_e9;
  if (may.closing) closing_print_e9_[tick.symbol] = tick.price_e9;
  if (may.last || (may.last_if_first && !state.traded)) {
    judge_open(tick.symbol, state, tick.price_e9, applied);
    applied.gap_healed = set_last(tick.symbol, state, tick.price_e9, false, event_time_ns);
    applied.outcome = Outcome::kEligible;
  } else if (may.official_close) {
    applied.outcome = Outcome::kEligible;
  }
  applied.changed |= applied.outcome == Outcome::kEligible;
  return applied;
}

Market::Applied Market::apply_bar(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept {
  PendingBar& bar = pending_[tick.symbol];
  if (tick.action != Action::kBarClose) {
    const std::uint8_t bit = tick.action == Action::kBarOpen ? 1 : tick.action == Action::kBarHigh ? 2 : 4;
    const bool cut = bar.mask != 0 && bit == 1;  // the next bar begins and this one never ended
    if (bit == 1) bar.mask = 0;
    if (bit == 1) bar.open_e9 = tick.price_e9;
    if (bit == 2) bar.high_e9 = tick.price_e9;
    if (bit == 4) bar.low_e9 = tick.price_e9;
    bar.mask = static_cast<std::uint8_t>(bar.mask | bit);
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
  const uint128 dollars_e9 = static_cast<uint128>(tick.price_e9) * tick.size;
  state.volume_shares += tick.size;
  state.dollars_e9 += dollars_e9;
  state.vwap_shares += tick.size;
  state.vwap_dollars_e9 += dollars_e9;
  if (!state.has_extremes) {
    state.high_e9 = bar.high_e9;
    state.low_e9 = bar.low_e9;
  }
  state.high_e9 = std::max(state.high_e9, bar.high_e9);
  state.low_e9 = std::min(state.low_e9, bar.low_e9);
  state.has_extremes = true;
  judge_open(tick.symbol, state, bar.open_e9, applied);
  applied.gap_healed = set_last(tick.symbol, state, tick.price_e9, true, event_time_ns);
  return applied;
}

Market::Applied Market::apply_status(const Tick& tick, SymbolState& state) noexcept {
  Applied applied{.outcome = Outcome::kStatus};
  switch (static_cast<StatusCode>(tick.trade_id)) {
    case StatusCode::kHalt:
      applied.status = state.halted ? StatusChange::kNone : StatusChange::kHalt;
      state.halted = true;
      break;
    case StatusCode::kResume:
      applied.status = state.halted ? StatusChange::kResume : StatusChange::kNone;
      state.halted = false;
      break;
    case StatusCode::kMarketHalt:
      applied.status = market_halted_ ? StatusChange::kNone : StatusChange::kMarketHalt;
      market_halted_ = true;
      break;
    case StatusCode::kMarketResume:
      applied.status = market_halted_ ? StatusChange::kMarketResume : StatusChange::kNone;
      market_halted_ = false;
      break;
    default: applied.outcome = Outcome::kIgnored; break;
  }
  applied.changed = applied.status != StatusChange::kNone;
  return applied;
}

std::uint64_t Market::incomplete_groups_at_gap(std::uint16_t feed) const noexcept {
  std::uint64_t groups = 0;
  for (const std::uint32_t symbol : tracked_list_) groups += feed_of_[symbol] == feed && pending_[symbol].mask != 0;
  return groups;
}

void Market::settle_closes() noexcept {
  for (const std::uint32_t symbol : tracked_list_) {
    SymbolState& state = states_[symbol];
    if (official_close_e9_[symbol] != 0 && state.traded) {
      state.last_e9 = official_close_e9_[symbol];
    } else if (closing_print_e9_[symbol] != 0 && state.traded) {
      state.last_e9 = closing_print_e9_[symbol];
    }
    state.listed |= state.traded;
  }
}

}  // namespace groundswell::market
