// Scope `symbols`: ratings and betas of single members, against plain computations over the same closes; and the order in which they come.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "support/capture_sink.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

class Symbols : public testing::Test {
 protected:
  // A basket `b` of `members` symbols, then the benchmark.
  void begin(std::uint32_t members) {
    members_ = members;
    setup_ = {};
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
    day_ = 0;
    jseq_ = 0;
  }
  // One session of everybody's closes in cents, the benchmark last; 0 = untraded.
  void session(const std::vector<std::int64_t>& closes) {
    const TestDay day = test_day(day_);
    apply(bars_roll(day_++));
    std::vector<Record> bars;
    for (std::uint32_t symbol = 0; symbol <= members_; ++symbol) {
      const std::int64_t close = closes[symbol] * kCent;
      if (close != 0) add_bar(bars, symbol, day.close_ns, close, close, close, close, 100);
    }
    for (const Record& record : bars) apply(record);
    apply(pulse_record(day.close_ns + 1));
  }
  void apply(const Record& record) { fold_->apply(record, ++jseq_, *sink_); }
  const Level& of(std::uint32_t symbol, const std::string& signal) const {
    return sink_->level("symbol:S" + std::to_string(symbol), signal);
  }

  pipeline::FoldSetup setup_;
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<CaptureSink> sink_;
  std::uint32_t members_ = 0;
  unsigned day_ = 0;
  std::uint64_t jseq_ = 0;
};

// 253 closes are the first to have a rating; strength rises with the number of the symbol, two are equal, one has no year yet.
TEST_F(Symbols, RatingsRankTheMembersFromOneToNinetyNine) {
  constexpr std::int64_t kMembers = 22;
  begin(kMembers);
  const auto closes_of = [&](std::int64_t t) {
    std::vector<std::int64_t> closes;
    for (std::int64_t i = 0; i < kMembers; ++i) closes.push_back(10'000 + t * (i == 11 ? 10 : i));
    if (t == 0) closes[21] = 0;  // one session younger
    closes.push_back(50'000);
    return closes;
  };
  for (std::int64_t t = 0; t < 252; ++t) session(closes_of(t));
  for (std::uint32_t i = 0; i < kMembers; ++i) EXPECT_EQ(of(i, "rs_rating").validity, Validity::kInsufficient) << i;
  session(closes_of(252));
  EXPECT_EQ(of(0, "rs_rating").value, 1.0);
  EXPECT_EQ(of(20, "rs_rating").value, 99.0);
  EXPECT_EQ(of(20, "rs_rating").n_valid, 1U);
  EXPECT_EQ(of(20, "rs_rating").n_members, 1U);
  EXPECT_EQ(of(5, "rs_rating").value, std::floor(98.0 * 5 / 20 + 0.5) + 1.0);
  for (const std::uint32_t tied : {10U, 11U}) EXPECT_EQ(of(tied, "rs_rating").value, std::floor(98.0 * 10.5 / 20 + 0.5) + 1.0);
  EXPECT_EQ(of(21, "rs_rating").validity, Validity::kWarmup);
  EXPECT_EQ(of(21, "rs_rating").present, 0);
  EXPECT_EQ(of(21, "rs_rating").n_valid, 0U);
}

struct Batch {
  std::vector<double> own, benchmark;
  double beta(std::size_t sessions) const {  // over the last ones
    const std::size_t first = own.size() > sessions ? own.size() - sessions : 0;
    const auto n = static_cast<double>(own.size() - first);
    double mean_own = 0, mean_benchmark = 0, covariance = 0, variance = 0;
    for (std::size_t i = first; i < own.size(); ++i) mean_own += own[i] / n, mean_benchmark += benchmark[i] / n;
    for (std::size_t i = first; i < own.size(); ++i) {
      covariance += (own[i] - mean_own) * (benchmark[i] - mean_benchmark);
      variance += (benchmark[i] - mean_benchmark) * (benchmark[i] - mean_benchmark);
    }
    return covariance / variance;
  }
};

// Of every symbol and of the basket, over 420 sessions, with betas from -1 to 3.
TEST_F(Symbols, BetaAndItsExcessEqualABatchOverTheSameCloses) {
  constexpr std::uint32_t kMembers = 5;
  begin(kMembers);
  std::mt19937_64 random(9);
  std::normal_distribution<double> normal;
  std::vector<double> prices(kMembers + 1, 100'000.0);
  std::vector<std::int64_t> last(kMembers + 1);
  std::vector<Batch> batch(kMembers + 1);  // the basket last
  std::vector<double> excess(kMembers + 1);
  std::size_t compared = 0;
  for (int t = 0; t < 420; ++t) {
    const double market = 0.01 * normal(random);
    std::vector<std::int64_t> closes;
    for (std::uint32_t i = 0; i <= kMembers; ++i) {
      prices[i] *= 1.0 + (i == kMembers ? market : market * (i - 1.0) + 0.005 * normal(random));
      closes.push_back(static_cast<std::int64_t>(prices[i]));
    }
    session(closes);
    if (t > 0) {
      const auto change = [&](std::uint32_t i) { return static_cast<double>(closes[i] - last[i]) / static_cast<double>(last[i]); };
      double mean = 0.0;
      for (std::uint32_t i = 0; i < kMembers; ++i) mean += change(i) / kMembers;
      for (std::uint32_t i = 0; i <= kMembers; ++i) {
        const double own = i == kMembers ? mean : change(i);
        if (batch[i].own.size() >= 126) excess[i] += std::log1p(own - (1.0 / 3 + 2.0 / 3 * batch[i].beta(252)) * change(kMembers));
        batch[i].own.push_back(own);
        batch[i].benchmark.push_back(change(kMembers));
        const Level& beta = i == kMembers ? sink_->level("b", "beta") : of(i, "beta");
        const Level& adjusted = i == kMembers ? sink_->level("b", "beta_adj_excess") : of(i, "beta_adj_excess");
        ASSERT_EQ(beta.validity, t >= 126 ? Validity::kOk : Validity::kWarmup) << t;
        ASSERT_EQ(adjusted.validity, t >= 127 ? Validity::kOk : Validity::kWarmup) << t;
        ASSERT_NEAR(beta.value, t >= 126 ? batch[i].beta(252) : 0.0, 1e-9) << t << ' ' << i;
        ASSERT_NEAR(adjusted.value, excess[i], 1e-9) << t << ' ' << i;
        compared += adjusted.present;
      }
    }
    last = closes;
  }
  EXPECT_EQ(compared, 293U * 6);
}

TEST_F(Symbols, AFlatBenchmarkHasNoBetaAndCountsAsOne) {
  begin(4);
  for (int t = 0; t < 130; ++t) session({10'000 + 10 * (t % 7), 10'000, 10'000, 10'000, 50'000});
  EXPECT_EQ(of(0, "beta").validity, Validity::kUndefined);
  EXPECT_EQ(of(0, "beta").present, 0);
  EXPECT_EQ(of(0, "beta_adj_excess").validity, Validity::kOk);
  EXPECT_NE(of(0, "beta_adj_excess").flags & kFlagUnitBeta, 0U);
  EXPECT_NEAR(of(0, "beta_adj_excess").value, std::log(10'030.0 / 10'000.0), 1e-11);  // the benchmark gives nothing: all of it is excess
  EXPECT_NE(sink_->level("b", "beta_adj_excess").flags & kFlagUnitBeta, 0U);
}

// It carries its close: a return of 0, held against what the benchmark let expect.
TEST_F(Symbols, AnUntradedSessionIsAReturnOfNothing) {
  begin(4);
  for (int t = 0; t < 130; ++t) session({10'000 + 10 * (t % 7), 10'000, 10'000, 10'000, 50'000 + 5 * (t % 3)});
  const double before = of(0, "beta_adj_excess").value, beta = of(0, "beta").value;
  session({0, 10'000, 10'000, 10'000, 50'500});
  const double benchmark = 50'500.0 / (50'000 + 5 * (129 % 3)) - 1.0;
  EXPECT_NEAR(of(0, "beta_adj_excess").value, before + std::log1p(-(1.0 + 2.0 * beta) / 3.0 * benchmark), 1e-9);
  EXPECT_EQ(of(0, "beta_adj_excess").flags & kFlagGap, 0U);
  EXPECT_NE(of(0, "beta").value, beta);
}

// One batch of all symbols, in the order of their ids, before the baskets'; nothing of them on the live clock.
TEST_F(Symbols, ComeFirstInOneBatch) {
  begin(4);
  session({10'000, 10'000, 10'000, 10'000, 50'000});
  class Order final : public pipeline::Sink {
   public:
    std::vector<std::uint16_t> scopes;
    std::vector<std::uint32_t> subjects;
    std::vector<std::uint64_t> level_seqs;
    void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
      scopes.push_back(batch.scope);
      if (batch.scope != 3) return;
      level_seqs.push_back(batch.level_seq);
      for (const Level& level : batch.levels) subjects.push_back(level.subject);
    }
    void on_edge(const Edge&, std::span<const Why>) noexcept override {}
  } order;
  std::vector<Record> records{live_roll(1)};
  for (std::uint32_t symbol = 0; symbol < 5; ++symbol) records.push_back(trade(symbol, test_day(1).open_ns + kSecond, 10'000 * kCent));
  records.push_back(pulse_record(test_day(1).open_ns + 3 * kSecond));
  for (const Record& record : records) fold_->apply(record, ++jseq_, order);
  EXPECT_EQ(order.scopes, (std::vector<std::uint16_t>{0, 1, 2}));
  order.scopes.clear();
  fold_->apply(pulse_record(test_day(1).close_ns + 1), ++jseq_, order);
  order.scopes.clear();
  fold_->apply(pulse_record(test_day(1).provisional_ns + 1), ++jseq_, order);
  EXPECT_EQ(order.scopes, (std::vector<std::uint16_t>{3, 0, 1, 2}));
  EXPECT_EQ(order.level_seqs, (std::vector<std::uint64_t>{2}));  // the first was that of the history's commit
  EXPECT_TRUE(std::is_sorted(order.subjects.begin(), order.subjects.end()));
  EXPECT_EQ(order.subjects.size(), 4 * signal::symbol_signals().size());
}

}  // namespace
}  // namespace groundswell
