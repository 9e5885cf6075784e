// CPUs, clocks, memory, time zones: what the kernel and the system say in files.
#include <fmt/format.h>
#include <sys/timex.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "config/calendar.hpp"
#include "doctor/doctor.hpp"
#include "pipeline/runner.hpp"

namespace groundswell::doctor {
namespace {

namespace fs = std::filesystem;

// Without blanks at its end; "" when it cannot be read.
std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

}  // namespace

Finding check_scaling(const Machine& machine) {
  std::set<std::string> others;
  std::size_t cpus = 0, at_full = 0;
  std::error_code none;
  for (const fs::directory_entry& cpu : fs::directory_iterator(machine.root / "sys/devices/system/cpu", none)) {
    const std::string governor = text_of(cpu.path() / "cpufreq/scaling_governor");
    if (governor.empty()) continue;
    ++cpus;
    if (governor == "performance")
      ++at_full;
    else
      others.insert(governor);
  }
  if (cpus == 0) return {"scaling", Verdict::kSkip, "the kernel scales no CPU here, as in most virtual machines", ""};
  if (at_full == cpus) return {"scaling", Verdict::kOk, fmt::format("governor performance on all {} CPUs", cpus), ""};
  return {"scaling", Verdict::kWarn, fmt::format("governor {} on {} of {} CPUs: they wake slowly", *others.begin(), cpus - at_full, cpus),
          "cpupower frequency-set -g performance"};
}

Finding check_clock_source(const Machine& machine) {
  const std::string source = text_of(machine.root / "sys/devices/system/clocksource/clocksource0/current_clocksource");
  if (source.empty()) return {"clocksource", Verdict::kSkip, "the kernel does not say what its clock is", ""};
  static const std::set<std::string> kSlow{"hpet", "acpi_pm", "jiffies", "refined-jiffies"};
  if (!kSlow.contains(source)) return {"clocksource", Verdict::kOk, source, ""};
  return {"clocksource", Verdict::kWarn, source + ": every look at the clock is a slow one",
          "boot with clocksource=tsc, if dmesg does not call the TSC unstable"};
}

Finding check_huge_pages(const Machine& machine, const config::Config& config) {
  const std::string modes = text_of(machine.root / "sys/kernel/mm/transparent_hugepage/enabled");
  const std::size_t open = modes.find('['), close = modes.find(']');
  if (open == std::string::npos || close == std::string::npos)
    return {"hugepages", Verdict::kSkip, "this kernel has no transparent huge pages", ""};
  const std::string mode = modes.substr(open + 1, close - open - 1);
  const bool matters = !config.pin.empty() || config.idle == config::Idle::kSpin;
  if (mode != "always") return {"hugepages", Verdict::kOk, mode, ""};
  if (!matters) return {"hugepages", Verdict::kOk, "always; of no account while threads are not pinned", ""};
  return {"hugepages", Verdict::kWarn, "always: the kernel may stop a pinned thread to make one",
          "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"};
}

Finding check_zone(const Machine& machine) {
  std::error_code error;
  if (fs::exists(machine.root / "usr/share/zoneinfo/America/New_York", error))
    return {"timezone", Verdict::kOk, "America/New_York is there", ""};
  return {"timezone", Verdict::kFail, "no data of time zone America/New_York", "apt install tzdata"};
}

Finding check_calendar(const Machine& machine, const fs::path& calendar) {
  if (calendar.empty())
    return {"calendar", Verdict::kFail, "no trading calendar is found",
            "set [universe] calendar, or put calendar/us_equities.csv beside the universe"};
  const std::string text = text_of(calendar);
  const auto covers = [&](std::uint32_t year) { return text.find(fmt::format("\n{}-", year)) != std::string::npos; };
  const std::uint32_t year = machine.today / 10'000, month = machine.today / 100 % 100;
  for (const std::uint32_t wanted : {year, month == 12 ? year + 1 : year}) {
    if (covers(wanted)) continue;
    return {"calendar", Verdict::kWarn,
            fmt::format("{} knows no holiday of {}: every weekday would be a session", calendar.string(), wanted),
            "add the exchange's holidays of that year"};
  }
  return {"calendar", Verdict::kOk, fmt::format("{} covers {}", calendar.string(), year), ""};
}

Finding check_clock() {
  timex now{};
  if (::adjtimex(&now) < 0) return {"clock", Verdict::kSkip, "the kernel does not tell whether the clock is synchronized", ""};
  if ((now.status & STA_UNSYNC) != 0)
    return {"clock", Verdict::kWarn, "the kernel calls the clock unsynchronized",
            "run chrony or systemd-timesyncd (in a container: on the host)"};
  return {"clock", Verdict::kOk, fmt::format("synchronized, at most {} ms off", now.maxerror / 1'000), ""};
}

Finding check_cpus(const config::Config& config) {
  const unsigned cpus = std::thread::hardware_concurrency();
  if (const auto able = pipeline::check_machine(config); !able) return {"cpus", Verdict::kFail, able.error().message, "change [pipeline]"};
  const config::Threads wiring = pipeline::wiring_of(config);
  const std::string what = fmt::format("{} CPUs, threads {}", cpus, config::threads_name(wiring));
  if (wiring == config::Threads::kStaged && cpus < 4)
    return {"cpus", Verdict::kWarn, what + ": more threads than CPUs", "pipeline.threads = \"auto\""};
  return {"cpus", Verdict::kOk, what, ""};
}

}  // namespace groundswell::doctor
