// What a member has made beyond the benchmark in 21 sessions, this one included: the gains that broadening and belief count.
#pragma once

#include "groundswell/symbol_state.hpp"
#include "signal/ln.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

inline constexpr std::size_t kMonthPast = 1;  // in kPastWindows
static_assert(kPastWindows[kMonthPast] == 21);

inline double ln_ratio(std::int64_t price_e9, std::int64_t base_e9) noexcept {
  return ln(static_cast<double>(price_e9) / static_cast<double>(base_e9));
}
// Of the benchmark; kNoNumber while it has not traded in this session, or is younger.
inline double month_of(const BenchmarkState& benchmark) noexcept {
  const std::int64_t base_e9 = benchmark.past_close_e9[kMonthPast];
  return benchmark.traded && base_e9 > 0 ? ln_ratio(benchmark.last_e9, base_e9) : kNoNumber;
}
// Logarithmic, over `benchmark_month`; kNoNumber while either does not exist.
inline double month_excess(const SymbolState& member, double benchmark_month) noexcept {
  const std::int64_t base_e9 = member.past_close_e9[kMonthPast];
  return member.ref_e9 > 0 && base_e9 > 0 ? ln_ratio(member.last_e9, base_e9) - benchmark_month : kNoNumber;
}

}  // namespace groundswell::signal
