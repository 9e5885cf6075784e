#include "relay/upstream.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/sha256.hpp"

namespace groundswell::relay {
namespace {

// The subscription counts from 1.
constexpr std::uint64_t kSnapshotIds = std::uint64_t{1} << 63, kMembersIds = std::uint64_t{1} << 62;

}  // namespace

Upstream::Upstream(net::Context& context, std::string signals, std::string control, const net::PeerKeys& keys, wire::SubscriptionSink& sink)
    : context_(context),
      signals_endpoint_(std::move(signals)),
      control_endpoint_(std::move(control)),
      keys_(keys),
      subscription_(sink, {.scopes = {}, .past_edges = kPastEdges, .resume = {}}) {}

Result<std::unique_ptr<Upstream>> Upstream::open(net::Context& context, const std::string& signals, const std::string& control,
                                                 const net::PeerKeys& keys, wire::SubscriptionSink& sink) {
  std::unique_ptr<Upstream> upstream(new Upstream(context, signals, control, keys, sink));
  if (const auto connected = upstream->connect(); !connected) return connected.error();
  return upstream;
}

Result<void> Upstream::connect() {
  auto control = net::Socket::open(context_, net::SocketType::kDealer, net::Attach::kConnect, control_endpoint_,
                                   static_cast<std::int64_t>(wire::kMaxReplyBytes), keys_);
  if (!control) return control.error();
  auto signals = net::Socket::open(context_, net::SocketType::kSub, net::Attach::kConnect, signals_endpoint_,
                                   static_cast<std::int64_t>(wire::kMaxSignalBytes), keys_);
  if (!signals) return signals.error();
  // Heartbeats last: when one is heard, all before it is subscribed to as well.
  for (const char* prefix : {"E.", "L.", "O.", "K.", "H."}) {
    if (const auto done = signals->subscribe(prefix); !done) return done.error();
  }
  control_.emplace(std::move(*control));
  signals_.emplace(std::move(*signals));
  return {};
}

std::size_t Upstream::step(std::int64_t now_ns) {
  if (opened_ns_ == 0) opened_ns_ = now_ns;
  std::size_t work = 0;
  net::Frame topic, message;
  for (std::size_t i = 0; i < kMessagesPerTurn && signals_->receive(topic, 0); ++i, ++work) {
    bool more = topic.more();
    const bool two = more && signals_->receive(message, 0);
    if (two) more = message.more();
    for (net::Frame rest; more && signals_->receive(rest, 0);) more = rest.more();
    heard_ns_ = now_ns;
    if (!two) {
      ++refused_;
      continue;
    }
    const auto name = topic.bytes();
    hear({reinterpret_cast<const char*>(name.data()), name.size()}, message.bytes(), now_ns);
  }
  for (std::size_t i = 0; i < kMessagesPerTurn && control_->receive(message, 0); ++i, ++work) {
    bool more = message.more();
    refused_ += more;
    if (!more) take_reply(message.bytes(), now_ns);
    for (net::Frame rest; more && control_->receive(rest, 0);) more = rest.more();
  }
  subscription_.clock(now_ns);
  for (std::span<const std::byte> question; subscription_.request(question);) control_->send(question);
  if (snapshot_until_ns_ != 0 && now_ns > snapshot_until_ns_) {
    snapshot_until_ns_ = 0;
    done_ = true;
  }
  std::erase_if(members_open_, [&](MembersQuestion& each) {
    if (each.until_ns > now_ns) return false;
    members_done_.push_back(std::move(each.answer));
    return true;
  });
  if (now_ns - std::max(heard_ns_, opened_ns_) > kSilenceNs) {
    opened_ns_ = now_ns;
    ++reopened_;
    subscription_.forget_questions();
    static_cast<void>(connect());  // the endpoints are as good as they were
  }
  return work;
}

void Upstream::hear(std::string_view topic, std::span<const std::byte> message, std::int64_t now_ns) {
  if (topic == "K.main.") {
    catalog_message_.assign(message.begin(), message.end());
    catalog_message_hash_ = sha256_prefix64({reinterpret_cast<const char*>(message.data()), message.size()});
  }
  const std::uint64_t refused = subscription_.counters().refused;
  subscription_.hear(topic, message, now_ns);
  if (!topic.starts_with("H.")) return;
  const bool was_other_version = std::exchange(is_other_version_, subscription_.counters().refused != refused);
  if (is_other_version_ && !was_other_version)
    log_error("relay", "{}: what is published there is of another version than this relay reads; update the older one of the two",
              signals_endpoint_);
}

bool Upstream::ask_snapshot(std::int64_t now_ns) {
  snapshot_id_ = kSnapshotIds | (snapshot_id_ + 1);
  snapshot_chunk_ = 0;
  parts_ = {};
  made_.reset();
  done_ = false;
  if (!control_->send(codec_.encode(wire::Request{.id = snapshot_id_, .kind = wire::RequestKind::kSnapshot, .universe = "main"})))
    return false;
  snapshot_until_ns_ = now_ns + kSnapshotWithinNs;
  return true;
}

void Upstream::take_reply(std::span<const std::byte> frame, std::int64_t now_ns) {
  wire::ReplyHead head;
  if (codec_.decode(frame, head) != wire::Verdict::kOk || (head.id & (kSnapshotIds | kMembersIds)) == 0)
    return subscription_.hear_reply(frame, now_ns);
  if ((head.id & kSnapshotIds) == 0) return take_members_reply(head, frame);
  if (head.id != snapshot_id_ || snapshot_until_ns_ == 0) return;  // it came too late
  const bool good =
      head.status == wire::ReplyStatus::kOk && head.chunk == snapshot_chunk_++ && parts_.take(head, frame, codec_) == wire::Verdict::kOk;
  if (good && head.more) return;
  if (good) made_ = parts_.whole();
  snapshot_until_ns_ = 0;
  done_ = true;
}

bool Upstream::snapshot_done(std::optional<wire::WholeSnapshot>& snapshot) {
  if (!std::exchange(done_, false)) return false;
  snapshot = std::move(made_);
  made_.reset();
  return true;
}

bool Upstream::ask_members(std::uint16_t scope, std::int64_t now_ns) {
  const auto& catalog = subscription_.catalog();
  if (!catalog || scope >= catalog->scopes.size()) return false;
  const std::uint64_t id = kMembersIds | ++members_asked_;
  const wire::Request question{.id = id, .kind = wire::RequestKind::kMembers, .universe = "main", .scope = catalog->scopes[scope]};
  if (!control_->send(codec_.encode(question))) return false;
  members_open_.push_back({.id = id, .until_ns = now_ns + kSnapshotWithinNs, .parts = {}, .answer = {.scope = scope}});
  return true;
}

void Upstream::take_members_reply(const wire::ReplyHead& head, std::span<const std::byte> frame) {
  const auto found = std::find_if(members_open_.begin(), members_open_.end(), [&](const auto& each) { return each.id == head.id; });
  if (found == members_open_.end()) return;  // it came too late
  const bool good = head.status == wire::ReplyStatus::kOk && head.chunk == found->chunk++ &&
                    found->parts.take(head, frame, codec_) == wire::Verdict::kOk &&
                    found->parts.whole().header.scope == found->answer.scope;
  if (good && head.more) return;
  MembersAnswer& answer = found->answer;
  if (good) {
    answer.status = wire::ReplyStatus::kOk;
    answer.members = found->parts.whole();
  } else if (head.status != wire::ReplyStatus::kOk) {
    answer.status = head.status;
    answer.text = head.text;
  }
  members_done_.push_back(std::move(answer));
  members_open_.erase(found);
}

}  // namespace groundswell::relay
