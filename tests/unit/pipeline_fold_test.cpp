// What happens in which order: steps, commits, rolls, late ticks, bars, halts, gaps, suspects.
#include <gtest/gtest.h>

#include "pipeline/fold.hpp"
#include "support/capture_sink.hpp"
#include "support/one_basket.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

class FoldTest : public testing::Test {
 protected:
  FoldTest() {
    setup_.conditions = {
        Eligibility{}, Eligibility{.high_low = false, .last = false, .volume = true, .vwap = false},            // 1: volume only
        Eligibility{.high_low = false, .last = false, .volume = false, .vwap = false, .official_close = true},  // 2: official close
        Eligibility{.high_low = true, .last = true, .volume = true, .vwap = true, .closing = true}};            // 3: closing print
  }
  void begin() {
    fold_ = std::make_unique<pipeline::Fold>(setup_);
    sink_ = std::make_unique<CaptureSink>(*fold_, CaptureSink::Keep::kEverything);
  }
  void apply(const Record& record) { fold_->apply(record, ++jseq_, *sink_); }
  // A session before: every symbol closes at 100 dollars.
  void history() {
    begin();
    apply(bars_roll(0));
    std::vector<Record> bars;
    for (std::uint32_t symbol = 0; symbol < 5; ++symbol)
      add_bar(bars, symbol, test_day(0).close_ns, kHundred, kHundred, kHundred, kHundred, 100);
    for (const Record& record : bars) apply(record);
    apply(pulse_record(test_day(0).close_ns + 1));
    sink_->rows.clear();
    sink_->edges.clear();
  }
  std::uint64_t at(double seconds) const { return day_.open_ns + static_cast<std::uint64_t>(seconds * 1e9); }
  std::vector<CaptureSink::Row> rows(const std::string& signal, std::uint64_t ts_event_ns) const {
    std::vector<CaptureSink::Row> found;
    for (const CaptureSink::Row& row : sink_->rows) {
      if (row.scope == "b" && row.signal == signal && row.ts_event_ns == ts_event_ns) found.push_back(row);
    }
    return found;
  }
  std::uint64_t outcome(market::Outcome which) const { return fold_->counters().outcomes[static_cast<std::size_t>(which)]; }

  pipeline::FoldSetup setup_ = one_basket();
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<CaptureSink> sink_;
  std::uint64_t jseq_ = 0;
  const TestDay day_ = test_day(1);
};

// The table of semantics: A .900, B :01.000, C :01.200 closes step :01, D .950 is late and counts in :02, a pulse at :03.100 closes :02 and
// :03.
TEST_F(FoldTest, StepsCloseJustBeforeTheFirstLaterRecord) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 3; ++symbol) apply(trade(symbol, at(0.9), kHundred + kCent));  // A
  apply(trade(3, at(1.0), kHundred + kCent));                                                            // B: in step :01
  EXPECT_TRUE(sink_->rows.empty());
  apply(trade(0, at(1.2), kHundred - kCent));  // C
  ASSERT_EQ(rows("adv", at(1)).size(), 1U);
  EXPECT_EQ(rows("adv", at(1))[0].level.value, 4);
  apply(trade(1, at(0.95), kHundred - kCent));  // D: late, applied on arrival
  EXPECT_EQ(fold_->event_time_ns(), at(1.2));
  EXPECT_EQ(rows("adv", at(1)).size(), 1U);
  apply(pulse_record(at(3.1)));
  ASSERT_EQ(rows("adv", at(2)).size(), 1U);
  EXPECT_EQ(rows("adv", at(2))[0].level.value, 2);
  EXPECT_TRUE(rows("adv", at(3)).empty());  // nothing changed since :02
}

TEST_F(FoldTest, TheFirstStepOfASessionPublishesEverythingAndLaterOnesOnlyChanges) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, at(0.5), kHundred + kCent));
  apply(pulse_record(at(1.5)));
  std::size_t first = sink_->rows.size(), live = 0;
  for (const signal::CatalogRow& row : fold_->signals()) {
    if ((row.info->clocks & signal::kLiveOnly) == 0) continue;
    for (const signal::Scopes scope : {signal::kInBaskets, signal::kInWaves, signal::kInThesis}) live += (row.info->scopes & scope) != 0;
  }
  EXPECT_EQ(first, live);
  apply(trade(0, at(2.5), kHundred + kCent, 7));  // same price: only volumes move
  apply(pulse_record(at(3.5)));
  for (std::size_t i = first; i < sink_->rows.size(); ++i) EXPECT_NE(sink_->rows[i].signal, "adv");
  EXPECT_EQ(rows("up_vol", at(3))[0].level.value, 407);
}

TEST_F(FoldTest, ProvisionalThenFinalCommitWithTheOfficialClose) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, at(10), kHundred + kCent));
  apply(pulse_record(day_.provisional_ns + 1));
  ASSERT_EQ(rows("adv", day_.provisional_ns).size(), 1U);
  EXPECT_EQ(rows("adv", day_.provisional_ns)[0].level.validity, Validity::kProvisional);
  EXPECT_EQ(rows("adv", day_.provisional_ns)[0].level.flags & kFlagProvisional, kFlagProvisional);
  EXPECT_EQ(rows("adl", day_.provisional_ns)[0].level.value, 4);
  Record official = trade(0, day_.provisional_ns + kSecond, kHundred - 5 * kCent);
  official.tick.cond_set = 2;
  apply(official);
  apply(pulse_record(day_.final_ns + 1));
  EXPECT_EQ(rows("adv", day_.final_ns)[0].level.value, 3);
  EXPECT_EQ(rows("dec", day_.final_ns)[0].level.value, 1);
  EXPECT_EQ(rows("adl", day_.final_ns)[0].level.value, 2);  // from base again: the provisional commit left nothing behind
  EXPECT_EQ(rows("adv", day_.final_ns)[0].level.validity, Validity::kOk);
  std::erase_if(sink_->edges, [](const Edge& edge) { return edge.type == EdgeType::kRevision; });
  ASSERT_EQ(sink_->edges.size(), 2U);
  EXPECT_EQ(sink_->edges[0].direction, -1);
  EXPECT_EQ(sink_->edges[1].direction, 1);
  apply(trade(0, day_.final_ns + 2, kHundred));
  EXPECT_EQ(outcome(market::Outcome::kAfterFinal), 1U);
}

TEST_F(FoldTest, ARollBeforeTheFinalCommitCommitsLate) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, at(10), kHundred + kCent));
  apply(live_roll(2));
  ASSERT_FALSE(sink_->edges.empty());
  EXPECT_EQ(sink_->edges.back().type, EdgeType::kCommit);
  EXPECT_EQ(sink_->edges.back().flags & kFlagLateCommit, kFlagLateCommit);
  EXPECT_EQ(sink_->level("b", "adl").value, 4);
  EXPECT_EQ(fold_->session(), test_day(2).session);
}

TEST_F(FoldTest, AnAmendedRollMovesOnlyTheInstants) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, at(10), kHundred + kCent));
  const std::uint64_t close = at(3600), final = at(7200);
  apply(roll_record(day_.session, SessionMode::kLive, day_.open_ns, close, 0, final, kRollAmended));
  apply(trade(0, at(3601), kHundred));
  EXPECT_EQ(outcome(market::Outcome::kOutsideHours), 1U);
  apply(pulse_record(final + 1));
  ASSERT_EQ(sink_->edges.size(), 1U);
  EXPECT_EQ(sink_->edges[0].ts_event_ns, final);
  EXPECT_EQ(sink_->level("b", "adv").value, 4);
  apply(live_roll(0));  // an older session: refused, counted
  EXPECT_EQ(fold_->counters().stale_rolls, 1U);
}

TEST_F(FoldTest, ASessionThatBeganLateIsPartialAndAnAmendedCloseEndsTheGrid) {
  history();
  Record late = live_roll(1);
  late.roll.flags = kRollStartedLate;
  apply(late);
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, at(1.5), kHundred + kCent));
  apply(roll_record(day_.session, SessionMode::kLive, day_.open_ns, at(1), 0, at(7200), kRollAmended));  // the market closed already
  apply(pulse_record(at(10)));
  EXPECT_TRUE(rows("adv", at(2)).empty());
  apply(pulse_record(at(7201)));
  EXPECT_EQ(sink_->level("b", "up_vol").flags & kFlagPartialSession, kFlagPartialSession);
}

TEST_F(FoldTest, ASessionWithoutAnyTradeIsInsufficientAndEntersNoMemory) {
  history();
  apply(live_roll(1));
  apply(pulse_record(day_.final_ns + 1));
  for (const char* signal : {"adv", "idx_ew", "adl", "rs_bmk", "pct_outperf_1"}) {
    EXPECT_EQ(sink_->level("b", signal).validity, Validity::kInsufficient) << signal;
    EXPECT_EQ(sink_->level("b", signal).flags & kFlagGap, kFlagGap) << signal;
  }
  apply(live_roll(2));
  EXPECT_EQ(fold_->market().states()[0].closes, 1U);
}

TEST_F(FoldTest, ConditionsAndHoursDecideWhatATradeMayDo) {
  history();
  apply(live_roll(1));
  apply(trade(0, day_.open_ns - 1, kHundred + kCent));
  EXPECT_EQ(outcome(market::Outcome::kOutsideHours), 1U);
  apply(trade(0, at(1), kHundred + 2 * kCent));
  Record odd = trade(0, at(2), kHundred + 50 * kCent, 30);
  odd.tick.cond_set = 1;
  apply(odd);
  Record unknown = trade(0, at(3), kHundred + 60 * kCent, 40);
  unknown.tick.cond_set = 999;
  apply(unknown);
  Record doubted = trade(0, at(4), kHundred + 70 * kCent, 50);
  doubted.tick.flags |= kFlagSuspicious;
  apply(doubted);
  const SymbolState& s = fold_->market().states()[0];
  EXPECT_EQ(s.last_e9, kHundred + 2 * kCent);
  EXPECT_EQ(s.high_e9, kHundred + 2 * kCent);
  EXPECT_EQ(s.volume_shares, 220U);
  EXPECT_EQ(outcome(market::Outcome::kEligible), 6U);  // five bars of history and one trade
  EXPECT_EQ(outcome(market::Outcome::kVolumeOnly), 3U);
  EXPECT_EQ(fold_->counters().unknown_conditions, 1U);
  Record closing = trade(0, day_.close_ns + kSecond, kHundred + 9 * kCent);
  closing.tick.cond_set = 3;
  apply(closing);  // after the close, but a closing print counts until the final commit
  EXPECT_EQ(s.last_e9, kHundred + 9 * kCent);
}

TEST_F(FoldTest, BarsAreAtomicAndBelongToTheSessionThatHoldsThemWhole) {
  history();
  apply(live_roll(1));
  constexpr std::uint64_t kMinute = 60 * kSecond;
  std::vector<Record> tape;
  add_bar(tape, 0, day_.open_ns, kHundred, kHundred, kHundred, kHundred + kCent, 10, kMinute);  // ends at the open: before it
  add_bar(tape, 0, day_.open_ns + kMinute, kHundred, kHundred + 9 * kCent, kHundred, kHundred + kCent, 10, kMinute);
  add_bar(tape, 1, day_.open_ns + kMinute, kHundred, kHundred, kHundred, kHundred, 0, kMinute);  // no trade
  add_bar(tape, 2, day_.open_ns + kMinute, kHundred, kHundred, kHundred, kHundred, 10, kMinute);
  tape.erase(tape.end() - 2);  // its low is missing
  add_bar(tape, 3, day_.open_ns + kMinute, kHundred, kHundred, kHundred, kHundred, 10, kMinute);
  tape.pop_back();                                                                                            // its close is missing …
  add_bar(tape, 3, day_.open_ns + 2 * kMinute, kHundred, kHundred, kHundred, kHundred + kCent, 10, kMinute);  // … and the next bar comes
  add_bar(tape, 4, day_.open_ns + kMinute, kHundred, kHundred, kHundred, kHundred, 10, kMinute);
  tape.pop_back();  // its close is missing, and of the next bar the open: no bar is made of the two
  add_bar(tape, 4, day_.open_ns + 2 * kMinute, kHundred, kHundred, kHundred, kHundred, 10, kMinute);
  tape.erase(tape.end() - 4);
  add_bar(tape, 0, day_.close_ns, kHundred, kHundred, kHundred, kHundred + 2 * kCent, 10, kMinute);  // ends at the close: in it
  add_bar(tape, 0, day_.close_ns + kMinute, kHundred, kHundred, kHundred, kHundred, 10, kMinute);
  for (const Record& record : tape) apply(record);
  EXPECT_EQ(outcome(market::Outcome::kOutsideHours), 2U);
  EXPECT_EQ(outcome(market::Outcome::kZeroVolumeBar), 1U);
  EXPECT_EQ(outcome(market::Outcome::kIncompleteGroup), 4U);
  EXPECT_EQ(outcome(market::Outcome::kEligible), 5U + 3U);
  const SymbolState& s = fold_->market().states()[0];
  EXPECT_EQ(s.last_e9, kHundred + 2 * kCent);
  EXPECT_EQ(s.high_e9, kHundred + 9 * kCent);
  EXPECT_FALSE(fold_->market().states()[1].traded);
  std::uint64_t outcomes = 0;
  for (const std::uint64_t count : fold_->counters().outcomes) outcomes += count;
  EXPECT_EQ(fold_->counters().ticks, outcomes - fold_->counters().dropped_at_gaps);
}

TEST_F(FoldTest, AGapTaintsTheSymbolsOfItsFeedUntilTheyTradeAgain) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, at(0.5), kHundred + kCent, 100, symbol < 4 ? 1 : 2));
  apply(gap_record(1, 50, 59, GapCause::kLost, 0, 1));
  apply(pulse_record(at(1.5)));
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).flags & kFlagFeedGap, kFlagFeedGap);
  ASSERT_EQ(sink_->edges.size(), 1U);
  EXPECT_EQ(sink_->edges[0].type, EdgeType::kFeedGapOpen);
  EXPECT_EQ(sink_->edges[0].value, 10.0);
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) apply(trade(symbol, at(2), kHundred + kCent));
  apply(pulse_record(at(3.5)));
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).flags & kFlagFeedGap, 0U);               // prices have healed
  EXPECT_EQ(sink_->level("b", "up_vol", Clock::kLive).flags & kFlagFeedGap, kFlagFeedGap);  // volumes have not, until the roll
  EXPECT_EQ(sink_->edges.back().type, EdgeType::kFeedGapClosed);
}

TEST_F(FoldTest, HaltsAreFlagsOfMembersAndAValidityOfTheMarket) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, at(0.5), kHundred + kCent));
  const auto status = [&](StatusCode code, double seconds) {
    Record record = trade(2, at(seconds), kNoPrice, 0);
    record.tick.action = Action::kStatus;
    record.tick.trade_id = static_cast<std::uint64_t>(code);
    apply(record);
  };
  status(StatusCode::kHalt, 1.1);
  apply(pulse_record(at(2.5)));
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).flags & kFlagHaltedMembers, kFlagHaltedMembers);
  status(StatusCode::kResume, 3.1);
  status(StatusCode::kMarketHalt, 3.2);
  apply(pulse_record(at(4.5)));
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).flags & kFlagHaltedMembers, 0U);
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).validity, Validity::kHaltedMarket);
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).value, 4);
  status(StatusCode::kMarketResume, 5.1);
  apply(pulse_record(at(6.5)));
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).validity, Validity::kOk);
  ASSERT_EQ(sink_->edges.size(), 4U);
}

TEST_F(FoldTest, ASilentBenchmarkGoesStaleAfterFiveSeconds) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) apply(trade(symbol, at(0.5), kHundred + kCent));
  apply(pulse_record(at(1.5)));
  EXPECT_EQ(sink_->level("b", "pct_outperf_1", Clock::kLive).validity, Validity::kStaleInput);  // has not traded: no value
  EXPECT_EQ(sink_->level("b", "pct_outperf_1", Clock::kLive).present, 0);
  apply(trade(4, at(2), kHundred));
  apply(pulse_record(at(7.5)));
  EXPECT_EQ(sink_->level("b", "pct_outperf_1", Clock::kLive).validity, Validity::kOk);
  EXPECT_EQ(sink_->level("b", "pct_outperf_1", Clock::kLive).value, 100.0);
  apply(pulse_record(at(8.5)));
  EXPECT_EQ(sink_->level("b", "pct_outperf_1", Clock::kLive).validity, Validity::kStaleInput);
  EXPECT_EQ(sink_->level("b", "pct_outperf_1", Clock::kLive).present, 1);
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).validity, Validity::kOk);
}

TEST_F(FoldTest, AnOpeningFarFromTheReferenceIsASuspectForThatSessionOnly) {
  history();
  apply(live_roll(1));
  apply(trade(0, at(0.1), kHundred * 135 / 100));          // exactly 35 %: not over it
  apply(trade(1, at(0.2), kHundred * 135 / 100 + kCent));  // over
  for (std::uint32_t symbol = 2; symbol < 5; ++symbol) apply(trade(symbol, at(0.5), kHundred + kCent));
  apply(pulse_record(at(1.5)));
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).value, 3);
  EXPECT_EQ(sink_->level("b", "adv", Clock::kLive).flags & kFlagSuspectMembers, kFlagSuspectMembers);
  ASSERT_EQ(sink_->edges.size(), 1U);
  EXPECT_EQ(sink_->edges[0].type, EdgeType::kCorpActionSuspect);
  EXPECT_EQ(sink_->edges[0].subject, 1U);
  EXPECT_NEAR(sink_->edges[0].value, 0.3501, 1e-12);
  apply(pulse_record(day_.final_ns + 1));
  apply(live_roll(2));
  EXPECT_EQ(fold_->market().states()[1].ref_e9, kHundred * 135 / 100 + kCent);
  EXPECT_FALSE(fold_->market().states()[1].suspect);
}

TEST_F(FoldTest, AveragePriceCountsTenMinutesAfterTheFirstTrade) {
  history();
  apply(live_roll(1));
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) {
    apply(trade(symbol, at(0.5), kHundred, 100));
    apply(trade(symbol, at(1), kHundred + kCent, 100));
  }
  apply(pulse_record(at(600.2)));
  EXPECT_EQ(sink_->level("b", "pct_above_vwap", Clock::kLive).validity, Validity::kInsufficient);
  apply(pulse_record(at(601.2)));  // nothing traded: the deadline alone closes it
  EXPECT_EQ(sink_->level("b", "pct_above_vwap", Clock::kLive).validity, Validity::kOk);
  EXPECT_EQ(sink_->level("b", "pct_above_vwap", Clock::kLive).value, 100.0);
}

TEST_F(FoldTest, RostersChangeAtRollsAndAreTold) {
  setup_.universe.baskets[0].members[3].from_session = test_day(1).session;
  history();
  EXPECT_EQ(fold_->book().members(0).size(), 3U);
  apply(live_roll(1));
  EXPECT_EQ(fold_->book().members(0).size(), 4U);
  ASSERT_EQ(sink_->edges.size(), 3U);  // the basket, its wave, the thesis
  for (const Edge& edge : sink_->edges) EXPECT_EQ(edge.type, EdgeType::kRosterChange);
  apply(trade(3, at(0.5), kHundred + kCent));
  EXPECT_TRUE(fold_->market().states()[3].traded);
  EXPECT_EQ(fold_->market().states()[3].ref_e9, kHundred);  // history belongs to the symbol, not to its membership
}

TEST_F(FoldTest, EventIdsAndNumbersAreTheSameOnEveryRun) {
  std::vector<Edge> edges[2];
  for (auto& run : edges) {
    jseq_ = 0;
    history();
    apply(live_roll(1));
    for (std::uint32_t symbol = 0; symbol < 5; ++symbol) apply(trade(symbol, at(10), kHundred + kCent));
    apply(pulse_record(day_.final_ns + 1));
    run = sink_->edges;
  }
  ASSERT_EQ(edges[0].size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(edges[0][i].event_id, edges[1][i].event_id);
    EXPECT_EQ(edges[0][i].eseq, i + 2);  // one came with the history
    EXPECT_EQ(edges[0][i].scope_seq, i + 2);
  }
  EXPECT_NE(edges[0][0].event_id, edges[0][1].event_id);
}

}  // namespace
}  // namespace groundswell
