// Cancels, corrections and trades that are sent twice.
#include <gtest/gtest.h>

#include "support/one_market.hpp"

namespace groundswell::market {
namespace {

using namespace test;

constexpr std::int64_t kHundred = OneMarket::kHundred;

TEST(Corrections, ACancelOfTheLastTradeFallsBackToTheOneBeforeIt) {
  OneMarket one;
  one.trade({.price_e9 = kHundred, .id = 1});
  one.trade({.price_e9 = kHundred + 2 * kCent, .size = 200, .id = 2});
  one.trade({.price_e9 = kHundred - kCent, .size = 300, .id = 3});
  EXPECT_EQ(one.state().tick_sign, -1);
  const std::uint64_t second_ns = one.day.open_ns + 2 * kSecond;
  const auto applied = one.cancel(3);
  EXPECT_EQ(applied.outcome, Outcome::kCancelled);
  EXPECT_TRUE(applied.changed && applied.revises);
  EXPECT_EQ(one.state().last_e9, kHundred + 2 * kCent);
  EXPECT_EQ(one.state().tick_sign, 1);
  EXPECT_EQ(one.market.last_trade_ns(0), second_ns);
  EXPECT_EQ(one.state().low_e9, kHundred);
  EXPECT_EQ(one.state().high_e9, kHundred + 2 * kCent);
  EXPECT_EQ(one.state().volume_shares, 300U);
  EXPECT_TRUE(one.state().dollars_e9 == uint128{kHundred} * 100 + uint128{kHundred + 2 * kCent} * 200);
  EXPECT_TRUE(one.state().vwap_dollars_e9 == one.state().dollars_e9);
  EXPECT_EQ(one.cancel(3).outcome, Outcome::kUnknownCancel);  // twice
  EXPECT_EQ(one.cancel(2).outcome, Outcome::kCancelled);
  EXPECT_EQ(one.state().tick_sign, 0);  // the first trade again
  EXPECT_EQ(one.state().high_e9, kHundred);
}

TEST(Corrections, ACancelOfTheOneBeforeTheLastMovesTheTick) {
  OneMarket one;
  one.trade({.price_e9 = kHundred, .id = 1});
  one.trade({.price_e9 = kHundred + 2 * kCent, .id = 2});
  one.trade({.price_e9 = kHundred + kCent, .id = 3});
  one.cancel(2);
  EXPECT_EQ(one.state().last_e9, kHundred + kCent);
  EXPECT_EQ(one.state().tick_sign, 1);
  EXPECT_EQ(one.state().high_e9, kHundred + kCent);
}

TEST(Corrections, WithoutAnyTradeLeftItIsUntradedAtItsReference) {
  OneMarket one;
  one.trade({.price_e9 = kHundred, .id = 1});
  one.market.settle_closes();
  one.roll(1);
  one.trade({.price_e9 = kHundred + kCent, .id = 1});
  EXPECT_TRUE(one.market.anything_traded());
  EXPECT_EQ(one.cancel(1).outcome, Outcome::kCancelled);
  EXPECT_FALSE(one.state().traded || one.state().has_extremes || one.state().fresh || one.state().stale);
  EXPECT_FALSE(one.market.anything_traded());
  EXPECT_EQ(one.state().last_e9, kHundred);
  EXPECT_EQ(one.state().ref_e9, kHundred);
  EXPECT_EQ(one.state().volume_shares, 0U);
  one.trade({.price_e9 = kHundred - kCent, .id = 2});  // and begins anew
  EXPECT_TRUE(one.state().traded);
  EXPECT_EQ(one.state().tick_sign, 0);
  bool warm = false;
  one.market.warm_up(one.now_ns + 599 * kSecond, [&](std::uint32_t) { warm = true; });
  EXPECT_FALSE(warm);
  one.market.warm_up(one.now_ns + 600 * kSecond, [&](std::uint32_t) { warm = true; });
  EXPECT_TRUE(warm);
}

TEST(Corrections, ACorrectionIsTheTradeWithAnotherPriceAndSize) {
  OneMarket one;
  one.trade({.price_e9 = kHundred, .id = 1});
  one.trade({.price_e9 = kHundred + 90 * kCent, .size = 500, .id = 2});
  one.trade({.price_e9 = kHundred + kCent, .id = 3});
  EXPECT_EQ(one.correct(2, kHundred - 3 * kCent, 50).outcome, Outcome::kCorrected);
  EXPECT_EQ(one.state().last_e9, kHundred + kCent);  // its place in time is what it was
  EXPECT_EQ(one.state().tick_sign, 1);
  EXPECT_EQ(one.state().high_e9, kHundred + kCent);
  EXPECT_EQ(one.state().low_e9, kHundred - 3 * kCent);
  EXPECT_EQ(one.state().volume_shares, 250U);
  one.correct(3, kHundred - 4 * kCent, 100);
  EXPECT_EQ(one.state().last_e9, kHundred - 4 * kCent);
  EXPECT_EQ(one.state().tick_sign, -1);
  EXPECT_EQ(one.correct(77, kHundred, 100).outcome, Outcome::kUnknownCorrection);
  one.cancel(2);
  EXPECT_EQ(one.state().volume_shares, 200U);  // of the corrected size
}

TEST(Corrections, AnOddLotTakesItsVolumeWithItAndNothingElse) {
  OneMarket one;
  one.trade({.price_e9 = kHundred, .id = 1});
  one.trade({.price_e9 = kHundred + kCent, .size = 7, .id = 2, .condition = kOddLot});
  EXPECT_EQ(one.state().volume_shares, 107U);
  EXPECT_EQ(one.cancel(2).outcome, Outcome::kCancelled);
  EXPECT_EQ(one.state().volume_shares, 100U);
  EXPECT_EQ(one.state().last_e9, kHundred);
}

TEST(Corrections, TheTradeThatMaySetLastOnlyAsTheFirstDoesSoWhenItIsTheOnlyOneLeft) {
  OneMarket one;
  one.trade({.price_e9 = kHundred, .id = 1});
  one.trade({.price_e9 = kHundred + kCent, .id = 2, .condition = kPriorReference});
  EXPECT_EQ(one.state().last_e9, kHundred);
  one.cancel(1);
  EXPECT_EQ(one.state().last_e9, kHundred + kCent);
  EXPECT_TRUE(one.state().traded);
}

TEST(Corrections, SoldLastOvertakesOnlyTheVenueThatSetTheLast) {
  OneMarket one;
  one.trade({.price_e9 = kHundred, .venue = 1});
  one.trade({.price_e9 = kHundred + kCent, .condition = kSoldLast, .venue = 2});
  EXPECT_EQ(one.state().last_e9, kHundred);
  EXPECT_EQ(one.state().high_e9, kHundred + kCent);
  one.trade({.price_e9 = kHundred + 2 * kCent, .condition = kSoldLast, .venue = 1});
  EXPECT_EQ(one.state().last_e9, kHundred + 2 * kCent);
  one.trade({.price_e9 = kHundred + 3 * kCent, .condition = kSoldLast, .venue = 0});  // nobody knows
  EXPECT_EQ(one.state().last_e9, kHundred + 3 * kCent);
}

TEST(Corrections, WhatTheLogForgotIsTakenBackRoughly) {
  OneMarket one;
  one.trade({.price_e9 = kHundred + 90 * kCent, .size = 500, .id = 1});  // the high, alone in its minute
  one.now_ns += 120 * kSecond;
  for (int i = 0; i < 256; ++i) one.trade({.price_e9 = kHundred + i % 5 * kCent, .size = 10, .id = 1000U + static_cast<unsigned>(i)});
  auto applied = one.apply(Action::kCancel, {.price_e9 = kHundred + 90 * kCent, .size = 500, .id = 1});
  EXPECT_EQ(applied.outcome, Outcome::kCancelledRoughly);
  EXPECT_TRUE(one.state().approx_cancel);
  EXPECT_EQ(one.state().volume_shares, 2560U);
  EXPECT_EQ(one.state().high_e9, kHundred + 4 * kCent);
  EXPECT_EQ(one.state().low_e9, kHundred);
  EXPECT_EQ(one.cancel(999'999).outcome, Outcome::kUnknownCancel);  // all ids of the session are known, and this is none
  one.roll(1);
  EXPECT_FALSE(one.state().approx_cancel);
}

TEST(Corrections, InAMinuteThatIsHalfForgottenTheLoggedTradesStayExact) {
  OneMarket one;
  const auto at = [&](std::uint64_t ns) { one.now_ns = one.day.open_ns + ns - kSecond; };
  for (unsigned i = 0; i < 300; ++i) {  // all in one minute: 44 of them are forgotten, the first is the low, the second the high
    at(1'000'000ULL * i);
    one.trade({.price_e9 = i == 0   ? kHundred - 9 * kCent
                           : i == 1 ? kHundred + 9 * kCent
                                    : kHundred + (i == 299 ? 20 * kCent : 0),
               .id = i + 1});
  }
  at(kSecond);
  EXPECT_EQ(one.state().high_e9, kHundred + 20 * kCent);
  EXPECT_EQ(one.cancel(300).outcome, Outcome::kCancelled);
  EXPECT_EQ(one.state().high_e9, kHundred + 9 * kCent);  // forgotten, but known to have been there
  EXPECT_EQ(one.state().low_e9, kHundred - 9 * kCent);
  EXPECT_FALSE(one.state().approx_cancel);
}

TEST(Corrections, AfterTheRollItIsTooLate) {
  OneMarket one;
  one.trade({.id = 1});
  one.roll(1);
  EXPECT_EQ(one.cancel(1).outcome, Outcome::kCorrectionAfterRoll);
  EXPECT_EQ(one.correct(1, kHundred, 1).outcome, Outcome::kCorrectionAfterRoll);
  EXPECT_EQ(one.cancel(2).outcome, Outcome::kUnknownCancel);
  EXPECT_EQ(one.trade({.id = 1}).outcome, Outcome::kEligible);  // a new day begins its ids anew
}

TEST(Corrections, ATradeThatIsSentTwiceCountsOnce) {
  OneMarket one;
  EXPECT_EQ(one.trade({.size = 10, .id = 1}).outcome, Outcome::kEligible);
  EXPECT_EQ(one.trade({.price_e9 = kHundred + kCent, .size = 10, .id = 1}).outcome, Outcome::kDuplicateTradeId);
  EXPECT_EQ(one.trade({.size = 10, .id = 1, .venue = 2}).outcome, Outcome::kEligible);  // another venue's number
  EXPECT_EQ(one.trade({.size = 10, .id = 1, .symbol = 1}).outcome, Outcome::kEligible);
  EXPECT_EQ(one.state().volume_shares, 20U);
  EXPECT_EQ(one.state().last_e9, kHundred);
  one.cancel(1);
  EXPECT_EQ(one.trade({.size = 10, .id = 1}).outcome, Outcome::kDuplicateTradeId);  // cancelled is not unsent
}

TEST(Corrections, IdsAreRememberedForAThousandAndTwentyFourTrades) {
  OneMarket one;
  for (unsigned i = 1; i <= 1025; ++i) EXPECT_EQ(one.trade({.size = 1, .id = i * 7919}).outcome, Outcome::kEligible);
  EXPECT_EQ(one.trade({.size = 1, .id = 2 * 7919}).outcome, Outcome::kDuplicateTradeId);
  EXPECT_EQ(one.trade({.size = 1, .id = 1 * 7919}).outcome, Outcome::kEligible);  // the oldest is forgotten
  OneMarket without;
  for (int i = 0; i < 3; ++i) {  // 0 is no id
    Tick tick = make_tick(Action::kTrade, 0, without.day.open_ns + kSecond, kHundred, 5);
    EXPECT_EQ(without.market.apply(tick_record(tick, 0, 1), tick.ts_event_ns).outcome, Outcome::kEligible);
  }
}

TEST(Corrections, ABarAmongTradesIsLastHighAndLowLikeThem) {
  OneMarket one;
  one.trade({.price_e9 = kHundred, .id = 1});
  std::vector<Record> bar;
  add_bar(bar, 0, one.now_ns + 60 * kSecond, kHundred, kHundred + 9 * kCent, kHundred - 9 * kCent, kHundred + kCent, 1000, 60 * kSecond);
  one.now_ns += 60 * kSecond;
  for (const Record& record : bar) one.market.apply(record, one.now_ns);
  one.trade({.price_e9 = kHundred + 20 * kCent, .id = 2});
  one.cancel(2);
  EXPECT_EQ(one.state().last_e9, kHundred + kCent);
  EXPECT_TRUE(one.state().from_bar);
  EXPECT_EQ(one.state().high_e9, kHundred + 9 * kCent);
  EXPECT_EQ(one.state().low_e9, kHundred - 9 * kCent);
  EXPECT_EQ(one.state().volume_shares, 1100U);
}

TEST(Corrections, AWrongOpeningThatIsTakenBackMakesNoSuspect) {
  OneMarket one;
  one.trade({.price_e9 = kHundred});
  one.roll(1);
  EXPECT_EQ(one.trade({.price_e9 = 2 * kHundred, .id = 1}).suspect, 1);
  EXPECT_EQ(one.state().ref_e9, 0);
  one.trade({.price_e9 = kHundred, .id = 2});
  EXPECT_TRUE(one.state().suspect);
  const auto applied = one.cancel(1);
  EXPECT_EQ(applied.suspect, -1);
  EXPECT_FALSE(one.state().suspect);
  EXPECT_EQ(one.state().ref_e9, kHundred);
  EXPECT_EQ(one.correct(2, 3 * kHundred, 100).suspect, 1);  // and the other way round
}

TEST(Corrections, TheCloseIsTheCorrectedElseThePrimarysOfficialElseTheClosingPrint) {
  OneMarket one;
  const auto settled = [&] {
    one.market.settle_closes();
    return one.state().last_e9;
  };
  one.trade({.price_e9 = kHundred, .size = 5000, .condition = kOpeningPrint, .venue = 3});
  one.trade({.price_e9 = kHundred + kCent, .size = 10, .condition = kOpeningPrint, .venue = 4});
  EXPECT_EQ(settled(), kHundred + kCent);
  one.now_ns = one.day.close_ns;
  one.trade({.price_e9 = kHundred + 2 * kCent, .size = 900, .id = 50, .condition = kClosingPrint, .venue = 3});
  EXPECT_EQ(settled(), kHundred + 2 * kCent);
  EXPECT_EQ(one.trade({.price_e9 = kHundred + 5 * kCent, .condition = kOfficialClose, .venue = 4}).outcome, Outcome::kVolumeOnly);
  EXPECT_EQ(settled(), kHundred + 2 * kCent);  // of another market than the primary one
  EXPECT_EQ(one.trade({.price_e9 = kHundred + 3 * kCent, .id = 51, .condition = kOfficialClose, .venue = 3}).outcome, Outcome::kEligible);
  EXPECT_EQ(settled(), kHundred + 3 * kCent);
  one.trade({.price_e9 = kHundred + 4 * kCent, .id = 52, .condition = kCorrectedClose});
  one.trade({.price_e9 = kHundred + 6 * kCent, .id = 53, .condition = kOfficialClose, .venue = 3});
  EXPECT_EQ(settled(), kHundred + 4 * kCent);
  one.cancel(52);
  EXPECT_EQ(settled(), kHundred + 6 * kCent);
  one.cancel(53, 3);
  EXPECT_EQ(settled(), kHundred + 3 * kCent);
  one.cancel(51, 3);
  EXPECT_EQ(settled(), kHundred + 2 * kCent);
  one.cancel(50, 3);
  EXPECT_EQ(settled(), kHundred + kCent);
}

TEST(Suspicion, LatchedItLastsUntilAnActionOfThatSessionOrLaterIsTold) {
  for (const Suspicion suspicion : {Suspicion::kSession, Suspicion::kLatched}) {
    OneMarket one(suspicion);
    one.trade({.price_e9 = kHundred});
    one.roll(1);
    one.trade({.price_e9 = kHundred / 2});
    EXPECT_TRUE(one.state().suspect);
    one.roll(2);
    EXPECT_EQ(one.state().suspect, suspicion == Suspicion::kLatched);
    EXPECT_EQ(one.state().ref_e9, suspicion == Suspicion::kLatched ? 0 : kHundred / 2);
    one.trade({.price_e9 = kHundred / 2, .id = 1});
    one.cancel(1);  // says nothing about an earlier opening
    EXPECT_EQ(one.state().suspect, suspicion == Suspicion::kLatched);
    one.trade({.price_e9 = kHundred / 2});
    one.market.set_actions(
        {{0, {{.symbol = "S", .ex_session = test_day(0).session, .type = "split", .price_factor_e12 = 500'000'000'000}}}});
    one.roll(3);
    EXPECT_EQ(one.state().suspect, suspicion == Suspicion::kLatched);  // an older one explains nothing
    one.market.set_actions(
        {{0, {{.symbol = "S", .ex_session = test_day(1).session, .type = "split", .price_factor_e12 = 500'000'000'000}}}});
    one.roll(4);
    EXPECT_FALSE(one.state().suspect);
    EXPECT_EQ(one.state().ref_e9, kHundred / 2);
  }
}

}  // namespace
}  // namespace groundswell::market
