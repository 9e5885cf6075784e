// The reference model of section C: who carries a move, and whether members move together. Pairs are gone through one by one.
#pragma once

#include "support/reference/strength.hpp"

namespace groundswell::reference {

// C1, C2: a member's contribution is its weight when the window began times its return; those in the direction of their sum count.
struct Contributions {
  std::uint32_t n = 0;
  bool shares_missing = false, low_direction = false;
  Reals shares;      // of those that count, of their sum
  Real leaders = 0;  // their part of that sum
  Real leader_weight = 0;
};
inline Contributions contributions(const Scope& scope, std::size_t sessions, bool by_capital) {
  Contributions c;
  std::vector<std::pair<Real, bool>> parts;  // and whether it is a leader's
  Real weights = 0;
  for (std::size_t i = 0; i < scope.members.size(); ++i) {
    const Symbol& s = scope.members[i];
    const std::int64_t base_e9 = s.base_e9(sessions);
    if (!s.eligible() || base_e9 == 0) continue;
    ++c.n;
    c.shares_missing |= s.base_shares(sessions) <= 0;
    const Real weight = by_capital ? Real(s.base_shares(sessions)) * Real(base_e9) : 1;
    parts.emplace_back(weight * Real(s.last_e9 - base_e9) / Real(base_e9), scope.roles[i] == Role::kLeader);
    weights += weight;
    if (parts.back().second) c.leader_weight += weight;
  }
  if (by_capital && c.shares_missing) return c;
  Real total = 0, sizes = 0, counted = 0;
  for (const auto& [part, leads] : parts) total += part, sizes += std::abs(part);
  if (std::abs(total) < 1e-15L * sizes) total = 0;  // they cancel out but for the last bit
  c.low_direction = std::abs(total) < 0.10L * sizes;
  c.leader_weight = weights == 0 ? 0 : c.leader_weight / weights;
  for (const auto& [part, leads] : parts) {
    const Real own = std::max(total < 0 ? -part : part, Real(0));
    counted += own;
    if (own > 0) c.shares.push_back(own);
    if (leads) c.leaders += own;
  }
  for (Real& share : c.shares) share /= counted;
  if (counted > 0) c.leaders /= counted;
  return c;
}
inline void concentration(const Scope& scope, Numbers& out) {
  for (const std::size_t sessions : {1U, 21U, 63U}) {
    const Contributions capital = contributions(scope, sessions, true), equal = contributions(scope, sessions, false);
    const auto publish = [&](const std::string& id, const Contributions& c, std::uint32_t flags, auto&& formula) {
      Result result = Validity::kUndefined;
      if (!c.shares.empty()) result = formula(c);
      flags |= scope.price_flags() | (c.low_direction ? kFlagLowDir : 0U);
      out[id + std::to_string(sessions)] = scope.of_members(c.n, c.n == 0 ? Result(Validity::kInsufficient) : result, flags);
    };
    const auto hhi = [](const Contributions& c) {
      Real squares = 0;
      for (const Real share : c.shares) squares += share * share;
      return squares;
    };
    const auto enc = [&](const Contributions& c) { return 1 / hhi(c); };
    const auto top = [](std::size_t k) {
      return [k](const Contributions& c) {
        Reals falling = c.shares;
        std::sort(falling.rbegin(), falling.rend());
        return sum(Reals(falling.begin(), falling.begin() + static_cast<std::ptrdiff_t>(std::min(k, falling.size()))));
      };
    };
    const auto leader_share = [](const Contributions& c) { return c.leaders; };
    const std::uint32_t no_shares = capital.shares_missing ? kFlagNoShares : 0U;
    publish("hhi_", capital, no_shares, hhi);
    publish("enc_", capital, no_shares, enc);
    publish("encn_", capital, no_shares, [&](const Contributions& c) { return (enc(c) - 1) / Real(c.n - 1); });
    publish("leader_share_", capital, no_shares, leader_share);
    publish("top1_", capital, no_shares, top(1));
    publish("top3_", capital, no_shares, top(3));
    publish("hhi_ew_", equal, 0, hhi);
    publish("enc_ew_", equal, 0, enc);
    publish("leader_share_ew_", equal, 0, leader_share);
    publish("leader_excess_", capital.shares_missing ? equal : capital, no_shares,
            [](const Contributions& c) { return c.leaders - c.leader_weight; });
  }
}

// C3: equal against capital weights, by day.
inline void weighting_spread(const Scope& s, Numbers& out) {
  const Levels equal = index_returns(s, 0), capital = index_returns(s, 1);
  Reals before;
  for (std::size_t t = 0; t + 1 < equal.size(); ++t) {
    if (equal[t] && capital[t]) before.push_back(rounded_e12(std::log((1 + *equal[t]) / (1 + *capital[t]))));
  }
  Result result = Validity::kWarmup;  // as on the base session
  for (const std::size_t k : {0U, 1U}) {
    if (index_levels(s, k).back()) continue;
    result = s.now.index[k].why;
    break;
  }
  if (equal.back() && capital.back())
    result = t_statistic(before, rounded_e12(std::log((1 + *equal.back()) / (1 + *capital.back()))), 21, s.commit);
  out["ew_cw_z"] = IndexNumber{s, 1}.number(result);
}

// C3: followers against leaders. In the thesis followers are those of the supplier baskets.
struct Gap {
  Validity why = Validity::kUndefined;
  std::int64_t gap_e12 = 0;
  std::uint32_t n_valid = 0, n_members = 0;
};
inline Gap follower_gap(const Scope& scope) {
  struct Side {
    bool any = false;
    std::uint32_t n = 0, listed = 0;
    int128 returns_e12 = 0;
  } followers, leaders;
  for (std::size_t i = 0; i < scope.members.size(); ++i) {
    const Symbol& s = scope.members[i];
    const bool follows = scope.roles[i] == Role::kFollower && (scope.kind == Kind::kBasket || scope.supplies[i]);
    if (!follows && scope.roles[i] != Role::kLeader) continue;
    Side& side = follows ? followers : leaders;
    side.any = true;
    side.listed += s.listed;
    if (!s.eligible()) continue;
    ++side.n;
    side.returns_e12 += simple_return(s.last_e9, s.ref_e9);
  }
  Gap gap{.n_valid = followers.n + leaders.n, .n_members = followers.listed + leaders.listed};
  if (!followers.any || !leaders.any) return gap;
  const Coverage rule{.at_least = scope.kind == Kind::kThesis ? 3U : 1U};
  gap.why = Validity::kInsufficient;
  if (followers.n < rule.needed(followers.listed) || leaders.n < rule.needed(leaders.listed)) return gap;
  gap.why = Validity::kOk;
  const int128 both = int128{followers.n} * leaders.n;
  gap.gap_e12 = static_cast<std::int64_t>(rounded_quotient(followers.returns_e12 * leaders.n - leaders.returns_e12 * followers.n, both));
  return gap;
}
inline void follower_score(const Scope& s, Numbers& out) {
  const Gap gap = follower_gap(s);
  Reals before;
  for (const Facts* f : s.past) {
    if (f->gap_e12) before.push_back(Real(*f->gap_e12) / 1e12L);
  }
  const Result result = gap.why == Validity::kOk ? t_statistic(before, Real(gap.gap_e12) / 1e12L, 21, s.commit) : Result(gap.why);
  Number& number = out["tgap_21"] = s.number(result, gap.n_valid, s.price_flags());
  number.n_members = gap.n_members;
}

// C4.
inline void dispersion(const Scope& scope, Numbers& out) {
  for (const std::size_t sessions : {1U, 21U}) {
    Reals returns;
    for (const Symbol& s : scope.members) {
      const std::int64_t base_e9 = s.base_e9(sessions);
      if (s.eligible() && base_e9 > 0) returns.push_back(Real(s.last_e9 - base_e9) / Real(base_e9));
    }
    const auto n = static_cast<std::uint32_t>(returns.size());
    const Result result = n == 0 ? Result(Validity::kInsufficient) : Result(10'000 * deviation(returns, 0));
    out["dispersion_" + std::to_string(sessions)] = scope.of_members(n, result, scope.price_flags());
  }
}

// The last returns of those that have been there all the while, this session's the last; a carried close is a return of 0.
inline std::vector<Reals> complete_returns(const Scope& scope, std::size_t sessions) {
  std::vector<Reals> rows;
  for (const Symbol& s : scope.members) {
    if (!s.eligible() || s.past.size() < sessions) continue;
    Reals row;
    for (std::size_t i = s.past.size() - (sessions - 1); i < s.past.size(); ++i)
      row.push_back(Real(s.past[i].return_e12.value_or(0)) / 1e12L);
    row.push_back(Real(simple_return(s.last_e9, s.ref_e9)) / 1e12L);
    rows.push_back(row);
  }
  return rows;
}

// C5, pair by pair: the mean of correlations, and of covariances over that of the products of deviations.
inline void average_correlation(const Scope& scope, Numbers& out) {
  for (const std::size_t sessions : {21U, 63U}) {
    const std::vector<Reals> rows = complete_returns(scope, sessions);
    std::vector<Reals> moving;  // about their mean
    Reals deviations;
    for (Reals row : rows) {
      const Real center = mean(row), spread = deviation(row, 0);
      if (spread < 1e-12L) continue;
      for (Real& value : row) value -= center;
      moving.push_back(row);
      deviations.push_back(spread);
    }
    Real correlations = 0, covariances = 0, products = 0, pairs = 0;
    for (std::size_t i = 0; i < moving.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        Real covariance = 0;
        for (std::size_t t = 0; t < sessions; ++t) covariance += moving[i][t] * moving[j][t] / Real(sessions);
        correlations += covariance / (deviations[i] * deviations[j]);
        covariances += covariance;
        products += deviations[i] * deviations[j];
        pairs += 1;
      }
    }
    const auto bounded = [&](Real value) { return std::min(std::max(value, -1 / (Real(moving.size()) - 1)), Real(1)); };
    const auto n_moving = static_cast<std::uint32_t>(moving.size()), n = static_cast<std::uint32_t>(rows.size());
    const Result plain = pairs == 0 ? Result(Validity::kUndefined) : Result(bounded(correlations / pairs));
    const bool one_factor = scope.now.covered(n_moving) && plain.value && *plain.value > 0.75L;
    const Real denominator = 2 * products / std::max(Real(1), Real(n) * Real(n));
    const Result weighted = pairs == 0 || denominator < 1e-18L ? Result(Validity::kUndefined) : Result(bounded(covariances / products));
    const std::string window = std::to_string(sessions);
    out["avg_corr_" + window] = scope.of_members(n_moving, plain, scope.price_flags() | (one_factor ? kFlagOneFactor : 0U));
    out["avg_corr_vw_" + window] = scope.of_members(n, weighted, scope.price_flags());
  }
}

// C6. Eigenvalues of a symmetric matrix by Jacobi rotations.
inline Reals eigenvalues(std::vector<Reals> a) {
  const std::size_t n = a.size();
  for (int sweep = 0; sweep < 12; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a[p][q] == 0) continue;
        const Real angle = 0.5L * std::atan2(2 * a[p][q], a[p][p] - a[q][q]);
        const Real c = std::cos(angle), s = std::sin(angle);
        for (std::size_t k = 0; k < n; ++k) {
          const Real kp = a[k][p], kq = a[k][q];
          a[k][p] = c * kp + s * kq;
          a[k][q] = c * kq - s * kp;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const Real pk = a[p][k], qk = a[q][k];
          a[p][k] = c * pk + s * qk;
          a[q][k] = c * qk - s * pk;
        }
      }
    }
  }
  Reals values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(a[i][i]);
  return values;
}
inline Result absorption_ratio(std::vector<Reals> rows) {  // each 252 returns, the newest last
  constexpr std::size_t kSessions = 252;
  Reals weights;
  for (std::size_t t = 0; t < kSessions; ++t) weights.push_back(std::pow(0.5L, Real(kSessions - 1 - t) / 126));
  for (const Real all = sum(weights); Real & weight : weights) weight /= all;
  for (Reals& row : rows) {
    Real center = 0;
    for (std::size_t t = 0; t < kSessions; ++t) center += weights[t] * row[t];
    for (Real& value : row) value -= center;
  }
  std::vector<Reals> covariance(rows.size(), Reals(rows.size()));
  Real trace = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows.size(); ++j) {
      for (std::size_t t = 0; t < kSessions; ++t) covariance[i][j] += weights[t] * rows[i][t] * rows[j][t];
    }
    trace += covariance[i][i];
  }
  if (trace < 1e-18L) return Validity::kUndefined;
  Reals values = eigenvalues(covariance);
  std::sort(values.rbegin(), values.rend());
  const auto fifth = std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(std::floor(Real(rows.size()) / 5 + 0.5L)));
  return sum(Reals(values.begin(), values.begin() + fifth)) / trace;
}
struct Absorption {
  Result ratio = Validity::kInsufficient;
  std::uint32_t n = 0, n_members = 0;
};
// Of a basket over its members, of the thesis over baskets that had a return in each of the sessions.
inline Absorption absorption_of(const Scope& s, const std::vector<Scope>& scopes) {
  std::vector<Reals> rows;
  Absorption absorption{.n_members = s.now.n_members};
  if (s.kind == Kind::kBasket) {
    rows = complete_returns(s, 252);
  } else {
    absorption.n_members = 0;
    for (const Scope& basket : scopes) {
      if (basket.kind != Kind::kBasket) continue;
      ++absorption.n_members;
      const Levels returns = index_returns(basket, 0);
      if (returns.size() < 252) continue;
      Reals row;
      for (std::size_t t = returns.size() - 252; t < returns.size(); ++t) {
        if (returns[t]) row.push_back(*returns[t]);
      }
      if (row.size() == 252) rows.push_back(row);
    }
  }
  absorption.n = static_cast<std::uint32_t>(rows.size());
  if (!rows.empty() && absorption.n >= Coverage{}.needed(absorption.n_members)) absorption.ratio = absorption_ratio(rows);
  return absorption;
}
inline void absorption(const Scope& s, const std::vector<Scope>& scopes, Numbers& out) {
  const Absorption now = absorption_of(s, scopes);
  const auto publish = [&](const char* id, const Result& result) {
    Number& number = out[id] = s.number(result, now.n, s.price_flags());
    number.n_members = now.n_members;
  };
  publish("absorption", now.ratio);
  Result change = now.ratio;
  if (now.ratio.value) {
    Reals ratios;
    for (const Facts* f : s.past) {
      if (f->absorption) ratios.push_back(*f->absorption);
    }
    ratios.push_back(*now.ratio.value);
    change = Validity::kWarmup;
    if (ratios.size() >= 252) {
      const Reals year = last(ratios, 252);
      const Real spread = deviation(year, 1);
      change = spread < 1e-12L ? Result(Validity::kUndefined) : Result((mean(last(year, 15)) - mean(year)) / spread);
    }
  }
  publish("d_absorption", change);
}

// C7: up, and half of the flat, of all; flat is up to .05 %.
inline void diffusion(const Scope& scope, Numbers& out) {
  for (const std::size_t sessions : {21U, 126U}) {
    std::uint32_t n = 0;
    Real up = 0;
    for (const Symbol& s : scope.members) {
      if (!s.eligible() || s.close_ago(sessions) == 0) continue;
      const int128 move_e12 = simple_return(s.last_e9, s.close_ago(sessions));
      ++n;
      up += move_e12 > 500'000'000 ? 1.0L : move_e12 >= -500'000'000 ? 0.5L : 0.0L;
    }
    out["diffusion_" + std::to_string(sessions)] =
        scope.of_members(n, n == 0 ? Result(Validity::kInsufficient) : Result(100 * up / n), scope.price_flags());
  }
}
inline void strength_diffusion(const Scope& thesis, const std::vector<Scope>& scopes, Numbers& out) {
  std::uint32_t n = 0, flags = 0;
  Real up = 0;
  for (const std::size_t supplier : thesis.suppliers) {
    const StrengthLine line = strength_line(scopes[supplier], 0);
    flags |= scopes[supplier].now.index[0].flags & ~kFlagCarried;
    if (!line.now.value || !line.ago(21)) continue;
    const auto excess_e12 = std::llround(std::log(*line.now.value / *line.ago(21)) * 1e12L);
    ++n;
    up += excess_e12 > 500'000'000 ? 1.0L : excess_e12 >= -500'000'000 ? 0.5L : 0.0L;
  }
  const auto n_baskets = static_cast<std::uint32_t>(thesis.suppliers.size());
  const Benchmark& benchmark = thesis.benchmarks[0];
  Result result = Validity::kInsufficient;
  if (!benchmark.symbol.traded) {
    result = benchmark.known() ? Validity::kStaleInput : Validity::kUndefined;
  } else if (n >= Coverage{}.needed(n_baskets)) {
    result = 100 * up / n;
  }
  Number& number = out["d_rs"] = thesis.number(result, n, flags, benchmark.stale);
  number.n_members = n_baskets;
}

}  // namespace groundswell::reference
