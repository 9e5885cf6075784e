// Where the fold's output goes: the digest, files, the publisher, tests. Called on the fold's thread, in publication order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "groundswell/catalog.hpp"
#include "groundswell/value.hpp"

namespace groundswell::pipeline {

struct LevelBatchView {  // one scope at one step or commit
  std::uint16_t scope;
  Clock clock;
  std::uint32_t session;  // yyyymmdd
  std::uint64_t roster;   // hash of the session's roster
  std::uint64_t ts_event_ns;
  std::uint64_t cause_jseq;
  std::uint64_t level_seq;
  std::span<const Level> levels;  // valid during the call
};

// What the numbers in levels and edges stand for: whole lists by number, which live as long as the fold.
struct Names {
  const std::vector<std::string>& scopes;
  const std::vector<std::string>& symbols;
  const std::vector<RosterVersion>& rosters;
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void on_levels(const LevelBatchView& batch) noexcept = 0;
  // New reference data has added to them.
  virtual void on_names(const Names& names) { static_cast<void>(names); }
  virtual void on_edge(const Edge& edge, std::span<const Why> why) noexcept = 0;  // `why`: valid during the call
};

}  // namespace groundswell::pipeline
