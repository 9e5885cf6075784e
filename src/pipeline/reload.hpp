// New reference data on its way into a running engine: read, checked as a whole, told, and handed to the core.
#pragma once

#include <mutex>

#include "base/result.hpp"
#include "config/config.hpp"
#include "pipeline/engine_status.hpp"
#include "pipeline/links.hpp"
#include "pipeline/operations.hpp"

namespace groundswell::pipeline {

// Any thread; waits for the disk.
class Reload {
 public:
  Reload(ReferenceLink& to, Operations& operations, const EngineStatus& status) : to_(to), operations_(operations), status_(status) {}
  void begin(config::Config newest) { newest_ = std::move(newest); }  // with the reference data that the engine knows of

  // The files on the disk. Errors: 66, 78; what is wrong is in the log and on O. topics too, and changes nothing.
  Result<bool> from_disk();
  // False: they are what the engine knows of. Errors: 78.
  Result<bool> hand_on(config::Config next);

 private:
  std::mutex mutex_;
  ReferenceLink& to_;
  Operations& operations_;
  const EngineStatus& status_;
  config::Config newest_;
};

// Whether a batch of every number of `scopes` and `symbols` fits the way to the publisher. Errors: 78.
inline constexpr std::size_t kLevelRing = 1 << 16;  // cells: 2 MiB
Result<void> check_size(std::size_t scopes, std::size_t symbols);

}  // namespace groundswell::pipeline
