// A stage: a part of the journey as an object that does some of its work when told to. It knows nothing of threads: stages hand work on
// through links of rings, and which of them share a thread is the wiring's business (live.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "base/socket.hpp"

namespace groundswell::pipeline {

class Stage {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kRetryAfterNs = 1'000'000;  // what comes next has no room

  explicit Stage(std::string name) : name_(std::move(name)) {}
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // The following from one thread. `now_ns`: monotonic.
  // Does a bounded batch of what there is to do and returns how much that was; 0 = nothing can be done now.
  virtual std::size_t step(std::int64_t now_ns) = 0;
  virtual bool finished() const noexcept = 0;  // its input has ended, and it has passed on all of it
  // What to wait for while there is nothing to do: sockets, and a time. A step that returned 0 has drained these sockets: the last thing it
  // did with each is a receive() that found nothing.
  virtual void wait_on(std::vector<net::Socket*>&) {}
  virtual std::int64_t due_ns() const noexcept { return kNever; }

  // Any thread: whether something waits to be done. For the watchdog: a stage without work may rest.
  virtual bool has_work() const noexcept = 0;
  const std::string& name() const noexcept { return name_; }  // feed:NAME, core, journal, publish, sync
  // How long its steps took that did some work: written by the runner, read by anybody.
  Histogram& step_times() noexcept { return step_times_; }
  const Histogram& step_times() const noexcept { return step_times_; }

 private:
  std::string name_;
  Histogram step_times_;
};

// What a stage does that must have room in a link before it can go on: lets others run for a moment. False: give up, the engine fails.
struct Waiter {
  bool (*wait)(void*) = nullptr;
  void* self = nullptr;
  bool operator()() const { return wait(self); }
};

}  // namespace groundswell::pipeline
