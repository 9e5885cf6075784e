// The console at a running engine: its streams say what a subscriber hears, whoever is slow harms nobody, and it outlives its engine.
#include "groundswell/client/subscriber.hpp"
#include "support/web_fixture.hpp"

namespace groundswell::test {
namespace {

using nlohmann::json;
class WebStreams : public WebTest {};

// What any subscriber knows after its join: of both clocks the newest.
class Snapshot final : public client::Handler {
 public:
  struct Number {
    std::uint64_t at_ns = 0;
    Clock clock = Clock::kLive;
    Level level{};
  };
  void on_levels(const client::LevelsEvent& event) override {
    for (const Level& level : event.levels) {
      Number& number = numbers[{std::string(event.scope), level.signal}];
      if (event.ts_event_ns < number.at_ns || (event.ts_event_ns == number.at_ns && event.clock < number.clock)) continue;
      number = {event.ts_event_ns, event.clock, level};
    }
  }
  std::map<std::pair<std::string, std::uint16_t>, Number> numbers;
};

TEST_F(WebStreams, AJoinGivesTheNumbersThatASubscriberGets) {
  start_all();
  for (unsigned round = 0; round < 5; ++round) trade_on(round);
  auto subscriber = client::Subscriber::open({.endpoint = endpoint_in(folder_, "signals"), .any_mode = true});
  ASSERT_TRUE(subscriber.has_value());
  Snapshot snapshot;
  ASSERT_TRUE(wait_until([&] { return subscriber->poll(snapshot, 10).has_value() && subscriber->state() == client::State::kLive; }));

  WebStream stream(port());
  ASSERT_TRUE(stream.is_open());
  EXPECT_EQ(stream.next()["type"], "hello");
  const json catalog = stream.next();
  ASSERT_EQ(catalog["type"], "catalog");
  stream.subscribe();
  const json levels = stream.next_of("levels");
  EXPECT_TRUE(levels["full"]);
  const std::size_t columns = catalog["signals"].size();
  std::size_t told = 0;
  for (std::size_t i = 0; i < levels["cells"].size(); ++i) {
    const std::size_t cell = levels["cells"][i];
    const std::string scope = catalog["scopes"][cell / columns]["id"];
    const auto found = snapshot.numbers.find({scope, static_cast<std::uint16_t>(cell % columns)});
    ASSERT_NE(found, snapshot.numbers.end()) << scope << " " << catalog["signals"][cell % columns]["id"];
    const auto& [at_ns, clock, level] = found->second;
    ASSERT_EQ(levels["values"][i].is_null(), level.present == 0);
    if (level.present != 0) {
      ASSERT_EQ(levels["values"][i].get<double>(), level.value);
    }
    ASSERT_EQ(levels["validity"][i], static_cast<int>(level.validity));
    ASSERT_EQ(levels["valid"][i], level.n_valid);
    ASSERT_EQ(levels["members"][i], level.n_members);
    ASSERT_EQ(levels["flags"][i], level.flags);
    ASSERT_LE(levels["at_ms"][i], at_ns / 1'000'000) << "told when it changed; a snapshot tells all at its own time";
    ASSERT_EQ(levels["clock"][i], static_cast<int>(clock));
    ++told;
  }
  std::size_t of_pools = 0;
  for (const auto& [key, number] : snapshot.numbers) of_pools += key.first != "symbols";
  EXPECT_EQ(told, of_pools);
  EXPECT_GT(told, 100U);
  EXPECT_EQ(fetch(port(), "/api/v1/snapshot").json()["levels"]["values"], levels["values"]);

  const json events = stream.next_of("events");
  EXPECT_TRUE(events["full"]);
  ASSERT_FALSE(events["events"].empty());
  EXPECT_EQ(fetch(port(), "/api/v1/events").json()["events"], events["events"]);
  const json health = stream.next_of("health");
  EXPECT_EQ(health["connection"], "live");
  EXPECT_EQ(health["mode"], "simulated");
  EXPECT_TRUE(health["stale"].is_null()) << health["stale"];
  EXPECT_TRUE(stream.next_of("health", [](const json& each) { return each["stats"].is_object(); })["stats"].contains("feeds"));

  stream.say({{"op", "members"}, {"basket", "chips"}});
  const json members = stream.next_of("members");
  EXPECT_EQ(members["basket"], "chips");
  ASSERT_EQ(members["rows"].size(), 4U);
  EXPECT_EQ(members["rows"][0]["symbol"], "AAA");
  EXPECT_EQ(members["rows"][0]["role"], "leader");
  EXPECT_GT(members["rows"][0]["last"].get<double>(), 99.0);
  EXPECT_TRUE(members["rows"][0]["change"].is_null()) << "there is no close to compare with yet";
  stream.say({{"op", "members"}, {"basket", nullptr}});
  EXPECT_NE(fetch(port(), "/metrics").body.find("\ngroundswell_up 1\n"), std::string::npos);
  stop();
}

TEST_F(WebStreams, DeltasAddUpToTheSnapshot) {
  start_all();
  WebStream stream(port());
  stream.subscribe({"levels", "events"});
  Cells cells;
  ASSERT_TRUE(cells.take(stream.next_of("levels")));
  std::size_t deltas = 0;
  std::uint64_t last_eseq = 0;
  const auto take = [&](const json& message) {
    if (message["type"] == "levels") {
      ASSERT_FALSE(message["full"]);
      ASSERT_TRUE(cells.take(message)) << message["previous"] << " does not follow " << cells.number;
      ++deltas;
    }
    if (message["type"] != "events") return;
    for (const json& event : message["events"]) {
      if (!message["full"]) {
        EXPECT_EQ(event["eseq"].get<std::uint64_t>(), last_eseq + 1);
      }
      last_eseq = event["eseq"];
    }
  };
  for (unsigned round = 0; round < 6; ++round) {
    trade_on(round);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  for (json message = stream.next(std::chrono::milliseconds(700)); !message.is_null();
       message = stream.next(std::chrono::milliseconds(700)))
    take(message);
  EXPECT_GT(deltas, 2U);
  EXPECT_GT(last_eseq, 6U);
  Cells whole;
  whole.take(fetch(port(), "/api/v1/snapshot").json()["levels"]);
  EXPECT_EQ(cells.values, whole.values);
  EXPECT_EQ(cells.number, whole.number);
  stop();
}

TEST_F(WebStreams, ASlowOneIsLeftOutUntilItHasCaughtUpAndOthersAreNot) {
  start_all();
  WebStream slow(port(), "/api/v1/stream", {}, 4'096), quick(port());
  quick.subscribe({"levels"});
  Cells of_quick, of_slow;
  ASSERT_TRUE(of_quick.take(quick.next_of("levels")));
  slow.subscribe({"levels"});
  // Full messages until the kernel takes no more, and some wait.
  const auto conflated = [&] {
    const std::string text = fetch(port(), "/metrics").body;
    return std::stoull(text.substr(text.find("\ngroundswell_ws_conflated_total ") + 32));
  };
  for (unsigned round = 0; round < 400 && conflated() == 0; ++round) {
    if (round % 4 == 0) slow.subscribe({"levels"});
    trade_on(round);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  ASSERT_GT(conflated(), 0U);
  for (unsigned round = 0; round < 20; ++round) {
    trade_on(round);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  for (json message = quick.next(std::chrono::milliseconds(700)); !message.is_null();
       message = quick.next(std::chrono::milliseconds(700))) {
    if (message["type"] == "levels") {
      ASSERT_TRUE(of_quick.take(message));
    }
  }
  bool jumped = false;
  for (json message = slow.next(std::chrono::milliseconds(1'500)); !message.is_null();
       message = slow.next(std::chrono::milliseconds(1'500))) {
    if (message["type"] != "levels") continue;
    ASSERT_TRUE(of_slow.take(message)) << "every message follows the one before it, however much was conflated";
    jumped |= !message["full"].get<bool>() && message["number"].get<std::uint64_t>() - message["previous"].get<std::uint64_t>() > 60;
  }
  EXPECT_TRUE(jumped);
  EXPECT_EQ(of_slow.values, of_quick.values);
  EXPECT_EQ(of_slow.number, of_quick.number);
  stop();
}

TEST_F(WebStreams, OutliveTheEngineAndRecoverWithoutBeingAsked) {
  start_all();
  WebStream stream(port());
  stream.subscribe();
  ASSERT_FALSE(stream.next_of("health", [](const json& each) { return each["connection"] == "live"; }).is_null());
  trade_on(0);  // the mark of the next engine begins anew
  feed_.reset();
  listener_.reset();
  static_cast<void>(must(engine_->stop()));
  engine_.reset();
  const json stale = stream.next_of("health", [](const json& each) { return each["connection"] == "stale"; });
  ASSERT_FALSE(stale.is_null());
  EXPECT_EQ(stale["stale"]["what"], "engine");
  EXPECT_LE(stale["stale"]["for_ms"].get<int>(), kSanitized ? 10'000 : 1'500);
  EXPECT_EQ(fetch(port(), "/readyz").status, 503);
  EXPECT_EQ(fetch(port(), "/livez").status, 200);

  fs::remove_all(folder_ / "recording");
  start();
  open_market(new_york(9, 31));
  const json catalog = stream.next_of("catalog");
  ASSERT_FALSE(catalog.is_null());
  const json health = stream.next_of("health", [](const json& each) { return each["connection"] == "live" && each["stale"].is_null(); });
  ASSERT_FALSE(health.is_null());
  wait_until_ready();
  stop();
}

TEST_F(WebStreams, AFeedThatIsSilentMakesNumbersStale) {
  start_all();
  WebStream stream(port());
  stream.subscribe({"health"});
  const json silent = stream.next_of("health", [](const json& each) { return !each["stale"].is_null(); });
  EXPECT_EQ(silent["stale"]["what"], "feed");
  EXPECT_EQ(silent["stale"]["name"], "hand");
  EXPECT_GE(silent["stale"]["for_ms"], 3'000);
  EXPECT_EQ(silent["connection"], "live");
  EXPECT_EQ(fetch(port(), "/readyz").status, 503);
  trade_on(0);
  EXPECT_FALSE(stream.next_of("health", [](const json& each) { return each["stale"].is_null(); }).is_null());
  stop();
}

TEST_F(WebStreams, BeforeThereIsAnEngineEverythingSaysSo) {
  serve();
  WebStream stream(port());
  stream.subscribe();
  EXPECT_EQ(stream.next()["type"], "hello");
  const json health = stream.next_of("health");
  EXPECT_EQ(health["connection"], "connecting");
  EXPECT_TRUE(health["stats"].is_null());
  EXPECT_EQ(health["stale"]["what"], "engine");
  EXPECT_EQ(fetch(port(), "/api/v1/catalog").status, 503);
  EXPECT_NE(fetch(port(), "/readyz").json()["reasons"][0].get<std::string>().find("nothing was heard"), std::string::npos);
  EXPECT_EQ(fetch(port(), "/api/v1/history?signals=ad_pct&scopes=chips").status, 503);
}

}  // namespace
}  // namespace groundswell::test
