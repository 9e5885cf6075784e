// What the market keeps of past sessions: exponential averages, average volume and returns, through corporate actions.
#include <gtest/gtest.h>

#include <random>

#include "market/market.hpp"
#include "support/tape.hpp"

namespace groundswell::market {
namespace {

using namespace test;

class Averages : public testing::Test {
 protected:
  Averages() : market_(2, {true, true}, kSecond) {}
  // One session of both symbols; 0 = untraded.
  void session(std::int64_t first_e9, std::int64_t second_e9, std::uint64_t first_shares = 100, std::uint64_t second_shares = 100) {
    begin_next();
    trade_session(first_e9, second_e9, first_shares, second_shares);
  }
  void trade_session(std::int64_t first_e9, std::int64_t second_e9, std::uint64_t first_shares = 100, std::uint64_t second_shares = 100) {
    std::vector<Record> bars;
    const std::uint64_t close_ns = test_day(day_ - 1).close_ns;
    if (first_e9 != 0) add_bar(bars, 0, close_ns, first_e9, first_e9, first_e9, first_e9, first_shares);
    if (second_e9 != 0) add_bar(bars, 1, close_ns, second_e9, second_e9, second_e9, second_e9, second_shares);
    for (const Record& record : bars) static_cast<void>(market_.apply(record, close_ns));
    market_.settle_closes();
  }
  void begin_next() { market_.roll(bars_roll(day_++).roll, market_.anything_traded()); }
  const SymbolState& state(std::uint32_t symbol) const { return market_.states()[symbol]; }

  Market market_;
  unsigned day_ = 0;
};

// Seed: the mean of the first 20 closes. Known from the 60th close on, the running one included; then each close moves it by 2/21.
TEST_F(Averages, ExponentialEqualsTheRecursionOverTheWholeHistory) {
  std::mt19937_64 random(9);
  std::vector<std::int64_t> closes;
  for (int i = 0; i < 130; ++i) {
    const bool known = closes.size() + 1 >= 60;
    begin_next();
    ASSERT_EQ(state(0).exponential_average_e9[0] > 0.0, known) << closes.size();
    if (known) {
      double average = 0.0;
      for (std::size_t k = 0; k < 20; ++k) average += static_cast<double>(closes[k]);
      average /= 20.0;
      for (std::size_t k = 20; k < closes.size(); ++k) average += 2.0 / 21.0 * (static_cast<double>(closes[k]) - average);
      ASSERT_EQ(state(0).exponential_average_e9[0], average) << closes.size();
    }
    EXPECT_EQ(state(0).exponential_average_e9[1], 0.0);
    closes.push_back((10'000 + static_cast<std::int64_t>(random() % 1000)) * kCent);
    trade_session(closes.back(), 5000 * kCent);
  }
}

TEST_F(Averages, AnUntradedSessionCarriesTheCloseAndHasNoVolumeAndNoReturn) {
  for (int i = 0; i < 19; ++i) session(10'000 * kCent, 10'000 * kCent);
  session(0, 11'000 * kCent);
  session(12'000 * kCent, 12'100 * kCent);
  begin_next();
  EXPECT_EQ(state(0).average_volume, 95.0);  // 20 sessions of 21, one of them without volume
  EXPECT_EQ(state(1).average_volume, 100.0);
  EXPECT_EQ(market_.returns().at_e12(0, 1), 200'000'000'000);  // against the carried close
  EXPECT_EQ(market_.returns().at_e12(0, 2), ReturnHistory::kNone);
  EXPECT_EQ(market_.returns().at_e12(0, 3), 0);
  EXPECT_EQ(market_.returns().at_e12(1, 1), 100'000'000'000);
  EXPECT_EQ(market_.returns().at_e12(1, 2), 100'000'000'000);
  EXPECT_EQ(market_.returns().at_e12(1, 21), ReturnHistory::kNone);  // its first session
}

// The same market told in halved prices and doubled shares from a session on, with the split in the actions.
TEST_F(Averages, ASplitHalvesAveragesAndDoublesVolumeExactly) {
  std::map<std::uint32_t, std::vector<ActionRow>> actions;
  actions[1].push_back({.symbol = "B",
                        .ex_session = test_day(70).session,
                        .type = "split",
                        .price_factor_e12 = 500'000'000'000,
                        .share_factor_e12 = 2'000'000'000'000,
                        .cash_e9 = 0});
  market_.set_actions(std::move(actions));
  std::mt19937_64 random(10);
  for (unsigned i = 0; i < 100; ++i) {
    const std::int64_t price = (10'000 + static_cast<std::int64_t>(random() % 1000)) * kCent;
    const std::uint64_t shares = 100 + random() % 100;
    session(price, i < 70 ? price : price / 2, shares, i < 70 ? shares : shares * 2);
  }
  begin_next();
  EXPECT_GT(state(0).exponential_average_e9[0], 0.0);
  EXPECT_EQ(state(1).exponential_average_e9[0], state(0).exponential_average_e9[0] / 2);
  EXPECT_EQ(state(1).average_volume, state(0).average_volume * 2);
  for (std::size_t ago = 1; ago <= 99; ++ago) ASSERT_EQ(market_.returns().at_e12(0, ago), market_.returns().at_e12(1, ago)) << ago;
}

}  // namespace
}  // namespace groundswell::market
