#include "pipeline/outbox.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace groundswell::pipeline {

OutboxSender::OutboxSender(Ring<OutputCell>& ring, LevelSlots slots) : ring_(ring), slots_(0, 0) { grow(std::move(slots)); }

void OutboxSender::grow(LevelSlots slots) {
  slots_ = std::move(slots);
  waiting_.resize(slots_.scopes());
  cells_.resize(kHeadCells + slots_.largest());
  for (std::size_t scope = 0; scope < waiting_.size(); ++scope) {
    for (Waiting& waiting : waiting_[scope]) {
      waiting.levels.resize(slots_.count(scope));
      waiting.has.resize(slots_.count(scope));
    }
  }
}

bool OutboxSender::has_room(std::size_t cells) noexcept {
  const bool fits = ring_.free_slots() >= cells;
  counters_.refusals += !fits;
  return fits;
}

bool OutboxSender::send(const OutputHead& head, const Level* levels) noexcept {
  const std::size_t cells = kHeadCells + head.count;
  if (!has_room(cells)) return false;
  std::memcpy(cells_.data(), &head, sizeof head);
  std::memcpy(cells_.data() + kHeadCells, levels, head.count * sizeof(Level));
  const std::size_t pushed = ring_.push(cells_.data(), cells);
  GS_ASSERT(pushed == cells);  // one producer: free space only grows
  counters_.levels_sent += head.count;
  return true;
}

void OutboxSender::levels(const LevelBatchView& batch, std::int64_t cause_recv_ns) noexcept {
  counters_.levels_made += batch.levels.size();
  OutputHead head{};
  head.ts_event_ns = batch.ts_event_ns;
  head.cause_jseq = batch.cause_jseq;
  head.level_seq = batch.level_seq;
  head.roster = batch.roster;
  head.cause_recv_ns = cause_recv_ns;
  head.session = batch.session;
  head.count = static_cast<std::uint32_t>(batch.levels.size());
  head.scope = batch.scope;
  head.clock = batch.clock;
  auto& clocks = waiting_[batch.scope];
  if (!clocks[0].any && !clocks[1].any && send(head, batch.levels.data())) return;  // else it would overtake what waits
  Waiting& waiting = clocks[static_cast<std::size_t>(batch.clock)];
  batches_waiting_ += !waiting.any;
  waiting.any = true;
  waiting.head = head;
  for (const Level& level : batch.levels) {
    const std::size_t slot = slots_.of(batch.scope, level);
    counters_.levels_conflated += waiting.has[slot];
    waiting.has[slot] = 1;
    waiting.levels[slot] = level;
  }
}

bool OutboxSender::send(Waiting& waiting) noexcept {
  std::size_t count = 0;
  for (const std::uint8_t has : waiting.has) count += has;
  if (!has_room(kHeadCells + count)) return false;
  waiting.head.count = static_cast<std::uint32_t>(count);
  count = 0;
  for (std::size_t slot = 0; slot < waiting.has.size(); ++slot) {
    if (waiting.has[slot] != 0) waiting.levels[count++] = waiting.levels[slot];
    waiting.has[slot] = 0;
  }
  waiting.any = false;
  --batches_waiting_;
  GS_ASSERT(send(waiting.head, waiting.levels.data()));
  return true;
}

void OutboxSender::send_waiting() noexcept {
  for (std::size_t tried = 0; batches_waiting_ > 0 && tried < waiting_.size(); ++tried) {
    auto& [live, close] = waiting_[next_scope_];
    Waiting* const in_order[] = {&live, &close};
    const bool close_is_older = close.any && (!live.any || close.head.level_seq < live.head.level_seq);
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      Waiting& waiting = *in_order[close_is_older ? 1 - i : i];
      if (waiting.any && !send(waiting)) return;
    }
    next_scope_ = (next_scope_ + 1) % waiting_.size();
  }
}

bool OutboxReceiver::fill(std::size_t cells) noexcept {
  if (cells_.size() < cells) cells_.resize(cells);  // as large as the largest batch so far
  if (used_ < cells) used_ += ring_.pop(cells_.data() + used_, cells - used_);
  return used_ >= cells;
}

bool OutboxReceiver::front(Message& message) noexcept {
  if (!fill(kHeadCells)) return false;
  const auto head = [&] { return reinterpret_cast<const OutputHead*>(cells_.data()); };
  whole_ = kHeadCells + head()->count;
  if (!fill(whole_)) return false;  // which may move the cells
  message.head = head();
  message.levels = reinterpret_cast<const Level*>(cells_.data() + kHeadCells);
  return true;
}

void OutboxReceiver::pop() noexcept {
  GS_ASSERT(whole_ != 0 && used_ == whole_);
  used_ = whole_ = 0;
}

}  // namespace groundswell::pipeline
