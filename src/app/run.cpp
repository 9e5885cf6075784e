#include <chrono>
#include <cstdio>
#include <thread>

#include "app/interrupt.hpp"
#include "app/verbs.hpp"
#include "pipeline/live.hpp"

namespace groundswell::app {

int run_verb(const CommonOptions& common, const RunOptions& options) {
  const std::atomic<bool>& stop = stop_on_signal();
  std::atomic<bool>& reload = reload_on_signal();
  CommonOptions with_recording = common;
  if (!options.recording.empty()) with_recording.settings["journal.recording"] = "'" + options.recording + "'";
  const auto config = load_config_of(with_recording);
  if (!config) return report(config.error());
  log_setup(config->log_format, config->log_level);
  net::Context context;
  if (const auto secured = secure(context, *config); !secured) return report(secured.error());
  auto engine = pipeline::LiveEngine::start(context, *config);
  if (!engine) return report(engine.error());
  if (!common.quiet) {
    std::fprintf(stderr, "groundswell: running; signals on %s, recording %s\n", (*engine)->publish_endpoint().c_str(),
                 (*engine)->recording_path().c_str());
  }
  while (!stop && (*engine)->running()) {
    if (reload.exchange(false)) (void)(*engine)->reload();  // it has told what came of it
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const auto finished = (*engine)->stop();
  if (!finished) return report(finished.error());
  if (common.json) {
    std::printf("%s\n", finished->json().c_str());
  } else if (options.digest) {
    std::printf("%s\n", finished->digest.c_str());
  }
  return exit_code_after_stop();
}

}  // namespace groundswell::app
