// A relay in a thread of its own, from its start to its end.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "relay/relay.hpp"
#include "support/scratch.hpp"

namespace groundswell::test {

class RunningRelay {
 public:
  RunningRelay(net::Context& context, const relay::RelayOptions& options)
      : relay_(must(relay::Relay::open(context, options))), thread_([this] { relay_->run(stop_); }) {}
  ~RunningRelay() { finish(); }
  std::string finish() {  // its counters
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return relay_->stats();
  }
  std::string publish_endpoint() const { return relay_->publish_endpoint(); }
  std::string control_endpoint() const { return relay_->control_endpoint(); }

 private:
  std::unique_ptr<relay::Relay> relay_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace groundswell::test
