// Diffusion: the Conference Board's worked table, the width of "flat", and the gap between followers and leaders.
#include <gtest/gtest.h>

#include <random>

#include "signal/indicators/diffusion.hpp"
#include "signal/indicators/follower_gap.hpp"
#include "signal/indicators/strength_diffusion.hpp"
#include "support/gathered_pool.hpp"

namespace groundswell::signal {
namespace {

// Components of the leading index, July to December 1997, as the Board prints them, and its index.
struct Month {
  std::array<double, 10> components;
  double index;
};
constexpr Month kBoard[] = {{{.5, 1, 1, 0, 1, 1, 1, 1, 0, 1}, 75}, {{.5, 0, 1, 1, 1, 1, 1, 1, 1, 0}, 75},
                            {{.5, 1, 0, 0, 1, 1, 1, 1, 0, 1}, 65}, {{1, 0, 0, 0, 1, 1, 1, 1, 0, 1}, 60},
                            {{1, 0, 0, 1, 1, 0, 0, 1, 0, 0}, 40},  {{1, 1, 1, 0, 0, 0, 0, 1, 0, 0}, 40}};

SymbolState moved(std::int64_t past_e9, std::int64_t last_e9) {
  SymbolState state;
  state.ref_e9 = past_e9;
  state.last_e9 = last_e9;
  state.past_close_e9.fill(past_e9);
  return state;
}

TEST(Diffusion, EqualsTheConferenceBoard) {
  for (const Month& month : kBoard) {
    std::array<std::int64_t, Diffusion::kStepLanes> sums{};
    for (const double component : month.components) {
      std::array<std::int64_t, Diffusion::kStepLanes> lanes{};
      const std::int64_t last_e9 = component == 1 ? 1'001'000'000 : component == 0 ? 999'000'000 : 1'000'000'000;
      Diffusion::step_contribution(moved(1'000'000'000, last_e9), {}, lanes.data());
      for (std::size_t i = 0; i < lanes.size(); ++i) sums[i] += lanes[i];
    }
    EXPECT_EQ(sums[Diffusion::kCountLane], 10);
    EXPECT_EQ(diffusion_index(sums[Diffusion::kUpLane], sums[Diffusion::kFlatLane], 10), month.index);
  }
}

// The Board's own series, June and July 1997: hours 41.9 and 41.9, orders 150729 and 151764, permits 1398 and 1441, deliveries 54.9
// and 54.8.
TEST(Diffusion, JudgesTheBoardsOwnNumbers) {
  constexpr std::int64_t kOne = 1'000'000'000;
  const auto judged = [](std::int64_t past_e9, std::int64_t last_e9) {
    std::array<std::int64_t, Diffusion::kStepLanes> lanes{};
    Diffusion::step_contribution(moved(past_e9, last_e9), {}, lanes.data());
    return std::pair(lanes[Diffusion::kUpLane + 1], lanes[Diffusion::kFlatLane + 1]);
  };
  EXPECT_EQ(judged(419 * kOne / 10, 419 * kOne / 10), (std::pair<std::int64_t, std::int64_t>(0, 1)));
  EXPECT_EQ(judged(150'729 * kOne, 151'764 * kOne), (std::pair<std::int64_t, std::int64_t>(1, 0)));
  EXPECT_EQ(judged(1'398 * kOne, 1'441 * kOne), (std::pair<std::int64_t, std::int64_t>(1, 0)));
  EXPECT_EQ(judged(549 * kOne / 10, 548 * kOne / 10), (std::pair<std::int64_t, std::int64_t>(0, 0)));
}

TEST(Diffusion, FlatIsFiveHundredthsOfAPercentInclusive) {
  const auto flat = [](std::int64_t move_e9) {
    std::array<std::int64_t, Diffusion::kStepLanes> lanes{};
    Diffusion::step_contribution(moved(100'000'000'000, 100'000'000'000 + move_e9), {}, lanes.data());
    return lanes[Diffusion::kFlatLane] == 1;
  };
  EXPECT_TRUE(flat(50'000'000));
  EXPECT_TRUE(flat(-50'000'000));
  EXPECT_FALSE(flat(50'000'001));
  EXPECT_FALSE(flat(-50'000'001));
}

TEST(StrengthDiffusion, CountsTheSuppliersByHand) {
  std::vector<Derived> baskets(10);
  std::vector<const Derived*> suppliers;
  for (std::size_t i = 0; i < baskets.size(); ++i) {
    baskets[i].strength.has_month = true;
    baskets[i].strength.month_e12 = i < 7 ? 500'000'001 : i == 7 ? -500'000'000 : -500'000'001;  // seven ahead, one level
    suppliers.push_back(&baskets[i]);
  }
  test::GatheredPool<StrengthDiffusion> thesis(ScopeKind::kThesis);
  thesis.context().suppliers = suppliers;
  thesis.context().benchmarks[0] = {.configured = true, .known = true, .traded = true};
  EXPECT_EQ(thesis.evaluate()[0].value, 75.0);
  EXPECT_EQ(thesis.level("d_rs").n_valid, 10U);
  for (std::size_t i = 0; i < 5; ++i) baskets[i].strength.has_month = false;
  EXPECT_EQ(thesis.evaluate()[0].validity, Validity::kInsufficient);  // 5 of 10
  thesis.context().benchmarks[0].traded = false;
  EXPECT_EQ(thesis.evaluate()[0].validity, Validity::kStaleInput);
}

using Gap = test::GatheredPool<FollowerGap>;
constexpr std::int64_t kBase = 100'000'000'000;

TEST(FollowerGap, TurnsItsSignWithAllReturns) {
  std::mt19937_64 random(6);
  ScoreHistory up, down;
  std::size_t compared = 0;
  for (int t = 0; t < 300; ++t) {
    Gap rising, falling;
    for (int member = 0; member < 9; ++member) {
      const auto move = static_cast<std::int64_t>(random() % 4'000'000'000) - 2'000'000'000;
      const Role role = member < 2 ? Role::kLeader : member == 8 ? Role::kSpender : Role::kFollower;
      rising.add(kBase, kBase + move, role);
      falling.add(kBase, kBase - move, role);
    }
    const Level a = rising.evaluate(up)[0], b = falling.evaluate(down)[0];
    ASSERT_EQ(a.validity, t < 62 ? Validity::kWarmup : Validity::kOk) << t;
    EXPECT_EQ(a.validity, b.validity);
    EXPECT_EQ(a.value, -b.value);
    EXPECT_EQ(a.n_valid, 8U);
    compared += a.present;
    FollowerGap::commit(rising.context(), up, up);
    FollowerGap::commit(falling.context(), down, down);
  }
  EXPECT_EQ(compared, 238U);
}

// Followers +2 and +1 %, leader +0.5 %, spender +9 %: a gap of 1 %. Only suppliers follow in the thesis.
TEST(FollowerGap, TakesWhomItShould) {
  const auto gap_e12 = [](ScopeKind kind, bool second_supplies) {
    Gap pool(kind);
    pool.coverage(0) = {.min_members = 1};
    pool.add(kBase, kBase * 102 / 100);
    pool.add(kBase, kBase * 101 / 100, Role::kFollower, 0, second_supplies);
    pool.add(kBase, kBase * 1005 / 1000, Role::kLeader, 0, false);
    pool.add(kBase, kBase * 109 / 100, Role::kSpender);
    ScoreHistory history;
    FollowerGap::commit(pool.context(), history, history);
    EXPECT_EQ(history.prior_e12.count, 1U);
    return history.prior_e12.ago(1);
  };
  EXPECT_EQ(gap_e12(ScopeKind::kBasket, false), 10'000'000'000);
  EXPECT_EQ(gap_e12(ScopeKind::kThesis, true), 10'000'000'000);
  EXPECT_EQ(gap_e12(ScopeKind::kThesis, false), 15'000'000'000);
}

TEST(FollowerGap, LiveDividesByTheLastCommitAndTheCommitByItsOwn) {
  std::mt19937_64 random(2);
  ScoreHistory history;
  Gap pool;
  for (int t = 0; t < 100; ++t) {
    pool.clear();
    for (int member = 0; member < 5; ++member) {
      pool.add(kBase, kBase + static_cast<std::int64_t>(random() % 4'000'000'000) - 2'000'000'000,
               member == 0 ? Role::kLeader : Role::kFollower);
    }
    if (t < 99) FollowerGap::commit(pool.context(), history, history);
  }
  const double closed = pool.evaluate(history)[0].value;
  pool.context().commit = false;
  const double live = pool.evaluate(history)[0].value;
  ScoreHistory after = history;
  FollowerGap::commit(pool.context(), history, after);
  EXPECT_NE(live, closed);
  EXPECT_NEAR(live * history.deviation_e12, closed * after.deviation_e12, 1e-9 * after.deviation_e12);
}

TEST(FollowerGap, NeedsBothSides) {
  Gap pool;
  for (int i = 0; i < 4; ++i) pool.add(kBase, kBase);
  EXPECT_EQ(pool.evaluate()[0].validity, Validity::kUndefined);
  pool.add(kBase, kBase, Role::kLeader);
  EXPECT_EQ(pool.evaluate()[0].validity, Validity::kWarmup);  // one leader does in a basket
  pool.moves(4)[0].known = false;
  EXPECT_EQ(pool.evaluate()[0].validity, Validity::kInsufficient);
  Gap thesis(ScopeKind::kThesis);
  for (int i = 0; i < 4; ++i) thesis.add(kBase, kBase);
  thesis.add(kBase, kBase, Role::kLeader);
  EXPECT_EQ(thesis.evaluate()[0].validity, Validity::kInsufficient);  // three there
}

}  // namespace
}  // namespace groundswell::signal
