// A subscription's events in the words of the library, its credit stream, and its questions about members.
#include <algorithm>

#include "base/clock.hpp"
#include "base/nearest.hpp"
#include "client/subscriber_impl.hpp"

namespace groundswell::client {
namespace {

constexpr std::uint64_t kFirstStreamId = std::uint64_t{1} << 63,
                        kFirstMembersId = std::uint64_t{1} << 62;  // the subscription counts from 1
constexpr std::int64_t kMembersWithinNs = 3'000'000'000;
constexpr std::uint32_t kCredit = 256;  // batches on their way to us
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

void Subscriber::Impl::take_reply(std::span<const std::byte> bytes) {
  wire::ReplyHead head;
  if (codec.decode(bytes, head) != wire::Verdict::kOk || head.id < kFirstMembersId) {
    subscription.hear_reply(bytes, now_ns);
  } else if (head.id < kFirstStreamId) {
    take_members(head, bytes);
  } else {
    take_stream(head, bytes);
  }
}

void Subscriber::Impl::ask_for_members() {
  if (names.catalog().scopes.empty()) return;  // nobody would know whom the rows are of
  std::vector<std::string> unknown;            // of any length: no question to the node
  for (MembersQuestion& each : members_questions) {
    if (each.id != 0) continue;
    if (names.scope_index(each.scope) == Names::kNone) {
      unknown.push_back(each.scope);
      continue;
    }
    const wire::Request request{
        .id = kFirstMembersId + members_asked, .kind = wire::RequestKind::kMembers, .universe = "main", .scope = each.scope};
    if (!control->send(codec.encode(request))) break;
    each.id = request.id;
    ++members_asked;
  }
  const std::vector<std::string>& scopes = names.catalog().scopes;
  for (const std::string& scope : unknown) {
    const auto nearest = groundswell::nearest(scope, {scopes.begin(), scopes.end()});
    const std::string meant = nearest ? "; did you mean '" + std::string(*nearest) + "'?" : "";
    answer_members(
        {.scope = scope,
         .members = {},
         .error = Error{ErrorCode::kUnknownScope, control_endpoint + ": members of '" + scope + "': there is no such scope" + meant}});
  }
}

void Subscriber::Impl::answer_members(const MembersEvent& event) {
  std::erase_if(members_questions, [&](const MembersQuestion& each) { return each.scope == event.scope; });  // the handler may ask again
  if (!failure) handler->on_members(event);
}

void Subscriber::Impl::take_members(const wire::ReplyHead& head, std::span<const std::byte> bytes) {
  const auto found = std::find_if(members_questions.begin(), members_questions.end(), [&](const auto& each) { return each.id == head.id; });
  if (found == members_questions.end()) return;  // too late
  const std::string scope = found->scope;
  const auto no_answer = [&](ErrorCode code, const std::string& why) {
    answer_members({.scope = scope, .members = {}, .error = Error{code, control_endpoint + ": members of '" + scope + "': " + why}});
  };
  if (head.status != wire::ReplyStatus::kOk) {
    return no_answer(head.status == wire::ReplyStatus::kNotFound     ? ErrorCode::kUnknownScope
                     : head.status == wire::ReplyStatus::kBadRequest ? ErrorCode::kOtherVersion
                                                                     : ErrorCode::kNoAnswer,
                     head.text);
  }
  if (head.chunk != found->chunk++ || found->parts.take(head, bytes, codec) != wire::Verdict::kOk)
    return no_answer(ErrorCode::kNoAnswer, "what came is no answer");
  if (head.more) return;
  const wire::MemberBatch whole = found->parts.whole();
  answer_members({.universe = "main",
                  .scope = scope,
                  .recording_id = whole.header.recording_id,
                  .session = whole.header.session,
                  .jseq = whole.jseq,
                  .event_time_ns = whole.event_time_ns,
                  .members = whole.members,
                  .error = {}});
}

void Subscriber::Impl::expire_members(std::int64_t now) {
  std::vector<std::string> late;
  for (MembersQuestion& each : members_questions) {
    if (each.until_ns == 0) each.until_ns = now + kMembersWithinNs;
    if (each.until_ns <= now) late.push_back(each.scope);
  }
  for (const std::string& scope : late) {
    answer_members({.scope = scope,
                    .members = {},
                    .error = Error{ErrorCode::kNoAnswer, control_endpoint + ": members of '" + scope + "': nobody answers there"}});
  }
}

void Subscriber::Impl::take_stream(const wire::ReplyHead& head, std::span<const std::byte> bytes) {
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
