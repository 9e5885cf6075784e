// What the thesis was judged by at every close of a recording, and which of the closes explains a state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/fold.hpp"
#include "signal/thesis_account.hpp"

namespace groundswell::pipeline {

// Numbers whose parts by member are kept: counts, so that a member's part is +1 or -1.
inline constexpr std::array<std::string_view, 2> kThesisLaneSignals{"pct_above_sma_50", "pct_outperf_63"};

struct ThesisClose {
  std::uint32_t session = 0;  // yyyymmdd
  std::uint64_t ts_event_ns = 0;
  std::uint64_t cause_jseq = 0;
  bool revised = false;  // by a correction that came after the final commit
  signal::ThesisAccount account;
  std::array<std::vector<Why>, kThesisLaneSignals.size()> lanes;  // of each member of the thesis, by symbol; `delta`: its lane
};

// Takes the final commits of a fold, and of a session that was committed again the last one. In memory: some kilobytes a session.
class ThesisHistory final : public Sink {
 public:
  explicit ThesisHistory(const Fold& fold);  // which must live while it calls this
  void on_names(const Names& names) override { symbols_ = names.symbols; }
  void on_levels(const LevelBatchView&) noexcept override {}
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override;

  const std::vector<ThesisClose>& closes() const noexcept { return closes_; }    // by session
  const std::vector<std::string>& symbols() const noexcept { return symbols_; }  // by dense id
  std::string_view lane_name(std::size_t lane) const noexcept { return drivers_[lane].name; }

 private:
  const Fold& fold_;
  std::vector<std::string> symbols_;
  std::array<signal::Driver, kThesisLaneSignals.size()> drivers_;
  std::vector<ThesisClose> closes_;
};

// Where to look for an explanation, as places in the closes.
struct ThesisMoment {
  ThesisState asked{};
  std::size_t close = 0;     // the one to be explained
  bool entered = false;      // `asked` was entered at it; else it is what `asked` is held against
  std::size_t baseline = 0;  // the last close before the conditions of `asked` began to hold; equals `close` when they do not hold
};

// The close at which `state` was last entered, up to `session` when that is given: then, where the thesis was in another state at that
// session, that session's close. Errors: 66 no closes, never entered (and how near it came), no such session (and its neighbours).
Result<ThesisMoment> find_state(const std::vector<ThesisClose>& closes, ThesisState state, std::optional<std::uint32_t> session,
                                const ThesisThresholds& thresholds);
// By how much the members' lanes moved from one close to a later one; they sum to the change of the count. The largest come first.
std::vector<Why> lane_changes(const ThesisClose& from, const ThesisClose& to, std::size_t lane);

}  // namespace groundswell::pipeline
