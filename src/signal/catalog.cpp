#include "signal/catalog.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "signal/names.hpp"

namespace groundswell::signal {

const CoverageRule& coverage_rule(const BookOptions& options, const std::string& id) {
  const auto own = options.coverage_by_signal.find(id);
  return own == options.coverage_by_signal.end() ? options.coverage : own->second;
}

std::vector<CatalogRow> signal_catalog(const Universe& universe, const BookOptions& options) {
  std::vector<CatalogRow> rows;
  const std::span<const SignalInfo> infos = signal_infos();
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const auto id = resolve_id(infos[i].id, universe);
    if (!id) continue;
    std::string text(infos[i].definition);
    const CoverageRule& rule = coverage_rule(options, *id);
    if (rule.min_members != CoverageRule{}.min_members || rule.share_e4 != CoverageRule{}.share_e4) {
      text += "|coverage=" + std::to_string(rule.min_members) + ":" + std::to_string(rule.share_e4);
    }
    rows.push_back({&infos[i], &family_infos()[i], *id, text, sha256_prefix64(text), static_cast<std::uint16_t>(i)});
  }
  return rows;
}

std::vector<Level> blank_levels() {
  std::vector<Level> levels(signal_count());
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i].signal = static_cast<std::uint16_t>(i);
  return levels;
}

Result<void> check_signal_ids(const Universe& universe, const BookOptions& options) {
  const auto rows = signal_catalog(universe, options);
  for (const auto& own : options.coverage_by_signal) {
    if (std::none_of(rows.begin(), rows.end(), [&](const CatalogRow& row) { return row.id == own.first; })) {
      return fail(Exit::kConfig, "coverage_by_signal: no signal has the id '" + own.first + "'; `groundswell signals` lists them all");
    }
  }
  return {};
}

Result<void> check_live_signals(const Universe& universe, const BookOptions& options, const std::vector<std::string>& ids) {
  const auto rows = signal_catalog(universe, options);
  for (const std::string& id : ids) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const CatalogRow& each) { return each.id == id; });
    if (row == rows.end())
      return fail(Exit::kConfig, "levels.signals: no signal has the id '" + id + "'; `groundswell signals` lists them all");
    if ((row->info->clocks & kLiveOnly) == 0) return fail(Exit::kConfig, "levels.signals: '" + id + "' is known at the close only");
  }
  return {};
}

}  // namespace groundswell::signal
