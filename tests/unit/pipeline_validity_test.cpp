// What a basket says when something that it stands on is missing: never a made-up number.
#include <gtest/gtest.h>

#include "pipeline/fold.hpp"
#include "support/capture_sink.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

constexpr std::int64_t kHundred = 10'000 * kCent;

// AAA sits in both baskets, which make one wave: five distinct members.
class ValidityTest : public testing::Test {
 protected:
  ValidityTest() {
    setup_.symbols = {"AAA", "BBB", "CCC", "DDD", "EEE", "BMK"};
    setup_.universe.benchmarks[0] = "BMK";
    const auto basket = [&](const char* id, const std::vector<std::string>& symbols) {
      Basket made{.id = id, .name = id, .wave = Wave::kCompute, .members = {}};
      for (const std::string& symbol : symbols) made.members.push_back({.symbol = symbol});
      setup_.universe.baskets.push_back(made);
    };
    basket("one", {"AAA", "BBB", "CCC"});
    basket("two", {"AAA", "DDD", "EEE"});
    setup_.conditions = {Eligibility{}};
    fold_ = std::make_unique<pipeline::Fold>(setup_);
    sink_ = std::make_unique<CaptureSink>(*fold_);
  }
  void apply(const Record& record) { fold_->apply(record, ++jseq_, *sink_); }
  // A session of bars at a cent a day more; `missing`: those that do not trade.
  void bars(unsigned day, const std::vector<std::uint32_t>& missing = {}) {
    apply(bars_roll(day));
    std::vector<Record> records;
    for (std::uint32_t symbol = 0; symbol < 6; ++symbol) {
      if (std::find(missing.begin(), missing.end(), symbol) != missing.end()) continue;
      const std::int64_t price = kHundred + static_cast<std::int64_t>(day) * kCent;
      add_bar(records, symbol, test_day(day).close_ns, price, price, price, price, 100);
    }
    for (const Record& record : records) apply(record);
    apply(pulse_record(test_day(day).close_ns + 1));
  }
  void status(std::uint32_t symbol, std::uint64_t time_ns, StatusCode code) {
    Tick tick = make_tick(Action::kStatus, symbol, time_ns, 0, 0);
    tick.trade_id = static_cast<std::uint64_t>(code);
    apply(tick_record(tick, 0, 1));
  }
  pipeline::FoldSetup setup_;
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<CaptureSink> sink_;
  std::uint64_t jseq_ = 0;
};

constexpr std::uint32_t kBenchmark = 5;

TEST_F(ValidityTest, ABenchmarkThatMissesADayLeavesNoExcessThatDayAndNoTwoDayReturnAfterIt) {
  for (unsigned day = 0; day < 3; ++day) bars(day);
  EXPECT_EQ(sink_->level("one", "excess_1").validity, Validity::kOk);
  bars(3, {kBenchmark});
  for (const char* signal : {"excess_1", "rs_bmk"}) {
    EXPECT_EQ(sink_->level("one", signal).validity, Validity::kStaleInput) << signal;
    EXPECT_EQ(sink_->level("one", signal).present, 0) << signal;
  }
  EXPECT_EQ(sink_->level("one", "adv").value, 3.0);  // what needs no benchmark goes on
  EXPECT_EQ(sink_->level("one", "idx_ew").validity, Validity::kOk);
  bars(4);
  EXPECT_EQ(sink_->level("one", "rs_bmk").validity, Validity::kOk);
  EXPECT_EQ(sink_->level("one", "excess_1").present, 0) << "one of its ends is missing";
  bars(5);
  EXPECT_EQ(sink_->level("one", "excess_1").validity, Validity::kOk);
}

TEST_F(ValidityTest, WhenAllMembersAreHaltedTheirPricesStandAndTheFlagSaysSo) {
  bars(0);
  bars(1);
  apply(live_roll(2));
  const std::uint64_t open_ns = test_day(2).open_ns;
  for (std::uint32_t symbol = 0; symbol < 6; ++symbol) apply(trade(symbol, open_ns + kSecond / 2, kHundred + 50 * kCent));
  apply(pulse_record(open_ns + 2 * kSecond));
  const Level before = sink_->level("one", "adv", Clock::kLive);
  EXPECT_EQ(before.value, 3.0);
  for (const std::uint32_t symbol : {0U, 1U, 2U}) status(symbol, open_ns + 3 * kSecond, StatusCode::kHalt);
  apply(pulse_record(open_ns + 200 * kSecond));
  const Level& halted = sink_->level("one", "adv", Clock::kLive);
  EXPECT_EQ(halted.value, 3.0);
  EXPECT_EQ(halted.n_valid, 3U);
  EXPECT_EQ(halted.validity, Validity::kOk);
  EXPECT_EQ(halted.flags & (kFlagHaltedMembers | kFlagStaleMembers), kFlagHaltedMembers) << "halted is not stale";
  const auto halts = static_cast<std::size_t>(std::count_if(sink_->edges.begin(), sink_->edges.end(), [](const Edge& edge) {
    return edge.type == EdgeType::kHaltMember && edge.direction == 1;
  }));
  EXPECT_EQ(halts, 3U);
}

TEST_F(ValidityTest, ABasketBelowCoverageIsInsufficientAndItsWaveNeedNotBe) {
  bars(0);
  bars(1);
  bars(2, {1, 2});  // BBB and CCC: one of three members of `one` trades
  EXPECT_EQ(sink_->level("one", "adv").validity, Validity::kInsufficient);
  EXPECT_EQ(sink_->level("one", "adv").present, 0);
  EXPECT_EQ(sink_->level("one", "adv").n_valid, 1U);
  EXPECT_EQ(sink_->level("one", "adv").n_members, 3U);
  EXPECT_EQ(sink_->level("two", "adv").value, 3.0);
  EXPECT_EQ(sink_->level("wave:compute", "adv").value, 3.0);  // three of five
  EXPECT_EQ(sink_->level("wave:compute", "adv").validity, Validity::kOk);
}

TEST_F(ValidityTest, ASymbolOfTwoBasketsCountsOnceWhereTheyArePooled) {
  bars(0);
  bars(1);
  EXPECT_EQ(sink_->level("one", "adv").value, 3.0);
  EXPECT_EQ(sink_->level("two", "adv").value, 3.0);
  for (const char* scope : {"wave:compute", "thesis"}) {
    EXPECT_EQ(sink_->level(scope, "adv").value, 5.0) << scope;
    EXPECT_EQ(sink_->level(scope, "up_vol").value, 500.0) << scope;
    EXPECT_EQ(sink_->level(scope, "adv").n_members, 5U) << scope;
  }
}

}  // namespace
}  // namespace groundswell
