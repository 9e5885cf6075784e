// What one symbol looks like to a signal: today's session and the frozen thresholds of its past. Written by src/market, read by src/signal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "groundswell/int128.hpp"

namespace groundswell {

inline constexpr std::array<std::uint32_t, 3> kAverageWindows{20, 50, 200};  // sessions, current one included
inline constexpr std::array<std::uint32_t, 3> kExtremeWindows{20, 63, 252};  // prior sessions
inline constexpr std::array<std::uint32_t, 3> kPastWindows{5, 21, 63};       // sessions ago

struct SymbolState {
  // The hot part: changes with trades.
  std::int64_t last_e9 = 0;  // last eligible price; ref_e9 while untraded; the official close at a commit
  std::int64_t ref_e9 = 0;   // previous official close, adjusted; 0 = none yet: the symbol is in no sum but `listed`
  std::int64_t high_e9 = 0;  // of high/low-eligible trades; meaningless unless has_extremes
  std::int64_t low_e9 = 0;
  std::uint64_t volume_shares = 0;
  std::uint64_t vwap_shares = 0;
  uint128 dollars_e9 = 0;  // sum of price times size, 1e-9 dollar
  uint128 vwap_dollars_e9 = 0;
  bool traded = false;  // had a last-eligible trade this session
  bool has_extremes = false;
  bool halted = false;
  bool listed = false;       // has had an official close in this recording
  bool vwap_warm = false;    // at least 10 minutes since its first trade of the session
  bool price_gap = false;    // ticks were lost since its last eligible trade
  bool session_gap = false;  // ticks were lost this session: volume, high and low may be short
  bool rostered = false;     // a member of some basket this session
  bool suspect = false;      // opened over 35 % from its reference without a corporate action: out of E (ref_e9 = 0) until the roll
  // The frozen part: changes at rolls.
  std::int64_t float_shares = 0;                 // 0 = unknown
  std::uint32_t closes = 0;                      // sessions since its first close, inclusive
  std::uint8_t extreme_windows = 0;              // bit k: kExtremeWindows[k] prior sessions are known, with at least one bar in them
  std::array<std::int64_t, 3> average_sum_e9{};  // of the last kAverageWindows[k] - 1 closes
  std::array<std::int64_t, 3> prior_high_e9{};
  std::array<std::int64_t, 3> prior_low_e9{};
  std::array<std::int64_t, 3> past_close_e9{};  // kPastWindows[k] sessions ago; 0 = not that old
};

// A benchmark as a signal sees it at a step or commit.
struct BenchmarkState {
  bool configured = false;
  bool known = false;   // has had an official close, or has one at this commit
  bool traded = false;  // this session
  bool stale = false;   // last trade more than 5 s (plus one bar length) before the step
  std::int64_t last_e9 = 0;
  std::int64_t ref_e9 = 0;  // previous close, adjusted; 0 = none
  std::array<std::int64_t, 3> past_close_e9{};
};

}  // namespace groundswell
