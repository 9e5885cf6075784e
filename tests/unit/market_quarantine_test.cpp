// Prices that are far from the others wait until later trades confirm them.
#include <gtest/gtest.h>

#include <vector>

#include "support/one_market.hpp"

namespace groundswell::market {
namespace {

using namespace test;

// Ten prices between 100.00 and 100.04.
OneMarket quiet(unsigned n_trades = 10) {
  OneMarket one;
  for (unsigned i = 0; i < n_trades; ++i) one.trade({.price_e9 = OneMarket::kHundred + i % 5 * kCent});
  return one;
}
constexpr std::int64_t kFar = OneMarket::kHundred + 500 * kCent;  // 5 % away

TEST(Quarantine, FarIsMoreThanTenDeviationsAndThreePercentFromTheMedian) {
  const auto far = [](std::int64_t price, std::vector<std::int64_t> prices) { return is_far(price, prices); };
  const std::vector<std::int64_t> even{100, 102, 98, 104};  // median 101, deviations 1 1 3 3: 2
  EXPECT_FALSE(far(121, even));                             // 10 deviations: not more
  EXPECT_TRUE(far(122, even));
  EXPECT_FALSE(far(81, even));
  EXPECT_TRUE(far(80, even));
  const std::vector<std::int64_t> odd{1000, 1000, 1000};  // no deviation: 3 %
  EXPECT_FALSE(far(1030, odd));
  EXPECT_TRUE(far(1031, odd));
  EXPECT_FALSE(far(970, odd));
  EXPECT_TRUE(far(969, odd));
  EXPECT_TRUE(far(kMaxPriceE9 - 1, {1, 1}));  // the largest numbers do not overflow
  EXPECT_FALSE(far(kMaxPriceE9 - 1, {kMaxPriceE9 - 1, kMaxPriceE9 - 2}));
}

TEST(Quarantine, NothingIsTestedBeforeTenPricesAreKnownOrWithinThreePercentOfTheLast) {
  OneMarket nine = quiet(9);
  EXPECT_EQ(nine.trade({.price_e9 = kFar}).outcome, Outcome::kEligible);
  OneMarket ten = quiet();
  EXPECT_EQ(ten.trade({.price_e9 = OneMarket::kHundred + 304 * kCent}).outcome, Outcome::kEligible);  // the last is 100.04
  OneMarket far = quiet();
  EXPECT_EQ(far.trade({.price_e9 = kFar}).outcome, Outcome::kQuarantined);
}

TEST(Quarantine, TwoOfTheNextThreeConfirmAndAllOfThemCountInTheirOrder) {
  OneMarket one = quiet();
  const auto held = one.trade({.price_e9 = kFar, .size = 10});
  EXPECT_TRUE(held.held && held.changed);
  EXPECT_NEAR(held.held_move, 105.0 / 100.04 - 1, 1e-12);
  EXPECT_TRUE(one.state().held);
  EXPECT_EQ(one.state().last_e9, OneMarket::kHundred + 4 * kCent);
  EXPECT_EQ(one.state().high_e9, OneMarket::kHundred + 4 * kCent);
  EXPECT_EQ(one.state().volume_shares, 1010U);  // traded it has
  EXPECT_EQ(one.state().vwap_shares, 1000U);
  const auto first = one.trade({.price_e9 = kFar + 20 * kCent, .size = 20});
  EXPECT_EQ(first.outcome, Outcome::kQuarantined);
  EXPECT_FALSE(first.held);  // it waits with the other
  EXPECT_EQ(one.trade({.price_e9 = OneMarket::kHundred + kCent, .size = 30}).outcome,
            Outcome::kEligible);  // the second of three, and ordinary
  EXPECT_EQ(one.state().last_e9, OneMarket::kHundred + kCent);
  const auto second = one.trade({.price_e9 = kFar - 20 * kCent, .size = 40});
  EXPECT_EQ(second.outcome, Outcome::kEligible);
  EXPECT_EQ(second.believed, 2);
  EXPECT_FALSE(one.state().held);
  EXPECT_EQ(one.state().last_e9, kFar - 20 * kCent);
  EXPECT_EQ(one.state().high_e9, kFar + 20 * kCent);
  EXPECT_EQ(one.state().vwap_shares, 1100U);
  EXPECT_EQ(one.state().tick_sign, 1);  // after 100.01, the newest before it in the order of arrival
}

TEST(Quarantine, WithoutConfirmationItStaysVolumeOnly) {
  OneMarket one = quiet();
  one.trade({.price_e9 = kFar, .size = 10, .id = 500});
  EXPECT_EQ(one.trade({.price_e9 = OneMarket::kHundred / 2}).outcome, Outcome::kQuarantined);  // far too, and no confirmation
  for (int i = 0; i < 2; ++i) EXPECT_EQ(one.trade({}).outcome, Outcome::kEligible);
  EXPECT_FALSE(one.state().held);
  EXPECT_EQ(one.state().high_e9, OneMarket::kHundred + 4 * kCent);
  EXPECT_EQ(one.state().low_e9, OneMarket::kHundred);
  EXPECT_EQ(one.state().volume_shares, 1310U);
  EXPECT_EQ(one.trade({.price_e9 = kFar}).outcome, Outcome::kQuarantined);  // it has left nothing behind
  one.cancel(500);
  EXPECT_EQ(one.state().volume_shares, 1400U);
}

TEST(Quarantine, OneConfirmationIsNotEnough) {
  OneMarket one = quiet();
  one.trade({.price_e9 = kFar});
  one.trade({.price_e9 = kFar});
  one.trade({});
  EXPECT_TRUE(one.state().held);
  one.trade({});
  EXPECT_FALSE(one.state().held);
  EXPECT_EQ(one.state().high_e9, OneMarket::kHundred + 4 * kCent);
}

TEST(Quarantine, FiveSecondsOfEventTimeAreTheLimit) {
  for (const std::uint64_t late_ns : {std::uint64_t{0}, std::uint64_t{1}}) {
    OneMarket one = quiet();
    one.trade({.price_e9 = kFar});
    one.trade({.price_e9 = kFar});
    one.now_ns += 3 * kSecond + late_ns;
    const auto applied = one.trade({.price_e9 = kFar});  // 5 s after the first
    EXPECT_EQ(applied.believed, late_ns == 0 ? 2 : 0);
  }
  OneMarket one = quiet();
  one.trade({.price_e9 = kFar});
  std::vector<std::uint32_t> visited;
  const auto expire = [&](std::uint64_t time_ns) {
    one.market.expire_holds(time_ns, [&](std::uint32_t symbol) { visited.push_back(symbol); });
  };
  expire(one.now_ns + 5 * kSecond - 1);
  EXPECT_TRUE(visited.empty());
  EXPECT_FALSE(one.market.expiry_due(one.now_ns + 5 * kSecond - 1));
  EXPECT_TRUE(one.market.expiry_due(one.now_ns + 5 * kSecond));
  expire(one.now_ns + 5 * kSecond);
  EXPECT_EQ(visited, std::vector<std::uint32_t>{0});
  EXPECT_FALSE(one.state().held);
}

TEST(Quarantine, AThinSymbolThatReallyJumpedIsBelievedAtItsNextTrade) {
  OneMarket one = quiet();
  one.trade({.price_e9 = kFar});
  one.now_ns += 60 * kSecond;
  EXPECT_EQ(one.trade({.price_e9 = kFar + 10 * kCent}).outcome, Outcome::kEligible);
  EXPECT_EQ(one.state().last_e9, kFar + 10 * kCent);
  OneMarket back = quiet();
  back.trade({.price_e9 = kFar});
  back.now_ns += 60 * kSecond;
  back.trade({});  // no, it has not
  EXPECT_EQ(back.trade({.price_e9 = kFar}).outcome, Outcome::kQuarantined);
}

TEST(Quarantine, AuctionsAreTheirOwnConfirmation) {
  for (const std::uint16_t print : {kOpeningPrint, kClosingPrint, kCorrectedClose}) {
    OneMarket one = quiet();
    EXPECT_EQ(one.trade({.price_e9 = kFar, .condition = print}).outcome, Outcome::kEligible);
    EXPECT_EQ(one.state().last_e9, kFar);
  }
}

TEST(Quarantine, ATradeThatSetsOnlyHighOrLowIsTestedAndAnOddLotIsNot) {
  OneMarket one = quiet();
  EXPECT_EQ(one.trade({.price_e9 = kFar, .condition = kOddLot}).outcome, Outcome::kVolumeOnly);
  EXPECT_EQ(one.trade({.price_e9 = kFar, .condition = kPriorReference}).outcome, Outcome::kQuarantined);
  EXPECT_EQ(one.state().high_e9, OneMarket::kHundred + 4 * kCent);
}

TEST(Quarantine, ACancelEndsTheHoldAndACorrectionIsBelieved) {
  OneMarket one = quiet();
  one.trade({.price_e9 = kFar, .size = 10, .id = 500});
  one.trade({.price_e9 = kFar, .size = 20, .id = 501});
  EXPECT_EQ(one.cancel(501).outcome, Outcome::kCancelled);
  EXPECT_FALSE(one.state().held);
  EXPECT_EQ(one.state().volume_shares, 1010U);
  OneMarket corrected = quiet();
  corrected.trade({.price_e9 = kFar, .size = 10, .id = 500});
  EXPECT_EQ(corrected.correct(500, OneMarket::kHundred + 50 * kCent, 10).outcome, Outcome::kCorrected);
  EXPECT_FALSE(corrected.state().held);
  EXPECT_EQ(corrected.state().last_e9, OneMarket::kHundred + 50 * kCent);
  EXPECT_EQ(corrected.state().vwap_shares, 1010U);
}

TEST(Quarantine, TheRollEndsEverything) {
  OneMarket one = quiet();
  one.trade({.price_e9 = kFar});
  one.roll(1);
  EXPECT_FALSE(one.state().held);
  EXPECT_EQ(one.state().ref_e9, OneMarket::kHundred + 4 * kCent);
  EXPECT_EQ(one.trade({.price_e9 = kFar}).outcome, Outcome::kEligible);
}

}  // namespace
}  // namespace groundswell::market
