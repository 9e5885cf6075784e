// What one symbol looks like to a signal: today's session and the frozen thresholds of its past. Written by src/market, read by src/signal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "groundswell/int128.hpp"

namespace groundswell {

inline constexpr std::array<std::uint32_t, 3> kAverageWindows{20, 50, 200};            // sessions, current one included
inline constexpr std::array<std::uint32_t, 3> kExtremeWindows{20, 63, 252};            // prior sessions
inline constexpr std::array<std::uint32_t, 6> kPastWindows{5, 21, 63, 126, 189, 252};  // sessions ago
inline constexpr std::array<std::uint32_t, 3> kMoveWindows{1, 21, 63};                 // sessions of a member's move, this one included
inline constexpr std::array<std::uint64_t, 5> kRollingWindowsNs{60'000'000'000, 300'000'000'000, 900'000'000'000, 1'800'000'000'000,
                                                                3'600'000'000'000};
inline constexpr std::uint32_t kVolumeSessions = 20;       // prior sessions of the average volume
inline constexpr std::uint64_t kFreshNs = 60'000'000'000;  // a tick's direction counts for so long after its trade, plus one bar length

// A lane of one member never exceeds its cap, so that a sum over the largest scope stays below 2^62.
inline constexpr std::int64_t kReturnCapE12 = 10'000'000'000'000'000;                   // a factor of ten thousand
inline std::int64_t return_e12(std::int64_t price_e9, std::int64_t base_e9) noexcept {  // (p - b) / b in 1e-12, half away from zero
  const int128 quotient = divide_half_away(int128{price_e9 - base_e9} * 1'000'000'000'000, base_e9);
  return quotient > kReturnCapE12 ? kReturnCapE12 : static_cast<std::int64_t>(quotient);
}

struct alignas(64) SymbolState {  // the hot part is two lines of the cache
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
  bool listed = false;         // has had an official close in this recording
  bool vwap_warm = false;      // at least 10 minutes since its first trade of the session
  bool price_gap = false;      // ticks were lost since its last eligible trade
  bool session_gap = false;    // ticks were lost this session: volume, high and low may be short
  bool rostered = false;       // a member of some basket this session
  bool suspect = false;        // opened over 35 % from its reference without a corporate action: out of E (ref_e9 = 0)
  bool held = false;           // a price far from the others waits for trades that confirm it
  bool approx_cancel = false;  // a cancel or correction of a trade that is not known any more: volume, high and low are near, not exact
  bool fresh = false;          // its last eligible trade is less than kFreshNs (plus one bar length) old
  bool stale = false;          // it traded, and is silent for longer than it usually is at this time of day
  bool from_bar = false;       // last_e9 came from a bar, not from a single trade
  std::int8_t tick_sign = 0;   // of the last eligible trade against the one before it this session: -1, 0, +1; 0 for the first
  // The frozen part: changes at rolls.
  std::int64_t float_shares = 0;                                      // 0 = unknown
  std::array<std::int64_t, kMoveWindows.size()> past_float_shares{};  // of the first session of kMoveWindows[k], adjusted to this one's
  std::uint32_t closes = 0;                                           // sessions since its first close, inclusive
  std::uint8_t extreme_windows = 0;              // bit k: kExtremeWindows[k] prior sessions are known, with at least one bar in them
  std::array<std::int64_t, 3> average_sum_e9{};  // of the last kAverageWindows[k] - 1 closes
  std::array<std::int64_t, 3> prior_high_e9{};
  std::array<std::int64_t, 3> prior_low_e9{};
  std::array<std::int64_t, kPastWindows.size()> past_close_e9{};  // kPastWindows[k] sessions ago; 0 = not that old
  std::array<double, 3> exponential_average_e9{};  // of kAverageWindows[k] sessions as of the last close; 0 = younger than three windows
  double average_volume = 0.0;                     // shares a session, over kVolumeSessions prior sessions; 0 = unknown
  // The sampled part: changes every few seconds. Price at the newest sample at least kRollingWindowsNs[k] old; 0 = not traded by then.
  std::array<std::int64_t, kRollingWindowsNs.size()> rolling_price_e9{};
};

// A benchmark as a signal sees it at a step or commit.
struct BenchmarkState {
  bool configured = false;
  bool known = false;   // has had an official close, or has one at this commit
  bool traded = false;  // this session
  bool stale = false;   // last trade more than 5 s (plus one bar length) before the step
  std::int64_t last_e9 = 0;
  std::int64_t ref_e9 = 0;  // previous close, adjusted; 0 = none
  std::array<std::int64_t, kPastWindows.size()> past_close_e9{};
  friend bool operator==(const BenchmarkState&, const BenchmarkState&) = default;
};

// Session returns as the market keeps them: of every symbol, of the sessions before this one. A view; valid as long as the market.
class ReturnHistory {
 public:
  static constexpr std::size_t kSessions = 256;  // a power of two
  static constexpr std::int64_t kNone = INT64_MIN;
  ReturnHistory(const std::int64_t* rings_e12, const std::uint32_t* next) noexcept : rings_e12_(rings_e12), next_(next) {}
  // Close against the previous close, adjusted, in 1e-12; kNone for a session in which it did not trade or that is before its second.
  // `sessions_ago`: 1 = the last one, up to kSessions. Sessions of all symbols are the same ones, counted back from now.
  std::int64_t at_e12(std::uint32_t symbol, std::size_t sessions_ago) const noexcept {
    return rings_e12_[symbol * kSessions + ((next_[symbol] + kSessions - sessions_ago) & (kSessions - 1))];
  }

 private:
  const std::int64_t* rings_e12_;  // kSessions of each symbol
  const std::uint32_t* next_;      // where a symbol's next one goes
};

// The running session's return as ReturnHistory will keep it: kNone when it has not traded, or has no previous close.
inline std::int64_t return_now_e12(const SymbolState& state) noexcept {
  return state.traded && state.ref_e9 > 0 ? return_e12(state.last_e9, state.ref_e9) : ReturnHistory::kNone;
}

}  // namespace groundswell
