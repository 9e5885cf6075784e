// Random markets over a small universe, drawn from a seed: history of session bars, live sessions of trades, bars, halts, gaps, late ticks,
// closing and official prints, amended rolls, sessions that are broken off. Everything a fold can meet, dense enough that records of all
// kinds stand next to each other.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "groundswell/record.hpp"
#include "pipeline/fold.hpp"
#include "support/tape.hpp"

namespace groundswell::test {

inline const std::vector<std::string> kRandomTapeSymbols{"A0", "A1", "A2", "B0", "B1", "B2", "B3", "C0", "C1", "C2", "SPX", "EQW"};

// Conditions by index: regular, volume only, official close, closing print, opening print. A member joins and one leaves within the tape,
// one symbol is in two baskets; a split, a dividend, float shares and filings fall into it.
inline pipeline::FoldSetup random_tape_setup() {
  pipeline::FoldSetup setup;
  setup.symbols = kRandomTapeSymbols;
  setup.universe.benchmarks = {"SPX", "", "EQW"};
  const auto member = [](const char* symbol, Role role = Role::kFollower) { return Member{.symbol = symbol, .role = role}; };
  setup.universe.baskets = {
      {"alpha", "Alpha", Wave::kCompute, {member("A0", Role::kLeader), member("A1"), member("A2")}},
      {"beta", "Beta", Wave::kPhysical, {member("B0"), member("B1", Role::kLeader), member("B2"), member("B3"), member("A0")}},
      {"gamma", "Gamma", Wave::kMonetization, {member("C0"), member("C1", Role::kLeader), member("C2")}}};
  setup.universe.baskets[1].members[3].from_session = test_day(5).session;
  setup.universe.baskets[2].members[2].to_session = test_day(6).session;
  setup.conditions = {Eligibility{}, Eligibility{.high_low = false, .last = false, .volume = true, .vwap = false},
                      Eligibility{.high_low = false, .last = false, .volume = false, .vwap = false, .official_close = true},
                      Eligibility{.closing = true}, Eligibility{.opening = true}};
  setup.actions = {{"A1", test_day(4).session, "split", 500'000'000'000, 2'000'000'000'000, 0},
                   {"B2", test_day(6).session, "cash", 0, 1'000'000'000'000, 40 * kCent}};
  for (const std::string& symbol : kRandomTapeSymbols) setup.shares.push_back({symbol, 0, 1'000'000});
  setup.shares.push_back({"C1", test_day(5).session, 1'500'000});
  const auto trigger = [&](const char* type, const char* signal, Evaluate evaluate, double enter, double exit) {
    Trigger made;
    made.type = static_cast<std::uint8_t>(find_trigger_type(type) - kTriggerTypes.data());
    made.name = std::string(type) + ":" + signal + std::to_string(setup.triggers.size());
    made.signal = signal;
    made.scopes = {"baskets", "waves", "thesis"};
    made.evaluate = evaluate;
    made.enter = {.test = Threshold::Test::kAtLeast, .bound = enter};
    made.exit = {.test = Threshold::Test::kAtMost, .bound = exit};
    setup.triggers.push_back(made);
    return &setup.triggers.back();
  };
  trigger("THRESHOLD", "net_adv", Evaluate::kRecord, 2, 0);
  trigger("THRESHOLD", "ad_pct", Evaluate::kGrid, 30, 0)->dwell_ns = 3 * kSecond;
  trigger("THRESHOLD", "ad_pct", Evaluate::kClose, 10, 0)->dwell_commits = 2;
  trigger("COVERAGE", "adv", Evaluate::kGrid, 0, 0);
  trigger("NARROW_LEADERSHIP", "leader_excess_1", Evaluate::kClose, 0.25, 0.15);
  trigger("THRESHOLD", "enc_ew_1", Evaluate::kGrid, 2, 1.5);
  trigger("THRESHOLD", "k_score", Evaluate::kClose, 0.6, 0.4)->scopes = {"symbols"};
  for (unsigned i = 0; i < 5; ++i) {  // three filings each, whose ranks change places
    for (unsigned n = 0; n < 3; ++n) {
      setup.filings.push_back({.symbol = kRandomTapeSymbols[2 * i],
                               .available_ns = test_day(2 * n + i % 2).open_ns,
                               .ai_capex_rev_share = ((i * 3 + n * 4) % 7) / 7.0,
                               .rev_q = 20,
                               .orders_q = 10.0 + (i * 5 + n * 3) % 11,
                               .label_score = 0.8});
    }
  }
  setup.config_hash = 0x0123456789abcdef;
  return setup;
}

// Made-up filings of M0 to M23, fresh in the first sessions after the history; of some members fields are missing.
inline std::vector<Filing> wide_tape_filings(unsigned history_sessions) {
  std::vector<Filing> filings;
  for (unsigned i = 0; i < 24; ++i) {
    const double part = ((i * 7) % 24) / 24.0, other = ((i * 11 + 5) % 24) / 24.0;
    Filing filing{.symbol = "M" + std::to_string(i),
                  .available_ns = test_day(history_sessions).open_ns - 30 * 86'400 * kSecond,
                  .ai_capex_rev_share = other,
                  .rev_ttm = 110 + 40 * part,
                  .rev_ttm_prior = 100,
                  .ebit_ttm = 21 + 9 * part + 4 * other,
                  .ebit_ttm_prior = 20,
                  .rev_q = 30,
                  .orders_q = 25 + 20 * part,
                  .backlog = 100 + 70 * other,
                  .backlog_prior_year = 100,
                  .label_score = ((i * 5 + 3) % 24) / 24.0};
    if (i % 5 == 4) filing.backlog = Filing::kNotTold;
    filings.push_back(filing);
  }
  return filings;
}

// Another universe for longer histories: baskets enough to rank, members enough to rate. Joins, leaves, a split, a dividend and new share
// counts fall into the first sessions after the history.
inline pipeline::FoldSetup wide_tape_setup(unsigned history_sessions) {
  pipeline::FoldSetup setup = random_tape_setup();
  setup.symbols.clear();
  for (unsigned i = 0; i < 24; ++i) setup.symbols.push_back("M" + std::to_string(i));
  for (const char* benchmark : {"SPX", "GRO", "EQW"}) setup.symbols.emplace_back(benchmark);
  setup.universe.benchmarks = {"SPX", "GRO", "EQW"};
  setup.universe.baskets.clear();
  const auto add = [&](Wave wave, std::initializer_list<unsigned> members) {
    Basket basket{.id = "b" + std::to_string(setup.universe.baskets.size()), .name = "", .wave = wave, .members = {}};
    for (const unsigned i : members) {
      const Role role = i % 4 == 0 ? Role::kLeader : i % 7 == 6 ? Role::kSpender : Role::kFollower;
      basket.members.push_back({.symbol = "M" + std::to_string(i), .role = role});
    }
    setup.universe.baskets.push_back(basket);
  };
  add(Wave::kCompute, {0, 1, 2, 3});
  add(Wave::kCompute, {3, 4, 5, 6});
  add(Wave::kPhysical, {7, 8, 9, 10});
  add(Wave::kPhysical, {11, 12, 13, 14, 0});
  add(Wave::kPhysical, {15, 16, 17});
  add(Wave::kMonetization, {18, 19, 20});
  add(Wave::kMonetization, {21, 22, 23, 20});
  const auto later = [&](unsigned sessions) { return test_day(history_sessions + sessions).session; };
  setup.universe.baskets[2].members[3].from_session = later(1);
  setup.universe.baskets[6].members[3].to_session = later(2);
  setup.actions = {
      {"M1", later(1), "split", 500'000'000'000, 2'000'000'000'000, 0},
      {"M2", history_sessions / 2 == 0 ? later(2) : test_day(history_sessions / 2).session, "split", 333'333'333'333, 3'000'000'000'000, 0},
      {"M8", later(1), "cash", 0, 1'000'000'000'000, 40 * kCent},
      {"SPX", later(2), "cash", 0, 1'000'000'000'000, 25 * kCent}};
  setup.shares.clear();
  for (unsigned i = 0; i < 23; ++i) setup.shares.push_back({"M" + std::to_string(i), 0, 1'000'000 + 77'777 * i});  // of M23 nobody knows
  setup.shares.push_back({"M5", later(2), 1'500'000});
  setup.filings = wide_tape_filings(history_sessions);
  return setup;
}

struct TapeShape {
  std::size_t n_symbols = kRandomTapeSymbols.size();
  std::optional<unsigned> history_sessions;  // of bars; without, none to three
  unsigned most_live_sessions = 5;
  unsigned fewest_events = 20, more_events = 120;  // of a live session
  unsigned untraded_one_in = 12;                   // of a session of bars
  bool long_sessions = false;                      // some live sessions last more than an hour
};

class RandomTape {
 public:
  explicit RandomTape(std::uint64_t seed, const TapeShape& shape = {}) : random_(seed), shape_(shape) {
    prices_.assign(shape.n_symbols, 10'000 * kCent);
    unsigned day = 0;
    const unsigned drawn = below(4);
    for (const unsigned n_bar_days = shape.history_sessions.value_or(drawn); day < n_bar_days; ++day) bar_session(day);
    for (const unsigned end = day + 1 + below(shape.most_live_sessions); day < end; ++day) live_session(day);
  }
  const std::vector<Record>& records() const { return records_; }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  bool one_in(unsigned n) { return below(n) == 0; }
  std::uint32_t any_symbol() { return below(static_cast<unsigned>(prices_.size())); }
  std::int64_t moved(std::uint32_t symbol) {
    // Now and then so far that an opening is a suspect. Benchmarks stay calm where a long history multiplies their moves.
    const bool calm = shape_.history_sessions.has_value() && symbol + 3 >= prices_.size();
    const std::int64_t step = one_in(60) && !calm ? 4'000 : 120;
    prices_[symbol] += (static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(2 * step + 1)) - step) * kCent;
    prices_[symbol] = std::max(prices_[symbol], (shape_.history_sessions ? 2'000 : 50) * kCent);
    return prices_[symbol];
  }

  bool is_long(unsigned day) const { return shape_.long_sessions && day % 2 == 0; }
  // Sessions of twenty minutes, so that a tape with many of them is soon folded.
  TestDay short_day(unsigned day) const {
    TestDay times = test_day(day);
    times.close_ns = times.open_ns + (is_long(day) ? 4'500 : 1'200) * kSecond;
    times.provisional_ns = times.close_ns + 60 * kSecond;
    times.final_ns = times.close_ns + 180 * kSecond;
    return times;
  }
  Record short_roll(unsigned day) const {
    const TestDay times = short_day(day);
    return roll_record(times.session, SessionMode::kLive, times.open_ns, times.close_ns, times.provisional_ns, times.final_ns);
  }

  void bar_session(unsigned day) {
    records_.push_back(bars_roll(day));
    for (std::uint32_t symbol = 0; symbol < prices_.size(); ++symbol) {
      if (one_in(shape_.untraded_one_in)) continue;
      const std::int64_t open = moved(symbol), close = moved(symbol);
      add_bar(records_, symbol, test_day(day).close_ns, open, std::max(open, close) + kCent, std::min(open, close) - kCent, close,
              100 * (1 + below(90)));
    }
    records_.push_back(pulse_record(test_day(day).close_ns + 1));
  }

  void live_session(unsigned day) {
    const TestDay times = short_day(day);
    Record roll = short_roll(day);
    if (one_in(3)) roll.roll.provisional_ns = 0;
    if (one_in(4)) roll.roll.flags = kRollStartedLate;
    records_.push_back(roll);
    if (one_in(6)) return;  // broken off: the next roll commits it late
    const unsigned n_events = shape_.fewest_events + below(shape_.more_events);
    std::uint64_t time_ns = times.open_ns - 2 * kSecond;
    for (unsigned i = 0; i < n_events; ++i) {
      // Mostly within seconds, so that steps of one second see one or two records; sometimes on to the close and beyond.
      time_ns += one_in(40) ? random_() % (120 * kSecond) : random_() % (2 * kSecond);
      if (is_long(day) && i == n_events / 2) time_ns += 3'500 * kSecond;  // so that windows of an hour are full at its end
      event(time_ns, day);
    }
    for (unsigned i = 0; i < 12; ++i) closing_event(times);
    if (!one_in(5)) records_.push_back(pulse_record(times.final_ns + 1));
    if (one_in(3)) event(times.final_ns + 5 * kSecond, day);
  }

  void event(std::uint64_t time_ns, unsigned day) {
    const std::uint32_t symbol = any_symbol();
    const auto feed = static_cast<std::uint16_t>(1 + below(2));
    switch (below(24)) {
      case 0: records_.push_back(pulse_record(time_ns)); return;
      case 1: records_.push_back(gap_record(7, 10, 10 + below(5), GapCause::kLost, 0, feed)); return;
      case 2: records_.push_back(gap_record(8, 1, 0, one_in(2) ? GapCause::kReset : GapCause::kJoin, 0, feed)); return;
      case 3: status(symbol, time_ns, one_in(2) ? StatusCode::kHalt : StatusCode::kResume); return;
      case 4: status(symbol, time_ns, one_in(2) ? StatusCode::kMarketHalt : StatusCode::kMarketResume); return;
      case 5: bar(symbol, time_ns); return;
      case 6: {
        Record amended = short_roll(day);
        amended.roll.close_ns += one_in(2) ? 0 : 60 * kSecond;
        if (one_in(60)) amended.roll.close_ns = time_ns - std::min(time_ns - amended.roll.open_ns, random_() % (3 * kSecond));
        amended.roll.flags = kRollAmended;
        records_.push_back(amended);
        return;
      }
      case 7: {
        Record stale = short_roll(day == 0 ? 0 : day - 1);
        records_.push_back(stale);
        return;
      }
      default: {
        const std::uint64_t late_ns = one_in(6) ? random_() % (30 * kSecond) : 0;
        Record record = trade(symbol, time_ns - late_ns, moved(symbol), 1 + below(500), feed);
        if (one_in(5)) record.tick.cond_set = static_cast<std::uint16_t>(below(6));  // 5 is not known
        if (one_in(20)) record.tick.flags |= kFlagSuspicious;
        if (one_in(20)) record.tick.action = one_in(2) ? Action::kQuote : Action::kCancel;
        records_.push_back(record);
      }
    }
  }
  void closing_event(const TestDay& times) {
    const std::uint32_t symbol = any_symbol();
    Record record = trade(symbol, times.close_ns + random_() % (170 * kSecond), moved(symbol), 100);
    record.tick.cond_set = one_in(2) ? 2 : 3;
    records_.push_back(record);
  }
  void status(std::uint32_t symbol, std::uint64_t time_ns, StatusCode code) {
    Tick tick = make_tick(Action::kStatus, symbol, time_ns, 0, 0);
    tick.trade_id = static_cast<std::uint64_t>(code);
    records_.push_back(tick_record(tick, 0, 1));
  }
  void bar(std::uint32_t symbol, std::uint64_t time_ns) {
    const std::int64_t open = moved(symbol);
    std::vector<Record> group;
    add_bar(group, symbol, time_ns, open, open + 30 * kCent, open - 30 * kCent, open + kCent, 300, one_in(3) ? 0 : 5 * kSecond);
    if (one_in(6)) group.erase(group.begin() + below(4));  // cut
    for (const Record& record : group) {
      records_.push_back(record);
      if (one_in(4)) records_.push_back(trade(any_symbol(), time_ns, moved(0), 10, 2));  // another symbol within the group
    }
  }

  std::mt19937_64 random_;
  TapeShape shape_;
  std::vector<std::int64_t> prices_;
  std::vector<Record> records_;
};

}  // namespace groundswell::test
