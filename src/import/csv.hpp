// `groundswell import csv`: the rows of CSV files, however compressed or archived, become one recording that replays like a live one.
// A map file says what the columns mean. Rows of all inputs are merged by time, then symbol, then the order in which they were read; files
// are read in the order of their sorted paths, so the same data give the same records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/calendar.hpp"
#include "config/config.hpp"

namespace groundswell {

struct CsvInput {
  std::vector<std::filesystem::path> paths;  // files, folders (with everything below them) and globs
  std::filesystem::path map;                 // the TOML map that describes all of them
};

struct ImportOptions {
  const config::Calendar* calendar = nullptr;                               // lives through the call; null: every session is 09:30-16:00
  const std::vector<config::ConditionScheme>* condition_schemes = nullptr;  // lives through the call; null: no map may name a scheme
  bool quiet = false;                                                       // no progress bar
  std::int64_t created_ns = 0;                                              // UTC, for the recording's header
  std::uint64_t recording_id = 0;                                           // 0 = a random one
};

// What became of everything that was read: rows = trades + quotes + bars + rows_zero_volume + rows_replaced + rows_bad.
struct ImportReport {
  std::uint64_t files_read = 0;     // files and archive members whose rows were read
  std::uint64_t files_skipped = 0;  // matched no `include`, or an `exclude`
  std::uint64_t rows = 0;
  std::uint64_t rows_zero_volume = 0;  // bars without a trade: not written
  std::uint64_t rows_replaced = 0;     // session bars with a later row of the same symbol and date
  std::uint64_t rows_bad = 0;          // only with skip_bad_rows
  std::uint64_t trades = 0;
  std::uint64_t quotes = 0;
  std::uint64_t bars = 0;
  std::uint64_t sessions = 0;  // session rolls written
  std::uint64_t records = 0;
  std::uint64_t unknown_conditions = 0;  // trades with a sale condition that the scheme does not have
  std::uint64_t suspicious = 0;          // trades and quotes that their sender doubts
  std::vector<std::string> bad_rows;     // the first 20, as "file:line: what"

  // Every count with its name, in the order above.
  std::vector<std::pair<std::string_view, std::uint64_t>> counts() const;
};

// Reads all inputs, then writes `output`, which must not exist. Nothing is left behind after an error.
// Errors: 64 session bars mixed with other kinds; 65 bad row ("file:line: what"), damaged archive or no rows; 66 input or map missing, or
// no file matched; 73 output exists or cannot be made; 74 I/O; 78 findings of all maps at once.
Result<ImportReport> import_csv(std::span<const CsvInput> inputs, const std::filesystem::path& output, const ImportOptions& options);

}  // namespace groundswell
