#include "sequence/sequencer.hpp"

namespace groundswell::sequence {

// The first epoch we meet is joined in the middle: what was sent before we listened is not ours to miss. A later one is a restart of the
// feed: all of it is, and how much of the old one's tail is gone nobody can say.
std::optional<Missing> Sequencer::begin_epoch(std::uint64_t feed_epoch, std::uint64_t first_tick) noexcept {
  const bool restart = started_;
  started_ = true;
  epoch_ = feed_epoch;
  ++counters_.epochs;
  lost_in_epoch_ = unique_in_epoch_ = 0;
  first_ = next_ = restart ? 1 : first_tick;
  if (!restart) return std::nullopt;
  Missing missing{feed_epoch, 1, first_tick - 1, GapCause::kReset};
  ++counters_.gaps;
  lost_in_epoch_ = first_tick - 1;
  counters_.lost += lost_in_epoch_;
  next_ = first_tick;
  return missing;
}

std::optional<Missing> Sequencer::advance_to(std::uint64_t tick) noexcept {
  if (tick <= next_) return std::nullopt;
  const Missing missing{epoch_, next_, tick - 1, GapCause::kLost};
  ++counters_.gaps;
  counters_.lost += tick - next_;
  lost_in_epoch_ += tick - next_;
  next_ = tick;
  return missing;
}

Sequencer::Accepted Sequencer::accept(std::uint64_t feed_epoch, std::uint64_t first_tick, std::size_t count) noexcept {
  counters_.ticks_in += count;
  if (started_ && feed_epoch < epoch_) {
    counters_.stale_epoch += count;
    return {count, std::nullopt};
  }
  std::optional<Missing> missing;
  if (!started_ || feed_epoch > epoch_) {
    missing = begin_epoch(feed_epoch, first_tick);
  } else {
    missing = advance_to(first_tick);
  }
  const std::uint64_t seen = next_ - first_tick;  // first_tick <= next_ now
  const std::size_t skip = seen < count ? static_cast<std::size_t>(seen) : count;
  counters_.duplicate += skip;
  counters_.unique += count - skip;
  unique_in_epoch_ += count - skip;
  next_ += count - skip;
  return {skip, missing};
}

std::optional<Missing> Sequencer::heartbeat(std::uint64_t feed_epoch, std::uint64_t next_tick) noexcept {
  if (started_ && feed_epoch < epoch_) return std::nullopt;
  if (!started_ || feed_epoch > epoch_) return begin_epoch(feed_epoch, next_tick);
  return advance_to(next_tick);
}

}  // namespace groundswell::sequence
