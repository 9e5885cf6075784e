#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/interrupt.hpp"
#include "app/verbs.hpp"
#include "simulate/simulator.hpp"

namespace groundswell::app {
namespace {

constexpr const char* kSchema = "groundswell.simulate/1";

Error at_option(const char* option, const Error& error) { return fail(error.exit, std::string(option) + ": " + error.message); }

// Parses each text of a repeatable option; nothing = all is well.
template <class Parsed, class Parse>
std::optional<Error> parse_each(const char* option, const std::vector<std::string>& texts, std::vector<Parsed>& out, Parse&& parse) {
  for (const std::string& text : texts) {
    auto parsed = parse(text);
    if (!parsed) return at_option(option, parsed.error());
    out.push_back(*parsed);
  }
  return std::nullopt;
}

Result<simulate::FaultOptions> faults_of(const SimulateVerbOptions& verb) {
  simulate::FaultOptions faults;
  faults.loss = {verb.loss, verb.loss_b};
  faults.duplicate = verb.duplicate;
  faults.reorder = verb.reorder;
  faults.disagree = verb.disagree;
  faults.bad_ticks = verb.bad_ticks;
  faults.repeats = verb.repeats;
  faults.corrections = verb.corrections;
  faults.cancels = verb.cancels;
  faults.outliers = verb.outliers;
  faults.halts = verb.halts;
  if (!(verb.delay_ms >= 0 && verb.delay_ms <= 60'000)) return fail(Exit::kUsage, "--delay: 0 to 60000 milliseconds");
  faults.delay_ns = static_cast<std::uint64_t>(verb.delay_ms * 1e6);
  if (const auto error = parse_each("--dead-line", verb.dead_lines, faults.dead_lines, simulate::parse_dead_line)) return *error;
  if (const auto error = parse_each("--clock-step", verb.clock_steps, faults.clock_steps, simulate::parse_clock_step)) return *error;
  if (const auto error = parse_each("--restart-at", verb.restarts, faults.restarts_seconds, simulate::parse_time_of_day)) return *error;
  if (!verb.market_halt.empty()) {
    const auto when = simulate::parse_time_of_day(verb.market_halt);
    if (!when) return at_option("--market-halt", when.error());
    faults.market_halt_seconds = *when;
  }
  if (!verb.fill_lies.empty()) {
    const auto lie = simulate::parse_fill_lie(verb.fill_lies);
    if (!lie) return at_option("--fill-lies", lie.error());
    faults.fill_lie = *lie;
  }
  return faults;
}

using Json = nlohmann::ordered_json;

// A path or an endpoint is what the user typed, in whatever encoding: what is no UTF-8 in it is replaced.
void print_json(const Json& json) { fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

Json to_json(const simulate::SimulatorReport& report) {
  Json lines = Json::array();
  for (std::size_t line = 0; line < report.lines.size(); ++line) {
    const simulate::LineFaultCounters& faults = report.lines[line];
    lines.push_back({{"endpoint", report.endpoints[line]},
                     {"batches_lost", faults.lost},
                     {"batches_duplicated", faults.duplicated},
                     {"batches_reordered", faults.reordered},
                     {"ticks_disagreeing", faults.disagreeing_ticks}});
  }
  Json json = {{"schema", kSchema},
               {"endpoint", report.endpoints.front()},
               {"feed_epoch", std::to_string(report.feed_epoch)},
               {"ticks", report.ticks},
               {"batches", report.batches},
               {"sessions", report.sessions},
               {"last_market_time_ns", report.last_market_time_ns},
               {"restarts", report.restarts},
               {"halts", report.tape.halts},
               {"bad_ticks", report.tape.bad_ticks},
               {"repeats", report.tape.repeats},
               {"corrections", report.tape.corrections},
               {"cancels", report.tape.cancels},
               {"outliers", report.tape.outliers},
               {"lines", lines}};
  if (!report.fill_endpoint.empty()) {
    json["fills"] = {{"endpoint", report.fill_endpoint}, {"requests", report.fills.requests}, {"answered", report.fills.answered},
                     {"ticks", report.fills.ticks},      {"refused", report.fills.refused},   {"too_old", report.fills.too_old}};
  }
  return json;
}

Result<simulate::SimulatorOptions> options_of(const SimulateVerbOptions& verb) {
  simulate::SimulatorOptions options;
  const std::filesystem::path universe =
      verb.universe.empty() ? config::find_config_data("baskets.toml") : std::filesystem::path(verb.universe);
  const auto config = config::config_for_universe(universe);
  if (!config) return config.error();
  options.universe = config->universe;
  auto calendar = find_calendar("");
  if (!calendar) return calendar.error();
  options.calendar = std::move(*calendar);
  const auto profile = simulate::parse_profile(verb.profile);
  if (!profile) return fail(Exit::kUsage, "--profile: '" + verb.profile + "' is none of open, rotation, thrust, gap");
  const auto regime = simulate::parse_regime(verb.regime);
  if (!regime) {
    return fail(Exit::kUsage, fmt::format("--regime: '{}' is none of {}", verb.regime, fmt::join(simulate::kRegimeNames, ", ")));
  }
  const auto session = config::parse_date(verb.session);
  if (!session) return fail(Exit::kUsage, "--session: '" + verb.session + "' is no date; write YYYY-MM-DD");
  const auto start = simulate::parse_time_of_day(verb.start);
  if (!start) return at_option("--start", start.error());
  auto faults = faults_of(verb);
  if (!faults) return faults.error();
  options.faults = std::move(*faults);
  options.profile = *profile;
  options.regime = *regime;
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
  options.line_b = verb.line_b;
  options.fill_endpoint = verb.fill;
  options.fill_log_ticks = verb.fill_log;
  options.attach = verb.connect ? net::Attach::kConnect : net::Attach::kBind;
  options.pattern = verb.push ? simulate::Pattern::kPush : simulate::Pattern::kPub;
  options.history_path = verb.history;
  options.history_sessions = verb.history_sessions;
  return options;
}

}  // namespace

int simulate_verb(const CommonOptions& common, const SimulateVerbOptions& verb) {
  const std::atomic<bool>& stop = stop_on_signal();
  auto options = options_of(verb);
  if (!options) return report(options.error());
  if (!verb.server_key.empty()) {
    auto keys = peer_keys({.server_key = verb.server_key, .key = verb.key});
    if (!keys) return report(keys.error());
    options->keys = std::move(*keys);
  }
  Json files = {{"schema", kSchema}};  // what was written beside the ticks
  if (!verb.fundamentals.empty()) {
    if (const auto written = simulate::write_fundamentals(verb.fundamentals, *options); !written) return report(written.error());
    if (!common.quiet) fmt::print(stderr, "groundswell: made-up fundamentals in {}\n", verb.fundamentals);
    files["fundamentals"] = verb.fundamentals;
  }
  if (!verb.history.empty()) {
    const auto records = simulate::write_history(*options);
    if (!records) return report(records.error());
    if (!common.quiet) fmt::print(stderr, "groundswell: {} sessions of history in {}\n", verb.history_sessions, verb.history);
    files["history"] = {{"recording", verb.history}, {"sessions", verb.history_sessions}, {"records", *records}};
  }
  if (verb.history_only && files.size() > 1) {
    if (common.json) print_json(files);
    return 0;
  }
  net::Context context;
  if (const auto secured = secure(context, verb.key, verb.allow_list); !secured) return report(secured.error());
  const auto done = simulate::run_simulator(context, *options, stop, [&](const simulate::SimulatorReport& begun) {
    if (common.quiet) return;
    const std::string fills = begun.fill_endpoint.empty() ? "" : "; fills on " + begun.fill_endpoint;
    fmt::print(stderr, "groundswell: feed on {}{}\n", fmt::join(begun.endpoints, " and "), fills);
  });
  if (!done) return report(done.error());
  if (common.json) {
    Json all = to_json(*done);
    all.update(files);
    print_json(all);
  } else if (!common.quiet) {
    fmt::print(stderr, "groundswell: {} ticks in {} batches, {} sessions\n", done->ticks, done->batches, done->sessions);
  }
  return exit_code_after_stop();
}

}  // namespace groundswell::app
