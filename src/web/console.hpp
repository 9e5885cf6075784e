// The console as a service: the page, the running engine as streams and as answers, recordings and their replays, health and metrics. What
// `groundswell web` runs, and `groundswell demo` beside its engine. The protocol is docs/console.md.
//
// Threads: run() has all sockets, the subscription and the model; a replay has one of its own, as has the list of recordings, and filling
// in the history of a recording that is already running.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "groundswell/client/subscriber.hpp"
#include "groundswell/universe.hpp"

namespace groundswell::web {

struct ConsoleOptions {
  std::string listen = "127.0.0.1:8080", hosts, origins;  // of [web]
  client::SubscriberOptions upstream;                     // endpoint, control and keys; the rest is ours to say
  Universe universe;                                      // names of baskets, and who is in them
  std::string universe_file;                              // for replays of recordings without a configuration; "" = they fail
  std::string recordings;                                 // folder
  std::string assets;                                     // folder; "" = what is built in
  std::string version, compiler;
};

class Console {
 public:
  // Listens. Errors: 64, 66 no page in `assets`, 69 the port is in use, 77.
  static Result<std::unique_ptr<Console>> open(const ConsoleOptions& options);
  ~Console();
  std::string url() const;                  // http://127.0.0.1:8080/
  void run(const std::atomic<bool>& stop);  // until `stop`, which is seen within 10 ms

 private:
  struct Impl;
  explicit Console(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::web
