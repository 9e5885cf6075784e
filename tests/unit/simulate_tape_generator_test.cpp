#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "simulate/tape_generator.hpp"
#include "simulate_fixture.hpp"

namespace groundswell::simulate {
namespace {

constexpr std::uint32_t kGeneratedSession = 20261120;
constexpr std::uint64_t kSecondNs = 1'000'000'000;

MarketModel model_with(std::uint64_t seed, Profile profile, double rate) { return MarketModel(test_universe(), {seed, profile, rate, 0}); }

std::vector<Tick> tape_of(std::uint64_t seed, Profile profile = Profile::kOpen, double rate = 10, double quotes = 0) {
  MarketModel model = model_with(seed, profile, rate);
  return whole_tape(model, kGeneratedSession, {seed, rate, quotes});
}

std::string tape_digest(const std::vector<Tick>& ticks) { return digest_of(ticks.data(), ticks.size() * sizeof(Tick)); }

TEST(TapeGenerator, TheSeedIsAll) {
  EXPECT_EQ(tape_digest(tape_of(5)), tape_digest(tape_of(5)));
  EXPECT_NE(tape_digest(tape_of(5)), tape_digest(tape_of(6)));
}

// The same bits whatever the compiler and the optimization: this text was made once.
TEST(TapeGenerator, TicksAreTheSameOnEveryCompiler) { EXPECT_EQ(tape_digest(tape_of(5, Profile::kRotation, 10, 0.5)), "db6617246ff36ab6"); }

TEST(TapeGenerator, HowTheTapeIsReadChangesNothing) {
  MarketModel model = model_with(5, Profile::kOpen, 2);
  TapeGenerator tape(model, test_calendar().times(kGeneratedSession), {5, 2, 1.5});
  std::vector<Tick> one_by_one;
  Tick tick;
  while (tape.next({&tick, 1}) == 1) one_by_one.push_back(tick);
  EXPECT_EQ(tape.next({&tick, 1}), 0U);
  EXPECT_EQ(tape_digest(one_by_one), tape_digest(tape_of(5, Profile::kOpen, 2, 1.5)));
}

TEST(TapeGenerator, TradesAreInOrderAndWellFormed) {
  const config::SessionTimes times = test_calendar().times(kGeneratedSession);
  std::uint64_t last_ns = 0, last_id = 0;
  std::map<std::uint16_t, std::size_t> conditions;
  const std::vector<Tick> ticks = tape_of(5);
  for (const Tick& tick : ticks) {
    ASSERT_GE(tick.ts_event_ns, std::max(last_ns, times.open_ns));
    ASSERT_LT(tick.ts_event_ns, times.final_ns);
    ASSERT_TRUE(tick.cond_set >= kClosingPrint || tick.ts_event_ns < times.close_ns);
    ASSERT_EQ(tick.trade_id, last_id + 1);
    ASSERT_GT(tick.price_e9, 0);
    ASSERT_LT(tick.price_e9, kMaxPriceE9);
    ASSERT_EQ(tick.price_e9 % (kPriceScale / 100), 0);
    ASSERT_GT(tick.size, 0U);
    ASSERT_LT(tick.size, kMaxSize);
    ASSERT_EQ(tick.action, Action::kTrade);
    ASSERT_EQ(tick.flags, kFlagLast);
    ASSERT_LT(tick.symbol, 115U);
    ASSERT_LT(tick.cond_set, tape_condition_sets().size());
    ASSERT_EQ(tick.size < 100, tick.cond_set == kOddLot || tick.cond_set == kOddLotSweep);
    last_ns = tick.ts_event_ns;
    last_id = tick.trade_id;
    ++conditions[tick.cond_set];
  }
  EXPECT_EQ(conditions[kOpeningPrint], 115U);
  EXPECT_EQ(conditions[kClosingPrint], 115U);
  EXPECT_EQ(conditions[kOfficialClose], 115U);
  EXPECT_NEAR(static_cast<double>(conditions[kOddLot] + conditions[kOddLotSweep]) / static_cast<double>(ticks.size()), 0.3, 0.02);
  EXPECT_GT(conditions[kSweep], conditions[kOddLotSweep]);
}

TEST(TapeGenerator, RateIsMetAndTheDayIsUShaped) {
  const config::SessionTimes times = test_calendar().times(kGeneratedSession);
  const std::vector<Tick> ticks = tape_of(5, Profile::kOpen, 10);
  EXPECT_NEAR(static_cast<double>(ticks.size()) / 23'400, 10, 0.3);
  std::array<double, 13> half_hours{};
  double shares = 0, prints = 0;
  for (const Tick& tick : ticks) {
    if (tick.cond_set >= kOpeningPrint) continue;
    ++half_hours[(tick.ts_event_ns - times.open_ns) / (1800 * kSecondNs)];
    shares += static_cast<double>(tick.size);
    ++prints;
  }
  EXPECT_GT(half_hours[0], 2 * half_hours[6]);
  EXPECT_GT(half_hours[12], 2 * half_hours[6]);
  EXPECT_NEAR(shares / prints, kMeanPrintShares, 5);
}

TEST(TapeGenerator, ArrivalsComeInBursts) {
  const std::vector<Tick> ticks = tape_of(5, Profile::kOpen, 10);
  double sum = 0, square = 0, close = 0, gaps = 0;
  for (std::size_t index = ticks.size() / 2 - 10'000; index < ticks.size() / 2 + 10'000; ++index) {  // midday: a flat rate
    const double gap = static_cast<double>(ticks[index + 1].ts_event_ns - ticks[index].ts_event_ns);
    sum += gap;
    square += gap * gap;
    ++gaps;
  }
  const double mean = sum / gaps;
  for (std::size_t index = ticks.size() / 2 - 10'000; index < ticks.size() / 2 + 10'000; ++index) {
    close += static_cast<double>(ticks[index + 1].ts_event_ns - ticks[index].ts_event_ns) < mean / 16 ? 1 : 0;
  }
  EXPECT_GT(square / gaps / (mean * mean) - 1, 1.2);  // 1 for plain Poisson arrivals
  EXPECT_GT(close / gaps, 0.12);                      // 0.061 for plain Poisson arrivals
}

TEST(TapeGenerator, ClosesAreTheModelsAndTheNextDayStartsThere) {
  MarketModel model = model_with(5, Profile::kThrust, 2);
  std::map<std::uint32_t, std::int64_t> official_e9;
  for (const Tick& tick : whole_tape(model, kGeneratedSession, {5, 2, 0})) {
    if (tick.cond_set == kOfficialClose) official_e9[tick.symbol] = tick.price_e9;
  }
  for (std::uint32_t symbol = 0; symbol < 115; ++symbol) EXPECT_EQ(official_e9[symbol], model.last_close_e9(symbol));
  double ratio = 0;
  for (const Tick& tick : whole_tape(model, 20261123, {5, 2, 0})) {
    if (tick.cond_set == kOpeningPrint) ratio += static_cast<double>(tick.price_e9) / static_cast<double>(official_e9[tick.symbol]) / 115;
  }
  EXPECT_NEAR(ratio, 1, 0.02);
}

TEST(TapeGenerator, AHalfDayIsShort) {
  MarketModel model = model_with(5, Profile::kOpen, 5);
  const config::SessionTimes times = test_calendar().times(20261127);
  ASSERT_EQ(times.close_ns - times.open_ns, 210 * 60 * kSecondNs);
  const std::vector<Tick> ticks = whole_tape(model, 20261127, {5, 5, 0});
  EXPECT_LT(ticks.back().ts_event_ns, times.close_ns + 60 * kSecondNs);
  EXPECT_NEAR(static_cast<double>(ticks.size()) / 12'600, 5, 0.3);
}

TEST(TapeGenerator, AStartInTheMiddleLeavesTheMorningOut) {
  MarketModel model = model_with(5, Profile::kOpen, 5);
  const std::uint64_t noon_ns = config::new_york_time_ns(kGeneratedSession, 12 * 3600);
  const std::vector<Tick> ticks = whole_tape(model, kGeneratedSession, {5, 5, 0, noon_ns, 1000});
  EXPECT_GE(ticks.front().ts_event_ns, noon_ns);
  EXPECT_LT(ticks.front().ts_event_ns, noon_ns + 10 * kSecondNs);
  EXPECT_EQ(ticks.front().trade_id, 1000U);
}

TEST(TapeGenerator, QuotesAreGroupsOfTwo) {
  const std::vector<Tick> ticks = tape_of(5, Profile::kOpen, 5, 0.5);
  double quotes = 0, trades = 0;
  for (std::size_t index = 0; index < ticks.size(); ++index) {
    if (ticks[index].action == Action::kTrade) {
      ++trades;
      continue;
    }
    const Tick &bid = ticks[index], &ask = ticks[++index];
    ASSERT_EQ(bid.side, 'B');
    ASSERT_EQ(bid.flags, 0);
    ASSERT_EQ(ask.side, 'A');
    ASSERT_EQ(ask.flags, kFlagLast);
    ASSERT_EQ(bid.symbol, ask.symbol);
    ASSERT_EQ(bid.ts_event_ns, ask.ts_event_ns);
    ASSERT_LT(bid.price_e9, ask.price_e9);
    ++quotes;
  }
  EXPECT_NEAR(quotes / trades, 0.5, 0.02);
}

// Mean move of a wave's members between two times of the day, from the tape alone.
double wave_move(const std::vector<Tick>& ticks, std::size_t first_basket, std::size_t baskets, std::uint64_t from_ns,
                 std::uint64_t to_ns) {
  std::map<std::uint32_t, std::int64_t> before, after;
  for (const Tick& tick : ticks) {
    if (tick.ts_event_ns <= from_ns || !before.contains(tick.symbol)) before[tick.symbol] = tick.price_e9;
    if (tick.ts_event_ns <= to_ns) after[tick.symbol] = tick.price_e9;
  }
  double sum = 0;
  for (auto symbol = static_cast<std::uint32_t>(first_basket * 8); symbol < (first_basket + baskets) * 8; ++symbol) {
    sum += static_cast<double>(after[symbol]) / static_cast<double>(before[symbol]) - 1;
  }
  return sum / static_cast<double>(baskets * 8);
}

TEST(TapeGenerator, RotationMovesFromComputeToThePhysicalWave) {
  const config::SessionTimes times = test_calendar().times(kGeneratedSession);
  const std::uint64_t middle_ns = times.open_ns + (times.close_ns - times.open_ns) / 2;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const std::vector<Tick> ticks = tape_of(seed, Profile::kRotation, 5);
    const double compute_morning = wave_move(ticks, 0, 5, times.open_ns, middle_ns);
    const double physical_afternoon = wave_move(ticks, 5, 6, middle_ns, times.final_ns);
    EXPECT_GT(compute_morning, 0.008) << "seed " << seed;
    EXPECT_GT(compute_morning, wave_move(ticks, 5, 6, times.open_ns, middle_ns)) << "seed " << seed;
    EXPECT_GT(physical_afternoon, 0.015) << "seed " << seed;
    EXPECT_GT(physical_afternoon, wave_move(ticks, 0, 5, middle_ns, times.final_ns)) << "seed " << seed;
  }
}

TEST(TapeGenerator, ThrustRisesAndGapOpensLowerThenRecovers) {
  const config::SessionTimes times = test_calendar().times(kGeneratedSession);
  EXPECT_GT(wave_move(tape_of(5, Profile::kThrust, 5), 0, 14, times.open_ns, times.final_ns), 0.01);
  MarketModel model = model_with(5, Profile::kGap, 5);
  std::vector<std::int64_t> before_e9;
  for (std::size_t symbol = 0; symbol < 112; ++symbol) before_e9.push_back(model.last_close_e9(symbol));
  const std::vector<Tick> ticks = whole_tape(model, kGeneratedSession, {5, 5, 0});
  double opening = 0;
  for (const Tick& tick : ticks) {
    if (tick.cond_set != kOpeningPrint || tick.symbol >= 112) continue;
    opening += (static_cast<double>(tick.price_e9) / static_cast<double>(before_e9[tick.symbol]) - 1) / 112;
  }
  EXPECT_LT(opening, -0.02);
  EXPECT_GT(wave_move(ticks, 0, 14, times.open_ns, times.final_ns), 0.015);
}

}  // namespace
}  // namespace groundswell::simulate
