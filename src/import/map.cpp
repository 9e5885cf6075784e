#include "import/map.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <span>

#include "base/durations.hpp"

namespace groundswell::importer {
namespace {

using config::Findings;
using config::Node;
using config::TableReader;

constexpr std::int64_t kMostColumns = 4096;
constexpr std::int64_t kLargestPriceScale = 1'000'000'000'000;

constexpr std::array kTradeColumns{Column::kPrice, Column::kSize, Column::kVenue, Column::kConditions, Column::kSuspicious};
constexpr std::array kQuoteColumns{Column::kBid,   Column::kBidSize,    Column::kAsk,       Column::kAskSize,
                                   Column::kVenue, Column::kConditions, Column::kSuspicious};
constexpr std::array kBarColumns{Column::kOpen, Column::kHigh, Column::kLow, Column::kClose, Column::kVolume};
constexpr std::array kAllColumns{Column::kPrice,   Column::kSize,  Column::kBid,        Column::kBidSize,    Column::kAsk,
                                 Column::kAskSize, Column::kVenue, Column::kConditions, Column::kSuspicious, Column::kOpen,
                                 Column::kHigh,    Column::kLow,   Column::kClose,      Column::kVolume};

constexpr std::array kTradeNeeds{Column::kPrice, Column::kSize};
constexpr std::array kQuoteNeeds{Column::kBid, Column::kAsk};
constexpr std::array kSessionBarNeeds{Column::kClose, Column::kVolume};

std::span<const Column> allowed_columns(Kind kind) {
  if (kind == Kind::kTrade) return kTradeColumns;
  if (kind == Kind::kQuote) return kQuoteColumns;
  return kBarColumns;
}

std::span<const Column> needed_columns(Kind kind) {
  switch (kind) {
    case Kind::kTrade: return kTradeNeeds;
    case Kind::kQuote: return kQuoteNeeds;
    case Kind::kBar: return kBarColumns;
    case Kind::kSessionBar: return kSessionBarNeeds;
    case Kind::kStatus: break;  // no map says so
  }
  return {};
}

// One parse of one map file. `kind_` is nothing when the file names no known kind; what depends on it is then left unchecked.
class MapParser {
 public:
  MapParser(const Node& root, const std::vector<config::ConditionScheme>& schemes, Findings& findings)
      : reader_(root, "", findings), schemes_(schemes), findings_(findings) {}

  void parse(Map& map) {
    parse_kind(map);
    map.header = reader_.boolean("header").value_or(true);
    parse_symbol(map);
    parse_time(map);
    parse_columns(map);
    parse_price_scale(map);
    map.zero_side_is_absent = reader_.boolean("zero_side_is_absent").value_or(false);
    if (map.zero_side_is_absent && kind_ && kind_ != Kind::kQuote)
      add("zero_side_is_absent", "zero_side_is_absent is of kind = \"quote\" only; remove it");
    map.skip_bad_rows = reader_.boolean("skip_bad_rows").value_or(false);
    parse_conditions(map);
    parse_patterns("include", map.include);
    parse_patterns("exclude", map.exclude);
    reader_.finish();
  }

 private:
  void add(std::string_view key, std::string what) { findings_.add(reader_.at(key), std::move(what)); }

  void parse_kind(Map& map) {
    if (!reader_.has("kind")) add("kind", "kind is missing; say kind = \"trade\", \"quote\", \"bar\" or \"session_bar\"");
    if (const auto name = reader_.choice("kind", {kKindNames.begin(), kKindNames.end()})) {
      kind_ = static_cast<Kind>(std::find(kKindNames.begin(), kKindNames.end(), *name) - kKindNames.begin());
      map.kind = *kind_;
    }
    const bool given = reader_.has("interval");
    const auto interval_ns = reader_.duration_ns("interval", kSecondNs, 24 * 3600 * kSecondNs);
    if (interval_ns && *interval_ns % kSecondNs != 0)
      add("interval", "interval is not in whole seconds; bars shorter than a second are not supported");
    if (interval_ns) map.interval_seconds = static_cast<std::uint32_t>(*interval_ns / kSecondNs);
    if (kind_ == Kind::kBar && !given) add("kind", "kind = \"bar\" needs the length of a bar; say interval = \"1m\"");
    if (kind_ && kind_ != Kind::kBar && given) add("interval", "interval is of kind = \"bar\" only; remove it");
  }

  std::optional<ColumnRef> column_ref(const Node& node, std::string_view key, bool header) {
    if (const auto* number = std::get_if<std::int64_t>(&node.value); number != nullptr && *number >= 1 && *number <= kMostColumns) {
      return ColumnRef{"", static_cast<std::uint32_t>(*number)};
    }
    if (const auto* name = std::get_if<std::string>(&node.value); name != nullptr && !name->empty() && header) return ColumnRef{*name, 0};
    findings_.add(node.at, fmt::format("{} is no column; write {}", key,
                                       header ? "its name in the header line, or its number from 1"
                                              : "its number from 1, for there is no header line"));
    return std::nullopt;
  }

  void take_column(TableReader& table, std::string_view key, std::string_view label, Column column, Map& map) {
    const Node* const node = table.any(key);
    if (node == nullptr) return;
    if (const auto ref = column_ref(*node, label, map.header)) map.columns[index_of(column)] = *ref;
  }

  void parse_symbol(Map& map) {
    if (!reader_.has("symbol")) {
      add("symbol", "symbol is missing; say symbol = { column = … }, { filename = true }, { folder = true } or { fixed = \"SPY\" }");
    }
    const Node* const node = reader_.table("symbol");
    if (node == nullptr) return;
    TableReader table{*node, "symbol", findings_};
    take_column(table, "column", "symbol.column", Column::kSymbol, map);
    const bool filename = table.boolean("filename").value_or(false);
    const bool folder = table.boolean("folder").value_or(false);
    map.fixed_symbol = table.text("fixed").value_or("");
    table.finish();
    if (filename) map.symbol_source = SymbolSource::kFilename;
    if (folder) map.symbol_source = SymbolSource::kFolder;
    if (!map.fixed_symbol.empty()) map.symbol_source = SymbolSource::kFixed;
    const int sources = (table.has("column") ? 1 : 0) + (filename ? 1 : 0) + (folder ? 1 : 0) + (map.fixed_symbol.empty() ? 0 : 1);
    if (sources != 1) findings_.add(node->at, "symbol needs exactly one of column, filename = true, folder = true and fixed");
  }

  void parse_time(Map& map) {
    if (!reader_.has("time")) add("time", "time is missing; say time = { column = …, format = … } or { column = …, unit = … }");
    const Node* const node = reader_.table("time");
    if (node == nullptr) return;
    TableReader table{*node, "time", findings_};
    if (!table.has("column")) findings_.add(node->at, "time.column is missing; say which column holds the time");
    take_column(table, "column", "time.column", Column::kTime, map);
    parse_time_unit(table, *node, map.time);
    if (const Node* const date = table.table("date")) {
      TableReader date_table{*date, "time.date", findings_};
      map.time.filename_date = parse_format(date_table, "filename");
      if (!date_table.has("filename")) findings_.add(date->at, "time.date needs filename = \"%Y%m%d\": where the file's name has the date");
      date_table.finish();
    }
    if (const auto name = table.text("zone")) {
      map.time.zone = Zone::find(*name);
      if (!map.time.zone)
        findings_.add(table.at("zone"), fmt::format("no time zone '{}'; write a name such as America/New_York or UTC", *name));
    }
    const bool edge_given = table.has("edge");
    map.time.names_end = table.choice("edge", {"start", "end"}) == "end";
    if (edge_given && kind_ && kind_ != Kind::kBar) findings_.add(table.at("edge"), "time.edge is of kind = \"bar\" only; remove it");
    table.finish();
    check_time(table, *node, map);
  }

  std::optional<TimeFormat> parse_format(TableReader& table, std::string_view key) {
    const auto text = table.text(key);
    if (!text) return std::nullopt;
    std::string what;
    std::optional<TimeFormat> format = TimeFormat::compile(*text, what);
    if (!format) findings_.add(table.at(key), what);
    return format;
  }

  void parse_time_unit(TableReader& table, const Node& node, TimeRule& time) {
    constexpr std::array<std::string_view, 5> kUnits{"ns", "us", "ms", "s", "ms_of_day"};
    time.format = parse_format(table, "format");
    if (const auto name = table.choice("unit", {kUnits.begin(), kUnits.end()})) {
      time.unit = static_cast<TimeUnit>(std::find(kUnits.begin(), kUnits.end(), *name) - kUnits.begin() + 1);  // kFormat is the first
    }
    if (table.has("format") == table.has("unit")) findings_.add(node.at, "time needs exactly one of format and unit");
  }

  // What must fit together in the table `time`, once each of its keys is sound.
  void check_time(const TableReader& table, const Node& node, const Map& map) {
    const TimeRule& time = map.time;
    const bool by_format = table.has("format");
    if (by_format == table.has("unit") || (by_format && !time.format)) return;  // said already
    if (time.filename_date && !time.filename_date->has_date())
      findings_.add(table.at("date"), "time.date.filename needs year, month and day, as in %Y%m%d");
    const bool naive = by_format ? !time.format->has_offset() : time.unit == TimeUnit::kMillisecondsOfDay;
    if (by_format && time.format->has_some_date() && (time.filename_date || !time.format->has_date())) {
      findings_.add(table.at("format"), time.filename_date ? "time.format and time.date both name the date; remove one"
                                                           : "time.format needs year, month and day, or none of them and time.date");
    }
    const bool needs_file_date = by_format ? !time.format->has_some_date() : naive;
    if (needs_file_date && !table.has("date")) findings_.add(node.at, "the time has no date; say date = { filename = \"%Y%m%d\" }");
    if (!by_format && !naive && table.has("date")) findings_.add(table.at("date"), "a time since 1970 has its date; remove time.date");
    if (naive && !table.has("zone") && kind_ && kind_ != Kind::kSessionBar) {
      findings_.add(node.at, "the time is naive; say its zone = \"America/New_York\"");
    }
    if (!naive && table.has("zone")) findings_.add(table.at("zone"), "the time names an instant already; remove time.zone");
  }

  void parse_columns(Map& map) {
    const Node* const node = reader_.table("columns");
    if (node != nullptr) {
      TableReader table{*node, "columns", findings_};
      for (const Column column : kind_ ? allowed_columns(*kind_) : std::span<const Column>{kAllColumns}) {
        const std::string_view name = kColumnNames[index_of(column)];
        take_column(table, name, fmt::format("columns.{}", name), column, map);
      }
      table.finish();
    }
    if (!kind_) return;
    for (const Column column : needed_columns(*kind_)) {
      const std::string_view name = kColumnNames[index_of(column)];
      if (node != nullptr && config::find(*node, name) != nullptr) continue;
      add("columns", fmt::format("columns.{} is missing; kind = \"{}\" needs it", name, kKindNames[static_cast<std::size_t>(*kind_)]));
    }
  }

  void parse_price_scale(Map& map) {
    const std::int64_t scale = reader_.integer("price_scale", 1, kLargestPriceScale).value_or(1);
    std::int64_t power = 1;
    while (power < scale) power *= 10;
    if (power != scale)
      add("price_scale", fmt::format("price_scale is {}; it must be a power of ten, 10000 when prices are whole numbers of 1e-4", scale));
    map.price_scale = power;
  }

  void parse_conditions(Map& map) {
    const bool given = reader_.has("conditions_scheme");
    map.conditions_scheme = reader_.text("conditions_scheme").value_or("");
    if (map.column(Column::kConditions).mapped() && !given) {
      add("columns", "columns.conditions is mapped; say conditions_scheme = \"letters_utp\", \"letters_cta\" or \"flags_lean\"");
    }
    if (map.conditions_scheme.empty()) return;
    std::string names;
    for (const config::ConditionScheme& scheme : schemes_) {
      if (scheme.name == map.conditions_scheme) return;
      names += names.empty() ? scheme.name : ", " + scheme.name;
    }
    add("conditions_scheme", fmt::format("no condition table '{}'; {}", map.conditions_scheme,
                                         names.empty() ? "put one into the folder of condition tables" : "there are " + names));
  }

  void parse_patterns(std::string_view key, std::vector<std::string>& patterns) {
    const Node* const node = reader_.array(key);
    if (node == nullptr) return;
    patterns.clear();
    for (const Node& element : std::get<config::Array>(node->value)) {
      const auto* const text = std::get_if<std::string>(&element.value);
      if (text == nullptr || text->empty()) {
        findings_.add(element.at, fmt::format("{} holds something that is no file name; write names such as \"*.csv\"", key));
      } else {
        patterns.push_back(*text);
      }
    }
  }

  TableReader reader_;
  const std::vector<config::ConditionScheme>& schemes_;
  Findings& findings_;
  std::optional<Kind> kind_;
};

bool matches_any(const std::vector<std::string>& patterns, const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return fnmatch(pattern.c_str(), name.c_str(), 0) == 0; });
}

}  // namespace

std::string ColumnRef::label() const { return name.empty() ? fmt::format("column {}", number) : fmt::format("column '{}'", name); }

Map parse_map(std::string_view text, const std::string& file_name, const std::vector<config::ConditionScheme>& schemes,
              config::Findings& findings) {
  Map map;
  map.file = file_name;
  const std::size_t before = findings.size();
  const config::Node root = config::parse_toml(text, file_name, findings);
  if (findings.size() == before) MapParser{root, schemes, findings}.parse(map);
  return map;
}

bool wants_file(const Map& map, const std::string& name) { return matches_any(map.include, name) && !matches_any(map.exclude, name); }

}  // namespace groundswell::importer
