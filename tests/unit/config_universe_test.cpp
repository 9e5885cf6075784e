#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "config/config.hpp"
#include "config/text_file.hpp"

namespace groundswell::config {
namespace {

constexpr std::string_view kGood = R"(version = "1"
benchmarks = { primary = "SPY", growth = "QQQ" }
[[basket]]
id = "zinc"
wave = "physical"
name = "Zinc"
members = [
  { symbol = "AAA", role = "leader" },
  { symbol = "BRK.B", from = "2023-09-14", to = "2030-01-01" },
]
[[basket]]
id = "apple"
wave = "compute"
members = [{ symbol = "AAA", role = "spender" }]
supplier = false
)";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text{kGood};
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string findings_of(std::string_view text) {
  Findings findings;
  parse_universe(text, "b.toml", findings);
  return findings.empty() ? "" : findings.error().message;
}

TEST(Universe, ReadsAllOfIt) {
  Findings findings;
  const Universe universe = parse_universe(kGood, "b.toml", findings);
  ASSERT_TRUE(findings.empty()) << findings.error().message;
  EXPECT_EQ(universe.version, "1");
  EXPECT_EQ(universe.benchmarks, (std::array<std::string, 3>{"SPY", "QQQ", ""}));
  ASSERT_EQ(universe.baskets.size(), 2U);
  const Basket& zinc = universe.baskets[0];
  EXPECT_EQ(zinc.id, "zinc");
  EXPECT_EQ(zinc.name, "Zinc");
  EXPECT_EQ(zinc.wave, Wave::kPhysical);
  ASSERT_EQ(zinc.members.size(), 2U);
  EXPECT_EQ(zinc.members[0].role, Role::kLeader);
  EXPECT_EQ(zinc.members[0].from_session, 0U);
  EXPECT_EQ(zinc.members[0].to_session, 99991231U);
  EXPECT_EQ(zinc.members[1].symbol, "BRK.B");
  EXPECT_EQ(zinc.members[1].role, Role::kFollower);
  EXPECT_EQ(zinc.members[1].from_session, 20230914U);
  EXPECT_EQ(zinc.members[1].to_session, 20300101U);
  EXPECT_EQ(universe.baskets[1].name, "apple");
  EXPECT_EQ(universe.baskets[1].wave, Wave::kCompute);
  EXPECT_EQ(universe.baskets[1].members[0].role, Role::kSpender);
  EXPECT_TRUE(zinc.supplies());
  EXPECT_FALSE(universe.baskets[1].supplies());
  EXPECT_EQ(universe_symbols(universe), (std::vector<std::string>{"AAA", "BRK.B", "SPY", "QQQ"}));
}

TEST(Universe, SameSymbolAgainAtAnotherTime) {
  EXPECT_EQ(findings_of(replaced(R"({ symbol = "AAA", role = "leader" })",
                                 R"({ symbol = "AAA", to = "2020-01-01" }, { symbol = "AAA", from = "2020-01-01" })")),
            "");
}

TEST(Universe, BenchmarkMayBeMember) { EXPECT_EQ(findings_of(replaced(R"("BRK.B")", R"("SPY")")), ""); }

TEST(Universe, Findings) {
  EXPECT_EQ(findings_of(replaced("name = \"Zinc\"", "nane = \"Zinc\"")), "b.toml:6:1: unknown key 'basket.nane'; did you mean 'name'?");
  EXPECT_EQ(findings_of(replaced("version", "versio")), "b.toml:1:1: unknown key 'versio'; did you mean 'version'?");
  EXPECT_EQ(findings_of(replaced("role = \"leader\"", "rolle = \"leader\"")),
            "b.toml:8:21: unknown key 'member.rolle'; did you mean 'role'?");
  EXPECT_EQ(findings_of(replaced("\"zinc\"", "\"Zi nc\"")), "b.toml:4:6: bad basket id 'Zi nc'; use 1 to 64 of a-z 0-9 _");
  EXPECT_EQ(findings_of(replaced("\"zinc\"", "\"thesis\"")), "b.toml:4:6: 'thesis' is a scope of its own; choose another basket id");
  EXPECT_EQ(findings_of(replaced("\"apple\"", "\"zinc\"")), "b.toml:12:6: basket 'zinc' is there already, in line 4; rename or remove one");
  EXPECT_EQ(findings_of(replaced("id = \"zinc\"\n", "")), "b.toml:3:1: a basket without id; add id = \"…\"");
  EXPECT_EQ(findings_of(replaced("\"physical\"", "\"physics\"")),
            "b.toml:5:8: basket.wave = \"physics\" is unknown; choose compute, physical, monetization");
  EXPECT_EQ(findings_of(replaced("wave = \"physical\"\n", "")),
            "b.toml:3:1: a basket without wave; add wave = one of compute, physical, monetization");
  EXPECT_EQ(findings_of(replaced("\"leader\"", "\"boss\"")),
            "b.toml:8:28: member.role = \"boss\" is unknown; choose follower, leader, spender");
  EXPECT_EQ(findings_of(replaced("\"BRK.B\"", "\"AAA\"")),
            "b.toml:9:14: AAA is in basket 'zinc' already at that time; keep one or part their dates");
  EXPECT_EQ(findings_of(replaced("[{ symbol = \"AAA\", role = \"spender\" }]", "[]")),
            "b.toml:14:11: basket 'apple' is empty; add members or remove it");
  EXPECT_EQ(findings_of(replaced("members = [{ symbol = \"AAA\", role = \"spender\" }]\n", "")),
            "b.toml:11:1: a basket without members; add members = [ … ]");
  EXPECT_EQ(findings_of(replaced("2030-01-01", "2030-02-30")), "b.toml:9:49: bad date '2030-02-30'; write a real one as \"YYYY-MM-DD\"");
  EXPECT_EQ(findings_of(replaced("\"2030-01-01\"", "2030-01-01")), "b.toml:9:49: member.to is a date or time; write text in double quotes");
  EXPECT_EQ(findings_of(replaced("2030-01-01", "2023-09-14")),
            "b.toml:9:49: BRK.B leaves on 2023-09-14 but joins on 2023-09-14; `to` is the first session without it and must be later");
  EXPECT_EQ(findings_of(replaced("\"BRK.B\"", "\"brk.b\"")), "b.toml:9:14: bad symbol 'brk.b'; use 1 to 16 of A-Z 0-9 . -");
  EXPECT_EQ(findings_of(replaced("\"BRK.B\"", "\"ABCDEFGHIJKLMNOPQ\"")),
            "b.toml:9:14: bad symbol 'ABCDEFGHIJKLMNOPQ'; use 1 to 16 of A-Z 0-9 . -");
  EXPECT_EQ(findings_of(replaced("symbol = \"BRK.B\", ", "")), "b.toml:9:3: a member without symbol; add symbol = \"…\"");
  EXPECT_EQ(findings_of(replaced("{ symbol = \"AAA\", role = \"spender\" }", "\"AAA\"")),
            "b.toml:14:12: member is text; write a table: { key = value, … }");
}

TEST(Universe, BenchmarkFindings) {
  EXPECT_EQ(findings_of(replaced("primary = \"SPY\", ", "")), "b.toml:2:14: no primary benchmark; add primary = \"SPY\"");
  EXPECT_EQ(findings_of(replaced("benchmarks = { primary = \"SPY\", growth = \"QQQ\" }\n", "")),
            "b.toml:1:1: no primary benchmark; add benchmarks = { primary = \"SPY\" }");
  EXPECT_EQ(findings_of(replaced("\"QQQ\"", "\"SPY\"")), "b.toml:2:42: SPY is the primary benchmark already; name another or none");
  EXPECT_EQ(findings_of(replaced("growth", "growht")), "b.toml:2:33: unknown key 'benchmarks.growht'; did you mean 'growth'?");
  EXPECT_EQ(findings_of(replaced("\"QQQ\"", "\"qqq\"")), "b.toml:2:42: bad symbol 'qqq'; use 1 to 16 of A-Z 0-9 . -");
}

TEST(Universe, NoBaskets) {
  EXPECT_EQ(findings_of("benchmarks = { primary = \"SPY\" }\n"), "b.toml:1:1: no baskets; add at least one [[basket]]");
  EXPECT_EQ(findings_of("benchmarks = { primary = \"SPY\" }\nbasket = []\n"), "b.toml:2:10: no baskets; add at least one [[basket]]");
}

TEST(Universe, BrokenFileIsOneFinding) {
  const std::string message = findings_of("version = \"1\n");
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 0) << message;
  EXPECT_EQ(message.substr(0, 9), "b.toml:1:");
}

TEST(Universe, Shipped) {
  const Result<std::string> text = read_text(std::filesystem::path{GROUNDSWELL_SOURCE_DIR} / "config/baskets.toml");
  ASSERT_TRUE(text.has_value());
  Findings findings;
  const Universe universe = parse_universe(*text, "baskets.toml", findings);
  ASSERT_TRUE(findings.empty()) << findings.error().message;
  EXPECT_EQ(universe.version, "2026-11-01");
  EXPECT_EQ(universe.benchmarks, (std::array<std::string, 3>{"SPY", "QQQ", "RSP"}));
  EXPECT_EQ(universe.baskets.size(), 15U);
  std::multiset<std::string> slots;
  std::array<int, 3> baskets_of_wave{};
  std::array<int, 3> members_of_role{};
  for (const Basket& basket : universe.baskets) {
    ++baskets_of_wave[static_cast<std::size_t>(basket.wave) - 1];
    EXPECT_GE(basket.members.size(), 7U) << basket.id;
    EXPECT_LE(basket.members.size(), 15U) << basket.id;
    EXPECT_NE(basket.name, basket.id);
    for (const Member& member : basket.members) {
      slots.insert(member.symbol);
      ++members_of_role[static_cast<std::size_t>(member.role)];
    }
  }
  EXPECT_EQ(slots.size(), 163U);
  EXPECT_EQ(std::set<std::string>(slots.begin(), slots.end()).size(), 162U);
  EXPECT_EQ(slots.count("INTC"), 2U);
  EXPECT_EQ(baskets_of_wave, (std::array<int, 3>{5, 7, 3}));
  EXPECT_EQ(members_of_role[2], 5);  // MSFT AMZN GOOGL META ORCL
  EXPECT_EQ(universe_symbols(universe).size(), 165U);
}

}  // namespace
}  // namespace groundswell::config
