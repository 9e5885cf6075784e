#include "config/csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "config/words.hpp"

namespace groundswell::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

class CsvParser {
 public:
  CsvParser(const std::string& file_name, const std::vector<CsvColumn>& columns, Findings& findings)
      : file_name_(file_name), columns_(columns), findings_(findings) {}

  Csv parse(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      ++line_;
      take_line(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (header_.empty()) findings_.add({file_name_, 1, 1}, fmt::format("no header; write one with the columns {}", column_names()));
    return std::move(csv_);
  }

 private:
  void take_line(std::string_view line) {
    if (trim(line).empty()) return;
    if (line.front() == '#') return take_comment(line.substr(1));
    const std::vector<CsvField> fields = split(line);
    if (header_.empty()) return take_header(fields);
    if (fields.size() != header_.size()) {
      findings_.add({file_name_, line_, 1}, fmt::format("{} fields where the header has {}; write one for each column, empty for none",
                                                        fields.size(), header_.size()));
      return;
    }
    CsvRow row;
    for (const CsvColumn& column : columns_) row.fields[std::string{column.name}] = {"", {file_name_, line_, 1}};
    for (std::size_t i = 0; i < fields.size(); ++i) row.fields[header_[i]] = fields[i];
    csv_.rows.push_back(std::move(row));
  }

  void take_comment(std::string_view comment) {
    const std::size_t equals = comment.find('=');
    if (!header_.empty() || equals == std::string_view::npos) return;
    csv_.settings.emplace(trim(comment.substr(0, equals)), trim(comment.substr(equals + 1)));
  }

  void take_header(const std::vector<CsvField>& fields) {
    for (const CsvField& field : fields) {
      if (std::find(header_.begin(), header_.end(), field.text) != header_.end()) {
        findings_.add(field.at, fmt::format("column '{}' stands twice; keep one", field.text));
      } else if (std::none_of(columns_.begin(), columns_.end(), [&](const CsvColumn& column) { return column.name == field.text; })) {
        findings_.add(field.at, fmt::format("unknown column '{}'; the columns are {}", field.text, column_names()));
      }
      header_.push_back(field.text);
    }
    for (const CsvColumn& column : columns_) {
      if (!column.required || std::find(header_.begin(), header_.end(), column.name) != header_.end()) continue;
      findings_.add({file_name_, line_, 1}, fmt::format("no column '{}'; the columns are {}", column.name, column_names()));
    }
  }

  // A comma ends a field unless it stands between quotes; two quotes inside them are one.
  std::vector<CsvField> split(std::string_view line) const {
    std::vector<CsvField> fields;
    std::size_t begin = 0;
    bool quoted = false;
    for (std::size_t i = 0; i <= line.size(); ++i) {
      if (i < line.size() && line[i] == '"') quoted = !quoted;
      if (i < line.size() && (line[i] != ',' || quoted)) continue;
      fields.push_back(field(line.substr(begin, i - begin), begin));
      begin = i + 1;
    }
    return fields;
  }

  CsvField field(std::string_view raw, std::size_t offset) const {
    const std::string_view text = trim(raw);
    const std::size_t skipped = text.empty() ? 0 : static_cast<std::size_t>(text.data() - raw.data());
    const Position at{file_name_, line_, static_cast<std::uint32_t>(offset + skipped + 1)};
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return {std::string{text}, at};
    std::string unquoted;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      unquoted += text[i];
      if (text[i] == '"' && text[i + 1] == '"') ++i;
    }
    return {unquoted, at};
  }

  std::string column_names() const {
    std::vector<std::string_view> names;
    for (const CsvColumn& column : columns_) names.push_back(column.name);
    return join(names);
  }

  const std::string& file_name_;
  const std::vector<CsvColumn>& columns_;
  Findings& findings_;
  Csv csv_;
  std::vector<std::string> header_;
  std::uint32_t line_ = 0;
};

}  // namespace

const CsvField& CsvRow::at(std::string_view column) const {
  const auto found = fields.find(column);
  GS_ASSERT(found != fields.end());
  return found->second;
}

Csv parse_csv(std::string_view text, const std::string& file_name, const std::vector<CsvColumn>& columns, Findings& findings) {
  return CsvParser{file_name, columns, findings}.parse(text);
}

}  // namespace groundswell::config
