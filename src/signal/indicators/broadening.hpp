// D1: does the move broaden? The mean of five terms, each in [-1, 1], over the followers of the supplier baskets (x5: and the leaders),
// averaged over about five sessions. Inside a basket its own followers and leaders, without x3, which counts baskets.
//
// Evaluated at whole minutes and at commits. While a session runs, x4 has the deviation and x5 the median and MAD of the last commit; at a
// commit they include the session.
#pragma once

#include <algorithm>

#include "signal/exponential_average.hpp"
#include "signal/indicators/above_average.hpp"
#include "signal/indicators/outperformance.hpp"
#include "signal/member_excess.hpp"
#include "signal/signal.hpp"
#include "signal/thesis_account.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

struct Broadening {
  static constexpr FamilyInfo kFamily{
      "Broadening",
      "How far a move reaches beyond the names that lead it. In a market in which nothing goes on, the score of the thesis is between -43 "
      "and "
      "41 for 90 % of the time, that of a basket between -55 and 55: read numbers inside that band as nothing to see."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true, kMinutely = true;
  static constexpr std::array<SignalInfo, 1> kOutputs{{
      {"broadening", "score", "-100..100", kBoth, "63, 50 and 21 sessions; x5 over 252; average of 5",
       "64 closes, 12 sessions more to be OK", "terms of less than 60 % of the weight exist",
       "broadening|1|basis=TR|outperf=63|sma=50|d_rs=21|tgap=21|encn=21|history=252|history_min=63|weights=25,25,20,15,15|least=60|ema=5",
       "How much the followers take part, and not the leaders alone: above 25 the move broadens, below -10 it is narrow.",
       "EMA_5 of 100 sum(w x) / sum(w); x1 = 2 OP63 - 1, x2 = 2 A50 - 1, x3 = d_rs / 50 - 1, x4 = tgap_21 / 2, x5 = (encn - median) / "
       "(1.4826 MAD) / 2, the last two within +-1; w = 25 25 20 15 15; encn = (ENC - 1) / (n - 1), ENC = (sum p)^2 / sum p^2 of gains p "
       "over "
       "the benchmark in 21 sessions",
       "D1", "x 1/9, 1/3, 1, -.588237, none: (25/9 + 25/3 + 20 - 8.823557) / .85 = 26.220652", kInBaskets | kInThesis},
  }};

  static constexpr std::size_t kTerms = 5;
  static constexpr std::array<double, kTerms> kWeights{25.0, 25.0, 20.0, 15.0, 15.0};
  static constexpr double kLeastWeight = 60.0;
  static constexpr std::size_t kHistory = 252, kFewest = 63;
  static constexpr double kToDeviation = 1.4826, kSmallestMad = 1e-9;
  static constexpr std::size_t kAverage = 1, kQuarter = Outperformance::kWindows - 1;  // in kAverageWindows: 50; in its windows: 63
  static_assert(kAverageWindows[kAverage] == 50);

  struct Spread {  // what x5 is measured by
    double median = 0.0;
    double deviation = kNoNumber;  // 1.4826 MAD; 0 = nothing moves, kNoNumber = too few samples
  };
  struct Memory {
    PriorSamples<double, kHistory - 1> evenness;  // encn of the sessions that had one
    Spread spread;                                // as of the last of them
    ExponentialAverage<5, 1> score;
  };
  using Terms = std::array<double, kTerms>;  // kNoNumber = missing
  struct Today {
    Terms terms;
    double evenness = kNoNumber;
    double raw = kNoNumber;
    bool covered = false;  // enough followers count in x2
    std::uint32_t n_valid = 0, n_members = 0;
  };

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    if (c.kind == ScopeKind::kWave) return;
    const Today today = today_of(c, base);
    ExponentialAverage<5, 1> score = base.score;
    const bool has_raw = !std::isnan(today.raw);
    if (has_raw) score.take(today.raw);
    c.derived->broadening = score.warm() ? score.value : kNoNumber;
    if (score.ready()) {
      const std::uint32_t gap = has_raw ? 0U : static_cast<std::uint32_t>(kFlagGap);
      out.value(0, score.value, today.n_valid, {.flags = c.price_flags() | gap, .warmup = !score.warm()});
    } else {
      out.absent(0, today.covered ? Validity::kWarmup : Validity::kInsufficient, today.n_valid, c.price_flags());
    }
    out.members(0, today.n_members);
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (c.kind == ScopeKind::kWave) return;
    const Today today = today_of(c, base);
    if (!std::isnan(today.evenness)) {
      now.spread = spread_with(base.evenness, today.evenness);
      now.evenness.push(today.evenness);
    }
    if (!std::isnan(today.raw)) now.score.take(today.raw);
  }

  static void account(const ScopeContext& c, const Memory& base, ThesisAccount& account) noexcept {
    static_assert(std::tuple_size_v<decltype(account.terms)> == kTerms);
    if (account.traded) account.terms = today_of(c, base).terms;
  }

  static Today today_of(const ScopeContext& c, const Memory& base) noexcept {
    Today today = counts_of(c);
    today.terms[2] = c.derived->strength_diffusion / 50.0 - 1.0;  // none of a basket
    today.terms[3] = within(c.derived->follower_gap);
    const Spread spread = c.commit && !std::isnan(today.evenness) ? spread_with(base.evenness, today.evenness) : base.spread;
    const double deviations = spread.deviation == 0.0 ? 0.0 : (today.evenness - spread.median) / spread.deviation;
    today.terms[4] = std::isnan(today.evenness) ? kNoNumber : within(deviations);
    double sum = 0.0, weight = 0.0;
    for (std::size_t term = 0; term < kTerms; ++term) {
      if (std::isnan(today.terms[term])) continue;
      sum += kWeights[term] * today.terms[term];
      weight += kWeights[term];
    }
    if (weight >= kLeastWeight) today.raw = 100.0 * sum / weight;
    return today;
  }

  // Of the last kHistory samples, the running one among them.
  static Spread spread_with(const PriorSamples<double, kHistory - 1>& prior, double running) noexcept {
    const std::size_t n = prior.count + std::size_t{1};
    if (n < kFewest) return {};
    std::array<double, kHistory> samples;
    samples[0] = running;
    for (std::size_t age = 1; age < n; ++age) samples[age] = prior.ago(age);
    Spread spread{.median = median(samples, n)};
    for (std::size_t i = 0; i < n; ++i) samples[i] = std::abs(samples[i] - spread.median);
    const double mad = median(samples, n);
    spread.deviation = mad < kSmallestMad ? 0.0 : kToDeviation * mad;
    return spread;
  }

 private:
  struct Share {
    std::uint32_t n = 0;
    std::int64_t twice = 0;  // halves of members
    // 2 share - 1.
    double term(std::uint32_t needed) const noexcept {
      if (n == 0 || n < needed) return kNoNumber;
      return 2.0 * (static_cast<double>(twice) / 2.0 / static_cast<double>(n)) - 1.0;
    }
  };
  static double within(double deviations) noexcept {  // +-2 deviations as +-1
    return std::isnan(deviations) ? kNoNumber : std::clamp(deviations, -2.0, 2.0) / 2.0;
  }
  static double median(std::array<double, kHistory>& samples, std::size_t n) noexcept {
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(n / 2);
    const auto end = samples.begin() + static_cast<std::ptrdiff_t>(n);
    std::nth_element(samples.begin(), middle, end);
    return n % 2 == 1 ? *middle : (*std::max_element(samples.begin(), middle) + *middle) / 2.0;
  }

  // x1, x2 and how evenly gains are spread.
  static Today counts_of(const ScopeContext& c) noexcept {
    const BenchmarkState& benchmark = c.benchmarks[0];
    const Outperformance::StepInput against = Outperformance::step_input_of(benchmark);
    const double benchmark_month = month_of(benchmark);
    Share ahead, above;
    std::uint32_t followers = 0, all = 0, n = 0;
    double total = 0.0, squares = 0.0;
    for (const PoolMember& member : c.members) {
      const bool follows = member.role == Role::kFollower && (c.kind != ScopeKind::kThesis || member.supplier != 0);
      if (!follows && member.role != Role::kLeader) continue;
      const SymbolState& s = c.states[member.symbol];
      all += s.listed;
      if (follows) {
        followers += s.listed;
        count(s, against, ahead, above);
      }
      const double excess = month_excess(s, benchmark_month);
      if (std::isnan(excess)) continue;
      ++n;
      const double gain = std::max(excess, 0.0);
      total += gain;
      squares += gain * gain;
    }
    CoverageRule rule = c.coverage[0];
    if (c.kind == ScopeKind::kBasket) rule.min_members = 1;
    const std::uint32_t needed = rule.required(followers);
    Today today{.terms = {}, .covered = above.n > 0 && above.n >= needed, .n_valid = above.n, .n_members = followers};
    today.terms[0] = ahead.term(needed);
    today.terms[1] = above.term(needed);
    if (n > 1 && n >= rule.required(all) && total > 0.0 && squares > 0.0) {
      today.evenness = (total * total / squares - 1.0) / static_cast<double>(n - 1);
    }
    return today;
  }
  static void count(const SymbolState& s, const Outperformance::StepInput& against, Share& ahead, Share& above) noexcept {
    std::array<std::int64_t, AboveAverage::kLanes> averages;
    AboveAverage::contribution(s, averages.data());
    above.n += static_cast<std::uint32_t>(averages[AboveAverage::kKnownLane + kAverage]);
    above.twice += 2 * averages[AboveAverage::kAboveLane + kAverage];
    std::array<std::int64_t, Outperformance::kStepLanes> returns;
    Outperformance::step_contribution(s, against, returns.data());
    ahead.n += static_cast<std::uint32_t>(returns[Outperformance::kCountLane + kQuarter]);
    ahead.twice += 2 * returns[Outperformance::kOutLane + kQuarter] + returns[Outperformance::kTieLane + kQuarter];
  }
};

}  // namespace groundswell::signal
