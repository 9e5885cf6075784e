// The market: per-symbol truth. Takes ticks in arrival order, keeps today's session and 252 sessions of history of every symbol, and
// freezes the thresholds that signals compare against at each roll. A trade may be taken back or corrected later; what it did is undone
// exactly while it is among the last 256 of its symbol, and as well as can be after that.
//
//   Hygiene of a trade, in this order: hours, duplicate id (last 1,024 of the session), conditions, quarantine (market/quarantine.hpp).
//   The close is the corrected consolidated one, else the official one of the primary market, else the closing print, else the last price.
//   The primary market is the venue of the session's largest opening or closing print; official closes of others do nothing.
//
// Thread: one. Nothing is allocated after construction; about 45 KiB a symbol: 16 KiB of it are its last trades and minutes, 9 KiB the ids
// it has seen, 12 KiB its history, 6 KiB its prices of the last hour. Invariant: nothing here depends on rosters; history belongs to the
// symbol.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/huge_pages.hpp"
#include "base/state_stream.hpp"
#include "groundswell/record.hpp"
#include "groundswell/symbol_state.hpp"
#include "groundswell/universe.hpp"
#include "market/hot_state.hpp"
#include "market/outcome.hpp"
#include "market/rolling_prices.hpp"

namespace groundswell::market {

enum class StatusChange : std::uint8_t { kNone, kHalt, kResume, kMarketHalt, kMarketResume };

class Market {
 public:
  // `tracked`: by dense id, whether members or benchmarks ever need it. `grid_step_ns`: of the steps at which prices are sampled.
  // `suspicion`: how long a symbol whose opening looks like a corporate action that nobody told of stays out.
  Market(std::size_t n_symbols, std::vector<bool> tracked, std::uint64_t grid_step_ns, Suspicion suspicion = Suspicion::kSession);

  // Condition set `index` may do what `eligibility` says. Sets may be added while running (a recording's CATALOG block); up to 65,536.
  void set_condition(std::uint16_t index, const Eligibility& eligibility);
  // Reference data in force, by dense id; sorted by session within a symbol.
  void set_shares(std::map<std::uint32_t, std::vector<SharesRow>> shares);
  void set_actions(std::map<std::uint32_t, std::vector<ActionRow>> actions);

  // The roll: yesterday's closes enter history (if `advance`: the last session had a commit and something traded), corporate actions with
  // ex-session in (last roll, session] apply once, thresholds freeze, session state starts anew.
  void roll(const SessionRoll& roll, bool advance);
  // Instants of a re-sent roll of the same session.
  void amend(const SessionRoll& roll) noexcept {
    schedule_ = roll;
    minute_until_ns_ = 0;
  }

  struct Applied {
    Outcome outcome;
    StatusChange status = StatusChange::kNone;
    bool changed = false;     // the symbol's state changed: tell the book
    bool bar = false;         // a whole bar, not a single trade
    bool gap_healed = false;  // its price taint ended
    bool unknown_condition = false;
    bool revises = false;       // a trade that had counted is another one now, or none
    bool held = false;          // it waits in quarantine
    std::uint8_t believed = 0;  // trades that had been in quarantine and count from now on
    std::int8_t suspect = 0;    // +1: its opening made the symbol CORP_ACTION_SUSPECT; -1: that opening was taken back
    double suspect_move = 0.0;  // open / reference - 1
    double held_move = 0.0;     // price of the held trade / last - 1

    bool makes_edges() const noexcept { return (suspect != 0) | (believed != 0) | held | gap_healed | (status != StatusChange::kNone); }
  };
  // `event_time_ns`: W after this record.
  Applied apply(const Record& record, std::uint64_t event_time_ns) noexcept;
  // Ticks of `feed` were lost: taints the symbols that came, or may come, from it. Calls visit(symbol) for each whose state changed.
  template <class Visit>
  void taint(std::uint16_t feed, Visit&& visit) noexcept {
    for (const std::uint32_t symbol : tracked_list_) {
      if (hot_[symbol].feed != feed && hot_[symbol].feed != kNoFeed) continue;
      pending_[symbol].mask = 0;
      states_[symbol].price_gap = true;
      states_[symbol].session_gap = true;
      visit(symbol);
    }
  }
  std::uint64_t incomplete_groups_at_gap(std::uint16_t feed) const noexcept;  // groups that taint() will drop

  // Symbols whose average price becomes meaningful at or before `time_ns` (ten minutes after their first trade). Calls visit(symbol).
  template <class Visit>
  void warm_up(std::uint64_t time_ns, Visit&& visit) noexcept {
    while (warming_next_ < warming_.size() && first_trade_ns_[warming_[warming_next_]] + kVwapWarmNs <= time_ns) {
      const std::uint32_t symbol = warming_[warming_next_++];
      states_[symbol].vwap_warm = true;
      visit(symbol);
    }
  }
  bool warm_up_due(std::uint64_t time_ns) const noexcept {
    return warming_next_ < warming_.size() && first_trade_ns_[warming_[warming_next_]] + kVwapWarmNs <= time_ns;
  }

  // Symbols whose tick stops being fresh, or that have been silent for too long, at or before `time_ns`. Calls visit(symbol).
  template <class Visit>
  void go_stale(std::uint64_t time_ns, Visit&& visit) noexcept {
    if (time_ns < next_stale_ns_) return;
    next_stale_ns_ = kNever;
    for (std::size_t block = 0; block < block_stale_from_ns_.size(); ++block) {
      if (block_stale_from_ns_[block] <= time_ns) {
        block_stale_from_ns_[block] = kNever;
        const std::size_t first = block * kBlockSymbols, last = std::min(first + kBlockSymbols, stale_from_ns_.size());
        for (std::size_t symbol = first; symbol < last; ++symbol) {
          if (stale_from_ns_[symbol] <= time_ns && age(static_cast<std::uint32_t>(symbol), time_ns))
            visit(static_cast<std::uint32_t>(symbol));
          block_stale_from_ns_[block] = std::min(block_stale_from_ns_[block], stale_from_ns_[symbol]);
        }
      }
      next_stale_ns_ = std::min(next_stale_ns_, block_stale_from_ns_[block]);
    }
  }
  bool stale_due(std::uint64_t time_ns) const noexcept { return time_ns >= next_stale_ns_; }  // may be early, never late

  // Held trades whose time is over at or before `time_ns`: they stay volume only. Calls visit(symbol) for each.
  template <class Visit>
  void expire_holds(std::uint64_t time_ns, Visit&& visit) noexcept {
    if (time_ns < next_expiry_ns_) return;
    next_expiry_ns_ = kNever;
    for (const std::uint32_t symbol : tracked_list_) {
      if (!states_[symbol].held) continue;
      if (hot_[symbol].hold.until_ns > time_ns) {
        next_expiry_ns_ = std::min(next_expiry_ns_, hot_[symbol].hold.until_ns);
      } else {
        end_hold(symbol, hot_[symbol].hold.price_e9);
        visit(symbol);
      }
    }
  }
  bool expiry_due(std::uint64_t time_ns) const noexcept { return time_ns >= next_expiry_ns_; }  // may be early, never late

  // The sample of prices of a grid step; to be taken at every step that is due. `looks`: whether anybody looks at rolling_price_e9.
  bool sample_due(std::uint64_t step_ns) const noexcept { return rolling_.due(step_ns); }
  void sample(std::uint64_t step_ns, bool looks) noexcept { rolling_.take(step_ns, tracked_list_, states_, looks); }
  const RollingPrices& rolling() const noexcept { return rolling_; }

  ReturnHistory returns() const noexcept { return {returns_e12_.data(), history_next_.data()}; }

  // Puts the official close (else the last price) in `last`, and counts a first close as listed. For a commit; may be called again.
  void settle_closes() noexcept;

  std::span<SymbolState> states() noexcept { return states_; }
  std::span<const SymbolState> states() const noexcept { return states_; }
  std::span<const std::uint32_t> tracked() const noexcept { return tracked_list_; }
  bool anything_traded() const noexcept { return traded_symbols_ > 0; }
  bool market_halted() const noexcept { return market_halted_; }
  // Event time; 0 = none this session.
  std::uint64_t last_trade_ns(std::uint32_t symbol) const noexcept { return hot_[symbol].last_trade_ns; }
  std::uint64_t bar_length_ns(std::uint32_t symbol) const noexcept { return bar_length_ns_[symbol]; }  // 0 = its data are no bars

  // All that another market has come to know, whose symbols are the first of this one's. Call it before a roll. Allocates.
  void take_over(const Market& before);

  // For a snapshot: all that changes, and into a market of the same symbols; conditions and reference data are the constructor's to give.
  void save(StateWriter& archive) const;
  void restore(StateReader& archive) noexcept;

  static constexpr std::size_t kHistorySessions = ReturnHistory::kSessions;

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  static constexpr std::uint64_t kVwapWarmNs = 600'000'000'000;
  static constexpr std::size_t kBlockSymbols = 8;  // of a cache line of times
  struct PendingBar {
    std::int64_t open_e9 = 0, high_e9 = 0, low_e9 = 0;
    std::uint8_t mask = 0;  // bits: open, high, low seen
  };
  struct Day {  // one session of one symbol; high 0 = no bar that session
    std::int64_t close_e9, high_e9, low_e9;
    std::int64_t volume_shares;
    std::int64_t float_shares;  // 0 = unknown
  };
  using Averages = std::array<double, kAverageWindows.size()>;  // of closes, 1e-9 dollar, by window

  struct ClosePrints {  // of this session; 0 = none
    std::int64_t corrected_e9 = 0, official_e9 = 0, closing_e9 = 0;
    std::uint64_t auction_shares = 0;  // of the largest opening or closing print
    std::uint8_t primary_venue = 0;    // its venue
    std::array<std::uint8_t, 7> zero{};
  };

  // A member that opens over 35 % away from its reference on a session without a corporate action of its own is a suspect. The reference of
  // a suspect is 0.
  void judge_open(std::uint32_t symbol, SymbolState& state, std::int64_t open_e9, Applied& applied) noexcept;
  void judge_open_again(std::uint32_t symbol, SymbolState& state, Applied& applied) noexcept;  // after a trade was taken back
  std::int64_t close_before_e9(std::uint32_t symbol) noexcept;                                 // adjusted; 0 = none
  Applied apply_trade(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept;
  Applied apply_bar(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept;
  Applied apply_status(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept;
  TradeLog log_of(std::uint32_t symbol) noexcept { return {hot_[symbol].log, trades_[symbol]}; }
  TradeIds ids_of(std::uint32_t symbol) noexcept { return {hot_[symbol].ids, ids_[symbol]}; }
  void prefetch(const Tick& tick) const noexcept;
  std::uint16_t minute_of(std::uint64_t event_time_ns) noexcept;
  std::size_t half_hour_of(std::uint64_t event_time_ns) const noexcept {
    return TradePace::half_hour(event_time_ns - std::min(event_time_ns, schedule_.open_ns));
  }
  std::uint16_t allowed_marks(const Tick& tick, const SymbolState& state) noexcept;
  LoggedTrade log_bar(const Tick& tick, const PendingBar& bar, std::uint64_t event_time_ns) noexcept;  // returns its close
  // A last-eligible trade, or a bar's close. Says whether the symbol's price taint ended.
  bool set_last(const Tick& tick, SymbolState& state, bool from_bar, std::uint64_t event_time_ns) noexcept;
  void begin_trading(std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns) noexcept;
  void end_trading(std::uint32_t symbol, SymbolState& state) noexcept;  // as if it had not traded this session
  void listen_anew(std::uint32_t symbol, std::uint64_t event_time_ns) noexcept;
  bool age(std::uint32_t symbol, std::uint64_t time_ns) noexcept;  // says whether freshness or staleness changed
  void ages_from(std::uint32_t symbol, std::uint64_t time_ns) noexcept {
    stale_from_ns_[symbol] = std::min(stale_from_ns_[symbol], time_ns);
    block_stale_from_ns_[symbol / kBlockSymbols] = std::min(block_stale_from_ns_[symbol / kBlockSymbols], time_ns);
    next_stale_ns_ = std::min(next_stale_ns_, time_ns);
  }

  // Quarantine, before the trade is logged.
  bool is_quarantined(const LoggedTrade& trade, std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns,
                      Applied& applied) noexcept {
    Hold& hold = hot_[symbol].hold;
    if (hold.active != 0 || is_tested(trade, state)) return judge(trade, symbol, state, event_time_ns, applied);
    hold.price_e9 = 0;  // an ordinary trade
    return false;
  }
  static bool is_tested(const LoggedTrade& trade, const SymbolState& state) noexcept {
    return !trade.does(kMarksPrint) && state.traded && jumps(trade.price_e9, state.last_e9);
  }
  bool judge(const LoggedTrade& trade, std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns, Applied& applied) noexcept;
  void believe(std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns, Applied& applied) noexcept;
  void end_hold(std::uint32_t symbol, std::int64_t dropped_e9) noexcept;

  // Cancels and corrections.
  Applied apply_correction(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept;
  Applied correct_forgotten(const Tick& tick, SymbolState& state) noexcept;
  void take_volume(SymbolState& state, const LoggedTrade& trade) noexcept;
  static void put_volume(SymbolState& state, const LoggedTrade& trade) noexcept {
    const uint128 dollars_e9 = static_cast<uint128>(trade.price_e9) * trade.size;
    if (trade.does(kMarkVolume)) {
      state.volume_shares += trade.size;
      state.dollars_e9 += dollars_e9;
    }
    if (trade.does(kMarkVwap)) {
      state.vwap_shares += trade.size;
      state.vwap_dollars_e9 += dollars_e9;
    }
  }
  void renew_last(std::uint32_t symbol, SymbolState& state, std::uint64_t event_time_ns) noexcept;
  void renew_extremes(std::uint32_t symbol, SymbolState& state) noexcept;
  void renew_closes(std::uint32_t symbol) noexcept;

  // Rolls.
  void remember(std::uint32_t symbol, SymbolState& state) noexcept;          // the session that ends becomes history
  void average_in(std::uint32_t symbol) noexcept;                            // the newest close
  Day& day(std::uint32_t symbol, std::size_t sessions_ago) noexcept;         // 1 = the last one in history
  bool apply_actions(std::uint32_t symbol, std::uint32_t session) noexcept;  // false: impossible
  void forget(std::uint32_t symbol) noexcept;                                // it begins anew, as if it were listed today
  bool told_of(std::uint32_t symbol) const noexcept;
  void freeze(std::uint32_t symbol, std::uint32_t session) noexcept;
  std::int64_t float_shares_in_force(std::uint32_t symbol, std::uint32_t session) const noexcept;

  // Fixed while running.
  std::vector<bool> tracked_;
  std::vector<std::uint32_t> tracked_list_;
  std::vector<std::uint16_t> conditions_;  // TradeMark bits by condition set
  Suspicion suspicion_;
  std::map<std::uint32_t, std::vector<SharesRow>> shares_;
  std::map<std::uint32_t, std::vector<ActionRow>> actions_;

  // Changes with records; all of it is in visit_state().
  HugeVector<SymbolState> states_;
  std::vector<Day> history_;  // kHistorySessions per symbol, a ring
  std::vector<std::uint32_t> history_next_;
  std::vector<std::int64_t> returns_e12_;  // beside history_, for ReturnHistory
  std::vector<Averages> averages_e9_;      // 0 until the window is full for the first time
  RollingPrices rolling_;
  std::uint64_t next_stale_ns_ = kNever;            // nobody's freshness or staleness changes before
  std::vector<std::uint64_t> stale_from_ns_;        // nor this symbol's; moved on only when it is looked at
  std::vector<std::uint64_t> block_stale_from_ns_;  // nor that of a cache line of them
  std::vector<PendingBar> pending_;
  std::vector<ClosePrints> closes_;
  HugeVector<HotState> hot_;
  HugeVector<TradeIds::Lines> ids_;
  HugeVector<TradeLog::Trades> trades_;
  std::vector<TradePace> paces_;
  std::uint64_t next_expiry_ns_ = kNever;  // no held trade runs out of time before
  std::vector<std::uint64_t> first_trade_ns_, bar_length_ns_;
  std::vector<std::uint32_t> suspect_since_;  // session; 0 = no suspect
  std::vector<std::uint8_t> acted_;           // a corporate action went ex this session
  std::vector<std::uint32_t> warming_;        // symbols in order of their first trade; capacity reserved
  std::size_t warming_next_ = 0;
  SessionRoll schedule_{};
  std::uint32_t last_session_ = 0;
  std::size_t traded_symbols_ = 0;
  std::uint64_t minute_ns_ = 60'000'000'000;  // of the trade logs: more in sessions longer than 390 minutes
  bool in_session_ = false;
  bool market_halted_ = false;

  // The minute that was asked for last: follows from the schedule.
  std::uint64_t minute_from_ns_ = 0, minute_until_ns_ = 0;
  std::uint16_t minute_ = 0;

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.states_, self.history_, self.history_next_, self.returns_e12_, self.averages_e9_, self.rolling_, self.next_stale_ns_,
            self.stale_from_ns_, self.block_stale_from_ns_, self.pending_, self.closes_, self.hot_, self.ids_, self.trades_, self.paces_,
            self.next_expiry_ns_, self.first_trade_ns_, self.bar_length_ns_, self.suspect_since_, self.acted_);
    archive.up_to_capacity(self.warming_);
    archive(self.warming_next_, self.schedule_, self.last_session_, self.traded_symbols_, self.minute_ns_, self.in_session_,
            self.market_halted_);
  }
};

}  // namespace groundswell::market
