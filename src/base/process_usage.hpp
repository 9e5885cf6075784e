// What this process uses of the machine, for its counters.
#pragma once

#include <cstdint>
#include <string>

namespace groundswell {

struct ProcessUsage {         // 0 = the system does not say
  double start_time_s = 0.0;  // since 1970, UTC
  double cpu_s = 0.0;         // user and system
  std::uint64_t resident_bytes = 0, virtual_bytes = 0;
  std::uint64_t open_files = 0, max_files = 0;
};

// Reads /proc: some tens of microseconds. Any thread.
ProcessUsage read_process_usage();
std::string json_of(const ProcessUsage& usage);  // one object

}  // namespace groundswell
