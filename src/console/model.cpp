#include "console/model.hpp"

#include <algorithm>

#include "pipeline/scope_names.hpp"

namespace groundswell::console {
namespace {

constexpr std::string_view kWavePrefix = "wave:";
const Cell kNever{};

}  // namespace

void Model::begin_anew() {
  cells_.clear();
  scopes_ = signals_ = 0;
  subjects_.clear();
  events_.clear();
  event_time_ns_ = 0;
  session_ = 0;
  ++beginnings_;
}

void Model::on_recording(std::uint64_t recording_id) {
  begin_anew();
  recording_id_ = recording_id;
}

// Scopes and symbols may be added while an engine runs, signals not: cells keep their places.
void Model::fit_catalog() {
  const Catalog& catalog = names_->catalog();
  std::size_t signals = 0;
  for (const SignalEntry& signal : catalog.signals) signals = std::max<std::size_t>(signals, signal.index + std::size_t{1});
  if (signals_ != 0 && signals != signals_) begin_anew();
  if (signals == signals_ && catalog.scopes.size() == scopes_) return;
  if (scopes_ != 0) ++beginnings_;
  signals_ = signals;
  scopes_ = catalog.scopes.size();
  cells_.resize(scopes_ * signals_);
}

void Model::take(Cell& cell, const client::LevelsEvent& event, const Level& level) const noexcept {
  if (event.ts_event_ns < cell.ts_event_ns || (event.ts_event_ns == cell.ts_event_ns && event.clock < cell.clock)) return;
  cell = {.level = level, .ts_event_ns = event.ts_event_ns, .session = event.session, .clock = event.clock, .change = changes_};
}

void Model::on_levels(const client::LevelsEvent& event) {
  fit_catalog();
  recording_id_ = event.recording_id;
  event_time_ns_ = std::max(event_time_ns_, event.ts_event_ns);
  session_ = std::max(session_, event.session);
  ++changes_;
  const bool about_symbols = event.scope == pipeline::kSymbolsScope;
  for (const Level& level : event.levels) {
    if (about_symbols) {
      take(subjects_[{level.subject, level.signal}], event, level);
    } else if (event.scope_index < scopes_ && level.signal < signals_) {
      take(cells_[event.scope_index * signals_ + level.signal], event, level);
    }
  }
}

const pipeline::EdgeNames& Model::edge_names(const client::EdgeEvent& event) {
  const Catalog& catalog = names_->catalog();
  if (edge_names_.symbols.size() != catalog.symbols.size() || edge_names_.scopes.size() != catalog.scopes.size() ||
      edge_names_.rosters.size() != catalog.rosters.size() || edge_names_.recording_id != event.recording_id ||
      edge_names_.config_hash != event.config_hash) {
    edge_names_ = pipeline::edge_names(catalog, event.recording_id, event.config_hash);
  }
  edge_names_.universe = event.universe;
  return edge_names_;
}

void Model::count_on_from(std::uint64_t changes, std::uint64_t beginnings, std::uint64_t events) noexcept {
  changes_ = std::max(changes_, changes);
  beginnings_ = std::max(beginnings_, beginnings);
  told_events_ = std::max(told_events_, events);
}

void Model::on_edge(const client::EdgeEvent& event) {
  event_time_ns_ = std::max(event_time_ns_, event.edge.ts_event_ns);
  // At its place: those from before a join come scope by scope, and those that were asked for again come late.
  const auto place = std::upper_bound(events_.begin(), events_.end(), event.edge.eseq,
                                      [](std::uint64_t eseq, const Event& other) { return eseq < other.edge.eseq; });
  events_.insert(place, {.edge = event.edge,
                         .why = {event.why.begin(), event.why.end()},
                         .type = std::string(event.type),
                         .scope = std::string(event.scope),
                         .signal = std::string(event.signal),
                         .trigger = std::string(event.trigger),
                         .subject = std::string(event.subject),
                         .json = pipeline::edge_json(event.edge, event.why, edge_names(event)),
                         .number = ++told_events_});
  if (events_.size() > kMostEvents) events_.pop_front();
}

void Model::on_lost(const client::LostEvent& event) { lost_edges_ += event.to_scope_seq - event.from_scope_seq + 1; }

void Model::on_heartbeat(const client::HeartbeatEvent& heartbeat) {
  heartbeat_ = heartbeat;
  heartbeat_at_ns_ = now_ns_;
  recording_id_ = heartbeat.recording_id;
  event_time_ns_ = std::max(event_time_ns_, heartbeat.event_time_ns);
  if (state_ == client::State::kLive) trouble_.clear();
}

void Model::on_operation(const client::OperationEvent& operation) {
  operations_.push_back({.time_ns = operation.time_ns,
                         .severity = operation.severity,
                         .component = std::string(operation.component),
                         .text = std::string(operation.text),
                         .node = std::string(operation.node)});
  if (operations_.size() > kMostOperations) operations_.pop_front();
}

std::vector<ScopeInfo> Model::scopes() const {
  std::vector<ScopeInfo> all;
  for (const std::string& id : names_->catalog().scopes) {
    ScopeInfo info{.id = id, .name = id, .kind = ScopeKind::kBasket, .wave = std::nullopt};
    if (id == pipeline::kSymbolsScope) info.kind = ScopeKind::kSymbols;
    if (id == "thesis") info.kind = ScopeKind::kThesis;
    if (id.starts_with(kWavePrefix)) {
      info.kind = ScopeKind::kWave;
      info.name = id.substr(kWavePrefix.size());
      const auto wave = std::find(kWaveNames.begin(), kWaveNames.end(), info.name);
      if (wave != kWaveNames.end()) info.wave = static_cast<Wave>(wave - kWaveNames.begin() + 1);
    }
    for (const Basket& basket : universe_->baskets) {
      if (basket.id != id) continue;
      info.name = basket.name;
      info.wave = basket.wave;
    }
    all.push_back(std::move(info));
  }
  return all;
}

const Cell& Model::cell(std::uint16_t scope, std::uint16_t signal) const noexcept {
  return scope < scopes_ && signal < signals_ ? cells_[scope * signals_ + signal] : kNever;
}

const Cell& Model::cell(std::string_view scope, std::string_view signal) const noexcept {
  return cell(names_->scope_index(scope), names_->signal_index(signal));
}

}  // namespace groundswell::console
