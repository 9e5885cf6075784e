// What has to be current between commits: the numbers that somebody looks at then, and all that they are made of. At a commit it is
// everything, always.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "signal/rows.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct LiveSet {
  FamilyMask families = kAllFamilies;    // to be evaluated
  FamilyMask read = kAllFamilies;        // of those, the ones whose part in Derived another one reads
  FamilyMask rows = kAllFamilies;        // whose lanes members' rows hold: theirs, and the drivers'
  LineMask lines = ~LineMask{0};         // of a row, that hold those lanes
  FamilyMask steps = kAllFamilies;       // whose lanes of the second form are needed
  std::vector<std::uint8_t> wanted;      // by signal: somebody looks at it; empty = at all of them
  std::size_t scopes = ~std::size_t{0};  // so many of them, from the first: the sums of the others rest
  bool is_all() const noexcept { return wanted.empty(); }

  template <class Signals>
  static LiveSet all() {
    LiveSet set;
    set.lines = Signals::lines_of(kAllFamilies, kCommonLanes);
    return set;
  }
  template <class Signals>
  static LiveSet of(std::span<const std::uint16_t> signals, std::size_t scopes) {
    LiveSet set{.families = 0, .read = 0, .rows = 0, .steps = 0, .scopes = scopes};
    set.wanted.resize(Signals::kSignals);
    for (const std::uint16_t signal : signals) {
      set.wanted[signal] = 1;
      set.families |= Signals::families_of(signal);
      set.read |= Signals::derived_of(signal);
      const Driver driver = Signals::driver_of(signal);
      (driver.step ? set.steps : set.rows) |= driver.family;
      if (!Signals::per_record(signal)) set.steps |= Signals::family_of(signal);
    }
    set.rows |= set.families;
    set.steps = (set.steps | set.read) & Signals::stepping();
    set.lines = Signals::lines_of(set.rows, kCommonLanes);
    return set;
  }
};

}  // namespace groundswell::signal
