// A window over tick numbers: a slot for each of the next `ticks` numbers from some number on. The owner says where the window stands; a
// slot whose number leaves it must be cleared. Included by the .cpp files here only.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "groundswell/tick.hpp"

namespace groundswell::sequence {

inline constexpr std::int64_t kNeverAsked = std::numeric_limits<std::int64_t>::min();

struct Slot {
  Tick tick{};
  std::uint64_t number = 0;             // of `tick`; 0 = there is none
  std::int64_t at_ns = 0;               // monotonic: when the tick came; without one, when it was found missing
  std::int64_t asked_ns = kNeverAsked;  // monotonic: when it was last asked for
};

class Hold {
 public:
  explicit Hold(std::size_t ticks) : slots_(std::bit_ceil(ticks)) {}
  Slot& at(std::uint64_t number) noexcept { return slots_[number & (slots_.size() - 1)]; }
  const Slot& at(std::uint64_t number) const noexcept { return slots_[number & (slots_.size() - 1)]; }
  bool has(std::uint64_t number) const noexcept { return at(number).number == number; }
  void clear(std::uint64_t number) noexcept { at(number) = Slot{}; }
  void clear() noexcept { std::fill(slots_.begin(), slots_.end(), Slot{}); }

 private:
  std::vector<Slot> slots_;
};

}  // namespace groundswell::sequence
