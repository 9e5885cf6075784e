#include "wire/subscription.hpp"

#include <algorithm>
#include <utility>

#include "base/sha256.hpp"

namespace groundswell::wire {

Subscription::Subscription(SubscriptionSink& sink, SubscriptionOptions options) : sink_(sink), options_(std::move(options)) {}

Subscription::Scope* Subscription::wanted(const Header& header) noexcept {
  if (header.recording_id != recording_id_ || header.universe != 0 || header.scope >= scopes_.size()) return nullptr;
  return scopes_[header.scope].wanted ? &scopes_[header.scope] : nullptr;
}

void Subscription::hear(std::string_view topic, std::span<const std::byte> message, std::int64_t now_ns) {
  if (topic.size() > 1 && std::string_view("ELCK").find(topic[0]) != std::string_view::npos && !topic.substr(1).starts_with(".main."))
    return sink_.on_other(topic, message);
  Verdict verdict = Verdict::kUnknownKind;
  switch (topic.empty() ? '\0' : topic[0]) {
    case 'H': {
      Heartbeat heartbeat;
      if ((verdict = signals_->decode(message, heartbeat)) == Verdict::kOk) take(heartbeat);
      break;
    }
    case 'K': {
      Catalog catalog;
      if ((verdict = signals_->decode(message, catalog)) == Verdict::kOk)
        take(catalog, sha256_prefix64({reinterpret_cast<const char*>(message.data()), message.size()}));
      break;
    }
    case 'E': {
      EdgeBatch batch;
      if ((verdict = signals_->decode(message, batch)) == Verdict::kOk) take(batch, message, false);
      break;
    }
    case 'L':
    case 'C': {
      LevelBatch batch;
      if ((verdict = signals_->decode(message, batch)) != Verdict::kOk) break;
      if (topic[0] == 'L') take(batch);
      if (topic[0] == 'C' && !options_.levels && wanted(batch.header) != nullptr) sink_.on_levels(batch);
      break;
    }
    case 'O': {
      Operation operation;
      if ((verdict = signals_->decode(message, operation)) == Verdict::kOk) sink_.on_operation(operation);
      break;
    }
    default: break;
  }
  counters_.refused += verdict != Verdict::kOk;
  ask_what_is_missing(now_ns);
}

void Subscription::take(const Heartbeat& heartbeat) {
  if (heartbeat.recording_id != recording_id_) begin_recording(heartbeat.recording_id);
  wanted_catalog_hash_ = heartbeat.catalog_hash;
  for (const NextNumbers& row : heartbeat.next) {
    if (row.universe != 0 || row.scope >= scopes_.size() || !scopes_[row.scope].wanted) continue;
    Scope& scope = scopes_[row.scope];
    scope.edges_end = std::max(scope.edges_end, row.scope_seq);
    scope.levels_end = std::max(scope.levels_end, row.level_seq);
    if (joined_) look_for_missing_levels(scope);
  }
  sink_.on_heartbeat(heartbeat);
}

void Subscription::begin_recording(std::uint64_t recording_id) {
  recording_id_ = recording_id;
  joined_ = false;
  join_at_ns_ = catalog_at_ns_ = 0;
  scopes_.clear();
  edges_held_ = levels_held_ = 0;
  forget_questions();
  if (catalog_) take(*catalog_, catalog_hash_);
  ++counters_.recordings;
  sink_.on_recording(recording_id);
}

void Subscription::take(const Catalog& catalog, std::uint64_t hash) {
  const bool is_new = !catalog_ || catalog_hash_ != hash;
  if (is_new) {
    catalog_ = catalog;
    catalog_hash_ = hash;
  }
  const std::size_t known = scopes_.size();
  scopes_.resize(std::max(known, catalog_->scopes.size()));
  for (std::size_t i = known; joined_ && i < scopes_.size(); ++i)  // a scope that is new in the recording: all of it is still to come
    scopes_[i].next_edge = scopes_[i].next_level = scopes_[i].joined_at = 1;
  for (std::size_t i = 0; i < catalog_->scopes.size(); ++i) {
    scopes_[i].wanted =
        options_.scopes.empty() || std::find(options_.scopes.begin(), options_.scopes.end(), catalog_->scopes[i]) != options_.scopes.end();
  }
  if (is_new) sink_.on_catalog(*catalog_);
}

void Subscription::take(const LevelBatch& batch) {
  Scope* const scope = wanted(batch.header);
  if (scope == nullptr || !options_.levels) return;
  if (joined_ && !scope->levels_missing && !batch.full && batch.level_seq > scope->next_level) scope->levels_missing = true;
  if (!joined_ || scope->levels_missing) {
    hold(*scope, batch);
  } else {
    pass_levels(*scope, batch);
  }
}

void Subscription::hold(Scope& scope, const LevelBatch& batch) {
  if (levels_held_ == kMostHeldLevels) {  // the number will have jumped when there is room again
    ++counters_.left_out;
    return;
  }
  ++levels_held_;
  scope.held_levels.emplace_back(batch);
}

void Subscription::pass_levels(Scope& scope, const LevelBatch& batch) {
  if (batch.level_seq < scope.next_level) {
    ++counters_.old_levels;
    return;
  }
  if (batch.last) scope.next_level = batch.level_seq + 1;
  ++counters_.levels;
  sink_.on_levels(batch);
}

void Subscription::drain_levels(Scope& scope) {
  while (!scope.held_levels.empty() && !scope.levels_missing) {
    const OwnedLevels& first = scope.held_levels.front();
    if (!first.batch.full && first.batch.level_seq > scope.next_level) {
      scope.levels_missing = true;
      return;
    }
    pass_levels(scope, first.batch);
    scope.held_levels.pop_front();
    --levels_held_;
  }
}

void Subscription::take(EdgeBatch& batch, std::span<const std::byte> message, bool filled) {
  Scope* const scope = wanted(batch.header);
  if (scope == nullptr || !options_.edges || batch.edges.empty()) return;
  const std::uint64_t end = batch.scope_seq + batch.edges.size();
  scope->edges_end = std::max(scope->edges_end, end);
  if (joined_ && batch.scope_seq <= scope->next_edge) {
    counters_.duplicate_edges += std::min<std::uint64_t>(scope->next_edge - batch.scope_seq, batch.edges.size());
    if (filled && end > scope->next_edge) counters_.filled_edges += end - scope->next_edge;
    pass_edges(*scope, batch, message);
    drain_edges(*scope);
    return;
  }
  if (edges_held_ >= kMostHeldEdges || scope->held_edges.contains(batch.scope_seq)) {  // the former: filled later
    ++(edges_held_ >= kMostHeldEdges ? counters_.left_out : counters_.duplicate_edges);
    return;
  }
  ++edges_held_;
  const std::uint64_t first = batch.scope_seq;
  scope->held_edges.emplace(first, HeldEdges{std::move(batch), {message.begin(), message.end()}});
}

// Of a batch that begins at or before the next number, what is new; what lies before the join and what comes after it apart.
void Subscription::pass_edges(Scope& scope, EdgeBatch& batch, std::span<const std::byte> message) {
  const std::uint64_t seen = std::min<std::uint64_t>(scope.next_edge - batch.scope_seq, batch.edges.size());
  if (seen == batch.edges.size()) return;
  const bool past = !scope.resumed && scope.next_edge < scope.joined_at;
  const std::uint64_t left = batch.edges.size() - seen;
  const std::uint64_t count = past ? std::min(left, scope.joined_at - scope.next_edge) : left;
  scope.next_edge += count;
  counters_.edges += count;
  if (count == batch.edges.size()) return sink_.on_edges(batch, message, past);
  const auto first = batch.edges.begin() + static_cast<std::ptrdiff_t>(seen);
  EdgeBatch part{.header = batch.header, .scope_seq = batch.scope_seq + seen, .edges = {first, first + static_cast<std::ptrdiff_t>(count)}};
  sink_.on_edges(part, {}, past);
  if (count < left) pass_edges(scope, batch, {});
}

void Subscription::drain_edges(Scope& scope) {
  while (!scope.held_edges.empty() && scope.held_edges.begin()->first <= scope.next_edge) {
    HeldEdges held = std::move(scope.held_edges.begin()->second);
    scope.held_edges.erase(scope.held_edges.begin());
    --edges_held_;
    counters_.duplicate_edges += std::min<std::uint64_t>(scope.next_edge - held.batch.scope_seq, held.batch.edges.size());
    pass_edges(scope, held.batch, held.message);
  }
}

void Subscription::give_up_edges(std::size_t index, std::uint64_t next) {
  Scope& scope = scopes_[index];
  if (next <= scope.next_edge) return;
  if (scope.resumed || scope.next_edge >= scope.joined_at) {
    counters_.lost_edges += next - scope.next_edge;
    sink_.on_lost(static_cast<std::uint16_t>(index), scope.next_edge, next - 1);
  }
  scope.next_edge = next;
  drain_edges(scope);
}

bool Subscription::is_whole() const noexcept {
  return joined_ && questions_.empty() && std::none_of(scopes_.begin(), scopes_.end(), [&](const Scope& scope) {
           return scope.wanted && (scope.levels_missing || (options_.edges && edges_missing(scope)));
         });
}

std::vector<NextNumbers> Subscription::positions() const {
  std::vector<NextNumbers> rows;
  for (std::size_t i = 0; i < scopes_.size(); ++i) {
    if (!scopes_[i].wanted || scopes_[i].next_edge == 0) continue;
    rows.push_back({.universe = 0,
                    .scope = static_cast<std::uint16_t>(i),
                    .eseq = 0,
                    .scope_seq = scopes_[i].next_edge,
                    .level_seq = scopes_[i].next_level});
  }
  return rows;
}

}  // namespace groundswell::wire
