// A subscription's events in the words of the library, and its credit stream.
#include <algorithm>

#include "base/clock.hpp"
#include "client/subscriber_impl.hpp"

namespace groundswell::client {
namespace {

constexpr std::uint64_t kFirstStreamId = std::uint64_t{1} << 63;  // far from the subscription's own numbers
constexpr std::uint32_t kCredit = 256;                            // batches on their way to us
constexpr std::int64_t kCreditEveryNs = 5'000'000'000, kStreamAgainNs = 500'000'000;

}  // namespace

void Subscriber::Impl::on_heartbeat(const wire::Heartbeat& heartbeat) {
  if (heartbeat.mode != wire::Mode::kLive && !options.any_mode) {
    fail({ErrorCode::kNotLive, options.endpoint + ": what is published there is " +
                                   std::string(wire::kModeNames[static_cast<std::size_t>(heartbeat.mode)]) +
                                   ", not live; any_mode takes it all the same"});
    return;
  }
  heard = true;
  heard_at_ns = now_ns;
  if (new_recording) handler->on_recording(*new_recording);
  new_recording.reset();
  handler->on_heartbeat({.recording_id = heartbeat.recording_id,
                         .started_ns = heartbeat.started_ns,
                         .send_ns = heartbeat.send_ns,
                         .event_time_ns = heartbeat.event_time_ns,
                         .written_jseq = heartbeat.written_jseq,
                         .synced_jseq = heartbeat.synced_jseq,
                         .state = static_cast<NodeState>(heartbeat.state),
                         .mode = static_cast<Mode>(heartbeat.mode)});
}

void Subscriber::Impl::on_snapshot(const wire::Snapshot& snapshot) {
  if (failure) return;
  for (const wire::TriggerState& each : snapshot.triggers) {
    handler->on_trigger({.trigger = names.trigger(each.trigger),
                         .scope = names.scope(each.scope),
                         .subject = names.symbol(each.subject),
                         .phase = static_cast<TriggerPhase>(each.phase),
                         .present = each.present,
                         .value = each.value,
                         .since_ns = each.since_ns});
  }
}

void Subscriber::Impl::on_levels(const wire::LevelBatch& batch) {
  if (failure) return;
  std::span<const Level> levels = batch.levels;
  if (!signal_indices.empty()) {
    wanted_levels.clear();
    std::copy_if(levels.begin(), levels.end(), std::back_inserter(wanted_levels),
                 [&](const Level& level) { return signal_indices.contains(level.signal); });
    if (wanted_levels.empty()) return;
    levels = wanted_levels;
  }
  handler->on_levels({.universe = "main",
                      .scope = names.scope(batch.header.scope),
                      .scope_index = batch.header.scope,
                      .session = batch.header.session,
                      .ts_event_ns = batch.ts_event_ns,
                      .cause_jseq = batch.cause_jseq,
                      .level_seq = batch.level_seq,
                      .recording_id = batch.header.recording_id,
                      .clock = batch.clock,
                      .full = batch.full,
                      .levels = levels});
}

void Subscriber::Impl::on_edges(const wire::EdgeBatch& batch, std::span<const std::byte>, bool past) {
  if (failure) return;
  for (const wire::EdgeWithWhy& each : batch.edges) {
    if (!types.empty() && !types.contains(each.edge.type)) continue;
    handler->on_edge(edge_event(names, each.edge, each.why, batch.header.recording_id, batch.header.config_hash, past));
  }
}

void Subscriber::Impl::on_lost(std::uint16_t scope, std::uint64_t from_scope_seq, std::uint64_t to_scope_seq) {
  if (failure) return;
  const std::string name(names.scope(scope));
  handler->on_lost({.scope = names.scope(scope),
                    .from_scope_seq = from_scope_seq,
                    .to_scope_seq = to_scope_seq,
                    .error = {ErrorCode::kTooOld, "edges " + std::to_string(from_scope_seq) + " to " + std::to_string(to_scope_seq) +
                                                      " of " + name + " are older than what " + control_endpoint +
                                                      " holds, whose oldest is " + std::to_string(to_scope_seq + 1) +
                                                      ": lost here; read them from the recording, and take states from the snapshot"}});
}

void Subscriber::Impl::on_operation(const wire::Operation& operation) {
  if (failure) return;
  handler->on_operation({.number = operation.number,
                         .time_ns = operation.time_ns,
                         .severity = static_cast<char>(operation.severity),
                         .component = operation.component,
                         .text = operation.text,
                         .node = operation.node});
}

void Subscriber::Impl::ask_for_stream() {
  wire::Request request;
  if (stream_id == 0) {
    if (now_ns < stream_at_ns) return;
    request = {.id = kFirstStreamId + streams, .kind = wire::RequestKind::kStream};
    request.credit = kCredit;
    request.topics = topics();
    if (!control->send(codec.encode(request))) return;
    stream_id = request.id;
    ++streams;
    used_credit = 0;
    conflated_in_stream = 0;
    credit_at_ns = now_ns + kCreditEveryNs;
    return;
  }
  if (used_credit < kCredit / 4 && now_ns < credit_at_ns) return;
  request = {.id = kFirstStreamId + streams, .kind = wire::RequestKind::kCredit};
  request.target = stream_id;
  request.credit = used_credit;
  if (!control->send(codec.encode(request))) return;
  ++streams;
  used_credit = 0;
  credit_at_ns = now_ns + kCreditEveryNs;
}

// An answer to the subscription, or a part of the stream.
void Subscriber::Impl::take_stream(std::span<const std::byte> bytes) {
  wire::ReplyHead head;
  if (codec.decode(bytes, head) != wire::Verdict::kOk || head.id < kFirstStreamId) {
    subscription.hear_reply(bytes, now_ns);
    return;
  }
  if (head.id != stream_id) return;  // of an earlier one, or to a credit
  wire::StreamBatch batch;
  if (head.status == wire::ReplyStatus::kOk && codec.decode_body(bytes, batch) == wire::Verdict::kOk) {
    ++used_credit;
    conflated += batch.conflated - conflated_in_stream;  // counted since the stream began
    conflated_in_stream = batch.conflated;
    for (const wire::StreamMessage& each : batch.messages) hear(each.topic, each.message);
  }
  if (head.more) return;
  stream_id = 0;  // cut: what was missed meanwhile is found by the numbers
  stream_at_ns = now_ns + kStreamAgainNs;
  if (head.status != wire::ReplyStatus::kBadRequest && head.status != wire::ReplyStatus::kNotFound) return;
  stream_refused = true;
  if (const auto error = open_signals()) fail(*error);
}

}  // namespace groundswell::client
