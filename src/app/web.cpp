#include <fmt/format.h>

#include <cstdio>

#include "app/interrupt.hpp"
#include "app/verbs.hpp"
#include "groundswell_version.hpp"
#include "web/console.hpp"

namespace groundswell::app {
namespace {

// Flags stand above the file and the environment, as --set does.
void set(CommonOptions& common, const char* key, const std::string& flag) {
  if (!flag.empty()) common.settings[key] = "'" + flag + "'";
}

}  // namespace

int web_verb(CommonOptions common, const WebVerbOptions& flags) {
  const std::atomic<bool>& stop = stop_on_signal();
  set(common, "web.listen", flags.listen);
  set(common, "web.upstream", flags.upstream);
  set(common, "web.recordings", flags.recordings);
  set(common, "web.assets", flags.assets);
  const auto config = load_config_of(common);
  if (!config) return report(config.error());
  log_setup(config->log_format, config->log_level);
  const config::Web& web = config->web;
  web::ConsoleOptions options{.listen = web.listen,
                              .hosts = web.hosts,
                              .origins = web.origins,
                              .upstream = {},
                              .universe = config->universe,
                              .universe_file = (config->folder / config->universe_files.file).string(),
                              .recordings = web.recordings.empty() ? config->journal_directory : web.recordings,
                              .assets = web.assets,
                              .version = kVersion,
                              .compiler = kCompiler};
  options.upstream.endpoint = web.upstream.empty() ? config->publish_endpoint : web.upstream;
  options.upstream.control = web.upstream.empty() && web.upstream_control.empty() ? config->control_endpoint : web.upstream_control;
  options.upstream.server_key = web.upstream_key;
  options.upstream.key_file = config->security_key;
  auto console = web::Console::open(options);
  if (!console) return report(console.error());
  if (!common.quiet) fmt::print(stderr, "groundswell: console on {}\n", (*console)->url());
  (*console)->run(stop);
  return exit_code_after_stop();
}

}  // namespace groundswell::app
