// Everything a user can set, and the files it names, loaded and checked. config/groundswell.toml holds every key with unit, range, default.
// Precedence: flag > environment (GROUNDSWELL_SECTION__KEY) > file > default.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "config/toml.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/filing.hpp"
#include "groundswell/thesis.hpp"
#include "groundswell/trigger.hpp"
#include "groundswell/universe.hpp"
#include "groundswell/volume_curve.hpp"

namespace groundswell::config {

struct Coverage {  // a number is INSUFFICIENT when n_valid < max(min_members, ceil(share * n_members))
  std::uint32_t min_members = 3;
  std::uint32_t share_e4 = 6000;  // 1e-4: an exact integer test, never a double
  std::string place;              // "file:line:column" of the signal it is for, for findings
};

enum class FeedPattern { kSub, kPull };
enum class EndpointMode { kConnect, kBind };

struct Feed {
  std::string name;      // [A-Za-z0-9_-]+, unique
  std::string endpoint;  // ZeroMQ endpoint, of line A
  FeedPattern pattern = FeedPattern::kSub;
  EndpointMode mode = EndpointMode::kConnect;  // of both lines
  std::string line_b;                          // endpoint of line B, which brings the same ticks; "" = none
  std::string fill;                            // where the sender gives lost ticks again, to be connected to; "" = nowhere
  std::string server_key;                      // public key that the sender must prove, on all its tcp endpoints; "" = plain
  std::uint64_t repair_ns = 250'000'000;       // how long a missing tick is waited for, with line_b or fill
  std::uint32_t hold_ticks = 65'536;           // how many later ones are kept meanwhile
};

enum class Curve { kOff, kRequired };
enum class Threads { kAuto, kSingle, kFused, kStaged };
enum class Idle { kBlock, kBackoff, kYield, kSpin };
struct Pin {
  std::string stage;  // feed | core | journal | publish | sync
  std::uint32_t cpu;  // as the system numbers them, from 0
};

enum class TimeSource { kWall, kFeed };
enum class Emit { kGrid, kRecord };
enum class LiveScopes { kAll, kBaskets };
enum class Durability { kProcess, kPower };

// One row of a sale-condition table: what a code may do.
struct ConditionRule {
  std::string code;  // a letter, or one bit as a hexadecimal number in lower case for flags_lean
  std::string means;
  Eligibility eligibility;  // of `last`, `last_if_same_venue` and `last_if_first` at most one is true: Y, V, F and N of the table
};
struct ConditionScheme {
  std::string name;  // letters_utp | letters_cta | flags_lean
  std::string version;
  bool bit_flags = false;  // codes are bits, a set of codes is a hexadecimal number: schemes whose name begins with "flags_"
  std::vector<ConditionRule> rules;
};

// What [universe] names, as written: relative to the folder of the groundswell.toml. "" = none; for conditions and calendar: searched
// for (find_config_data, beginning beside the universe file), as is the volume curve.
struct UniverseFiles {
  std::string file = "baskets.toml";
  std::string shares;        // CSV symbol,effective,float_shares
  std::string actions;       // CSV symbol,ex_session,type,price_factor,share_factor,cash
  std::string fundamentals;  // CSV of filings: docs/fundamentals.md
  std::string aliases;       // CSV feed,name,from,to,symbol
  std::string conditions;    // folder of SCHEME.csv
  std::string calendar;      // CSV date,kind,name
  std::string volume_curve;  // CSV minute,share
};

struct Relay {                                   // [relay]: read by `groundswell relay` alone
  std::string name = "relay1";                   // on H. topics
  std::string upstream, upstream_control;        // "" = [publish] endpoint of this file; beside `upstream`
  std::string upstream_key;                      // public key that the node before it must prove; "" = plain
  std::string publish = "tcp://127.0.0.1:5566";  // where it publishes
  std::string control;                           // "" = beside `publish`
  std::string recording;                         // of the engine, when it is on this machine; "" = none
  std::uint64_t keep_ns = 600'000'000'000;       // how long edges are kept for fills, 1 s .. 1 h
};

struct Web {                               // [web]: read by `groundswell web` alone
  std::string listen = "127.0.0.1:8080";   // HOST:PORT, port 0 = any free one
  std::string upstream, upstream_control;  // "" = [publish] endpoint of this file; beside `upstream`
  std::string upstream_key;                // public key that the node must prove; "" = plain
  std::string recordings;                  // folder; "" = [journal] directory
  std::string hosts, origins;              // beside its own: NAME or NAME:PORT, and https://NAME …, separated by spaces
  bool trusted_proxy = false;              // a proxy before it has TLS and login: it may listen beyond this machine
  std::string assets;                      // folder of the page; "" = the one that was built in
};

// Immutable once loaded: any thread.
struct Config {
  std::string node = "gs1";                               // [engine] name: on H. topics
  TimeSource time_source = TimeSource::kWall;             // [time] source
  std::uint64_t lateness_ns = 500'000'000;                // [time] lateness: a wall-clock pulse is this far behind the wall clock
  std::uint64_t future_limit_ns = 5'000'000'000;          // [time] future_limit
  std::uint64_t late_limit_ns = 60'000'000'000;           // [time] late_limit
  Suspicion suspect = Suspicion::kSession;                // [hygiene] suspect
  std::uint64_t grid_step_ns = 1'000'000'000;             // [grid] step, 100 ms .. 60 s
  Emit emit = Emit::kGrid;                                // [levels] emit
  std::string live_signals;                               // [levels] signals: ids, separated by spaces; empty = all
  std::string live_signals_place;                         // "file:line:column" of that, for findings
  LiveScopes live_scopes = LiveScopes::kAll;              // [levels] scopes
  ThesisThresholds thesis;                                // [thesis]
  Coverage coverage;                                      // coverage = { min_members, share }
  std::map<std::string, Coverage> coverage_by_signal;     // [coverage_by_signal] id = { min_members, share }
  std::vector<Trigger> triggers;                          // [[trigger]]; signals and scopes are checked where they are known: fold_setup()
  std::vector<Feed> feeds;                                // [[feed]]
  std::string publish_endpoint = "tcp://127.0.0.1:5556";  // [publish] endpoint; loopback or ipc only
  std::string control_endpoint;                           // [publish] control; "" = wire::control_endpoint_of(publish_endpoint)
  Relay relay;
  Web web;
  Curve security_curve = Curve::kOff;            // [security] curve: of the tcp endpoints that are bound
  std::string security_key;                      // [security] key: file of our key pair; "" = none
  std::string security_allow_list;               // [security] allow_list: file of the keys that may connect
  std::string journal_directory = "recordings";  // [journal] directory: new recordings are made in it
  std::string journal_recording;                 // [journal] recording: "" = a new one named by start time
  Durability durability = Durability::kProcess;  // [journal] durability
  std::uint64_t segment_bytes = 256ULL << 20;    // [journal] segment_size
  std::uint64_t snapshot_ns = 60'000'000'000;    // [journal] snapshot: wall time from one to the next
  Threads threads = Threads::kAuto;              // [pipeline] threads
  Idle idle = Idle::kBackoff;                    // [pipeline] idle: of threads that wait for rings alone
  std::string pin;                               // [pipeline] pin: parse_pins() reads it
  std::uint64_t stall_ns = 5'000'000'000;        // [pipeline] stall, 100 ms .. 10 m
  std::string history_recording;                 // [history] recording: "" = none
  std::uint32_t history_sessions = 520;          // [history] sessions, 1 .. 5000
  LogFormat log_format = LogFormat::kText;       // [log] format
  LogLevel log_level = LogLevel::kInfo;          // [log] level

  std::string shadow_file;         // [shadow] file, relative to the folder of the groundswell.toml; "" = none
  std::optional<Universe> shadow;  // what it holds

  UniverseFiles universe_files;             // [universe]
  Universe universe;                        // [universe] file
  std::vector<SharesRow> shares;            // [universe] shares (optional CSV)
  std::vector<ActionRow> actions;           // [universe] actions (optional CSV)
  std::vector<Filing> filings;              // [universe] fundamentals (optional CSV)
  std::vector<AliasRow> aliases;            // [universe] aliases (optional CSV)
  std::vector<ConditionScheme> conditions;  // [universe] conditions: folder of SCHEME.csv
  VolumeCurve volume_curve;                 // [universe] volume_curve

  // The semantic files for the recording's CONFIG block, in this order: groundswell.toml, baskets.toml, shadow.toml, shares.csv,
  // actions.csv, fundamentals.csv, aliases.csv (when there are any), volume_curve.csv, conditions/SCHEME.csv by name. The names are these
  // whatever the files on disk are called. Texts are as read; but groundswell.toml is print_effective() when flags or the environment set
  // anything, so that the texts alone rebuild this config.
  struct File {
    std::string name;
    std::string text;
  };
  std::vector<File> files;
  std::filesystem::path folder;         // of the groundswell.toml; empty when the texts came from elsewhere
  std::filesystem::path calendar_path;  // for the session clock and the importer; empty when [universe] names none and none is found
};

// What flags and the environment set: "section.key" -> value as written in TOML; what is no TOML value, e.g. a bare word, is text.
struct Overrides {
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> sources;  // by the same key: what findings call it; absent: "flag --set section.key"
};
// GROUNDSWELL_SECTION__KEY=value, of an environment as main() gets it: null-terminated. Names without "__" are not settings and left alone.
Overrides overrides_from_environment(const char* const* environment);
Overrides merge(Overrides flags, const Overrides& environment);  // flags win

// Loads a groundswell.toml and the files it names (relative to it). Every finding of every file at once. Errors: 66, 78.
Result<Config> load_config(const std::filesystem::path& path, const Overrides& overrides = {});
// The settings alone, for a program that needs none of the files that they name: no universe, no conditions, no texts. Errors: 66, 78.
Result<Config> load_settings(const std::filesystem::path& path, const Overrides& overrides = {});
// The same from the texts of Config::files, kept in a recording; calendar_path stays empty. A caller that wants another universe
// replaces the text of baskets.toml. Errors: 78.
Result<Config> load_config_texts(const std::vector<Config::File>& files);
// The reference files that `running` names (baskets, shares, actions, fundamentals, aliases) read anew, everything else as it is. `running`
// came from load_config(). Every finding of every file at once. Errors: 66, 78.
Result<Config> reload_references(const Config& running);
// Defaults with a universe file alone, and shares.csv, actions.csv, fundamentals.csv, aliases.csv beside it when they exist: what replay of
// an import without -c uses. A groundswell.toml is not read. Errors: 66, 78.
Result<Config> config_for_universe(const std::filesystem::path& universe_path);
Universe parse_universe(std::string_view text, const std::string& file_name, Findings& findings);
// TOML of every key in force. Written beside the file it was loaded from, it loads to the same config.
std::string print_effective(const Config& config);
// "core:2 journal:3" as pairs; a stage may stand there more than once. Nothing when it is not written so.
std::optional<std::vector<Pin>> parse_pins(std::string_view text);
std::string_view threads_name(Threads threads) noexcept;  // as the file has it
std::vector<std::string> known_keys();  // every key of a groundswell.toml as section.key: "grid.step"; "feed.name" of each [[feed]]

// Where the file or folder `name` of config/ is: "conditions", "calendar/us_equities.csv"; empty when nowhere. The first that exists of
//   1. the folder `beside`, when given
//   2. $GROUNDSWELL_HOME/config
//   3. config/ of a source tree that holds the executable up to three folders deep (build/PRESET/groundswell, build/PRESET/tests/…)
//   4. etc/groundswell beside the executable's folder: PREFIX/bin -> PREFIX/etc/groundswell
//   5. config/ beside the file that this code is in: of the Python package, whose extension it is linked into
//   6. /etc/groundswell
std::filesystem::path find_config_data(std::string_view name, const std::filesystem::path& beside = {});

// Eligibility of a set of codes under the loaded tables; an empty set is a regular trade. A trade qualifies for a column only if all its
// codes do; opening, closing and official_close hold when any code says so. An unknown scheme or code: volume only, unknown = true.
// `last_if_first` comes with `last` = false: such a trade sets last only if it is the session's first last-eligible one.
Eligibility eligibility_of(const std::vector<ConditionScheme>& schemes, const ConditionSet& set);

}  // namespace groundswell::config
