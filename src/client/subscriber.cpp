#include "groundswell/client/subscriber.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "base/nearest.hpp"
#include "client/subscriber_impl.hpp"
#include "config/words.hpp"

namespace groundswell::client {
namespace {

constexpr std::int64_t kStaleNs = 1'000'000'000, kSilentNs = 3'000'000'000, kBadHandshakeNs = 5'000'000'000;
constexpr int kMessagesPerPoll = 1'000;
constexpr std::uint64_t kUnansweredBeforeReopening = 3;

std::vector<std::pair<EdgeType, std::string_view>> edge_types() {
  std::vector<std::pair<EdgeType, std::string_view>> all;
  for (std::uint16_t number = 1; number < 256; ++number) {
    const std::string_view name = edge_type_name(static_cast<EdgeType>(number));
    if (name != "UNKNOWN") all.emplace_back(static_cast<EdgeType>(number), name);
  }
  return all;
}

std::string unknown(std::string_view kind, const std::string& name, const std::vector<std::string_view>& known) {
  const auto nearest = groundswell::nearest(name, known);
  const std::string there_is = known.size() <= 24 ? "; there are " + config::join(known) : std::string();
  return "'" + name + "' is no " + std::string(kind) + (nearest ? "; did you mean '" + std::string(*nearest) + "'?" : there_is);
}

}  // namespace

Result<Subscriber> Subscriber::open(const SubscriberOptions& options) {
  if (!options.edges && !options.levels && !options.operations) return Error{ErrorCode::kOption, "nothing is subscribed to"};
  for (const std::string* endpoint : {&options.endpoint, &options.control}) {
    if (!net::is_endpoint(*endpoint) && !(endpoint->empty() && endpoint == &options.control))
      return Error{ErrorCode::kEndpoint, "'" + *endpoint + "' is no endpoint; write tcp://HOST:PORT or ipc://PATH"};
  }
  std::vector<EdgeType> types;
  for (const std::string& wanted : options.types) {
    std::vector<std::string_view> known;
    const std::size_t before = types.size();
    for (const auto& [type, name] : edge_types()) {
      known.push_back(name);
      if (name == wanted) types.push_back(type);
    }
    if (types.size() == before) return Error{ErrorCode::kUnknownType, unknown("type of event", wanted, known)};
  }
  auto keys = peer_keys(options.server_key, options.key_file);
  if (!keys) return keys.error();
  auto impl = std::make_unique<Impl>(options, std::move(*keys), std::move(types));
  if (const auto error = impl->open_control()) return *error;
  if (!impl->uses_stream()) {
    if (const auto error = impl->open_signals()) return *error;
  }
  return Subscriber(std::move(impl));
}

Subscriber::Subscriber(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Subscriber::Subscriber(Subscriber&&) noexcept = default;
Subscriber& Subscriber::operator=(Subscriber&&) noexcept = default;
Subscriber::~Subscriber() = default;

Result<bool> Subscriber::poll(Handler& handler, int wait_ms) {
  Impl& m = *impl_;
  m.handler = &handler;
  if (m.failure) return *m.failure;
  std::vector<net::Socket*> sockets;
  if (m.signals) sockets.push_back(&*m.signals);
  sockets.push_back(&*m.control);
  net::wait_any(sockets, -1, std::clamp(wait_ms, 0, 100));  // questions fall due meanwhile
  m.now_ns = monotonic_clock_ns();
  const bool published = m.receive_signals();
  const bool answered = m.receive_replies();
  m.subscription.clock(m.now_ns);
  m.ask();
  m.expire_members(m.now_ns);
  m.watch(m.now_ns);
  m.tell_state(m.now_ns);
  if (m.failure) return *m.failure;
  return published || answered;
}

Result<bool> Subscriber::run(Handler& handler, const std::atomic<bool>& stop) {
  while (!stop) {
    if (auto polled = poll(handler, 100); !polled) return polled;
  }
  return true;
}

void Subscriber::ask_members(std::string_view scope) {
  auto& open = impl_->members_questions;
  if (std::none_of(open.begin(), open.end(), [&](const auto& each) { return each.scope == scope; }))
    open.push_back({.scope = std::string(scope), .parts = {}});
}

State Subscriber::state() const noexcept { return impl_->told; }
std::uint64_t Subscriber::recording_id() const noexcept { return impl_->subscription.recording_id(); }
const Names& Subscriber::names() const noexcept { return impl_->names; }
std::vector<Position> Subscriber::positions() const {
  std::vector<Position> positions;
  for (const wire::NextNumbers& row : impl_->subscription.positions())
    positions.push_back({.scope = std::string(impl_->names.scope(row.scope)), .scope_index = row.scope, .scope_seq = row.scope_seq});
  return positions;
}
SubscriberCounters Subscriber::counters() const noexcept {
  const wire::SubscriptionCounters& from = impl_->subscription.counters();
  return {.edges = from.edges,
          .level_batches = from.levels,
          .duplicate_edges = from.duplicate_edges,
          .filled_edges = from.filled_edges,
          .lost_edges = from.lost_edges,
          .snapshots = from.snapshots_asked,
          .fills = from.fills_asked,
          .refused = from.refused,
          .reconnects = impl_->reconnects,
          .conflated = impl_->conflated,
          .recordings = from.recordings};
}

namespace {

wire::SubscriptionOptions subscription_options(const SubscriberOptions& options) {
  wire::SubscriptionOptions out{.edges = options.edges,
                                .levels = options.levels,
                                .scopes = options.scopes,
                                .past_edges = options.past_edges,
                                .recording_id = options.recording_id,
                                .resume = {}};
  for (const Position& position : options.resume)
    out.resume.push_back({.universe = 0, .scope = position.scope_index, .eseq = 0, .scope_seq = position.scope_seq, .level_seq = 0});
  return out;
}

}  // namespace

Subscriber::Impl::Impl(const SubscriberOptions& of, net::PeerKeys with, std::vector<EdgeType> edge_types)
    : options(of),
      keys(std::move(with)),
      types(edge_types.begin(), edge_types.end()),
      control_endpoint(of.control.empty() ? wire::control_endpoint_of(of.endpoint) : of.control),
      subscription(*this, subscription_options(of)),
      heard_at_ns(monotonic_clock_ns()),
      random(static_cast<std::uint32_t>(wall_clock_ns() ^ reinterpret_cast<std::intptr_t>(this))) {}

std::vector<std::string> Subscriber::Impl::topics() const {
  constexpr std::size_t kMostScopes = 12;  // beyond it everything is taken, and sorted out here
  std::vector<std::string> topics;
  std::vector<std::string> scopes = options.scopes;
  if (scopes.empty() || scopes.size() > kMostScopes) scopes.assign(1, "");
  for (const std::string& scope : scopes) {
    if (options.edges) topics.push_back(wire::topic('E', "main", scope));
    if (options.levels) topics.push_back(wire::topic('L', "main", scope));
  }
  if (options.operations) topics.emplace_back("O.");
  topics.emplace_back("H.");  // last: when a heartbeat comes, everything before it is subscribed to
  topics.emplace_back("K.");
  return topics;
}

std::optional<Error> Subscriber::Impl::open_signals() {
  auto socket = net::Socket::open(*context, net::SocketType::kSub, net::Attach::kConnect, options.endpoint, wire::kMaxSignalBytes, keys);
  if (!socket) return endpoint_error(socket.error());
  for (const std::string& topic : topics()) {
    if (const auto done = socket->subscribe(topic); !done) return endpoint_error(done.error());
  }
  signals = std::move(*socket);
  return std::nullopt;
}

std::optional<Error> Subscriber::Impl::open_control() {
  auto socket = net::Socket::open(*context, net::SocketType::kDealer, net::Attach::kConnect, control_endpoint, wire::kMaxReplyBytes, keys);
  if (!socket) return endpoint_error(socket.error());
  control = std::move(*socket);
  unsent.clear();
  stream_id = 0;
  stream_at_ns = 0;
  return std::nullopt;
}

void Subscriber::Impl::hear(std::string_view topic, std::span<const std::byte> message) {
  if (failure || topic.empty()) return;
  const std::uint64_t refused = subscription.counters().refused;
  subscription.hear(topic, message, now_ns);
  if (topic[0] == 'H' && subscription.counters().refused != refused) {
    fail({ErrorCode::kOtherVersion,
          options.endpoint + ": what is published there is of another version than this library reads; update the older one of the two"});
  }
}

bool Subscriber::Impl::receive_signals() {
  int count = 0;
  for (; signals && !failure && count < kMessagesPerPoll && signals->receive(topic_frame, 0); ++count) {
    bool more = topic_frame.more();
    const bool two = more && signals->receive(frame, 0) && !frame.more();
    for (more = more && frame.more(); more && signals->receive(frame, 0);) more = frame.more();
    const auto topic = topic_frame.bytes();
    if (two) hear({reinterpret_cast<const char*>(topic.data()), topic.size()}, frame.bytes());
  }
  return count > 0;
}

bool Subscriber::Impl::receive_replies() {
  int count = 0;
  for (; !failure && count < kMessagesPerPoll && control->receive(frame, 0); ++count) {
    unanswered_seen = subscription.counters().unanswered;
    told_no_answer = false;
    take_reply(frame.bytes());
  }
  return count > 0;
}

// Sends what the subscription wants to know. A socket that has no connection yet takes nothing: the question waits.
void Subscriber::Impl::ask() {
  if (uses_stream()) ask_for_stream();
  if (!unsent.empty() && !control->send(unsent)) return;
  unsent.clear();
  for (std::span<const std::byte> question; subscription.request(question);) {
    if (control->send(question)) continue;
    unsent.assign(question.begin(), question.end());
    return;
  }
  ask_for_members();
}

void Subscriber::Impl::watch(std::int64_t now) {
  for (net::Socket* socket : {signals ? &*signals : nullptr, &*control}) {
    if (socket == nullptr) continue;
    const net::Handshake handshake = socket->handshake();
    if (handshake == net::Handshake::kRefused) {
      fail({ErrorCode::kKeyRefused, options.endpoint +
                                        ": does not let our key in: it is not on its allow-list, was revoked or shut out, or its "
                                        "role may not come here; ask its operator (groundswell keys list)"});
    } else if (handshake == net::Handshake::kWantsKey) {
      fail({ErrorCode::kKeyWanted,
            options.endpoint + (keys.server_key.empty() ? ": demands a key; give server_key and key_file (groundswell keygen)"
                                                        : ": demands no key, though it was said to have one; is it the right "
                                                          "endpoint? Leave server_key out to talk to it in the clear")});
    } else if (handshake != net::Handshake::kFailed || keys.server_key.empty()) {
      if (socket == &*control) continue;
      handshake_bad_since_ns = 0;
    } else if (handshake_bad_since_ns == 0) {
      handshake_bad_since_ns = now;
    } else if (now - handshake_bad_since_ns > kBadHandshakeNs) {
      fail({ErrorCode::kServerKey,
            options.endpoint + ": does not prove the key that was given as server_key; ask its operator for its public key"});
    }
  }
  const std::uint64_t unanswered = subscription.counters().unanswered;
  if (unanswered - unanswered_seen >= kUnansweredBeforeReopening) {
    unanswered_seen = unanswered;
    if (!told_no_answer)
      handler->on_trouble(
          {ErrorCode::kNoAnswer, control_endpoint + ": nobody answers there; is it the control endpoint of " + options.endpoint + "?"});
    told_no_answer = true;
    subscription.forget_questions();
    static_cast<void>(open_control());
  }
  if (now - heard_at_ns < kSilentNs) {
    reconnect_at_ns = 0;
  } else if (reconnect_at_ns == 0) {
    reconnect_at_ns = now + static_cast<std::int64_t>(random() % 1'000'000'000U);  // not all subscribers at once
  } else if (now >= reconnect_at_ns) {
    reconnect(now);
  }
}

// libzmq gives up a connection for good when a peer breaks its rules; and a node that moved to another machine has another address.
void Subscriber::Impl::reconnect(std::int64_t now) {
  reconnect_at_ns = now + kSilentNs + static_cast<std::int64_t>(random() % 1'000'000'000U);
  ++reconnects;
  subscription.forget_questions();
  static_cast<void>(open_control());
  if (signals) static_cast<void>(open_signals());
}

void Subscriber::Impl::tell_state(std::int64_t now) {
  const State state = !heard                         ? State::kConnecting
                      : now - heard_at_ns > kStaleNs ? State::kStale
                      : !subscription.is_joined()    ? State::kJoining
                      : subscription.is_whole()      ? State::kLive
                                                     : State::kRepairing;
  if (state == told) return;
  told = state;
  handler->on_state(state);
}

void Subscriber::Impl::on_catalog(const Catalog& catalog) {
  names = Names(catalog);
  std::vector<std::string_view> scopes(catalog.scopes.begin(), catalog.scopes.end()), ids;
  for (const SignalEntry& each : catalog.signals) ids.emplace_back(each.id);
  for (const std::string& scope : options.scopes) {
    if (names.scope_index(scope) == Names::kNone)
      fail({ErrorCode::kUnknownScope, options.endpoint + ": " + unknown("scope", scope, scopes)});
  }
  signal_indices.clear();
  for (const std::string& signal : options.signals) {
    const std::uint16_t index = names.signal_index(signal);
    if (index == Names::kNone) fail({ErrorCode::kUnknownSignal, options.endpoint + ": " + unknown("signal", signal, ids)});
    signal_indices.insert(index);
  }
}

}  // namespace groundswell::client
