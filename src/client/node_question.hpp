// Asks a node, that is an engine or a relay, for its counters. One question at a time; nothing here waits unless it is asked to. Thread:
// one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "wire/control.hpp"

namespace groundswell::client {

class StatsQuestion {
 public:
  static constexpr std::int64_t kPatienceNs = 2'000'000'000;

  // `control`: where the node answers. Connects whether or not anybody is there; the context outlives it. Errors: 64.
  static groundswell::Result<StatsQuestion> open(net::Context& context, const std::string& control, const net::PeerKeys& keys);

  // Asks unless a question is open. One that nobody has answered within kPatienceNs is given up, and with it whatever waits in the socket.
  void ask(std::int64_t now_ns);
  // What has come since, waiting for it up to `wait_ms`: the counters as JSON. Errors: 70 an answer that is none.
  std::optional<groundswell::Result<std::string>> answer(int wait_ms);
  bool is_open() const noexcept { return asked_at_ns_ != 0; }

 private:
  StatsQuestion(net::Context& context, std::string control, net::PeerKeys keys)
      : context_(&context), control_(std::move(control)), keys_(std::move(keys)) {}
  groundswell::Result<void> connect();

  net::Context* context_;
  std::string control_;
  net::PeerKeys keys_;
  std::optional<net::Socket> socket_;
  std::unique_ptr<wire::NodeCodec> codec_ = std::make_unique<wire::NodeCodec>();
  std::uint64_t id_ = 0;
  std::int64_t asked_at_ns_ = 0;  // monotonic; 0 = nothing is asked
};

// Asks and waits. Errors: 64, 69 nobody answers, 70 an answer that is none.
groundswell::Result<std::string> ask_stats(net::Context& context, const std::string& control, const net::PeerKeys& keys);

}  // namespace groundswell::client
