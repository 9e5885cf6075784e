// Laws of levels.emit and levels.signals: they say when levels are published and which, and change nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "support/capture_sink.hpp"
#include "support/random_tape.hpp"

namespace groundswell {
namespace {

using namespace test;

constexpr std::uint64_t kTapes = 24;

struct Folded {
  explicit Folded(const pipeline::FoldSetup& setup) : fold(setup), sink(fold, CaptureSink::Keep::kEverything) {}
  void apply(const Record& record) { fold.apply(record, ++jseq, sink); }
  pipeline::Fold fold;
  CaptureSink sink;
  std::uint64_t jseq = 0;
};

std::string latest(const CaptureSink& sink) {
  std::string bytes;
  sink.for_each_latest([&](Clock, const std::string& scope, const std::string& signal, const Level& level) {
    bytes += scope + signal;
    bytes.append(reinterpret_cast<const char*>(&level), sizeof level);
  });
  return bytes;
}

bool same_edges(const CaptureSink& one, const CaptureSink& other) {  // and who moved them
  const auto same = [](const auto& a, const auto& b) { return std::memcmp(&a, &b, sizeof a) == 0; };
  return std::equal(one.edges.begin(), one.edges.end(), other.edges.begin(), other.edges.end(), same) &&
         std::equal(one.whys.begin(), one.whys.end(), other.whys.begin(), other.whys.end(),
                    [&](const std::vector<Why>& a, const std::vector<Why>& b) {
                      return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
                    });
}

TEST(RecordEmission, AddsWhatIsKnownBetweenStepsAndChangesNothingElse) {
  std::uint64_t between = 0, compared = 0;
  for (std::uint64_t seed = 1; seed <= kTapes; ++seed) {
    pipeline::FoldSetup setup = random_tape_setup();
    Folded by_step(setup);
    setup.emit_every_record = true;
    Folded by_record(setup);
    const RandomTape tape(seed);
    for (const Record& record : tape.records()) {
      const std::size_t levels = by_step.sink.rows.size(), steps = by_step.fold.counters().steps;
      by_step.apply(record);
      by_record.apply(record);
      if (by_step.fold.counters().steps == steps || record.kind != RecordKind::kPulse) continue;  // after it nothing is between steps
      ASSERT_EQ(latest(by_step.sink), latest(by_record.sink)) << seed << " at record " << by_step.jseq;
      compared += by_step.sink.rows.size() - levels;
    }
    between += by_record.fold.counters().levels - by_step.fold.counters().levels;
    EXPECT_TRUE(same_edges(by_step.sink, by_record.sink)) << seed;
  }
  EXPECT_GT(compared, 1'000U);
  EXPECT_GT(between, 10'000U) << "tapes whose numbers move between steps";
}

TEST(LiveSignals, AndScopesSayWhatIsPublishedLiveAndChangeNothingElse) {
  const std::set<std::string> chosen{"ad_pct", "rs_spx", "idx_ew"};
  for (const int what : {0, 1, 2, 3}) {
    const bool every_record = (what & 1) != 0, baskets_only = (what & 2) != 0;
    pipeline::FoldSetup setup = random_tape_setup();
    setup.emit_every_record = every_record;
    if (baskets_only) setup.triggers.clear();  // who may want numbers of the others
    Folded all(setup);
    setup.live_signals = {chosen.begin(), chosen.end()};
    setup.live_baskets_only = baskets_only;
    Folded some(setup);
    const RandomTape tape(5);
    for (const Record& record : tape.records()) {
      all.apply(record);
      some.apply(record);
    }
    const auto is_pool = [](const std::string& scope) { return scope == "thesis" || scope.starts_with("wave:"); };
    const auto wanted = [&](const CaptureSink& sink) {
      std::string bytes;
      for (const CaptureSink::Row& row : sink.rows) {
        if (row.clock == Clock::kLive && (!chosen.contains(row.signal) || (baskets_only && is_pool(row.scope)))) continue;
        bytes += row.scope + row.signal + std::to_string(row.ts_event_ns);
        bytes.append(reinterpret_cast<const char*>(&row.level), sizeof row.level);
      }
      return bytes;
    };
    EXPECT_EQ(wanted(all.sink), wanted(some.sink));
    EXPECT_TRUE(same_edges(all.sink, some.sink));
    std::set<std::string> seen;
    std::size_t of_pools = 0;
    for (const CaptureSink::Row& row : some.sink.rows) {
      if (row.clock != Clock::kLive) continue;
      seen.insert(row.signal);
      of_pools += is_pool(row.scope);
    }
    EXPECT_EQ(seen, chosen);
    EXPECT_EQ(of_pools == 0, baskets_only);
  }
}

// Whatever else is not made for it: the lanes, moves and numbers that nobody looks at, and the sums of other scopes.
TEST(LiveSignals, EachAloneIsWhatItIsAmongAll) {
  pipeline::FoldSetup setup = random_tape_setup();
  setup.triggers.clear();  // they want signals of their own
  Folded all(setup);
  const RandomTape tape(7);
  for (const Record& record : tape.records()) all.apply(record);
  const auto bytes_of = [](const CaptureSink& sink, Clock clock, const std::string& id, bool in_baskets) {
    std::string bytes;
    for (const CaptureSink::Row& row : sink.rows) {
      if (row.clock != clock || (!id.empty() && row.signal != id)) continue;
      if (in_baskets && (row.scope == "thesis" || row.scope.starts_with("wave:"))) continue;
      bytes += row.scope + row.signal + std::to_string(row.ts_event_ns);
      bytes.append(reinterpret_cast<const char*>(&row.level), sizeof row.level);
    }
    return bytes;
  };
  const std::string closes = bytes_of(all.sink, Clock::kClose, "", false);
  std::size_t alone = 0, moved = 0;
  for (const signal::CatalogRow& row : all.fold.signals()) {
    if ((row.info->clocks & signal::kLiveOnly) == 0) continue;
    setup.live_signals = {row.id};
    setup.live_baskets_only = alone++ % 2 == 0 && (row.info->scopes & signal::kInBaskets) != 0;
    Folded one(setup);
    for (const Record& record : tape.records()) one.apply(record);
    const std::string live = bytes_of(one.sink, Clock::kLive, row.id, false);
    EXPECT_EQ(live, bytes_of(all.sink, Clock::kLive, row.id, setup.live_baskets_only)) << row.id;
    EXPECT_EQ(bytes_of(one.sink, Clock::kClose, "", false), closes) << row.id;
    moved += !live.empty();
  }
  EXPECT_GT(alone, 100U);
  EXPECT_GT(moved, 100U);
}

// A trigger looks at numbers that nobody publishes, and says which members moved them: by lanes of families that nobody else needs.
TEST(LiveSignals, TriggersTellTheSameWhateverIsPublished) {
  pipeline::FoldSetup setup = random_tape_setup();
  const Trigger pattern = setup.triggers.front();
  setup.triggers.clear();
  Folded published(setup);
  const RandomTape tape(7);
  for (const Record& record : tape.records()) published.apply(record);
  std::map<std::string, std::vector<double>> values;  // live ones, by signal
  for (const CaptureSink::Row& row : published.sink.rows) {
    if (row.clock == Clock::kLive && row.level.present != 0) values[row.signal].push_back(row.level.value);
  }
  std::size_t edges = 0, with_parts = 0;
  for (const signal::CatalogRow& row : published.fold.signals()) {
    const auto known = values.find(row.id);
    if (known == values.end()) continue;
    std::sort(known->second.begin(), known->second.end());
    const double low = known->second[known->second.size() / 3], high = known->second[known->second.size() * 2 / 3];
    if (low == high) continue;
    Trigger trigger = pattern;
    trigger.name = trigger.signal = row.id;
    trigger.evaluate = signal::evaluates_per_record(row.index) && row.index % 2 == 0 ? Evaluate::kRecord : Evaluate::kGrid;
    trigger.enter.bound = high;
    trigger.exit.bound = low;
    setup.triggers = {trigger};
    setup.live_signals.clear();
    Folded all(setup);
    setup.live_signals = {row.id == "adv" ? "rs_spx" : "adv"};
    Folded some(setup);
    for (const Record& record : tape.records()) {
      all.apply(record);
      some.apply(record);
    }
    EXPECT_TRUE(same_edges(all.sink, some.sink)) << row.id;
    for (std::size_t i = 0; i < all.sink.edges.size(); ++i) {
      edges += all.sink.edges[i].type == EdgeType::kThreshold;
      with_parts += all.sink.edges[i].type == EdgeType::kThreshold && !all.sink.whys[i].empty();
    }
  }
  EXPECT_GT(edges, 200U);
  EXPECT_GT(with_parts, 200U);
}

}  // namespace
}  // namespace groundswell
