// What keys do.
#include <gtest/gtest.h>

#include "support/console_scene.hpp"

namespace groundswell::top {
namespace {

class TopViewTest : public testing::Test {
 protected:
  void SetUp() override { made_.fill(); }
  bool keys(std::string_view characters) {
    bool stays = true;
    for (const char c : characters) stays = press(view_, {.kind = KeyKind::kCharacter, .text = std::string(1, c)}, made_.model, 5);
    return stays;
  }
  bool key(KeyKind kind) { return press(view_, {.kind = kind, .text = {}}, made_.model, 5); }

  test::ConsoleScene made_;
  ViewState view_;
};

TEST_F(TopViewTest, PanesByTabAndNumber) {
  key(KeyKind::kTab);
  EXPECT_EQ(view_.pane, Pane::kBasket);
  key(KeyKind::kBackTab);
  key(KeyKind::kBackTab);
  EXPECT_EQ(view_.pane, Pane::kHealth);
  key(KeyKind::kTab);
  EXPECT_EQ(view_.pane, Pane::kOverview);
  keys("3");
  EXPECT_EQ(view_.pane, Pane::kEvents);
  keys("59x");
  EXPECT_EQ(view_.pane, Pane::kEvents);
}

TEST_F(TopViewTest, RowsAreChosenByNameSoThatAnotherOrderKeepsThem) {
  keys("jj");
  EXPECT_EQ(view_.scope, "gpu_accelerators");  // after the thesis and its wave
  keys("s");
  EXPECT_EQ(view_.scope, "gpu_accelerators");
  keys("G");
  EXPECT_EQ(view_.scope, overview_rows(made_.model, view_).back().id);
  keys("j");
  EXPECT_EQ(view_.scope, overview_rows(made_.model, view_).back().id);
  keys("gk");
  EXPECT_EQ(view_.scope, overview_rows(made_.model, view_).front().id);
  key(KeyKind::kPageDown);
  EXPECT_EQ(view_.scope, overview_rows(made_.model, view_)[5].id);
}

TEST_F(TopViewTest, EnterOpensAndEscapeGoesBack) {
  keys("j");
  key(KeyKind::kEnter);
  EXPECT_EQ(view_.pane, Pane::kBasket);
  EXPECT_EQ(view_.scope, "wave:compute");
  key(KeyKind::kRight);
  EXPECT_EQ(view_.scope, "gpu_accelerators");
  key(KeyKind::kLeft);
  EXPECT_EQ(view_.scope, "wave:compute");
  key(KeyKind::kEscape);
  EXPECT_EQ(view_.pane, Pane::kOverview);
  keys("3j");
  key(KeyKind::kEnter);
  EXPECT_EQ(view_.scope, "gpu_accelerators");  // of the event before the last one
}

TEST_F(TopViewTest, TheTapeFollowsTheNewestUntilAnotherIsChosen) {
  keys("3");
  EXPECT_EQ(view_.event, 0U);
  keys("j");
  EXPECT_EQ(view_.event, 3U);
  made_.tell_edge("THRUST", "thesis", "ad_pct", 1, 0, 1, 0);
  EXPECT_EQ(view_.event, 3U);
  keys("g");
  EXPECT_EQ(view_.event, 0U);
}

TEST_F(TopViewTest, TheTapeBeginsWithTheNewest) {
  const auto rows = tape(made_.model, view_);
  ASSERT_EQ(rows.size(), 4U);
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_GT(rows[i - 1]->edge.eseq, rows[i]->edge.eseq);
}

TEST_F(TopViewTest, AFilterIsTypedKeptAndDropped) {
  keys("/cool");
  EXPECT_TRUE(view_.typing);
  EXPECT_EQ(overview_rows(made_.model, view_).size(), 1U);
  key(KeyKind::kBackspace);
  EXPECT_EQ(view_.filter, "coo");
  press(view_, {.kind = KeyKind::kCharacter, .text = "é"}, made_.model, 5);
  key(KeyKind::kBackspace);
  EXPECT_EQ(view_.filter, "coo");
  EXPECT_TRUE(keys("q")) << "a letter of the filter";
  key(KeyKind::kBackspace);
  key(KeyKind::kEnter);
  EXPECT_FALSE(view_.typing);
  EXPECT_EQ(view_.filter, "coo");
  key(KeyKind::kEscape);
  EXPECT_EQ(view_.filter, "");
  EXPECT_EQ(view_.pane, Pane::kOverview);
  keys("fx");
  key(KeyKind::kEscape);
  EXPECT_FALSE(view_.typing);
  EXPECT_EQ(view_.filter, "");
}

TEST_F(TopViewTest, TheOthers) {
  EXPECT_TRUE(keys(" "));
  EXPECT_TRUE(view_.paused);
  keys(" t");
  EXPECT_FALSE(view_.paused);
  EXPECT_EQ(view_.theme, Theme::kLight);
  keys("tt");
  EXPECT_EQ(view_.theme, Theme::kDark);
  keys("?");
  EXPECT_TRUE(view_.help);
  keys("3");
  EXPECT_FALSE(view_.help);
  EXPECT_EQ(view_.pane, Pane::kOverview) << "the key only put the help away";
  keys("4j");
  EXPECT_EQ(view_.scroll, 1);
  EXPECT_FALSE(keys("q"));
}

TEST_F(TopViewTest, WithoutAnythingKnownNoKeyDoesHarm) {
  const client::Names no_names;
  const Universe nobody;
  const console::Model empty(nobody, no_names);
  for (int pane = '1'; pane <= '4'; ++pane) {
    press(view_, {.kind = KeyKind::kCharacter, .text = std::string(1, static_cast<char>(pane))}, empty, 1);
    for (int kind = 1; kind <= static_cast<int>(KeyKind::kBackTab); ++kind)
      EXPECT_TRUE(press(view_, {.kind = static_cast<KeyKind>(kind), .text = {}}, empty, 1));
  }
}

}  // namespace
}  // namespace groundswell::top
