// The reference model of section A: breadth.
#pragma once

#include "support/reference/scope.hpp"

namespace groundswell::reference {

inline Reals covered_ratio_adjusted(const History& sessions) {
  Reals samples;
  for (const Facts* f : sessions) {
    if (f->covered(f->traded)) samples.push_back(f->ratio_adjusted());
  }
  return samples;
}

// A1-A4.
inline void advance_decline(const Scope& s, Numbers& out) {
  const Facts& f = s.now;
  const auto publish = [&](const char* id, const Result& result) { out[id] = s.of_members(f.traded, result, s.price_flags()); };
  publish("adv", Real(f.adv));
  publish("dec", Real(f.dec));
  publish("unch", Real(f.traded) - Real(f.adv + f.dec));
  publish("untraded", Real(f.eligible) - Real(f.traded));
  publish("net_adv", Real(f.net()));
  publish("ad_ratio", f.dec == 0 ? Result(Validity::kUndefined) : Result(Real(f.adv) / Real(f.dec)));
  publish("adlog", std::log((Real(f.adv) + 0.5L) / (Real(f.dec) + 0.5L)));
  publish("ad_pct", f.traded == 0 ? Result(Validity::kUndefined) : Result(f.ad_percent()));
  publish("rana", f.ratio_adjusted());

  // The lines: 0 at the base session, the first at whose close enough members have had one; an uncovered session leaves them alone.
  bool started = false;
  Real issues = 0, percent = 0;
  for (const Facts* day : s.past) {
    if (started && day->covered(day->traded)) issues += Real(day->net()), percent += day->ad_percent();
    started |= day->covered(day->n_members);
  }
  const bool moves = f.covered(f.traded);
  const std::uint32_t flags = s.price_flags() | (moves ? 0U : kFlagGap);
  for (const auto& [id, level, change] : {std::tuple{"adl", issues, Real(f.net())}, std::tuple{"adp", percent, f.ad_percent()}}) {
    if (started) {
      out[id] = s.number(moves ? level + change : level, f.traded, flags);
    } else if (s.commit && f.covered(f.n_members)) {
      out[id] = s.number(Real(0), f.n_members, 0);
    } else {
      out[id] = s.number(Validity::kInsufficient, f.traded, 0);
    }
  }
}

// A5, and the dollar form of A13.
inline void up_down_volume(const Scope& s, Numbers& out) {
  const Facts& f = s.now;
  const auto share = [](Real part, Real whole) { return whole == 0 ? Result(Validity::kUndefined) : Result(100 * part / whole); };
  const auto publish = [&](const char* id, const Result& result, std::uint32_t flags) {
    out[id] = s.of_members(f.with_volume, result, flags);
  };
  const std::uint32_t flags = s.session_flags();
  const Real up = Real(f.up_shares), down = Real(f.down_shares), unchanged = Real(f.unchanged_shares);
  publish("up_vol", up, flags);
  publish("dn_vol", down, flags);
  publish("unch_vol", unchanged, flags);
  publish("upvol_pct", share(up, up + down), flags);
  publish("advol_pct", share(up - down, up + down + unchanged), flags);
  const Real up_e4 = Real(f.up_e4), down_e4 = Real(f.down_e4), unchanged_e4 = Real(f.unchanged_e4);
  publish("up_dollar", up_e4 / 10'000, flags);
  publish("dn_dollar", down_e4 / 10'000, flags);
  publish("unch_dollar", unchanged_e4 / 10'000, flags);
  publish("upvol_dollar_pct", share(up_e4, up_e4 + down_e4), flags);
  publish("advol_dollar_pct", share(up_e4 - down_e4, up_e4 + down_e4 + unchanged_e4), flags);
  publish("vwb_dollar", share(up_e4 - down_e4, up_e4 + down_e4 + unchanged_e4), flags | s.price_flags());
}

// A6: (adv / dec) / (up / down).
inline std::optional<Real> arms_index(const History& sessions) {
  Real adv = 0, dec = 0, up = 0, down = 0;
  for (const Facts* f : sessions) adv += Real(f->adv), dec += Real(f->dec), up += Real(f->up_shares), down += Real(f->down_shares);
  if (adv == 0 || dec == 0 || up == 0 || down == 0) return std::nullopt;
  return adv * down / (dec * up);
}
inline void arms(const Scope& s, Numbers& out) {
  constexpr std::size_t kSessions = 10;
  const std::uint32_t flags = s.price_flags() | s.session_flags(), n = s.now.with_volume;
  const bool covered = s.now.covered(n);
  History samples;  // covered sessions, this one included if it is one
  for (const Facts* f : s.sessions()) {
    if (f->covered(f->with_volume)) samples.push_back(f);
  }
  Reals ratios;
  for (const Facts* f : samples) {
    if (const auto ratio = arms_index({f})) ratios.push_back(*ratio);
  }
  const std::optional<Real> trin = arms_index({&s.now});
  out["trin"] = s.of_members(n, {trin, Validity::kUndefined}, flags);
  out["ln_trin"] = s.of_members(n, {trin ? std::optional(std::log(*trin)) : std::nullopt, Validity::kUndefined}, flags);

  // As of the newest covered session, which is this one or an earlier one (then flagged GAP).
  const bool newest_has_ratio = !samples.empty() && arms_index({samples.back()}).has_value();
  std::optional<Real> open, average;
  if (samples.size() >= kSessions) open = arms_index(History(samples.end() - kSessions, samples.end()));
  if (newest_has_ratio && ratios.size() >= kSessions) average = mean(last(ratios, kSessions));
  const auto smoothed = [&](const char* id, const std::optional<Real>& value, bool full) {
    if (covered) {
      out[id] = s.number({value, full ? Validity::kUndefined : Validity::kWarmup}, n, flags);
    } else {
      out[id] = s.number({value, Validity::kInsufficient}, n, flags | (value ? kFlagGap : 0U));
    }
  };
  smoothed("trin_open10", open, samples.size() >= kSessions);
  smoothed("trin_sma10", average, ratios.size() + (trin ? 0 : 1) >= kSessions);
}

// A7 on ratio-adjusted net advances, seeded with simple averages.
inline void mcclellan(const Scope& s, Numbers& out) {
  const bool covered = s.now.covered(s.now.traded);
  const Reals samples = covered_ratio_adjusted(s.sessions());
  const auto fast = exponential_average(samples, 19, 0.10L), slow = exponential_average(samples, 39, 0.05L);
  const bool warm = samples.size() >= 39 + 90;
  const auto publish = [&](const char* id, Real of_fast, Real of_slow) {
    if (slow) {
      out[id] = s.number({of_fast * *fast + of_slow * *slow, warm ? Validity::kOk : Validity::kWarmup}, s.now.traded,
                         s.price_flags() | (covered ? 0U : kFlagGap));
    } else {
      out[id] = s.number(covered ? Validity::kWarmup : Validity::kInsufficient, s.now.traded, s.price_flags());
    }
  };
  publish("mcc_osc", 1, -1);
  publish("mcc_summ", -9, 19);
  publish("mcc_na_unch", 2, -1);
  publish("mcc_na_zero", -18, 19);
}

// A8. A thrust is on from the session at which the average is above .615 with one below .40 at most ten sessions ago, until it is below
// .40.
inline void breadth_thrust(const Scope& s, Numbers& out) {
  const auto is_sample = [](const Facts& f) { return f.covered(f.traded) && f.adv + f.dec > 0; };
  Reals samples;
  bool on = false;
  std::optional<std::size_t> low_at;
  const History sessions = s.sessions();
  for (std::size_t t = 0; t < sessions.size(); ++t) {
    const Facts& f = *sessions[t];
    if (!is_sample(f)) continue;
    samples.push_back(Real(f.adv) / Real(f.adv + f.dec));
    const auto average = exponential_average(samples, 10, 2.0L / 11);
    if (!average) continue;
    if (*average < 0.40L) low_at = t, on = false;
    if (*average > 0.615L && low_at && t - *low_at <= 10) on = true;
  }
  const auto average = exponential_average(samples, 10, 2.0L / 11);
  const bool warm = samples.size() >= 10 + 23, sample = is_sample(s.now);
  const std::uint32_t flags = s.price_flags() | (s.now.traded < 40 ? kFlagSmallN : 0U);
  for (const auto& [id, value] : {std::pair{"zbt", average.value_or(0)}, std::pair{"zbt_thrust", Real(on)}}) {
    if (average) {
      out[id] = s.number({value, warm ? Validity::kOk : Validity::kWarmup}, s.now.traded, flags | (sample ? 0U : kFlagGap));
    } else {
      out[id] = s.number(s.now.covered(s.now.traded) ? Validity::kWarmup : Validity::kInsufficient, s.now.traded, flags);
    }
  }
}

// A10.
inline void new_highs_lows(const Scope& s, Numbers& out) {
  for (std::size_t k = 0; k < kExtremes.size(); ++k) {
    const std::string window = std::to_string(kExtremes[k]);
    const Real highs = Real(s.now.highs[k]), lows = Real(s.now.lows[k]);
    const std::uint32_t n = s.now.with_extremes[k];
    const auto publish = [&](const std::string& id, const Result& result) {
      out[id + window] = s.of_members(n, result, s.session_flags());
    };
    publish("nh_", highs);
    publish("nl_", lows);
    publish("hl_pct_", n == 0 ? Result(Validity::kUndefined) : Result(100 * (highs - lows) / n));
    publish("rhp_", highs + lows == 0 ? Result(Validity::kUndefined) : Result(100 * highs / (highs + lows)));

    Reals high_counts, low_counts;
    for (const Facts* f : s.sessions()) {
      if (f->covered(f->with_extremes[k])) high_counts.push_back(Real(f->highs[k])), low_counts.push_back(Real(f->lows[k]));
    }
    const bool covered = s.now.covered(n);
    if (s.commit) {  // how unusual, against its last 20 sessions, this one included
      Reals net;
      for (const Facts* f : s.sessions()) {
        if (f->covered(f->with_extremes[k])) net.push_back(100 * Real(f->highs[k] - f->lows[k]) / f->with_extremes[k]);
      }
      Result unusual = Validity::kWarmup;
      if (covered && net.size() >= 20) {
        const Reals usual = last(net, 20);
        const Real spread = deviation(usual, 0);
        unusual = spread < 1e-12L ? Result(Validity::kUndefined) : Result((usual.back() - mean(usual)) / spread);
      }
      publish("hl_pct_z_", unusual);
    }
    if (high_counts.size() < 10) {
      out["hli10_" + window] = s.number(covered ? Validity::kWarmup : Validity::kInsufficient, n, s.session_flags());
      continue;
    }
    const Real all_highs = sum(last(high_counts, 10)), all = all_highs + sum(last(low_counts, 10));
    out["hli10_" + window] = s.number(all == 0 ? Real(50) : 100 * all_highs / all, n, s.session_flags() | (covered ? 0U : kFlagGap));
  }
}

}  // namespace groundswell::reference
