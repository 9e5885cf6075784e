// Spans of time in nanoseconds, as event times and configuration count them. A signed clock takes them as std::int64_t{kSecondNs}.
#pragma once

#include <cstdint>

namespace groundswell {

inline constexpr std::uint64_t kMillisecondNs = 1'000'000;
inline constexpr std::uint64_t kSecondNs = 1'000 * kMillisecondNs;
inline constexpr std::uint64_t kMinuteNs = 60 * kSecondNs;
inline constexpr std::uint64_t kHourNs = 60 * kMinuteNs;
inline constexpr std::uint64_t kDayNs = 24 * kHourNs;

}  // namespace groundswell
