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

Result<void> check_signal_ids(const Universe& universe, const BookOptions& options, const std::vector<NamedSignal>& named) {
  const auto rows = signal_catalog(universe, options);
  std::string findings;
  for (const NamedSignal& each : named) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const CatalogRow& of) { return of.id == each.id; });
    const bool unknown = row == rows.end();
    if (!unknown && (!each.live || (row->info->clocks & kLiveOnly) != 0)) continue;
    findings += (findings.empty() ? "" : "\n") + each.place + ": ";
    findings += unknown ? "no signal has the id '" + each.id + "'; `groundswell signals` lists them all"
                        : "'" + each.id + "' is known at the close only; take it out";
  }
  if (!findings.empty()) return fail(Exit::kConfig, findings);
  return {};
}

}  // namespace groundswell::signal
