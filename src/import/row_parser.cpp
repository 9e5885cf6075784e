#include "import/row_parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decimal.hpp"
#include "base/durations.hpp"
#include "config/calendar.hpp"
#include "groundswell/tick.hpp"

namespace groundswell::importer {
namespace {

constexpr int kPriceDecimals = 9;

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// Whole shares; nearly every size is a few digits.
std::optional<std::int64_t> whole_number(std::string_view text) {
  constexpr std::size_t kFewDigits = 18;
  std::int64_t value = 0;
  if (text.empty() || text.size() > kFewDigits) return parse_decimal(text, 0);
  for (const char c : text) {
    if (c < '0' || c > '9') return parse_decimal(text, 0);
    value = value * 10 + (c - '0');
  }
  return value;
}

bool is_zero(std::string_view text) {
  const std::optional<std::int64_t> number = parse_decimal(text, kPriceDecimals);
  return number && *number == 0;
}

std::string joined(std::span<const std::string_view> names) {
  constexpr std::size_t kLongest = 200;
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string{name};
  if (text.size() > kLongest) text.replace(kLongest, std::string::npos, " …");
  return text;
}

}  // namespace

bool RowParser::bad(std::string what) {
  what_ = std::move(what);
  return false;
}

bool RowParser::bad_value(Column column, std::string_view wanted) {
  constexpr std::size_t kShown = 60;
  const std::string_view shown = text(column).substr(0, kShown);
  return bad(shown.empty() ? fmt::format("{} is empty; it should be {}", map_.column(column).label(), wanted)
                           : fmt::format("{}: '{}' is not {}", map_.column(column).label(), shown, wanted));
}

bool RowParser::bind(const Member& file) {
  header_width_ = least_width_ = 0;
  file_symbol_ = map_.symbol_source == SymbolSource::kFilename ? file.stem
                 : map_.symbol_source == SymbolSource::kFolder ? upper(file.folder)
                                                               : map_.fixed_symbol;
  if (map_.symbol_source != SymbolSource::kColumn && !is_symbol(file_symbol_)) {
    return bad(
        fmt::format("no symbol in the {}: '{}'", map_.symbol_source == SymbolSource::kFolder ? "folder's name" : "name", file_symbol_));
  }
  if (map_.time.filename_date) {
    WallTime wall;
    if (!map_.time.filename_date->parse_prefix(file.file_name, wall)) {
      return bad(fmt::format("the name '{}' does not begin with a date of format '{}'", file.file_name, map_.time.filename_date->text()));
    }
    file_date_ = wall.date;
  }
  for (std::size_t i = 0; i < kColumns; ++i) {
    positions_[i] = map_.columns[i].number != 0 ? map_.columns[i].number - 1 : kUnmapped;
    if (positions_[i] != kUnmapped) least_width_ = std::max(least_width_, positions_[i] + 1);
  }
  return true;
}

bool RowParser::bind_header(std::span<const std::string_view> header) {
  header_width_ = header.size();
  for (std::size_t i = 0; i < kColumns; ++i) {
    const ColumnRef& ref = map_.columns[i];
    if (ref.name.empty()) continue;
    const auto found = std::find(header.begin(), header.end(), ref.name);
    if (found == header.end()) return bad(fmt::format("no {}; the header has {}", ref.label(), joined(header)));
    if (std::find(found + 1, header.end(), ref.name) != header.end()) return bad(fmt::format("{} stands twice in the header", ref.label()));
    positions_[i] = static_cast<std::size_t>(found - header.begin());
  }
  if (least_width_ > header_width_)
    return bad(fmt::format("the header has {} columns; the map names column {}", header_width_, least_width_));
  return true;
}

RowParser::Verdict RowParser::parse(std::span<const std::string_view> fields, Row& row, std::uint32_t& date) {
  fields_ = fields;
  if (header_width_ != 0 ? fields.size() != header_width_ : fields.size() < least_width_) {
    bad(fmt::format("{} columns; {} {}", fields.size(), header_width_ != 0 ? "the header has" : "the map names column",
                    header_width_ != 0 ? header_width_ : least_width_));
    return Verdict::kBad;
  }
  row = Row{};
  row.kind = map_.kind;
  if (!parse_symbol(row) || !parse_time(row, date)) return Verdict::kBad;
  switch (map_.kind) {
    case Kind::kTrade: return parse_trade(row) ? Verdict::kRow : Verdict::kBad;
    case Kind::kQuote: return parse_quote(row) ? Verdict::kRow : Verdict::kBad;
    case Kind::kBar:
    case Kind::kSessionBar:
    case Kind::kStatus: break;
  }
  if (!parse_bar(row)) return Verdict::kBad;
  return row.size == 0 && map_.kind == Kind::kBar ? Verdict::kZeroVolume : Verdict::kRow;
}

bool RowParser::parse_symbol(Row& row) {
  const bool by_column = map_.symbol_source == SymbolSource::kColumn;
  const std::string_view symbol = by_column ? text(Column::kSymbol) : std::string_view{file_symbol_};
  if (by_column && !is_symbol(symbol)) return bad_value(Column::kSymbol, "a symbol");
  row.symbol = rows_.symbols.id(symbol);
  return true;
}

bool RowParser::parse_time(Row& row, std::uint32_t& date) {
  if (map_.kind == Kind::kSessionBar) {
    const std::optional<std::uint32_t> written = row_date(map_.time, text(Column::kTime), file_date_);
    if (!written) return bad_value(Column::kTime, describe(map_.time));
    date = *written;
    return true;
  }
  const std::optional<std::uint64_t> time_ns = row_time_ns(map_.time, text(Column::kTime), file_date_);
  if (!time_ns) return bad_value(Column::kTime, describe(map_.time));
  row.time_ns = *time_ns;
  if (map_.kind != Kind::kBar) {
    date = config::new_york_date(row.time_ns);
    return true;
  }
  row.interval_seconds = map_.interval_seconds;
  if (!map_.time.names_end) row.time_ns += row.interval_seconds * kSecondNs;
  date = config::new_york_date(row.time_ns - 1);  // a bar that ends at midnight belongs to the day it covers
  return true;
}

bool RowParser::parse_price(Column column, std::int64_t& price_e9) {
  const std::optional<std::int64_t> price = parse_decimal(text(column), kPriceDecimals, map_.price_scale);
  if (!price || *price <= 0 || *price >= kMaxPriceE9) return bad_value(column, "a price above 0 and below 1000000");
  price_e9 = *price;
  return true;
}

bool RowParser::parse_size(Column column, std::uint64_t& size) {
  const std::optional<std::int64_t> number = whole_number(text(column));
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) >= kMaxSize) return bad_value(column, "a number of shares");
  size = static_cast<std::uint64_t>(*number);
  return true;
}

bool RowParser::parse_marks(Row& row) {
  if (mapped(Column::kVenue)) {
    const std::string_view venue = text(Column::kVenue);
    if (venue.size() > 1) return bad_value(Column::kVenue, "a venue code of one character");
    row.venue = venue.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(venue[0]);
  }
  if (mapped(Column::kConditions)) {
    const std::optional<std::uint16_t> id = rows_.conditions.id(map_.conditions_scheme, text(Column::kConditions));
    if (!id) return bad_value(Column::kConditions, "one of the first 65535 different sets of conditions");
    row.cond_set = *id;
  }
  if (mapped(Column::kSuspicious)) {
    const std::string_view mark = text(Column::kSuspicious);
    const std::optional<std::int64_t> number = mark.empty() ? std::optional<std::int64_t>{0} : parse_decimal(mark, 0);
    if (!number) return bad_value(Column::kSuspicious, "0 or 1");
    row.suspicious = *number != 0;
  }
  return true;
}

bool RowParser::parse_trade(Row& row) {
  if (!parse_price(Column::kPrice, row.value[0]) || !parse_size(Column::kSize, row.size)) return false;
  if (row.size == 0) return bad_value(Column::kSize, "a number of shares above 0");
  return parse_marks(row);
}

bool RowParser::parse_side(Column price_column, Column size_column, std::int64_t& price_e9, std::int64_t& size) {
  price_e9 = kNoPrice;
  size = 0;
  const std::string_view price = text(price_column);
  if (price.empty() || (map_.zero_side_is_absent && is_zero(price))) return true;
  if (!parse_price(price_column, price_e9)) return false;
  std::uint64_t shares = 0;
  if (mapped(size_column) && !parse_size(size_column, shares)) return false;
  size = static_cast<std::int64_t>(shares);
  return true;
}

bool RowParser::parse_quote(Row& row) {
  return parse_side(Column::kBid, Column::kBidSize, row.value[0], row.value[2]) &&
         parse_side(Column::kAsk, Column::kAskSize, row.value[1], row.value[3]) && parse_marks(row);
}

bool RowParser::parse_bar(Row& row) {
  if (!parse_size(Column::kVolume, row.size)) return false;
  if (row.size == 0) return true;  // its prices are a vendor's filling, or nothing at all
  if (!parse_price(Column::kClose, row.value[3])) return false;
  constexpr std::array kOthers{Column::kOpen, Column::kHigh, Column::kLow};
  for (std::size_t i = 0; i < kOthers.size(); ++i) {
    row.value[i] = row.value[3];
    if (mapped(kOthers[i]) && !parse_price(kOthers[i], row.value[i])) return false;
  }
  return true;
}

}  // namespace groundswell::importer
