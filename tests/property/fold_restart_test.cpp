// The law of restarting: stopping after any record, saving, and going on in a new fold built from the same setup changes nothing, to the
// byte: not a level, not an edge, not a number, not a counter, not the digest.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstring>

#include "pipeline/digest.hpp"
#include "support/amended_tape.hpp"
#include "support/random_tape.hpp"
#include "support/simulated_tape.hpp"

namespace groundswell {
namespace {

using namespace test;

// Everything published, as bytes.
class ByteSink final : public pipeline::Sink {
 public:
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    add(batch.scope), add(batch.clock), add(batch.session), add(batch.ts_event_ns), add(batch.cause_jseq), add(batch.level_seq);
    for (const Level& level : batch.levels) add(level);
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    add(edge);
    for (const Why& part : why) add(part);
  }
  std::string bytes;

 private:
  template <class T>
  void add(const T& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
};

struct Engine {
  explicit Engine(const pipeline::FoldSetup& setup) : fold(setup), digest({fold.scope_names(), fold.symbols()}, names(fold)) {}
  static std::vector<std::string> names(const pipeline::Fold& fold) {
    std::vector<std::string> names(signal::signal_count());
    for (const signal::CatalogRow& row : fold.signals()) names[row.index] = row.id;
    return names;
  }
  void apply(const std::vector<Record>& records, std::size_t from, std::size_t to) {
    struct Both final : pipeline::Sink {
      Both(pipeline::Sink& a, pipeline::Sink& b) : first(a), second(b) {}
      void on_levels(const pipeline::LevelBatchView& batch) noexcept override { first.on_levels(batch), second.on_levels(batch); }
      void on_edge(const Edge& edge, std::span<const Why> why) noexcept override { first.on_edge(edge, why), second.on_edge(edge, why); }
      pipeline::Sink &first, &second;
    } both(digest, sink);
    for (std::size_t i = from; i < to; ++i) fold.apply(records[i], i + 1, both);
  }
  std::vector<std::byte> save() const {
    std::vector<std::byte> bytes;
    StateWriter writer(bytes);
    writer(fold, digest);
    return bytes;
  }
  bool restore(std::span<const std::byte> bytes) {
    StateReader reader(bytes);
    reader(fold, digest);
    return reader.is_complete();
  }
  pipeline::Fold fold;
  pipeline::DigestSink digest;
  ByteSink sink;
};

// "" when stopping after `cut` records and going on gives what never stopping gave.
std::string difference_after_restart(const pipeline::FoldSetup& setup, const std::vector<Record>& records, std::size_t cut,
                                     const Engine& whole) {
  Engine before(setup);
  before.apply(records, 0, cut);
  const std::vector<std::byte> saved = before.save();
  Engine after(setup);
  if (!after.restore(saved)) return "the state is not taken back";
  if (after.save() != saved) return "what was restored saves other bytes";
  if (!after.fold.book().sums_hold()) return "a sum differs from its rows";
  after.apply(records, cut, records.size());
  if (before.sink.bytes + after.sink.bytes != whole.sink.bytes) return "levels or edges differ";
  if (after.digest.text() != whole.digest.text()) return "the digest differs";
  if (std::memcmp(&after.fold.counters(), &whole.fold.counters(), sizeof(pipeline::FoldCounters)) != 0) return "counters differ";
  return after.fold.next_eseq() == whole.fold.next_eseq() && after.fold.jseq() == records.size() ? "" : "numbers differ";
}

// Places where something is under way: after each record of a bar, before and after rolls, between the commits.
std::vector<std::size_t> delicate_cuts(const std::vector<Record>& records) {
  std::vector<std::size_t> cuts{0, records.size()};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const bool within_bar =
        records[i].kind == RecordKind::kTick && is_bar(records[i].tick.action) && (records[i].tick.flags & kFlagLast) == 0;
    if (within_bar || records[i].kind == RecordKind::kSessionRoll) cuts.push_back(i), cuts.push_back(i + 1);
    if (records[i].kind == RecordKind::kGap) cuts.push_back(i + 1);  // symbols have changed that nobody has looked at
    if (records[i].kind != RecordKind::kTick) continue;
    const bool correction = records[i].tick.action == Action::kCancel || records[i].tick.action == Action::kCorrect;
    if (records[i].tick.cond_set >= 2 || correction) cuts.push_back(i + 1);
  }
  return cuts;
}

TEST(RestartLaw, StoppingAnywhereAndGoingOnChangesNothing) {
  std::uint64_t cases = 0, edges = 0, levels = 0, commits = 0, gaps = 0;
  const bool holds = rc::check("restart", [&](std::uint64_t seed) {
    pipeline::FoldSetup setup = random_tape_setup();
    setup.emit_every_record = seed % 5 < 3;
    if (seed % 3 == 0) setup.live_signals = {"ad_pct", "idx_ew"};
    const RandomTape tape(seed);
    const std::vector<Record> records = seed % 2 == 0 ? amended(tape.records(), seed) : tape.records();
    Engine whole(setup);
    whole.apply(records, 0, records.size());
    const std::vector<std::size_t> delicate = delicate_cuts(records);
    std::vector<std::size_t> cuts;
    for (int i = 0; i < 2; ++i) cuts.push_back(*rc::gen::inRange<std::size_t>(0, records.size() + 1));
    for (int i = 0; i < 2; ++i) cuts.push_back(delicate[*rc::gen::inRange<std::size_t>(0, delicate.size())]);
    for (const std::size_t cut : cuts) {
      const std::string difference = difference_after_restart(setup, records, cut, whole);
      if (!difference.empty()) RC_FAIL("after record " + std::to_string(cut) + ": " + difference);
      ++cases;
    }
    edges += whole.fold.counters().edges;
    levels += whole.fold.counters().levels;
    commits += whole.fold.counters().commits;
    gaps += whole.fold.counters().gaps;
  });
  EXPECT_TRUE(holds);
  // The tapes were not empty ones.
  EXPECT_GE(cases, 400U);
  EXPECT_GT(edges, 1'000U);
  EXPECT_GT(levels, 50'000U);
  EXPECT_GT(commits, 200U);
  EXPECT_GT(gaps, 200U);
}

// The default universe with warm memories and long rings: two hundred sessions of history, then a day cut at an open, midday and close.
TEST(RestartLaw, HoldsForTheDefaultUniverseWithWarmMemories) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 31, 200, 1, 0.3);
  pipeline::FoldSetup setup = default_setup(config);
  setup.filings = tape.filings;
  Engine whole(setup);
  whole.apply(tape.records, 0, tape.records.size());
  const std::size_t roll = tape.live_rolls[0], n = tape.records.size();
  for (const std::size_t cut : {roll - 1, roll, roll + 1, (roll + n) / 2, n - 1})
    EXPECT_EQ(difference_after_restart(setup, tape.records, cut, whole), "") << "after record " << cut;
}

TEST(RestartState, OfAnotherLengthOrAnotherUniverseIsRefused) {
  const pipeline::FoldSetup setup = random_tape_setup();
  const RandomTape tape(3);
  Engine engine(setup);
  engine.apply(tape.records(), 0, tape.records().size() / 2);
  std::vector<std::byte> bytes = engine.save();
  Engine taker(setup);  // bytes that do not fit leave it good for another try
  for (std::size_t length = 0; length < bytes.size(); length += length < 500 || length + 500 > bytes.size() ? 1 : 9'973)
    ASSERT_FALSE(taker.restore(std::span(bytes).first(length))) << "cut to " << length;
  bytes.push_back(std::byte{0});
  EXPECT_FALSE(Engine(setup).restore(bytes)) << "one byte more";
  bytes.pop_back();
  pipeline::FoldSetup other = setup;
  other.symbols.push_back("NEW");
  EXPECT_FALSE(Engine(other).restore(bytes)) << "one symbol more";
  other = setup;
  other.universe.baskets.push_back({"delta", "Delta", Wave::kPhysical, setup.universe.baskets[0].members});
  EXPECT_FALSE(Engine(other).restore(bytes)) << "one basket more";
  EXPECT_TRUE(Engine(setup).restore(bytes));
}

}  // namespace
}  // namespace groundswell
