#include "feed/feed_line.hpp"

namespace groundswell::feed {

Result<FeedLine> FeedLine::open(net::Context& context, const std::string& endpoint, bool pull, bool bind) {
  auto socket = net::Socket::open(context, pull ? net::SocketType::kPull : net::SocketType::kSub, bind ? net::Attach::kBind : net::Attach::kConnect,
                                  endpoint, wire::kMaxFeedFrameBytes);
  if (!socket) return socket.error();
  if (!pull) {
    if (const auto subscribed = socket->subscribe(""); !subscribed) return subscribed.error();   // whole: filtering would look like loss
  }
  return FeedLine(std::move(*socket));
}

FeedLine::Received FeedLine::receive() {
  if (!socket_.receive(frame_, 0)) return {};
  ++counters_.in;
  if (frame_.more()) {   // feed messages are single frames: take the rest off the socket, refuse the whole
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
