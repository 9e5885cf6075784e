#include "relay/credit_streams.hpp"

#include <algorithm>

namespace groundswell::relay {
namespace {

using wire::ReplyStatus;
using wire::RequestKind;

bool wants(const std::vector<std::string>& prefixes, std::string_view topic) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) { return topic.starts_with(prefix); });
}

}  // namespace

bool CreditStreams::take(const std::string& peer, const wire::Request& request, publish::ControlServer& server, std::int64_t now_ns) {
  if (request.kind == RequestKind::kStream) {
    begin(peer, request, server, now_ns);
    return true;
  }
  const auto found =
      std::find_if(streams_.begin(), streams_.end(), [&](const auto& each) { return each->peer == peer && each->id == request.target; });
  if (found == streams_.end()) return false;
  if (request.kind == RequestKind::kCredit) {
    (*found)->credit = std::min(kMostCredit, (*found)->credit + std::min(kMostCredit, request.credit));
    return true;
  }
  server.reply(peer, codec_.encode(wire::ReplyHead{
                         .id = request.target, .status = ReplyStatus::kCanceled, .chunk = (*found)->chunk, .text = "as you asked"}));
  streams_.erase(found);
  ++counters_.canceled;
  return true;
}

void CreditStreams::begin(const std::string& peer, const wire::Request& request, publish::ControlServer& server, std::int64_t now_ns) {
  const auto refuse = [&](ReplyStatus status, std::string text) {
    ++counters_.refused;
    server.reply(peer, codec_.encode(wire::ReplyHead{.id = request.id, .status = status, .text = std::move(text)}));
  };
  if (request.topics.empty() || request.topics.size() > wire::kMaxStreamTopics)
    return refuse(ReplyStatus::kBadRequest, "a stream has 1 to " + std::to_string(wire::kMaxStreamTopics) + " topics");
  const bool has_one = std::any_of(streams_.begin(), streams_.end(), [&](const auto& each) { return each->peer == peer; });
  if (has_one) return refuse(ReplyStatus::kBadRequest, "you have a stream; cancel it first");
  if (streams_.size() >= kMostStreams) return refuse(ReplyStatus::kBusy, "too many streams are open; ask again later");
  auto stream = std::make_unique<Stream>();
  stream->peer = peer;
  stream->id = request.id;
  stream->topics = request.topics;
  stream->credit = std::min(kMostCredit, request.credit);
  stream->sent_ns = now_ns;
  streams_.push_back(std::move(stream));
  ++counters_.begun;
}

void CreditStreams::publish(const PublishedPointer& message) {
  for (const auto& stream : streams_) {
    if (wants(stream->topics, message->topic)) queue(*stream, message);
  }
}

void CreditStreams::queue(Stream& stream, const PublishedPointer& message) {
  const char kind = message->topic[0];
  if (kind == 'O' && stream.operations >= kMostOperations) {
    ++stream.dropped;
    ++counters_.dropped;
    return;
  }
  if (kind != 'E' && kind != 'O') {
    const auto [newest, is_new] = stream.newest.emplace(message->topic, stream.first + stream.queue.size());
    if (!is_new) {
      Place& waiting = stream.queue[newest->second - stream.first];
      if (kind == 'L') {
        ++stream.conflated;
        ++counters_.conflated;
        waiting.conflated = true;
        return;
      }
      if (kind == 'H') return;  // it says how far all is that comes before it: no place for a newer one
      stream.bytes += message->message.size() - waiting.message->message.size();
      waiting.message = message;
      return;
    }
  }
  stream.queue.push_back({message, false});
  stream.edges += message->edges;
  stream.operations += kind == 'O';
  stream.bytes += message->message.size();
}

CreditStreams::Fate CreditStreams::send(Stream& stream, publish::ControlServer& server, std::int64_t now_ns) {
  while (stream.credit > 0 && !stream.queue.empty()) {
    if (!send_batch(stream, server, now_ns)) {
      ++counters_.gone;
      return Fate::kGone;
    }
  }
  if (stream.edges > kMostEdges || stream.bytes > kMostBytes) {
    server.reply(stream.peer, codec_.encode(wire::ReplyHead{.id = stream.id,
                                                            .status = ReplyStatus::kSlow,
                                                            .chunk = stream.chunk,
                                                            .text = "too much waited for you; open a new stream and ask for the edges"}));
    ++counters_.cut;
    return Fate::kCut;
  }
  if (now_ns - stream.sent_ns < kLookEveryNs) return Fate::kGoesOn;
  stream.sent_ns = now_ns;
  const wire::StreamBatch nothing{.seq = stream.seq,
                                  .last_seq = stream.seq + stream.queue.size(),
                                  .conflated = stream.conflated,
                                  .dropped = stream.dropped,
                                  .lag_ns = 0,
                                  .messages = {}};
  if (server.reply(stream.peer, codec_.encode(wire::ReplyHead{.id = stream.id, .more = true, .chunk = stream.chunk++}, nothing)))
    return Fate::kGoesOn;
  ++counters_.gone;
  return Fate::kGone;
}

// One reply, for one credit. False: the peer cannot be reached.
bool CreditStreams::send_batch(Stream& stream, publish::ControlServer& server, std::int64_t now_ns) {
  wire::StreamBatch batch;
  std::size_t bytes = 0;
  full_.clear();
  in_batch_.clear();
  while (!stream.queue.empty() && batch.messages.size() < kMessagesPerBatch) {
    const Place& front = stream.queue.front();
    if (!batch.messages.empty() && bytes + front.message->message.size() > kBytesPerBatch) break;
    take_place(stream, batch, bytes, now_ns);
  }
  batch.seq = stream.seq;
  batch.last_seq = stream.seq + stream.queue.size();
  batch.conflated = stream.conflated;
  batch.dropped = stream.dropped;
  --stream.credit;
  stream.sent_ns = now_ns;
  counters_.messages += batch.messages.size();
  return server.reply(stream.peer, codec_.encode(wire::ReplyHead{.id = stream.id, .more = true, .chunk = stream.chunk++}, batch));
}

void CreditStreams::take_place(Stream& stream, wire::StreamBatch& batch, std::size_t& bytes, std::int64_t now_ns) {
  const Place place = std::move(stream.queue.front());
  stream.queue.pop_front();
  ++stream.first;
  const Published& message = *place.message;
  in_batch_.push_back(place.message);
  ++stream.seq;
  stream.edges -= message.edges;
  stream.operations -= message.topic[0] == 'O';
  stream.bytes -= message.message.size();
  if (message.topic[0] != 'E' && message.topic[0] != 'O') stream.newest.erase(message.topic);
  batch.lag_ns = std::max(batch.lag_ns, static_cast<std::uint64_t>(now_ns - message.since_ns));
  if (!place.conflated) {
    bytes += message.message.size();
    batch.messages.push_back({message.topic, message.message});
    return;
  }
  wire::LevelBatch of_clock[2];
  std::vector<const wire::LevelBatch*> in_order;
  for (const Clock clock : {Clock::kLive, Clock::kClose}) {
    wire::LevelBatch& full = of_clock[static_cast<std::size_t>(clock)];
    if (levels_.full(message.scope, clock, full)) in_order.push_back(&full);
  }
  std::sort(in_order.begin(), in_order.end(), [](const auto* a, const auto* b) { return a->level_seq < b->level_seq; });
  for (const wire::LevelBatch* full : in_order) {
    const auto encoded = signals_.encode(*full);
    full_.emplace_back(encoded.begin(), encoded.end());
    bytes += full_.back().size();
    batch.messages.push_back({message.topic, full_.back()});
  }
}

std::uint64_t CreditStreams::edges_waiting() const noexcept {
  std::uint64_t waiting = 0;
  for (const auto& stream : streams_) waiting += stream->edges;
  return waiting;
}

}  // namespace groundswell::relay
