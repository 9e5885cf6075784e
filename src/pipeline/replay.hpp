// Replay: a recording through the same fold, at event-time pace or as fast as it goes, into files, onto ZeroMQ, or just for its digest.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "config/config.hpp"
#include "journal/reader.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/outputs.hpp"

namespace groundswell::pipeline {

// Who else listens to a replay. nullptr = nobody.
struct Listeners {
  Sink* main = nullptr;
  Sink* shadow = nullptr;  // what differs in the shadow, where the configuration has one
};
struct ReplayedFold {
  const Fold& fold;
  EdgeNames names;
};

struct ReplayOptions {
  double speed = 0.0;                     // event seconds per wall second; 0 = as fast as it goes
  std::uint32_t from_session = 0;         // yyyymmdd: begins, cold, at the first roll of a session >= this
  std::uint32_t to_session = 99991231;    // yyyymmdd, inclusive
  std::string signals_path, events_path;  // "" = none, "-" = standard output
  std::set<std::string> only;             // signal ids for signals_path
  std::optional<Clock> clock;             // for signals_path
  std::string publish_endpoint;           // "" = none
  std::filesystem::path recording_path;   // for whoever asks for events again; with publish_endpoint
  std::string node = "replay";
  // The recording's changes of reference data come into force as they did; else the given configuration holds all the time.
  bool follow_references = true;
  bool quiet = false;  // no progress bar
  // Called once, before the first record; the folds and what it returns live through the replay. `shadow`: nullptr = there is none.
  std::function<Result<Listeners>(const ReplayedFold& main, const ReplayedFold* shadow)> listen;
};

struct ReplayReport {
  std::string digest;
  FoldCounters fold;
  std::uint64_t signal_rows = 0;
  std::uint64_t shadow_levels = 0, shadow_edges = 0;  // that differ from the main universe's
  double seconds = 0.0;                               // wall, without opening
  bool stopped = false;                               // by `stop`
};

// What a recording is replayed with: its own CONFIG block; nothing when it has none (imports). `universe`: a baskets.toml whose rosters
// take the place of its own; "" = none. Errors: 65, 66, 78.
Result<std::optional<config::Config>> recorded_config(journal::Reader& recording, const std::string& universe = "");
// The last catalog of the recording, which has every symbol and condition set that it uses. Errors: 65 (none).
Result<Catalog> recorded_catalog(journal::Reader& recording);

// Errors: 64 (unknown id in `only`), 65, 69, 73, 74, 78.
Result<ReplayReport> replay(journal::Reader& recording, const config::Config& config, const ReplayOptions& options, net::Context* context,
                            const std::atomic<bool>& stop);

}  // namespace groundswell::pipeline
