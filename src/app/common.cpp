#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/verbs.hpp"

extern char** environ;

namespace groundswell::app {

int report(const Error& error) {
  std::fprintf(stderr, "groundswell: %s\n", error.message.c_str());
  return static_cast<int>(error.exit);
}

namespace {

using Load = Result<config::Config> (*)(const std::filesystem::path&, const config::Overrides&);

Result<config::Config> load_by(Load load, const CommonOptions& common) {
  config::Overrides flags;
  flags.values = common.settings;
  const config::Overrides overrides = config::merge(std::move(flags), config::overrides_from_environment(environ));
  std::vector<std::filesystem::path> candidates;
  const auto from_environment = [](const char* name) {
    return std::getenv(name) == nullptr ? std::string() : std::string(std::getenv(name));
  };
  if (!common.config_path.empty()) return load(common.config_path, overrides);
  if (const std::string named = from_environment("GROUNDSWELL_CONFIG"); !named.empty()) return load(named, overrides);
  candidates.emplace_back("groundswell.toml");
  if (const std::string home = from_environment("XDG_CONFIG_HOME"); !home.empty())
    candidates.emplace_back(home + "/groundswell/groundswell.toml");
  candidates.emplace_back("/etc/groundswell/groundswell.toml");
  for (const auto& candidate : candidates) {
    std::error_code error;
    if (std::filesystem::exists(candidate, error)) return load(candidate, overrides);
  }
  return fail(Exit::kNoInput, "no configuration: give one with -c FILE, or put groundswell.toml into this folder or /etc/groundswell");
}

}  // namespace

Result<config::Config> load_config_of(const CommonOptions& common) { return load_by(config::load_config, common); }
Result<config::Config> load_settings_of(const CommonOptions& common) { return load_by(config::load_settings, common); }

Result<config::Calendar> find_calendar(const std::string& path) {
  const std::filesystem::path found = path.empty() ? config::find_config_data("calendar/us_equities.csv") : std::filesystem::path(path);
  if (found.empty()) return fail(Exit::kNoInput, "no trading calendar found: give one with --calendar FILE (columns date,kind,name)");
  return config::Calendar::load(found);
}

}  // namespace groundswell::app
