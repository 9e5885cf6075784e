// The tape with the market's accidents in it: halts, a stepped clock, ticks that nobody should believe, trades that are corrected,
// cancelled or sent twice. Without any it is the tape itself. No sockets, no clock: the same inputs give the same ticks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "config/calendar.hpp"
#include "groundswell/tick.hpp"
#include "simulate/fault_options.hpp"
#include "simulate/random.hpp"
#include "simulate/tape_generator.hpp"

namespace groundswell::simulate {

// How far the feed's clock is off, by market time, in one session.
class SteppedClock {
 public:
  SteppedClock() = default;
  SteppedClock(const std::vector<ClockStep>& steps, std::uint32_t session);
  std::uint64_t wire_time_ns(std::uint64_t market_ns) const noexcept;

 private:
  struct Step {
    std::uint64_t from_ns;
    std::int64_t step_ns;
  };
  std::vector<Step> steps_;
};

struct DueTick {
  Tick tick;             // symbol: the dense id, or for some bad ticks one that nobody has
  std::uint64_t due_ns;  // market time at which it goes out; its own time may be off
};

struct TapeFaultCounters {
  std::uint64_t halts = 0;       // of members; begun
  std::uint64_t bad_ticks = 0;   // sent
  std::uint64_t suppressed = 0;  // trades and quotes that a halt kept away
  std::uint64_t repeats = 0, corrections = 0, cancels = 0, outliers = 0;
};

class FaultyTape {
 public:
  // `members`: dense ids of those that may halt. Keeps a reference to `tape`, whose session is `times`, begun at `start_ns`.
  FaultyTape(TapeGenerator& tape, const FaultOptions& faults, std::uint64_t seed, const config::SessionTimes& times, std::uint64_t start_ns,
             std::span<const std::uint32_t> members);

  // As TapeGenerator::next. Rising by due_ns.
  std::size_t next(std::span<DueTick> ticks);
  const TapeFaultCounters& counters() const noexcept { return counters_; }

 private:
  struct Status {
    std::uint64_t time_ns;
    StatusCode code;
    std::uint32_t symbol;
  };
  void plan_halts(std::uint32_t count, std::vector<std::uint32_t> members);
  void plan_market_halt(unsigned seconds_of_day);
  bool refill();  // queue_ anew; false at the end
  void take(const Tick& tick);
  void take_trade(const Tick& trade);
  void append_extra(const Tick& like, std::int64_t price_e9);  // a trade that never was, and later its cancel
  void append_later(Tick tick);                                // some seconds after its own time
  void append_due(std::uint64_t time_ns);                      // statuses and amendments
  void append_status(const Status& status);
  void append_bad_tick(const Tick& like);
  void append(const Tick& tick, std::uint64_t due_ns);
  bool is_halted(std::uint32_t symbol) const noexcept;

  TapeGenerator& tape_;
  config::SessionTimes times_;
  std::uint64_t start_ns_;
  FaultOptions faults_;
  Random halts_random_, bad_random_, amend_random_;
  SteppedClock clock_;
  std::vector<Status> status_;  // rising; what is to come begins at next_status_
  std::size_t next_status_ = 0;
  std::vector<DueTick> amendments_;    // to come; a heap, the earliest on top
  std::uint64_t extra_trades_ = 0;     // made so far
  std::vector<std::uint32_t> halted_;  // now
  bool market_halted_ = false;
  std::vector<Tick> part_;
  std::vector<DueTick> queue_;
  std::size_t queue_head_ = 0;
  bool tape_over_ = false;
  TapeFaultCounters counters_;
};

}  // namespace groundswell::simulate
