// The reference model, second part: all symbols, from session to session.
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
#include "support/reference/session.hpp"

namespace groundswell::reference {

struct Setup {
  Universe universe;
  std::vector<std::string> symbols;  // by dense id
  std::vector<Eligibility> conditions;
  std::vector<SharesRow> shares;
  std::vector<ActionRow> actions;
  VolumeCurve volume_curve;
  std::uint64_t grid_step_ns = kSecondNs;
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
  // `first_step_ns`: of the grid of the session that begins.
  void roll(const SessionRoll& roll, std::uint64_t now_ns, std::uint64_t first_step_ns) {
    const bool keep = anything_traded(now_ns);
    for (std::uint32_t id = 0; id < tracks_.size(); ++id) {
      Track& track = tracks_[id];
      const Symbol ended = symbol_at_close(id, now_ns);
      if (keep && (!track.past.empty() || ended.traded)) {
        track.past.push_back(day_of(ended));
        if (schedule_.mode == SessionMode::kLive) track.paces.push_back(pace_of(ended));
      }
      track.halted = ended.halted;
      track.price_gap = ended.price_gap;
      track.bar_length_ns = ended.bar_length_ns;
      track.events.clear();
      track.bar.clear();
      track.ids.clear();
      track.acted = false;
      act(setup_.symbols[id], track, roll.session);
    }
    market_events_.clear();
    session_ = roll.session;
    schedule_ = roll;
    first_step_ns_ = first_step_ns;
    rolled_ = true;
  }
  void amend(const SessionRoll& roll) { schedule_ = roll; }
  void set_rostered(std::uint32_t id, bool rostered) { tracks_[id].rostered = rostered; }

  // `closed`: the final commit is behind, trades count no more. Says whether a trade that had counted is another one now, or none.
  bool take(const Record& record, std::uint64_t now_ns, bool closed) {
    const Tick& tick = record.tick;
    if (tick.symbol >= tracks_.size() || !tracks_[tick.symbol].tracked) return false;
    Track& track = tracks_[tick.symbol];
    const bool trades = tick.action == Action::kTrade || is_bar(tick.action);
    const bool amends = tick.action == Action::kCancel || tick.action == Action::kCorrect;
    if (trades && closed) return false;
    if ((trades || tick.action == Action::kCorrect) && (tick.price_e9 <= 0 || tick.price_e9 >= kMaxPriceE9)) return false;
    if ((trades || amends) && tick.size >= kMaxSize) return false;
    if (record.feed != 0) track.feed = record.feed;
    if (tick.action == Action::kTrade) take_trade(tick, track, now_ns);
    if (is_bar(tick.action)) take_bar(tick, track, now_ns);
    if (tick.action == Action::kStatus) take_status(tick, track, now_ns);
    return amends && take_amendment(tick, track, now_ns);
  }
  // Every symbol that comes, or may come, from that feed.
  void take_gap(std::uint16_t feed, std::uint64_t now_ns) {
    for (Track& track : tracks_) {
      if (!track.tracked || (track.feed != feed && track.feed != 0)) continue;
      track.bar.clear();
      track.events.push_back({.kind = Event::Kind::kGap, .known_ns = now_ns, .may = {}});
    }
  }

  Symbol symbol(std::uint32_t id, std::uint64_t at_ns) const { return replay(id, at_ns, false); }
  // With the official close in `last`, else the closing print.
  Symbol symbol_at_close(std::uint32_t id, std::uint64_t at_ns) const {
    Symbol s = replay(id, at_ns, true);
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
  using Pace = std::vector<std::uint64_t>;  // trades by half hour of a session
  struct Track {
    bool tracked = false, rostered = false;
    std::vector<Day> past;
    std::vector<Event> events;                             // of this session
    std::vector<Pace> paces;                               // of live sessions
    std::set<std::pair<std::uint8_t, std::uint64_t>> ids;  // of this session, with their venues
    std::vector<Tick> bar;                                 // ticks of a bar whose last is still to come
    std::uint16_t feed = 0;                                // that brought its last tick
    bool halted = false, price_gap = false;                // as the last session left it
    std::uint64_t bar_length_ns = 0;
    bool acted = false;  // a corporate action went ex this session
  };

  Symbol replay(std::uint32_t id, std::uint64_t at_ns, bool commit) const {
    const Track& track = tracks_[id];
    Symbol s;
    s.past = track.past;
    s.listed = !s.past.empty();
    s.ref_e9 = s.last_e9 = s.close_ago(1);
    s.halted = track.halted;
    s.price_gap = track.price_gap;
    s.bar_length_ns = track.bar_length_ns;
    s.float_shares = float_shares(setup_.symbols[id]);
    const bool grid = rolled_ && schedule_.mode == SessionMode::kLive;
    const Frame frame{.open_ns = schedule_.open_ns,
                      .close_ns = schedule_.close_ns,
                      .first_step_ns = first_step_ns_,
                      .step_ns = grid ? setup_.grid_step_ns : 0,
                      .judges_open = track.rostered && !track.acted,
                      .silence_limits_ns = silence_limits(track)};
    SessionReplay session(frame, s);
    for (const Event& event : track.events) {
      if (event.known_ns <= at_ns) session.happened(event);
    }
    return commit ? session.at_commit(at_ns) : session.at_step(at_ns);
  }

  // E6: silent for longer than 20 times its median time between trades in that half hour of the last 20 sessions: 1800 s over its trades.
  // A minute at least, a quarter of an hour at most; without sessions a minute.
  Pace pace_of(const Symbol& s) const {
    const std::uint64_t length_ns = schedule_.close_ns - std::min(schedule_.open_ns, schedule_.close_ns);
    Pace pace((length_ns + kHalfHourNs - 1) / kHalfHourNs);
    const Frame frame{.open_ns = schedule_.open_ns, .silence_limits_ns = {}};
    for (const std::uint64_t time_ns : s.trade_times_ns) {
      const std::size_t half_hour = frame.half_hour(time_ns);
      if (half_hour < pace.size()) ++pace[half_hour];
    }
    return pace;
  }
  static std::vector<std::uint64_t> silence_limits(const Track& track) {
    std::vector<std::uint64_t> limits;
    for (std::size_t half_hour = 0; half_hour < 14; ++half_hour) {
      std::vector<std::uint64_t> gaps_ns;
      for (std::size_t i = track.paces.size() - std::min<std::size_t>(20, track.paces.size()); i < track.paces.size(); ++i) {
        if (half_hour < track.paces[i].size()) gaps_ns.push_back(kHalfHourNs / std::max<std::uint64_t>(track.paces[i][half_hour], 1));
      }
      std::sort(gaps_ns.begin(), gaps_ns.end());
      const std::uint64_t median_ns = gaps_ns.empty() ? 0 : (gaps_ns[(gaps_ns.size() - 1) / 2] + gaps_ns[gaps_ns.size() / 2]) / 2;
      limits.push_back(std::min(std::max(20 * median_ns, 60 * kSecondNs), 900 * kSecondNs));
    }
    return limits;
  }

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
    if (tick.trade_id != 0 && !track.ids.insert({tick.venue, tick.trade_id}).second) return;  // sent twice
    track.events.push_back({.kind = Event::Kind::kTrade,
                            .known_ns = now_ns,
                            .may = may,
                            .open_e9 = tick.price_e9,
                            .high_e9 = tick.price_e9,
                            .low_e9 = tick.price_e9,
                            .price_e9 = tick.price_e9,
                            .size = tick.size,
                            .trade_id = tick.trade_id,
                            .venue = tick.venue});
  }
  // Of a trade of this session that counts, whatever the clock says.
  bool take_amendment(const Tick& tick, Track& track, std::uint64_t now_ns) const {
    const bool cancel = tick.action == Action::kCancel;
    if (tick.trade_id == 0 || !rolled_ || (!cancel && tick.size == 0)) return false;
    bool counts = false;
    for (const Event& event : track.events) {
      if (event.trade_id != tick.trade_id || event.venue != tick.venue) continue;
      counts = event.kind == Event::Kind::kTrade || (counts && event.kind == Event::Kind::kCorrect);
    }
    if (!counts) return false;
    track.events.push_back({.kind = cancel ? Event::Kind::kCancel : Event::Kind::kCorrect,
                            .known_ns = now_ns,
                            .may = {},
                            .price_e9 = tick.price_e9,
                            .size = tick.size,
                            .trade_id = tick.trade_id,
                            .venue = tick.venue});
    return true;
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
    if (code != StatusCode::kMarketHalt && code != StatusCode::kMarketResume) return;
    const bool halts = code == StatusCode::kMarketHalt;
    market_events_.emplace_back(now_ns, halts);
    for (Track& each : tracks_)
      each.events.push_back({.kind = halts ? Event::Kind::kMarketHalt : Event::Kind::kMarketResume, .known_ns = now_ns, .may = {}});
  }

  const Setup& setup_;
  std::vector<Track> tracks_;
  std::vector<std::pair<std::uint64_t, bool>> market_events_;
  SessionRoll schedule_{};
  std::uint64_t first_step_ns_ = 0;
  std::uint32_t session_ = 0;
  bool rolled_ = false;
};

}  // namespace groundswell::reference
