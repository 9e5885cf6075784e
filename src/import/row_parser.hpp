// From the fields of one row to a Row. One parser per map; bind() it to each file.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "import/archive.hpp"
#include "import/map.hpp"
#include "import/rows.hpp"

namespace groundswell::importer {

class RowParser {
 public:
  enum class Verdict {
    kRow,
    kZeroVolume,  // a bar in which nothing traded
    kBad,         // what() says why
  };

  // `map` and `rows` must outlive it.
  RowParser(const Map& map, Rows& rows) : map_(map), rows_(rows) {}

  // The file that follows. False when its name or, if the map has one, its header line does not fit: what().
  bool bind(const Member& file);
  bool bind_header(std::span<const std::string_view> header);

  // On kRow, `date` is the New York date that the row belongs to. A session bar of volume 0 is a row of size 0, for it may replace one.
  Verdict parse(std::span<const std::string_view> fields, Row& row, std::uint32_t& date);
  const std::string& what() const noexcept { return what_; }

 private:
  static constexpr std::size_t kUnmapped = ~std::size_t{0};

  bool mapped(Column column) const noexcept { return positions_[index_of(column)] != kUnmapped; }
  std::string_view text(Column column) const noexcept { return fields_[positions_[index_of(column)]]; }
  bool bad(std::string what);
  bool bad_value(Column column, std::string_view wanted);

  bool parse_symbol(Row& row);
  bool parse_price(Column column, std::int64_t& price_e9);
  bool parse_size(Column column, std::uint64_t& size);
  bool parse_side(Column price_column, Column size_column, std::int64_t& price_e9, std::int64_t& size);
  bool parse_marks(Row& row);  // venue, conditions, suspicious
  bool parse_trade(Row& row);
  bool parse_quote(Row& row);
  bool parse_bar(Row& row);
  bool parse_time(Row& row, std::uint32_t& date);

  const Map& map_;
  Rows& rows_;
  std::string file_symbol_;       // from the file's name or folder, or fixed
  std::uint32_t file_date_ = 0;   // from the file's name; 0 = none
  std::size_t header_width_ = 0;  // 0 = no header
  std::size_t least_width_ = 0;   // fields that a row must have
  std::array<std::size_t, kColumns> positions_{};
  std::span<const std::string_view> fields_;
  std::string what_;
};

}  // namespace groundswell::importer
