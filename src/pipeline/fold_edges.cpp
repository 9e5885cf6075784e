// How the fold makes edges: what every edge carries, its numbers and its id.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "pipeline/fold_impl.hpp"

namespace groundswell::pipeline {
namespace {

Edge empty_edge(EdgeType type, std::int8_t direction, std::uint64_t ts_event_ns, Clock clock) noexcept {
  Edge e;
  std::memset(static_cast<void*>(&e), 0, sizeof e);
  e.ts_event_ns = ts_event_ns;
  e.subject = kNoSubject;
  e.type = type;
  e.trigger = e.signal = kNoIndex;
  e.direction = direction;
  e.clock = clock;
  return e;
}

}  // namespace

// After a group moved `symbol`: the numbers of the families that record triggers read, in every scope it is in. All of them, watched or
// not, since a wave reads what its baskets left.
void Fold::record_triggers(std::uint32_t symbol, Sink& sink) noexcept {
  if (!market_->states()[symbol].rostered) return;
  const signal::Book::Step step = live_step(event_time_ns_);
  for (const std::uint32_t scope : book_->scopes_of(symbol)) {
    book_->evaluate_families(scope, step, triggers_->record_families(), between_steps_.data());
    triggers_->look(scope, Evaluate::kRecord, true, between_steps_.data(), event_time_ns_, *book_,
                    [&](const signal::Triggers::Fired& fired, std::span<const Why> why) {
                      trigger_edge(fired, why, between_steps_[fired.signal], event_time_ns_, Clock::kLive, 0, sink);
                    });
  }
}

void Fold::trigger_edge(const signal::Triggers::Fired& fired, std::span<const Why> why, const Level& level, std::uint64_t ts_event_ns,
                        Clock clock, std::uint32_t flags, Sink& sink) noexcept {
  Edge e = empty_edge(fired.type, fired.direction, ts_event_ns, clock);
  e.value = fired.value;
  e.prior = fired.prior;
  e.threshold = fired.threshold;
  e.present = fired.present;
  e.flags = level.flags | flags;
  e.n_valid = level.n_valid;
  e.n_members = level.n_members;
  e.validity = level.validity;
  e.scope = scope_numbers_[fired.scope];
  e.trigger = fired.trigger;
  e.signal = fired.signal;
  e.definition = definition_of(fired.signal);
  send_edge(e, why, sink);
}

std::uint64_t Fold::definition_of(std::uint16_t signal) const noexcept {
  const auto row = std::find_if(catalog_.begin(), catalog_.end(), [&](const signal::CatalogRow& each) { return each.index == signal; });
  return row == catalog_.end() ? 0 : row->definition;
}

void Fold::roster_edge(std::uint16_t scope, const Level& now, const Level& prior, Sink& sink) noexcept {
  Edge e = empty_edge(EdgeType::kRosterChange, 0, event_time_ns_, Clock::kLive);
  e.value = now.value;
  e.prior = prior.value;
  e.present = static_cast<std::uint8_t>((now.present != 0 ? kValuePresent : 0) | (prior.present != 0 ? kPriorPresent : 0));
  e.flags = now.flags;
  e.n_valid = now.n_valid;
  e.n_members = now.n_members;
  e.validity = now.validity;
  e.scope = scope;
  e.signal = roster_signal_;
  e.definition = definition_of(roster_signal_);
  send_edge(e, roster_parts_, sink);
}

// Edges without a trigger are about the whole thesis, or one of its members.
void Fold::edge(EdgeType type, std::uint32_t subject, std::int8_t direction, std::uint64_t ts_event_ns, Clock clock, std::uint32_t flags,
                double value, bool present, Sink& sink) noexcept {
  Edge e = empty_edge(type, direction, ts_event_ns, clock);
  const std::size_t scope = scope_numbers_.size() - 1;
  e.value = value;
  e.flags = flags;
  e.subject = subject;
  e.n_members = static_cast<std::uint32_t>(book_->members(scope).size());
  e.scope = scope_numbers_[scope];
  e.validity = (flags & kFlagProvisional) != 0 ? Validity::kProvisional : Validity::kOk;
  e.present = present ? kValuePresent : 0;
  send_edge(e, {}, sink);
}

void Fold::send_edge(Edge& e, std::span<const Why> why, Sink& sink) noexcept {
  e.eseq = next_eseq_++;
  e.scope_seq = next_scope_seq_[e.scope]++;
  e.cause_jseq = jseq_;
  e.roster = book_->roster_hash();
  e.session = roll_.session;
  // event_id: config|universe|scope|subject|type|trigger|session|ts_event|direction
  const std::string_view trigger = e.trigger == kNoIndex ? std::string_view() : trigger_names_[e.trigger];
  const std::string_view subject = e.subject == kNoSubject ? std::string_view() : symbols_[e.subject];
  const auto end = fmt::format_to_n(hash_->text.data(), hash_->text.size(), "{:016x}|{}|{}|{}|{}|{}|{}|{}|{}", config_hash_, universe_name_,
                                    scope_names_[e.scope], subject, edge_type_name(e.type), trigger, e.session, e.ts_event_ns, e.direction);
  hash_->sha.update(hash_->text.data(), std::min(end.size, hash_->text.size()));
  const Sha256::Digest digest = hash_->sha.finish();
  for (std::size_t i = 0; i < 8; ++i) {
    e.event_id.hi = e.event_id.hi << 8 | digest[i];
    e.event_id.lo = e.event_id.lo << 8 | digest[i + 8];
  }
  ++counters_.edges;
  sink.on_edge(e, why);
}

}  // namespace groundswell::pipeline
