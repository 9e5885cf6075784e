#include <gtest/gtest.h>

#include <algorithm>

#include "support/wire_by_hand.hpp"
#include "support/wire_samples.hpp"

namespace groundswell {
namespace {

using namespace test;
using wire::Verdict;

TEST(Feed, TicksComeBackAsTheyWere) {
  Random random(1);
  wire::FeedEncoder encoder;
  wire::FeedDecoder decoder;
  for (const std::size_t count : {0U, 1U, 2U, 63U, 64U, 1000U, 1024U, 1U}) {
    const std::vector<Tick> ticks = random_ticks(random, count);
    const wire::TickBatch batch{.feed_epoch = random(),
                                .first_tick = random(),
                                .send_ns = random(),
                                .feed = any<std::uint16_t>(random),
                                .line = any<std::uint8_t>(random),
                                .ticks = ticks};
    ASSERT_EQ(decoder.decode(encoder.encode(batch)), Verdict::kOk) << count;
    ASSERT_EQ(decoder.kind(), wire::FrameKind::kTicks);
    const wire::TickBatch& got = decoder.ticks();
    EXPECT_EQ(got.feed_epoch, batch.feed_epoch);
    EXPECT_EQ(got.first_tick, batch.first_tick);
    EXPECT_EQ(got.send_ns, batch.send_ns);
    EXPECT_EQ(got.feed, batch.feed);
    EXPECT_EQ(got.line, batch.line);
    EXPECT_TRUE(std::ranges::equal(got.ticks, ticks)) << count;
  }
}

TEST(Feed, InstrumentsComeBackAsTheyWere) {
  Random random(2);
  wire::FeedEncoder encoder;
  wire::FeedDecoder decoder;
  for (int round = 0; round < 50; ++round) {
    wire::Instruments instruments{.feed_epoch = random(), .symbols = {}, .condition_sets = {}};
    for (std::uint64_t i = random() % 100; i > 0; --i) {
      instruments.symbols.push_back({.id = any<std::uint32_t>(random), .name = "x" + random_text(random, 20)});
      instruments.condition_sets.push_back(
          {.id = any<std::uint16_t>(random),
           .set = {.tape = any<char>(random), .codes = random_text(random, 9), .scheme = random_text(random, 3)}});
    }
    ASSERT_EQ(decoder.decode(encoder.encode(instruments)), Verdict::kOk);
    ASSERT_EQ(decoder.kind(), wire::FrameKind::kInstruments);
    EXPECT_EQ(decoder.instruments(), instruments);
  }
}

TEST(Feed, HeartbeatsComeBackAsTheyWere) {
  Random random(3);
  wire::FeedEncoder encoder;
  wire::FeedDecoder decoder;
  for (int round = 0; round < 50; ++round) {
    const wire::FeedHeartbeat heartbeat{.feed_epoch = random(),
                                        .next_tick = random(),
                                        .market_time_ns = random(),
                                        .send_ns = random(),
                                        .feed = any<std::uint16_t>(random),
                                        .line = any<std::uint8_t>(random),
                                        .mode = static_cast<wire::Mode>(random() % 3)};
    ASSERT_EQ(decoder.decode(encoder.encode(heartbeat)), Verdict::kOk);
    ASSERT_EQ(decoder.kind(), wire::FrameKind::kHeartbeat);
    EXPECT_EQ(decoder.heartbeat(), heartbeat);
  }
}

// The envelope is a contract of its own: subscribers filter by its first bytes.
TEST(Feed, EnvelopeIsWhereTheLayoutSaysItIs) {
  wire::FeedEncoder encoder;
  const std::vector<Tick> ticks = sample_ticks();
  const std::vector<std::byte> frame = copy(encoder.encode(sample_tick_batch(ticks)));
  const unsigned char expected[16] = {'T', 'K', 1, 1, 7, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0};
  ASSERT_GE(frame.size(), 16U);
  EXPECT_EQ(std::memcmp(frame.data(), expected, 16), 0);
}

TEST(Feed, FramesByHandEqualTheEncoders) {
  const std::vector<Tick> ticks = sample_ticks();
  wire::TickBatch batch = sample_tick_batch(ticks);
  batch.send_ns = 99;
  wire::FeedEncoder encoder;
  EXPECT_EQ(tick_frame(ticks, 6, 0).bytes(), copy(encoder.encode(batch)));
}

// Elements of the exact layout are used where they lie, all others are read field by field: both must see the same.
TEST(Feed, FieldsAndDataSectionAgree) {
  Random random(4);
  wire::FeedDecoder decoder;
  for (const auto& [data_words, pointers] : {std::pair{6U, 0U}, {7U, 0U}, {6U, 1U}, {8U, 2U}}) {
    const std::vector<Tick> ticks = random_ticks(random, 100);
    ASSERT_EQ(decoder.decode(tick_frame(ticks, data_words, pointers).bytes()), Verdict::kOk);
    EXPECT_TRUE(std::ranges::equal(decoder.ticks().ticks, ticks)) << data_words << " words, " << pointers << " pointers";
  }
}

TEST(Feed, ShorterTicksOfOlderSendersHaveDefaults) {
  Random random(5);
  wire::FeedDecoder decoder;
  const std::vector<Tick> ticks = random_ticks(random, 20);
  for (const std::size_t data_words : {3U, 4U, 5U}) {
    std::vector<Tick> expected = ticks;
    for (Tick& tick : expected) std::memset(reinterpret_cast<char*>(&tick) + data_words * 8, 0, sizeof tick - data_words * 8);
    ASSERT_EQ(decoder.decode(tick_frame(ticks, data_words, 0).bytes()), Verdict::kOk);
    EXPECT_TRUE(std::ranges::equal(decoder.ticks().ticks, expected)) << data_words;
  }
  EXPECT_EQ(decoder.decode(tick_frame(ticks, 2, 0).bytes()), Verdict::kMalformed);
}

TEST(Feed, AddressesDoNotMatter) {
  const std::vector<Tick> ticks = sample_ticks();
  wire::FeedEncoder encoder;
  const std::vector<std::byte> frame = copy(encoder.encode(sample_tick_batch(ticks)));
  wire::FeedDecoder decoder;
  alignas(8) std::byte place[1024];
  for (std::size_t offset = 0; offset < 8; ++offset) {
    std::memcpy(place + offset, frame.data(), frame.size());
    ASSERT_EQ(decoder.decode({place + offset, frame.size()}), Verdict::kOk) << offset;
    std::memset(place, 0xff, sizeof place);  // the frame may go once it is decoded
    EXPECT_TRUE(std::ranges::equal(decoder.ticks().ticks, ticks)) << offset;
  }
}

class FeedVerdict : public testing::Test {
 protected:
  std::vector<Tick> ticks_ = sample_ticks();
  HandFrame good_ = tick_frame(ticks_, 6, 0);
  wire::FeedDecoder decoder_;
  void SetUp() override { ASSERT_EQ(decoder_.decode(good_.bytes()), Verdict::kOk); }
};

TEST_F(FeedVerdict, Oversized) {
  const std::vector<std::byte> frame(wire::kMaxFeedFrameBytes + 1);
  EXPECT_EQ(decoder_.decode(frame), Verdict::kOversized);
}
TEST_F(FeedVerdict, WrongVersion) {
  for (const unsigned version : {0U, 2U, 255U}) {
    good_.version = static_cast<std::uint8_t>(version);
    EXPECT_EQ(decoder_.decode(good_.bytes()), Verdict::kWrongVersion);
  }
}
TEST_F(FeedVerdict, UnknownKind) {
  good_.kind = 'Z';
  EXPECT_EQ(decoder_.decode(good_.bytes()), Verdict::kUnknownKind);
  good_.kind = 'K';
  std::vector<std::byte> frame = good_.bytes();
  frame[0] = std::byte{'S'};
  EXPECT_EQ(decoder_.decode(frame), Verdict::kUnknownKind);
}
TEST_F(FeedVerdict, MalformedWhenEnvelopeAndMessageDiffer) {
  HandFrame other = good_;
  other.envelope_ticks = 2;
  EXPECT_EQ(decoder_.decode(other.bytes()), Verdict::kMalformed);
  other = good_;
  other.feed = 8;
  EXPECT_EQ(decoder_.decode(other.bytes()), Verdict::kMalformed);
  other = good_;
  other.line = 0;
  EXPECT_EQ(decoder_.decode(other.bytes()), Verdict::kMalformed);
}
TEST_F(FeedVerdict, MalformedWhenBytesFollow) {
  std::vector<std::byte> frame = good_.bytes();
  frame.resize(frame.size() + 8);
  EXPECT_EQ(decoder_.decode(frame), Verdict::kMalformed);
}
TEST_F(FeedVerdict, MalformedWhenTooManyTicks) {
  Random random(6);
  const std::vector<Tick> many = random_ticks(random, wire::kMaxTicksPerBatch + 1);
  EXPECT_EQ(decoder_.decode(tick_frame(many, 6, 0).bytes()), Verdict::kMalformed);
}
TEST_F(FeedVerdict, MalformedModeOfHeartbeat) {
  wire::FeedEncoder encoder;
  wire::FeedHeartbeat heartbeat = sample_feed_heartbeat();
  heartbeat.mode = static_cast<wire::Mode>(3);
  EXPECT_EQ(decoder_.decode(encoder.encode(heartbeat)), Verdict::kMalformed);
}
TEST_F(FeedVerdict, MalformedInstrumentWithoutName) {
  wire::FeedEncoder encoder;
  EXPECT_EQ(decoder_.decode(encoder.encode(wire::Instruments{.feed_epoch = 1, .symbols = {{.id = 1, .name = ""}}, .condition_sets = {}})),
            Verdict::kMalformed);
}
TEST_F(FeedVerdict, UnknownActionsAreNotItsBusiness) {
  ticks_[0].action = static_cast<Action>(0);
  ASSERT_EQ(decoder_.decode(tick_frame(ticks_, 6, 0).bytes()), Verdict::kOk);
  EXPECT_EQ(decoder_.ticks().ticks[0].action, static_cast<Action>(0));
}

}  // namespace
}  // namespace groundswell
