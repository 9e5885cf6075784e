#include "feed/feed_line.hpp"

#include "base/log.hpp"

namespace groundswell::feed {

Result<net::Socket> FeedLine::open_socket(net::Context& context, const std::string& endpoint, bool pull, bool bind,
                                          const net::PeerKeys& keys) {
  // Twice the largest frame that we take: a frame somewhat too large is counted as oversized, one beyond that ends the connection.
  constexpr std::int64_t kSocketLimitBytes = 2 * wire::kMaxFeedFrameBytes;
  auto socket = net::Socket::open(context, pull ? net::SocketType::kPull : net::SocketType::kSub,
                                  bind ? net::Attach::kBind : net::Attach::kConnect, endpoint, kSocketLimitBytes, keys);
  if (!socket || pull) return socket;
  if (const auto subscribed = socket->subscribe(""); !subscribed) return subscribed.error();  // whole: filtering would look like loss
  return socket;
}

Result<FeedLine> FeedLine::open(net::Context& context, const std::string& endpoint, bool pull, bool bind, const net::PeerKeys& keys) {
  auto socket = open_socket(context, endpoint, pull, bind, keys);
  if (!socket) return socket.error();
  return FeedLine(std::move(*socket), context, endpoint, pull, bind, keys);
}

bool FeedLine::reopen_if_dead(std::int64_t now_ns) {
  if (counters_.in != frames_seen_ || alive_at_ns_ == 0) {
    frames_seen_ = counters_.in;
    alive_at_ns_ = now_ns;
  }
  if (bind_) {
    if (const auto renewed = socket_.renew_if_revoked(); !renewed) log_error("feed", "{}", renewed.error().message);
  }
  if (bind_ || now_ns - alive_at_ns_ < kDeadAfterNs) return false;
  alive_at_ns_ = now_ns;  // the next try is as far away
  auto socket = open_socket(*context_, endpoint_, pull_, bind_, keys_);
  if (!socket) return false;
  socket_ = std::move(*socket);
  ++counters_.reopened;
  return true;
}

FeedLine::Received FeedLine::receive() {
  if (!socket_.receive(frame_, 0)) return {};
  ++counters_.in;
  if (frame_.more()) {  // feed messages are single frames: take the rest off the socket, refuse the whole
    while (frame_.more() && socket_.receive(frame_, 0)) {
    }
    ++counters_.refused[static_cast<std::size_t>(wire::Verdict::kMalformed)];
    return {true, wire::Verdict::kMalformed};
  }
  const wire::Verdict verdict = decoder_->decode(frame_.bytes());
  if (verdict == wire::Verdict::kOk) {
    ++counters_.decoded;
  } else {
    ++counters_.refused[static_cast<std::size_t>(verdict)];
  }
  return {true, verdict};
}

}  // namespace groundswell::feed
