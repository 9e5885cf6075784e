#include "signal/signal_id.hpp"

#include <algorithm>

namespace groundswell::signal {

std::optional<std::string> resolve_signal_id(std::string_view id, const Universe& universe) {
  const std::size_t open = id.find('{');
  if (open == std::string_view::npos) return std::string(id);
  const std::string_view role = id.substr(open + 1, id.find('}') - open - 1);
  const auto at = std::find(kBenchmarkRoleNames.begin(), kBenchmarkRoleNames.end(), role) - kBenchmarkRoleNames.begin();
  const std::string& symbol = universe.benchmarks.at(static_cast<std::size_t>(at));
  if (symbol.empty()) return std::nullopt;
  std::string resolved(id.substr(0, open));
  for (const char c : symbol) resolved.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
  return resolved;
}

}  // namespace groundswell::signal
