#include "sequence/sequencer.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.hpp"
#include "sequence/hold.hpp"

namespace groundswell::sequence {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kMaxLines = 2;
constexpr std::size_t kPendingPulses = 16;

struct Line {
  LineCounters counters;
  std::uint64_t next_tick = 0;  // 0 = it brought nothing of the epoch yet, and may begin where it likes
};
struct PendingPulse {
  std::uint64_t next_tick;  // once all before it have passed
  std::uint64_t time_ns;
};
struct OpenFill {
  std::uint64_t from_tick = 0, to_tick = 0;
  std::uint64_t ticks_left = 0;  // how many the answer may still bring
  std::int64_t asked_ns = kNeverAsked;
};

}  // namespace

// Numbers below `next` are settled: passed on or lost. Of [next, high) each is held or missing, and `next` itself is missing; of `high` and
// beyond nothing is known. But for a resume all of [next, high) lies inside the hold.
struct Sequencer::Impl {
  explicit Impl(const SequencerOptions& given) : options(given), hold(given.hold_ticks), window(kWindowTicks) {
    GS_ASSERT(given.lines >= 1 && given.lines <= kMaxLines && given.hold_ticks >= 1);
  }

  const SequencerOptions options;
  Hold hold;    // of [next_, next_ + hold_ticks)
  Hold window;  // what was passed on last
  std::array<Line, kMaxLines> lines;
  std::array<OpenFill, kOpenFills> fills;
  std::array<PendingPulse, kPendingPulses> pulses;  // next_tick and time rise
  std::size_t pulse_count = 0;
  SequenceCounters counters;

  bool started = false;
  bool resuming = false;
  std::uint64_t epoch = 0, first = 1, next = 1, high = 1;
  std::uint64_t unique_in_epoch = 0, lost_in_epoch = 0;
  std::uint64_t gone_below = 0;      // the sender said that it no longer has them
  std::uint64_t ask_from = 0;        // all missing below were asked for
  std::int64_t ask_again_at_ns = 0;  // when the first of those is due again
  std::int64_t resume_progress_ns = 0;
  std::uint64_t pulsed_ns = 0;

  bool can_wait() const { return options.lines > 1 || options.can_fill; }
  bool is_missing() const { return next < high; }
  bool is_gone(std::uint64_t number) const { return number < gone_below && options.lines == 1; }
  std::uint64_t hold_end() const { return next + options.hold_ticks; }

  bool enter_epoch(std::uint64_t feed_epoch, std::uint64_t first_tick, Now now, std::vector<Record>& out);
  void take(const wire::TickBatch& batch, LineCounters* line, Now now, std::vector<Record>& out);
  void place(std::uint64_t number, const Tick& tick, LineCounters* line, Now now, std::vector<Record>& out);
  void duplicate(const Slot& first_copy, std::uint64_t number, const Tick& tick, LineCounters* line, Now now);
  void pass(const Tick& tick, std::int64_t at_ns, Now now, std::vector<Record>& out);
  void release(Now now, std::vector<Record>& out);
  void expect(std::uint64_t end, Now now, std::vector<Record>& out);
  void lose(std::uint64_t end, Now now, std::vector<Record>& out);
  std::uint64_t missing_end() const;
  std::uint64_t overdue_end(std::int64_t monotonic_ns) const;
  void give_up_overdue(Now now, std::vector<Record>& out);
  void gap(std::uint64_t from, std::uint64_t to, GapCause cause, Now now, std::vector<Record>& out) const;
  void offer_pulse(PendingPulse pulse, Now now, std::vector<Record>& out);
  void emit_pulse(std::uint64_t time_ns, Now now, std::vector<Record>& out);
  void emit_due_pulses(Now now, std::vector<Record>& out);
  void note_line(Line& line, std::uint64_t from, std::uint64_t end) const;
  OpenFill* answered_by(const wire::TickBatch& batch);
};

void Sequencer::Impl::gap(std::uint64_t from, std::uint64_t to, GapCause cause, Now now, std::vector<Record>& out) const {
  out.push_back(gap_record(epoch, from, to, cause, now.wall_ns, options.feed));
}

// False: of an older epoch. The first epoch we meet is joined in the middle: what was sent before we listened is not ours to miss. A later
// one is a restart of the feed: all of it is ours, and how much of the old one's tail is gone nobody can say.
bool Sequencer::Impl::enter_epoch(std::uint64_t feed_epoch, std::uint64_t first_tick, Now now, std::vector<Record>& out) {
  if (started && feed_epoch <= epoch) return feed_epoch == epoch;
  if (started) {
    while (is_missing()) lose(missing_end(), now, out);
    gap(next, next - 1, GapCause::kReset, now, out);
    ++counters.gaps;
  }
  for (Line& line : lines) line.next_tick = started ? 1 : 0;
  first = next = high = started ? 1 : first_tick;
  epoch = feed_epoch;
  unique_in_epoch = lost_in_epoch = gone_below = ask_from = 0;
  fills.fill({});
  window.clear();
  resuming = false;
  started = true;
  ++counters.epochs;
  gap(first, first - 1, GapCause::kJoin, now, out);
  return true;
}

void Sequencer::Impl::note_line(Line& line, std::uint64_t from, std::uint64_t end) const {
  if (line.next_tick != 0 && from > line.next_tick) line.counters.holes += from - line.next_tick;
  line.next_tick = std::max(line.next_tick, end);
}

// All numbers below `end` exist: those that nobody brought are missing from now on.
void Sequencer::Impl::expect(std::uint64_t end, Now now, std::vector<Record>& out) {
  if (end <= high) return;
  if (resuming) {
    if (!is_missing()) resume_progress_ns = now.monotonic_ns;
    high = end;
    return;
  }
  const std::uint64_t from = high;
  high = end;
  while (is_missing() && high > hold_end()) lose(missing_end(), now, out);
  for (std::uint64_t number = std::max(from, next); number < high; ++number) hold.at(number).at_ns = now.monotonic_ns;
}

void Sequencer::Impl::take(const wire::TickBatch& batch, LineCounters* line, Now now, std::vector<Record>& out) {
  counters.ticks_in += batch.ticks.size();
  expect(batch.first_tick, now, out);
  std::uint64_t number = batch.first_tick;
  for (const Tick& tick : batch.ticks) place(number++, tick, line, now, out);
  give_up_overdue(now, out);
}

void Sequencer::Impl::place(std::uint64_t number, const Tick& tick, LineCounters* line, Now now, std::vector<Record>& out) {
  if (number < next) return duplicate(window.at(number), number, tick, line, now);
  if (number >= hold_end()) {
    if (resuming) {  // giving the gap up would waste the fills on their way; this one is asked for when they have come
      ++counters.beyond_hold;
      high = std::max(high, number + 1);
      return;
    }
    while (number >= hold_end()) lose(missing_end(), now, out);
  }
  if (hold.has(number)) return duplicate(hold.at(number), number, tick, line, now);
  if (line != nullptr) ++line->wins;
  if (number != next) {
    Slot& slot = hold.at(number);
    slot.tick = tick;
    slot.number = number;
    slot.at_ns = now.monotonic_ns;
    ++counters.held;
    high = std::max(high, number + 1);
    return;
  }
  if (number == high) {
    ++high;
    return pass(tick, now.monotonic_ns, now, out);
  }
  hold.clear(number);
  pass(tick, now.monotonic_ns, now, out);
  if (next == high || hold.has(next)) ++counters.repaired;
  release(now, out);
}

void Sequencer::Impl::duplicate(const Slot& first_copy, std::uint64_t number, const Tick& tick, LineCounters* line, Now now) {
  ++counters.duplicate;
  const bool kept = first_copy.number == number;
  const bool differs = kept && !(first_copy.tick == tick);
  counters.mismatches += differs;
  if (line == nullptr) return;
  ++line->duplicates;
  line->mismatches += differs;
  if (kept) line->lag_ns = now.monotonic_ns - first_copy.at_ns;
}

void Sequencer::Impl::pass(const Tick& tick, std::int64_t at_ns, Now now, std::vector<Record>& out) {
  out.push_back(numbered_tick_record(tick, next, now.wall_ns, options.feed));
  Slot& slot = window.at(next);
  slot.tick = tick;
  slot.number = next;
  slot.at_ns = at_ns;
  ++next;
  ++counters.unique;
  ++unique_in_epoch;
  if (pulse_count != 0) emit_due_pulses(now, out);
}

void Sequencer::Impl::release(Now now, std::vector<Record>& out) {
  while (hold.has(next)) {
    const Slot slot = hold.at(next);
    hold.clear(next);
    --counters.held;
    pass(slot.tick, slot.at_ns, now, out);
  }
}

// Where the run of missing ticks that begins at next ends.
std::uint64_t Sequencer::Impl::missing_end() const {
  const std::uint64_t limit = std::min(high, hold_end());
  std::uint64_t number = next;
  while (number < limit && !hold.has(number)) ++number;
  return number < limit ? number : high;
}

// How far that run need not be waited for any more; next = all of it is.
std::uint64_t Sequencer::Impl::overdue_end(std::int64_t monotonic_ns) const {
  if (!can_wait()) return missing_end();
  if (resuming) {
    if (monotonic_ns - resume_progress_ns >= options.resume_ns) return missing_end();
    return is_gone(next) ? std::min(missing_end(), gone_below) : next;
  }
  std::uint64_t number = next;
  const auto is_overdue = [&] { return is_gone(number) || monotonic_ns - hold.at(number).at_ns >= options.repair_ns; };
  while (number < high && !hold.has(number) && is_overdue()) ++number;
  return number;
}

void Sequencer::Impl::lose(std::uint64_t end, Now now, std::vector<Record>& out) {
  gap(next, end - 1, GapCause::kLost, now, out);
  ++counters.gaps;
  counters.lost += end - next;
  lost_in_epoch += end - next;
  for (std::uint64_t number = next, last = std::min(end, hold_end()); number < last; ++number) hold.clear(number);
  next = end;
  if (pulse_count != 0) emit_due_pulses(now, out);
  release(now, out);
}

void Sequencer::Impl::give_up_overdue(Now now, std::vector<Record>& out) {
  while (is_missing()) {
    const std::uint64_t end = overdue_end(now.monotonic_ns);
    if (end == next) break;
    lose(end, now, out);
  }
  resuming = resuming && is_missing();
}

// Of the slower line's older heartbeats nothing is kept, and a full queue keeps its earliest and its latest.
void Sequencer::Impl::offer_pulse(PendingPulse pulse, Now now, std::vector<Record>& out) {
  if (pulse.next_tick <= next) return emit_pulse(pulse.time_ns, now, out);
  if (pulse_count != 0 && pulse.next_tick < pulses[pulse_count - 1].next_tick) return;
  pulse_count = std::min(pulse_count + 1, kPendingPulses);
  pulses[pulse_count - 1] = pulse;
}

void Sequencer::Impl::emit_pulse(std::uint64_t time_ns, Now now, std::vector<Record>& out) {
  if (time_ns <= pulsed_ns) return;
  pulsed_ns = time_ns;
  out.push_back(pulse_record(time_ns, now.wall_ns));
}

void Sequencer::Impl::emit_due_pulses(Now now, std::vector<Record>& out) {
  std::size_t due = 0;
  while (due < pulse_count && pulses[due].next_tick <= next) emit_pulse(pulses[due++].time_ns, now, out);
  if (due == 0) return;
  std::copy(pulses.begin() + static_cast<std::ptrdiff_t>(due), pulses.begin() + static_cast<std::ptrdiff_t>(pulse_count), pulses.begin());
  pulse_count -= due;
}

// The request that asked for these ticks and has not got as many yet; nullptr: the answer is a lie, or much too late.
OpenFill* Sequencer::Impl::answered_by(const wire::TickBatch& batch) {
  if (!started || batch.feed_epoch != epoch) return nullptr;
  const std::uint64_t count = batch.ticks.size();
  const auto asked = std::find_if(fills.begin(), fills.end(), [&](const OpenFill& fill) {
    return count <= fill.ticks_left && batch.first_tick >= fill.from_tick && batch.first_tick <= fill.to_tick &&
           count <= fill.to_tick - batch.first_tick + 1;
  });
  return asked == fills.end() ? nullptr : &*asked;
}

Sequencer::Sequencer(const SequencerOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Sequencer::~Sequencer() = default;
Sequencer::Sequencer(Sequencer&&) noexcept = default;

void Sequencer::resume(std::uint64_t feed_epoch, std::uint64_t next_tick) noexcept {
  Impl& self = *impl_;
  GS_ASSERT(!self.started && next_tick >= 1 && next_tick <= kMaxTickNo + 1);
  self.started = true;
  self.resuming = self.options.can_fill;
  self.epoch = feed_epoch;
  self.first = self.next = self.high = next_tick;
  ++self.counters.epochs;
}

void Sequencer::ticks(std::size_t line, const wire::TickBatch& batch, Now now, std::vector<Record>& out) {
  Impl& self = *impl_;
  GS_ASSERT(line < self.options.lines);
  if (batch.ticks.empty()) return;
  LineCounters& counters = self.lines[line].counters;
  if (batch.first_tick == 0 || batch.first_tick > kMaxTickNo || batch.ticks.size() > kMaxTickNo - batch.first_tick + 1) {
    ++self.counters.bad_numbering;
    return;
  }
  if (!self.enter_epoch(batch.feed_epoch, batch.first_tick, now, out)) {
    self.counters.ticks_in += batch.ticks.size();
    self.counters.stale_epoch += batch.ticks.size();
    counters.stale_epoch += batch.ticks.size();
    return;
  }
  counters.ticks += batch.ticks.size();
  self.note_line(self.lines[line], batch.first_tick, batch.first_tick + batch.ticks.size());
  self.take(batch, &counters, now, out);
}

void Sequencer::heartbeat(std::size_t line, const wire::FeedHeartbeat& heartbeat, Now now, std::vector<Record>& out) {
  Impl& self = *impl_;
  GS_ASSERT(line < self.options.lines);
  if (heartbeat.next_tick == 0 || heartbeat.next_tick > kMaxTickNo + 1) {
    ++self.counters.bad_numbering;
    return;
  }
  if (!self.enter_epoch(heartbeat.feed_epoch, heartbeat.next_tick, now, out)) return;
  self.note_line(self.lines[line], heartbeat.next_tick, heartbeat.next_tick);
  self.expect(heartbeat.next_tick, now, out);
  self.offer_pulse({heartbeat.next_tick, heartbeat.market_time_ns}, now, out);
  self.give_up_overdue(now, out);
}

void Sequencer::clock(Now now, std::vector<Record>& out) { impl_->give_up_overdue(now, out); }

void Sequencer::fill(const wire::TickBatch& batch, Now now, std::vector<Record>& out) {
  Impl& self = *impl_;
  if (batch.ticks.empty()) return;
  OpenFill* const asked = self.answered_by(batch);
  if (asked == nullptr) {
    ++self.counters.fills_refused;
    return;
  }
  asked->ticks_left -= batch.ticks.size();
  const std::uint64_t known = self.counters.unique + self.counters.held;
  self.take(batch, nullptr, now, out);
  const std::uint64_t brought = self.counters.unique + self.counters.held - known;
  self.counters.fill_ticks += brought;
  if (brought != 0) self.resume_progress_ns = now.monotonic_ns;
}

void Sequencer::fill_refused(const FillRequest& request, Now now, std::vector<Record>& out) {
  Impl& self = *impl_;
  ++self.counters.fills_refused;
  if (!self.started || request.feed_epoch != self.epoch || request.to_tick < request.from_tick) return;
  const auto asked = std::find_if(self.fills.begin(), self.fills.end(), [&](const OpenFill& fill) {
    return fill.ticks_left != 0 && request.from_tick >= fill.from_tick && request.from_tick <= fill.to_tick;
  });
  if (asked == self.fills.end()) return;
  asked->ticks_left = 0;
  self.gone_below = std::max(self.gone_below, std::min(request.to_tick + 1, self.high));
  self.give_up_overdue(now, out);
}

std::optional<FillRequest> Sequencer::wanted(std::int64_t monotonic_ns) noexcept {
  Impl& self = *impl_;
  if (!self.options.can_fill || !self.is_missing()) return std::nullopt;
  // An answered request makes room, then the one that has waited longest: late answers to the others are still known.
  const auto waits_since = [](const OpenFill& fill) { return fill.ticks_left == 0 ? kNeverAsked : fill.asked_ns; };
  OpenFill& place = *std::min_element(self.fills.begin(), self.fills.end(),
                                      [&](const OpenFill& a, const OpenFill& b) { return waits_since(a) < waits_since(b); });
  if (place.ticks_left != 0 && monotonic_ns - place.asked_ns < self.options.ask_again_ns) return std::nullopt;
  if (monotonic_ns >= self.ask_again_at_ns) {
    self.ask_from = self.next;
    self.ask_again_at_ns = kNever;
  }
  const std::uint64_t limit = std::min(self.high, self.hold_end());
  const auto may_ask = [&](std::uint64_t number) {
    const Slot& slot = self.hold.at(number);
    if (slot.number == number || number < self.gone_below) return false;
    if (slot.asked_ns == kNeverAsked || monotonic_ns - slot.asked_ns >= self.options.ask_again_ns) return true;
    self.ask_again_at_ns = std::min(self.ask_again_at_ns, slot.asked_ns + self.options.ask_again_ns);
    return false;
  };
  std::uint64_t from = std::max(self.ask_from, self.next);
  while (from < limit && !may_ask(from)) ++from;
  std::uint64_t end = from;
  while (end < limit && end - from < kMaxFillTicks && may_ask(end)) self.hold.at(end++).asked_ns = monotonic_ns;
  self.ask_from = end;
  if (from == end) return std::nullopt;
  self.ask_again_at_ns = std::min(self.ask_again_at_ns, monotonic_ns + self.options.ask_again_ns);
  place = {from, end - 1, end - from, monotonic_ns};
  ++self.counters.fills_asked;
  return FillRequest{self.epoch, from, end - 1};
}

std::int64_t Sequencer::deadline_ns() const noexcept {
  const Impl& self = *impl_;
  if (!self.is_missing()) return kNever;
  if (self.resuming) return self.resume_progress_ns + self.options.resume_ns;
  return self.hold.at(self.next).at_ns + self.options.repair_ns;
}

std::uint64_t Sequencer::feed_epoch() const noexcept { return impl_->epoch; }
std::uint64_t Sequencer::first_tick() const noexcept { return impl_->first; }
std::uint64_t Sequencer::next_tick() const noexcept { return impl_->next; }
std::uint64_t Sequencer::lost_in_epoch() const noexcept { return impl_->lost_in_epoch; }
std::uint64_t Sequencer::unique_in_epoch() const noexcept { return impl_->unique_in_epoch; }
const SequenceCounters& Sequencer::counters() const noexcept { return impl_->counters; }
const LineCounters& Sequencer::line(std::size_t index) const noexcept { return impl_->lines[index].counters; }

}  // namespace groundswell::sequence
