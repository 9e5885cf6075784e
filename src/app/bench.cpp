// Measures the pieces of the path on the machine it runs on, each beside a floor or a peer.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/verbs.hpp"
#include "base/log.hpp"
#include "bench/figures.hpp"

namespace groundswell::app {
namespace {

void say(const std::string& what) { fmt::print(stderr, "groundswell: {}\n", what); }
void say_nothing(const std::string&) {}

std::string figures_json(const std::vector<bench::Figure>& figures) {
  nlohmann::ordered_json root;
  root["schema"] = "groundswell.bench/1";
  for (const bench::Figure& figure : figures) {
    root["figures"].push_back({{"name", figure.name},
                               {"ours", figure.ours},
                               {"other", figure.other},
                               {"other_name", figure.other_name},
                               {"unit", figure.unit},
                               {"ratio", figure.ratio()}});
  }
  return root.dump(1) + "\n";
}

}  // namespace

int bench_verb(const CommonOptions& common) {
  log_setup(LogFormat::kText, LogLevel::kWarning);  // the engine that it measures has nothing to say
  const auto figures = bench::measure_all(common.quiet ? say_nothing : say);
  if (!figures) return report(figures.error());
  if (common.json) {
    fmt::print("{}", figures_json(*figures));
    return 0;
  }
  fmt::print("{:<40} {:>10} {:>10} {:>8}  {:<10} {}\n", "", "ours", "other", "ratio", "unit", "other is");
  for (const bench::Figure& figure : *figures) {
    fmt::print("{:<40} {:>10.2f} {:>10.2f} {:>8.2f}  {:<10} {}\n", figure.name, figure.ours, figure.other, figure.ratio(), figure.unit,
               figure.other_name);
  }
  return 0;
}

}  // namespace groundswell::app
