// What the simulator does wrong on purpose. Everything is off by default, and everything that is drawn follows from the seed. Times of day
// are New York's, in seconds, and hold in every session that is played.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace groundswell::simulate {

struct DeadLine {         // a line that sends nothing from `from_seconds` until before `to_seconds` of market time
  std::uint8_t line = 0;  // 0 A, 1 B
  unsigned from_seconds = 0;
  unsigned to_seconds = 0;
};
struct ClockStep {  // from `at_seconds` of market time to the session's end every time that the feed sends is off by `step_ns`
  std::int64_t step_ns = 0;
  unsigned at_seconds = 0;
};
enum class FillLie : std::uint8_t { kNone, kWrongEpoch, kWrongRange, kEndless, kSilent };
inline constexpr std::array<std::string_view, 5> kFillLieNames{"none", "wrong_epoch", "wrong_range", "endless", "silent"};

struct FaultOptions {
  // Of the lines: shares in [0, 1] of the batches of a line, but for `disagree`.
  std::array<double, 2> loss{};  // not sent on A, on B
  double duplicate = 0;          // sent twice
  double reorder = 0;            // sent after the next batch, or 100 ms of wall time later if none comes
  double disagree = 0;           // share of the ticks whose size is one more on line B
  std::uint64_t delay_ns = 0;    // wall time by which line B is behind A
  std::vector<DeadLine> dead_lines;
  // Of the feed: on both lines, and in the answers to fills.
  std::vector<ClockStep> clock_steps;
  std::vector<unsigned> restarts_seconds;       // a greater epoch from then on, its ticks numbered from 1
  std::uint32_t halts = 0;                      // members that halt for five market minutes in each session
  std::optional<unsigned> market_halt_seconds;  // everything halts for fifteen market minutes
  double bad_ticks = 0;                         // share of ticks that are followed by one that nobody should believe
  // Of the trades: second thoughts, after which the day is the one without them.
  double repeats = 0;      // share of trades that are sent twice, with one id
  double corrections = 0;  // share of trades that are sent with a wrong price and size first, and corrected later
  double cancels = 0;      // share of trades that are followed by one that never was: it is cancelled later
  double outliers = 0;     // the same, but 5 to 50 % away
  FillLie fill_lie = FillLie::kNone;
};

// As on the command line. Errors: 64, with what is wrong.
Result<unsigned> parse_time_of_day(const std::string& text);  // HH:MM or HH:MM:SS
Result<DeadLine> parse_dead_line(const std::string& text);    // a@HH:MM:SS-HH:MM:SS
Result<ClockStep> parse_clock_step(const std::string& text);  // SECONDS@HH:MM:SS, e.g. -1.5@10:00:00
Result<FillLie> parse_fill_lie(const std::string& text);
Result<void> check_faults(const FaultOptions& faults);  // shares between 0 and 1, delay at most a minute, steps at most a day

}  // namespace groundswell::simulate
