#include "groundswell/universe.hpp"

#include <set>

namespace groundswell {

std::vector<std::string> universe_symbols(const Universe& universe) {
  std::vector<std::string> symbols;
  std::set<std::string_view> seen;
  const auto add = [&](const std::string& symbol) {
    if (!symbol.empty() && seen.insert(symbol).second) symbols.push_back(symbol);
  };
  for (const Basket& basket : universe.baskets) {
    for (const Member& member : basket.members) add(member.symbol);
  }
  for (const std::string& benchmark : universe.benchmarks) add(benchmark);
  return symbols;
}

}  // namespace groundswell
