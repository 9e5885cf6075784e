#include <capnp/generated-header-support.h>
#include <control.capnp.h>

#include <algorithm>

#include "wire/control.hpp"
#include "wire/signal_codec_impl.hpp"

namespace groundswell::wire {
namespace {

constexpr std::size_t kTriggerPhases = kTriggerPhaseNames.size();

std::string_view cut(std::string_view text) { return text.substr(0, NodeCodec::kMaxTextBytes); }

std::size_t head_words(const ReplyHead& head) { return 1 + capnp::sizeInWords<schema::Reply>() + text_words(cut(head.text)); }

void write_head(const ReplyHead& head, schema::Reply::Builder to) {
  to.setId(head.id);
  to.setStatus(static_cast<std::uint16_t>(head.status));
  to.setMore(head.more);
  to.setChunk(head.chunk);
  to.setOldest(head.oldest);
  if (!head.text.empty()) to.setText(to_text(std::string(cut(head.text))));
}

std::size_t words_of(const Snapshot& snapshot) {
  return capnp::sizeInWords<schema::Snapshot>() + capnp::sizeInWords<schema::Header>() +
         struct_list_words<schema::Next>(snapshot.positions.size()) + struct_list_words<schema::TriggerState>(snapshot.triggers.size());
}

void write(const Snapshot& from, schema::Snapshot::Builder to) {
  write_header(from.header, to.initHeader());
  to.setJseq(from.jseq);
  to.setEventTime(from.event_time_ns);
  write_next(from.positions, to.initPositions(count(from.positions)));
  auto triggers = to.initTriggers(count(from.triggers));
  for (capnp::uint i = 0; i < triggers.size(); ++i) {
    const TriggerState& state = from.triggers[i];
    triggers[i].setTrigger(state.trigger);
    triggers[i].setScope(state.scope);
    triggers[i].setUniverse(state.universe);
    triggers[i].setState(static_cast<std::uint8_t>(state.phase));
    triggers[i].setSubject(state.subject);
    triggers[i].setSinceNs(state.since_ns);
    triggers[i].setValue(state.value);
    triggers[i].setPresent(state.present ? 1 : 0);
  }
}

Verdict read(schema::Snapshot::Reader from, Snapshot& out) {
  const auto positions = from.getPositions();
  const auto triggers = from.getTriggers();
  if (is_phantom(positions) || is_phantom(triggers)) return Verdict::kMalformed;
  Snapshot snapshot{.header = read_header(from.getHeader()),
                    .jseq = from.getJseq(),
                    .event_time_ns = from.getEventTime(),
                    .positions = read_next(positions),
                    .triggers = {}};
  for (const auto row : triggers) {
    TriggerState state{.trigger = row.getTrigger(),
                       .scope = row.getScope(),
                       .universe = row.getUniverse(),
                       .present = row.getPresent() != 0,
                       .subject = row.getSubject(),
                       .since_ns = row.getSinceNs(),
                       .value = row.getValue()};
    if (!from_code(row.getState(), kTriggerPhases, state.phase)) return Verdict::kMalformed;
    snapshot.triggers.push_back(state);
  }
  out = std::move(snapshot);
  return Verdict::kOk;
}

std::size_t words_of(const StreamBatch& batch) {
  std::size_t words = capnp::sizeInWords<schema::StreamBatch>() + struct_list_words<schema::StreamMessage>(batch.messages.size());
  for (const StreamMessage& each : batch.messages) words += text_words(each.topic) + each.message.size() / kWordBytes + 1;
  return words;
}

void write(const StreamBatch& from, schema::StreamBatch::Builder to) {
  to.setSeq(from.seq);
  to.setLastSeq(from.last_seq);
  to.setConflated(from.conflated);
  to.setDropped(from.dropped);
  to.setLagNs(from.lag_ns);
  auto messages = to.initMessages(count(from.messages));
  for (capnp::uint i = 0; i < messages.size(); ++i) {
    const StreamMessage& each = from.messages[i];
    messages[i].setTopic(to_text(std::string(each.topic)));
    auto data = messages[i].initMessage(static_cast<capnp::uint>(each.message.size()));
    std::copy_n(reinterpret_cast<const capnp::byte*>(each.message.data()), each.message.size(), data.begin());
  }
}

Verdict read(schema::StreamBatch::Reader from, StreamBatch& out) {
  const auto messages = from.getMessages();
  if (is_phantom(messages)) return Verdict::kMalformed;
  StreamBatch batch{.seq = from.getSeq(),
                    .last_seq = from.getLastSeq(),
                    .conflated = from.getConflated(),
                    .dropped = from.getDropped(),
                    .lag_ns = from.getLagNs(),
                    .messages = {}};
  for (const auto each : messages) {
    const auto topic = each.getTopic();
    const auto data = each.getMessage();
    batch.messages.push_back({{topic.begin(), topic.size()}, {reinterpret_cast<const std::byte*>(data.begin()), data.size()}});
  }
  out = std::move(batch);
  return Verdict::kOk;
}

std::size_t words_of(const MemberBatch& batch) {
  return capnp::sizeInWords<schema::MemberBatch>() + capnp::sizeInWords<schema::Header>() +
         struct_list_words<schema::MemberRow>(batch.members.size());
}

void write(const MemberBatch& from, schema::MemberBatch::Builder to) {
  write_header(from.header, to.initHeader());
  to.setJseq(from.jseq);
  to.setEventTime(from.event_time_ns);
  auto members = to.initMembers(count(from.members));
  for (capnp::uint i = 0; i < members.size(); ++i) {
    const MemberRow& row = from.members[i];
    members[i].setLastE9(row.last_e9);
    members[i].setRefE9(row.ref_e9);
    members[i].setVolumeShares(row.volume_shares);
    members[i].setLastTradeNs(row.last_trade_ns);
    members[i].setSymbol(row.symbol);
    members[i].setRole(static_cast<std::uint8_t>(row.role));
    members[i].setHalted(row.halted);
    members[i].setQuarantined(row.quarantined);
    members[i].setSuspect(row.suspect);
    members[i].setCounts(row.counts);
  }
}

Verdict read(schema::MemberBatch::Reader from, MemberBatch& out) {
  const auto members = from.getMembers();
  if (is_phantom(members)) return Verdict::kMalformed;
  MemberBatch batch{.header = read_header(from.getHeader()), .jseq = from.getJseq(), .event_time_ns = from.getEventTime(), .members = {}};
  batch.members.reserve(members.size());
  for (const auto row : members) {
    MemberRow member{.symbol = row.getSymbol(),
                     .halted = row.getHalted(),
                     .quarantined = row.getQuarantined(),
                     .suspect = row.getSuspect(),
                     .counts = row.getCounts(),
                     .last_e9 = row.getLastE9(),
                     .ref_e9 = row.getRefE9(),
                     .volume_shares = row.getVolumeShares(),
                     .last_trade_ns = row.getLastTradeNs()};
    if (!from_code(row.getRole(), kRoleNames.size(), member.role)) return Verdict::kMalformed;
    batch.members.push_back(member);
  }
  out = std::move(batch);
  return Verdict::kOk;
}

// A request's union; false: a kind that this version has no name for.
bool read_question(schema::Request::Reader from, Request& out) {
  const auto take = [&](schema::Fill::Reader fill) {
    out.universe = from_text(fill.getUniverse());
    out.scope = from_text(fill.getScope());
    out.from = fill.getFrom();
    out.to = fill.getTo();
  };
  switch (from.which()) {
    case schema::Request::HELLO: out.kind = RequestKind::kHello, out.text = from_text(from.getHello()); return true;
    case schema::Request::SNAPSHOT: out.kind = RequestKind::kSnapshot, take(from.getSnapshot()); return true;
    case schema::Request::FILL: out.kind = RequestKind::kFill, take(from.getFill()); return true;
    case schema::Request::TICK_FILL: out.kind = RequestKind::kTickFill; return true;
    case schema::Request::REPLAY: out.kind = RequestKind::kReplay; return true;
    case schema::Request::CATALOG: out.kind = RequestKind::kCatalog; return true;
    case schema::Request::STATS: out.kind = RequestKind::kStats; return true;
    case schema::Request::CANCEL: out.kind = RequestKind::kCancel, out.target = from.getCancel(); return true;
    case schema::Request::STREAM:
      out.kind = RequestKind::kStream;
      out.credit = from.getStream().getCredit();
      for (const auto topic : from.getStream().getTopics()) out.topics.push_back(from_text(topic));
      return true;
    case schema::Request::CREDIT:
      out.kind = RequestKind::kCredit;
      out.target = from.getCredit().getStream();
      out.credit = from.getCredit().getCredit();
      return true;
    case schema::Request::MEMBERS: out.kind = RequestKind::kMembers, take(from.getMembers()); return true;
  }
  return false;
}

void write_question(const Request& from, schema::Request::Builder to) {
  const auto put = [&](schema::Fill::Builder fill) {
    fill.setUniverse(to_text(from.universe));
    fill.setScope(to_text(from.scope));
    fill.setFrom(from.from);
    fill.setTo(from.to);
  };
  switch (from.kind) {
    case RequestKind::kHello: to.setHello(to_text(from.text)); return;
    case RequestKind::kSnapshot: put(to.initSnapshot()); return;
    case RequestKind::kFill: put(to.initFill()); return;
    case RequestKind::kTickFill: to.initTickFill(); return;
    case RequestKind::kReplay: to.initReplay(); return;
    case RequestKind::kCatalog: to.setCatalog(); return;
    case RequestKind::kStats: to.setStats(); return;
    case RequestKind::kCancel: to.setCancel(from.target); return;
    case RequestKind::kStream: {
      auto stream = to.initStream();
      stream.setCredit(from.credit);
      auto topics = stream.initTopics(count(from.topics));
      for (capnp::uint i = 0; i < topics.size(); ++i) topics.set(i, to_text(from.topics[i]));
      return;
    }
    case RequestKind::kCredit: {
      auto credit = to.initCredit();
      credit.setStream(from.target);
      credit.setCredit(from.credit);
      return;
    }
    case RequestKind::kMembers: put(to.initMembers()); return;
  }
}

std::size_t words_of(const Request& request) {
  std::size_t words = 1 + capnp::sizeInWords<schema::Request>() + capnp::sizeInWords<schema::Replay>() + 1 + request.topics.size();
  for (const std::string* text : {&request.text, &request.universe, &request.scope}) words += text_words(*text);
  for (const std::string& topic : request.topics) words += text_words(topic);
  return words;
}

}  // namespace

struct NodeCodec::Impl {
  MessageWriter writer{64 * 1024};
  AlignedBytes scratch{64 * 1024};
  std::vector<Level> converted;

  template <class Schema, class Body>
  std::span<const std::byte> reply(const ReplyHead& head, const Body& body) {
    return writer.build<schema::Reply>(0, head_words(head) + words_of(body), [&](schema::Reply::Builder to) {
      write_head(head, to);
      write(body, to.initBody().initAs<Schema>());
    });
  }
  template <class Schema, class Read>
  Verdict body(std::span<const std::byte> frame, Read&& read_body) {
    if (frame.size() > kMaxReplyBytes) return Verdict::kOversized;
    return read_message<schema::Reply>(scratch, frame, 0, [&](schema::Reply::Reader from) {
      return from.hasBody() ? read_body(from.getBody().getAs<Schema>()) : Verdict::kMalformed;
    });
  }
};

NodeCodec::NodeCodec() : impl_(std::make_unique<Impl>()) {}
NodeCodec::~NodeCodec() = default;

std::span<const std::byte> NodeCodec::encode(const Request& request) {
  return impl_->writer.build<schema::Request>(0, words_of(request), [&](schema::Request::Builder to) {
    to.setId(request.id);
    to.setDeadlineNs(request.deadline_ns);
    write_question(request, to);
  });
}

std::span<const std::byte> NodeCodec::encode(const ReplyHead& head) {
  return impl_->writer.build<schema::Reply>(0, head_words(head), [&](schema::Reply::Builder to) { write_head(head, to); });
}
std::span<const std::byte> NodeCodec::encode(const ReplyHead& head, const Snapshot& body) {
  return impl_->reply<schema::Snapshot>(head, body);
}
std::span<const std::byte> NodeCodec::encode(const ReplyHead& head, const LevelBatch& body) {
  return impl_->reply<schema::LevelBatch>(head, body);
}
std::span<const std::byte> NodeCodec::encode(const ReplyHead& head, const EdgeBatch& body) {
  return impl_->reply<schema::EdgeBatch>(head, body);
}
std::span<const std::byte> NodeCodec::encode(const ReplyHead& head, const Catalog& body) {
  return impl_->reply<schema::Catalog>(head, body);
}
std::span<const std::byte> NodeCodec::encode(const ReplyHead& head, const StreamBatch& body) {
  return impl_->reply<schema::StreamBatch>(head, body);
}
std::span<const std::byte> NodeCodec::encode(const ReplyHead& head, const MemberBatch& body) {
  return impl_->reply<schema::MemberBatch>(head, body);
}

Verdict NodeCodec::decode(std::span<const std::byte> frame, Request& out) {
  if (frame.size() > kMaxRequestBytes) return Verdict::kOversized;
  return read_message<schema::Request>(impl_->scratch, frame, 0, [&](schema::Request::Reader from) {
    Request request;
    request.id = from.getId();
    request.deadline_ns = from.getDeadlineNs();
    if (!read_question(from, request)) {
      out = {.id = request.id};
      return Verdict::kUnknownKind;
    }
    out = std::move(request);
    return Verdict::kOk;
  });
}

Verdict NodeCodec::decode(std::span<const std::byte> frame, ReplyHead& out) {
  if (frame.size() > kMaxReplyBytes) return Verdict::kOversized;
  return read_message<schema::Reply>(impl_->scratch, frame, 0, [&](schema::Reply::Reader from) {
    if (from.getStatus() >= kReplyStatusNames.size()) return Verdict::kMalformed;
    out = {.id = from.getId(),
           .status = static_cast<ReplyStatus>(from.getStatus()),
           .more = from.getMore(),
           .chunk = from.getChunk(),
           .oldest = from.getOldest(),
           .text = from_text(from.getText())};
    return Verdict::kOk;
  });
}

Verdict NodeCodec::decode_body(std::span<const std::byte> frame, Snapshot& out) {
  return impl_->body<schema::Snapshot>(frame, [&](schema::Snapshot::Reader from) { return read(from, out); });
}
Verdict NodeCodec::decode_body(std::span<const std::byte> frame, LevelBatch& out) {
  return impl_->body<schema::LevelBatch>(frame, [&](schema::LevelBatch::Reader from) { return read(from, impl_->converted, out); });
}
Verdict NodeCodec::decode_body(std::span<const std::byte> frame, EdgeBatch& out) {
  return impl_->body<schema::EdgeBatch>(frame, [&](schema::EdgeBatch::Reader from) { return read(from, out); });
}
Verdict NodeCodec::decode_body(std::span<const std::byte> frame, Catalog& out) {
  return impl_->body<schema::Catalog>(frame, [&](schema::Catalog::Reader from) { return read(from, out); });
}
Verdict NodeCodec::decode_body(std::span<const std::byte> frame, StreamBatch& out) {
  return impl_->body<schema::StreamBatch>(frame, [&](schema::StreamBatch::Reader from) { return read(from, out); });
}
Verdict NodeCodec::decode_body(std::span<const std::byte> frame, MemberBatch& out) {
  return impl_->body<schema::MemberBatch>(frame, [&](schema::MemberBatch::Reader from) { return read(from, out); });
}

Verdict SnapshotParts::take(const ReplyHead& head, std::span<const std::byte> frame, NodeCodec& codec) {
  if (head.chunk == 0) return codec.decode_body(frame, whole_.head);
  LevelBatch batch;
  const Verdict verdict = codec.decode_body(frame, batch);
  if (verdict != Verdict::kOk) return verdict;
  level_count_ += batch.levels.size();
  if (level_count_ > kMostLevels) return Verdict::kOversized;
  whole_.levels.emplace_back(batch);
  return Verdict::kOk;
}

Verdict MemberParts::take(const ReplyHead& head, std::span<const std::byte> frame, NodeCodec& codec) {
  MemberBatch batch;
  const Verdict verdict = codec.decode_body(frame, batch);
  if (verdict != Verdict::kOk) return verdict;
  if (head.chunk == 0) {
    whole_ = std::move(batch);
    return Verdict::kOk;
  }
  if (batch.header.scope != whole_.header.scope || batch.jseq != whole_.jseq) return Verdict::kMalformed;
  if (whole_.members.size() + batch.members.size() > kMostMembers) return Verdict::kOversized;
  whole_.members.insert(whole_.members.end(), batch.members.begin(), batch.members.end());
  return Verdict::kOk;
}

std::string control_endpoint_of(const std::string& publish_endpoint) {
  if (!publish_endpoint.starts_with("tcp://")) return publish_endpoint + ".control";
  const std::size_t colon = publish_endpoint.rfind(':');
  const std::string port = publish_endpoint.substr(colon + 1);
  const bool number =
      !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number ? publish_endpoint.substr(0, colon + 1) + std::to_string(std::stoul(port) + 1) : publish_endpoint;
}

}  // namespace groundswell::wire
