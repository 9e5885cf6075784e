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
    merge.instruments(0, {.feed_epoch = 1, .symbols = {{10, "AAA"}, {11, "BBB"}, {12, "ZZZ"}}, .condition_sets = {{4, {'C', "I", ""}}}});
    return merge;
  }
  static wire::TickBatch batch(std::uint64_t first, std::uint64_t send_ns, std::span<const Tick> ticks) {
    return {.feed_epoch = 1, .first_tick = first, .send_ns = send_ns, .feed = 1, .line = 0, .ticks = ticks};
  }
  config::Findings findings_;
  config::Calendar calendar_;
  std::vector<Record> out_;
};

constexpr std::uint32_t kFriday = 20261120;

TEST_F(MergeTest, TheFirstTimeOfADayMakesItsRollBeforeAnythingElse) {
  Merge merge = make(true);
  const config::SessionTimes times = calendar_.times(kFriday);
  merge.heartbeat(0, {.feed_epoch = 1, .next_tick = 1, .market_time_ns = times.open_ns - 30 * kSecond, .send_ns = 0, .feed = 1}, 0, out_);
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
  merge.heartbeat(
      0, {.feed_epoch = 1, .next_tick = 1, .market_time_ns = calendar_.times(kFriday).open_ns + kSecond, .send_ns = 0, .feed = 1}, 0, out_);
  ASSERT_EQ(out_[0].kind, RecordKind::kSessionRoll);
  EXPECT_EQ(out_[0].roll.flags, kRollStartedLate);
}

TEST_F(MergeTest, RollsFollowTheCalendarOverAWeekendAndAHoliday) {
  Merge merge = make(true);
  std::vector<std::uint32_t> sessions;
  for (std::uint64_t time = calendar_.times(kFriday).open_ns; time < calendar_.times(20261201).open_ns; time += 600 * kSecond) {
    merge.heartbeat(0, {.feed_epoch = 1, .next_tick = 1, .market_time_ns = time, .send_ns = 0, .feed = 1}, 0, out_);
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
  merge.ticks(0, batch(1, 0, {&tick, 1}), now + 150'000'000, out_);
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
  const std::vector<Tick> ticks{tick(99, now, price, 1),
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
  merge.ticks(0, batch(1, 0, ticks), static_cast<std::int64_t>(now), out_);
  const FeedCounters c = merge.counters(0);
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
  EXPECT_EQ(c.sequence.unique, c.journaled + 12);
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
  const Tick ticks[] = {known, unknown, regular};
  merge.ticks(0, batch(1, 0, ticks), static_cast<std::int64_t>(now), out_);
  ASSERT_EQ(out_.size(), 4U);  // with the roll
  EXPECT_EQ(out_[1].tick.cond_set, 1);
  EXPECT_EQ(out_[2].tick.cond_set, 0xffff);
  EXPECT_EQ(out_[3].tick.cond_set, 0);
}

TEST_F(MergeTest, ImpossibleTickNumbersAreRefusedWhole) {
  Merge merge = make(false);
  const Tick tick = test::make_tick(Action::kTrade, 10, calendar_.times(kFriday).open_ns, test::kCent, 1);
  merge.ticks(0, batch(0, 0, {&tick, 1}), 1, out_);
  merge.ticks(0, batch(std::uint64_t{1} << 63, 0, {&tick, 1}), 1, out_);
  EXPECT_TRUE(out_.empty());
  EXPECT_EQ(merge.counters(0).bad_numbering, 2U);
}

}  // namespace
}  // namespace groundswell::pipeline
