// The formulas that rank, by themselves: B4's weighted return, B7's ranks, B9's slope.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "signal/indicators/basket_rank.hpp"
#include "signal/indicators/beta.hpp"
#include "signal/indicators/strength_rating.hpp"

namespace groundswell::signal {
namespace {

// The worked example of the definition: P = 120 now and 110, 100, 95, 80 one to four quarters ago.
TEST(StrengthRating, TheWorkedExample) {
  SymbolState state;
  state.ref_e9 = state.last_e9 = 120'000'000'000;
  state.past_close_e9 = {1, 1, 110'000'000'000, 100'000'000'000, 95'000'000'000, 80'000'000'000};
  EXPECT_TRUE(StrengthRating::rated(state));
  EXPECT_EQ(StrengthRating::weighted_return_e9(state), 228'995'215);
  state.past_close_e9[5] = 0;
  EXPECT_FALSE(StrengthRating::rated(state));
}

// Twenty rated members; one that opened as a suspect has no rating, and one whose history is too short is warming up whatever it opened at.
TEST(StrengthRating, SaysWhyThereIsNone) {
  std::vector<SymbolState> states(22);
  std::vector<std::uint32_t> members;
  for (std::uint32_t symbol = 0; symbol < states.size(); ++symbol) {
    states[symbol].ref_e9 = states[symbol].last_e9 = 100 + symbol;
    states[symbol].past_close_e9.fill(100);
    members.push_back(symbol);
  }
  for (const std::size_t suspect : {20U, 21U}) {
    states[suspect].suspect = true;
    states[suspect].ref_e9 = 0;
  }
  states[21].past_close_e9.back() = 0;
  const Step step;
  std::vector<std::int64_t> scratch(states.size());
  const SymbolsContext context{.states = states, .members = members, .returns = {nullptr, nullptr}, .step = &step, .scratch = scratch};
  std::vector<Level> levels(states.size());
  SymbolOutput out(levels.data(), 1, context);
  StrengthRating::publish_symbols(context, {}, {}, out);
  EXPECT_EQ(levels[0].value, 1.0);
  EXPECT_EQ(levels[19].value, 99.0);
  EXPECT_EQ(levels[20].validity, Validity::kUndefined);
  EXPECT_EQ(levels[21].validity, Validity::kWarmup);
}

struct Ranking {
  static constexpr std::size_t kOutputs = BasketRank::kOutputs.size();
  std::vector<Derived> derived;
  std::vector<Level> all;
  std::vector<Level> levels, week, month;  // rank_pct and its changes, by basket

  // `ranks_ago`: 5 and 21 sessions ago, the same for all baskets.
  explicit Ranking(const std::vector<double>& scores, std::array<double, 2> ranks_ago = {50.0, 50.0}, std::uint32_t ranks_known = 21)
      : derived(scores.size()), all(scores.size() * kOutputs) {
    std::vector<RankedScope> baskets(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      derived[i].z63 = scores[i];
      derived[i].z63_valid = scores[i] == scores[i];
      derived[i].z63_validity = derived[i].z63_valid ? Validity::kOk : Validity::kUndefined;
      derived[i].rank_pct_ago = ranks_ago;
      derived[i].ranks_known = ranks_known;
      baskets[i].context.derived = &derived[i];
      baskets[i].levels = &all[i * kOutputs];
    }
    BasketRank::rank(baskets);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      levels.push_back(all[i * kOutputs]);
      week.push_back(all[i * kOutputs + 1]);
      month.push_back(all[i * kOutputs + 2]);
    }
  }
};

TEST(BasketRank, TiesShareTheirMiddleRank) {
  const double none = std::nan("");
  const Ranking ranking({-1.0, 2.0, 0.5, 0.5, 3.0, none});
  const double expected[] = {0.0, 75.0, 37.5, 37.5, 100.0};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(ranking.levels[i].value, expected[i]) << i;
    EXPECT_EQ(ranking.levels[i].validity, Validity::kOk);
    EXPECT_EQ(ranking.levels[i].n_valid, 5U);
    EXPECT_EQ(ranking.levels[i].n_members, 6U);
  }
  EXPECT_EQ(ranking.levels[5].present, 0);
  EXPECT_EQ(ranking.levels[5].validity, Validity::kUndefined);
  const Ranking all_equal({1.0, 1.0, 1.0, 1.0, 1.0});
  for (const Level& level : all_equal.levels) EXPECT_EQ(level.value, 50.0);
}

TEST(BasketRank, SaysHowFarABasketHasCome) {
  const double none = std::nan("");
  const Ranking ranking({-1.0, 2.0, 0.5, 0.5, 3.0, none}, {25.0, 100.0});
  EXPECT_EQ(ranking.week[1].value, 50.0);    // 75 after 25
  EXPECT_EQ(ranking.month[1].value, -25.0);  // and after 100
  EXPECT_EQ(ranking.week[5].validity, Validity::kUndefined);
  const Ranking young({-1.0, 2.0, 0.5, 0.5, 3.0}, {25.0, Derived::kNoRank}, 20);
  EXPECT_EQ(young.week[1].value, 50.0);
  EXPECT_EQ(young.month[1].validity, Validity::kWarmup);
  const Ranking gap({-1.0, 2.0, 0.5, 0.5, 3.0}, {Derived::kNoRank, 100.0});
  EXPECT_EQ(gap.week[1].validity, Validity::kUndefined);
  EXPECT_EQ(gap.week[1].present, 0);
  EXPECT_EQ(gap.month[1].value, -25.0);
}

TEST(BasketRank, RemembersTwentyOneRanksFromTheFirstOn) {
  Derived derived;
  ScopeContext context;
  context.derived = &derived;
  BasketRank::Memory memory;
  BasketRank::commit(context, memory, memory);  // no rank yet
  EXPECT_EQ(memory.ranks.count, 0U);
  for (int t = 0; t < 25; ++t) {
    derived.rank_pct = t == 22 ? Derived::kNoRank : t;
    BasketRank::commit(context, memory, memory);
  }
  Level unused[3];
  Output out(unused, context);
  BasketRank::evaluate(context, memory, out);
  EXPECT_EQ(derived.ranks_known, 21U);
  EXPECT_EQ(derived.rank_pct_ago, (std::array<double, 2>{20.0, 4.0}));
}

TEST(BasketRank, NeedsFiveBaskets) {
  const Ranking ranking({1.0, 2.0, 3.0, 4.0, std::nan("")});
  for (const Level& level : ranking.levels) {
    EXPECT_EQ(level.present, 0);
    EXPECT_EQ(level.validity, Validity::kInsufficient);
    EXPECT_EQ(level.n_valid, 4U);
  }
}

// Benchmark 1, 2, 3, 4 %, own 2, 1, 4, 3 %: covariance sum 3, variance sum 5.
TEST(CoMoments, SlopeByHand) {
  constexpr std::int64_t kPercent = 10'000'000'000;
  CoMoments all;
  for (const auto& [benchmark, own] : {std::pair{1, 2}, std::pair{2, 1}, std::pair{3, 4}, std::pair{4, 3}}) {
    all.add(own * kPercent, benchmark * kPercent);
  }
  EXPECT_FALSE(all.flat());
  EXPECT_EQ(all.slope(), 0.6);
}

TEST(CoMoments, FlatIsAVarianceBelowATrillionth) {
  for (const std::int64_t move_e12 : {1'000'000, 999'999}) {  // a deviation of about 1e-6
    CoMoments all;
    for (const std::int64_t benchmark : {move_e12, std::int64_t{0}, -move_e12}) all.add(0, benchmark);  // sample variance move^2
    EXPECT_EQ(all.flat(), move_e12 < 1'000'000) << move_e12;
  }
}

// One member and its benchmark, commit after commit. The benchmark alternates between +1 and -1 %, the member moves twice as far.
class BetaOfAMember : public testing::Test {
 protected:
  enum : std::uint32_t { kMember };
  static constexpr std::int64_t kBase = 100'000'000'000;

  void SetUp() override {
    step_.benchmarks[0].known = true;
    step_.benchmarks[0].ref_e9 = kBase;
    states_[kMember].ref_e9 = kBase;
  }
  // The session's move of each in percent.
  void session(int member, int benchmark, bool member_trades = true, bool benchmark_trades = true) {
    states_[kMember].traded = member_trades;
    states_[kMember].last_e9 = kBase + member * kBase / 100;
    step_.benchmarks[0].traded = benchmark_trades;
    step_.benchmarks[0].last_e9 = kBase + benchmark * kBase / 100;
    const SymbolsContext context{
        .states = states_, .universe = universe_, .members = universe_, .returns = {nullptr, nullptr}, .step = &step_};
    base_ = now_;
    Beta::commit_symbols(context, base_, now_);
    SymbolOutput out(levels_.data(), levels_.size(), context);
    Beta::publish_symbols(context, base_, now_, out);
  }
  void sessions(int n) {
    for (int i = 0; i < n; ++i) session(i % 2 == 0 ? 2 : -2, i % 2 == 0 ? 1 : -1);
  }

  std::vector<SymbolState> states_{1};
  std::vector<std::uint32_t> universe_{kMember};
  Step step_;
  std::vector<Beta::SymbolMemory> base_{1}, now_{1};
  std::array<Level, 2> levels_;
};

TEST_F(BetaOfAMember, NeedsReturnsOfBothInSessionsThatFollowEachOther) {
  session(0, 0);  // the benchmark has no session before
  sessions(125);
  EXPECT_EQ(levels_[Beta::kBeta].validity, Validity::kWarmup);
  sessions(1);
  EXPECT_EQ(levels_[Beta::kBeta].validity, Validity::kOk);
  EXPECT_EQ(levels_[Beta::kBeta].value, 2.0);
  EXPECT_EQ(levels_[Beta::kExcess].validity, Validity::kWarmup);
  sessions(1);
  EXPECT_EQ(levels_[Beta::kExcess].validity, Validity::kOk);
}

// A sample leaves the window at each commit after the 252nd: what is left are the sums of those that are in it.
TEST_F(BetaOfAMember, RunningSumsAreThoseOfTheWindow) {
  std::mt19937 random(5);
  for (int i = 0; i < 600; ++i) {
    session(static_cast<int>(random() % 19) - 9, static_cast<int>(random() % 19) - 9, random() % 10 != 0, random() % 20 != 0);
    const Beta::SymbolMemory& memory = now_[kMember];
    CoMoments anew;
    for (std::size_t age = 1; age <= memory.prior.count; ++age)
      anew.add(memory.prior.ago(age).own_e12, memory.prior.ago(age).benchmark_e12);
    ASSERT_EQ(std::memcmp(&anew, &memory.sums, sizeof anew), 0) << i;
  }
  EXPECT_TRUE(now_[kMember].prior.full());
}

TEST_F(BetaOfAMember, StaysWithGapWhereOneOfThemHasNone) {
  session(0, 0);
  sessions(200);
  const double before = levels_[Beta::kBeta].value;
  const auto stays = [&](const char* why) {
    for (const Level& level : levels_) EXPECT_EQ(level.flags & kFlagGap, kFlagGap) << why;
    EXPECT_EQ(levels_[Beta::kBeta].value, before) << why;
    EXPECT_EQ(now_[kMember].returns, 200U) << why;
  };
  session(2, 9, true, false);
  stays("the benchmark did not trade");
  session(2, 9);
  stays("its return is one of two sessions");
  states_[kMember].ref_e9 = 0;
  session(2, 9);
  stays("the member opened as a suspect");
}

TEST_F(BetaOfAMember, AnUntradedMemberStoodStill) {
  session(0, 0);
  sessions(126);
  session(0, 1, false);  // after 126 products of 2 % x 1 %: one of nothing
  EXPECT_EQ(now_[kMember].returns, 127U);
  EXPECT_LT(levels_[Beta::kBeta].value, 2.0);
  EXPECT_EQ(levels_[Beta::kBeta].flags & kFlagGap, 0U);
}

TEST_F(BetaOfAMember, TheWindowIsOfReturnsNotOfSessions) {
  session(0, 0);
  sessions(240);
  for (int i = 0; i < 100; ++i) session(2, 9, true, false);
  session(2, 9);  // not one session after the last
  sessions(12);
  EXPECT_EQ(now_[kMember].returns, 252U);
  sessions(1);
  EXPECT_EQ(now_[kMember].returns, 252U);
}

}  // namespace
}  // namespace groundswell::signal
