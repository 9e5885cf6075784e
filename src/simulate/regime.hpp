// Regimes of the made-up market: a drift that is known because it was planted, for weeks to years, so that one can see what the thesis
// layer says of it and how soon. A session's drift is spread evenly over its steps, the night included.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "groundswell/universe.hpp"

namespace groundswell::simulate {

// Begins after kRegimeStartSessions plain sessions of history; `t` below counts from there.
enum class Regime : std::uint8_t {
  kNull = 0,           // no drift but the market's own
  kBroad = 1,          // members of compute and physical but spenders rise, the exposed ones more
  kLeaders = 2,        // leaders alone rise
  kNarrowToBroad = 3,  // kLeaders, from t = 252 on kBroad
  kBroadToNarrow = 4,  // kBroad, from t = 252 on kLeaders
  kRotation = 5,  // compute, then physical, then monetization rise, 168 sessions each; each wave repeats the wave before 4 sessions later
  kCrash = 6,     // from t = 252 on the market falls for 25 sessions, then recovers for 40
  kUnwind = 7,    // from t = 252 on compute and physical fall for 25 sessions
};
inline constexpr std::array<std::string_view, 8> kRegimeNames{"null",     "broad", "leaders", "narrow_to_broad", "broad_to_narrow",
                                                              "rotation", "crash", "unwind"};
std::optional<Regime> parse_regime(std::string_view name);

inline constexpr std::int64_t kRegimeStartSessions = 252, kRegimeSwitchSessions = 252, kRegimeStageSessions = 168;
inline constexpr std::size_t kRegimeLagSessions = 4;

struct RegimeMember {
  Wave wave = Wave::kCompute;
  Role role = Role::kFollower;  // the strongest that it has
  double exposure = 0.0;        // [0, 1), of its name alone
};
// Of a session, a relative move: of a member beside the market's, and of the market, which is then taken times beta.
double member_drift(Regime regime, std::int64_t t, const RegimeMember& member) noexcept;
double market_drift(Regime regime, std::int64_t t) noexcept;

}  // namespace groundswell::simulate
