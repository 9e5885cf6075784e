// The session roll: yesterday becomes history, thresholds freeze, today begins.
#include <algorithm>

#include "base/durations.hpp"
#include "market/market.hpp"

namespace groundswell::market {
namespace {

constexpr std::uint64_t kLoggedMinutes = TradeLog::kMinutes - 2;  // one is before the open, one after the close
constexpr std::int64_t kFactorOne = 1'000'000'000'000;
constexpr std::int64_t kVolumeCap = 1'000'000'000'000'000;  // shares a session: sums of many fit 64 bits

std::int64_t times_factor(std::int64_t value, std::int64_t factor_e12) noexcept {
  return static_cast<std::int64_t>(divide_half_away(int128{value} * factor_e12, kFactorOne));
}

}  // namespace

Market::Day& Market::day(std::uint32_t symbol, std::size_t sessions_ago) noexcept {
  return history_[symbol * kHistorySessions + ((history_next_[symbol] + kHistorySessions - sessions_ago) & (kHistorySessions - 1))];
}

void Market::roll(const SessionRoll& roll, bool advance) {
  for (const std::uint32_t symbol : tracked_list_) {
    SymbolState& state = states_[symbol];
    if (advance && (state.closes > 0 || state.traded)) {
      if (schedule_.mode == SessionMode::kLive)
        paces_[symbol].remember(hot_[symbol].pace, schedule_.close_ns - std::min(schedule_.open_ns, schedule_.close_ns));
      remember(symbol, state);
    }
    const bool possible = apply_actions(symbol, roll.session);
    if (!possible) forget(symbol);
    freeze(symbol, roll.session);
    if (!possible) state.suspect = true;
  }
  schedule_ = roll;
  last_session_ = roll.session;
  traded_symbols_ = 0;
  warming_.clear();
  warming_next_ = 0;
  in_session_ = true;
  market_halted_ = false;
  next_stale_ns_ = next_expiry_ns_ = kNever;
  for (auto* times_ns : {&stale_from_ns_, &block_stale_from_ns_}) std::fill(times_ns->begin(), times_ns->end(), kNever);
  const std::uint64_t minutes = (roll.close_ns - std::min(roll.open_ns, roll.close_ns) + kMinuteNs - 1) / kMinuteNs;
  minute_ns_ = kMinuteNs * std::max<std::uint64_t>((minutes + kLoggedMinutes - 1) / kLoggedMinutes, 1);
  minute_until_ns_ = 0;
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

// Applies what went ex since the last roll to all that is kept of the symbol. Says whether it could: an action that would take a price to
// nothing, or out of the range of prices, leaves no history to compare with.
bool Market::apply_actions(std::uint32_t symbol, std::uint32_t session) noexcept {
  acted_[symbol] = 0;
  const auto found = actions_.find(symbol);
  if (found == actions_.end() || states_[symbol].closes == 0) return true;
  for (const ActionRow& action : found->second) {
    if (action.ex_session <= last_session_ || action.ex_session > session) continue;
    std::int64_t factor_e12 = action.price_factor_e12;
    if (factor_e12 == 0) {  // a cash dividend: (C - D) / C on the carried close
      const std::int64_t close_e9 = day(symbol, 1).close_e9;
      if (close_e9 <= action.cash_e9) return false;
      factor_e12 = static_cast<std::int64_t>(divide_half_away(int128{close_e9 - action.cash_e9} * kFactorOne, close_e9));
    }
    acted_[symbol] = 1;
    const std::size_t known = std::min<std::size_t>(states_[symbol].closes, kHistorySessions);
    for (std::size_t ago = 1; ago <= known; ++ago) {
      const Day& entry = day(symbol, ago);
      for (const std::int64_t price_e9 : {entry.close_e9, entry.high_e9, entry.low_e9}) {
        const int128 adjusted_e9 = divide_half_away(int128{price_e9} * factor_e12, kFactorOne);
        if (price_e9 > 0 && (adjusted_e9 <= 0 || adjusted_e9 >= kMaxPriceE9)) return false;
      }
    }
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
  return true;
}

void Market::forget(std::uint32_t symbol) noexcept {
  const auto first = returns_e12_.begin() + static_cast<std::ptrdiff_t>(symbol * kHistorySessions);
  std::fill(first, first + kHistorySessions, ReturnHistory::kNone);
  averages_e9_[symbol] = {};
  states_[symbol].closes = 0;
}

std::int64_t Market::close_before_e9(std::uint32_t symbol) noexcept { return states_[symbol].closes > 0 ? day(symbol, 1).close_e9 : 0; }

// Whether a corporate action that explains the suspicion has been told since.
bool Market::told_of(std::uint32_t symbol) const noexcept {
  const auto found = actions_.find(symbol);
  if (found == actions_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const ActionRow& action) { return action.ex_session >= suspect_since_[symbol]; });
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
  closes_[symbol] = ClosePrints{};
  ids_of(symbol).begin_session();
  log_of(symbol).begin_session();
  HotState& hot = hot_[symbol];
  hot.pace = {};
  hot.hold = {};
  hot.last_trade_ns = hot.silent_since_ns = first_trade_ns_[symbol] = 0;
  hot.last_venue = 0;
  pending_[symbol].mask = 0;
  s.ref_e9 = s.last_e9 = close_before_e9(symbol);
  if (before.suspect && suspicion_ == Suspicion::kLatched && !told_of(symbol)) {
    s.suspect = true;
    s.ref_e9 = 0;
  } else {
    suspect_since_[symbol] = 0;
  }
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

}  // namespace groundswell::market
