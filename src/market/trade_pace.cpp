#include "market/trade_pace.hpp"

#include <algorithm>

namespace groundswell::market {

void TradePace::remember(const Today& today, std::uint64_t length_ns) noexcept {
  const std::uint64_t half_hours = (length_ns + kHalfHourNs - 1) / kHalfHourNs;
  Counts& counts = past_[next_];
  counts = today.trades_;
  for (std::size_t i = static_cast<std::size_t>(std::min<std::uint64_t>(half_hours, kHalfHours)); i < kHalfHours; ++i) counts[i] = kAbsent;
  next_ = static_cast<std::uint32_t>((next_ + 1) % kSessions);
  for (std::size_t i = 0; i < kHalfHours; ++i) limits_ns_[i] = limit_of(i);
}

std::uint64_t TradePace::limit_of(std::size_t half_hour) const noexcept {
  std::array<std::uint16_t, kSessions> trades;
  std::size_t sessions = 0;
  for (const Counts& counts : past_) {
    if (counts[half_hour] != kAbsent) trades[sessions++] = counts[half_hour];
  }
  if (sessions == 0) return kLeastLimitNs;
  std::sort(trades.begin(), trades.begin() + static_cast<std::ptrdiff_t>(sessions));
  const auto gap_ns = [](std::uint16_t count) { return kHalfHourNs / std::max<std::uint64_t>(count, 1); };
  const std::uint64_t median_ns = (gap_ns(trades[(sessions - 1) / 2]) + gap_ns(trades[sessions / 2])) / 2;
  return std::clamp(20 * median_ns, kLeastLimitNs, kMostLimitNs);
}

}  // namespace groundswell::market
