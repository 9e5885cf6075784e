#include "pipeline/watchdog.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::int64_t kLooksPerStall = 10;
constexpr std::int64_t kShortestLookNs = 10'000'000, kLongestLookNs = 500'000'000;

double seconds(std::int64_t duration_ns) { return static_cast<double>(duration_ns) / 1e9; }

}  // namespace

Watchdog::Watchdog(std::vector<const Runner*> runners, std::int64_t stall_ns, EngineStatus& status, Operations& operations)
    : stall_ns_(stall_ns), status_(status), operations_(operations) {
  for (const Runner* const runner : runners) watched_.push_back({.runner = runner});
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "gs-watch");
    run();
  });
}

Watchdog::~Watchdog() { end(); }

void Watchdog::end() {
  {
    const std::scoped_lock lock(mutex_);
    end_ = true;
    ending_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

std::size_t Watchdog::stall_of(const std::string& stage) {
  auto found = std::find_if(stalls_.begin(), stalls_.end(), [&](const Stall& stall) { return stall.stage == stage; });
  if (found == stalls_.end()) found = stalls_.insert(stalls_.end(), Stall{.stage = stage});
  return static_cast<std::size_t>(found - stalls_.begin()) + 1;
}

void Watchdog::look(Watched& watched, std::int64_t now_ns) {
  const std::uint64_t turns = watched.runner->turns();
  const Stage* const stage = watched.runner->has_ended() ? nullptr : watched.runner->stage_with_work();
  if (turns != watched.turns || (stage == nullptr && watched.stall == 0)) {
    if (watched.stall != 0) {
      const Stall& stall = stalls_[watched.stall - 1];
      operations_.tell(wire::Severity::kInfo, "pipeline", "stage '{}' moves again, after {:.1f} s", stall.stage,
                       seconds(now_ns - watched.moved_at_ns));
    }
    watched.turns = turns;
    watched.moved_at_ns = now_ns;
    watched.stall = 0;
    return;
  }
  const std::int64_t still_ns = now_ns - watched.moved_at_ns;
  if (watched.stall == 0 && still_ns >= stall_ns_) {
    watched.stall = stall_of(stage->name());
    ++stalls_[watched.stall - 1].count;
    ++status_.stalls;
    operations_.tell(wire::Severity::kError, "pipeline", "stage '{}' has work and has not moved for {:.1f} s", stage->name(),
                     seconds(still_ns));
  }
  if (watched.stall != 0) {
    Stall& stall = stalls_[watched.stall - 1];
    stall.longest_ns = std::max(stall.longest_ns, still_ns);
  }
}

void Watchdog::run() {
  const std::chrono::nanoseconds between_looks(std::clamp(stall_ns_ / kLooksPerStall, kShortestLookNs, kLongestLookNs));
  std::int64_t looked_at_ns = monotonic_clock_ns();
  for (Watched& watched : watched_) watched.moved_at_ns = looked_at_ns;
  std::unique_lock lock(mutex_);
  while (!ending_.wait_for(lock, between_looks, [this] { return end_; })) {
    const std::int64_t now_ns = monotonic_clock_ns();
    // When we did not run ourselves the whole process or machine stood still, and says nothing about any stage.
    if (now_ns - looked_at_ns > stall_ns_ / 2 + between_looks.count()) {
      for (Watched& watched : watched_) watched.moved_at_ns += now_ns - looked_at_ns;
    }
    looked_at_ns = now_ns;
    for (Watched& watched : watched_) look(watched, now_ns);
    status_.degraded = std::any_of(watched_.begin(), watched_.end(), [](const Watched& watched) { return watched.stall != 0; });
  }
}

}  // namespace groundswell::pipeline
