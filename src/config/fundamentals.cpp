// fundamentals.csv.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <map>
#include <tuple>

#include "config/row_reader.hpp"
#include "config/tables.hpp"
#include "config/words.hpp"

namespace groundswell::config {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kFirstAvailableNs = 315'532'800 * kSecond, kLastAvailableNs = 4'102'444'800 * kSecond;  // 1980, 2100: no other unit

// Of a moment, its date in UTC as yyyymmdd.
std::uint32_t date_of(std::uint64_t time_ns) {
  using namespace std::chrono;
  const year_month_day date{sys_days{days{time_ns / (86'400 * kSecond)}}};
  return static_cast<std::uint32_t>(static_cast<int>(date.year())) * 10'000 + static_cast<unsigned>(date.month()) * 100 +
         static_cast<unsigned>(date.day());
}

std::vector<CsvColumn> columns() {
  std::vector<CsvColumn> all{{"symbol"}, {"available_at"}};
  for (const FilingColumn& column : kFilingColumns) all.push_back({column.name, false});
  for (const std::string_view said : {"period_end", "currency", "source", "confidence"}) all.push_back({said, false});
  return all;
}

std::uint64_t read_available(const CsvRow& row, RowReader& reader) {
  const CsvField& field = row.at("available_at");
  std::uint64_t available_ns = 0;
  const char *const begin = field.text.data(), *const end = begin + field.text.size();
  const auto parsed = std::from_chars(begin, end, available_ns);
  if (parsed.ec == std::errc{} && parsed.ptr == end && available_ns >= kFirstAvailableNs && available_ns <= kLastAvailableNs)
    return available_ns;
  reader.refuse(field, fmt::format("bad available_at '{}'; write nanoseconds since 1970 UTC between 1980 and 2100, as "
                                   "`date -d '2026-05-05 20:15 UTC' +%s000000000` prints them",
                                   field.text));
  return 0;
}

double read_amount(const CsvRow& row, const FilingColumn& column, RowReader& reader) {
  const CsvField& field = row.at(column.name);
  if (field.text.empty()) return Filing::kNotTold;
  double amount = 0.0;
  const char *const begin = field.text.data(), *const end = begin + field.text.size();
  const auto parsed = std::from_chars(begin, end, amount);
  // Not a number is in no range.
  if (parsed.ec == std::errc{} && parsed.ptr == end && amount >= column.low && amount <= column.high) return amount;
  reader.refuse(
      field, fmt::format("bad {} '{}'; write a number from {} to {}, or leave it empty", column.name, field.text, column.low, column.high));
  return Filing::kNotTold;
}

// What the engine does not reckon with, but a wrong file shows in.
void check_words(const CsvRow& row, const Filing& filing, RowReader& reader) {
  const CsvField& currency = row.at("currency");
  if (!currency.text.empty() && !(currency.text.size() == 3 && is_name(currency.text, Letters::kUpper, "", 3)))
    reader.refuse(currency, fmt::format("bad currency '{}'; write three capital letters, as USD, or leave it empty", currency.text));
  const std::uint32_t period_end = reader.date("period_end", 0);
  if (reader.good() && period_end > date_of(filing.available_ns)) {
    reader.refuse(row.at("period_end"), fmt::format("the period ends on {}, after the filing was available on {}; nobody knew it then",
                                                    format_date(period_end), format_date(date_of(filing.available_ns))));
  }
}

}  // namespace

std::vector<Filing> parse_fundamentals(std::string_view text, const std::string& file_name, const Universe& universe, Findings& findings) {
  std::vector<Filing> filings;
  const std::set<std::string> symbols = known_symbols(universe);
  std::map<std::tuple<std::string, std::uint64_t>, std::uint32_t> line_of;
  for (const CsvRow& row : parse_csv(text, file_name, columns(), findings).rows) {
    RowReader reader(row, symbols, findings);
    Filing filing;
    filing.symbol = reader.symbol();
    filing.available_ns = read_available(row, reader);
    for (const FilingColumn& column : kFilingColumns) filing.*column.amount = read_amount(row, column, reader);
    check_words(row, filing, reader);
    if (!reader.good()) continue;
    const auto [before, is_new] = line_of.try_emplace({filing.symbol, filing.available_ns}, row.at("symbol").at.line);
    if (is_new) {
      filings.push_back(std::move(filing));
    } else {
      reader.refuse(row.at("available_at"),
                    fmt::format("{} has a filing of that moment already, in line {}; keep one", filing.symbol, before->second));
    }
  }
  return filings;
}

}  // namespace groundswell::config
