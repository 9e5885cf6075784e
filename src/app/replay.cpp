#include "pipeline/replay.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "app/interrupt.hpp"
#include "app/verbs.hpp"
#include "base/progress.hpp"

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

Result<std::uint32_t> parse_session(const std::string& flag, const std::string& text, std::uint32_t otherwise) {
  if (text.empty()) return otherwise;
  const auto date = config::parse_date(text);
  if (!date) return fail(Exit::kUsage, flag + ": '" + text + "' is no date; write YYYY-MM-DD");
  return *date;
}

// -c wins; else what the recording was made with; a universe given by --universe replaces the rosters of either.
Result<config::Config> config_for(journal::Reader& recording, const CommonOptions& common, const std::string& universe) {
  if (!common.config_path.empty() || !common.settings.empty()) {
    CommonOptions with_universe = common;
    if (!universe.empty()) with_universe.settings["universe.file"] = "'" + std::filesystem::absolute(universe).string() + "'";
    return load_config_of(with_universe);
  }
  auto recorded = pipeline::recorded_config(recording, universe);
  if (!recorded) return recorded.error();
  if (recorded->has_value()) return **recorded;
  if (universe.empty())
    return fail(Exit::kUsage, "the recording is an import and names no universe: add --universe BASKETS.toml, or -c CONFIG");
  return config::config_for_universe(universe);
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

  Progress verifying("verify", options.quiet);
  auto recording = journal::Reader::open(verb.recording, [&](std::uint64_t done, std::uint64_t total) { verifying.update(done, total); });
  if (!recording) return report(recording.error());
  if (!recording->info().torn_tail.empty()) std::fprintf(stderr, "groundswell: %s\n", recording->info().torn_tail.c_str());
  options.follow_references = common.config_path.empty() && common.settings.empty() && verb.universe.empty();
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
