#include "base/clock.hpp"

#include <ctime>

namespace groundswell {
namespace {
std::int64_t read(clockid_t id) noexcept {
  timespec now{};
  clock_gettime(id, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}
}  // namespace

std::int64_t wall_clock_ns() noexcept { return read(CLOCK_REALTIME); }
std::int64_t monotonic_clock_ns() noexcept { return read(CLOCK_MONOTONIC); }
std::int64_t thread_clock_ns() noexcept { return read(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace groundswell
