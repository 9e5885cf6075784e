// Which close explains a state, and from where its members are counted: on sequences of closes made by the state machine itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/thesis_history.hpp"

namespace groundswell::pipeline {
namespace {

using testing::HasSubstr;

constexpr signal::ThesisInputs kCalm{
    .score = 0, .index_z = 0, .leaders_z = 0, .a50 = 60, .d_rs = 50, .gap = 0, .drawdown = 2, .since_high = 30, .a50_at_high = 60};
constexpr signal::ThesisInputs kCrash{
    .score = 0, .index_z = 0, .leaders_z = 0, .a50 = 12, .d_rs = 50, .gap = 0, .drawdown = 2, .since_high = 30, .a50_at_high = 60};
constexpr signal::ThesisInputs kMissing{.score = 0, .index_z = 0, .a50 = 12};

std::vector<ThesisClose> closes_of(const std::vector<signal::ThesisInputs>& inputs) {
  std::vector<ThesisClose> closes;
  signal::ThesisMemory memory;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ThesisClose close;
    close.session = 20260101 + static_cast<std::uint32_t>(i);
    close.account.inputs = inputs[i];
    close.account.before = memory;
    memory = signal::ThesisMachine({}, inputs[i]).step(memory);
    close.account.after = memory;
    closes.push_back(close);
  }
  return closes;
}

TEST(FindState, BaselineIsTheLastCloseBeforeTheConditionsHeld) {
  const auto plain = closes_of({kCalm, kCalm, kCrash, kCrash, kCrash});
  const auto found = find_state(plain, ThesisState::kBreaking, {}, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->entered);
  EXPECT_EQ(found->close, 3U);
  EXPECT_EQ(found->baseline, 1U);
  const auto gap = closes_of({kCalm, kCalm, kCrash, kMissing, kMissing, kCrash});
  const auto over_gap = find_state(gap, ThesisState::kBreaking, {}, {});
  ASSERT_TRUE(over_gap.has_value());
  EXPECT_EQ(over_gap->close, 5U);
  EXPECT_EQ(over_gap->baseline, 1U);
}

TEST(FindState, AnExitIsCountedFromWhereItBegan) {
  const auto closes = closes_of({kCalm, kCrash, kCrash, kCalm, kCalm, kCalm, kCalm, kCalm, kCalm});
  const auto found = find_state(closes, ThesisState::kNeutral, {}, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->close, 7U);  // five closes in a row
  EXPECT_EQ(found->baseline, 2U);
}

TEST(FindState, AtADate) {
  const auto closes = closes_of({kCalm, kCalm, kCrash, kCrash, kCrash});
  const auto later = find_state(closes, ThesisState::kBreaking, 20260105, {});
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ(later->close, 3U);
  const auto before = find_state(closes, ThesisState::kBreaking, 20260103, {});
  ASSERT_TRUE(before.has_value());
  EXPECT_FALSE(before->entered);
  EXPECT_EQ(before->close, 2U);
  EXPECT_EQ(before->baseline, 1U);
  const auto no_session = find_state(closes, ThesisState::kBreaking, 20260107, {});
  ASSERT_FALSE(no_session.has_value());
  EXPECT_EQ(no_session.error().exit, Exit::kNoInput);
  EXPECT_THAT(no_session.error().message, HasSubstr("next to it: 2026-01-05"));
}

TEST(FindState, NeverEnteredSaysHowNearItCame) {
  const auto once = find_state(closes_of({kCalm, kCrash, kCalm}), ThesisState::kBreaking, {}, {});
  ASSERT_FALSE(once.has_value());
  EXPECT_EQ(once.error().exit, Exit::kNoInput);
  EXPECT_THAT(once.error().message, HasSubstr("held at 1 closes in a row up to 2026-01-02, 2 are needed; entered were: NEUTRAL 1"));
  const auto never = find_state(closes_of({kCalm}), ThesisState::kConfirmed, {}, {});
  ASSERT_FALSE(never.has_value());
  EXPECT_THAT(never.error().message, HasSubstr("from BROADENING alone; its conditions never held"));
  EXPECT_FALSE(find_state({}, ThesisState::kBreaking, {}, {}).has_value());
}

}  // namespace
}  // namespace groundswell::pipeline
