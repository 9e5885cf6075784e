// A runner: one thread that steps the stages it was given, and waits when none of them has anything to do.
//
//   block    sleeps until one of its sockets can be read, another runner wakes it, or a stage is due; 250 ms at most
//   backoff  looks again and again for a few microseconds, then blocks
//   yield    gives the CPU away, but never sleeps: for CPUs with nothing else to do
//   spin     never gives the CPU away
// A runner with sockets always blocks: spinning on a ZeroMQ socket takes the CPU from libzmq's own thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "config/config.hpp"
#include "pipeline/engine_status.hpp"
#include "pipeline/stage.hpp"

namespace groundswell::pipeline {

struct RunnerOptions {
  std::string name;  // of the thread, as tools show it; cut to 15 bytes
  config::Idle idle = config::Idle::kBackoff;
  std::vector<std::uint32_t> cpus;  // where it may run; empty = anywhere
};

class Runner {
 public:
  // The stages must outlive it. Errors: 71-like shortages as 70.
  static Result<std::unique_ptr<Runner>> make(const RunnerOptions& options, std::vector<Stage*> stages, const EngineStatus& status);
  ~Runner();  // joins
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void wakes(Runner& other) { wakes_.push_back(&other); }  // after each turn in which something was done. Before start()
  void start();                                            // the thread ends when all stages have finished, or the engine has failed
  void join();
  // Any thread. Costs nothing while the runner is awake.
  void wake() noexcept;

  // For a stage of this runner that cannot go on inside step() until others have made room. Before start(). `of_ours`: stages of this
  // runner that make room; they are stepped inside that step.
  Waiter waiter(std::vector<Stage*> of_ours = {}) noexcept {
    make_room_ = std::move(of_ours);
    return {[](void* self) { return static_cast<Runner*>(self)->wait_for_room(); }, this};
  }

  // For the watchdog; any thread.
  std::uint64_t turns() const noexcept { return turns_.load(std::memory_order_relaxed); }  // stands still when the thread does
  bool has_ended() const noexcept { return ended_.load(); }
  // The stage that is to blame when it stands still: the one being stepped, else the first with work. nullptr: there is nothing to do.
  const Stage* stage_with_work() const noexcept;

 private:
  Runner(const RunnerOptions& options, std::vector<Stage*> stages, const EngineStatus& status, int wake_fd);
  void run();
  std::size_t turn();
  bool all_finished() const noexcept;
  bool wait_for_room() noexcept;
  void wait(std::uint64_t rounds_without_work);
  bool block();
  config::Idle idle_now();
  void wake_others() noexcept;

  RunnerOptions options_;
  std::vector<Stage*> stages_, make_room_;
  const EngineStatus& status_;
  std::vector<Runner*> wakes_;
  std::vector<net::Socket*> sockets_;
  int wake_fd_;
  std::atomic<bool> asleep_{false}, ended_{false};
  std::atomic<std::uint64_t> turns_{0};
  std::atomic<const Stage*> in_step_{nullptr};
  std::thread thread_;
};

// Whether the machine can do what [pipeline] asks for: the CPUs of `pin` exist and are ours, and there are enough of them to spin.
// Errors: 78.
Result<void> check_machine(const config::Config& config);
// What `[pipeline] threads` comes to on this machine: never kAuto.
config::Threads wiring_of(const config::Config& config);
// The CPUs that `pin` names for any of `stages` (feed, core, journal, publish, sync).
std::vector<std::uint32_t> pinned_cpus(const config::Config& config, const std::vector<std::string>& stages);

}  // namespace groundswell::pipeline
