// Waves: position, incumbency, and lags of a sequence that leads another by construction.
#include <gtest/gtest.h>

#include "signal/indicators/wave_lead.hpp"

namespace groundswell::signal {
namespace {

WaveLead::Scores scores_of(std::initializer_list<double> all, std::vector<std::size_t> waves = {0, 1, 2}) {
  WaveLead::Scores scores;
  std::size_t next = 0;
  for (const double z : all) scores.add(waves[next++], true, z);
  return scores;
}

TEST(WaveLead, PositionWeighsScoresAboveZero) {
  EXPECT_DOUBLE_EQ(scores_of({2, 1, -3}).phi(), 4.0 / 3.0);
  EXPECT_EQ(scores_of({-1, -1, 1.5}).phi(), 3.0);
  EXPECT_DOUBLE_EQ(scores_of({2, 1}, {0, 2}).phi(), 5.0 / 3.0);  // a universe without the second wave
  EXPECT_EQ(scores_of({.9, .8, .7}).greatest, .9);
}

TEST(WaveLead, ChallengerNeedsThreeCommitsInARow) {
  const double rows[][3] = {{1.5, 0, 0},   {1.5, 2.1, 0}, {1.5, 2.1, 0}, {1.5, 2.0, 0}, {1.5, 2.1, 0},
                            {1.5, 2.1, 0}, {1.5, 0, 2.1}, {1.5, 2.1, 0}, {1.5, 2.1, 0}, {1.5, 2.1, 0}};
  WaveIncumbency lead;
  std::vector<std::uint32_t> incumbents;
  for (const auto& row : rows) {
    lead.take(row);
    incumbents.push_back(lead.incumbent);
  }
  EXPECT_EQ(incumbents, (std::vector<std::uint32_t>{1, 1, 1, 1, 1, 1, 1, 1, 1, 2}));
}

// Three waves as a commit sees them.
struct Commit {
  explicit Commit(const std::array<const Derived*, 3>& waves) {
    context.kind = ScopeKind::kThesis;
    context.commit = true;
    context.thresholds = &thresholds;
    context.waves = waves;
  }
  const std::array<Level, 5>& take() {
    Output out(levels.data(), context);
    WaveLead::evaluate(context, memory, out);
    const WaveLead::Memory base = memory;
    WaveLead::commit(context, base, memory);
    return levels;
  }
  ThesisThresholds thresholds;
  ScopeContext context;
  std::array<Level, 5> levels{};
  WaveLead::Memory memory;
};

TEST(WaveLead, IncumbencyGoesOnUnseenWhereNoWaveLeads) {
  std::array<Derived, 3> waves;
  Commit commit({&waves[0], &waves[1], &waves[2]});
  const auto with = [&](double a, double b, double c) {
    const double scores[] = {a, b, c};
    for (std::size_t i = 0; i < 3; ++i) waves[i].z63 = scores[i], waves[i].z63_valid = true;
    return commit.take()[WaveLead::kLead];
  };
  EXPECT_EQ(with(1.5, 0, 0).value, 1.0);
  EXPECT_EQ(with(.5, 0, 0).validity, Validity::kUndefined);
  EXPECT_EQ(with(.4, 1.2, 0).value, 1.0);
  waves[2].z63_valid = false;
  EXPECT_EQ(commit.take()[WaveLead::kPhi].validity, Validity::kWarmup);
  EXPECT_EQ(commit.levels[WaveLead::kPhi].n_valid, 2U);
  EXPECT_EQ(commit.levels[WaveLead::kPhi].n_members, 3U);
}

TEST(WaveLead, WithoutTheSecondWaveTheOthersKeepTheirNumbers) {
  std::array<Derived, 2> waves;
  waves[0].z63 = 0.0, waves[1].z63 = 1.0;
  waves[0].z63_valid = waves[1].z63_valid = true;
  Commit commit({&waves[0], nullptr, &waves[1]});
  EXPECT_EQ(commit.take()[WaveLead::kLead].value, 3.0);
  EXPECT_EQ(commit.levels[WaveLead::kFirstLag].validity, Validity::kInsufficient);
  EXPECT_EQ(commit.levels[WaveLead::kFirstLag].n_valid, 1U);
}

std::int64_t leading(int t) { return t < 0 ? 0 : ((37 * t * t + 11 * t) % 101 - 50) * std::int64_t{1'000'000}; }

TEST(WaveLead, LagIsFoundWithItsSignAndNeverZero) {
  std::array<Derived, 3> waves;  // the second does what the first did 4 sessions ago; the third what the first does
  Commit commit({&waves[0], &waves[1], &waves[2]});
  for (int t = 0; t < 140; ++t) {
    waves[0].score_excess_e12 = waves[2].score_excess_e12 = static_cast<double>(leading(t));
    waves[1].score_excess_e12 = static_cast<double>(leading(t - 4));
    const auto& levels = commit.take();
    if (t < 125) {
      EXPECT_EQ(levels[WaveLead::kFirstLag].validity, Validity::kWarmup) << t;
    } else if (t == 125 || t == 139) {
      EXPECT_EQ(levels[WaveLead::kFirstLag].value, 4.0);
      EXPECT_EQ(levels[WaveLead::kFirstLag + 1].value, -4.0);
      EXPECT_EQ(levels[WaveLead::kFirstLag + 2].validity, Validity::kUndefined);  // all in common, nothing led
    }
  }
  waves[1].score_excess_e12 = kNoNumber;  // a session without one
  EXPECT_EQ(commit.take()[WaveLead::kFirstLag].validity, Validity::kWarmup);
}

TEST(WaveLead, CorrelationsOfTheKnownSequence) {
  constexpr double kKnown[] = {.145,  -.0481, .0349, .029, -.0257, -.0346, -.0882, -.0119, -.0905, -.0033, .167,
                               .0764, -.0786, .0023, 1,    .0024,  -.0907, .0584,  .1726,  .0215,  -.0958};  // k = -10 .. 10 at t = 139
  WaveReturns a, b;
  for (int t = 0; t < 139; ++t) {
    a.prior_e12.push(leading(t));
    b.prior_e12.push(leading(t - 4));
  }
  for (int k = -10; k <= 10; ++k) {
    EXPECT_NEAR(lagged_correlation(a, leading(139), b, leading(135), k), kKnown[k + 10], 5.1e-5) << k;
  }
}

}  // namespace
}  // namespace groundswell::signal
