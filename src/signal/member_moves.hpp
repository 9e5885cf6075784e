// What members have done over some windows of sessions: for families that go through members instead of sums.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "groundswell/symbol_state.hpp"

namespace groundswell::signal {

// What a member has done over kMoveWindows[k] sessions, this one included.
struct MemberMove {
  bool listed = false;        // as in SymbolState
  bool known = false;         // it has a price from then, and counts in this session
  bool shares_known = false;  // float shares as of the window's first session
  std::int64_t return_e12 = 0;
  double simple_return = 0.0;
  double capital_base = 0.0;   // float shares times the price then, 1e-9 dollar
  double capital_gain = 0.0;   // float shares times the change of the price, 1e-9 dollar
  int128 capital_gain_e9 = 0;  // the same, exact
};
using MemberMoves = std::array<MemberMove, kMoveWindows.size()>;
inline MemberMoves moves_of(const SymbolState& s) noexcept {
  MemberMoves moves;
  constexpr std::array<std::size_t, kMoveWindows.size()> kPast{0, 1, 2};  // places in past_close_e9; of one session the reference
  static_assert(kMoveWindows[1] == kPastWindows[kPast[1]] && kMoveWindows[2] == kPastWindows[kPast[2]]);
  for (std::size_t k = 0; k < moves.size(); ++k) {
    const std::int64_t base_e9 = k == 0 ? s.ref_e9 : s.past_close_e9[kPast[k]];
    MemberMove& move = moves[k];
    move.listed = s.listed;
    move.known = s.ref_e9 > 0 && base_e9 > 0;
    if (!move.known) continue;
    const std::int64_t shares = s.past_float_shares[k];
    move.shares_known = shares > 0;
    move.return_e12 = s.last_e9 == base_e9 ? 0 : return_e12(s.last_e9, base_e9);
    move.simple_return = static_cast<double>(s.last_e9 - base_e9) / static_cast<double>(base_e9);
    move.capital_gain_e9 = int128{shares} * (s.last_e9 - base_e9);
    move.capital_gain = static_cast<double>(move.capital_gain_e9);
    move.capital_base = static_cast<double>(int128{shares} * base_e9);
  }
  return moves;
}

}  // namespace groundswell::signal
