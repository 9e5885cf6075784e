#include <gtest/gtest.h>

#include "sequence_fixture.hpp"

namespace groundswell::sequence {
namespace {

TEST(Sequencer, JoinsInTheMiddleWithoutALoss) {
  Engine engine(one_line());
  EXPECT_EQ(engine.ticks(7, 1000, 2), "join 1000 of 7 1000 1001");
  EXPECT_EQ(engine.sequencer.next_tick(), 1002U);
  EXPECT_EQ(engine.sequencer.first_tick(), 1000U);
}

TEST(Sequencer, RecordsCarryTheSendersTickItsNumberAndTheTime) {
  Sequencer sequencer({.feed = 3});
  std::vector<Record> out;
  const std::vector<Tick> ticks{Engine::tick(7, 42)};
  sequencer.ticks(0, {.feed_epoch = 7, .first_tick = 42, .ticks = ticks}, {123, 1}, out);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].feed, 3U);
  EXPECT_EQ(out[1].tick, ticks[0]);
  EXPECT_EQ(tick_no(out[1]), 42U);
  EXPECT_EQ(out[1].recv_ns, 123);
  EXPECT_EQ(out[1].feed, 3U);
}

TEST(Sequencer, DropsWhatWasSeenWholeOrInPart) {
  Engine engine(one_line());
  engine.ticks(1, 1, 10);
  EXPECT_EQ(engine.ticks(1, 1, 10), "");
  EXPECT_EQ(engine.ticks(1, 6, 6), "11");
  EXPECT_EQ(engine.sequencer.counters().duplicate, 15U);
  EXPECT_EQ(engine.sequencer.line(0).duplicates, 15U);
  EXPECT_EQ(engine.sequencer.line(0).wins, 11U);
}

TEST(Sequencer, WithOneLineAndNoFillsAGapIsGivenUpAtOnce) {
  Engine engine(one_line());
  engine.ticks(1, 1, 10);
  EXPECT_EQ(engine.ticks(1, 21, 1), "lost 11-20 21");
  EXPECT_EQ(engine.ticks(1, 15, 2), "");  // too late
  EXPECT_EQ(engine.sequencer.counters().duplicate, 2U);
  EXPECT_EQ(engine.sequencer.counters().lost, 10U);
  EXPECT_EQ(engine.sequencer.deadline_ns(), kNever);
}

TEST(Sequencer, AHeartbeatShowsALostLastMessage) {
  Engine engine(one_line());
  engine.ticks(1, 1, 10);
  EXPECT_EQ(engine.heartbeat(1, 11), "");
  EXPECT_EQ(engine.heartbeat(1, 14), "lost 11-13");
}

TEST(Sequencer, TheFirstCopyOfTwoLinesWins) {
  Engine engine(two_lines());
  engine.ticks(1, 1, 4, 0);
  engine.monotonic_ns += 3 * kMs;
  EXPECT_EQ(engine.ticks(1, 1, 6, 1), "5 6");
  EXPECT_EQ(engine.ticks(1, 5, 2, 0), "");
  EXPECT_EQ(engine.sequencer.line(0).wins, 4U);
  EXPECT_EQ(engine.sequencer.line(1).wins, 2U);
  EXPECT_EQ(engine.sequencer.line(1).lag_ns, 3 * kMs);
  EXPECT_EQ(engine.sequencer.line(0).lag_ns, 0);
}

TEST(Sequencer, WhatOneLineLostTheOtherBrings) {
  Engine engine(two_lines());
  engine.ticks(1, 1, 4, 0);
  EXPECT_EQ(engine.ticks(1, 9, 2, 0), "");
  EXPECT_EQ(engine.sequencer.counters().held, 2U);
  EXPECT_EQ(engine.sequencer.deadline_ns(), engine.monotonic_ns + 250 * kMs);
  EXPECT_EQ(engine.ticks(1, 1, 10, 1), "5 6 7 8 9 10");
  EXPECT_EQ(engine.sequencer.counters().held, 0U);
  EXPECT_EQ(engine.sequencer.counters().repaired, 1U);
  EXPECT_EQ(engine.sequencer.counters().gaps, 0U);
  EXPECT_EQ(engine.sequencer.line(0).holes, 4U);
  EXPECT_EQ(engine.sequencer.deadline_ns(), kNever);
}

TEST(Sequencer, AnyOrderWithinTheHoldIsPutRight) {
  Engine engine(two_lines());
  EXPECT_EQ(engine.heartbeat(1, 1), "join 1 of 1");
  EXPECT_EQ(engine.ticks(1, 7, 2), "");
  EXPECT_EQ(engine.ticks(1, 3, 2), "");
  EXPECT_EQ(engine.ticks(1, 5, 2, 1), "");
  EXPECT_EQ(engine.ticks(1, 1, 2, 1), "1 2 3 4 5 6 7 8");
}

TEST(Sequencer, WhatDoesNotComeInTimeIsLostAndEachGapHasItsOwnTime) {
  Engine engine(two_lines());
  engine.ticks(1, 1, 2);
  engine.ticks(1, 5, 1);
  engine.monotonic_ns += 100 * kMs;
  engine.ticks(1, 8, 1);
  engine.monotonic_ns += 149 * kMs;
  EXPECT_EQ(engine.clock(), "");
  engine.monotonic_ns += 1 * kMs;
  EXPECT_EQ(engine.clock(), "lost 3-4 5");
  EXPECT_EQ(engine.sequencer.deadline_ns(), engine.monotonic_ns + 100 * kMs);
  engine.monotonic_ns += 100 * kMs;
  EXPECT_EQ(engine.clock(), "lost 6-7 8");
  EXPECT_EQ(engine.sequencer.counters().gaps, 2U);
}

TEST(Sequencer, AFullHoldGivesTheOldestGapUp) {
  SequencerOptions options = two_lines();
  options.hold_ticks = 10;
  Engine engine(options);
  engine.ticks(1, 1, 1);
  engine.ticks(1, 3, 2);
  EXPECT_EQ(engine.ticks(1, 6, 6), "");               // 2 and 5 are missing, 11 is the last that fits
  EXPECT_EQ(engine.ticks(1, 12, 2), "lost 2-2 3 4");  // 5 is missing still
  EXPECT_EQ(engine.heartbeat(1, 1000), "lost 5-5 6 7 8 9 10 11 12 13 lost 14-999");
}

TEST(Sequencer, ABatchLongerThanTheHoldComesOut) {
  SequencerOptions options = two_lines();
  options.hold_ticks = 4;
  Engine engine(options);
  engine.ticks(1, 1, 1);
  EXPECT_EQ(engine.ticks(1, 3, 9), "lost 2-2 3 4 5 6 7 8 9 10 11");
}

TEST(Sequencer, CopiesWithOtherBytesAreCounted) {
  Engine engine(two_lines());
  engine.ticks(1, 1, 3, 0);
  std::vector<Tick> other = Engine::run(1, 1, 3);
  other[1].size = 99;
  std::vector<Record> out;
  engine.sequencer.ticks(1, {.feed_epoch = 1, .first_tick = 1, .ticks = other}, {0, engine.monotonic_ns}, out);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(engine.sequencer.line(1).mismatches, 1U);
  EXPECT_EQ(engine.sequencer.counters().mismatches, 1U);
  engine.ticks(1, 10, 1, 0);  // held: compared there too
  other = Engine::run(1, 10, 1);
  other[0].venue = 9;
  engine.sequencer.ticks(1, {.feed_epoch = 1, .first_tick = 10, .ticks = other}, {0, engine.monotonic_ns}, out);
  EXPECT_EQ(engine.sequencer.counters().mismatches, 2U);
}

TEST(Sequencer, CopiesOfDifferentEpochsAreNotCompared) {
  Engine engine(one_line());
  engine.ticks(5, 1, 3);
  engine.ticks(6, 2, 1);
  engine.ticks(6, 1, 1);  // late: lost in this epoch, another tick than the old epoch's
  EXPECT_EQ(engine.sequencer.counters().duplicate, 1U);
  EXPECT_EQ(engine.sequencer.counters().mismatches, 0U);
}

TEST(Sequencer, AGreaterEpochIsARestartAndAnOlderOneIsRefused) {
  Engine engine(one_line());
  engine.ticks(5, 1, 2);
  EXPECT_EQ(engine.ticks(6, 4, 2), "reset 3 of 5 join 1 of 6 lost 1-3 4 5");
  EXPECT_EQ(engine.ticks(5, 3, 3), "");
  EXPECT_EQ(engine.heartbeat(5, 99, 1'000), "");
  EXPECT_EQ(engine.sequencer.counters().stale_epoch, 3U);
  EXPECT_EQ(engine.sequencer.counters().epochs, 2U);
  EXPECT_EQ(engine.sequencer.lost_in_epoch(), 3U);
}

TEST(Sequencer, ARestartEndsWhatTheOldEpochWaitedFor) {
  Engine engine(two_lines());
  engine.ticks(5, 1, 2);
  engine.ticks(5, 4, 1);
  engine.heartbeat(5, 7, 70);
  EXPECT_EQ(engine.heartbeat(6, 2, 71), "lost 3-3 4 lost 5-6 pulse 70 reset 7 of 5 join 1 of 6");
  EXPECT_EQ(engine.ticks(6, 1, 1, 1), "1 pulse 71");  // the new epoch's first tick was missing like any other
}

TEST(Sequencer, MarketTimeWaitsForTheTicksBeforeIt) {
  Engine engine(two_lines());
  EXPECT_EQ(engine.heartbeat(1, 1, 50), "join 1 of 1 pulse 50");
  EXPECT_EQ(engine.ticks(1, 2, 2), "");
  EXPECT_EQ(engine.heartbeat(1, 4, 60), "");
  EXPECT_EQ(engine.heartbeat(1, 6, 70), "");
  EXPECT_EQ(engine.heartbeat(1, 1, 55, 1), "pulse 55");  // the slower line's, of which everything has passed
  EXPECT_EQ(engine.ticks(1, 1, 1, 1), "1 2 3 pulse 60");
  EXPECT_EQ(engine.heartbeat(1, 4, 60, 1), "");
  engine.monotonic_ns += 250 * kMs;
  EXPECT_EQ(engine.clock(), "lost 4-5 pulse 70");
}

TEST(Sequencer, TheLastOfManyWaitingMarketTimesIsKept) {
  Engine engine(two_lines());
  engine.heartbeat(1, 1);
  for (std::uint64_t number = 2; number < 100; ++number) engine.heartbeat(1, number, 1'000 + number);
  std::string text = engine.ticks(1, 1, 98, 1);
  EXPECT_EQ(text.substr(text.size() - 13), "98 pulse 1099");
  EXPECT_NE(text.find("1 pulse 1002 2 pulse 1003"), std::string::npos);
}

TEST(Sequencer, NumbersThatCannotBeAreRefused) {
  Engine engine(one_line());
  engine.ticks(1, 1, 1);
  EXPECT_EQ(engine.ticks(1, 0, 1), "");
  EXPECT_EQ(engine.ticks(1, kMaxTickNo, 2), "");
  EXPECT_EQ(engine.ticks(2, std::numeric_limits<std::uint64_t>::max() - 2, 2), "");
  EXPECT_EQ(engine.heartbeat(1, 0), "");
  EXPECT_EQ(engine.heartbeat(1, kMaxTickNo + 2), "");
  EXPECT_EQ(engine.sequencer.counters().bad_numbering, 5U);
  EXPECT_EQ(engine.sequencer.counters().ticks_in, 1U);
  EXPECT_EQ(engine.ticks(1, 2, 1), "2");
}

}  // namespace
}  // namespace groundswell::sequence
