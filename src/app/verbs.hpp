// One function per verb of the command line; src/app/cli.cpp parses, these do. Each returns the process's exit code. Rules for all: stdout
// is data, stderr everything else; --json gives one object or JSON Lines; progress only on a terminal.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/security.hpp"
#include "base/result.hpp"
#include "config/calendar.hpp"
#include "config/config.hpp"

namespace groundswell::app {

struct CommonOptions {
  std::string config_path;                      // -c; "" = searched for
  std::map<std::string, std::string> settings;  // --set section.key=value
  bool json = false;
  bool quiet = false;
};

struct RunOptions {
  std::string recording;  // --recording: overrides [journal] recording
  bool digest = false;
};
struct ReplayVerbOptions {
  std::string recording, universe, signals, events, clock, only, from, to, speed = "max", publish;
  bool digest = false;
};
struct ExplainVerbOptions {
  std::string subject, recording, universe;
};
struct ExportVerbOptions {
  std::string format, what = "ticks", recording, universe, output, from, to, only, clock;
  bool force = false;
};
struct ImportCsvVerbOptions {
  std::vector<std::pair<std::string, std::vector<std::string>>> inputs;  // map, then the inputs it holds for
  std::string output, calendar;
};
struct ImportDbnVerbOptions {
  std::vector<std::string> inputs, kinds;  // kinds: of import_dbn_kinds(); none = all
  std::string output, calendar;
  bool quotes = false;
};
struct SimulateVerbOptions {
  std::string regime = "null", profile = "open", endpoint = "tcp://127.0.0.1:5555", history, fundamentals, universe, session = "2026-11-20",
              start = "09:29:30";
  std::uint64_t seed = 1, ticks = 0;
  std::uint32_t sessions = 0, history_sessions = 520;
  double rate = 400, speed = 1, quotes = 0;
  bool connect = false, push = false, history_only = false, exit_when_done = false;
  std::string line_b, fill;
  std::string key, allow_list;  // of endpoints that are bound
  std::string server_key;       // of those connected to
  std::size_t fill_log = std::size_t{1} << 20;
  double loss = 0, loss_b = 0, duplicate = 0, reorder = 0, disagree = 0, bad_ticks = 0, delay_ms = 0;  // the fault kit
  double repeats = 0, corrections = 0, cancels = 0, outliers = 0;
  std::uint32_t halts = 0;
  std::vector<std::string> dead_lines, clock_steps, restarts;
  std::string market_halt, fill_lies;
};
struct KeygenOptions {
  std::string name, role, folder = ".", allow_list;  // allow_list: "" = the line is only printed
};
struct KeysOptions {
  std::string what;  // list | revoke | rotate
  std::string allow_list, name, folder;
  bool old = false;  // revoke: all but the newest key
};
struct TailOptions {
  ConnectFlags keys;
  std::string endpoint, scope, type, signal;
  std::uint64_t count = 0;  // 0 = for ever
  bool levels = false, operations = false, any_mode = false;
};
struct TopOptions {
  ConnectFlags keys;
  std::string endpoint;
  bool once = false;
};
struct StatusOptions {
  std::string endpoint, control;  // where the node publishes, where it is asked; "" = beside that
  bool prometheus = false;        // status: in its text format
  ConnectFlags keys;
};
struct WebVerbOptions {
  std::string listen, upstream, recordings, assets;  // "" = as configured
};
struct DemoOptions {
  std::uint64_t seed = 6;  // narrow for a year, and broadening since a few weeks: on this day the state changes
  double speed = 10;
  double rate = 400;
  std::string profile = "rotation";
  double seconds = 0;         // 0 = until Ctrl-C
  std::uint16_t port = 8080;  // of the console; taken: any other
};

int run_verb(const CommonOptions& common, const RunOptions& options);
int replay_verb(const CommonOptions& common, const ReplayVerbOptions& options);
struct VerifyVerbOptions {
  std::string recording;
  bool refold = false;  // compare its events with what its records give
};
int verify_verb(const CommonOptions& common, const VerifyVerbOptions& verb);
struct PackVerbOptions {
  std::string recording;
};
int pack_verb(const CommonOptions& common, const PackVerbOptions& verb);
int explain_verb(const CommonOptions& common, const ExplainVerbOptions& verb);
int export_verb(const CommonOptions& common, const ExportVerbOptions& verb);
inline constexpr char kMapMark = '\x01';  // before a word that is a map
// The words of `import csv` in order, maps marked: a map holds for the inputs after it; a single one may stand anywhere. Errors: 64.
Result<ImportCsvVerbOptions> parse_import_csv(const std::vector<std::string>& words);
int import_csv_verb(const CommonOptions& common, const ImportCsvVerbOptions& options);
int import_dbn_verb(const CommonOptions& common, const ImportDbnVerbOptions& options);
int simulate_verb(const CommonOptions& common, const SimulateVerbOptions& options);
int tail_verb(const CommonOptions& common, const TailOptions& options);
int top_verb(const CommonOptions& common, const TopOptions& options);
int relay_verb(const CommonOptions& common);
int web_verb(CommonOptions common, const WebVerbOptions& options);
int status_verb(const CommonOptions& common, const StatusOptions& options);
int health_verb(const CommonOptions& common, const StatusOptions& options);
int signals_verb(const CommonOptions& common, bool markdown);
int check_verb(const CommonOptions& common, const std::string& path, bool print_effective, const std::string& against);
// What differs from the universe `against`: a baskets.toml, or what a recording has announced last. Errors: 64, 65, 66, 78.
Result<void> print_changes(const config::Config& now, const std::string& against, bool json);
int doctor_verb(const CommonOptions& common);
int version_verb(const CommonOptions& common);
int keygen_verb(const CommonOptions& common, const KeygenOptions& options);
int keys_verb(const CommonOptions& common, const KeysOptions& options);
int demo_verb(const CommonOptions& common, const DemoOptions& options);
int bench_verb(const CommonOptions& common);

// Shared by the verbs.
int report(const Error& error);  // prints it to stderr, returns its exit code
Result<config::Config> load_config_of(
    const CommonOptions& common);  // -c, else $GROUNDSWELL_CONFIG, ./groundswell.toml, $XDG_CONFIG_HOME/groundswell, /etc/groundswell
Result<config::Config> load_settings_of(const CommonOptions& common);  // the same file, without those that it names
Result<config::Calendar> find_calendar(const std::string& path);       // "" = the one that comes with the program
std::string signals_markdown();                                        // docs/signals.md
std::string signals_json();
std::vector<std::string> import_dbn_kinds();  // the schemas that can be chosen

int main(int argc, char** argv);

}  // namespace groundswell::app
