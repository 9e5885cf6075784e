// Laws of the fold, on seeded simulated markets over the default universe.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <new>
#include <random>

#include "pipeline/digest.hpp"
#include "pipeline/merge.hpp"
#include "sequence/sequencer.hpp"
#include "support/simulated_tape.hpp"

namespace {
std::size_t allocations = 0;
bool counting = false;
}  // namespace

// The compiler sees free() meet memory of a replaced operator new, which is what replacing both means.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void* operator new(std::size_t size) {
  if (counting) ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  if (counting) ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (counting) ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace groundswell {
namespace {

using namespace test;

std::vector<std::string> signal_names(const pipeline::Fold& fold) {
  std::vector<std::string> names(signal::signal_count());
  for (const signal::CatalogRow& row : fold.signals()) names[row.index] = row.id;
  return names;
}

std::string digest_of(const pipeline::FoldSetup& setup, const std::vector<Record>& records) {
  pipeline::Fold fold(setup);
  pipeline::DigestSink digest({fold.scope_names(), fold.symbols()}, signal_names(fold));
  std::uint64_t jseq = 0;
  for (const Record& record : records) fold.apply(record, ++jseq, digest);
  return digest.text();
}

class NoSink final : public pipeline::Sink {
 public:
  std::uint64_t levels = 0, edges = 0;
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override { levels += batch.levels.size(); }
  void on_edge(const Edge&, std::span<const Why>) noexcept override { ++edges; }
};

// Law 2 across compilers and optimisation levels: every build must print the committed digest. It changes only when a definition does.
TEST(Digest, EqualsTheCommittedOneOnEveryBuild) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 20261120, 280, 2, 20, 0.2);
  pipeline::FoldSetup setup = default_setup(config);
  setup.filings = tape.filings;
  const std::string digest = digest_of(setup, tape.records);
  const std::string path = kSourceDir + "/tests/golden/fold/digest.txt";
  if (std::getenv("GROUNDSWELL_REGENERATE") != nullptr) std::ofstream(path) << digest << '\n';
  std::ifstream file(path);
  std::string committed;
  ASSERT_TRUE(std::getline(file, committed)) << path;
  EXPECT_EQ(digest, committed);
}

TEST(Laws, EvaluatingEveryStepChangesNothing) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 5, 200, 1, 0.5);  // thin: most steps of most scopes are skipped
  pipeline::FoldSetup setup = default_setup(config);
  setup.filings = tape.filings;
  const std::string skipping = digest_of(setup, tape.records);
  setup.evaluate_every_step = true;
  EXPECT_EQ(digest_of(setup, tape.records), skipping);
}

TEST(Laws, NothingIsAllocatedAfterConstruction) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 6, 260, 2, 5, 0.5);
  pipeline::FoldSetup setup = default_setup(config);
  setup.filings = tape.filings;
  pipeline::Fold fold(setup);
  NoSink sink;
  allocations = 0;
  counting = true;
  std::uint64_t jseq = 0;
  for (const Record& record : tape.records) fold.apply(record, ++jseq, sink);
  counting = false;
  EXPECT_EQ(allocations, 0U);
  EXPECT_GT(sink.levels, 0U);
  EXPECT_GT(sink.edges, 260U);
}

TEST(Laws, SumsEqualTheRowsOfTheirMembersAtEveryMoment) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 7, 25, 1, 2);
  pipeline::Fold fold(default_setup(config));
  NoSink sink;
  std::uint64_t jseq = 0;
  for (const Record& record : tape.records) {
    fold.apply(record, ++jseq, sink);
    if (jseq % 997 != 0) continue;
    ASSERT_TRUE(fold.book().sums_hold()) << "after record " << jseq;
  }
  EXPECT_TRUE(fold.book().sums_hold());
}

// Law 3: frames cut anew give the same records, and so the same output.
TEST(Laws, CuttingBatchesAnewChangesNothing) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 9, 1, 1, 2);
  const auto calendar = config::Calendar::load(kSourceDir + "/config/calendar/us_equities.csv").value();
  std::vector<Tick> ticks;
  for (std::size_t i = tape.live_rolls[0]; i < tape.records.size(); ++i) {
    if (tape.records[i].kind == RecordKind::kTick) ticks.push_back(tape.records[i].tick);
  }
  const auto merged = [&](std::uint64_t seed) {
    const std::vector<std::string> symbols = universe_symbols(config.universe);
    pipeline::Merge merge({.symbols = symbols, .time_from_feed = true}, calendar, 1);
    wire::Instruments names;
    for (std::uint32_t id = 0; id < symbols.size(); ++id) names.symbols.push_back({id, symbols[id]});
    for (std::uint16_t id = 1; id < simulate::tape_condition_sets().size(); ++id)
      names.condition_sets.push_back({id, simulate::tape_condition_sets()[id]});
    names.feed_epoch = 1;
    merge.instruments(0, names);
    sequence::Sequencer sequencer(sequence::SequencerOptions{});
    std::mt19937_64 random(seed);
    std::vector<Record> sequenced, records;
    const auto send = [&](std::size_t from, std::size_t count, std::uint64_t send_ns) {
      sequencer.ticks(
          0, {.feed_epoch = 1, .first_tick = from + 1, .send_ns = send_ns, .feed = 1, .line = 0, .ticks = {ticks.data() + from, count}},
          {.wall_ns = 0, .monotonic_ns = 0}, sequenced);
      merge.sent(0, send_ns);
      for (const Record& record : sequenced) merge.take(0, record, records);
      sequenced.clear();
    };
    for (std::size_t at = 0; at < ticks.size();) {
      const std::size_t count = std::min<std::size_t>(ticks.size() - at, 1 + random() % 300);
      send(at, count, ticks[at + count - 1].ts_event_ns);
      if (random() % 3 == 0) {  // a repetition, as a second line or a resend would bring it
        const std::size_t back = std::min<std::size_t>(at, random() % 50);
        send(at - back, back, ticks[at].ts_event_ns);
      }
      at += count;
    }
    EXPECT_EQ(merge.counters(0).journaled, ticks.size());
    records.push_back(pulse_record(ticks.back().ts_event_ns + 7'200'000'000'000));
    return records;
  };
  const auto once = merged(1), again = merged(2);
  ASSERT_EQ(once.size(), again.size());
  for (std::size_t i = 0; i < once.size(); ++i) ASSERT_EQ(std::memcmp(&once[i], &again[i], sizeof once[i]), 0) << i;
  const pipeline::FoldSetup setup = default_setup(config);
  EXPECT_EQ(digest_of(setup, once), digest_of(setup, again));
}

}  // namespace
}  // namespace groundswell
