// A faulty feed with two lines and fills: what a line loses, doubles or reorders changes nothing that is published; what a sender's answers
// lie about is refused; and in all of it nothing disappears unnamed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "support/running_simulator.hpp"

namespace groundswell::test {
namespace {

using simulate::FillLie;

struct Outcome {
  pipeline::LiveReport report;
  Recorded recorded;
  simulate::SimulatorReport sent;
  std::size_t gap_edges = 0;  // FEED_GAP_OPEN and _CLOSED
  std::string operations;     // their texts, a line each

  std::vector<GapCause> causes() const {
    std::vector<GapCause> some;
    for (const Record& record : recorded.of_kind(RecordKind::kGap)) some.push_back(record.gap.cause);
    return some;
  }
  std::uint64_t before_joining() const {  // on a slow machine it may be after the first tick that an engine joins
    return recorded.of_kind(RecordKind::kGap).at(0).gap.from_tick - 1;
  }
  std::vector<Record> ticks() const {  // without when they came
    std::vector<Record> some = recorded.of_kind(RecordKind::kTick);
    for (Record& record : some) record.recv_ns = 0;
    return some;
  }
};

class FeedFaults : public ::testing::TestWithParam<const char*> {
 protected:
  // A session's last ten minutes into an engine whose feed has `feed_settings`; `shape` says what else is wrong with the market.
  template <class Shape>
  Outcome run(const std::string& feed_settings, Shape&& shape) {
    const TemporaryFolder folder;
    log_setup(LogFormat::kText, LogLevel::kError);
    std::string feeds = pull_feed(folder, "feed", feed_settings);
    for (const char* name : {"line_b", "fills"}) {
      const std::size_t at = feeds.find('@' + std::string(name));
      if (at != std::string::npos) feeds.replace(at, std::strlen(name) + 1, endpoint_in(folder, name));
    }
    const config::Config config =
        must(config::load_config(write_config(folder, {{"pipeline.threads", "'" + std::string(GetParam()) + "'"}}, feeds)));
    simulate::SimulatorOptions market = last_minutes(folder, config, 10, 20);
    market.feed_epoch = 7;
    if (!config.feeds[0].line_b.empty()) market.line_b = config.feeds[0].line_b;
    if (!config.feeds[0].fill.empty()) market.fill_endpoint = config.feeds[0].fill;
    shape(market);
    net::Context context;
    auto engine = must(pipeline::LiveEngine::start(context, config));
    Listener listener(context, engine->publish_endpoint(), {"K.", "E.", "O."});
    EXPECT_TRUE(listener.joined());
    Outcome result;
    {
      RunningSimulator simulator(context, market);  // goes on with heartbeats, and with fills, after its last tick
      EXPECT_TRUE(listener.listen_until([&] {
        return !listener.edges.empty() && listener.edges.back().edge().type == EdgeType::kCommit &&
               listener.edges.back().edge().direction == 1;
      }));
      result.sent = simulator.finish();
    }
    result.report = must(engine->stop());
    EXPECT_TRUE(listener.drain());
    expect_accounts_balance(result.report);
    EXPECT_EQ(config::threads_name(result.report.wiring), std::string_view(GetParam()));
    result.recorded = read_recording(result.report.recording);
    EXPECT_EQ(replay_of(result.report.recording).digest, result.report.digest);
    for (const Edge& edge : result.recorded.edges)
      result.gap_edges += edge.type == EdgeType::kFeedGapOpen || edge.type == EdgeType::kFeedGapClosed;
    for (const wire::Operation& operation : listener.operations) result.operations += operation.text + "\n";
    return result;
  }
  static void nothing_wrong(simulate::SimulatorOptions&) {}
  static constexpr const char* kPatient = "repair = '10s'\nhold = 1048576\n";  // a loaded machine is slow, not wrong
  static std::string two_lines() { return "line_b = '@line_b'\n" + std::string(kPatient); }
  static std::string two_lines_and_fills() { return "fill = '@fills'\n" + two_lines(); }
};

bool same_records(const std::vector<Record>& a, const std::vector<Record>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Record)) == 0;
}

TEST_P(FeedFaults, LossOnBothLinesChangesNothingThatIsPublished) {
  const Outcome clean = run("", nothing_wrong);
  EXPECT_EQ(clean.causes(), std::vector{GapCause::kJoin});
  const Outcome faulty = run(two_lines_and_fills(), [](simulate::SimulatorOptions& market) {
    market.faults.loss = {0.3, 0.3};
    market.faults.duplicate = 0.05;
    market.faults.reorder = 0.05;
  });
  EXPECT_EQ(faulty.report.digest, clean.report.digest);
  EXPECT_EQ(faulty.causes(), std::vector{GapCause::kJoin}) << "every gap was repaired";
  EXPECT_EQ(faulty.gap_edges, 0U);
  EXPECT_TRUE(same_records(faulty.ticks(), clean.ticks()));
  const pipeline::FeedReport& feed = faulty.report.feeds[0];
  EXPECT_EQ(feed.counters.journaled, faulty.sent.ticks);
  EXPECT_GT(feed.counters.sequence.repaired, 0U);
  EXPECT_GT(feed.fills.answered, 0U) << "some batches were lost on both lines";
  EXPECT_GT(feed.counters.sequence.fill_ticks, 0U);
  EXPECT_EQ(feed.fills.refused + feed.fills.malformed + feed.fills.denied, 0U);
  for (const pipeline::LineReport& line : feed.lines) {
    EXPECT_GT(line.ticks.wins, 0U);
    EXPECT_GT(line.ticks.holes, 0U);
    EXPECT_EQ(line.ticks.mismatches, 0U);
  }
}

TEST_P(FeedFaults, AHalfDeadFeedAndLateLineB) {
  const Outcome clean = run("", nothing_wrong);
  const Outcome faulty = run(two_lines(), [](simulate::SimulatorOptions& market) {
    market.faults.dead_lines = {{.line = 0, .from_seconds = (15 * 60 + 52) * 60, .to_seconds = (15 * 60 + 54) * 60},
                                {.line = 1, .from_seconds = (15 * 60 + 55) * 60, .to_seconds = (15 * 60 + 57) * 60}};
    market.faults.delay_ns = 5 * kMillisecond;
  });
  EXPECT_EQ(faulty.report.digest, clean.report.digest);
  EXPECT_EQ(faulty.causes(), std::vector{GapCause::kJoin});
  EXPECT_TRUE(same_records(faulty.ticks(), clean.ticks()));
  EXPECT_GT(faulty.report.feeds[0].lines[1].ticks.lag_ns, 0);
}

TEST_P(FeedFaults, WithoutFillsWhatBothLinesLostIsSaid) {
  const Outcome faulty = run("line_b = '@line_b'\nrepair = '20ms'\nhold = 1048576\n", [](simulate::SimulatorOptions& market) {
    market.faults.loss = {0.2, 0.2};
  });
  const pipeline::FeedCounters& counters = faulty.report.feeds[0].counters;
  EXPECT_GT(counters.sequence.lost, 0U);
  EXPECT_EQ(counters.journaled + counters.lost_in_epoch, faulty.sent.ticks);
  std::uint64_t lost = 0;
  for (const Record& record : faulty.recorded.of_kind(RecordKind::kGap)) lost += record.gap.to_tick + 1 - record.gap.from_tick;
  EXPECT_EQ(lost, counters.sequence.lost);
  EXPECT_GE(faulty.gap_edges, 1U);
  EXPECT_NE(faulty.operations.find("ticks lost"), std::string::npos) << faulty.operations;
}

TEST_P(FeedFaults, LinesThatDisagreeAndBadTicks) {
  const Outcome clean = run("", nothing_wrong);
  const Outcome faulty = run(two_lines(), [](simulate::SimulatorOptions& market) {
    market.faults.disagree = 0.01;
    market.faults.bad_ticks = 0.01;
  });
  EXPECT_GT(faulty.report.feeds[0].counters.sequence.mismatches, 0U);
  EXPECT_NE(faulty.operations.find("the lines disagree"), std::string::npos) << faulty.operations;
  const std::uint64_t rejected = sum(faulty.report.feeds[0].counters.rejected), bad = faulty.sent.tape.bad_ticks;
  EXPECT_GT(rejected, 10U);
  EXPECT_LE(rejected, bad);
  EXPECT_LE(bad - rejected, faulty.before_joining()) << "a bad tick that was believed";
  EXPECT_EQ(faulty.sent.ticks - bad, clean.sent.ticks);
  for (const Outcome* outcome : {&clean, &faulty}) {
    const pipeline::FeedCounters& counters = outcome->report.feeds[0].counters;
    EXPECT_EQ(counters.journaled + sum(counters.rejected) + outcome->before_joining(), outcome->sent.ticks);
  }
}

TEST_P(FeedFaults, ARestartIsNoLoss) {
  const Outcome faulty =
      run(two_lines_and_fills(), [](simulate::SimulatorOptions& market) { market.faults.restarts_seconds = {(15 * 60 + 55) * 60}; });
  const std::vector<GapCause> causes = faulty.causes();
  EXPECT_EQ(std::count(causes.begin(), causes.end(), GapCause::kReset), 1);
  EXPECT_EQ(faulty.report.feeds[0].counters.sequence.epochs, 2U);
  EXPECT_EQ(faulty.gap_edges, 2U) << "the old epoch's tail is unknown; each name's next trade heals it";
  EXPECT_EQ(faulty.report.feeds[0].counters.rejected, (decltype(pipeline::FeedCounters::rejected){}));
}

TEST_P(FeedFaults, AnswersThatLieAreRefused) {
  for (const FillLie lie : {FillLie::kWrongEpoch, FillLie::kWrongRange, FillLie::kEndless, FillLie::kSilent}) {
    SCOPED_TRACE(feed::kFillLieNames[static_cast<std::size_t>(lie)]);
    const Outcome faulty = run("fill = '@fills'\nrepair = '400ms'\nhold = 1048576\n", [lie](simulate::SimulatorOptions& market) {
      market.faults.loss = {0.1, 0};
      market.faults.fill_lie = lie;
    });
    const pipeline::FeedReport& feed = faulty.report.feeds[0];
    EXPECT_GT(feed.counters.sequence.lost, 0U);
    EXPECT_EQ(feed.counters.journaled + feed.counters.lost_in_epoch, faulty.sent.ticks);
    EXPECT_GT(feed.fills.asked, 0U);
    if (lie == FillLie::kSilent) {
      EXPECT_EQ(feed.fills.answered, 0U);
    } else {
      EXPECT_GT(feed.fills.refused + feed.counters.sequence.fills_refused, 0U);
      EXPECT_NE(faulty.operations.find("answers to fills that were none"), std::string::npos) << faulty.operations;
    }
    EXPECT_TRUE(lie == FillLie::kEndless || feed.counters.sequence.fill_ticks == 0U);
  }
}

// Cancels, corrections, second copies and prices out of line arrive as what they were sent as, and end in outcomes of their names.
TEST_P(FeedFaults, SecondThoughtsAboutTradesAreCountedByName) {
  const Outcome outcome = run("", [](simulate::SimulatorOptions& market) {
    market.rate = 5;  // so that nobody trades 256 times in half a minute
    market.faults.repeats = 0.03;
    market.faults.corrections = 0.03;
    market.faults.cancels = 0.03;
    market.faults.outliers = 0.01;
  });
  const auto counted = [&](market::Outcome of) { return outcome.report.fold.outcomes[static_cast<std::size_t>(of)]; };
  const simulate::TapeFaultCounters& sent = outcome.sent.tape;
  EXPECT_EQ(counted(market::Outcome::kDuplicateTradeId), sent.repeats);
  EXPECT_EQ(counted(market::Outcome::kCorrected), sent.corrections);
  EXPECT_EQ(counted(market::Outcome::kCancelled), sent.cancels + sent.outliers);
  EXPECT_GT(counted(market::Outcome::kQuarantined), sent.outliers / 2);
  EXPECT_GT(sent.outliers, 20U);
  EXPECT_NE(outcome.report.json().find("\"duplicate_trade_id\":" + std::to_string(sent.repeats)), std::string::npos);
  std::size_t held = 0;
  for (const Edge& edge : outcome.recorded.edges) held += edge.type == EdgeType::kSuspectTick && edge.direction == 1;
  EXPECT_GT(held, sent.outliers / 2);
}

INSTANTIATE_TEST_SUITE_P(InEachWiring, FeedFaults, ::testing::Values("single", "fused", "staged"),
                         [](const auto& wiring) { return std::string(wiring.param); });

}  // namespace
}  // namespace groundswell::test
