#include <gtest/gtest.h>

#include <random>
#include <set>

#include "sequence/sequencer.hpp"

namespace groundswell::sequence {
namespace {

TEST(Sequencer, JoinsInTheMiddleWithoutAGap) {
  Sequencer s;
  const auto a = s.accept(7, 1000, 16);
  EXPECT_EQ(a.skip, 0U);
  EXPECT_FALSE(a.missing);
  EXPECT_EQ(s.next_tick(), 1016U);
}

TEST(Sequencer, DropsWhatWasSeenWholeOrInPart) {
  Sequencer s;
  (void)s.accept(1, 1, 10);
  EXPECT_EQ(s.accept(1, 1, 10).skip, 10U);
  EXPECT_EQ(s.accept(1, 6, 10).skip, 5U);
  EXPECT_EQ(s.next_tick(), 16U);
  EXPECT_EQ(s.counters().duplicate, 15U);
}

TEST(Sequencer, NamesExactlyTheMissingTicks) {
  Sequencer s;
  (void)s.accept(1, 1, 10);
  const auto a = s.accept(1, 21, 1);
  ASSERT_TRUE(a.missing);
  EXPECT_EQ(a.missing->from_tick, 11U);
  EXPECT_EQ(a.missing->to_tick, 20U);
  EXPECT_EQ(a.missing->cause, GapCause::kLost);
  EXPECT_EQ(a.skip, 0U);
}

TEST(Sequencer, AHeartbeatShowsALostLastMessage) {
  Sequencer s;
  (void)s.accept(1, 1, 10);
  EXPECT_FALSE(s.heartbeat(1, 11));
  const auto missing = s.heartbeat(1, 14);
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->from_tick, 11U);
  EXPECT_EQ(missing->to_tick, 13U);
  EXPECT_EQ(s.accept(1, 12, 2).skip, 2U);  // declared lost: too late now
}

TEST(Sequencer, AGreaterEpochIsARestartAndAnOlderOneIsRefused) {
  Sequencer s;
  (void)s.accept(5, 1, 10);
  const auto a = s.accept(6, 4, 2);
  ASSERT_TRUE(a.missing);
  EXPECT_EQ(a.missing->cause, GapCause::kReset);
  EXPECT_EQ(a.missing->from_tick, 1U);
  EXPECT_EQ(a.missing->to_tick, 3U);
  EXPECT_EQ(a.skip, 0U);
  EXPECT_EQ(s.accept(5, 11, 3).skip, 3U);
  EXPECT_EQ(s.counters().stale_epoch, 3U);
}

TEST(Sequencer, AccountsForEveryTickUnderRandomLossAndRepetition) {
  std::mt19937_64 random(20261120);
  for (int round = 0; round < 200; ++round) {
    Sequencer s;
    std::set<std::uint64_t> unique;
    std::uint64_t next = 1, gaps = 0;
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t first = random() % 4 == 0 ? next + random() % 20 : next - std::min<std::uint64_t>(next - 1, random() % 20);
      const std::size_t count = random() % 30;
      const auto a = s.accept(1, first, count);
      gaps += a.missing.has_value();
      for (std::size_t k = a.skip; k < count; ++k) ASSERT_TRUE(unique.insert(first + k).second);
      next = s.next_tick();
      ASSERT_EQ(s.unique_in_epoch() + s.lost_in_epoch(), s.next_tick() - s.first_tick());
      ASSERT_EQ(s.counters().ticks_in, s.counters().duplicate + s.counters().stale_epoch + s.counters().unique);
    }
    EXPECT_EQ(s.counters().unique, unique.size());
    EXPECT_EQ(s.counters().gaps, gaps);
  }
}

}  // namespace
}  // namespace groundswell::sequence
