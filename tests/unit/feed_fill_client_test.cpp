// Questions for lost ticks, at a ROUTER that answers well, badly, or not at all.
#include <gtest/gtest.h>

#include "feed/fill_client.hpp"
#include "support/scratch.hpp"

namespace groundswell::feed {
namespace {

using test::must;
using test::wait_until;
using Kind = FillClient::Kind;

constexpr std::int64_t kDeadlineNs = 100;  // time is what the test says it is

class FillClientTest : public testing::Test {
 protected:
  FillClientTest()
      : endpoint_("ipc://" + (folder_ / "fill").string()),
        server_(must(net::Socket::open(context_, net::SocketType::kRouter, net::Attach::kBind, endpoint_, 1 << 20))),
        client_(must(FillClient::open(context_, endpoint_))) {}

  wire::TickFillRequest ask(std::uint64_t from, std::uint64_t to, std::int64_t now_ns = 0) {
    EXPECT_TRUE(wait_until([&] { return client_.ask({.feed_epoch = 7, .from_tick = from, .to_tick = to}, now_ns, kDeadlineNs); }));
    net::Frame message;
    wire::TickFillRequest request;
    EXPECT_TRUE(server_.receive(asker_, 10'000));
    EXPECT_TRUE(asker_.more());
    EXPECT_TRUE(server_.receive(message, 1'000));
    EXPECT_EQ(codec_.decode(message.bytes(), request), wire::Verdict::kOk);
    return request;
  }
  void answer(std::span<const std::byte> bytes) {
    ASSERT_TRUE(server_.send(asker_.bytes(), true));
    ASSERT_TRUE(server_.send(bytes));
  }
  void answer_ticks(std::uint64_t id, std::uint64_t first, std::size_t count, std::uint32_t chunk = 0, bool more = false) {
    const std::vector<Tick> ticks(count, Tick{});
    wire::TickFillReply reply;
    reply.id = id;
    reply.chunk = chunk;
    reply.more = more;
    reply.batch = {.feed_epoch = 7, .first_tick = first, .send_ns = 1, .feed = 1, .line = 0, .ticks = ticks};
    answer(codec_.encode(reply));
  }
  void answer_no(std::uint64_t id, wire::ReplyStatus status, std::uint64_t oldest = 0) {
    wire::TickFillReply reply;
    reply.id = id;
    reply.status = status;
    reply.oldest_tick = oldest;
    answer(codec_.encode(reply));
  }
  FillClient::Answer next() {
    FillClient::Answer answer;
    EXPECT_TRUE(wait_until([&] { return (answer = client_.receive()).kind != Kind::kNothing; }));
    return answer;
  }
  void expect_balance() {
    const FillCounters& counters = client_.counters();
    EXPECT_EQ(counters.asked, counters.answered + counters.unanswered + (client_.is_waiting() ? 1 : 0));
  }

  test::TemporaryFolder folder_;
  net::Context context_;
  std::string endpoint_;
  net::Socket server_;
  FillClient client_;
  net::Frame asker_;
  wire::ControlCodec codec_;
};

TEST_F(FillClientTest, AnAnswerComesInChunks) {
  const wire::TickFillRequest request = ask(11, 20);
  EXPECT_EQ(request.feed_epoch, 7U);
  EXPECT_EQ(request.from_tick, 11U);
  EXPECT_EQ(request.to_tick, 20U);
  EXPECT_EQ(request.deadline_ns, 0U) << "a sender with another clock would refuse it";
  answer_ticks(request.id, 11, 6, 0, true);
  answer_ticks(request.id, 17, 4, 1, false);
  FillClient::Answer answer = next();
  ASSERT_EQ(answer.kind, Kind::kTicks);
  EXPECT_EQ(answer.batch->first_tick, 11U);
  EXPECT_EQ(answer.batch->ticks.size(), 6U);
  answer = next();
  ASSERT_EQ(answer.kind, Kind::kTicks);
  EXPECT_EQ(answer.batch->first_tick, 17U);
  EXPECT_FALSE(client_.is_waiting());
  EXPECT_EQ(client_.counters().answered, 1U);
  EXPECT_EQ(client_.counters().chunks, 2U);
  expect_balance();
}

TEST_F(FillClientTest, WhatBelongsToNoQuestionIsRefused) {
  const wire::TickFillRequest request = ask(1, 4);
  answer_ticks(request.id + 1, 1, 4);           // nobody asked
  answer_ticks(request.id, 1, 2, 1, true);      // not the first chunk
  answer_ticks(request.id, 1, 2, 0, true);      // good
  answer_ticks(request.id, 1, 2, 0, true);      // again
  answer_ticks(request.id, 3, 100, 1, true);    // longer than what was asked: it is over
  answer_ticks(request.id, 103, 100, 2, true);  // and goes on
  const Kind expected[] = {Kind::kOther, Kind::kOther, Kind::kTicks, Kind::kOther, Kind::kOther, Kind::kOther};
  for (const Kind kind : expected) EXPECT_EQ(next().kind, kind);
  EXPECT_FALSE(client_.is_waiting());
  EXPECT_EQ(client_.counters().refused, 5U);
  EXPECT_EQ(client_.counters().chunks, 1U);
  expect_balance();
}

TEST_F(FillClientTest, AnswersWithoutEndOrContentAreOver) {
  const wire::TickFillRequest request = ask(1, 3);
  for (std::uint32_t chunk = 0; chunk < 10; ++chunk) answer_ticks(request.id, 1, 0, chunk, true);
  for (int i = 0; i < 10; ++i) EXPECT_NE(next().kind, Kind::kDenied);
  EXPECT_FALSE(client_.is_waiting()) << "more chunks than there are ticks";
}

TEST_F(FillClientTest, GarbageIsCounted) {
  ask(1, 3);
  answer(std::as_bytes(std::span("no message at all", 17)));
  EXPECT_EQ(next().kind, Kind::kOther);
  ASSERT_TRUE(server_.send(asker_.bytes(), true));
  ASSERT_TRUE(server_.send(std::string_view("two"), true));
  ASSERT_TRUE(server_.send(std::string_view("parts")));
  EXPECT_EQ(next().kind, Kind::kOther);
  EXPECT_EQ(client_.counters().malformed, 2U);
  EXPECT_TRUE(client_.is_waiting());
}

TEST_F(FillClientTest, ANoSaysWhatIsGone) {
  answer_no(ask(10, 20).id, wire::ReplyStatus::kGapTooOld, 16);
  FillClient::Answer answer = next();
  ASSERT_EQ(answer.kind, Kind::kDenied);
  EXPECT_EQ(answer.range.from_tick, 10U);
  EXPECT_EQ(answer.range.to_tick, 15U) << "the rest is still there";
  answer_no(ask(10, 20).id, wire::ReplyStatus::kGapTooOld, 500);
  EXPECT_EQ(next().range.to_tick, 499U);
  answer_no(ask(10, 20).id, wire::ReplyStatus::kBadRequest);
  answer = next();
  EXPECT_EQ(answer.kind, Kind::kDenied);
  EXPECT_EQ(answer.range.to_tick, 20U);
  answer_no(ask(10, 20).id, wire::ReplyStatus::kBusy);
  EXPECT_EQ(next().kind, Kind::kOther);
  EXPECT_EQ(client_.counters().denied, 3U);
  EXPECT_EQ(client_.counters().put_off, 1U);
  EXPECT_EQ(client_.counters().answered, 4U);
  expect_balance();
}

TEST_F(FillClientTest, AfterThreeUnansweredQuestionsTheSocketIsNew) {
  const auto name = [&] { return std::string(reinterpret_cast<const char*>(asker_.bytes().data()), asker_.bytes().size()); };
  ask(1, 2, 0);
  const std::string first_name = name();
  client_.clock(kDeadlineNs);
  answer_ticks(ask(1, 2, 200).id, 1, 2);  // one answer in between: it lives
  EXPECT_EQ(next().kind, Kind::kTicks);
  for (const std::int64_t now_ns : {300, 500, 700}) {
    ask(1, 2, now_ns);
    EXPECT_EQ(name(), first_name);
    client_.clock(now_ns + kDeadlineNs - 1);
    EXPECT_TRUE(client_.is_waiting());
    client_.clock(now_ns + kDeadlineNs);
    EXPECT_FALSE(client_.is_waiting());
  }
  EXPECT_EQ(client_.counters().unanswered, 4U);
  EXPECT_EQ(client_.counters().reopened, 1U);
  answer_ticks(ask(1, 2, 900).id, 1, 2);
  EXPECT_NE(name(), first_name);
  EXPECT_EQ(next().kind, Kind::kTicks);
  expect_balance();
}

TEST_F(FillClientTest, WhenNobodyIsThereNothingIsAsked) {
  FillClient lonely = must(FillClient::open(context_, "ipc://" + (folder_ / "nobody").string()));
  EXPECT_FALSE(lonely.ask({.feed_epoch = 7, .from_tick = 1, .to_tick = 2}, 0, kDeadlineNs));
  EXPECT_FALSE(lonely.is_waiting());
  EXPECT_EQ(lonely.counters().asked, 0U);
}

}  // namespace
}  // namespace groundswell::feed
