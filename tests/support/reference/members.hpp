// The reference model of section B, where members or baskets are compared with each other: outperformance (B8), ranks (B7), ratings (B4)
// and betas (B9).
#pragma once

#include "support/reference/strength.hpp"

namespace groundswell::reference {

// B8: returns of L sessions, compared in whole 1e-9.
inline void outperformance(const Scope& scope, Numbers& out) {
  const Benchmark& benchmark = scope.benchmarks[0];
  for (const std::size_t sessions : {1U, 5U, 21U, 63U}) {
    const auto past_of = [&](const Symbol& s) { return sessions == 1 ? s.ref_e9 : s.close_ago(sessions); };
    std::uint32_t n = 0;
    Real beat = 0;
    for (const Symbol& s : scope.members) {
      if (!s.eligible() || past_of(s) == 0 || !benchmark.symbol.traded || past_of(benchmark.symbol) == 0) continue;
      const int128 own = simple_return(s.last_e9, past_of(s), 1'000'000'000);
      const int128 its = simple_return(benchmark.symbol.last_e9, past_of(benchmark.symbol), 1'000'000'000);
      ++n;
      beat += own > its ? 1.0L : own == its ? 0.5L : 0.0L;
    }
    Number& number = out["pct_outperf_" + std::to_string(sessions)];
    if (!benchmark.symbol.traded && scope.now.covered(scope.now.eligible)) {
      number = scope.number(benchmark.known() ? Validity::kStaleInput : Validity::kUndefined, n, scope.price_flags());
    } else {
      number = scope.of_members(n, n == 0 ? Result(Validity::kInsufficient) : Result(100 * beat / n), scope.price_flags(), benchmark.stale);
    }
  }
}

// B7 by z63, of baskets; equal ones share their middle rank.
struct Ranked {
  Result place = Validity::kInsufficient;
  std::uint32_t n = 0;
};
inline std::map<std::size_t, Ranked> ranked(const std::vector<Scope>& scopes) {  // by basket
  std::map<std::size_t, Ranked> all;
  Reals scores;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (scopes[i].kind != Kind::kBasket) continue;
    all[i].place = strength_score(scopes[i], scopes, 63);
    if (all[i].place.value) scores.push_back(*all[i].place.value);
  }
  for (auto& [basket, own] : all) {
    own.n = static_cast<std::uint32_t>(scores.size());
    if (own.n < 5) {
      own.place = Validity::kInsufficient;
    } else if (own.place.value) {
      Real below = -0.5L;  // it is half a place below itself
      for (const Real score : scores) below += score < *own.place.value ? 1.0L : score == *own.place.value ? 0.5L : 0.0L;
      own.place = 100 * below / Real(own.n - 1);
    }
  }
  return all;
}
inline void ranks(const std::vector<Scope>& scopes, std::vector<Numbers>& out) {
  const std::map<std::size_t, Ranked> all = ranked(scopes);
  for (const auto& each : all) {
    const std::size_t basket = each.first;
    const Ranked& own = each.second;
    const Scope& s = scopes[basket];
    const auto publish = [&](const std::string& id, const Result& result) {
      Number& number = out[basket][id] = s.number(result, own.n, s.now.index[0].flags, s.benchmarks[0].stale);
      number.n_members = static_cast<std::uint32_t>(all.size());
    };
    publish("rank_pct", own.place);
    std::size_t known = 0;  // sessions since the first that gave it a rank
    for (std::size_t t = s.past.size(); t > 0; --t) {
      if (s.past[t - 1]->rank) known = s.past.size() - (t - 1);
    }
    for (const std::size_t sessions : {5U, 21U}) {
      Result change = own.place;
      if (own.place.value && known < sessions) change = Validity::kWarmup;
      if (own.place.value && known >= sessions) {
        const std::optional<Real> before = s.past[s.past.size() - sessions]->rank;
        change = before ? Result(*own.place.value - *before) : Result(Validity::kUndefined);
      }
      publish("rank_change_" + std::to_string(sessions), change);
    }
  }
}

// B9: the last 252 common returns, in 1e-12. A member's carried close is a return of 0; the benchmark must have traded in the session and
// in the one before.
struct Pair {
  int128 own_e12, benchmark_e12;
};
using Pairs = std::vector<std::optional<Pair>>;  // by session

inline std::vector<Pair> newest_pairs(const Pairs& sessions) {
  std::vector<Pair> newest;
  for (std::size_t ago = 1; ago <= sessions.size() && newest.size() < 252; ++ago) {
    if (const auto& pair = sessions[sessions.size() - ago]) newest.push_back(*pair);
  }
  return newest;
}
inline std::optional<Real> slope(const std::vector<Pair>& pairs) {  // nothing when the benchmark's variance is below 1e-12
  Reals own, market;
  for (const Pair& pair : pairs) {
    own.push_back(Real(pair.own_e12) / 1e12L);
    market.push_back(Real(pair.benchmark_e12) / 1e12L);
  }
  if (own.size() < 2) return std::nullopt;
  const Real own_mean = mean(own), market_mean = mean(market);
  Real together = 0, alone = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    together += (own[i] - own_mean) * (market[i] - market_mean);
    alone += (market[i] - market_mean) * (market[i] - market_mean);
  }
  if (alone / Real(own.size() - 1) < 1e-12L) return std::nullopt;
  return together / alone;
}
struct BetaNumbers {
  Result beta = Validity::kWarmup, excess = Validity::kWarmup;
  std::uint32_t flags = 0, excess_flags = 0;
};
// Cumulative excess: each session with the beta of the session before, pulled a third of the way to 1.
struct BetaLine {
  Pairs pairs{};
  Real excess = 0;
  bool started = false;

  BetaNumbers take(const std::optional<Pair>& pair) {
    const std::vector<Pair> earlier = newest_pairs(pairs);
    const bool estimated = earlier.size() >= 126;
    const std::optional<Real> before = slope(earlier);
    if (estimated && pair) {
      const Real by = before ? 1.0L / 3 + 2.0L / 3 * *before : 1.0L;
      const Real growth = 1 + (Real(pair->own_e12) - by * Real(pair->benchmark_e12)) / 1e12L;
      if (growth > 0) excess += rounded_e12(std::log(growth));  // what cannot be a growth is none
      started = true;
    }
    pairs.push_back(pair);
    BetaNumbers n;
    const std::vector<Pair> newest = newest_pairs(pairs);
    if (newest.size() >= 126) n.beta = {slope(newest), Validity::kUndefined};
    if (started) n.excess = excess;
    n.flags = pair ? 0U : kFlagGap;  // the numbers stay what they were
    n.excess_flags = n.flags | (before ? 0U : kFlagUnitBeta);
    return n;
  }
};
inline std::optional<Pair> pair_of(const std::optional<int128>& own_e12, const Facts::Bench& benchmark) {
  if (!own_e12 || !benchmark.has_return || !benchmark.traded_before) return std::nullopt;
  return Pair{*own_e12, benchmark.return_e12};
}
// Of a scope: its equal-weighted return, from the session after its base.
inline void beta(const Scope& s, Numbers& out) {
  if (!s.commit) return;
  const History sessions = s.sessions();
  BetaLine line;
  BetaNumbers now;
  bool started = false;
  for (const Facts* f : sessions) {
    std::optional<int128> own_e12;
    if (started && f->index[0].session_return) own_e12 = std::llround(*f->index[0].session_return * 1e12L);
    started |= f->index[0].can_start;
    now = line.take(pair_of(own_e12, f->bench[0]));
  }
  const bool has_index = index_levels(s, 0).back().has_value();
  const auto publish = [&](const char* id, const Result& result, std::uint32_t flags) {
    const Result absent = !has_index ? Result(s.now.index[0].why) : !s.benchmarks[0].known() ? Result(Validity::kUndefined) : result;
    const Result why = result.value ? result : absent;  // once there is a number it stays
    out[id] = IndexNumber{s}.number(why, why.value ? flags : 0);
  };
  publish("beta", now.beta, now.flags);
  publish("beta_adj_excess", now.excess, now.excess_flags);
}

// Of single symbols, at commits.
inline Number symbol_number(const Scope& pool, const Symbol& s, const Result& result, std::uint32_t flags) {
  Number n = pool.number(result, result.value ? 1 : 0, 0);
  n.n_members = 1;
  n.flags = flags | (s.halted ? kFlagHaltedMembers : 0U) | (s.suspect || s.held ? kFlagSuspectMembers : 0U) |
            (s.price_gap ? kFlagFeedGap : 0U) | (pool.late ? kFlagLateCommit : 0U) | (pool.revised ? kFlagRevised : 0U) |
            (pool.provisional ? kFlagProvisional : 0U);
  return n;
}
// B4, of the thesis's members with 252 prior closes; equal returns share their middle place.
inline void ratings(const Scope& thesis, std::map<std::uint32_t, Numbers>& out) {
  std::map<std::uint32_t, int128> rated;  // weighted return in 1e-9
  for (std::size_t i = 0; i < thesis.ids.size(); ++i) {
    const Symbol& s = thesis.members[i];
    if (!s.eligible() || s.past.size() < 252) continue;
    const auto since = [&](std::size_t sessions) { return simple_return(s.last_e9, s.close_ago(sessions)); };
    rated[thesis.ids[i]] = rounded_quotient(4 * since(63) + 2 * (since(126) + since(189) + since(252)), 10'000);
  }
  const auto n = static_cast<std::int64_t>(rated.size());
  for (std::size_t i = 0; i < thesis.ids.size(); ++i) {
    const Symbol& s = thesis.members[i];
    Result result = Validity::kWarmup;
    if (n < 20) {
      result = Validity::kInsufficient;
    } else if (!s.eligible() && s.past.size() >= 252) {
      result = Validity::kUndefined;
    } else if (rated.count(thesis.ids[i]) != 0) {
      std::int64_t less = 0, equal = 0;
      for (const auto& [id, weighted] : rated) less += weighted < rated[thesis.ids[i]], equal += weighted == rated[thesis.ids[i]];
      // 1 + floor(98 (less + (equal - 1) / 2) / (n - 1) + 1 / 2), in whole numbers
      result = Real(1 + (98 * (2 * less + equal - 1) + (n - 1)) / (2 * (n - 1)));
    }
    out[thesis.ids[i]]["rs_rating"] = symbol_number(thesis, s, result, 0);
  }
}
// B9 of a symbol: its history is its own, whoever holds it. `line`: of the sessions before.
inline std::optional<Pair> symbol_pair(const Symbol& s, const Facts::Bench& benchmark) {
  std::optional<int128> own_e12;
  if (s.eligible()) own_e12 = simple_return(s.last_e9, s.ref_e9);
  return pair_of(own_e12, benchmark);
}
inline void symbol_betas(const Scope& thesis, const std::map<std::uint32_t, BetaLine>& lines, std::map<std::uint32_t, Numbers>& out) {
  for (std::size_t i = 0; i < thesis.ids.size(); ++i) {
    const Symbol& s = thesis.members[i];
    BetaLine line = lines.at(thesis.ids[i]);
    const BetaNumbers now = line.take(symbol_pair(s, thesis.now.bench[0]));
    const auto publish = [&](const char* id, const Result& result, std::uint32_t flags) {
      const Result why = thesis.benchmarks[0].known() ? result : Result(Validity::kUndefined);
      out[thesis.ids[i]][id] = symbol_number(thesis, s, why, why.value ? flags : 0);
    };
    publish("beta", now.beta, now.flags);
    publish("beta_adj_excess", now.excess, now.excess_flags);
  }
}

}  // namespace groundswell::reference
