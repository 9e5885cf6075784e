// From one DBN record to the rows that it stands for: none, one, or the quote and the trade of a tbbo record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "import/dbn_format.hpp"
#include "import/rows.hpp"

namespace groundswell::dbn {

// What a record tells, by the schema it belongs to.
enum class Schema : std::uint8_t { kTrades, kTbbo, kMbp1, kOhlcv1s, kOhlcv1m, kOhlcv1h, kOhlcv1d, kStatus };
inline constexpr std::array<std::string_view, 8> kSchemaNames{"trades",   "tbbo",     "mbp-1",    "ohlcv-1s",
                                                              "ohlcv-1m", "ohlcv-1h", "ohlcv-1d", "status"};  // by Schema
inline constexpr bool tells_volume(Schema schema) noexcept { return schema != Schema::kStatus; }

// Of a record's type; mbp-1 and tbbo share one, and the metadata's schema says which. Nothing for records without rows.
std::optional<Schema> schema_of(std::uint8_t type, std::uint16_t metadata_schema) noexcept;

enum class Verdict : std::uint8_t {
  kRows,
  kZeroVolume,       // a bar in which nothing traded
  kOtherAction,      // of trades and tbbo: no trade; of mbp-1: a change of the book, and quotes are not wanted
  kNoTradingChange,  // a status that neither halts nor resumes
  kNoPrice,
  kNoTime,
  kOutOfRange,  // a price, size or time that the engine does not take
};

struct Made {
  std::array<importer::Row, 2> rows;  // their symbol is left 0
  std::size_t count = 0;
  std::uint32_t date = 0;       // New York; of a day's bar the UTC date
  std::uint32_t index_day = 0;  // UTC day by which the vendor maps the instrument: of the time received, else of the event
  std::uint8_t flags = 0;       // the record's; 0 where it has none
  bool unknown_status = false;  // a code that the tables of dbn_status.hpp do not have
};

// `record` has the length of its type. `made` is complete on kRows only, its flags and unknown_status always.
Verdict make_rows(std::span<const std::byte> record, Schema schema, bool quotes, Made& made);

// The UTC day of a record that only names an instrument.
std::uint32_t utc_day(std::uint64_t time_ns) noexcept;

}  // namespace groundswell::dbn
