#include <fmt/format.h>

#include <algorithm>

#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "import/csv.hpp"
#include "import/dbn.hpp"

namespace groundswell::app {
namespace {

void print_counts(const CommonOptions& common, const std::vector<NamedCount>& counts) {
  if (common.json) {
    std::string fields;
    for (const auto& [name, count] : counts) fields += fmt::format(",\"{}\":{}", name, count);
    fmt::print("{{\"schema\":\"groundswell.import/1\"{}}}\n", fields);
    return;
  }
  for (const auto& [name, count] : counts) {
    if (count > 0) fmt::print("{:>20} {}\n", name, count);
  }
}

}  // namespace

Result<ImportCsvVerbOptions> parse_import_csv(const std::vector<std::string>& words) {
  ImportCsvVerbOptions options;
  std::vector<std::string> before_any_map;
  for (const std::string& word : words) {
    if (word.starts_with(kMapMark)) {
      options.inputs.emplace_back(word.substr(1), std::vector<std::string>{});
    } else if (options.inputs.empty()) {
      before_any_map.push_back(word);
    } else {
      options.inputs.back().second.push_back(word);
    }
  }
  if (options.inputs.empty()) return fail(Exit::kUsage, "import csv: --map MAP.toml is required; it says what the columns mean");
  if (!before_any_map.empty() && options.inputs.size() > 1) {
    return fail(Exit::kUsage, "import csv: '" + before_any_map.front() +
                                  "' stands before the first --map; with several maps each holds for the inputs after it");
  }
  options.inputs.front().second.insert(options.inputs.front().second.begin(), before_any_map.begin(), before_any_map.end());
  for (const auto& [map, inputs] : options.inputs) {
    if (inputs.empty()) return fail(Exit::kUsage, "import csv: no input for --map " + map);
  }
  return options;
}

int import_csv_verb(const CommonOptions& common, const ImportCsvVerbOptions& options) {
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
  print_counts(common, done->counts());
  return 0;
}

int import_dbn_verb(const CommonOptions& common, const ImportDbnVerbOptions& options) {
  const auto calendar = find_calendar(options.calendar);
  if (!calendar) return report(calendar.error());
  DbnInputs inputs{.paths = {options.inputs.begin(), options.inputs.end()}, .schemas = {}, .quotes = options.quotes};
  for (const std::string& kind : options.kinds) {
    const auto* const name = std::find(dbn::kSchemaNames.begin(), dbn::kSchemaNames.end(), kind);
    inputs.schemas.push_back(static_cast<dbn::Schema>(name - dbn::kSchemaNames.begin()));
  }
  const auto done =
      import_dbn(inputs, options.output, {.calendar = &*calendar, .quiet = common.quiet || common.json, .created_ns = wall_clock_ns()});
  if (!done) return report(done.error());
  print_counts(common, done->counts());
  for (const std::string& damage : done->damages) {
    report(fail(Exit::kBadData, damage + "; what was whole before it is in " + options.output));
  }
  return static_cast<int>(done->damages.empty() ? Exit::kOk : Exit::kBadData);
}

std::vector<std::string> import_dbn_kinds() { return {dbn::kSchemaNames.begin(), dbn::kSchemaNames.end()}; }

}  // namespace groundswell::app
