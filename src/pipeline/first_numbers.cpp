#include "pipeline/first_numbers.hpp"

#include <algorithm>

namespace groundswell::pipeline {

std::vector<wire::NextNumbers> first_numbers(const Fold& fold, std::span<const wire::EdgeWithWhy> unpublished) {
  std::vector<wire::NextNumbers> next;
  const std::uint64_t eseq = unpublished.empty() ? fold.next_eseq() : unpublished.front().edge.eseq;
  for (std::size_t scope = 0; scope < fold.scope_names().size(); ++scope) {
    next.push_back({.universe = 0,
                    .scope = static_cast<std::uint16_t>(scope),
                    .eseq = eseq,
                    .scope_seq = fold.next_scope_seq(scope),
                    .level_seq = fold.next_level_seq(scope)});
  }
  for (const wire::EdgeWithWhy& each : unpublished) {
    std::uint64_t& scope_seq = next[each.edge.scope].scope_seq;
    scope_seq = std::min(scope_seq, each.edge.scope_seq);
  }
  return next;
}

std::vector<wire::NextNumbers> first_numbers_of(const Shadow& shadow) {
  std::vector<wire::NextNumbers> next;
  for (std::size_t scope = 0; scope < shadow.fold().scope_names().size(); ++scope) {
    next.push_back({.universe = 1,
                    .scope = static_cast<std::uint16_t>(scope),
                    .eseq = shadow.next_eseq(),
                    .scope_seq = shadow.next_scope_seq(scope),
                    .level_seq = shadow.next_level_seq(scope)});
  }
  return next;
}

std::vector<std::string> recording_symbols(const config::Config& config) {
  std::vector<std::string> symbols = universe_symbols(config.universe);
  if (!config.shadow) return symbols;
  for (const std::string& symbol : universe_symbols(*config.shadow)) {
    if (std::find(symbols.begin(), symbols.end(), symbol) == symbols.end()) symbols.push_back(symbol);
  }
  return symbols;
}

}  // namespace groundswell::pipeline
