// Two lines of a feed, and two feeds, frame by frame: what one line lost the other brings, what nobody brings is said exactly, and every
// word about it reaches the operators.
#include <gtest/gtest.h>

#include "support/engine_fixture.hpp"

namespace groundswell::test {
namespace {

using wire::Severity;

class FeedLines : public EngineTest {
 protected:
  // Line A is feed_, line B is b_.
  void start_two_lines(const std::string& more = {}) {
    start({}, pull_feed(folder_, "hand", "line_b = '" + endpoint_in(folder_, "line_b") + "'\n" + more));
    b_ = std::make_unique<HandFeed>(context_, endpoint_in(folder_, "line_b"));
    b_->line = 1;
    open_market(new_york(10));
    b_->next_tick = feed_->next_tick;
  }
  // Goes out on line A as the next ticks; or on none, then they are only counted.
  std::uint64_t on_a(const std::vector<Tick>& ticks) {
    const std::uint64_t first = feed_->next_tick;
    EXPECT_TRUE(feed_->ticks(ticks));
    return first;
  }
  bool heard(EdgeType type) {
    return listener_->listen_until([&] {
      return std::any_of(listener_->edges.begin(), listener_->edges.end(), [&](const auto& heard) { return heard.edge().type == type; });
    });
  }
  std::vector<Record> gaps(const pipeline::LiveReport& report, bool with_joins = false) {
    std::vector<Record> some;
    for (const Record& record : read_recording(report.recording).of_kind(RecordKind::kGap)) {
      if (with_joins || record.gap.cause != GapCause::kJoin) some.push_back(record);
    }
    return some;
  }
  bool told(Severity severity, std::string_view text, std::string_view component = "feed") {
    return listener_->listen_until([&] { return listener_->told(severity, component, text); });
  }
  std::unique_ptr<HandFeed> b_;
};

TEST_F(FeedLines, WhatOneLineLosesTheOtherBrings) {
  start_two_lines("repair = '10s'\n");
  const auto at = [&](std::uint32_t i) { return now_ns_ + i * kMillisecond; };
  std::uint64_t number = feed_->next_tick;
  for (std::uint32_t i = 0; i < 200; ++i, ++number) {  // A loses every third, B every fourth that A has
    const std::vector<Tick> tick{trade_tick(2 + i % 7, at(i), (100 + i) * kPriceScale)};
    ASSERT_TRUE(i % 3 == 0 || feed_->ticks_at(number, tick));
    ASSERT_TRUE((i % 3 != 0 && i % 4 == 0) || b_->ticks_at(number, tick));
  }
  feed_->next_tick = number;
  now_ns_ = at(200);
  expect_alive();
  const pipeline::LiveReport report = stop();
  EXPECT_TRUE(gaps(report).empty());
  EXPECT_EQ(report.feeds[0].counters.journaled, 202U);
  EXPECT_EQ(report.feeds[0].counters.sequence.lost, 0U);
  ASSERT_EQ(report.feeds[0].lines.size(), 2U);
  EXPECT_GE(report.feeds[0].lines[1].ticks.wins, 67U) << "only it had them";
  EXPECT_EQ(report.feeds[0].lines[0].ticks.wins + report.feeds[0].lines[1].ticks.wins, 202U);
  std::uint64_t next = 1;
  for (const Record& record : read_recording(report.recording).of_kind(RecordKind::kTick)) EXPECT_EQ(tick_no(record), next++);
}

TEST_F(FeedLines, WhatNobodyBringsIsAGapOfExactlyThat) {
  start_two_lines("repair = '50ms'\n");
  const std::uint64_t lost = feed_->next_tick;
  feed_->next_tick += 5;
  const std::uint64_t first = on_a({trade_tick(2, now_ns_), trade_tick(3, now_ns_)});
  ASSERT_TRUE(b_->ticks_at(first - 2, {trade_tick(4, now_ns_), trade_tick(5, now_ns_), trade_tick(2, now_ns_)}));
  ASSERT_TRUE(heard(EdgeType::kFeedGapOpen));
  std::vector<Tick> all;
  for (std::uint32_t symbol = 1; symbol <= kSymbols.size(); ++symbol) all.push_back(trade_tick(symbol, now_ns_ + kMillisecond));
  on_a(all);
  ASSERT_TRUE(heard(EdgeType::kFeedGapClosed));
  EXPECT_TRUE(told(Severity::kWarning, "'hand': ticks lost until now: 3, gaps: 1"));
  expect_alive();
  const pipeline::LiveReport report = stop();
  const std::vector<Record> told = gaps(report);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].gap.cause, GapCause::kLost);
  EXPECT_EQ(told[0].gap.from_tick, lost);
  EXPECT_EQ(told[0].gap.to_tick, lost + 2);
  EXPECT_EQ(report.feeds[0].counters.lost_in_epoch, 3U);
}

TEST_F(FeedLines, LinesThatDisagreeAreTold) {
  start_two_lines();
  const std::uint64_t number = on_a({trade_tick(2, now_ns_, 101 * kPriceScale)});
  expect_alive();  // A's copy is the first
  ASSERT_TRUE(b_->ticks_at(number, {trade_tick(2, now_ns_, 102 * kPriceScale)}));
  EXPECT_TRUE(told(Severity::kWarning, "'hand': the lines disagree: second copies of ticks with other bytes until now: 1"));
  expect_alive();
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.feeds[0].counters.sequence.mismatches, 1U);
  EXPECT_EQ(report.feeds[0].lines[1].ticks.mismatches, 1U);
  for (const Record& record : read_recording(report.recording).of_kind(RecordKind::kTick)) {
    EXPECT_TRUE(record.tick.action != Action::kTrade || record.tick.price_e9 == 101 * kPriceScale);
  }
}

TEST_F(FeedLines, ADeadLineAndADeadFeedAreToldAndComeBack) {
  start_two_lines("repair = '50ms'\n");
  ASSERT_TRUE(b_->heartbeat(now_ns_));
  const auto keep_alive_until = [&](Severity severity, std::string_view text) {
    return wait_until([&] {
      EXPECT_TRUE(feed_->heartbeat(now_ns_));
      listener_->listen(20);
      return listener_->told(severity, "feed", text);
    });
  };
  ASSERT_TRUE(keep_alive_until(Severity::kWarning, "'hand': line B has been silent"));
  EXPECT_FALSE(listener_->told(Severity::kError, "feed", "dead")) << "the other line lives";
  ASSERT_TRUE(b_->ticks_at(feed_->next_tick, {trade_tick(2, now_ns_)}));
  feed_->next_tick += 1;
  ASSERT_TRUE(told(Severity::kInfo, "'hand': line B is back"));
  expect_alive();

  ASSERT_TRUE(told(Severity::kError, "'hand' is dead"));  // now nobody says anything
  EXPECT_TRUE(listener_->told(Severity::kWarning, "feed", "'hand': line A has been silent"));
  const std::uint64_t lost = feed_->next_tick;
  feed_->next_tick += 4;
  on_a({trade_tick(2, now_ns_)});
  ASSERT_TRUE(told(Severity::kInfo, "'hand' lives again"));
  ASSERT_TRUE(heard(EdgeType::kFeedGapOpen));
  feed_->next_tick += 1;  // and what is lost in life is not the outage's
  expect_alive();
  std::uint64_t number = 0;
  for (const wire::Operation& operation : listener_->operations) {
    EXPECT_EQ(operation.number, ++number);
    EXPECT_EQ(operation.node, "gs1");
  }
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.feeds[0].lines[0].silences, 1U);
  EXPECT_GE(report.feeds[0].lines[1].silences, 2U);
  const std::vector<Record> told = gaps(report);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].gap.cause, GapCause::kDown);
  EXPECT_EQ(told[0].gap.from_tick, lost);
  EXPECT_EQ(told[0].gap.to_tick, lost + 3);
  EXPECT_EQ(told[1].gap.cause, GapCause::kLost);
}

TEST_F(FeedLines, AGreaterEpochIsARestartOfBothLines) {
  start_two_lines();
  for (HandFeed* const line : {feed_.get(), b_.get()}) {
    line->feed_epoch += 1;
    line->next_tick = 1;
    ASSERT_TRUE(line->instruments());
  }
  ASSERT_TRUE(b_->ticks({trade_tick(2, now_ns_)}));
  ASSERT_TRUE(feed_->ticks({trade_tick(2, now_ns_)}));
  feed_->feed_epoch -= 1;  // the old sender is not quite gone
  ASSERT_TRUE(feed_->ticks_at(99, {status_tick(3, now_ns_, StatusCode::kHalt)}));
  feed_->feed_epoch += 1;
  ASSERT_TRUE(heard(EdgeType::kFeedGapOpen)) << "how much of the old epoch's tail is gone nobody can say";
  expect_alive();
  const pipeline::LiveReport report = stop();
  std::vector<GapCause> causes;
  for (const Record& record : gaps(report, true)) causes.push_back(record.gap.cause);
  EXPECT_EQ(causes, (std::vector{GapCause::kJoin, GapCause::kReset, GapCause::kJoin}));
  EXPECT_EQ(report.feeds[0].counters.sequence.epochs, 2U);
  EXPECT_EQ(report.feeds[0].counters.sequence.stale_epoch, 1U);
  EXPECT_EQ(report.feeds[0].counters.next_tick, 3U);
}

// A tick that came behind a missing one is not dropped by a stop: no one else will bring it.
TEST_F(FeedLines, AStopGivesUpWhatIsMissing) {
  start_two_lines("repair = '10s'\n");
  feed_->next_tick += 1;
  on_a({trade_tick(2, now_ns_)});
  ASSERT_TRUE(listener_->listen_until([&, before = listener_->heartbeats.size()] { return listener_->heartbeats.size() > before + 1; }));
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.feeds[0].counters.sequence.held, 0U);
  EXPECT_EQ(report.feeds[0].counters.journaled, 2U);
  EXPECT_EQ(gaps(report).size(), 1U);
}

// The feed of the compute names loses ticks: the physical basket, which another feed brings, knows nothing of it. What no feed has brought
// yet may have been lost by either.
TEST_F(FeedLines, AGapTouchesWhatItsFeedCarriesAndNothingElse) {
  start({}, pull_feed(folder_, "hand") + pull_feed(folder_, "other"));
  HandFeed other(context_, endpoint_in(folder_, "other"));
  open_market(new_york(10));
  ASSERT_TRUE(other.instruments());
  const auto newest_flag = [&](const std::string& scope, const std::string& signal) {
    bool flag = false;
    for (const Listener::HeardLevels& heard : listener_->levels) {
      if (heard.batch.header.scope != listener_->scope(scope)) continue;
      for (const Level& level : heard.levels) {
        if (listener_->signal_id(level.signal) == signal) flag = (level.flags & kFlagFeedGap) != 0;
      }
    }
    return flag;
  };
  const auto trades = [&](const std::vector<std::uint32_t>& symbols) {
    std::vector<Tick> ticks;
    for (const std::uint32_t symbol : symbols) ticks.push_back(trade_tick(symbol, now_ns_, (100 + symbol) * kPriceScale));
    return ticks;
  };
  const auto step = [&] {  // both feeds have been heard; then the next grid step
    expect_alive();
    const std::uint64_t marks = listener_->edges.size();
    ASSERT_TRUE(other.ticks({status_tick(8, now_ns_, marks % 2 == 0 ? StatusCode::kHalt : StatusCode::kResume)}));
    ASSERT_TRUE(listener_->listen_until([&] { return listener_->edges.size() > marks; }));
    now_ns_ += kSecond;
    const std::size_t before = listener_->levels.size();
    ASSERT_TRUE(feed_->heartbeat(now_ns_));
    ASSERT_TRUE(listener_->listen_until(
        [&] { return listener_->levels.size() > before && listener_->levels.back().batch.header.scope == listener_->scope("thesis"); }));
  };
  ASSERT_TRUE(other.ticks(trades({6, 7, 8})));  // EEE FFF GGG; HHH is the mark, which the first feed brings
  ASSERT_TRUE(feed_->ticks(trades({1, 2, 3, 4})));
  step();
  EXPECT_FALSE(newest_flag("chips", "adv"));
  EXPECT_FALSE(newest_flag("power", "adv"));

  other.next_tick += 3;
  ASSERT_TRUE(other.ticks(trades({6})));
  step();
  EXPECT_TRUE(newest_flag("power", "adv"));
  EXPECT_TRUE(newest_flag("chips", "adv")) << "DDD has come from nobody yet: it may have been lost";
  ASSERT_TRUE(feed_->ticks(trades({1, 2, 3, 4, 5})));
  ASSERT_TRUE(other.ticks(trades({6, 7, 8})));
  step();
  EXPECT_FALSE(newest_flag("power", "adv"));
  EXPECT_FALSE(newest_flag("chips", "adv"));
  const bool chips_volume = newest_flag("chips", "up_vol");

  other.next_tick += 3;  // now every symbol is known to come from one of them
  ASSERT_TRUE(other.ticks(trades({6})));
  step();
  EXPECT_TRUE(newest_flag("power", "adv"));
  EXPECT_FALSE(newest_flag("chips", "adv"));
  EXPECT_EQ(newest_flag("chips", "up_vol"), chips_volume);
  ASSERT_TRUE(other.ticks(trades({7, 8})));
  step();
  EXPECT_FALSE(newest_flag("power", "adv")) << "each of its symbols has traded again";
  const pipeline::LiveReport report = stop();
  ASSERT_EQ(report.feeds.size(), 2U);
  EXPECT_EQ(report.feeds[0].counters.sequence.gaps, 0U);
  EXPECT_EQ(report.feeds[1].counters.sequence.gaps, 2U);
  for (const Record& record : gaps(report)) EXPECT_EQ(record.feed, 2U);
}

}  // namespace
}  // namespace groundswell::test
