// fundamentals.csv: what is read, and what is wrong with it, all of it with its place.
#include <gtest/gtest.h>

#include <cmath>

#include "config/tables.hpp"

namespace groundswell::config {
namespace {

Universe universe() {
  Universe result;
  result.benchmarks[0] = "SPY";
  result.baskets.push_back({"a", "A", Wave::kCompute, {{"AAA"}, {"BBB"}}});
  return result;
}
constexpr const char* kMoment = "1767623400000000000";  // 2026-01-05 14:30 UTC

std::string findings(const std::string& text) {
  Findings found;
  parse_fundamentals(text, "fundamentals.csv", universe(), found);
  return found.empty() ? "" : found.error().message;
}
std::string finding(const std::string& column, const std::string& value) {
  return findings("symbol,available_at," + column + "\nAAA," + kMoment + "," + value + "\n");
}

TEST(Fundamentals, Rows) {
  Findings found;
  const auto filings = parse_fundamentals(
      "# nothing true\nsymbol,available_at,rev_ttm,ebit_ttm,ai_capex_rev_share,label_score,currency,period_end,source,confidence\n"
      "AAA,1767623400000000000,1.5e9,-2.5,0.25,1,EUR,2025-12-31,\"their report, page 3\",low\n"
      "AAA,1767623400000000001,,,,,,,,\nBBB,1767623400000000000,0,,,,USD,,,\n",
      "fundamentals.csv", universe(), found);
  ASSERT_TRUE(found.empty()) << found.error().message;
  ASSERT_EQ(filings.size(), 3U);
  EXPECT_EQ(filings[0].symbol, "AAA");
  EXPECT_EQ(filings[0].available_ns, 1'767'623'400'000'000'000U);
  EXPECT_EQ(filings[0].rev_ttm, 1.5e9);
  EXPECT_EQ(filings[0].ebit_ttm, -2.5);
  EXPECT_EQ(filings[0].ai_capex_rev_share, 0.25);
  EXPECT_EQ(filings[0].label_score, 1.0);
  EXPECT_TRUE(std::isnan(filings[0].backlog));  // no such column
  EXPECT_TRUE(std::isnan(filings[1].rev_ttm));  // empty
  EXPECT_EQ(filings[2].rev_ttm, 0.0);
  EXPECT_EQ(findings("symbol,available_at\n"), "");  // as shipped: nothing is told
}

TEST(Fundamentals, NumbersOutsideTheirRangesAreFindings) {
  EXPECT_EQ(finding("rev_ttm", "lots"), "fundamentals.csv:2:25: bad rev_ttm 'lots'; write a number from 0 to 1e+18, or leave it empty");
  for (const char* bad : {"nan", "inf", "0x10", "1,5", "1 000", "-1", "1e19", "+5", "5%"})
    EXPECT_NE(finding("rev_q", std::string("\"") + bad + "\""), "") << bad;
  EXPECT_EQ(finding("ebit_ttm", "-1e18"), "");
  EXPECT_EQ(finding("orders_q", "-3"), "");  // cancelled more than ordered
  EXPECT_EQ(finding("ai_capex_rev_share", "40"),
            "fundamentals.csv:2:25: bad ai_capex_rev_share '40'; write a number from 0 to 1, or leave it empty");
  EXPECT_NE(finding("label_score", "1.01"), "");
}

TEST(Fundamentals, MomentsPeriodsAndCurrencies) {
  EXPECT_EQ(findings("symbol,available_at\nAAA,2026-01-05\n"),
            "fundamentals.csv:2:5: bad available_at '2026-01-05'; write nanoseconds since 1970 UTC between 1980 and 2100, as "
            "`date -d '2026-05-05 20:15 UTC' +%s000000000` prints them");
  EXPECT_NE(findings("symbol,available_at\nAAA,1767623400\n"), "");  // seconds
  EXPECT_NE(findings("symbol,available_at\nAAA,\n"), "");
  EXPECT_EQ(finding("period_end", "2026-01-05"), "");
  EXPECT_EQ(finding("period_end", "2026-01-06"),
            "fundamentals.csv:2:25: the period ends on 2026-01-06, after the filing was available on 2026-01-05; nobody knew it then");
  EXPECT_EQ(finding("currency", "Dollar"),
            "fundamentals.csv:2:25: bad currency 'Dollar'; write three capital letters, as USD, or leave it empty");
}

TEST(Fundamentals, SymbolsAndDoubles) {
  EXPECT_EQ(findings("symbol,available_at\nXYZ,1767623400000000000\n"),
            "fundamentals.csv:2:1: symbol 'XYZ' is not in the universe; add it there or remove the row");
  EXPECT_EQ(findings("symbol,available_at\nAAA,1767623400000000000\nBBB,1767623400000000000\nAAA,1767623400000000000\n"),
            "fundamentals.csv:4:5: AAA has a filing of that moment already, in line 2; keep one");
}

TEST(Fundamentals, AllAtOnce) {
  EXPECT_EQ(findings("symbol,available_at,rev_ttm\nXYZ,soon,many\nAAA,1767623400000000000,-1\n"),
            "fundamentals.csv:2:1: symbol 'XYZ' is not in the universe; add it there or remove the row\n"
            "fundamentals.csv:2:5: bad available_at 'soon'; write nanoseconds since 1970 UTC between 1980 and 2100, as "
            "`date -d '2026-05-05 20:15 UTC' +%s000000000` prints them\n"
            "fundamentals.csv:2:10: bad rev_ttm 'many'; write a number from 0 to 1e+18, or leave it empty\n"
            "fundamentals.csv:3:25: bad rev_ttm '-1'; write a number from 0 to 1e+18, or leave it empty");
  EXPECT_NE(findings("symbol\n").find("no column 'available_at'"), std::string::npos);
  EXPECT_NE(findings("symbol,available_at,revenue\n").find("unknown column 'revenue'"), std::string::npos);
}

}  // namespace
}  // namespace groundswell::config
