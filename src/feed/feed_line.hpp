// One line of a feed: a socket and a decoder. Counts what came and why something was refused; judges nothing else.
// Thread: the one that opened it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "wire/codec.hpp"

namespace groundswell::feed {

struct FrameCounters {  // in = decoded + sum of refused
  std::uint64_t in = 0;
  std::uint64_t decoded = 0;
  std::uint64_t reopened = 0;
  std::array<std::uint64_t, wire::kVerdictNames.size()> refused{};  // by wire::Verdict; [kOk] stays 0
};

class FeedLine {
 public:
  // `keys`: when it connects. Errors: Socket::open's.
  static Result<FeedLine> open(net::Context& context, const std::string& endpoint, bool pull, bool bind, const net::PeerKeys& keys = {});

  // A connected line that has been silent for kDeadAfterNs is connected anew: libzmq gives up a connection for good when a peer breaks its
  // rules (a frame beyond the limit), and heartbeats come every second. A bound one cuts off senders that were revoked. `now_ns`:
  // monotonic. Returns whether it did.
  bool reopen_if_dead(std::int64_t now_ns);

  // Takes one frame if one is waiting. kOk: decoder() holds it until the next call. Nothing waiting: no value.
  struct Received {
    bool any = false;
    wire::Verdict verdict = wire::Verdict::kOk;
  };
  Received receive();
  const wire::FeedDecoder& decoder() const noexcept { return *decoder_; }
  const FrameCounters& counters() const noexcept { return counters_; }
  net::Socket& socket() noexcept { return socket_; }

 private:
  static constexpr std::int64_t kDeadAfterNs = 3'000'000'000;
  FeedLine(net::Socket socket, net::Context& context, std::string endpoint, bool pull, bool bind, net::PeerKeys keys)
      : socket_(std::move(socket)), context_(&context), endpoint_(std::move(endpoint)), pull_(pull), bind_(bind), keys_(std::move(keys)) {}
  static Result<net::Socket> open_socket(net::Context& context, const std::string& endpoint, bool pull, bool bind,
                                         const net::PeerKeys& keys);
  net::Socket socket_;
  net::Context* context_;
  std::string endpoint_;
  bool pull_, bind_;
  net::PeerKeys keys_;
  std::int64_t alive_at_ns_ = 0;  // monotonic; 0 = not looked at yet
  std::uint64_t frames_seen_ = 0;
  net::Frame frame_;
  std::unique_ptr<wire::FeedDecoder> decoder_ = std::make_unique<wire::FeedDecoder>();
  FrameCounters counters_;
};

}  // namespace groundswell::feed
