#include "signal/names.hpp"

#include <algorithm>

namespace groundswell::signal {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

}  // namespace

std::optional<std::string> resolve_id(std::string_view id, const Universe& universe) {
  const std::size_t open = id.find('{');
  if (open == std::string_view::npos) return std::string(id);
  const std::string_view role = id.substr(open + 1, id.find('}') - open - 1);
  const auto at = std::find(kBenchmarkRoleNames.begin(), kBenchmarkRoleNames.end(), role) - kBenchmarkRoleNames.begin();
  const std::string& symbol = universe.benchmarks.at(static_cast<std::size_t>(at));
  if (symbol.empty()) return std::nullopt;
  return std::string(id.substr(0, open)) + lower(symbol);
}

std::vector<std::string> scope_names(const Universe& universe) {
  std::vector<std::string> names;
  for (const Basket& basket : universe.baskets) names.push_back(basket.id);
  for (std::size_t w = 0; w < kWaveNames.size(); ++w) {
    const bool has_baskets = std::any_of(universe.baskets.begin(), universe.baskets.end(),
                                         [&](const Basket& basket) { return basket.wave == static_cast<Wave>(w + 1); });
    if (has_baskets) names.push_back("wave:" + std::string(kWaveNames[w]));
  }
  names.emplace_back("thesis");
  return names;
}

}  // namespace groundswell::signal
