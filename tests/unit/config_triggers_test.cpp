// [[trigger]]: what is read, and where what is wrong is said to be.
#include <gtest/gtest.h>

#include "config/triggers.hpp"

namespace groundswell::config {
namespace {

std::vector<Trigger> read(std::string_view text, Findings& findings) {
  const Node root = parse_toml(text, "g.toml", findings);
  const Node* const array = find(root, "trigger");
  return array == nullptr ? std::vector<Trigger>{} : read_triggers(*array, findings);
}

TEST(ConfigTriggers, ReadsATriggerWithItsDefaults) {
  Findings findings;
  const auto triggers = read(
      "[[trigger]]\ntype = \"PCT_ABOVE\"\nsignal = \"pct_above_sma_50\"\nenter = \">= 55\"\nexit = \"<= 45\"\ndwell = \"3s\"\n", findings);
  ASSERT_TRUE(findings.empty()) << findings.error().message;
  ASSERT_EQ(triggers.size(), 1U);
  EXPECT_EQ(canonical_text(triggers[0]),
            "PCT_ABOVE|pct_above_sma_50|scopes=baskets,waves,thesis|evaluate=grid|enter=>= 55|exit=<= 45|dwell=3000000000ns");
  EXPECT_EQ(triggers[0].name, "PCT_ABOVE:pct_above_sma_50");
  EXPECT_EQ(triggers[0].signal_place, "g.toml:3:10");
}

TEST(ConfigTriggers, MagnitudesAndCommits) {
  Findings findings;
  const auto triggers = read(
      "[[trigger]]\nname = \"tick\"\ntype = \"TICK_EXTREME\"\nsignal = \"tick_pct\"\nenter = \"|x| > 60\"\nexit = \"|x| < 30\"\n"
      "[[trigger]]\ntype = \"OSC_ZERO_CROSS\"\nsignal = \"mcc_osc\"\nscopes = [\"thesis\"]\nenter = \"> 0\"\nexit = \"<= 0\"\ndwell = \"3 "
      "commits\"\n",
      findings);
  ASSERT_TRUE(findings.empty()) << findings.error().message;
  EXPECT_TRUE(triggers[0].enter.holds(-61.0));
  EXPECT_FALSE(triggers[0].enter.holds(60.0));
  EXPECT_EQ(triggers[1].dwell_commits, 3U);
  EXPECT_EQ(triggers[1].evaluate, Evaluate::kClose);
}

struct Wrong {
  const char* text;
  const char* finding;
};
class WrongTriggers : public testing::TestWithParam<Wrong> {};
TEST_P(WrongTriggers, AreFoundWithTheirPlace) {
  Findings findings;
  read(GetParam().text, findings);
  ASSERT_FALSE(findings.empty());
  EXPECT_NE(findings.error().message.find(GetParam().finding), std::string::npos) << findings.error().message;
}
#define GS_HEAD "[[trigger]]\ntype = \"THRESHOLD\"\nsignal = \"adv\"\n"
INSTANTIATE_TEST_SUITE_P(
    All, WrongTriggers,
    testing::Values(Wrong{GS_HEAD "enter = \">= 55\"\nexit = \"<= 56\"\n", "g.toml:5:8: exit '<= 56' is beyond enter '>= 55'"},
                    Wrong{GS_HEAD "enter = \">= 0\"\nexit = \"<= 0\"\n", "g.toml:5:8: exit '<= 0' is beyond enter '>= 0'"},
                    Wrong{GS_HEAD "enter = \">= 55\"\nexit = \">= 45\"\n", "g.toml:5:8: exit '>= 45' is beyond"},
                    Wrong{GS_HEAD "enter = \"55\"\nexit = \"<= 45\"\n", "g.toml:4:9: '55' is no threshold"},
                    Wrong{GS_HEAD "enter = \">= nan\"\nexit = \"<= 45\"\n", "g.toml:4:9: '>= nan' is no threshold"},
                    Wrong{GS_HEAD "enter = \">= 55\"\n", "a trigger without exit"},
                    Wrong{"[[trigger]]\ntype = \"PCT\"\nsignal = \"adv\"\n", "g.toml:2:8: no trigger type is called 'PCT'"},
                    Wrong{"[[trigger]]\ntype = \"QUADRANT\"\nsignal = \"quadrant\"\nenter = \"> 1\"\n", "QUADRANT has no thresholds"},
                    Wrong{GS_HEAD "enter = \"> 1\"\nexit = \"< 1\"\nevaluate = \"record\"\ndwell = \"1s\"\n",
                          "g.toml:7:9: a record trigger fires at once"},
                    Wrong{GS_HEAD "enter = \"> 1\"\nexit = \"< 1\"\nevaluate = \"close\"\ndwell = \"1s\"\n",
                          "g.toml:7:9: '1s' is no dwell of a close"},
                    Wrong{GS_HEAD "enter = \"> 1\"\nexit = \"< 1\"\n" GS_HEAD "enter = \"> 2\"\nexit = \"< 1\"\n",
                          "trigger 'THRESHOLD:adv' is there already"},
                    Wrong{GS_HEAD "enter = \"> 1\"\nexit = \"< 1\"\nscopes = []\n", "trigger.scopes is empty"}));

}  // namespace
}  // namespace groundswell::config
