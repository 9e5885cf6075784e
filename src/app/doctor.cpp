// Looks at this machine, and says what to mend and how.
#include "doctor/doctor.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "pipeline/setup.hpp"

namespace groundswell::app {
namespace {

using doctor::Finding;
using doctor::Verdict;

struct Configured {
  doctor::Findings findings;
  config::Config config;  // the defaults when there is none, or a wrong one
};

// What `run` would say of the configuration: a finding for each line of it, which says what to do.
Configured configured(const CommonOptions& common) {
  auto config = load_config_of(common);
  const auto wrong = [](const std::string& message) {
    doctor::Findings all;
    std::istringstream lines(message);
    for (std::string line; std::getline(lines, line);) all.push_back({"config", Verdict::kFail, line, ""});
    return all;
  };
  if (!config && common.config_path.empty() && config.error().exit == Exit::kNoInput)
    return {{{"config", Verdict::kWarn, "there is none, and `run` needs one; the rest is of the defaults", "give one with -c FILE"}}, {}};
  if (!config) return {wrong(config.error().message), {}};
  const auto setup = pipeline::fold_setup(*config, universe_symbols(config->universe), {});
  if (!setup) return {wrong(setup.error().message), std::move(*config)};
  const std::string what = fmt::format("valid, {} baskets, {} feeds", config->universe.baskets.size(), config->feeds.size());
  return {{{"config", Verdict::kOk, what, ""}}, std::move(*config)};
}

std::uint64_t open_files() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

void print_json(const doctor::Findings& findings, std::size_t fails, std::size_t warnings) {
  nlohmann::ordered_json root = {
      {"schema", "groundswell.doctor/1"}, {"fails", fails}, {"warnings", warnings}, {"checks", nlohmann::ordered_json::array()}};
  for (const Finding& each : findings)
    root["checks"].push_back({{"check", each.check},
                              {"verdict", doctor::kVerdictNames[static_cast<std::size_t>(each.verdict)]},
                              {"what", each.what},
                              {"fix", each.fix}});
  fmt::print("{}\n", root.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

int doctor_verb(const CommonOptions& common) {
  Configured found = configured(common);
  doctor::Findings& findings = found.findings;
  doctor::Machine machine;
  const Finding zone = doctor::check_zone(machine);
  machine.today = zone.verdict == Verdict::kOk ? config::new_york_date(static_cast<std::uint64_t>(wall_clock_ns())) : 0;
  const doctor::Findings more = doctor::examine(machine, found.config, open_files());
  findings.insert(findings.end(), more.begin(), more.end());
  const auto count = [&](Verdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(), [&](const Finding& each) { return each.verdict == verdict; }));
  };
  const std::size_t fails = count(Verdict::kFail), warnings = count(Verdict::kWarn);
  if (common.json) {
    print_json(findings, fails, warnings);
  } else {
    for (const Finding& each : findings)
      fmt::print("{:<5} {:<12} {}{}{}\n", doctor::kVerdictNames[static_cast<std::size_t>(each.verdict)], each.check, each.what,
                 each.fix.empty() ? "" : ": ", each.fix);
    if (!common.quiet) fmt::print(stderr, "groundswell: {} would stop an engine, {} might cost it\n", fails, warnings);
  }
  return static_cast<int>(fails == 0 ? Exit::kOk : Exit::kConfig);
}

}  // namespace groundswell::app
