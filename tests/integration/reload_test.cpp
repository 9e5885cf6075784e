// A running engine takes new reference data: from a file that is edited while it runs, or while it is down. What is recorded, told and
// numbered, and that a replay, which has only the recording, gives the same.
#include <gtest/gtest.h>

#include <optional>

#include "support/running_simulator.hpp"

namespace groundswell::test {
namespace {

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
  // On the recording of the engine before, whose sockets libzmq closes in its own time.
  void start_again(const config::Config& config) {
    ASSERT_TRUE(wait_until([&] {
      auto started = pipeline::LiveEngine::start(context_, config);
      if (started) engine_ = std::move(*started);
      EXPECT_TRUE(started || started.error().exit == Exit::kUnavailable) << started.error().message;
      return started || started.error().exit != Exit::kUnavailable;
    }));
  }
  // A history of so many sessions, and what it ends with.
  void write_history(unsigned sessions, std::map<std::string, std::string> settings = {}) {
    simulate::SimulatorOptions history = last_minutes(folder_, must(config::load_config(write_config(folder_))), 60, 20);
    history.history_sessions = sessions;
    ASSERT_TRUE(simulate::write_history(history).has_value());
    settings["history.recording"] = "'" + history.history_path.string() + "'";
    start(settings);
    const simulate::MarketModel model = simulate::make_model(history);
    for (std::size_t i = 0; i < model.symbols().size(); ++i) close_e9_[model.symbols()[i]] = model.last_close_e9(i);
    history_ticks_ = read_recording(history.history_path).of_kind(RecordKind::kTick).size();
  }
  // Every symbol trades at its close, and a step closes after it.
  void trade_all(std::uint64_t time_ns) {
    now_ns_ = time_ns;
    feed_->send_ns = time_ns;
    ASSERT_TRUE(feed_->heartbeat(time_ns));
    std::vector<Tick> ticks;
    for (std::uint32_t symbol = 1; symbol <= kSymbols.size(); ++symbol)
      ticks.push_back(trade_tick(symbol, time_ns, close_e9_.at(kSymbols[symbol - 1])));
    ASSERT_TRUE(feed_->ticks(ticks));
    now_ns_ += 2 * kSecond;
    expect_alive();
  }
  // The last live level heard.
  std::optional<Level> live_level(const std::string& scope, const std::string& signal) const {
    std::optional<Level> last;
    for (const Listener::HeardLevels& heard : listener_->levels) {
      if (heard.batch.clock != Clock::kLive || heard.batch.header.scope != listener_->scope(scope) || heard.batch.header.universe != 0)
        continue;
      for (const Level& level : heard.levels) {
        if (listener_->signal_id(level.signal) == signal) last = level;
      }
    }
    return last;
  }
  bool is_ok(const std::string& scope, const std::string& signal) const {
    const auto level = live_level(scope, signal);
    return level && level->validity == Validity::kOk;
  }
  std::map<std::string, std::int64_t> close_e9_;
  std::uint64_t history_ticks_ = 0;

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

TEST_F(Reload, AnActionOfASessionThatHasBegunIsToldAndNotApplied) {
  const std::string head = "symbol,ex_session,type,price_factor,share_factor,cash\n";
  write_text(folder_ / "actions.csv", head);
  start({{"universe.actions", "'actions.csv'"}});
  open_market(new_york(10));
  write_text(folder_ / "actions.csv", head + "AAA,2026-11-20,split,0.5,2,\nBBB,2026-11-23,split,0.5,2,\n");
  EXPECT_TRUE(must(engine_->reload()));
  const auto late = [&](const char* symbol) {
    return listener_->told(wire::Severity::kWarning, "reference",
                           "the split of " + std::string(symbol) + " on 2026-11-20 is new, but that session has begun: it is not applied");
  };
  ASSERT_TRUE(listener_->listen_until([&] { return late("AAA"); }));
  EXPECT_FALSE(late("BBB"));
  go_to_monday();
  const pipeline::LiveReport report = stop();
  EXPECT_EQ(read_recording(report.recording).of_kind(RecordKind::kReferenceChange).at(0).reference.what, kActionsChanged);
}

TEST_F(Reload, AFileEditedWhileTheEngineIsDownIsTakenAtTheStart) {
  start();
  open_market(new_york(10));
  const std::string recording = stop().recording;
  write_text(folder_ / "baskets.toml", kSwapped);
  const config::Config config = must(config::load_config(folder_ / "groundswell.toml"));
  start_again(config);
  feed_ = std::make_unique<HandFeed>(context_, engine_->feed_endpoints().front(), 200);
  listener_ = std::make_unique<Listener>(context_, engine_->publish_endpoint());
  ASSERT_TRUE(listener_->joined());
  open_market(new_york(11));
  const pipeline::LiveReport report = must(engine_->stop());
  ASSERT_EQ(report.recording, recording);
  EXPECT_EQ(report.fold.reference_changes, 1U);
  engine_.reset();
  // Stopped between the change and its roll, with the file as it is: it is announced already.
  start_again(config);
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

// The longest windows are there at the first step of a new recording, and members that change places bring theirs along.
TEST_F(Reload, HistoryFillsTheLongestWindowsAndANewRosterKeepsThem) {
  write_history(260);
  open_market(new_york(9, 29));
  trade_all(new_york(9, 31));
  const std::vector<std::string> longest{"nh_252", "pct_above_sma_200", "excess_252", "hl_pct_63"};
  for (const std::string& signal : longest) {
    ASSERT_TRUE(listener_->listen_until([&] { return is_ok("chips", signal); })) << signal;
    EXPECT_EQ(live_level("chips", signal)->n_members, 4U);
  }
  // BBB and FFF change places.
  write_text(folder_ / "baskets.toml", with(with(with(kSmallUniverse, "\"BBB\"", "\"XXX\""), "\"FFF\"", "\"BBB\""), "\"XXX\"", "\"FFF\""));
  EXPECT_TRUE(must(engine_->reload()));
  feed_->send_ns = now_ns_ = new_york(18);
  ASSERT_TRUE(feed_->heartbeat(now_ns_));
  expect_alive();
  listener_->levels.clear();
  trade_all(monday(9, 31));
  for (const std::string& signal : longest) {
    ASSERT_TRUE(listener_->listen_until([&] { return is_ok("chips", signal); })) << signal;
    EXPECT_GE(live_level("chips", signal)->n_valid, 3U) << signal;  // one came to the market late
  }
  std::vector<Edge> edges = roster_edges();
  EXPECT_EQ(edges.size(), 5U) << "two baskets, their waves, the thesis";
  for (const Edge& edge : edges) EXPECT_EQ(edge.present, kValuePresent | kPriorPresent);
  EXPECT_EQ(stop(history_ticks_).fold.reference_changes, 1U);
}

// FFF sits in a third basket of the shadow: that basket, its wave and the thesis are told of, and what is the same is not.
TEST_F(Reload, AShadowIsPublishedWhereItDiffersAndAReplayAgrees) {
  write_text(
      folder_ / "shadow.toml",
      kSmallUniverse + std::string("[[basket]]\nid = \"software\"\nwave = \"monetization\"\nmembers = [{ symbol = \"AAA\" }, { symbol = "
                                   "\"BBB\" }, { symbol = \"FFF\" }]\n"));
  write_history(3, {{"shadow.file", "'shadow.toml'"}});
  Listener shadow(context_, engine_->publish_endpoint(), {"K.shadow.", "E.shadow.", "L.shadow."});
  ASSERT_TRUE(shadow.listen_until([&] { return !shadow.catalogs.empty(); }));
  open_market(new_york(9, 29));
  trade_all(new_york(9, 31));
  trade_all(new_york(9, 32));
  ASSERT_TRUE(shadow.listen_until([&] {
    return std::any_of(shadow.levels.begin(), shadow.levels.end(),
                       [&](const Listener::HeardLevels& heard) { return heard.batch.header.scope == shadow.scope("software"); });
  }));
  for (const Listener::HeardLevels& heard : shadow.levels) {
    EXPECT_EQ(heard.batch.header.universe, 1U);
    for (const Level& level : heard.levels) {
      const std::string scope = shadow.catalogs.back().scopes[heard.batch.header.scope];
      EXPECT_TRUE(scope == "software" || scope == "wave:monetization" || scope == "thesis" ||
                  shadow.signal_id(level.signal).starts_with("rank_"))
          << scope << " " << shadow.signal_id(level.signal);
    }
  }
  const pipeline::LiveReport report = stop(history_ticks_);  // the digest of main, by a replay with the shadow too
  EXPECT_TRUE(shadow.drain());
  journal::Reader reader = must(journal::Reader::open(report.recording));
  const config::Config recorded = *must(pipeline::recorded_config(reader));
  const std::atomic<bool> never{false};
  const pipeline::ReplayReport replayed = must(pipeline::replay(
      reader, recorded, {.signals_path = folder_ / "signals.csv", .events_path = folder_ / "events.jsonl", .quiet = true}, nullptr, never));
  EXPECT_EQ(replayed.shadow_levels, report.published.shadow_levels);
  EXPECT_EQ(replayed.shadow_edges, report.published.shadow_edges);
  const std::string csv = read_text(folder_ / "signals.csv");
  EXPECT_NE(csv.find("flags,universe\n"), std::string::npos);
  EXPECT_NE(csv.find(",shadow\n"), std::string::npos);
  // A restart folds it again: the numbers go on.
  std::uint64_t last = 0;
  for (const wire::NextNumbers& row : shadow.heartbeats.back().next) last += row.universe == 1 ? row.level_seq : 0;
  start_again(must(config::load_config(folder_ / "groundswell.toml")));
  Listener again(context_, engine_->publish_endpoint());
  ASSERT_TRUE(again.joined());
  std::uint64_t next = 0;
  for (const wire::NextNumbers& row : again.heartbeats.back().next) next += row.universe == 1 ? row.level_seq : 0;
  EXPECT_EQ(next, last);
  must(engine_->stop());
  engine_.reset();
}

}  // namespace
}  // namespace groundswell::test
