// How the fold makes edges: what every edge carries, its numbers and its id.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "pipeline/fold_impl.hpp"
#include "pipeline/scope_names.hpp"

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

void Fold::member_edges(std::uint32_t symbol, const market::Market::Applied& applied, Sink& sink) noexcept {
  const auto suspect = [&](EdgeType type, int direction, double move, bool present) {
    edge(type, symbol, static_cast<std::int8_t>(direction), event_time_ns_, Clock::kLive, kFlagSuspectMembers, move, present, sink);
  };
  if (applied.suspect != 0) suspect(EdgeType::kCorpActionSuspect, applied.suspect, applied.suspect_move, applied.suspect > 0);
  if (applied.believed != 0) suspect(EdgeType::kSuspectTick, -1, 0.0, false);
  if (applied.held) suspect(EdgeType::kSuspectTick, 1, applied.held_move, true);
  if (applied.gap_healed && --price_gaps_ == 0) {
    edge(EdgeType::kFeedGapClosed, kNoSubject, -1, event_time_ns_, Clock::kLive, 0, 0.0, false, sink);
  }
  switch (applied.status) {
    case market::StatusChange::kNone: break;
    case market::StatusChange::kHalt: edge(EdgeType::kHaltMember, symbol, 1, event_time_ns_, Clock::kLive, 0, 0.0, false, sink); break;
    case market::StatusChange::kResume: edge(EdgeType::kHaltMember, symbol, -1, event_time_ns_, Clock::kLive, 0, 0.0, false, sink); break;
    case market::StatusChange::kMarketHalt:
      edge(EdgeType::kMarketHalt, kNoSubject, 1, event_time_ns_, Clock::kLive, 0, 0.0, false, sink);
      break;
    case market::StatusChange::kMarketResume:
      edge(EdgeType::kMarketResume, kNoSubject, -1, event_time_ns_, Clock::kLive, 0, 0.0, false, sink);
      break;
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
  e.scope = fired.subject == kNoSubject ? scope_numbers_[fired.scope] : static_cast<std::uint16_t>(symbols_scope_);
  e.subject = fired.subject;
  e.trigger = fired.trigger;
  e.signal = fired.signal;
  e.definition = catalog_row(fired.signal).definition;
  send_edge(e, why, sink);
}

const signal::CatalogRow& Fold::catalog_row(std::uint16_t signal) const noexcept {
  const auto row = std::find_if(catalog_.begin(), catalog_.end(), [&](const signal::CatalogRow& each) { return each.index == signal; });
  GS_ASSERT(row != catalog_.end());
  return *row;
}

// An edge that says what a number is and what it was.
void Fold::compare_edge(EdgeType type, std::uint16_t scope, const Level& before, const Level& now, std::int8_t direction,
                        std::uint64_t instant_ns, Clock clock, std::span<const Why> why, Sink& sink) noexcept {
  Edge e = empty_edge(type, direction, instant_ns, clock);
  e.value = now.value;
  e.prior = before.value;
  e.present = static_cast<std::uint8_t>((now.present != 0 ? kValuePresent : 0) | (before.present != 0 ? kPriorPresent : 0));
  e.flags = now.flags;
  e.n_valid = now.n_valid;
  e.n_members = now.n_members;
  e.validity = now.validity;
  e.scope = scope;
  e.signal = now.signal;
  e.definition = catalog_row(now.signal).definition;
  if (scope == symbols_scope_) e.subject = now.subject;
  send_edge(e, why, sink);
}

// A committed number that is another one than before.
void Fold::revision_edge(std::size_t scope, const Level& before, const Level& now, std::uint64_t instant_ns, Sink& sink) noexcept {
  if (before.present == now.present && std::memcmp(&before.value, &now.value, sizeof now.value) == 0) return;
  const bool both = before.present != 0 && now.present != 0;
  const int direction = both ? (now.value > before.value) - (now.value < before.value) : 0;
  compare_edge(EdgeType::kRevision, static_cast<std::uint16_t>(scope), before, now, static_cast<std::int8_t>(direction), instant_ns,
               Clock::kClose, {}, sink);
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
  // A scope has many revisions at one instant: the number that each is about stands where the trigger would.
  const std::string_view trigger = e.trigger != kNoIndex           ? std::string_view(trigger_names_[e.trigger])
                                   : e.type == EdgeType::kRevision ? std::string_view(catalog_row(e.signal).id)
                                                                   : std::string_view();
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
