// Whatever a feed sends: it is counted under its own name, it stops nothing, and good ticks after it are taken. Every test ends with the
// accounts of EngineTest::stop(): nothing that came may disappear unnamed.
#include <gtest/gtest.h>

#include "support/engine_fixture.hpp"
#include "support/wire_by_hand.hpp"

namespace groundswell::test {
namespace {

using pipeline::Rejection;
using wire::Verdict;

class BadInput : public EngineTest {
 protected:
  void SetUp() override {
    start();
    open_market(new_york(10));
  }
  std::vector<std::byte> good_frame() {  // not to be sent: its numbers are those of the next good one
    const auto frame = feed_->encode(feed_->next_tick, {trade_tick(2, now_ns_)});
    return {frame.begin(), frame.end()};
  }
  void send_bad(std::span<const std::byte> frame) {
    ASSERT_TRUE(feed_->send(frame));
    expect_alive();
  }
  // One bad tick between two good ones, in one frame.
  void send_bad(const Tick& bad) {
    ASSERT_TRUE(feed_->ticks({trade_tick(2, now_ns_), bad, trade_tick(3, now_ns_)}));
    good_trades_ += 2;
    expect_alive();
  }
  // What was refused as frames; nothing else was.
  void expect_refused(std::uint64_t count, Verdict why) {
    const pipeline::LiveReport report = stop();
    const auto& refused = report.feeds[0].frames.refused;
    EXPECT_EQ(refused[static_cast<std::size_t>(why)], count);
    EXPECT_EQ(sum(refused), count);
    EXPECT_EQ(sum(report.feeds[0].counters.rejected), 0U);
    EXPECT_EQ(report.fold.gaps, 0U);
  }
  void expect_rejected(std::uint64_t count, Rejection why) {
    const pipeline::LiveReport report = stop();
    const pipeline::FeedCounters& counters = report.feeds[0].counters;
    EXPECT_EQ(counters.rejected[static_cast<std::size_t>(why)], count);
    EXPECT_EQ(sum(counters.rejected), count);
    EXPECT_EQ(sum(report.feeds[0].frames.refused), 0U);
    EXPECT_EQ(report.fold.outcomes[static_cast<std::size_t>(market::Outcome::kEligible)], good_trades_);
    EXPECT_EQ(report.fold.gaps, 0U);
  }
  std::uint64_t good_trades_ = 0;
};

TEST_F(BadInput, Noise) {
  std::vector<std::byte> frame = good_frame();
  for (std::size_t i = wire::kEnvelopeBytes; i < frame.size(); ++i) frame[i] = static_cast<std::byte>(i * 37);
  send_bad(frame);
  send_bad(std::vector<std::byte>(1, std::byte{'T'}));
  send_bad(std::span<const std::byte>());
  expect_refused(3, Verdict::kMalformed);
}

TEST_F(BadInput, Truncated) {
  const std::vector<std::byte> frame = good_frame();
  for (const std::size_t length : {frame.size() - 1, frame.size() - 8, frame.size() / 2, wire::kEnvelopeBytes})
    send_bad(std::span(frame).first(length));
  expect_refused(4, Verdict::kMalformed);
}

TEST_F(BadInput, WrongVersion) {
  std::vector<std::byte> frame = good_frame();
  frame[2] = std::byte{wire::kWireVersion + 1};
  send_bad(frame);
  expect_refused(1, Verdict::kWrongVersion);
}

TEST_F(BadInput, UnknownKind) {
  std::vector<std::byte> frame = good_frame();
  frame[1] = std::byte{'Z'};
  send_bad(frame);
  frame[0] = std::byte{'X'};
  send_bad(frame);
  expect_refused(2, Verdict::kUnknownKind);
}

TEST_F(BadInput, SeveralParts) {
  const std::vector<std::byte> frame = good_frame();
  ASSERT_TRUE(wait_until([&] { return feed_->socket().send(std::span<const std::byte>(frame), true); }));
  ASSERT_TRUE(feed_->socket().send(std::span<const std::byte>(frame), true));
  send_bad(frame);
  expect_refused(1, Verdict::kMalformed);
}

// 72 bytes that claim to hold millions of ticks.
TEST_F(BadInput, TicksOfNoSize) {
  for (const std::uint32_t claimed : {1024U, 8'000'000U, 0x1fffffffU}) {
    HandFrame frame = tick_frame({}, 0, 0);
    frame.envelope_ticks = claimed;
    frame.message[6] = list_tag(claimed, 0, 0);
    send_bad(frame.bytes());
  }
  expect_refused(3, Verdict::kMalformed);
}

TEST_F(BadInput, Oversized) {
  std::vector<std::byte> frame = good_frame();
  frame.resize(wire::kMaxFeedFrameBytes + 1);
  send_bad(frame);
  expect_refused(1, Verdict::kOversized);
}

TEST_F(BadInput, AMonsterCostsItsSenderTheConnection) {
  HandFeed evil(context_, engine_->feed_endpoints().front());
  ASSERT_TRUE(evil.send(std::vector<std::byte>(4 * wire::kMaxFeedFrameBytes, std::byte{'T'})));
  expect_alive();
  const std::uint64_t first_tick = feed_->next_tick++;  // which its sender repeats until it is heard
  const Tick halt = status_tick(2, now_ns_, StatusCode::kHalt);
  ASSERT_TRUE(wait_until([&] {  // what is sent into the dying connection is lost
    evil.try_send(evil.encode(first_tick, {halt}));
    listener_->listen(25);
    return listener_->symbol(listener_->edges.back().edge().subject) == "AAA";
  }));
  expect_alive();
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(sum(report.feeds[0].frames.refused), 0U) << "some of the monster came through";
  EXPECT_EQ(report.fold.gaps, 0U);
}

TEST_F(BadInput, UnmappedInstrument) {
  send_bad(trade_tick(77, now_ns_));
  send_bad(trade_tick(0, now_ns_));
  send_bad(trade_tick(0xffffffffU, now_ns_));
  expect_rejected(3, Rejection::kUnmappedInstrument);
}

TEST_F(BadInput, UnknownSymbol) {
  wire::FeedEncoder encoder;
  send_bad(encoder.encode(wire::Instruments{.feed_epoch = feed_->feed_epoch, .symbols = {{50, "NOBODYS"}}, .condition_sets = {}}));
  send_bad(trade_tick(50, now_ns_));
  expect_rejected(1, Rejection::kUnknownSymbol);
}

TEST_F(BadInput, Prices) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max(), kSmallest = std::numeric_limits<std::int64_t>::min();
  for (const std::int64_t price_e9 :
       {std::int64_t{0}, std::int64_t{-1}, kLargest, kSmallest, std::int64_t{1'000'000'000'000'000'000}, kMaxPriceE9}) {
    send_bad(trade_tick(4, now_ns_, price_e9));
  }
  for (const Action action : {Action::kBarOpen, Action::kBarHigh, Action::kBarLow, Action::kBarClose, Action::kCorrect}) {
    send_bad(make_tick(action, 4, now_ns_, kLargest, 100));
  }
  send_bad(make_tick(Action::kQuote, 4, now_ns_, -1, 100));
  expect_rejected(12, Rejection::kBadPrice);
}

TEST_F(BadInput, Sizes) {
  for (const std::uint64_t size : {std::uint64_t{0}, kMaxSize, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    send_bad(trade_tick(4, now_ns_, 100 * kPriceScale, size));
  send_bad(make_tick(Action::kBarClose, 4, now_ns_, 100 * kPriceScale, std::uint64_t{1} << 63));
  expect_rejected(5, Rejection::kBadSize);
}

TEST_F(BadInput, TimesAhead) {
  send_bad(trade_tick(4, now_ns_ + 3600 * kSecond));
  send_bad(trade_tick(4, ~std::uint64_t{0}));
  send_bad(trade_tick(4, now_ns_ + 5 * kSecond + 1));
  expect_rejected(3, Rejection::kFutureTime);
}

TEST_F(BadInput, TimesBehind) {
  send_bad(trade_tick(4, 0));
  send_bad(trade_tick(4, now_ns_ - 61 * kSecond));
  send_bad(trade_tick(4, now_ns_ - 60 * kSecond - 1));
  expect_rejected(3, Rejection::kTooLate);
}

TEST_F(BadInput, TimesAtTheLimitsAreGood) {
  ASSERT_TRUE(feed_->ticks({trade_tick(4, now_ns_ - 60 * kSecond), trade_tick(4, now_ns_ + 5 * kSecond)}));
  good_trades_ = 2;
  now_ns_ += 5 * kSecond;
  expect_alive();
  expect_rejected(0, Rejection::kTooLate);
}

TEST_F(BadInput, ActionsNobodyKnows) {
  Tick unknown = trade_tick(4, now_ns_);
  unknown.action = static_cast<Action>(0xee);
  send_bad(unknown);
  send_bad(status_tick(4, now_ns_, static_cast<StatusCode>(99)));
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.fold.outcomes[static_cast<std::size_t>(market::Outcome::kIgnored)], 2U);
  EXPECT_EQ(report.fold.outcomes[static_cast<std::size_t>(market::Outcome::kEligible)], good_trades_);
}

TEST_F(BadInput, StaleEpoch) {
  // Its names would turn symbol 2 into another, its heartbeat would move time by an hour: nothing of it may count.
  wire::FeedEncoder encoder;
  feed_->feed_epoch -= 1;
  ASSERT_TRUE(
      feed_->send(encoder.encode(wire::Instruments{.feed_epoch = feed_->feed_epoch, .symbols = {{2, "GGG"}}, .condition_sets = {}})));
  ASSERT_TRUE(feed_->heartbeat(now_ns_ + 3600 * kSecond));
  ASSERT_TRUE(feed_->ticks_at(feed_->next_tick, {status_tick(3, now_ns_, StatusCode::kHalt), status_tick(4, now_ns_, StatusCode::kHalt)}));
  feed_->feed_epoch += 1;
  expect_alive();
  ASSERT_TRUE(feed_->ticks({status_tick(2, now_ns_, StatusCode::kHalt)}));
  ASSERT_TRUE(listener_->listen_until([&] { return listener_->symbol(listener_->edges.back().edge().subject) != "HHH"; }));
  EXPECT_EQ(listener_->symbol(listener_->edges.back().edge().subject), "AAA");
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.feeds[0].counters.sequence.stale_epoch, 2U);
  EXPECT_EQ(sum(report.feeds[0].counters.rejected), 0U);
  EXPECT_EQ(listener_->heartbeats.back().event_time_ns, now_ns_);
}

TEST_F(BadInput, EmptyBatch) {
  send_bad(feed_->encode(feed_->next_tick, {}));
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(sum(report.feeds[0].frames.refused), 0U);
  EXPECT_EQ(report.feeds[0].counters.sequence.unique, 2U);  // those before it and after it
  EXPECT_EQ(report.fold.gaps, 0U);
}

TEST_F(BadInput, TickNumbersThatCannotBe) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    send_bad(feed_->encode(number, {trade_tick(2, now_ns_)}));
    send_bad(feed_->encode_heartbeat(now_ns_, number));
  }
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.feeds[0].counters.sequence.bad_numbering, 6U);
  EXPECT_EQ(report.feeds[0].counters.sequence.duplicate, 0U);
  EXPECT_EQ(report.fold.gaps, 0U);
}

TEST_F(BadInput, Duplicates) {
  const std::vector<Tick> batch{trade_tick(2, now_ns_), trade_tick(3, now_ns_), trade_tick(4, now_ns_)};
  ASSERT_TRUE(feed_->ticks(batch));
  const std::uint64_t first = feed_->next_tick - batch.size();
  send_bad(feed_->encode(first, batch));
  const std::uint64_t next = feed_->next_tick;
  ASSERT_TRUE(feed_->ticks_at(next - 1, {trade_tick(2, now_ns_), trade_tick(5, now_ns_), trade_tick(6, now_ns_)}));  // one seen, two new
  feed_->next_tick += 2;
  expect_alive();
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.feeds[0].counters.sequence.duplicate, 4U);
  EXPECT_EQ(report.fold.outcomes[static_cast<std::size_t>(market::Outcome::kEligible)], 5U);
  EXPECT_EQ(report.fold.gaps, 0U);
}

TEST_F(BadInput, AGapIsRecordedShownAndHealed) {
  const auto flagged = [&](const std::string& scope, const std::string& signal) {  // whether the newest number says that ticks were lost
    std::optional<bool> newest;
    for (const Listener::HeardLevels& heard : listener_->levels) {
      if (heard.batch.header.scope != listener_->scope(scope)) continue;
      for (const Level& level : heard.levels) {
        if (listener_->signal_id(level.signal) == signal) newest = (level.flags & kFlagFeedGap) != 0;
      }
    }
    return newest;
  };
  const auto second = [&](const std::vector<std::uint32_t>& traded, std::int64_t dollars) {  // to the next step, and its numbers
    std::vector<Tick> ticks;
    for (const std::uint32_t symbol : traded) ticks.push_back(trade_tick(symbol, now_ns_, dollars * kPriceScale));
    ASSERT_TRUE(feed_->ticks(ticks));
    now_ns_ += kSecond;
    const std::size_t before = listener_->levels.size();
    ASSERT_TRUE(feed_->heartbeat(now_ns_));
    ASSERT_TRUE(listener_->listen_until(
        [&] { return listener_->levels.size() > before && listener_->levels.back().batch.header.scope == listener_->scope("thesis"); }));
  };
  const std::vector<std::uint32_t> all{1, 2, 3, 4, 5, 6, 7, 8, 9};
  second(all, 100);
  EXPECT_EQ(flagged("chips", "adv"), false);
  EXPECT_EQ(flagged("chips", "up_vol"), false);

  const std::uint64_t first_lost = feed_->next_tick;
  feed_->next_tick += 7;
  second({2}, 101);
  EXPECT_EQ(flagged("chips", "adv"), true);
  EXPECT_EQ(flagged("power", "adv"), true);
  EXPECT_EQ(flagged("chips", "up_vol"), true);
  second(all, 102);
  EXPECT_EQ(flagged("chips", "adv"), false);
  EXPECT_EQ(flagged("power", "adv"), false);
  EXPECT_EQ(flagged("chips", "up_vol"), true) << "what was lost of the volume stays lost until the next session";
  expect_alive();
  std::vector<EdgeType> types;
  for (const Listener::HeardEdge& heard : listener_->edges) {
    if (heard.edge().type == EdgeType::kFeedGapOpen) {
      EXPECT_EQ(heard.edge().value, 7.0);
      EXPECT_EQ(heard.edge().flags, kFlagFeedGap);
    }
    if (heard.edge().type != EdgeType::kHaltMember) types.push_back(heard.edge().type);
  }
  EXPECT_EQ(types, (std::vector{EdgeType::kFeedGapOpen, EdgeType::kFeedGapClosed}));

  feed_->next_tick += 2;  // lost last messages show by the heartbeat
  ASSERT_TRUE(feed_->heartbeat(now_ns_));
  expect_alive();
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.feeds[0].counters.sequence.gaps, 2U);
  EXPECT_EQ(report.feeds[0].counters.lost_in_epoch, 9U);
  std::vector<Record> gaps = read_recording(report.recording).of_kind(RecordKind::kGap);
  ASSERT_EQ(gaps.size(), 3U);
  EXPECT_EQ(gaps[0].gap.cause, GapCause::kJoin);
  gaps.erase(gaps.begin());
  EXPECT_EQ(gaps[0].gap.feed_epoch, feed_->feed_epoch);
  EXPECT_EQ(gaps[0].gap.from_tick, first_lost);
  EXPECT_EQ(gaps[0].gap.to_tick, first_lost + 6);
  EXPECT_EQ(gaps[0].gap.cause, GapCause::kLost);
  EXPECT_EQ(gaps[0].feed, 1U);
  EXPECT_EQ(gaps[1].gap.to_tick - gaps[1].gap.from_tick, 1U);
}

TEST_F(BadInput, ARestartedFeedBeginsANewEpoch) {
  feed_->feed_epoch += 1;
  feed_->next_tick = 4;               // three of its ticks are gone
  ASSERT_TRUE(feed_->instruments());  // ids are those of an epoch
  expect_alive();
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.feeds[0].counters.sequence.epochs, 2U);
  EXPECT_EQ(report.feeds[0].counters.lost_in_epoch, 3U);
  const std::vector<Record> gaps = read_recording(report.recording).of_kind(RecordKind::kGap);
  std::vector<GapCause> causes;
  for (const Record& record : gaps) causes.push_back(record.gap.cause);
  ASSERT_EQ(causes, (std::vector{GapCause::kJoin, GapCause::kReset, GapCause::kJoin, GapCause::kLost}));
  EXPECT_EQ(gaps[1].gap.feed_epoch + 1, feed_->feed_epoch);  // how much of it is gone nobody can say
  EXPECT_EQ(gaps[2].gap.from_tick, 1U);
  EXPECT_EQ(gaps[3].gap.from_tick, 1U);
  EXPECT_EQ(gaps[3].gap.to_tick, 3U);
}

// A bar of four ticks of which a gap took one is dropped whole.
TEST_F(BadInput, AGapCutsAGroup) {
  const auto part = [&](Action action, std::uint8_t flags) {
    Tick tick = make_tick(action, 4, now_ns_, 100 * kPriceScale, action == Action::kBarClose ? 500 : 0, flags);
    tick.trade_id = 60 * kSecond;
    return tick;
  };
  ASSERT_TRUE(feed_->ticks({part(Action::kBarOpen, 0), part(Action::kBarHigh, 0)}));
  ++feed_->next_tick;
  ASSERT_TRUE(feed_->ticks({part(Action::kBarClose, kFlagLast)}));
  expect_alive();
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(report.fold.dropped_at_gaps, 1U);
  EXPECT_EQ(report.fold.outcomes[static_cast<std::size_t>(market::Outcome::kIncompleteGroup)],
            2U);  // what was there, and its end without it
  EXPECT_EQ(report.fold.bars, 0U);
}

}  // namespace
}  // namespace groundswell::test
