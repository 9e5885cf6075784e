// The history of the running recording, folded from its file in the background. Thread: one that owns it; the work is on another, which
// reads what is whole when it begins.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "console/history.hpp"

namespace groundswell::web {

class Backfill {
 public:
  Backfill() = default;
  ~Backfill() { stop(); }
  // Looks for the recording in the folder; where it is not, nothing comes. Gives up what was begun before. "" = nothing is looked for.
  void start(const std::string& folder, std::uint64_t recording_id);
  std::optional<console::History> take();  // once it is done

 private:
  void stop();
  void run(const std::string& folder, std::uint64_t recording_id);

  std::thread thread_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::optional<console::History> done_;
};

}  // namespace groundswell::web
