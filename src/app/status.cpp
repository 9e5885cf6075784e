// Asks a running engine or relay how it is.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/subscription.hpp"
#include "app/verbs.hpp"
#include "client/node_question.hpp"
#include "groundswell_version.hpp"
#include "metrics/prometheus.hpp"

namespace groundswell::app {
namespace {

std::string control_of(const StatusOptions& options) {
  return options.control.empty() ? wire::control_endpoint_of(endpoint_of(options.endpoint)) : options.control;
}

Result<std::string> ask(const StatusOptions& options) {
  const auto keys = peer_keys(options.keys);
  if (!keys) return keys.error();
  net::Context context;
  return client::ask_stats(context, control_of(options), *keys);
}

void print_flat(const std::string& name, const nlohmann::ordered_json& value) {
  if (value.is_object() || value.is_array()) {
    for (const auto& [key, each] : value.items()) {
      if (key != "buckets") print_flat(name.empty() ? key : name + "." + key, each);  // people have the quantiles
    }
    return;
  }
  fmt::print("{:<44} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

int status_verb(const CommonOptions& common, const StatusOptions& options) {
  const auto stats = ask(options);
  if (options.prometheus)
    fmt::print("{}", metrics::prometheus_text(stats ? std::string_view(*stats) : "", {.version = kVersion, .compiler = kCompiler}));
  if (!stats) return report(stats.error());
  if (options.prometheus) return 0;
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
  const auto stats = ask(options);
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
