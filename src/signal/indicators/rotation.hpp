// B5: where a basket stands in the rotation: its strength line against its own recent past (rot_ratio), whether that is getting better
// (rot_mom), and the quadrant of the two. The usual course is clockwise: improving, leading, weakening, lagging.
//
// Both axes are distances from a mean in standard deviations, around 100. Means include the running session; while it runs the deviations
// are those of the last commit, at a commit its own. A session without a line, or whose ratio is undefined, is no sample.
#pragma once

#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

struct RotationDeviations {  // of the population
  static constexpr double kNone = -1.0;
  double line = kNone;          // of N strength lines
  double ratio_change = kNone;  // of N changes of the ratio in percent
};

// Ratio and momentum over N samples, the running one included. Plain bytes without padding.
template <std::size_t N>
struct RotationAxes {
  using Deviations = RotationDeviations;
  struct Numbers {
    Validity ratio_validity = Validity::kWarmup;  // OK: `ratio` is a number
    Validity momentum_validity = Validity::kWarmup;
    bool has_change = false;
    double ratio = 0.0;
    double change = 0.0;  // of the ratio since the last sample, in percent
    double momentum = 0.0;
  };

  Window<N> lines;
  Window<N> changes;
  Deviations deviations;    // as of the last sample
  double last_ratio = 0.0;  // 0 = there was none

  Numbers numbers(double line, const Deviations& by) const noexcept {
    Numbers n;
    n.ratio_validity = validity(lines.full(), by.line);
    n.momentum_validity = n.ratio_validity;
    if (n.ratio_validity != Validity::kOk) return n;
    n.ratio = 100.0 + (line - lines.mean(line)) / by.line;
    n.has_change = last_ratio != 0.0;
    if (n.has_change) n.change = 100.0 * (n.ratio / last_ratio - 1.0);
    n.momentum_validity = n.has_change ? validity(changes.full(), by.ratio_change) : Validity::kWarmup;
    if (n.momentum_validity == Validity::kOk) n.momentum = 100.0 + (n.change - changes.mean(n.change)) / by.ratio_change;
    return n;
  }
  // With `line` as a sample: what a commit divides by.
  Deviations deviations_with(double line) const noexcept {
    Deviations with{.line = lines.full() ? lines.deviation(line) : Deviations::kNone, .ratio_change = deviations.ratio_change};
    const Numbers n = numbers(line, with);
    if (n.has_change && changes.full()) with.ratio_change = changes.deviation(n.change);
    return with;
  }
  void take(double line) noexcept {
    const Deviations with = deviations_with(line);
    const Numbers n = numbers(line, with);
    deviations = with;
    lines.push(line);
    if (n.has_change) changes.push(n.change);
    if (n.ratio_validity == Validity::kOk) last_ratio = n.ratio;
  }

 private:
  static constexpr double kNoSpread = 1e-12;
  static Validity validity(bool full, double deviation) noexcept {
    if (!full || deviation == Deviations::kNone) return Validity::kWarmup;
    return deviation < kNoSpread ? Validity::kUndefined : Validity::kOk;
  }
};

// Quadrants do not flicker: an axis changes its side only when it has been past 100 by more than a tenth for two commits in a row. The
// first side is the plain one.
struct Quadrant {
  static constexpr double kMargin = 0.10;
  static constexpr std::uint32_t kCommits = 2;
  struct Axis {
    std::uint32_t above = 0;   // 1: on the side above 100
    std::uint32_t beyond = 0;  // commits in a row on the other side, past the margin
    void take(double value) noexcept {
      const bool past = above != 0 ? value < 100.0 - kMargin : value > 100.0 + kMargin;
      beyond = past ? beyond + 1 : 0;
      if (beyond < kCommits) return;
      above = 1 - above;
      beyond = 0;
    }
  };
  Axis ratio, momentum;
  std::uint32_t primed = 0;
  std::uint32_t zero = 0;

  void take(double ratio_value, double momentum_value) noexcept {
    if (primed == 0) *this = {.ratio = {.above = ratio_value > 100.0}, .momentum = {.above = momentum_value > 100.0}, .primed = 1};
    ratio.take(ratio_value);
    momentum.take(momentum_value);
  }
  int number() const noexcept {  // 1 leading, 2 weakening, 3 lagging, 4 improving
    return ratio.above != 0 ? (momentum.above != 0 ? 1 : 2) : (momentum.above != 0 ? 4 : 3);
  }
};

struct Rotation {
  static constexpr FamilyInfo kFamily{"Rotation",
                                      "Strength and its momentum as two axes around 100; baskets usually go round clockwise, from "
                                      "improving over leading and weakening to lagging."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  enum { kRatio, kMomentum, kQuadrant };
  static constexpr std::array<SignalInfo, 3> kOutputs{{
      {"rot_ratio", "around 100", "92..108", kBoth, "63 sessions incl. current", "63 sessions with a strength line",
       "no strength line, or one that does not move", "rot_ratio|1|basis=TR|ddof=0|index=ew|n=63",
       "Relative strength against its own last quarter: above 100 the basket is strong.", "100 + (RS - SMA_63(RS)) / sd_63(RS)",
       "B5; after the open variants of relative rotation", "n = 3 on RS of 100, 100.399202, 100.458207: 100.847097"},
      {"rot_mom", "around 100", "92..108", kBoth, "63 sessions incl. current, of a change", "126 sessions with a strength line",
       "rot_ratio is undefined, or does not move", "rot_mom|1|basis=TR|ddof=0|index=ew|k=1|n=63",
       "Whether that strength is growing (above 100) or fading.",
       "100 + (roc - SMA_63(roc)) / sd_63(roc), roc = 100 (rot_ratio / rot_ratio(t-1) - 1)",
       "B5; after the open variants of relative rotation", "n = 3, sixth session of the golden basket: 100.735832"},
      {"quadrant", "1..4", "1, 2, 3, 4", kBoth, "63 sessions", "126 sessions with a strength line", "rot_mom has no value",
       "quadrant|1|basis=TR|commits=2|ddof=0|index=ew|k=1|margin=.10|n=63",
       "1 leading, 2 weakening, 3 lagging, 4 improving; a basket usually passes them 4, 1, 2, 3.",
       "(rot_ratio > 100, rot_mom > 100); an axis changes sides after 2 commits past 100 +- .10", "B5",
       "(101, 101), then (101, 99) at two commits: 1, then 2"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true;
  struct Memory {
    RotationAxes<63> axes;
    Quadrant quadrant;
  };
  static_assert(sizeof(Memory) == 2 * sizeof(Window<63>) + 24 + sizeof(Quadrant) && sizeof(Quadrant) == 24);
  static_assert(std::is_trivially_copyable_v<Memory>);

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const StrengthResult& strength = c.derived->strength;
    StrengthOutput publish(strength, out);
    if (!strength.has_line) {
      for (std::size_t output = 0; output < kOutputs.size(); ++output) publish.absent(output, strength.line_validity);
      return;
    }
    const auto n = base.axes.numbers(strength.line, c.commit ? base.axes.deviations_with(strength.line) : base.axes.deviations);
    publish.publish(kRatio, n.ratio_validity, n.ratio);
    publish.publish(kMomentum, n.momentum_validity, n.momentum);
    Quadrant quadrant = base.quadrant;
    if (n.momentum_validity == Validity::kOk) quadrant.take(n.ratio, n.momentum);
    publish.publish(kQuadrant, n.momentum_validity, quadrant.number());
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    const StrengthResult& strength = c.derived->strength;
    if (!strength.has_line) return;
    const auto n = base.axes.numbers(strength.line, base.axes.deviations_with(strength.line));
    now.axes.take(strength.line);
    if (n.momentum_validity == Validity::kOk) now.quadrant.take(n.ratio, n.momentum);
  }
};

}  // namespace groundswell::signal
