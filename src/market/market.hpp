// The market: per-symbol truth. Takes ticks in arrival order, keeps today's session and 252 sessions of history of every symbol, and
// freezes the thresholds that signals compare against at each roll.
//
// Thread: one. Nothing is allocated after construction. Invariant: nothing here depends on rosters; history belongs to the symbol.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/state_stream.hpp"
#include "groundswell/record.hpp"
#include "groundswell/symbol_state.hpp"
#include "groundswell/universe.hpp"
#include "market/rolling_prices.hpp"

namespace groundswell::market {

// What became of a tick. Every trade (a T tick or a whole bar) ends as exactly one of the first seven.
enum class Outcome : std::uint8_t {
  kEligible = 0,     // moved last, high, low or the official close
  kVolumeOnly,       // its conditions allow no more
  kOutsideHours,     // before the open, after the close, or before the first roll
  kIncompleteGroup,  // a bar that a gap, or the next bar, cut
  kZeroVolumeBar,    // no trade
  kUnrostered,       // of a symbol that is in no basket and no benchmark
  kAfterFinal,       // after the session's final commit
  kPending,          // a part of a group that is not complete yet
  kQuote,            // seen; no signal reads quotes
  kStatus,
  kUnappliedCorrection,  // a cancel or correction: counted, not applied by this version
  kIgnored,              // an action this version does not know, or a number no trade can have
};
inline constexpr std::array<std::string_view, 12> kOutcomeNames{
    "eligible",    "volume_only", "outside_hours", "incomplete_group", "zero_volume_bar",      "unrostered",
    "after_final", "pending",     "quote",         "status",           "unapplied_correction", "ignored"};

enum class StatusChange : std::uint8_t { kNone, kHalt, kResume, kMarketHalt, kMarketResume };

class Market {
 public:
  // `tracked`: by dense id, whether members or benchmarks ever need it. `grid_step_ns`: of the steps at which prices are sampled.
  Market(std::size_t n_symbols, std::vector<bool> tracked, std::uint64_t grid_step_ns);

  // Condition set `index` may do what `eligibility` says. Sets may be added while running (a recording's CATALOG block); up to 65,536.
  void set_condition(std::uint16_t index, const Eligibility& eligibility);
  // Reference data in force, by dense id; sorted by session within a symbol.
  void set_shares(std::map<std::uint32_t, std::vector<SharesRow>> shares);
  void set_actions(std::map<std::uint32_t, std::vector<ActionRow>> actions);

  // The roll: yesterday's closes enter history (if `advance`: the last session had a commit and something traded), corporate actions with
  // ex-session in (last roll, session] apply once, thresholds freeze, session state starts anew.
  void roll(const SessionRoll& roll, bool advance);
  // Instants of a re-sent roll of the same session.
  void amend(const SessionRoll& roll) noexcept { schedule_ = roll; }

  struct Applied {
    Outcome outcome;
    StatusChange status = StatusChange::kNone;
    bool changed = false;     // the symbol's state changed: tell the book
    bool bar = false;         // a whole bar, not a single trade
    bool gap_healed = false;  // its price taint ended
    bool unknown_condition = false;
    bool suspect = false;       // this opening made it CORP_ACTION_SUSPECT
    double suspect_move = 0.0;  // open / reference - 1
  };
  // `event_time_ns`: W after this record.
  Applied apply(const Record& record, std::uint64_t event_time_ns) noexcept;
  // Ticks of `feed` were lost: taints the symbols that came, or may come, from it. Calls visit(symbol) for each whose state changed.
  template <class Visit>
  void taint(std::uint16_t feed, Visit&& visit) noexcept {
    for (const std::uint32_t symbol : tracked_list_) {
      if (feed_of_[symbol] != feed && feed_of_[symbol] != kNoFeed) continue;
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

  // Symbols whose price stops being fresh at or before `time_ns`. Calls visit(symbol).
  template <class Visit>
  void go_stale(std::uint64_t time_ns, Visit&& visit) noexcept {
    if (time_ns < next_stale_ns_) return;
    next_stale_ns_ = kNever;
    for (const std::uint32_t symbol : tracked_list_) {
      if (!states_[symbol].fresh) continue;
      const std::uint64_t until_ns = last_trade_ns_[symbol] + kFreshNs + bar_length_ns_[symbol];
      if (until_ns > time_ns) {
        next_stale_ns_ = until_ns < next_stale_ns_ ? until_ns : next_stale_ns_;
      } else {
        states_[symbol].fresh = false;
        visit(symbol);
      }
    }
  }
  bool stale_due(std::uint64_t time_ns) const noexcept { return time_ns >= next_stale_ns_; }  // may be early, never late

  // The sample of prices of a grid step; to be taken at every step that is due.
  bool sample_due(std::uint64_t step_ns) const noexcept { return rolling_.due(step_ns); }
  void sample(std::uint64_t step_ns) noexcept { rolling_.take(step_ns, tracked_list_, states_); }
  const RollingPrices& rolling() const noexcept { return rolling_; }

  ReturnHistory returns() const noexcept { return {returns_e12_.data(), history_next_.data()}; }

  // Puts the official close (else the last price) in `last`, and counts a first close as listed. For a commit; may be called again.
  void settle_closes() noexcept;

  std::span<SymbolState> states() noexcept { return states_; }
  std::span<const SymbolState> states() const noexcept { return states_; }
  std::span<const std::uint32_t> tracked() const noexcept { return tracked_list_; }
  bool anything_traded() const noexcept { return traded_symbols_ > 0; }
  bool market_halted() const noexcept { return market_halted_; }
  std::uint64_t last_trade_ns(std::uint32_t symbol) const noexcept { return last_trade_ns_[symbol]; }  // event time; 0 = none this session
  std::uint64_t bar_length_ns(std::uint32_t symbol) const noexcept { return bar_length_ns_[symbol]; }  // 0 = its data are no bars

  // For a snapshot: all that changes, and into a market of the same symbols; conditions and reference data are the constructor's to give.
  void save(StateWriter& archive) const;
  void restore(StateReader& archive) noexcept;

  static constexpr std::size_t kHistorySessions = ReturnHistory::kSessions;

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  static constexpr std::uint64_t kVwapWarmNs = 600'000'000'000;
  static constexpr std::uint16_t kNoFeed = 0xffff;
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

  // E5: a member that opens over 35 % away from its reference on a session without a corporate action of its own is a suspect.
  void judge_open(std::uint32_t symbol, SymbolState& state, std::int64_t open_e9, Applied& applied) noexcept;
  Applied apply_trade(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept;
  Applied apply_bar(const Tick& tick, SymbolState& state, std::uint64_t event_time_ns) noexcept;
  Applied apply_status(const Tick& tick, SymbolState& state) noexcept;
  // A last-eligible trade, or a bar's close. Says whether the symbol's price taint ended.
  bool set_last(std::uint32_t symbol, SymbolState& state, std::int64_t price_e9, bool from_bar, std::uint64_t event_time_ns) noexcept;
  void remember(std::uint32_t symbol, SymbolState& state) noexcept;   // the session that ends becomes history
  void average_in(std::uint32_t symbol) noexcept;                     // the newest close
  Day& day(std::uint32_t symbol, std::size_t sessions_ago) noexcept;  // 1 = the last one in history
  void apply_actions(std::uint32_t symbol, std::uint32_t session) noexcept;
  void freeze(std::uint32_t symbol, std::uint32_t session) noexcept;
  std::int64_t float_shares_in_force(std::uint32_t symbol, std::uint32_t session) const noexcept;

  // Fixed while running.
  std::vector<bool> tracked_;
  std::vector<std::uint32_t> tracked_list_;
  std::vector<Eligibility> conditions_;
  std::map<std::uint32_t, std::vector<SharesRow>> shares_;
  std::map<std::uint32_t, std::vector<ActionRow>> actions_;

  // Changes with records; all of it is in visit_state().
  std::vector<SymbolState> states_;
  std::vector<Day> history_;  // kHistorySessions per symbol, a ring
  std::vector<std::uint32_t> history_next_;
  std::vector<std::int64_t> returns_e12_;  // beside history_, for ReturnHistory
  std::vector<Averages> averages_e9_;      // 0 until the window is full for the first time
  RollingPrices rolling_;
  std::uint64_t next_stale_ns_ = kNever;  // no fresh symbol goes stale before
  std::vector<PendingBar> pending_;
  std::vector<std::int64_t> official_close_e9_;  // 0 = none this session
  std::vector<std::int64_t> closing_print_e9_;
  std::vector<std::uint64_t> last_trade_ns_, first_trade_ns_, bar_length_ns_;
  std::vector<std::uint16_t> feed_of_;
  std::vector<std::uint8_t> acted_;     // a corporate action went ex this session
  std::vector<std::uint32_t> warming_;  // symbols in order of their first trade; capacity reserved
  std::size_t warming_next_ = 0;
  SessionRoll schedule_{};
  std::uint32_t last_session_ = 0;
  std::size_t traded_symbols_ = 0;
  bool in_session_ = false;
  bool market_halted_ = false;

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.states_, self.history_, self.history_next_, self.returns_e12_, self.averages_e9_, self.rolling_, self.next_stale_ns_,
            self.pending_, self.official_close_e9_, self.closing_print_e9_, self.last_trade_ns_, self.first_trade_ns_, self.bar_length_ns_,
            self.feed_of_, self.acted_);
    archive.up_to_capacity(self.warming_);
    archive(self.warming_next_, self.schedule_, self.last_session_, self.traded_symbols_, self.in_session_, self.market_halted_);
  }
};

}  // namespace groundswell::market
