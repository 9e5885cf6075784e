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
  FamilyMask families = 0;               // to be evaluated
  FamilyMask read = 0;                   // of those, the ones whose part in Derived another one reads
  RowPart row, step_row;                 // of members: of those families, and the drivers
  std::vector<std::uint8_t> wanted;      // by signal: somebody looks at it; empty = at all of them
  std::size_t scopes = ~std::size_t{0};  // so many of them, from the first: the sums of the others rest
  bool is_all() const noexcept { return wanted.empty(); }

  template <class Signals>
  static LiveSet all() {
    LiveSet set{.families = kAllFamilies, .read = kAllFamilies};
    set.row = Signals::row_part(kAllFamilies, kCommonLanes);
    set.step_row = Signals::step_part(kAllFamilies);
    return set;
  }
  template <class Signals>
  static LiveSet of(std::span<const std::uint16_t> signals, std::size_t scopes) {
    LiveSet set{.scopes = scopes};
    FamilyMask rows = 0, steps = 0;
    set.wanted.resize(Signals::kSignals);
    for (const std::uint16_t signal : signals) {
      set.wanted[signal] = 1;
      set.families |= Signals::families_of(signal);
      set.read |= Signals::derived_of(signal);
      const Driver driver = Signals::driver_of(signal);
      (driver.step ? steps : rows) |= driver.family;
      if (!Signals::per_record(signal)) steps |= Signals::family_of(signal);
    }
    set.row = Signals::row_part(rows | set.families, kCommonLanes);
    set.step_row = Signals::step_part((steps | set.read) & Signals::stepping());
    return set;
  }
};

}  // namespace groundswell::signal
