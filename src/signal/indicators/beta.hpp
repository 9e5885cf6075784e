// B9: how much a basket or a symbol moves with the primary benchmark, and what it has earned beyond that. Estimated over the last 252
// returns that both have, at least 126; pulled a third of the way to 1 (Blume) before it is used; used from the session after the one at
// whose commit it was estimated. The benchmark has a return when it traded in this session and in the one before; a member that did not
// trade has one of 0, unless it opened as a suspect. In a session without both the numbers stay, with GAP. Sums of returns are exact
// integers.
#pragma once

#include <optional>
#include <type_traits>

#include "signal/ln.hpp"
#include "signal/symbols.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

// Sums over pairs of returns in 1e-12. Plain bytes without padding.
struct CoMoments {
  std::int64_t n = 0, zero = 0;
  int128 own = 0, benchmark = 0, product = 0, square = 0;

  void add(std::int64_t own_e12, std::int64_t benchmark_e12) noexcept { take_in(own_e12, benchmark_e12, 1); }
  void remove(std::int64_t own_e12, std::int64_t benchmark_e12) noexcept { take_in(own_e12, benchmark_e12, -1); }
  int128 spread() const noexcept { return n * square - benchmark * benchmark; }  // n (n - 1) times the benchmark's sample variance, 1e-24
  bool flat() const noexcept { return spread() < int128{1'000'000'000'000} * n * (n - 1) || n < 2; }  // variance below 1e-12
  double slope() const noexcept { return static_cast<double>(n * product - own * benchmark) / static_cast<double>(spread()); }

 private:
  void take_in(std::int64_t own_e12, std::int64_t benchmark_e12, std::int64_t times) noexcept {
    n += times;
    own += times * own_e12;
    benchmark += times * benchmark_e12;
    product += times * (int128{own_e12} * benchmark_e12);
    square += times * (int128{benchmark_e12} * benchmark_e12);
  }
};

struct Beta {
  static constexpr FamilyInfo kFamily{"Beta", "How much a basket or member moves with the benchmark, and what it has earned beyond that."};
  static constexpr std::size_t kSessions = 252;
  static constexpr std::uint32_t kFewest = 126;  // returns
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  enum { kBeta, kExcess };
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      {"beta", "ratio", "about -1..4", kCloseOnly, "252 common returns, at least 126", "126 common returns", "the benchmark does not move",
       "beta|1|basis=TR|index=ew|n=252|n_min=126", "How many percent it has moved for each percent of the benchmark.",
       "Cov(r, r_m) / Var(r_m) of session returns; of a pool with its equal-weighted return", "B9",
       "benchmark 1, 2, 3, 4 %, own 2, 1, 4, 3 %: 0.6", kInPools | kInSymbols},
      {"beta_adj_excess", "ln", "unbounded", kCloseOnly, "since its 127th return", "127 common returns", "",
       "beta_adj_excess|1|basis=TR|index=ew|n=252|n_min=126|blume=1",
       "What it has earned beyond what its beta explains; only differences mean anything.",
       "sum of ln(1 + r - b r_m), b = 1/3 + 2/3 beta as of the session before; b = 1 with UNIT_BETA when beta is undefined",
       "B9; Blume's adjustment", "beta .6, so b = .733; own 2 %, benchmark 1 %: ln(1.012667) = 0.012587", kInPools | kInSymbols},
  }};

  struct Pair {
    std::int64_t own_e12, benchmark_e12;
  };
  struct Estimate {  // at a commit. Plain bytes without padding, as all memories
    std::int64_t excess_e12 = 0;
    double beta = 0.0;          // meaningful unless flat or of too few returns
    std::uint32_t returns = 0;  // that it stands on
    std::uint16_t flat = 1;
    std::uint8_t started = 0;           // excess_e12 has had its first return
    std::uint8_t benchmark_traded = 0;  // in the last session
  };
  struct Memory : Estimate {  // of one symbol or scope
    PriorSamples<Pair, kSessions - 1> prior;
    CoMoments sums;  // of `prior`
  };
  static_assert(sizeof(Memory) == 24 + (kSessions - 1) * sizeof(Pair) + 8 + sizeof(CoMoments) && sizeof(CoMoments) == 80);
  static_assert(std::is_trivially_copyable_v<Memory>);
  static constexpr std::size_t kQuarter = 63;
  static constexpr std::int64_t kNotStarted = INT64_MIN;
  struct SymbolMemory : Memory {
    PriorSamples<std::int64_t, kQuarter> past_e12;  // excess_e12 of the last sessions, or kNotStarted
  };
  static_assert(sizeof(SymbolMemory) == sizeof(Memory) + (kQuarter + 1) * 8);

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    if (!c.commit) return;
    const IndexResult& index = c.derived->index[0];
    const std::optional<Pair> today = pair_now(c, base);
    const Estimate now = estimate(base, today, c.benchmarks[0].traded);
    const auto put = [&](std::size_t output, const Number& number) {
      const Validity why = number.validity == Validity::kOk            ? Validity::kOk
                           : index.validity == Validity::kInsufficient ? index.validity
                           : !c.benchmarks[0].known                    ? Validity::kUndefined
                                                                       : number.validity;
      if (why == Validity::kOk) {
        out.value(output, number.value, index.n_valid, {.flags = index.flags | number.flags});
      } else {
        out.absent(output, why, index.n_valid, index.flags);
      }
      out.members(output, index.n_members);
    };
    put(kBeta, beta_of(now, today));
    put(kExcess, excess_of(base, now, today));
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    advance(base, pair_now(c, base), c.benchmarks[0].traded, now);
  }

  static void commit_symbols(const SymbolsContext& c, std::span<const SymbolMemory> base, std::span<SymbolMemory> now) noexcept {
    const BenchmarkState& benchmark = c.step->benchmarks[0];
    for (const std::uint32_t symbol : c.universe) {
      advance(base[symbol], pair_now(base[symbol], c.states[symbol], benchmark), benchmark.traded, now[symbol]);
      now[symbol].past_e12 = base[symbol].past_e12;
      now[symbol].past_e12.push(now[symbol].started != 0 ? now[symbol].excess_e12 : kNotStarted);
    }
  }

  // What a symbol has earned beyond its beta in kQuarter sessions, this one included as it stands, in 1e-12; nothing while it has not been
  // estimated for so long, or in a session in which it does not count. The beta is that of the session before, live as at a commit.
  static std::optional<std::int64_t> quarter_excess_e12(const SymbolMemory& base, const SymbolState& own,
                                                        const BenchmarkState& benchmark) noexcept {
    if (own.ref_e9 <= 0 || !base.past_e12.full() || base.past_e12.ago(kQuarter) == kNotStarted) return std::nullopt;
    const std::optional<Pair> today = pair_now(base, own, benchmark);
    return (today ? excess_with(base, *today) : base.excess_e12) - base.past_e12.ago(kQuarter);
  }

  static void publish_symbols(const SymbolsContext& c, std::span<const SymbolMemory> base, std::span<const SymbolMemory> now,
                              SymbolOutput& out) noexcept {
    for (std::size_t member = 0; member < c.members.size(); ++member) {
      const std::uint32_t symbol = c.members[member];
      const std::optional<Pair> today = pair_now(base[symbol], c.states[symbol], c.step->benchmarks[0]);
      const auto put = [&](std::size_t output, const Number& number) {
        const Validity why = c.step->benchmarks[0].known ? number.validity : Validity::kUndefined;
        why == Validity::kOk ? out.value(member, output, number.value, number.flags) : out.absent(member, output, why);
      };
      put(kBeta, beta_of(now[symbol], today));
      put(kExcess, excess_of(base[symbol], now[symbol], today));
    }
  }

 private:
  struct Number {
    double value = 0.0;
    Validity validity = Validity::kWarmup;
    std::uint32_t flags = 0;
  };

  static std::optional<Pair> pair_now(const ScopeContext& c, const Memory& base) noexcept {
    const BenchmarkState& benchmark = c.benchmarks[0];
    const IndexResult& index = c.derived->index[0];
    if (!index.has_return || base.benchmark_traded == 0 || !benchmark.traded || benchmark.ref_e9 <= 0) return std::nullopt;
    return Pair{std::llround(index.session_return * 1e12), return_e12(benchmark.last_e9, benchmark.ref_e9)};
  }
  static std::optional<Pair> pair_now(const Memory& base, const SymbolState& own, const BenchmarkState& benchmark) noexcept {
    if (base.benchmark_traded == 0 || own.ref_e9 <= 0 || !benchmark.traded || benchmark.ref_e9 <= 0) return std::nullopt;
    return Pair{own.traded ? return_e12(own.last_e9, own.ref_e9) : 0, return_e12(benchmark.last_e9, benchmark.ref_e9)};
  }

  // With today's return at the beta of the session before, and the beta that tomorrow's will use.
  static Estimate estimate(const Memory& base, const std::optional<Pair>& today, bool benchmark_traded) noexcept {
    Estimate now = base;
    now.benchmark_traded = benchmark_traded;
    if (!today) return now;
    if (base.returns >= kFewest) {
      now.excess_e12 = excess_with(base, *today);
      now.started = 1;
    }
    CoMoments all = base.sums;
    all.add(today->own_e12, today->benchmark_e12);
    now.returns = static_cast<std::uint32_t>(all.n);
    now.flat = all.flat();
    now.beta = now.flat != 0 ? 0.0 : all.slope();
    return now;
  }
  static void advance(const Memory& base, const std::optional<Pair>& today, bool benchmark_traded, Memory& now) noexcept {
    now = base;
    static_cast<Estimate&>(now) = estimate(base, today, benchmark_traded);
    if (!today) return;
    if (base.prior.full()) now.sums.remove(base.prior.ago(kSessions - 1).own_e12, base.prior.ago(kSessions - 1).benchmark_e12);
    now.sums.add(today->own_e12, today->benchmark_e12);
    now.prior.push(*today);
  }
  static std::int64_t excess_with(const Memory& base, const Pair& today) noexcept {  // of one whose beta is known
    const double expected_e12 = adjusted(base) * static_cast<double>(today.benchmark_e12);
    const double growth = 1.0 + (static_cast<double>(today.own_e12) - expected_e12) / 1e12;
    return base.excess_e12 + (growth > 0.0 ? ln_e12(growth) : 0);
  }
  static double adjusted(const Estimate& memory) noexcept { return memory.flat != 0 ? 1.0 : 1.0 / 3.0 + 2.0 / 3.0 * memory.beta; }

  static Number beta_of(const Estimate& now, const std::optional<Pair>& today) noexcept {
    if (now.returns < kFewest) return {};
    if (now.flat != 0) return {.validity = Validity::kUndefined};
    return {.value = now.beta, .validity = Validity::kOk, .flags = today ? 0U : kFlagGap};
  }
  static Number excess_of(const Estimate& base, const Estimate& now, const std::optional<Pair>& today) noexcept {
    if (now.started == 0) return {};
    const std::uint32_t flags = (today ? 0U : kFlagGap) | (base.flat != 0 ? kFlagUnitBeta : 0U);
    return {.value = static_cast<double>(now.excess_e12) / 1e12, .validity = Validity::kOk, .flags = flags};
  }
};

}  // namespace groundswell::signal
