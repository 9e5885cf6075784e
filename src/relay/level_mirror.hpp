// The last number of every signal in every scope and on both clocks, as the batches brought them. As large as what is published. Thread:
// one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "wire/codec.hpp"

namespace groundswell::relay {

class LevelMirror {
 public:
  void clear() { scopes_.clear(); }
  // A `full` batch that begins a run of chunks takes the place of what was there.
  void take(const wire::LevelBatch& batch);
  std::size_t scopes() const noexcept { return scopes_.size(); }
  // All levels of a scope on a clock; false: there are none. `out.levels`: valid until the next take().
  bool full(std::size_t scope, Clock clock, wire::LevelBatch& out) const;
  // What has changed since the last call, by scope and clock.
  bool take_changed(std::size_t scope, Clock clock) noexcept;

 private:
  struct OfClock {
    wire::LevelBatch newest;    // but for its levels
    std::vector<Level> levels;  // by subject, then signal
    bool any = false, changed = false, in_run = false;
  };
  std::vector<std::array<OfClock, 2>> scopes_;
};

}  // namespace groundswell::relay
