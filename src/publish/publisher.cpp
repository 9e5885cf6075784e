#include "publish/publisher.hpp"

#include "base/log.hpp"

namespace groundswell::publish {
namespace {

constexpr std::int64_t kLargestSubscriptionBytes = 1024;  // what a subscriber may send us in one frame
constexpr int kDrainAtMost = 4096;

}  // namespace

Result<Publisher> Publisher::open(net::Context& context, const PublisherOptions& options, const Catalog& catalog) {
  auto socket = net::Socket::open(context, net::SocketType::kXPub, net::Attach::kBind, options.endpoint, kLargestSubscriptionBytes);
  if (!socket) return socket.error();
  Publisher publisher(std::move(*socket), options);
  publisher.heartbeat_topic_ = wire::topic('H', options.node);
  publisher.catalog_topic_ = wire::topic('K', "main");
  for (const std::string& scope : catalog.scopes) {
    publisher.level_topics_.push_back(wire::topic('L', "main", scope));
    publisher.edge_topics_.push_back(wire::topic('E', "main", scope));
  }
  publisher.set_catalog(catalog);
  return publisher;
}

void Publisher::set_catalog(const Catalog& catalog) {
  catalog_ = catalog;
  catalog_hash_ = wire::catalog_hash(catalog_);
  encoder_.set_catalog_hash(catalog_hash_);
  this->catalog();
}

wire::Header Publisher::header(std::uint16_t scope, std::uint32_t session, std::int64_t now_ns) const noexcept {
  return {.recording_id = options_.recording_id,
          .catalog_hash = catalog_hash_,
          .config_hash = options_.config_hash,
          .send_ns = static_cast<std::uint64_t>(now_ns),
          .session = session,
          .universe = 0,
          .scope = scope};
}

void Publisher::levels(const wire::LevelBatch& batch, std::int64_t now_ns) {
  wire::LevelBatch out = batch;
  out.header = header(batch.header.scope, batch.header.session, now_ns);
  socket_.send(level_topics_[out.header.scope], true);
  socket_.send(codec_->encode(out));
  ++counters_.level_batches;
  counters_.levels += batch.levels.size();
}

void Publisher::edge(const Edge& edge, std::span<const std::byte> encoded) {
  socket_.send(edge_topics_[edge.scope], true);
  socket_.send(encoded);
  ++counters_.edges;
}

void Publisher::heartbeat(wire::Heartbeat heartbeat) {
  heartbeat.recording_id = options_.recording_id;
  heartbeat.started_ns = options_.started_ns;
  heartbeat.catalog_hash = catalog_hash_;
  heartbeat.config_hash = options_.config_hash;
  heartbeat.mode = options_.mode;
  socket_.send(heartbeat_topic_, true);
  socket_.send(codec_->encode(heartbeat));
  ++counters_.heartbeats;
}

void Publisher::catalog() {
  socket_.send(catalog_topic_, true);
  socket_.send(codec_->encode(catalog_));
  ++counters_.catalogs;
}

void Publisher::operation(wire::Operation operation) {
  operation.node = options_.node;
  socket_.send(wire::topic('O', std::string_view(reinterpret_cast<const char*>(&operation.severity), 1), operation.component), true);
  socket_.send(codec_->encode(operation));
  ++counters_.operations;
}

void Publisher::drain() {
  if (const auto renewed = socket_.renew_if_revoked(); !renewed) log_error("publish", "{}", renewed.error().message);
  net::Frame frame;
  for (int i = 0; i < kDrainAtMost && socket_.receive(frame, 0); ++i) {
    const auto bytes = frame.bytes();
    if (bytes.empty() || bytes[0] != std::byte{1}) continue;  // an unsubscription, or a message that no subscriber should send
    ++counters_.subscriptions;
    const std::string_view prefix(reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1);
    if (catalog_topic_.compare(0, prefix.size(), prefix) == 0) catalog();
  }
}

}  // namespace groundswell::publish
