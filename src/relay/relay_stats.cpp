#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/gatekeeper.hpp"
#include "base/process_usage.hpp"
#include "relay/relay_impl.hpp"

namespace groundswell::relay {
namespace {

nlohmann::ordered_json subscription_json(const wire::Subscription& subscription) {
  const wire::SubscriptionCounters& c = subscription.counters();
  return {{"joined", subscription.is_joined()},
          {"whole", subscription.is_whole()},
          {"edges", c.edges},
          {"level_batches", c.levels},
          {"duplicate_edges", c.duplicate_edges},
          {"old_levels", c.old_levels},
          {"filled_edges", c.filled_edges},
          {"lost_edges", c.lost_edges},
          {"snapshots_asked", c.snapshots_asked},
          {"fills_asked", c.fills_asked},
          {"put_off", c.put_off},
          {"unanswered", c.unanswered},
          {"left_out", c.left_out},
          {"refused", c.refused},
          {"recordings", c.recordings}};
}

}  // namespace

std::string Relay::Impl::stats() const {
  const bool joined = upstream->subscription().is_joined();
  const bool deaf = upstream->heard_ns() == 0 || monotonic_clock_ns() - upstream->heard_ns() > kDeadNs;
  const wire::EngineState state = stopping  ? wire::EngineState::kStopping
                                  : !joined ? wire::EngineState::kStarting
                                  : deaf    ? wire::EngineState::kDegraded
                                            : last_heard.state;
  nlohmann::ordered_json root;
  root["schema"] = "groundswell.relay/1";
  root["node"] = options.name;
  root["state"] = std::string(wire::kEngineStateNames[static_cast<std::size_t>(state)]);
  root["reason"] = upstream->is_other_version() ? "what is published upstream is of another version than this relay reads"
                   : !joined                    ? "the node upstream has not been joined"
                   : deaf                       ? "nothing is heard from upstream"
                                                : "";
  root["mode"] = std::string(wire::kModeNames[static_cast<std::size_t>(last_heard.mode)]);
  root["recording_id"] = fmt::format("{:016x}", upstream->subscription().recording_id());
  root["started_ns"] = started_ns;
  root["event_time_ns"] = last_heard.event_time_ns;
  root["next_eseq"] = next_eseq;
  root["upstream"] = subscription_json(upstream->subscription());
  root["upstream"]["endpoint"] = options.upstream;
  root["upstream"]["reopened"] = upstream->reopened();
  root["upstream"]["bad_frames"] = upstream->refused();
  root["ring"] = {{"edges", ring.edges()}, {"parts", ring.parts()}};
  nlohmann::ordered_json sent = nlohmann::ordered_json::object();
  for (const auto& [letter, count] : published) sent[std::string(1, letter)] = count;
  root["broadcast"] = {{"messages", sent}, {"subscriptions", subscriptions}};
  const StreamCounters& c = streams.counters();
  root["streams"] = {{"open", streams.open()}, {"begun", c.begun},
                     {"canceled", c.canceled}, {"cut", c.cut},
                     {"gone", c.gone},         {"refused", c.refused},
                     {"messages", c.messages}, {"conflated", c.conflated},
                     {"dropped", c.dropped},   {"edges_waiting", streams.edges_waiting()}};
  root["control"] = nlohmann::ordered_json::parse(publish::json_of(server->counters()));
  if (const net::Gatekeeper* const gatekeeper = context.gatekeeper())
    root["access"] = nlohmann::ordered_json::parse(net::json_of(gatekeeper->counters()));
  root["operations"] = operations;
  root["process"] = nlohmann::ordered_json::parse(json_of(read_process_usage()));
  return root.dump();
}

}  // namespace groundswell::relay
