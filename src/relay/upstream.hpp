// A relay's own subscription to the node before it: everything that is published there, whole and in order, and snapshots and members for
// those who ask the relay. A socket that is silent for three seconds is opened anew: libzmq does not reconnect after a peer broke its size
// limit.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "wire/subscription.hpp"

namespace groundswell::relay {

class Upstream {
 public:
  static constexpr std::uint64_t kPastEdges = 4'096;  // of each scope, for the ring, when the relay begins
  static constexpr std::size_t kMessagesPerTurn = 512;
  static constexpr std::int64_t kSilenceNs = 3'000'000'000;
  static constexpr std::int64_t kSnapshotWithinNs = 1'000'000'000;

  // The sink outlives it. Errors: 64.
  static Result<std::unique_ptr<Upstream>> open(net::Context& context, const std::string& signals, const std::string& control,
                                                const net::PeerKeys& keys, wire::SubscriptionSink& sink);

  // Takes what has come, at most kMessagesPerTurn of each; returns how much. `now_ns`: monotonic.
  std::size_t step(std::int64_t now_ns);

  // For others: a snapshot of now. One at a time.
  bool ask_snapshot(std::int64_t now_ns);  // false: nobody is there
  bool snapshot_open() const noexcept { return snapshot_until_ns_ != 0; }
  // When it has come, or not in time, or the answer is no: once. Nothing in `snapshot`: it failed.
  bool snapshot_done(std::optional<wire::WholeSnapshot>& snapshot);

  // Likewise members of a scope: one question for each at a time. False: nobody is there, or the scope is none.
  bool ask_members(std::uint16_t scope, std::int64_t now_ns);
  static constexpr const char* kNobodyAnswers = "the engine does not answer now; ask again a little later";
  struct MembersAnswer {
    std::uint16_t scope = 0;
    wire::ReplyStatus status = wire::ReplyStatus::kBusy;
    std::string text = kNobodyAnswers;
    std::optional<wire::MemberBatch> members;  // when status is kOk
  };
  std::vector<MembersAnswer> take_members() { return std::exchange(members_done_, {}); }  // those that have come, or not in time: once

  const wire::Subscription& subscription() const noexcept { return subscription_; }
  std::int64_t heard_ns() const noexcept { return heard_ns_; }  // of the last message; 0 = none yet
  std::uint64_t reopened() const noexcept { return reopened_; }
  std::uint64_t refused() const noexcept { return refused_; }           // frames that are no message
  bool is_other_version() const noexcept { return is_other_version_; }  // the last heartbeat could not be read
  // The last catalog as it was published, and its hash: nothing that a later version put into it gets lost here.
  std::span<const std::byte> catalog_message(std::uint64_t& hash) const noexcept {
    hash = catalog_message_hash_;
    return catalog_message_;
  }
  void wait_on(std::vector<net::Socket*>& sockets) {
    sockets.push_back(&*signals_);
    sockets.push_back(&*control_);
  }

 private:
  Upstream(net::Context& context, std::string signals, std::string control, const net::PeerKeys& keys, wire::SubscriptionSink& sink);
  Result<void> connect();
  void hear(std::string_view topic, std::span<const std::byte> message, std::int64_t now_ns);
  void take_reply(std::span<const std::byte> frame, std::int64_t now_ns);
  void take_members_reply(const wire::ReplyHead& head, std::span<const std::byte> frame);

  net::Context& context_;
  std::string signals_endpoint_, control_endpoint_;
  net::PeerKeys keys_;
  std::optional<net::Socket> signals_, control_;
  wire::Subscription subscription_;
  wire::NodeCodec codec_;
  std::int64_t heard_ns_ = 0, opened_ns_ = 0;
  std::uint64_t reopened_ = 0, refused_ = 0;
  bool is_other_version_ = false;
  std::vector<std::byte> catalog_message_;
  std::uint64_t catalog_message_hash_ = 0;
  std::uint64_t snapshot_id_ = 0;
  std::uint32_t snapshot_chunk_ = 0;
  std::int64_t snapshot_until_ns_ = 0;  // 0 = none is open
  wire::SnapshotParts parts_;
  struct MembersQuestion {
    std::uint64_t id;
    std::int64_t until_ns;
    std::uint32_t chunk = 0;
    wire::MemberParts parts;
    MembersAnswer answer;
  };
  std::uint64_t members_asked_ = 0;
  std::vector<MembersQuestion> members_open_;
  std::vector<MembersAnswer> members_done_;
  bool done_ = false;
  std::optional<wire::WholeSnapshot> made_;
};

}  // namespace groundswell::relay
