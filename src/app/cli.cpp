// The command line. The only file that includes CLI11; its exit codes are remapped to sysexits. Keep it to parsing: verbs live in their files.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "app/verbs.hpp"
#include "base/log.hpp"

namespace groundswell::app {
namespace {

constexpr const char* kVerbs[] = {"run", "replay", "verify", "import", "simulate", "tail", "signals", "check", "version", "demo", "bench"};

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

int unknown_verb(const std::string& verb) {
  const char* nearest = *std::min_element(std::begin(kVerbs), std::end(kVerbs),
                                          [&](const char* a, const char* b) { return edit_distance(verb, a) < edit_distance(verb, b); });
  fmt::print(stderr, "groundswell: '{}' is no verb", verb);
  if (edit_distance(verb, nearest) <= 2) fmt::print(stderr, "; did you mean '{}'?", nearest);
  fmt::print(stderr, "\nTry: groundswell --help\n");
  return static_cast<int>(Exit::kUsage);
}

// `--map` holds for the inputs after it; a single one may stand anywhere.
Result<ImportVerbOptions> parse_import(const std::vector<std::string>& words) {
  ImportVerbOptions options;
  std::vector<std::string> before_any_map;
  for (const std::string& word : words) {
    if (word.starts_with("\x01")) {
      options.inputs.emplace_back(word.substr(1), std::vector<std::string>{});
    } else if (options.inputs.empty()) {
      before_any_map.push_back(word);
    } else {
      options.inputs.back().second.push_back(word);
    }
  }
  if (options.inputs.empty()) return fail(Exit::kUsage, "import csv: --map MAP.toml is required; it says what the columns mean");
  if (!before_any_map.empty() && options.inputs.size() > 1) {
    return fail(Exit::kUsage, "import csv: '" + before_any_map.front() + "' stands before the first --map; with several maps each holds for the inputs after it");
  }
  options.inputs.front().second.insert(options.inputs.front().second.begin(), before_any_map.begin(), before_any_map.end());
  for (const auto& [map, inputs] : options.inputs) {
    if (inputs.empty()) return fail(Exit::kUsage, "import csv: no input for --map " + map);
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  log_setup(LogFormat::kText, LogLevel::kInfo);
  if (argc > 1 && argv[1][0] != '-' && std::none_of(std::begin(kVerbs), std::end(kVerbs), [&](const char* verb) { return std::string(verb) == argv[1]; })) {
    return unknown_verb(argv[1]);
  }

  CLI::App app{"Groundswell: breadth and relative strength of the AI-infrastructure trade, live, recorded and replayed."};
  app.name("groundswell");
  app.footer("Examples:\n  groundswell demo\n  groundswell run -c /etc/groundswell/groundswell.toml --digest\n  groundswell replay recordings/20261120T142500_000Z --speed max --digest");
  app.require_subcommand(1);
  CommonOptions common;
  int code = 0;

  std::vector<std::string> settings;
  const auto add_verb = [&](const std::string& name, const std::string& what) {
    CLI::App* verb = app.add_subcommand(name, what);
    verb->add_flag("--json", common.json, "One JSON object, or JSON Lines, on standard output");
    verb->add_flag("-q,--quiet", common.quiet, "No progress and no notices");
    return verb;
  };
  const auto add_config = [&](CLI::App* verb) {
    verb->add_option("-c,--config", common.config_path, "groundswell.toml (else $GROUNDSWELL_CONFIG, ./groundswell.toml, $XDG_CONFIG_HOME/groundswell/, /etc/groundswell/)")->option_text("FILE");
    verb->add_option("--set", settings, "Set section.key=value over the file and the environment; may be repeated")->option_text("KEY=VALUE");
  };

  RunOptions run;
  CLI::App* verb = add_verb("run", "Run the engine: feeds in, signals out, everything recorded");
  add_config(verb);
  verb->add_option("--recording", run.recording, "Path of the new recording (a folder)")->option_text("PATH");
  verb->add_flag("--digest", run.digest, "Print the digest of everything published at a clean stop");
  verb->callback([&] { code = run_verb(common, run); });

  ReplayVerbOptions replay;
  verb = add_verb("replay", "Feed a recording to the same fold, into files, onto ZeroMQ, or for its digest");
  add_config(verb);
  verb->add_option("recording", replay.recording, "A .gsj file or a folder of segments")->required()->option_text("REC");
  verb->add_option("--universe", replay.universe, "baskets.toml to use instead of the recorded one; required for imports unless -c is given")->option_text("FILE");
  verb->add_option("--speed", replay.speed, "max, 1x, or a factor such as 10x; nights are not waited for")->capture_default_str()->option_text("SPEED");
  verb->add_option("--from", replay.from, "First session, YYYY-MM-DD: starts cold there")->option_text("DATE");
  verb->add_option("--to", replay.to, "Last session, YYYY-MM-DD, inclusive")->option_text("DATE");
  verb->add_option("--signals", replay.signals, "Write every published value as CSV; - is standard output")->option_text("OUT.csv");
  verb->add_option("--events", replay.events, "Write every event as JSON Lines; - is standard output")->option_text("OUT.jsonl");
  verb->add_option("--only", replay.only, "Signal ids for --signals, comma-separated; the digest covers all")->option_text("IDS");
  verb->add_option("--clock", replay.clock, "Only values of this clock for --signals")->check(CLI::IsMember({"live", "close"}))->option_text("live|close");
  verb->add_option("--publish", replay.publish, "Publish on this ZeroMQ endpoint; heartbeats say mode = replay")->option_text("ENDPOINT");
  verb->add_flag("--digest", replay.digest, "Print the digest last");
  verb->callback([&] { code = replay_verb(common, replay); });

  std::string recording;
  verb = add_verb("verify", "Check every byte of a recording; exit 65 when it is damaged");
  verb->add_option("recording", recording, "A .gsj file or a folder of segments")->required()->option_text("REC");
  verb->callback([&] { code = verify_verb(common, recording); });

  std::vector<std::string> words, maps;
  std::string output, calendar;
  verb = app.add_subcommand("import", "Turn files of market data into a recording");
  verb->require_subcommand(1);
  CLI::App* csv = verb->add_subcommand("csv", "CSV rows of trades, quotes, bars or session bars; plain, .gz, .zst, .zip or .tar.zst");
  csv->add_flag("--json", common.json, "One JSON object on standard output");
  csv->add_flag("-q,--quiet", common.quiet, "No progress and no notices");
  csv->add_option("inputs", words, "Files, folders or globs")->option_text("IN…");
  csv->add_option_function<std::vector<std::string>>("--map", [](const std::vector<std::string>&) {}, "Says what the columns mean; holds for the inputs after it")->option_text("MAP.toml")->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  csv->add_option("-o,--output", output, "The recording to make")->required()->option_text("OUT.gsj");
  csv->add_option("--calendar", calendar, "Trading calendar (columns date,kind,name) instead of the shipped one")->option_text("FILE");
  csv->callback([&] {
    // The order of --map among the inputs matters, and CLI11 keeps none across options: read the words again.
    std::vector<std::string> ordered;
    for (int i = 3; i < argc; ++i) {
      const std::string word = argv[i];
      const bool takes_value = word == "-o" || word == "--output" || word == "--calendar" || word == "--map";
      if (word == "--map" && i + 1 < argc) ordered.push_back("\x01" + std::string(argv[i + 1]));
      if (word.starts_with("--map=")) ordered.push_back("\x01" + word.substr(6));
      if (takes_value) ++i;
      if (!takes_value && std::find(words.begin(), words.end(), word) != words.end()) ordered.push_back(word);
    }
    auto options = parse_import(ordered);
    if (!options) {
      code = report(options.error());
      return;
    }
    options->output = output;
    options->calendar = calendar;
    code = import_verb(common, *options);
  });

  SimulateVerbOptions simulate;
  verb = add_verb("simulate", "Send a made-up market on the real wire format");
  verb->add_option("--profile", simulate.profile, "open, rotation, thrust or gap")->capture_default_str()->option_text("NAME");
  verb->add_option("--seed", simulate.seed, "Same seed, same ticks")->capture_default_str()->option_text("N");
  verb->add_option("--rate", simulate.rate, "Mean trades per market second, over all symbols")->capture_default_str()->option_text("N");
  verb->add_option("--speed", simulate.speed, "Market seconds per second; 0 = as fast as it goes")->capture_default_str()->option_text("N");
  verb->add_option("--quotes", simulate.quotes, "Quotes per trade")->capture_default_str()->option_text("N");
  verb->add_option("--session", simulate.session, "First live session")->capture_default_str()->option_text("DATE");
  verb->add_option("--start", simulate.start, "New York time of day at which it starts")->capture_default_str()->option_text("HH:MM:SS");
  verb->add_option("--sessions", simulate.sessions, "Live sessions to play; 0 = until stopped")->capture_default_str()->option_text("N");
  verb->add_option("--ticks", simulate.ticks, "Stop making ticks after so many; 0 = no limit")->capture_default_str()->option_text("N");
  verb->add_flag("--exit-when-done", simulate.exit_when_done, "Return after the last tick instead of going on with heartbeats");
  verb->add_option("--endpoint", simulate.endpoint, "ZeroMQ endpoint")->capture_default_str()->option_text("ENDPOINT");
  verb->add_flag("--connect", simulate.connect, "Connect instead of bind");
  verb->add_flag("--push", simulate.push, "PUSH to a PULL instead of PUB to a SUB: slows down instead of losing");
  verb->add_option("--universe", simulate.universe, "baskets.toml instead of the shipped one")->option_text("FILE");
  verb->add_option("--history", simulate.history, "Write the sessions before the first live one as a recording first")->option_text("OUT.gsj");
  verb->add_option("--history-sessions", simulate.history_sessions, "How many")->capture_default_str()->option_text("N");
  verb->add_flag("--history-only", simulate.history_only, "Write the history and stop");
  verb->callback([&] { code = simulate_verb(common, simulate); });

  TailOptions tail;
  verb = add_verb("tail", "Print the events of a running engine as they come");
  verb->add_option("--endpoint", tail.endpoint, "Where signals are published (else $GROUNDSWELL_ENDPOINT, tcp://127.0.0.1:5556)")->option_text("ENDPOINT");
  verb->add_option("--basket,--scope", tail.scope, "Only this scope: a basket id, wave:compute, thesis …")->option_text("SCOPE");
  verb->add_option("--type", tail.type, "Only events of this type, e.g. COMMIT")->option_text("TYPE");
  verb->add_flag("--levels", tail.levels, "Values too, not only events");
  verb->add_option("--signal", tail.signal, "With --levels: only this signal")->option_text("ID");
  verb->add_option("-n", tail.count, "Stop after so many lines")->option_text("N");
  verb->add_flag("--any-mode", tail.any_mode, "Also what is simulated or a replay");
  verb->callback([&] { code = tail_verb(common, tail); });

  bool markdown = false;
  verb = add_verb("signals", "List every signal");
  verb->add_flag("--markdown", markdown, "As docs/signals.md");
  verb->callback([&] { code = signals_verb(common, markdown); });

  std::string check_path;
  bool print_effective = false;
  verb = add_verb("check", "Check a configuration and the files it names; exit 78 with every finding when it is wrong");
  add_config(verb);
  verb->add_option("file", check_path, "groundswell.toml")->option_text("FILE");
  verb->add_flag("--print-effective", print_effective, "Print every key in force");
  verb->callback([&] { code = check_verb(common, check_path, print_effective); });

  verb = add_verb("version", "Print the version");
  verb->callback([&] { code = version_verb(common); });

  DemoOptions demo;
  verb = add_verb("demo", "A simulated market and the engine in one: a live table of baskets until Ctrl-C");
  verb->add_option("--seed", demo.seed, "Same seed, same market")->capture_default_str()->option_text("N");
  verb->add_option("--speed", demo.speed, "Market seconds per second")->capture_default_str()->option_text("N");
  verb->add_option("--rate", demo.rate, "Mean trades per market second")->capture_default_str()->option_text("N");
  verb->add_option("--profile", demo.profile, "open, rotation, thrust or gap")->capture_default_str()->option_text("NAME");
  verb->add_option("--seconds", demo.seconds, "End by itself after so long; 0 = until Ctrl-C")->capture_default_str()->option_text("N");
  verb->callback([&] { code = demo_verb(common, demo); });

  verb = add_verb("bench", "Measure the fold, the ring, the decoder, the journal and replay on this machine");
  verb->callback([&] { code = bench_verb(common); });

  app.parse_complete_callback([&] {
    for (const std::string& setting : settings) {
      const std::size_t equals = setting.find('=');
      if (equals == std::string::npos) throw CLI::ValidationError("--set", "'" + setting + "' is not KEY=VALUE");
      common.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
    }
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "groundswell: {}\nTry: groundswell {} --help\n", error.what(), argc > 1 ? argv[1] : "");
    return static_cast<int>(Exit::kUsage);
  }
  return code;
}

}  // namespace groundswell::app
