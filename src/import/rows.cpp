#include "import/rows.hpp"

#include <algorithm>
#include <limits>

namespace groundswell::importer {

bool is_symbol(std::string_view text) {
  constexpr std::size_t kLongestSymbol = 32;
  return !text.empty() && text.size() <= kLongestSymbol &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::uint32_t Symbols::id(std::string_view symbol) {
  if (const auto found = ids_.find(symbol); found != ids_.end()) return found->second;
  const auto next = static_cast<std::uint32_t>(ids_.size());
  ids_.emplace(symbol, next);
  return next;
}

std::vector<std::string> Symbols::sorted() const {
  std::vector<std::string> symbols;
  symbols.reserve(ids_.size());
  for (const auto& [symbol, id] : ids_) symbols.push_back(symbol);
  std::sort(symbols.begin(), symbols.end());
  return symbols;
}

std::vector<std::uint32_t> Symbols::ranks() const {
  std::vector<std::uint32_t> ranks(ids_.size());
  std::uint32_t rank = 0;
  for (const std::string& symbol : sorted()) ranks[ids_.find(symbol)->second] = rank++;
  return ranks;
}

std::optional<std::uint16_t> Conditions::id(const std::string& scheme, std::string_view codes) {
  if (codes.empty()) return std::uint16_t{0};
  IdByText<std::uint16_t>& ids = by_scheme_[scheme];
  if (const auto found = ids.find(codes); found != ids.end()) return found->second;
  if (sets_.size() > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  const auto next = static_cast<std::uint16_t>(sets_.size());
  sets_.push_back({0, std::string{codes}, scheme});
  ids.emplace(codes, next);
  return next;
}

void Rows::add(std::uint32_t date, const Row& row) {
  if (date != last_date_) {
    last_ = &by_date[date];
    last_date_ = date;
  }
  if (last_->size() == last_->capacity())
    last_->reserve(last_->size() + last_->size() / 4 + 1024);  // millions of rows: waste a quarter, not a half
  last_->push_back(row);
}

}  // namespace groundswell::importer
