// Senders, engine, relay and those who listen by clocks that are an hour apart: nobody takes anything for old, late or dead.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "groundswell/client/subscriber.hpp"
#include "support/joiner.hpp"
#include "support/process.hpp"
#include "support/restartable_market.hpp"

namespace groundswell::test {
namespace {

using nlohmann::json;

class ClocksApart : public testing::TestWithParam<long> {};

TEST_P(ClocksApart, ByAnHourBetweenEngineAndRelay) {
  const TemporaryFolder folder;
  log_setup(LogFormat::kText, LogLevel::kError);
  const std::string relay_endpoint = endpoint_in(folder, "relayed");
  const fs::path path = write_config(
      folder, {{"history.recording", "'" + (folder / "history.gsj").string() + "'"}, {"relay.publish", "'" + relay_endpoint + "'"}},
      pull_feed(folder, "feed") + kBusyTriggers);
  const config::Config config = must(config::load_config(path));
  const simulate::SimulatorOptions market = last_minutes(folder, config, 2, 20);
  ASSERT_TRUE(simulate::write_history(market).has_value());
  net::Context context;
  auto engine = must(pipeline::LiveEngine::start(context, config));
  Program relay(folder, {"relay", "-c", path.string()},
                {{"LD_PRELOAD", GROUNDSWELL_SHIFTED_CLOCK}, {"SHIFTED_CLOCK_SECONDS", std::to_string(GetParam())}});
  ASSERT_TRUE(relay.says("relaying")) << relay.err();

  const wire::SubscriptionOptions from_the_beginning{.scopes = {}, .past_edges = ~std::uint64_t{0}, .resume = {}};
  Joiner reference(context, engine->publish_endpoint(), Joiner::By::kBroadcast, from_the_beginning);
  ASSERT_TRUE(reference.join());
  Joiner by_broadcast(context, relay_endpoint), by_stream(context, relay_endpoint, Joiner::By::kStream);
  ASSERT_TRUE(by_broadcast.join());
  ASSERT_TRUE(by_stream.join());
  const std::int64_t ahead_ns = static_cast<std::int64_t>(by_broadcast.heartbeats.back().send_ns) - wall_clock_ns();
  ASSERT_LT(std::abs(ahead_ns - GetParam() * 1'000'000'000), 600'000'000'000) << "the relay's clock is not another one";
  RunningSimulator simulator(context, market);
  ASSERT_TRUE(reference.turn_until([&] {
    by_broadcast.turn();
    by_stream.turn();
    return reference.has_commit(kSession) && by_broadcast.has_commit(kSession) && by_stream.has_commit(kSession);
  }));
  simulator.finish();

  // What was there before it came is filled by the relay.
  Joiner late(context, relay_endpoint, Joiner::By::kBroadcast, from_the_beginning);
  auto subscriber = std::move(client::Subscriber::open({.endpoint = relay_endpoint, .any_mode = true}).value());
  client::Handler ignoring;
  ASSERT_TRUE(reference.turn_until([&] {
    for (Joiner* each : {&by_broadcast, &by_stream, &late}) each->turn();
    const auto polled = subscriber.poll(ignoring, 1);
    return polled && subscriber.state() == client::State::kLive && late.edges.size() == reference.edges.size() &&
           late.subscription().is_whole();
  }));
  const auto report = must(engine->stop());
  const auto end = reference.heartbeats.back().next;
  for (Joiner* each : {&by_broadcast, &by_stream, &late}) {
    ASSERT_TRUE(each->turn_until([&] { return each->has_all(end); }));
    EXPECT_EQ(each->gaps + each->copies + each->lost, 0U);
  }
  for (const auto& [scope, edges] : reference.edges) {
    const std::vector<Edge>& filled = late.edges[scope];
    ASSERT_EQ(filled.size(), edges.size()) << "scope " << scope;
    EXPECT_EQ(std::memcmp(static_cast<const void*>(filled.data()), edges.data(), edges.size() * sizeof(Edge)), 0) << "scope " << scope;
  }
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.finish().code, 0) << relay.err();
}

// A sender whose clock is an hour ahead, or behind, gives lost ticks again like any other.
TEST_P(ClocksApart, ByAnHourBetweenSenderAndEngine) {
  const TemporaryFolder folder;
  log_setup(LogFormat::kText, LogLevel::kError);
  const std::string feed = endpoint_in(folder, "feed"), fills = endpoint_in(folder, "fills");
  const fs::path path = write_config(folder, {}, "[[feed]]\nname = 'feed'\nendpoint = '" + feed + "'\nfill = '" + fills + "'\n");
  net::Context context;
  auto engine = must(pipeline::LiveEngine::start(context, must(config::load_config(path))));
  const Program sender(folder,
                       {"simulate", "--universe", (folder / "baskets.toml").string(), "--endpoint", feed, "--fill", fills, "--loss", "0.1",
                        "--speed", "10", "--start", "10:00:00"},
                       {{"LD_PRELOAD", GROUNDSWELL_SHIFTED_CLOCK}, {"SHIFTED_CLOCK_SECONDS", std::to_string(GetParam())}});
  json asked;
  ASSERT_TRUE(wait_until([&] {
    const Finished status = run_program(folder, {"status", "--endpoint", engine->publish_endpoint(), "--json"});
    if (status.code == 0) asked = json::parse(status.out)["feeds"][0]["fills"];
    return status.code == 0 && asked["answered"] >= 10;
  })) << asked;
  const auto report = must(engine->stop());
  EXPECT_GT(report.feeds[0].fills.chunks, 0U);
  EXPECT_EQ(report.feeds[0].fills.put_off, 0U) << "it took the questions for old";
}

INSTANTIATE_TEST_SUITE_P(Ahead, ClocksApart, testing::Values(3'600L, -3'600L));

}  // namespace
}  // namespace groundswell::test
