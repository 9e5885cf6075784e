// Random numbers that are the same bits on every compiler and machine: integers, plain double arithmetic and sqrt, nothing of <random> and
// nothing of the C library's transcendental functions. Each source of randomness has a stream of its own, named by (seed, session, key), so
// that what one symbol does never depends on how many others there are.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "groundswell/int128.hpp"

namespace groundswell::simulate {

class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t session, std::uint64_t key) noexcept {
    std::uint64_t state = mix(mix(mix(seed) ^ session) ^ key);
    for (std::uint64_t& word : state_) word = mix(state += kGolden);
  }

  std::uint64_t bits() noexcept {  // xoshiro256**
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }
  double uniform() noexcept { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }  // [0, 1)
  // [0, bound); the bias is below bound / 2^64.
  std::uint64_t below(std::uint64_t bound) noexcept { return static_cast<std::uint64_t>((uint128{bits()} * bound) >> 64); }

  // Mean 0, variance 1: the sum of twelve 16-bit uniforms, so never beyond 6.
  double normal() noexcept {
    constexpr std::int64_t kMean = 12 * 65535 / 2;
    std::int64_t sum = -kMean;
    for (int draw = 0; draw < 3; ++draw) {
      const std::uint64_t word = bits();
      for (unsigned shift = 0; shift < 64; shift += 16) sum += static_cast<std::int64_t>((word >> shift) & 0xffff);
    }
    return static_cast<double>(sum) * 0x1.0p-16;
  }

  // Mean 1. By comparisons alone (von Neumann): the length of a falling run of uniforms decides whether its first is accepted.
  double exponential() noexcept {
    for (double whole = 0;; whole += 1) {
      const double first = uniform();
      double previous = first;
      unsigned length = 1;
      for (double next = uniform(); next < previous; next = uniform(), ++length) previous = next;
      if (length % 2 == 1) return whole + first;
    }
  }

  // A normal times this is Student's t with 5 degrees of freedom, brought to variance 1: fat tails by calm and wild sessions. At most 3.5.
  double student5_scale() noexcept {
    double chi_square = 0;
    for (int term = 0; term < 5; ++term) {
      const double value = normal();
      chi_square += value * value;
    }
    constexpr double kFloor = 0.25;
    return std::sqrt(3.0 / (chi_square < kFloor ? kFloor : chi_square));
  }

 private:
  static constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;
  static constexpr std::uint64_t rotate(std::uint64_t value, int by) noexcept { return (value << by) | (value >> (64 - by)); }
  static constexpr std::uint64_t mix(std::uint64_t value) noexcept {  // the finalizer of SplitMix64
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
  }
  std::array<std::uint64_t, 4> state_;
};

}  // namespace groundswell::simulate
