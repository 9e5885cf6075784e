// The parts of a relay: what the files of this folder share.
#pragma once

#include <map>
#include <optional>

#include "journal/edge_index.hpp"
#include "publish/control_server.hpp"
#include "relay/credit_streams.hpp"
#include "relay/edge_ring.hpp"
#include "relay/level_mirror.hpp"
#include "relay/relay.hpp"
#include "relay/upstream.hpp"

namespace groundswell::relay {

inline constexpr std::int64_t kDeadNs = 1'000'000'000;  // of silence upstream

struct Relay::Impl final : wire::SubscriptionSink, publish::ControlSource {
  Impl(net::Context& of, const RelayOptions& from) : context(of), options(from), ring(from.keep_ns), streams(mirror) {}

  std::size_t step(std::int64_t time_ns);
  void publish(std::string topic, std::span<const std::byte> message, std::size_t edges, std::uint16_t scope);
  std::string scope_topic(char kind, std::uint16_t scope) const;
  void tell(wire::Severity severity, std::string text);
  void heartbeat();
  void publish_catalog();
  void publish_conflated();
  void drain();
  void serve_snapshots();
  void serve_members();
  Result<bool> catch_up(std::size_t most_blocks);
  std::uint64_t from_recording(std::uint16_t scope, publish::FillAnswer& answer, wire::ReplyStatus& status);
  std::string stats() const;

  void on_recording(std::uint64_t recording_id) override;
  void on_heartbeat(const wire::Heartbeat& heard) override;
  void on_catalog(const Catalog& catalog) override;
  void on_snapshot(const wire::Snapshot& snapshot) override;
  void on_levels(const wire::LevelBatch& batch) override;
  void on_edges(const wire::EdgeBatch& batch, std::span<const std::byte> message, bool past) override;
  void on_lost(std::uint16_t scope, std::uint64_t from, std::uint64_t to) override;
  void on_operation(const wire::Operation& operation) override;
  void on_other(std::string_view topic, std::span<const std::byte> message) override;

  const Catalog& catalog() const override;
  wire::Header header(std::uint16_t scope) const override;
  std::string stats() override { return static_cast<const Impl*>(this)->stats(); }
  Edges edges(std::uint16_t scope, std::uint64_t from, std::uint64_t to) override;
  bool stream(const std::string& peer, const wire::Request& request) override;

  net::Context& context;
  RelayOptions options;
  EdgeRing ring;
  LevelMirror mirror;
  CreditStreams streams;
  std::optional<net::Socket> broadcast;
  std::optional<publish::ControlServer> server;
  std::unique_ptr<Upstream> upstream;
  std::optional<journal::EdgeIndex> index;  // of the recording
  bool behind = false;                      // the index is not there yet
  wire::SignalCodec signals;
  wire::Heartbeat last_heard;  // of upstream
  std::uint64_t next_eseq = 1, started_ns = 0, operations = 0, subscriptions = 0, recordings_seen = 0;
  std::map<char, std::uint64_t> published;  // messages, by the letter of their topics
  std::int64_t now_ns = 0, heartbeat_at_ns = 0, conflated_at_ns = 0, catalog_at_ns = 0, forget_at_ns = 0;
  bool was_deaf = false, stopping = false;
};

}  // namespace groundswell::relay
