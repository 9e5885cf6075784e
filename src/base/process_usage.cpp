#include "base/process_usage.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

namespace groundswell {
namespace {

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

// Ticks after the machine's start, which /proc/stat tells as a time. The name of the program, in brackets, may hold anything.
double start_time_s() {
  std::ifstream own("/proc/self/stat"), machine("/proc/stat");
  const std::string text{std::istreambuf_iterator<char>(own), {}};
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string skipped;
  for (int i = 0; i < 19; ++i) fields >> skipped;
  double ticks = 0.0, booted_s = 0.0;
  fields >> ticks;
  for (std::string name; machine >> name && name != "btime";) machine.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  machine >> booted_s;
  return fields && machine ? booted_s + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)) : 0.0;
}

}  // namespace

ProcessUsage read_process_usage() {
  ProcessUsage usage;
  usage.start_time_s = start_time_s();
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) usage.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
  std::uint64_t virtual_pages = 0, resident_pages = 0;
  if (std::ifstream("/proc/self/statm") >> virtual_pages >> resident_pages) {
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    usage.virtual_bytes = virtual_pages * page_bytes;
    usage.resident_bytes = resident_pages * page_bytes;
  }
  std::error_code error;
  for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end; each.increment(error))
    ++usage.open_files;
  if (usage.open_files > 0) --usage.open_files;  // the folder itself
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) usage.max_files = files.rlim_cur;
  return usage;
}

std::string json_of(const ProcessUsage& usage) {
  return fmt::format(R"({{"start_time_s":{:.2f},"cpu_s":{:.3f},"resident_bytes":{},"virtual_bytes":{},"open_files":{},"max_files":{}}})",
                     usage.start_time_s, usage.cpu_s, usage.resident_bytes, usage.virtual_bytes, usage.open_files, usage.max_files);
}

}  // namespace groundswell
