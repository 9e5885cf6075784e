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
  publisher.set_catalog(catalog);
  return publisher;
}

void Publisher::set_catalog(const Catalog& catalog, std::uint16_t universe) {
  constexpr std::array<std::string_view, 2> kNames{"main", "shadow"};
  OfUniverse& of = universes_[universe];
  of.catalog = catalog;
  of.catalog_hash = wire::catalog_hash(catalog);
  of.catalog_topic = wire::topic('K', kNames[universe]);
  for (std::size_t scope = of.level_topics.size(); scope < catalog.scopes.size(); ++scope) {
    of.level_topics.push_back(wire::topic('L', kNames[universe], catalog.scopes[scope]));
    of.edge_topics.push_back(wire::topic('E', kNames[universe], catalog.scopes[scope]));
  }
  this->catalog(of);
}

wire::Header Publisher::header(std::uint16_t scope, std::uint32_t session, std::int64_t now_ns, std::uint16_t universe) const noexcept {
  return {.recording_id = options_.recording_id,
          .catalog_hash = universes_[universe].catalog_hash,
          .config_hash = options_.config_hash,
          .send_ns = static_cast<std::uint64_t>(now_ns),
          .session = session,
          .universe = universe,
          .scope = scope};
}

void Publisher::levels(const wire::LevelBatch& batch, std::int64_t now_ns) {
  const OfUniverse& of = universes_[batch.header.universe];
  wire::LevelBatch out = batch;
  out.header = header(batch.header.scope, batch.header.session, now_ns, batch.header.universe);
  socket_.send(of.level_topics[out.header.scope], true);
  socket_.send(codec_->encode(out));
  const bool is_main = batch.header.universe == 0;
  ++(is_main ? counters_.level_batches : counters_.shadow_level_batches);
  (is_main ? counters_.levels : counters_.shadow_levels) += batch.levels.size();
}

std::span<const std::byte> Publisher::encode_edge(const Edge& edge, std::span<const Why> why, std::int64_t now_ns, std::uint16_t universe) {
  encoder_.set_catalog_hash(universes_[universe].catalog_hash);
  return encoder_.encode(edge, why, now_ns, universe);
}

void Publisher::edge(const Edge& edge, std::span<const std::byte> encoded, std::uint16_t universe) {
  socket_.send(universes_[universe].edge_topics[edge.scope], true);
  socket_.send(encoded);
  ++(universe == 0 ? counters_.edges : counters_.shadow_edges);
  const auto type = static_cast<std::size_t>(edge.type);
  if (universe == 0 && type < counters_.edges_by_type.size()) ++counters_.edges_by_type[type];
}

void Publisher::heartbeat(wire::Heartbeat heartbeat) {
  heartbeat.recording_id = options_.recording_id;
  heartbeat.started_ns = options_.started_ns;
  heartbeat.catalog_hash = universes_[0].catalog_hash;
  heartbeat.config_hash = options_.config_hash;
  heartbeat.mode = options_.mode;
  socket_.send(heartbeat_topic_, true);
  socket_.send(codec_->encode(heartbeat));
  ++counters_.heartbeats;
}

void Publisher::catalog() {
  for (const OfUniverse& of : universes_) {
    if (of.is_there()) catalog(of);
  }
}

void Publisher::catalog(const OfUniverse& of) {
  socket_.send(of.catalog_topic, true);
  socket_.send(codec_->encode(of.catalog));
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
    for (const OfUniverse& of : universes_) {
      if (of.is_there() && of.catalog_topic.compare(0, prefix.size(), prefix) == 0) catalog(of);
    }
  }
}

}  // namespace groundswell::publish
