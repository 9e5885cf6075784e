#include "console/stats_asker.hpp"

namespace groundswell::console {

Result<StatsAsker> StatsAsker::open(net::Context& context, const std::string& control, const net::PeerKeys& keys) {
  auto socket = net::Socket::open(context, net::SocketType::kDealer, net::Attach::kConnect, control,
                                  static_cast<std::int64_t>(wire::kMaxReplyBytes), keys);
  if (!socket) return socket.error();
  return StatsAsker(std::move(*socket), control);
}

Result<std::string> StatsAsker::poll(std::int64_t now_ns, int wait_ms) {
  if (now_ns >= ask_at_ns_ && socket_.send(codec_->encode(wire::Request{.id = 1, .kind = wire::RequestKind::kStats})))
    ask_at_ns_ = now_ns + kEveryNs;
  if (!socket_.receive(frame_, wait_ms)) return std::string();
  wire::ReplyHead reply;
  if (codec_->decode(frame_.bytes(), reply) != wire::Verdict::kOk || reply.status != wire::ReplyStatus::kOk)
    return fail(Exit::kInternal, control_ + ": answers, but not to what was asked: " + reply.text);
  return reply.text;
}

}  // namespace groundswell::console
