// How everything here is measured: several rounds, the median of them, so that a round which another program disturbed does not count.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/clock.hpp"

namespace groundswell::bench {

inline constexpr int kRounds = 15;

// Keeps the compiler from leaving out work whose result nobody reads.
template <class T>
void keep(const T& value) noexcept {
  asm volatile("" : : "g"(&value) : "memory");
}

// Wall time: of work that waits for another thread or the kernel.
template <class Work>
double elapsed_ns(Work&& work) {
  const std::int64_t started_ns = monotonic_clock_ns();
  work();
  return static_cast<double>(monotonic_clock_ns() - started_ns);
}

// Processor time of this thread: of work that waits for nobody. Reading it costs about 0.2 us, so measure no less than some 20 us.
template <class Work>
double processor_ns(Work&& work) {
  const std::int64_t started_ns = thread_clock_ns();
  work();
  return static_cast<double>(thread_clock_ns() - started_ns);
}

// Median over kRounds of round(), which returns what one round took. One round before them is not counted: it warms caches and pages.
template <class Round>
double median_of_rounds(Round&& round) {
  round();
  std::vector<double> results;
  for (int i = 0; i < kRounds; ++i) results.push_back(round());
  const auto middle = results.begin() + kRounds / 2;
  std::nth_element(results.begin(), middle, results.end());
  return *middle;
}

}  // namespace groundswell::bench
