// B9: how much a basket or a symbol moves with the primary benchmark, and what it has earned beyond that. Estimated over the last 252
// returns that both have, at least 126; pulled a third of the way to 1 (Blume) before it is used; used from the session after the one at
// whose commit it was estimated. A session counts when the benchmark traded in it and in the one before, so that its return is one of one
// session too; a member that did not trade has a return of 0. Of a symbol the returns are those of the last 256 sessions. Sums of returns
// are exact integers.
#pragma once

#include "signal/ln.hpp"
#include "signal/symbols.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

// Sums over pairs of returns in 1e-12.
struct CoMoments {
  std::int64_t n = 0;
  int128 own = 0, benchmark = 0, product = 0, square = 0;

  void add(std::int64_t own_e12, std::int64_t benchmark_e12) noexcept {
    ++n;
    own += own_e12;
    benchmark += benchmark_e12;
    product += int128{own_e12} * benchmark_e12;
    square += int128{benchmark_e12} * benchmark_e12;
  }
  int128 spread() const noexcept { return n * square - benchmark * benchmark; }  // n (n - 1) times the benchmark's sample variance, 1e-24
  bool flat() const noexcept { return spread() < int128{1'000'000'000'000} * n * (n - 1) || n < 2; }  // variance below 1e-12
  double slope() const noexcept { return static_cast<double>(n * product - own * benchmark) / static_cast<double>(spread()); }
};

struct Beta {
  static constexpr FamilyInfo kFamily{"Beta", "How much a basket or member moves with the benchmark, and what it has earned beyond that."};
  static constexpr std::size_t kSessions = 252;
  static constexpr std::uint32_t kFewest = 126;  // returns
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  enum { kBeta, kExcess };
  static constexpr std::array<SignalInfo, 2> kOutputs{{
      {"beta", "ratio", "about -1..4", kCloseOnly, "252 sessions, at least 126", "126 common returns", "the benchmark does not move",
       "beta|2|basis=TR|index=ew|n=252|n_min=126", "How many percent it has moved for each percent of the benchmark.",
       "Cov(r, r_m) / Var(r_m) of session returns; of a pool with its equal-weighted return", "B9",
       "benchmark 1, 2, 3, 4 %, own 2, 1, 4, 3 %: 0.6", kInPools | kInSymbols},
      {"beta_adj_excess", "ln", "unbounded", kCloseOnly, "since its 127th return", "127 common returns", "",
       "beta_adj_excess|2|basis=TR|index=ew|n=252|n_min=126|blume=1",
       "What it has earned beyond what its beta explains; only differences mean anything.",
       "sum of ln(1 + r - b r_m), b = 1/3 + 2/3 beta as of the session before; b = 1 with UNIT_BETA when beta is undefined",
       "B9; Blume's adjustment", "beta .6, so b = .733; own 2 %, benchmark 1 %: ln(1.012667) = 0.012587", kInPools | kInSymbols},
  }};

  struct Line {  // of one symbol or scope. Plain bytes without padding
    std::int64_t excess_e12 = 0;
    double beta = 0.0;          // as estimated at the last commit; meaningful unless flat or of too few returns
    std::uint32_t returns = 0;  // that it stands on
    std::uint16_t flat = 1;
    std::uint16_t started = 0;  // excess_e12 has had its first return
  };
  struct Pair {
    std::int64_t own_e12, benchmark_e12;  // ReturnHistory::kNone in a session that does not count
  };
  struct Memory {
    Line line;
    PriorSamples<Pair, kSessions - 1> prior;
  };
  using SymbolMemory = Line;

  static void contribution(const SymbolState&, std::int64_t*) noexcept {}

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    if (!c.commit) return;
    const IndexResult& index = c.derived->index[0];
    const Pair today = pair_now(c);
    const Line now = advance(base.line, moments(base, today), today);
    const auto put = [&](std::size_t output, const Number& number) {
      const Validity why = index.validity != Validity::kOk ? index.validity
                           : !c.benchmarks[0].known        ? Validity::kUndefined
                                                           : number.validity;
      if (why == Validity::kOk) {
        out.value(output, number.value, index.n_valid, {.flags = index.flags | number.flags});
      } else {
        out.absent(output, why, index.n_valid, index.flags);
      }
      out.members(output, index.n_members);
    };
    put(kBeta, beta_of(now));
    put(kExcess, excess_of(base.line, now, today));
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    const Pair today = pair_now(c);
    now = base;
    now.line = advance(base.line, moments(base, today), today);
    if (counts(today)) now.prior.push(today);
  }

  static void commit_symbols(const SymbolsContext& c, std::span<const Line> base, std::span<Line> now) noexcept {
    for (const std::uint32_t symbol : c.universe) {
      const Pair today = pair_now(c, symbol);
      CoMoments all;
      add(all, today);
      for (std::size_t ago = 1; ago < ReturnHistory::kSessions && all.n < std::int64_t{kSessions} && c.benchmark != kNoSubject; ++ago) {
        if (!c.returns.traded(c.benchmark, ago) || !c.returns.traded(c.benchmark, ago + 1)) continue;
        add(all, {c.returns.at_e12(symbol, ago), c.returns.at_e12(c.benchmark, ago)});
      }
      now[symbol] = advance(base[symbol], all, today);
    }
  }

  static void publish_symbols(const SymbolsContext& c, std::span<const Line> base, std::span<const Line> now, SymbolOutput& out) noexcept {
    for (std::size_t member = 0; member < c.members.size(); ++member) {
      const std::uint32_t symbol = c.members[member];
      const auto put = [&](std::size_t output, const Number& number) {
        const Validity why = c.step->benchmarks[0].known ? number.validity : Validity::kUndefined;
        why == Validity::kOk ? out.value(member, output, number.value, number.flags) : out.absent(member, output, why);
      };
      put(kBeta, beta_of(now[symbol]));
      put(kExcess, excess_of(base[symbol], now[symbol], pair_now(c, symbol)));
    }
  }

 private:
  struct Number {
    double value = 0.0;
    Validity validity = Validity::kWarmup;
    std::uint32_t flags = 0;
  };

  static bool counts(const Pair& pair) noexcept {
    return pair.own_e12 != ReturnHistory::kNone && pair.benchmark_e12 != ReturnHistory::kNone;
  }
  static void add(CoMoments& all, const Pair& pair) noexcept {
    if (counts(pair)) all.add(pair.own_e12, pair.benchmark_e12);
  }
  static Pair pair_now(const ScopeContext& c) noexcept {
    const BenchmarkState& benchmark = c.benchmarks[0];
    const IndexResult& index = c.derived->index[0];
    Pair pair{ReturnHistory::kNone, ReturnHistory::kNone};
    if (index.has_return) pair.own_e12 = std::llround(index.session_return * 1e12);
    if (benchmark.traded && benchmark.traded_before && benchmark.ref_e9 > 0)
      pair.benchmark_e12 = return_e12(benchmark.last_e9, benchmark.ref_e9);
    return pair;
  }
  static Pair pair_now(const SymbolsContext& c, std::uint32_t symbol) noexcept {
    const BenchmarkState& benchmark = c.step->benchmarks[0];
    const bool has_return = benchmark.traded && benchmark.traded_before;
    return {return_now_e12(c.states[symbol]), has_return ? return_now_e12(c.states[c.benchmark]) : ReturnHistory::kNone};
  }
  static CoMoments moments(const Memory& base, const Pair& today) noexcept {
    CoMoments all;
    add(all, today);
    for (std::size_t age = 1; age <= base.prior.count; ++age) add(all, base.prior.ago(age));
    return all;
  }

  // The line with today's return at the beta of the session before, and the beta that tomorrow's will use.
  static Line advance(const Line& base, const CoMoments& all, const Pair& today) noexcept {
    Line now = base;
    if (base.returns >= kFewest && counts(today)) {
      const double expected_e12 = adjusted(base) * static_cast<double>(today.benchmark_e12);
      const double growth = 1.0 + (static_cast<double>(today.own_e12) - expected_e12) / 1e12;
      if (growth > 0.0) now.excess_e12 += ln_e12(growth);
      now.started = 1;
    }
    now.returns = static_cast<std::uint32_t>(all.n);
    now.flat = all.flat();
    now.beta = now.flat != 0 ? 0.0 : all.slope();
    return now;
  }
  static double adjusted(const Line& line) noexcept { return line.flat != 0 ? 1.0 : 1.0 / 3.0 + 2.0 / 3.0 * line.beta; }

  static Number beta_of(const Line& now) noexcept {
    if (now.returns < kFewest) return {};
    if (now.flat != 0) return {.validity = Validity::kUndefined};
    return {.value = now.beta, .validity = Validity::kOk};
  }
  static Number excess_of(const Line& base, const Line& now, const Pair& today) noexcept {
    if (now.started == 0) return {};
    const std::uint32_t flags = (counts(today) ? 0U : kFlagGap) | (base.flat != 0 ? kFlagUnitBeta : 0U);
    return {.value = static_cast<double>(now.excess_e12) / 1e12, .validity = Validity::kOk, .flags = flags};
  }
};

}  // namespace groundswell::signal
