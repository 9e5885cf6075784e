#include "pipeline/replay.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "app/interrupt.hpp"
#include "app/recorded.hpp"

namespace groundswell::app {
namespace {

Result<double> parse_speed(const std::string& text) {
  if (text == "max") return 0.0;
  char* end = nullptr;
  const double speed = std::strtod(text.c_str(), &end);
  const std::string rest(end);
  if (end == text.c_str() || (!rest.empty() && rest != "x") || !(speed > 0.0) || speed > 1e6) {
    return fail(Exit::kUsage, "--speed: '" + text + "' is none of max, 1x, or a factor such as 10x");
  }
  return speed;
}

}  // namespace

int replay_verb(const CommonOptions& common, const ReplayVerbOptions& verb) {
  const std::atomic<bool>& stop = stop_on_signal();
  pipeline::ReplayOptions options;
  const auto speed = parse_speed(verb.speed);
  if (!speed) return report(speed.error());
  options.speed = *speed;
  const auto from = parse_session("--from", verb.from, 0);
  if (!from) return report(from.error());
  options.from_session = *from;
  const auto to = parse_session("--to", verb.to, options.to_session);
  if (!to) return report(to.error());
  options.to_session = *to;
  options.signals_path = verb.signals;
  options.events_path = verb.events;
  options.publish_endpoint = verb.publish;
  options.recording_path = verb.recording;
  options.quiet = common.quiet || common.json;
  if (!verb.clock.empty()) options.clock = verb.clock == "live" ? Clock::kLive : Clock::kClose;
  std::stringstream only(verb.only);
  for (std::string id; std::getline(only, id, ',');) options.only.insert(id);

  auto recording = open_recording(verb.recording, options.quiet);
  if (!recording) return report(recording.error());
  options.follow_references = follows_recording(common, verb.universe);
  const auto config = config_for(*recording, common, verb.universe);
  if (!config) return report(config.error());
  net::Context context;
  const auto done = pipeline::replay(*recording, *config, options, &context, stop);
  if (!done) return report(done.error());
  if (common.json) {
    std::string outcomes;
    for (std::size_t i = 0; i < market::kOutcomeNames.size(); ++i)
      outcomes += fmt::format(R"({}"{}":{})", i == 0 ? "" : ",", market::kOutcomeNames[i], done->fold.outcomes[i]);
    fmt::print(R"({{"schema":"groundswell.replay/1","digest":"{}","records":{},"ticks":{},"sessions":{},"levels":{},"edges":{},)"
               R"("signal_rows":{},"shadow_levels":{},"shadow_edges":{},"seconds":{:.3f},"unrostered":{},"zero_volume_bars":{},)"
               R"("unknown_conditions":{},"quarantine_believed":{},)"
               R"("outcomes":{{{}}}}})"
               "\n",
               done->digest, done->fold.records, done->fold.ticks, done->fold.rolls, done->fold.levels, done->fold.edges, done->signal_rows,
               done->shadow_levels, done->shadow_edges, done->seconds,
               done->fold.outcomes[static_cast<std::size_t>(market::Outcome::kUnrostered)],
               done->fold.outcomes[static_cast<std::size_t>(market::Outcome::kZeroVolumeBar)], done->fold.unknown_conditions,
               done->fold.believed, outcomes);
  } else if (!common.quiet) {
    fmt::print(stderr, "groundswell: {} records, {} sessions, {} levels, {} events in {:.2f} s\n", done->fold.records, done->fold.rolls,
               done->fold.levels, done->fold.edges, done->seconds);
  }
  if (verb.digest && !common.json) fmt::print("{}\n", done->digest);
  return done->stopped ? exit_code_after_stop() : 0;
}

}  // namespace groundswell::app
