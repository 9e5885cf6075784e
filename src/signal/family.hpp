// What a family may say of itself, as signal.hpp lists it, and what a list of families needs.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "signal/difference.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// Of a row: lanes of some families, the lines that hold them, and those of these that hold others' lanes too.
struct RowPart {
  FamilyMask families = 0;
  LineMask lines = 0, shared = 0;
};

// A family of the second form says what it needs of the step, once.
template <class Family>
auto step_input_of(const Step& step) noexcept {
  if constexpr (Family::kStepLanes > 0) {
    return Family::step_input(step);
  } else {
    return NoStepInput{};
  }
}

template <class Family>
concept RanksBaskets = requires(std::span<const RankedScope> baskets) {
  Family::rank(baskets);
};
template <class Family>
concept Gathers = requires {
  Family::kGathers;
};
template <class Family>
concept Minutely = requires {
  Family::kMinutely;
};
template <class Family>
concept FollowsFromSums = requires {
  Family::kFollowsFromSums;
};
template <class Family>
concept ReadsAge = requires {
  Family::kReadsAge;
};
template <class Family>
concept ReadsSamples = requires {
  Family::kReadsSamples;
};
template <class Family>
concept ReadsBaskets = requires {
  Family::kReadsBaskets;
};
// Where the parts of each begin when they stand one after the other.
template <std::size_t kCount>
constexpr std::array<std::size_t, kCount> firsts_of(const std::array<std::size_t, kCount>& counts) {
  std::array<std::size_t, kCount> firsts{};
  for (std::size_t i = 1; i < kCount; ++i) firsts[i] = firsts[i - 1] + counts[i - 1];
  return firsts;
}
template <class Family>
constexpr std::size_t scratch_of() {
  if constexpr (requires { Family::kScratch; }) {
    return Family::kScratch;
  } else {
    return 0;
  }
}
template <class Family>
concept OfSymbols = requires {
  typename Family::SymbolMemory;
};
template <class Family>
concept ReadsSymbols = requires {
  typename Family::SymbolsOf;
};
template <class Family>
struct SymbolMemoryOf {
  using Type = NoMemory;
};
template <OfSymbols Family>
struct SymbolMemoryOf<Family> {
  using Type = typename Family::SymbolMemory;
};

}  // namespace groundswell::signal
