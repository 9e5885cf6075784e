#include <gtest/gtest.h>

#include <algorithm>

#include "sequence_fixture.hpp"

namespace groundswell::sequence {
namespace {

TEST(SequencerFill, WhatIsMissingIsAskedForOnceAndAgainAfterAWhile) {
  Engine engine(with_fill());
  engine.ticks(1, 1, 2);
  engine.ticks(1, 6, 1);
  EXPECT_EQ(engine.wanted(), "3-5");
  EXPECT_EQ(engine.wanted(), "");
  engine.monotonic_ns += 30 * kMs;
  engine.heartbeat(1, 9);
  EXPECT_EQ(engine.wanted(), "7-8");
  engine.monotonic_ns += 20 * kMs;
  EXPECT_EQ(engine.wanted(), "3-5");
  engine.monotonic_ns += 30 * kMs;
  EXPECT_EQ(engine.wanted(), "7-8");
  EXPECT_EQ(engine.fill(1, 3, 3), "3 4 5 6");
  EXPECT_EQ(engine.fill(1, 7, 2), "7 8");
  EXPECT_EQ(engine.sequencer.counters().fill_ticks, 5U);
  EXPECT_EQ(engine.sequencer.counters().fills_asked, 4U);
  EXPECT_EQ(engine.sequencer.counters().repaired, 2U);
  EXPECT_EQ(engine.fill(1, 3, 3), "");  // the second answer to the same question: no lie
  EXPECT_EQ(engine.sequencer.counters().fills_refused, 0U);
  EXPECT_EQ(engine.sequencer.counters().duplicate, 3U);
  EXPECT_EQ(engine.wanted(), "");
}

TEST(SequencerFill, WithoutFillsNothingIsWanted) {
  Engine engine(two_lines());
  engine.ticks(1, 1, 2);
  engine.ticks(1, 6, 1);
  EXPECT_EQ(engine.wanted(), "");
}

TEST(SequencerFill, AnswersMayComeInPieces) {
  Engine engine(with_fill());
  engine.heartbeat(1, 1);
  engine.heartbeat(1, 7);
  EXPECT_EQ(engine.wanted(), "1-6");
  EXPECT_EQ(engine.fill(1, 1, 2), "1 2");
  EXPECT_EQ(engine.fill(1, 5, 2), "");
  EXPECT_EQ(engine.fill(1, 3, 2), "3 4 5 6");
}

TEST(SequencerFill, RequestsAreBounded) {
  SequencerOptions options = with_fill();
  options.hold_ticks = 65'536;
  Engine engine(options);
  engine.heartbeat(1, 1);
  engine.heartbeat(1, 40'001);
  EXPECT_EQ(engine.wanted(), "1-16384 16385-32768 32769-40000");
  Engine holes(with_fill());
  holes.heartbeat(1, 1);
  for (std::uint64_t number = 2; number <= 200; number += 2) holes.ticks(1, number, 1);  // a hundred holes of one tick
  const std::string asked = holes.wanted();
  EXPECT_EQ(std::count(asked.begin(), asked.end(), '-'), static_cast<long>(Sequencer::kOpenFills));
  EXPECT_EQ(holes.fill(1, 1, 1), "1 2");
  EXPECT_EQ(holes.wanted(), "129-129");  // one was answered: the next may be asked
}

TEST(SequencerFill, LiesAreRefusedWhole) {
  Engine engine(with_fill());
  engine.ticks(2, 1, 2);
  EXPECT_EQ(engine.fill(2, 3, 1), "");  // not asked for
  engine.heartbeat(2, 6);
  EXPECT_EQ(engine.fill(2, 3, 1), "");  // missing, but not asked for yet
  EXPECT_EQ(engine.wanted(), "3-5");
  EXPECT_EQ(engine.fill(1, 3, 3), "");  // wrong epoch
  EXPECT_EQ(engine.fill(3, 3, 3), "");
  EXPECT_EQ(engine.fill(2, 3, 4), "");  // beyond the range
  EXPECT_EQ(engine.fill(2, 4, 3), "");
  EXPECT_EQ(engine.fill(2, 2, 2), "");
  EXPECT_EQ(engine.sequencer.counters().fills_refused, 7U);
  EXPECT_EQ(engine.sequencer.counters().ticks_in, 2U);
  EXPECT_EQ(engine.fill(2, 4, 2), "");
  EXPECT_EQ(engine.fill(2, 4, 2), "");  // more than asked
  EXPECT_EQ(engine.sequencer.counters().fills_refused, 8U);
  EXPECT_EQ(engine.fill(2, 3, 1), "3 4 5");
}

TEST(SequencerFill, WhatTheSenderNoLongerHasIsGivenUpAtOnceUnlessTheOtherLineMayBringIt) {
  Engine engine(with_fill());
  engine.ticks(1, 1, 2);
  engine.ticks(1, 5, 1);
  engine.ticks(1, 8, 1);
  EXPECT_EQ(engine.wanted(), "3-4 6-7");
  EXPECT_EQ(engine.refused(1, 3, 3), "lost 3-3");
  EXPECT_EQ(engine.fill(1, 4, 1), "");  // its request was refused
  EXPECT_EQ(engine.refused(1, 6, 6), "lost 4-4 5 lost 6-6");
  SequencerOptions options = with_fill();
  options.lines = 2;
  Engine two(options);
  two.ticks(1, 1, 2);
  two.ticks(1, 5, 1);
  EXPECT_EQ(two.wanted(), "3-4");
  EXPECT_EQ(two.refused(1, 3, 4), "");
  two.monotonic_ns += 100 * kMs;
  EXPECT_EQ(two.wanted(), "");  // not again
  EXPECT_EQ(two.ticks(1, 3, 1, 1), "3");
  two.monotonic_ns += 150 * kMs;
  EXPECT_EQ(two.clock(), "lost 4-4 5");
}

TEST(SequencerFill, AnAnswerToTheOldEpochsQuestionIsNoneToTheNewOnes) {
  Engine engine(with_fill());
  engine.ticks(5, 1, 2);
  engine.heartbeat(5, 6);
  EXPECT_EQ(engine.wanted(), "3-5");
  EXPECT_EQ(engine.heartbeat(6, 9), "lost 3-5 reset 6 of 5 join 1 of 6");
  EXPECT_EQ(engine.fill(5, 3, 3), "");
  EXPECT_EQ(engine.fill(6, 3, 3), "");
  EXPECT_EQ(engine.sequencer.counters().fills_refused, 2U);
}

// The hold is a ring: a number takes the place of one that was asked for a moment ago, and must not be taken for it.
TEST(SequencerFill, WhatGoesMissingInAnAnswersPlaceIsAskedForAtOnce) {
  SequencerOptions options = with_fill();
  options.hold_ticks = 8;
  Engine engine(options);
  engine.ticks(1, 1, 2);
  engine.heartbeat(1, 4);
  EXPECT_EQ(engine.wanted(), "3-3");
  EXPECT_EQ(engine.fill(1, 3, 1), "3");
  EXPECT_EQ(engine.ticks(1, 4, 7), "4 5 6 7 8 9 10");
  engine.heartbeat(1, 12);
  EXPECT_EQ(engine.wanted(), "11-11");
}

TEST(SequencerFill, WithFillsARestartedFeedIsWholeAgain) {
  Engine engine(with_fill());
  engine.ticks(5, 1, 2);
  EXPECT_EQ(engine.ticks(6, 4, 1), "reset 3 of 5 join 1 of 6");
  EXPECT_EQ(engine.wanted(), "1-3");
  EXPECT_EQ(engine.fill(6, 1, 3), "1 2 3 4");
}

TEST(SequencerResume, EverythingAfterTheLastJournaledTickIsWanted) {
  Engine engine(with_fill());
  engine.sequencer.resume(5, 101);
  EXPECT_EQ(engine.ticks(5, 121, 2), "");
  EXPECT_EQ(engine.wanted(), "101-120");
  EXPECT_EQ(engine.fill(5, 101, 20).substr(0, 8), "101 102 ");
  EXPECT_EQ(engine.sequencer.next_tick(), 123U);
  EXPECT_EQ(engine.sequencer.first_tick(), 101U);
  EXPECT_EQ(engine.sequencer.counters().lost, 0U);
}

TEST(SequencerResume, ALongAbsenceIsCaughtUpPieceByPiece) {
  SequencerOptions options = with_fill();
  options.hold_ticks = 100;
  Engine engine(options);
  engine.sequencer.resume(5, 1);
  std::uint64_t live = 5'001, passed = 0;
  for (int round = 0; round < 1'000 && engine.sequencer.next_tick() != live; ++round) {
    engine.ticks(5, live, 10);  // goes on while we catch up
    live += 10;
    const auto request = engine.sequencer.wanted(engine.monotonic_ns);  // one question a round: longer than resume_ns in all
    ASSERT_TRUE(request);
    engine.fill(5, request->from_tick, request->to_tick - request->from_tick + 1);
    engine.monotonic_ns += 200 * kMs;
    engine.clock();
    ASSERT_GT(engine.sequencer.next_tick(), passed);
    passed = engine.sequencer.next_tick();
  }
  EXPECT_EQ(engine.sequencer.next_tick(), live);
  EXPECT_EQ(engine.sequencer.counters().unique, live - 1);
  EXPECT_EQ(engine.sequencer.counters().lost, 0U);
  EXPECT_GT(engine.sequencer.counters().beyond_hold, 0U);
}

TEST(SequencerResume, ASilentSenderIsNotWaitedForForEver) {
  Engine engine(with_fill());
  engine.sequencer.resume(5, 101);
  engine.heartbeat(5, std::uint64_t{1} << 39);
  EXPECT_EQ(engine.sequencer.deadline_ns(), engine.monotonic_ns + 3'000 * kMs);
  engine.monotonic_ns += 3'000 * kMs;
  EXPECT_EQ(engine.clock(), "lost 101-549755813887");
}

TEST(SequencerResume, WhatTheSenderNoLongerHasIsOneGap) {
  SequencerOptions options = with_fill();
  options.hold_ticks = 100;
  Engine engine(options);
  engine.sequencer.resume(5, 1);
  engine.heartbeat(5, 10'001);
  EXPECT_EQ(engine.wanted(), "1-100");
  EXPECT_EQ(engine.refused(5, 1, 9'989), "lost 1-9989");
  EXPECT_EQ(engine.wanted(), "9990-10000");
}

TEST(SequencerResume, WithoutFillsTheAbsenceIsLost) {
  Engine engine(one_line());
  engine.sequencer.resume(5, 101);
  EXPECT_EQ(engine.ticks(5, 121, 1), "lost 101-120 121");
}

TEST(SequencerResume, AFeedThatRestartedMeanwhileIsAReset) {
  Engine engine(one_line());
  engine.sequencer.resume(5, 101);
  EXPECT_EQ(engine.heartbeat(6, 1), "reset 101 of 5 join 1 of 6");
}

}  // namespace
}  // namespace groundswell::sequence
