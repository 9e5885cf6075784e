// For how long a symbol may be silent at which time of day; halts.
#include <gtest/gtest.h>

#include "support/one_market.hpp"

namespace groundswell::market {
namespace {

using namespace test;

constexpr std::uint64_t kDay = 23'400 * kSecond;

TradePace after(const std::vector<unsigned>& trades_by_session, std::uint64_t length_ns = kDay) {
  TradePace pace;
  for (const unsigned trades : trades_by_session) {
    TradePace::Today today;
    for (unsigned i = 0; i < trades; ++i) today.count(0);
    pace.remember(today, length_ns);
  }
  return pace;
}

TEST(TradePace, TwentyTimesTheMedianGapBetweenAMinuteAndAQuarterOfAnHour) {
  EXPECT_EQ(TradePace{}.limit_ns(0), 60 * kSecond);    // nothing to go by
  EXPECT_EQ(after({1000}).limit_ns(0), 60 * kSecond);  // 36 s
  EXPECT_EQ(after({400}).limit_ns(0), 90 * kSecond);   // 20 of 4.5 s
  EXPECT_EQ(after({100}).limit_ns(0), 360 * kSecond);  // 20 of 18 s
  EXPECT_EQ(after({10}).limit_ns(0), 900 * kSecond);   // an hour, but no more than a quarter of one
  EXPECT_EQ(after({0}).limit_ns(0), 900 * kSecond);
  EXPECT_EQ(after({100, 400}).limit_ns(0), 225 * kSecond);  // 20 of 11.25 s, the mean of both
  EXPECT_EQ(after({400, 5, 100}).limit_ns(0), 360 * kSecond);
  EXPECT_EQ(after({100}).limit_ns(1), 900 * kSecond);  // the second half hour had no trade
}

TEST(TradePace, OnlyTheLastTwentySessionsThatHadTheHalfHourCount) {
  std::vector<unsigned> sessions(20, 100);
  sessions.insert(sessions.begin(), 11, 400);
  EXPECT_EQ(after(sessions).limit_ns(0), 360 * kSecond);
  TradePace pace = after({400}, kDay);
  TradePace::Today today;
  for (int i = 0; i < 400; ++i) today.count(0);
  for (int i = 0; i < 3; ++i) pace.remember(today, 3 * TradePace::kHalfHourNs);  // short ones
  EXPECT_EQ(pace.limit_ns(12), 900 * kSecond);                            // as in the first session, whose last half hour was silent
  EXPECT_EQ(TradePace::half_hour(kDay - 1), 12U);
  EXPECT_EQ(TradePace::half_hour(100 * kDay), 13U);
}

TEST(Staleness, ASilentSymbolIsStaleByItsOwnPace) {
  OneMarket one;
  for (unsigned i = 0; i < 100; ++i) one.trade({.symbol = 0});
  for (unsigned i = 0; i < 10; ++i) one.trade({.symbol = 1});
  one.roll(1);
  one.trade({.symbol = 0});
  one.trade({.symbol = 1});
  one.trade({.symbol = 2});
  const std::uint64_t from_ns = one.day.open_ns;
  const auto stale_at = [&](std::uint64_t seconds) {
    one.market.go_stale(from_ns + seconds * kSecond, [](std::uint32_t) {});
    return std::vector{one.state(0).stale, one.state(1).stale, one.state(2).stale};
  };
  EXPECT_EQ(stale_at(60), (std::vector{false, false, false}));
  EXPECT_TRUE(one.state(0).fresh && one.state(2).fresh);
  EXPECT_EQ(stale_at(63), (std::vector{false, false, true}));                    // the third has no history: a minute
  EXPECT_FALSE(one.state(0).fresh || one.state(1).fresh || one.state(2).fresh);  // a tick is a minute old
  EXPECT_EQ(stale_at(360), (std::vector{false, false, true}));
  EXPECT_EQ(stale_at(361), (std::vector{true, false, true}));
  EXPECT_EQ(stale_at(901), (std::vector{true, false, true}));
  EXPECT_EQ(stale_at(902), (std::vector{true, true, true}));
  one.now_ns = from_ns + 1000 * kSecond;
  one.trade({.symbol = 0});
  EXPECT_FALSE(one.state(0).stale);
}

TEST(Staleness, AHaltIsNoSilence) {
  OneMarket one;
  const auto status = [&](StatusCode code) { one.apply(Action::kStatus, {.id = static_cast<std::uint64_t>(code)}); };
  one.trade({});
  status(StatusCode::kHalt);
  one.market.go_stale(one.now_ns + 300 * kSecond, [](std::uint32_t) {});
  EXPECT_FALSE(one.state().stale);
  EXPECT_FALSE(one.state().fresh);
  one.now_ns += 300 * kSecond;
  status(StatusCode::kResume);
  one.market.go_stale(one.now_ns + 59 * kSecond, [](std::uint32_t) {});
  EXPECT_FALSE(one.state().stale);  // it has had no minute yet
  one.market.go_stale(one.now_ns + 60 * kSecond, [](std::uint32_t) {});
  EXPECT_TRUE(one.state().stale);
}

TEST(Staleness, AHaltOfTheMarketIsNoSilenceOfAnybody) {
  OneMarket one;
  one.trade({});
  one.apply(Action::kStatus, {.id = static_cast<std::uint64_t>(StatusCode::kMarketHalt)});
  one.market.go_stale(one.now_ns + 600 * kSecond, [](std::uint32_t) {});
  EXPECT_FALSE(one.state().stale);
  one.now_ns += 600 * kSecond;
  one.apply(Action::kStatus, {.id = static_cast<std::uint64_t>(StatusCode::kMarketResume)});
  one.market.go_stale(one.now_ns + 59 * kSecond, [](std::uint32_t) {});
  EXPECT_FALSE(one.state().stale);
  one.market.go_stale(one.now_ns + 60 * kSecond, [](std::uint32_t) {});
  EXPECT_TRUE(one.state().stale);
}

}  // namespace
}  // namespace groundswell::market
