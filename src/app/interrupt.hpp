// SIGINT and SIGTERM for verbs that run until told to stop: the first asks, a second one ends the process at once. SIGPIPE is ignored.
// SIGHUP for those that can take new files while they run.
#pragma once

#include <atomic>

namespace groundswell::app {

// Installs the handlers; the flag becomes true at the first signal. Thread: main, once.
const std::atomic<bool>& stop_on_signal();
// Installs the handler; the flag becomes true at each SIGHUP, and whoever acts on it sets it to false. Thread: main, once.
std::atomic<bool>& reload_on_signal();
int stop_signal() noexcept;           // which came; 0 = none
int exit_code_after_stop() noexcept;  // 0 after SIGTERM or none, 130 after SIGINT

}  // namespace groundswell::app
