// Trust in a feed. One or two lines bring the same numbered ticks (1, 2, 3 … within a feed epoch); what comes out is each tick once, in
// order: the first copy wins, what is missing is waited for (the other line, or a fill from the sender), and what does not come in time is
// said by a Gap. A greater epoch is a restart of the feed; an older one is refused.
//
// Identities, after every call:  ticks_in = duplicate + stale_epoch + beyond_hold + unique + held,  and for the epoch in force
//   unique_in_epoch + lost_in_epoch = next_tick - first_tick.
//
// Thread: the feed's. Allocates nothing after construction but what `out` grows. Reads no clock: the caller says the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "groundswell/record.hpp"
#include "wire/codec.hpp"

namespace groundswell::sequence {

struct SequencerOptions {
  std::uint16_t feed = 1;                  // written into the records
  std::size_t lines = 1;                   // 1 or 2
  bool can_fill = false;                   // the sender answers fills: wanted() names what to ask for
  std::size_t hold_ticks = 65'536;         // ticks from the first missing one on that are kept; a tick beyond gives the oldest gap up
  std::int64_t repair_ns = 250'000'000;    // how long a missing tick is waited for. With one line and no fills: not at all
  std::int64_t ask_again_ns = 50'000'000;  // a fill that nobody answered is asked for again after this
  std::int64_t resume_ns = 3'000'000'000;  // after resume() with can_fill, until nothing is missing: instead of repair_ns, and counted
                                           // anew whenever a fill brings something
};

struct LineCounters {
  std::uint64_t ticks = 0;       // brought by this line, stale ones not counted
  std::uint64_t wins = 0;        // ticks of which this line's copy was the first
  std::uint64_t duplicates = 0;  // ticks that were there already, or had been given up
  std::uint64_t mismatches = 0;  // duplicates with other bytes than the first copy, as far as that is still kept
  std::uint64_t holes = 0;       // ticks that this line skipped, or brought after later ones
  std::uint64_t stale_epoch = 0;
  std::int64_t lag_ns = 0;  // of its last duplicate whose first copy is still kept: how much later it came
};

struct SequenceCounters {
  std::uint64_t ticks_in = 0;   // of all lines and fills
  std::uint64_t duplicate = 0;  // were there already, had been given up, or were sent before we joined
  std::uint64_t stale_epoch = 0;
  std::uint64_t beyond_hold = 0;  // came during a resume, too far ahead to be kept: asked for when their turn comes
  std::uint64_t unique = 0;       // passed on
  std::uint64_t held = 0;         // now, behind a missing one
  std::uint64_t lost = 0;         // over all epochs
  std::uint64_t gaps = 0;         // given up: Gap records of cause kLost and kReset
  std::uint64_t repaired = 0;     // runs of missing ticks that came in time
  std::uint64_t fills_asked = 0;
  std::uint64_t fill_ticks = 0;     // brought by fills, and new
  std::uint64_t fills_refused = 0;  // answers that lied (epoch, range, length: dropped whole, not in ticks_in) or said no
  std::uint64_t bad_numbering = 0;  // batches and heartbeats whose tick numbers cannot be: dropped whole, not in ticks_in
  std::uint64_t mismatches = 0;     // of lines and fills
  std::uint64_t epochs = 0;
};

struct FillRequest {  // ticks to ask the sender for
  std::uint64_t feed_epoch;
  std::uint64_t from_tick, to_tick;  // inclusive
};

struct Now {
  std::int64_t wall_ns;       // UTC; becomes recv_ns: of a held tick too, so that receive times do not go back
  std::int64_t monotonic_ns;  // for waiting
};

class Sequencer {
 public:
  static constexpr std::size_t kWindowTicks = 4096;     // of passed ticks, for comparing copies
  static constexpr std::size_t kMaxFillTicks = 16'384;  // of one request
  static constexpr std::size_t kOpenFills = 64;         // requests that may wait for their answers at a time

  explicit Sequencer(const SequencerOptions& options);
  ~Sequencer();
  Sequencer(Sequencer&&) noexcept;

  // After a restart of the engine: the last journaled tick was next_tick - 1; everything from next_tick on is wanted. Before any input.
  void resume(std::uint64_t feed_epoch, std::uint64_t next_tick) noexcept;

  // Each appends to `out` what is in order now:
  //   kTick   with the sender's symbol and condition ids, numbered
  //   kGap    kLost: ticks given up. kJoin before anything else of an epoch: from_tick is the first tick expected, to_tick the one before.
  //           The first epoch is joined where it is, a later one from tick 1; before a later one kReset, which names the old epoch and the
  //           tick that would have been next, to_tick again the one before
  //   kPulse  the feed's market time, rising, once every tick that the heartbeat counts has passed: never ahead of a held tick
  void ticks(std::size_t line, const wire::TickBatch& batch, Now now, std::vector<Record>& out);
  void heartbeat(std::size_t line, const wire::FeedHeartbeat& heartbeat, Now now, std::vector<Record>& out);
  void clock(Now now, std::vector<Record>& out);  // gives up what is overdue
  // A sender's answer to wanted(), in batches: ticks inside what was asked, or a refusal. `request` may reach beyond what was asked, up to
  // the last tick that the sender no longer has: it and all before it are not asked for again, and with one line given up at once.
  void fill(const wire::TickBatch& batch, Now now, std::vector<Record>& out);
  void fill_refused(const FillRequest& request, Now now, std::vector<Record>& out);

  // What to ask the sender for now; each range once, and again after ask_again_ns. At most kMaxFillTicks. Call until there is none.
  std::optional<FillRequest> wanted(std::int64_t monotonic_ns) noexcept;
  // When clock() has something to do, monotonic; INT64_MAX = nothing is missing.
  std::int64_t deadline_ns() const noexcept;

  std::uint64_t feed_epoch() const noexcept;
  std::uint64_t first_tick() const noexcept;  // of the epoch in force: where it was joined or resumed
  std::uint64_t next_tick() const noexcept;   // the next one to pass on
  std::uint64_t lost_in_epoch() const noexcept;
  std::uint64_t unique_in_epoch() const noexcept;
  const SequenceCounters& counters() const noexcept;
  const LineCounters& line(std::size_t index) const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::sequence
