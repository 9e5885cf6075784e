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
#include "groundswell/universe.hpp"

namespace groundswell::config {

struct Coverage {            // a number is INSUFFICIENT when n_valid < max(min_members, ceil(share * n_members))
  std::uint32_t min_members = 3;
  std::uint32_t share_e4 = 6000;   // 1e-4: an exact integer test, never a double
};

enum class FeedPattern { kSub, kPull };
enum class EndpointMode { kConnect, kBind };

struct Feed {
  std::string name;                 // [A-Za-z0-9_-]+, unique
  std::string endpoint;             // ZeroMQ endpoint
  FeedPattern pattern = FeedPattern::kSub;
  EndpointMode mode = EndpointMode::kConnect;
};

enum class TimeSource { kWall, kFeed };
enum class Emit { kGrid, kRecord };
enum class Durability { kProcess, kPower };

// One row of a sale-condition table: what a code may do.
struct ConditionRule {
  std::string code;         // a letter, or a hexadecimal bit mask for flags_lean
  std::string means;
  Eligibility eligibility;
};
struct ConditionScheme {
  std::string name;         // letters_utp | letters_cta | flags_lean
  std::string version;
  bool bit_flags = false;   // codes are bit masks, a set of codes is a hexadecimal number
  std::vector<ConditionRule> rules;
};

struct Config {
  std::string node = "gs1";                                     // [engine] name: on H. topics
  TimeSource time_source = TimeSource::kWall;                   // [time] source
  std::uint64_t lateness_ns = 500'000'000;                      // [time] lateness: a wall-clock pulse is this far behind the wall clock
  std::uint64_t future_limit_ns = 5'000'000'000;                // [time] future_limit
  std::uint64_t late_limit_ns = 60'000'000'000;                 // [time] late_limit
  std::uint64_t grid_step_ns = 1'000'000'000;                   // [grid] step, 100 ms .. 60 s
  Emit emit = Emit::kGrid;                                      // [levels] emit
  Coverage coverage;                                            // coverage = { min_members, share }
  std::map<std::string, Coverage> coverage_by_signal;           // [coverage_by_signal] id = { min_members, share }
  std::vector<Feed> feeds;                                      // [[feed]]
  std::string publish_endpoint = "tcp://127.0.0.1:5556";        // [publish] endpoint; loopback or ipc only
  std::string journal_directory = "recordings";                 // [journal] directory: new recordings are made in it
  std::string journal_recording;                                // [journal] recording: "" = a new one named by start time
  Durability durability = Durability::kProcess;                 // [journal] durability
  std::uint64_t segment_bytes = 256ULL << 20;                   // [journal] segment_size
  std::string history_recording;                                // [history] recording: "" = none
  std::uint32_t history_sessions = 520;                         // [history] sessions, 1 .. 5000
  LogFormat log_format = LogFormat::kText;                      // [log] format
  LogLevel log_level = LogLevel::kInfo;                         // [log] level

  Universe universe;                                            // [universe] file
  std::vector<SharesRow> shares;                                // [universe] shares (optional CSV)
  std::vector<ActionRow> actions;                               // [universe] actions (optional CSV)
  std::vector<ConditionScheme> conditions;                      // [universe] conditions: folder of SCHEME.csv

  // The semantic files as read, for the recording's CONFIG block: groundswell.toml, baskets.toml, shares.csv, actions.csv, conditions/….
  struct File {
    std::string name;
    std::string text;
  };
  std::vector<File> files;
  std::filesystem::path calendar_path;                          // [universe] calendar: read by the session clock and the importer only
};

struct Overrides {                        // what flags and the environment set: "section.key" -> value as written in TOML
  std::map<std::string, std::string> values;
};
Overrides overrides_from_environment(char** environment);   // GROUNDSWELL_SECTION__KEY

// Loads a groundswell.toml and the files it names (relative to it). Every finding of every file at once. Errors: 66, 78.
Result<Config> load_config(const std::filesystem::path& path, const Overrides& overrides = {});
// The same from texts kept in a recording. `universe` replaces baskets.toml when given.
Result<Config> load_config_texts(const std::vector<Config::File>& files);
// Defaults with a universe file alone, and shares.csv / actions.csv beside it when they exist: what replay of an import without -c uses.
Result<Config> config_for_universe(const std::filesystem::path& universe_path);
Universe parse_universe(std::string_view text, const std::string& file_name, Findings& findings);
std::string print_effective(const Config& config);   // TOML of every key in force

// Eligibility of a set of codes under the loaded tables. An unknown scheme or code: volume only, unknown = true.
Eligibility eligibility_of(const std::vector<ConditionScheme>& schemes, const ConditionSet& set);

}  // namespace groundswell::config
