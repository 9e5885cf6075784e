// The reference model of the numbers of section A that look at each member now: averages (A9), ticks (A12), busy members (A13), prices of
// some minutes ago (A14).
#pragma once

#include "support/reference/scope.hpp"

namespace groundswell::reference {

inline constexpr std::array<std::uint32_t, 3> kAverages{20, 50, 200};

inline Reals closes_of(const Symbol& s) {
  Reals closes;
  for (const Day& day : s.past) closes.push_back(Real(day.close_e9));
  return closes;
}

// A9. `ask` says of a member: 1 above, 0 not, nothing if it has no average.
template <class Ask>
Number share_above(const Scope& scope, std::uint32_t flags, Ask&& ask) {
  std::uint32_t known = 0, above = 0;
  for (const Symbol& s : scope.members) {
    if (!s.eligible()) continue;
    const std::optional<bool> is_above = ask(s);
    known += is_above.has_value();
    above += is_above.value_or(false);
  }
  return scope.of_members(known, known == 0 ? Result(Validity::kInsufficient) : Result(100 * Real(above) / Real(known)), flags);
}
inline void above_average(const Scope& scope, std::uint64_t at_ns, Numbers& out) {
  for (const std::uint32_t n : kAverages) {
    out["pct_above_sma_" + std::to_string(n)] = share_above(scope, scope.price_flags(), [&](const Symbol& s) -> std::optional<bool> {
      if (s.past.size() + 1 < n) return std::nullopt;
      int128 total = s.last_e9;  // of n closes, the running one included
      for (std::size_t i = s.past.size() - (n - 1); i < s.past.size(); ++i) total += s.past[i].close_e9;
      return int128{s.last_e9} * n > total;
    });
    // p > E + alpha (p - E) just when p is above the average of the session before.
    out["pct_above_ema_" + std::to_string(n)] = share_above(scope, scope.price_flags(), [&](const Symbol& s) -> std::optional<bool> {
      if (s.past.size() + 1 < 3 * n) return std::nullopt;
      return Real(s.last_e9) > *exponential_average(closes_of(s), n, 2 / (Real(n) + 1));
    });
  }
  if (scope.commit) return;
  out["pct_above_vwap"] = share_above(scope, scope.session_flags(), [&](const Symbol& s) -> std::optional<bool> {
    if (!s.traded || s.vwap_shares == 0 || at_ns < s.first_ns + 600 * kSecondNs) return std::nullopt;
    return static_cast<uint128>(s.last_e9) * s.vwap_shares > s.vwap_dollars_e9;
  });
}

// A12: one vote a member that is not stale nor halted and whose prices are trades; a direction is forgotten after a minute.
inline void tick_breadth(const Scope& scope, Numbers& out) {
  std::uint32_t votes = 0;
  int tick = 0;
  for (const Symbol& s : scope.members) {
    if (!s.counts() || s.stale || s.halted || s.from_bar) continue;
    ++votes;
    tick += s.fresh ? s.tick_sign : 0;
  }
  const bool any = votes > 0;
  out["tick"] = scope.of_members(votes, any ? Result(Real(tick)) : Result(Validity::kInsufficient), scope.fresh_flags());
  out["tick_pct"] =
      scope.of_members(votes, any ? Result(100 * Real(tick) / Real(votes)) : Result(Validity::kInsufficient), scope.fresh_flags());
}

// A13 against 20 sessions' volume, as much of it as is usual by now; at most 5 times as busy. `day_share`: of a usual session's volume.
inline void relative_volume(const Scope& scope, Real day_share, Numbers& out) {
  std::uint32_t n = 0;
  int128 weight_e12 = 0, signed_e12 = 0;
  for (const Symbol& s : scope.members) {
    if (!s.counts() || s.past.size() < 20) continue;
    int128 usual = 0;
    for (std::size_t i = s.past.size() - 20; i < s.past.size(); ++i) usual += s.past[i].volume_shares;
    if (usual == 0) continue;
    ++n;
    const Real busy = Real(s.volume_shares) / (Real(usual) / 20 * day_share);
    const auto own_e12 = static_cast<std::int64_t>(std::round(std::min(busy, Real(5)) * 1e12L));
    weight_e12 += own_e12;
    signed_e12 += s.direction() * int128{own_e12};
  }
  const Result result = weight_e12 == 0 ? Result(Validity::kUndefined) : Result(100 * Real(signed_e12) / Real(weight_e12));
  out["vwb_rvol"] = scope.of_members(n, result, scope.session_flags());
}

// A14. Prices are sampled at steps that are whole multiples of five seconds. `price_then(id, ns)`: 0 if it had not traded, or nobody
// looked.
template <class PriceThen>
void rolling_breadth(const Scope& scope, std::uint64_t at_ns, std::uint64_t open_ns, std::uint64_t first_sample_ns, PriceThen&& price_then,
                     Numbers& out) {
  const std::uint64_t sample_ns = at_ns / (5 * kSecondNs) * (5 * kSecondNs);
  for (const unsigned minutes : {1U, 5U, 15U, 30U, 60U}) {
    Number& number = out["adv_w_" + std::to_string(minutes) + "m"];
    const std::uint64_t window_ns = minutes * 60 * kSecondNs;
    if (sample_ns < first_sample_ns || sample_ns - open_ns < window_ns) {  // it would reach back over the open
      number = scope.of_members(scope.now.traded, Validity::kWarmup, scope.fresh_flags());
      continue;
    }
    std::uint32_t n = 0, above = 0;
    for (std::size_t i = 0; i < scope.members.size(); ++i) {
      const Symbol& s = scope.members[i];
      if (!s.counts() || (s.stale && !s.halted)) continue;
      const std::uint64_t then_ns = sample_ns - window_ns;
      const std::int64_t then_e9 = then_ns < first_sample_ns ? 0 : price_then(scope.ids[i], then_ns);
      if (then_e9 == 0) continue;
      ++n;
      above += s.last_e9 > then_e9;
    }
    number = scope.of_members(n, Real(above), scope.fresh_flags());
  }
}

}  // namespace groundswell::reference
