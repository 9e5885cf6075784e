// Questions to a node and its answers: what is said comes back as it was, and bytes that no honest peer sends get a verdict.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/control_samples.hpp"

namespace groundswell {
namespace {

using namespace test;
using wire::RequestKind;
using wire::Verdict;

TEST(Node, RequestsComeBackAsTheyWere) {
  wire::NodeCodec codec;
  for (const wire::Request& request :
       {sample_stream_request(), sample_credit_request(), sample_edge_fill_request(), sample_members_request(),
        wire::Request{.id = 1, .kind = RequestKind::kHello, .text = "a bot, version 3"},
        wire::Request{.id = 2, .kind = RequestKind::kSnapshot, .universe = "main"}, wire::Request{.id = 3, .kind = RequestKind::kCatalog},
        wire::Request{.id = 4, .kind = RequestKind::kStats}, wire::Request{.id = 5, .kind = RequestKind::kCancel, .target = 77}}) {
    const std::vector<std::byte> frame = copy(codec.encode(request));
    ASSERT_LE(frame.size(), wire::kMaxRequestBytes);
    wire::Request got;
    ASSERT_EQ(codec.decode(frame, got), Verdict::kOk);
    EXPECT_EQ(got, request);
  }
}

TEST(Node, RepliesComeBackAsTheyWere) {
  wire::NodeCodec codec;
  const wire::ReplyHead head = sample_reply_head();
  wire::ReplyHead got;
  std::vector<std::byte> frame = copy(codec.encode(head));
  ASSERT_EQ(codec.decode(frame, got), Verdict::kOk);
  EXPECT_EQ(got, head);

  frame = copy(codec.encode(head, sample_snapshot()));
  ASSERT_EQ(codec.decode(frame, got), Verdict::kOk);
  EXPECT_EQ(got, head);
  wire::Snapshot snapshot;
  ASSERT_EQ(codec.decode_body(frame, snapshot), Verdict::kOk);
  EXPECT_EQ(snapshot.header, sample_header());
  EXPECT_EQ(snapshot.jseq, 221U);
  EXPECT_EQ(snapshot.event_time_ns, 222U);
  EXPECT_EQ(snapshot.positions, sample_snapshot().positions);
  EXPECT_EQ(snapshot.triggers, sample_snapshot().triggers);

  const std::vector<Level> levels = sample_levels();
  frame = copy(codec.encode(head, sample_level_batch(levels)));
  wire::LevelBatch level_batch;
  ASSERT_EQ(codec.decode_body(frame, level_batch), Verdict::kOk);
  EXPECT_EQ(level_batch.header, sample_header());
  EXPECT_TRUE(same_bytes(level_batch.levels, levels));

  frame = copy(codec.encode(head, sample_edge_batch()));
  wire::EdgeBatch edges;
  ASSERT_EQ(codec.decode_body(frame, edges), Verdict::kOk);
  EXPECT_EQ(edges.edges.size(), 2U);

  frame = copy(codec.encode(head, sample_catalog()));
  Catalog catalog;
  ASSERT_EQ(codec.decode_body(frame, catalog), Verdict::kOk);
  EXPECT_EQ(catalog.scopes, sample_catalog().scopes);

  frame = copy(codec.encode(head, sample_stream_batch()));
  wire::StreamBatch stream;
  ASSERT_EQ(codec.decode_body(frame, stream), Verdict::kOk);
  EXPECT_EQ(stream.seq, 231U);
  EXPECT_EQ(stream.last_seq, 232U);
  EXPECT_EQ(stream.conflated, 233U);
  EXPECT_EQ(stream.dropped, 234U);
  EXPECT_EQ(stream.lag_ns, 235U);
  ASSERT_EQ(stream.messages.size(), 2U);
  EXPECT_EQ(stream.messages[0].topic, "E.main.thesis.");
  EXPECT_TRUE(std::ranges::equal(stream.messages[0].message, sample_stream_bytes()));
  EXPECT_TRUE(stream.messages[1].message.empty());

  frame = copy(codec.encode(head, sample_members()));
  wire::MemberBatch members;
  ASSERT_EQ(codec.decode_body(frame, members), Verdict::kOk);
  EXPECT_EQ(members.header, sample_header());
  EXPECT_EQ(members.jseq, 251U);
  EXPECT_EQ(members.event_time_ns, 252U);
  EXPECT_EQ(members.members, sample_members().members);
}

TEST(Node, PartsAboutMembersAreOfOneScopeAndRecord) {
  wire::NodeCodec codec;
  const auto take = [&](wire::MemberParts& parts, std::uint32_t chunk, const wire::MemberBatch& batch) {
    const wire::ReplyHead head{.more = true, .chunk = chunk};
    return parts.take(head, copy(codec.encode(head, batch)), codec);
  };
  wire::MemberParts parts;
  ASSERT_EQ(take(parts, 0, sample_members()), Verdict::kOk);
  ASSERT_EQ(take(parts, 1, sample_members()), Verdict::kOk);
  EXPECT_EQ(parts.whole().members.size(), 4U);
  wire::MemberBatch other = sample_members();
  ++other.jseq;
  EXPECT_EQ(take(parts, 2, other), Verdict::kMalformed);
  other = sample_members();
  ++other.header.scope;
  EXPECT_EQ(take(parts, 2, other), Verdict::kMalformed);
  other = sample_members();
  other.members[0].role = static_cast<Role>(3);
  EXPECT_EQ(take(parts, 2, other), Verdict::kMalformed) << "a role that this version has no name for";
  EXPECT_EQ(parts.whole().members.size(), 4U);
}

TEST(Node, LongTextsAreCutAndLongRequestsRefused) {
  wire::NodeCodec codec;
  wire::ReplyHead got;
  ASSERT_EQ(codec.decode(copy(codec.encode(wire::ReplyHead{.text = std::string(2'000'000, 'x')})), got), Verdict::kOk);
  EXPECT_EQ(got.text.size(), wire::NodeCodec::kMaxTextBytes);
  wire::Request request;
  EXPECT_EQ(codec.decode(copy(codec.encode(wire::Request{.text = std::string(2'000, 'x')})), request), Verdict::kOversized);
}

// Every byte flipped, every length: a verdict, and what was there before is left alone.
TEST(Node, DamagedFramesAreRefusedOrReadAsSomethingElse) {
  wire::NodeCodec codec;
  for (std::vector<std::byte> frame :
       {copy(codec.encode(sample_stream_request())), copy(codec.encode(sample_reply_head(), sample_snapshot())),
        copy(codec.encode(sample_reply_head(), sample_stream_batch())), copy(codec.encode(sample_reply_head(), sample_members()))}) {
    for (std::size_t length = 0; length < frame.size(); ++length) {
      wire::Request request{.id = 99};
      wire::ReplyHead head{.id = 99};
      const auto cut = std::span(frame).first(length);
      EXPECT_NE(codec.decode(cut, request), Verdict::kOk);
      EXPECT_NE(codec.decode(cut, head), Verdict::kOk);
      EXPECT_EQ(request.id, 99U);
      EXPECT_EQ(head.id, 99U);
    }
    for (std::size_t i = 0; i < frame.size(); ++i) {
      frame[i] ^= std::byte{0xff};
      wire::Request request;
      wire::ReplyHead head;
      wire::Snapshot snapshot;
      wire::StreamBatch stream;
      static_cast<void>(codec.decode(frame, request));
      static_cast<void>(codec.decode(frame, head));
      static_cast<void>(codec.decode_body(frame, snapshot));
      wire::MemberBatch members;
      static_cast<void>(codec.decode_body(frame, stream));
      static_cast<void>(codec.decode_body(frame, members));
      frame[i] ^= std::byte{0xff};
    }
  }
}

TEST(Node, TheControlEndpointIsBesideTheOther) {
  EXPECT_EQ(wire::control_endpoint_of("tcp://127.0.0.1:5556"), "tcp://127.0.0.1:5557");
  EXPECT_EQ(wire::control_endpoint_of("tcp://[::1]:1"), "tcp://[::1]:2");
  EXPECT_EQ(wire::control_endpoint_of("tcp://127.0.0.1:*"), "tcp://127.0.0.1:*");
  EXPECT_EQ(wire::control_endpoint_of("ipc:///run/signals"), "ipc:///run/signals.control");
  EXPECT_EQ(wire::control_endpoint_of("inproc://x"), "inproc://x.control");
}

}  // namespace
}  // namespace groundswell
