// The conditions as data: they are the sentences of docs/thesis.md, written once more here as expressions, and use every key of [thesis].
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "signal/thesis_rules.hpp"

namespace groundswell::signal {
namespace {

using enum ThesisState;
constexpr std::array kJudged{kNarrow, kBroadening, kConfirmed, kDiverging, kBreaking};

bool enters(ThesisState state, const ThesisInputs& i, const ThesisThresholds& t) {
  switch (state) {
    case kBreaking:
      return i.a50 <= t.breaking_absolute_a50 || (i.a50 <= t.breaking_a50 && i.index_z <= t.breaking_z) ||
             (i.drawdown >= t.breaking_drawdown && i.d_rs <= t.breaking_d_rs);
    case kDiverging:
      return i.since_high <= t.diverging_since_high && i.a50_at_high - i.a50 >= t.diverging_a50_fall && i.score <= t.diverging_score;
    case kConfirmed:
      return i.score >= t.confirmed_score && i.d_rs >= t.confirmed_d_rs && i.leaders_z >= t.confirmed_leaders_z &&
             i.reward >= t.confirmed_reward && !(i.paint > t.confirmed_paint);
    case kBroadening:
      return i.score >= t.broadening_score && i.d_rs >= t.broadening_d_rs && i.index_z >= t.broadening_z && i.gap >= t.broadening_gap;
    case kNarrow: return i.leaders_z >= t.narrow_leaders_z && i.score <= t.narrow_score;
    default: return false;
  }
}
bool leaves(ThesisState state, const ThesisInputs& i, const ThesisThresholds& t) {
  switch (state) {
    case kBreaking: return i.a50 >= t.breaking_exit_a50 && i.index_z >= t.breaking_exit_z;
    case kDiverging:
      return i.a50_at_high - i.a50 <= t.diverging_exit_a50_fall || i.score >= t.diverging_exit_score ||
             i.since_high > t.diverging_exit_since_high;
    case kConfirmed: return i.score < t.confirmed_exit_score || i.d_rs < t.confirmed_exit_d_rs || !(i.reward >= t.confirmed_exit_reward);
    case kBroadening: return i.score < t.broadening_exit_score;
    case kNarrow: return i.score >= t.narrow_exit_score || i.leaders_z <= t.narrow_exit_leaders_z;
    default: return false;
  }
}

// Inputs near the thresholds, on them, and absent.
class RandomInputs {
 public:
  ThesisInputs next(const ThesisThresholds& t) {
    return {.score = one_of({t.diverging_score, t.confirmed_score, t.broadening_score, t.broadening_exit_score, t.narrow_score}),
            .index_z = one_of({t.breaking_z, t.breaking_exit_z, t.broadening_z}),
            .leaders_z = one_of({t.confirmed_leaders_z, t.narrow_leaders_z, t.narrow_exit_leaders_z}),
            .a50 = one_of({t.breaking_absolute_a50, t.breaking_a50, t.breaking_exit_a50}),
            .d_rs = one_of({t.breaking_d_rs, t.confirmed_d_rs, t.confirmed_exit_d_rs, t.broadening_d_rs}),
            .gap = one_of({t.broadening_gap}),
            .drawdown = one_of({t.breaking_drawdown}),
            .since_high = one_of({static_cast<double>(t.diverging_since_high), static_cast<double>(t.diverging_exit_since_high)}),
            .a50_at_high = one_of({t.breaking_a50 + t.diverging_a50_fall, t.breaking_a50 + t.diverging_exit_a50_fall}),
            .reward = one_of({t.confirmed_reward, t.confirmed_exit_reward}),
            .paint = one_of({t.confirmed_paint})};
  }

 private:
  double one_of(std::initializer_list<double> bounds) {
    if (random_() % 8 == 0) return kNoNumber;
    const double bound = *(bounds.begin() + random_() % bounds.size());
    return bound + (static_cast<double>(random_() % 3) - 1.0) * (random_() % 2 == 0 ? 0.25 : 20.0);
  }
  std::mt19937_64 random_{7};
};

TEST(ThesisRules, AreTheSentencesOfTheDocument) {
  const ThesisThresholds thresholds;
  RandomInputs random;
  std::map<std::pair<ThesisState, Passage>, std::array<int, 2>> seen;
  for (int i = 0; i < 200'000; ++i) {
    const ThesisInputs inputs = random.next(thresholds);
    for (const ThesisState state : kJudged) {
      const bool in = thesis_passage_holds(state, Passage::kEnter, inputs, thresholds);
      const bool out = thesis_passage_holds(state, Passage::kExit, inputs, thresholds);
      ASSERT_EQ(in, enters(state, inputs, thresholds)) << kThesisStateNames[static_cast<std::size_t>(state)];
      ASSERT_EQ(out, leaves(state, inputs, thresholds)) << kThesisStateNames[static_cast<std::size_t>(state)];
      ++seen[{state, Passage::kEnter}][in];
      ++seen[{state, Passage::kExit}][out];
    }
  }
  ASSERT_EQ(seen.size(), 10U);
  for (const auto& [passage, counts] : seen) EXPECT_TRUE(counts[0] > 100 && counts[1] > 100) << counts[0] << ' ' << counts[1];
  for (const ThesisState state : {kUnknown, kNeutral}) {
    EXPECT_FALSE(thesis_passage_holds(state, Passage::kEnter, {}, thresholds));
    EXPECT_FALSE(thesis_passage_holds(state, Passage::kExit, {}, thresholds));
  }
}

struct Keys {
  std::set<std::string> all;
  void number(std::string_view key, double&, double, double) { all.emplace(key); }
  void integer(std::string_view key, std::uint32_t&, std::uint32_t, std::uint32_t) { all.emplace(key); }
};

TEST(ThesisRules, UseEveryKeyOnceAndNameIt) {
  ThesisThresholds thresholds;
  Keys keys;
  visit_thresholds(thresholds, keys);
  keys.all.erase("handoff_leaders_z");  // of a flag
  keys.all.erase("wave_lead_z");        // of wave_lead
  const auto take = [&](const ThesisBound& bound) { EXPECT_EQ(keys.all.erase(std::string(bound.key())), 1U) << bound.key(); };
  for (const ThesisCondition& condition : thesis_rules::kConditions) {
    std::string state(kThesisStateNames[static_cast<std::size_t>(condition.state)]);
    for (char& c : state) c = static_cast<char>(c - 'A' + 'a');
    const std::string begin = state + (condition.passage == Passage::kExit ? "_exit_" : "_");
    EXPECT_TRUE(condition.bound.key().starts_with(begin)) << condition.bound.key();
    take(condition.bound);
  }
  for (const ThesisState state : kJudged) {
    for (const Passage passage : {Passage::kEnter, Passage::kExit}) {
      const ThesisBound& dwell = thesis_dwell(state, passage);
      EXPECT_EQ(dwell.key().ends_with(passage == Passage::kEnter ? "_enter" : "_exit"), true) << dwell.key();
      take(dwell);
    }
  }
  EXPECT_EQ(keys.all, std::set<std::string>());
}

}  // namespace
}  // namespace groundswell::signal
