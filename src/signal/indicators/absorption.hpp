// C6: how much of all movement a few common factors explain. Of a basket over its members' session returns, of the thesis over its baskets'
// equal-weighted ones. Days count by half as much for each 126 sessions that they are old.
#pragma once

#include "signal/eigenvalues.hpp"
#include "signal/return_series.hpp"
#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

// Returns of several rows over the last kSessions sessions, and what a fifth of their eigenvalues explains.
struct AbsorptionRatio {
  static constexpr std::size_t kSessions = 252;
  static constexpr std::size_t kMostRows = 64;
  static constexpr double kDecay = 0.99451393561682850597;  // 2^(-1/126)
  static constexpr std::size_t kScratch = kMostRows * (kSessions + kMostRows + 1);

  explicit AbsorptionRatio(std::span<double> scratch) noexcept : scratch_(scratch) {
    double weight = 1.0, all = 0.0;
    for (double& each : weights_) {
      each = weight;
      all += weight;
      weight *= kDecay;
    }
    for (std::size_t age = 0; age < kSessions; ++age) {
      weights_[age] /= all;
      roots_[age] = std::sqrt(weights_[age]);
    }
  }
  bool full() const noexcept { return n_ == kMostRows; }
  std::size_t rows() const noexcept { return n_; }
  double* add_row() noexcept { return &scratch_[n_++ * kSessions]; }  // to be filled, the newest return first; not when full()
  // Of the rows; below 0: they do not move. Destroys them.
  double take() noexcept {
    for (std::size_t i = 0; i < n_; ++i) center(&scratch_[i * kSessions]);
    const std::span<double> matrix = scratch_.subspan(kMostRows * kSessions, n_ * n_);
    const std::span<double> values = scratch_.subspan(kMostRows * (kSessions + kMostRows), n_);
    double trace = 0.0;
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j <= i; ++j)
        matrix[i * n_ + j] = matrix[j * n_ + i] = dot(&scratch_[i * kSessions], &scratch_[j * kSessions], kSessions);
      trace += matrix[i * n_ + i];
    }
    if (trace < 1e-18) return -1.0;
    eigenvalues(matrix, n_, values);
    const std::size_t fifth = std::max<std::size_t>(1, (2 * n_ + 5) / 10);  // n / 5, half rounded up
    double largest = 0.0;
    for (std::size_t k = 0; k < fifth; ++k) largest += values[k];
    return std::min(largest / trace, 1.0);
  }

 private:
  void center(double* row) const noexcept {  // about its weighted mean, times the root of the weight
    double mean = 0.0;
    for (std::size_t age = 0; age < kSessions; ++age) mean += weights_[age] * row[age];
    for (std::size_t age = 0; age < kSessions; ++age) row[age] = (row[age] - mean) * roots_[age];
  }

  std::span<double> scratch_;
  std::size_t n_ = 0;
  std::array<double, kSessions> weights_, roots_;
};

struct Absorption {
  static constexpr FamilyInfo kFamily{"Absorption",
                                      "A market in which one factor explains nearly everything is tightly coupled: a shock has nowhere to "
                                      "be absorbed. Read the change: more "
                                      "than two deviations above its year is FRAGILE."};
  static constexpr std::size_t kSessions = AbsorptionRatio::kSessions;
  static constexpr std::size_t kShort = 15;
  static constexpr std::size_t kPast = 5;  // of kPastWindows: 252
  static_assert(kPastWindows[kPast] == kSessions);
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBaskets = true, kReadsDerived = true;
  static constexpr std::size_t kScratch = AbsorptionRatio::kScratch;
  enum { kRatio, kChange };
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      {"absorption", "fraction", "0..1", kCloseOnly, "252 sessions, half-life 126",
       "252 sessions after the 1st close of 60 % of the members", "nothing moved; more than 64 members",
       "absorption|1|basis=TR|n=252|half_life=126|k=.2",
       "How much of all movement the first fifth of the common factors explains: near 1 everything hangs together.",
       "sum of the largest K eigenvalues / sum of all, covariance of session returns, K = max(1, n / 5 rounded)",
       "C6; Kritzman, absorption ratio", "variances 4, 1, 1, 1, 1 without covariance: K = 1, 4 / 8 = 0.5", kInBaskets | kInThesis},
      {"d_absorption", "deviations", "about +-3", kCloseOnly, "15 against 252 values of absorption", "252nd absorption",
       "absorption does not change", "d_absorption|1|basis=TR|n=252|half_life=126|k=.2|short=15|long=252",
       "Whether the coupling has tightened lately: above 2 the market is fragile.",
       "(mean of 15 - mean of 252) / deviation of 252 values (n - 1)", "C6; Kritzman, standardised shift",
       "237 values of .5, then 15 of .6: (.6 - .505952) / .023707 = 3.967027", kInBaskets | kInThesis},
  }};

  struct Memory {
    PriorSamples<double, kSessions - 1> ratios;   // sessions that had one
    PriorSamples<double, kSessions - 1> returns;  // of the equal-weighted index
    static constexpr double kNone = -2.0;         // no return is below -1
  };

  template <class Baskets>
  static void evaluate(const ScopeContext& c, const Memory& base, const Baskets& baskets, Output& out) noexcept {
    if (!c.commit || c.kind == ScopeKind::kWave) return;
    const Ratio ratio = c.kind == ScopeKind::kBasket ? of_members(c) : of_baskets(c, baskets);
    c.derived->absorption = ratio.value;
    const auto put = [&](std::size_t output, Validity validity, double value) {
      validity == Validity::kOk ? out.value(output, value, ratio.n, {.flags = c.price_flags()})
                                : out.absent(output, validity, ratio.n, c.price_flags());
      out.members(output, ratio.n_all);
    };
    put(kRatio, ratio.validity, ratio.value);
    if (ratio.validity != Validity::kOk) {
      put(kChange, ratio.validity, 0.0);
    } else if (!base.ratios.full()) {
      put(kChange, Validity::kWarmup, 0.0);
    } else {
      const Shift shift = shift_of(base.ratios, ratio.value);
      put(kChange, shift.deviation < 1e-12 ? Validity::kUndefined : Validity::kOk, shift.deviations());
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (c.kind == ScopeKind::kWave) return;
    if (c.derived->absorption >= 0.0) now.ratios.push(c.derived->absorption);
    const IndexResult& index = c.derived->index[0];
    now.returns.push(index.has_return ? index.session_return : Memory::kNone);
  }

  struct Shift {
    double short_mean, long_mean, deviation;
    double deviations() const noexcept { return deviation > 0.0 ? (short_mean - long_mean) / deviation : 0.0; }
  };
  static Shift shift_of(const PriorSamples<double, kSessions - 1>& prior, double running) noexcept {
    double all = running, recent = running, squares = 0.0;
    for (std::size_t age = 1; age < kSessions; ++age) {
      all += prior.ago(age);
      if (age < kShort) recent += prior.ago(age);
    }
    const double mean = all / static_cast<double>(kSessions);
    for (std::size_t age = 1; age < kSessions; ++age) squares += (prior.ago(age) - mean) * (prior.ago(age) - mean);
    squares += (running - mean) * (running - mean);
    return {recent / static_cast<double>(kShort), mean, std::sqrt(squares / static_cast<double>(kSessions - 1))};
  }

 private:
  struct Ratio {
    Validity validity = Validity::kInsufficient;
    double value = -1.0;
    std::uint32_t n = 0, n_all = 0;
  };
  static Ratio judged(AbsorptionRatio& rows, bool too_many, const CoverageRule& rule, std::uint32_t n_all) noexcept {
    Ratio ratio{.n = static_cast<std::uint32_t>(rows.rows()), .n_all = n_all};
    if (ratio.n == 0 || ratio.n < rule.required(n_all)) return ratio;
    if (!too_many) ratio.value = rows.take();
    ratio.validity = ratio.value < 0.0 ? Validity::kUndefined : Validity::kOk;
    return ratio;
  }

  static Ratio of_members(const ScopeContext& c) noexcept {
    AbsorptionRatio rows(c.scratch);
    bool too_many = false;
    for (const PoolMember& member : c.members) {
      const SymbolState& state = c.closing->states[member.symbol];
      if (state.ref_e9 <= 0 || state.past_close_e9[kPast] <= 0) continue;
      too_many = rows.full();
      if (too_many) break;
      double* const row = rows.add_row();
      for (std::size_t ago = 0; ago < kSessions; ++ago) {
        row[ago] = ReturnSeries::return_of(member.symbol, state, c.closing->returns, ago);
      }
    }
    return judged(rows, too_many, c.coverage[kRatio], c.n_members);
  }

  template <class Baskets>
  static Ratio of_baskets(const ScopeContext& c, const Baskets& baskets) noexcept {
    AbsorptionRatio rows(c.scratch);
    bool too_many = false;
    for (std::size_t basket = 0; basket < baskets.size(); ++basket) {
      const IndexResult& today = c.baskets[basket]->index[0];
      const auto& prior = baskets[basket].returns;
      bool complete = today.has_return && prior.full();
      for (std::size_t age = 1; complete && age < kSessions; ++age) complete = prior.ago(age) != Memory::kNone;
      if (!complete) continue;
      too_many = rows.full();
      if (too_many) break;
      double* const row = rows.add_row();
      row[0] = today.session_return;
      for (std::size_t age = 1; age < kSessions; ++age) row[age] = prior.ago(age);
    }
    return judged(rows, too_many, c.coverage[kRatio], static_cast<std::uint32_t>(baskets.size()));
  }
};

}  // namespace groundswell::signal
