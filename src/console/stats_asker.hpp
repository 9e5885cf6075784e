// Asks a node for its counters, again and again, without ever waiting for it: what `groundswell status` prints. Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "wire/control.hpp"

namespace groundswell::console {

class StatsAsker {
 public:
  static constexpr std::int64_t kEveryNs = 1'000'000'000;

  // `control`: where the node answers (wire::control_endpoint_of). Whether or not anybody is there. Errors: Socket::open().
  static Result<StatsAsker> open(net::Context& context, const std::string& control, const net::PeerKeys& keys);

  // Asks when a second has passed since the last question; returns what has come within `wait_ms`: the node's JSON, "" = nothing yet.
  // `now_ns`: monotonic. Errors: 70 an answer that is none.
  Result<std::string> poll(std::int64_t now_ns, int wait_ms = 0);

 private:
  StatsAsker(net::Socket socket, std::string control) : socket_(std::move(socket)), control_(std::move(control)) {}
  net::Socket socket_;
  std::string control_;
  std::unique_ptr<wire::NodeCodec> codec_ = std::make_unique<wire::NodeCodec>();
  net::Frame frame_;
  std::int64_t ask_at_ns_ = 0;
};

}  // namespace groundswell::console
