// `groundswell import csv`: the rows of CSV files, however compressed or archived, become one recording that replays like a live one.
// A map file says what the columns mean. Rows of all inputs are merged by time, then symbol, then the order in which they were read; files
// are read in the order of their sorted paths, so the same data give the same records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "import/import.hpp"

namespace groundswell {

struct CsvInput {
  std::vector<std::filesystem::path> paths;  // files, folders (with everything below them) and globs
  std::filesystem::path map;                 // the TOML map that describes all of them
};

// What became of everything that was read: rows = trades + quotes + bars + rows_zero_volume + rows_replaced + rows_bad.
struct ImportReport : WrittenCounts {
  std::uint64_t files_read = 0;     // files and archive members whose rows were read
  std::uint64_t files_skipped = 0;  // matched no `include`, or an `exclude`
  std::uint64_t rows = 0;
  std::uint64_t rows_bad = 0;            // only with skip_bad_rows
  std::uint64_t unknown_conditions = 0;  // trades with a sale condition that the scheme does not have
  std::vector<std::string> bad_rows;     // the first 20, as "file:line: what"

  // Every count with its name, from what was read to what was written.
  std::vector<NamedCount> counts() const;
};

// Reads all inputs, then writes `output`, which must not exist. Nothing is left behind after an error.
// Errors: 64 session bars mixed with other kinds; 65 bad row ("file:line: what"), damaged archive or no rows; 66 input or map missing, or
// no file matched; 73 output exists or cannot be made; 74 I/O; 78 findings of all maps at once.
Result<ImportReport> import_csv(std::span<const CsvInput> inputs, const std::filesystem::path& output, const ImportOptions& options);

}  // namespace groundswell
