// The commits of a session: provisional, final, and once more after a correction that came later. Each starts from the memories as of the
// last roll, so it may run any number of times.
#include <algorithm>

#include "pipeline/fold.hpp"

namespace groundswell::pipeline {

signal::Book::Step Fold::commit_step(std::uint64_t instant_ns, Commit kind, std::uint32_t flags) const noexcept {
  signal::Book::Step step = live_step(instant_ns);
  for (BenchmarkState& benchmark : step.benchmarks) benchmark.stale = false;  // a close is as old as the session
  step.commit = true;
  step.volume_share = 1.0;
  step.provisional = kind == Commit::kProvisional;
  step.market_halted = false;
  step.nothing_traded = !market_->anything_traded();
  step.flags = flags;
  return step;
}

void Fold::commit(std::uint64_t instant_ns, Commit kind, std::uint32_t flags, Sink& sink) noexcept {
  ++counters_.commits;
  recommit_due_ = false;
  if (kind == Commit::kRevised) flags |= kFlagRevised;
  market_->expire_holds(instant_ns, [](std::uint32_t) {});
  market_->settle_closes();
  for (const std::uint32_t symbol : market_->tracked()) changed(symbol);
  const signal::Book::Step step = commit_step(instant_ns, kind, flags);
  book_->begin_step(market_->states(), market_->returns(), step);
  for (std::size_t scope = 0; scope < current_.size(); ++scope) book_->evaluate(scope, step, current_[scope].data());
  book_->rank(step, current_, made_);
  for (std::size_t scope = 0; scope < current_.size(); ++scope) book_->commit(scope, step);
  const std::size_t n_symbol_levels = book_->commit_symbols(market_->states(), market_->returns(), step, symbol_levels_.data());
  const bool provisional = kind == Commit::kProvisional;
  edge(EdgeType::kCommit, kNoSubject, provisional ? -1 : 1, instant_ns, Clock::kClose, flags | (provisional ? kFlagProvisional : 0U), 0.0,
       false, sink);
  const std::span<const Level> symbol_levels(symbol_levels_.data(), n_symbol_levels);
  if (committed_once_ && !provisional) tell_revisions(symbol_levels, instant_ns, sink);
  commit_triggers(symbol_levels, instant_ns, kind, flags, sink);
  batch(symbols_scope_, Clock::kClose, instant_ns, symbol_levels, sink);
  for (std::size_t scope = 0; scope < current_.size(); ++scope) {
    std::size_t count = 0;
    for (const std::uint16_t signal : close_signals_[scope]) outgoing_[count++] = current_[scope][signal];
    batch(scope_numbers_[scope], Clock::kClose, instant_ns, {outgoing_.data(), count}, sink);
  }
  committed_once_ = true;
  for (std::size_t scope = 0; scope < current_.size(); ++scope)
    std::copy(current_[scope].begin(), current_[scope].end(), committed_[scope].begin());
  std::copy(symbol_levels.begin(), symbol_levels.end(), symbols_committed_.begin());
  if (!provisional) {
    final_done_ = true;
    next_grid_ns_ = next_provisional_ns_ = next_final_ns_ = kNever;
  }
}

// Against the commit before it of the same session, whose roster is the same.
void Fold::tell_revisions(std::span<const Level> symbol_levels, std::uint64_t instant_ns, Sink& sink) noexcept {
  for (std::size_t i = 0; i < symbol_levels.size(); ++i)
    revision_edge(symbols_scope_, symbols_committed_[i], symbol_levels[i], instant_ns, sink);
  for (std::size_t scope = 0; scope < current_.size(); ++scope) {
    for (const std::uint16_t signal : close_signals_[scope])
      revision_edge(scope_numbers_[scope], committed_[scope][signal], current_[scope][signal], instant_ns, sink);
  }
}

void Fold::commit_triggers(std::span<const Level> symbol_levels, std::uint64_t instant_ns, Commit kind, std::uint32_t flags,
                           Sink& sink) noexcept {
  if (kind != Commit::kProvisional) {
    triggers_->look_at_symbols(kind == Commit::kRevised, symbol_levels, instant_ns,
                               [&](const signal::Triggers::Fired& fired, const Level& level) {
                                 trigger_edge(fired, {}, level, instant_ns, Clock::kClose, flags, sink);
                               });
  }
  for (std::size_t scope = 0; scope < current_.size(); ++scope) {
    const auto fire = [&](const signal::Triggers::Fired& fired, std::span<const Why> why) {
      trigger_edge(fired, why, current_[scope][fired.signal], instant_ns, Clock::kClose, flags, sink);
    };
    if (kind == Commit::kProvisional) {
      triggers_->look_provisionally(scope, current_[scope].data(), instant_ns, *book_, fire);
    } else if (kind == Commit::kRevised) {
      triggers_->look_again(scope, current_[scope].data(), instant_ns, *book_, fire);
    } else {
      triggers_->look(scope, Evaluate::kClose, true, current_[scope].data(), instant_ns, *book_, fire);
    }
  }
  if (kind != Commit::kProvisional) triggers_->committed(*book_);
}

}  // namespace groundswell::pipeline
