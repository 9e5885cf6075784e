// A market whose feed can give ticks again, and triggers that fire often: for engines that are killed and go on.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "support/running_simulator.hpp"

namespace groundswell::test {

inline constexpr const char* kBusyTriggers = R"(
[[trigger]]
type = "THRESHOLD"
signal = "net_adv"
evaluate = "record"
enter = ">= 1"
exit = "<= 0"
[[trigger]]
type = "THRESHOLD"
signal = "tick"
enter = ">= 1"
exit = "<= 0"
)";

inline std::string feed_with_fills(const TemporaryFolder& folder) {
  return "[[feed]]\nname = 'feed'\nendpoint = '" + endpoint_in(folder, "feed") + "'\nfill = '" + endpoint_in(folder, "fills") +
         "'\nrepair = '10s'\nhold = 1048576\n" + kBusyTriggers;
}

inline simulate::SimulatorOptions market_of(const TemporaryFolder& folder, const config::Config& config, double speed) {
  simulate::SimulatorOptions market = last_minutes(folder, config, 20, 20);
  market.attach = net::Attach::kBind;
  market.pattern = simulate::Pattern::kPub;
  market.speed = speed;
  market.feed_epoch = 7;
  market.fill_endpoint = endpoint_in(folder, "fills");
  market.instruments_every_ns = 100'000'000;
  market.join_wait_ns = 2'000'000'000;  // wall time: the first engine is there when the first tick comes
  return market;
}

// What does not depend on when things happened, byte for byte; an edge's cause is a record, and pulses stand where heartbeats came.
inline std::vector<Edge> timeless(std::vector<Edge> edges) {
  for (Edge& edge : edges) edge.cause_jseq = 0;
  return edges;
}
inline bool same(const std::vector<Edge>& a, const std::vector<Edge>& b) {
  return a.size() == b.size() && std::memcmp(static_cast<const void*>(a.data()), b.data(), a.size() * sizeof(Edge)) == 0;
}

}  // namespace groundswell::test
