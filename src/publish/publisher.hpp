// The publisher: topics and messages onto one XPUB socket. Never blocks; a slow subscriber loses, and sees it by the numbers. Drains what
// subscribers send, or their subscriptions would pile up in memory.
//
// Thread: one; it may be handed over while nobody calls it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "groundswell/catalog.hpp"
#include "publish/edge_encoder.hpp"
#include "wire/codec.hpp"

namespace groundswell::publish {

// How often a publisher, live, replaying or relaying, says that it is there, and what its numbers mean.
inline constexpr std::int64_t kHeartbeatEveryNs = 250'000'000, kCatalogEveryNs = 5'000'000'000;

struct PublisherOptions {
  std::string endpoint;
  std::string node;  // on H. topics, in operations
  std::uint64_t recording_id = 0;
  std::uint64_t config_hash = 0;
  wire::Mode mode = wire::Mode::kLive;
  std::uint64_t started_ns = 0;
};

struct PublishCounters {
  std::uint64_t level_batches = 0, levels = 0, edges = 0, heartbeats = 0, catalogs = 0, operations = 0, subscriptions = 0;
  std::uint64_t shadow_level_batches = 0, shadow_levels = 0, shadow_edges = 0;
  std::array<std::uint64_t, 64> edges_by_type{};  // of `edges`, by EdgeType; its numbers are below 64
};

class Publisher {
 public:
  // Binds. Errors: 64, 69.
  static Result<Publisher> open(net::Context& context, const PublisherOptions& options, const Catalog& catalog);

  // For an engine, which makes its recording only when its signals have a place to go. Before anything but the catalog is published.
  void set_recording_id(std::uint64_t recording_id) noexcept {
    options_.recording_id = recording_id;
    encoder_.set_recording_id(recording_id);
  }
  // `universe`: 0 main, 1 shadow, which has no catalog until it is given one.
  void set_catalog(const Catalog& catalog, std::uint16_t universe = 0);  // and publishes it
  void levels(const wire::LevelBatch& batch, std::int64_t now_ns);       // fills in the header's ids
  std::span<const std::byte> encode_edge(const Edge& edge, std::span<const Why> why, std::int64_t now_ns, std::uint16_t universe = 0);
  void edge(const Edge& edge, std::span<const std::byte> encoded, std::uint16_t universe = 0);  // by an EdgeEncoder
  void heartbeat(wire::Heartbeat heartbeat);  // fills in ids, mode, catalog and config hash
  void catalog();
  void operation(wire::Operation operation);  // fills in the node
  // Reads at most 4,096 waiting messages of subscribers. A new subscriber of the catalog is served at once, not after 5 s.
  // Cuts off subscribers that were revoked.
  void drain();
  const Catalog& current_catalog() const noexcept { return universes_[0].catalog; }  // of main
  // Of a batch of this node.
  wire::Header header(std::uint16_t scope, std::uint32_t session, std::int64_t now_ns, std::uint16_t universe = 0) const noexcept;
  net::Socket& socket() noexcept { return socket_; }
  const PublishCounters& counters() const noexcept { return counters_; }

 private:
  Publisher(net::Socket socket, const PublisherOptions& options)
      : socket_(std::move(socket)), options_(options), encoder_(options.recording_id, options.config_hash) {}
  struct OfUniverse {
    Catalog catalog;
    std::uint64_t catalog_hash = 0;
    std::string catalog_topic;
    std::vector<std::string> level_topics, edge_topics;  // by scope
    bool is_there() const noexcept { return !catalog_topic.empty(); }
  };
  void catalog(const OfUniverse& of);
  net::Socket socket_;
  PublisherOptions options_;
  std::string heartbeat_topic_;
  std::array<OfUniverse, 2> universes_;
  std::unique_ptr<wire::SignalCodec> codec_ = std::make_unique<wire::SignalCodec>();
  EdgeEncoder encoder_;
  PublishCounters counters_;
};

}  // namespace groundswell::publish
