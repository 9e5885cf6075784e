// D4 and D5 on a few members: whether earnings leverage is rewarded, whose the gains are, and which spoons are painted.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "signal/indicators/belief.hpp"
#include "signal/indicators/earnings_reward.hpp"
#include "signal/indicators/spoon.hpp"

namespace groundswell::signal {
namespace {

std::vector<RankRow> random_rows(std::mt19937_64& random, std::size_t n) {
  std::vector<RankRow> rows(n);
  for (RankRow& row : rows) {
    row.x = static_cast<std::int64_t>(random() % 50) * 20'000'000'000;
    row.y = static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000;
    row.home = static_cast<std::uint32_t>(random() % 3);
  }
  return rows;
}

TEST(EarningsReward, InsideBasketsIsNotAmongAll) {
  std::vector<RankRow> rows(24);
  for (std::size_t i = 0; i < rows.size(); ++i) {  // the second basket is better and did better; inside both the better did worse
    rows[i].x = static_cast<std::int64_t>(i);
    rows[i].y = static_cast<std::int64_t>((i < 12 ? 0 : 100) + (11 - i % 12));
    rows[i].home = i < 12 ? 0 : 1;
  }
  const EarningsReward::Correlations found = EarningsReward::correlations(rows);
  EXPECT_GT(found.pool, 0.4);
  EXPECT_EQ(found.within, -1.0);
  EXPECT_EQ(found.least(), -1.0);
  EXPECT_TRUE(std::isnan(EarningsReward::significance(found.within, 24)));  // of a correlation of 1 there is none
}

TEST(EarningsReward, NeedsTwentyMembers) {
  std::mt19937_64 random(1);
  std::vector<RankRow> rows = random_rows(random, 20);
  EXPECT_FALSE(std::isnan(EarningsReward::correlations(rows).least()));
  rows.pop_back();
  const EarningsReward::Correlations found = EarningsReward::correlations(rows);
  EXPECT_EQ(found.n, 19U);
  EXPECT_TRUE(std::isnan(found.pool) && std::isnan(found.within) && std::isnan(found.least()));
}

TEST(EarningsReward, MirrorsWhenEveryReturnDoes) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 100; ++round) {
    std::vector<RankRow> rows = random_rows(random, 20 + random() % 100);
    const EarningsReward::Correlations found = EarningsReward::correlations(rows);
    for (RankRow& row : rows) row.y = -row.y;
    const EarningsReward::Correlations mirrored = EarningsReward::correlations(rows);
    EXPECT_EQ(mirrored.pool, -found.pool);
    EXPECT_EQ(mirrored.within, -found.within);
    const double significance = EarningsReward::significance(found.pool, found.n);
    EXPECT_NEAR(EarningsReward::significance(mirrored.pool, found.n), -significance, 1e-12);
  }
}

TEST(EarningsReward, Significance) {
  EXPECT_NEAR(EarningsReward::significance(0.2, 100), 1.939351, 5e-7);
  EXPECT_EQ(EarningsReward::significance(0.0, 100), 0.0);
}

TEST(EarningsReward, IsAveragedOverTenSessionsFromItsFirst) {
  EarningsReward::Average average;
  average.take(0.2);
  EXPECT_EQ(average.value, 0.2);
  average.take(0.31);
  EXPECT_NEAR(average.value, 0.22, 1e-15);
  EXPECT_EQ(EarningsReward::Average::kWarmUpdates, 23U);
}

// Members of a scope, a benchmark that stands still, and what is known of them.
class BeliefPool {
 public:
  BeliefPool() {
    context_.benchmarks[0].traded = true;
    context_.benchmarks[0].last_e9 = 1;
    context_.benchmarks[0].past_close_e9.fill(1);
    context_.derived = &derived_;
    context_.kind = ScopeKind::kThesis;
  }
  // `confirmation` below 0: unknown.
  void add(double gain, double confirmation, double label) {
    SymbolState state;
    state.listed = true;
    state.ref_e9 = 1'000'000'000'000;
    state.past_close_e9.fill(1'000'000'000'000);
    state.last_e9 = std::llround(std::exp(gain) * 1e12);
    MemberFundamentals of{.label = label};
    if (confirmation >= 0.0) of.confirmation_e12 = std::llround(confirmation * 1e12);
    members_.push_back({static_cast<std::uint32_t>(members_.size()), Role::kFollower, 1, 0});
    states_.push_back(state);
    of_.push_back(of);
  }
  const std::array<Level, 3>& evaluate() {
    context_.members = members_;
    context_.states = states_;
    context_.fundamentals = of_;
    context_.n_members = static_cast<std::uint32_t>(members_.size());
    Output out(levels_.data(), context_);
    Belief::evaluate(context_, {}, out);
    return levels_;
  }
  const Derived& derived() const { return derived_; }

 private:
  ScopeContext context_;
  Derived derived_;
  std::vector<PoolMember> members_;
  std::vector<SymbolState> states_;
  std::vector<MemberFundamentals> of_;
  std::array<Level, 3> levels_{};
};

TEST(Belief, IsAPartOfTheGains) {
  BeliefPool pool;
  pool.add(0.03, 0.2, 0.9);
  pool.add(0.05, 0.8, 0.9);
  pool.add(0.02, 0.4, 0.9);
  pool.add(-0.5, 0.1, 0.9);  // lost: no part
  const auto& levels = pool.evaluate();
  EXPECT_NEAR(levels[Belief::kPaint].value, 0.3, 1e-9);
  EXPECT_NEAR(levels[Belief::kBacklogShare].value, 0.5, 1e-9);
  EXPECT_NEAR(levels[Belief::kGap].value, -0.2, 1e-9);
  EXPECT_EQ(levels[Belief::kPaint].n_valid, 4U);
  EXPECT_EQ(pool.derived().paint, levels[Belief::kPaint].value);
}

TEST(Belief, BoundsBelongToBothSides) {
  BeliefPool pool;
  pool.add(0.1, 0.35, 0.6);
  pool.add(0.1, 0.5, 0.6);
  pool.add(0.1, 0.35, 0.59);
  const auto& levels = pool.evaluate();
  EXPECT_NEAR(levels[Belief::kPaint].value, 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(levels[Belief::kBacklogShare].value, 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(levels[Belief::kGap].value, 0.0, 1e-12);
}

TEST(Belief, NeedsSixtyPercentOfTheGainsToBeKnown) {
  BeliefPool pool;
  pool.add(std::log(1.6), 0.2, 0.9);
  pool.add(std::log(1.2), -1, 0.9);
  EXPECT_EQ(pool.evaluate()[Belief::kPaint].value, 1.0);
  pool.add(std::log(1.2), -1, 0.9);  // .47 of .83
  const auto& levels = pool.evaluate();
  EXPECT_EQ(levels[Belief::kPaint].validity, Validity::kInsufficient);
  EXPECT_EQ(levels[Belief::kPaint].present, 0);
  EXPECT_TRUE(std::isnan(pool.derived().paint));
}

TEST(Belief, IsUndefinedWhenNobodyGains) {
  BeliefPool pool;
  pool.add(-0.1, 0.2, 0.9);
  EXPECT_EQ(pool.evaluate()[Belief::kGap].validity, Validity::kUndefined);
}

Spoon::SymbolMemory commits(Spoon::SymbolMemory memory, int n, double spoon, double confirmation) {
  for (int i = 0; i < n; ++i) {
    memory.spoon = spoon;
    memory = Spoon::after(memory, confirmation < 0.0 ? MemberFundamentals::kUnknown : std::llround(confirmation * 1e12));
  }
  return memory;
}

TEST(Spoon, IsLabelTimesDoubtTimesPrice) {
  MemberFundamentals of{.confirmation_e12 = 200'000'000'000, .label = 0.8};
  EXPECT_DOUBLE_EQ(Spoon::spoon_of(of, 0.9), 57.6);
  of.label = kNoNumber;
  EXPECT_TRUE(std::isnan(Spoon::spoon_of(of, 0.9)));
  EXPECT_TRUE(std::isnan(Spoon::spoon_of({.label = 0.8}, 0.9)));
}

TEST(Spoon, IsPaintedAfterFiveCommits) {
  EXPECT_EQ(commits({}, 4, 50, 0.35).painted, 0U);
  EXPECT_EQ(commits({}, 5, 50, 0.35).painted, 1U);
  EXPECT_EQ(commits({}, 9, 49.9, 0.35).painted, 0U);
  EXPECT_EQ(commits({}, 9, 50, 0.36).painted, 0U);
  EXPECT_EQ(commits(commits(commits({}, 4, 50, 0.35), 1, 49, 0.35), 4, 50, 0.35).painted, 0U);  // in a row
}

TEST(Spoon, IsClearedAfterFiveCommitsOrAtOnce) {
  const Spoon::SymbolMemory painted = commits({}, 5, 60, 0.2);
  EXPECT_EQ(commits(painted, 20, 45, 0.4).painted, 1U);  // between the bounds nothing happens
  EXPECT_EQ(commits(painted, 4, 39.9, 0.2).painted, 1U);
  EXPECT_EQ(commits(painted, 5, 39.9, 0.2).painted, 0U);
  EXPECT_EQ(commits(painted, 5, 60, 0.46).painted, 0U);
  EXPECT_EQ(commits(painted, 9, 60, 0.45).painted, 1U);
  EXPECT_EQ(commits(painted, 1, kNoNumber, -1).painted, 0U);   // nothing is known any more
  EXPECT_EQ(commits(painted, 9, kNoNumber, 0.2).painted, 1U);  // no spoon says nothing
}

}  // namespace
}  // namespace groundswell::signal
