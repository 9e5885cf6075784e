// The last published number of every signal, in every scope and on both clocks; and what a late joiner needs of a fold beside them.
// Nothing allocates but when it grows.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "groundswell/value.hpp"
#include "pipeline/sink.hpp"
#include "signal/triggers.hpp"

namespace groundswell::pipeline {

// How many different levels each scope has, and which one a level is.
class LevelSlots {
 public:
  // `symbol_signals`: what scope `symbols`, number `symbols_scope`, publishes of each of its `symbols`; none: there is no such scope.
  LevelSlots(std::size_t scopes, std::size_t signals, std::size_t symbols = 0, const std::vector<std::uint16_t>& symbol_signals = {},
             std::size_t symbols_scope = 0)
      : scopes_(scopes), symbols_(symbols), symbol_signals_(symbol_signals.size()), symbols_scope_(symbols_scope), places_(signals) {
    for (std::size_t place = 0; place < symbol_signals.size(); ++place) places_[symbol_signals[place]] = place;
  }
  std::size_t scopes() const noexcept { return scopes_; }
  std::size_t count(std::size_t scope) const noexcept { return of_symbols(scope) ? symbols_ * symbol_signals_ : places_.size(); }
  std::size_t largest() const noexcept { return std::max(places_.size(), symbols_ * symbol_signals_); }
  std::size_t of(std::size_t scope, const Level& level) const noexcept {
    return of_symbols(scope) ? level.subject * symbol_signals_ + places_[level.signal] : level.signal;
  }

 private:
  bool of_symbols(std::size_t scope) const noexcept { return symbol_signals_ > 0 && scope == symbols_scope_; }
  std::size_t scopes_, symbols_, symbol_signals_, symbols_scope_;
  std::vector<std::size_t> places_;  // by signal: its place among the symbol signals
};

class PublishedLevels {
 public:
  struct Newest {  // of the last batch of a scope on a clock; level_seq 0 = there was none
    std::uint64_t ts_event_ns = 0, cause_jseq = 0, level_seq = 0, roster = 0;
    std::uint32_t session = 0, zero = 0;
  };
  explicit PublishedLevels(const LevelSlots& slots) : slots_(slots) { grow(slots); }
  void grow(const LevelSlots& slots) {  // more scopes or symbols; those there are keep their numbers
    slots_ = slots;
    for (auto* clock : {&live_, &close_}) {
      clock->newest.resize(slots.scopes());
      clock->levels.resize(slots.scopes());
      clock->has.resize(slots.scopes());
      for (std::size_t scope = 0; scope < slots.scopes(); ++scope) {
        clock->levels[scope].resize(slots.count(scope));
        clock->has[scope].resize(slots.count(scope));
      }
    }
  }
  void take(const LevelBatchView& batch) noexcept {
    OfClock& clock = batch.clock == Clock::kLive ? live_ : close_;
    clock.newest[batch.scope] = {batch.ts_event_ns, batch.cause_jseq, batch.level_seq, batch.roster, batch.session, 0};
    for (const Level& level : batch.levels) {
      const std::size_t slot = slots_.of(batch.scope, level);
      clock.levels[batch.scope][slot] = level;
      clock.has[batch.scope][slot] = 1;
    }
  }
  std::size_t scopes() const noexcept { return slots_.scopes(); }
  const Newest& newest(std::size_t scope, Clock clock) const noexcept { return of(clock).newest[scope]; }
  // By slot; what was never published is all zero.
  const std::vector<Level>& levels(std::size_t scope, Clock clock) const noexcept { return of(clock).levels[scope]; }
  // Appends those that were published, in the order of their slots.
  void append(std::size_t scope, Clock clock, std::vector<Level>& out) const {
    for (std::size_t slot = 0; slot < of(clock).levels[scope].size(); ++slot) {
      if (of(clock).has[scope][slot] != 0) out.push_back(of(clock).levels[scope][slot]);
    }
  }

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.live_.newest, self.live_.levels, self.live_.has, self.close_.newest, self.close_.levels, self.close_.has);
  }

 private:
  struct OfClock {
    std::vector<Newest> newest;                  // by scope
    std::vector<std::vector<Level>> levels;      // by scope, then slot
    std::vector<std::vector<std::uint8_t>> has;  // likewise
  };
  const OfClock& of(Clock clock) const noexcept { return clock == Clock::kLive ? live_ : close_; }
  LevelSlots slots_;
  OfClock live_, close_;
};

// A fold as who joins late has to know it, after record `jseq`: at one record boundary.
struct SignalView {
  std::uint64_t jseq = 0, event_time_ns = 0;
  std::uint32_t session = 0;
  std::uint64_t next_eseq = 1;
  std::vector<std::uint64_t> next_scope_seq, next_level_seq;  // by scope
  std::vector<signal::Triggers::Standing> triggers;
  PublishedLevels levels{LevelSlots(0, 0)};
};

}  // namespace groundswell::pipeline
