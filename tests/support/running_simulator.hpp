// A simulated market in a thread of its own, from its start to its end.
#pragma once

#include <atomic>
#include <thread>

#include "simulate/simulator.hpp"
#include "support/engine_fixture.hpp"

namespace groundswell::test {

// PUSH at full speed into an engine made by write_config: nothing is lost but what is asked for, and nothing depends on the clock but where
// heartbeats stand. The last `minutes` of a session, and its commits.
inline simulate::SimulatorOptions last_minutes(const TemporaryFolder& folder, const config::Config& config, unsigned minutes, double rate) {
  simulate::SimulatorOptions market;
  market.universe = config.universe;
  market.calendar = must(config::Calendar::load(config.calendar_path));
  market.seed = 5;
  market.rate = rate;
  market.speed = 0;
  market.session = kSession;
  market.start_seconds = (16 * 60 - minutes) * 60;
  market.sessions = 1;
  market.endpoint = endpoint_in(folder, "feed");
  market.attach = net::Attach::kConnect;
  market.pattern = simulate::Pattern::kPush;
  market.history_path = folder / "history.gsj";
  market.history_sessions = 5;
  return market;
}

class RunningSimulator {
 public:
  RunningSimulator(net::Context& context, const simulate::SimulatorOptions& options)
      : thread_([this, &context, options] { report_ = must(simulate::run_simulator(context, options, stop_)); }) {}
  ~RunningSimulator() { finish(); }
  const simulate::SimulatorReport& finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return report_;
  }

 private:
  std::atomic<bool> stop_{false};
  simulate::SimulatorReport report_;
  std::thread thread_;
};

}  // namespace groundswell::test
