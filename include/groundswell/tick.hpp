// The tick: what a feed says happened to one symbol. 48 bytes, plain, the same bytes in memory, in the journal and in the data section of
// the Cap'n Proto `Tick` (schemas/tick.capnp). Field order is the wire contract; sizes are asserted below.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

namespace groundswell {

inline constexpr std::int64_t kNoPrice = std::numeric_limits<std::int64_t>::max();   // "no price": an absent quote side
inline constexpr std::uint64_t kNoTime = std::numeric_limits<std::uint64_t>::max();  // "no time"
inline constexpr std::int64_t kPriceScale = 1'000'000'000;                           // price units per dollar: 1e-9 dollar
inline constexpr std::int64_t kMaxPriceE9 = 1'000'000'000'000'000;                   // exclusive bound: a million dollars a share
inline constexpr std::uint64_t kMaxSize = 1'000'000'000'000;                         // exclusive bound of one trade, in shares

// What a tick reports. The values are the wire bytes.
enum class Action : std::uint8_t {
  kTrade = 'T',
  kCancel = 'X',   // of `trade_id`
  kCorrect = 'R',  // of `trade_id`: the new price and size
  kQuote = 'Q',    // one side of a quote; two ticks make a group
  kBarOpen = 'o',  // a bar is a group of four ticks, o h l c; each carries the bar's length in nanoseconds as `trade_id`
  kBarHigh = 'h',
  kBarLow = 'l',
  kBarClose = 'c',  // carries the bar's volume
  kStatus = 'S',    // code in `trade_id`: StatusCode
};

enum class StatusCode : std::uint64_t { kHalt = 1, kResume = 2, kMarketHalt = 3, kMarketResume = 4 };

inline constexpr std::uint8_t kFlagLast = 0x80;        // last tick of its group; a single trade has it
inline constexpr std::uint8_t kFlagSuspicious = 0x01;  // the sender doubts this trade: volume only

struct Tick {
  std::uint64_t ts_event_ns;      // UTC, venue or SIP clock; for bars the END of the bar
  std::int64_t price_e9;          // 1e-9 dollar; kNoPrice = absent
  std::uint64_t size;             // shares
  std::uint64_t trade_id;         // venue trade id, 0 = none; status code for kStatus; bar length in ns for bars (0 = a whole session)
  std::uint32_t symbol;           // on the wire the sender's id; in the journal and the fold the recording's dense id
  std::int32_t ts_recv_delta_ns;  // receive time minus ts_event, saturating
  std::uint16_t
      cond_set;        // index into the table of (tape, codes) sets; on the wire the sender's, in the journal the recording's; 0 = regular
  std::uint8_t venue;  // sender's venue code, 0 = unknown
  Action action;
  std::uint8_t side;    // 'B', 'A' or 0
  std::uint8_t flags;   // kFlag…
  std::uint16_t spare;  // 0
  friend bool operator==(const Tick&, const Tick&) = default;
};
static_assert(sizeof(Tick) == 48 && alignof(Tick) == 8 && std::is_trivially_copyable_v<Tick>);
static_assert(std::has_unique_object_representations_v<Tick>, "padding would make equal runs differ");

inline constexpr bool is_bar(Action action) noexcept {
  return action == Action::kBarOpen || action == Action::kBarHigh || action == Action::kBarLow || action == Action::kBarClose;
}

}  // namespace groundswell
