// What is remembered of a symbol's trades: the last 256 of them and the highs and lows of the rest, the last 1,024 ids.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "market/trade_ids.hpp"
#include "market/trade_log.hpp"

namespace groundswell::market {
namespace {

struct Ids {
  TradeIds::Head head;
  std::unique_ptr<TradeIds::Lines> lines = std::make_unique<TradeIds::Lines>();
  TradeIds ids{head, *lines};
};

TEST(TradeIds, KnowTheLastThousandAndTwentyFourAndNoOlderOne) {
  constexpr std::uint64_t kMost = 5'000;  // some times around
  Ids own;
  for (std::uint64_t id = 1; id <= kMost; ++id) {
    const auto venue = static_cast<std::uint8_t>(id % 20);
    EXPECT_FALSE(own.ids.is_repeated(venue, id)) << id;
    own.ids.add(venue, id);
    EXPECT_EQ(own.ids.forgot_some(), id > TradeIds::kIds);
    const std::uint64_t oldest = id > TradeIds::kIds ? id - TradeIds::kIds + 1 : 1;
    for (const std::uint64_t known : {id, (id + oldest) / 2, oldest}) {
      ASSERT_TRUE(own.ids.is_repeated(static_cast<std::uint8_t>(known % 20), known)) << known << " after " << id;
      ASSERT_FALSE(own.ids.is_repeated(static_cast<std::uint8_t>((known + 1) % 20), known)) << "of another venue";
    }
    if (oldest == 1) continue;
    ASSERT_EQ(own.ids.find(static_cast<std::uint8_t>((oldest - 1) % 20), oldest - 1), TradeIds::Seen::kNever) << "after " << id;
  }
  own.ids.begin_session();
  own.ids.add(1, kMost);  // venues begin anew
  EXPECT_EQ(own.ids.find(static_cast<std::uint8_t>((kMost - 1) % 20), kMost - 1), TradeIds::Seen::kEarlierSession);
  EXPECT_EQ(own.ids.find(1, kMost), TradeIds::Seen::kThisSession);
  EXPECT_FALSE(own.ids.is_repeated(static_cast<std::uint8_t>((kMost - 1) % 20), kMost - 1));
}

struct Log {
  TradeLog::Head head;
  std::unique_ptr<TradeLog::Trades> trades = std::make_unique<TradeLog::Trades>();
  TradeLog log{head, *trades};
};

// However many are forgotten: until one of those is taken back, the session's high and low are those of all that still count.
TEST(TradeLog, HighAndLowAreThoseOfAllTradesThatCount) {
  Log own;
  std::mt19937_64 random(1);
  std::uint64_t amended = 0;
  for (int session = 0; session < 40; ++session) {
    own.log.begin_session();
    std::vector<LoggedTrade> all;
    std::uint16_t minute = 0;
    const int trades = session % 2 == 0 ? 200 : 900;
    for (int i = 0; i < trades; ++i) {
      if (random() % 9 == 0) ++minute;
      const std::uint16_t allowed = random() % 5 == 0 ? std::uint16_t{kMarkVolume} : std::uint16_t{kMarkVolume | kMarkHighLow};
      LoggedTrade trade{.price_e9 = static_cast<std::int64_t>(1'000 + random() % 500), .size = 1, .allowed = allowed, .minute = minute};
      trade.marks = random() % 10 == 0 ? std::uint16_t{kMarkVolume} : allowed;  // some are doubted
      all.push_back(trade);
      own.log.add(trade);
      const auto number = static_cast<std::uint32_t>(random() % all.size());
      if (LoggedTrade* const known = own.log.at(number)) {
        switch (random() % 3) {
          case 0: known->marks = known->allowed = 0; break;  // cancelled
          case 1: known->price_e9 = static_cast<std::int64_t>(1'000 + random() % 500); [[fallthrough]];
          default: known->marks = known->allowed; break;  // corrected, or believed
        }
        all[number] = *known;
        ++amended;
      } else {
        ASSERT_GE(all.size() - number, TradeLog::kTrades + 1);
      }
      Extremes expected;
      for (const LoggedTrade& one : all) {
        if (one.does(kMarkHighLow)) expected.widen(one.price_e9);
      }
      const Extremes is = own.log.session();
      ASSERT_EQ(is.high_e9, expected.high_e9) << session << ' ' << i;
      ASSERT_EQ(is.low_e9, expected.low_e9) << session << ' ' << i;
    }
  }
  EXPECT_GT(amended, 5'000U);
}

// Of a forgotten trade only its minute's high and low are known.
TEST(TradeLog, AForgottenExtremeIsTakenBackWhenOneMinuteAloneHasIt) {
  const auto with = [](const std::vector<std::pair<std::uint16_t, std::int64_t>>& first) {
    auto own = std::make_unique<Log>();
    own->log.begin_session();
    const auto add = [&](std::uint16_t minute, std::int64_t price_e9) {
      own->log.add({.price_e9 = price_e9, .size = 1, .marks = kMarkHighLow, .allowed = kMarkHighLow, .minute = minute});
    };
    for (const auto& [minute, price_e9] : first) add(minute, price_e9);
    for (std::uint32_t i = 0; i < TradeLog::kTrades; ++i) add(300, 100);
    return own;
  };
  const auto one = with({{1, 90}, {1, 120}, {2, 110}});
  one->log.forget_extreme(120);
  EXPECT_EQ(one->log.session().high_e9, 110);  // minute 1: its high is taken to be its low
  const auto single = with({{1, 120}, {2, 110}});
  single->log.forget_extreme(120);
  EXPECT_EQ(single->log.session().high_e9, 110);  // nothing of minute 1 is left
  const auto two = with({{1, 120}, {2, 120}});
  two->log.forget_extreme(120);
  EXPECT_EQ(two->log.session().high_e9, 120);  // the other may have been meant
  const auto within = with({{1, 90}, {1, 120}, {2, 110}});
  within->log.forget_extreme(110);
  EXPECT_EQ(within->log.session().high_e9, 120);  // no extreme of the session
  EXPECT_EQ(within->log.session().low_e9, 90);
}

}  // namespace
}  // namespace groundswell::market
