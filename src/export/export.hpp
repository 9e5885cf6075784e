// What can be taken out of a recording as a table: its ticks, and the numbers and events that the fold makes of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"
#include "export/table.hpp"
#include "journal/reader.hpp"

namespace groundswell::exporter {

struct Request {
  Format format = Format::kCsv;
  std::uint32_t from_session = 0, to_session = 99991231;  // yyyymmdd, inclusive; of what is written: numbers come from all that was before
  std::set<std::string> only;                             // symbols of ticks, ids of signals, types of events; empty = all
  std::optional<Clock> clock;                             // of signals
  bool follow_references = true;                          // as in ReplayOptions
  bool quiet = false;                                     // no progress bar
};

struct Exported {
  std::uint64_t rows = 0;
  std::uint64_t other_records = 0;  // of ticks: pulses, gaps, session rolls and changes of reference data among them, which are no ticks
  bool stopped = false;
};

// Each makes its table in `out` and finishes it, but does not close `out`. In memory: one batch of rows, whatever the recording's size.
// Errors: 64 a name in `only` that is none, 65, 78.
Result<Exported> export_ticks(journal::Reader& recording, const Request& request, OutputFile& out, const std::atomic<bool>& stop);
Result<Exported> export_signals(journal::Reader& recording, const config::Config& config, const Request& request, OutputFile& out,
                                const std::atomic<bool>& stop);
Result<Exported> export_events(journal::Reader& recording, const config::Config& config, const Request& request, OutputFile& out,
                               const std::atomic<bool>& stop);

// Fails (64) at the first of `only` that is none of `known`, and names what is near. `what`: "symbol of the recording".
Result<void> check_names(const std::set<std::string>& only, const std::vector<std::string>& known, const char* what);

}  // namespace groundswell::exporter
