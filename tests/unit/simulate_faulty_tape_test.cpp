#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "simulate/faulty_tape.hpp"
#include "simulate_fixture.hpp"

namespace groundswell::simulate {
namespace {

constexpr std::uint32_t kSession = 20261120;
constexpr std::uint32_t kMembers = 112;
constexpr std::uint64_t kMinuteNs = 60'000'000'000;

std::uint64_t at(unsigned hours, unsigned minutes) { return config::new_york_time_ns(kSession, hours * 3600 + minutes * 60); }

struct Played {
  std::vector<DueTick> ticks;
  TapeFaultCounters counters;
};

constexpr TapeOptions kTape{.seed = 9, .rate = 2, .quotes_per_trade = 0.5};

Played play(const FaultOptions& faults, std::uint64_t seed = 9, std::size_t at_a_time = 50) {
  MarketModel model(test_universe(), {seed, Profile::kOpen, 2, 0});
  const config::SessionTimes times = test_calendar().times(kSession);
  TapeGenerator generator(model, times, kTape);
  std::vector<std::uint32_t> members(kMembers);
  std::iota(members.begin(), members.end(), 0U);
  FaultyTape tape(generator, faults, seed, times, at(9, 30), members);
  Played played;
  std::vector<DueTick> part(at_a_time);
  for (std::size_t count = part.size(); count == part.size();) {
    count = tape.next(part);
    played.ticks.insert(played.ticks.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
  }
  played.counters = tape.counters();
  EXPECT_TRUE(
      std::is_sorted(played.ticks.begin(), played.ticks.end(), [](const DueTick& a, const DueTick& b) { return a.due_ns < b.due_ns; }));
  return played;
}

std::vector<Tick> plain_tape() {
  MarketModel model(test_universe(), {9, Profile::kOpen, 2, 0});
  return whole_tape(model, kSession, kTape);
}
std::vector<Tick> ticks_of(const Played& played) {
  std::vector<Tick> ticks;
  for (const DueTick& due : played.ticks) ticks.push_back(due.tick);
  return ticks;
}

TEST(FaultyTape, WithoutFaultsItIsTheTape) {
  const Played played = play({});
  EXPECT_EQ(ticks_of(played), plain_tape());
  for (const DueTick& due : played.ticks) ASSERT_EQ(due.due_ns, due.tick.ts_event_ns);
}

TEST(FaultyTape, TheSeedIsAllAndHowItIsReadChangesNothing) {
  const FaultOptions faults{.halts = 5, .bad_ticks = 0.05};
  EXPECT_EQ(ticks_of(play(faults)), ticks_of(play(faults, 9, 7)));
  EXPECT_NE(ticks_of(play(faults)), ticks_of(play(faults, 10)));
}

TEST(FaultyTape, AHaltedMemberIsSilentForFiveMinutesAndAllElseIsAsItWas) {
  const Played played = play({.halts = 20});
  EXPECT_EQ(played.counters.halts, 20U);
  std::map<std::uint32_t, std::uint64_t> halted_ns, resumed_ns;
  std::vector<Tick> rest;
  for (const Tick& tick : ticks_of(played)) {
    if (tick.action != Action::kStatus) {
      rest.push_back(tick);
      continue;
    }
    ASSERT_LT(tick.symbol, kMembers);  // no benchmark
    ASSERT_EQ(tick.flags, kFlagLast);
    auto& when = tick.trade_id == static_cast<std::uint64_t>(StatusCode::kHalt) ? halted_ns : resumed_ns;
    ASSERT_TRUE(when.emplace(tick.symbol, tick.ts_event_ns).second);
  }
  ASSERT_EQ(halted_ns.size(), 20U);
  for (const auto& [symbol, time_ns] : halted_ns) EXPECT_EQ(resumed_ns.at(symbol), time_ns + 5 * kMinuteNs);
  std::vector<Tick> expected = plain_tape();
  const std::size_t whole = expected.size();
  std::erase_if(expected, [&](const Tick& tick) {
    const auto from = halted_ns.find(tick.symbol);
    return from != halted_ns.end() && tick.ts_event_ns >= from->second && tick.ts_event_ns < from->second + 5 * kMinuteNs;
  });
  EXPECT_EQ(rest, expected);
  EXPECT_EQ(played.counters.suppressed, whole - expected.size());
  EXPECT_GT(played.counters.suppressed, 0U);
}

TEST(FaultyTape, AMarketHaltSilencesEverybodyForFifteenMinutes) {
  const Played played = play({.market_halt_seconds = 11 * 3600});
  std::vector<Tick> status;
  for (const Tick& tick : ticks_of(played)) {
    if (tick.action == Action::kStatus) status.push_back(tick);
    ASSERT_TRUE(tick.action == Action::kStatus || tick.ts_event_ns < at(11, 0) || tick.ts_event_ns >= at(11, 15));
  }
  ASSERT_EQ(status.size(), 2U);
  EXPECT_EQ(status[0].trade_id, static_cast<std::uint64_t>(StatusCode::kMarketHalt));
  EXPECT_EQ(status[0].ts_event_ns, at(11, 0));
  EXPECT_EQ(status[1].trade_id, static_cast<std::uint64_t>(StatusCode::kMarketResume));
  EXPECT_EQ(status[1].ts_event_ns, at(11, 15));
}

// What no receiver should believe, by the rules of schemas and documentation: the same judgement as an engine's.
bool is_impossible(const DueTick& due) {
  const Tick& tick = due.tick;
  const auto away_ns = static_cast<std::int64_t>(tick.ts_event_ns - due.due_ns);
  return (tick.action == Action::kTrade && (tick.price_e9 <= 0 || tick.price_e9 >= kMaxPriceE9 || tick.size == 0)) ||
         tick.size >= kMaxSize || tick.symbol >= 115 || std::abs(away_ns) > 60'000'000'000;
}

TEST(FaultyTape, BadTicksAreImpossibleAndNothingElseChanges) {
  const Played played = play({.bad_ticks = 0.1});
  std::vector<Tick> possible;
  std::set<std::string> kinds;
  for (const DueTick& due : played.ticks) {
    if (!is_impossible(due)) {
      possible.push_back(due.tick);
      continue;
    }
    const Tick& tick = due.tick;
    kinds.insert(tick.price_e9 == 0 ? "no price" : tick.price_e9 < 0 ? "negative" : tick.price_e9 >= kMaxPriceE9 ? "absurd price" : "");
    kinds.insert(tick.size == 0 ? "no size" : tick.size >= kMaxSize ? "absurd size" : tick.symbol >= 115 ? "nobody" : "");
    kinds.insert(tick.ts_event_ns > due.due_ns ? "future" : tick.ts_event_ns < due.due_ns ? "past" : "");
  }
  const std::vector<Tick> tape = plain_tape();
  EXPECT_EQ(possible, tape);
  EXPECT_EQ(played.counters.bad_ticks, played.ticks.size() - tape.size());
  EXPECT_NEAR(static_cast<double>(played.counters.bad_ticks) / static_cast<double>(tape.size()), 0.1, 0.05);
  kinds.erase("");
  EXPECT_EQ(kinds, (std::set<std::string>{"no price", "negative", "absurd price", "no size", "absurd size", "nobody", "future", "past"}));
}

// Taking second thoughts at their word gives the tape back: cancelled trades go, corrected ones become what they should have been, second
// copies go.
TEST(FaultyTape, SecondThoughtsLeaveTheTapeThatWasMeant) {
  const Played played = play({.repeats = 0.05, .corrections = 0.05, .cancels = 0.05, .outliers = 0.02});
  std::vector<Tick> meant;
  std::map<std::uint64_t, std::size_t> place;  // of a trade id
  std::set<std::size_t> gone;
  TapeFaultCounters found;
  for (const Tick& tick : ticks_of(played)) {
    const auto known = place.find(tick.trade_id);
    if (tick.action == Action::kCancel || tick.action == Action::kCorrect) {
      ASSERT_TRUE(known != place.end());
      Tick& trade = meant[known->second];
      const std::uint64_t later_ns = tick.ts_event_ns - trade.ts_event_ns;
      EXPECT_TRUE(later_ns >= 1'000'000'000 && later_ns < 30'000'000'000) << later_ns;
      ASSERT_EQ(tick.venue, trade.venue);
      if (tick.action == Action::kCancel) {
        const double away = static_cast<double>(tick.price_e9) / static_cast<double>(meant[known->second - 1].price_e9) - 1;
        ++(std::abs(away) > 0.04 ? found.outliers : found.cancels);
        gone.insert(known->second);
      } else {
        EXPECT_TRUE(trade.price_e9 > tick.price_e9 && trade.size == 2 * tick.size);
        trade.price_e9 = tick.price_e9;
        trade.size = tick.size;
        ++found.corrections;
      }
    } else if (tick.action == Action::kTrade && known != place.end()) {
      ASSERT_EQ(tick, meant[known->second]);
      ++found.repeats;
    } else {
      if (tick.action == Action::kTrade) place[tick.trade_id] = meant.size();
      meant.push_back(tick);
    }
  }
  for (auto each = gone.rbegin(); each != gone.rend(); ++each) meant.erase(meant.begin() + static_cast<std::ptrdiff_t>(*each));
  EXPECT_EQ(meant, plain_tape());
  EXPECT_EQ(found.repeats, played.counters.repeats);
  EXPECT_EQ(found.corrections, played.counters.corrections);
  EXPECT_EQ(found.cancels + found.outliers, played.counters.cancels + played.counters.outliers);
  EXPECT_GT(played.counters.outliers, 100U);
  EXPECT_GT(played.counters.repeats, 500U);
}

TEST(FaultyTape, AfterAStepEveryTimeIsOffAndNothingElse) {
  const Played played = play({.clock_steps = {{-90'000'000'000, 10 * 3600}, {30'000'000'000, 12 * 3600}}});
  const std::vector<Tick> tape = plain_tape();
  ASSERT_EQ(played.ticks.size(), tape.size());
  for (std::size_t i = 0; i < tape.size(); ++i) {
    Tick expected = tape[i];
    if (tape[i].ts_event_ns >= at(10, 0)) expected.ts_event_ns -= 90'000'000'000;
    if (tape[i].ts_event_ns >= at(12, 0)) expected.ts_event_ns += 30'000'000'000;
    ASSERT_EQ(played.ticks[i].tick, expected) << i;
    ASSERT_EQ(played.ticks[i].due_ns, tape[i].ts_event_ns);
  }
}

TEST(FaultOptions, AreReadAsTheyAreWritten) {
  EXPECT_EQ(*parse_time_of_day("09:30"), 34'200U);
  EXPECT_EQ(*parse_time_of_day("16:00:01"), 57'601U);
  const DeadLine dead = *parse_dead_line("b@10:00:00-10:05:30");
  EXPECT_EQ(dead.line, 1U);
  EXPECT_EQ(dead.from_seconds, 36'000U);
  EXPECT_EQ(dead.to_seconds, 36'330U);
  const ClockStep step = *parse_clock_step("-1.5@10:00:00");
  EXPECT_EQ(step.step_ns, -1'500'000'000);
  EXPECT_EQ(step.at_seconds, 36'000U);
  EXPECT_EQ(parse_clock_step("+3600@10:00")->step_ns, 3'600'000'000'000);
  EXPECT_EQ(*parse_fill_lie("endless"), FillLie::kEndless);
}

TEST(FaultOptions, NonsenseIsRefused) {
  for (const char* text : {"", "9", "24:00:00", "10:60", "10:00:0x", "10:00:00:00", "1000", "10:00:"}) {
    EXPECT_FALSE(parse_time_of_day(text).has_value()) << text;
  }
  for (const char* text : {"", "c@10:00-11:00", "a10:00-11:00", "a@10:00", "a@11:00-10:00", "a@10:00-10:00", "a@x-11:00"}) {
    EXPECT_FALSE(parse_dead_line(text).has_value()) << text;
  }
  for (const char* text : {"", "@10:00", "1@", "x@10:00", "1s@10:00", "100000@10:00", "nan@10:00", "10:00"}) {
    EXPECT_FALSE(parse_clock_step(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_fill_lie("loud").has_value());
  EXPECT_FALSE(check_faults({.loss = {1.1, 0}}).has_value());
  EXPECT_FALSE(check_faults({.reorder = -0.1}).has_value());
  EXPECT_FALSE(check_faults({.outliers = 1.5}).has_value());
  EXPECT_TRUE(check_faults({.loss = {1, 0.5}}).has_value());
}

}  // namespace
}  // namespace groundswell::simulate
