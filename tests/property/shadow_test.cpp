// Laws of the shadow: an equal universe publishes nothing; another one publishes exactly what differs, under numbers without holes; and the
// main universe is what it is without a shadow.
#include "pipeline/shadow.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "support/capture_sink.hpp"
#include "support/random_tape.hpp"

namespace groundswell {
namespace {

using namespace test;

class Numbered final : public pipeline::Sink {
 public:
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    in_order &= batch.level_seq == ++level_seq[batch.scope];
    for (const Level& level : batch.levels) latest[{batch.scope, batch.clock, level.signal, level.subject}] = level;
    levels += batch.levels.size();
    scopes.insert(batch.scope);
  }
  void on_edge(const Edge& edge, std::span<const Why>) noexcept override {
    in_order &= edge.eseq == ++eseq && edge.scope_seq == ++scope_seq[edge.scope];
    edges.push_back(edge);
  }
  std::map<std::uint16_t, std::uint64_t> level_seq, scope_seq;
  std::map<std::tuple<std::uint16_t, Clock, std::uint16_t, std::uint32_t>, Level> latest;
  std::set<std::uint16_t> scopes;  // of levels
  std::uint64_t eseq = 0, levels = 0;
  std::vector<Edge> edges;
  bool in_order = true;
};

struct TwoUniverses {
  TwoUniverses(const pipeline::FoldSetup& setup, const Universe& universe)
      : main(setup), shadow(pipeline::shadow_setup(setup, universe)), sink(main) {
    shadow.follow(main);
  }
  void apply(const Record& record) {
    struct Both final : pipeline::Sink {
      Both(pipeline::Sink& one, pipeline::Sink& two) : a(one), b(two) {}
      void on_levels(const pipeline::LevelBatchView& batch) noexcept override { a.on_levels(batch), b.on_levels(batch); }
      void on_edge(const Edge& edge, std::span<const Why> why) noexcept override { a.on_edge(edge, why), b.on_edge(edge, why); }
      pipeline::Sink &a, &b;
    } both(sink, shadow.main_output());
    main.apply(record, ++jseq, both);
    shadow.apply(record, jseq, out);
  }
  pipeline::Fold main;
  pipeline::Shadow shadow;
  CaptureSink sink;
  Numbered out;
  std::uint64_t jseq = 0;
};

TEST(Shadow, AnEqualUniversePublishesNothing) {
  const pipeline::FoldSetup setup = random_tape_setup();
  std::uint64_t made = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoUniverses run(setup, setup.universe);
    const RandomTape tape(seed);
    for (const Record& record : tape.records()) run.apply(record);
    ASSERT_EQ(run.out.levels, 0U);
    ASSERT_TRUE(run.out.edges.empty());
    made += run.main.counters().levels;
  }
  EXPECT_GT(made, 10'000U);
}

// In gamma, C2 gives its place to B0: what holds gamma or pools it differs (its wave, the thesis, and ranks and ratings that compare with
// others); alpha's and beta's own numbers do not.
TEST(Shadow, OneMemberSwappedPublishesTheScopesThatHoldItAndWhatComparesWithThem) {
  const pipeline::FoldSetup setup = random_tape_setup();
  Universe other = setup.universe;
  other.baskets[2].members[2] = {.symbol = "B0"};
  other.baskets[2].members.push_back(
      {.symbol = "C2", .to_session = 19'000'102});  // still of the universe: a session of its trades alone is one
  std::uint64_t levels = 0, edges = 0, compared = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    TwoUniverses run(setup, other);
    pipeline::Fold alone(setup), alone_shadow(pipeline::shadow_setup(setup, other));
    CaptureSink sink_alone(alone, CaptureSink::Keep::kEverything), whole(alone_shadow);
    const RandomTape tape(seed);
    for (const Record& record : tape.records()) {
      run.apply(record);
      alone.apply(record, run.jseq, sink_alone);
      alone_shadow.apply(record, run.jseq, whole);
    }
    ASSERT_TRUE(run.out.in_order);
    const std::vector<std::string>& scopes = run.shadow.fold().scope_names();
    const std::vector<std::string> signals = run.main.signal_names();
    for (const auto& [key, level] : run.out.latest) {
      const auto& [scope, clock, signal, subject] = key;
      const bool ranked = signals[signal].starts_with("rank_") || scopes[scope] == "symbols";
      ASSERT_TRUE(ranked || (scopes[scope] != "alpha" && scopes[scope] != "beta" && scopes[scope] != "wave:compute" &&
                             scopes[scope] != "wave:physical"))
          << scopes[scope] << " " << signals[signal];
    }
    // Main's last number, replaced by the shadow's where it gave one, is what the other universe gives alone, wherever the two differ.
    whole.for_each_latest([&](Clock clock, const std::string& scope, const std::string& signal, const Level& level) {
      if (scope.starts_with("symbol:")) return;
      const auto number = static_cast<std::uint16_t>(std::find(scopes.begin(), scopes.end(), scope) - scopes.begin());
      const Level& main = run.sink.level(scope, signal, clock);
      if (std::memcmp(&main, &level, sizeof level) == 0) return;
      const auto found = run.out.latest.find({number, clock, level.signal, 0});
      ASSERT_TRUE(found != run.out.latest.end()) << scope << " " << signal;
      ASSERT_EQ(std::memcmp(&found->second, &level, sizeof level), 0) << scope << " " << signal;
      ++compared;
    });
    ASSERT_EQ(alone.next_eseq(), run.main.next_eseq());
    ASSERT_EQ(alone.counters().levels, run.main.counters().levels);
    for (const Edge& edge : run.out.edges) ASSERT_TRUE(scopes[edge.scope] != "alpha" && scopes[edge.scope] != "beta");
    levels += run.out.levels;
    edges += run.out.edges.size();
  }
  EXPECT_GT(levels, 1'000U);
  EXPECT_GT(edges, 20U);
  EXPECT_GT(compared, 200U);
}

TEST(Shadow, AScopeThatOnlyItHasIsPublishedWhole) {
  const pipeline::FoldSetup setup = random_tape_setup();
  Universe other = setup.universe;
  other.baskets.push_back({"delta", "Delta", Wave::kPhysical, setup.universe.baskets[1].members});
  TwoUniverses run(setup, other);
  const RandomTape tape(7);
  for (const Record& record : tape.records()) run.apply(record);
  const std::vector<std::string>& scopes = run.shadow.fold().scope_names();
  const auto delta = static_cast<std::uint16_t>(std::find(scopes.begin(), scopes.end(), "delta") - scopes.begin());
  EXPECT_TRUE(run.out.scopes.contains(delta));
  EXPECT_EQ(run.out.level_seq[delta] + 1, run.shadow.fold().next_level_seq(delta));
}

}  // namespace
}  // namespace groundswell
