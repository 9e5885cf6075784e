// The watchdog: a thread that looks whether the others go on. A stage that has work and whose thread has made no turn for [pipeline] stall
// is told of, once, and again when it moves; meanwhile heartbeats say DEGRADED.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/engine_status.hpp"
#include "pipeline/operations.hpp"
#include "pipeline/runner.hpp"

namespace groundswell::pipeline {

struct Stall {
  std::string stage;
  std::uint64_t count = 0;
  std::int64_t longest_ns = 0;  // until the last look at it
};

class Watchdog {
 public:
  // All of it outlives the watchdog, which begins at once.
  Watchdog(std::vector<const Runner*> runners, std::int64_t stall_ns, EngineStatus& status, Operations& operations);
  ~Watchdog();  // ends it
  void end();
  const std::vector<Stall>& stalls() const noexcept { return stalls_; }  // by stage, in order of the first one; after end()

 private:
  struct Watched {
    const Runner* runner;
    std::uint64_t turns = 0;
    std::int64_t moved_at_ns = 0;
    std::size_t stall = 0;  // 1 + index into stalls_ of the one that is going on; 0 = none
  };
  void run();
  void look(Watched& watched, std::int64_t now_ns);
  std::size_t stall_of(const std::string& stage);

  std::vector<Watched> watched_;
  std::int64_t stall_ns_;
  EngineStatus& status_;
  Operations& operations_;
  std::vector<Stall> stalls_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace groundswell::pipeline
