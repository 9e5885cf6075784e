#include <gtest/gtest.h>

#include <string>

#include "config/csv.hpp"
#include "config/tables.hpp"

namespace groundswell::config {
namespace {

Universe two_members() {
  Universe result;
  result.benchmarks[0] = "SPY";
  result.baskets.push_back({"a", "A", Wave::kCompute, {{"AAA"}, {"BBB"}}});
  return result;
}

std::string shares_findings(const std::string& text) {
  Findings findings;
  parse_shares(text, "shares.csv", two_members(), findings);
  return findings.empty() ? "" : findings.error().message;
}

std::string action_findings(const std::string& row) {
  Findings findings;
  parse_actions("symbol,ex_session,type,price_factor,share_factor,cash\n" + row, "actions.csv", two_members(), findings);
  return findings.empty() ? "" : findings.error().message;
}

TEST(Csv, CommentsQuotesSpacesAndLineEnds) {
  Findings findings;
  const Csv csv = parse_csv("\xef\xbb\xbf# version = 7 \r\n\r\nname, kind\r\n \"Day, the \"\"big\"\" one\" ,  x\r\n# between\n\"#\",y",
                            "d.csv", {{"kind"}, {"name"}, {"note", false}}, findings);
  ASSERT_TRUE(findings.empty()) << findings.error().message;
  EXPECT_EQ(csv.settings.at("version"), "7");
  ASSERT_EQ(csv.rows.size(), 2U);
  EXPECT_EQ(csv.rows[0].at("name").text, "Day, the \"big\" one");
  EXPECT_EQ(csv.rows[0].at("kind").text, "x");
  EXPECT_EQ(csv.rows[0].at("kind").at.line, 4U);
  EXPECT_EQ(csv.rows[0].at("kind").at.column, 28U);
  EXPECT_EQ(csv.rows[0].at("note").text, "");
  EXPECT_EQ(csv.rows[1].at("name").text, "#");
}

TEST(Csv, Headers) {
  EXPECT_EQ(shares_findings(""), "shares.csv:1:1: no header; write one with the columns symbol, effective, float_shares");
  EXPECT_EQ(shares_findings("symbol,effective\n"),
            "shares.csv:1:1: no column 'float_shares'; the columns are symbol, effective, float_shares");
  EXPECT_EQ(shares_findings("symbol,effective,float_shares,note\n"),
            "shares.csv:1:31: unknown column 'note'; the columns are symbol, effective, float_shares");
  EXPECT_EQ(shares_findings("symbol,effective,symbol,float_shares\n"), "shares.csv:1:18: column 'symbol' stands twice; keep one");
}

TEST(Shares, Rows) {
  Findings findings;
  const auto rows = parse_shares("float_shares,symbol,effective\n1000,AAA,2026-01-02\n2000,AAA,2026-02-02\n3,SPY,2026-01-02\n",
                                 "shares.csv", two_members(), findings);
  ASSERT_TRUE(findings.empty()) << findings.error().message;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].symbol, "AAA");
  EXPECT_EQ(rows[1].effective_session, 20260202U);
  EXPECT_EQ(rows[1].float_shares, 2000);
}

TEST(Shares, Findings) {
  const std::string head = "symbol,effective,float_shares\n";
  EXPECT_EQ(shares_findings(head + "XYZ,2026-01-02,5\n"),
            "shares.csv:2:1: symbol 'XYZ' is not in the universe; add it there or remove the row");
  EXPECT_EQ(shares_findings(head + "AAA,2026-02-30,5\n"), "shares.csv:2:5: bad date '2026-02-30'; write a real one as YYYY-MM-DD");
  for (const std::string bad : {"", "0", "-5", "1.5", "1e9", "x", "99999999999999999999"}) {
    EXPECT_EQ(shares_findings(head + "AAA,2026-01-02, " + bad + "\n").substr(0, 22 + (bad.empty() ? -1U : 0U)),
              (bad.empty() ? "shares.csv:2:16: bad " : "shares.csv:2:17: bad f"))
        << bad;
  }
  EXPECT_EQ(shares_findings(head + "AAA,2026-01-02,5\nBBB,2026-01-02,5\nAAA,2026-01-02,6\n"),
            "shares.csv:4:1: AAA has a row for 2026-01-02 already; keep one");
}

TEST(Actions, Rows) {
  Findings findings;
  const auto rows = parse_actions(
      "symbol,ex_session,type,price_factor,share_factor,cash\nAAA,2026-01-02,split,0.5,2,\nAAA,2026-03-02,cash,,,0.255\nBBB,2026-03-02,"
      "spin,0.123456789012,,\n",
      "actions.csv", two_members(), findings);
  ASSERT_TRUE(findings.empty()) << findings.error().message;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].price_factor_e12, 500'000'000'000);
  EXPECT_EQ(rows[0].share_factor_e12, 2'000'000'000'000);
  EXPECT_EQ(rows[0].cash_e9, 0);
  EXPECT_EQ(rows[1].price_factor_e12, 0);
  EXPECT_EQ(rows[1].share_factor_e12, 1'000'000'000'000);
  EXPECT_EQ(rows[1].cash_e9, 255'000'000);
  EXPECT_EQ(rows[2].price_factor_e12, 123'456'789'012);
}

TEST(Actions, Findings) {
  EXPECT_EQ(action_findings("XYZ,2026-01-02,split,0.5,2,\n"),
            "actions.csv:2:1: symbol 'XYZ' is not in the universe; add it there or remove the row");
  EXPECT_EQ(action_findings("AAA,2026-1-02,split,0.5,2,\n"), "actions.csv:2:5: bad date '2026-1-02'; write a real one as YYYY-MM-DD");
  EXPECT_EQ(action_findings("AAA,2026-01-02,merger,0.5,2,\n"), "actions.csv:2:16: unknown type 'merger'; write split, spin, cash, special");
  EXPECT_EQ(action_findings("AAA,2026-01-02,split,0,2,\n"),
            "actions.csv:2:22: bad price_factor '0'; write a number above 0 and at most 1000000, or leave it empty");
  EXPECT_EQ(action_findings("AAA,2026-01-02,split,0.5,two,\n"),
            "actions.csv:2:26: bad share_factor 'two'; write a number above 0 and at most 1000000, or leave it empty");
  EXPECT_EQ(action_findings("AAA,2026-01-02,split,0.5,0,\n"),
            "actions.csv:2:26: bad share_factor '0'; write a number above 0 and at most 1000000, or leave it empty");
  EXPECT_EQ(action_findings("AAA,2026-01-02,split,1000000.000000000001,2,\n"),
            "actions.csv:2:22: bad price_factor '1000000.000000000001'; write a number above 0 and at most 1000000, or leave it empty");
  EXPECT_EQ(action_findings("AAA,2026-01-02,split,-0.5,2,\n"),
            "actions.csv:2:22: bad price_factor '-0.5'; write a number above 0 and at most 1000000, or leave it empty");
  EXPECT_EQ(action_findings("AAA,2026-01-02,cash,,,-1\n"),
            "actions.csv:2:23: bad cash '-1'; write a number above 0 and at most 1000000, or leave it empty");
  EXPECT_EQ(action_findings("AAA,2026-01-02,cash,,,\n"), "actions.csv:2:21: neither price_factor nor cash; write one of them");
  EXPECT_EQ(action_findings("AAA,2026-01-02,cash,,,1\nAAA,2026-01-02,special,,,1\nAAA,2026-01-02,cash,,,2\n"),
            "actions.csv:4:1: AAA has a cash on 2026-01-02 already; keep one");
}

std::string alias_findings(const std::string& rows, const std::vector<Feed>& feeds = {}) {
  Findings findings;
  parse_aliases("feed,name,from,to,symbol\n" + rows, "aliases.csv", two_members(), feeds, findings);
  return findings.empty() ? "" : findings.error().message;
}

TEST(Aliases, Rows) {
  Findings findings;
  const auto rows = parse_aliases("feed,name,from,to,symbol\nx,OLD,,2026-01-05,AAA\nx,OLD,2026-01-05,,BBB\nhistory,OLD,,,AAA\n",
                                  "aliases.csv", two_members(), {Feed{.name = "x", .endpoint = ""}}, findings);
  ASSERT_TRUE(findings.empty()) << findings.error().message;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].from_session, 0U);
  EXPECT_EQ(rows[0].to_session, 20260105U);
  EXPECT_EQ(rows[1].to_session, 99991231U);
  EXPECT_EQ(rows[1].symbol, "BBB");
}

TEST(Aliases, Findings) {
  EXPECT_EQ(alias_findings("x,OLD,,2026-01-06,AAA\ny,OLD,,,BBB\nx,OLD,2026-01-05,,BBB\n"),
            "aliases.csv:4:3: OLD of feed x stands for AAA at that time already, in line 2; part their dates");
  EXPECT_EQ(alias_findings("z,OLD,,,AAA\n", {Feed{.name = "x", .endpoint = ""}}),
            "aliases.csv:2:1: no feed is named 'z'; write the name of a [[feed]], or history");
  EXPECT_EQ(alias_findings("x,OLD,,,XYZ\n"), "aliases.csv:2:9: symbol 'XYZ' is not in the universe; add it there or remove the row");
  EXPECT_EQ(alias_findings("x,,,,AAA\n"), "aliases.csv:2:3: no name; write what the feed calls the symbol");
  EXPECT_EQ(alias_findings("x,OLD,2026-01-32,,AAA\n"), "aliases.csv:2:7: bad date '2026-01-32'; write a real one as YYYY-MM-DD");
  EXPECT_EQ(
      alias_findings("x,OLD,2026-01-06,2026-01-06,AAA\n"),
      "aliases.csv:2:18: the name ends on 2026-01-06 but begins on 2026-01-06; `to` is the first session without it and must be later");
}

TEST(VolumeCurve, RowsByMinute) {
  const auto findings_of = [](const std::string& rows, std::size_t minutes = 0) {
    Findings findings;
    const VolumeCurve curve = parse_volume_curve("# version = 1\nminute,share\n" + rows, "v.csv", findings);
    EXPECT_EQ(curve.cumulative_e9.size(), minutes) << rows;
    return findings.empty() ? "" : findings.error().message;
  };
  EXPECT_EQ(findings_of("1,0.25\n2,1\n", 2), "");
  EXPECT_EQ(findings_of("1,0.25\n3,1\n"), "v.csv:4:1: bad minute '3'; write 1, 2, 3 and so on, up to the last of a full session");
  EXPECT_EQ(findings_of("1,0.5\n2,0.5\n"), "v.csv:4:3: bad share '0.5'; write a decimal above the row before and at most 1");
  EXPECT_EQ(findings_of("1,1.5\n"), "v.csv:3:3: bad share '1.5'; write a decimal above the row before and at most 1");
  EXPECT_EQ(findings_of("1,0.5\n2,0.9\n", 2),
            "v.csv:4:3: the share of the last minute is not 1; by then the whole session's volume has traded");
  EXPECT_EQ(findings_of(""), "v.csv:1:1: the share of the last minute is not 1; by then the whole session's volume has traded");
}

}  // namespace
}  // namespace groundswell::config
