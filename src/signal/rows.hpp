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

#include "base/huge_pages.hpp"
#include "groundswell/symbol_state.hpp"
#include "signal/difference.hpp"
#include "signal/family.hpp"
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

// What a step, but for its benchmarks, and the sums of these lanes say of a scope.
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

  // The lanes of `part`; others of its lines are those of `held`. Other lines are not touched.
  void fill(const SymbolState& s, const RowPart& part, const RowOf& held) noexcept {
    copy_lines(held.lane, lane, part.shared);
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
    Signals::contributions(s, part.families, lane + kCommonLanes);
  }
};

template <class Signals>
struct alignas(64) StepRowOf {
  std::int64_t lane[round_up_to_line(Signals::kStepLanes)];

  void fill(const SymbolState& s, const typename Signals::StepInputs& inputs, const RowPart& part, const StepRowOf& held) noexcept {
    copy_lines(held.lane, lane, part.shared);
    Signals::step_contributions(s, inputs, part.families, lane);
  }
};

// The rows of all symbols, by dense id, and who has changed since they were made. Sums are the caller's: he is given what to add. There are
// two looks: after records, at a few families, and at steps, at all that are live; each has its own list of who is behind.
template <class Signals>
class MemberRows {
 public:
  using Row = RowOf<Signals>;
  using StepRow = StepRowOf<Signals>;
  using StepInputs = typename Signals::StepInputs;
  using RowDifference = Difference<std::extent_v<decltype(Row::lane)>>;
  using StepRowDifference = Difference<std::extent_v<decltype(StepRow::lane)>>;

  explicit MemberRows(std::size_t n_symbols) : rows_(n_symbols), step_rows_(n_symbols), is_behind_(n_symbols) {
    behind_.reserve(n_symbols);
    behind_record_.reserve(n_symbols);
  }
  std::size_t size() const noexcept { return rows_.size(); }
  const Row& row(std::uint32_t symbol) const noexcept { return rows_[symbol]; }
  const StepRow& step_row(std::uint32_t symbol) const noexcept { return step_rows_[symbol]; }

  // All rows are zero then, and nobody has changed.
  void clear() noexcept {
    std::fill(rows_.begin(), rows_.end(), Row{});
    std::fill(step_rows_.begin(), step_rows_.end(), StepRow{});
    forget_changed();
  }
  void on_change(std::uint32_t symbol) noexcept {
    const std::uint8_t before = std::exchange(is_behind_[symbol], std::uint8_t{kForStep | kForRecord});
    if ((before & kForStep) == 0) behind_.push_back(symbol);
    if ((before & kForRecord) == 0) behind_record_.push_back(symbol);
  }
  // A part of a symbol's row anew. Calls add(symbol, difference).
  template <class Add>
  void renew(std::uint32_t symbol, const SymbolState& state, const RowPart& part, Add&& add) noexcept {
    Row now;
    now.fill(state, part, rows_[symbol]);
    add(symbol, RowDifference(rows_[symbol].lane, now.lane, part.lines));
  }
  // The same of its step row.
  template <class Add>
  void renew_step(std::uint32_t symbol, const SymbolState& state, const StepInputs& inputs, const RowPart& part, Add&& add) noexcept {
    StepRow now;
    now.fill(state, inputs, part, step_rows_[symbol]);
    add(symbol, StepRowDifference(step_rows_[symbol].lane, now.lane, part.lines));
  }
  // After a record: the rows of those that changed since the last look of either kind. Their other lanes stay behind.
  template <class Add>
  void catch_up(std::span<const SymbolState> states, const RowPart& part, Add&& add) noexcept {
    for (const std::uint32_t symbol : behind_record_) {
      renew(symbol, states[symbol], part, add);
      is_behind_[symbol] = kForStep;
    }
    behind_record_.clear();
  }
  // At a step: who changed since the last one, until forget_changed(). When that is many, they come by rising id instead of by who was
  // first: memory is read forwards then, and the processor is ahead of us.
  std::span<const std::uint32_t> changed() noexcept {
    if (behind_.size() > rows_.size() / kManyShare) {
      behind_.clear();
      for (std::uint32_t symbol = 0; symbol < is_behind_.size(); ++symbol) {
        if (is_behind_[symbol] != 0) behind_.push_back(symbol);
      }
    }
    return behind_;
  }
  bool has_changed(std::uint32_t symbol) const noexcept { return is_behind_[symbol] != 0; }
  void forget_changed() noexcept {
    for (const std::uint32_t symbol : behind_) is_behind_[symbol] = 0;
    behind_.clear();
    behind_record_.clear();
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
  enum Behind : std::uint8_t { kForStep = 1, kForRecord = 2 };
  static constexpr std::size_t kManyShare = 8;
  HugeVector<Row> rows_;
  HugeVector<StepRow> step_rows_;
  std::vector<std::uint32_t> behind_;         // changed since the last step: their rows are not what they would be now
  std::vector<std::uint32_t> behind_record_;  // of those the ones that changed since the last look after a record
  std::vector<std::uint8_t> is_behind_;

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.rows_, self.step_rows_, self.is_behind_);
    archive.up_to_capacity(self.behind_);
    archive.up_to_capacity(self.behind_record_);
  }
};

}  // namespace groundswell::signal
