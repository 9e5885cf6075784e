// A relay: a process between an engine, or another relay, and those who listen. It hears everything once, whole and in order, and gives it
// out: to anybody on a broadcast (XPUB), and to those who ask for it on streams with credit (ROUTER), where questions are answered too.
// Whatever subscribers do or do not, the engine sees one subscriber, and nobody waits for anybody.
//
//   upstream SUB, DEALER ──▶ subscription ──▶ ring of edges, mirror of levels ──▶ broadcast E. L. C. H. K. O.
//                                                                          └──▶ control: streams, fills, and what is asked upstream
//
// Bounds: EdgeRing, CreditStreams, publish::ControlServer, wire::Subscription; libzmq keeps 1,000 messages for a slow subscriber of the
// broadcast.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/socket.hpp"

namespace groundswell::relay {

struct RelayOptions {
  std::string name = "relay1";             // on H. topics
  std::string upstream, upstream_control;  // endpoints of the node before it
  std::string publish, control;            // its own
  std::string recording;                   // of the engine, when it is on this machine: older fills; "" = none
  net::PeerKeys upstream_keys;             // of the node before it, when it demands keys
  std::int64_t keep_ns = 600'000'000'000;  // how long edges are kept for fills
  std::string version = "groundswell";     // of the program, for hello
};

class Relay {
 public:
  // Binds and connects. Errors: 64, 69, 77.
  static Result<std::unique_ptr<Relay>> open(net::Context& context, const RelayOptions& options);
  ~Relay();

  // One turn: takes and gives out what there is; returns how much that was. Thread: one.
  std::size_t step();
  // Turns until `stop`, then says goodbye: a last heartbeat with state stopping. Thread: the same.
  void run(const std::atomic<bool>& stop);

  std::string publish_endpoint() const;  // with the port chosen for tcp://…:*
  std::string control_endpoint() const;
  std::string stats() const;  // one JSON object, fields never renamed within a major version

 private:
  struct Impl;
  explicit Relay(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::relay
