// The command line. CLI11's exit codes are remapped to sysexits. Keep it to parsing: verbs live in their files.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "app/command_line.hpp"
#include "base/log.hpp"
#include "base/nearest.hpp"
#include "base/open_file.hpp"

namespace groundswell::app {
namespace {

constexpr const char* kVerbs[] = {"run",    "replay", "verify",  "import",  "simulate", "tail",    "top",  "web",
                                  "relay",  "status", "health",  "signals", "check",    "version", "demo", "bench",
                                  "keygen", "keys",   "explain", "export",  "doctor",   "pack"};

int unknown_verb(const std::string& verb) {
  fmt::print(stderr, "groundswell: '{}' is no verb", verb);
  if (const auto near = nearest(verb, {std::begin(kVerbs), std::end(kVerbs)})) fmt::print(stderr, "; did you mean '{}'?", *near);
  fmt::print(stderr, "\nTry: groundswell --help\n");
  return static_cast<int>(Exit::kUsage);
}

}  // namespace

CLI::App* add_verb(CLI::App& app, CommandLine& line, const std::string& name, const std::string& what) {
  CLI::App* verb = app.add_subcommand(name, what);
  verb->add_flag("--json", line.common.json, "One JSON object, or JSON Lines, on standard output");
  verb->add_flag("-q,--quiet", line.common.quiet, "No progress and no notices");
  return verb;
}

void add_config(CLI::App* verb, CommandLine& line) {
  verb->add_option("-c,--config", line.common.config_path,
                   "groundswell.toml (else $GROUNDSWELL_CONFIG, ./groundswell.toml, $XDG_CONFIG_HOME/groundswell/, /etc/groundswell/)")
      ->option_text("FILE");
  verb->add_option("--set", line.settings, "Set section.key=value over the file and the environment; may be repeated")
      ->option_text("KEY=VALUE");
}

namespace {

void add_run(CLI::App& app, CommandLine& line) {
  CLI::App* verb = add_verb(app, line, "run", "Run the engine: feeds in, signals out, everything recorded");
  add_config(verb, line);
  verb->add_option("--recording", line.run.recording, "Path of the new recording (a folder)")->option_text("PATH");
  verb->add_flag("--digest", line.run.digest, "Print the digest of everything published at a clean stop");
  verb->callback([&] { line.code = run_verb(line.common, line.run); });
}

// What simulate does wrong on purpose: docs/simulate.md.
void add_faults(CLI::App* verb, SimulateVerbOptions& simulate) {
  const auto share = [&](const char* name, double& value, const char* what) { verb->add_option(name, value, what)->option_text("SHARE"); };
  const auto times = [&](const char* name, std::vector<std::string>& value, const char* what, const char* form) {
    verb->add_option(name, value, what)->option_text(form)->allow_extra_args(false);
  };
  verb->add_option("--line-b", simulate.line_b, "Second line: the same ticks on another endpoint")->option_text("ENDPOINT");
  verb->add_option("--fill", simulate.fill, "Answer tick fills here")->option_text("ENDPOINT");
  verb->add_option("--fill-log", simulate.fill_log, "Ticks that can be asked for")->capture_default_str()->option_text("N");
  share("--loss", simulate.loss, "Faults, off unless asked for: batches lost on line A");
  share("--loss-b", simulate.loss_b, "Batches lost on line B");
  share("--duplicate", simulate.duplicate, "Batches sent twice");
  share("--reorder", simulate.reorder, "Batches sent after the next one");
  share("--disagree", simulate.disagree, "Ticks with another size on line B");
  share("--bad-ticks", simulate.bad_ticks, "Ticks followed by one that nobody should believe");
  share("--repeats", simulate.repeats, "Trades sent twice, with one id");
  share("--corrections", simulate.corrections, "Trades sent wrong first, and corrected within half a minute");
  share("--cancels", simulate.cancels, "Trades followed by one that is cancelled within half a minute");
  share("--outliers", simulate.outliers, "The same, 5 to 50 % away");
  verb->add_option("--delay", simulate.delay_ms, "Line B behind A, in wall milliseconds")->option_text("MS");
  times("--dead-line", simulate.dead_lines, "A line sends nothing for a while; may be repeated", "a|b@HH:MM:SS-HH:MM:SS");
  times("--clock-step", simulate.clock_steps, "The feed's clock jumps; may be repeated", "SECONDS@HH:MM:SS");
  times("--restart-at", simulate.restarts, "The feed begins a new epoch; may be repeated", "HH:MM:SS");
  verb->add_option("--halts", simulate.halts, "Members that halt for five minutes in each session")->option_text("N");
  verb->add_option("--market-halt", simulate.market_halt, "Everything halts for fifteen minutes")->option_text("HH:MM:SS");
  verb->add_option("--fill-lies", simulate.fill_lies, "wrong_epoch, wrong_range, endless or silent")->option_text("HOW");
}

void add_simulate(CLI::App& app, CommandLine& line) {
  SimulateVerbOptions& simulate = line.simulate;
  CLI::App* verb = add_verb(app, line, "simulate", "Send a made-up market on the real wire format");
  verb->add_option("--profile", simulate.profile, "open, rotation, thrust or gap")->capture_default_str()->option_text("NAME");
  verb->add_option("--regime", simulate.regime, "Drift of weeks and months, from the 253rd session of the history on (docs/simulate.md)")
      ->capture_default_str()
      ->option_text("NAME");
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
  verb->add_option("--key", simulate.key, "File of our key pair; with --allow-list what is bound demands keys")->option_text("FILE");
  verb->add_option("--allow-list", simulate.allow_list, "Who may connect (groundswell keys)")->option_text("FILE");
  verb->add_option("--server-key", simulate.server_key, "With --connect: the public key that the other side must prove")
      ->option_text("KEY");
  verb->add_flag("--push", simulate.push, "PUSH to a PULL instead of PUB to a SUB: slows down instead of losing");
  verb->add_option("--universe", simulate.universe, "baskets.toml instead of the shipped one")->option_text("FILE");
  verb->add_option("--history", simulate.history, "Write the sessions before the first live one as a recording first")
      ->option_text("OUT.gsj");
  verb->add_option("--fundamentals", simulate.fundamentals, "Write made-up fundamentals of the members first")->option_text("OUT.csv");
  verb->add_option("--history-sessions", simulate.history_sessions, "How many")->capture_default_str()->option_text("N");
  verb->add_flag("--history-only", simulate.history_only, "Write these files and stop");
  add_faults(verb, simulate);
  verb->callback([&] { line.code = simulate_verb(line.common, line.simulate); });
}

void add_keys_of(CLI::App* verb, ConnectFlags& keys) {
  verb->add_option("--server-key", keys.server_key, "Public key of the server, when it demands one (else $GROUNDSWELL_SERVER_KEY)")
      ->option_text("KEY");
  verb->add_option("--key", keys.key, "File of our own key pair (else $GROUNDSWELL_KEY)")->option_text("FILE");
}

void add_tail(CLI::App& app, CommandLine& line) {
  TailOptions& tail = line.tail;
  CLI::App* verb = add_verb(app, line, "tail", "Print the events of a running engine as they come");
  verb->add_option("--endpoint", tail.endpoint, "Where signals are published (else $GROUNDSWELL_ENDPOINT, tcp://127.0.0.1:5556)")
      ->option_text("ENDPOINT");
  add_keys_of(verb, tail.keys);
  verb->add_option("--basket,--scope", tail.scope, "Only this scope: a basket id, wave:compute, thesis …")->option_text("SCOPE");
  verb->add_option("--type", tail.type, "Only events of this type, e.g. COMMIT")->option_text("TYPE");
  verb->add_flag("--levels", tail.levels, "Values too, not only events");
  verb->add_flag("--operations", tail.operations,
                 "What the engine says to its operators too: lost ticks, silent lines, stages that stand still");
  verb->add_option("--signal", tail.signal, "With --levels: only this signal")->option_text("ID");
  verb->add_option("-n", tail.count, "Stop after so many lines")->option_text("N");
  verb->add_flag("--any-mode", tail.any_mode, "Also what is simulated or a replay");
  verb->callback([&] { line.code = tail_verb(line.common, line.tail); });
}

void add_top(CLI::App& app, CommandLine& line) {
  CLI::App* verb = add_verb(app, line, "top", "The numbers of a running engine on this terminal, whatever its mode");
  add_config(verb, line);
  verb->add_option("--endpoint", line.top.endpoint, "Where signals are published (else $GROUNDSWELL_ENDPOINT, tcp://127.0.0.1:5556)")
      ->option_text("ENDPOINT");
  add_keys_of(verb, line.top.keys);
  verb->add_flag("--once", line.top.once, "Print what there is and end; without a terminal it does so by itself");
  verb->callback([&] { line.code = top_verb(line.common, line.top); });
}

void add_keygen(CLI::App& app, CommandLine& line) {
  CLI::App* verb = add_verb(app, line, "keygen", "Make a key pair: the secret into a file, its line of the allow-list to standard output");
  verb->add_option("--name", line.keygen.name, "Who will have it: 1 to 32 of A-Z a-z 0-9 _ -")->required()->option_text("NAME");
  verb->add_option("--role", line.keygen.role, "publisher, subscriber, console, recorder or operator (docs/security.md)")
      ->required()
      ->option_text("ROLE");
  verb->add_option("--out", line.keygen.folder, "Folder for NAME.key")->capture_default_str()->option_text("DIR");
  verb->add_option("--allow-list", line.keygen.allow_list, "Add the line to this file too; made when it is not there")->option_text("FILE");
  verb->callback([&] { line.code = keygen_verb(line.common, line.keygen); });
}

void add_keys(CLI::App& app, CommandLine& line) {
  CLI::App* keys = app.add_subcommand("keys", "List, revoke and replace the keys of an allow-list");
  keys->require_subcommand(1);
  const auto add = [&](const char* what, const char* help) {
    CLI::App* verb = add_verb(*keys, line, what, help);
    add_config(verb, line);
    verb->add_option("--allow-list", line.keys.allow_list, "The file (else security.allow_list of the configuration)")->option_text("FILE");
    verb->callback([&, what] {
      line.keys.what = what;
      line.code = keys_verb(line.common, line.keys);
    });
    return verb;
  };
  add("list", "Print every key, its name, role and state");
  CLI::App* revoke = add("revoke", "Let a name in no more; followed within a second");
  revoke->add_option("name", line.keys.name)->required()->option_text("NAME");
  revoke->add_flag("--old", line.keys.old, "All its keys but the newest: the end of a rotation");
  CLI::App* rotate = add("rotate", "Make a second key for a name; both are valid until the old one is revoked");
  rotate->add_option("name", line.keys.name)->required()->option_text("NAME");
  rotate->add_option("--out", line.keys.folder, "Folder for the new NAME.key")->required()->option_text("DIR");
}

void add_relay(CLI::App& app, CommandLine& line) {
  CLI::App* verb =
      add_verb(app, line, "relay", "Stand between an engine and those who listen: broadcast, streams, late joiners, lost events");
  add_config(verb, line);
  verb->callback([&] { line.code = relay_verb(line.common); });
  const auto ask = [&](CLI::App* asking, auto ask_verb) {
    asking
        ->add_option("--endpoint", line.status.endpoint,
                     "Where the engine or relay publishes (else $GROUNDSWELL_ENDPOINT, tcp://127.0.0.1:5556)")
        ->option_text("ENDPOINT");
    asking->add_option("--control", line.status.control, "Where it is asked, if not beside that: the next port, or PATH.control")
        ->option_text("ENDPOINT");
    add_keys_of(asking, line.status.keys);
    asking->callback([&line, ask_verb] { line.code = ask_verb(line.common, line.status); });
    return asking;
  };
  ask(add_verb(app, line, "status", "What a running engine or relay counts"), status_verb)
      ->add_flag("--prometheus", line.status.prometheus, "As Prometheus reads it; without an answer groundswell_up 0, and exit 69")
      ->excludes("--json");
  ask(add_verb(app, line, "health", "Whether a running engine or relay is well: exit 0, 75 when it is not, 69 when nobody answers"),
      health_verb);
}

void add_web(CLI::App& app, CommandLine& line) {
  CLI::App* verb =
      add_verb(app, line, "web", "Serve the console: a page of what an engine or relay publishes, recordings replayed, metrics");
  add_config(verb, line);
  verb->add_option("--listen", line.web.listen, "Where the page is served (else [web] listen); port 0 = any free one")
      ->option_text("HOST:PORT");
  verb->add_option("--upstream", line.web.upstream, "Engine or relay that is shown (else [web] upstream, [publish] endpoint)")
      ->option_text("ENDPOINT");
  verb->add_option("--recordings", line.web.recordings, "Folder of recordings (else [web] recordings, [journal] directory)")
      ->option_text("DIR");
  verb->add_option("--assets", line.web.assets, "Folder of the page instead of the one that is built in")->option_text("DIR");
  verb->callback([&] { line.code = web_verb(line.common, line.web); });
}

void add_small_verbs(CLI::App& app, CommandLine& line) {
  CLI::App* verb = add_verb(app, line, "signals", "List every signal");
  verb->add_flag("--markdown", line.markdown, "As docs/signals.md");
  verb->callback([&] { line.code = signals_verb(line.common, line.markdown); });

  verb = add_verb(app, line, "check", "Check a configuration and the files it names; exit 78 with every finding when it is wrong");
  add_config(verb, line);
  verb->add_option("file", line.check_path, "groundswell.toml")->option_text("FILE");
  verb->add_flag("--print-effective", line.print_effective, "Print every key in force");
  verb->add_option("--against", line.against,
                   "Print what changes from this baskets.toml, or from what a recording has, to the universe now")
      ->option_text("OLD");
  verb->callback([&] { line.code = check_verb(line.common, line.check_path, line.print_effective, line.against); });

  verb = add_verb(app, line, "doctor", "Look at this machine, and say what to mend and how; exit 78 when something would stop an engine");
  add_config(verb, line);
  verb->callback([&] { line.code = doctor_verb(line.common); });

  verb = add_verb(app, line, "version", "Print the version");
  verb->callback([&] { line.code = version_verb(line.common); });

  verb = add_verb(app, line, "bench", "Measure the fold, the ring, the decoder, the journal and replay on this machine");
  verb->callback([&] { line.code = bench_verb(line.common); });
}

void add_demo(CLI::App& app, CommandLine& line) {
  CLI::App* verb =
      add_verb(app, line, "demo", "A simulated market, the engine and its console in one, and a live table of baskets, until Ctrl-C");
  verb->add_option("--seed", line.demo.seed, "Same seed, same market")->capture_default_str()->option_text("N");
  verb->add_option("--speed", line.demo.speed, "Market seconds per second")->capture_default_str()->option_text("N");
  verb->add_option("--rate", line.demo.rate, "Mean trades per market second")->capture_default_str()->option_text("N");
  verb->add_option("--profile", line.demo.profile, "open, rotation, thrust or gap")->capture_default_str()->option_text("NAME");
  verb->add_option("--port", line.demo.port, "Of the console; another one when it is taken")->capture_default_str()->option_text("N");
  verb->add_option("--seconds", line.demo.seconds, "End by itself after so long; 0 = until Ctrl-C")
      ->capture_default_str()
      ->option_text("N");
  verb->callback([&] { line.code = demo_verb(line.common, line.demo); });
}

}  // namespace

int main(int argc, char** argv) {
  keep_room_for_files();
  log_setup(LogFormat::kText, LogLevel::kInfo);
  if (argc > 1 && argv[1][0] != '-' && std::find(std::begin(kVerbs), std::end(kVerbs), std::string(argv[1])) == std::end(kVerbs)) {
    return unknown_verb(argv[1]);
  }
  CLI::App app{"Groundswell: breadth and relative strength of the AI-infrastructure trade, live, recorded and replayed."};
  app.name("groundswell");
  app.footer(
      "Examples:\n  groundswell demo\n  groundswell run -c /etc/groundswell/groundswell.toml --digest\n"
      "  groundswell replay recordings/20261120T142500_000Z --speed max --digest");
  app.require_subcommand(1);
  CommandLine line{.argc = argc, .argv = argv};
  add_run(app, line);
  add_recording_verbs(app, line);
  add_simulate(app, line);
  add_tail(app, line);
  add_top(app, line);
  add_relay(app, line);
  add_web(app, line);
  add_demo(app, line);
  add_keygen(app, line);
  add_keys(app, line);
  add_small_verbs(app, line);
  app.parse_complete_callback([&] {
    for (const std::string& setting : line.settings) {
      const std::size_t equals = setting.find('=');
      if (equals == std::string::npos) throw CLI::ValidationError("--set", "'" + setting + "' is not KEY=VALUE");
      line.common.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
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
  return line.code;
}

}  // namespace groundswell::app
