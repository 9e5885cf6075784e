// The control service over real sockets: whatever is asked, by whomever, is counted and answered or refused, and nobody is kept waiting.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <thread>

#include "publish/control_server.hpp"
#include "support/control_samples.hpp"

namespace groundswell::publish {
namespace {

using namespace test;
using wire::ReplyStatus;
using wire::RequestKind;

struct Source final : ControlSource {
  Source() { known.scopes = {"gpu_accelerators", "wave:compute", "thesis"}; }
  const Catalog& catalog() const override { return known; }
  wire::Header header(std::uint16_t scope) const override { return {.recording_id = 5, .scope = scope}; }
  std::string stats() override { return "{}"; }
  Edges edges(std::uint16_t scope, std::uint64_t from, std::uint64_t to) override {
    if (from < 10) return {.status = ReplyStatus::kGapTooOld, .oldest = 10, .text = "the oldest that can be had is 10", .batches = {}};
    FillAnswer answer(from, to);
    for (std::uint64_t number = from; number < 5'000; ++number) {
      wire::EdgeBatch batch{.header = header(scope), .scope_seq = number, .edges = {{}}};
      batch.edges[0].edge.scope_seq = number;
      batch.edges[0].edge.scope = scope;
      if (!answer.add(batch)) break;
    }
    return {.status = ReplyStatus::kOk, .oldest = 0, .text = {}, .batches = answer.take()};
  }
  Catalog known;
};

class ControlServerTest : public testing::Test {
 protected:
  void SetUp() override {
    server_.emplace(ControlServer::open(context_, {.endpoint = "tcp://127.0.0.1:*", .name = "groundswell test"}, source_).value());
  }
  net::Socket dealer() {
    return net::Socket::open(context_, net::SocketType::kDealer, net::Attach::kConnect, server_->socket().last_endpoint(), 2 << 20).value();
  }
  void serve() { server_->serve(now_ns_ += 1'000'000, 1'000); }
  // Sends it once it is connected. Not by wait(): what others have sent lies unread, and would end it at once.
  void send(net::Socket& socket, std::span<const std::byte> frame) {
    for (int i = 0; i < 5'000; ++i) {
      if (socket.send(frame)) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "not connected";
  }
  void ask(net::Socket& socket, const wire::Request& request) { send(socket, codec_.encode(request)); }
  void wait() {
    net::Socket* const sockets[] = {&server_->socket()};
    net::wait_any(sockets, -1, 1);
  }
  // The next reply, while the server is at work.
  wire::ReplyHead reply(net::Socket& socket) {
    wire::ReplyHead head;
    for (int i = 0; i < 5'000; ++i) {
      if (socket.receive(frame_, 0)) {
        EXPECT_EQ(codec_.decode(frame_.bytes(), head), wire::Verdict::kOk);
        return head;
      }
      serve();
      wait();
    }
    ADD_FAILURE() << "no answer";
    return head;
  }
  void expect_balanced(std::uint64_t waiting = 0) {
    const ControlCounters& c = server_->counters();
    EXPECT_EQ(c.requests, c.answered + std::accumulate(c.refused.begin(), c.refused.end(), std::uint64_t{0}) + waiting);
  }

  net::Context context_;
  Source source_;
  std::optional<ControlServer> server_;
  wire::NodeCodec codec_;
  net::Frame frame_;
  std::int64_t now_ns_ = 1;
};

TEST_F(ControlServerTest, AnswersWhatItKnows) {
  net::Socket asker = dealer();
  ask(asker, {.id = 1, .kind = RequestKind::kHello, .text = "a test"});
  EXPECT_EQ(reply(asker).text, "groundswell test protocol 1");
  ask(asker, {.id = 2, .kind = RequestKind::kCatalog});
  EXPECT_EQ(reply(asker).id, 2U);
  Catalog catalog;
  ASSERT_EQ(codec_.decode_body(frame_.bytes(), catalog), wire::Verdict::kOk);
  EXPECT_EQ(catalog.scopes, source_.known.scopes);
  ask(asker, {.id = 3, .kind = RequestKind::kStats});
  EXPECT_EQ(reply(asker).text, "{}");
  expect_balanced();
}

TEST_F(ControlServerTest, RefusalsSayWhy) {
  net::Socket asker = dealer();
  const auto refused = [&](const wire::Request& request, ReplyStatus status, std::string_view text) {
    ask(asker, request);
    const wire::ReplyHead head = reply(asker);
    EXPECT_EQ(head.id, request.id);
    EXPECT_EQ(head.status, status);
    EXPECT_NE(head.text.find(text), std::string::npos) << head.text;
    return head;
  };
  refused({.id = 1, .kind = RequestKind::kFill, .universe = "main", .scope = "thesi", .from = 1, .to = 2}, ReplyStatus::kNotFound,
          "did you mean 'thesis'?");
  refused({.id = 2, .kind = RequestKind::kSnapshot, .universe = "main", .scope = "nonsense"}, ReplyStatus::kNotFound, "no such scope");
  refused({.id = 3, .kind = RequestKind::kSnapshot, .universe = "mars"}, ReplyStatus::kNotFound, "universe");
  refused({.id = 11, .kind = RequestKind::kMembers, .universe = "main", .scope = "thesi"}, ReplyStatus::kNotFound,
          "did you mean 'thesis'?");
  refused({.id = 12, .kind = RequestKind::kMembers, .universe = "main"}, ReplyStatus::kNotFound, "no such scope");
  refused({.id = 13, .kind = RequestKind::kMembers, .universe = "shadow", .scope = "thesis"}, ReplyStatus::kNotFound, "universe");
  refused({.id = 4, .kind = RequestKind::kFill, .universe = "main", .scope = "thesis", .from = 5, .to = 4}, ReplyStatus::kBadRequest,
          "range");
  refused({.id = 5, .deadline_ns = 1, .kind = RequestKind::kStats}, ReplyStatus::kTooLate, "deadline");
  refused({.id = 6, .kind = RequestKind::kTickFill}, ReplyStatus::kBadRequest, "feed");
  refused({.id = 7, .kind = RequestKind::kReplay}, ReplyStatus::kBadRequest, "groundswell replay");
  refused({.id = 8, .kind = RequestKind::kStream, .topics = {"E."}}, ReplyStatus::kBadRequest, "ask a relay");
  refused({.id = 9, .kind = RequestKind::kCancel, .target = 1}, ReplyStatus::kNotFound, "open");
  EXPECT_EQ(refused({.id = 10, .kind = RequestKind::kFill, .universe = "main", .scope = "thesis", .from = 9, .to = 99},
                    ReplyStatus::kGapTooOld, "10")
                .oldest,
            10U);
  expect_balanced();
}

TEST_F(ControlServerTest, FillsComeInChunksAndEndEarly) {
  net::Socket asker = dealer();
  ask(asker, {.id = 1, .kind = RequestKind::kFill, .universe = "main", .scope = "thesis", .from = 10, .to = ~std::uint64_t{0}});
  std::uint64_t next = 10;
  std::uint32_t chunks = 0;
  for (bool more = true; more; ++chunks) {
    const wire::ReplyHead head = reply(asker);
    EXPECT_EQ(head.chunk, chunks);
    wire::EdgeBatch batch;
    ASSERT_EQ(codec_.decode_body(frame_.bytes(), batch), wire::Verdict::kOk);
    EXPECT_EQ(batch.scope_seq, next);
    next += batch.edges.size();
    more = head.more;
  }
  EXPECT_EQ(next, 10 + FillAnswer::kMostEdges);
  EXPECT_EQ(chunks, FillAnswer::kMostEdges / FillAnswer::kEdgesPerChunk);
  expect_balanced();
}

// Larger than a frame could be: 40,000 numbers of one scope.
TEST_F(ControlServerTest, ASnapshotOfAnyLengthComesWhole) {
  Random random(3);
  std::vector<Level> levels;
  for (int i = 0; i < 40'000; ++i) levels.push_back(random_level(random));
  wire::WholeSnapshot snapshot;
  snapshot.head = sample_snapshot();
  snapshot.levels.emplace_back(wire::LevelBatch{.header = {.scope = 0}, .level_seq = 7, .full = true, .last = true, .levels = levels});
  snapshot.levels.emplace_back(
      wire::LevelBatch{.header = {.scope = 2}, .level_seq = 8, .full = true, .last = true, .levels = std::span(levels).first(3)});
  net::Socket asker = dealer(), late = dealer();
  ask(asker, {.id = 1, .kind = RequestKind::kSnapshot, .universe = "main"});
  for (int i = 0; i < 2'000 && !server_->snapshot_wanted(); ++i, wait()) serve();
  ASSERT_TRUE(server_->snapshot_wanted());
  server_->begin_snapshot();
  ask(late, {.id = 2, .kind = RequestKind::kSnapshot, .universe = "main", .scope = "thesis"});  // not of this snapshot: it has begun
  for (int i = 0; i < 2'000 && server_->counters().requests < 2; ++i, wait()) serve();
  server_->offer(snapshot);
  wire::SnapshotParts parts;
  for (bool more = true; more;) {
    const wire::ReplyHead head = reply(asker);
    EXPECT_LE(frame_.bytes().size(), std::size_t{64} << 10);
    ASSERT_EQ(parts.take(head, frame_.bytes(), codec_), wire::Verdict::kOk);
    more = head.more;
  }
  std::vector<Level> got;
  for (const wire::OwnedLevels& each : parts.whole().levels) {
    if (each.batch.header.scope == 0) got.insert(got.end(), each.levels.begin(), each.levels.end());
  }
  EXPECT_TRUE(same_bytes(got, levels));
  EXPECT_EQ(parts.whole().head.triggers, sample_snapshot().triggers);
  EXPECT_FALSE(late.receive(frame_, 0));
  EXPECT_TRUE(server_->snapshot_wanted());
  server_->begin_snapshot();
  server_->refuse_snapshot(ReplyStatus::kBusy, "not now");
  EXPECT_EQ(reply(late).status, ReplyStatus::kBusy);
  expect_balanced();
}

// Who asks for the same scope at the same time gets the same rows; who asks while they are being copied gets the next ones.
TEST_F(ControlServerTest, MembersAreMadeOnceForAllWhoWaitForThem) {
  net::Socket first = dealer(), second = dealer(), late = dealer();
  const auto members_of = [](const std::string& scope, std::uint64_t id) {
    return wire::Request{.id = id, .kind = RequestKind::kMembers, .universe = "main", .scope = scope};
  };
  const auto requests = [&](std::uint64_t count) {
    for (int i = 0; i < 5'000 && server_->counters().requests < count; ++i, wait()) serve();
    ASSERT_EQ(server_->counters().requests, count);
  };
  EXPECT_TRUE(server_->begin_members().empty());
  ask(first, members_of("thesis", 1));
  requests(1);
  ask(second, members_of("thesis", 2));
  requests(2);
  ask(second, members_of("gpu_accelerators", 3));
  requests(3);
  EXPECT_FALSE(server_->snapshot_wanted());
  EXPECT_EQ(server_->begin_members(), (std::vector<std::uint16_t>{0, 2}));
  ask(late, members_of("thesis", 4));
  requests(4);
  EXPECT_TRUE(server_->begin_members().empty()) << "one copy of a scope at a time";

  wire::MemberBatch rows{.header = {.scope = 2}, .jseq = 9, .event_time_ns = 8, .members = {}};
  for (std::uint32_t i = 0; i < 2 * ControlServer::kMembersPerChunk + 1; ++i) rows.members.push_back({.symbol = i, .last_e9 = i});
  server_->offer_members(rows);
  for (net::Socket* const asker : {&first, &second}) {
    wire::MemberParts parts;
    std::uint32_t chunks = 0;
    for (bool more = true; more; ++chunks) {
      const wire::ReplyHead head = reply(*asker);
      EXPECT_EQ(head.id, asker == &first ? 1U : 2U);
      ASSERT_EQ(parts.take(head, frame_.bytes(), codec_), wire::Verdict::kOk);
      more = head.more;
    }
    EXPECT_EQ(chunks, 3U);
    EXPECT_EQ(parts.whole().jseq, 9U);
    EXPECT_EQ(parts.whole().members, rows.members);
  }
  server_->refuse_members(0, ReplyStatus::kBusy, "not now");
  EXPECT_EQ(reply(second).text, "not now");
  EXPECT_EQ(server_->begin_members(), std::vector<std::uint16_t>{2});
  rows.members.clear();
  server_->offer_members(rows);
  EXPECT_EQ(reply(late).status, ReplyStatus::kOk) << "no members is an answer too";
  expect_balanced();
}

TEST_F(ControlServerTest, WhoeverWaitsTooLongIsToldSo) {
  net::Socket asker = dealer();
  ask(asker, {.id = 1, .kind = RequestKind::kSnapshot, .universe = "main"});
  for (int i = 0; i < 2'000 && !server_->snapshot_wanted(); ++i, wait()) serve();
  expect_balanced(1);
  now_ns_ += ControlServer::kWaitNs;
  EXPECT_EQ(reply(asker).status, ReplyStatus::kBusy);
  ask(asker, {.id = 2, .kind = RequestKind::kSnapshot, .universe = "main"});
  for (int i = 0; i < 2'000 && !server_->snapshot_wanted(); ++i, wait()) serve();
  ask(asker, {.id = 3, .kind = RequestKind::kCancel, .target = 2});
  const wire::ReplyHead canceled = reply(asker);
  EXPECT_EQ(canceled.id, 2U);
  EXPECT_EQ(canceled.status, ReplyStatus::kCanceled);
  expect_balanced();
}

// Garbage, several frames in one message, too large frames, floods: counted; and somebody else is answered all the while.
TEST_F(ControlServerTest, HostilePeersAreCountedAndHurtNobody) {
  const std::uint64_t rounds = std::getenv("GROUNDSWELL_FULL") != nullptr ? 200'000 : 2'000;
  net::Socket garbage = dealer(), large = dealer(), flood = dealer(), many = dealer(), honest = dealer();
  Random random(4);
  std::vector<std::byte> bytes(1'000);
  const std::vector<std::byte> too_large(wire::kMaxRequestBytes + 1);
  std::uint64_t answers = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    garbage.send(std::span(bytes).first(random() % bytes.size()));
    if (many.send(bytes, true)) many.send(bytes);
    if (round % 50 == 0) large.send(too_large);
    flood.send(codec_.encode(wire::Request{.id = round, .kind = RequestKind::kSnapshot, .universe = "main"}));
    if (server_->snapshot_wanted()) {
      server_->begin_snapshot();
      server_->offer({.head = sample_snapshot(), .levels = {}});
    }
    serve();
    if (round % 100 == 0) {
      ask(honest, {.id = round, .kind = RequestKind::kHello});
      EXPECT_EQ(reply(honest).id, round);
      ++answers;
    }
  }
  EXPECT_EQ(answers, rounds / 100);
  const ControlCounters& c = server_->counters();
  EXPECT_GT(c.malformed, 0U);
  EXPECT_GT(c.ignored, 0U);
  EXPECT_GT(c.refused[static_cast<std::size_t>(ReplyStatus::kBusy)], 0U) << "a flood is not slowed down";
  EXPECT_GT(c.unreachable + c.replies, 0U);
  std::uint64_t requests_before = 0;
  do {  // what was still under way comes, and has waited long enough
    requests_before = c.requests;
    now_ns_ += 2 * ControlServer::kWaitNs;
    serve();
    wait();
  } while (c.requests != requests_before);
  expect_balanced();
}

}  // namespace
}  // namespace groundswell::publish
