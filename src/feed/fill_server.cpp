#include "feed/fill_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace groundswell::feed {
namespace {

constexpr std::uint32_t kEndlessChunks = 256;  // far more than any request asks for, and an end for our own sake

}  // namespace

FillServer::FillServer(net::Socket router, std::uint16_t feed, std::size_t log_ticks, FillLie lie)
    : router_(std::move(router)), feed_(feed), lie_(lie), log_(log_ticks) {
  chunk_.reserve(wire::kMaxTicksPerBatch);
}

void FillServer::begin_epoch(std::uint64_t feed_epoch) {
  feed_epoch_ = feed_epoch;
  next_tick_ = 1;
}

void FillServer::append(std::span<const Tick> ticks) {
  for (const Tick& tick : ticks) log_[next_tick_++ % log_.size()] = tick;
}

std::uint64_t FillServer::oldest_tick() const noexcept { return next_tick_ > log_.size() ? next_tick_ - log_.size() : 1; }

void FillServer::serve() {
  if (const auto renewed = router_.renew_if_revoked(); !renewed) log_error("fills", "{}", renewed.error().message);
  net::Frame peer, question;
  while (router_.receive(peer, 0)) {
    if (!peer.more() || !router_.receive(question, 0)) continue;
    bool more = question.more();
    const bool whole = !more;
    for (net::Frame rest; more && router_.receive(rest, 0);) more = rest.more();
    ++counters_.requests;
    if (whole) {
      answer(peer, question.bytes());
    } else {
      ++counters_.refused;  // a question is one frame; what has more is nobody's whom we could answer by number
    }
  }
}

void FillServer::answer(const net::Frame& peer, std::span<const std::byte> question) {
  if (lie_ == FillLie::kSilent) return;
  wire::TickFillRequest request;
  const wire::Verdict verdict = codec_.decode(question, request);
  const auto refuse = [&](wire::ReplyStatus status, std::string why, std::uint64_t oldest_tick = 0) {
    ++(status == wire::ReplyStatus::kGapTooOld ? counters_.too_old : counters_.refused);
    send(peer, {.id = request.id, .status = status, .oldest_tick = oldest_tick, .text = std::move(why), .batch = {}});
  };
  using wire::ReplyStatus;
  if (verdict == wire::Verdict::kUnknownKind) return refuse(ReplyStatus::kBadRequest, "only ticks can be asked for here");
  if (verdict != wire::Verdict::kOk) return refuse(ReplyStatus::kBadRequest, "this is no request");
  if (request.feed_epoch != feed_epoch_) return refuse(ReplyStatus::kBadRequest, fmt::format("the feed epoch is {}", feed_epoch_));
  if (request.from_tick == 0 || request.to_tick < request.from_tick || request.to_tick - request.from_tick >= kMaxTicksPerRequest) {
    return refuse(ReplyStatus::kBadRequest, fmt::format("a range has 1 to {} ticks", kMaxTicksPerRequest));
  }
  if (request.to_tick >= next_tick_) return refuse(ReplyStatus::kBadRequest, fmt::format("the next tick is {}", next_tick_));
  if (request.from_tick < oldest_tick()) {
    return refuse(ReplyStatus::kGapTooOld, fmt::format("ticks before {} are gone", oldest_tick()), oldest_tick());
  }
  if (request.deadline_ns != 0 && request.deadline_ns < static_cast<std::uint64_t>(wall_clock_ns())) {
    return refuse(ReplyStatus::kTooLate, "the deadline has passed");
  }
  ++counters_.answered;
  if (lie_ == FillLie::kEndless) return lie_endlessly(peer, request);
  answer_with_ticks(peer, request);
}

void FillServer::answer_with_ticks(const net::Frame& peer, const wire::TickFillRequest& request) {
  wire::TickFillReply reply{.id = request.id};
  const std::uint64_t end = request.to_tick + 1;
  for (std::uint64_t first = request.from_tick; first < end; first += chunk_.size(), ++reply.chunk) {
    chunk_.clear();
    for (std::uint64_t number = first, last = std::min<std::uint64_t>(end, first + wire::kMaxTicksPerBatch); number < last; ++number) {
      chunk_.push_back(log_[number % log_.size()]);
    }
    reply.more = first + chunk_.size() < end;
    reply.batch = {.feed_epoch = feed_epoch_ + (lie_ == FillLie::kWrongEpoch ? 1 : 0),
                   .first_tick = lie_ == FillLie::kWrongRange ? first + (end - request.from_tick) : first,
                   .send_ns = chunk_.back().ts_event_ns,
                   .feed = feed_,
                   .line = 0,
                   .ticks = chunk_};
    counters_.ticks += chunk_.size();
    send(peer, reply);
  }
}

// The first tick over and over, always with more to come.
void FillServer::lie_endlessly(const net::Frame& peer, const wire::TickFillRequest& request) {
  chunk_.assign(1, log_[request.from_tick % log_.size()]);
  for (std::uint32_t chunk = 0; chunk < kEndlessChunks; ++chunk) {
    wire::TickFillReply reply{.id = request.id, .more = true, .chunk = chunk};
    reply.batch = {.feed_epoch = feed_epoch_, .first_tick = request.from_tick, .send_ns = 0, .feed = feed_, .line = 0, .ticks = chunk_};
    ++counters_.ticks;
    send(peer, reply);
  }
}

void FillServer::send(const net::Frame& peer, const wire::TickFillReply& reply) {
  if (router_.send(peer.bytes(), true)) router_.send(codec_.encode(reply));
}

}  // namespace groundswell::feed
