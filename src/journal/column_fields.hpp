// The fields of a tick as columns of numbers, and what predicts them. For columns.cpp and columns_decode.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "journal/columns.hpp"

namespace groundswell::journal {

// What a field is likely to be near to.
enum class Predictor : std::uint8_t { kZero = 0, kBefore = 1, kSameSymbol = 2, kSameFeed = 3 };
inline constexpr std::array kPredictors{Predictor::kZero, Predictor::kBefore, Predictor::kSameSymbol, Predictor::kSameFeed};

// The order of the columns in the frame. kSymbol and kFeed come first, as the others are predicted by them.
enum Column : std::size_t {
  kSymbol,
  kFeed,
  kEventTime,
  kReceiveTime,
  kPrice,
  kSize,
  kTradeId,
  kTickNo,
  kReceiveDelta,
  kCondSet,
  kVenue,
  kAction,
  kSide,
  kFlags,
  kSpare
};
static_assert(kSpare + 1 == kColumns);
// In a row, a value of each column, the receive time possibly counted from the event time.
using Row = std::array<std::uint64_t, kColumns>;

// By which the values of a column are worth predicting; the others are codes, or name what predicts.
inline constexpr bool is_predicted(std::size_t column) noexcept { return column >= kEventTime && column <= kReceiveDelta; }

inline std::uint64_t zigzag(std::uint64_t difference) noexcept { return (difference << 1) ^ (0 - (difference >> 63)); }
inline std::uint64_t unzigzag(std::uint64_t value) noexcept { return (value >> 1) ^ (0 - (value & 1)); }
inline constexpr auto kAbsentPrice = static_cast<std::uint64_t>(kNoPrice);

inline Row row_of(const Record& record, bool receive_is_relative) noexcept {
  const Tick& tick = record.tick;
  const auto recv_ns = static_cast<std::uint64_t>(record.recv_ns);
  return {tick.symbol,
          record.feed,
          tick.ts_event_ns,
          receive_is_relative ? recv_ns - tick.ts_event_ns : recv_ns,
          static_cast<std::uint64_t>(tick.price_e9),
          tick.size,
          tick.trade_id,
          tick_no(record),
          static_cast<std::uint64_t>(std::int64_t{tick.ts_recv_delta_ns}),
          tick.cond_set,
          tick.venue,
          static_cast<std::uint8_t>(tick.action),
          tick.side,
          tick.flags,
          tick.spare};
}

inline void put_row(const Row& row, bool receive_is_relative, Record& record) noexcept {
  Tick tick{};
  tick.symbol = static_cast<std::uint32_t>(row[kSymbol]);
  tick.ts_event_ns = row[kEventTime];
  tick.price_e9 = static_cast<std::int64_t>(row[kPrice]);
  tick.size = row[kSize];
  tick.trade_id = row[kTradeId];
  tick.ts_recv_delta_ns = static_cast<std::int32_t>(row[kReceiveDelta]);
  tick.cond_set = static_cast<std::uint16_t>(row[kCondSet]);
  tick.venue = static_cast<std::uint8_t>(row[kVenue]);
  tick.action = static_cast<Action>(row[kAction]);
  tick.side = static_cast<std::uint8_t>(row[kSide]);
  tick.flags = static_cast<std::uint8_t>(row[kFlags]);
  tick.spare = static_cast<std::uint16_t>(row[kSpare]);
  const std::uint64_t recv_ns = receive_is_relative ? row[kReceiveTime] + row[kEventTime] : row[kReceiveTime];
  record = numbered_tick_record(tick, row[kTickNo], static_cast<std::int64_t>(recv_ns), static_cast<std::uint16_t>(row[kFeed]));
}

// Gives the numbers that occur in a block places of their own, from 0 on, in the order in which they are met.
class Places {
 public:
  Places() : numbers_(kSlots), places_(kSlots) {}
  void clear() noexcept {
    std::fill(places_.begin(), places_.end(), std::uint16_t{0});
    used_ = 0;
  }
  std::uint16_t place_of(std::uint32_t number) noexcept {
    std::size_t slot = number % kSlots;
    while (places_[slot] != 0 && numbers_[slot] != number) slot = (slot + 1) % kSlots;
    if (places_[slot] == 0) {
      numbers_[slot] = number;
      places_[slot] = ++used_;
    }
    return static_cast<std::uint16_t>(places_[slot] - 1);
  }

 private:
  static constexpr std::size_t kSlots = 2 * kMaxPackedRecords;
  std::vector<std::uint32_t> numbers_;
  std::vector<std::uint16_t> places_;  // one more; 0 = not in use
  std::uint16_t used_ = 0;
};

// The last value of a column, as its predictor sees it.
class Last {
 public:
  Last() : values_(kMaxPackedRecords) {}
  void clear(Predictor predictor) noexcept {
    predictor_ = predictor;
    const bool has_places = predictor == Predictor::kSameSymbol || predictor == Predictor::kSameFeed;
    std::fill_n(values_.begin(), has_places ? values_.size() : 1, std::uint64_t{0});
  }
  std::uint64_t& of(std::uint16_t symbol_place, std::uint16_t feed_place) noexcept {
    switch (predictor_) {
      case Predictor::kSameSymbol: return values_[symbol_place];
      case Predictor::kSameFeed: return values_[feed_place];
      default: return values_[0];
    }
  }
  Predictor predictor() const noexcept { return predictor_; }

 private:
  Predictor predictor_ = Predictor::kZero;
  std::vector<std::uint64_t> values_;
};

}  // namespace groundswell::journal
