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
  explicit CaptureSink(const pipeline::Fold& fold, Keep keep = Keep::kLatest) : signals_(signal::signal_count()), keep_(keep) {
    grow(fold.scope_names(), fold.symbols());
    for (const signal::CatalogRow& row : fold.signals()) signals_[row.index] = row.id;
  }
  void on_names(const pipeline::Names& names) override { grow(names.scopes, names.symbols); }
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    for (const Level& level : batch.levels) {
      const std::size_t scope = batch.scope == symbols_scope_ ? symbol_places_[level.subject] : scope_places_[batch.scope];
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
    return (scope * 2 + static_cast<std::size_t>(clock)) * signals_.size() + signal;
  }
  void grow(const std::vector<std::string>& scopes, const std::vector<std::string>& symbols) {
    const auto add = [&](std::vector<std::size_t>& places, const std::string& name) {
      places.push_back(scopes_.size());
      scopes_.push_back(name);
    };
    symbols_scope_ = find(scopes, "symbols");
    for (std::size_t i = scope_places_.size(); i < scopes.size(); ++i) add(scope_places_, scopes[i]);
    for (std::size_t i = symbol_places_.size(); i < symbols.size(); ++i) add(symbol_places_, "symbol:" + symbols[i]);
    latest_.resize(2 * scopes_.size() * signals_.size());
    has_.resize(latest_.size());
  }
  std::size_t symbols_scope_ = 0;
  std::vector<std::size_t> scope_places_, symbol_places_;  // in scopes_, by number
  std::vector<std::string> scopes_, signals_;
  Keep keep_;
  std::vector<Level> latest_;
  std::vector<bool> has_;
};

}  // namespace groundswell::test
