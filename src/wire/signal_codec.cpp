#include <capnp/generated-header-support.h>

#include "wire/signal_codec_impl.hpp"

namespace groundswell::wire {
namespace {

static_assert(capnp::sizeInWords<schema::Level>() * kWordBytes == sizeof(Level));

constexpr std::size_t kShortestLevelBytes = 8;  // a level shorter than its value is none
constexpr std::size_t kValidities = kValidityNames.size();
constexpr std::size_t kClocks = kClockNames.size();
constexpr std::size_t kEngineStates = kEngineStateNames.size();

Level level_by_fields(schema::Level::Reader from) {
  return {.value = from.getValue(),
          .flags = from.getFlags(),
          .subject = from.getSubject(),
          .n_valid = from.getNValid(),
          .n_members = from.getNMembers(),
          .signal = from.getSignal(),
          .validity = static_cast<Validity>(from.getValidity()),
          .present = from.getPresent(),
          .zero = from.getSpare()};
}

// Names are looked up by these codes, so an unknown one must not get through.
bool has_known_codes(const Level& level) { return static_cast<std::size_t>(level.validity) < kValidities && level.present <= 1; }

void write_edge(schema::Edge::Builder to, const EdgeWithWhy& from) {
  const Edge& edge = from.edge;
  to.setEseq(edge.eseq);
  to.setEventIdHi(edge.event_id.hi);
  to.setEventIdLo(edge.event_id.lo);
  to.setTsEvent(edge.ts_event_ns);
  to.setCauseJseq(edge.cause_jseq);
  to.setValue(edge.value);
  to.setPrior(edge.prior);
  to.setThreshold(edge.threshold);
  to.setDefinition(edge.definition);
  to.setRoster(edge.roster);
  to.setFlags(edge.flags);
  to.setSubject(edge.subject);
  to.setNValid(edge.n_valid);
  to.setNMembers(edge.n_members);
  to.setType(static_cast<std::uint16_t>(edge.type));
  to.setTrigger(edge.trigger);
  to.setSignal(edge.signal);
  to.setDirection(edge.direction);
  to.setValidity(static_cast<std::uint8_t>(edge.validity));
  to.setClock(static_cast<std::uint8_t>(edge.clock));
  to.setPresent(edge.present);
  if (from.why.empty()) return;
  auto why = to.initWhy(count(from.why));
  for (capnp::uint i = 0; i < why.size(); ++i) {
    why[i].setDelta(from.why[i].delta);
    why[i].setSymbol(from.why[i].symbol);
  }
}

// False when a code is unknown or a list claims elements without bytes.
bool read_edge(schema::Edge::Reader from, EdgeWithWhy& to) {
  Edge& edge = to.edge;
  edge.eseq = from.getEseq();
  edge.event_id = {.hi = from.getEventIdHi(), .lo = from.getEventIdLo()};
  edge.ts_event_ns = from.getTsEvent();
  edge.cause_jseq = from.getCauseJseq();
  edge.value = from.getValue();
  edge.prior = from.getPrior();
  edge.threshold = from.getThreshold();
  edge.definition = from.getDefinition();
  edge.roster = from.getRoster();
  edge.flags = from.getFlags();
  edge.subject = from.getSubject();
  edge.n_valid = from.getNValid();
  edge.n_members = from.getNMembers();
  edge.type = static_cast<EdgeType>(from.getType());
  edge.trigger = from.getTrigger();
  edge.signal = from.getSignal();
  edge.direction = from.getDirection();
  edge.present = from.getPresent();
  const auto why = from.getWhy();
  if (edge.present > 7 || is_phantom(why)) return false;
  for (const auto part : why) to.why.push_back({.delta = part.getDelta(), .symbol = part.getSymbol(), .zero = 0});
  return from_code(from.getValidity(), kValidities, edge.validity) && from_code(from.getClock(), kClocks, edge.clock);
}

}  // namespace

void write_header(const Header& from, schema::Header::Builder to) {
  to.setRecordingId(from.recording_id);
  to.setCatalogHash(from.catalog_hash);
  to.setConfigHash(from.config_hash);
  to.setSendTs(from.send_ns);
  to.setSession(from.session);
  to.setUniverse(from.universe);
  to.setScope(from.scope);
}

Header read_header(schema::Header::Reader from) {
  return {.recording_id = from.getRecordingId(),
          .catalog_hash = from.getCatalogHash(),
          .config_hash = from.getConfigHash(),
          .send_ns = from.getSendTs(),
          .session = from.getSession(),
          .universe = from.getUniverse(),
          .scope = from.getScope()};
}

void write_next(const std::vector<NextNumbers>& from, capnp::List<schema::Next>::Builder to) {
  for (capnp::uint i = 0; i < to.size(); ++i) {
    to[i].setUniverse(from[i].universe);
    to[i].setScope(from[i].scope);
    to[i].setEseq(from[i].eseq);
    to[i].setScopeSeq(from[i].scope_seq);
    to[i].setLevelSeq(from[i].level_seq);
  }
}

std::vector<NextNumbers> read_next(capnp::List<schema::Next>::Reader from) {
  std::vector<NextNumbers> next;
  for (const auto row : from) {
    next.push_back({.universe = row.getUniverse(),
                    .scope = row.getScope(),
                    .eseq = row.getEseq(),
                    .scope_seq = row.getScopeSeq(),
                    .level_seq = row.getLevelSeq()});
  }
  return next;
}

std::size_t words_of(const LevelBatch& batch) {
  return capnp::sizeInWords<schema::LevelBatch>() + capnp::sizeInWords<schema::Header>() +
         struct_list_words<schema::Level>(batch.levels.size());
}

void write(const LevelBatch& from, schema::LevelBatch::Builder to) {
  write_header(from.header, to.initHeader());
  to.setLevelSeq(from.level_seq);
  to.setTsEvent(from.ts_event_ns);
  to.setCauseJseq(from.cause_jseq);
  to.setClock(static_cast<std::uint8_t>(from.clock));
  to.setFull(from.full);
  to.setLast(from.last);
  to.setRoster(from.roster);
  copy_elements(from.levels, to.initLevels(count(from.levels)));
}

Verdict read(schema::LevelBatch::Reader from, std::vector<Level>& converted, LevelBatch& out) {
  LevelBatch batch;
  if (!from_code(from.getClock(), kClocks, batch.clock)) return Verdict::kMalformed;
  batch.header = read_header(from.getHeader());
  batch.level_seq = from.getLevelSeq();
  batch.ts_event_ns = from.getTsEvent();
  batch.cause_jseq = from.getCauseJseq();
  batch.full = from.getFull();
  batch.last = from.getLast();
  batch.roster = from.getRoster();
  const auto list = from.getLevels();
  if (list.size() != 0) {
    if (element_layout(list).data_bytes < kShortestLevelBytes) return Verdict::kMalformed;
    if (has_layout(list, sizeof(Level))) {
      batch.levels = elements_in_place<Level>(list);
    } else {
      converted.clear();
      for (const auto level : list) converted.push_back(level_by_fields(level));
      batch.levels = converted;
    }
  }
  for (const Level& level : batch.levels) {
    if (!has_known_codes(level)) return Verdict::kMalformed;
  }
  out = batch;
  return Verdict::kOk;
}

std::size_t words_of(const EdgeBatch& batch) {
  std::size_t words =
      capnp::sizeInWords<schema::EdgeBatch>() + capnp::sizeInWords<schema::Header>() + struct_list_words<schema::Edge>(batch.edges.size());
  for (const EdgeWithWhy& edge : batch.edges) words += struct_list_words<schema::Why>(edge.why.size());
  return words;
}

void write(const EdgeBatch& from, schema::EdgeBatch::Builder to) {
  write_header(from.header, to.initHeader());
  to.setScopeSeq(from.scope_seq);
  auto edges = to.initEdges(count(from.edges));
  for (capnp::uint i = 0; i < edges.size(); ++i) {
    const Edge& edge = from.edges[i].edge;  // these three travel once, in the batch
    GS_ASSERT(edge.scope_seq == from.scope_seq + i && edge.session == from.header.session && edge.scope == from.header.scope);
    write_edge(edges[i], from.edges[i]);
  }
}

Verdict read(schema::EdgeBatch::Reader from, EdgeBatch& out) {
  const auto list = from.getEdges();
  if (is_phantom(list)) return Verdict::kMalformed;
  EdgeBatch batch;
  batch.header = read_header(from.getHeader());
  batch.scope_seq = from.getScopeSeq();
  for (const auto row : list) {
    EdgeWithWhy edge{};
    if (!read_edge(row, edge)) return Verdict::kMalformed;
    edge.edge.scope_seq = batch.scope_seq + batch.edges.size();
    edge.edge.session = batch.header.session;
    edge.edge.scope = batch.header.scope;
    batch.edges.push_back(std::move(edge));
  }
  out = std::move(batch);
  return Verdict::kOk;
}

SignalCodec::SignalCodec() : impl_(std::make_unique<Impl>()) {}
SignalCodec::~SignalCodec() = default;

std::span<const std::byte> SignalCodec::encode(const LevelBatch& batch) {
  return impl_->writer.build<schema::LevelBatch>(0, 1 + words_of(batch), [&](schema::LevelBatch::Builder to) { write(batch, to); });
}

Verdict SignalCodec::decode(std::span<const std::byte> message, LevelBatch& out) {
  return read_message<schema::LevelBatch>(impl_->scratch, message, 0,
                                          [&](schema::LevelBatch::Reader from) { return read(from, impl_->converted, out); });
}

std::span<const std::byte> SignalCodec::encode(const EdgeBatch& batch) {
  return impl_->writer.build<schema::EdgeBatch>(0, 1 + words_of(batch), [&](schema::EdgeBatch::Builder to) { write(batch, to); });
}

Verdict SignalCodec::decode(std::span<const std::byte> message, EdgeBatch& out) {
  return read_message<schema::EdgeBatch>(impl_->scratch, message, 0, [&](schema::EdgeBatch::Reader from) { return read(from, out); });
}

std::span<const std::byte> SignalCodec::encode(const Heartbeat& heartbeat) {
  const std::size_t words = 1 + capnp::sizeInWords<schema::Heartbeat>() + struct_list_words<schema::Next>(heartbeat.next.size());
  return impl_->writer.build<schema::Heartbeat>(0, words, [&](schema::Heartbeat::Builder to) {
    to.setRecordingId(heartbeat.recording_id);
    to.setStartedNs(heartbeat.started_ns);
    to.setSendTs(heartbeat.send_ns);
    to.setEventTime(heartbeat.event_time_ns);
    to.setWrittenJseq(heartbeat.written_jseq);
    to.setSyncedJseq(heartbeat.synced_jseq);
    to.setCatalogHash(heartbeat.catalog_hash);
    to.setConfigHash(heartbeat.config_hash);
    to.setState(static_cast<std::uint8_t>(heartbeat.state));
    to.setMode(static_cast<std::uint8_t>(heartbeat.mode));
    write_next(heartbeat.next, to.initNext(count(heartbeat.next)));
  });
}

Verdict SignalCodec::decode(std::span<const std::byte> message, Heartbeat& out) {
  return read_message<schema::Heartbeat>(impl_->scratch, message, 0, [&](schema::Heartbeat::Reader from) {
    Heartbeat heartbeat;
    const auto list = from.getNext();
    const bool codes_known =
        from_code(from.getState(), kEngineStates, heartbeat.state) && from_code(from.getMode(), kModeNames.size(), heartbeat.mode);
    if (!codes_known || is_phantom(list)) return Verdict::kMalformed;
    heartbeat.recording_id = from.getRecordingId();
    heartbeat.started_ns = from.getStartedNs();
    heartbeat.send_ns = from.getSendTs();
    heartbeat.event_time_ns = from.getEventTime();
    heartbeat.written_jseq = from.getWrittenJseq();
    heartbeat.synced_jseq = from.getSyncedJseq();
    heartbeat.catalog_hash = from.getCatalogHash();
    heartbeat.config_hash = from.getConfigHash();
    heartbeat.next = read_next(list);
    out = std::move(heartbeat);
    return Verdict::kOk;
  });
}

std::span<const std::byte> SignalCodec::encode(const Operation& operation) {
  const std::size_t words = 1 + capnp::sizeInWords<schema::Operation>() + text_words(operation.component) + text_words(operation.text) +
                            text_words(operation.node);
  return impl_->writer.build<schema::Operation>(0, words, [&](schema::Operation::Builder to) {
    to.setNumber(operation.number);
    to.setTime(operation.time_ns);
    to.setSeverity(static_cast<std::uint8_t>(operation.severity));
    to.setComponent(to_text(operation.component));
    to.setText(to_text(operation.text));
    to.setNode(to_text(operation.node));
  });
}

Verdict SignalCodec::decode(std::span<const std::byte> message, Operation& out) {
  return read_message<schema::Operation>(impl_->scratch, message, 0, [&](schema::Operation::Reader from) {
    const auto severity = static_cast<Severity>(from.getSeverity());
    if (severity != Severity::kInfo && severity != Severity::kWarning && severity != Severity::kError) return Verdict::kMalformed;
    out = {.number = from.getNumber(),
           .time_ns = from.getTime(),
           .severity = severity,
           .component = from_text(from.getComponent()),
           .text = from_text(from.getText()),
           .node = from_text(from.getNode())};
    return Verdict::kOk;
  });
}

}  // namespace groundswell::wire
