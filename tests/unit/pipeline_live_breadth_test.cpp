// A12 TICK, A13 by relative volume and A14 against a price of some minutes ago: worked numbers, deadlines, and the samples' ring.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "support/capture_sink.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

constexpr std::int64_t kHundred = 10'000 * kCent;

class LiveBreadth : public testing::Test {
 protected:
  // A basket `b` of `members` symbols and a benchmark BMK with the next id; `sessions` sessions at 100 dollars and 1,000 shares before.
  void begin(std::uint32_t members, unsigned sessions = 1) {
    setup_.universe.benchmarks[0] = "BMK";
    Basket basket{.id = "b", .name = "B", .wave = Wave::kCompute, .members = {}};
    for (std::uint32_t i = 0; i < members; ++i) {
      basket.members.push_back({.symbol = "S" + std::to_string(i)});
      setup_.symbols.push_back("S" + std::to_string(i));
    }
    setup_.symbols.emplace_back("BMK");
    setup_.universe.baskets.push_back(basket);
    fold_ = std::make_unique<pipeline::Fold>(setup_);
    sink_ = std::make_unique<CaptureSink>(*fold_);
    for (unsigned n = 0; n < sessions; ++n) {
      apply(bars_roll(n));
      std::vector<Record> bars;
      for (std::uint32_t symbol = 0; symbol <= members; ++symbol)
        add_bar(bars, symbol, test_day(n).close_ns, kHundred, kHundred, kHundred, kHundred, 1000);
      for (const Record& record : bars) apply(record);
      apply(pulse_record(test_day(n).close_ns + 1));
    }
    day_ = test_day(sessions);
    apply(live_roll(sessions));
  }
  void apply(const Record& record) { fold_->apply(record, ++jseq_, *sink_); }
  std::uint64_t at(std::uint64_t seconds) const { return day_.open_ns + seconds * kSecond; }
  void run_through(std::uint64_t seconds) { apply(pulse_record(at(seconds) + 1)); }
  const Level& live(const std::string& signal) const { return sink_->level("b", signal, Clock::kLive); }

  pipeline::FoldSetup setup_;
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<CaptureSink> sink_;
  std::uint64_t jseq_ = 0;
  TestDay day_{};
};

// The examples of the definition: 500 upticks and 250 downticks are +250, 1200 downticks and 50 upticks -1150.
TEST_F(LiveBreadth, TickEqualsTheExamples) {
  constexpr std::uint32_t kMembers = 1250;
  begin(kMembers);
  for (std::uint32_t i = 0; i < kMembers; ++i) apply(trade(i, at(10), kHundred));
  run_through(10);
  EXPECT_EQ(live("tick").value, 0.0);  // the first trade of a session has none before it
  EXPECT_EQ(live("tick").n_valid, kMembers);
  for (std::uint32_t i = 0; i < kMembers; ++i) apply(trade(i, at(11), kHundred + (i < 500 ? 1 : i < 750 ? -1 : 0) * kCent));
  run_through(11);
  EXPECT_EQ(live("tick").value, 250.0);
  EXPECT_EQ(live("tick_pct").value, 20.0);
  for (std::uint32_t i = 0; i < kMembers; ++i) apply(trade(i, at(12), kHundred + (i < 50 ? 100 : -100) * kCent));
  run_through(12);
  EXPECT_EQ(live("tick").value, -1150.0);
  EXPECT_EQ(live("tick_pct").value, -92.0);
  for (std::uint32_t i = 0; i < kMembers; ++i) apply(trade(i, at(13), kHundred + (i < 50 ? 100 : -100) * kCent));
  run_through(13);
  EXPECT_EQ(live("tick").value, 0.0);  // the same price again is no tick
}

TEST_F(LiveBreadth, AVoteEndsAfterExactlySixtySeconds) {
  begin(4);
  for (const std::uint64_t second : {1U, 2U}) {
    for (std::uint32_t i = 0; i < 4; ++i) apply(trade(i, at(second), kHundred + static_cast<std::int64_t>(second) * kCent));
  }
  apply(trade(3, at(5), kHundred + 9 * kCent));
  run_through(61);
  EXPECT_EQ(live("tick").value, 4.0);
  EXPECT_EQ(live("tick").flags & kFlagStaleMembers, 0U);
  run_through(62);  // nothing came: the step is due all the same
  EXPECT_EQ(live("tick").validity, Validity::kInsufficient);
  EXPECT_EQ(live("tick").n_valid, 1U);
  EXPECT_NE(live("tick").flags & kFlagStaleMembers, 0U);
  run_through(65);
  EXPECT_EQ(live("tick").n_valid, 0U);
  for (std::uint32_t i = 0; i < 4; ++i) apply(trade(i, at(100), kHundred));  // below what was last, however long ago
  run_through(100);
  EXPECT_EQ(live("tick").value, -4.0);
  EXPECT_EQ(live("tick").flags & kFlagStaleMembers, 0U);
}

TEST_F(LiveBreadth, HaltedMembersAndBarsDoNotVote) {
  begin(5);
  for (const std::uint64_t second : {1U, 2U}) {
    for (std::uint32_t i = 0; i < 4; ++i) apply(trade(i, at(second), kHundred + static_cast<std::int64_t>(second) * kCent));
    std::vector<Record> bar;
    add_bar(bar, 4, at(second), kHundred, kHundred, kHundred, kHundred + static_cast<std::int64_t>(second) * kCent, 10, kSecond);
    for (const Record& record : bar) apply(record);
  }
  run_through(2);
  EXPECT_EQ(live("adv").value, 5.0);
  EXPECT_EQ(live("tick").value, 4.0);
  Tick halt = make_tick(Action::kStatus, 0, at(3), 0, 0);
  halt.trade_id = static_cast<std::uint64_t>(StatusCode::kHalt);
  apply(tick_record(halt, 0, 1));
  run_through(3);
  EXPECT_EQ(live("tick").n_valid, 3U);
  EXPECT_EQ(live("tick").value, 3.0);
  halt.ts_event_ns = at(4);
  halt.trade_id = static_cast<std::uint64_t>(StatusCode::kResume);
  apply(tick_record(halt, 0, 1));
  run_through(4);
  EXPECT_EQ(live("tick").value, 4.0);
}

// Against a plain model that remembers every price of every second, through more than an hour, so that the ring of samples wraps.
TEST_F(LiveBreadth, RollingWindowsEqualAModelThatRemembersEverything) {
  constexpr std::uint32_t kMembers = 6;
  const std::map<std::string, std::uint64_t> windows{
      {"adv_w_1m", 60}, {"adv_w_5m", 300}, {"adv_w_15m", 900}, {"adv_w_30m", 1800}, {"adv_w_60m", 3600}};
  begin(kMembers);
  std::mt19937_64 random(14);
  std::vector<std::map<std::uint64_t, std::int64_t>> prices(kMembers);  // by second of the trade
  std::size_t compared = 0;
  for (std::uint64_t second = 1; second <= 9000; ++second) {
    for (std::uint32_t i = 0; i < kMembers; ++i) {
      if (random() % 10 != 0 || (i == 5 && second > 4000 && second < 4500)) continue;  // one is silent for a while
      const std::int64_t price = kHundred + static_cast<std::int64_t>(random() % 200) * kCent;
      prices[i][second] = price;
      apply(trade(i, at(second), price));
    }
    run_through(second);
    const std::uint64_t sample = second / 5 * 5;
    for (const auto& [signal, window] : windows) {
      const Level& level = live(signal);
      if (second < 60 && level.validity == Validity::kInsufficient) continue;  // not everybody has traded yet
      if (sample < window) {
        ASSERT_EQ(level.validity, Validity::kWarmup) << signal << " at " << second;
        continue;
      }
      double above = 0.0;
      std::uint32_t n = 0;
      for (const auto& history : prices) {
        const auto last = std::prev(history.upper_bound(second));
        const auto then = history.upper_bound(sample - window);
        if (then == history.begin() || last->first + 60 <= second || sample - window < 5) continue;
        ++n;
        above += last->second > std::prev(then)->second;
      }
      ASSERT_EQ(level.n_valid, n) << signal << " at " << second;
      if (level.present == 0) continue;
      ASSERT_EQ(level.value, above) << signal << " at " << second;
      ++compared;
    }
  }
  EXPECT_GT(compared, 30'000U);
}

TEST_F(LiveBreadth, SamplesFollowTheGrid) {
  const std::map<std::uint64_t, std::uint64_t> periods_ms{{100, 5000},   {250, 5000},  {1000, 5000}, {1500, 6000},   {2000, 6000},
                                                          {4000, 12000}, {5000, 5000}, {6000, 6000}, {15000, 15000}, {60000, 60000}};
  for (const auto& [step_ms, period_ms] : periods_ms) {
    const market::RollingPrices rolling(1, step_ms * 1'000'000);
    EXPECT_EQ(rolling.period_ns(), period_ms * 1'000'000) << step_ms;
  }
}

TEST_F(LiveBreadth, RelativeVolumeByHand) {
  setup_.volume_curve.cumulative_e9.assign(390, 0);
  for (std::size_t i = 0; i < 390; ++i) setup_.volume_curve.cumulative_e9[i] = static_cast<std::int64_t>(i + 1) * 1'000'000;
  setup_.volume_curve.cumulative_e9.back() = 1'000'000'000;
  begin(4, 20);                                   // each traded 1,000 shares a session
  apply(trade(0, at(30), kHundred + kCent, 2));   // w = 2 / (1000 * 0.001) = 2
  apply(trade(1, at(30), kHundred - kCent, 1));   // w = 1
  apply(trade(2, at(30), kHundred, 1));           // w = 1, unchanged
  apply(trade(3, at(30), kHundred + kCent, 77));  // w = 5, the cap
  run_through(30);
  EXPECT_DOUBLE_EQ(live("vwb_rvol").value, 100.0 * (2 - 1 + 5) / (2 + 1 + 1 + 5));
  run_through(60);
  EXPECT_DOUBLE_EQ(live("vwb_rvol").value, 100.0 * 6 / 9);  // still the first minute
  run_through(61);
  EXPECT_DOUBLE_EQ(live("vwb_rvol").value, 100.0 * (1 - 0.5 + 5) / (1 + 0.5 + 0.5 + 5));  // the second: twice as much was to be expected
  apply(pulse_record(day_.final_ns + 1));
  EXPECT_NEAR(sink_->level("b", "vwb_rvol").value, 100.0 * (2 - 1 + 77) / (2 + 1 + 1 + 77), 1e-9);
}

TEST_F(LiveBreadth, RelativeVolumeNeedsTwentySessions) {
  begin(4, 19);
  for (std::uint32_t i = 0; i < 4; ++i) apply(trade(i, at(30), kHundred + kCent));
  run_through(30);
  EXPECT_EQ(live("vwb_rvol").validity, Validity::kInsufficient);
}

TEST(VolumeCurve, AMinuteIsHalfOpenAndAHalfDayGoesFaster) {
  constexpr std::uint64_t kMinute = 60 * kSecond;
  VolumeCurve curve;
  EXPECT_EQ(curve.share(195 * kMinute, 390 * kMinute), 0.5);
  curve.cumulative_e9 = {100'000'000, 300'000'000, 600'000'000, 1'000'000'000};
  EXPECT_EQ(curve.share(0, 4 * kMinute), 0.1);
  EXPECT_EQ(curve.share(kMinute, 4 * kMinute), 0.1);
  EXPECT_EQ(curve.share(kMinute + 1, 4 * kMinute), 0.3);
  EXPECT_EQ(curve.share(3 * kMinute, 4 * kMinute), 0.6);
  EXPECT_EQ(curve.share(3 * kMinute + 1, 4 * kMinute), 1.0);
  EXPECT_EQ(curve.share(9 * kMinute, 4 * kMinute), 1.0);
  EXPECT_EQ(curve.share(1, 2 * kMinute), 0.3);
}

}  // namespace
}  // namespace groundswell
