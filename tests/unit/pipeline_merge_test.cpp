#include <gtest/gtest.h>

#include "config/toml.hpp"
#include "pipeline/merge.hpp"
#include "support/tape.hpp"

namespace groundswell::pipeline {
namespace {

using test::kSecond;

class MergeTest : public testing::Test {
 protected:
  MergeTest()
      : calendar_(config::Calendar::parse("date,kind,name\n2026-11-26,closed,Thanksgiving\n2026-11-27,half,day after\n", "calendar.csv",
                                          findings_)) {}
  Merge make(bool time_from_feed) {
    Merge merge({.symbols = {"AAA", "BBB"}, .time_from_feed = time_from_feed}, calendar_, 1);
    merge.take(0, join(1), out_);
    out_.clear();
    merge.instruments(0, {.feed_epoch = 1, .symbols = {{10, "AAA"}, {11, "BBB"}, {12, "ZZZ"}}, .condition_sets = {{4, {'C', "I", ""}}}});
    return merge;
  }
  // What a sequencer passes on.
  static Record join(std::uint64_t epoch) { return gap_record(epoch, 1, 0, GapCause::kJoin, 0, 1); }
  void ticks(Merge& merge, std::span<const Tick> ticks, std::int64_t recv_ns) {
    std::uint64_t number = 0;
    for (const Tick& tick : ticks) merge.take(0, numbered_tick_record(tick, ++number, recv_ns, 1), out_);
  }
  void market_time(Merge& merge, std::uint64_t time_ns) {
    Record record = pulse_record(time_ns);
    record.feed = 1;
    merge.take(0, record, out_);
  }
  config::Findings findings_;
  config::Calendar calendar_;
  std::vector<Record> out_;
};

constexpr std::uint32_t kFriday = 20261120;

TEST_F(MergeTest, TheFirstTimeOfADayMakesItsRollBeforeAnythingElse) {
  Merge merge = make(true);
  const config::SessionTimes times = calendar_.times(kFriday);
  market_time(merge, times.open_ns - 30 * kSecond);
  ASSERT_EQ(out_.size(), 2U);
  EXPECT_EQ(out_[0].kind, RecordKind::kSessionRoll);
  EXPECT_EQ(out_[0].roll.session, kFriday);
  EXPECT_EQ(out_[0].roll.open_ns, times.open_ns);
  EXPECT_EQ(out_[0].roll.final_ns, times.final_ns);
  EXPECT_EQ(out_[0].roll.flags, 0);
  EXPECT_EQ(out_[1].kind, RecordKind::kPulse);
}

TEST_F(MergeTest, AStartAfterTheOpenIsToldInTheRoll) {
  Merge merge = make(true);
  market_time(merge, calendar_.times(kFriday).open_ns + kSecond);
  ASSERT_EQ(out_[0].kind, RecordKind::kSessionRoll);
  EXPECT_EQ(out_[0].roll.flags, kRollStartedLate);
}

TEST_F(MergeTest, RollsFollowTheCalendarOverAWeekendAndAHoliday) {
  Merge merge = make(true);
  std::vector<std::uint32_t> sessions;
  for (std::uint64_t time = calendar_.times(kFriday).open_ns; time < calendar_.times(20261201).open_ns; time += 600 * kSecond) {
    market_time(merge, time);
  }
  for (const Record& record : out_) {
    if (record.kind == RecordKind::kSessionRoll) sessions.push_back(record.roll.session);
  }
  EXPECT_EQ(sessions, (std::vector<std::uint32_t>{20261120, 20261123, 20261124, 20261125, 20261127, 20261130, 20261201}));
}

TEST_F(MergeTest, WallClockPulsesComeOnlyInSilenceAndHalfASecondBehind) {
  Merge merge = make(false);
  const auto now = static_cast<std::int64_t>(calendar_.times(kFriday).open_ns + 3600 * kSecond);
  merge.clock(now, out_);
  ASSERT_EQ(out_.size(), 2U);  // roll and pulse
  EXPECT_EQ(out_[1].pulse.time_ns, static_cast<std::uint64_t>(now) - 500'000'000);
  out_.clear();
  merge.clock(now + 99'000'000, out_);
  EXPECT_TRUE(out_.empty());
  merge.clock(now + 100'000'000, out_);
  ASSERT_EQ(out_.size(), 1U);
  out_.clear();
  const Tick tick = test::make_tick(Action::kTrade, 10, static_cast<std::uint64_t>(now) + 100'000'000, 100 * test::kCent, 10);
  ticks(merge, {&tick, 1}, now + 150'000'000);
  ASSERT_EQ(out_.size(), 1U);
  merge.clock(now + 200'000'000, out_);  // a tick has just moved event time: no pulse
  EXPECT_EQ(out_.size(), 1U);
}

TEST_F(MergeTest, EachBadTickHasItsReasonAndGoodOnesPass) {
  Merge merge = make(false);
  const std::uint64_t now = calendar_.times(kFriday).open_ns + 3600 * kSecond;
  merge.clock(static_cast<std::int64_t>(now), out_);  // event time is now - 0.5 s
  out_.clear();
  const auto tick = [&](std::uint32_t symbol, std::uint64_t time, std::int64_t price, std::uint64_t size) {
    return test::make_tick(Action::kTrade, symbol, time, price, size);
  };
  const std::int64_t price = 100 * test::kCent;
  const std::vector<Tick> sent{tick(99, now, price, 1),
                               tick(12, now, price, 1),
                               tick(10, now, INT64_MAX, 1),
                               tick(10, now, 0, 1),
                               tick(10, now, -price, 1),
                               tick(10, now, 1'000'000'000'000'000'000, 1),
                               tick(10, now, price, 0),
                               tick(10, now, price, std::uint64_t{1} << 63),
                               tick(10, now + 3600 * kSecond, price, 1),
                               tick(10, kNoTime, price, 1),
                               tick(10, 0, price, 1),
                               tick(10, now - 61 * kSecond, price, 1),
                               tick(10, now - 59 * kSecond, price, 1),
                               tick(11, now, price, 1)};
  ticks(merge, sent, static_cast<std::int64_t>(now));
  const MergeCounters& c = merge.counters(0);
  const auto rejected = [&](Rejection why) { return c.rejected[static_cast<std::size_t>(why)]; };
  EXPECT_EQ(rejected(Rejection::kUnmappedInstrument), 1U);
  EXPECT_EQ(rejected(Rejection::kUnknownSymbol), 1U);
  EXPECT_EQ(rejected(Rejection::kBadPrice), 4U);
  EXPECT_EQ(rejected(Rejection::kBadSize), 2U);
  EXPECT_EQ(rejected(Rejection::kFutureTime), 2U);
  EXPECT_EQ(rejected(Rejection::kTooLate), 2U);
  ASSERT_EQ(out_.size(), 2U);
  EXPECT_EQ(out_[0].tick.symbol, 0U);  // in the recording's numbers
  EXPECT_EQ(out_[1].tick.symbol, 1U);
  EXPECT_EQ(tick_no(out_[0]), 13U);  // and in the sender's
  EXPECT_EQ(c.journaled, 2U);
}

TEST_F(MergeTest, ConditionSetsGetTheRecordingsNumbersAndUnknownOnesAreToldApart) {
  Merge merge = make(false);
  ASSERT_EQ(merge.condition_sets().size(), 2U);  // regular, and tape C "I"
  EXPECT_EQ(merge.condition_sets()[1].codes, "I");
  EXPECT_FALSE(merge.instruments(0, {.feed_epoch = 1, .symbols = {}, .condition_sets = {{4, {'C', "I", ""}}}}));
  const std::uint64_t now = calendar_.times(kFriday).open_ns + 3600 * kSecond;
  Tick known = test::make_tick(Action::kTrade, 10, now, test::kCent, 1), unknown = known, regular = known;
  known.cond_set = 4;
  unknown.cond_set = 9;
  ticks(merge, std::vector{known, unknown, regular}, static_cast<std::int64_t>(now));
  ASSERT_EQ(out_.size(), 4U);  // with the roll
  EXPECT_EQ(out_[1].tick.cond_set, 1);
  EXPECT_EQ(out_[2].tick.cond_set, 0xffff);
  EXPECT_EQ(out_[3].tick.cond_set, 0);
}

// Ids mean what the sender said of their epoch: what it says of the next one waits for it.
TEST_F(MergeTest, InstrumentsHoldForTheirEpoch) {
  Merge merge = make(false);
  const std::uint64_t now = calendar_.times(kFriday).open_ns + 3600 * kSecond;
  const auto recv_ns = static_cast<std::int64_t>(now);
  const Tick tick = test::make_tick(Action::kTrade, 10, now, test::kCent, 1);
  merge.instruments(0, {.feed_epoch = 3, .symbols = {{10, "BBB"}}, .condition_sets = {}});
  merge.instruments(0, {.feed_epoch = 2, .symbols = {{10, "ZZZ"}}, .condition_sets = {}});  // was never in force, and will not be
  merge.instruments(0, {.feed_epoch = 1, .symbols = {{13, "BBB"}}, .condition_sets = {}});
  ticks(merge, {&tick, 1}, recv_ns);
  ASSERT_EQ(out_.size(), 2U);  // with the roll
  EXPECT_EQ(out_[1].tick.symbol, 0U);
  merge.take(0, gap_record(1, 2, 1, GapCause::kReset, recv_ns, 1), out_);
  merge.take(0, join(3), out_);
  ticks(merge, {&tick, 1}, recv_ns);
  ASSERT_EQ(out_.size(), 5U);
  EXPECT_EQ(out_[2].gap.cause, GapCause::kReset);
  EXPECT_EQ(out_[3].gap.cause, GapCause::kJoin);
  EXPECT_EQ(out_[4].tick.symbol, 1U);
  merge.instruments(0, {.feed_epoch = 1, .symbols = {{10, "AAA"}}, .condition_sets = {}});  // a sender that was replaced
  ticks(merge, {&tick, 1}, recv_ns);
  EXPECT_EQ(out_.back().tick.symbol, 1U);
  merge.take(0, join(4), out_);  // nothing is known of it yet
  ticks(merge, {&tick, 1}, recv_ns);
  EXPECT_EQ(merge.counters(0).rejected[static_cast<std::size_t>(Rejection::kUnmappedInstrument)], 1U);
}

// With time from the feed its clock judges.
TEST_F(MergeTest, TheFeedsClockJudgesWhenTimeIsTheFeeds) {
  Merge merge = make(true);
  const std::uint64_t now = calendar_.times(kFriday).open_ns + 3600 * kSecond;
  const Tick tick = test::make_tick(Action::kTrade, 10, now + 4 * kSecond, test::kCent, 1);
  merge.sent(0, now - 2 * kSecond);
  ticks(merge, {&tick, 1}, 0);
  EXPECT_EQ(merge.counters(0).rejected[static_cast<std::size_t>(Rejection::kFutureTime)], 1U);
  merge.sent(0, now);
  ticks(merge, {&tick, 1}, 0);
  EXPECT_EQ(merge.counters(0).journaled, 1U);
}

// One name, two companies: until Tuesday ZZZ is what the feed calls AAA, from then on BBB. WWW is another feed's word.
TEST_F(MergeTest, AliasesHoldByFeedAndSession) {
  constexpr std::uint32_t kMonday = 20261123, kTuesday = 20261124;
  Merge merge(
      {.symbols = {"AAA", "BBB"},
       .feed_names = {"one", "two"},
       .aliases = {{"one", "ZZZ", 0, kTuesday, "AAA"}, {"one", "ZZZ", kTuesday, 99991231, "BBB"}, {"two", "WWW", 0, 99991231, "AAA"}},
       .time_from_feed = true},
      calendar_, 2);
  merge.take(0, join(1), out_);
  merge.instruments(0, {.feed_epoch = 1, .symbols = {{10, "ZZZ"}, {11, "WWW"}, {12, "BBB"}}, .condition_sets = {}});
  out_.clear();
  std::vector<std::uint32_t> symbols;
  for (const std::uint32_t session : {kFriday, kMonday, kTuesday}) {
    const std::uint64_t open_ns = calendar_.times(session).open_ns;
    merge.sent(0, open_ns);
    const std::vector<Tick> some{test::make_tick(Action::kTrade, 10, open_ns, test::kCent, 1),
                                 test::make_tick(Action::kTrade, 11, open_ns, test::kCent, 1)};
    ticks(merge, some, 0);
    for (const Record& record : out_) {
      if (record.kind == RecordKind::kTick) symbols.push_back(record.tick.symbol);
    }
    out_.clear();
  }
  EXPECT_EQ(symbols, (std::vector<std::uint32_t>{0, 0, 1})) << "the tick that begins Tuesday is of Tuesday";
  EXPECT_EQ(merge.counters(0).rejected[static_cast<std::size_t>(Rejection::kUnknownSymbol)], 3U);
}

TEST_F(MergeTest, NewReferencesBringSymbolsAtOnceAndAliasesAtTheirRoll) {
  constexpr std::uint32_t kMonday = 20261123;
  Merge merge = make(true);
  EXPECT_EQ(merge.next_session(), 0U);
  market_time(merge, calendar_.times(kFriday).open_ns);
  EXPECT_EQ(merge.next_session(), kMonday);
  out_.clear();
  merge.set_references({"AAA", "BBB", "ZZZ"}, {{"", "BBB", 0, 99991231, "AAA"}}, kMonday);
  const auto symbols_at = [&](std::uint32_t session) {
    const std::uint64_t open_ns = calendar_.times(session).open_ns + kSecond;
    merge.sent(0, open_ns);
    ticks(merge,
          std::vector<Tick>{test::make_tick(Action::kTrade, 11, open_ns, test::kCent, 1),
                            test::make_tick(Action::kTrade, 12, open_ns, test::kCent, 1)},
          0);
    std::vector<std::uint32_t> symbols;
    for (const Record& record : out_) {
      if (record.kind == RecordKind::kTick) symbols.push_back(record.tick.symbol);
    }
    out_.clear();
    return symbols;
  };
  EXPECT_EQ(symbols_at(kFriday), (std::vector<std::uint32_t>{1, 2})) << "BBB by its own name, and ZZZ, which was nobody's";
  EXPECT_EQ(symbols_at(kMonday), (std::vector<std::uint32_t>{1, 2})) << "the alias is of no feed that has a name";
}

}  // namespace
}  // namespace groundswell::pipeline
