// The way of levels from the core to the publisher: one ring of small cells. When it is full levels conflate: the newest number of each
// (scope, clock, signal) is kept and sent when there is room, so a slow publisher never holds up the fold.
// Numbers of scope `symbols` are told apart by their subject too. The batches of a scope come out in the order of their numbers, whatever
// their clock.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/ring.hpp"
#include "groundswell/value.hpp"
#include "pipeline/published_levels.hpp"
#include "pipeline/sink.hpp"

namespace groundswell::pipeline {

struct OutputCell {
  alignas(8) unsigned char bytes[32];
};

struct OutputHead {  // two cells; then `count` cells of Level
  std::uint64_t ts_event_ns;
  std::uint64_t cause_jseq;
  std::uint64_t level_seq;
  std::uint64_t roster;
  std::int64_t cause_recv_ns;  // UTC, when the cause was received; 0 = that means nothing
  std::uint32_t session;
  std::uint32_t count;  // levels
  std::uint16_t scope;
  Clock clock;
  std::uint8_t zero[13];
};
static_assert(sizeof(OutputHead) == 2 * sizeof(OutputCell) && sizeof(Level) == sizeof(OutputCell));
inline constexpr std::size_t kHeadCells = 2;

// Core side. Thread: the core's.
class OutboxSender {
 public:
  struct Counters {  // levels made = sent + conflated + waiting
    std::uint64_t levels_made = 0, levels_sent = 0, levels_conflated = 0;
    std::uint64_t refusals = 0;  // times that a batch found no room in the ring
  };
  OutboxSender(Ring<OutputCell>& ring, LevelSlots slots);
  void grow(LevelSlots slots);  // more scopes or symbols; those there are keep their numbers
  void levels(const LevelBatchView& batch, std::int64_t cause_recv_ns = 0) noexcept;
  void send_waiting() noexcept;  // conflated levels that now find room; the scopes take turns at being first
  bool levels_waiting() const noexcept { return batches_waiting_ > 0; }
  const Counters& counters() const noexcept { return counters_; }

 private:
  struct Waiting {
    bool any = false;
    OutputHead head{};
    std::vector<Level> levels;  // by slot
    std::vector<std::uint8_t> has;
  };
  bool has_room(std::size_t cells) noexcept;  // counts when not
  bool send(const OutputHead& head, const Level* levels) noexcept;
  bool send(Waiting& waiting) noexcept;
  Ring<OutputCell>& ring_;
  LevelSlots slots_;
  std::vector<std::array<Waiting, 2>> waiting_;  // by scope, then clock
  std::vector<OutputCell> cells_;
  std::size_t batches_waiting_ = 0, next_scope_ = 0;
  Counters counters_;
};

// Publisher's side: cells in, whole messages out. Thread: the publisher's.
class OutboxReceiver {
 public:
  explicit OutboxReceiver(Ring<OutputCell>& ring) : ring_(ring), cells_(kHeadCells) {}
  struct Message {
    const OutputHead* head;
    const Level* levels;  // head->count of them
  };
  // The oldest message, if it is whole; stays until pop().
  bool front(Message& message) noexcept;
  void pop() noexcept;

 private:
  bool fill(std::size_t cells) noexcept;
  Ring<OutputCell>& ring_;
  std::vector<OutputCell> cells_;
  std::size_t used_ = 0, whole_ = 0;
};

}  // namespace groundswell::pipeline
