#include "relay/relay.hpp"

#include <cstdio>

#include "app/interrupt.hpp"
#include "app/verbs.hpp"
#include "groundswell_version.hpp"
#include "wire/control.hpp"

namespace groundswell::app {

int relay_verb(const CommonOptions& common) {
  const std::atomic<bool>& stop = stop_on_signal();
  const auto config = load_settings_of(common);
  if (!config) return report(config.error());
  log_setup(config->log_format, config->log_level);
  relay::RelayOptions options{.name = config->relay.name,
                              .upstream = config->relay.upstream,
                              .upstream_control = config->relay.upstream_control,
                              .publish = config->relay.publish,
                              .control = config->relay.control,
                              .recording = config->relay.recording,
                              .keep_ns = static_cast<std::int64_t>(config->relay.keep_ns),
                              .version = std::string("groundswell ") + kVersion};
  if (options.upstream.empty()) {
    options.upstream = config->publish_endpoint;
    if (options.upstream_control.empty()) options.upstream_control = config->control_endpoint;
  }
  if (options.control.empty()) options.control = wire::control_endpoint_of(options.publish);
  net::Context context;
  if (const auto secured = secure(context, *config); !secured) return report(secured.error());
  if (!config->relay.upstream_key.empty()) options.upstream_keys = {.server_key = config->relay.upstream_key, .own = context.own_key()};
  auto relay = relay::Relay::open(context, options);
  if (!relay) return report(relay.error());
  if (!common.quiet) {
    std::fprintf(stderr, "groundswell: relaying %s; signals on %s, questions and streams on %s\n", options.upstream.c_str(),
                 (*relay)->publish_endpoint().c_str(), (*relay)->control_endpoint().c_str());
  }
  (*relay)->run(stop);
  if (common.json) std::printf("%s\n", (*relay)->stats().c_str());
  return exit_code_after_stop();
}

}  // namespace groundswell::app
