// The fields of one row of a reference table, and what is wrong with them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.hpp"
#include "config/calendar.hpp"
#include "config/csv.hpp"
#include "groundswell/universe.hpp"

namespace groundswell::config {

// Reads the fields of one row; `good` falls when one is wrong.
class RowReader {
 public:
  RowReader(const CsvRow& row, const std::set<std::string>& symbols, Findings& findings)
      : row_(row), symbols_(symbols), findings_(findings) {}
  bool good() const { return good_; }

  std::string symbol() {
    const CsvField& field = row_.at("symbol");
    if (!symbols_.empty() && symbols_.count(field.text) == 0) {
      refuse(field, fmt::format("symbol '{}' is not in the universe; add it there or remove the row", field.text));
    }
    return field.text;
  }
  std::uint32_t date(std::string_view column, std::optional<std::uint32_t> otherwise = std::nullopt) {
    const CsvField& field = row_.at(column);
    if (field.text.empty() && otherwise) return *otherwise;
    const std::optional<std::uint32_t> date = parse_date(field.text);
    if (!date) refuse(field, fmt::format("bad date '{}'; write a real one as YYYY-MM-DD", field.text));
    return date.value_or(0);
  }
  // A decimal number from above zero to `high`, in units of 10^-decimals; `otherwise` when the field is empty.
  std::int64_t positive(std::string_view column, int decimals, std::int64_t high, std::optional<std::int64_t> otherwise) {
    const CsvField& field = row_.at(column);
    if (field.text.empty() && otherwise) return *otherwise;
    const std::optional<std::int64_t> value = parse_decimal(field.text, decimals);
    if (value && *value > 0 && *value <= high) return *value;
    refuse(field, fmt::format("bad {} '{}'; write a number above 0 and at most {}{}", column, field.text, most(high, decimals),
                              otherwise ? ", or leave it empty" : ""));
    return 0;
  }
  void refuse(const CsvField& field, std::string what) {
    findings_.add(field.at, std::move(what));
    good_ = false;
  }

 private:
  static std::int64_t most(std::int64_t high, int decimals) {
    for (; decimals > 0; --decimals) high /= 10;
    return high;
  }
  const CsvRow& row_;
  const std::set<std::string>& symbols_;
  Findings& findings_;
  bool good_ = true;
};

inline std::set<std::string> known_symbols(const Universe& universe) {
  const std::vector<std::string> symbols = universe_symbols(universe);
  return {symbols.begin(), symbols.end()};
}

}  // namespace groundswell::config
