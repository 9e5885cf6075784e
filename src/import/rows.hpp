// The rows of all inputs, between reading and writing: compact, by New York date, in the order in which they were read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "groundswell/catalog.hpp"

namespace groundswell::importer {

enum class Kind : std::uint8_t { kTrade, kQuote, kBar, kSessionBar, kStatus };

struct Row {
  std::uint64_t time_ns;  // UTC; of a bar its end; 0 in session bars, whose date says it
  std::int64_t value[4];  // trade: price · quote: bid, ask, bid size, ask size · bar: open, high, low, close; prices in 1e-9 dollar
                          // status: a StatusCode
  std::uint64_t size;     // shares of a trade or bar
  std::uint32_t symbol;   // Rows::symbols
  union {
    std::uint32_t interval_seconds;  // of a bar
    std::int32_t recv_delta_ns;      // of all others: when it was received, from time_ns on
  };
  std::uint16_t cond_set;  // Rows::conditions
  std::uint8_t venue;
  Kind kind;
  bool suspicious;
  std::uint8_t side;  // of a trade: who took, 'B' or 'A'; 0 = not known
};
static_assert(sizeof(Row) == 64 && std::is_trivially_copyable_v<Row>);

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
template <class Id>
using IdByText = std::unordered_map<std::string, Id, TextHash, std::equal_to<>>;

// Whether a recording can name a symbol so: 1 to 32 visible characters.
bool is_symbol(std::string_view text);

// Symbols, numbered as they appear; the recording's dense ids follow their sorted order.
class Symbols {
 public:
  std::uint32_t id(std::string_view symbol);
  std::size_t size() const noexcept { return ids_.size(); }
  std::vector<std::string> sorted() const;
  std::vector<std::uint32_t> ranks() const;  // by id: position in sorted()

 private:
  IdByText<std::uint32_t> ids_;
};

// Distinct sets of sale conditions; [0] is the empty one.
class Conditions {
 public:
  // Index of a set. Nothing when there are more than the recording can number.
  std::optional<std::uint16_t> id(const std::string& scheme, std::string_view codes);
  const std::vector<ConditionSet>& sets() const noexcept { return sets_; }

 private:
  std::vector<ConditionSet> sets_{ConditionSet{}};
  std::map<std::string, IdByText<std::uint16_t>> by_scheme_;
};

struct Rows {
  Symbols symbols;
  Conditions conditions;
  std::map<std::uint32_t, std::vector<Row>> by_date;  // yyyymmdd

  void add(std::uint32_t date, const Row& row);

 private:
  std::uint32_t last_date_ = 0;
  std::vector<Row>* last_ = nullptr;  // rows of last_date_: rows of one date come in long runs
};

}  // namespace groundswell::importer
