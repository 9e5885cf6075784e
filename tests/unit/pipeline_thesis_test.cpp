// The thesis layer in the fold, on a market whose closes are given by a formula: three baskets of four, two waves. The expected numbers
// come from another program that computes the same definitions (tests/second_opinion/thesis_example.py), raw scores from a sum by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "support/capture_sink.hpp"
#include "support/thesis_example.hpp"

namespace groundswell {
namespace {

using namespace test;

class ThesisExample : public testing::Test {
 protected:
  void play(int t, bool with_benchmark = true) {
    std::vector<Record> tape;
    add_session(tape, t, with_benchmark);
    for (const Record& record : tape) fold_.apply(record, ++jseq_, sink_);
  }
  const Level& of(const std::string& signal, const std::string& scope = "thesis") const { return sink_.level(scope, signal); }

  pipeline::Fold fold_{example_setup()};
  CaptureSink sink_{fold_};
  std::uint64_t jseq_ = 0;
};

TEST_F(ThesisExample, EqualsTheOtherProgram) {
  const std::map<int, double> scores{{63, 26.2206521}, {64, 22.6757259}, {70, 19.9689314},         {75, 26.3670649},
                                     {76, 24.1483897}, {79, 20.2703111}, {83, 19.776622841705482}, {99, 28.576031402012344}};
  for (int t = 0; t < 100; ++t) {
    SCOPED_TRACE(t);
    play(t);
    const Level& score = of("broadening");
    if (const auto known = scores.find(t); known != scores.end()) {
      EXPECT_NEAR(score.value, known->second, 1e-7);
    }
    EXPECT_EQ(score.present, t < 63 ? 0 : 1);
    EXPECT_EQ(score.validity, t < 49 ? Validity::kInsufficient : t < 75 ? Validity::kWarmup : Validity::kOk);
    EXPECT_EQ(score.n_valid, t < 49 ? 0U : 9U);
    const Level& state = of("state");
    EXPECT_EQ(state.value, t < 75 ? 0.0 : 1.0);
    EXPECT_EQ(state.validity, t < 75 ? Validity::kWarmup : Validity::kOk);
    EXPECT_EQ(state.n_valid == 4U, t >= 75);
    if (t == 63) {  // 5 of 9 ahead, 6 of 9 above, 3 of 3 baskets
      const double gap = of("tgap_21").value;
      EXPECT_NEAR(score.value, (25.0 / 9.0 + 25.0 / 3.0 + 20.0 + 15.0 * gap / 2.0) / 0.85, 1e-10);
      EXPECT_NEAR(of("broadening", "memory_storage").value, 17.43108421584771, 1e-9);
      EXPECT_NEAR(of("broadening", "materials").value, -11.622031554912569, 1e-9);
      EXPECT_NEAR(of("wave_phi").value, 1.4045763752178693, 1e-9);
      EXPECT_EQ(of("wave_lead").value, 1.0);
    }
    if (t == 64) {
      EXPECT_NEAR(of("broadening", "memory_storage").value, 18.915362706598852, 1e-9);
      EXPECT_EQ(of("wave_lead").validity, Validity::kUndefined);
    }
    EXPECT_EQ(of("lag_physical_monetization").validity, Validity::kInsufficient);  // there is no third wave
  }
}

TEST_F(ThesisExample, BenchmarkThatStopsFreezesTheState) {
  for (int t = 0; t < 95; ++t) {
    play(t, t < 90);
    if (t < 90) continue;
    EXPECT_EQ(of("state").value, 1.0);
    for (const char* signal : {"d_rs", "z21", "wave_lead", "wave_phi", "excess_21"}) EXPECT_EQ(of(signal).present, 0) << signal << t;
    EXPECT_EQ(of("state").flags & kFlagStaleState, t < 92 ? 0U : static_cast<std::uint32_t>(kFlagStaleState)) << t;
    EXPECT_EQ(of("broadening").flags & kFlagGap, static_cast<std::uint32_t>(kFlagGap)) << t;  // x2 and x4 are 40 of 100
    EXPECT_EQ(of("broadening").validity, Validity::kOk);
  }
}

Trigger trigger_of(std::string_view type, const std::string& signal, Evaluate evaluate) {
  Trigger trigger;
  trigger.name = type;
  trigger.type = static_cast<std::uint8_t>(find_trigger_type(type) - kTriggerTypes.data());
  trigger.signal = signal;
  trigger.scopes = {"thesis"};
  trigger.evaluate = evaluate;
  return trigger;
}

// 100 sessions of the example, then two that close 40 % lower: the second is live, so that by the minute one sees what its close would say.
class ThesisFall : public testing::Test {
 protected:
  static pipeline::FoldSetup setup() {
    pipeline::FoldSetup setup = example_setup();
    setup.conditions = {Eligibility{}};
    setup.triggers = {trigger_of("STATE_CHANGE", "state", Evaluate::kClose),
                      trigger_of("PROVISIONAL_STATE", "provisional_state", Evaluate::kGrid),
                      trigger_of("WAVE_LEAD_CHANGE", "wave_lead", Evaluate::kClose)};
    return setup;
  }
  ThesisFall() {
    std::vector<Record> tape;
    for (int t = 0; t < 100; ++t) add_session(tape, t);
    tape.push_back(bars_roll(100));
    for (int i = 0; i <= kSymbols; ++i) {  // opens where it closed: a fall from the open on is no corporate action
      const std::int64_t before_e9 = (i == kSymbols ? benchmark_close(99) : close_of(99, i)) * kCent;
      add_bar(tape, static_cast<std::uint32_t>(i), test_day(100).close_ns, before_e9, before_e9, low_e9(i), low_e9(i), 1000);
    }
    tape.push_back(pulse_record(test_day(100).close_ns + 1));
    for (const Record& record : tape) apply(record);
    EXPECT_EQ(sink_.level("thesis", "state").value, 1.0);
    sink_.edges.clear();
    apply(live_roll(101));
  }
  static std::int64_t low_e9(int i) { return (i == kSymbols ? benchmark_close(99) : close_of(99, i)) * kCent / 10 * 6; }
  void apply(const Record& record) { fold_.apply(record, ++jseq_, sink_); }
  void trade_all(double seconds, std::int64_t times = 1) {
    for (int i = 0; i <= kSymbols; ++i) {
      const std::uint64_t time_ns = day_.open_ns + static_cast<std::uint64_t>(seconds * 1e9);
      apply(trade(static_cast<std::uint32_t>(i), time_ns, low_e9(i) * times));
    }
  }
  struct Told {
    EdgeType type;
    std::int8_t direction;
    double prior, value;
    bool provisional;
    friend bool operator==(const Told&, const Told&) = default;
  };
  std::vector<Told> told() const {
    std::vector<Told> told;
    for (const Edge& e : sink_.edges) {
      if (e.type == EdgeType::kStateChange || e.type == EdgeType::kProvisionalState || e.type == EdgeType::kWaveLeadChange)
        told.push_back({e.type, e.direction, e.prior, e.value, (e.flags & kFlagProvisional) != 0});
    }
    return told;
  }

  const TestDay day_ = test_day(101);
  pipeline::Fold fold_{setup()};
  CaptureSink sink_{fold_};
  std::uint64_t jseq_ = 0;
};

TEST_F(ThesisFall, IsToldByTheMinuteThenAtTheClose) {
  apply(pulse_record(day_.open_ns + 2 * kSecond));  // nobody has traded: the closes of the session before would be a second one below
  const Told falls{EdgeType::kProvisionalState, 1, 1, 6, false};
  trade_all(10);
  apply(pulse_record(day_.open_ns + 59 * kSecond));
  EXPECT_TRUE(told().empty());  // inside a minute nothing is said
  apply(pulse_record(day_.open_ns + 61 * kSecond));
  EXPECT_EQ(told(), (std::vector{falls}));
  apply(pulse_record(day_.provisional_ns + 1));
  EXPECT_EQ(sink_.level("thesis", "state").value, 6.0);
  EXPECT_EQ(sink_.level("thesis", "state").validity, Validity::kProvisional);
  EXPECT_EQ(told(), (std::vector{falls}));
  apply(pulse_record(day_.final_ns + 1));
  EXPECT_EQ(told(), (std::vector<Told>{falls, {EdgeType::kStateChange, 1, 1, 6, false}}));
}

TEST_F(ThesisFall, ThatIsTakenBackAfterTheCloseIsToldAtTheProvisionalCommit) {
  trade_all(10);
  apply(pulse_record(day_.open_ns + 121 * kSecond));
  trade_all(static_cast<double>(day_.close_ns - day_.open_ns) / 1e9 - 0.5,
            3);  // after the last step but one, before the last minute is over
  sink_.edges.clear();
  apply(pulse_record(day_.final_ns + 1));
  const std::vector<Told> back{{EdgeType::kProvisionalState, -1, 6, 1, false}};
  EXPECT_EQ(told(), back);  // at the closing minute; the commits say the same and are silent
  EXPECT_EQ(sink_.level("thesis", "state").value, 1.0);
}

}  // namespace
}  // namespace groundswell
