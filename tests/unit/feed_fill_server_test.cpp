// Fills over real sockets: a DEALER asks, the ROUTER answers.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <optional>
#include <thread>

#include "feed/fill_server.hpp"

namespace groundswell::feed {
namespace {

using wire::ReplyStatus;

constexpr int kPatienceMs = 5'000;

struct Chunk {
  wire::TickFillReply reply;
  std::vector<Tick> ticks;
};

class FillServerTest : public testing::Test {
 protected:
  void open(std::size_t log_ticks, FillLie lie = FillLie::kNone) {
    auto router = net::Socket::open(context_, net::SocketType::kRouter, net::Attach::kBind, "tcp://127.0.0.1:*", wire::kMaxRequestBytes);
    ASSERT_TRUE(router.has_value()) << router.error().message;
    const std::string endpoint = router->last_endpoint();
    server_.emplace(std::move(*router), 3, log_ticks, lie);
    server_->begin_epoch(77);
    auto dealer = net::Socket::open(context_, net::SocketType::kDealer, net::Attach::kConnect, endpoint, wire::kMaxFeedFrameBytes);
    ASSERT_TRUE(dealer.has_value()) << dealer.error().message;
    dealer_.emplace(std::move(*dealer));
  }
  static Tick tick(std::uint64_t number) {
    Tick made{};
    made.ts_event_ns = 1'000 + number;
    made.symbol = 4;
    return made;
  }
  void append(std::uint64_t first, std::uint64_t count) {
    std::vector<Tick> ticks;
    for (std::uint64_t number = first; number < first + count; ++number) ticks.push_back(tick(number));
    server_->append(ticks);
  }
  void serve() {
    net::Socket* const sockets[] = {&server_->socket()};
    ASSERT_NE(net::wait_any(sockets, -1, kPatienceMs), 0U);
    server_->serve();
  }
  template <class Bytes>
  void send(const Bytes& request, bool more = false) {  // a DEALER takes nothing before it is connected
    bool sent = false;
    for (int waited_ms = 0; !sent && waited_ms < kPatienceMs; ++waited_ms) {
      sent = dealer_->send(request, more);
      if (!sent) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(sent);
  }
  std::vector<Chunk> ask(std::uint64_t epoch, std::uint64_t from, std::uint64_t to, std::uint64_t deadline_ns = 0) {
    send(codec_.encode(
        wire::TickFillRequest{.id = ++id_, .deadline_ns = deadline_ns, .feed_epoch = epoch, .from_tick = from, .to_tick = to}));
    serve();
    return answers();
  }
  std::vector<Chunk> answers() {
    std::vector<Chunk> chunks;
    net::Frame frame;
    for (bool more = true; more && chunks.size() < 1'000 && dealer_->receive(frame, chunks.empty() ? kPatienceMs : 200);) {
      Chunk chunk;
      EXPECT_FALSE(frame.more());
      EXPECT_EQ(codec_.decode(frame.bytes(), chunk.reply), wire::Verdict::kOk);
      chunk.ticks.assign(chunk.reply.batch.ticks.begin(), chunk.reply.batch.ticks.end());
      more = chunk.reply.more;
      chunks.push_back(std::move(chunk));
    }
    return chunks;
  }
  ReplyStatus status_of(std::uint64_t epoch, std::uint64_t from, std::uint64_t to) {
    const std::vector<Chunk> chunks = ask(epoch, from, to);
    EXPECT_EQ(chunks.size(), 1U);
    EXPECT_FALSE(chunks.empty() || chunks[0].reply.text.empty());
    return chunks.empty() ? ReplyStatus::kInternal : chunks[0].reply.status;
  }

  net::Context context_;
  std::optional<FillServer> server_;
  std::optional<net::Socket> dealer_;
  wire::ControlCodec codec_;
  std::uint64_t id_ = 0;
};

TEST_F(FillServerTest, BringsExactlyWhatWasAskedForInChunks) {
  open(10'000);
  append(1, 5'000);
  const std::vector<Chunk> chunks = ask(77, 101, 2'600);
  ASSERT_EQ(chunks.size(), 3U);
  std::uint64_t next = 101;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const wire::TickFillReply& reply = chunks[i].reply;
    EXPECT_EQ(reply.id, 1U);
    EXPECT_EQ(reply.status, ReplyStatus::kOk);
    EXPECT_EQ(reply.chunk, i);
    EXPECT_EQ(reply.more, i + 1 < chunks.size());
    EXPECT_EQ(reply.batch.feed_epoch, 77U);
    EXPECT_EQ(reply.batch.feed, 3U);
    EXPECT_EQ(reply.batch.first_tick, next);
    for (const Tick& got : chunks[i].ticks) ASSERT_EQ(got, tick(next++));
  }
  EXPECT_EQ(next, 2'601U);
  EXPECT_EQ(server_->counters().answered, 1U);
  EXPECT_EQ(server_->counters().ticks, 2'500U);
}

TEST_F(FillServerTest, RemembersTheLastTicksOnly) {
  open(1'000);
  append(1, 2'500);
  EXPECT_EQ(server_->oldest_tick(), 1'501U);
  const std::vector<Chunk> old = ask(77, 1'500, 1'600);
  ASSERT_EQ(old.size(), 1U);
  EXPECT_EQ(old[0].reply.status, ReplyStatus::kGapTooOld);
  EXPECT_EQ(old[0].reply.oldest_tick, 1'501U);
  EXPECT_EQ(server_->counters().too_old, 1U);
  const std::vector<Chunk> oldest = ask(77, 1'501, 1'501);
  ASSERT_EQ(oldest.size(), 1U);
  EXPECT_EQ(oldest[0].ticks, std::vector<Tick>{tick(1'501)});
  EXPECT_EQ(ask(77, 2'500, 2'500)[0].ticks, std::vector<Tick>{tick(2'500)});
}

TEST_F(FillServerTest, RefusesWhatMakesNoSense) {
  open(100'000);
  append(1, 50'000);
  EXPECT_EQ(status_of(76, 1, 2), ReplyStatus::kBadRequest);
  EXPECT_EQ(status_of(77, 0, 2), ReplyStatus::kBadRequest);
  EXPECT_EQ(status_of(77, 3, 2), ReplyStatus::kBadRequest);
  EXPECT_EQ(status_of(77, 1, FillServer::kMaxTicksPerRequest + 1), ReplyStatus::kBadRequest);
  EXPECT_EQ(status_of(77, 50'000, 50'001), ReplyStatus::kBadRequest);  // not sent yet
  EXPECT_EQ(status_of(77, 1, std::numeric_limits<std::uint64_t>::max()), ReplyStatus::kBadRequest);
  const std::vector<Chunk> late = ask(77, 1, 2, 1);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].reply.status, ReplyStatus::kTooLate);
  EXPECT_EQ(server_->counters().refused, 7U);
}

TEST_F(FillServerTest, GarbageIsAnsweredAndForgotten) {
  open(100);
  append(1, 10);
  send(std::string_view("what?"));
  serve();
  std::vector<Chunk> chunks = answers();
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].reply.status, ReplyStatus::kBadRequest);
  send(std::string_view("a"), true);
  ASSERT_TRUE(dealer_->send("b", true));
  ASSERT_TRUE(dealer_->send("c"));
  serve();
  EXPECT_EQ(server_->counters().refused, 2U);
  EXPECT_EQ(ask(77, 1, 3)[0].ticks.size(), 3U);
}

TEST_F(FillServerTest, ANewEpochForgetsTheOld) {
  open(100);
  append(1, 10);
  server_->begin_epoch(78);
  append(1, 5);
  EXPECT_EQ(status_of(77, 1, 2), ReplyStatus::kBadRequest);
  EXPECT_EQ(status_of(78, 1, 6), ReplyStatus::kBadRequest);
  EXPECT_EQ(ask(78, 1, 5)[0].ticks.size(), 5U);
}

TEST_F(FillServerTest, LiesOfTheWrongEpochAndRange) {
  open(100, FillLie::kWrongEpoch);
  append(1, 10);
  EXPECT_EQ(ask(77, 1, 5)[0].reply.batch.feed_epoch, 78U);
  open(100, FillLie::kWrongRange);
  append(1, 10);
  EXPECT_EQ(ask(77, 1, 5)[0].reply.batch.first_tick, 6U);
}

TEST_F(FillServerTest, LiesWithoutEnd) {
  open(100, FillLie::kEndless);
  append(1, 10);
  const std::vector<Chunk> chunks = ask(77, 2, 3);
  EXPECT_GT(chunks.size(), 100U);
  for (const Chunk& chunk : chunks) {
    ASSERT_TRUE(chunk.reply.more);
    ASSERT_EQ(chunk.ticks, std::vector<Tick>{tick(2)});
  }
}

TEST_F(FillServerTest, LiesBySilence) {
  open(100, FillLie::kSilent);
  append(1, 10);
  send(codec_.encode(wire::TickFillRequest{.id = 1, .feed_epoch = 77, .from_tick = 1, .to_tick = 2}));
  serve();
  EXPECT_EQ(server_->counters().requests, 1U);
  net::Frame frame;
  EXPECT_FALSE(dealer_->receive(frame, 100));
}

}  // namespace
}  // namespace groundswell::feed
