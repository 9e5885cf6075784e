// Screens as text, beside the golden ones in tests/golden/top. GROUNDSWELL_REGENERATE=1 writes them anew: then look at every one of them.
#include <gtest/gtest.h>

#include <cstdlib>

#include "support/console_scene.hpp"
#include "support/scratch.hpp"

namespace groundswell::top {
namespace {

using test::ConsoleScene;

class TopRenderTest : public testing::Test {
 protected:
  static constexpr Size kUsual{80, 24}, kLarge{120, 40}, kNarrow{40, 15};

  std::string text(Size size, std::int64_t now_ns = ConsoleScene::kHeard) {
    return render(made_.scene(), view_, size, now_ns).frame.text();
  }
  void expect_golden(const std::string& name, const std::string& text) {
    const test::fs::path path = test::fs::path(GROUNDSWELL_SOURCE_DIR) / "tests/golden/top" / (name + ".txt");
    if (std::getenv("GROUNDSWELL_REGENERATE") != nullptr) {
      test::fs::create_directories(path.parent_path());
      test::write_text(path, text);
    }
    EXPECT_EQ(text, test::read_text(path)) << "GROUNDSWELL_REGENERATE=1 writes " << path << " anew";
  }
  Style style_of(const std::string& part, Size size, std::int64_t now_ns = ConsoleScene::kHeard) {
    const Frame frame = render(made_.scene(), view_, size, now_ns).frame;
    for (int y = 0; y < size.height; ++y) {
      std::string row;
      std::vector<int> columns;  // by byte
      for (int x = 0; x < size.width; ++x) {
        row += frame.at(x, y).text;
        columns.resize(row.size(), x);
      }
      if (const std::size_t at = row.find(part); at != std::string::npos) return frame.at(columns[at], y).style;
    }
    ADD_FAILURE() << part << " is nowhere on the screen";
    return Style::kPlain;
  }

  ConsoleScene made_;
  ViewState view_;
};

TEST_F(TopRenderTest, Overview) {
  made_.fill();
  view_.scope = "memory_storage";
  expect_golden("overview_80x24", text(kUsual));
  expect_golden("overview_120x40", text(kLarge));
  expect_golden("overview_40x15", text(kNarrow));
  EXPECT_EQ(style_of("▲ +60.0", kUsual), Style::kUp);
  EXPECT_EQ(style_of("B R O A D E N I N G", kUsual), Style::kUp);
  EXPECT_EQ(style_of("11/12!", kUsual), Style::kWarning);
}

TEST_F(TopRenderTest, OverviewByBreadthAndFiltered) {
  made_.fill();
  view_.sort = Sort::kBreadth;
  view_.filter = "E";
  expect_golden("overview_sorted_80x24", text(kUsual));
  view_.filter = "nobody";
  EXPECT_NE(text(kUsual).find("No basket has 'nobody'"), std::string::npos);
}

TEST_F(TopRenderTest, Basket) {
  made_.fill();
  view_.pane = Pane::kBasket;
  view_.scope = "cooling_hvac";
  expect_golden("basket_80x24", text(kUsual));
  expect_golden("basket_40x15", text(kNarrow));
  view_.scope = "thesis";
  expect_golden("thesis_120x40", text(kLarge));
}

TEST_F(TopRenderTest, Events) {
  made_.fill();
  view_.pane = Pane::kEvents;
  expect_golden("events_80x24", text(kUsual));
  expect_golden("events_120x40", text(kLarge));
  expect_golden("events_40x15", text(kNarrow));
}

TEST_F(TopRenderTest, FeedsAndHealth) {
  made_.fill();
  view_.pane = Pane::kHealth;
  expect_golden("health_80x24", text(kUsual));
  expect_golden("health_40x15", text(kNarrow));
}

TEST_F(TopRenderTest, NoEngine) {
  expect_golden("no_engine_80x24", text(kUsual));
  view_.pane = Pane::kHealth;
  expect_golden("no_engine_health_80x24", text(kUsual));
}

TEST_F(TopRenderTest, NoNumbersYet) {
  made_.hear();
  EXPECT_NE(text(kUsual).find("No numbers yet."), std::string::npos);
}

TEST_F(TopRenderTest, WithoutHistoryEveryNullSaysWhy) {
  made_.hear();
  for (const char* scope : {"gpu_accelerators", "wave:compute", "thesis"}) {
    made_.tell(scope, "ad_pct", 0, 0, {.validity = Validity::kInsufficient, .present = false, .n_valid = 2});
    made_.tell(scope, "excess_1", 0, 0, {.validity = Validity::kStaleInput, .present = false});
    made_.tell(scope, "broadening", 0, 0, {.validity = Validity::kWarmup, .present = false});
    made_.tell(scope, "quadrant", 0, 0, {.validity = Validity::kUndefined, .present = false});
  }
  made_.tell_close("thesis", "state", 0, {.validity = Validity::kWarmup});
  expect_golden("warmup_120x40", text(kLarge));
  view_.pane = Pane::kBasket;
  view_.scope = "gpu_accelerators";
  expect_golden("warmup_basket_80x24", text(kUsual));
}

TEST_F(TopRenderTest, ASilentEngineIsStaleInWordsAndItsNumbersAge) {
  made_.fill();
  const std::int64_t now_ns = ConsoleScene::kHeard + 4'200'000'000;
  expect_golden("stale_80x24", text(kUsual, now_ns));
  EXPECT_EQ(style_of("STALE 4 s", kUsual, now_ns), Style::kAlarm);
  EXPECT_EQ(style_of("▲ +60.0", kUsual, now_ns), Style::kDim);
  EXPECT_EQ(text(kUsual, ConsoleScene::kHeard + 1'000'000'000), text(kUsual)) << "four heartbeats missed are not yet a silence";
}

TEST_F(TopRenderTest, ASilentFeedIsStaleInWords) {
  made_.fill();
  for (int second = 1; second <= 5; ++second)
    made_.health.take(ConsoleScene::stats(140, 40'412), ConsoleScene::kHeard + second * ConsoleScene::kSecond);
  EXPECT_NE(text(kUsual).find("STALE 5 s: feed market is silent"), std::string::npos) << text(kUsual);
  view_.pane = Pane::kHealth;
  EXPECT_EQ(style_of("STALE 5 s  ", kUsual), Style::kAlarm);
  made_.health.take(ConsoleScene::stats(141, 40'412), ConsoleScene::kHeard + 6 * ConsoleScene::kSecond);
  EXPECT_EQ(text(kUsual).find("STALE"), std::string::npos) << "a heartbeat of it is enough";
}

TEST_F(TopRenderTest, ADegradedEngineAndTroubleAreTold) {
  made_.fill();
  made_.hear(client::NodeState::kDegraded);
  made_.model.on_trouble({client::ErrorCode::kNoAnswer, "it does not answer"});
  EXPECT_NE(text(kUsual).find("The engine is DEGRADED (and 1 more: 4)"), std::string::npos) << text(kUsual);
}

TEST_F(TopRenderTest, StandingStillItSaysSinceWhenAndShowsWhatWas) {
  made_.fill();
  const client::Names names = made_.names;
  const console::Model still = made_.model.as_of_now(names);
  made_.tell("gpu_accelerators", "ad_pct", -77);
  const Scene scene{
      .shown = still, .live = made_.model, .health = made_.health, .endpoint = ConsoleScene::kEndpoint, .paused_ns = ConsoleScene::kHeard};
  const std::string paused = render(scene, view_, kUsual, ConsoleScene::kHeard + 7 * ConsoleScene::kSecond).frame.text();
  EXPECT_NE(paused.find("PAUSED 7 s"), std::string::npos) << paused;
  EXPECT_EQ(paused.find("77.0"), std::string::npos);
  EXPECT_NE(paused.find("STALE 7 s"), std::string::npos) << "how the engine is goes on being told";
  EXPECT_NE(text(kUsual).find("77.0"), std::string::npos);
}

TEST_F(TopRenderTest, ASmallTerminalIsToldSoAndNoSizeIsTooSmallToDraw) {
  made_.fill();
  EXPECT_EQ(text({39, 10}).substr(0, 32), "39x10 is too small: 40x10\n\n\n\n\n\n\n");
  for (int pane = 0; pane < 4; ++pane) {
    view_.pane = static_cast<Pane>(pane);
    for (const bool help : {false, true}) {
      view_.help = help;
      for (int width = 0; width < 130; width += 3) {
        for (int height = 0; height < 45; ++height) {
          const Frame frame = render(made_.scene(), view_, {width, height}, ConsoleScene::kHeard).frame;
          ASSERT_EQ(frame.size(), (Size{width, height}));
        }
      }
    }
  }
}

TEST_F(TopRenderTest, Help) {
  made_.fill();
  view_.help = true;
  expect_golden("help_80x24", text(kUsual));
}

}  // namespace
}  // namespace groundswell::top
