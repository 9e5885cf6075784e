#include "client/node_question.hpp"

#include "base/clock.hpp"

namespace groundswell::client {

groundswell::Result<StatsQuestion> StatsQuestion::open(net::Context& context, const std::string& control, const net::PeerKeys& keys) {
  StatsQuestion question(context, control, keys);
  if (const auto connected = question.connect(); !connected) return connected.error();
  return question;
}

groundswell::Result<void> StatsQuestion::connect() {
  auto opened = net::Socket::open(*context_, net::SocketType::kDealer, net::Attach::kConnect, control_,
                                  static_cast<std::int64_t>(wire::kMaxReplyBytes), keys_);
  if (!opened) return opened.error();
  socket_ = std::move(*opened);
  return {};
}

void StatsQuestion::ask(std::int64_t now_ns) {
  if (asked_at_ns_ != 0) {
    if (now_ns - asked_at_ns_ < kPatienceNs) return;
    asked_at_ns_ = 0;
    socket_.reset();
  }
  if (!socket_ && !connect()) return;  // the next call tries again
  if (socket_->send(codec_->encode(wire::Request{.id = ++id_, .kind = wire::RequestKind::kStats}))) asked_at_ns_ = now_ns;
}

std::optional<groundswell::Result<std::string>> StatsQuestion::answer(int wait_ms) {
  net::Frame frame;
  while (socket_ && socket_->receive(frame, wait_ms)) {
    wire::ReplyHead reply;
    const bool is_reply = codec_->decode(frame.bytes(), reply) == wire::Verdict::kOk;
    if (is_reply && reply.id != id_) continue;  // to a question that was given up
    asked_at_ns_ = 0;
    if (is_reply && reply.status == wire::ReplyStatus::kOk) return groundswell::Result<std::string>(std::move(reply.text));
    return groundswell::Result<std::string>(fail(Exit::kInternal, control_ + ": answers, but not to what was asked: " + reply.text));
  }
  return std::nullopt;
}

groundswell::Result<std::string> ask_stats(net::Context& context, const std::string& control, const net::PeerKeys& keys) {
  auto question = StatsQuestion::open(context, control, keys);
  if (!question) return question.error();
  const std::int64_t until_ns = monotonic_clock_ns() + StatsQuestion::kPatienceNs;
  for (std::int64_t now_ns = monotonic_clock_ns(); now_ns < until_ns; now_ns = monotonic_clock_ns()) {
    if (!question->is_open()) question->ask(now_ns);
    if (auto answer = question->answer(question->is_open() ? 100 : 5)) return std::move(*answer);
  }
  return fail(Exit::kUnavailable, control + ": nobody answers; is an engine or relay running there?");
}

}  // namespace groundswell::client
