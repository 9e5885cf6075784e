// Bytes that no honest sender makes: every bit flipped, every truncation, noise, and lists that claim what they do not have.
#include <gtest/gtest.h>

#include "support/wire_by_hand.hpp"
#include "support/wire_samples.hpp"

namespace groundswell {
namespace {

using namespace test;
using wire::Verdict;

std::uint64_t sum_of(std::span<const std::byte> bytes) {  // touches every byte, so that a sanitizer sees a span that leads astray
  std::uint64_t sum = 0;
  for (const std::byte byte : bytes) sum += std::to_integer<std::uint64_t>(byte);
  return sum;
}

void decode_feed(wire::FeedDecoder& decoder, std::span<const std::byte> frame) {
  if (decoder.decode(frame) != Verdict::kOk || decoder.kind() != wire::FrameKind::kTicks) return;
  const std::span<const Tick> ticks = decoder.ticks().ticks;
  ASSERT_LE(ticks.size() * 24, frame.size());
  ASSERT_LE(sum_of(std::as_bytes(ticks)), ticks.size() * sizeof(Tick) * 255);
}

void decode_signal(wire::SignalCodec& codec, std::span<const std::byte> message) {
  wire::LevelBatch levels;
  if (codec.decode(message, levels) == Verdict::kOk) {
    ASSERT_LE(levels.levels.size() * 8, message.size());
    ASSERT_LE(sum_of(std::as_bytes(levels.levels)), levels.levels.size() * sizeof(Level) * 255);
  }
  wire::EdgeBatch edges;
  if (codec.decode(message, edges) == Verdict::kOk) {
    ASSERT_LE(edges.edges.size() * 8, message.size());
  }
  wire::Heartbeat heartbeat;
  if (codec.decode(message, heartbeat) == Verdict::kOk) {
    ASSERT_LE(heartbeat.next.size() * 8, message.size());
  }
  Catalog catalog;
  if (codec.decode(message, catalog) == Verdict::kOk) {
    ASSERT_LE(catalog.symbols.size() * 8, message.size());
  }
  wire::Operation operation;
  if (codec.decode(message, operation) == Verdict::kOk) {
    ASSERT_LE(operation.text.size() + operation.component.size() + operation.node.size(), message.size() * 3);  // pointers may share bytes
  }
}

// All kinds, tick frames in both layouts.
std::vector<std::vector<std::byte>> feed_frames() {
  wire::FeedEncoder encoder;
  const std::vector<Tick> ticks = sample_ticks();
  return {copy(encoder.encode(sample_tick_batch(ticks))), tick_frame(ticks, 7, 1).bytes(), copy(encoder.encode(sample_instruments())),
          copy(encoder.encode(sample_feed_heartbeat()))};
}
std::vector<std::vector<std::byte>> signal_messages() {
  wire::SignalCodec codec;
  const std::vector<Level> levels = sample_levels();
  return {copy(codec.encode(sample_level_batch(levels))), copy(codec.encode(sample_edge_batch())), copy(codec.encode(sample_heartbeat())),
          copy(codec.encode(sample_catalog())), copy(codec.encode(sample_operation()))};
}

template <class Decode>
void try_every_flip_and_length(const std::vector<std::byte>& good, Decode&& decode) {
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::vector<std::byte> bad = good;
    bad[bit / 8] ^= std::byte{1} << (bit % 8);
    decode(bad);
  }
  for (std::size_t length = 0; length < good.size(); ++length) decode(copy(std::span(good).first(length)));  // a sanitizer knows its end
}

template <class Decode>
void try_noise(std::uint64_t seed, const std::vector<std::byte>& good, Decode&& decode) {
  Random random(seed);
  for (int round = 0; round < 5'000; ++round) {
    std::vector<std::byte> bad = good;
    for (std::uint64_t changes = 1 + random() % 8; changes > 0; --changes) bad[random() % bad.size()] = static_cast<std::byte>(random());
    decode(bad);
  }
}

TEST(Hostile, FeedFrames) {
  wire::FeedDecoder decoder;
  const auto decode = [&](const std::vector<std::byte>& bad) { decode_feed(decoder, bad); };
  for (const std::vector<std::byte>& good : feed_frames()) {
    try_every_flip_and_length(good, decode);
    try_noise(good.size(), good, decode);
  }
}

TEST(Hostile, SignalMessages) {
  wire::SignalCodec codec;
  const auto decode = [&](const std::vector<std::byte>& bad) { decode_signal(codec, bad); };
  for (const std::vector<std::byte>& good : signal_messages()) {
    try_every_flip_and_length(good, decode);
    try_noise(good.size(), good, decode);
  }
}

TEST(Hostile, EveryTruncationIsMalformed) {
  wire::FeedDecoder decoder;
  for (const std::vector<std::byte>& good : feed_frames()) {
    for (std::size_t length = 0; length < good.size(); ++length) {
      ASSERT_EQ(decoder.decode(std::span(good).first(length)), Verdict::kMalformed) << length;
    }
    ASSERT_EQ(decoder.decode(good), Verdict::kOk);
  }
}

// 72 bytes that claim millions of ticks of no size, in every way a list can do so.
TEST(Hostile, ElementsOfNoSizeAreRefused) {
  wire::FeedDecoder decoder;
  for (const std::uint32_t claimed : {1U, 100U, 1024U, 8'000'000U, 0x1fffffffU}) {
    HandFrame structs = tick_frame({}, 0, 0);
    structs.envelope_ticks = claimed;
    structs.message[6] = list_tag(claimed, 0, 0);
    EXPECT_EQ(decoder.decode(structs.bytes()), Verdict::kMalformed) << claimed;
    for (const std::uint64_t element_size : {0U, 1U, 2U, 3U, 4U, 5U, 6U}) {  // nothing, a bit, 1 to 8 bytes, a pointer
      HandFrame primitives = tick_frame({}, 0, 0);
      primitives.envelope_ticks = claimed;
      primitives.message[5] = 1 | element_size << 32 | std::uint64_t{claimed} << 35;
      EXPECT_EQ(decoder.decode(primitives.bytes()), Verdict::kMalformed) << claimed << ", element size " << element_size;
    }
  }
}

// The same for lists that are read element by element: rows of two words in the root struct, of which the second points to the list.
template <class Message>
Verdict decode_claim(std::uint64_t data_words, std::uint64_t pointer_count, std::uint64_t which, std::uint64_t claimed) {
  std::vector<std::uint64_t> message{struct_pointer(data_words, pointer_count)};
  message.resize(1 + data_words + pointer_count, 0);
  const std::uint64_t words_after = pointer_count - which - 1;
  message[1 + data_words + which] = struct_list_pointer(0) | words_after << 2;
  message.push_back(list_tag(claimed, 0, 0));
  const std::uint64_t stream_header = std::uint64_t{message.size()} << 32;
  message.insert(message.begin(), stream_header);
  wire::SignalCodec codec;
  Message out;
  return codec.decode(std::as_bytes(std::span(message)), out);
}

TEST(Hostile, RowsOfNoSizeAreRefused) {
  for (const std::uint64_t claimed : {1U, 50U, 8'000'000U}) {
    EXPECT_EQ(decode_claim<wire::LevelBatch>(4, 2, 1, claimed), Verdict::kMalformed);
    EXPECT_EQ(decode_claim<wire::EdgeBatch>(1, 2, 1, claimed), Verdict::kMalformed);
    EXPECT_EQ(decode_claim<wire::Heartbeat>(9, 1, 0, claimed), Verdict::kMalformed);
    EXPECT_EQ(decode_claim<Catalog>(0, 6, 3, claimed), Verdict::kMalformed);
    EXPECT_EQ(decode_claim<Catalog>(0, 6, 5, claimed), Verdict::kMalformed);
  }
  EXPECT_EQ(decode_claim<wire::EdgeBatch>(1, 2, 1, 0), Verdict::kOk);  // so that the refusals above are for the claim
  EXPECT_EQ(decode_claim<wire::Heartbeat>(9, 1, 0, 0), Verdict::kOk);
  EXPECT_EQ(decode_claim<Catalog>(0, 6, 3, 0), Verdict::kOk);
}

// Pointers that share one object would make a small message large: 500 names, all of them the same 8,000 bytes.
TEST(Hostile, SharedObjectsAreRefused) {
  const auto catalog_of = [](std::uint64_t names, std::uint64_t name_bytes) {
    const std::uint64_t byte_list = 1 | std::uint64_t{2} << 32 | name_bytes << 35, pointer_list = 1 | std::uint64_t{6} << 32 | names << 35;
    std::vector<std::uint64_t> message{0, struct_pointer(0, 6), 0, 0, 0, 0, pointer_list | 1 << 2, 0};  // the fifth pointer: symbols
    for (std::uint64_t i = 0; i < names; ++i) message.push_back(byte_list | (names - 1 - i) << 2);
    message.resize(message.size() + name_bytes / 8, 0x7878787878787878);
    message.back() = 0x0078787878787878;  // a text ends with a zero byte
    message[0] = std::uint64_t{message.size() - 1} << 32;
    return message;
  };
  wire::SignalCodec codec;
  Catalog catalog;
  const std::vector<std::uint64_t> honest = catalog_of(1, 8'000);
  ASSERT_EQ(codec.decode(std::as_bytes(std::span(honest)), catalog), Verdict::kOk);
  ASSERT_EQ(catalog.symbols, std::vector<std::string>{std::string(7'999, 'x')});
  const std::vector<std::uint64_t> shared = catalog_of(500, 8'000);
  EXPECT_EQ(codec.decode(std::as_bytes(std::span(shared)), catalog), Verdict::kMalformed);
}

}  // namespace
}  // namespace groundswell
