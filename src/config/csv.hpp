// The small CSV tables of the configuration (calendar, sale conditions, shares, actions), with a position for every field.
// Lines that begin with # are comments; "# name = value" above the header is a setting. Fields may stand in double quotes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml.hpp"

namespace groundswell::config {

struct CsvColumn {
  std::string_view name;
  bool required = true;  // must be in the header
};

struct CsvField {
  std::string text;  // spaces around it and quotes taken off
  Position at;
};

struct CsvRow {
  std::map<std::string, CsvField, std::less<>> fields;
  const CsvField& at(std::string_view column) const;  // of an optional column that is not in the header: empty, at the row
};

struct Csv {
  std::map<std::string, std::string, std::less<>> settings;
  std::vector<CsvRow> rows;
};

// Unknown, doubled or missing columns and rows of another width are findings; such rows are left out.
Csv parse_csv(std::string_view text, const std::string& file_name, const std::vector<CsvColumn>& columns, Findings& findings);

}  // namespace groundswell::config
