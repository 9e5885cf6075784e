// 128-bit integers for exact products, and the one rounding rule: half away from zero.
#pragma once

#include <cstdint>

namespace groundswell {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

// numerator / denominator rounded half away from zero. denominator > 0.
inline int128 divide_half_away(int128 numerator, std::int64_t denominator) noexcept {
  const int128 half = denominator / 2;  // an odd denominator has no exact half, so flooring it loses no tie
  return numerator >= 0 ? (numerator + half) / denominator : -((-numerator + half) / denominator);
}

}  // namespace groundswell
