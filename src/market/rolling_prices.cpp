#include "market/rolling_prices.hpp"

#include "base/assert.hpp"
#include "base/durations.hpp"

namespace groundswell::market {
namespace {

constexpr std::uint64_t kLeastPeriodNs = 5'000'000'000;

}  // namespace

std::uint64_t RollingPrices::period_for(std::uint64_t grid_step_ns) noexcept {
  GS_ASSERT(grid_step_ns > 0);
  std::uint64_t period_ns = (kLeastPeriodNs + grid_step_ns - 1) / grid_step_ns * grid_step_ns;
  while (period_ns < kMinuteNs && kMinuteNs % period_ns != 0) period_ns += grid_step_ns;
  return period_ns < kMinuteNs ? period_ns : kMinuteNs;
}

RollingPrices::RollingPrices(std::size_t n_symbols, std::uint64_t grid_step_ns)
    : period_ns_(period_for(grid_step_ns)),
      n_symbols_(n_symbols),
      n_samples_(static_cast<std::size_t>(kRollingWindowsNs.back() / period_ns_ + 1)),
      prices_e9_(n_symbols * n_samples_) {}

void RollingPrices::begin_session(std::uint64_t open_ns) noexcept {
  open_ns_ = open_ns;
  first_ns_ = newest_ns_ = 0;
}

void RollingPrices::take(std::uint64_t step_ns, std::span<const std::uint32_t> symbols, std::span<SymbolState> states,
                         bool looks) noexcept {
  GS_ASSERT(due(step_ns) && symbols.size() == n_symbols_);
  if (first_ns_ == 0) first_ns_ = step_ns;
  newest_ns_ = step_ns;
  const auto sample_of = [&](std::uint64_t time_ns) {
    return prices_e9_.data() + static_cast<std::size_t>(time_ns / period_ns_ % n_samples_) * n_symbols_;
  };
  std::int64_t* const now_e9 = sample_of(step_ns);
  std::array<const std::int64_t*, kRollingWindowsNs.size()> then_e9{};
  std::size_t n_windows = 0;  // that lie in the session; longer ones reach back even further
  while (looks && n_windows < then_e9.size() && step_ns >= first_ns_ + kRollingWindowsNs[n_windows]) {
    then_e9[n_windows] = sample_of(step_ns - kRollingWindowsNs[n_windows]);
    ++n_windows;
  }
  for (std::size_t i = 0; i < n_symbols_; ++i) {
    SymbolState& state = states[symbols[i]];
    now_e9[i] = state.traded ? state.last_e9 : 0;
    for (std::size_t window = 0; window < n_windows; ++window) state.rolling_price_e9[window] = then_e9[window][i];
  }
}

}  // namespace groundswell::market
