#include "publish/control_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/access_list.hpp"
#include "base/log.hpp"
#include "base/nearest.hpp"

namespace groundswell::publish {
namespace {

using wire::ReplyStatus;
using wire::RequestKind;

double cost_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::kSnapshot: return 20;
    case RequestKind::kFill:
    case RequestKind::kMembers: return 5;
    case RequestKind::kCredit: return 0;  // bounded by the replies that it asks for
    default: return 1;
  }
}

// `user_id`: role/name of the allow-list; "" = local, and may ask everything.
bool may_ask(std::string_view user_id, RequestKind kind) {
  net::Role role = net::Role::kOperator;
  if (!user_id.empty() && !net::parse_role(user_id.substr(0, user_id.find('/')), role)) return false;
  switch (kind) {
    case RequestKind::kFill:
    case RequestKind::kStream:
    case RequestKind::kCredit: return role != net::Role::kConsole;
    case RequestKind::kStats: return role == net::Role::kOperator;
    default: return true;
  }
}

}  // namespace

std::string json_of(const ControlCounters& counters) {
  const auto by_name = [](const auto& names, const auto& counts, std::size_t from) {
    std::string object;
    for (std::size_t i = from; i < names.size(); ++i) object += fmt::format("{}\"{}\":{}", object.empty() ? "" : ",", names[i], counts[i]);
    return object;
  };
  return fmt::format(
      R"({{"requests":{},"asked":{{{}}},"answered":{},"refused":{{{}}},"malformed":{},"ignored":{},"unreachable":{},"replies":{},)"
      R"("bytes":{},"snapshots":{},"members":{},"edges":{}}})",
      counters.requests, by_name(wire::kRequestKindNames, counters.asked, 0), counters.answered,
      by_name(wire::kReplyStatusNames, counters.refused, 1), counters.malformed, counters.ignored, counters.unreachable, counters.replies,
      counters.bytes, counters.snapshots, counters.members, counters.edges);
}

bool FillAnswer::add(const wire::EdgeBatch& batch) {
  for (std::size_t i = 0; i < batch.edges.size() && !is_full(); ++i) {
    const wire::EdgeWithWhy& edge = batch.edges[i];
    if (batch.scope_seq + i != next_) continue;
    const bool joins = !batches_.empty() && batches_.back().header.session == batch.header.session &&
                       batches_.back().header.catalog_hash == batch.header.catalog_hash && batches_.back().edges.size() < kEdgesPerChunk &&
                       parts_in_last_ < kPartsPerChunk;
    if (!joins) {
      batches_.push_back({.header = batch.header, .scope_seq = next_, .edges = {}});
      parts_in_last_ = 0;
    }
    batches_.back().edges.push_back(edge);
    parts_in_last_ += edge.why.size();
    parts_ += edge.why.size();
    ++edges_;
    ++next_;
  }
  return !is_full();
}

Result<ControlServer> ControlServer::open(net::Context& context, const ControlOptions& options, ControlSource& source) {
  auto socket = net::Socket::open(context, net::SocketType::kRouter, net::Attach::kBind, options.endpoint,
                                  static_cast<std::int64_t>(wire::kMaxRequestBytes), {}, kQueuedReplies);
  if (!socket) return socket.error();
  return ControlServer(std::move(*socket), options, source);
}

bool ControlServer::receive(std::string& peer, net::Frame& question, bool& whole) {
  net::Frame name;
  if (!socket_.receive(name, 0)) return false;
  peer.assign(reinterpret_cast<const char*>(name.bytes().data()), name.bytes().size());
  bool more = name.more();
  whole = more && socket_.receive(question, 0);
  if (whole) more = question.more();
  for (net::Frame rest; more && socket_.receive(rest, 0); more = rest.more()) whole = false;
  return true;
}

std::size_t ControlServer::serve(std::int64_t now_ns, std::int64_t wall_ns) {
  std::string peer;
  net::Frame question;
  bool whole = false;
  std::size_t count = 0;
  if (const auto renewed = socket_.renew_if_revoked(); !renewed) log_error("control", "{}", renewed.error().message);
  expire(now_ns);  // before the socket is drained: nothing is sent after
  for (; count < kRequestsPerTurn && receive(peer, question, whole); ++count) {
    ++counters_.requests;
    take(peer, question.user_id(), whole ? question.bytes() : std::span<const std::byte>(), now_ns, wall_ns);
  }
  return count;
}

ControlServer::Peer& ControlServer::peer_of(const std::string& name, std::int64_t now_ns) {
  auto found = peers_.find(name);
  if (found == peers_.end()) {
    if (peers_.size() >= kMostPeers) {
      peers_.erase(
          std::min_element(peers_.begin(), peers_.end(), [](const auto& a, const auto& b) { return a.second.seen_ns < b.second.seen_ns; }));
    }
    found = peers_.emplace(name, Peer{.tokens = options_.burst, .seen_ns = now_ns}).first;
  }
  Peer& peer = found->second;
  const double seconds = static_cast<double>(now_ns - peer.seen_ns) / 1e9;
  peer.tokens = std::min(options_.burst, peer.tokens + seconds * options_.requests_per_second);
  peer.seen_ns = now_ns;
  return peer;
}

void ControlServer::take(const std::string& name, std::string_view user_id, std::span<const std::byte> question, std::int64_t now_ns,
                         std::int64_t wall_ns) {
  Peer& peer = peer_of(name, now_ns);
  wire::Request request;
  const wire::Verdict verdict = codec_->decode(question, request);
  if (verdict != wire::Verdict::kOk) {
    const bool unknown = verdict == wire::Verdict::kUnknownKind;
    counters_.malformed += !unknown;
    if (!unknown && ++peer.malformed > kMalformedBeforeIgnored) {
      ++counters_.ignored;
      ++counters_.refused[static_cast<std::size_t>(ReplyStatus::kBadRequest)];
      return;
    }
    return refuse(name, request.id, ReplyStatus::kBadRequest,
                  unknown ? "this node knows no such question; it is older than you" : "this is no request");
  }
  ++counters_.asked[static_cast<std::size_t>(request.kind)];
  const double cost = cost_of(request.kind);
  if (peer.tokens < cost) return refuse(name, request.id, ReplyStatus::kBusy, "too many requests; ask again a little later");
  peer.tokens -= cost;
  if (!may_ask(user_id, request.kind))
    return refuse(name, request.id, ReplyStatus::kBadRequest, fmt::format("the role of '{}' may not ask that", user_id));
  if (request.deadline_ns != 0 && request.deadline_ns < static_cast<std::uint64_t>(wall_ns))
    return refuse(name, request.id, ReplyStatus::kTooLate, "the deadline has passed");
  answer(name, request, now_ns);
}

void ControlServer::answer(const std::string& peer, const wire::Request& request, std::int64_t now_ns) {
  switch (request.kind) {
    case RequestKind::kHello: return answer_hello(peer, request);
    case RequestKind::kSnapshot:
    case RequestKind::kMembers: return wait(peer, request, now_ns);
    case RequestKind::kFill: return answer_fill(peer, request);
    case RequestKind::kCatalog:
      ++counters_.answered;
      reply(peer, codec_->encode(wire::ReplyHead{.id = request.id}, source_->catalog()));
      return;
    case RequestKind::kStats:
      ++counters_.answered;
      reply(peer, codec_->encode(wire::ReplyHead{.id = request.id, .text = source_->stats()}));
      return;
    case RequestKind::kCancel: return cancel(peer, request);
    case RequestKind::kStream:
    case RequestKind::kCredit:
      if (!source_->stream(peer, request))
        return refuse(peer, request.id, ReplyStatus::kBadRequest, "an engine has no streams; ask a relay");
      ++counters_.answered;
      return;
    case RequestKind::kTickFill: return refuse(peer, request.id, ReplyStatus::kBadRequest, "ticks are a feed's; ask there");
    case RequestKind::kReplay:
      return refuse(peer, request.id, ReplyStatus::kBadRequest, "recordings are replayed by `groundswell replay --publish`");
  }
}

void ControlServer::answer_hello(const std::string& peer, const wire::Request& request) {
  ++counters_.answered;
  reply(peer, codec_->encode(wire::ReplyHead{.id = request.id, .text = fmt::format("{} protocol {}", options_.name, wire::kWireVersion)}));
}

int ControlServer::scope_of(const std::string& name, std::string& text) const {
  const std::vector<std::string>& scopes = source_->catalog().scopes;
  const auto found = std::find(scopes.begin(), scopes.end(), name);
  if (found != scopes.end()) return static_cast<int>(found - scopes.begin());
  const auto near = nearest(name, {scopes.begin(), scopes.end()});
  text = near ? fmt::format("there is no such scope; did you mean '{}'?", *near) : "there is no such scope; the catalog lists them";
  return -1;
}

void ControlServer::answer_fill(const std::string& peer, const wire::Request& request) {
  std::string text;
  if (request.universe != "main") return refuse(peer, request.id, ReplyStatus::kNotFound, "there is no such universe; write main");
  const int scope = scope_of(request.scope, text);
  if (scope < 0) return refuse(peer, request.id, ReplyStatus::kNotFound, text);
  if (request.from == 0 || request.to < request.from)
    return refuse(peer, request.id, ReplyStatus::kBadRequest, "a range begins at 1 or later, and does not end before it begins");
  const auto number = static_cast<std::uint16_t>(scope);
  const ControlSource::Edges found = source_->edges(number, request.from, request.to);
  if (found.status != ReplyStatus::kOk) return refuse(peer, request.id, found.status, found.text, found.oldest);
  ++counters_.answered;
  wire::ReplyHead head{.id = request.id};
  if (found.batches.empty()) {
    reply(peer, codec_->encode(head, wire::EdgeBatch{.header = source_->header(number), .scope_seq = request.from, .edges = {}}));
    return;
  }
  for (const wire::EdgeBatch& batch : found.batches) {
    head.more = &batch != &found.batches.back();
    counters_.edges += batch.edges.size();
    if (!reply(peer, codec_->encode(head, batch))) return;
    ++head.chunk;
  }
}

void ControlServer::wait(const std::string& peer, const wire::Request& request, std::int64_t now_ns) {
  std::string text;
  if (request.universe != "main") return refuse(peer, request.id, ReplyStatus::kNotFound, "there is no such universe; write main");
  const bool everything = request.kind == RequestKind::kSnapshot && request.scope.empty();
  const int scope = everything ? -1 : scope_of(request.scope, text);
  if (scope < 0 && !everything) return refuse(peer, request.id, ReplyStatus::kNotFound, text);
  if (waiting_.size() >= kMostWaiting)
    return refuse(peer, request.id, ReplyStatus::kBusy, "too many wait for an answer; ask again a little later");
  waiting_.push_back({peer, request.id, now_ns + kWaitNs, request.kind, scope, false});
}

bool ControlServer::waits_for(RequestKind kind) const noexcept {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& each) { return each.kind == kind; });
}

void ControlServer::cancel(const std::string& peer, const wire::Request& request) {
  if (std::erase_if(waiting_, [&](const Waiting& each) { return each.peer == peer && each.id == request.target; }) > 0) {
    refuse(peer, request.target, ReplyStatus::kCanceled, "as you asked");  // and so is accounted for
    ++counters_.answered;
  } else if (source_->stream(peer, request)) {
    ++counters_.answered;
  } else {
    refuse(peer, request.id, ReplyStatus::kNotFound, "nothing of that id is open");
  }
}

void ControlServer::begin_snapshot() noexcept {
  snapshot_begun_ = true;
  for (Waiting& each : waiting_) each.begun |= each.kind == RequestKind::kSnapshot;
}

std::vector<std::uint16_t> ControlServer::begin_members() {
  std::set<int> begun, wanted;
  for (const Waiting& each : waiting_) {
    if (each.kind == RequestKind::kMembers) (each.begun ? begun : wanted).insert(each.scope);
  }
  std::vector<std::uint16_t> scopes;
  for (const int scope : wanted) {
    if (!begun.contains(scope)) scopes.push_back(static_cast<std::uint16_t>(scope));
  }
  for (Waiting& each : waiting_) each.begun |= each.kind == RequestKind::kMembers && !begun.contains(each.scope);
  return scopes;
}

template <class Reply>
void ControlServer::answer_begun(RequestKind kind, const std::uint16_t* scope, Reply&& reply_to) {
  std::erase_if(waiting_, [&](const Waiting& each) {
    if (!each.begun || each.kind != kind || (scope != nullptr && each.scope != static_cast<int>(*scope))) return false;
    reply_to(each);
    return true;
  });
}

void ControlServer::offer(const wire::WholeSnapshot& snapshot) {
  snapshot_begun_ = false;
  answer_begun(RequestKind::kSnapshot, nullptr, [&](const Waiting& each) { send_snapshot(each, snapshot); });
}

void ControlServer::offer_members(const wire::MemberBatch& members) {
  answer_begun(RequestKind::kMembers, &members.header.scope, [&](const Waiting& each) { send_members(each, members); });
}

void ControlServer::refuse_members(std::uint16_t scope, ReplyStatus status, const std::string& text) {
  answer_begun(RequestKind::kMembers, &scope, [&](const Waiting& each) { refuse(each.peer, each.id, status, text); });
}

void ControlServer::refuse_snapshot(ReplyStatus status, const std::string& text) {
  snapshot_begun_ = false;
  answer_begun(RequestKind::kSnapshot, nullptr, [&](const Waiting& each) { refuse(each.peer, each.id, status, text); });
}

void ControlServer::expire(std::int64_t now_ns) {
  std::erase_if(waiting_, [&](const Waiting& each) {
    if (each.until_ns > now_ns) return false;
    refuse(each.peer, each.id, ReplyStatus::kBusy, "that cannot be had now; ask again a little later");
    return true;
  });
  if (!waits_for(RequestKind::kSnapshot)) snapshot_begun_ = false;
}

void ControlServer::send_snapshot(const Waiting& to, const wire::WholeSnapshot& snapshot) {
  const auto is_asked = [&](std::uint16_t scope) { return to.scope < 0 || to.scope == static_cast<int>(scope); };
  wire::Snapshot head = snapshot.head;
  std::erase_if(head.positions, [&](const wire::NextNumbers& row) { return !is_asked(row.scope); });
  std::erase_if(head.triggers, [&](const wire::TriggerState& row) { return !is_asked(row.scope); });
  std::vector<wire::LevelBatch> chunks;
  for (const wire::OwnedLevels& each : snapshot.levels) {
    if (!is_asked(each.batch.header.scope)) continue;
    wire::LevelBatch chunk = each.batch;
    for (std::span<const Level> left = each.batch.levels; !left.empty(); left = left.subspan(chunk.levels.size())) {
      chunk.levels = left.first(std::min(left.size(), kLevelsPerChunk));
      chunk.last = each.batch.last && chunk.levels.size() == left.size();
      chunks.push_back(chunk);
    }
  }
  ++counters_.answered;
  ++counters_.snapshots;
  wire::ReplyHead answer{.id = to.id, .more = !chunks.empty()};
  bool reached = reply(to.peer, codec_->encode(answer, head));
  for (std::size_t i = 0; reached && i < chunks.size(); ++i) {
    answer.chunk = static_cast<std::uint32_t>(i + 1);
    answer.more = i + 1 < chunks.size();
    reached = reply(to.peer, codec_->encode(answer, chunks[i]));
  }
}

void ControlServer::send_members(const Waiting& to, const wire::MemberBatch& members) {
  ++counters_.answered;
  ++counters_.members;
  wire::ReplyHead answer{.id = to.id};
  wire::MemberBatch chunk{.header = members.header, .jseq = members.jseq, .event_time_ns = members.event_time_ns, .members = {}};
  std::span<const MemberRow> left = members.members;
  do {
    const auto first = left.first(std::min(left.size(), kMembersPerChunk));
    chunk.members.assign(first.begin(), first.end());
    left = left.subspan(first.size());
    answer.more = !left.empty();
    if (!reply(to.peer, codec_->encode(answer, chunk))) return;
    ++answer.chunk;
  } while (answer.more);
}

bool ControlServer::reply(const std::string& peer, std::span<const std::byte> frame) {
  const bool reached = socket_.send(peer, true) && socket_.send(frame);
  if (reached) {
    ++counters_.replies;
    counters_.bytes += frame.size();
  } else {
    ++counters_.unreachable;
  }
  return reached;
}

void ControlServer::refuse(const std::string& peer, std::uint64_t id, ReplyStatus status, std::string text, std::uint64_t oldest) {
  ++counters_.refused[static_cast<std::size_t>(status)];
  reply(peer, codec_->encode(wire::ReplyHead{.id = id, .status = status, .oldest = oldest, .text = std::move(text)}));
}

}  // namespace groundswell::publish
