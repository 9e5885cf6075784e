// How new reference data comes into force: offered with its text, announced by a record, in force from a roll on.
#include <algorithm>

#include "base/assert.hpp"
#include "pipeline/fold_impl.hpp"
#include "pipeline/scope_names.hpp"

namespace groundswell::pipeline {
namespace {

template <class Row>
std::map<std::uint32_t, std::vector<Row>> by_symbol(const std::vector<Row>& rows, const std::map<std::string, std::uint32_t>& ids,
                                                    std::uint32_t Row::*session) {
  std::map<std::uint32_t, std::vector<Row>> grouped;
  for (const Row& row : rows) {
    const auto id = ids.find(row.symbol);
    if (id != ids.end()) grouped[id->second].push_back(row);
  }
  for (auto& [id, group] : grouped) {
    std::stable_sort(group.begin(), group.end(), [&](const Row& a, const Row& b) { return a.*session < b.*session; });
  }
  return grouped;
}

}  // namespace

// Symbols are numbered in the order of universe_symbols(), whoever does it, so that a replay of the recording gives the same numbers.
Fold::Parts Fold::build(const ReferenceData& reference) {
  const std::vector<std::string> wanted = universe_symbols(reference.universe);
  for (const std::string& symbol : wanted) {
    const auto [at, is_new] = symbol_ids_.emplace(symbol, static_cast<std::uint32_t>(symbols_.size()));
    if (is_new) symbols_.push_back(symbol);
    tracked_.resize(symbols_.size());
    tracked_[at->second] = true;
  }
  is_benchmark_.resize(symbols_.size());
  Parts parts;
  parts.market = std::make_unique<market::Market>(symbols_.size(), tracked_, grid_step_ns_, suspicion_);
  parts.market->set_shares(by_symbol(reference.shares, symbol_ids_, &SharesRow::effective_session));
  parts.market->set_actions(by_symbol(reference.actions, symbol_ids_, &ActionRow::ex_session));
  parts.book = std::make_unique<signal::Book>(reference.universe, symbol_ids_, symbols_.size(), book_options_, tracked_, reference.filings);
  parts.triggers =
      std::make_unique<signal::Triggers>(reference.universe, book_options_, trigger_rules_, *parts.book, triggers_.get(), book_.get());
  const std::size_t pools = parts.book->scope_count();
  parts.current.assign(pools, signal::blank_levels());
  parts.published = parts.committed = parts.current;
  parts.made.assign(pools, 0);
  parts.symbol_levels.resize(parts.book->symbol_levels());
  parts.symbols_committed.resize(parts.book->symbol_levels());
  parts.live_signals.resize(pools);
  parts.record_signals.resize(pools);
  parts.close_signals.resize(pools);
  std::vector<std::uint16_t> live = parts.triggers->signals_of({Evaluate::kRecord, Evaluate::kGrid}), looked_at;
  std::size_t live_scopes = parts.triggers->live_scopes();  // what comes after a scope may read it, nothing before
  for (std::size_t pool = 0; pool < pools; ++pool) {
    const bool is_live_scope = !live_baskets_only_ || parts.book->is_basket(pool);
    for (const signal::CatalogRow& row : catalog_) {
      if (!parts.book->publishes(pool, row)) continue;
      const bool is_live = is_live_scope && (live_ids_.empty() || std::find(live_ids_.begin(), live_ids_.end(), row.id) != live_ids_.end());
      if ((row.info->clocks & signal::kLiveOnly) != 0 && is_live) {
        parts.live_signals[pool].push_back(row.index);
        live.push_back(row.index);
        live_scopes = std::max(live_scopes, pool + 1);
        if (signal::evaluates_per_record(row.index)) {
          parts.record_signals[pool].push_back(row.index);
          looked_at.push_back(row.index);
        }
      }
      if ((row.info->clocks & signal::kCloseOnly) != 0) parts.close_signals[pool].push_back(row.index);
    }
  }
  if (!live_ids_.empty() || live_baskets_only_) parts.book->restrict_live(live, live_scopes);
  if (!emit_every_record_) looked_at.clear();
  const std::vector<std::uint16_t> by_triggers = parts.triggers->signals_of({Evaluate::kRecord});
  looked_at.insert(looked_at.end(), by_triggers.begin(), by_triggers.end());
  parts.book->restrict_record(looked_at);
  universe_version_ = reference.universe.version;
  for (const RosterVersion& version : parts.book->roster_versions()) {
    if (std::find(rosters_.begin(), rosters_.end(), version) == rosters_.end()) rosters_.push_back(version);
  }
  return parts;
}

void Fold::number_scopes(Parts& parts) {
  for (std::size_t pool = 0; pool < parts.book->scope_count(); ++pool) {
    const std::string& name = parts.book->scope_name(pool);
    const auto known = std::find(scope_names_.begin(), scope_names_.end(), name);
    parts.scope_numbers.push_back(static_cast<std::uint16_t>(known - scope_names_.begin()));
    if (known == scope_names_.end()) scope_names_.push_back(name);
  }
  if (std::find(scope_names_.begin(), scope_names_.end(), kSymbolsScope) == scope_names_.end()) {
    symbols_scope_ = scope_names_.size();
    scope_names_.emplace_back(kSymbolsScope);
  }
  next_scope_seq_.resize(scope_names_.size(), 1);
  next_level_seq_.resize(scope_names_.size(), 1);
  last_.grow(LevelSlots(scope_names_.size(), signal::signal_count(), symbols_.size(), signal::symbol_signals(), symbols_scope_));
  rosters_before_.resize(scope_names_.size());
  for (RosterBefore& before : rosters_before_) before.members.reserve(symbols_.size());
  roster_parts_.reserve(2 * symbols_.size());
}

void Fold::use(Parts& parts) noexcept {
  std::swap(market_, parts.market);
  std::swap(book_, parts.book);
  std::swap(triggers_, parts.triggers);
  std::swap(scope_numbers_, parts.scope_numbers);
  std::swap(live_signals_, parts.live_signals);
  std::swap(record_signals_, parts.record_signals);
  std::swap(close_signals_, parts.close_signals);
  std::swap(current_, parts.current);
  std::swap(published_, parts.published);
  std::swap(committed_, parts.committed);
  std::swap(symbols_committed_, parts.symbols_committed);
  std::swap(made_, parts.made);
  std::swap(symbol_levels_, parts.symbol_levels);
}

void Fold::offer(const ReferenceData& reference) { offered_ = std::make_unique<ReferenceData>(reference); }

void Fold::announce(const ReferenceChange& change) {
  if (offered_ == nullptr) return;
  announced_ = std::make_unique<Parts>(build(*offered_));
  number_scopes(*announced_);
  offered_.reset();
  effective_session_ = change.effective_session;
  is_announced_ = 1;
}

void Fold::bring_into_force(std::uint32_t session) {
  if (is_announced_ == 0 || session < effective_session_) return;
  announced_->market->take_over(*market_);
  announced_->book->take_over(*book_);
  announced_->triggers->take_over(*triggers_, *book_, *announced_->book);
  use(*announced_);
  announced_.reset();
  is_announced_ = 0;
}

void Fold::rehearse(const Record& record) {
  if (record.kind == RecordKind::kReferenceChange) announce(record.reference);
  if (record.kind == RecordKind::kSessionRoll) bring_into_force(record.roll.session);
}

void Fold::remember_rosters() noexcept {
  for (RosterBefore& before : rosters_before_) {
    before.had = false;
    before.members.clear();
  }
  for (std::size_t pool = 0; pool < scope_numbers_.size(); ++pool) {
    RosterBefore& before = rosters_before_[scope_numbers_[pool]];
    const auto members = book_->members(pool);
    before.had = true;
    before.members.assign(members.begin(), members.end());
  }
}

// One edge for each scope whose members are others now, and always one for the thesis: its value is the number at the carried closes under
// the new roster, its prior the same under the old one, so that their difference is the work of the roster alone. The parts are the
// members that joined (+1) and left (-1). Scopes that are gone come last.
void Fold::roster_edges(Sink& sink) noexcept {
  const signal::Book::Step step = live_step(event_time_ns_);
  const auto tell = [&](std::uint16_t number, std::span<const std::uint32_t> members, bool always) {
    const RosterBefore& before = rosters_before_[number];
    if (!always && std::equal(members.begin(), members.end(), before.members.begin(), before.members.end())) return;
    roster_parts_.clear();
    auto then = before.members.begin();
    for (const std::uint32_t symbol : members) {
      for (; then != before.members.end() && *then < symbol; ++then) roster_parts_.push_back({-1, *then, 0});
      const bool stays = then != before.members.end() && *then == symbol;
      if (stays) {
        ++then;
      } else {
        roster_parts_.push_back({1, symbol, 0});
      }
    }
    for (; then != before.members.end(); ++then) roster_parts_.push_back({-1, *then, 0});
    const Level now = book_->number_of(members, roster_signal_, market_->states(), step);
    const Level prior = before.had ? book_->number_of(before.members, roster_signal_, market_->states(), step) : Level{};
    compare_edge(EdgeType::kRosterChange, number, prior, now, 0, event_time_ns_, Clock::kLive, roster_parts_, sink);
  };
  for (std::size_t pool = 0; pool < scope_numbers_.size(); ++pool)
    tell(scope_numbers_[pool], book_->members(pool), pool + 1 == scope_numbers_.size());
  for (std::size_t number = 0; number < rosters_before_.size(); ++number) {
    const bool is_gone = std::find(scope_numbers_.begin(), scope_numbers_.end(), number) == scope_numbers_.end();
    if (rosters_before_[number].had && is_gone) tell(static_cast<std::uint16_t>(number), {}, false);
  }
}

}  // namespace groundswell::pipeline
