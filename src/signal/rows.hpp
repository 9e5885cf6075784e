// A member's rows of lanes in the book: what every formula needs, then the families' own. Lines of the cache, padded with zeros.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "groundswell/symbol_state.hpp"
#include "signal/difference.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// Lanes that every formula needs, kept before the families' own.
enum CommonLane : std::size_t {
  kListed,
  kEligible,
  kTraded,
  kHalted,
  kPriceGap,
  kSessionGap,
  kSuspect,
  kStale,
  kApproxCancel,
  kCommonLanes
};

// What a step and the sums of these lanes say of a scope.
inline void read_step(const std::int64_t* sums, const Step& step, ScopeContext& c) noexcept {
  const auto members = [&](CommonLane lane) { return static_cast<std::uint32_t>(sums[lane]); };
  c.n_members = members(kListed);
  c.eligible = members(kEligible);
  c.traded = members(kTraded);
  c.price_gap_members = members(kPriceGap);
  c.session_gap_members = members(kSessionGap);
  c.approx_cancel_members = members(kApproxCancel);
  c.stale_members = members(kStale);
  c.commit = step.commit;
  c.provisional = step.provisional;
  c.market_halted = step.market_halted;
  c.partial_session = step.partial_session;
  c.rolling_windows = step.rolling_windows;
  c.benchmarks = step.benchmarks;
  c.flags = step.flags | (members(kHalted) > 0 ? kFlagHaltedMembers : 0U) | (members(kSuspect) > 0 ? kFlagSuspectMembers : 0U) |
            (step.provisional ? kFlagProvisional : 0U);
}

inline void label(Level& level, std::size_t signal, std::uint32_t subject) noexcept {
  level.signal = static_cast<std::uint16_t>(signal);
  level.subject = subject;
  level.zero = 0;
}

template <class Signals>
struct alignas(64) RowOf {
  std::int64_t lane[round_up_to_line(kCommonLanes + Signals::kLanes)];

  // Common lanes, and those of `families`; the lanes of the others are those of `held`.
  void fill(const SymbolState& s, FamilyMask families, const RowOf& held) noexcept {
    if (families == kAllFamilies)
      std::fill(lane + kCommonLanes + Signals::kLanes, std::end(lane), 0);
    else
      *this = held;
    const bool eligible = s.ref_e9 > 0;
    lane[kListed] = s.listed;
    lane[kEligible] = eligible;
    lane[kTraded] = eligible & s.traded;
    lane[kHalted] = s.halted;
    lane[kPriceGap] = s.price_gap;
    lane[kSessionGap] = s.session_gap;
    lane[kSuspect] = s.suspect | s.held;
    lane[kStale] = eligible & s.traded & s.stale & !s.halted;
    lane[kApproxCancel] = s.approx_cancel;
    Signals::contributions(s, families, lane + kCommonLanes);
  }
};

template <class Signals>
struct alignas(64) StepRowOf {
  std::int64_t lane[round_up_to_line(Signals::kStepLanes)];

  void fill(const SymbolState& s, const typename Signals::StepInputs& inputs, FamilyMask families, const StepRowOf& held) noexcept {
    if (families == kAllFamilies)
      std::fill(lane + Signals::kStepLanes, std::end(lane), 0);
    else
      *this = held;
    Signals::step_contributions(s, inputs, families, lane);
  }
};

// The rows of all symbols, by dense id, and who has changed since they were made. Sums are the caller's: he is given what to add.
template <class Signals>
class MemberRows {
 public:
  using Row = RowOf<Signals>;
  using StepRow = StepRowOf<Signals>;
  using RowDifference = Difference<std::extent_v<decltype(Row::lane)>>;
  using StepRowDifference = Difference<std::extent_v<decltype(StepRow::lane)>>;

  explicit MemberRows(std::size_t n_symbols) : rows_(n_symbols), step_rows_(n_symbols), is_behind_(n_symbols), is_changed_(n_symbols) {
    behind_.reserve(n_symbols);
    changed_.reserve(n_symbols);
  }
  std::size_t size() const noexcept { return rows_.size(); }
  const Row& row(std::uint32_t symbol) const noexcept { return rows_[symbol]; }
  const StepRow& step_row(std::uint32_t symbol) const noexcept { return step_rows_[symbol]; }

  // All rows are zero then, and nobody has changed.
  void clear() noexcept {
    std::fill(rows_.begin(), rows_.end(), Row{});
    std::fill(step_rows_.begin(), step_rows_.end(), StepRow{});
    std::fill(is_behind_.begin(), is_behind_.end(), std::uint8_t{0});
    behind_.clear();
    forget_changed();
  }
  void on_change(std::uint32_t symbol) noexcept {
    if (std::exchange(is_behind_[symbol], std::uint8_t{1}) == 0) behind_.push_back(symbol);
  }
  // The rows of `symbols` anew, as far as they are lanes of `families` and common ones; `lines`: that hold those. Calls
  // add(symbol, difference) for each.
  template <class Add>
  void renew(std::span<const std::uint32_t> symbols, std::span<const SymbolState> states, FamilyMask families, LineMask lines,
             Add&& add) noexcept {
    for (const std::uint32_t symbol : symbols) {
      Row now;
      now.fill(states[symbol], families, rows_[symbol]);
      add(symbol, RowDifference(rows_[symbol].lane, now.lane, lines));
    }
  }
  // The same for those that changed since the last time.
  template <class Add>
  void catch_up(std::span<const SymbolState> states, FamilyMask families, LineMask lines, Add&& add) noexcept {
    renew(behind_, states, families, lines, add);
    for (const std::uint32_t symbol : behind_) {
      is_behind_[symbol] = 0;
      if (std::exchange(is_changed_[symbol], std::uint8_t{1}) == 0) changed_.push_back(symbol);
    }
    behind_.clear();
  }
  // The step rows of `symbols` anew: of those that changed the lanes of `families`, of the others those of `differing`, for which the step
  // is another one than the last time. After catch_up().
  template <class Add>
  void renew_steps(std::span<const std::uint32_t> symbols, std::span<const SymbolState> states, const typename Signals::StepInputs& inputs,
                   FamilyMask families, FamilyMask differing, Add&& add) noexcept {
    const auto renew = [&](std::uint32_t symbol, FamilyMask mask, LineMask lines) {
      StepRow now;
      now.fill(states[symbol], inputs, mask, step_rows_[symbol]);
      add(symbol, StepRowDifference(step_rows_[symbol].lane, now.lane, lines));
    };
    const LineMask lines = Signals::step_lines_of(families);
    for (const std::uint32_t symbol : changed_) renew(symbol, families, lines);
    if (differing == 0) return;
    const LineMask differing_lines = Signals::step_lines_of(differing);
    for (const std::uint32_t symbol : symbols) {
      if (is_changed_[symbol] == 0) renew(symbol, differing, differing_lines);
    }
  }
  std::span<const std::uint32_t> changed() const noexcept { return changed_; }  // caught up with since forget_changed()
  void forget_changed() noexcept {
    for (const std::uint32_t symbol : changed_) is_changed_[symbol] = 0;
    changed_.clear();
  }

  // For a snapshot: all that changes.
  template <class Archive>
  void save(Archive& archive) const {
    visit_state(*this, archive);
  }
  template <class Archive>
  void restore(Archive& archive) noexcept {
    visit_state(*this, archive);
  }

 private:
  std::vector<Row> rows_;
  std::vector<StepRow> step_rows_;
  std::vector<std::uint32_t> behind_;   // changed since the last look: their rows are not what they would be now
  std::vector<std::uint32_t> changed_;  // of the others those that changed since the last step
  std::vector<std::uint8_t> is_behind_, is_changed_;

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.rows_, self.step_rows_, self.is_behind_, self.is_changed_);
    archive.up_to_capacity(self.behind_);
    archive.up_to_capacity(self.changed_);
  }
};

}  // namespace groundswell::signal
