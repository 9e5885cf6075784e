// A feed whose ticks come before the names of their ids: they are not taken, and missing where they can be had again.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "pipeline/feed_stage.hpp"
#include "pipeline/operations.hpp"
#include "support/engine_fixture.hpp"

namespace groundswell::pipeline {
namespace {

class FeedStageTest : public ::testing::Test {
 protected:
  FeedStageTest() {
    config_.name = "hand";
    config_.endpoint = test::endpoint_in(folder_, "feed");
    config_.pattern = config::FeedPattern::kPull;
    config_.mode = config::EndpointMode::kBind;
    stage_ = test::must(FeedStage::open(context_, config_, 1, link_, operations_, status_));
    feed_.emplace(context_, stage_->endpoint());
  }
  // Steps until `frames` have come in all, and returns what was passed on, but for marks.
  std::vector<Record> take(std::uint64_t frames) {
    EXPECT_TRUE(test::wait_until([&] {
      stage_->step(monotonic_clock_ns() + later_ns_);
      return stage_->frames(0).in >= frames;
    }));
    std::vector<Record> some(100);
    some.resize(link_.records.pop(some.data(), some.size()));
    std::erase_if(some, [](const Record& record) { return record.kind == kSendTimeMark || record.kind == kInstrumentsMark; });
    return some;
  }
  const test::TemporaryFolder folder_;
  net::Context context_;
  config::Feed config_;
  FeedLink link_;
  Operations operations_;
  EngineStatus status_;
  std::unique_ptr<FeedStage> stage_;
  std::optional<test::HandFeed> feed_;
  std::int64_t later_ns_ = 0;
  const std::vector<Tick> one_{test::trade_tick(1, test::new_york(10))}, three_{3, one_.front()};
};

TEST_F(FeedStageTest, ItJoinsAFeedWhenItKnowsTheNames) {
  ASSERT_TRUE(feed_->ticks(three_));
  ASSERT_TRUE(feed_->heartbeat(test::new_york(10)));
  EXPECT_TRUE(take(2).empty());
  EXPECT_EQ(stage_->ticks_before_names(), 3U);
  ASSERT_TRUE(feed_->instruments());
  ASSERT_TRUE(feed_->ticks(one_));
  const std::vector<Record> taken = take(4);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].gap.cause, GapCause::kJoin);
  EXPECT_EQ(taken[0].gap.from_tick, 4U);
  EXPECT_EQ(taken[1].kind, RecordKind::kTick);
  EXPECT_EQ(stage_->sequencer().counters().ticks_in, 1U);
}

TEST_F(FeedStageTest, TicksOfANewEpochBeforeItsNamesAreMissing) {
  ASSERT_TRUE(feed_->instruments());
  ASSERT_TRUE(feed_->ticks(one_));
  EXPECT_EQ(take(2).size(), 2U);
  test::HandFeed next(context_, stage_->endpoint(), feed_->feed_epoch + 1);
  ASSERT_TRUE(next.ticks(three_));
  EXPECT_TRUE(take(3).empty());
  ASSERT_TRUE(next.instruments());
  ASSERT_TRUE(next.ticks(one_));
  const std::vector<Record> taken = take(5);
  ASSERT_GE(taken.size(), 2U);
  EXPECT_EQ(taken[0].gap.cause, GapCause::kReset);
  EXPECT_EQ(taken[1].gap.cause, GapCause::kJoin);
  EXPECT_EQ(taken[1].gap.from_tick, 1U) << "the three are missing, not unknown";
  EXPECT_EQ(stage_->ticks_before_names(), 3U);
}

TEST_F(FeedStageTest, ASenderThatNeverSaysTheNamesIsToldOf) {
  ASSERT_TRUE(feed_->ticks(three_));
  take(1);
  wire::Operation operation;
  EXPECT_FALSE(operations_.take(operation)) << "the names may still come";
  later_ns_ = 10'000'000'000;
  take(1);
  bool told = false;
  while (operations_.take(operation)) told |= operation.text.find("does not say what its ids stand for") != std::string::npos;
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace groundswell::pipeline
