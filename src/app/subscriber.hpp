// What the verbs that watch a running engine share: a subscription, the catalog, heartbeats, and exact counts of what was missed.
// The full client library, with snapshots and fills, is another thing; this one only watches.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/socket.hpp"
#include "wire/codec.hpp"

namespace groundswell::app {

class Subscriber {
 public:
  // Subscribes to heartbeats, the catalog, and each of `prefixes`. Errors: 64, 69.
  static Result<Subscriber> connect(net::Context& context, const std::string& endpoint, const std::vector<std::string>& prefixes,
                                    const net::PeerKeys& keys = {});

  enum class Kind { kNothing, kHeartbeat, kCatalog, kLevels, kEdges, kOperation, kRefused };
  // Waits up to `wait_ms` for one message. kRefused: counted in refused(). Levels and edges before the first catalog are left out.
  Kind receive(int wait_ms);
  const wire::Heartbeat& heartbeat() const noexcept { return heartbeat_; }
  const wire::LevelBatch& levels() const noexcept { return levels_; }
  const wire::EdgeBatch& edges() const noexcept { return edges_; }
  const wire::Operation& operation() const noexcept { return operation_; }
  const std::optional<Catalog>& catalog() const noexcept { return catalog_; }
  const std::string& signal_id(std::uint16_t index) const;
  const std::string& scope(std::uint16_t index) const;

  std::uint64_t edges_missed() const noexcept { return edges_missed_; }  // by the numbers, since the first heartbeat
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  explicit Subscriber(net::Socket socket) : socket_(std::move(socket)), codec_(std::make_unique<wire::SignalCodec>()) {}
  void count_missed(std::uint16_t scope, std::uint64_t first, std::uint64_t next);
  net::Socket socket_;
  std::unique_ptr<wire::SignalCodec> codec_;
  net::Frame topic_, message_;
  wire::Heartbeat heartbeat_;
  wire::LevelBatch levels_;
  wire::EdgeBatch edges_;
  wire::Operation operation_;
  std::optional<Catalog> catalog_;
  std::map<std::uint16_t, std::string> signal_ids_;
  bool wants_edges_ = false;
  std::map<std::uint16_t, std::uint64_t> expected_edge_;  // by scope: the next scope_seq
  std::uint64_t edges_missed_ = 0, refused_ = 0;
};

}  // namespace groundswell::app
