// What the book keeps of a pool, which is a basket, a wave or the thesis: the sums of its members' rows, what its formulas remember and
// left, and what has moved since somebody looked.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "signal/rows.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

template <class Signals>
struct PoolState {
  using Memory = typename Signals::Memory;
  RowOf<Signals> sums{};
  StepRowOf<Signals> step_sums{};
  Derived derived;
  std::vector<const Derived*> baskets, children, suppliers;
  std::array<const Derived*, kWaveNames.size()> waves{};
  std::vector<const Memory*> basket_memories;
  Memory base{}, now{};
  bool dirty = true;          // its sums changed since it was last evaluated at a step
  bool members_moved = true;  // since the gathering families were last evaluated
  bool unseen = true;         // its sums changed since it was last evaluated after a record
  ScopeContext after_record;  // what its formulas look at then

  // What a member's new row adds to the sums: at a step, and after a record, when the step still has to look.
  template <class Difference>
  void add_at_step(const Difference& difference) noexcept {
    difference.add_to(sums.lane);
    dirty = members_moved = true;
    unseen |= difference.is_any();
  }
  template <class Difference>
  void add_after_record(const Difference& difference) noexcept {
    difference.add_to(sums.lane);
    unseen = true;
  }
  void clear() noexcept {
    sums = {};
    step_sums = {};
    dirty = members_moved = unseen = true;
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

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {  // pointers are fixed, and what they lead to is saved where it is
    archive(self.sums, self.step_sums, self.derived, self.base, self.now, self.dirty, self.members_moved, self.unseen);
  }
};

}  // namespace groundswell::signal
