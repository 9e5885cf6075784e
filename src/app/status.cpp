// Asks a running engine or relay how it is.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/subscription.hpp"
#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "console/stats_asker.hpp"
#include "wire/control.hpp"

namespace groundswell::app {
namespace {

constexpr std::int64_t kPatienceNs = 2'000'000'000;
constexpr int kWaitMs = 10;

std::string control_of(const StatusOptions& options) {
  return options.control.empty() ? wire::control_endpoint_of(endpoint_of(options.endpoint)) : options.control;
}

// The node's counters, as it gives them. Errors: 64, 69 nobody answers, 70 an answer that is none.
Result<std::string> ask_stats(const StatusOptions& options) {
  const std::string endpoint = control_of(options);
  const auto keys = peer_keys(options.keys);
  if (!keys) return keys.error();
  net::Context context;
  auto asker = console::StatsAsker::open(context, endpoint, *keys);
  if (!asker) return asker.error();
  const std::int64_t until_ns = monotonic_clock_ns() + kPatienceNs;
  while (monotonic_clock_ns() < until_ns) {
    auto answer = asker->poll(monotonic_clock_ns(), kWaitMs);
    if (!answer || !answer->empty()) return answer;
  }
  return fail(Exit::kUnavailable, endpoint + ": nobody answers; is an engine or relay running there?");
}

void print_flat(const std::string& name, const nlohmann::ordered_json& value) {
  if (value.is_object() || value.is_array()) {
    for (const auto& [key, each] : value.items()) print_flat(name.empty() ? key : name + "." + key, each);
    return;
  }
  fmt::print("{:<44} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

int status_verb(const CommonOptions& common, const StatusOptions& options) {
  const auto stats = ask_stats(options);
  if (!stats) return report(stats.error());
  const auto parsed = nlohmann::ordered_json::parse(*stats, nullptr, false);
  if (!parsed.is_object()) return report(fail(Exit::kInternal, control_of(options) + ": its answer is no JSON"));
  if (common.json) {
    fmt::print("{}\n", *stats);
  } else {
    print_flat("", parsed);
  }
  return 0;
}

int health_verb(const CommonOptions& common, const StatusOptions& options) {
  const auto stats = ask_stats(options);
  if (!stats) return report(stats.error());
  const auto parsed = nlohmann::ordered_json::parse(*stats, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("state"))
    return report(fail(Exit::kInternal, control_of(options) + ": its answer is no JSON with a state"));
  const std::string state = parsed["state"], reason = parsed.value("reason", "");
  const bool well = state == "running";
  if (common.json) {
    const nlohmann::ordered_json answer = {{"healthy", well}, {"state", state}, {"reason", reason}};
    fmt::print("{}\n", answer.dump());
  } else {
    fmt::print("{}{}{}\n", state, reason.empty() ? "" : ": ", reason);
  }
  return static_cast<int>(well ? Exit::kOk : Exit::kRetry);
}

}  // namespace groundswell::app
