// Asks a running engine or relay how it is.
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "base/socket.hpp"
#include "groundswell_version.hpp"
#include "metrics/prometheus.hpp"
#include "wire/control.hpp"

namespace groundswell::app {
namespace {

constexpr std::int64_t kPatienceNs = 2'000'000'000;
constexpr int kWaitMs = 100;

std::string control_of(const StatusOptions& options) {
  if (!options.control.empty()) return options.control;
  const char* const set = std::getenv("GROUNDSWELL_ENDPOINT");
  const std::string endpoint = !options.endpoint.empty() ? options.endpoint : set != nullptr ? set : "tcp://127.0.0.1:5556";
  return wire::control_endpoint_of(endpoint);
}

// The node's counters, as it gives them. Errors: 64, 69 nobody answers, 70 an answer that is none.
Result<std::string> ask_stats(const StatusOptions& options) {
  const std::string endpoint = control_of(options);
  const auto keys = peer_keys(options.keys);
  if (!keys) return keys.error();
  net::Context context;
  auto socket = net::Socket::open(context, net::SocketType::kDealer, net::Attach::kConnect, endpoint,
                                  static_cast<std::int64_t>(wire::kMaxReplyBytes), *keys);
  if (!socket) return socket.error();
  wire::NodeCodec codec;
  const std::int64_t until_ns = monotonic_clock_ns() + kPatienceNs;
  bool asked = false;
  net::Frame frame;
  while (monotonic_clock_ns() < until_ns) {
    if (!asked) asked = socket->send(codec.encode(wire::Request{.id = 1, .kind = wire::RequestKind::kStats}));
    if (!socket->receive(frame, asked ? kWaitMs : 5)) continue;
    wire::ReplyHead reply;
    if (codec.decode(frame.bytes(), reply) != wire::Verdict::kOk || reply.status != wire::ReplyStatus::kOk)
      return fail(Exit::kInternal, endpoint + ": answers, but not to what was asked: " + reply.text);
    return reply.text;
  }
  return fail(Exit::kUnavailable, endpoint + ": nobody answers; is an engine or relay running there?");
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
  const auto stats = ask_stats(options);
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
