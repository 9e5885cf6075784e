// The reference model, first part: what is true of one symbol. The model keeps the list of what happened to it, and its past sessions;
// today is made anew from the list each time it is asked for.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "groundswell/record.hpp"
#include "groundswell/universe.hpp"
#include "groundswell/volume_curve.hpp"
#include "support/reference/number.hpp"

namespace groundswell::reference {

inline constexpr std::uint64_t kSecondNs = 1'000'000'000;

struct Setup {
  Universe universe;
  std::vector<std::string> symbols;  // by dense id
  std::vector<Eligibility> conditions;
  std::vector<SharesRow> shares;
  std::vector<ActionRow> actions;
  VolumeCurve volume_curve;
  std::uint64_t grid_step_ns = kSecondNs;
};

struct Event {  // of one symbol, in the order in which they came
  enum class Kind { kTrade, kBar, kHalt, kResume, kGap } kind;
  std::uint64_t known_ns = 0;  // event time after it: who asks about an earlier instant does not know it
  Eligibility may{};
  std::int64_t open_e9 = 0, high_e9 = 0, low_e9 = 0, price_e9 = 0;  // a trade has one price
  std::uint64_t size = 0;
  std::uint64_t length_ns = 0;  // of a bar
};

struct Day {  // one past session, in the prices and shares of today
  std::int64_t close_e9;
  std::int64_t high_e9, low_e9;  // 0: it did not trade
  std::int64_t volume_shares;
  std::int64_t float_shares;  // in force then; 0: unknown
  bool traded;
  std::optional<int128> return_e12;  // of a session in which it traded and had a reference that holds
};

struct Symbol {                          // at an instant
  std::span<const Day> past;             // since its first close, newest last
  std::int64_t last_e9 = 0, ref_e9 = 0;  // ref 0: none, or one that does not hold
  std::int64_t high_e9 = 0, low_e9 = 0;
  std::uint64_t volume_shares = 0, vwap_shares = 0;
  uint128 dollars_e9 = 0, vwap_dollars_e9 = 0;
  bool traded = false, listed = false, halted = false, suspect = false, fresh = false, from_bar = false;
  bool price_gap = false, session_gap = false;
  int tick_sign = 0;
  std::uint64_t first_ns = 0, last_ns = 0, bar_length_ns = 0;
  std::int64_t official_e9 = 0, closing_e9 = 0;
  std::int64_t float_shares = 0;

  bool eligible() const { return ref_e9 > 0; }
  bool counts() const { return traded && eligible(); }
  int direction() const { return (last_e9 > ref_e9) - (last_e9 < ref_e9); }
  // Of a window of that many sessions, this one included: the price that it begins at, and the float shares of its first session.
  std::int64_t base_e9(std::size_t sessions) const { return sessions == 1 ? ref_e9 : close_ago(sessions); }
  std::int64_t base_shares(std::size_t sessions) const {
    return sessions == 1 ? float_shares : past[past.size() - (sessions - 1)].float_shares;
  }
  std::int64_t close_ago(std::size_t sessions) const { return past.size() < sessions ? 0 : past[past.size() - sessions].close_e9; }
};

class Market {
 public:
  explicit Market(const Setup& setup) : setup_(setup), tracks_(setup.symbols.size()) {
    const auto track = [&](const std::string& name) {
      if (name.empty()) return;
      const auto found = std::find(setup.symbols.begin(), setup.symbols.end(), name);
      tracks_.at(static_cast<std::size_t>(found - setup.symbols.begin())).tracked = true;
    };
    for (const std::string& name : setup.universe.benchmarks) track(name);
    for (const Basket& basket : setup.universe.baskets) {
      for (const Member& member : basket.members) track(member.symbol);
    }
  }

  // Yesterday becomes history if anything traded; corporate actions that are due; today is empty.
  void roll(const SessionRoll& roll, std::uint64_t now_ns) {
    const bool keep = anything_traded(now_ns);
    for (std::uint32_t id = 0; id < tracks_.size(); ++id) {
      Track& track = tracks_[id];
      const Symbol ended = symbol_at_close(id, now_ns);
      if (keep && (!track.past.empty() || ended.traded)) track.past.push_back(day_of(ended));
      track.halted = ended.halted;
      track.price_gap = ended.price_gap;
      track.bar_length_ns = ended.bar_length_ns;
      track.events.clear();
      track.bar.clear();
      track.acted = false;
      act(setup_.symbols[id], track, roll.session);
    }
    market_events_.clear();
    session_ = roll.session;
    schedule_ = roll;
    rolled_ = true;
  }
  void amend(const SessionRoll& roll) { schedule_ = roll; }
  void set_rostered(std::uint32_t id, bool rostered) { tracks_[id].rostered = rostered; }

  // `closed`: the final commit is behind, trades count no more.
  void take(const Record& record, std::uint64_t now_ns, bool closed) {
    const Tick& tick = record.tick;
    if (tick.symbol >= tracks_.size() || !tracks_[tick.symbol].tracked) return;
    Track& track = tracks_[tick.symbol];
    const bool priced = tick.action == Action::kTrade || is_bar(tick.action);
    if (priced && closed) return;
    if (priced && (tick.price_e9 <= 0 || tick.price_e9 >= kMaxPriceE9 || tick.size >= kMaxSize)) return;
    if (record.feed != 0) track.feed = record.feed;
    if (tick.action == Action::kTrade) take_trade(tick, track, now_ns);
    if (is_bar(tick.action)) take_bar(tick, track, now_ns);
    if (tick.action == Action::kStatus) take_status(tick, track, now_ns);
  }
  // Every symbol that comes, or may come, from that feed.
  void take_gap(std::uint16_t feed, std::uint64_t now_ns) {
    for (Track& track : tracks_) {
      if (!track.tracked || (track.feed != feed && track.feed != 0)) continue;
      track.bar.clear();
      track.events.push_back({.kind = Event::Kind::kGap, .known_ns = now_ns, .may = {}});
    }
  }

  Symbol symbol(std::uint32_t id, std::uint64_t at_ns) const {
    const Track& track = tracks_[id];
    Symbol s;
    s.past = track.past;
    s.listed = !s.past.empty();
    s.ref_e9 = s.last_e9 = s.close_ago(1);
    s.halted = track.halted;
    s.price_gap = track.price_gap;
    s.bar_length_ns = track.bar_length_ns;
    s.float_shares = float_shares(setup_.symbols[id]);
    for (const Event& event : track.events) {
      if (event.known_ns <= at_ns) happened(s, event, track);
    }
    s.fresh = s.traded && at_ns < s.last_ns + 60 * kSecondNs + s.bar_length_ns;
    return s;
  }
  // With the official close in `last`, else the closing print.
  Symbol symbol_at_close(std::uint32_t id, std::uint64_t at_ns) const {
    Symbol s = symbol(id, at_ns);
    if (s.traded && (s.official_e9 != 0 || s.closing_e9 != 0)) s.last_e9 = s.official_e9 != 0 ? s.official_e9 : s.closing_e9;
    s.listed |= s.traded;
    return s;
  }
  std::int64_t price_at(std::uint32_t id, std::uint64_t at_ns) const {  // 0: had not traded
    const Symbol s = symbol(id, at_ns);
    return s.traded ? s.last_e9 : 0;
  }
  bool market_halted(std::uint64_t at_ns) const {
    bool halted = false;
    for (const auto& [known_ns, now_halted] : market_events_) halted = known_ns <= at_ns ? now_halted : halted;
    return halted;
  }
  bool anything_traded(std::uint64_t at_ns) const {
    for (std::uint32_t id = 0; id < tracks_.size(); ++id) {
      if (tracks_[id].tracked && !tracks_[id].events.empty() && symbol(id, at_ns).traded) return true;
    }
    return false;
  }

 private:
  struct Track {
    bool tracked = false, rostered = false;
    std::vector<Day> past;
    std::vector<Event> events;               // of this session
    std::vector<Tick> bar;                   // ticks of a bar whose last is still to come
    std::uint16_t feed = 0;                  // that brought its last tick
    bool halted = false, price_gap = false;  // as the last session left it
    std::uint64_t bar_length_ns = 0;
    bool acted = false;  // a corporate action went ex this session
  };

  static Day day_of(const Symbol& s) {
    const bool has_bar = s.traded && s.high_e9 != 0;
    Day day{
        s.last_e9, has_bar ? s.high_e9 : 0, has_bar ? s.low_e9 : 0, static_cast<std::int64_t>(s.volume_shares), s.float_shares, s.traded,
        {}};
    if (s.counts()) day.return_e12 = simple_return(s.last_e9, s.ref_e9);
    return day;
  }

  void act(const std::string& name, Track& track, std::uint32_t session) const {
    if (track.past.empty()) return;
    for (const ActionRow& action : actions_of(name)) {
      if (action.ex_session <= session_ || action.ex_session > session) continue;
      const std::int64_t close_e9 = track.past.back().close_e9;
      std::int64_t factor_e12 = action.price_factor_e12;
      if (factor_e12 == 0 && close_e9 <= action.cash_e9) continue;
      if (factor_e12 == 0)
        factor_e12 = static_cast<std::int64_t>(rounded_quotient(int128{close_e9 - action.cash_e9} * 1'000'000'000'000, close_e9));
      track.acted = true;
      for (Day& day : track.past) {
        for (std::int64_t* price : {&day.close_e9, &day.high_e9, &day.low_e9}) *price = times(*price, factor_e12);
        day.volume_shares = times(day.volume_shares, action.share_factor_e12);
        day.float_shares = times(day.float_shares, action.share_factor_e12);
      }
    }
  }
  std::vector<ActionRow> actions_of(const std::string& name) const {
    std::vector<ActionRow> rows;
    for (const ActionRow& row : setup_.actions) {
      if (row.symbol == name) rows.push_back(row);
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.ex_session < b.ex_session; });
    return rows;
  }
  // The latest row in force, times the share factors of the actions after it.
  std::int64_t float_shares(const std::string& name) const {
    const SharesRow* newest = nullptr;
    for (const SharesRow& row : setup_.shares) {
      const bool in_force = row.symbol == name && row.effective_session <= session_;
      if (in_force && (newest == nullptr || row.effective_session >= newest->effective_session)) newest = &row;
    }
    if (newest == nullptr) return 0;
    std::int64_t shares = newest->float_shares;
    for (const ActionRow& action : actions_of(name)) {
      if (action.ex_session > newest->effective_session && action.ex_session <= session_) shares = times(shares, action.share_factor_e12);
    }
    return shares;
  }

  void take_trade(const Tick& tick, Track& track, std::uint64_t now_ns) const {
    static constexpr Eligibility kVolumeOnly{.high_low = false, .last = false, .volume = true, .vwap = false};
    Eligibility may = tick.cond_set < setup_.conditions.size() ? setup_.conditions[tick.cond_set] : kVolumeOnly;
    const bool in_hours = tick.ts_event_ns >= schedule_.open_ns && tick.ts_event_ns < schedule_.close_ns;
    if (!rolled_ || (!in_hours && !may.opening && !may.closing && !may.official_close)) return;
    if ((tick.flags & kFlagSuspicious) != 0) {
      may = kVolumeOnly;
      may.volume = tick.cond_set >= setup_.conditions.size() || setup_.conditions[tick.cond_set].volume;
    }
    track.events.push_back({.kind = Event::Kind::kTrade,
                            .known_ns = now_ns,
                            .may = may,
                            .open_e9 = tick.price_e9,
                            .high_e9 = tick.price_e9,
                            .low_e9 = tick.price_e9,
                            .price_e9 = tick.price_e9,
                            .size = tick.size});
  }
  // A bar is four ticks, open, high, low, close, of which only the last has the flag LAST; else it is none.
  void take_bar(const Tick& tick, Track& track, std::uint64_t now_ns) const {
    if (tick.action == Action::kBarOpen) track.bar.clear();
    track.bar.push_back(tick);
    if (tick.action != Action::kBarClose) return;
    const std::vector<Tick> bar = std::exchange(track.bar, {});
    const bool whole = bar.size() == 4 && bar[0].action == Action::kBarOpen && bar[1].action == Action::kBarHigh &&
                       bar[2].action == Action::kBarLow && (tick.flags & kFlagLast) != 0;
    if (!whole || tick.size == 0 || !rolled_) return;
    const bool bars = schedule_.mode == SessionMode::kBars;
    if (bars && tick.ts_event_ns != schedule_.close_ns) return;
    if (!bars && (tick.ts_event_ns - tick.trade_id < schedule_.open_ns || tick.ts_event_ns > schedule_.close_ns)) return;
    track.events.push_back({.kind = Event::Kind::kBar,
                            .known_ns = now_ns,
                            .may = {},
                            .open_e9 = bar[0].price_e9,
                            .high_e9 = bar[1].price_e9,
                            .low_e9 = bar[2].price_e9,
                            .price_e9 = tick.price_e9,
                            .size = tick.size,
                            .length_ns = tick.trade_id});
  }
  void take_status(const Tick& tick, Track& track, std::uint64_t now_ns) {
    const auto code = static_cast<StatusCode>(tick.trade_id);
    if (code == StatusCode::kHalt) track.events.push_back({.kind = Event::Kind::kHalt, .known_ns = now_ns, .may = {}});
    if (code == StatusCode::kResume) track.events.push_back({.kind = Event::Kind::kResume, .known_ns = now_ns, .may = {}});
    if (code == StatusCode::kMarketHalt) market_events_.emplace_back(now_ns, true);
    if (code == StatusCode::kMarketResume) market_events_.emplace_back(now_ns, false);
  }

  static void happened(Symbol& s, const Event& event, const Track& track) {
    switch (event.kind) {
      case Event::Kind::kHalt: s.halted = true; return;
      case Event::Kind::kResume: s.halted = false; return;
      case Event::Kind::kGap: s.price_gap = s.session_gap = true; return;
      case Event::Kind::kTrade:
      case Event::Kind::kBar: break;
    }
    const Eligibility& may = event.may;
    const uint128 dollars_e9 = static_cast<uint128>(event.price_e9) * event.size;
    if (may.volume) s.volume_shares += event.size, s.dollars_e9 += dollars_e9;
    if (may.vwap) s.vwap_shares += event.size, s.vwap_dollars_e9 += dollars_e9;
    if (may.high_low) {
      s.high_e9 = std::max(s.high_e9, event.high_e9);
      s.low_e9 = s.low_e9 == 0 ? event.low_e9 : std::min(s.low_e9, event.low_e9);
    }
    if (may.official_close) s.official_e9 = event.price_e9;
    if (may.closing) s.closing_e9 = event.price_e9;
    const bool is_bar = event.kind == Event::Kind::kBar;
    if (is_bar) s.bar_length_ns = event.length_ns;
    if (may.last || (may.last_if_first && !s.traded)) set_last(s, event, is_bar, track);
  }
  static void set_last(Symbol& s, const Event& event, bool is_bar, const Track& track) {
    if (!s.traded) {
      s.first_ns = event.known_ns;
      // An opening over 35 % away from the reference that no corporate action explains: out of E until the next roll.
      const int128 move_e9 = int128{event.open_e9} - s.ref_e9;
      if (s.ref_e9 > 0 && track.rostered && !track.acted && 100 * (move_e9 < 0 ? -move_e9 : move_e9) > 35 * int128{s.ref_e9}) {
        s.suspect = true;
        s.ref_e9 = 0;
      }
    }
    const bool follows = s.traded && !s.from_bar && !is_bar;
    s.tick_sign = follows ? (event.price_e9 > s.last_e9) - (event.price_e9 < s.last_e9) : 0;
    s.last_e9 = event.price_e9;
    s.last_ns = event.known_ns;
    s.from_bar = is_bar;
    s.traded = true;
    s.price_gap = false;
  }

  const Setup& setup_;
  std::vector<Track> tracks_;
  std::vector<std::pair<std::uint64_t, bool>> market_events_;
  SessionRoll schedule_{};
  std::uint32_t session_ = 0;
  bool rolled_ = false;
};

}  // namespace groundswell::reference
