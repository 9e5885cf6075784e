// Where the fold's output goes: the digest, files, the publisher, tests. Called on the fold's thread, in publication order.
#pragma once

#include <cstdint>
#include <span>

#include "groundswell/value.hpp"

namespace groundswell::pipeline {

struct LevelBatchView {  // one scope at one step or commit
  std::uint16_t scope;
  Clock clock;
  std::uint32_t session;  // yyyymmdd
  std::uint64_t ts_event_ns;
  std::uint64_t cause_jseq;
  std::uint64_t level_seq;
  std::span<const Level> levels;  // valid during the call
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void on_levels(const LevelBatchView& batch) noexcept = 0;
  virtual void on_edge(const Edge& edge, std::span<const Why> why) noexcept = 0;  // `why`: valid during the call
};

}  // namespace groundswell::pipeline
