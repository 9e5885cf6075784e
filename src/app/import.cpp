#include <fmt/format.h>

#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "import/csv.hpp"

namespace groundswell::app {

int import_verb(const CommonOptions& common, const ImportVerbOptions& options) {
  const auto calendar = find_calendar(options.calendar);
  if (!calendar) return report(calendar.error());
  const auto shipped = config::config_for_universe(config::find_config_data("baskets.toml"));  // for its sale-condition tables
  if (!shipped) return report(shipped.error());
  std::vector<CsvInput> inputs;
  for (const auto& [map, paths] : options.inputs) inputs.push_back({.paths = {paths.begin(), paths.end()}, .map = map});
  const auto done = import_csv(inputs, options.output,
                               {.calendar = &*calendar,
                                .condition_schemes = &shipped->conditions,
                                .quiet = common.quiet || common.json,
                                .created_ns = wall_clock_ns()});
  if (!done) return report(done.error());
  for (const std::string& row : done->bad_rows) fmt::print(stderr, "groundswell: skipped {}\n", row);
  if (common.json) {
    std::string fields;
    for (const auto& [name, count] : done->counts()) fields += fmt::format(",\"{}\":{}", name, count);
    fmt::print("{{\"schema\":\"groundswell.import/1\"{}}}\n", fields);
  } else {
    for (const auto& [name, count] : done->counts()) {
      if (count > 0) fmt::print("{:>20} {}\n", name, count);
    }
  }
  return 0;
}

}  // namespace groundswell::app
