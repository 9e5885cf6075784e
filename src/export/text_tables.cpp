// CSV (RFC 4180, lines end with \n) and JSON Lines.
#include <charconv>

#include "config/calendar.hpp"
#include "export/table.hpp"
#include "groundswell/tick.hpp"

namespace groundswell::exporter {
namespace {

constexpr std::size_t kFlushBytes = 1 << 20;

template <class Number>
void append_number(std::string& out, Number number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number);
  out.append(text, end.ptr);
}

// Dollars, without zeros at the end.
void append_price(std::string& out, std::int64_t price_e9) {
  if (price_e9 < 0) out += '-';
  const auto magnitude = price_e9 < 0 ? 0 - static_cast<std::uint64_t>(price_e9) : static_cast<std::uint64_t>(price_e9);
  append_number(out, magnitude / kPriceScale);
  auto rest = magnitude % kPriceScale;
  if (rest == 0) return;
  out += '.';
  for (std::uint64_t digit = kPriceScale / 10; rest != 0; digit /= 10) {
    out += static_cast<char>('0' + rest / digit);
    rest %= digit;
  }
}

void append_json_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_csv_text(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

class TextTable : public Table {
 public:
  TextTable(std::vector<Column> columns, OutputFile& out) : columns_(std::move(columns)), out_(out) { line_.reserve(2 * kFlushBytes); }
  Result<void> finish() final {
    flush();
    return {};
  }

 protected:
  void end_line() noexcept {
    line_ += '\n';
    ++rows_;
    if (line_.size() >= kFlushBytes) flush();
  }
  void flush() noexcept {
    out_.write(line_);
    line_.clear();
  }
  // What both write alike; false: text, words, flags and dates, which JSON quotes.
  bool append_plain(const Column& column, const Cell& cell) noexcept {
    switch (column.type) {
      case ColumnType::kInteger:
      case ColumnType::kInstant: append_number(line_, cell.integer); return true;
      case ColumnType::kUnsigned: append_number(line_, static_cast<std::uint64_t>(cell.integer)); return true;
      case ColumnType::kNumber: append_number(line_, cell.number); return true;
      case ColumnType::kPrice: append_price(line_, cell.integer); return true;
      default: return false;
    }
  }
  std::string_view word(const Column& column, const Cell& cell) const noexcept {
    return column.words[static_cast<std::size_t>(cell.integer)];
  }

  std::vector<Column> columns_;
  OutputFile& out_;
  std::string line_;
};

class CsvTable final : public TextTable {
 public:
  CsvTable(std::vector<Column> columns, OutputFile& out) : TextTable(std::move(columns), out) {
    for (const Column& column : columns_) line_ += (line_.empty() ? "" : ",") + column.name;
    line_ += '\n';
  }
  void add(std::span<const Cell> row) noexcept override {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line_ += ',';
      const Column& column = columns_[i];
      const Cell& cell = row[i];
      if (!cell.present || append_plain(column, cell)) continue;
      switch (column.type) {
        case ColumnType::kDate: line_ += config::format_date(static_cast<std::uint32_t>(cell.integer)); break;
        case ColumnType::kWord: append_csv_text(line_, word(column, cell)); break;
        case ColumnType::kFlags: line_ += pipeline::flags_text(static_cast<std::uint32_t>(cell.integer)); break;
        default: append_csv_text(line_, cell.text);
      }
    }
    end_line();
  }
};

class JsonLinesTable final : public TextTable {
 public:
  using TextTable::TextTable;
  void add(std::span<const Cell> row) noexcept override {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      const Cell& cell = row[i];
      line_ += i == 0 ? "{\"" : ",\"";
      line_ += column.name;
      line_ += "\":";
      if (!cell.present) {
        line_ += "null";
      } else if (!append_plain(column, cell)) {
        append_quoted(column, cell);
      }
    }
    line_ += '}';
    end_line();
  }

 private:
  void append_quoted(const Column& column, const Cell& cell) noexcept {
    switch (column.type) {
      case ColumnType::kDate: append_json_text(line_, config::format_date(static_cast<std::uint32_t>(cell.integer))); break;
      case ColumnType::kWord: append_json_text(line_, word(column, cell)); break;
      case ColumnType::kJson: line_ += cell.text; break;
      case ColumnType::kFlags: append_flags(static_cast<std::uint32_t>(cell.integer)); break;
      default: append_json_text(line_, cell.text);
    }
  }
  void append_flags(std::uint32_t flags) noexcept {
    line_ += '[';
    for (std::size_t bit = 0; bit < kFlagNames.size(); ++bit) {
      if ((flags >> bit & 1) == 0) continue;
      if (line_.back() != '[') line_ += ',';
      append_json_text(line_, kFlagNames[bit]);
    }
    line_ += ']';
  }
};

}  // namespace

std::unique_ptr<Table> make_csv(std::vector<Column> columns, OutputFile& out) {
  return std::make_unique<CsvTable>(std::move(columns), out);
}
std::unique_ptr<Table> make_json_lines(std::vector<Column> columns, OutputFile& out) {
  return std::make_unique<JsonLinesTable>(std::move(columns), out);
}
std::unique_ptr<Table> make_table(Format format, std::vector<Column> columns, OutputFile& out) {
  switch (format) {
    case Format::kCsv: return make_csv(std::move(columns), out);
    case Format::kJsonLines: return make_json_lines(std::move(columns), out);
    case Format::kArrow: break;
  }
  return make_arrow(std::move(columns), out);
}

}  // namespace groundswell::exporter
