// What the book keeps of a pool, which is a basket, a wave or the thesis: the sums of its members' rows, what its formulas remember and
// left, and what has moved since somebody looked.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "signal/rows.hpp"
#include "signal/seen_sums.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

template <class Signals>
struct PoolState {
  using Memory = typename Signals::Memory;
  using SymbolMemories = typename Signals::SymbolMemories;
  RowOf<Signals> sums{};
  StepRowOf<Signals> step_sums{};
  Derived derived;
  std::vector<const Derived*> baskets, children, suppliers;
  std::array<const Derived*, kWaveNames.size()> waves{};
  std::vector<const Memory*> basket_memories;
  Memory base{}, now{};
  bool dirty = true;                   // its sums changed since it was last evaluated at a step
  bool members_moved = true;           // since the gathering families were last evaluated
  bool unseen = true;                  // its sums changed since it was last evaluated after a record
  ScopeContext at_step, after_record;  // what its formulas look at then, but for commits
  SeenSums<Signals> seen_at_step, seen_after_record;

  // What a member's new row adds to the sums: at a step, and after a record, when the step still has to look.
  template <class Difference>
  void add_at_step(const Difference& difference) noexcept {
    add(difference);
    dirty |= difference.is_any();
    unseen |= difference.is_any();
  }
  template <class Difference>
  void add_step_row(const Difference& difference) noexcept {
    difference.add_to(step_sums.lane);
    seen_at_step.on_step_sums(difference.lines());
    seen_after_record.on_step_sums(difference.lines());
    dirty |= difference.is_any();
  }
  template <class Difference>
  void add_after_record(const Difference& difference) noexcept {
    add(difference);
    dirty = unseen = true;
  }
  void on_move() noexcept { dirty = members_moved = true; }

  // Numbers of `families` between commits, into `levels`. Say whose were made; the others stand. `symbols`: memories of the symbols.
  FamilyMask evaluate_at_step(FamilyMask families, const Step& step, std::span<const SymbolState> states, const SymbolMemories& symbols,
                              Level* levels) noexcept {
    if (step.everything) seen_at_step.forget();
    read_step(sums.lane, step, at_step);
    at_step.benchmarks = step.benchmarks;
    at_step.states = states;
    families = seen_at_step.moved(families, surroundings_of(at_step), sums, step_sums);
    seen_after_record.forget(families);
    Signals::evaluate(at_step, base, basket_memories, symbols, levels, families);
    return families;
  }
  FamilyMask evaluate_after_record(FamilyMask families, const Step& step, const SymbolMemories& symbols, Level* levels) noexcept {
    if (step.everything) seen_after_record.forget();
    read_step(sums.lane, step, after_record);
    families = seen_after_record.moved(families, surroundings_of(after_record), sums, step_sums);
    seen_at_step.forget(families);
    Signals::evaluate(after_record, base, basket_memories, symbols, levels, families);
    unseen = false;
    return families;
  }
  void clear() noexcept {
    sums = {};
    step_sums = {};
    dirty = members_moved = unseen = true;
    forget_seen();
  }
  void prepare(const ScopeContext& for_steps, const ScopeContext& for_records) noexcept {
    at_step = for_steps;
    after_record = for_records;
    forget_seen();
  }
  void forget_seen() noexcept {
    seen_at_step.forget();
    seen_after_record.forget();
  }
  // Whether the sums are those of the members' rows.
  bool sums_hold(std::span<const std::uint32_t> members, const MemberRows<Signals>& rows) const noexcept {
    RowOf<Signals> all{};
    StepRowOf<Signals> all_steps{};
    for (const std::uint32_t symbol : members) {
      RowOf<Signals> nothing{};
      StepRowOf<Signals> no_step{};
      typename MemberRows<Signals>::RowDifference(nothing.lane, rows.row(symbol).lane).add_to(all.lane);
      typename MemberRows<Signals>::StepRowDifference(no_step.lane, rows.step_row(symbol).lane).add_to(all_steps.lane);
    }
    return std::memcmp(&all, &sums, sizeof all) == 0 && std::memcmp(&all_steps, &step_sums, sizeof all_steps) == 0;
  }

  template <class Difference>
  void add(const Difference& difference) noexcept {
    difference.add_to(sums.lane);
    seen_at_step.on_sums(difference.lines());
    seen_after_record.on_sums(difference.lines());
  }

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {  // pointers are fixed, and what they lead to is saved where it is
    archive(self.sums, self.step_sums, self.derived, self.base, self.now, self.dirty, self.members_moved, self.unseen);
  }
};

}  // namespace groundswell::signal
