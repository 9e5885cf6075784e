// The catalog of signals, as a table and as JSON, from the registry.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/signals_text.hpp"
#include "app/verbs.hpp"
#include "signal/catalog.hpp"

namespace groundswell::app {

Universe default_benchmarks() {
  Universe universe;
  universe.benchmarks = {"SPY", "QQQ", "RSP"};
  return universe;
}

std::string clocks_text(signal::Clocks clocks) {
  return clocks == signal::kBoth ? "live, close" : clocks == signal::kLiveOnly ? "live" : "close";
}

std::string scopes_text(std::uint8_t scopes) {
  std::string text;
  const auto add = [&](std::uint8_t which, const char* name) {
    if ((scopes & which) != 0) text += (text.empty() ? "" : ", ") + std::string(name);
  };
  add(signal::kInBaskets, "baskets");
  add(signal::kInWaves, "waves");
  add(signal::kInThesis, "thesis");
  add(signal::kInSymbols, "symbols");
  return text;
}

std::string signals_json() {
  nlohmann::ordered_json root;
  root["schema"] = "groundswell.signals/1";
  for (const signal::CatalogRow& row : signal::signal_catalog(default_benchmarks(), {})) {
    const signal::SignalInfo& info = *row.info;
    root["signals"].push_back({{"id", row.id},
                               {"unit", info.unit},
                               {"range", info.range},
                               {"clocks", clocks_text(info.clocks)},
                               {"scopes", scopes_text(info.scopes)},
                               {"window", info.window},
                               {"first_value", info.first_value},
                               {"absent_when", info.absent_when},
                               {"summary", info.summary},
                               {"formula", info.formula},
                               {"source", info.source},
                               {"example", info.example},
                               {"family", row.family->title},
                               {"definition", row.definition_text},
                               {"definition_id", fmt::format("{:016x}", row.definition)}});
  }
  return root.dump(1) + "\n";
}

int signals_verb(const CommonOptions& common, bool markdown) {
  if (common.json) {
    fmt::print("{}", signals_json());
  } else if (markdown) {
    fmt::print("{}", signals_markdown());
  } else {
    for (const signal::CatalogRow& row : signal::signal_catalog(default_benchmarks(), {})) {
      fmt::print("{:<20} {:<18} {:<12} {}\n", row.id, row.info->unit, clocks_text(row.info->clocks), row.info->summary);
    }
  }
  return 0;
}

}  // namespace groundswell::app
