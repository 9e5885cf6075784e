#include "relay/relay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "publish/publisher.hpp"
#include "relay/relay_impl.hpp"

namespace groundswell::relay {
namespace {

constexpr std::int64_t kLargestSubscriptionBytes = 1024;
constexpr int kDrainAtMost = 4096;
constexpr std::int64_t kConflatedNs = 250'000'000, kForgetNs = 1'000'000'000;
constexpr int kLongestWaitMs = 50;
constexpr std::size_t kBlocksPerTurn = 256, kBlocksPerQuestion = 8'192;

}  // namespace

Result<std::unique_ptr<Relay>> Relay::open(net::Context& context, const RelayOptions& options) {
  auto impl = std::make_unique<Impl>(context, options);
  auto broadcast = net::Socket::open(context, net::SocketType::kXPub, net::Attach::kBind, options.publish, kLargestSubscriptionBytes);
  if (!broadcast) return broadcast.error();
  impl->broadcast.emplace(std::move(*broadcast));
  const std::string control = options.control.empty() ? wire::control_endpoint_of(options.publish) : options.control;
  auto server = publish::ControlServer::open(
      context, {.endpoint = control, .name = options.version + " relay " + options.name, .requests_per_second = 200, .burst = 600}, *impl);
  if (!server) return server.error();
  impl->server.emplace(std::move(*server));
  const std::string asked = options.upstream_control.empty() ? wire::control_endpoint_of(options.upstream) : options.upstream_control;
  auto upstream = Upstream::open(context, options.upstream, asked, options.upstream_keys, *impl);
  if (!upstream) return upstream.error();
  impl->upstream = std::move(*upstream);
  impl->started_ns = static_cast<std::uint64_t>(wall_clock_ns());
  return std::unique_ptr<Relay>(new Relay(std::move(impl)));
}

Relay::Relay(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Relay::~Relay() = default;
std::string Relay::publish_endpoint() const { return impl_->broadcast->last_endpoint(); }
std::string Relay::control_endpoint() const { return impl_->server->socket().last_endpoint(); }
std::string Relay::stats() const { return impl_->stats(); }
std::size_t Relay::step() { return impl_->step(monotonic_clock_ns()); }

void Relay::run(const std::atomic<bool>& stop) {
  while (!stop) {
    if (impl_->step(monotonic_clock_ns()) > 0) continue;
    std::vector<net::Socket*> sockets{&*impl_->broadcast, &impl_->server->socket()};
    impl_->upstream->wait_on(sockets);
    net::wait_any(sockets, -1, kLongestWaitMs);
  }
  impl_->stopping = true;
  impl_->heartbeat();
  impl_->streams.send(*impl_->server, monotonic_clock_ns(), [](std::size_t) {});
}

std::size_t Relay::Impl::step(std::int64_t time_ns) {
  now_ns = time_ns;
  std::size_t work = upstream->step(now_ns);
  drain();
  work += server->serve(now_ns, wall_clock_ns());
  serve_snapshots();
  serve_members();
  const bool joined = upstream->subscription().is_joined();
  if (joined && now_ns >= conflated_at_ns) {
    conflated_at_ns = now_ns + kConflatedNs;
    publish_conflated();
  }
  if (joined && now_ns >= heartbeat_at_ns) {
    heartbeat_at_ns = now_ns + publish::kHeartbeatEveryNs;
    heartbeat();
  }
  if (joined && now_ns >= catalog_at_ns) {
    catalog_at_ns = now_ns + publish::kCatalogEveryNs;
    publish_catalog();
  }
  if (now_ns >= forget_at_ns) {
    forget_at_ns = now_ns + kForgetNs;
    ring.forget_old(now_ns);
  }
  if (behind) {
    const auto done = catch_up(kBlocksPerTurn);
    behind = done && !*done;
    ++work;
  }
  streams.send(*server, now_ns, [&](std::size_t edges) {
    tell(wire::Severity::kWarning, fmt::format("a subscriber is cut from its stream: {} events waited for it", edges));
  });
  return work;
}

void Relay::Impl::publish(std::string topic, std::span<const std::byte> message, std::size_t edges, std::uint16_t scope) {
  broadcast->send(topic, true);
  broadcast->send(message);
  ++published[topic[0]];
  if (streams.open() == 0) return;
  streams.publish(std::make_shared<Published>(Published{
      .topic = std::move(topic), .message = {message.begin(), message.end()}, .edges = edges, .scope = scope, .since_ns = now_ns}));
}

std::string Relay::Impl::scope_topic(char kind, std::uint16_t scope) const {
  return wire::topic(kind, "main", upstream->subscription().catalog()->scopes[scope]);
}

void Relay::Impl::on_recording(std::uint64_t recording_id) {
  ring.clear();
  mirror.clear();
  index.reset();
  next_eseq = 1;
  if (recordings_seen++ > 0)
    tell(wire::Severity::kWarning, fmt::format("the engine goes on with another recording, {:016x}", recording_id));
}

void Relay::Impl::on_heartbeat(const wire::Heartbeat& heard) {
  last_heard = heard;
  for (const wire::NextNumbers& row : heard.next) next_eseq = std::max(next_eseq, row.eseq);
}

void Relay::Impl::on_catalog(const Catalog&) {
  if (upstream->subscription().is_joined()) publish_catalog();
}

void Relay::Impl::on_snapshot(const wire::Snapshot& snapshot) {
  heartbeat_at_ns = 0;  // whoever waits for it need not wait longer
  for (const wire::NextNumbers& row : snapshot.positions) next_eseq = std::max(next_eseq, row.eseq);
}

void Relay::Impl::on_levels(const wire::LevelBatch& batch) {
  mirror.take(batch);
  publish(scope_topic('L', batch.header.scope), signals.encode(batch), 0, batch.header.scope);
}

void Relay::Impl::on_edges(const wire::EdgeBatch& batch, std::span<const std::byte> message, bool past) {
  ring.add(batch, now_ns);
  if (past) return;  // for fills; whoever wants it asks
  next_eseq = std::max(next_eseq, batch.edges.back().edge.eseq + 1);
  publish(scope_topic('E', batch.header.scope), message.empty() ? signals.encode(batch) : message, batch.edges.size(), batch.header.scope);
}

void Relay::Impl::on_lost(std::uint16_t scope, std::uint64_t from, std::uint64_t to) {
  tell(wire::Severity::kWarning, fmt::format("events {} to {} of {} are lost: nobody has them any more", from, to,
                                             upstream->subscription().catalog()->scopes[scope]));
}

void Relay::Impl::on_operation(const wire::Operation& operation) {
  const char severity = static_cast<char>(operation.severity);
  publish(wire::topic('O', std::string_view(&severity, 1), operation.component), signals.encode(operation), 0, 0);
}

// On the broadcast alone: a stream promises that nothing is missing.
void Relay::Impl::on_other(std::string_view topic, std::span<const std::byte> message) {
  broadcast->send(topic, true);
  broadcast->send(message);
  ++published[topic[0]];
}

void Relay::Impl::tell(wire::Severity severity, std::string text) {
  log_line(severity == wire::Severity::kInfo ? LogLevel::kInfo : LogLevel::kWarning, "relay", text);
  on_operation({.number = ++operations,
                .time_ns = static_cast<std::uint64_t>(wall_clock_ns()),
                .severity = severity,
                .component = "relay",
                .text = std::move(text),
                .node = options.name});
}

void Relay::Impl::heartbeat() {
  if (!upstream->subscription().is_joined()) return;
  wire::Heartbeat own = last_heard;
  own.started_ns = started_ns;
  own.send_ns = static_cast<std::uint64_t>(wall_clock_ns());
  own.next = upstream->subscription().positions();
  for (wire::NextNumbers& row : own.next) row.eseq = next_eseq;
  for (const wire::NextNumbers& row : last_heard.next) {
    if (row.universe != 0) own.next.push_back(row);
  }
  const bool deaf = now_ns - upstream->heard_ns() > kDeadNs;
  if (deaf != was_deaf) {
    was_deaf = deaf;
    tell(deaf ? wire::Severity::kWarning : wire::Severity::kInfo, deaf ? "nothing is heard from upstream" : "upstream is heard again");
  }
  if (deaf) own.state = wire::EngineState::kDegraded;
  if (stopping) own.state = wire::EngineState::kStopping;
  publish(wire::topic('H', options.name), signals.encode(own), 0, 0);
}

void Relay::Impl::publish_catalog() {
  std::uint64_t hash = 0;
  const std::span<const std::byte> as_it_came = upstream->catalog_message(hash);
  const bool is_current = hash == last_heard.catalog_hash && !as_it_came.empty();
  publish(wire::topic('K', "main"), is_current ? as_it_came : signals.encode(*upstream->subscription().catalog()), 0, 0);
}

void Relay::Impl::publish_conflated() {
  for (std::size_t scope = 0; scope < mirror.scopes(); ++scope) {
    for (const Clock clock : {Clock::kLive, Clock::kClose}) {
      wire::LevelBatch full;
      if (!mirror.take_changed(scope, clock) || !mirror.full(scope, clock, full)) continue;
      full.header.send_ns = static_cast<std::uint64_t>(wall_clock_ns());
      publish(scope_topic('C', static_cast<std::uint16_t>(scope)), signals.encode(full), 0, static_cast<std::uint16_t>(scope));
    }
  }
}

// What subscribers send: subscriptions, of which a new one of the catalog is answered at once.
void Relay::Impl::drain() {
  if (const auto renewed = broadcast->renew_if_revoked(); !renewed) log_error("relay", "{}", renewed.error().message);
  net::Frame frame;
  bool wanted = false;
  for (int i = 0; i < kDrainAtMost && broadcast->receive(frame, 0); ++i) {
    const auto bytes = frame.bytes();
    if (bytes.empty() || bytes[0] != std::byte{1}) continue;
    ++subscriptions;
    const std::string_view prefix(reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1);
    wanted |= std::string_view("K.main.").starts_with(prefix);
  }
  if (wanted && upstream->subscription().is_joined()) publish_catalog();
}

void Relay::Impl::serve_snapshots() {
  std::optional<wire::WholeSnapshot> snapshot;
  if (upstream->snapshot_done(snapshot)) {
    const bool ours = snapshot && snapshot->head.header.recording_id == upstream->subscription().recording_id();
    if (ours) {
      server->offer(*snapshot);
    } else {
      server->refuse_snapshot(wire::ReplyStatus::kBusy, "the engine gives no snapshot now; ask again a little later");
    }
  }
  if (!server->snapshot_wanted() || upstream->snapshot_open() || !upstream->subscription().is_joined()) return;
  if (upstream->ask_snapshot(now_ns)) server->begin_snapshot();
}

void Relay::Impl::serve_members() {
  for (const Upstream::MembersAnswer& each : upstream->take_members()) {
    if (!each.members) {
      server->refuse_members(each.scope, each.status, each.text);
    } else if (each.members->header.recording_id == upstream->subscription().recording_id()) {
      server->offer_members(*each.members);
    } else {
      server->refuse_members(each.scope, wire::ReplyStatus::kBusy, "the engine goes on with another recording; ask again a little later");
    }
  }
  if (!upstream->subscription().is_joined()) return;
  for (const std::uint16_t scope : server->begin_members()) {
    if (!upstream->ask_members(scope, now_ns)) server->refuse_members(scope, wire::ReplyStatus::kBusy, Upstream::kNobodyAnswers);
  }
}

Result<bool> Relay::Impl::catch_up(std::size_t most_blocks) {
  if (!index) {
    auto opened = journal::EdgeIndex::open(options.recording);
    if (!opened) return opened.error();
    index.emplace(std::move(*opened));
  }
  return index->advance(most_blocks);
}

const Catalog& Relay::Impl::catalog() const {
  static const Catalog kNone;
  const auto& known = upstream->subscription().catalog();
  return known ? *known : kNone;
}

wire::Header Relay::Impl::header(std::uint16_t scope) const {
  return {.recording_id = upstream->subscription().recording_id(),
          .catalog_hash = last_heard.catalog_hash,
          .config_hash = last_heard.config_hash,
          .send_ns = static_cast<std::uint64_t>(wall_clock_ns()),
          .session = 0,
          .universe = 0,
          .scope = scope};
}

publish::ControlSource::Edges Relay::Impl::edges(std::uint16_t scope, std::uint64_t from, std::uint64_t to) {
  publish::FillAnswer answer(from, to);
  Edges result;
  std::uint64_t oldest = ring.oldest(scope);
  if (oldest != 0 && from >= oldest) {
    if (from < ring.next(scope)) ring.fill(scope, answer);
    result.batches = answer.take();
    return result;
  }
  if (const std::uint64_t recorded = from_recording(scope, answer, result.status); recorded != 0) {
    oldest = oldest == 0 ? recorded : std::min(oldest, recorded);
  }
  result.batches = answer.take();
  if (!result.batches.empty() || result.status != wire::ReplyStatus::kOk) return result;
  const auto positions = upstream->subscription().positions();
  const auto row = std::find_if(positions.begin(), positions.end(), [&](const auto& each) { return each.scope == scope; });
  const std::uint64_t next = row == positions.end() ? 1 : row->scope_seq;
  if (from >= next) return result;  // there is none yet
  if (!upstream->subscription().is_whole()) {
    result.status = wire::ReplyStatus::kBusy;
    result.text = "this relay is asking for them itself";
    return result;
  }
  result.status = wire::ReplyStatus::kGapTooOld;
  result.oldest = oldest != 0 ? oldest : next;
  result.text = fmt::format("the oldest that can be had here is {}", result.oldest);
  return result;
}

// The oldest that the recording has; 0 = none, or there is no recording.
std::uint64_t Relay::Impl::from_recording(std::uint16_t scope, publish::FillAnswer& answer, wire::ReplyStatus& status) {
  if (options.recording.empty()) return 0;
  const auto caught_up = catch_up(kBlocksPerQuestion);
  behind = caught_up && !*caught_up;
  if (behind) status = wire::ReplyStatus::kBusy;
  if (!caught_up || behind || index->recording_id() != upstream->subscription().recording_id()) return 0;
  const std::uint64_t oldest = index->oldest(scope);
  while (oldest != 0 && answer.next() >= oldest && answer.next() < index->next(scope) && !answer.is_full()) {
    const auto batch = index->batch_with(scope, answer.next());
    if (!batch) {
      log_warning("relay", "{}", batch.error().message);
      return 0;
    }
    answer.add(*batch);
  }
  return oldest;
}

bool Relay::Impl::stream(const std::string& peer, const wire::Request& request) {
  return streams.take(peer, request, *server, now_ns) || request.kind == wire::RequestKind::kCredit;
}

}  // namespace groundswell::relay
