// A member's rows of lanes in the book: what every formula needs, then the families' own. Lines of the cache, padded with zeros.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

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

  void fill(const SymbolState& s) noexcept {
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
    Signals::contributions(s, lane + kCommonLanes);
    std::fill(lane + kCommonLanes + Signals::kLanes, std::end(lane), 0);
  }
};

template <class Signals>
struct alignas(64) StepRowOf {
  std::int64_t lane[round_up_to_line(Signals::kStepLanes)];

  void fill(const SymbolState& s, const typename Signals::StepInputs& inputs, FamilyMask families) noexcept {
    Signals::step_contributions(s, inputs, families, lane);
    std::fill(lane + Signals::kStepLanes, std::end(lane), 0);
  }
};

}  // namespace groundswell::signal
