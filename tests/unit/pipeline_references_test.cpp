// New reference data at a roll: who is in force when, which numbers it gets, what is remembered, and what is told.
#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline/fold.hpp"
#include "support/capture_sink.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

constexpr unsigned kHistory = 50;  // sessions: enough for pct_above_sma_50

Basket basket(const char* id, Wave wave, const std::vector<std::string>& symbols) {
  Basket made{.id = id, .name = id, .wave = wave, .members = {}};
  for (const std::string& symbol : symbols) made.members.push_back({.symbol = symbol});
  return made;
}

class ReferencesTest : public testing::Test {
 protected:
  ReferencesTest() {
    setup_.symbols = {"AAA", "BBB", "CCC", "DDD", "EEE", "BMK"};
    setup_.universe.version = "one";
    setup_.universe.benchmarks[0] = "BMK";
    setup_.universe.baskets = {basket("chips", Wave::kCompute, {"AAA", "BBB", "CCC", "DDD"}),
                               basket("power", Wave::kPhysical, {"EEE", "AAA", "BBB"})};
    setup_.conditions = {Eligibility{}};
    next_ = {setup_.universe, {}, {}};
    next_.universe.version = "two";
    fold_ = std::make_unique<pipeline::Fold>(setup_);
    sink_ = std::make_unique<CaptureSink>(*fold_);
  }
  void apply(const Record& record) { fold_->apply(record, ++jseq_, *sink_); }
  // AAA, BBB and EEE rise by a cent a session, the others fall.
  void bars(unsigned day) {
    apply(bars_roll(day));
    std::vector<Record> records;
    for (std::uint32_t symbol = 0; symbol < fold_->symbols().size(); ++symbol) {
      const bool rises = symbol == 0 || symbol == 1 || symbol == 4;
      const std::int64_t price = (10'000 + (rises ? 1 : -1) * static_cast<std::int64_t>(day)) * kCent;
      add_bar(records, symbol, test_day(day).close_ns, price, price, price, price, 100);
    }
    for (const Record& record : records) apply(record);
    apply(pulse_record(test_day(day).close_ns + 1));
  }
  void history() {
    for (unsigned day = 0; day < kHistory; ++day) bars(day);
    sink_->edges.clear();
    sink_->whys.clear();
  }
  void change(unsigned effective_day) {
    fold_->offer(next_);
    apply(reference_record(2, 7, test_day(effective_day).session, kRosterChanged));
  }
  std::vector<std::string> members(const std::string& scope) const {
    std::vector<std::string> names;
    for (std::size_t pool = 0; pool < fold_->book().scope_count(); ++pool) {
      if (fold_->book().scope_name(pool) != scope) continue;
      for (const std::uint32_t symbol : fold_->book().members(pool)) names.push_back(fold_->symbols()[symbol]);
    }
    return names;
  }
  // Of the only edge of that scope.
  std::size_t edge_of(const std::string& scope) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < sink_->edges.size(); ++i) {
      if (fold_->scope_names()[sink_->edges[i].scope] == scope) found.push_back(i);
    }
    EXPECT_EQ(found.size(), 1U) << scope;
    return found.at(0);
  }

  pipeline::FoldSetup setup_;
  ReferenceData next_;
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<CaptureSink> sink_;
  std::uint64_t jseq_ = 0;
};

using Names = std::vector<std::string>;

TEST_F(ReferencesTest, HoldFromTheFirstRollOfTheirSessionOrALaterOne) {
  next_.universe.baskets[0].members[3].symbol = "EEE";
  history();
  change(kHistory + 1);
  EXPECT_EQ(members("chips"), (Names{"AAA", "BBB", "CCC", "DDD"}));
  apply(live_roll(kHistory));
  EXPECT_EQ(members("chips"), (Names{"AAA", "BBB", "CCC", "DDD"})) << "its session has not come";
  apply(live_roll(kHistory + 2));
  EXPECT_EQ(members("chips"), (Names{"AAA", "BBB", "CCC", "EEE"}));
  EXPECT_EQ(fold_->counters().reference_changes, 1U);
  EXPECT_TRUE(fold_->book().sums_hold());
}

// DDD (below its average) gives its place to EEE (above it): 2 of 4 become 3 of 4. The basket, its wave and the thesis; not the other
// basket, whose members stay.
TEST_F(ReferencesTest, TheEdgeHasTheNumberUnderBothRostersAndWhoJoinedAndLeft) {
  next_.universe.baskets[0].members[3].symbol = "EEE";
  history();
  change(kHistory);
  EXPECT_TRUE(sink_->edges.empty());
  apply(live_roll(kHistory));
  ASSERT_EQ(sink_->edges.size(), 3U);
  for (const Edge& edge : sink_->edges) {
    EXPECT_EQ(edge.type, EdgeType::kRosterChange);
    EXPECT_EQ(fold_->signal_names()[edge.signal], "pct_above_sma_50");
    EXPECT_EQ(edge.roster, fold_->book().roster_hash());
    EXPECT_EQ(edge.present, kValuePresent | kPriorPresent);
  }
  for (const char* scope : {"chips", "wave:compute"}) {
    const std::size_t i = edge_of(scope);
    EXPECT_EQ(sink_->edges[i].prior, 50.0);
    EXPECT_EQ(sink_->edges[i].value, 75.0);
    EXPECT_EQ(sink_->edges[i].n_members, 4U);
    EXPECT_EQ(sink_->whys[i], (std::vector<Why>{{-1, 3, 0}, {1, 4, 0}}));
  }
  const std::size_t thesis = edge_of("thesis");  // five members of which three are above, then four
  EXPECT_EQ(sink_->edges[thesis].prior, 60.0);
  EXPECT_EQ(sink_->edges[thesis].value, 75.0);
  EXPECT_EQ(sink_->whys[thesis], (std::vector<Why>{{-1, 3, 0}}));
}

TEST_F(ReferencesTest, NewSymbolsAndScopesGetTheNextNumbersAndNoneIsTakenBack) {
  const Names before = fold_->scope_names();
  EXPECT_EQ(before, (Names{"chips", "power", "wave:compute", "wave:physical", "thesis", "symbols"}));
  next_.universe.baskets = {basket("software", Wave::kMonetization, {"FFF", "GGG", "AAA"}), next_.universe.baskets[1]};
  history();
  const std::uint64_t chips_seq = fold_->next_level_seq(0);
  change(kHistory);
  const Names now{"chips", "power", "wave:compute", "wave:physical", "thesis", "symbols", "software", "wave:monetization"};
  EXPECT_EQ(fold_->scope_names(), now) << "known when it is announced";
  EXPECT_EQ(fold_->symbols(), (Names{"AAA", "BBB", "CCC", "DDD", "EEE", "BMK", "FFF", "GGG"}));
  apply(live_roll(kHistory));
  EXPECT_EQ(fold_->scope_names(), now);
  EXPECT_EQ(sink_->edges[edge_of("chips")].present, kPriorPresent) << "it is gone: there is no number now";
  EXPECT_EQ(sink_->whys[edge_of("chips")].size(), 4U);
  EXPECT_EQ(sink_->edges[edge_of("software")].present & kPriorPresent, 0);
  // A session later it comes back, under its old number, and its levels are numbered on.
  next_.universe.baskets.push_back(basket("chips", Wave::kCompute, {"AAA", "BBB", "CCC", "DDD"}));
  change(kHistory + 1);
  EXPECT_EQ(fold_->scope_names(), now);
  bars(kHistory + 1);
  EXPECT_EQ(fold_->next_level_seq(0), chips_seq + 1);
  EXPECT_EQ(fold_->symbols().size(), 8U);
}

// BBB leaves every basket for a session and is followed all the same: back in, it knows its 50 closes and its reference.
TEST_F(ReferencesTest, ASymbolThatLeftAndComesBackHasNoHoleInItsHistory) {
  for (Basket& each : next_.universe.baskets) std::erase_if(each.members, [](const Member& member) { return member.symbol == "BBB"; });
  history();
  change(kHistory);
  bars(kHistory);
  next_.universe.baskets = setup_.universe.baskets;
  change(kHistory + 1);
  apply(live_roll(kHistory + 1));
  EXPECT_EQ(members("chips"), (Names{"AAA", "BBB", "CCC", "DDD"}));
  EXPECT_EQ(fold_->market().states()[1].closes, kHistory + 1);
  EXPECT_EQ(fold_->market().states()[1].ref_e9, (10'000 + static_cast<std::int64_t>(kHistory)) * kCent);
}

// What the baskets remember goes on: an index that a reload reset to 100 would show here.
TEST_F(ReferencesTest, BasketsRememberAcrossAChange) {
  history();
  const double adl = sink_->level("chips", "adl").value, index = sink_->level("power", "idx_ew").value;
  EXPECT_EQ(adl, 0.0);  // two up, two down, each session
  EXPECT_GT(index, 100.0);
  next_.universe.baskets[0].members.pop_back();
  change(kHistory);
  bars(kHistory);
  EXPECT_EQ(sink_->level("chips", "adl").value, 1.0);
  EXPECT_GT(sink_->level("power", "idx_ew").value, index);
}

TEST_F(ReferencesTest, ARecordThatNobodyOfferedAnythingForChangesNothing) {
  history();
  apply(reference_record(2, 7, test_day(kHistory).session, kRosterChanged));
  apply(live_roll(kHistory));
  EXPECT_TRUE(sink_->edges.empty());
  EXPECT_EQ(fold_->counters().reference_changes, 1U);
}

TEST_F(ReferencesTest, ActionsOfAChangeApplyOnceAtItsRoll) {
  next_.actions = {{"AAA", test_day(kHistory).session, "split", 500'000'000'000, 2'000'000'000'000, 0}};
  history();
  const std::int64_t close = fold_->market().states()[0].last_e9;
  change(kHistory);
  apply(live_roll(kHistory));
  EXPECT_EQ(fold_->market().states()[0].ref_e9, close / 2);
  apply(live_roll(kHistory + 1));  // nothing traded: no new close
  EXPECT_EQ(fold_->market().states()[0].ref_e9, close / 2);
}

// A dividend of more than the price, and a factor that leaves nothing of it: the member has no history that means anything.
TEST_F(ReferencesTest, AnImpossibleActionLeavesNoNumberBehind) {
  next_.actions = {{"AAA", test_day(kHistory).session, "cash", 0, 1'000'000'000'000, 200 * 100 * kCent},
                   {"BBB", test_day(kHistory).session, "split", 1, 1'000'000'000'000, 0},
                   {"CCC", test_day(kHistory).session, "split", 1'000'000'000'000'000'000, 1, 0}};
  history();
  change(kHistory);
  apply(live_roll(kHistory));
  for (const std::uint32_t symbol : {0U, 1U, 2U}) {
    const SymbolState& state = fold_->market().states()[symbol];
    EXPECT_TRUE(state.suspect);
    EXPECT_EQ(state.ref_e9, 0);
    EXPECT_EQ(state.closes, 0U);
    EXPECT_EQ(fold_->market().returns().at_e12(symbol, 1), ReturnHistory::kNone);
  }
  EXPECT_FALSE(fold_->market().states()[3].suspect);
  apply(trade(3, test_day(kHistory).open_ns + kSecond, 9'000 * kCent));
  apply(pulse_record(test_day(kHistory).open_ns + 3 * kSecond));
  const Level& level = sink_->level("chips", "adv", Clock::kLive);
  EXPECT_EQ(level.validity, Validity::kInsufficient);
  EXPECT_NE(level.flags & kFlagSuspectMembers, 0U);
}

}  // namespace
}  // namespace groundswell
