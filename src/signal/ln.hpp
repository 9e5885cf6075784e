// The natural logarithm of Groundswell: plain double arithmetic in a fixed order, so that every compiler and CPU gives the same bits. The C
// library's is chosen by CPU (with or without fused multiply-add) and differs in the last bit. Error below 1.5 units in the last place.
// x must be positive, finite and not subnormal. Method: x = m 2^k with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m-1)/(m+1)) as a power
// series, ln 2 in two parts so that k ln 2 is exact to more than double precision.
#pragma once

#include <cmath>
#include <cstdint>

namespace groundswell::signal {

double ln(double x) noexcept;

// The same in 1e-12, rounded half away from zero: for logarithms that are summed, so that adding and removing cancel exactly.
inline std::int64_t ln_e12(double x) noexcept { return std::llround(ln(x) * 1e12); }

}  // namespace groundswell::signal
