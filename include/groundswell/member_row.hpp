// One member of a basket, a wave or the thesis as it stands in the running session: what a console shows beside the numbers of the scope.
#pragma once

#include <cstdint>

#include "groundswell/universe.hpp"

namespace groundswell {

struct MemberRow {
  std::uint32_t symbol = 0;         // dense id
  Role role = Role::kFollower;      // in the scope
  bool halted = false;              // itself, or the whole market
  bool quarantined = false;         // a price far from the others waits for trades that confirm it
  bool suspect = false;             // it opened as if a corporate action had not been told: ref_e9 is 0
  bool counts = false;              // it traded and has a reference: of net_adv it is sign(last_e9 - ref_e9)
  std::int64_t last_e9 = 0;         // last eligible price, 1e-9 dollar; ref_e9 until it trades; the official close once there is a commit
  std::int64_t ref_e9 = 0;          // the close that the session's returns are against, adjusted, 1e-9 dollar; 0 = none
  std::uint64_t volume_shares = 0;  // of the session
  std::uint64_t last_trade_ns = 0;  // UTC, event time of its last eligible trade in the session; 0 = none
  friend bool operator==(const MemberRow&, const MemberRow&) = default;
};

}  // namespace groundswell
