// The shell around wire::Subscription: sockets, clock, reconnecting, and the reader's own words for what comes.
#pragma once

#include <deque>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "client/shared.hpp"
#include "groundswell/client/subscriber.hpp"
#include "wire/subscription.hpp"

namespace groundswell::client {

struct Subscriber::Impl final : wire::SubscriptionSink {
  Impl(const SubscriberOptions& of, net::PeerKeys with, std::vector<EdgeType> edge_types);

  // What a subscription calls.
  void on_recording(std::uint64_t recording_id) override { new_recording = recording_id; }
  void on_heartbeat(const wire::Heartbeat& heartbeat) override;
  void on_catalog(const Catalog& catalog) override;
  void on_snapshot(const wire::Snapshot& snapshot) override;
  void on_levels(const wire::LevelBatch& batch) override;
  void on_edges(const wire::EdgeBatch& batch, std::span<const std::byte> message, bool past) override;
  void on_lost(std::uint16_t scope, std::uint64_t from_scope_seq, std::uint64_t to_scope_seq) override;
  void on_operation(const wire::Operation& operation) override;

  std::optional<Error> open_signals();
  std::optional<Error> open_control();
  bool receive_signals();  // whether anything came
  bool receive_replies();
  void hear(std::string_view topic, std::span<const std::byte> message);
  void take_reply(std::span<const std::byte> frame);
  void take_stream(const wire::ReplyHead& head, std::span<const std::byte> frame);
  void take_members(const wire::ReplyHead& head, std::span<const std::byte> frame);
  void ask();
  void ask_for_members();
  void answer_members(const MembersEvent& event);  // the question is closed
  void expire_members(std::int64_t now_ns);
  void ask_for_stream();
  void watch(std::int64_t now_ns);
  void reconnect(std::int64_t now_ns);
  void tell_state(std::int64_t now_ns);
  void fail(Error error) {
    if (!failure) failure = std::move(error);
  }
  bool uses_stream() const { return options.policy == Policy::kLossless && !stream_refused; }
  std::vector<std::string> topics() const;

  SubscriberOptions options;
  net::PeerKeys keys;
  std::set<EdgeType> types;  // empty = all
  std::set<std::uint16_t> signal_indices;
  std::string control_endpoint;
  std::shared_ptr<net::Context> context = shared_context();
  std::optional<net::Socket> signals, control;
  wire::Subscription subscription;
  wire::NodeCodec codec;
  Names names;
  Handler* handler = nullptr;
  std::optional<Error> failure;
  std::optional<std::uint64_t> new_recording;  // to be told, once its mode is known
  State told = State::kConnecting;
  net::Frame topic_frame, frame;
  std::vector<std::byte> unsent;  // a question that found no connection
  std::vector<Level> wanted_levels;

  std::int64_t now_ns = 0;  // monotonic, of this turn
  std::int64_t heard_at_ns = 0, reconnect_at_ns = 0, handshake_bad_since_ns = 0;
  bool heard = false;
  std::uint64_t unanswered_seen = 0;
  bool told_no_answer = false;
  std::minstd_rand random;
  std::uint64_t reconnects = 0;

  struct MembersQuestion {
    std::string scope;
    std::uint64_t id = 0;       // 0 = not sent yet
    std::int64_t until_ns = 0;  // 0 = not looked at yet
    std::uint32_t chunk = 0;
    wire::MemberParts parts;
  };
  std::vector<MembersQuestion> members_questions;
  std::uint64_t members_asked = 0;

  // Of the credit stream.
  std::uint64_t stream_id = 0;  // 0 = none asked for
  std::uint64_t streams = 0, conflated = 0, conflated_in_stream = 0;
  std::uint32_t used_credit = 0;
  std::int64_t credit_at_ns = 0, stream_at_ns = 0;
  bool stream_refused = false;
};

}  // namespace groundswell::client
