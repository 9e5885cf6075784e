// A running engine takes new reference data: from a file that is edited while it runs, or while it is down. What is recorded, told and
// numbered, and that a replay, which has only the recording, gives the same.
#include <gtest/gtest.h>

#include "support/engine_fixture.hpp"

namespace groundswell::test {
namespace {

constexpr std::uint32_t kMonday = 20261123;

std::string with(std::string text, const std::string& before, const std::string& after) {
  const std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, before.size(), after);
}
const std::string kSwapped = with(with(kSmallUniverse, "version = \"test\"", "version = \"swapped\""), "\"DDD\"", "\"III\"");

class Reload : public EngineTest {
 protected:
  static constexpr std::uint32_t kNewSymbol = 10;  // III: what the feed calls it
  bool announce_new_symbol() {
    wire::FeedEncoder encoder;
    return feed_->send(
        encoder.encode(wire::Instruments{.feed_epoch = feed_->feed_epoch, .symbols = {{kNewSymbol, "III"}}, .condition_sets = {}}));
  }
  std::uint64_t monday(unsigned hours, unsigned minutes = 0) { return config::new_york_time_ns(kMonday, hours * 3600 + minutes * 60); }
  std::vector<Edge> roster_edges() const {
    std::vector<Edge> found;
    for (const Listener::HeardEdge& heard : listener_->edges) {
      if (heard.edge().type == EdgeType::kRosterChange) found.push_back(heard.edge());
    }
    return found;
  }
  // Until Monday's first minute, in steps that no tick is too late or early for.
  void go_to_monday() {
    now_ns_ = monday(9, 31);
    feed_->send_ns = now_ns_;
    ASSERT_TRUE(feed_->heartbeat(now_ns_));
    expect_alive();
  }
};

TEST_F(Reload, ANewFileIsRecordedAtOnceAndHoldsFromTheNextSessionOn) {
  start();
  open_market(new_york(10));
  ASSERT_TRUE(announce_new_symbol());
  EXPECT_FALSE(must(engine_->reload())) << "nothing changed";
  write_text(folder_ / "baskets.toml", kSwapped);
  EXPECT_TRUE(must(engine_->reload()));
  ASSERT_TRUE(listener_->listen_until([&] { return listener_->catalogs.back().symbols.size() == 10; }));
  EXPECT_EQ(listener_->catalogs.back().symbols.back(), "III");
  EXPECT_EQ(listener_->catalogs.back().universe_version, "swapped");
  ASSERT_TRUE(feed_->ticks({trade_tick(kNewSymbol, now_ns_)}));
  expect_alive();
  EXPECT_TRUE(roster_edges().empty()) << "not before the roll";
  go_to_monday();
  ASSERT_TRUE(listener_->listen_until([&] { return roster_edges().size() == 3; }));
  for (const Edge& edge : roster_edges()) EXPECT_EQ(edge.session, kMonday);
  const pipeline::LiveReport report = stop();  // replays the recording too
  EXPECT_EQ(report.fold.reference_changes, 1U);
  EXPECT_EQ(report.fold.outcomes[static_cast<std::size_t>(market::Outcome::kUnrostered)], 1U) << "III before its session";
  const Recorded recorded = read_recording(report.recording);
  const auto changes = recorded.of_kind(RecordKind::kReferenceChange);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].reference.effective_session, kMonday);
  EXPECT_EQ(changes[0].reference.what, kRosterChanged);
  EXPECT_EQ(changes[0].reference.config_no, 2U);
}

TEST_F(Reload, ABadFileIsRefusedWholeWithEveryFindingAndChangesNothing) {
  start();
  open_market(new_york(10));
  Listener operations(context_, engine_->publish_endpoint(), {"O.", "K."});
  ASSERT_TRUE(operations.joined());
  write_text(folder_ / "baskets.toml", with(with(kSwapped, "\"compute\"", "\"cloud\""), "\"FFF\"", "\"f f\""));
  const auto reloaded = engine_->reload();
  ASSERT_FALSE(reloaded.has_value());
  EXPECT_EQ(reloaded.error().exit, Exit::kConfig);
  EXPECT_NE(reloaded.error().message.find("baskets.toml:5:8"), std::string::npos) << reloaded.error().message;
  EXPECT_NE(reloaded.error().message.find("bad symbol 'f f'"), std::string::npos) << reloaded.error().message;
  ASSERT_TRUE(operations.listen_until([&] { return operations.operations.size() >= 3; }));
  for (const wire::Operation& told : operations.operations) EXPECT_EQ(told.component, "reference");
  write_text(folder_ / "baskets.toml", with(kSmallUniverse, "\"SPY\"", "\"AAA\""));
  EXPECT_FALSE(engine_->reload().has_value()) << "another benchmark: other numbers";
  go_to_monday();
  EXPECT_TRUE(roster_edges().empty());
  EXPECT_EQ(stop().fold.reference_changes, 0U);
}

TEST_F(Reload, AFileEditedWhileTheEngineIsDownIsTakenAtTheStart) {
  start();
  open_market(new_york(10));
  const std::string recording = stop().recording;
  write_text(folder_ / "baskets.toml", kSwapped);
  const config::Config config = must(config::load_config(folder_ / "groundswell.toml"));
  engine_ = must(pipeline::LiveEngine::start(context_, config));
  feed_ = std::make_unique<HandFeed>(context_, engine_->feed_endpoints().front(), 200);
  listener_ = std::make_unique<Listener>(context_, engine_->publish_endpoint());
  ASSERT_TRUE(listener_->joined());
  open_market(new_york(11));
  const pipeline::LiveReport report = must(engine_->stop());
  ASSERT_EQ(report.recording, recording);
  EXPECT_EQ(report.fold.reference_changes, 1U);
  engine_.reset();
  // Stopped between the change and its roll, with the file as it is: it is announced already.
  engine_ = must(pipeline::LiveEngine::start(context_, config));
  feed_ = std::make_unique<HandFeed>(context_, engine_->feed_endpoints().front(), 300);
  listener_ = std::make_unique<Listener>(context_, engine_->publish_endpoint());
  ASSERT_TRUE(listener_->joined());
  open_market(new_york(12));
  go_to_monday();
  ASSERT_TRUE(listener_->listen_until([&] { return roster_edges().size() == 3; }));
  const pipeline::LiveReport last = must(engine_->stop());
  EXPECT_EQ(last.fold.reference_changes, 1U);
  EXPECT_EQ(replay_of(recording).digest, last.digest);
  engine_.reset();
}

}  // namespace
}  // namespace groundswell::test
