// Any bytes as a feed frame as every kind of published message, and as questions and answers: a verdict, never a crash, never more elements
// than the bytes hold.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "wire/control.hpp"

using namespace groundswell;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::uint8_t parity = 0;
void touch(std::span<const std::byte> bytes) {  // reads all of them, so that a span which leads astray is noticed
  for (const std::byte byte : bytes) parity = static_cast<std::uint8_t>(parity ^ std::to_integer<std::uint8_t>(byte));
}

// What decoded is also encoded again and must decode to as much: an answer that nobody could have sent is no answer.
void fuzz_feed(std::span<const std::byte> frame) {
  static wire::FeedDecoder decoder;
  static wire::FeedDecoder second_decoder;
  static wire::FeedEncoder encoder;
  if (decoder.decode(frame) != wire::Verdict::kOk) return;
  switch (decoder.kind()) {
    case wire::FrameKind::kTicks:
      require(decoder.ticks().ticks.size() * 24 <= frame.size());
      touch(std::as_bytes(decoder.ticks().ticks));
      require(second_decoder.decode(encoder.encode(decoder.ticks())) == wire::Verdict::kOk);
      require(second_decoder.ticks().ticks.size() == decoder.ticks().ticks.size());
      break;
    case wire::FrameKind::kInstruments:
      require(decoder.instruments().symbols.size() * 8 <= frame.size());
      require(decoder.instruments().condition_sets.size() * 8 <= frame.size());
      break;
    case wire::FrameKind::kHeartbeat:
      require(second_decoder.decode(encoder.encode(decoder.heartbeat())) == wire::Verdict::kOk);
      require(second_decoder.heartbeat() == decoder.heartbeat());
      break;
  }
}

void fuzz_signals(std::span<const std::byte> message) {
  static wire::SignalCodec codec;
  static wire::SignalCodec second_codec;
  wire::LevelBatch levels;
  if (codec.decode(message, levels) == wire::Verdict::kOk) {
    require(levels.levels.size() * 8 <= message.size());
    touch(std::as_bytes(levels.levels));
  }
  wire::EdgeBatch edges;
  if (codec.decode(message, edges) == wire::Verdict::kOk) {
    require(edges.edges.size() * 8 <= message.size());
    wire::EdgeBatch again;
    require(second_codec.decode(second_codec.encode(edges), again) == wire::Verdict::kOk && again.edges.size() == edges.edges.size());
  }
  wire::Heartbeat heartbeat;
  if (codec.decode(message, heartbeat) == wire::Verdict::kOk) require(heartbeat.next.size() * 8 <= message.size());
  wire::Operation operation;
  if (codec.decode(message, operation) == wire::Verdict::kOk) {
    wire::Operation again;
    require(second_codec.decode(second_codec.encode(operation), again) == wire::Verdict::kOk && again == operation);
  }
  Catalog catalog;
  if (codec.decode(message, catalog) == wire::Verdict::kOk) {
    require(catalog.symbols.size() * 8 <= message.size());
    Catalog again;
    require(second_codec.decode(second_codec.encode(catalog), again) == wire::Verdict::kOk && again.symbols == catalog.symbols);
  }
}

void fuzz_control(std::span<const std::byte> frame) {
  static wire::ControlCodec codec;
  static wire::ControlCodec second_codec;
  wire::TickFillRequest request;
  if (codec.decode(frame, request) == wire::Verdict::kOk) {
    wire::TickFillRequest again;
    require(second_codec.decode(second_codec.encode(request), again) == wire::Verdict::kOk && again == request);
  }
  wire::TickFillReply reply;
  if (codec.decode(frame, reply) == wire::Verdict::kOk) {
    require(reply.batch.ticks.size() * 24 <= frame.size() && reply.text.size() <= frame.size());
    touch(std::as_bytes(reply.batch.ticks));
  }
}

void fuzz_node(std::span<const std::byte> frame) {
  static wire::NodeCodec codec;
  static wire::NodeCodec second_codec;
  wire::Request request;
  if (codec.decode(frame, request) == wire::Verdict::kOk) {
    const auto encoded = second_codec.encode(request);  // longer than the frame where that pointed to one text twice
    wire::Request again;
    if (encoded.size() <= wire::kMaxRequestBytes) require(second_codec.decode(encoded, again) == wire::Verdict::kOk && again == request);
  }
  wire::ReplyHead head;
  if (codec.decode(frame, head) == wire::Verdict::kOk) require(head.text.size() <= frame.size());
  wire::Snapshot snapshot;
  if (codec.decode_body(frame, snapshot) == wire::Verdict::kOk)
    require((snapshot.positions.size() + snapshot.triggers.size()) * 8 <= frame.size());
  wire::StreamBatch stream;
  if (codec.decode_body(frame, stream) == wire::Verdict::kOk) {
    for (const wire::StreamMessage& each : stream.messages) touch(each.message);
  }
  wire::LevelBatch levels;
  if (codec.decode_body(frame, levels) == wire::Verdict::kOk) touch(std::as_bytes(levels.levels));
  wire::EdgeBatch edges;
  static_cast<void>(codec.decode_body(frame, edges));
  wire::MemberBatch members;
  if (codec.decode_body(frame, members) == wire::Verdict::kOk) require(members.members.size() * 8 <= frame.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  fuzz_feed(bytes);
  fuzz_signals(bytes);
  fuzz_control(bytes);
  fuzz_node(bytes);
  return 0;
}
