// A table on its way out: columns with names and types, rows one after the other. What is exported knows no format, and a format nothing of
// what is exported.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "export/output_file.hpp"

namespace groundswell::exporter {

enum class ColumnType : std::uint8_t {
  kInteger,   // int64
  kUnsigned,  // uint64
  kNumber,    // double
  kPrice,     // dollars, exact: int64 in 1e-9 dollar
  kInstant,   // nanoseconds since the epoch, UTC
  kDate,      // yyyymmdd
  kWord,      // one of few that are known before the first row
  kText,
  kFlags,  // bits of Flag
  kJson,   // text that is JSON
};
struct Column {
  std::string name;
  ColumnType type;
  bool nullable = false;
  std::vector<std::string> words;  // of kWord
};

// One value; the column says which member counts. `text` must live until add() returns.
struct Cell {
  bool present = true;
  std::int64_t integer = 0;  // kInteger, kPrice, kInstant, kDate, the place of a kWord, kFlags; the bits of a kUnsigned
  double number = 0.0;
  std::string_view text;

  static Cell absent() noexcept { return {.present = false}; }
  static Cell of(std::int64_t integer) noexcept { return {.integer = integer}; }
  static Cell of_unsigned(std::uint64_t integer) noexcept { return {.integer = static_cast<std::int64_t>(integer)}; }
  static Cell of_number(double number) noexcept { return {.number = number}; }
  static Cell of_text(std::string_view text) noexcept { return {.text = text}; }
};

class Table {
 public:
  virtual ~Table() = default;
  virtual void add(std::span<const Cell> row) noexcept = 0;  // a cell for each column
  virtual Result<void> finish() = 0;                         // what is still held, and the end; then the file is whole
  std::uint64_t rows() const noexcept { return rows_; }

 protected:
  std::uint64_t rows_ = 0;
};

enum class Format : std::uint8_t { kCsv, kJsonLines, kArrow };
// `out` lives longer. Of Arrow a file gets the file format, a pipe the stream format. What cannot be written shows in OutputFile::close().
std::unique_ptr<Table> make_table(Format format, std::vector<Column> columns, OutputFile& out);
std::unique_ptr<Table> make_csv(std::vector<Column> columns, OutputFile& out);
std::unique_ptr<Table> make_json_lines(std::vector<Column> columns, OutputFile& out);
std::unique_ptr<Table> make_arrow(std::vector<Column> columns, OutputFile& out);

}  // namespace groundswell::exporter
