// Credit streams over a real socket: what waits is bounded, edges are never left out, and whoever is too far behind is cut, alone.
#include <gtest/gtest.h>

#include <optional>

#include "relay/credit_streams.hpp"
#include "relay/edge_ring.hpp"
#include "support/control_samples.hpp"

namespace groundswell::relay {
namespace {

using namespace test;
using wire::ReplyStatus;
using wire::RequestKind;

struct Source final : publish::ControlSource {
  const Catalog& catalog() const override { return none; }
  wire::Header header(std::uint16_t) const override { return {}; }
  std::string stats() override { return "{}"; }
  Edges edges(std::uint16_t, std::uint64_t, std::uint64_t) override { return {}; }
  bool stream(const std::string& peer, const wire::Request& request) override { return streams->take(peer, request, *server, 1); }
  Catalog none;
  CreditStreams* streams = nullptr;
  publish::ControlServer* server = nullptr;
};

class Streams : public testing::Test {
 protected:
  void SetUp() override {
    server_.emplace(publish::ControlServer::open(context_, {.endpoint = "tcp://127.0.0.1:*", .name = "t"}, source_).value());
    source_.streams = &streams_;
    source_.server = &*server_;
  }
  net::Socket dealer() {
    return net::Socket::open(context_, net::SocketType::kDealer, net::Attach::kConnect, server_->socket().last_endpoint(), 2 << 20).value();
  }
  void ask(net::Socket& socket, const wire::Request& request) {
    const std::uint64_t before = server_->counters().requests;
    for (int i = 0; i < 5'000 && !socket.send(codec_.encode(request)); ++i) wait();
    for (int i = 0; i < 5'000 && server_->counters().requests == before; ++i) {
      server_->serve(now_ns_, 1);
      wait();
    }
  }
  void wait() {
    net::Socket* const sockets[] = {&server_->socket()};
    net::wait_any(sockets, -1, 1);
  }
  void publish(const std::string& topic, std::size_t edges = 0, std::size_t bytes = 8, std::uint16_t scope = 0) {
    streams_.publish(std::make_shared<Published>(
        Published{.topic = topic, .message = std::vector<std::byte>(bytes), .edges = edges, .scope = scope, .since_ns = now_ns_}));
  }
  void send() {
    streams_.send(*server_, now_ns_, [&](std::size_t edges) { cut_.push_back(edges); });
  }
  std::optional<wire::ReplyHead> reply(net::Socket& socket, int wait_ms = 2'000) {
    wire::ReplyHead head;
    if (!socket.receive(frame_, wait_ms)) return std::nullopt;
    EXPECT_EQ(codec_.decode(frame_.bytes(), head), wire::Verdict::kOk);
    batch_ = {};
    static_cast<void>(codec_.decode_body(frame_.bytes(), batch_));
    return head;
  }

  net::Context context_;
  LevelMirror mirror_;
  CreditStreams streams_{mirror_};
  Source source_;
  std::optional<publish::ControlServer> server_;
  wire::NodeCodec codec_;
  net::Frame frame_;
  wire::StreamBatch batch_;
  std::vector<std::size_t> cut_;
  std::int64_t now_ns_ = 1'000;
};

TEST_F(Streams, GiveOutWhatThereIsCreditFor) {
  net::Socket asker = dealer();
  ask(asker, {.id = 5, .kind = RequestKind::kStream, .credit = 1, .topics = {"E.main.a.", "L."}});
  publish("E.main.a.", 1);
  publish("E.main.b.", 1);  // not asked for
  send();
  ASSERT_TRUE(reply(asker));
  ASSERT_EQ(batch_.messages.size(), 1U);
  EXPECT_EQ(batch_.messages[0].topic, "E.main.a.");
  EXPECT_EQ(batch_.seq, 1U);
  publish("E.main.a.", 1);
  publish("E.main.a.", 1);
  send();
  EXPECT_FALSE(reply(asker, 20));  // the credit is used up
  now_ns_ += 500;
  ask(asker, {.id = 6, .kind = RequestKind::kCredit, .target = 5, .credit = 1});
  send();
  ASSERT_TRUE(reply(asker));
  EXPECT_EQ(batch_.messages.size(), 2U);
  EXPECT_EQ(batch_.seq, 3U);
  EXPECT_EQ(batch_.last_seq, 3U);
  EXPECT_EQ(batch_.lag_ns, 500U);
  ask(asker, {.id = 7, .kind = RequestKind::kCancel, .target = 5});
  EXPECT_EQ(reply(asker)->status, ReplyStatus::kCanceled);
  EXPECT_EQ(streams_.open(), 0U);
}

TEST_F(Streams, LevelsThatWaitBecomeAllOfTheScope) {
  const std::vector<Level> first = sample_levels();
  std::vector<Level> second{first[0]};
  second[0].value = 77;
  mirror_.take({.header = {.scope = 2}, .level_seq = 4, .clock = Clock::kClose, .levels = first});
  mirror_.take({.header = {.scope = 2}, .level_seq = 5, .levels = first});
  mirror_.take({.header = {.scope = 2}, .level_seq = 6, .levels = second});
  net::Socket asker = dealer();
  ask(asker, {.id = 5, .kind = RequestKind::kStream, .credit = 0, .topics = {""}});
  publish("L.main.thesis.", 0, 8, 2);
  publish("H.gs1.", 0);
  publish("L.main.thesis.", 0, 8, 2);
  publish("L.main.thesis.", 0, 8, 2);
  publish("H.gs1.", 0);
  ask(asker, {.id = 6, .kind = RequestKind::kCredit, .target = 5, .credit = 1});
  send();
  ASSERT_TRUE(reply(asker));
  ASSERT_EQ(batch_.messages.size(), 3U);  // both clocks, the older first, and a heartbeat behind them
  EXPECT_EQ(batch_.conflated, 2U);
  EXPECT_EQ(batch_.messages[2].topic, "H.gs1.");
  wire::SignalCodec signals;
  wire::LevelBatch levels;
  ASSERT_EQ(signals.decode(batch_.messages[0].message, levels), wire::Verdict::kOk);
  EXPECT_EQ(levels.level_seq, 4U);
  EXPECT_TRUE(levels.full);
  ASSERT_EQ(signals.decode(batch_.messages[1].message, levels), wire::Verdict::kOk);
  EXPECT_EQ(levels.level_seq, 6U);
  ASSERT_EQ(levels.levels.size(), 2U);
  EXPECT_EQ(levels.levels[0].value, 77);
}

TEST_F(Streams, WhoIsTooFarBehindIsCutAndNobodyElse) {
  net::Socket slow = dealer(), good = dealer();
  ask(slow, {.id = 1, .kind = RequestKind::kStream, .credit = 0, .topics = {"E."}});
  ask(good, {.id = 2, .kind = RequestKind::kStream, .credit = 64, .topics = {"E."}});
  std::uint64_t heard = 0;
  for (std::size_t i = 0; i <= CreditStreams::kMostEdges; ++i) {
    publish("E.main.a.", 1);
    if (i % 64 != 63 && i != CreditStreams::kMostEdges) continue;
    send();
    while (const auto head = reply(good, 2'000)) {
      heard += batch_.messages.size();
      ask(good, {.id = 3, .kind = RequestKind::kCredit, .target = 2, .credit = 1});
      if (heard == i + 1) break;
    }
  }
  EXPECT_EQ(heard, CreditStreams::kMostEdges + 1);
  EXPECT_EQ(cut_, std::vector<std::size_t>{CreditStreams::kMostEdges + 1});
  EXPECT_EQ(reply(slow)->status, ReplyStatus::kSlow);
  EXPECT_EQ(streams_.open(), 1U);
  const StreamCounters& c = streams_.counters();
  EXPECT_EQ(c.begun, c.canceled + c.cut + c.gone + streams_.open());
}

TEST_F(Streams, BytesAndWordsToOperatorsAreBoundedToo) {
  net::Socket asker = dealer();
  ask(asker, {.id = 1, .kind = RequestKind::kStream, .credit = 0, .topics = {"O.", "E."}});
  for (std::size_t i = 0; i < CreditStreams::kMostOperations + 7; ++i) publish("O.W.feed.");
  EXPECT_EQ(streams_.counters().dropped, 7U);
  send();
  EXPECT_EQ(streams_.open(), 1U);
  for (int i = 0; i <= 64; ++i) publish("E.main.a.", 1, std::size_t{1} << 20);
  send();
  EXPECT_EQ(cut_.size(), 1U);
  EXPECT_EQ(streams_.open(), 0U);
}

TEST_F(Streams, APeerThatHasGoneIsForgotten) {
  {
    net::Socket asker = dealer();
    ask(asker, {.id = 1, .kind = RequestKind::kStream, .credit = 0, .topics = {"E."}});
  }
  EXPECT_EQ(streams_.open(), 1U);
  for (int i = 0; i < 500 && streams_.open() > 0; ++i) {
    now_ns_ += CreditStreams::kLookEveryNs;
    send();
    server_->serve(now_ns_, 1);
    wait();
  }
  EXPECT_EQ(streams_.open(), 0U);
  EXPECT_EQ(streams_.counters().gone, 1U);
}

wire::EdgeBatch edge_at(std::uint16_t scope, std::uint64_t number, std::size_t parts = 0) {
  wire::EdgeBatch batch{.header = {.scope = scope}, .scope_seq = number, .edges = {{}}};
  batch.edges[0].why.resize(parts);
  return batch;
}

TEST(Ring, KeepsTheNewestByTimeAndNumberAndDropsWhatIsBeforeAHole) {
  EdgeRing ring(1'000);
  for (std::uint64_t number = 1; number <= 5; ++number) ring.add(edge_at(1, number), static_cast<std::int64_t>(number * 100));
  EXPECT_EQ(ring.oldest(1), 1U);
  EXPECT_EQ(ring.next(1), 6U);
  ring.forget_old(1'250);
  EXPECT_EQ(ring.oldest(1), 3U);
  publish::FillAnswer answer(4, 100);
  ring.fill(1, answer);
  EXPECT_EQ(answer.next(), 6U);
  ring.add(edge_at(1, 9), 1'300);
  EXPECT_EQ(ring.oldest(1), 9U);
  for (std::uint64_t number = 1; number <= EdgeRing::kMostEdges + 10; ++number) ring.add(edge_at(2, number), 1'400);
  EXPECT_EQ(ring.edges(), EdgeRing::kMostEdges);
  EXPECT_EQ(ring.oldest(1), 0U);  // older than all of the other scope
  ring.clear();
  for (std::uint64_t number = 1; number <= 5'000; ++number) ring.add(edge_at(3, number, 1'000), 1'400);
  EXPECT_LE(ring.parts(), EdgeRing::kMostParts);
  EXPECT_EQ(ring.next(3), 5'001U);
}

}  // namespace
}  // namespace groundswell::relay
