// The command line of the verbs that make recordings of files, or read them.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/command_line.hpp"

namespace groundswell::app {
namespace {

void add_universe(CLI::App* verb, std::string& universe) {
  verb->add_option("--universe", universe, "baskets.toml to use instead of the recorded one; required for imports unless -c is given")
      ->option_text("FILE");
}

void add_clock(CLI::App* verb, std::string& clock) {
  verb->add_option("--clock", clock, "Of signals only values of this clock")
      ->check(CLI::IsMember({"live", "close"}))
      ->option_text("live|close");
}

void add_replay(CLI::App& app, CommandLine& line) {
  ReplayVerbOptions& replay = line.replay;
  CLI::App* verb = add_verb(app, line, "replay", "Feed a recording to the same fold, into files, onto ZeroMQ, or for its digest");
  add_config(verb, line);
  verb->add_option("recording", replay.recording, "A .gsj file or a folder of segments")->required()->option_text("REC");
  add_universe(verb, replay.universe);
  verb->add_option("--speed", replay.speed, "max, 1x, or a factor such as 10x; nights are not waited for")
      ->capture_default_str()
      ->option_text("SPEED");
  verb->add_option("--from", replay.from, "First session, YYYY-MM-DD: starts cold there")->option_text("DATE");
  verb->add_option("--to", replay.to, "Last session, YYYY-MM-DD, inclusive")->option_text("DATE");
  verb->add_option("--signals", replay.signals, "Write every published value as CSV; - is standard output")->option_text("OUT.csv");
  verb->add_option("--events", replay.events, "Write every event as JSON Lines; - is standard output")->option_text("OUT.jsonl");
  verb->add_option("--only", replay.only, "Signal ids for --signals, comma-separated; the digest covers all")->option_text("IDS");
  add_clock(verb, replay.clock);
  verb->add_option("--publish", replay.publish, "Publish on this ZeroMQ endpoint; heartbeats say mode = replay")->option_text("ENDPOINT");
  verb->add_flag("--digest", replay.digest, "Print the digest last");
  verb->callback([&] { line.code = replay_verb(line.common, line.replay); });
}

void add_verify(CLI::App& app, CommandLine& line) {
  CLI::App* verb = add_verb(app, line, "verify", "Check every byte of a recording; exit 65 when it is damaged");
  verb->add_option("recording", line.verify.recording, "A .gsj file or a folder of segments")->required()->option_text("REC");
  verb->add_flag("--refold", line.verify.refold, "Fold it again too, and compare the events in it with what comes out");
  verb->callback([&] { line.code = verify_verb(line.common, line.verify); });
}

void add_pack(CLI::App& app, CommandLine& line) {
  CLI::App* verb = add_verb(app, line, "pack", "Compress the finished segments of a recording in place; all that reads it still does");
  verb->add_option("recording", line.pack.recording, "A .gsj file or a folder of segments; an engine may be writing further ones")
      ->required()
      ->option_text("REC");
  verb->callback([&] { line.code = pack_verb(line.common, line.pack); });
}

void add_explain(CLI::App& app, CommandLine& line) {
  ExplainVerbOptions& explain = line.explain;
  CLI::App* verb = add_verb(app, line, "explain", "Say in sentences what moved: an event, or a state of the thesis");
  add_config(verb, line);
  verb->add_option("subject", explain.subject,
                   "STATE (the last time it was entered), STATE@YYYY-MM-DD, or the first digits of an event's id")
      ->required()
      ->option_text("STATE|EVENT_ID");
  verb->add_option("recording", explain.recording, "A .gsj file or a folder of segments")->required()->option_text("REC");
  add_universe(verb, explain.universe);
  verb->callback([&] { line.code = explain_verb(line.common, line.explain); });
}

void add_export(CLI::App& app, CommandLine& line) {
  ExportVerbOptions& options = line.exporting;
  CLI::App* verb =
      add_verb(app, line, "export", "Write the ticks of a recording, or its signals or events, as CSV, JSON Lines or Apache Arrow");
  add_config(verb, line);
  verb->add_option("format", options.format, "csv, jsonl, or arrow (IPC: a file for a file, a stream for a pipe)")
      ->required()
      ->check(CLI::IsMember({"csv", "jsonl", "arrow"}))
      ->option_text("csv|jsonl|arrow");
  verb->add_option("recording", options.recording, "A .gsj file or a folder of segments")->required()->option_text("REC");
  verb->add_option("-o,--output", options.output, "The file to make; - is standard output")->required()->option_text("OUT");
  verb->add_option("--what", options.what, "What the rows are")
      ->capture_default_str()
      ->check(CLI::IsMember({"ticks", "signals", "events"}))
      ->option_text("ticks|signals|events");
  verb->add_option("--from", options.from, "First session to write; numbers come from all that was before")->option_text("DATE");
  verb->add_option("--to", options.to, "Last session to write, inclusive")->option_text("DATE");
  verb->add_option("--only", options.only, "Of ticks these symbols, of signals these ids, of events these types; comma-separated")
      ->option_text("NAMES");
  add_clock(verb, options.clock);
  verb->add_flag("--force", options.force, "Replace OUT when it exists");
  add_universe(verb, options.universe);
  verb->callback([&] { line.code = export_verb(line.common, line.exporting); });
}

// The inputs and maps of `import csv` in the order of the command line, maps marked: CLI11 keeps no order across options.
std::vector<std::string> inputs_in_order(const CommandLine& line) {
  std::vector<std::string> ordered;
  for (int i = 3; i < line.argc; ++i) {
    const std::string word = line.argv[i];
    const bool takes_value = word == "-o" || word == "--output" || word == "--calendar" || word == "--map";
    if (word == "--map" && i + 1 < line.argc) ordered.push_back(kMapMark + std::string(line.argv[i + 1]));
    if (word.starts_with("--map=")) ordered.push_back(kMapMark + word.substr(6));
    if (takes_value) ++i;
    if (!takes_value && std::find(line.inputs.begin(), line.inputs.end(), word) != line.inputs.end()) ordered.push_back(word);
  }
  return ordered;
}

void add_import_csv(CLI::App& import, CommandLine& line) {
  CLI::App* csv = add_verb(import, line, "csv", "CSV rows of trades, quotes, bars or session bars; plain, .gz, .zst, .zip or .tar.zst");
  csv->add_option("inputs", line.inputs, "Files, folders or globs")->option_text("IN…");
  csv->add_option_function<std::vector<std::string>>(
         "--map", [](const std::vector<std::string>&) {}, "Says what the columns mean; holds for the inputs after it")
      ->option_text("MAP.toml")
      ->expected(1)
      ->allow_extra_args(false)  // the words after its value are inputs
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  csv->add_option("-o,--output", line.output, "The recording to make")->required()->option_text("OUT.gsj");
  csv->add_option("--calendar", line.calendar, "Trading calendar (columns date,kind,name) instead of the shipped one")->option_text("FILE");
  csv->callback([&] {
    auto options = parse_import_csv(inputs_in_order(line));
    if (!options) {
      line.code = report(options.error());
      return;
    }
    options->output = line.output;
    options->calendar = line.calendar;
    line.code = import_csv_verb(line.common, *options);
  });
}

void add_import_dbn(CLI::App& import, CommandLine& line) {
  ImportDbnVerbOptions& options = line.import_dbn;
  CLI::App* dbn = add_verb(import, line, "dbn", "Databento DBN, versions 1 to 3: trades, quotes, bars and halts; plain or .zst");
  dbn->add_option("inputs", options.inputs, "Files, folders or globs")->required()->option_text("IN…");
  dbn->add_option("--kind", options.kinds, "Only records of these schemas, comma-separated (else all that the files hold)")
      ->delimiter(',')
      ->check(CLI::IsMember(import_dbn_kinds()))
      ->expected(1)
      ->allow_extra_args(false)  // the words after its value are inputs
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("SCHEMAS");
  dbn->add_flag("--quotes", options.quotes, "The quotes of tbbo and mbp-1 too");
  dbn->add_option("-o,--output", options.output, "The recording to make")->required()->option_text("OUT.gsj");
  dbn->add_option("--calendar", options.calendar, "Trading calendar (columns date,kind,name) instead of the shipped one")
      ->option_text("FILE");
  dbn->callback([&] { line.code = import_dbn_verb(line.common, line.import_dbn); });
}

}  // namespace

void add_recording_verbs(CLI::App& app, CommandLine& line) {
  add_replay(app, line);
  add_verify(app, line);
  add_pack(app, line);
  add_explain(app, line);
  add_export(app, line);
  CLI::App* import = app.add_subcommand("import", "Turn files of market data into a recording");
  import->require_subcommand(1);
  add_import_csv(*import, line);
  add_import_dbn(*import, line);
}

}  // namespace groundswell::app
