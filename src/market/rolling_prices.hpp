// Prices of some minutes ago: of every symbol one sample each few seconds of event time, for an hour. The grid takes the samples, so that
// they are prices as of a step and the same in every replay.
//
// Thread: one. Nothing is allocated after construction. About 6 KiB a symbol.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/state_stream.hpp"
#include "groundswell/symbol_state.hpp"

namespace groundswell::market {

class RollingPrices {
 public:
  // Samples lie at whole multiples of the period: the shortest multiple of `grid_step_ns` that is at least 5 s and divides a minute, a
  // minute when there is none. `grid_step_ns`: above 0.
  RollingPrices(std::size_t n_symbols, std::uint64_t grid_step_ns);

  std::uint64_t period_ns() const noexcept { return period_ns_; }
  bool due(std::uint64_t step_ns) const noexcept { return step_ns % period_ns_ == 0; }
  void begin_session(std::uint64_t open_ns) noexcept;  // prices of earlier sessions are forgotten
  // Takes the sample of a step that is due(); writes rolling_price_e9 of the states unless nobody `looks`. `symbols`: always the same ones.
  void take(std::uint64_t step_ns, std::span<const std::uint32_t> symbols, std::span<SymbolState> states, bool looks) noexcept;

  // For a snapshot: all that changes.
  void save(StateWriter& archive) const { visit_state(*this, archive); }
  void restore(StateReader& archive) noexcept { visit_state(*this, archive); }

  std::uint64_t newest_ns() const noexcept { return newest_ns_; }  // time of the newest sample; 0 = none this session
  bool reaches_back(std::size_t window) const noexcept {  // whether that window, back from the newest sample, begins in the session
    return newest_ns_ != 0 && newest_ns_ - open_ns_ >= kRollingWindowsNs[window];
  }

 private:
  static std::uint64_t period_for(std::uint64_t grid_step_ns) noexcept;
  std::uint64_t period_ns_;
  std::size_t n_symbols_, n_samples_;
  // Changes with samples; all of it is in visit_state().
  std::vector<std::int64_t> prices_e9_;  // ring of samples, each of all symbols; 0 = had not traded
  std::uint64_t open_ns_ = 0, first_ns_ = 0, newest_ns_ = 0;

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.prices_e9_, self.open_ns_, self.first_ns_, self.newest_ns_);
  }
};

}  // namespace groundswell::market
