#include "simulate/regime.hpp"

namespace groundswell::simulate {
namespace {

constexpr double kBroad = 0.0018;  // mean over members: the exposure is uniform, and twice it is the factor
constexpr double kLeaders = 0.0020;
constexpr double kRotation = 0.0015;
constexpr double kUnwind = -0.010, kCrash = -0.012, kRecovery = 0.004;
constexpr std::int64_t kFallSessions = 25, kRecoverySessions = 40;

double broad(const RegimeMember& member) noexcept {
  return member.wave == Wave::kMonetization || member.role == Role::kSpender ? 0.0 : kBroad * 2 * member.exposure;
}
double leaders(const RegimeMember& member) noexcept { return member.role == Role::kLeader ? kLeaders : 0.0; }
bool falls(std::int64_t t) noexcept { return t >= kRegimeSwitchSessions && t < kRegimeSwitchSessions + kFallSessions; }

}  // namespace

std::optional<Regime> parse_regime(std::string_view name) {
  for (std::size_t index = 0; index < kRegimeNames.size(); ++index) {
    if (kRegimeNames[index] == name) return static_cast<Regime>(index);
  }
  return std::nullopt;
}

double member_drift(Regime regime, std::int64_t t, const RegimeMember& member) noexcept {
  if (t < 0) return 0.0;
  switch (regime) {
    case Regime::kBroad: return broad(member);
    case Regime::kLeaders: return leaders(member);
    case Regime::kNarrowToBroad: return t < kRegimeSwitchSessions ? leaders(member) : broad(member);
    case Regime::kBroadToNarrow: return t < kRegimeSwitchSessions ? broad(member) : leaders(member);
    case Regime::kRotation: return t / kRegimeStageSessions == static_cast<std::int64_t>(member.wave) - 1 ? kRotation : 0.0;
    case Regime::kUnwind: return falls(t) && member.wave != Wave::kMonetization ? kUnwind : 0.0;
    case Regime::kNull:
    case Regime::kCrash: break;
  }
  return 0.0;
}

double market_drift(Regime regime, std::int64_t t) noexcept {
  if (regime != Regime::kCrash || t < kRegimeSwitchSessions) return 0.0;
  if (falls(t)) return kCrash;
  return t < kRegimeSwitchSessions + kFallSessions + kRecoverySessions ? kRecovery : 0.0;
}

}  // namespace groundswell::simulate
