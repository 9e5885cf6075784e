// C4: how far apart the members' returns lie, about their equal-weighted mean, in two passes.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct Dispersion {
  static constexpr FamilyInfo kFamily{"Dispersion",
                                      "How much it matters which member one holds: large when each goes its own way, small when all move "
                                      "together. Multi-session forms look "
                                      "only at members that have been there over the whole window."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kGathers = true;
  static constexpr std::array<std::size_t, 2> kWindows{0, 1};  // of kMoveWindows
#define GS_DISPERSION(L, span, example)                                                                                   \
  {                                                                                                                       \
    "dispersion_" L, "bp", ">= 0", kBoth, span, "member: " span " after its 1st close", "", "dispersion|1|basis=TR|n=" L, \
        "How far apart the members' returns of " span " lie.", "10000 sqrt(mean((r_i - mean r)^2)), r_i = p / b - 1",     \
        "C4; S&P realised dispersion", example                                                                            \
  }
  static constexpr std::array<SignalInfo, 2> kOutputs{
      {GS_DISPERSION("1", "1 session", "returns of 2, 1, -1, 0 and 1 %: 101.9804 bp"),
       GS_DISPERSION("21", "21 sessions", "returns of +1 and -1 % in equal numbers: 100 bp")}};
#undef GS_DISPERSION
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  using Memory = NoMemory;

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    for (std::size_t output = 0; output < kWindows.size(); ++output) {
      std::uint32_t n = 0;
      double sum = 0.0;
      for (const PoolMember& member : c.members) {
        const MemberMove& move = c.move(member, kWindows[output]);
        if (!move.known) continue;
        ++n;
        sum += move.simple_return;
      }
      if (!c.covered(output, n) || n == 0) {
        out.absent(output, Validity::kInsufficient, n, c.price_flags());
        continue;
      }
      const double mean = sum / n;
      double squares = 0.0;
      for (const PoolMember& member : c.members) {
        const MemberMove& move = c.move(member, kWindows[output]);
        if (move.known) squares += (move.simple_return - mean) * (move.simple_return - mean);
      }
      out.value(output, 1e4 * std::sqrt(squares / n), n, {.flags = c.price_flags()});
    }
  }
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
