// Which symbols a feed's loss touches: those that it brings and those that nobody has brought yet; and what heals them.
#include <gtest/gtest.h>

#include "market/market.hpp"
#include "support/tape.hpp"

namespace groundswell::market {
namespace {

constexpr std::uint64_t kOpenNs = 1'000'000'000'000;

class MarketTaint : public testing::Test {
 protected:
  MarketTaint() : market_(4, std::vector<bool>(4, true), 1'000'000'000) {
    market_.set_condition(0, Eligibility{.high_low = true, .last = true, .volume = true, .vwap = true});
    roll(20261120);
  }
  void roll(std::uint32_t session) {
    market_.roll(roll_record(session, SessionMode::kLive, kOpenNs, kOpenNs * 2, 0, kOpenNs * 2 + 1).roll, true);
  }
  bool trade(std::uint32_t symbol, std::uint16_t feed) {  // whether it healed its price
    const Tick tick = test::make_tick(Action::kTrade, symbol, kOpenNs + 1, 100 * test::kCent, 10);
    return market_.apply(tick_record(tick, 0, feed), kOpenNs + 1).gap_healed;
  }
  std::vector<std::uint32_t> taint(std::uint16_t feed) {
    std::vector<std::uint32_t> touched;
    market_.taint(feed, [&](std::uint32_t symbol) { touched.push_back(symbol); });
    return touched;
  }
  Market market_;
};

TEST_F(MarketTaint, TouchesWhatTheFeedBringsAndWhatNobodyHasBrought) {
  trade(0, 1);
  trade(1, 2);
  EXPECT_EQ(taint(1), (std::vector<std::uint32_t>{0, 2, 3}));
  trade(2, 2);
  trade(3, 2);
  EXPECT_EQ(taint(1), (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(taint(2), (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(taint(3), (std::vector<std::uint32_t>{}));
}

TEST_F(MarketTaint, HistoryDoesNotSayWhoWillBringASymbol) {
  trade(0, 0);  // from the front of the recording
  trade(1, 0);
  trade(1, 2);
  EXPECT_EQ(taint(1), (std::vector<std::uint32_t>{0, 2, 3}));
}

TEST_F(MarketTaint, PricesHealAtTheNextTradeVolumesAtTheRoll) {
  trade(0, 1);
  taint(1);
  EXPECT_TRUE(market_.states()[0].price_gap);
  EXPECT_TRUE(market_.states()[0].session_gap);
  EXPECT_TRUE(trade(0, 1));
  EXPECT_FALSE(trade(0, 1)) << "once";
  EXPECT_FALSE(market_.states()[0].price_gap);
  EXPECT_TRUE(market_.states()[0].session_gap);
  roll(20261123);
  EXPECT_FALSE(market_.states()[0].session_gap);
}

}  // namespace
}  // namespace groundswell::market
