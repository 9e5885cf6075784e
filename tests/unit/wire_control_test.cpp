// Fills on the wire: what is asked and answered comes back as it was, and bytes that no honest peer sends get a verdict.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/wire_by_hand.hpp"
#include "support/wire_samples.hpp"

namespace groundswell {
namespace {

using namespace test;
using wire::ReplyStatus;
using wire::Verdict;

TEST(Control, RequestsComeBackAsTheyWere) {
  Random random(1);
  wire::ControlCodec codec;
  for (int round = 0; round < 50; ++round) {
    const wire::TickFillRequest request{
        .id = random(), .deadline_ns = random(), .feed_epoch = random(), .from_tick = random(), .to_tick = random()};
    const std::span<const std::byte> frame = codec.encode(request);
    ASSERT_LE(frame.size(), wire::kMaxRequestBytes);
    wire::TickFillRequest got;
    ASSERT_EQ(codec.decode(copy(frame), got), Verdict::kOk);
    EXPECT_EQ(got, request);
  }
}

TEST(Control, RepliesComeBackAsTheyWere) {
  Random random(2);
  wire::ControlCodec codec;
  for (const std::size_t count : {0U, 1U, 63U, 1024U, 2U}) {
    const std::vector<Tick> ticks = random_ticks(random, count);
    const wire::TickFillReply reply{
        .id = random(),
        .status = ReplyStatus::kOk,
        .more = count % 2 != 0,
        .chunk = any<std::uint32_t>(random),
        .oldest_tick = random(),
        .text = random_text(random, 50),
        .batch = {.feed_epoch = random(), .first_tick = random(), .send_ns = random(), .feed = 3, .line = 1, .ticks = ticks}};
    const std::vector<std::byte> frame = copy(codec.encode(reply));
    ASSERT_LE(frame.size(), wire::kMaxFeedFrameBytes);
    wire::TickFillReply got;
    ASSERT_EQ(codec.decode(frame, got), Verdict::kOk) << count;
    EXPECT_EQ(got.id, reply.id);
    EXPECT_EQ(got.status, reply.status);
    EXPECT_EQ(got.more, reply.more);
    EXPECT_EQ(got.chunk, reply.chunk);
    EXPECT_EQ(got.oldest_tick, reply.oldest_tick);
    EXPECT_EQ(got.text, reply.text);
    EXPECT_EQ(got.batch.feed_epoch, reply.batch.feed_epoch);
    EXPECT_EQ(got.batch.first_tick, reply.batch.first_tick);
    EXPECT_EQ(got.batch.send_ns, reply.batch.send_ns);
    EXPECT_EQ(got.batch.feed, reply.batch.feed);
    EXPECT_EQ(got.batch.line, reply.batch.line);
    EXPECT_TRUE(std::ranges::equal(got.batch.ticks, ticks)) << count;
  }
}

TEST(Control, EveryRefusalComesBackWithItsReason) {
  wire::ControlCodec codec;
  for (std::size_t status = 1; status < wire::kReplyStatusNames.size(); ++status) {
    wire::TickFillReply refusal = sample_fill_refusal();
    refusal.status = static_cast<ReplyStatus>(status);
    wire::TickFillReply got;
    ASSERT_EQ(codec.decode(copy(codec.encode(refusal)), got), Verdict::kOk);
    EXPECT_EQ(got.status, refusal.status);
    EXPECT_EQ(got.oldest_tick, 900U);
    EXPECT_EQ(got.text, refusal.text);
    EXPECT_TRUE(got.batch.ticks.empty());
  }
}

TEST(Control, LongTextsAreCut) {
  wire::ControlCodec codec;
  wire::TickFillReply refusal = sample_fill_refusal();
  refusal.text.assign(100'000, 'x');
  wire::TickFillReply got;
  ASSERT_EQ(codec.decode(copy(codec.encode(refusal)), got), Verdict::kOk);
  EXPECT_EQ(got.text, std::string(wire::ControlCodec::kMaxReplyTextBytes, 'x'));
}

TEST(Control, FramesBeyondTheLimitAreOversized) {
  wire::ControlCodec codec;
  wire::TickFillRequest request;
  wire::TickFillReply reply;
  EXPECT_EQ(codec.decode(std::vector<std::byte>(wire::kMaxRequestBytes + 8), request), Verdict::kOversized);
  EXPECT_EQ(codec.decode(std::vector<std::byte>(wire::kMaxFeedFrameBytes + 8), reply), Verdict::kOversized);
}

std::vector<std::byte> by_hand(std::vector<std::uint64_t> message) {
  message.insert(message.begin(), std::uint64_t{message.size()} << 32);  // the stream header: one segment
  return copy(std::as_bytes(std::span(message)));
}

// Which question it is stands in 16 bits of the third data word of a Request (`capnp compile -ocapnp` shows the layout).
TEST(Control, AnotherQuestionIsUnknownButNamed) {
  wire::ControlCodec codec;
  wire::TickFillRequest request;
  constexpr std::uint64_t kCatalog = 5;
  EXPECT_EQ(codec.decode(by_hand({struct_pointer(4, 1), 77, 0, kCatalog, 0, 0}), request), Verdict::kUnknownKind);
  EXPECT_EQ(request.id, 77U);
}

TEST(Control, ACodeWithoutANameIsMalformed) {
  wire::ControlCodec codec;
  wire::TickFillReply reply = sample_fill_refusal();
  reply.status = static_cast<ReplyStatus>(wire::kReplyStatusNames.size());
  EXPECT_EQ(codec.decode(copy(codec.encode(reply)), reply), Verdict::kMalformed);
}

// The answer OK brings ticks; the data of a Reply are three words: id, status with flags, oldest.
TEST(Control, AnOkWithoutTicksOrWithTicksOfNoSizeIsMalformed) {
  wire::ControlCodec codec;
  wire::TickFillReply reply;
  const std::uint64_t body_pointer = struct_pointer(4, 1);
  EXPECT_EQ(codec.decode(by_hand({struct_pointer(3, 2), 1, 0, 0, 0, 0}), reply), Verdict::kMalformed);
  EXPECT_EQ(codec.decode(by_hand({struct_pointer(3, 2), 1, 0, 0, 0, body_pointer, 1, 1, 0, 0, 0}), reply), Verdict::kOk);
  for (const std::uint32_t claimed : {1U, 1024U, 8'000'000U}) {
    const std::vector<std::byte> frame =
        by_hand({struct_pointer(3, 2), 1, 0, 0, 0, body_pointer, 1, 1, 0, 0, struct_list_pointer(0), list_tag(claimed, 0, 0)});
    EXPECT_EQ(codec.decode(frame, reply), Verdict::kMalformed) << claimed;
  }
}

TEST(Control, ARefusedFrameLeavesTheAnswerAlone) {
  wire::ControlCodec codec;
  wire::TickFillReply reply = sample_fill_refusal();
  std::vector<std::byte> frame = copy(codec.encode(sample_fill_reply(sample_ticks())));
  frame.resize(frame.size() + 8);
  EXPECT_EQ(codec.decode(frame, reply), Verdict::kMalformed);
  EXPECT_EQ(reply.id, 22U);
}

// Every bit flipped, every truncation, noise: a verdict, and no span that leads astray.
class HostileControl : public testing::Test {
 protected:
  void decode(const std::vector<std::byte>& bad) {
    wire::TickFillRequest request;
    (void)codec_.decode(bad, request);
    wire::TickFillReply reply;
    if (codec_.decode(bad, reply) != Verdict::kOk) return;
    ASSERT_LE(reply.batch.ticks.size() * 24, bad.size());
    ASSERT_LE(reply.text.size(), bad.size());
    std::uint64_t sum = 0;
    for (const std::byte byte : std::as_bytes(reply.batch.ticks)) sum += std::to_integer<std::uint64_t>(byte);
    ASSERT_LE(sum, reply.batch.ticks.size() * sizeof(Tick) * 255);
  }
  std::vector<std::vector<std::byte>> good() {
    return {copy(codec_.encode(sample_fill_request())), copy(codec_.encode(sample_fill_reply(sample_ticks()))),
            copy(codec_.encode(sample_fill_refusal()))};
  }
  wire::ControlCodec codec_;
};

TEST_F(HostileControl, EveryFlipAndEveryLength) {
  for (const std::vector<std::byte>& frame : good()) {
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
      std::vector<std::byte> bad = frame;
      bad[bit / 8] ^= std::byte{1} << (bit % 8);
      decode(bad);
    }
    for (std::size_t length = 0; length < frame.size(); ++length) {
      const std::vector<std::byte> cut = copy(std::span(frame).first(length));
      wire::TickFillRequest request;
      wire::TickFillReply reply;
      ASSERT_EQ(codec_.decode(cut, request), Verdict::kMalformed) << length;
      ASSERT_EQ(codec_.decode(cut, reply), Verdict::kMalformed) << length;
    }
  }
}

TEST_F(HostileControl, Noise) {
  for (const std::vector<std::byte>& frame : good()) {
    Random random(frame.size());
    for (int round = 0; round < 5'000; ++round) {
      std::vector<std::byte> bad = frame;
      for (std::uint64_t changes = 1 + random() % 8; changes > 0; --changes) bad[random() % bad.size()] = static_cast<std::byte>(random());
      decode(bad);
    }
  }
}

}  // namespace
}  // namespace groundswell
