// A12: TICK, the members whose last trade was an uptick less those whose last was a downtick. One vote a member, however often it trades.
// A tick's direction lasts while the price is fresh: less than a minute; after that the member votes 0 until it trades again, or is stale.
// Members that are stale or halted, and members whose prices come as bars (a bar's close is no trade after the one before it), do not vote.
// The first trade of a session and an unchanged price are votes of 0.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct TickBreadth {
  static constexpr FamilyInfo kFamily{"Tick", "The mood of this minute: one vote for each member by its last trade. Live only."};
  static constexpr std::size_t kLanes = 0;
  enum StepLane { kSignLane, kVoteLane };
  static constexpr std::size_t kStepLanes = 2;
  enum { kTick, kTickPct };
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      {"tick", "issues", "+-n", kLiveOnly, "last trade, 60 s", "1st trades; a member's 2nd trade moves it", "",
       "tick|2|fresh=60s|zero=0|votes=not_stale",
       "Whether the last trades of the members were made on the way up or on the way down: the mood of this minute.",
       "#{last trade above the one before it} - #{below}, over trades of the last 60 s", "A12; NYSE TICK", "500 up, 250 down: +250"},
      {"tick_pct", "%", "+-100", kLiveOnly, "last trade, 60 s", "1st trades; a member's 2nd trade moves it", "",
       "tick_pct|2|fresh=60s|zero=0|votes=not_stale",
       "TICK as a share of the members that vote: comparable between baskets of different size.",
       "100 tick / #{members that traded and are not stale}", "A12; NYSE TICK", "500 up, 250 down of 1250 that vote: 20"},
  }};
  static constexpr std::array<DriverInfo, 1> kDrivers{{{"tick_sum", kSignLane, kNoLane, true}}};
  static constexpr std::string_view driver(std::size_t) { return "tick_sum"; }
  static constexpr bool kFollowsFromSums = true, kReadsAge = true;
  using Memory = NoMemory;

  static NoStepInput step_input(const Step&) noexcept { return {}; }
  static void step_contribution(const SymbolState& s, NoStepInput, std::int64_t* lanes) noexcept {
    const bool votes = s.traded & !s.stale & !s.from_bar & !s.halted & (s.ref_e9 > 0);
    lanes[kSignLane] = (votes & s.fresh) ? s.tick_sign : 0;
    lanes[kVoteLane] = votes;
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const std::int64_t tick = c.step_lanes[kSignLane];
    const auto n = static_cast<std::uint32_t>(c.step_lanes[kVoteLane]);
    const std::uint32_t flags = c.fresh_flags();
    const auto publish = [&](std::size_t output, double value) {
      if (c.covered(output, n) && n > 0) {
        out.value(output, value, n, {.flags = flags});
      } else {
        out.absent(output, Validity::kInsufficient, n, flags);
      }
    };
    publish(kTick, static_cast<double>(tick));
    publish(kTickPct, n == 0 ? 0.0 : 100.0 * static_cast<double>(tick) / static_cast<double>(n));
  }

  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
