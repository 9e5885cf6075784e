// Recordings in the console: listed, replayed, scrubbed; and what it says of one that cannot be.
#include "console/playback.hpp"
#include "support/running_simulator.hpp"
#include "support/web_fixture.hpp"

namespace groundswell::test {
namespace {

using nlohmann::json;

class WebReplay : public WebTest {
 protected:
  // The last minutes of a session in FOLDER/recording.
  void record() {
    const std::string trigger =
        "[[trigger]]\ntype = 'TICK_EXTREME'\nsignal = 'tick_pct'\nscopes = ['baskets']\nenter = '|x| >= 50'\nexit = '|x| <= 25'\n";
    const std::string history = (folder_ / "history.gsj").string();
    const config::Config config = must(
        config::load_config(write_config(folder_, {{"history.recording", "'" + history + "'"}}, pull_feed(folder_, "feed") + trigger)));
    simulate::SimulatorOptions market = last_minutes(folder_, config, 3, 40);
    market.exit_when_done = true;
    ASSERT_TRUE(simulate::write_history(market).has_value());
    auto engine = must(pipeline::LiveEngine::start(context_, config));
    const std::atomic<bool> stop{false};
    static_cast<void>(must(simulate::run_simulator(context_, market, stop)));
    recording_ = must(engine->stop()).recording;
  }
  WebStream replay(const std::string& name = "recording") { return WebStream(port(), "/api/v1/replay?recording=" + name); }
  static json state(WebStream& stream, const std::string& wanted) {
    return stream.next_of("replay", [&](const json& each) { return each["state"] == wanted; });
  }
  std::string recording_;
};

TEST_F(WebReplay, ScrubsPlaysAndSteps) {
  record();
  serve();
  const json listed = fetch(port(), "/api/v1/recordings").json()["recordings"];
  ASSERT_EQ(listed.size(), 2U) << "and the history: " << listed;
  EXPECT_EQ(listed[0]["name"], "recording");
  EXPECT_EQ(listed[0]["closed"], true);
  EXPECT_EQ(listed[0]["live"], false);
  EXPECT_EQ(listed[0]["error"], "");
  const Recorded recorded = read_recording(recording_);
  EXPECT_EQ(listed[0]["records"], recorded.records.size());
  EXPECT_EQ(listed[0]["edges"], recorded.edges.size());
  EXPECT_EQ(listed[0]["to_ms"], recorded.info.last_event_ns / 1'000'000);

  WebStream stream(port(), "/api/v1/replay?recording=recording");
  EXPECT_EQ(stream.next()["stream"], "replay");
  stream.subscribe();
  const json ready = state(stream, "paused");
  ASSERT_FALSE(ready.is_null());
  const std::uint64_t from_ms = ready["from_ms"], to_ms = ready["to_ms"];
  EXPECT_LT(from_ms, to_ms);
  const json marks = stream.next_of("marks");
  ASSERT_GT(marks["at_ms"].size(), 1U);
  const json catalog = stream.next_of("catalog");
  EXPECT_EQ(catalog["members"]["chips"].size(), 4U);
  ASSERT_FALSE(stream.next_of("levels")["full"].is_null());

  // The same numbers as the fold has there, and the events until then.
  const auto playback = std::move(*console::Playback::open(recording_, "", [](double) { return true; }));
  for (const std::uint64_t at_ms : {from_ms + (to_ms - from_ms) / 2, from_ms + (to_ms - from_ms) / 4, to_ms}) {
    stream.say({{"op", "seek"}, {"to_ms", at_ms}});
    const json levels = stream.next_of("levels", [&](const json& each) { return each["full"] == true; });
    const json events = stream.next_of("events", [](const json& each) { return each["full"] == true; });
    const json position = stream.next_of("replay");
    static_cast<void>(*playback->seek(at_ms * 1'000'000 + 999'999, [](double) { return true; }));
    EXPECT_EQ(position["at_ms"], playback->at_ns() / 1'000'000);
    EXPECT_LE(position["at_ms"], at_ms);
    const json expected = json::parse(console::levels_message(playback->model(), 0));
    for (const char* column : {"cells", "values", "validity", "valid", "members", "flags", "at_ms", "clock", "event_time", "session"})
      EXPECT_EQ(levels[column], expected[column]) << column;
    EXPECT_EQ(events, json::parse(console::events_message(playback->model(), 0)));
    EXPECT_EQ(position["state"], at_ms == to_ms ? "ended" : "paused");
  }

  stream.say({{"op", "members"}, {"basket", "chips"}});
  const json members = stream.next_of("members");
  ASSERT_EQ(members["rows"].size(), 4U);
  double changes = 0, contributions = 0;
  int counting = 0;
  for (const json& row : members["rows"]) {
    if (!row["counts"]) continue;
    ++counting;
    changes += row["change"].get<double>();
    contributions += row["contribution"].get<double>();
  }
  EXPECT_GT(counting, 2);
  EXPECT_NEAR(contributions, changes / counting, 1e-12);
  stream.say({{"op", "members"}, {"basket", "moon"}});
  EXPECT_NE(stream.next_of("error")["what"].get<std::string>().find("'moon'"), std::string::npos);

  stream.say({{"op", "seek"}, {"to_ms", 0}});
  EXPECT_EQ(state(stream, "paused")["at_ms"], from_ms);
  stream.say({{"op", "step"}, {"direction", 1}});
  Cells cells;
  cells.take(stream.next_of("levels", [](const json& each) { return each["full"] == true; }));
  EXPECT_EQ(stream.next_of("replay")["state"], "paused");
  stream.say({{"op", "play"}, {"speed", 0}});
  std::uint64_t last_eseq = 0;
  for (json message = stream.next(); !message.is_null(); message = stream.next()) {
    if (message["type"] == "levels") {
      ASSERT_TRUE(cells.take(message));
    }
    if (message["type"] == "events" && !message["events"].empty()) last_eseq = message["events"].back()["eseq"];
    if (message["type"] == "replay" && message["state"] == "ended") break;
  }
  EXPECT_EQ(last_eseq, recorded.edges.back().eseq);

  const json history = fetch(port(), "/api/v1/history?signals=ad_pct&scopes=chips,thesis&recording=recording").json();
  EXPECT_EQ(history["series"].size(), 2U);
  EXPECT_GT(history["at_ms"].size(), 20U);
  EXPECT_EQ(fetch(port(), "/api/v1/history?signals=ad_pct&scopes=chips&recording=moon").status, 404);
}

TEST_F(WebReplay, PlaysAtTheSpeedThatWasAskedFor) {
  record();
  serve();
  WebStream stream = replay();
  stream.subscribe({"events"});
  const std::uint64_t from_ms = state(stream, "paused")["from_ms"];
  stream.say({{"op", "play"}, {"speed", 64}});
  std::uint64_t at_ms = from_ms;
  while (at_ms < from_ms + 20'000) {  // no less than its time; how much more is the machine's
    const json position = state(stream, "playing");
    ASSERT_FALSE(position.is_null());
    EXPECT_GE(position["at_ms"], at_ms);
    at_ms = position["at_ms"];
  }
  stream.say({{"op", "pause"}});
  EXPECT_FALSE(state(stream, "paused").is_null());
}

TEST_F(WebReplay, OneThatIsDamagedSaysWhere) {
  record();
  for (const auto& entry : fs::directory_iterator(recording_)) {
    if (entry.path().extension() != ".gsj") continue;
    std::string bytes = read_text(entry.path());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_text(entry.path(), bytes);
    break;
  }
  write_text(folder_ / "newer.gsj", read_text(fs::path(GROUNDSWELL_SOURCE_DIR) / "CHANGELOG.md") + std::string(8'192, 'x'));
  serve();
  WebStream damaged = replay(), none = replay("newer.gsj");
  for (WebStream* stream : {&damaged, &none}) stream->subscribe();
  EXPECT_NE(state(damaged, "failed")["error"].get<std::string>().find("damaged at offset"), std::string::npos);
  EXPECT_NE(state(none, "failed")["error"].get<std::string>().find("not a recording"), std::string::npos);
  EXPECT_NE(fetch(port(), "/api/v1/recordings").json()["recordings"].dump().find("no recording"), std::string::npos);
}

TEST_F(WebReplay, AnImportIsFoldedWithTheUniverseOfTheConsole) {
  const config::Config config = must(config::load_config(write_config(folder_)));
  simulate::SimulatorOptions market = last_minutes(folder_, config, 3, 40);
  market.history_path = folder_ / "import.gsj";
  market.history_sessions = 30;
  ASSERT_TRUE(simulate::write_history(market).has_value());
  serve();
  WebStream stream = replay("import.gsj");
  stream.subscribe();
  const json ready = state(stream, "paused");
  ASSERT_FALSE(ready.is_null());
  EXPECT_GT(stream.next_of("marks")["at_ms"].size(), 20U);
  stream.say({{"op", "seek"}, {"to_ms", ready["to_ms"]}});
  ASSERT_FALSE(state(stream, "ended").is_null());
  EXPECT_GE(fetch(port(), "/api/v1/history?signals=ad_pct&scopes=chips&clock=close&recording=import.gsj").json()["at_ms"].size(), 25U);
}

TEST_F(WebReplay, FourAtOnce) {
  record();
  serve();
  std::vector<std::unique_ptr<WebStream>> streams;
  for (int i = 0; i < 4; ++i) streams.push_back(std::make_unique<WebStream>(port(), "/api/v1/replay?recording=recording"));
  EXPECT_EQ(streams.back()->upgrade().status, 101);
  const WebStream fifth = replay();
  EXPECT_EQ(fifth.upgrade().status, 503);
  EXPECT_NE(fifth.upgrade().body.find("four replays"), std::string::npos);
  streams.clear();
  EXPECT_TRUE(wait_until([&] { return replay().upgrade().status == 101; }));
}

}  // namespace
}  // namespace groundswell::test
