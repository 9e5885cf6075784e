#include "pipeline/fold.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "base/durations.hpp"
#include "pipeline/fold_impl.hpp"

namespace groundswell::pipeline {

namespace {

constexpr std::string_view kRosterSignal = "pct_above_sma_50";

bool same_level(const Level& a, const Level& b) noexcept { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

Fold::Fold(const FoldSetup& setup)
    : symbols_(setup.symbols),
      tracked_(setup.symbols.size()),
      catalog_(signal::signal_catalog(setup.universe, setup.book)),
      book_options_(setup.book),
      suspicion_(setup.suspicion),
      trigger_rules_(setup.triggers),
      grid_step_ns_(setup.grid_step_ns),
      emit_every_record_(setup.emit_every_record),
      live_baskets_only_(setup.live_baskets_only),
      live_ids_(setup.live_signals),
      evaluate_every_step_(setup.evaluate_every_step),
      config_hash_(setup.config_hash),
      universe_name_(setup.universe_name),
      volume_curve_(setup.volume_curve),
      hash_(std::make_unique<Hash>()) {
  GS_ASSERT(grid_step_ns_ > 0);
  for (const std::string& symbol : symbols_) symbol_ids_.emplace(symbol, static_cast<std::uint32_t>(symbol_ids_.size()));
  GS_ASSERT(symbol_ids_.size() == symbols_.size());
  for (const signal::CatalogRow& row : catalog_) {
    if (row.id == kRosterSignal) roster_signal_ = row.index;
  }
  GS_ASSERT(roster_signal_ != kNoIndex && signal::evaluates_per_record(roster_signal_));
  for (const Trigger& trigger : setup.triggers) trigger_names_.push_back(trigger.name);
  Parts parts = build({setup.universe, setup.shares, setup.actions, setup.filings});
  number_scopes(parts);
  use(parts);
  for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
    const std::string& symbol = setup.universe.benchmarks[role];
    benchmark_[role] = symbol.empty() ? kNoSubject : symbol_ids_.at(symbol);
    if (!symbol.empty()) is_benchmark_[benchmark_[role]] = true;
  }
  for (std::size_t i = 0; i < setup.conditions.size(); ++i) market_->set_condition(static_cast<std::uint16_t>(i), setup.conditions[i]);
  outgoing_.resize(signal::signal_count());
  for (std::uint16_t i = 0; i < signal::signal_count(); ++i) family_of_.push_back(signal::family_of(i));
}

Fold::~Fold() = default;

void Fold::add_condition(std::uint16_t index, const Eligibility& eligibility) { market_->set_condition(index, eligibility); }

std::vector<std::string> Fold::signal_names() const {
  std::vector<std::string> names(signal::signal_count());
  for (const signal::CatalogRow& row : catalog_) names[row.index] = row.id;
  return names;
}

void Fold::apply(const Record& record, std::uint64_t jseq, Sink& sink) noexcept {
  jseq_ = jseq;
  ++counters_.records;
  if (const std::uint64_t time_ns = groundswell::event_time_ns(record); time_ns > event_time_ns_) {
    run_instants_before(time_ns, sink);
    event_time_ns_ = time_ns;
  }
  switch (record.kind) {
    case RecordKind::kTick: apply_tick(record, sink); return;
    case RecordKind::kPulse:
      ++counters_.pulses;
      if (recommit_due_) commit(event_time_ns_, Commit::kRevised, 0, sink);
      return;
    case RecordKind::kGap: apply_gap(record, sink); return;
    case RecordKind::kSessionRoll: apply_roll(record.roll, sink); return;
    case RecordKind::kReferenceChange:
      ++counters_.reference_changes;
      announce(record.reference);
      sink.on_names({scope_names_, symbols_, rosters_});
      return;
  }
  ++counters_.unknown_records;  // refused before it gets here: see replay
}

void Fold::run_instants_before(std::uint64_t time_ns, Sink& sink) noexcept {
  for (;;) {
    const std::uint64_t next_step_ns = next_grid_ns_ <= roll_.close_ns ? next_grid_ns_ : kNever;  // the close may be amended, both ways
    const std::uint64_t next = std::min({next_step_ns, next_provisional_ns_, next_final_ns_});
    if (next >= time_ns) return;
    event_time_ns_ = std::max(event_time_ns_, next);
    if (next == next_step_ns) {  // at equal time: grid, provisional, final
      next_grid_ns_ = next + grid_step_ns_;
      step(next, sink);
    } else if (next == next_provisional_ns_) {
      next_provisional_ns_ = kNever;
      commit(next, Commit::kProvisional, 0, sink);
    } else {
      next_provisional_ns_ = next_final_ns_ = kNever;
      commit(next, Commit::kFinal, 0, sink);
    }
  }
}

void Fold::changed(std::uint32_t symbol) noexcept {
  if (market_->states()[symbol].rostered) book_->on_change(symbol);
  touched_ = true;
}

void Fold::apply_tick(const Record& record, Sink& sink) noexcept {
  ++counters_.ticks;
  if (final_done_ && roll_.session != 0 && (record.tick.action == Action::kTrade || is_bar(record.tick.action))) {
    ++counters_.outcomes[static_cast<std::size_t>(market::Outcome::kAfterFinal)];
    return;
  }
  const market::Market::Applied applied = market_->apply(record, event_time_ns_);
  ++counters_.outcomes[static_cast<std::size_t>(applied.outcome)];
  counters_.bars += applied.bar;
  counters_.unknown_conditions += applied.unknown_condition;
  counters_.believed += applied.believed;
  if (!applied.changed) return;
  changed(record.tick.symbol);
  recommit_due_ |= applied.revises && final_done_;
  if (applied.makes_edges()) member_edges(record.tick.symbol, applied, sink);
  const bool in_hours = roll_.mode == SessionMode::kLive && event_time_ns_ >= roll_.open_ns && event_time_ns_ <= roll_.close_ns;
  if (!in_hours) return;
  if (emit_every_record_ || triggers_->looks_at_records()) look_after_record(record.tick.symbol, sink);
}

void Fold::apply_gap(const Record& record, Sink& sink) noexcept {
  if (record.gap.cause == GapCause::kJoin) return;  // nothing was lost
  ++counters_.gaps;
  const std::uint64_t dropped = market_->incomplete_groups_at_gap(record.feed);
  counters_.dropped_at_gaps += dropped;
  counters_.outcomes[static_cast<std::size_t>(market::Outcome::kIncompleteGroup)] += dropped;
  market_->taint(record.feed, [&](std::uint32_t symbol) { changed(symbol); });
  const std::uint32_t before = price_gaps_;
  price_gaps_ = 0;
  for (const std::uint32_t symbol : market_->tracked()) price_gaps_ += market_->states()[symbol].price_gap;
  if (price_gaps_ == 0) return;
  const bool known = record.gap.to_tick >= record.gap.from_tick;
  const double lost = known ? static_cast<double>(record.gap.to_tick - record.gap.from_tick + 1) : 0.0;
  if (before == 0) edge(EdgeType::kFeedGapOpen, kNoSubject, 1, event_time_ns_, Clock::kLive, kFlagFeedGap, lost, known, sink);
}

void Fold::schedule(const SessionRoll& roll) noexcept {
  roll_ = roll;
  next_provisional_ns_ = roll.provisional_ns == 0 ? kNever : roll.provisional_ns;
  next_final_ns_ = roll.final_ns;
}

void Fold::apply_roll(const SessionRoll& roll, Sink& sink) noexcept {
  if (roll.session < roll_.session) {
    ++counters_.stale_rolls;
    return;
  }
  ++counters_.rolls;
  if (roll.session == roll_.session) {  // amended: instants that have run stay run
    if (event_time_ns_ >= roll_.close_ns) return;
    SessionRoll amended = roll;
    amended.open_ns = roll_.open_ns;
    amended.flags = static_cast<std::uint8_t>(roll.flags | (roll_.flags & kRollStartedLate));  // what was missed stays missed
    schedule(amended);
    market_->amend(amended);
    return;
  }
  if (!final_done_) {
    event_time_ns_ = std::max(event_time_ns_, roll_.open_ns);
    commit(event_time_ns_, Commit::kFinal, kFlagLateCommit, sink);
  } else if (recommit_due_) {
    commit(event_time_ns_, Commit::kRevised, 0, sink);  // history keeps what the memories take in
  }
  const bool first = roll_.session == 0;
  const std::uint64_t roster_before = book_->roster_hash();
  remember_rosters();
  bring_into_force(roll.session);
  market_->roll(roll, market_->anything_traded());
  book_->roll(roll.session, roll.open_ns, market_->states());
  triggers_->roll(*book_);
  schedule(roll);
  const std::uint64_t grid_from_ns = std::max(roll.open_ns, event_time_ns_);  // a late start does not make up steps that have passed
  next_grid_ns_ = roll.mode == SessionMode::kLive ? (grid_from_ns / grid_step_ns_ + 1) * grid_step_ns_ : kNever;
  final_done_ = committed_once_ = false;
  first_step_ = true;
  touched_ = true;
  if (!first && book_->roster_hash() != roster_before) roster_edges(sink);
}

// For numbers that evaluate per record: they look at nothing that members share.
signal::Book::Step Fold::record_step() const noexcept {
  signal::Book::Step step;
  step.market_halted = market_->market_halted();
  step.partial_session = (roll_.flags & kRollStartedLate) != 0;
  return step;
}

signal::Book::Step Fold::live_step(std::uint64_t ts_event_ns) const noexcept {
  signal::Book::Step step = record_step();
  for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
    if (benchmark_[role] == kNoSubject) continue;
    const SymbolState& s = market_->states()[benchmark_[role]];
    BenchmarkState& b = step.benchmarks[role];
    b.configured = true;
    b.known = s.listed;
    b.traded = s.traded;
    b.last_e9 = s.last_e9;
    b.ref_e9 = s.ref_e9;
    b.past_close_e9 = s.past_close_e9;
    const std::uint64_t limit_ns = kBenchmarkStaleNs + market_->bar_length_ns(benchmark_[role]);
    b.stale = s.traded && ts_event_ns > market_->last_trade_ns(benchmark_[role]) + limit_ns;
  }
  step.volume_share = volume_share(ts_event_ns);
  step.sampled_ns = market_->rolling().newest_ns();
  for (std::size_t window = 0; window < kRollingWindowsNs.size(); ++window) {
    if (market_->rolling().reaches_back(window)) step.rolling_windows = static_cast<std::uint8_t>(step.rolling_windows | 1U << window);
  }
  return step;
}

double Fold::volume_share(std::uint64_t instant_ns) const noexcept {
  return volume_curve_.share(instant_ns - std::min(instant_ns, roll_.open_ns), roll_.close_ns - roll_.open_ns);
}

// What moves a number without any record: the deadlines of a step.
bool Fold::falls_due(std::uint64_t instant_ns) const noexcept {
  if (instant_ns % kMinuteNs == 0) return true;
  if (market_->warm_up_due(instant_ns) || market_->stale_due(instant_ns) || market_->expiry_due(instant_ns) ||
      market_->sample_due(instant_ns))
    return true;
  if (volume_share(instant_ns) != volume_share_seen_) return true;
  for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
    if (benchmark_[role] == kNoSubject || stale_seen_[role] || !market_->states()[benchmark_[role]].traded) continue;
    if (instant_ns > market_->last_trade_ns(benchmark_[role]) + kBenchmarkStaleNs + market_->bar_length_ns(benchmark_[role])) return true;
  }
  return false;
}

void Fold::step(std::uint64_t instant_ns, Sink& sink) noexcept {
  ++counters_.steps;
  const bool due = touched_ || first_step_ || evaluate_every_step_ || triggers_->dwelling() || falls_due(instant_ns);
  if (market_->sample_due(instant_ns)) market_->sample(instant_ns, book_->reads_samples());
  if (!due) return;
  publish_live(instant_ns, sink);
}

void Fold::publish_live(std::uint64_t ts_event_ns, Sink& sink) noexcept {
  market_->warm_up(ts_event_ns, [&](std::uint32_t symbol) { changed(symbol); });
  market_->go_stale(ts_event_ns, [&, looks = book_->reads_age()](std::uint32_t symbol) {
    if (looks) changed(symbol);
  });
  market_->expire_holds(ts_event_ns, [&](std::uint32_t symbol) { changed(symbol); });
  signal::Book::Step step = live_step(ts_event_ns);
  for (std::size_t role = 0; role < kBenchmarkRoles; ++role) stale_seen_[role] = step.benchmarks[role].stale;
  step.minute = first_step_ || ts_event_ns % kMinuteNs == 0;
  step.everything = first_step_ || evaluate_every_step_ || step.market_halted != market_halted_seen_;
  market_halted_seen_ = step.market_halted;
  volume_share_seen_ = step.volume_share;
  book_->begin_step(market_->states(), market_->returns(), step);
  const std::size_t pools = current_.size();
  for (std::size_t scope = 0; scope < pools; ++scope) {
    const bool is_due = book_->is_kept(scope) && (step.everything || book_->dirty(scope));
    made_[scope] = is_due ? book_->evaluate(scope, step, current_[scope].data()) : 0;
  }
  book_->rank(step, current_, made_);
  for (std::size_t scope = 0; scope < pools; ++scope) {
    triggers_->look(scope, Evaluate::kGrid, made_[scope] != 0, current_[scope].data(), ts_event_ns, *book_,
                    [&](const signal::Triggers::Fired& fired, std::span<const Why> why) {
                      trigger_edge(fired, why, current_[scope][fired.signal], ts_event_ns, Clock::kLive, 0, sink);
                    });
  }
  for (std::size_t scope = 0; scope < pools; ++scope) {
    if (made_[scope] != 0) publish(scope, live_signals_[scope], first_step_, ts_event_ns, sink);
  }
  first_step_ = false;
  touched_ = false;
}

// After a group moved `symbol`: the numbers that somebody looks at then, in every scope it is in. All of them, watched or not, since a wave
// reads what its baskets left: so when one of those was evaluated, what comes after it is too.
void Fold::look_after_record(std::uint32_t symbol, Sink& sink) noexcept {
  if (!market_->states()[symbol].rostered) return;
  signal::Book::Step step = record_step();
  step.everything = evaluate_every_step_;
  book_->begin_record(market_->states(), step);
  auto scopes = book_->scopes_of(symbol);
  while (!scopes.empty() && !book_->is_kept(scopes.back())) scopes = scopes.first(scopes.size() - 1);
  bool moved = evaluate_every_step_;
  for (const std::uint32_t scope : scopes) {
    moved |= book_->unseen(scope);
    made_[scope] = moved ? book_->evaluate_record(scope, step, current_[scope].data()) : 0;
    triggers_->look(scope, Evaluate::kRecord, moved, current_[scope].data(), event_time_ns_, *book_,
                    [&](const signal::Triggers::Fired& fired, std::span<const Why> why) {
                      trigger_edge(fired, why, current_[scope][fired.signal], event_time_ns_, Clock::kLive, 0, sink);
                    });
  }
  if (!moved || !emit_every_record_) return;
  for (const std::uint32_t scope : scopes) {
    if (made_[scope] != 0) publish(scope, record_signals_[scope], false, event_time_ns_, sink);
  }
}

void Fold::publish(std::size_t scope, std::span<const std::uint16_t> signals, bool all, std::uint64_t ts_event_ns, Sink& sink) noexcept {
  const signal::FamilyMask made = made_[scope];
  std::size_t count = 0;
  for (const std::uint16_t signal : signals) {
    if ((family_of_[signal] & made) == 0) continue;
    const Level& level = current_[scope][signal];
    if (!all && same_level(level, published_[scope][signal])) continue;
    published_[scope][signal] = outgoing_[count++] = level;
  }
  batch(scope_numbers_[scope], Clock::kLive, ts_event_ns, {outgoing_.data(), count}, sink);
}

void Fold::batch(std::size_t scope, Clock clock, std::uint64_t ts_event_ns, std::span<const Level> levels, Sink& sink) noexcept {
  if (levels.empty()) return;
  counters_.levels += levels.size();
  ++counters_.level_batches;
  const LevelBatchView made{.scope = static_cast<std::uint16_t>(scope),
                            .clock = clock,
                            .session = roll_.session,
                            .roster = book_->roster_hash(),
                            .ts_event_ns = ts_event_ns,
                            .cause_jseq = jseq_,
                            .level_seq = next_level_seq_[scope]++,
                            .levels = levels};
  last_.take(made);
  sink.on_levels(made);
}

}  // namespace groundswell::pipeline
