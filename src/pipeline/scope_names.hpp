// What a level is about, by name: its scope, or in scope `symbols` the symbol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace groundswell::pipeline {

inline constexpr std::string_view kSymbolsScope = "symbols";

class ScopeNames {
 public:
  ScopeNames() = default;
  // By index, as in a catalog.
  ScopeNames(std::vector<std::string> scopes, const std::vector<std::string>& symbols) : scopes_(std::move(scopes)) {
    for (const std::string& symbol : symbols) subjects_.push_back("symbol:" + symbol);
  }
  // A basket id, wave:compute, thesis, symbol:NVDA.
  const std::string& of(std::uint16_t scope, std::uint32_t subject) const noexcept {
    return scopes_[scope] == kSymbolsScope ? subjects_[subject] : scopes_[scope];
  }

 private:
  std::vector<std::string> scopes_, subjects_;
};

}  // namespace groundswell::pipeline
