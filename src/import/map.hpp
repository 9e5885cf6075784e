// The map file: what the columns of a CSV mean. Plain data once parsed; nothing here reads rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/toml.hpp"
#include "import/rows.hpp"
#include "import/time_rule.hpp"

namespace groundswell::importer {

inline constexpr std::array<std::string_view, 4> kKindNames{"trade", "quote", "bar", "session_bar"};  // by Kind: what a map may say

enum class Column : std::uint8_t {
  kSymbol,
  kTime,  // from the tables `symbol` and `time`; the rest from `columns`
  kPrice,
  kSize,
  kBid,
  kBidSize,
  kAsk,
  kAskSize,
  kVenue,
  kConditions,
  kSuspicious,
  kOpen,
  kHigh,
  kLow,
  kClose,
  kVolume
};
inline constexpr std::array<std::string_view, 16> kColumnNames{"symbol", "time",     "price", "size",       "bid",        "bid_size",
                                                               "ask",    "ask_size", "venue", "conditions", "suspicious", "open",
                                                               "high",   "low",      "close", "volume"};
inline constexpr std::size_t kColumns = kColumnNames.size();
inline constexpr std::size_t index_of(Column column) noexcept { return static_cast<std::size_t>(column); }

struct ColumnRef {
  std::string name;          // as in the header line; "" = by number
  std::uint32_t number = 0;  // from 1; 0 = by name
  bool mapped() const noexcept { return number != 0 || !name.empty(); }
  std::string label() const;  // for messages: column 'Close', column 3
};

enum class SymbolSource : std::uint8_t { kColumn, kFilename, kFolder, kFixed };

struct Map {
  std::string file;  // for messages
  Kind kind = Kind::kTrade;
  std::uint32_t interval_seconds = 0;  // kBar only
  bool header = true;
  SymbolSource symbol_source = SymbolSource::kColumn;
  std::string fixed_symbol;  // kFixed only
  TimeRule time;
  std::array<ColumnRef, kColumns> columns;  // by Column
  std::int64_t price_scale = 1;             // divisor, a power of ten
  bool zero_side_is_absent = false;
  bool skip_bad_rows = false;
  std::string conditions_scheme;  // "" = none
  std::vector<std::string> include{"*.csv"};
  std::vector<std::string> exclude;

  const ColumnRef& column(Column which) const noexcept { return columns[index_of(which)]; }
};

// Every finding goes to `findings`; the map that comes back is only usable when there is none. `schemes`: the condition tables that exist.
Map parse_map(std::string_view text, const std::string& file_name, const std::vector<config::ConditionScheme>& schemes,
              config::Findings& findings);

// Whether rows of a file or archive member of this name are wanted.
bool wants_file(const Map& map, const std::string& name);

}  // namespace groundswell::importer
