// What the fold makes of second thoughts: the accounting, commits that run again, REVISION, triggers that a correction sets off, and the
// edges of quarantine.
#include <gtest/gtest.h>

#include <numeric>

#include "support/capture_sink.hpp"
#include "support/one_basket.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

class RevisionTest : public testing::Test {
 protected:
  RevisionTest() {
    setup_.conditions = {Eligibility{},
                         Eligibility{.high_low = false, .last = false, .volume = false, .vwap = false, .official_close = true}};
  }
  void add_trigger(const char* type, const char* signal, double enter, double exit, std::uint32_t dwell_commits = 1) {
    Trigger made;
    made.type = static_cast<std::uint8_t>(find_trigger_type(type) - kTriggerTypes.data());
    made.name = std::string(type) + ":" + signal;
    made.signal = signal;
    made.scopes = {"b"};
    made.evaluate = Evaluate::kClose;
    made.enter = {.test = Threshold::Test::kAtLeast, .bound = enter};
    made.exit = {.test = Threshold::Test::kAtMost, .bound = exit};
    made.dwell_commits = dwell_commits;
    setup_.triggers.push_back(made);
  }
  // A session before in which everything closes at 100 dollars, and another in which the members close at `closes_e9`: their trades have
  // the ids 1 to 5.
  void closed_session(const std::vector<std::int64_t>& closes_e9) {
    fold_ = std::make_unique<pipeline::Fold>(setup_);
    sink_ = std::make_unique<CaptureSink>(*fold_, CaptureSink::Keep::kEverything);
    apply(live_roll(0));
    for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, test_day(0).open_ns + kSecond, kHundred));
    apply(pulse_record(test_day(0).final_ns + 1));
    session(1, closes_e9);
  }
  void session(unsigned n, const std::vector<std::int64_t>& closes_e9) {
    day_ = test_day(n);
    apply(live_roll(n));
    for (std::uint32_t symbol = 0; symbol < closes_e9.size(); ++symbol)
      apply(numbered(Action::kTrade, symbol, 10, closes_e9[symbol], symbol + 1));
    apply(pulse_record(day_.final_ns + 1));
    forget();
  }
  void forget() {
    sink_->rows.clear();
    sink_->edges.clear();
    sink_->whys.clear();
  }
  Record numbered(Action action, std::uint32_t symbol, double seconds, std::int64_t price_e9, std::uint64_t id, std::uint64_t size = 100) {
    Record record = trade(symbol, day_.open_ns + static_cast<std::uint64_t>(seconds * 1e9), price_e9, size);
    record.tick.action = action;
    record.tick.trade_id = id;
    return record;
  }
  void apply(const Record& record) {
    fold_->apply(record, ++jseq_, *sink_);
    const auto& counters = fold_->counters();
    ASSERT_EQ(std::accumulate(counters.outcomes.begin(), counters.outcomes.end(), std::uint64_t{0}),
              counters.ticks + counters.dropped_at_gaps);
  }
  void pulse_after_final(std::uint64_t seconds) { apply(pulse_record(day_.final_ns + seconds * kSecond)); }
  std::uint64_t outcome(market::Outcome of) const { return fold_->counters().outcomes[static_cast<std::size_t>(of)]; }
  std::vector<Edge> edges(EdgeType type) const {
    std::vector<Edge> found;
    for (const Edge& edge : sink_->edges) {
      if (edge.type == type) found.push_back(edge);
    }
    return found;
  }
  const Edge* revision(const std::string& signal, const std::string& scope = "b") const {
    for (const Edge& edge : sink_->edges) {
      const std::string name = fold_->scope_names()[edge.scope];
      if (edge.type == EdgeType::kRevision && name == scope && fold_->signal_names()[edge.signal] == signal) return &edge;
    }
    return nullptr;
  }

  pipeline::FoldSetup setup_ = one_basket();
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<CaptureSink> sink_;
  std::uint64_t jseq_ = 0;
  TestDay day_ = test_day(1);
};

TEST_F(RevisionTest, AtTheFinalCommitEveryNumberThatDiffersFromTheProvisionalOneIsToldOnce) {
  closed_session({kHundred, kHundred, kHundred, kHundred, kHundred});
  day_ = test_day(2);
  apply(live_roll(2));
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(numbered(Action::kTrade, symbol, 10, kHundred + kCent, symbol + 1));
  apply(pulse_record(day_.provisional_ns + 1));
  EXPECT_TRUE(edges(EdgeType::kRevision).empty());
  forget();
  Record official = trade(0, day_.provisional_ns + kSecond, kHundred - 5 * kCent);
  official.tick.cond_set = 1;
  apply(official);
  apply(pulse_record(day_.final_ns + 1));
  const Edge* adv = revision("adv");
  ASSERT_NE(adv, nullptr);
  EXPECT_EQ(adv->prior, 4.0);
  EXPECT_EQ(adv->value, 3.0);
  EXPECT_EQ(adv->direction, -1);
  EXPECT_EQ(adv->session, day_.session);
  EXPECT_EQ(adv->ts_event_ns, day_.final_ns);
  EXPECT_EQ(adv->clock, Clock::kClose);
  EXPECT_EQ(adv->validity, Validity::kOk);
  EXPECT_EQ(adv->present, kValuePresent | kPriorPresent);
  EXPECT_EQ(adv->flags & kFlagRevised, 0U);
  EXPECT_EQ(revision("untraded"), nullptr);  // still 0
  std::vector<EventId> ids;
  for (const Edge& edge : edges(EdgeType::kRevision)) {
    for (const EventId& id : ids) EXPECT_FALSE(edge.event_id == id);
    ids.push_back(edge.event_id);
  }
  EXPECT_EQ(sink_->level("b", "adv").value, 3.0);
}

TEST_F(RevisionTest, ACancelAfterTheFinalCommitRunsItOnceMoreAtTheNextPulse) {
  closed_session({kHundred + kCent, kHundred + kCent, kHundred + kCent, kHundred - kCent, kHundred});
  EXPECT_EQ(sink_->level("b", "adl").value, 2.0);
  apply(numbered(Action::kCancel, 0, 30'000, 0, 1, 0));
  EXPECT_EQ(outcome(market::Outcome::kCancelled), 1U);
  EXPECT_TRUE(sink_->edges.empty());
  pulse_after_final(2'010);
  const auto commits = edges(EdgeType::kCommit);
  ASSERT_EQ(commits.size(), 1U);
  EXPECT_EQ(commits[0].flags, kFlagRevised);
  EXPECT_EQ(commits[0].direction, 1);
  const Edge* adl = revision("adl");
  ASSERT_NE(adl, nullptr);
  EXPECT_EQ(adl->prior, 2.0);
  EXPECT_EQ(adl->value, 1.0);
  EXPECT_EQ(adl->flags & kFlagRevised, kFlagRevised);
  EXPECT_EQ(adl->ts_event_ns, day_.final_ns + 2'010 * kSecond);
  EXPECT_EQ(sink_->level("b", "untraded").value, 1.0);
  EXPECT_EQ(sink_->level("b", "adl").flags & kFlagRevised, kFlagRevised);
  EXPECT_EQ(sink_->level("b", "adl").validity, Validity::kOk);
  forget();
  pulse_after_final(2'020);  // once
  EXPECT_TRUE(sink_->edges.empty());
  apply(numbered(Action::kTrade, 0, 30'100, kHundred, 77));
  EXPECT_EQ(outcome(market::Outcome::kAfterFinal), 1U);
  session(2, {kHundred, kHundred + kCent, kHundred + kCent, kHundred - kCent, kHundred});  // against the corrected closes nothing moves
  EXPECT_EQ(sink_->level("b", "adv").value, 0.0);
  EXPECT_EQ(sink_->level("b", "adl").value, 1.0);
}

TEST_F(RevisionTest, WithoutAPulseTheRollRunsIt) {
  closed_session({kHundred + kCent, kHundred + kCent, kHundred + kCent, kHundred - kCent, kHundred});
  apply(numbered(Action::kCorrect, 3, 30'000, kHundred + 2 * kCent, 4));
  EXPECT_EQ(outcome(market::Outcome::kCorrected), 1U);
  apply(live_roll(2));
  ASSERT_NE(revision("adv"), nullptr);
  EXPECT_EQ(revision("adv")->value, 4.0);
  EXPECT_EQ(sink_->level("b", "adl").value, 4.0);
  EXPECT_EQ(fold_->market().states()[3].ref_e9, kHundred + 2 * kCent);
}

TEST_F(RevisionTest, AfterTheRollACorrectionIsCountedAndChangesNothing) {
  closed_session({kHundred + kCent, kHundred + kCent, kHundred + kCent, kHundred - kCent, kHundred});
  apply(live_roll(2));
  forget();
  apply(numbered(Action::kCancel, 0, 86'400, 0, 1, 0));
  apply(numbered(Action::kCorrect, 1, 86'401, kHundred, 2));
  apply(numbered(Action::kCancel, 0, 86'402, 0, 4711, 0));
  EXPECT_EQ(outcome(market::Outcome::kCorrectionAfterRoll), 2U);
  EXPECT_EQ(outcome(market::Outcome::kUnknownCancel), 1U);
  pulse_after_final(100'000);
  EXPECT_TRUE(edges(EdgeType::kRevision).empty());
  EXPECT_EQ(fold_->market().states()[0].ref_e9, kHundred + kCent);
}

TEST_F(RevisionTest, ACloseTriggerThatNowHoldsFiresAndNothingUnfires) {
  add_trigger("THRESHOLD", "adv", 4, 2);
  add_trigger("THRESHOLD", "dec", 1, 0);
  closed_session({kHundred, kHundred, kHundred, kHundred, kHundred});  // primes them: both off
  session(2, {kHundred + kCent, kHundred + kCent, kHundred + kCent, kHundred - kCent, kHundred});
  session(3, {kHundred + 2 * kCent, kHundred + 2 * kCent, kHundred + 2 * kCent, kHundred - 2 * kCent, kHundred});
  // Now dec is on. The fourth symbol rose, really: adv is 4 and dec 0.
  apply(numbered(Action::kCorrect, 3, 30'000, kHundred + kCent, 4));
  pulse_after_final(2'010);
  const auto fired = edges(EdgeType::kThreshold);
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fold_->trigger_names()[fired[0].trigger], "THRESHOLD:adv");
  EXPECT_EQ(fired[0].value, 4.0);
  EXPECT_EQ(fired[0].flags & kFlagRevised, kFlagRevised);
  forget();
  apply(numbered(Action::kCancel, 0, 30'001, 0, 1, 0));  // and adv is 3 again: it stays on
  pulse_after_final(2'020);
  EXPECT_TRUE(edges(EdgeType::kThreshold).empty());
  EXPECT_EQ(revision("adv")->value, 3.0);
  apply(live_roll(4));
  forget();
  day_ = test_day(4);
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) apply(numbered(Action::kTrade, symbol, 10, kHundred * 99 / 100, symbol + 1));
  apply(pulse_record(day_.final_ns + 1));
  const auto off = edges(EdgeType::kThreshold);  // at an ordinary commit they go off: adv was on
  ASSERT_EQ(off.size(), 1U);
  EXPECT_EQ(fold_->trigger_names()[off[0].trigger], "THRESHOLD:adv");
  EXPECT_EQ(off[0].direction, -1);
}

TEST_F(RevisionTest, ADwellOfCommitsCountsASessionOnce) {
  add_trigger("THRESHOLD", "adv", 3, 0, 2);
  closed_session({kHundred, kHundred, kHundred, kHundred, kHundred});
  session(2, {kHundred + kCent, kHundred + kCent, kHundred + kCent, kHundred, kHundred});  // the first of two
  apply(numbered(Action::kCorrect, 3, 30'000, kHundred + kCent, 4));
  pulse_after_final(2'010);
  EXPECT_NE(revision("adv"), nullptr);
  EXPECT_TRUE(edges(EdgeType::kThreshold).empty());  // not the second
  day_ = test_day(3);
  apply(live_roll(3));
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) apply(numbered(Action::kTrade, symbol, 10, kHundred + 2 * kCent, symbol + 1));
  apply(pulse_record(day_.final_ns + 1));
  EXPECT_EQ(edges(EdgeType::kThreshold).size(), 1U);
}

TEST_F(RevisionTest, AHeldTradeIsToldAndFlaggedUntilItIsBelievedOrItsTimeIsOver) {
  closed_session({kHundred, kHundred, kHundred, kHundred, kHundred});
  day_ = test_day(2);
  apply(live_roll(2));
  const auto at = [&](double seconds, std::uint32_t symbol, std::int64_t price_e9) {
    apply(numbered(Action::kTrade, symbol, seconds, price_e9, 0));
  };
  for (std::uint32_t symbol = 1; symbol < 5; ++symbol) at(0.1, symbol, kHundred);
  for (int i = 0; i < 10; ++i) at(0.2, 0, kHundred);
  at(1.5, 0, kHundred + 500 * kCent);
  const auto held = edges(EdgeType::kSuspectTick);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].subject, 0U);
  EXPECT_EQ(held[0].direction, 1);
  EXPECT_NEAR(held[0].value, 0.05, 1e-12);
  EXPECT_EQ(held[0].flags, kFlagSuspectMembers);
  const auto flagged = [&](double until) {
    apply(pulse_record(day_.open_ns + static_cast<std::uint64_t>(until * 1e9)));
    return (sink_->level("b", "adv", Clock::kLive).flags & kFlagSuspectMembers) != 0;
  };
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).value, 0.0);
  EXPECT_TRUE(flagged(2.1));
  EXPECT_TRUE(flagged(6.4));   // step 6 is 4.5 s later
  EXPECT_FALSE(flagged(7.1));  // step 7: its time is over, though nothing traded
  at(8.1, 0, kHundred);
  at(8.2, 0, kHundred + 500 * kCent);
  at(8.3, 0, kHundred + 500 * kCent);
  at(8.4, 0, kHundred + 500 * kCent);
  const auto all = edges(EdgeType::kSuspectTick);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2].direction, -1);
  EXPECT_FALSE(flagged(9.1));
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).value, 1.0);
  EXPECT_EQ(outcome(market::Outcome::kQuarantined), 3U);
  EXPECT_EQ(fold_->counters().believed, 2U);
}

TEST_F(RevisionTest, ACancelThatIsOnlyNearlyRightIsFlaggedOnVolumesAndExtremesUntilTheRoll) {
  closed_session({kHundred, kHundred, kHundred, kHundred, kHundred});
  day_ = test_day(2);
  apply(live_roll(2));
  for (std::uint32_t symbol = 1; symbol < 5; ++symbol) apply(numbered(Action::kTrade, symbol, 0.1, kHundred, 1));
  for (unsigned i = 1; i <= 300; ++i) apply(numbered(Action::kTrade, 0, 0.2, kHundred + kCent, i, 10));
  Record cancel = numbered(Action::kCancel, 0, 0.3, kHundred + kCent, 1, 10);
  apply(cancel);
  EXPECT_EQ(outcome(market::Outcome::kCancelledRoughly), 1U);
  apply(pulse_record(day_.open_ns + 2 * kSecond));
  EXPECT_EQ(sink_->level("b", "up_vol", Clock::kLive).value, 2990.0);
  EXPECT_EQ(sink_->level("b", "up_vol", Clock::kLive).flags & kFlagApproxCancel, kFlagApproxCancel);
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).flags & kFlagApproxCancel, 0U);
  session(3, {kHundred, kHundred, kHundred, kHundred, kHundred});
  EXPECT_EQ(sink_->level("b", "up_vol").flags & kFlagApproxCancel, 0U);
}

}  // namespace
}  // namespace groundswell
