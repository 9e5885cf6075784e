#include "app/recorded.hpp"

#include <cstdio>
#include <filesystem>

#include "base/progress.hpp"
#include "pipeline/replay.hpp"

namespace groundswell::app {

Result<journal::Reader> open_recording(const std::string& path, bool quiet) {
  Progress verifying("verify", quiet);
  auto recording = journal::Reader::open(path, [&](std::uint64_t done, std::uint64_t total) { verifying.update(done, total); });
  if (recording && !recording->info().torn_tail.empty()) std::fprintf(stderr, "groundswell: %s\n", recording->info().torn_tail.c_str());
  return recording;
}

bool follows_recording(const CommonOptions& common, const std::string& universe) {
  return common.config_path.empty() && common.settings.empty() && universe.empty();
}

Result<std::uint32_t> parse_session(const std::string& flag, const std::string& text, std::uint32_t otherwise) {
  if (text.empty()) return otherwise;
  const auto date = config::parse_date(text);
  if (!date) return fail(Exit::kUsage, flag + ": '" + text + "' is no date; write YYYY-MM-DD");
  return *date;
}

Result<config::Config> config_for(journal::Reader& recording, const CommonOptions& common, const std::string& universe) {
  if (!common.config_path.empty() || !common.settings.empty()) {
    CommonOptions with_universe = common;
    if (!universe.empty()) with_universe.settings["universe.file"] = "'" + std::filesystem::absolute(universe).string() + "'";
    return load_config_of(with_universe);
  }
  auto recorded = pipeline::recorded_config(recording, universe);
  if (!recorded) return recorded.error();
  if (recorded->has_value()) return **recorded;
  if (universe.empty())
    return fail(Exit::kUsage, "the recording is an import and names no universe: add --universe BASKETS.toml, or -c CONFIG");
  return config::config_for_universe(universe);
}

}  // namespace groundswell::app
