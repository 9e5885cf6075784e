// The reference model of section B, the scopes' part: indices, strength lines, what is built on them, and betas of scopes.
#pragma once

#include <chrono>

#include "support/reference/scope.hpp"

namespace groundswell::reference {

// B1: base 100 at the first commit at which enough members (of a pool: baskets) have had a close; a session without enough of them moves
// nothing. By session, the running one last: its level, if it is published.
using Levels = std::vector<std::optional<Real>>;
inline Levels index_levels(const Scope& s, std::size_t k) {
  Levels published;
  std::optional<Real> level;
  const History sessions = s.sessions();
  for (std::size_t t = 0; t < sessions.size(); ++t) {
    const IndexFacts& f = sessions[t]->index[k];
    const bool closes = t + 1 < sessions.size() || s.commit;
    const bool starts = !level && closes && f.can_start;
    if (starts) level = 100;
    const bool moves = level && !starts && f.session_return.has_value();
    if (moves) *level *= 1 + *f.session_return;
    published.push_back(starts || moves ? level : std::nullopt);
  }
  return published;
}
// The returns that moved it, by session.
inline Levels index_returns(const Scope& s, std::size_t k) {
  Levels moves;
  bool started = false;
  for (const Facts* f : s.sessions()) {
    moves.push_back(started ? f->index[k].session_return : std::nullopt);
    started |= f->index[k].can_start;
  }
  return moves;
}
inline bool starts_now(const Scope& s, std::size_t k) {
  return s.commit && s.now.index[k].can_start && !has_started(s.past, s.now, false, k);
}

struct IndexNumber {  // what every number on the index shares: who counts, and the flags
  const Scope& scope;
  std::size_t kind = 0;
  Number number(const Result& result, std::uint32_t more_flags = 0, bool stale = false) const {
    const IndexFacts& f = scope.now.index[kind];
    const bool base = starts_now(scope, kind);
    Number n = scope.number(result, base ? f.n_started : f.n_valid, f.flags | more_flags, stale);
    n.n_members = f.n_members;
    return n;
  }
};
inline void indices(const Scope& s, Numbers& out) {
  const std::array<const char*, 3> ids{"idx_ew", "idx_cw", "idx_pw"};
  for (std::size_t k = 0; k < 3; ++k) out[ids[k]] = IndexNumber{s, k}.number({index_levels(s, k).back(), s.now.index[k].why});
}

// B2: the equal-weighted index over the chain of the benchmark's session ratios, 100 at the first commit that has both.
struct StrengthLine {
  Levels past;  // since its base, by session; nothing where it is missing
  Result now = Validity::kInsufficient;
  bool starts = false;  // this is the base session

  std::optional<Real> ago(std::size_t sessions) const { return past.size() < sessions ? std::nullopt : past[past.size() - sessions]; }
  Reals samples() const {  // those that are there
    Reals all;
    for (const auto& line : past) {
      if (line) all.push_back(*line);
    }
    return all;
  }
};
inline StrengthLine strength_line(const Scope& s, std::size_t role) {
  StrengthLine line;
  const Levels index = index_levels(s, 0);
  Real benchmark = 1, index_base = 0, benchmark_base = 0;
  bool started = false;
  const History sessions = s.sessions();
  for (std::size_t t = 0; t < sessions.size(); ++t) {
    const Facts::Bench& b = sessions[t]->bench[role];
    const bool running = t + 1 == sessions.size();
    if (b.has_return) benchmark *= b.ratio;
    const bool both = index[t] && b.traded;
    if (!started && both && (!running || s.commit)) {
      index_base = *index[t], benchmark_base = benchmark, started = true;
      line.starts = running;
    }
    std::optional<Real> level;
    if (started && both) level = 100 * (*index[t] / index_base) / (benchmark / benchmark_base);
    if (!running && started) line.past.push_back(level);
    if (!running) continue;
    line.now = level       ? Result(*level)
               : !index[t] ? Result(s.now.index[0].why)
               : !b.known  ? Result(Validity::kUndefined)
               : !b.traded ? Result(Validity::kStaleInput)
                           : Result(Validity::kWarmup);
  }
  return line;
}
// What is published of a line: the line itself and what it has gained over L sessions.
inline void relative_strength(const Scope& s, std::size_t role, const std::string& benchmark, Numbers& out) {
  const StrengthLine line = strength_line(s, role);
  const bool stale = s.benchmarks[role].stale;
  const auto publish = [&](const std::string& id, const Result& result) { out[id] = IndexNumber{s}.number(result, 0, stale); };
  publish("rs_" + benchmark, line.now);
  for (const unsigned sessions : {1U, 5U, 21U, 63U, 126U, 252U}) {
    Result excess = line.now;
    if (line.now.value && line.past.size() < sessions) excess = Validity::kWarmup;
    if (line.now.value && line.past.size() >= sessions) {
      const auto before = line.ago(sessions);
      excess = before ? Result(std::log(*line.now.value / *before)) : Result(Validity::kUndefined);
    }
    publish("excess_" + std::to_string(sessions) + "_" + benchmark, excess);
    if (role == 0) publish("excess_" + std::to_string(sessions), excess);
  }
}

// B2: how far the line is above the highest and the lowest of N sessions before.
inline void strength_extremes(const Scope& s, Numbers& out) {
  const StrengthLine line = strength_line(s, 0);
  for (const std::size_t sessions : {20U, 63U, 252U}) {
    Result high = line.now, low = line.now;
    if (line.now.value) {
      Reals prior;
      for (std::size_t ago = 1; ago <= sessions && ago <= line.past.size(); ++ago) {
        if (line.ago(ago)) prior.push_back(*line.ago(ago));
      }
      high = low = line.past.size() < sessions ? Validity::kWarmup : Validity::kUndefined;
      if (line.past.size() >= sessions && !prior.empty()) {
        high = 100 * (*line.now.value / *std::max_element(prior.begin(), prior.end()) - 1);
        low = 100 * (*line.now.value / *std::min_element(prior.begin(), prior.end()) - 1);
      }
    }
    out["rs_over_high_" + std::to_string(sessions)] = IndexNumber{s}.number(high, 0, s.benchmarks[0].stale);
    out["rs_over_low_" + std::to_string(sessions)] = IndexNumber{s}.number(low, 0, s.benchmarks[0].stale);
  }
}

// B3.
inline std::int64_t week_of(std::uint32_t session) {  // weeks from Monday to Sunday, counted; 1970-01-01 was a Thursday
  using namespace std::chrono;
  const year_month_day date{year(static_cast<int>(session / 10'000)), month(session / 100 % 100), day(session % 100)};
  return (sys_days(date).time_since_epoch().count() + 3) / 7;
}
inline void mansfield(const Scope& s, Numbers& out) {
  const StrengthLine line = strength_line(s, 0);
  const auto publish = [&](const char* id, const Reals& window, std::size_t needed) {
    Result result = line.now;
    if (line.now.value && window.size() < needed) result = Validity::kWarmup;
    if (line.now.value && window.size() >= needed) result = 100 * (*line.now.value / mean(window) - 1);
    out[id] = IndexNumber{s}.number(result, 0, s.benchmarks[0].stale);
  };
  const Real now = line.now.value.value_or(0);
  publish("mansfield_200d", last(with(line.samples(), now), 200), 200);
  std::map<std::int64_t, Real> by_week;  // the last session of each that has a line
  const std::size_t before_base = s.past.size() - line.past.size();
  for (std::size_t t = 0; t < line.past.size(); ++t) {
    if (line.past[t]) by_week[week_of(s.past[before_base + t]->session)] = *line.past[t];
  }
  by_week[week_of(s.session)] = now;
  Reals weeks;
  for (const auto& [week, level] : by_week) weeks.push_back(level);
  publish("mansfield_52w", last(weeks, 52), 52);
}

// B5. Live, the deviations are those of the last commit.
struct Rotation {
  Result ratio = Validity::kWarmup, momentum = Validity::kWarmup;
  int quadrant = 0;
};
inline Rotation rotation_of(const Reals& committed, Real running, bool commit) {
  constexpr std::size_t kWindow = 63;
  Rotation now;
  Reals lines, changes;
  std::optional<Real> ratio_before, frozen_line, frozen_change;
  bool primed = false;
  std::array<bool, 2> above{};
  std::array<int, 2> beyond{};
  const auto take_quadrant = [&](Real ratio, Real momentum) {
    const std::array<Real, 2> axes{ratio, momentum};
    for (std::size_t i = 0; i < 2; ++i) {
      if (!primed) above[i] = axes[i] > 100;
      const bool past = above[i] ? axes[i] < 100 - 0.10L : axes[i] > 100 + 0.10L;
      beyond[i] = past ? beyond[i] + 1 : 0;
      if (beyond[i] == 2) above[i] = !above[i], beyond[i] = 0;
    }
    primed = true;
  };
  const Reals all = with(committed, running);
  for (std::size_t t = 0; t < all.size(); ++t) {
    const bool frozen = t + 1 == all.size() && !commit;
    now = Rotation{};
    lines.push_back(all[t]);
    const Reals window = last(lines, kWindow);
    if (window.size() < kWindow || (frozen && !frozen_line)) continue;
    const Real spread = frozen ? *frozen_line : deviation(window, 0);
    frozen_line = spread;
    now.ratio = now.momentum = Validity::kUndefined;
    if (spread < 1e-12L) continue;
    const Real ratio = 100 + (all[t] - mean(window)) / spread;
    now.ratio = ratio;
    now.momentum = Validity::kWarmup;
    if (ratio_before) {
      changes.push_back(100 * (ratio / *ratio_before - 1));
      const Reals moves = last(changes, kWindow);
      if (moves.size() == kWindow && !(frozen && !frozen_change)) {
        const Real change_spread = frozen ? *frozen_change : deviation(moves, 0);
        frozen_change = change_spread;
        if (change_spread < 1e-12L) {
          now.momentum = Validity::kUndefined;
        } else {
          now.momentum = 100 + (changes.back() - mean(moves)) / change_spread;
          take_quadrant(ratio, *now.momentum.value);
        }
      }
    }
    ratio_before = ratio;
    now.quadrant = above[0] ? (above[1] ? 1 : 2) : (above[1] ? 4 : 3);
  }
  return now;
}
inline void rotation(const Scope& s, Numbers& out) {
  const StrengthLine line = strength_line(s, 0);
  Rotation r{line.now, line.now, 0};
  if (line.now.value) r = rotation_of(line.samples(), *line.now.value, s.commit);
  const auto publish = [&](const char* id, const Result& result) { out[id] = IndexNumber{s}.number(result, 0, s.benchmarks[0].stale); };
  publish("rot_ratio", r.ratio);
  publish("rot_mom", r.momentum);
  publish("quadrant", r.momentum.value ? Result(Real(r.quadrant)) : r.momentum);
}

// What B6 and C3 make of a series of daily differences: the sum of the last L over what its usual day makes of L, from 63 on. `running`:
// today's; at a commit the deviation includes it.
inline Result t_statistic(const Reals& before, Real running, std::size_t window, bool commit) {
  const Reals all = with(before, running);
  const Reals measured = last(commit ? all : before, 252);
  if (all.size() < window || measured.size() < 63) return Validity::kWarmup;
  const Real spread = deviation(measured, 1);
  if (spread < 1e-9L) return Validity::kUndefined;
  return sum(last(all, window)) / (spread * std::sqrt(Real(window)));
}

// B6. e = ln(RS / RS of the session before), where both are there. Of a wave the mean over its baskets that have one, 60 % of them at
// least.
inline Result own_excess(const Scope& s) {
  const StrengthLine line = strength_line(s, 0);
  if (!line.now.value) return line.now;
  if (line.past.empty()) return Validity::kWarmup;
  if (!line.past.back()) return Validity::kUndefined;
  return rounded_e12(std::log(*line.now.value / *line.past.back()));
}
inline Result daily_excess(const Scope& s, const std::vector<Scope>& scopes) {
  const Result own = own_excess(s);
  if (s.kind != Kind::kWave) return own;
  Real total = 0;
  std::uint32_t n = 0;
  for (const std::size_t basket : s.children) {
    if (!scopes[basket].now.excess) continue;
    total += *scopes[basket].now.excess;
    ++n;
  }
  const Coverage rule{.at_least = 1};
  if (strength_line(s, 0).now.value && n >= rule.needed(static_cast<std::uint32_t>(s.children.size()))) return rounded_e12(total / n);
  return own.value ? Result(Validity::kUndefined) : own;
}
inline Result strength_score(const Scope& s, const std::vector<Scope>& scopes, std::size_t window) {
  const Result today = daily_excess(s, scopes);
  if (!today.value) return today;
  Reals before;
  for (const Facts* f : s.past) {
    if (f->excess) before.push_back(*f->excess);
  }
  return t_statistic(before, *today.value, window, s.commit);
}
inline void strength_scores(const Scope& s, const std::vector<Scope>& scopes, Numbers& out) {
  for (const std::size_t window : {21U, 63U})
    out["z" + std::to_string(window)] = IndexNumber{s}.number(strength_score(s, scopes, window), 0, s.benchmarks[0].stale);
}

}  // namespace groundswell::reference
