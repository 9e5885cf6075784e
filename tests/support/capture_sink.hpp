// Collects what the fold publishes, by name.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "pipeline/fold.hpp"

namespace groundswell::test {

class CaptureSink final : public pipeline::Sink {
 public:
  explicit CaptureSink(const pipeline::Fold& fold) : scopes_(fold.scope_names()) {
    for (const signal::CatalogRow& row : fold.signals()) signals_[row.index] = row.id;
  }
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    for (const Level& level : batch.levels) {
      rows.push_back({batch.session, batch.ts_event_ns, batch.clock, scopes_[batch.scope], signals_.at(level.signal), level});
      latest[{scopes_[batch.scope], signals_.at(level.signal), batch.clock}] = level;
    }
    batches.push_back({batch.scope, batch.level_seq});
  }
  void on_edge(const Edge& edge) noexcept override { edges.push_back(edge); }

  const Level& level(const std::string& scope, const std::string& signal, Clock clock = Clock::kClose) const {
    return latest.at({scope, signal, clock});
  }

  struct Row {
    std::uint32_t session;
    std::uint64_t ts_event_ns;
    Clock clock;
    std::string scope, signal;
    Level level;
  };
  std::vector<Row> rows;
  std::vector<std::pair<std::uint16_t, std::uint64_t>> batches;
  std::vector<Edge> edges;
  std::map<std::tuple<std::string, std::string, Clock>, Level> latest;

 private:
  std::vector<std::string> scopes_;
  std::map<std::uint16_t, std::string> signals_;
};

}  // namespace groundswell::test
