#include "app/interrupt.hpp"

#include <unistd.h>

#include <csignal>

namespace groundswell::app {
namespace {

std::atomic<bool> stop{false};
std::atomic<bool> reload{false};
std::atomic<int> which{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void handle(int number) {
  if (stop.exchange(true)) ::_exit(128 + number);
  which = number;
}

}  // namespace

const std::atomic<bool>& stop_on_signal() {
  struct sigaction action = {};
  action.sa_handler = handle;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  return stop;
}

std::atomic<bool>& reload_on_signal() {
  struct sigaction action = {};
  action.sa_handler = [](int) { reload = true; };
  sigaction(SIGHUP, &action, nullptr);
  return reload;
}

int stop_signal() noexcept { return which; }
int exit_code_after_stop() noexcept { return which == SIGINT ? 130 : 0; }

}  // namespace groundswell::app
