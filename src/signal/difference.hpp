// What a new row of lanes adds to the sums that hold the old one. A change of a symbol mostly touches one or two cache lines of its row:
// only those are added, to however many sums there are.
//
// Sums may pass through 2^63 only if dozens of members sit at their caps; unsigned addition keeps even that reversible.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace groundswell::signal {

inline constexpr std::size_t kLineLanes = 8;  // of a cache line
constexpr std::size_t round_up_to_line(std::size_t lanes) { return (lanes + kLineLanes - 1) / kLineLanes * kLineLanes; }

using LineMask = std::uint32_t;  // bit: a line of a row

inline void copy_lines(const std::int64_t* from, std::int64_t* to, LineMask lines) noexcept {
  for (; lines != 0; lines &= lines - 1) {
    const std::size_t first = static_cast<std::size_t>(std::countr_zero(lines)) * kLineLanes;
    std::memcpy(to + first, from + first, kLineLanes * sizeof *to);
  }
}

// N: lanes of a row, whole lines. The loops run over one line by pointers that do not overlap, so that the compiler uses vectors.
template <std::size_t N>
class Difference {
 public:
  static constexpr LineMask kAllLines = (LineMask{1} << N / kLineLanes) - 1;
  static_assert(N / kLineLanes < 32);
  // Makes `held` equal to `is`. `lines`: the others are the same in both, and not looked at.
  Difference(std::int64_t (&held)[N], const std::int64_t (&is)[N], LineMask lines = kAllLines) noexcept {
    const auto look_at = [&](std::size_t line) {
      const std::size_t first = line * kLineLanes;
      lines_ |= LineMask{subtract(is + first, held + first, terms_ + first)} << line;
    };
    if (lines == kAllLines) {
      for (std::size_t line = 0; line < N / kLineLanes; ++line) look_at(line);
    } else {
      for (; lines != 0; lines &= lines - 1) look_at(static_cast<std::size_t>(std::countr_zero(lines)));
    }
  }
  LineMask lines() const noexcept { return lines_; }  // that differ
  bool is_any() const noexcept { return lines_ != 0; }
  void add_to(std::int64_t (&sum)[N]) const noexcept {
    for (LineMask lines = lines_; lines != 0; lines &= lines - 1) {
      const std::size_t first = static_cast<std::size_t>(std::countr_zero(lines)) * kLineLanes;
      add(terms_ + first, sum + first);
    }
  }

 private:
  static bool subtract(const std::int64_t* __restrict is, std::int64_t* __restrict held, std::uint64_t* __restrict terms) noexcept {
    std::int64_t any = 0;
    for (std::size_t i = 0; i < kLineLanes; ++i) any |= is[i] ^ held[i];
    if (any == 0) return false;  // mostly
    for (std::size_t i = 0; i < kLineLanes; ++i) {
      terms[i] = static_cast<std::uint64_t>(is[i]) - static_cast<std::uint64_t>(held[i]);
      held[i] = is[i];
    }
    return true;
  }
  static void add(const std::uint64_t* __restrict terms, std::int64_t* __restrict sum) noexcept {
    for (std::size_t i = 0; i < kLineLanes; ++i) sum[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum[i]) + terms[i]);
  }

  alignas(64) std::uint64_t terms_[N];
  LineMask lines_ = 0;
};

}  // namespace groundswell::signal
