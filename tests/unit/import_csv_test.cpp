// What an import writes: the records of every kind of row, their order, and the sessions around them.
#include "import_fixture.hpp"

namespace groundswell {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kTradeMap = R"(
kind = "trade"
symbol = { column = "symbol" }
time = { column = "time", format = "%Y-%m-%d %H:%M:%S", zone = "America/New_York" }
columns = { price = "price", size = "size" }
)";
const std::string kBarMap = R"(
kind = "bar"
interval = "1m"
symbol = { column = "symbol" }
time = { column = "time", format = "%Y-%m-%d %H:%M", zone = "America/New_York" }
columns = { open = "o", high = "h", low = "l", close = "c", volume = "v" }
)";
const std::string kDailyMap = R"(
kind = "session_bar"
symbol = { filename = true }
time = { column = "Date", format = "%Y-%m-%d" }
columns = { open = "Open", high = "High", low = "Low", close = "Close", volume = "Volume" }
)";

class ImportCsv : public test::ImportTest {};

TEST_F(ImportCsv, TradesBecomeOneSessionWithRollAndPulse) {
  const ImportReport report = imported(kTradeMap, {write("t.csv",
                                                         "symbol,time,price,size\n"
                                                         "IBM,2025-03-12 10:00:00.000000001,182.5,300\n"
                                                         "BAC,2025-03-12 08:00:00,13.745,100\n")});
  EXPECT_THAT(lines(), ElementsAre("roll 20250312 live 2025-03-12T13:30:00.000Z 2025-03-12T20:00:00.000Z 2025-03-12T20:15:00.000Z "
                                   "2025-03-12T21:20:00.000Z",
                                   "BAC T 2025-03-12T12:00:00.000Z 13.745 100", "IBM T 2025-03-12T14:00:00.000Z+1 182.5 300",
                                   "pulse 2025-03-12T21:20:00.000Z+1"));
  EXPECT_EQ(report.trades, 2U);
  EXPECT_EQ(report.sessions, 1U);
  EXPECT_EQ(report.files_read, 1U);
  const std::vector<Record> all = records();
  EXPECT_EQ(all[1].tick.flags, kFlagLast);
  EXPECT_EQ(all[1].tick.trade_id, 0U);
  EXPECT_EQ(all[1].recv_ns, 0);
  EXPECT_EQ(all[1].feed, 0U);
  EXPECT_THAT(catalog().symbols, ElementsAre("BAC", "IBM"));
  EXPECT_THAT(catalog().condition_sets, ElementsAre(ConditionSet{}));
}

TEST_F(ImportCsv, EqualTimesGoBySymbolThenByRow) {
  imported(kTradeMap, {write("a.csv",
                             "symbol,time,price,size\n"
                             "ZS,2025-03-12 10:00:00,1,1\nAA,2025-03-12 10:00:00,2,1\nZS,2025-03-12 10:00:00,3,1\n"),
                       write("b.csv", "symbol,time,price,size\nAA,2025-03-12 10:00:00,4,1\nAA,2025-03-12 09:59:59,5,1\n")});
  EXPECT_THAT(lines(), ElementsAre(testing::StartsWith("roll"), "AA T 2025-03-12T13:59:59.000Z 5 1", "AA T 2025-03-12T14:00:00.000Z 2 1",
                                   "AA T 2025-03-12T14:00:00.000Z 4 1", "ZS T 2025-03-12T14:00:00.000Z 1 1",
                                   "ZS T 2025-03-12T14:00:00.000Z 3 1", testing::StartsWith("pulse")));
}

TEST_F(ImportCsv, TheOrderOfTheCommandLineDoesNotMatter) {
  const auto a = write("a.csv", "symbol,time,price,size\nAA,2025-03-12 10:00:00,1,1\n");
  const auto b = write("b.csv", "symbol,time,price,size\nAA,2025-03-12 10:00:00,2,1\n");
  imported(kTradeMap, {a, b});
  const std::vector<std::string> forward = lines();
  std::filesystem::remove(output());
  EXPECT_EQ(imported(kTradeMap, {b, a, a}).files_read, 2U);  // each once
  EXPECT_EQ(lines(), forward);
}

TEST_F(ImportCsv, RegularHoursDecideAboutASessionNotTheCalendarDay) {
  const ImportReport report = imported(kTradeMap, {write("t.csv",
                                                         "symbol,time,price,size\n"
                                                         "AA,2025-03-10 09:29:59.999999999,1,1\n"  // before the open only: no session
                                                         "AA,2025-03-11 16:00:00,2,1\n"            // the close itself is outside
                                                         "AA,2025-03-13 09:30:00,3,1\n"            // the open is inside
                                                         "AA,2025-03-15 18:00:00,4,1\n"            // a Saturday evening
                                                         "AA,2025-03-16 12:00:00,5,1\n")});  // rows make the session, whatever the weekday
  EXPECT_THAT(
      lines(),
      ElementsAre("AA T 2025-03-10T13:29:59.999Z+999999 1 1", "AA T 2025-03-11T20:00:00.000Z 2 1", testing::StartsWith("roll 20250313"),
                  "AA T 2025-03-13T13:30:00.000Z 3 1", "pulse 2025-03-13T21:20:00.000Z+1", "AA T 2025-03-15T22:00:00.000Z 4 1",
                  testing::StartsWith("roll 20250316"), "AA T 2025-03-16T16:00:00.000Z 5 1", "pulse 2025-03-16T21:20:00.000Z+1"));
  EXPECT_EQ(report.sessions, 2U);
}

TEST_F(ImportCsv, ScheduleFollowsDaylightSaving) {
  imported(kTradeMap, {write("t.csv",
                             "symbol,time,price,size\n"
                             "AA,2025-03-07 09:30:00,1,1\nAA,2025-03-10 09:30:00,2,1\n"
                             "AA,2025-10-31 09:30:00,3,1\nAA,2025-11-03 09:30:00,4,1\n")});
  const std::vector<std::string> all = lines();
  ASSERT_EQ(all.size(), 12U);
  EXPECT_THAT(all[0], testing::HasSubstr("20250307 live 2025-03-07T14:30:00.000Z 2025-03-07T21:00:00.000Z"));
  EXPECT_THAT(all[3], testing::HasSubstr("20250310 live 2025-03-10T13:30:00.000Z 2025-03-10T20:00:00.000Z"));
  EXPECT_EQ(all[4], "AA T 2025-03-10T13:30:00.000Z 2 1");
  EXPECT_THAT(all[6], testing::HasSubstr("20251031 live 2025-10-31T13:30:00.000Z"));
  EXPECT_THAT(all[9], testing::HasSubstr("20251103 live 2025-11-03T14:30:00.000Z"));
  EXPECT_EQ(all[10], "AA T 2025-11-03T14:30:00.000Z 4 1");
}

TEST_F(ImportCsv, HalfDayClosesEarly) {
  imported(kTradeMap, {write("t.csv", "symbol,time,price,size\nAA,2025-11-28 12:59:00,1,1\nAA,2025-11-28 15:00:00,2,1\n")});
  EXPECT_THAT(lines(),
              ElementsAre("roll 20251128 live 2025-11-28T14:30:00.000Z 2025-11-28T18:00:00.000Z 2025-11-28T18:15:00.000Z "
                          "2025-11-28T19:20:00.000Z half",
                          "AA T 2025-11-28T17:59:00.000Z 1 1", "AA T 2025-11-28T20:00:00.000Z 2 1", "pulse 2025-11-28T19:20:00.000Z+1"));
}

TEST_F(ImportCsv, AfternoonRowsOfAHalfDayAloneAreNoSession) {
  const ImportReport report = imported(kTradeMap, {write("t.csv", "symbol,time,price,size\nAA,2025-11-28 15:00:00,2,1\n")});
  EXPECT_EQ(report.sessions, 0U);
  EXPECT_THAT(lines(), ElementsAre("AA T 2025-11-28T20:00:00.000Z 2 1"));
}

TEST_F(ImportCsv, BarsCarryTheirEndAndLength) {
  const ImportReport report = imported(kBarMap, {write("b.csv", "symbol,time,o,h,l,c,v\nAA,2025-03-12 09:30,10,12,9,11,500\n")});
  EXPECT_THAT(lines(),
              ElementsAre(testing::StartsWith("roll 20250312"), "AA o 2025-03-12T13:31:00.000Z 10 0", "AA h 2025-03-12T13:31:00.000Z 12 0",
                          "AA l 2025-03-12T13:31:00.000Z 9 0", "AA c 2025-03-12T13:31:00.000Z 11 500", testing::StartsWith("pulse")));
  const std::vector<Record> all = records();
  for (std::size_t i = 1; i <= 4; ++i) {
    EXPECT_EQ(all[i].tick.trade_id, 60'000'000'000U);
    EXPECT_EQ(all[i].tick.flags, i == 4 ? kFlagLast : 0);
  }
  EXPECT_EQ(report.bars, 1U);
}

TEST_F(ImportCsv, BarsAreInsideHoursOnlyWhole) {
  const auto sessions_of = [&](const std::string& start, const std::string& edge) {
    std::string map = kBarMap;
    map.replace(map.find("zone"), 0, "edge = \"" + edge + "\", ");
    std::filesystem::remove(output());
    return imported(map, {write("b.csv", "symbol,time,o,h,l,c,v\nAA,2025-03-12 " + start + ",10,12,9,11,500\n")}).sessions;
  };
  EXPECT_EQ(sessions_of("09:29", "start"), 0U);
  EXPECT_EQ(sessions_of("09:30", "start"), 1U);
  EXPECT_EQ(sessions_of("15:59", "start"), 1U);
  EXPECT_EQ(sessions_of("16:00", "start"), 0U);
  EXPECT_EQ(sessions_of("09:30", "end"), 0U);
  EXPECT_EQ(sessions_of("09:31", "end"), 1U);
  EXPECT_EQ(sessions_of("16:00", "end"), 1U);
}

TEST_F(ImportCsv, ABarThatEndsAtMidnightBelongsToTheDayBefore) {
  const ImportReport report =
      imported(kBarMap, {write("b.csv", "symbol,time,o,h,l,c,v\nAA,2025-03-12 10:00,1,1,1,1,5\nAA,2025-03-12 23:59,2,2,2,2,5\n")});
  EXPECT_EQ(report.sessions, 1U);
  EXPECT_THAT(lines().back(), testing::StartsWith("pulse"));  // both are of the 12th
}

TEST_F(ImportCsv, BarsWithoutVolumeAreCountedAndMakeNoSession) {
  const ImportReport report = imported(
      kBarMap,
      {write("b.csv", "symbol,time,o,h,l,c,v\nAA,2025-03-12 10:00,,,,,0\nAA,2025-03-13 10:00,1,1,1,1,5\nAA,2025-03-13 10:01,0,0,0,0,0\n")});
  EXPECT_EQ(report.rows_zero_volume, 2U);
  EXPECT_EQ(report.sessions, 1U);
  EXPECT_EQ(report.bars, 1U);
}

TEST_F(ImportCsv, QuotesAreTwoSides) {
  const std::string map = R"(
kind = "quote"
header = false
symbol = { fixed = "IBM" }
time = { column = 1, unit = "ms" }
columns = { bid = 2, bid_size = 3, ask = 4, ask_size = 5, venue = 6, suspicious = 7 }
zero_side_is_absent = true
price_scale = 10000
)";
  const ImportReport report =
      imported(map, {write("q.csv", "1741788000000,1800100,200,0,0,P,0\n1741788000001,0,0,1800300,100,Q,1\n1741788000002,0,0,0,0,,0\n")});
  EXPECT_THAT(lines(), ElementsAre(testing::StartsWith("roll 20250312"), "IBM QB 2025-03-12T14:00:00.000Z 180.01 200",
                                   "IBM QA 2025-03-12T14:00:00.000Z - 0", "IBM QB 2025-03-12T14:00:00.001Z - 0",
                                   "IBM QA 2025-03-12T14:00:00.001Z 180.03 100", "IBM QB 2025-03-12T14:00:00.002Z - 0",
                                   "IBM QA 2025-03-12T14:00:00.002Z - 0", testing::StartsWith("pulse")));
  const std::vector<Record> all = records();
  EXPECT_EQ(all[1].tick.flags, 0);
  EXPECT_EQ(all[2].tick.flags, kFlagLast);
  EXPECT_EQ(all[1].tick.venue, 'P');
  EXPECT_EQ(all[3].tick.flags, kFlagSuspicious);
  EXPECT_EQ(all[4].tick.flags, kFlagSuspicious | kFlagLast);
  EXPECT_EQ(report.quotes, 3U);
  EXPECT_EQ(report.suspicious, 1U);
}

TEST_F(ImportCsv, ConditionsAreSetsOfTheirScheme) {
  const std::string map = R"(
kind = "trade"
conditions_scheme = "letters_utp"
symbol = { fixed = "IBM" }
time = { column = "ns", unit = "ns" }
columns = { price = "p", size = "s", conditions = "c", suspicious = "x" }
)";
  const ImportReport report =
      imported(map, {write("t.csv",
                           "ns,p,s,c,x\n1741788000000000000,1,1,@,0\n1741788000000000001,1,1,,\n1741788000000000002,1,1,@F,0\n"
                           "1741788000000000003,1,1,?,1\n1741788000000000004,1,1,@,0\n")});
  EXPECT_THAT(catalog().condition_sets, ElementsAre(ConditionSet{}, ConditionSet{0, "@", "letters_utp"},
                                                    ConditionSet{0, "@F", "letters_utp"}, ConditionSet{0, "?", "letters_utp"}));
  const std::vector<Record> all = records();
  EXPECT_EQ(all[1].tick.cond_set, 1);
  EXPECT_EQ(all[2].tick.cond_set, 0);
  EXPECT_EQ(all[3].tick.cond_set, 2);
  EXPECT_EQ(all[4].tick.cond_set, 3);
  EXPECT_EQ(all[4].tick.flags, kFlagSuspicious | kFlagLast);
  EXPECT_EQ(all[5].tick.cond_set, 1);
  EXPECT_EQ(report.unknown_conditions, 1U);
  EXPECT_EQ(report.suspicious, 1U);
}

TEST_F(ImportCsv, SessionBarsMakeOneSessionPerDate) {
  write("d/ZS.csv", "Date,Open,High,Low,Close,Volume\n2025-11-28,5,6,4,5.5,700\n2025-11-26,1,2,0.5,1.5,100\n");
  write("d/AA.csv", "Date,Open,High,Low,Close,Volume\n2025-11-26,10,12,9,11,200\n");
  const ImportReport report = imported(kDailyMap, {at("d")});
  EXPECT_THAT(
      lines(),
      ElementsAre("roll 20251126 bars 2025-11-26T14:30:00.000Z 2025-11-26T21:00:00.000Z 0 2025-11-26T21:00:00.000Z",
                  "AA o 2025-11-26T21:00:00.000Z 10 0", "AA h 2025-11-26T21:00:00.000Z 12 0", "AA l 2025-11-26T21:00:00.000Z 9 0",
                  "AA c 2025-11-26T21:00:00.000Z 11 200", "ZS o 2025-11-26T21:00:00.000Z 1 0", "ZS h 2025-11-26T21:00:00.000Z 2 0",
                  "ZS l 2025-11-26T21:00:00.000Z 0.5 0", "ZS c 2025-11-26T21:00:00.000Z 1.5 100", "pulse 2025-11-26T21:00:00.000Z+1",
                  "roll 20251128 bars 2025-11-28T14:30:00.000Z 2025-11-28T18:00:00.000Z 0 2025-11-28T18:00:00.000Z half",
                  "ZS o 2025-11-28T18:00:00.000Z 5 0", "ZS h 2025-11-28T18:00:00.000Z 6 0", "ZS l 2025-11-28T18:00:00.000Z 4 0",
                  "ZS c 2025-11-28T18:00:00.000Z 5.5 700", "pulse 2025-11-28T18:00:00.000Z+1"));
  EXPECT_EQ(report.sessions, 2U);
  EXPECT_EQ(report.bars, 3U);
  const std::vector<Record> all = records();
  EXPECT_EQ(all[1].tick.trade_id, 0U);
  EXPECT_EQ(all[4].tick.flags, kFlagLast);
}

TEST_F(ImportCsv, OfTwoSessionBarsOfADateTheLastHolds) {
  const ImportReport report = imported(kDailyMap, {write("AA.csv",
                                                         "Date,Open,High,Low,Close,Volume\n2025-03-12,1,1,1,1,10\n2025-03-12,2,2,2,2,20\n"
                                                         "2025-03-13,3,3,3,3,30\n2025-03-13,3,3,3,3,0\n")});
  EXPECT_EQ(report.rows, 4U);
  EXPECT_EQ(report.rows_replaced, 2U);
  EXPECT_EQ(report.rows_zero_volume, 1U);
  EXPECT_EQ(report.sessions, 2U);
  EXPECT_THAT(lines(), ElementsAre(testing::StartsWith("roll 20250312"), testing::HasSubstr("o"), testing::HasSubstr("h"),
                                   testing::HasSubstr("l"), "AA c 2025-03-12T20:00:00.000Z 2 20", testing::StartsWith("pulse"),
                                   testing::StartsWith("roll 20250313"), testing::StartsWith("pulse")));
}

TEST_F(ImportCsv, UnmappedPricesOfASessionBarEqualItsClose) {
  const std::string map = R"(
kind = "session_bar"
symbol = { filename = true }
time = { column = "Date", format = "%m/%d/%Y" }
columns = { close = "Close", volume = "Volume" }
)";
  imported(map, {write("BRK.B.csv", "Date,Close,Volume\n3/12/2025,8e-05,7\n")});
  EXPECT_THAT(lines(), ElementsAre(testing::StartsWith("roll 20250312"), "BRK.B o 2025-03-12T20:00:00.000Z 8e-05 0",
                                   "BRK.B h 2025-03-12T20:00:00.000Z 8e-05 0", "BRK.B l 2025-03-12T20:00:00.000Z 8e-05 0",
                                   "BRK.B c 2025-03-12T20:00:00.000Z 8e-05 7", testing::StartsWith("pulse")));
}

TEST_F(ImportCsv, SeveralMapsMergeIntoOneSequence) {
  const auto trades = write("trades.csv", "symbol,time,price,size\nAA,2025-03-12 10:00:30,1,1\nAA,2025-03-12 10:01:00,2,1\n");
  const auto bars = write("bars.csv", "symbol,time,o,h,l,c,v\nAA,2025-03-12 10:00,9,9,9,9,5\n");
  const Result<ImportReport> report = import({{{bars}, write("bars.toml", kBarMap)}, {{trades}, write("trades.toml", kTradeMap)}});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->sessions, 1U);
  const std::vector<std::string> all = lines();
  ASSERT_EQ(all.size(), 8U);
  EXPECT_EQ(all[1], "AA T 2025-03-12T14:00:30.000Z 1 1");
  EXPECT_EQ(all[2], "AA o 2025-03-12T14:01:00.000Z 9 0");  // the same instant and symbol: the first input's row first
  EXPECT_EQ(all[6], "AA T 2025-03-12T14:01:00.000Z 2 1");
}

TEST_F(ImportCsv, MillisecondsOfTheDayOfTheFilesName) {
  const std::string map = R"(
kind = "trade"
header = false
symbol = { folder = true }
time = { column = 1, unit = "ms_of_day", date = { filename = "%Y%m%d" }, zone = "America/New_York" }
price_scale = 10000
columns = { price = 2, size = 3 }
)";
  write("spy/20250310_trade.csv", "34200000.25,1453500,10\n");
  write("spy/20251103_trade.csv", "34200000,1453600,10\n");
  imported(map, {at("spy")});
  const std::vector<std::string> all = lines();
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(all[1], "SPY T 2025-03-10T13:30:00.000Z+250000 145.35 10");
  EXPECT_EQ(all[4], "SPY T 2025-11-03T14:30:00.000Z 145.36 10");
}

TEST_F(ImportCsv, SameInputsGiveTheSameRecords) {
  write("d/AA.csv", "Date,Open,High,Low,Close,Volume\n2025-03-12,1,1,1,1,10\n");
  imported(kDailyMap, {at("d")});
  const std::vector<std::string> first = lines();
  std::filesystem::remove(output());
  imported(kDailyMap, {at("d") / "*.csv"});
  EXPECT_EQ(lines(), first);
}

TEST_F(ImportCsv, CountsHaveNames) {
  const ImportReport report = imported(kTradeMap, {write("t.csv", "symbol,time,price,size\nAA,2025-03-12 10:00:00,1,1\n")});
  EXPECT_THAT(report.counts(), testing::AllOf(testing::SizeIs(13), testing::Contains(testing::Pair("rows", 1U)),
                                              testing::Contains(testing::Pair("records", 3U))));
  EXPECT_THAT(report.bad_rows, IsEmpty());
}

}  // namespace
}  // namespace groundswell
