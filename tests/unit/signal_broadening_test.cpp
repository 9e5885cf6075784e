// The broadening score alone: what is frozen while a session runs, what a rise of everything and prices upside down do, and x5's history.
#include <gtest/gtest.h>

#include <random>

#include "signal/indicators/broadening.hpp"
#include "support/tape.hpp"

namespace groundswell::signal {
namespace {

using test::kDollar;

// Two leaders and eight followers of supplier baskets, all old enough for every term.
struct DrawnPool {
  explicit DrawnPool(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto near = [&](std::int64_t dollars) {
      return dollars * kDollar + static_cast<std::int64_t>(random() % 20'000) * 1'000'000 - 10 * kDollar;
    };
    for (std::uint32_t i = 0; i < 10; ++i) {
      SymbolState s;
      s.listed = s.traded = true;
      s.last_e9 = near(100);
      s.ref_e9 = 100 * kDollar;
      s.closes = 300;
      s.average_sum_e9[1] = 49 * 100 * kDollar;
      for (std::int64_t& past : s.past_close_e9) past = near(100);
      states.push_back(s);
      members.push_back({i, i < 2 ? Role::kLeader : Role::kFollower, 1, 0});
    }
    BenchmarkState& benchmark = context.benchmarks[0];
    benchmark = {.configured = true, .known = true, .traded = true, .last_e9 = 500 * kDollar, .ref_e9 = 500 * kDollar};
    benchmark.past_close_e9.fill(498 * kDollar);
    derived.strength_diffusion = 75.0;
    derived.follower_gap = 1.0;
    context.kind = ScopeKind::kThesis;
    context.coverage = &coverage;
    context.derived = &derived;
  }
  const ScopeContext& at(bool commit) {
    context.commit = commit;
    context.states = states;
    context.members = members;
    return context;
  }
  Broadening::Today today(const Broadening::Memory& base = {}, bool commit = true) { return Broadening::today_of(at(commit), base); }

  std::vector<SymbolState> states;
  std::vector<PoolMember> members;
  Derived derived;
  CoverageRule coverage;
  ScopeContext context;
};

// After 70 sessions, of which each is another pool.
Broadening::Memory history(std::uint64_t first_seed = 100) {
  Broadening::Memory memory;
  for (std::uint64_t t = 0; t < 70; ++t) {
    const Broadening::Memory base = memory;
    Broadening::commit(DrawnPool(first_seed + t).at(true), base, memory);
  }
  return memory;
}

TEST(Broadening, LiveWithTheCommitsOwnMedianEqualsTheCommitToTheBit) {
  const Broadening::Memory base = history();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DrawnPool pool(seed);
    Broadening::Memory now, frozen = base;
    Broadening::commit(pool.at(true), base, now);
    frozen.spread = now.spread;
    const Broadening::Today live = pool.today(frozen, false), close = pool.today(base, true);
    EXPECT_EQ(live.terms, close.terms);
    EXPECT_EQ(live.raw, close.raw);
    const Broadening::Today running = pool.today(base, false);
    EXPECT_EQ(running.terms[4], std::clamp((running.evenness - base.spread.median) / base.spread.deviation, -2.0, 2.0) / 2.0);
  }
}

TEST(Broadening, RiseOfEverythingLeavesWhatIsRelative) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DrawnPool pool(seed), risen(seed);
    for (SymbolState& s : risen.states) s.last_e9 *= 2;
    risen.context.benchmarks[0].last_e9 *= 2;
    const auto a = pool.today(), b = risen.today();
    EXPECT_EQ(a.terms[0], b.terms[0]);
    EXPECT_NEAR(a.evenness, b.evenness, 1e-9);
    EXPECT_GE(b.terms[1], a.terms[1]);  // that one is absolute
  }
}

TEST(Broadening, WhoWasAheadIsBehindWhenPricesRunBackwards) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DrawnPool pool(seed), back(seed);
    const auto turn = [](std::int64_t& now_e9, std::int64_t& then_e9) { std::swap(now_e9, then_e9); };
    for (SymbolState& s : back.states) turn(s.last_e9, s.past_close_e9[2]);
    turn(back.context.benchmarks[0].last_e9, back.context.benchmarks[0].past_close_e9[2]);
    EXPECT_EQ(pool.today().terms[0], -back.today().terms[0]);
  }
}

TEST(Broadening, TermsOfLessThanSixtyOfTheWeightAreNoSample) {
  DrawnPool pool(1);
  pool.derived.follower_gap = kNoNumber;  // x1, x2, x3: 70
  EXPECT_FALSE(std::isnan(pool.today().raw));
  const auto& t = pool.today().terms;
  EXPECT_DOUBLE_EQ(pool.today().raw, 100.0 * (25.0 * t[0] + 25.0 * t[1] + 20.0 * 0.5) / 70.0);
  pool.derived.strength_diffusion = kNoNumber;  // x1, x2: 50
  EXPECT_TRUE(std::isnan(pool.today().raw));
}

TEST(Broadening, SpendersAndFollowersOfOthersCountNowhere) {
  DrawnPool pool(3);
  const auto before = pool.today();
  pool.members.push_back({9, Role::kSpender, 1, 0});
  pool.members.push_back({9, Role::kFollower, 0, 0});
  EXPECT_EQ(pool.today().raw, before.raw);
  EXPECT_EQ(pool.today().evenness, before.evenness);
  EXPECT_EQ(pool.today().n_members, 8U);
}

TEST(Broadening, HistoryWithoutAnySpreadCountsNothing) {
  PriorSamples<double, Broadening::kHistory - 1> samples;
  for (int i = 0; i < 61; ++i) samples.push(0.25);
  EXPECT_TRUE(std::isnan(Broadening::spread_with(samples, 0.5).deviation));  // 62 of 63
  samples.push(0.25);
  EXPECT_EQ(Broadening::spread_with(samples, 0.5).deviation, 0.0);
  PriorSamples<double, Broadening::kHistory - 1> rising;
  for (int i = 1; i <= 63; ++i) rising.push(i);
  const Broadening::Spread spread = Broadening::spread_with(rising, 64.0);  // 1 .. 64: median 32.5, deviations .5 to 31.5 twice each
  EXPECT_EQ(spread.median, 32.5);
  EXPECT_DOUBLE_EQ(spread.deviation, 1.4826 * 16.0);
}

}  // namespace
}  // namespace groundswell::signal
