#include <fmt/format.h>

#include <cstdio>

#include "app/interrupt.hpp"
#include "app/verbs.hpp"
#include "simulate/simulator.hpp"

namespace groundswell::app {
namespace {

Result<unsigned> parse_time_of_day(const std::string& text) {
  unsigned hours = 0, minutes = 0, seconds = 0;
  char rest = 0;
  const int fields = std::sscanf(text.c_str(), "%2u:%2u:%2u%c", &hours, &minutes, &seconds, &rest);
  if ((fields != 2 && fields != 3) || hours > 23 || minutes > 59 || seconds > 59)
    return fail(Exit::kUsage, "--start: '" + text + "' is no time of day; write HH:MM:SS, New York");
  return hours * 3600 + minutes * 60 + seconds;
}

}  // namespace

int simulate_verb(const CommonOptions& common, const SimulateVerbOptions& verb) {
  const std::atomic<bool>& stop = stop_on_signal();
  simulate::SimulatorOptions options;
  const std::filesystem::path universe =
      verb.universe.empty() ? config::find_config_data("baskets.toml") : std::filesystem::path(verb.universe);
  const auto config = config::config_for_universe(universe);
  if (!config) return report(config.error());
  options.universe = config->universe;
  auto calendar = find_calendar("");
  if (!calendar) return report(calendar.error());
  options.calendar = std::move(*calendar);
  const auto profile = simulate::parse_profile(verb.profile);
  if (!profile) return report(fail(Exit::kUsage, "--profile: '" + verb.profile + "' is none of open, rotation, thrust, gap"));
  const auto session = config::parse_date(verb.session);
  if (!session) return report(fail(Exit::kUsage, "--session: '" + verb.session + "' is no date; write YYYY-MM-DD"));
  const auto start = parse_time_of_day(verb.start);
  if (!start) return report(start.error());
  options.profile = *profile;
  options.session = *session;
  options.start_seconds = *start;
  options.seed = verb.seed;
  options.rate = verb.rate;
  options.speed = verb.speed;
  options.quotes_per_trade = verb.quotes;
  options.sessions = verb.sessions;
  options.max_ticks = verb.ticks;
  options.exit_when_done = verb.exit_when_done;
  options.endpoint = verb.endpoint;
  options.attach = verb.connect ? net::Attach::kConnect : net::Attach::kBind;
  options.pattern = verb.push ? simulate::Pattern::kPush : simulate::Pattern::kPub;
  options.history_path = verb.history;
  options.history_sessions = verb.history_sessions;
  if (!verb.history.empty()) {
    if (const auto written = simulate::write_history(options); !written) return report(written.error());
    if (!common.quiet) fmt::print(stderr, "groundswell: {} sessions of history in {}\n", verb.history_sessions, verb.history);
    if (verb.history_only) return 0;
  }
  net::Context context;
  const auto done = simulate::run_simulator(context, options, stop);
  if (!done) return report(done.error());
  if (common.json) {
    fmt::print(
        R"({{"schema":"groundswell.simulate/1","endpoint":"{}","feed_epoch":"{}","ticks":{},"batches":{},"sessions":{},)"
        R"("last_market_time_ns":{}}})"
        "\n",
        done->endpoint, done->feed_epoch, done->ticks, done->batches, done->sessions, done->last_market_time_ns);
  } else if (!common.quiet) {
    fmt::print(stderr, "groundswell: {} ticks in {} batches, {} sessions\n", done->ticks, done->batches, done->sessions);
  }
  return exit_code_after_stop();
}

}  // namespace groundswell::app
