// Triggers through the real fold: priming, thresholds, dwell, the parts of an edge, and that skipping steps changes nothing.
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <random>

#include "pipeline/fold.hpp"
#include "support/capture_sink.hpp"
#include "support/one_basket.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

Trigger net_advances(Evaluate evaluate, std::uint64_t dwell_ns = 0) {
  Trigger trigger;
  trigger.name = "breadth";
  trigger.type = static_cast<std::uint8_t>(find_trigger_type("THRESHOLD") - kTriggerTypes.data());
  trigger.signal = "net_adv";
  trigger.scopes = {"baskets"};
  trigger.evaluate = evaluate;
  trigger.enter = {.test = Threshold::Test::kAtLeast, .bound = 2.0};
  trigger.exit = {.test = Threshold::Test::kAtMost, .bound = 0.0};
  trigger.dwell_ns = dwell_ns;
  return trigger;
}

class TriggersTest : public testing::Test {
 protected:
  // A session before, in which every symbol closes at 100 dollars; then the live session begins.
  void begin(const Trigger& trigger) {
    setup_.triggers = {trigger};
    fold_ = std::make_unique<pipeline::Fold>(setup_);
    sink_ = std::make_unique<CaptureSink>(*fold_, CaptureSink::Keep::kEverything);
    close_session(0, kHundred);
    apply(live_roll(1));
    sink_->edges.clear();
    sink_->whys.clear();
  }
  void close_session(std::uint32_t session, std::int64_t price_e9) {
    apply(bars_roll(session));
    std::vector<Record> bars;
    for (std::uint32_t symbol = 0; symbol < 5; ++symbol)
      add_bar(bars, symbol, test_day(session).close_ns, price_e9, price_e9, price_e9, price_e9, 100);
    for (const Record& record : bars) apply(record);
    apply(pulse_record(test_day(session).close_ns + 1));
  }
  void apply(const Record& record) { fold_->apply(record, ++jseq_, *sink_); }
  void move(std::uint32_t symbol, double seconds, int cents) { apply(trade(symbol, at(seconds), kHundred + cents * kCent)); }
  std::uint64_t at(double seconds) const { return day_.open_ns + static_cast<std::uint64_t>(seconds * 1e9); }
  std::vector<Edge> edges(EdgeType type) const {
    std::vector<Edge> found;
    for (const Edge& edge : sink_->edges) {
      if (edge.type == type) found.push_back(edge);
    }
    return found;
  }

  pipeline::FoldSetup setup_ = one_basket();
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<CaptureSink> sink_;
  std::uint64_t jseq_ = 0;
  const TestDay day_ = test_day(1);
};

TEST_F(TriggersTest, TheFirstOkNumberSetsTheStateSilentlyAndExitReArms) {
  begin(net_advances(Evaluate::kGrid));
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) move(symbol, 0.5, 1);  // 4 up: ON from the start, no edge
  apply(pulse_record(at(1.5)));
  EXPECT_TRUE(edges(EdgeType::kThreshold).empty());
  move(0, 1.6, -1);
  move(1, 1.7, -1);  // net 0: out
  apply(pulse_record(at(2.5)));
  ASSERT_EQ(edges(EdgeType::kThreshold).size(), 1U);
  const Edge out = edges(EdgeType::kThreshold)[0];
  EXPECT_EQ(out.direction, -1);
  EXPECT_EQ(out.value, 0.0);
  EXPECT_EQ(out.prior, 4.0);
  EXPECT_EQ(out.threshold, 0.0);
  EXPECT_EQ(out.present, kValuePresent | kPriorPresent | kThresholdPresent);
  EXPECT_EQ(out.ts_event_ns, at(2));
  EXPECT_EQ(out.n_valid, 4U);
  move(2, 2.6, -1);  // further out: nothing
  move(0, 3.6, 1);
  move(1, 3.7, 1);
  move(2, 3.8, 1);  // net 4: in again
  apply(pulse_record(at(4.5)));
  ASSERT_EQ(edges(EdgeType::kThreshold).size(), 2U);
  EXPECT_EQ(edges(EdgeType::kThreshold)[1].direction, 1);
}

// Parts are counted from the roll, then from the last edge, and sum to the change of net advances.
TEST_F(TriggersTest, PartsSumToTheChangeSinceTheLastEdge) {
  begin(net_advances(Evaluate::kGrid));
  move(0, 0.5, 1);
  move(1, 0.5, -1);
  move(2, 0.5, -1);
  apply(pulse_record(at(1.5)));  // primed OFF at -1
  move(1, 1.6, 1);
  move(3, 1.7, 1);
  apply(pulse_record(at(2.5)));  // AAA up, BBB up, CCC down, DDD up: net 2
  ASSERT_EQ(edges(EdgeType::kThreshold).size(), 1U);
  ASSERT_EQ(sink_->whys.back().size(), 4U);
  const std::vector<Why> since_roll{{1, 0, 0}, {1, 1, 0}, {-1, 2, 0}, {1, 3, 0}};
  EXPECT_EQ(sink_->whys.back(), since_roll);
  move(0, 2.6, -2);
  apply(pulse_record(at(3.5)));  // AAA down: net 0
  ASSERT_EQ(edges(EdgeType::kThreshold).size(), 2U);
  const std::vector<Why> since_edge{{-2, 0, 0}};
  EXPECT_EQ(sink_->whys.back(), since_edge);
}

TEST_F(TriggersTest, ADwellIsHeldInEventTimeWithoutAnyTrade) {
  begin(net_advances(Evaluate::kGrid, 3'000'000'000));
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) move(symbol, 0.5, -1);
  apply(pulse_record(at(1.5)));
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) move(symbol, 1.6, 1);
  apply(pulse_record(at(4.9)));  // holds since step 2; step 4 is 2 s later
  EXPECT_TRUE(edges(EdgeType::kThreshold).empty());
  apply(pulse_record(at(9)));
  ASSERT_EQ(edges(EdgeType::kThreshold).size(), 1U);
  EXPECT_EQ(edges(EdgeType::kThreshold)[0].ts_event_ns, at(5));
}

TEST_F(TriggersTest, ARecordTriggerFiresAtTheRecordThatDidIt) {
  begin(net_advances(Evaluate::kRecord));
  for (std::uint32_t symbol = 0; symbol < 4; ++symbol) move(symbol, 0.5, -1);
  move(0, 0.6, 1);
  move(1, 0.6, 1);
  EXPECT_TRUE(edges(EdgeType::kThreshold).empty());
  move(2, 0.7, 1);  // net 2
  ASSERT_EQ(edges(EdgeType::kThreshold).size(), 1U);
  EXPECT_EQ(edges(EdgeType::kThreshold)[0].cause_jseq, jseq_);
  EXPECT_EQ(edges(EdgeType::kThreshold)[0].ts_event_ns, at(0.7));
}

TEST_F(TriggersTest, ACloseTriggerCountsFinalCommits) {
  Trigger trigger = net_advances(Evaluate::kClose);
  trigger.dwell_commits = 2;
  begin(trigger);
  for (std::uint32_t session = 2; session < 7; ++session)
    close_session(session, session < 4 ? kHundred - kCent * session : kHundred + kCent * session);
  // Falls in sessions 2 and 3 (primed OFF), rises in 4, 5 and 6: the second rise in a row is session 5.
  ASSERT_EQ(edges(EdgeType::kThreshold).size(), 1U);
  EXPECT_EQ(edges(EdgeType::kThreshold)[0].session, test_day(5).session);
  EXPECT_EQ(edges(EdgeType::kThreshold)[0].clock, Clock::kClose);
}

TEST_F(TriggersTest, CoverageIsLostAndRestored) {
  Trigger trigger = net_advances(Evaluate::kClose);
  trigger.type = static_cast<std::uint8_t>(find_trigger_type("COVERAGE") - kTriggerTypes.data());
  begin(trigger);
  close_session(2, kHundred);
  EXPECT_TRUE(edges(EdgeType::kCoverageLost).empty());
  apply(bars_roll(3));
  std::vector<Record> bars;
  add_bar(bars, 0, test_day(3).close_ns, kHundred, kHundred, kHundred, kHundred, 100);
  for (const Record& record : bars) apply(record);
  apply(pulse_record(test_day(3).close_ns + 1));
  EXPECT_EQ(edges(EdgeType::kCoverageLost).size(), 1U);
  close_session(4, kHundred);
  EXPECT_EQ(edges(EdgeType::kCoverageRestored).size(), 1U);
}

// On random sessions: what fires, and why, does not depend on whether unchanged steps are evaluated; and in each watched scope the parts of
// the edges and what happened since the last one add up to net advances at the edge.
TEST_F(TriggersTest, SkippingChangesNothingAndPartsAddUp) {
  for (const Evaluate evaluate : {Evaluate::kGrid, Evaluate::kRecord}) {
    Trigger trigger = net_advances(evaluate, evaluate == Evaluate::kGrid ? 1'000'000'000 : 0);
    trigger.scopes = {"baskets", "waves", "thesis"};
    std::vector<std::vector<std::vector<Why>>> whys;
    std::vector<std::vector<std::uint64_t>> ids;
    for (const bool every_step : {false, true}) {
      setup_.evaluate_every_step = every_step;
      jseq_ = 0;
      begin(trigger);
      std::mt19937_64 random(7);
      for (int i = 0; i < 4000; ++i) {
        const auto symbol = static_cast<std::uint32_t>(random() % 4);
        move(symbol, 0.5 + i * 0.13, static_cast<int>(random() % 3) - 1);
      }
      EXPECT_GT(edges(EdgeType::kThreshold).size(), 30U);
      ids.emplace_back();
      whys.push_back(sink_->whys);
      std::map<std::uint16_t, std::int64_t> sums;
      for (std::size_t i = 0; i < sink_->edges.size(); ++i) {
        const Edge& edge = sink_->edges[i];
        ids.back().push_back(edge.event_id.hi);
        if (edge.type != EdgeType::kThreshold) continue;
        for (const Why& part : sink_->whys[i]) sums[edge.scope] += part.delta;
        EXPECT_EQ(static_cast<double>(sums[edge.scope]), edge.value);
      }
    }
    EXPECT_EQ(ids[0], ids[1]);
    EXPECT_EQ(whys[0], whys[1]);
  }
}

// Leaders that make the whole move; without float shares in its equal-weighted form, which it says. The parts are members' returns.
TEST_F(TriggersTest, LeadershipNarrowsAndBroadens) {
  setup_.universe.baskets[0].members[0].role = Role::kLeader;
  Trigger trigger = net_advances(Evaluate::kClose);
  trigger.type = static_cast<std::uint8_t>(find_trigger_type("NARROW_LEADERSHIP") - kTriggerTypes.data());
  trigger.signal = "leader_excess_1";
  trigger.enter = {.test = Threshold::Test::kAtLeast, .bound = 0.25};
  trigger.exit = {.test = Threshold::Test::kAtMost, .bound = 0.15};
  begin(trigger);
  const auto session = [&](std::uint32_t number, std::int64_t leader_cents, std::int64_t other_cents) {
    apply(bars_roll(number));
    std::vector<Record> bars;
    for (std::uint32_t symbol = 0; symbol < 5; ++symbol) {
      const std::int64_t price_e9 = kHundred + (symbol == 0 ? leader_cents : other_cents) * kCent;
      add_bar(bars, symbol, test_day(number).close_ns, price_e9, price_e9, price_e9, price_e9, 100);
    }
    for (const Record& record : bars) apply(record);
    apply(pulse_record(test_day(number).close_ns + 1));
  };
  session(2, 10, 10);  // a quarter each: excess 0
  session(3, 20, 11);  // 10 of 13 from a quarter of the weight
  session(4, 20, 15);
  const std::vector<Edge> fired = edges(EdgeType::kNarrowLeadership);
  ASSERT_EQ(fired.size(), 2U);
  EXPECT_EQ(fired[0].direction, 1);
  EXPECT_EQ(fired[0].session, test_day(3).session);
  EXPECT_NEAR(fired[0].value, 10.0 / 13 - 0.25, 1e-4);  // returns, from prices a little above 100
  EXPECT_EQ(fired[0].prior, 0.0);
  EXPECT_NE(fired[0].flags & kFlagNoShares, 0U);
  EXPECT_EQ(fired[1].direction, -1);
  EXPECT_NEAR(fired[1].value, 0.0 - 0.25, 1e-12);
  std::size_t at = 0;
  while (sink_->edges[at].type != EdgeType::kNarrowLeadership) ++at;
  ASSERT_EQ(sink_->whys[at].size(), 4U);  // the others make 1 cent, after 10 at the last commit; the leader makes 10 again
  for (std::size_t part = 0; part < 3; ++part) EXPECT_NEAR(static_cast<double>(sink_->whys[at][part].delta), -0.0009e12, 1e6);
  EXPECT_EQ(sink_->whys[at][3].symbol, 0U);
}

// A new high of the strength line fires once, and again only after it has fallen back.
TEST_F(TriggersTest, ANewHighOfStrengthFiresAgainOnlyAfterItHasFallenBack) {
  Trigger trigger = net_advances(Evaluate::kGrid);
  trigger.type = static_cast<std::uint8_t>(find_trigger_type("RS_NEW_HIGH") - kTriggerTypes.data());
  trigger.signal = "rs_over_high_20";
  trigger.enter = {.test = Threshold::Test::kGreater, .bound = 0.0};
  trigger.exit = {.test = Threshold::Test::kAtMost, .bound = -1.0};
  setup_.triggers = {trigger};
  fold_ = std::make_unique<pipeline::Fold>(setup_);
  sink_ = std::make_unique<CaptureSink>(*fold_);
  std::uint32_t session = 0;
  for (; session < 21; ++session) close_session(session, kHundred);
  apply(live_roll(session));
  const std::uint64_t open_ns = test_day(session).open_ns;
  std::vector<std::size_t> counts;
  std::uint64_t second = 1;
  for (const int percent : {0, 1, -1, 1, 2, -2, 1}) {  // a hundredth for each member, the benchmark still
    for (std::uint32_t symbol = 0; symbol < 5; ++symbol) {
      apply(trade(symbol, open_ns + second * kSecond, kHundred + (symbol == 4 ? 0 : percent * 99) * kCent));
    }
    second += 2;
    apply(pulse_record(open_ns + second * kSecond));
    counts.push_back(edges(EdgeType::kRsNewHigh).size());
    if (percent == 1 && counts.size() == 2) {
      EXPECT_EQ(sink_->whys.back().size(), 4U);  // since the roll
    }
  }
  EXPECT_EQ(counts, (std::vector<std::size_t>{0, 1, 1, 1, 1, 1, 2}));  // -.99 % is not far enough, -1.98 % is
  EXPECT_TRUE(sink_->whys.back().empty());                             // at the second they stand where they stood at the first
}

TEST_F(TriggersTest, CorrelationsAndEigenvaluesHaveNoParts) {
  for (const signal::CatalogRow& row : signal::signal_catalog(setup_.universe, setup_.book)) {
    const bool of_pairs = row.id.starts_with("avg_corr") || row.id.ends_with("absorption");
    if (of_pairs) {
      EXPECT_FALSE(signal::driver_of(row.index).known()) << row.id;
    }
    for (const char* with_parts : {"leader_excess_21", "rank_change_5", "hl_pct_z_20", "rs_over_low_63", "tgap_21", "diffusion_21"}) {
      if (row.id == with_parts) {
        EXPECT_TRUE(signal::driver_of(row.index).known()) << row.id;
      }
    }
  }
}

TEST_F(TriggersTest, MembersAreWatchedAtClosesAlone) {
  Trigger members;
  members.signal = "k_score";
  members.scopes = {"symbols"};
  members.scopes_place = "g.toml:1:1";
  members.evaluate_place = "g.toml:2:1";
  members.evaluate = Evaluate::kClose;
  EXPECT_TRUE(signal::check_triggers(setup_.universe, setup_.book, {members}).has_value());
  Trigger live = members, pools = members;
  live.signal = "adv";
  live.scopes = {"baskets", "symbols"};
  live.evaluate = Evaluate::kGrid;
  pools.signal = "adv";
  const auto checked = signal::check_triggers(setup_.universe, setup_.book, {live, pools});
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().message,
            "g.toml:2:1: numbers of single symbols are made at closes; evaluate at the \"close\"\n"
            "g.toml:1:1: 'adv' is no number of these scopes; `groundswell signals` says where it is published");
}

TEST_F(TriggersTest, UnknownSignalsScopesAndModesAreFound) {
  Trigger wrong = net_advances(Evaluate::kGrid);
  wrong.signal = "net_advances";
  wrong.signal_place = "groundswell.toml:3:10";
  Trigger nowhere = net_advances(Evaluate::kGrid);
  nowhere.scopes = {"gpus"};
  nowhere.scopes_place = "groundswell.toml:9:10";
  Trigger strength = net_advances(Evaluate::kRecord);
  strength.signal = "pct_outperf_21";
  strength.evaluate_place = "groundswell.toml:15:12";
  const auto checked = signal::check_triggers(setup_.universe, setup_.book, {wrong, nowhere, strength});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().exit, Exit::kConfig);
  for (const char* part :
       {"groundswell.toml:3:10: no signal has the id 'net_advances'", "groundswell.toml:9:10: the universe has no scope 'gpus'",
        "groundswell.toml:15:12: 'pct_outperf_21' is not computed per record"}) {
    EXPECT_NE(checked.error().message.find(part), std::string::npos) << checked.error().message;
  }
}

}  // namespace
}  // namespace groundswell
