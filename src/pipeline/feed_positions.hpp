// How far each feed has come, from the records alone: after a restart the feeds are asked for what comes next.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/state_stream.hpp"
#include "groundswell/record.hpp"

namespace groundswell::pipeline {

struct FeedPosition {
  std::uint64_t feed_epoch = 0;  // 0 = not known: the feed has not been seen, or its ticks carry no numbers
  std::uint64_t tick_no = 0;     // of the epoch: the last number that came or was given up as lost; 0 = none
  friend bool operator==(const FeedPosition&, const FeedPosition&) = default;
};

// Thread: the fold's. Nothing is allocated after construction.
class FeedPositions {
 public:
  static constexpr std::size_t kMostFeeds = 1'024;
  FeedPositions() { by_number_.reserve(kMostFeeds); }

  // Each record, in order. A tick moves the position to its number; a gap to the last tick that it gives up, and a gap of cause reset or
  // join to its epoch too.
  void observe(const Record& record) noexcept {
    if (record.feed == 0 || record.feed >= kMostFeeds) return;
    if (record.kind == RecordKind::kTick) {
      FeedPosition& feed = of(record.feed);
      feed.tick_no = std::max(feed.tick_no, groundswell::tick_no(record));
    } else if (record.kind == RecordKind::kGap) {
      FeedPosition& feed = of(record.feed);
      if (record.gap.feed_epoch != feed.feed_epoch) feed = {record.gap.feed_epoch, 0};
      const bool is_join = record.gap.cause == GapCause::kJoin;
      if (is_join && record.gap.from_tick > 0) feed.tick_no = std::max(feed.tick_no, record.gap.from_tick - 1);
      if (!is_join && record.gap.to_tick >= record.gap.from_tick) feed.tick_no = std::max(feed.tick_no, record.gap.to_tick);
    }
  }
  // By feed number; [0] is the engine itself. As long as the highest number seen needs.
  const std::vector<FeedPosition>& by_number() const noexcept { return by_number_; }

  void save(StateWriter& archive) const { archive.up_to_capacity(by_number_); }
  void restore(StateReader& archive) noexcept { archive.up_to_capacity(by_number_); }

 private:
  FeedPosition& of(std::uint16_t feed) noexcept {
    if (feed >= by_number_.size()) by_number_.resize(feed + std::size_t{1});
    return by_number_[feed];
  }
  std::vector<FeedPosition> by_number_;
};

}  // namespace groundswell::pipeline
