// Which numbers still stand, since what they are made of is what it was.
#pragma once

#include <cstdint>

#include "signal/rows.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// What a formula looks at beside its own sums, between two commits.
struct Surroundings {
  std::uint32_t n_members, eligible, traded, flags;
  std::uint32_t price_gap_members, session_gap_members, approx_cancel_members, stale_members;
  std::uint8_t rolling_windows;
  bool market_halted, partial_session;
  friend bool operator==(const Surroundings&, const Surroundings&) = default;
};
inline Surroundings surroundings_of(const ScopeContext& c) noexcept {
  return {c.n_members,
          c.eligible,
          c.traded,
          c.flags,
          c.price_gap_members,
          c.session_gap_members,
          c.approx_cancel_members,
          c.stale_members,
          c.rolling_windows,
          c.market_halted,
          c.partial_session};
}

// What the numbers of some families were last made of: their sums, and what stood around them. Follows from the rest.
template <class Signals>
class SeenSums {
 public:
  // Those of `families` whose numbers are to be made; they are taken to be, then. Of those that follow from their sums always the same ones
  // are asked for.
  FamilyMask moved(FamilyMask families, const Surroundings& now, const RowOf<Signals>& is, const StepRowOf<Signals>& step_is) noexcept {
    const FamilyMask same =
        Signals::template unmoved<kCommonLanes>(families, is.lane, lines_, step_is.lane, step_lines_, sums_.lane, step_sums_.lane);
    lines_ = step_lines_ = 0;
    const FamilyMask stand = now == surroundings_ ? same & known_ : 0;
    surroundings_ = now;
    known_ = families;
    return families & ~stand;
  }
  void on_sums(LineMask lines) noexcept { lines_ |= lines; }
  void on_step_sums(LineMask lines) noexcept { step_lines_ |= lines; }
  void forget(FamilyMask families) noexcept { known_ &= ~families; }  // somebody else made their numbers
  void forget() noexcept { *this = {}; }

 private:
  FamilyMask known_ = 0;  // others' numbers are to be made
  Surroundings surroundings_{};
  LineMask lines_ = ~LineMask{0}, step_lines_ = ~LineMask{0};  // where the sums may be others by now
  RowOf<Signals> sums_{};
  StepRowOf<Signals> step_sums_{};
};

}  // namespace groundswell::signal
