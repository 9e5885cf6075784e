// A node as a model: publishes random edges and levels of three scopes into a channel, and answers questions about all of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "wire/control.hpp"

namespace groundswell::test {

inline constexpr std::size_t kScopes = 3, kSignals = 5;
using Numbers = std::map<std::pair<Clock, std::uint16_t>, double>;  // of one scope

// Publishes into a channel, and answers questions about all that it has published.
class ModelNode {
 public:
  explicit ModelNode(std::mt19937_64& random) : random_(random) {
    catalog_.scopes = {"alpha", "beta", "thesis"};
    hash_ = wire::catalog_hash(catalog_);
    begin_recording();
  }
  void begin_recording() {
    ++recording_id_;
    eseq_ = 1;
    for (std::size_t scope = 0; scope < kScopes; ++scope) {
      edges[scope].clear();
      levels[scope].clear();
      next_level_[scope] = 1;
      newest_[scope] = {};
      oldest[scope] = 1;
    }
  }
  void publish() {
    const std::size_t scope = random_() % kScopes;
    if (random_() % 2 == 0) {
      wire::EdgeBatch batch{.header = header(scope), .scope_seq = edges[scope].size() + 1, .edges = {}};
      for (std::size_t count = 1 + random_() % 2; count > 0; --count) {
        wire::EdgeWithWhy edge{};
        edge.edge.eseq = eseq_++;
        edge.edge.scope_seq = edges[scope].size() + 1;
        edge.edge.scope = static_cast<std::uint16_t>(scope);
        edge.edge.cause_jseq = random_();
        edges[scope].push_back(edge.edge.cause_jseq);
        batch.edges.push_back(edge);
        last_edges_[scope].push_back(edge);
      }
      send("E.main.x.", codec_.encode(batch));
    } else {
      const Clock clock = random_() % 4 == 0 ? Clock::kClose : Clock::kLive;
      std::vector<Level> changed;
      for (std::uint16_t signal = 0; signal < kSignals; ++signal) {
        if (random_() % 2 == 0) continue;
        levels[scope][{clock, signal}] = static_cast<double>(random_() % 1000);
        changed.push_back(level(signal, levels[scope][{clock, signal}]));
      }
      if (changed.empty()) return;
      newest_[scope][clock] = next_level_[scope];
      send("L.main.x.",
           codec_.encode(wire::LevelBatch{.header = header(scope), .level_seq = next_level_[scope]++, .clock = clock, .levels = changed}));
    }
  }
  void heartbeat() {
    wire::Heartbeat heartbeat{.recording_id = recording_id_, .catalog_hash = hash_, .next = positions()};
    send("H.x.", codec_.encode(heartbeat));
  }
  void publish_catalog() { send("K.main.", codec_.encode(catalog_)); }

  std::vector<std::vector<std::byte>> answer(std::span<const std::byte> question) {
    wire::Request request;
    EXPECT_EQ(control_.decode(question, request), wire::Verdict::kOk);
    std::vector<std::vector<std::byte>> replies;
    const auto add = [&](std::span<const std::byte> bytes) { replies.emplace_back(bytes.begin(), bytes.end()); };
    wire::ReplyHead head{.id = request.id};
    if (random_() % 8 == 0) {
      head.status = wire::ReplyStatus::kBusy;
      add(control_.encode(head));
    } else if (request.kind == wire::RequestKind::kCatalog) {
      add(control_.encode(head, catalog_));
    } else if (request.kind == wire::RequestKind::kSnapshot) {
      snapshot(request, head, add);
    } else {
      fill(request, head, add);
    }
    return replies;
  }

  std::deque<std::pair<std::string, std::vector<std::byte>>> channel;
  std::vector<std::uint64_t> edges[kScopes];  // what tells them apart
  Numbers levels[kScopes];
  std::uint64_t oldest[kScopes];  // scope_seq that can be filled
  std::uint64_t recording_id() const { return recording_id_; }
  std::vector<wire::NextNumbers> positions() const {
    std::vector<wire::NextNumbers> rows;
    for (std::size_t scope = 0; scope < kScopes; ++scope) {
      rows.push_back({.universe = 0,
                      .scope = static_cast<std::uint16_t>(scope),
                      .eseq = eseq_,
                      .scope_seq = edges[scope].size() + 1,
                      .level_seq = next_level_[scope]});
    }
    return rows;
  }

 private:
  template <class Add>
  void snapshot(const wire::Request& request, wire::ReplyHead head, Add&& add) {
    wire::Snapshot body{.header = header(0), .jseq = 1, .event_time_ns = 1, .positions = positions(), .triggers = {}};
    std::vector<std::pair<wire::LevelBatch, std::vector<Level>>> batches;
    for (std::size_t scope = 0; scope < kScopes; ++scope) {
      if (!request.scope.empty() && request.scope != catalog_.scopes[scope]) {
        std::erase_if(body.positions, [&](const auto& row) { return row.scope == scope; });
        continue;
      }
      for (const auto& [clock, level_seq] : newest_[scope]) {
        std::vector<Level> all;
        for (const auto& [key, value] : levels[scope]) {
          if (key.first == clock) all.push_back(level(key.second, value));
        }
        for (std::size_t from = 0; from < all.size(); from += 2) {  // in chunks
          const std::vector<Level> part(all.begin() + static_cast<std::ptrdiff_t>(from),
                                        all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), from + 2)));
          batches.push_back(
              {{.header = header(scope), .level_seq = level_seq, .clock = clock, .full = true, .last = from + 2 >= all.size()}, part});
        }
      }
    }
    head.more = !batches.empty();
    add(control_.encode(head, body));
    for (auto& [batch, part] : batches) {
      batch.levels = part;
      ++head.chunk;
      head.more = head.chunk < batches.size();
      add(control_.encode(head, batch));
    }
  }
  template <class Add>
  void fill(const wire::Request& request, wire::ReplyHead head, Add&& add) {
    const auto scope =
        static_cast<std::size_t>(std::find(catalog_.scopes.begin(), catalog_.scopes.end(), request.scope) - catalog_.scopes.begin());
    EXPECT_LE(request.from, request.to);
    if (request.from < oldest[scope]) {
      head.status = wire::ReplyStatus::kGapTooOld;
      head.oldest = oldest[scope];
      add(control_.encode(head));
      return;
    }
    wire::EdgeBatch batch{.header = header(scope), .scope_seq = request.from, .edges = {}};
    const std::uint64_t most = request.from + random_() % 5;  // may end early
    for (std::uint64_t number = request.from; number <= std::min({request.to, most, std::uint64_t{edges[scope].size()}}); ++number)
      batch.edges.push_back(last_edges_[scope][number - 1]);
    add(control_.encode(head, batch));
  }
  static Level level(std::uint16_t signal, double value) {
    return {.value = value,
            .flags = 0,
            .subject = 0,
            .n_valid = 1,
            .n_members = 1,
            .signal = signal,
            .validity = Validity::kOk,
            .present = 1,
            .zero = 0};
  }
  wire::Header header(std::size_t scope) const {
    return {.recording_id = recording_id_,
            .catalog_hash = hash_,
            .config_hash = 1,
            .send_ns = 1,
            .session = 0,
            .universe = 0,
            .scope = static_cast<std::uint16_t>(scope)};
  }
  void send(std::string topic, std::span<const std::byte> bytes) {
    channel.emplace_back(std::move(topic), std::vector<std::byte>(bytes.begin(), bytes.end()));
  }
  std::mt19937_64& random_;
  Catalog catalog_;
  std::uint64_t hash_ = 0, recording_id_ = 40, eseq_ = 1;
  std::uint64_t next_level_[kScopes];
  std::map<Clock, std::uint64_t> newest_[kScopes];
  std::vector<wire::EdgeWithWhy> last_edges_[kScopes];
  wire::SignalCodec codec_;
  wire::NodeCodec control_;

 public:
  void forget_edges() {
    for (auto& each : last_edges_) each.clear();
  }
};

}  // namespace groundswell::test
