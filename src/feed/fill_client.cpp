#include "feed/fill_client.hpp"

#include <algorithm>

namespace groundswell::feed {

Result<FillClient> FillClient::open(net::Context& context, const std::string& endpoint, const net::PeerKeys& keys) {
  auto socket = net::Socket::open(context, net::SocketType::kDealer, net::Attach::kConnect, endpoint,
                                  std::int64_t{2} * wire::kMaxFeedFrameBytes, keys);
  if (!socket) return socket.error();
  return FillClient(std::move(*socket), context, endpoint, keys);
}

bool FillClient::ask(const TickRange& range, std::int64_t monotonic_ns, std::int64_t deadline_ns) {
  // The sender is told no deadline: it would judge it by a clock of its own.
  const wire::TickFillRequest request{
      .id = next_id_, .feed_epoch = range.feed_epoch, .from_tick = range.from_tick, .to_tick = range.to_tick};
  if (!socket_.send(codec_->encode(request))) return false;
  open_.push_back({next_id_++, range, monotonic_ns + deadline_ns, 0, 0});
  ++counters_.asked;
  return true;
}

void FillClient::clock(std::int64_t monotonic_ns) {
  const auto overdue =
      std::remove_if(open_.begin(), open_.end(), [&](const Question& question) { return question.until_ns <= monotonic_ns; });
  const auto count = static_cast<std::uint32_t>(open_.end() - overdue);
  if (count == 0) return;
  open_.erase(overdue, open_.end());
  counters_.unanswered += count;
  unanswered_in_a_row_ += count;
  if (unanswered_in_a_row_ >= kUnansweredBeforeReopening) reopen();
}

// What was sent on the old socket will never be answered: those questions go on being overdue.
void FillClient::reopen() {
  unanswered_in_a_row_ = 0;
  auto socket = open(*context_, endpoint_, keys_);
  if (!socket) return;
  socket_ = std::move(socket->socket_);
  ++counters_.reopened;
}

FillClient::Answer FillClient::receive() {
  if (!socket_.receive(frame_, 0)) return {};
  bool single = true;
  while (frame_.more() && socket_.receive(frame_, 0)) single = false;
  if (!single || codec_->decode(frame_.bytes(), reply_) != wire::Verdict::kOk) {
    ++counters_.malformed;
    return {Kind::kOther, {}, nullptr};
  }
  return take(reply_);
}

FillClient::Answer FillClient::take(const wire::TickFillReply& reply) {
  const auto question = std::find_if(open_.begin(), open_.end(), [&](const Question& each) { return each.id == reply.id; });
  if (question == open_.end() || reply.chunk != question->next_chunk) {
    ++counters_.refused;
    return {Kind::kOther, {}, nullptr};
  }
  unanswered_in_a_row_ = 0;
  TickRange range = question->range;
  const std::uint64_t asked = range.to_tick - range.from_tick + 1;
  if (reply.status == wire::ReplyStatus::kOk) {
    ++question->next_chunk;
    question->ticks += reply.batch.ticks.size();
    const bool too_long = question->ticks > asked || question->next_chunk > asked;
    if (too_long || !reply.more) {
      ++counters_.answered;
      open_.erase(question);
    }
    ++(too_long ? counters_.refused : counters_.chunks);
    return too_long ? Answer{Kind::kOther, {}, nullptr} : Answer{Kind::kTicks, range, &reply_.batch};
  }
  ++counters_.answered;
  open_.erase(question);
  using wire::ReplyStatus;
  if (reply.status != ReplyStatus::kGapTooOld && reply.status != ReplyStatus::kBadRequest && reply.status != ReplyStatus::kNotFound) {
    ++counters_.put_off;
    return {Kind::kOther, {}, nullptr};
  }
  ++counters_.denied;
  // It may still have some of them, or not even later ones.
  if (reply.status == ReplyStatus::kGapTooOld && reply.oldest_tick > range.from_tick) range.to_tick = reply.oldest_tick - 1;
  return {Kind::kDenied, range, nullptr};
}

}  // namespace groundswell::feed
