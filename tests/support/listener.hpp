// A subscriber for tests: hears what an engine publishes and keeps all of it.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/socket.hpp"
#include "support/scratch.hpp"
#include "wire/codec.hpp"

namespace groundswell::test {

// Everything of a kind is in the order of arrival.
class Listener {
 public:
  struct HeardEdge {
    wire::EdgeBatch batch;
    std::string bytes;
    const Edge& edge() const { return batch.edges.front().edge; }
  };
  struct HeardLevels {
    wire::LevelBatch batch;  // but for its levels
    std::vector<Level> levels;
  };
  // Subscribed to all of `prefixes` once the first heartbeat was heard: that subscription goes last. Keeps what it was sent, however late
  // it listens.
  Listener(net::Context& context, const std::string& endpoint, std::vector<std::string> prefixes = {"K.", "E.", "L.", "O."})
      : socket_(must(net::Socket::open(context, net::SocketType::kSub, net::Attach::kConnect, endpoint, 1 << 20, {}, 0))) {
    prefixes.emplace_back("H.");
    for (const std::string& prefix : prefixes) {
      if (const auto done = socket_.subscribe(prefix); !done) throw std::runtime_error(done.error().message);
    }
  }

  bool listen(int wait_ms) {  // one message; false: none came
    if (!socket_.receive(topic_, wait_ms)) return false;
    if (!topic_.more() || !socket_.receive(message_, 0) || message_.more()) {
      ++refused;
      return true;
    }
    take(static_cast<char>(topic_.bytes()[0]), message_.bytes());
    return true;
  }
  template <class Condition>
  bool listen_until(Condition&& holds, std::chrono::nanoseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (!listen(20) && std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }
  bool joined() {
    return listen_until([&] { return !heartbeats.empty(); });
  }
  bool last_heard() const { return !heartbeats.empty() && heartbeats.back().state == wire::EngineState::kStopping; }
  bool drain() {  // after a clean stop: everything, to the heartbeat that ends it
    while (listen(0)) {
    }
    return listen_until([&] { return last_heard(); });
  }

  std::vector<HeardEdge> edges;
  std::vector<HeardLevels> levels;
  std::vector<wire::Heartbeat> heartbeats;
  std::vector<Catalog> catalogs;
  std::vector<wire::Operation> operations;
  std::uint64_t refused = 0;

  // What is checked message by message, by whoever wants it; called after the message was kept.
  std::function<void(const wire::Heartbeat&)> on_heartbeat;
  std::function<void(const HeardEdge&)> on_edge;

  bool told(wire::Severity severity, std::string_view component, std::string_view text) const {  // of something that `text` is a part of
    return std::any_of(operations.begin(), operations.end(), [&](const wire::Operation& operation) {
      return operation.severity == severity && operation.component == component && operation.text.find(text) != std::string::npos;
    });
  }
  std::uint16_t scope(const std::string& name) const {
    const std::vector<std::string>& scopes = catalogs.back().scopes;
    return static_cast<std::uint16_t>(std::find(scopes.begin(), scopes.end(), name) - scopes.begin());
  }
  std::string symbol(std::uint32_t index) const {
    return index < catalogs.back().symbols.size() ? catalogs.back().symbols[index] : std::string();
  }
  std::string signal_id(std::uint16_t index) const {
    for (const SignalEntry& entry : catalogs.back().signals) {
      if (entry.index == index) return entry.id;
    }
    return {};
  }

 private:
  void take(char kind, std::span<const std::byte> bytes) {
    wire::Verdict verdict = wire::Verdict::kUnknownKind;
    if (kind == 'H') {
      wire::Heartbeat heartbeat;
      verdict = codec_.decode(bytes, heartbeat);
      heartbeats.push_back(std::move(heartbeat));
      if (on_heartbeat) on_heartbeat(heartbeats.back());
    } else if (kind == 'K') {
      Catalog catalog;
      verdict = codec_.decode(bytes, catalog);
      catalogs.push_back(std::move(catalog));
    } else if (kind == 'E') {
      HeardEdge heard;
      verdict = codec_.decode(bytes, heard.batch);
      heard.bytes.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      edges.push_back(std::move(heard));
      if (on_edge) on_edge(edges.back());
    } else if (kind == 'L') {
      HeardLevels heard;
      verdict = codec_.decode(bytes, heard.batch);
      heard.levels.assign(heard.batch.levels.begin(), heard.batch.levels.end());
      heard.batch.levels = {};
      levels.push_back(std::move(heard));
    }
    if (kind == 'O') {
      verdict = codec_.decode(bytes, operations.emplace_back());
    }
    refused += verdict != wire::Verdict::kOk;
  }

  net::Socket socket_;
  wire::SignalCodec codec_;
  net::Frame topic_, message_;
};

}  // namespace groundswell::test
