// What the examples share: the words of the command line, stopping by a signal, and errors.
#pragma once

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "groundswell/client/subscriber.hpp"

namespace example {

inline std::atomic<bool> stop{false};  // lock-free: a signal handler may set it

inline void stop_on_signals() {
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { stop = true; });
}

// `--endpoint E`, `--any-mode`, `--server-key KEY`, `--key FILE` into the options; the value of any other `--name VALUE` when asked for.
class Words {
 public:
  Words(int argc, char** argv) : argc_(argc), argv_(argv) {}
  bool has(std::string_view name) const { return find(name) > 0; }
  std::string value(std::string_view name, const std::string& otherwise) const {
    const int at = find(name);
    return at > 0 && at + 1 < argc_ ? argv_[at + 1] : otherwise;
  }
  groundswell::client::SubscriberOptions connection() const {
    groundswell::client::SubscriberOptions options;
    options.endpoint = value("--endpoint", options.endpoint);
    options.server_key = value("--server-key", "");
    options.key_file = value("--key", "");
    options.any_mode = has("--any-mode");
    return options;
  }

 private:
  int find(std::string_view name) const {
    for (int i = 1; i < argc_; ++i) {
      if (argv_[i] == name) return i;
    }
    return 0;
  }
  int argc_;
  char** argv_;
};

inline int report(const groundswell::client::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

}  // namespace example
