// What of this machine would stop an engine, or cost it: looked at, never changed. Every check says what it found and what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace groundswell::doctor {

enum class Verdict : std::uint8_t { kOk, kWarn, kFail, kSkip };
inline constexpr std::string_view kVerdictNames[] = {"ok", "warn", "fail", "skip"};

struct Finding {
  std::string_view check;
  Verdict verdict = Verdict::kOk;
  std::string what;  // of kSkip: why it was not looked at
  std::string fix;   // "" = nothing to do
};
using Findings = std::vector<Finding>;

// The machine: files of /proc, /sys and /usr/share/zoneinfo below `root`, which is / but in tests; `today`: yyyymmdd, New York.
struct Machine {
  std::filesystem::path root = "/";
  std::uint32_t today = 0;
};

Finding check_scaling(const Machine& machine);  // of the CPUs' frequency
Finding check_clock_source(const Machine& machine);
Finding check_huge_pages(const Machine& machine, const config::Config& config);
Finding check_zone(const Machine& machine);
Finding check_calendar(const Machine& machine, const std::filesystem::path& calendar);
Finding check_clock();  // whether the kernel calls it synchronized
Finding check_cpus(const config::Config& config);
Finding check_open_files(std::uint64_t limit);  // the limit of open files of this process
Finding check_disk(const std::filesystem::path& directory, std::uint64_t segment_bytes);
Findings check_keys(const config::Config& config);
Finding check_zmq(const config::Config& config);
Finding check_terminal();
// Of `what`, an endpoint that would be bound: whether it can be had, and who has it. Not bound in the end.
Finding check_endpoint(const Machine& machine, const std::string& what, const std::string& endpoint);
Findings check_endpoints(const Machine& machine, const config::Config& config);  // all that `run` binds with this configuration

// Everything, with the defaults where `config` has none.
Findings examine(const Machine& machine, const config::Config& config, std::uint64_t open_files);

}  // namespace groundswell::doctor
