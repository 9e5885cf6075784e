// A subscriber of a node for tests: joins late, by the broadcast or by a credit stream, keeps all that it is given, and says what it must
// not be given. Driven by whoever holds it.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.hpp"
#include "base/socket.hpp"
#include "support/scratch.hpp"
#include "wire/subscription.hpp"

namespace groundswell::test {

class Joiner final : public wire::SubscriptionSink {
 public:
  enum class By { kBroadcast, kStream };
  using Key = std::tuple<std::uint16_t, Clock, std::uint32_t, std::uint16_t>;  // scope, clock, subject, signal

  Joiner(net::Context& context, const std::string& signals, By by = By::kBroadcast, wire::SubscriptionOptions options = {},
         std::uint32_t credit = 64)
      : context_(context), signals_endpoint_(signals), by_(by), credit_(credit), subscription_(*this, std::move(options)) {
    control_.emplace(open(net::SocketType::kDealer, wire::control_endpoint_of(signals), wire::kMaxReplyBytes));
    if (by_ == By::kStream) return;
    signals_.emplace(open(net::SocketType::kSub, signals, wire::kMaxSignalBytes));
    for (const char* prefix : {"E.", "L.", "K.", "H."}) static_cast<void>(must_subscribe(prefix));
  }

  // Takes all that has come; returns how much.
  std::size_t turn() {
    const std::int64_t now_ns = monotonic_clock_ns();
    std::size_t work = 0;
    if (by_ == By::kStream) ask_for_stream(now_ns);
    net::Frame topic, message;
    for (; signals_ && signals_->receive(topic, 0); ++work) {
      if (!topic.more() || !signals_->receive(message, 0)) continue;
      hear({reinterpret_cast<const char*>(topic.bytes().data()), topic.bytes().size()}, message.bytes(), now_ns);
    }
    for (; control_->receive(message, 0); ++work) take_reply(message.bytes(), now_ns);
    subscription_.clock(now_ns);
    for (std::span<const std::byte> question; subscription_.request(question);) control_->send(question);
    return work;
  }
  std::vector<net::Socket*> sockets() {
    std::vector<net::Socket*> all{&*control_};
    if (signals_) all.push_back(&*signals_);
    return all;
  }
  template <class Condition>
  bool turn_until(Condition&& holds, std::chrono::nanoseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (turn() > 0) continue;
      if (std::chrono::steady_clock::now() > deadline) return false;
      const auto all = sockets();
      net::wait_any(all, -1, 10);
    }
    return true;
  }
  bool join() {
    return turn_until([&] { return subscription_.is_joined(); });
  }
  // Everything up to these numbers is here.
  bool has_all(const std::vector<wire::NextNumbers>& end) const {
    if (!subscription_.is_whole()) return false;
    const auto own = subscription_.positions();
    return std::all_of(end.begin(), end.end(), [&](const wire::NextNumbers& row) {
      return std::any_of(own.begin(), own.end(), [&](const wire::NextNumbers& each) {
        return each.scope == row.scope && each.scope_seq >= row.scope_seq && each.level_seq >= row.level_seq;
      });
    });
  }
  bool has_commit(std::uint32_t session) const {  // provisional or final
    return std::any_of(edges.begin(), edges.end(), [&](const auto& of_scope) {
      return std::any_of(of_scope.second.rbegin(), of_scope.second.rend(),
                         [&](const Edge& edge) { return edge.type == EdgeType::kCommit && edge.session == session; });
    });
  }
  void ask_again() { control_->send(codec_.encode(wire::Request{.id = 7, .kind = wire::RequestKind::kHello, .text = "test"})); }

  const wire::Subscription& subscription() const { return subscription_; }
  std::map<std::uint16_t, std::vector<Edge>> edges;  // by scope
  std::map<Key, Level> levels;
  std::vector<wire::TriggerState> triggers;
  std::vector<wire::Heartbeat> heartbeats;
  std::vector<std::uint64_t> recordings;
  std::uint64_t lost = 0, gaps = 0, copies = 0;  // of edges; the last two must never be
  std::map<char, std::uint64_t> messages;        // by the letter of their topics
  std::uint64_t full_levels = 0;
  std::vector<std::int64_t>* delays_ns = nullptr;  // of batches of changed levels, from the engine's socket to here; kept when wanted
  // Of the stream.
  wire::StreamBatch last_batch;  // but for its messages
  std::uint64_t batches = 0, slow = 0;

  void on_recording(std::uint64_t recording_id) override {
    recordings.push_back(recording_id);
    edges.clear();
    levels.clear();
  }
  void on_heartbeat(const wire::Heartbeat& heartbeat) override { heartbeats.push_back(heartbeat); }
  void on_snapshot(const wire::Snapshot& snapshot) override {
    if (snapshot.positions.size() > 1) triggers = snapshot.triggers;
  }
  void on_levels(const wire::LevelBatch& batch) override {
    full_levels += batch.full;
    if (delays_ns != nullptr && !batch.full) delays_ns->push_back(wall_clock_ns() - static_cast<std::int64_t>(batch.header.send_ns));
    for (const Level& level : batch.levels) levels[{batch.header.scope, batch.clock, level.subject, level.signal}] = level;
  }
  void on_edges(const wire::EdgeBatch& batch, std::span<const std::byte>, bool) override {
    std::vector<Edge>& of_scope = edges[batch.header.scope];
    for (const wire::EdgeWithWhy& each : batch.edges) {
      if (!of_scope.empty()) {
        gaps += each.edge.scope_seq > of_scope.back().scope_seq + 1;
        copies += each.edge.scope_seq <= of_scope.back().scope_seq;
      }
      of_scope.push_back(each.edge);
    }
  }
  void on_lost(std::uint16_t, std::uint64_t from, std::uint64_t to) override { lost += to - from + 1; }

 private:
  net::Socket open(net::SocketType type, const std::string& endpoint, std::size_t largest) {
    return must(net::Socket::open(context_, type, net::Attach::kConnect, endpoint, static_cast<std::int64_t>(largest)));
  }
  bool must_subscribe(const char* prefix) { return signals_->subscribe(prefix).has_value(); }
  void hear(std::string_view topic, std::span<const std::byte> message, std::int64_t now_ns) {
    if (!topic.empty()) ++messages[topic[0]];
    subscription_.hear(topic, message, now_ns);
  }
  static constexpr std::uint64_t kStreamIds = std::uint64_t{1} << 62;
  void ask_for_stream(std::int64_t now_ns) {
    if (stream_open_ || now_ns < stream_at_ns_) return;
    stream_at_ns_ = now_ns + 500'000'000;
    const wire::Request request{
        .id = kStreamIds + ++streams_, .kind = wire::RequestKind::kStream, .credit = credit_, .topics = {"E.", "L.", "K.", "H."}};
    stream_open_ = control_->send(codec_.encode(request));
  }
  void take_reply(std::span<const std::byte> frame, std::int64_t now_ns) {
    wire::ReplyHead head;
    if (codec_.decode(frame, head) != wire::Verdict::kOk || (head.id & kStreamIds) == 0) {
      if (head.id != 7) subscription_.hear_reply(frame, now_ns);
      return;
    }
    if (head.id != kStreamIds + streams_) return;
    if (head.status != wire::ReplyStatus::kOk) {
      slow += head.status == wire::ReplyStatus::kSlow;
      stream_open_ = false;
      return;
    }
    wire::StreamBatch batch;
    if (codec_.decode_body(frame, batch) != wire::Verdict::kOk) return;
    ++batches;
    // What the decoder holds is overwritten by the next request that is encoded: hear first.
    for (const wire::StreamMessage& each : batch.messages) hear(each.topic, each.message, now_ns);
    const bool costs = !batch.messages.empty();
    batch.messages.clear();
    last_batch = batch;
    if (costs) {
      control_->send(
          codec_.encode(wire::Request{.id = 1, .kind = wire::RequestKind::kCredit, .target = kStreamIds + streams_, .credit = 1}));
    }
  }

  net::Context& context_;
  std::string signals_endpoint_;
  By by_;
  std::uint32_t credit_;
  wire::Subscription subscription_;
  std::optional<net::Socket> control_, signals_;
  wire::NodeCodec codec_;
  bool stream_open_ = false;
  std::uint64_t streams_ = 0;
  std::int64_t stream_at_ns_ = 0;
};

}  // namespace groundswell::test
