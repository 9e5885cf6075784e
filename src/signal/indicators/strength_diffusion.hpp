// C7 over baskets: how many of the supplier baskets beat the primary benchmark over a month. Of the thesis.
#pragma once

#include "signal/indicators/diffusion.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct StrengthDiffusion {
  static constexpr FamilyInfo kFamily{
      "Diffusion of strength",
      "Whether the money spreads across baskets: counted over the suppliers of the compute and physical waves, so that the obvious names "
      "cannot confirm themselves."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kReadsBenchmark = true, kReadsDerived = true;
  static constexpr std::int64_t kFlatE12 = 500'000'000;  // .0005
  static constexpr std::array<SignalInfo, 1> kOutputs{{
      {"d_rs", "%", "0..100", kBoth, "21 sessions", "21 sessions after 60 % of the supplier baskets began", "no benchmark",
       "d_rs|1|basis=TR|index=ew|n=21|flat=.0005", "How many supplier baskets have beaten the benchmark over a month.",
       "100 (#{x > .0005} + #{|x| <= .0005} / 2) / n, x = excess_21 of the supplier baskets", "C7; Conference Board",
       "ten baskets, seven ahead and one level: (7 + .5) / 10 = 75", kInThesis},
  }};
  using Memory = NoMemory;

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    if (c.kind != ScopeKind::kThesis) return;
    const BenchmarkState& benchmark = c.benchmarks[0];
    std::int64_t up = 0, flat = 0, n = 0;
    std::uint32_t flags = 0;
    for (const Derived* supplier : c.suppliers) {
      const StrengthResult& strength = supplier->strength;
      flags |= strength.flags & ~kFlagCarried;  // baskets are counted here, not weighed
      if (!strength.has_month) continue;
      ++n;
      up += strength.month_e12 > kFlatE12;
      flat += strength.month_e12 <= kFlatE12 && strength.month_e12 >= -kFlatE12;
    }
    const auto n_valid = static_cast<std::uint32_t>(n);
    c.derived->strength_diffusion = kNoNumber;
    const auto n_baskets = static_cast<std::uint32_t>(c.suppliers.size());
    if (!benchmark.traded) {  // no basket counts then: say why
      out.absent(0, benchmark.known ? Validity::kStaleInput : Validity::kUndefined, n_valid, flags);
    } else if (n == 0 || n_valid < c.coverage[0].required(n_baskets)) {
      out.absent(0, Validity::kInsufficient, n_valid, flags);
    } else {
      c.derived->strength_diffusion = diffusion_index(up, flat, n);
      out.value(0, c.derived->strength_diffusion, n_valid, {.flags = flags, .stale = benchmark.stale});
    }
    out.members(0, n_baskets);
  }
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
