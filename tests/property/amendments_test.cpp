// Laws of second thoughts: a day with trades that are cancelled, corrected or sent twice ends as the day without them.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <numeric>
#include <random>

#include "pipeline/digest.hpp"
#include "support/amended_tape.hpp"
#include "support/capture_sink.hpp"
#include "support/one_market.hpp"
#include "support/random_tape.hpp"
#include "support/simulated_tape.hpp"

namespace groundswell {
namespace {

using namespace test;

// --- one symbol: cancelled is never sent, corrected is sent right, at every moment ---

struct Sent {
  OneMarket::Trade trade;
  std::uint64_t time_ns;
  bool cancelled = false;
};

std::string difference(const SymbolState& a, const SymbolState& b) {
  std::string text;
  const auto field = [&](const char* name, auto x, auto y) {
    if (x != y)
      text +=
          std::string(name) + ' ' + std::to_string(static_cast<long long>(x)) + " not " + std::to_string(static_cast<long long>(y)) + "; ";
  };
  field("last", a.last_e9, b.last_e9);
  field("ref", a.ref_e9, b.ref_e9);
  field("high", a.high_e9, b.high_e9);
  field("low", a.low_e9, b.low_e9);
  field("volume", a.volume_shares, b.volume_shares);
  field("vwap volume", a.vwap_shares, b.vwap_shares);
  field("dollars", a.dollars_e9, b.dollars_e9);
  field("vwap dollars", a.vwap_dollars_e9, b.vwap_dollars_e9);
  field("traded", a.traded, b.traded);
  field("extremes", a.has_extremes, b.has_extremes);
  field("tick", a.tick_sign, b.tick_sign);
  field("suspect", a.suspect, b.suspect);
  return text;
}

// The same trades, as they are now, into a new market.
void expect_as_if_sent_so(const OneMarket& one, const std::vector<Sent>& sent, std::uint64_t seed) {
  OneMarket anew;
  anew.trade({});
  anew.roll(1);
  std::int64_t close_e9 = 0;
  for (const Sent& each : sent) {
    if (each.cancelled) continue;
    anew.now_ns = each.time_ns - kSecond;
    anew.trade(each.trade);
    if (each.trade.condition == kOfficialClose) close_e9 = each.trade.price_e9;
  }
  ASSERT_EQ(difference(one.state(), anew.state()), "") << "seed " << seed << ", trade " << sent.size();
  ASSERT_EQ(one.market.anything_traded(), anew.market.anything_traded());
  ASSERT_EQ(one.market.last_trade_ns(0), anew.market.last_trade_ns(0));
  OneMarket settled = one;
  settled.market.settle_closes();
  if (close_e9 != 0 && one.state().traded) {
    ASSERT_EQ(settled.state().last_e9, close_e9);
  }
}

TEST(Amendments, WhatWasTakenBackOrCorrectedIsAsIfItHadBeenSentSo) {
  std::uint64_t amended = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t bound) { return random() % bound; };
    OneMarket one;
    one.trade({});
    one.roll(1);
    std::vector<Sent> sent;
    for (unsigned i = 0; i < 120; ++i) {
      one.now_ns += below(40) * kSecond;
      std::vector<std::size_t> alive;
      for (std::size_t k = 0; k < sent.size(); ++k) {
        if (!sent[k].cancelled) alive.push_back(k);
      }
      const std::uint64_t what = below(10);
      if (what >= 4 || alive.empty()) {  // within 1 % of each other: nothing is quarantined
        const std::uint16_t conditions[] = {kRegular, kRegular, kRegular, kOddLot, kClosingPrint, kOfficialClose};
        OneMarket::Trade trade{.price_e9 = OneMarket::kHundred + static_cast<std::int64_t>(below(100)) * kCent,
                               .size = 1 + below(500),
                               .id = i + 1,
                               .condition = conditions[below(6)]};
        one.trade(trade);
        sent.push_back({trade, one.now_ns});
        continue;
      }
      Sent& chosen = sent[alive[below(2) == 0 ? alive.size() - 1 : below(alive.size())]];  // the newest, or any
      if (what < 2) {
        chosen.trade.price_e9 = OneMarket::kHundred + static_cast<std::int64_t>(below(100)) * kCent;
        chosen.trade.size = 1 + below(500);
        ASSERT_EQ(one.correct(chosen.trade.id, chosen.trade.price_e9, chosen.trade.size).outcome, market::Outcome::kCorrected);
      } else {
        chosen.cancelled = true;
        ASSERT_EQ(one.cancel(chosen.trade.id).outcome, market::Outcome::kCancelled);
      }
      ++amended;
      expect_as_if_sent_so(one, sent, seed);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(amended, 2000U);
}

// --- a whole market: the faults of the simulator's tape ---

using Closes = std::map<std::string, Level>;

Closes closes_of(const pipeline::FoldSetup& setup, const SimulatedTape& tape, pipeline::FoldCounters& counters) {
  pipeline::Fold fold(setup);
  CaptureSink sink(fold);
  std::uint64_t jseq = 0;
  for (const Record& record : tape.records) fold.apply(record, ++jseq, sink);
  counters = fold.counters();
  EXPECT_TRUE(fold.book().sums_hold());
  Closes closes;
  sink.for_each_latest([&](Clock clock, const std::string& scope, const std::string& signal, const Level& level) {
    if (clock == Clock::kClose) closes[scope + ' ' + signal] = level;
  });
  return closes;
}

TEST(Amendments, TheDayEndsAsTheDayWithoutThem) {
  const config::Config config = default_config();
  const pipeline::FoldSetup setup = default_setup(config);
  constexpr double kRate = 1.5;
  pipeline::FoldCounters plain{}, counters{};
  const SimulatedTape without = simulated_tape(config.universe, 11, 22, 1, kRate);
  const SimulatedTape with =
      simulated_tape(config.universe, 11, 22, 1, kRate, 0, {.repeats = 0.02, .corrections = 0.03, .cancels = 0.03, .outliers = 0.01});
  const Closes expected = closes_of(setup, without, plain), closes = closes_of(setup, with, counters);
  ASSERT_EQ(closes.size(), expected.size());
  for (const auto& [name, level] : expected) {
    EXPECT_EQ(std::memcmp(&closes.at(name), &level, sizeof level), 0) << name << ": " << closes.at(name).value << " not " << level.value;
  }
  const auto outcome = [&](market::Outcome of) { return counters.outcomes[static_cast<std::size_t>(of)]; };
  EXPECT_EQ(outcome(market::Outcome::kCancelled), with.faults.cancels + with.faults.outliers);
  EXPECT_EQ(outcome(market::Outcome::kCorrected), with.faults.corrections);
  EXPECT_EQ(outcome(market::Outcome::kDuplicateTradeId), with.faults.repeats);
  EXPECT_EQ(outcome(market::Outcome::kCancelledRoughly) + outcome(market::Outcome::kUnknownCancel), 0U);
  EXPECT_GT(with.faults.cancels, 300U);
  EXPECT_GT(with.faults.outliers, 100U);
  // Of the outliers those are held that come when ten prices are known; the rest is believed until its cancel.
  EXPECT_GT(outcome(market::Outcome::kQuarantined), with.faults.outliers / 2);
  EXPECT_LE(outcome(market::Outcome::kQuarantined),
            with.faults.outliers + plain.outcomes[static_cast<std::size_t>(market::Outcome::kQuarantined)]);
}

// --- any tape: every step and every look after a record, or only those that may differ; every tick in one outcome; the sums ---

TEST(Amendments, SkippingStepsChangesNothingAndEveryTickHasOneOutcome) {
  std::array<std::uint64_t, market::kOutcomeNames.size()> outcomes{};
  std::uint64_t believed = 0, revisions = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    pipeline::FoldSetup setup = random_tape_setup();
    setup.emit_every_record = seed % 2 == 1;
    if (seed % 4 == 1) setup.live_signals = {"idx_ew", "ad_pct"};  // then a trade at the same price moves no sum
    const std::vector<Record> records = amended(RandomTape(seed).records(), seed);
    std::string digests[2];
    for (const bool every_step : {false, true}) {
      setup.evaluate_every_step = every_step;
      pipeline::Fold fold(setup);
      struct Counting final : pipeline::Sink {
        explicit Counting(const pipeline::Fold& fold) : digest({fold.scope_names(), fold.symbols()}, fold.signal_names()) {}
        void on_levels(const pipeline::LevelBatchView& batch) noexcept override { digest.on_levels(batch); }
        void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
          digest.on_edge(edge, why);
          revisions += edge.type == EdgeType::kRevision;
        }
        pipeline::DigestSink digest;
        std::uint64_t revisions = 0;
      } sink(fold);
      std::uint64_t jseq = 0;
      for (const Record& record : records) {
        fold.apply(record, ++jseq, sink);
        const auto& counted = fold.counters().outcomes;
        ASSERT_EQ(std::accumulate(counted.begin(), counted.end(), std::uint64_t{0}),
                  fold.counters().ticks + fold.counters().dropped_at_gaps);
      }
      ASSERT_TRUE(fold.book().sums_hold());
      digests[every_step] = sink.digest.text();
      for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] += fold.counters().outcomes[i];
      believed += fold.counters().believed;
      revisions += sink.revisions;
    }
    ASSERT_EQ(digests[0], digests[1]) << "seed " << seed;
  }
  for (const market::Outcome of :
       {market::Outcome::kEligible, market::Outcome::kVolumeOnly, market::Outcome::kQuarantined, market::Outcome::kDuplicateTradeId,
        market::Outcome::kOutsideHours, market::Outcome::kAfterFinal, market::Outcome::kCancelled, market::Outcome::kCorrected,
        market::Outcome::kUnknownCancel, market::Outcome::kUnknownCorrection, market::Outcome::kCorrectionAfterRoll}) {
    EXPECT_GT(outcomes[static_cast<std::size_t>(of)], 10U) << market::kOutcomeNames[static_cast<std::size_t>(of)];
  }
  EXPECT_GT(believed, 10U);
  EXPECT_GT(revisions, 100U);
}

}  // namespace
}  // namespace groundswell
