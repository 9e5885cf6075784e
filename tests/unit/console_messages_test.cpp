// The texts that a browser gets: shapes by example, numbers as everywhere else, nothing that a text could break.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "console/messages.hpp"

namespace groundswell::console {
namespace {

using nlohmann::json;

class ConsoleMessages : public testing::Test {
 protected:
  void tell(std::uint16_t scope, std::uint16_t signal, std::uint64_t at_ns, double value, Clock clock = Clock::kLive,
            std::uint32_t subject = 0) {
    const Level levels[] = {{.value = value,
                             .flags = kFlagGap | kFlagSmallN,
                             .subject = subject,
                             .n_valid = 3,
                             .n_members = 5,
                             .signal = signal,
                             .validity = value == 0 ? Validity::kInsufficient : Validity::kOk,
                             .present = static_cast<std::uint8_t>(value != 0),
                             .zero = 0}};
    client::LevelsEvent event{};
    event.scope = names_.scope(scope);
    event.scope_index = scope;
    event.session = 20261120;
    event.ts_event_ns = at_ns;
    event.recording_id = 7;
    event.clock = clock;
    event.levels = levels;
    model_.on_levels(event);
  }
  void tell_event(std::uint64_t eseq) {
    Edge edge{};
    edge.eseq = eseq;
    edge.ts_event_ns = eseq;
    edge.type = EdgeType::kThrust;
    edge.trigger = edge.signal = kNoIndex;
    edge.subject = kNoSubject;
    model_.on_edge({.edge = edge,
                    .why = {},
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
  static Catalog catalog() {
    Catalog made;
    made.symbols = {"NVDA", "AMD"};
    made.scopes = {"chips", "wave:compute", "thesis", "symbols"};
    made.signals = {{.id = "ad_pct", .unit = "%", .definition = 0xff, .index = 0},
                    {.id = "idx_ew", .unit = "", .definition = 2, .index = 2}};
    made.triggers = {{.name = "T:x", .type = "THRUST", .signal = "ad_pct", .rule = "enter > 1"}};
    made.universe_version = "2026 \"best\"\n";
    return made;
  }

  Universe universe_{
      .version = "t",
      .benchmarks = {"SPY"},
      .baskets = {
          {.id = "chips", .name = "Chips & \"more\"", .wave = Wave::kCompute, .members = {{.symbol = "NVDA", .role = Role::kLeader}}}}};
  client::Names names_{catalog()};
  Model model_{universe_, names_};
};

TEST_F(ConsoleMessages, TheCatalogNamesEveryNumber) {
  const json message = json::parse(catalog_message(model_));
  EXPECT_EQ(message["type"], "catalog");
  EXPECT_EQ(message["universe_version"], "2026 \"best\"\n");
  EXPECT_EQ(message["scopes"][0], json({{"id", "chips"}, {"name", "Chips & \"more\""}, {"kind", "basket"}, {"wave", 1}}));
  EXPECT_EQ(message["scopes"][1]["kind"], "wave");
  EXPECT_EQ(message["scopes"][2], json({{"id", "thesis"}, {"name", "thesis"}, {"kind", "thesis"}, {"wave", nullptr}}));
  ASSERT_EQ(message["signals"].size(), 3U) << "one column for each number, used or not";
  EXPECT_EQ(message["signals"][0]["definition"], "00000000000000ff");
  EXPECT_EQ(message["signals"][0]["clocks"], json({"live", "close"}));
  EXPECT_FALSE(message["signals"][0]["title"].get<std::string>().empty());
  EXPECT_EQ(message["signals"][1]["id"], "");
  EXPECT_EQ(message["members"]["chips"], json::array({{{"symbol", "NVDA"}, {"role", "leader"}}}));
  EXPECT_EQ(message["triggers"][0]["rule"], "enter > 1");
  EXPECT_EQ(message["validities"][6], "OK");
  EXPECT_EQ(message["flags"][1], "FEED_GAP");
  EXPECT_EQ(message["states"], json({"unknown", "neutral", "narrow", "broadening", "confirmed", "diverging", "breaking"}));
}

TEST_F(ConsoleMessages, LevelsAreColumnsOfWhatChanged) {
  tell(0, 0, 5'999'999, 0.1);
  tell(2, 2, 6'000'000, 0, Clock::kClose);
  const std::uint64_t seen = model_.changes();
  const json full = json::parse(levels_message(model_, 0));
  EXPECT_EQ(full["full"], true);
  EXPECT_EQ(full["number"], seen);
  EXPECT_EQ(full["cells"], json({0, 8})) << "scope position * columns + column";
  EXPECT_EQ(full["values"], json({0.1, nullptr}));
  EXPECT_EQ(full["validity"], json({6, 0}));
  EXPECT_EQ(full["valid"], json({3, 3}));
  EXPECT_EQ(full["members"], json({5, 5}));
  EXPECT_EQ(full["flags"], json({kFlagGap | kFlagSmallN, kFlagGap | kFlagSmallN}));
  EXPECT_EQ(full["at_ms"], json({5, 6}));
  EXPECT_EQ(full["clock"], json({0, 1}));
  EXPECT_EQ(full["event_time"], "6000000");
  EXPECT_EQ(full["recording_id"], "0000000000000007");
  tell(0, 0, 7'000'000, 0.2);
  tell(0, 0, 8'000'000, 1e-7);
  const std::string text = levels_message(model_, seen);
  EXPECT_NE(text.find(R"("values":[1e-07])"), std::string::npos) << "the shortest text that reads back: " << text;
  const json delta = json::parse(text);
  EXPECT_EQ(delta["full"], false);
  EXPECT_EQ(delta["previous"], seen);
  EXPECT_EQ(delta["cells"], json::array({0}));
}

TEST_F(ConsoleMessages, SubjectsAreRows) {
  EXPECT_EQ(subjects_message(model_, 3), "");
  tell(3, 0, 9'000'000, 97, Clock::kClose, 1);
  const json message = json::parse(subjects_message(model_, 0));
  EXPECT_EQ(message["rows"], json::array({{{"symbol", "AMD"}, {"signal", "ad_pct"}, {"value", 97}, {"validity", 6}, {"at_ms", 9}}}));
  EXPECT_EQ(subjects_message(model_, model_.changes()), "");
}

TEST_F(ConsoleMessages, EventsAreThoseSinceOrTheLast) {
  EXPECT_EQ(json::parse(events_message(model_, 0)), json({{"type", "events"}, {"full", true}, {"events", json::array()}}));
  for (std::uint64_t eseq = 1; eseq <= 700; ++eseq) tell_event(eseq);
  EXPECT_EQ(events_message(model_, 700), "");
  const json some = json::parse(events_message(model_, 698));
  EXPECT_EQ(some["full"], false);
  ASSERT_EQ(some["events"].size(), 2U);
  EXPECT_EQ(some["events"][0]["eseq"], 699);
  const json all = json::parse(events_message(model_, 0));
  EXPECT_EQ(all["events"].size(), kEventsInFull);
  EXPECT_EQ(all["events"][0]["eseq"], 201);
  EXPECT_EQ(json::parse(events_message(model_, 100))["full"], true) << "more than one message holds";
  const json answer = json::parse(events_answer(model_, 650, 3));
  EXPECT_EQ(answer["oldest"], "1");
  ASSERT_EQ(answer["events"].size(), 3U);
  EXPECT_EQ(answer["events"][0]["eseq"], 650);
}

TEST_F(ConsoleMessages, HealthSaysWhatIsNotKnown) {
  const json nothing = json::parse(health_message(model_, {.now_ms = 12, .stale = {}, .mode = {}, .trouble = {}, .stats = {}}));
  EXPECT_EQ(nothing["connection"], "connecting");
  for (const char* key : {"heartbeat_age_ms", "mode", "node_state", "event_time", "stale", "stats"})
    EXPECT_TRUE(nothing[key].is_null()) << key;
  model_.set_time(1'000'000'000);
  model_.on_state(client::State::kLive);
  model_.on_heartbeat({.recording_id = 7,
                       .started_ns = 1,
                       .send_ns = 2,
                       .event_time_ns = 3,
                       .written_jseq = 4,
                       .synced_jseq = 5,
                       .state = client::NodeState::kDegraded,
                       .mode = client::Mode::kSimulated});
  model_.on_operation({.number = 1, .time_ns = 2'000'000, .severity = 'W', .component = "feed", .text = "bad \xff byte\n", .node = "gs1"});
  const json health = json::parse(health_message(model_, {.monotonic_ns = 1'500'000'000,
                                                          .stale = Staleness{.what = "feed", .name = "a\"b", .for_ms = 7},
                                                          .mode = {},
                                                          .trouble = "why",
                                                          .stats = R"({"state":"running"})",
                                                          .sessions = 2}));
  EXPECT_EQ(health["heartbeat_age_ms"], 500);
  EXPECT_EQ(health["mode"], "simulated");
  EXPECT_EQ(health["node_state"], "degraded");
  EXPECT_EQ(health["event_time"], "3");
  EXPECT_EQ(health["stale"], json({{"what", "feed"}, {"name", "a\"b"}, {"for_ms", 7}}));
  EXPECT_EQ(health["trouble"], "why");
  EXPECT_EQ(health["operations"][0]["text"], "bad \xef\xbf\xbd byte\n");
  EXPECT_EQ(health["stats"]["state"], "running");
  EXPECT_EQ(health["web"]["sessions"], 2);
}

TEST(ConsoleReplayMessages, StateAndMarks) {
  const json replay = json::parse(replay_message(
      {.state = "playing", .recording = "r\"", .from_ms = 1, .to_ms = 3, .at_ms = 2, .speed = 0.25, .progress = 1, .error = {}}));
  EXPECT_EQ(replay["recording"], "r\"");
  EXPECT_EQ(replay["speed"], 0.25);
  const json marks = json::parse(marks_message({{.ts_event_ns = 1'999'999, .eseq = 1, .type = "THRUST", .scope = "thesis"},
                                                {.ts_event_ns = 2'000'000, .eseq = 2, .type = "COMMIT", .scope = "chips"}}));
  EXPECT_EQ(marks["at_ms"], json({1, 2}));
  EXPECT_EQ(marks["eseq"], json({"1", "2"}));
}

}  // namespace
}  // namespace groundswell::console
