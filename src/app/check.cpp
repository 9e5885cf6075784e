#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/verbs.hpp"
#include "groundswell_version.hpp"
#include "pipeline/setup.hpp"
#include "signal/thesis_needs.hpp"

namespace groundswell::app {

int check_verb(const CommonOptions& common, const std::string& path, bool print_effective, const std::string& against) {
  CommonOptions with_path = common;
  if (!path.empty()) with_path.config_path = path;
  const auto config = load_config_of(with_path);
  if (!config) return report(config.error());
  const auto setup = pipeline::fold_setup(*config, universe_symbols(config->universe), {});
  if (!setup) return report(setup.error());
  const auto calendar = config->calendar_path.empty()
                            ? Result<config::Calendar>(fail(Exit::kConfig, "no trading calendar: set [universe] calendar"))
                            : config::Calendar::load(config->calendar_path);
  if (!calendar) return report(calendar.error());
  if (print_effective) {
    fmt::print("{}", config::print_effective(*config));
    return 0;
  }
  if (!against.empty()) {
    const auto printed = print_changes(*config, against, common.json);
    return printed ? 0 : report(printed.error());
  }
  std::size_t slots = 0;
  for (const Basket& basket : config->universe.baskets) slots += basket.members.size();
  const std::size_t symbols = universe_symbols(config->universe).size();
  const std::vector<std::string> notices = signal::thesis_notices(config->universe, setup->book);
  for (const std::string& notice : common.quiet || common.json ? std::vector<std::string>() : notices)
    fmt::print(stderr, "groundswell: note: {}\n", notice);
  if (common.json) {
    fmt::print(R"({{"schema":"groundswell.check/1","universe":"{}","baskets":{},"memberships":{},"symbols":{},"feeds":{},)"
               R"("config_hash":"{:016x}","notices":{}}})"
               "\n",
               config->universe.version, config->universe.baskets.size(), slots, symbols, config->feeds.size(), setup->config_hash,
               nlohmann::json(notices).dump());
  } else {
    fmt::print("ok: universe {} with {} baskets, {} memberships, {} symbols; {} feeds; config {:016x}\n", config->universe.version,
               config->universe.baskets.size(), slots, symbols, config->feeds.size(), setup->config_hash);
  }
  return 0;
}

int version_verb(const CommonOptions& common) {
  if (common.json) {
    fmt::print(R"({{"schema":"groundswell.version/1","version":"{}","compiler":"{}","journal":"1.0","wire":1}})"
               "\n",
               kVersion, kCompiler);
  } else {
    fmt::print("groundswell {} ({}), journal format 1.0, wire version 1\n", kVersion, kCompiler);
  }
  return 0;
}

}  // namespace groundswell::app
