// The files of a workload of the category benchmark, as records for a fold. bench/README.md describes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/calendar.hpp"
#include "groundswell/record.hpp"
#include "groundswell/universe.hpp"

namespace groundswell::bench {

struct WorkloadFiles {
  Universe universe;                                   // baskets in the order of levels.csv, the benchmark BMK
  std::vector<std::string> symbols;                    // by dense id, the benchmark last
  std::vector<std::vector<std::uint32_t>> baskets_of;  // by dense id, rising
  std::vector<Record> history;                         // a roll, a bar per symbol and a pulse per session
  SessionRoll roll{};                                  // of the session
  std::vector<Record> ticks;                           // of the session, numbered from 1
};

// At most `most_ticks` of the session's. Errors: 66 not found or cut short, 78 not as described.
Result<WorkloadFiles> read_workload(const std::filesystem::path& folder, const config::Calendar& calendar, std::size_t most_ticks);

}  // namespace groundswell::bench
