// Collects what the fold publishes, by name: of scope `symbols` each symbol is a scope symbol:XYZ here.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "pipeline/fold.hpp"

namespace groundswell::test {

class CaptureSink final : public pipeline::Sink {
 public:
  enum class Keep { kLatest, kEverything };
  explicit CaptureSink(const pipeline::Fold& fold, Keep keep = Keep::kLatest)
      : pools_(fold.scope_names().size() - 1),
        scopes_(names(fold)),
        signals_(signal::signal_count()),
        keep_(keep),
        latest_(2 * scopes_.size() * signals_.size()),
        has_(latest_.size()) {
    for (const signal::CatalogRow& row : fold.signals()) signals_[row.index] = row.id;
  }
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    for (const Level& level : batch.levels) {
      const std::size_t scope = batch.scope < pools_ ? batch.scope : pools_ + level.subject;
      latest_[at(batch.clock, scope, level.signal)] = level;
      has_[at(batch.clock, scope, level.signal)] = true;
      if (keep_ == Keep::kEverything)
        rows.push_back({batch.session, batch.ts_event_ns, batch.clock, scopes_[scope], signals_[level.signal], level});
    }
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    edges.push_back(edge);
    whys.emplace_back(why.begin(), why.end());
  }

  // The last level published; it must have been.
  const Level& level(const std::string& scope, const std::string& signal, Clock clock = Clock::kClose) const {
    const std::size_t index = at(clock, find(scopes_, scope), find(signals_, signal));
    GS_ASSERT(has_[index]);
    return latest_[index];
  }
  // Calls visit(clock, scope, signal, level) for the last level of everything that was published.
  template <class Visit>
  void for_each_latest(Visit&& visit) const {
    for (const Clock clock : {Clock::kLive, Clock::kClose}) {
      for (std::size_t scope = 0; scope < scopes_.size(); ++scope) {
        for (std::size_t signal = 0; signal < signals_.size(); ++signal) {
          if (has_[at(clock, scope, signal)]) visit(clock, scopes_[scope], signals_[signal], latest_[at(clock, scope, signal)]);
        }
      }
    }
  }

  struct Row {
    std::uint32_t session;
    std::uint64_t ts_event_ns;
    Clock clock;
    std::string scope, signal;
    Level level;
  };
  std::vector<Row> rows;  // with Keep::kEverything
  std::vector<Edge> edges;
  std::vector<std::vector<Why>> whys;  // by edge

 private:
  static std::size_t find(const std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    GS_ASSERT(found != names.end());
    return static_cast<std::size_t>(found - names.begin());
  }
  std::size_t at(Clock clock, std::size_t scope, std::size_t signal) const {
    return (static_cast<std::size_t>(clock) * scopes_.size() + scope) * signals_.size() + signal;
  }
  static std::vector<std::string> names(const pipeline::Fold& fold) {
    std::vector<std::string> names = fold.scope_names();
    names.pop_back();
    for (const std::string& symbol : fold.symbols()) names.push_back("symbol:" + symbol);
    return names;
  }
  std::size_t pools_;
  std::vector<std::string> scopes_, signals_;
  Keep keep_;
  std::vector<Level> latest_;
  std::vector<bool> has_;
};

}  // namespace groundswell::test
