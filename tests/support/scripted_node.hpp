// A node by hand: publishes what it is told to, and answers questions from what it is told to hold. Thread: the test's.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "base/socket.hpp"
#include "support/scratch.hpp"
#include "wire/control.hpp"

namespace groundswell::test {

class ScriptedNode {
 public:
  explicit ScriptedNode(net::Context& context)
      : signals_(must(net::Socket::open(context, net::SocketType::kXPub, net::Attach::kBind, "tcp://127.0.0.1:*", 1024))),
        control_(must(net::Socket::open(context, net::SocketType::kRouter, net::Attach::kBind, "tcp://127.0.0.1:*", 1024))) {
    catalog.scopes = {"chips", "power", "thesis"};
    catalog.signals = {{.id = "ad_pct", .unit = "percent", .definition = 1, .index = 0},
                       {.id = "trin", .unit = "", .definition = 2, .index = 1}};
    catalog.triggers = {{.name = "T", .type = "THRESHOLD", .signal = "ad_pct", .rule = ""}};
    next = {{.scope = 0, .eseq = 1, .scope_seq = 1, .level_seq = 1},
            {.scope = 1, .eseq = 1, .scope_seq = 1, .level_seq = 1},
            {.scope = 2, .eseq = 1, .scope_seq = 1, .level_seq = 1}};
  }
  std::string endpoint() const { return signals_.last_endpoint(); }
  std::string control() const { return control_.last_endpoint(); }

  Catalog catalog;
  std::vector<wire::NextNumbers> next;  // by scope
  std::uint64_t recording_id = 7;
  wire::Mode mode = wire::Mode::kLive;
  std::map<std::pair<std::uint16_t, std::uint64_t>, wire::EdgeWithWhy> held;  // for fills, by scope and scope_seq
  std::uint64_t oldest = 1;                                                   // that is held
  bool answers = true, streams = false;
  std::uint64_t conflated = 0;  // that streams say, since they began
  // What another version makes of a message before it goes out; of replies the kind is 'R', else the letter of the topic.
  std::function<std::vector<std::byte>(char kind, std::span<const std::byte> message)> rewrite;
  std::vector<wire::RequestKind> asked;

  // A turn: subscriptions off the socket, questions answered.
  void turn() {
    for (net::Socket* const each : {&signals_, &control_}) must(each->renew_if_revoked());
    net::Frame frame, peer;
    while (signals_.receive(frame, 0)) {
    }
    while (control_.receive(peer, 0)) {
      if (!peer.more() || !control_.receive(frame, 0)) continue;
      wire::Request request;
      if (codec_.decode(frame.bytes(), request) != wire::Verdict::kOk) continue;
      asked.push_back(request.kind);
      if (answers) answer(peer, request);
    }
  }
  void heartbeat() {
    const wire::Heartbeat beat{.recording_id = recording_id,
                               .send_ns = 1,
                               .catalog_hash = catalog_hash(),
                               .state = wire::EngineState::kRunning,
                               .mode = mode,
                               .next = next};
    publish(wire::topic('H', "gs1"), signal_codec_.encode(beat));
  }
  void garbage(std::string_view topic) { publish(topic, std::as_bytes(std::span("garbage!", 8))); }
  void publish_catalog() { publish(wire::topic('K', "main"), signal_codec_.encode(catalog)); }
  // Makes the next edge of a scope, holds it, and publishes it unless it is `lost` on the way.
  void edge(std::uint16_t scope, double value, bool lost = false) {
    wire::EdgeWithWhy made;
    Edge& edge = made.edge;
    edge = {};
    edge.eseq = next[scope].eseq;
    for (wire::NextNumbers& each : next) ++each.eseq;
    edge.scope_seq = next[scope].scope_seq++;
    edge.type = EdgeType::kThreshold;
    edge.scope = scope;
    edge.trigger = 0;
    edge.signal = 0;
    edge.subject = kNoSubject;
    edge.session = 20261120;
    edge.direction = 1;
    edge.validity = Validity::kOk;
    edge.value = value;
    edge.present = kValuePresent;
    held[{scope, edge.scope_seq}] = made;
    if (!lost) send_edge(scope, edge.scope_seq);
  }
  void send_edge(std::uint16_t scope, std::uint64_t scope_seq) {
    publish(wire::topic('E', "main", catalog.scopes[scope]), signal_codec_.encode(batch_of(scope, scope_seq)));
  }
  void levels(std::uint16_t scope, double value, bool lost = false) {
    last_value[scope] = value;
    const std::vector<Level> all = levels_of(scope);
    const wire::LevelBatch batch{.header = header(scope), .level_seq = next[scope].level_seq++, .ts_event_ns = 5, .levels = all};
    if (!lost) publish(wire::topic('L', "main", catalog.scopes[scope]), signal_codec_.encode(batch));
  }
  std::map<std::uint16_t, double> last_value;

 private:
  wire::Header header(std::uint16_t scope) const {
    return {.recording_id = recording_id, .catalog_hash = catalog_hash(), .session = 20261120, .scope = scope};
  }
  std::vector<Level> levels_of(std::uint16_t scope) {
    std::vector<Level> all(2);
    for (std::uint16_t i = 0; i < 2; ++i) all[i] = {.value = last_value[scope] + i, .signal = i, .validity = Validity::kOk, .present = 1};
    return all;
  }
  wire::EdgeBatch batch_of(std::uint16_t scope, std::uint64_t scope_seq) {
    return {.header = header(scope), .scope_seq = scope_seq, .edges = {held.at({scope, scope_seq})}};
  }
  std::uint64_t catalog_hash() const {
    if (!rewrite) return wire::catalog_hash(catalog);
    wire::SignalCodec codec;
    const std::vector<std::byte> message = rewrite('K', codec.encode(catalog));
    return sha256_prefix64({reinterpret_cast<const char*>(message.data()), message.size()});
  }
  void publish(std::string_view topic, std::span<const std::byte> as_it_is) {
    const std::vector<std::byte> message = rewrite ? rewrite(topic[0], as_it_is) : std::vector<std::byte>(as_it_is.begin(), as_it_is.end());
    if (stream_peer_.empty()) {
      signals_.send(topic, true);
      signals_.send(message);
      return;
    }
    wire::StreamBatch batch{.conflated = conflated, .messages = {}};
    batch.messages.push_back({topic, message});
    send(stream_peer_, codec_.encode({.id = stream_id_, .more = true, .chunk = stream_chunk_++}, batch));
  }
  void send(std::span<const std::byte> peer, std::span<const std::byte> reply) {
    control_.send(peer, true);
    control_.send(rewrite ? std::span<const std::byte>(rewrite('R', reply)) : reply);
  }
  void answer(const net::Frame& peer, const wire::Request& request) {
    wire::ReplyHead head{.id = request.id};
    if (request.kind == wire::RequestKind::kCatalog) return send(peer.bytes(), codec_.encode(head, catalog));
    if (request.kind == wire::RequestKind::kSnapshot) return answer_snapshot(peer, request);
    if (request.kind == wire::RequestKind::kFill) return answer_fill(peer, request);
    if (request.kind == wire::RequestKind::kStream && streams) {
      stream_peer_.assign(peer.bytes().begin(), peer.bytes().end());
      stream_id_ = request.id;
      stream_chunk_ = 0;
      return;
    }
    if (request.kind == wire::RequestKind::kCredit) return;
    if (request.kind == wire::RequestKind::kMembers) {
      const auto scope = std::find(catalog.scopes.begin(), catalog.scopes.end(), request.scope);
      if (scope != catalog.scopes.end()) {
        const wire::MemberBatch none{
            .header = header(static_cast<std::uint16_t>(scope - catalog.scopes.begin())), .jseq = 1, .members = {}};
        return send(peer.bytes(), codec_.encode(head, none));
      }
    }
    head.status = wire::ReplyStatus::kNotFound;
    head.text = "there is no such thing here";
    send(peer.bytes(), codec_.encode(head));
  }
  void answer_snapshot(const net::Frame& peer, const wire::Request& request) {
    wire::Snapshot snapshot{.header = header(0), .jseq = 1, .event_time_ns = 5, .positions = {}, .triggers = {}};
    std::vector<std::uint16_t> scopes;
    for (std::uint16_t scope = 0; scope < catalog.scopes.size(); ++scope) {
      if (!request.scope.empty() && request.scope != catalog.scopes[scope]) continue;
      scopes.push_back(scope);
      snapshot.positions.push_back(next[scope]);
      snapshot.triggers.push_back({.trigger = 0, .scope = scope, .phase = wire::TriggerPhase::kOff});
    }
    wire::ReplyHead head{.id = request.id, .more = true};
    send(peer.bytes(), codec_.encode(head, snapshot));
    for (const std::uint16_t scope : scopes) {
      head.chunk += 1;
      head.more = scope != scopes.back();
      const std::vector<Level> all = levels_of(scope);
      const wire::LevelBatch batch{
          .header = header(scope), .level_seq = next[scope].level_seq - 1, .ts_event_ns = 5, .full = true, .last = true, .levels = all};
      send(peer.bytes(), codec_.encode(head, batch));
    }
  }
  void answer_fill(const net::Frame& peer, const wire::Request& request) {
    const auto named = std::find(catalog.scopes.begin(), catalog.scopes.end(), request.scope);
    const auto scope = static_cast<std::uint16_t>(named - catalog.scopes.begin());
    if (request.from < oldest) {
      send(peer.bytes(), codec_.encode({.id = request.id, .status = wire::ReplyStatus::kGapTooOld, .oldest = oldest, .text = "gone"}));
      return;
    }
    wire::EdgeBatch all{.header = header(scope), .scope_seq = request.from, .edges = {}};
    for (std::uint64_t seq = request.from; seq <= request.to && held.contains({scope, seq}); ++seq) all.edges.push_back(held[{scope, seq}]);
    send(peer.bytes(), codec_.encode({.id = request.id}, all));
  }

  net::Socket signals_, control_;
  wire::SignalCodec signal_codec_;
  wire::NodeCodec codec_;
  std::vector<std::byte> stream_peer_;
  std::uint64_t stream_id_ = 0;
  std::uint32_t stream_chunk_ = 0;
};

}  // namespace groundswell::test
