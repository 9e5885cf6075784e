// Who is in which pool, in which role: a symbol of several baskets counts once, in its strongest role.
#include <gtest/gtest.h>

#include "signal/roster.hpp"

namespace groundswell::signal {
namespace {

struct Entry {
  std::string symbol;
  Role role;
  bool supplier;
  friend bool operator==(const Entry&, const Entry&) = default;
};

class RosterTest : public testing::Test {
 protected:
  RosterTest() {
    const auto basket = [&](const char* id, Wave wave, bool supplier, std::vector<Member> members) {
      universe_.baskets.push_back({id, id, wave, std::move(members), supplier});
    };
    basket("chips", Wave::kCompute, false, {{"AAA", Role::kLeader}, {"BBB"}, {"CCC"}});
    basket("fabs", Wave::kCompute, true, {{"BBB", Role::kLeader, 0, 20240105}, {"DDD"}, {"CCC"}});
    basket("power", Wave::kPhysical, true, {{"EEE"}});
    basket("cloud", Wave::kMonetization, true, {{"AAA", Role::kSpender}, {"DDD", Role::kLeader}, {"FFF"}});
    for (const char* symbol : {"AAA", "BBB", "CCC", "DDD", "EEE", "FFF"}) {
      ids_.emplace(symbol, static_cast<std::uint32_t>(names_.size()));
      names_.emplace_back(symbol);
    }
  }
  std::vector<Entry> entries(const Roster& roster, const std::string& pool) const {
    std::vector<Entry> all;
    for (std::size_t p = 0; p < roster.pool_count(); ++p) {
      if (roster.name(p) != pool) continue;
      for (const PoolMember& member : roster.member_roles(p)) all.push_back({names_[member.symbol], member.role, member.supplier != 0});
      EXPECT_EQ(all.size(), roster.members(p).size());
    }
    return all;
  }
  Universe universe_;
  std::map<std::string, std::uint32_t> ids_;
  std::vector<std::string> names_;
};

TEST_F(RosterTest, ASymbolOfSeveralBasketsHasItsStrongestRole) {
  Roster roster(universe_, ids_, ids_.size());
  std::vector<SymbolState> states(ids_.size());
  roster.set_session(20240104, states);
  EXPECT_EQ(entries(roster, "chips"),
            (std::vector<Entry>{{"AAA", Role::kLeader, false}, {"BBB", Role::kFollower, false}, {"CCC", Role::kFollower, false}}));
  EXPECT_EQ(
      entries(roster, "wave:compute"),
      (std::vector<Entry>{
          {"AAA", Role::kLeader, false}, {"BBB", Role::kLeader, true}, {"CCC", Role::kFollower, true}, {"DDD", Role::kFollower, true}}));
  EXPECT_EQ(entries(roster, "thesis"), (std::vector<Entry>{{"AAA", Role::kSpender, false},
                                                           {"BBB", Role::kLeader, true},
                                                           {"CCC", Role::kFollower, true},
                                                           {"DDD", Role::kLeader, true},
                                                           {"EEE", Role::kFollower, true},
                                                           {"FFF", Role::kFollower, false}}));
  roster.set_session(20240105, states);  // BBB has left the fabs
  EXPECT_EQ(entries(roster, "wave:compute")[1], (Entry{"BBB", Role::kFollower, false}));
}

// The monetization wave supplies nobody, and its baskets count in the thesis but not in its index.
TEST_F(RosterTest, BasketsOfTheThesis) {
  const Roster roster(universe_, ids_, ids_.size());
  const std::size_t thesis = roster.pool_count() - 1;
  EXPECT_EQ(roster.baskets(thesis), (std::vector<std::size_t>{0, 1, 2, 3}));
  EXPECT_EQ(roster.children(thesis), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(roster.suppliers(thesis), (std::vector<std::size_t>{1, 2}));
  EXPECT_TRUE(roster.baskets(0).empty());
}

}  // namespace
}  // namespace groundswell::signal
