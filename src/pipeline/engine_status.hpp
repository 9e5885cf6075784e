// What all threads of an engine may read and say about it. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/log.hpp"
#include "base/result.hpp"

namespace groundswell::pipeline {

class EngineStatus {
 public:
  std::atomic<bool> stop_requested{false};
  std::atomic<bool> degraded{false};            // a stage stands still
  std::atomic<std::uint64_t> stalls{0};         // times that one began to
  std::atomic<std::uint64_t> event_time_ns{0};  // W
  std::atomic<std::uint32_t> session{0};        // yyyymmdd; 0 = none yet
  std::atomic<std::uint64_t> written_jseq{0};   // handed to the kernel
  std::atomic<std::uint64_t> synced_jseq{0};    // on the disk

  // The first error stays; every thread ends when it sees it.
  void fail(const Error& why) {
    {
      const std::scoped_lock lock(mutex_);
      if (failed_) return;
      error_ = why;
    }
    failed_ = true;
    log_error("engine", "{}", why.message);
  }
  bool check(const Result<void>& result) {
    if (!result) fail(result.error());
    return result.has_value();
  }
  bool failed() const noexcept { return failed_.load(); }
  Error error() const {
    const std::scoped_lock lock(mutex_);
    return error_;
  }

 private:
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;
  Error error_;
};

}  // namespace groundswell::pipeline
