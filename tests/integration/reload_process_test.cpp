// The program as it is run: SIGHUP, a kill between a reload and its roll, and what `check --against` says of an edit.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/engine_fixture.hpp"
#include "support/process.hpp"

namespace groundswell::test {
namespace {

// DDD gives its place to a symbol that is new to everything; a leader becomes a follower; a basket more.
std::string edited() {
  std::string text = with(kSmallUniverse, "version = \"test\"", "version = \"edited\"");
  text = with(text, "\"DDD\"", "\"III\", from = \"2026-11-23\"");
  text = with(text, "\"EEE\", role = \"leader\"", "\"EEE\"");
  return text +
         "[[basket]]\nid = \"software\"\nwave = \"monetization\"\nmembers = [{ symbol = \"AAA\" }, { symbol = \"BBB\" }, { symbol = "
         "\"EEE\" }]\n";
}

TEST(CheckAgainst, SaysWhatAnEditChanges) {
  const TemporaryFolder folder;
  const fs::path path = write_config(folder);
  write_text(folder / "old.toml", kSmallUniverse);
  write_text(folder / "baskets.toml", edited());
  const Finished text = run_program(folder, {"check", path.string(), "--against", (folder / "old.toml").string()});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_EQ(text.out,
            "chips: joins III: follower from 2026-11-23 on\n"
            "chips: leaves DDD: follower from the first session on\n"
            "power: role EEE: leader -> follower\n"
            "software: basket_new: monetization\n"
            "software: joins AAA: follower from the first session on\n"
            "software: joins BBB: follower from the first session on\n"
            "software: joins EEE: follower from the first session on\n"
            "new symbol III: it gets an id of its own\n"
            "7 changes; a running engine takes them by SIGHUP\n");
  const Finished json = run_program(folder, {"check", path.string(), "--against", (folder / "old.toml").string(), "--json"});
  const auto report = nlohmann::json::parse(json.out);
  EXPECT_EQ(report["changes"].size(), 7U);
  EXPECT_EQ(report["new_symbols"], nlohmann::json::array({"III"}));
  EXPECT_EQ(report["before"], "test");
  EXPECT_EQ(report["now"], "edited");
  EXPECT_TRUE(report["takes_reload"].get<bool>());
  EXPECT_TRUE(report["definitions"].empty());

  write_text(folder / "baskets.toml", with(kSmallUniverse, "{ primary = \"SPY\" }", "{ primary = \"SPY\", growth = \"QQQ\" }"));
  const Finished benchmark = run_program(folder, {"check", path.string(), "--against", (folder / "old.toml").string()});
  EXPECT_EQ(benchmark.code, 0) << benchmark.err;
  EXPECT_NE(benchmark.out.find("number rs_qqq: new\n"), std::string::npos) << benchmark.out;
  EXPECT_NE(benchmark.out.find("an engine that runs cannot take this: the benchmarks are others"), std::string::npos) << benchmark.out;
}

TEST(ReloadProcess, KilledBetweenAReloadAndItsRollTheChangeHoldsAllTheSame) {
  const TemporaryFolder folder;
  log_setup(LogFormat::kText, LogLevel::kError);
  const fs::path path = write_config(folder, {{"log.level", "'info'"}});
  net::Context context;
  auto engine = std::make_unique<Program>(folder, std::vector<std::string>{"run", "-c", path.string()});
  ASSERT_TRUE(engine->says("running;"));
  {
    HandFeed feed(context, endpoint_in(folder, "feed"));
    feed.send_ns = new_york(10);
    ASSERT_TRUE(feed.instruments());
    ASSERT_TRUE(feed.ticks({trade_tick(2, new_york(10))}));
    ASSERT_TRUE(feed.heartbeat(new_york(10, 1)));
    write_text(folder / "baskets.toml", "nonsense");
    engine->signal(SIGHUP);
    ASSERT_TRUE(engine->says("is refused; what was in force stays")) << engine->err();
    write_text(folder / "baskets.toml", edited());
    engine->signal(SIGHUP);
    ASSERT_TRUE(engine->says("new reference data (roster) recorded; it holds from session 2026-11-23 on")) << engine->err();
    // The record is on its way to the kernel: a heartbeat that has passed shows that it is there.
    Listener listener(context, endpoint_in(folder, "signals"));
    ASSERT_TRUE(listener.listen_until([&] { return !listener.catalogs.empty() && listener.catalogs.back().scopes.size() > 6; }));
  }
  engine->signal(SIGKILL);
  EXPECT_EQ(engine->finish().code, 128 + SIGKILL);
  const Finished same = run_program(folder, {"check", path.string(), "--against", (folder / "recording").string()});
  EXPECT_EQ(same.out, "0 changes; a running engine takes them by SIGHUP\n") << same.err;

  engine = std::make_unique<Program>(folder, std::vector<std::string>{"run", "-c", path.string(), "--digest"});
  ASSERT_TRUE(engine->says("running;")) << engine->err();
  Listener listener(context, endpoint_in(folder, "signals"));
  ASSERT_TRUE(listener.joined());
  HandFeed feed(context, endpoint_in(folder, "feed"), 200);
  feed.send_ns = config::new_york_time_ns(kMonday, 9 * 3600);
  ASSERT_TRUE(feed.instruments());
  ASSERT_TRUE(feed.heartbeat(feed.send_ns));
  std::map<std::string, Edge> changed;
  ASSERT_TRUE(listener.listen_until([&] {
    for (const Listener::HeardEdge& heard : listener.edges) {
      if (heard.edge().type == EdgeType::kRosterChange) changed.emplace(listener.catalogs.back().scopes[heard.edge().scope], heard.edge());
    }
    return changed.contains("thesis") && changed.contains("software");
  })) << engine->err();
  EXPECT_TRUE(changed.contains("chips") && changed.contains("wave:compute") && changed.contains("wave:monetization"));
  EXPECT_FALSE(changed.contains("power")) << "its members stay: only a role is another";
  engine->signal(SIGTERM);
  const Finished finished = engine->finish();
  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out, replay_of(folder / "recording").digest + "\n");
  const Recorded recorded = read_recording(folder / "recording");
  EXPECT_EQ(recorded.of_kind(RecordKind::kReferenceChange).size(), 1U);
  const Finished verified = run_program(folder, {"verify", (folder / "recording").string(), "--refold"});
  EXPECT_EQ(verified.code, 0) << verified.err;
}

}  // namespace
}  // namespace groundswell::test
