// B2: the strength line of the equal-weighted index against each benchmark, and its change over L sessions as a logarithm.
#pragma once

#include "signal/indicators/basket_index.hpp"
#include "signal/ln.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct RelativeStrength {
  static constexpr FamilyInfo kFamily{"Relative strength",
                                      "The basket against the benchmarks, as a line and as its change over a day to a year. Against an "
                                      "equal-weighted benchmark the size effect is out of it."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr std::array<std::uint32_t, 6> kWindows{1, 5, 21, 63, 126, 252};  // sessions
  static constexpr std::size_t kLongest = 252;
  static constexpr std::uint32_t kMonth = 21;
  static constexpr std::size_t kExcess = kBenchmarkRoles;  // first of the excess outputs: by benchmark, then by window
  // Outputs 0..2: the line by benchmark role; then 6 excess returns for each role.
#define GS_RS(role)                                                                                                            \
  {                                                                                                                            \
    "rs_{" role "}", "level", "> 0", kBoth, "chain", "base session = 100", "benchmark never traded", "rs|1|basis=TR|index=ew", \
        "How the basket has done against the benchmark since both exist.", "100 (I / I_0) / (P / P_0)", "B2",                  \
        "index from 100 to 100.6, benchmark from 500 to 501: 100.399202"                                                       \
  }
#define GS_EXCESS(window, suffix)                                                                                                          \
  {                                                                                                                                        \
    "excess_" window suffix, "ln", "about +-1", kBoth, window " sessions", window " sessions after the base", "an endpoint is missing",    \
        "excess|1|basis=TR|index=ew|n=" window,                                                                                            \
        "By how much the basket has beaten the benchmark over " window " sessions, as a logarithm.", "ln(RS(t) / RS(t-" window "))", "B2", \
        "a line from 100 to 100.399202: 0.003984"                                                                                          \
  }
#define GS_EXCESSES(suffix)                                                                                                   \
  GS_EXCESS("1", suffix), GS_EXCESS("5", suffix), GS_EXCESS("21", suffix), GS_EXCESS("63", suffix), GS_EXCESS("126", suffix), \
      GS_EXCESS("252", suffix)
  static constexpr std::array<SignalInfo, 21> kOutputs{{GS_RS("primary"), GS_RS("growth"), GS_RS("equal_weight"), GS_EXCESSES(""),
                                                        GS_EXCESSES("_{growth}"), GS_EXCESSES("_{equal_weight}")}};
#undef GS_RS
#undef GS_EXCESS
#undef GS_EXCESSES
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  static constexpr bool kReadsBenchmark = true;
  using Reads = BasketIndex;  // the equal-weighted one, which it always leaves

  struct Memory {
    struct Line {
      double benchmark_level = 1.0;         // product of its session ratios since its first close
      double index_base = 0.0;              // I_0; 0 = not started
      double benchmark_base = 0.0;          // P_0 in the same unit
      std::uint32_t count = 0;              // sessions since the base, at most kLongest
      std::uint32_t newest = 0;             // position of the newest entry
      std::array<double, kLongest> ring{};  // committed lines; 0 = missing that session
    };
    std::array<Line, kBenchmarkRoles> lines;
  };

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const IndexResult& index = c.derived->index[0];
    for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
      const Memory::Line& line = base.lines[role];
      const BenchmarkState& benchmark = c.benchmarks[role];
      if (!wants(c, role)) continue;
      const Line now = current(c, base, role);
      if (role == 0 && c.is_read) c.derived->strength = result(index, benchmark, line, now);
      const Output::Extra extra{.flags = index.flags, .stale = benchmark.stale};
      if (now.present) {
        out.value(role, now.value, index.n_valid, extra);
      } else {
        out.absent(role, now.validity, index.n_valid, index.flags);
      }
      out.members(role, index.n_members);
      if (!c.wants_any(first_excess(role), kWindows.size())) continue;
      for (std::size_t k = 0; k < kWindows.size(); ++k) {
        const std::size_t output = first_excess(role) + k;
        if (!c.wants(output)) continue;
        if (!now.present) {
          out.absent(output, now.validity, index.n_valid, index.flags);
        } else if (line.count < kWindows[k]) {
          out.absent(output, Validity::kWarmup, index.n_valid, index.flags);
        } else if (const double before = line_ago(line, kWindows[k]); before == 0.0) {
          out.absent(output, Validity::kUndefined, index.n_valid, index.flags);
        } else {
          out.value(output, ln(now.value / before), index.n_valid, extra);
        }
        out.members(output, index.n_members);
      }
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
      Memory::Line& line = now.lines[role];
      const BenchmarkState& benchmark = c.benchmarks[role];
      const Line today = current(c, base, role);
      line.benchmark_level = benchmark_level(line, benchmark);
      if (line.index_base == 0.0) {
        if (!today.present) continue;
        line.index_base = c.derived->index[0].level;
        line.benchmark_base = line.benchmark_level;
      }
      line.newest = (line.newest + 1) % static_cast<std::uint32_t>(kLongest);
      line.ring[line.newest] = today.present ? today.value : 0.0;
      if (line.count < kLongest) ++line.count;
    }
  }

 private:
  struct Line {
    bool present = false;
    double value = 0.0;
    Validity validity = Validity::kInsufficient;
  };
  static bool wants(const ScopeContext& c, std::size_t role) noexcept {  // any number about that benchmark, or what is left for others
    return (role == 0 && c.is_read) || c.wants(role) || c.wants_any(first_excess(role), kWindows.size());
  }
  static constexpr std::size_t first_excess(std::size_t role) { return kExcess + role * kWindows.size(); }
  static double line_ago(const Memory::Line& line, std::uint32_t sessions) noexcept {  // 0 = missing that session, or not that old
    return line.count < sessions ? 0.0 : line.ring[(line.newest + kLongest - (sessions - 1)) % kLongest];
  }
  static double benchmark_level(const Memory::Line& line, const BenchmarkState& benchmark) noexcept {
    if (!benchmark.traded || benchmark.ref_e9 == 0) return line.benchmark_level;
    return line.benchmark_level * (static_cast<double>(benchmark.last_e9) / static_cast<double>(benchmark.ref_e9));
  }
  static StrengthResult result(const IndexResult& index, const BenchmarkState& benchmark, const Memory::Line& line,
                               const Line& now) noexcept {
    StrengthResult result{.line = now.value,
                          .has_line = now.present,
                          .stale = benchmark.stale,
                          .line_validity = now.validity,
                          .excess_validity = now.validity,
                          .n_valid = index.n_valid,
                          .n_members = index.n_members,
                          .flags = index.flags};
    if (!now.present) return result;
    const double before = line.ring[line.newest];  // 0 before the first, too
    result.has_excess = before != 0.0;
    if (result.has_excess) result.excess_e12 = ln_e12(now.value / before);
    result.excess_validity = line.count == 0 ? Validity::kWarmup : result.has_excess ? Validity::kOk : Validity::kUndefined;
    result.line_validity = Validity::kOk;
    const double month_ago = line_ago(line, kMonth);
    result.has_month = month_ago != 0.0;
    if (result.has_month) result.month_e12 = ln_e12(now.value / month_ago);
    return result;
  }
  static Line current(const ScopeContext& c, const Memory& base, std::size_t role) noexcept {
    const IndexResult& index = c.derived->index[0];
    const BenchmarkState& benchmark = c.benchmarks[role];
    const Memory::Line& line = base.lines[role];
    if (index.validity != Validity::kOk) return {.validity = index.validity};
    if (!benchmark.known) return {.validity = Validity::kUndefined};
    if (!benchmark.traded) return {.validity = Validity::kStaleInput};
    if (line.index_base == 0.0) {
      if (!c.commit) return {.validity = Validity::kWarmup};
      return {.present = true, .value = 100.0};  // the base session: both exist for the first time
    }
    return {.present = true, .value = 100.0 * (index.level / line.index_base) / (benchmark_level(line, benchmark) / line.benchmark_base)};
  }
};

}  // namespace groundswell::signal
