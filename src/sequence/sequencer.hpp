// Trust in a feed's numbering: within a feed epoch ticks are numbered 1, 2, 3 …; what was seen before is dropped, what is missing becomes a
// gap, an older epoch is refused. In a counter each tick that came is exactly one of unique, duplicate, stale_epoch; and for the epoch in
// force  unique + lost = next - first.
//
// Thread: the feed's. No allocation, no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "groundswell/record.hpp"

namespace groundswell::sequence {

struct SequenceCounters {
  std::uint64_t ticks_in = 0;  // = duplicate + stale_epoch + unique
  std::uint64_t duplicate = 0;
  std::uint64_t stale_epoch = 0;
  std::uint64_t unique = 0;
  std::uint64_t lost = 0;  // over all epochs
  std::uint64_t gaps = 0;
  std::uint64_t epochs = 0;
};

struct Missing {
  std::uint64_t feed_epoch;
  std::uint64_t from_tick, to_tick;  // inclusive; to < from: unknown number
  GapCause cause;
};

class Sequencer {
 public:
  struct Accepted {
    std::size_t skip;                // of the batch's ticks the first `skip` are not new; the rest are
    std::optional<Missing> missing;  // comes before the rest
  };
  Accepted accept(std::uint64_t feed_epoch, std::uint64_t first_tick, std::size_t count) noexcept;
  // A heartbeat's next tick number shows a lost last message.
  std::optional<Missing> heartbeat(std::uint64_t feed_epoch, std::uint64_t next_tick) noexcept;

  std::uint64_t feed_epoch() const noexcept { return epoch_; }
  std::uint64_t first_tick() const noexcept { return first_; }  // of the epoch in force: the first number expected
  std::uint64_t next_tick() const noexcept { return next_; }
  std::uint64_t lost_in_epoch() const noexcept { return lost_in_epoch_; }
  std::uint64_t unique_in_epoch() const noexcept { return unique_in_epoch_; }
  const SequenceCounters& counters() const noexcept { return counters_; }

 private:
  std::optional<Missing> begin_epoch(std::uint64_t feed_epoch, std::uint64_t first_tick) noexcept;
  std::optional<Missing> advance_to(std::uint64_t tick) noexcept;
  bool started_ = false;
  std::uint64_t epoch_ = 0, first_ = 1, next_ = 1, lost_in_epoch_ = 0, unique_in_epoch_ = 0;
  SequenceCounters counters_;
};

}  // namespace groundswell::sequence
