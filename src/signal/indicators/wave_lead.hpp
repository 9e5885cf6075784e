// D2: which wave leads, where along the path of the money the strength lies, and whether one wave follows another. Of the thesis, at the
// close.
//
// The lead has incumbency: a challenger takes it when its z63 is ahead by more than 0.5 for three commits in a row. It is published while
// the strongest wave's z63 is at least wave_lead_z; the incumbency goes on unseen meanwhile. A lag is a positive correlation at another lag
// than 0: what two waves do on the same day is what they have in common.
#pragma once

#include "groundswell/int128.hpp"
#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

// Plain bytes without padding. Waves by their number, 1 compute ..; 0 = none. A wave that does not exist has a score of minus infinity.
struct WaveIncumbency {
  static constexpr double kMargin = 0.5;
  static constexpr std::uint32_t kCommits = 3;
  std::uint32_t incumbent = 0, challenger = 0, commits = 0;

  void take(std::span<const double> scores) noexcept {
    std::uint32_t best = 0;  // of equal ones the first
    for (std::uint32_t wave = 1; wave < scores.size(); ++wave) best = scores[wave] > scores[best] ? wave : best;
    if (incumbent == 0) incumbent = best + 1;
    if (scores[best] > scores[incumbent - 1] + kMargin) {
      commits = best + 1 == challenger ? commits + 1 : 1;
      challenger = best + 1;
    } else {
      challenger = commits = 0;
    }
    if (commits < kCommits) return;
    incumbent = best + 1;
    challenger = commits = 0;
  }
};

// Daily excess returns of a wave over the last kSessions sessions, in 1e-12; kHole for one without.
struct WaveReturns {
  static constexpr std::size_t kSessions = 126;
  static constexpr int kMost = 10;       // sessions of lag
  static constexpr double kBound = 2.9;  // over the root of kSessions: chance, for 20 lags at once
  static constexpr std::int64_t kHole = INT64_MIN;
  PriorSamples<std::int64_t, kSessions - 1> prior_e12;

  // `age` 0: the running one.
  std::int64_t at_e12(std::size_t age, std::int64_t running_e12) const noexcept { return age == 0 ? running_e12 : prior_e12.ago(age); }
  bool full(std::int64_t running_e12) const noexcept {
    if (!prior_e12.full() || running_e12 == kHole) return false;
    for (std::size_t age = 1; age < kSessions; ++age) {
      if (prior_e12.ago(age) == kHole) return false;
    }
    return true;
  }
};

// Correlation of a `lag` sessions ago with b, over the pairs inside the window; kNoNumber where either does not vary. Sums are exact.
inline double lagged_correlation(const WaveReturns& a, std::int64_t a_now_e12, const WaveReturns& b, std::int64_t b_now_e12,
                                 int lag) noexcept {
  const std::size_t skip = static_cast<std::size_t>(lag < 0 ? -lag : lag);
  int128 sum_a = 0, sum_b = 0, squares_a = 0, squares_b = 0, products = 0;
  for (std::size_t age = 0; age + skip < WaveReturns::kSessions; ++age) {
    const std::int64_t x = a.at_e12(lag > 0 ? age + skip : age, a_now_e12);
    const std::int64_t y = b.at_e12(lag > 0 ? age : age + skip, b_now_e12);
    sum_a += x;
    sum_b += y;
    squares_a += int128{x} * x;
    squares_b += int128{y} * y;
    products += int128{x} * y;
  }
  const auto n = static_cast<std::int64_t>(WaveReturns::kSessions - skip);
  const double spread_a = static_cast<double>(squares_a * n - sum_a * sum_a), spread_b = static_cast<double>(squares_b * n - sum_b * sum_b);
  if (spread_a <= 0.0 || spread_b <= 0.0) return kNoNumber;
  return static_cast<double>(products * n - sum_a * sum_b) / (std::sqrt(spread_a) * std::sqrt(spread_b));
}

// By how many sessions a leads b, below 0 when it follows; 0 = neither. Both windows are full.
inline int wave_lag(const WaveReturns& a, std::int64_t a_now_e12, const WaveReturns& b, std::int64_t b_now_e12) noexcept {
  int best_lag = 0;
  double best = WaveReturns::kBound / std::sqrt(static_cast<double>(WaveReturns::kSessions));
  for (int size = 1; size <= WaveReturns::kMost; ++size) {
    for (const int lag : {size, -size}) {
      const double correlation = lagged_correlation(a, a_now_e12, b, b_now_e12, lag);
      if (std::isnan(correlation)) return 0;
      if (correlation <= best) continue;
      best = correlation;
      best_lag = lag;
    }
  }
  return best_lag;
}

struct WaveLead {
  static constexpr FamilyInfo kFamily{
      "Waves",
      "Where the money is: companies that compute, companies that build, companies that earn from it. Mostly no wave leads, and no wave "
      "follows another: then these numbers are absent."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true, kMinutely = true;
  enum { kPhi, kLead, kFirstLag };
#define GS_LAG(first, second, one, other)                                                                                                \
  {                                                                                                                                      \
    "lag_" first "_" second, "sessions", "-10..10", kCloseOnly, "126 sessions", "126 sessions of both waves", "no lag is beyond chance", \
        "wave_lag|2|n=126|most=10|bound=2.9|zero=no|sign=positive",                                                                      \
        "By how many sessions the " one " wave leads the " other " wave; below 0 it follows.",                                           \
        "argmax over k of -10 .. 10 without 0 of corr(e_a(t - k), e_b(t)), where that is above 2.9 / sqrt(126); e: daily excess of the " \
        "wave",                                                                                                                          \
        "D2", "b(t) = a(t - 4): 4", kInThesis                                                                                            \
  }
  static constexpr std::array<SignalInfo, 5> kOutputs{{
      {"wave_phi", "wave", "1..3", kCloseOnly, "63 sessions", "z63 of every wave", "no wave's z63 reaches [thesis] wave_lead_z",
       "wave_phi|1", "Where along the path of the money the strength lies: 1 compute, 2 physical, 3 monetization.",
       "sum(w max(z63_w, 0)) / sum(max(z63_w, 0))", "D2", "z63 2, 1 and -3: (1 2 + 2 1) / 3 = 1.333333", kInThesis},
      {"wave_lead", "wave", "1..3", kCloseOnly, "63 sessions", "z63 of every wave", "no wave's z63 reaches [thesis] wave_lead_z",
       "wave_lead|1|margin=.5|commits=3", "The wave that leads: 1 compute, 2 physical, 3 monetization.",
       "the strongest z63; another takes over when it is ahead by more than .5 for 3 closes", "D2",
       "1.5 against 2.1, three closes in a row: the second leads at the third", kInThesis},
      GS_LAG("compute", "physical", "compute", "physical"),
      GS_LAG("physical", "monetization", "physical", "monetization"),
      GS_LAG("compute", "monetization", "compute", "monetization"),
  }};
#undef GS_LAG
  static constexpr std::size_t kWaves = kWaveNames.size();
  static constexpr std::array<std::array<std::size_t, 2>, 3> kPairs{{{0, 1}, {1, 2}, {0, 2}}};

  struct Memory {
    WaveIncumbency lead;
    std::uint32_t zero = 0;
    std::array<WaveReturns, kWaves> returns;
  };

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    if (!c.commit || c.kind != ScopeKind::kThesis) return;
    publish_lead(c, base, out);
    for (std::size_t pair = 0; pair < kPairs.size(); ++pair) publish_lag(c, base, pair, out);
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (c.kind != ScopeKind::kThesis) return;
    const Scores scores = scores_of(c);
    if (scores.complete()) now.lead.take(scores.z63);
    for (std::size_t wave = 0; wave < kWaves; ++wave) now.returns[wave].prior_e12.push(sample_e12(c, wave));
  }

  struct Scores {  // by wave
    std::array<double, kWaves> z63;
    std::uint32_t n_waves = 0, n_known = 0;  // how many exist, and have one
    double greatest = kNoScore;

    static constexpr double kNoScore = -std::numeric_limits<double>::infinity();
    Scores() noexcept { z63.fill(kNoScore); }
    bool complete() const noexcept { return n_waves > 0 && n_known == n_waves; }
    void add(std::size_t wave, bool is_known, double z) noexcept {
      ++n_waves;
      if (!is_known) return;
      z63[wave] = z;
      ++n_known;
      greatest = z > greatest ? z : greatest;
    }
    double phi() const noexcept {  // complete, and the greatest is above 0
      double gains = 0.0, weighed = 0.0;
      for (std::size_t wave = 0; wave < kWaves; ++wave) {
        const double gain = z63[wave] > 0.0 ? z63[wave] : 0.0;
        gains += gain;
        weighed += gain * static_cast<double>(wave + 1);
      }
      return weighed / gains;
    }
  };

 private:
  static Scores scores_of(const ScopeContext& c) noexcept {
    Scores scores;
    for (std::size_t wave = 0; wave < kWaves; ++wave) {
      const Derived* const of_wave = c.waves[wave];
      if (of_wave != nullptr) scores.add(wave, of_wave->z63_valid, of_wave->z63);
    }
    return scores;
  }
  static std::int64_t sample_e12(const ScopeContext& c, std::size_t wave) noexcept {
    if (c.waves[wave] == nullptr || std::isnan(c.waves[wave]->score_excess_e12)) return WaveReturns::kHole;
    return static_cast<std::int64_t>(c.waves[wave]->score_excess_e12);
  }
  static void publish_lead(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const Scores scores = scores_of(c);
    const bool leads = scores.complete() && scores.greatest >= c.thresholds->wave_lead_z && scores.greatest > 0.0;
    if (leads) {
      WaveIncumbency lead = base.lead;
      lead.take(scores.z63);
      out.value(kPhi, scores.phi(), scores.n_known);
      out.value(kLead, lead.incumbent, scores.n_known);
    } else {
      for (const std::size_t output : {kPhi, kLead})
        out.absent(output, scores.complete() ? Validity::kUndefined : Validity::kWarmup, scores.n_known);
    }
    for (const std::size_t output : {kPhi, kLead}) out.members(output, scores.n_waves);
  }
  static void publish_lag(const ScopeContext& c, const Memory& base, std::size_t pair, Output& out) noexcept {
    const auto [a, b] = kPairs[pair];
    const std::size_t output = kFirstLag + pair;
    const std::uint32_t n_waves = static_cast<std::uint32_t>(c.waves[a] != nullptr) + static_cast<std::uint32_t>(c.waves[b] != nullptr);
    const std::int64_t a_now_e12 = sample_e12(c, a), b_now_e12 = sample_e12(c, b);
    if (n_waves < 2) {
      out.absent(output, Validity::kInsufficient, n_waves);
    } else if (!base.returns[a].full(a_now_e12) || !base.returns[b].full(b_now_e12)) {
      out.absent(output, Validity::kWarmup, n_waves);
    } else if (const int lag = wave_lag(base.returns[a], a_now_e12, base.returns[b], b_now_e12); lag == 0) {
      out.absent(output, Validity::kUndefined, n_waves);
    } else {
      out.value(output, lag, n_waves);
    }
    out.members(output, 2);
  }
};

}  // namespace groundswell::signal
