// What a console remembers: the newest of both clocks, what a new recording and a grown catalog do, and that nothing grows without bound.
#include <gtest/gtest.h>

#include "console/model.hpp"

namespace groundswell::console {
namespace {

class ConsoleModelTest : public testing::Test {
 protected:
  static Catalog catalog(std::vector<std::string> scopes) {
    Catalog made;
    made.symbols = {"NVDA", "AMD"};
    made.scopes = std::move(scopes);
    made.signals = {{.id = "ad_pct", .unit = "%", .definition = 1, .index = 0},
                    {.id = "rs_rating", .unit = "rank", .definition = 2, .index = 1}};
    return made;
  }
  void tell(std::uint16_t scope, Clock clock, std::uint64_t ts_event_ns, double value, std::uint16_t signal = 0,
            std::uint32_t subject = 0) {
    Level level{};
    level.value = value;
    level.signal = signal;
    level.subject = subject;
    level.present = 1;
    level.validity = Validity::kOk;
    const Level levels[] = {level};
    client::LevelsEvent event{};
    event.scope = names_.scope(scope);
    event.scope_index = scope;
    event.session = 20261120;
    event.ts_event_ns = ts_event_ns;
    event.recording_id = 7;
    event.clock = clock;
    event.levels = levels;
    model_.on_levels(event);
  }
  void tell_edge(std::uint64_t eseq) {
    Edge edge{};
    edge.eseq = eseq;
    edge.ts_event_ns = eseq;
    edge.type = EdgeType::kThrust;
    edge.trigger = edge.signal = kNoIndex;
    edge.subject = kNoSubject;
    const Why why[] = {{.delta = 2, .symbol = 1, .zero = 0}};
    model_.on_edge({.edge = edge,
                    .why = why,
                    .recording_id = 7,
                    .config_hash = 0,
                    .universe = "main",
                    .type = "THRUST",
                    .scope = "chips",
                    .signal = "",
                    .trigger = "",
                    .subject = "",
                    .past = false});
  }

  Universe universe_{
      .version = "t", .benchmarks = {"SPY"}, .baskets = {{.id = "chips", .name = "Chips", .wave = Wave::kCompute, .members = {}}}};
  client::Names names_{catalog({"chips", "wave:compute", "thesis", "symbols"})};
  Model model_{universe_, names_};
};

TEST_F(ConsoleModelTest, OfBothClocksTheNewestIsShownAndAtTheSameTimeThatOfTheClose) {
  EXPECT_FALSE(model_.cell("chips", "ad_pct").told());
  tell(0, Clock::kLive, 10, 1.0);
  tell(0, Clock::kClose, 5, 2.0);
  EXPECT_EQ(model_.cell("chips", "ad_pct").level.value, 1.0);
  tell(0, Clock::kClose, 10, 3.0);
  tell(0, Clock::kLive, 10, 4.0);
  EXPECT_EQ(model_.cell("chips", "ad_pct").level.value, 3.0);
  tell(0, Clock::kLive, 11, 5.0);
  EXPECT_EQ(model_.cell("chips", "ad_pct").level.value, 5.0);
  EXPECT_EQ(model_.cell("chips", "ad_pct").change, model_.changes());
  EXPECT_EQ(model_.event_time_ns(), 11U);
  EXPECT_FALSE(model_.cell("thesis", "ad_pct").told());
  EXPECT_FALSE(model_.cell("mars", "ad_pct").told());
}

TEST_F(ConsoleModelTest, NumbersOfSymbolsAreKeptBySymbol) {
  tell(3, Clock::kClose, 10, 97, 1, 0);
  tell(3, Clock::kClose, 10, 12, 1, 1);
  ASSERT_EQ(model_.subjects().size(), 2U);
  EXPECT_EQ(model_.subjects().at({1, 1}).level.value, 12.0);
  EXPECT_FALSE(model_.cell("symbols", "rs_rating").told());
}

TEST_F(ConsoleModelTest, ACatalogThatGrowsKeepsNumbersAndSaysThatCellsBeginAnew) {
  tell(1, Clock::kLive, 10, 1.0);
  const std::uint64_t beginnings = model_.beginnings();
  names_ = client::Names(catalog({"chips", "wave:compute", "thesis", "symbols", "cooling"}));
  tell(4, Clock::kLive, 11, 2.0);
  EXPECT_GT(model_.beginnings(), beginnings);
  EXPECT_EQ(model_.cell("wave:compute", "ad_pct").level.value, 1.0);
  EXPECT_EQ(model_.cell("cooling", "ad_pct").level.value, 2.0);
  const std::vector<ScopeInfo> scopes = model_.scopes();
  ASSERT_EQ(scopes.size(), 5U);
  EXPECT_EQ(scopes[0].name, "Chips");
  EXPECT_EQ(scopes[1].wave, Wave::kCompute);
  EXPECT_EQ(scopes[3].kind, ScopeKind::kSymbols);
  EXPECT_EQ(scopes[4].name, "cooling");
}

TEST_F(ConsoleModelTest, AnotherRecordingBeginsAnew) {
  tell(0, Clock::kLive, 10, 1.0);
  tell_edge(1);
  model_.on_recording(8);
  EXPECT_FALSE(model_.cell("chips", "ad_pct").told());
  EXPECT_TRUE(model_.events().empty());
  EXPECT_EQ(model_.recording_id(), 8U);
  EXPECT_EQ(model_.event_time_ns(), 0U);
}

TEST_F(ConsoleModelTest, EventsAreKeptUpToABound) {
  for (std::uint64_t eseq = 1; eseq <= Model::kMostEvents + 10; ++eseq) tell_edge(eseq);
  ASSERT_EQ(model_.events().size(), Model::kMostEvents);
  const Event& last = model_.events().back();
  EXPECT_EQ(last.number, Model::kMostEvents + 10);
  EXPECT_EQ(model_.events().front().edge.eseq, 11U);
  EXPECT_NE(last.json.find(R"("why":[{"symbol":"AMD","delta":2}])"), std::string::npos) << last.json;
}

TEST_F(ConsoleModelTest, EventsAreInTheOrderOfTheirNumbersHoweverTheyCome) {
  for (const std::uint64_t eseq : {7U, 9U, 3U, 8U, 12U, 1U}) tell_edge(eseq);
  std::vector<std::uint64_t> eseqs, numbers;
  for (const Event& event : model_.events()) {
    eseqs.push_back(event.edge.eseq);
    numbers.push_back(event.number);
  }
  EXPECT_EQ(eseqs, (std::vector<std::uint64_t>{1, 3, 7, 8, 9, 12}));
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{6, 3, 1, 4, 2, 5}));
}

}  // namespace
}  // namespace groundswell::console
