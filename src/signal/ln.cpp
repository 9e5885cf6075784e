#include "signal/ln.hpp"

#include <bit>
#include <cstdint>

#include "base/assert.hpp"

namespace groundswell::signal {

double ln(double x) noexcept {
  GS_ASSERT(x >= 0x1p-1022 && x <= 0x1.fffffffffffffp+1023);
  constexpr std::uint64_t kMantissa = 0x000f'ffff'ffff'ffffULL;
  constexpr std::uint64_t kSqrtTwoMantissa = 0x0006'a09e'667f'3bcdULL;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
  std::uint64_t biased = 1023;
  if ((bits & kMantissa) >= kSqrtTwoMantissa) {  // m in [sqrt(1/2), 1)
    biased = 1022;
    ++exponent;
  }
  const double m = std::bit_cast<double>((bits & kMantissa) | biased << 52);
  const double f = m - 1.0;  // exact
  const double s = f / (2.0 + f);
  const double z = s * s;  // at most 0.0295
  // artanh(s)/s - 1 = z/3 + z^2/5 + ...; the terms left out are below 2^-58.
  double series = 1.0 / 23.0;
  for (int odd = 21; odd >= 3; odd -= 2) series = series * z + 1.0 / odd;
  series *= z;
  // 2 s = f - s f, so ln m = f - s (f - 2 series): the large term f is exact.
  const double correction = s * (f - 2.0 * series);
  constexpr double kLn2High = 0x1.62e42fefa38p-1;   // 42 bits: times k is exact
  constexpr double kLn2Low = 0x1.ef35793c7673p-45;  // the rest
  const auto k = static_cast<double>(exponent);
  return k * kLn2High + (f - (correction - k * kLn2Low));
}

}  // namespace groundswell::signal
