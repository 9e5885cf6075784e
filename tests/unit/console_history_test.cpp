// What a chart is drawn from: a point each five seconds of event time, a row for each close, and a bound on all of it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "console/history.hpp"

namespace groundswell::console {
namespace {

using nlohmann::json;
constexpr std::uint64_t kSecond = 1'000'000'000;

class ConsoleHistory : public testing::Test {
 protected:
  static Catalog catalog() {
    Catalog made;
    made.scopes = {"chips", "power"};
    made.signals = {{.id = "not_kept", .unit = "", .definition = 1, .index = 0},
                    {.id = "ad_pct", .unit = "%", .definition = 1, .index = 1}};
    return made;
  }
  void tell(History& history, std::uint16_t scope, std::uint64_t second, double value, std::uint32_t session = 20261120,
            Clock clock = Clock::kLive) {
    const Level levels[] = {{.value = 5, .signal = 0, .present = 1},
                            {.value = value, .signal = 1, .present = static_cast<std::uint8_t>(value != 0)}};
    client::LevelsEvent event{};
    event.scope = names_.scope(scope);
    event.scope_index = scope;
    event.session = session;
    event.ts_event_ns = second * kSecond;
    event.clock = clock;
    event.levels = levels;
    history.on_levels(event, names_);
  }
  static json of(const History& history, Clock clock = Clock::kLive, const std::string& scope = "chips") {
    return json::parse(history.json({"ad_pct"}, {scope}, clock));
  }
  client::Names names_{catalog()};
  History history_;
};

TEST_F(ConsoleHistory, APointIsWhatWasKnownWhenFiveSecondsHadPassed) {
  tell(history_, 0, 101, 1);
  tell(history_, 0, 104, 2);
  tell(history_, 0, 105, 3);
  tell(history_, 1, 105, 9);
  tell(history_, 0, 111, 0);
  const json chips = of(history_);
  EXPECT_EQ(chips["at_ms"], json({105'000, 110'000, 111'000}));
  EXPECT_EQ(chips["series"][0]["values"], json({2, 3, nullptr})) << "and the last as it stands";
  EXPECT_EQ(of(history_, Clock::kLive, "power")["series"][0]["values"], json({nullptr, 9, 9}));
  EXPECT_FALSE(History::keeps("not_kept"));
}

TEST_F(ConsoleHistory, AnotherSessionBeginsAnewAndClosesStay) {
  tell(history_, 0, 100, 1);
  tell(history_, 0, 200, 2);
  tell(history_, 0, 300, 7, 20261120, Clock::kClose);
  tell(history_, 0, 310, 8, 20261120, Clock::kClose);  // provisional, then final: one row
  tell(history_, 1, 310, 0, 20261120, Clock::kClose);
  tell(history_, 0, 1'000, 3, 20261121);
  tell(history_, 0, 1'300, 9, 20261121, Clock::kClose);
  EXPECT_EQ(of(history_)["at_ms"], json::array({1'000'000}));
  const json closes = of(history_, Clock::kClose);
  EXPECT_EQ(closes["at_ms"], json({310'000, 1'300'000}));
  EXPECT_EQ(closes["series"][0]["values"], json({8, 9}));
  EXPECT_EQ(of(history_, Clock::kClose, "power")["series"][0]["values"], json({nullptr, nullptr}));
}

TEST_F(ConsoleHistory, OneFromARecordingGoesBeforeOneThatIsRunning) {
  History whole, early, late;
  for (std::uint64_t second = 100; second < 400; second += 3) {
    tell(whole, 0, second, static_cast<double>(second));
    if (second < 250) tell(early, 0, second, static_cast<double>(second));
    if (second >= 200) tell(late, 0, second, static_cast<double>(second));
  }
  tell(whole, 0, 500, 1, 20261120, Clock::kClose);
  tell(late, 0, 500, 1, 20261120, Clock::kClose);
  early.append(late);
  EXPECT_EQ(of(early), of(whole));
  EXPECT_EQ(of(early, Clock::kClose), of(whole, Clock::kClose));
  for (History* each : {&early, &whole}) tell(*each, 0, 600, 4);
  EXPECT_EQ(of(early), of(whole));
}

TEST_F(ConsoleHistory, GoingBackForgetsWhatCameAfter) {
  History until, all;
  History::Moment then;
  for (std::uint64_t second = 100; second < 300; ++second) {
    if (second <= 200) tell(until, 0, second, static_cast<double>(second));
    tell(all, 0, second, static_cast<double>(second));
    if (second == 200) then = all.moment();
  }
  tell(all, 0, 300, 5, 20261120, Clock::kClose);
  all.back_to(then);
  EXPECT_EQ(of(all), of(until));
  for (History* each : {&all, &until}) tell(*each, 1, 206, 1);
  EXPECT_EQ(of(all), of(until));
  EXPECT_TRUE(of(all, Clock::kClose)["at_ms"].empty());
}

TEST_F(ConsoleHistory, IsBounded) {
  for (std::uint32_t session = 1; session <= 300; ++session) tell(history_, 0, session * 100, session, session, Clock::kClose);
  EXPECT_EQ(of(history_, Clock::kClose)["at_ms"].size(), History::kMostSessions);
  EXPECT_EQ(of(history_, Clock::kClose)["series"][0]["values"].back(), 300);
  for (std::uint64_t point = 0; point < History::kMostPoints + 100; ++point)
    tell(history_, 0, 100'000 + point * 5, static_cast<double>(point + 1), 301);
  EXPECT_LE(of(history_)["at_ms"].size(), History::kMostPoints + 1);
  EXPECT_GT(of(history_)["at_ms"].size(), History::kMostPoints * 9 / 10);
}

}  // namespace
}  // namespace groundswell::console
