// The one place that reads the machine's clocks. Nothing in market, signal or the fold may include it: time is an input there.
#pragma once

#include <cstdint>

namespace groundswell {

std::int64_t wall_clock_ns() noexcept;       // UTC since the epoch, CLOCK_REALTIME
std::int64_t monotonic_clock_ns() noexcept;  // for durations and timers only
std::int64_t thread_clock_ns() noexcept;     // processor time of the calling thread: what work costs, whoever else runs

}  // namespace groundswell
