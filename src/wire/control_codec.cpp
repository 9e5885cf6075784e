#include <capnp/generated-header-support.h>
#include <control.capnp.h>

#include "wire/tick_list_impl.hpp"

namespace groundswell::wire {
namespace {

constexpr std::size_t kRequestWords = 1 + capnp::sizeInWords<schema::Request>() + capnp::sizeInWords<schema::TickFill>();
static_assert(kStreamHeaderBytes + kRequestWords * kWordBytes <= kMaxRequestBytes);
constexpr std::size_t reply_words(std::size_t text_bytes, std::size_t ticks) {
  return 1 + capnp::sizeInWords<schema::Reply>() + text_bytes / kWordBytes + 1 + tick_batch_words(ticks);
}
static_assert(kStreamHeaderBytes + reply_words(ControlCodec::kMaxReplyTextBytes, kMaxTicksPerBatch) * kWordBytes <= kMaxFeedFrameBytes);

}  // namespace

struct ControlCodec::Impl {
  MessageWriter writer{kMaxFeedFrameBytes};
  AlignedBytes scratch{kMaxFeedFrameBytes};
  std::vector<Tick> converted;  // ticks of another length than ours

  Impl() { converted.reserve(kMaxTicksPerBatch); }

  Verdict read(schema::Reply::Reader from, TickFillReply& out) {
    if (from.getStatus() >= kReplyStatusNames.size()) return Verdict::kMalformed;
    TickFillReply reply{.id = from.getId(),
                        .status = static_cast<ReplyStatus>(from.getStatus()),
                        .more = from.getMore(),
                        .chunk = from.getChunk(),
                        .oldest_tick = from.getOldest(),
                        .text = from_text(from.getText()),
                        .batch = {}};
    if (reply.status == ReplyStatus::kOk) {
      if (!from.hasBody()) return Verdict::kMalformed;
      const Verdict verdict = read_tick_batch(from.getBody().getAs<schema::TickBatch>(), converted, reply.batch);
      if (verdict != Verdict::kOk) return verdict;
    }
    out = std::move(reply);
    return Verdict::kOk;
  }
};

ControlCodec::ControlCodec() : impl_(std::make_unique<Impl>()) {}
ControlCodec::~ControlCodec() = default;

std::span<const std::byte> ControlCodec::encode(const TickFillRequest& request) {
  return impl_->writer.build<schema::Request>(0, kRequestWords, [&](schema::Request::Builder to) {
    to.setId(request.id);
    to.setDeadlineNs(request.deadline_ns);
    schema::TickFill::Builder fill = to.initTickFill();
    fill.setFeedEpoch(request.feed_epoch);
    fill.setFrom(request.from_tick);
    fill.setTo(request.to_tick);
  });
}

std::span<const std::byte> ControlCodec::encode(const TickFillReply& reply) {
  const std::string text = reply.text.substr(0, kMaxReplyTextBytes);
  const std::size_t words = reply_words(text.size(), reply.batch.ticks.size());
  return impl_->writer.build<schema::Reply>(0, words, [&](schema::Reply::Builder to) {
    to.setId(reply.id);
    to.setStatus(static_cast<std::uint16_t>(reply.status));
    to.setMore(reply.more);
    to.setChunk(reply.chunk);
    to.setOldest(reply.oldest_tick);
    if (!text.empty()) to.setText(to_text(text));
    if (reply.status == ReplyStatus::kOk) write_tick_batch(reply.batch, to.initBody().initAs<schema::TickBatch>());
  });
}

Verdict ControlCodec::decode(std::span<const std::byte> frame, TickFillRequest& out) {
  if (frame.size() > kMaxRequestBytes) return Verdict::kOversized;
  return read_message<schema::Request>(impl_->scratch, frame, 0, [&](schema::Request::Reader from) {
    if (!from.isTickFill()) {
      out = {.id = from.getId()};
      return Verdict::kUnknownKind;
    }
    const schema::TickFill::Reader fill = from.getTickFill();
    out = {.id = from.getId(),
           .deadline_ns = from.getDeadlineNs(),
           .feed_epoch = fill.getFeedEpoch(),
           .from_tick = fill.getFrom(),
           .to_tick = fill.getTo()};
    return Verdict::kOk;
  });
}

Verdict ControlCodec::decode(std::span<const std::byte> frame, TickFillReply& out) {
  if (frame.size() > kMaxFeedFrameBytes) return Verdict::kOversized;
  return read_message<schema::Reply>(impl_->scratch, frame, 0, [&](schema::Reply::Reader from) { return impl_->read(from, out); });
}

}  // namespace groundswell::wire
