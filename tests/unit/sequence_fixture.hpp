// What the tests of the sequencer share.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "sequence/sequencer.hpp"

namespace groundswell::sequence {

inline constexpr std::int64_t kMs = 1'000'000;
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// A sequencer with a clock that the test moves; what comes out is written as text: "5" a tick, "lost 6-9", "join 1", "reset 8", "pulse 70".
class Engine {
 public:
  explicit Engine(const SequencerOptions& options) : sequencer(options) {}

  static Tick tick(std::uint64_t epoch, std::uint64_t number) {
    Tick made{};
    made.ts_event_ns = number;
    made.price_e9 = static_cast<std::int64_t>(epoch);
    made.symbol = 7;
    return made;
  }
  static std::vector<Tick> run(std::uint64_t epoch, std::uint64_t first, std::size_t count) {
    std::vector<Tick> made;
    for (std::uint64_t number = first; number < first + count; ++number) made.push_back(tick(epoch, number));
    return made;
  }
  std::string ticks(std::uint64_t epoch, std::uint64_t first, std::size_t count, std::size_t line = 0) {
    const std::vector<Tick> made = run(epoch, first, count);
    sequencer.ticks(line, {.feed_epoch = epoch, .first_tick = first, .ticks = made}, now(), out_);
    return take();
  }
  std::string heartbeat(std::uint64_t epoch, std::uint64_t next_tick, std::uint64_t market_ns = 0, std::size_t line = 0) {
    sequencer.heartbeat(line, {.feed_epoch = epoch, .next_tick = next_tick, .market_time_ns = market_ns}, now(), out_);
    return take();
  }
  std::string fill(std::uint64_t epoch, std::uint64_t first, std::size_t count) {
    const std::vector<Tick> made = run(epoch, first, count);
    sequencer.fill({.feed_epoch = epoch, .first_tick = first, .ticks = made}, now(), out_);
    return take();
  }
  std::string refused(std::uint64_t epoch, std::uint64_t from, std::uint64_t to) {
    sequencer.fill_refused({epoch, from, to}, now(), out_);
    return take();
  }
  std::string clock() {
    sequencer.clock(now(), out_);
    return take();
  }
  std::string wanted() {
    std::string text;
    while (const auto request = sequencer.wanted(monotonic_ns)) {
      text += (text.empty() ? "" : " ") + std::to_string(request->from_tick) + "-" + std::to_string(request->to_tick);
    }
    return text;
  }

  std::int64_t monotonic_ns = 1'000 * kMs;
  Sequencer sequencer;

 private:
  Now now() const { return {monotonic_ns + 5, monotonic_ns}; }
  void check_identities() const {
    const SequenceCounters& c = sequencer.counters();
    EXPECT_EQ(c.ticks_in, c.duplicate + c.stale_epoch + c.beyond_hold + c.unique + c.held);
    EXPECT_EQ(sequencer.unique_in_epoch() + sequencer.lost_in_epoch(), sequencer.next_tick() - sequencer.first_tick());
  }
  std::string take() {
    check_identities();
    std::string text;
    for (const Record& record : out_) text += (text.empty() ? "" : " ") + describe(record);
    out_.clear();
    return text;
  }
  static std::string describe(const Record& record) {
    if (record.kind == RecordKind::kPulse) return "pulse " + std::to_string(record.pulse.time_ns);
    if (record.kind == RecordKind::kGap) {
      const Gap& gap = record.gap;
      const std::string from = std::to_string(gap.from_tick);
      if (gap.cause == GapCause::kLost) return "lost " + from + "-" + std::to_string(gap.to_tick);
      EXPECT_EQ(gap.to_tick, gap.from_tick - 1);
      return (gap.cause == GapCause::kJoin ? "join " : "reset ") + from + " of " + std::to_string(gap.feed_epoch);
    }
    EXPECT_EQ(record.kind, RecordKind::kTick);
    EXPECT_EQ(record.tick.ts_event_ns, tick_no(record));
    return std::to_string(tick_no(record));
  }
  std::vector<Record> out_;
};

inline SequencerOptions one_line() { return {}; }
inline SequencerOptions two_lines() { return {.lines = 2}; }
inline SequencerOptions with_fill() { return {.can_fill = true}; }

}  // namespace groundswell::sequence
