// The reference model, first part: one session of one symbol. It keeps the list of what happened and makes the session anew from it each
// time it is asked, so a trade that is taken back simply counts no more.
#pragma once

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <vector>

#include "groundswell/record.hpp"
#include "groundswell/universe.hpp"
#include "support/reference/number.hpp"

namespace groundswell::reference {

inline constexpr std::uint64_t kSecondNs = 1'000'000'000;
inline constexpr std::uint64_t kHalfHourNs = 1'800 * kSecondNs;

struct Event {  // in the order in which they came
  enum class Kind { kTrade, kBar, kCancel, kCorrect, kHalt, kResume, kMarketHalt, kMarketResume, kGap } kind;
  std::uint64_t known_ns = 0;  // event time after it: who asks about an earlier instant does not know it
  Eligibility may{};
  std::int64_t open_e9 = 0, high_e9 = 0, low_e9 = 0, price_e9 = 0;  // a trade has one price
  std::uint64_t size = 0;
  std::uint64_t length_ns = 0;  // of a bar
  std::uint64_t trade_id = 0;
  std::uint8_t venue = 0;
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
  bool traded = false, listed = false, halted = false, suspect = false, held = false, fresh = false, stale = false, from_bar = false;
  bool price_gap = false, session_gap = false;
  int tick_sign = 0;
  std::uint64_t first_ns = 0, last_ns = 0, bar_length_ns = 0;
  std::int64_t official_e9 = 0, closing_e9 = 0;
  std::int64_t float_shares = 0;
  std::vector<std::uint64_t> trade_times_ns;  // of those that could set the last price

  bool eligible() const { return ref_e9 > 0; }
  bool counts() const { return traded && eligible(); }
  int direction() const { return (last_e9 > ref_e9) - (last_e9 < ref_e9); }
  std::int64_t close_ago(std::size_t sessions) const { return past.size() < sessions ? 0 : past[past.size() - sessions].close_e9; }
  // Of a window of that many sessions, this one included: the price that it begins at, and the float shares of its first session.
  std::int64_t base_e9(std::size_t sessions) const { return sessions == 1 ? ref_e9 : close_ago(sessions); }
  std::int64_t base_shares(std::size_t sessions) const {
    return sessions == 1 ? float_shares : past[past.size() - (sessions - 1)].float_shares;
  }
};

// What a session is judged by, beside its events.
struct Frame {
  std::uint64_t open_ns = 0, close_ns = 0;
  std::uint64_t first_step_ns = 0, step_ns = 0;  // 0: no grid
  bool judges_open = false;                      // a member, and no corporate action explains a jump
  std::vector<std::uint64_t> silence_limits_ns;  // by half hour of the session

  std::size_t half_hour(std::uint64_t time_ns) const {
    const std::uint64_t since_ns = time_ns - std::min(time_ns, open_ns);
    return std::min<std::size_t>(since_ns / kHalfHourNs, 13);
  }
};

// Goes through the events of a session in their order.
class SessionReplay {
 public:
  SessionReplay(const Frame& frame, const Symbol& before) : frame_(frame), s_(before), reference_e9_(before.ref_e9) {}

  void happened(const Event& event) {
    age_at_last_step_before(event.known_ns);
    known_ns_ = event.known_ns;
    switch (event.kind) {
      case Event::Kind::kTrade: traded(event); break;
      case Event::Kind::kBar: bar(event); break;
      case Event::Kind::kCancel:
      case Event::Kind::kCorrect: second_thought(event); break;
      case Event::Kind::kHalt: s_.halted = true; break;
      case Event::Kind::kResume:
        if (s_.halted) silent_since_ns_ = event.known_ns;
        s_.halted = false;
        break;
      case Event::Kind::kMarketHalt: market_halted_ = true; break;
      case Event::Kind::kMarketResume:
        if (market_halted_) silent_since_ns_ = event.known_ns;
        market_halted_ = false;
        break;
      case Event::Kind::kGap: s_.price_gap = s_.session_gap = true; break;
    }
  }
  Symbol at_step(std::uint64_t at_ns) {
    if (frame_.step_ns != 0) age(at_ns);
    return at(at_ns);
  }
  Symbol at_commit(std::uint64_t at_ns) {
    age_at_last_step_before(at_ns + 1);
    expire(at_ns);
    return at(at_ns);
  }

 private:
  struct Trade {
    Event event;
    bool sets_last = false;  // when nobody doubts it
    bool cancelled = false;
    bool doubted = false;  // volume only
    bool is_last() const { return sets_last && !cancelled && !doubted; }
  };
  struct Hold {
    bool active = false;
    std::size_t held = 0, first = 0;  // the doubted one, and the first that confirms it and is far too
    std::int64_t price_e9 = 0;        // of the doubted one; when none is, of the last that ran out of time
    std::uint64_t until_ns = 0;
    int seen = 0, confirmed = 0;
  };

  const Trade* newest_last(std::size_t which = 0) const {
    for (auto trade = trades_.rbegin(); trade != trades_.rend(); ++trade) {
      if (trade->is_last() && which-- == 0) return &*trade;
    }
    return nullptr;
  }
  bool has_traded() const { return newest_last() != nullptr; }

  void traded(const Event& event) {
    Trade trade{.event = event, .sets_last = event.may.last || (event.may.last_if_first && !has_traded())};
    trade.doubted = (event.may.high_low || trade.sets_last) && is_doubted(trade);
    add(trade, event.price_e9);
  }
  void bar(const Event& event) {
    s_.bar_length_ns = event.length_ns;
    add({.event = event, .sets_last = true}, event.open_e9);
  }
  void add(const Trade& trade, std::int64_t open_e9) {
    const bool first = !has_traded();
    trades_.push_back(trade);
    if (!trade.is_last()) return;
    if (first) {
      judge_open(open_e9);
      s_.first_ns = known_ns_;
    }
    s_.price_gap = s_.stale = false;
    s_.last_ns = silent_since_ns_ = known_ns_;
  }
  // An opening over 35 % away from the reference that no corporate action explains: out of E until the next roll.
  void judge_open(std::int64_t open_e9) {
    const int128 move_e9 = int128{open_e9} - s_.ref_e9;
    if (s_.ref_e9 <= 0 || !frame_.judges_open || 100 * (move_e9 < 0 ? -move_e9 : move_e9) <= 35 * int128{s_.ref_e9}) return;
    s_.suspect = true;
    s_.ref_e9 = 0;
  }

  // Quarantine. A price more than 3 % from the last and far from the last 50 waits for two of the next three, within 5 s, that are within
  // 1 % of it.
  static std::int64_t distance(std::int64_t a, std::int64_t b) { return a > b ? a - b : b - a; }
  static bool near(std::int64_t price_e9, std::int64_t held_e9) { return 100 * distance(price_e9, held_e9) <= held_e9; }
  static Real median(Reals values) {
    std::sort(values.begin(), values.end());
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
  }
  bool is_far(const Event& event) const {
    if (event.may.opening || event.may.closing || event.may.official_close || !has_traded()) return false;
    const std::int64_t last_e9 = newest_last()->event.price_e9;
    if (100 * distance(event.price_e9, last_e9) <= 3 * last_e9) return false;
    if (!hold_.active && hold_.price_e9 != 0 && near(event.price_e9, hold_.price_e9)) return false;  // said again: believed
    Reals prices;
    for (std::size_t i = 0; i < 50 && newest_last(i) != nullptr; ++i) prices.push_back(Real(newest_last(i)->event.price_e9));
    if (prices.size() < 10) return false;
    const Real middle = median(prices);
    for (Real& price : prices) price = std::abs(price - middle);
    const Real away = std::abs(Real(event.price_e9) - middle);
    return away > 10 * median(prices) && 100 * away > 3 * middle;
  }
  bool is_doubted(const Trade& trade) {
    const bool confirms = hold_.active && known_ns_ <= hold_.until_ns && near(trade.event.price_e9, hold_.price_e9);
    if (hold_.active) {
      hold_.confirmed += confirms;
      if (known_ns_ > hold_.until_ns) {
        lapse();
      } else if (hold_.confirmed == 2) {  // an ordinary trade by then
        believe();
        return false;
      } else if (++hold_.seen == 3) {
        hold_ = Hold{};
      }
    }
    if (!is_far(trade.event)) {
      if (!hold_.active) hold_.price_e9 = 0;
      return false;
    }
    const std::size_t number = trades_.size();
    if (!hold_.active) {
      hold_ = {.active = true, .held = number, .first = number, .price_e9 = trade.event.price_e9, .until_ns = known_ns_ + 5 * kSecondNs};
    } else if (confirms && hold_.first == hold_.held) {
      hold_.first = number;
    }
    return true;
  }
  void lapse() {
    const std::int64_t price_e9 = hold_.price_e9;
    hold_ = Hold{};
    hold_.price_e9 = price_e9;
  }
  void believe() {
    for (const std::size_t number : std::set<std::size_t>{hold_.held, hold_.first}) {
      trades_[number].doubted = false;
      if (trades_[number].is_last()) s_.price_gap = false;
    }
    hold_ = Hold{};
    renew();
  }

  // A cancel, or a correction: new price and size, and no more doubts.
  void second_thought(const Event& event) {
    std::size_t number = trades_.size();
    while (number > 0 && (trades_[number - 1].event.kind == Event::Kind::kBar || trades_[number - 1].event.trade_id != event.trade_id ||
                          trades_[number - 1].event.venue != event.venue))
      --number;
    if (number-- == 0 || trades_[number].cancelled) return;
    Trade& trade = trades_[number];
    if (hold_.active && (number == hold_.held || number == hold_.first)) hold_ = Hold{};
    const bool was_last = trade.is_last();
    if (event.kind == Event::Kind::kCancel) {
      trade.cancelled = true;
    } else {
      trade.event.price_e9 = trade.event.open_e9 = trade.event.high_e9 = trade.event.low_e9 = event.price_e9;
      trade.event.size = event.size;
      trade.doubted = false;
    }
    const Eligibility& may = trade.event.may;
    const bool moves_last = was_last || trade.is_last();
    if (moves_last || may.opening || may.closing || may.official_close) renew();
    if (moves_last && has_traded()) judge_open_again();
  }
  void judge_open_again() {  // by the first trade that still counts; what a bar opened with is known no more
    for (const Trade& trade : trades_) {
      if (!trade.is_last()) continue;
      if (trade.event.kind == Event::Kind::kBar) return;
      s_.suspect = false;
      s_.ref_e9 = reference_e9_;
      return judge_open(trade.event.price_e9);
    }
  }
  void renew() {
    const bool was_traded = s_.first_ns != 0;
    if (!has_traded()) {
      for (Trade& trade : trades_) {  // one that may only be the first may be it now
        if (trade.cancelled || !trade.event.may.last_if_first) continue;
        trade.sets_last = true;
        break;
      }
    }
    if (!has_traded()) {
      if (!was_traded) return;
      s_.suspect = s_.stale = false;
      s_.ref_e9 = reference_e9_;
      s_.first_ns = s_.last_ns = silent_since_ns_ = 0;
      if (hold_.active) hold_ = Hold{};
      return;
    }
    const std::uint64_t last_ns = newest_last()->event.known_ns;
    if (last_ns > s_.last_ns) s_.stale = false;
    if (last_ns != s_.last_ns) s_.last_ns = silent_since_ns_ = last_ns;
    if (!was_traded) s_.first_ns = known_ns_;
  }

  // Silence is looked at by steps.
  void age_at_last_step_before(std::uint64_t time_ns) {
    if (frame_.step_ns == 0 || time_ns == 0) return;
    const std::uint64_t last_step_ns = frame_.close_ns / frame_.step_ns * frame_.step_ns;
    const std::uint64_t step_ns = std::min((time_ns - 1) / frame_.step_ns * frame_.step_ns, last_step_ns);
    if (step_ns >= frame_.first_step_ns && step_ns >= known_ns_) age(step_ns);
  }
  void expire(std::uint64_t at_ns) {
    if (hold_.active && hold_.until_ns <= at_ns) lapse();
  }
  void age(std::uint64_t at_ns) {
    expire(at_ns);
    if (!has_traded() || s_.halted || market_halted_) return;
    s_.stale |= silent_since_ns_ + frame_.silence_limits_ns[frame_.half_hour(s_.last_ns)] + s_.bar_length_ns <= at_ns;
  }

  Symbol at(std::uint64_t at_ns) const {
    Symbol s = s_;
    s.held = hold_.active;
    for (const Trade& trade : trades_) {
      if (trade.cancelled) continue;
      const Event& event = trade.event;
      const uint128 dollars_e9 = static_cast<uint128>(event.price_e9) * event.size;
      if (event.may.volume) s.volume_shares += event.size, s.dollars_e9 += dollars_e9;
      if (trade.doubted) continue;
      if (event.may.vwap) s.vwap_shares += event.size, s.vwap_dollars_e9 += dollars_e9;
      if (event.may.high_low) {
        s.high_e9 = std::max(s.high_e9, event.high_e9);
        s.low_e9 = s.low_e9 == 0 ? event.low_e9 : std::min(s.low_e9, event.low_e9);
      }
      if (event.may.official_close) s.official_e9 = event.price_e9;
      if (event.may.closing) s.closing_e9 = event.price_e9;
      if (trade.is_last()) s.trade_times_ns.push_back(event.known_ns);
    }
    const Trade *const last = newest_last(), *const before = newest_last(1);
    s.traded = last != nullptr;
    if (!s.traded) return s;
    s.last_e9 = last->event.price_e9;
    s.from_bar = last->event.kind == Event::Kind::kBar;
    s.fresh = at_ns < s.last_ns + 60 * kSecondNs + s.bar_length_ns;
    if (before != nullptr && !s.from_bar && before->event.kind != Event::Kind::kBar)
      s.tick_sign = (s.last_e9 > before->event.price_e9) - (s.last_e9 < before->event.price_e9);
    return s;
  }

  const Frame& frame_;
  Symbol s_;
  std::int64_t reference_e9_;
  std::vector<Trade> trades_;
  Hold hold_;
  std::uint64_t known_ns_ = 0, silent_since_ns_ = 0;
  bool market_halted_ = false;
};

}  // namespace groundswell::reference
