// Who carried the move: shares worked by hand, both weightings, and where there is no answer.
#include <gtest/gtest.h>

#include "signal/indicators/concentration.hpp"
#include "signal/indicators/dispersion.hpp"
#include "support/gathered_pool.hpp"
#include "support/tape.hpp"

namespace groundswell::signal {
namespace {

using test::kDollar;
using Pool = test::GatheredPool<Concentration>;

// 100 dollars each, 1000 shares each.
void add(Pool& pool, double percent, Role role = Role::kFollower, std::int64_t shares = 1000) {
  pool.add(100 * kDollar, static_cast<std::int64_t>(100.0 * kDollar + percent * kDollar), role, shares);
}

TEST(Concentration, TheWorkedShares) {
  Pool pool;
  add(pool, 3, Role::kLeader);
  for (const double percent : {3.0, 2.0, 2.0}) add(pool, percent);
  pool.evaluate();
  for (const char* window : {"1", "21", "63"}) {
    const auto value = [&](const std::string& id) { return pool.level(id + window).value; };
    EXPECT_NEAR(value("hhi_"), 0.26, 1e-15);
    EXPECT_NEAR(value("enc_"), 1 / 0.26, 1e-14);
    EXPECT_NEAR(value("enc_"), 3.846, 0.0005);
    EXPECT_NEAR(value("encn_"), (1 / 0.26 - 1) / 3, 1e-14);
    EXPECT_NEAR(value("encn_"), 0.949, 0.0005);
    EXPECT_NEAR(value("top1_"), 0.3, 1e-15);
    EXPECT_NEAR(value("top3_"), 0.8, 1e-15);
    EXPECT_NEAR(value("hhi_ew_"), 0.26, 1e-15);
    EXPECT_NEAR(value("enc_ew_"), 1 / 0.26, 1e-14);
    EXPECT_NEAR(value("leader_share_"), 0.3, 1e-15);
    EXPECT_NEAR(value("leader_share_ew_"), 0.3, 1e-15);
    EXPECT_NEAR(value("leader_excess_"), 0.3 - 0.25, 1e-15);
    EXPECT_EQ(pool.level(std::string("hhi_") + window).n_valid, 4U);
  }
}

TEST(Concentration, FiveHundredAlikeAreFiveHundred) {
  Pool pool;
  for (int i = 0; i < 500; ++i) add(pool, 1);
  pool.evaluate();
  EXPECT_NEAR(pool.level("enc_1").value, 500.0, 1e-9);
  EXPECT_NEAR(pool.level("encn_1").value, 1.0, 1e-11);
  EXPECT_NEAR(pool.level("top3_21").value, 3.0 / 500, 1e-15);
}

// Capital and equal weights tell different stories: one giant and many small ones.
TEST(Concentration, WeightsAreThoseOfTheWindowsStart) {
  Pool pool;
  add(pool, 1, Role::kLeader, 97'000);
  for (int i = 0; i < 3; ++i) add(pool, 5, Role::kFollower, 1000);
  pool.evaluate();
  EXPECT_NEAR(pool.level("leader_share_1").value, 97.0 / 112, 1e-15);
  EXPECT_NEAR(pool.level("leader_share_ew_1").value, 1.0 / 16, 1e-14);
  EXPECT_NEAR(pool.level("leader_excess_1").value, 97.0 / 112 - 0.97, 1e-14);  // they lag their weight
}

// In a fall the losers carry, and who rose against it carries nothing; spenders and followers are no leaders.
TEST(Concentration, CountsTheDirectionOfTheBasket) {
  Pool pool;
  add(pool, -6);
  add(pool, -2, Role::kLeader);
  add(pool, 4, Role::kLeader);
  add(pool, 0, Role::kSpender);
  pool.evaluate();
  EXPECT_NEAR(pool.level("hhi_1").value, (36.0 + 4.0) / 64, 1e-15);
  EXPECT_NEAR(pool.level("leader_share_1").value, 0.25, 1e-15);
  EXPECT_EQ(pool.level("hhi_1").flags & kFlagLowDir, 0U);
}

// |sum| below a tenth of the sizes: 5.4 against 4.6 is at .08, 5.6 against 4.4 at .12. A basket that stands still counts as rising.
TEST(Concentration, SaysWhenTheDirectionIsNoise) {
  for (const auto& [up, down, low] : {std::tuple{5.4, -4.6, true}, std::tuple{5.5, -4.5, false}, std::tuple{5.0, -5.0, true}}) {
    Pool pool;
    add(pool, up);
    add(pool, down);
    add(pool, 0);
    pool.evaluate();
    for (const char* id : {"hhi_1", "enc_ew_1", "leader_excess_1"}) EXPECT_EQ((pool.level(id).flags & kFlagLowDir) != 0, low) << up << id;
    EXPECT_EQ(pool.level("hhi_1").value, 1.0);
  }
}

TEST(Concentration, CapitalFormsNeedEverybodysShares) {
  Pool pool;
  add(pool, 3, Role::kLeader);
  add(pool, 3);
  add(pool, 2, Role::kFollower, 0);
  add(pool, 2);
  pool.evaluate();
  for (const char* id : {"hhi_1", "enc_21", "encn_63", "leader_share_1", "top1_1", "top3_1"}) {
    EXPECT_EQ(pool.level(id).present, 0) << id;
    EXPECT_EQ(pool.level(id).validity, Validity::kUndefined) << id;
    EXPECT_NE(pool.level(id).flags & kFlagNoShares, 0U) << id;
  }
  EXPECT_NEAR(pool.level("hhi_ew_1").value, 0.26, 1e-15);
  EXPECT_EQ(pool.level("hhi_ew_1").flags & kFlagNoShares, 0U);
  EXPECT_NEAR(pool.level("leader_excess_1").value, 0.3 - 0.25, 1e-15);  // the equal-weighted one, and it says so
  EXPECT_EQ(pool.level("leader_excess_1").validity, Validity::kOk);
  EXPECT_NE(pool.level("leader_excess_1").flags & kFlagNoShares, 0U);
}

TEST(Concentration, NobodyMovedOrTooFewCount) {
  Pool pool;
  for (int i = 0; i < 4; ++i) add(pool, 0);
  pool.evaluate();
  EXPECT_EQ(pool.level("hhi_1").validity, Validity::kUndefined);
  EXPECT_EQ(pool.level("enc_ew_63").validity, Validity::kUndefined);
  EXPECT_EQ(pool.level("leader_excess_21").validity, Validity::kUndefined);
  for (std::size_t member : {0U, 1U}) pool.moves(member)[2].known = false;  // of four, two are too young for 63 sessions
  pool.evaluate();
  EXPECT_EQ(pool.level("hhi_63").validity, Validity::kInsufficient);
  EXPECT_EQ(pool.level("hhi_63").n_valid, 2U);
  EXPECT_EQ(pool.level("hhi_21").validity, Validity::kUndefined);
}

// Where coverage allows a single member there is no scale from one to all.
TEST(Concentration, OneMemberHasNoScale) {
  Pool pool;
  for (std::size_t output = 0; output < Concentration::kOutputs.size(); ++output) pool.coverage(output) = {.min_members = 1};
  add(pool, 3);
  pool.evaluate();
  EXPECT_EQ(pool.level("enc_1").value, 1.0);
  EXPECT_EQ(pool.level("encn_1").validity, Validity::kUndefined);
  EXPECT_EQ(pool.level("encn_1").present, 0);
}

TEST(Dispersion, IsTheDeviationAboutTheMean) {
  test::GatheredPool<Dispersion> pool;
  for (const std::int64_t percent : {1, 1, -1, -1}) pool.add(100 * kDollar, (100 + percent) * kDollar);
  pool.evaluate();
  EXPECT_NEAR(pool.level("dispersion_1").value, 100.0, 1e-10);
  EXPECT_NEAR(pool.level("dispersion_21").value, 100.0, 1e-10);
  pool.moves(3)[1].known = false;
  pool.evaluate();
  EXPECT_NEAR(pool.level("dispersion_21").value, 1e4 * std::sqrt(8.0 / 9.0) / 100, 1e-10);  // 1, 1, -1 about a third
  pool.moves(2)[1].known = false;
  pool.evaluate();
  EXPECT_EQ(pool.level("dispersion_21").validity, Validity::kInsufficient);
  EXPECT_EQ(pool.level("dispersion_1").validity, Validity::kOk);
}

}  // namespace
}  // namespace groundswell::signal
