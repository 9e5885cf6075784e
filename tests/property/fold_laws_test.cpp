// Laws of the fold, on seeded simulated markets over the default universe.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <fstream>
#include <new>
#include <random>
#include <set>

#include "pipeline/digest.hpp"
#include "pipeline/merge.hpp"
#include "sequence/sequencer.hpp"
#include "support/capture_sink.hpp"
#include "support/simulated_tape.hpp"
#include "support/tape.hpp"

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
  const std::string digest = digest_of(default_setup(config), tape.records);
  const std::string path = kSourceDir + "/tests/golden/fold/digest.txt";
  if (std::getenv("GROUNDSWELL_REGENERATE") != nullptr) std::ofstream(path) << digest << '\n';
  std::ifstream file(path);
  std::string committed;
  ASSERT_TRUE(std::getline(file, committed)) << path;
  EXPECT_EQ(digest, committed);
}

TEST(Laws, EvaluatingEveryStepChangesNothing) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 5, 30, 1, 0.5);  // thin: most steps of most scopes are skipped
  pipeline::FoldSetup setup = default_setup(config);
  const std::string skipping = digest_of(setup, tape.records);
  setup.evaluate_every_step = true;
  EXPECT_EQ(digest_of(setup, tape.records), skipping);
}

TEST(Laws, NothingIsAllocatedAfterConstruction) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 6, 260, 2, 5, 0.5);
  pipeline::Fold fold(default_setup(config));
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

// Live they divide by what the last commit measured.
bool has_frozen_denominator(const std::string& signal) {
  static const std::set<std::string> kFrozen{"rot_ratio", "rot_mom", "quadrant", "z21", "z63", "tgap_21", "ew_cw_z"};
  return kFrozen.contains(signal);
}

// LV-1: where the last trade is the official close, the live formula at the closing step and the commit give the same bits.
TEST(Laws, LiveAtTheCloseEqualsTheCommitToTheBit) {
  const config::Config config = default_config();
  SimulatedTape tape = simulated_tape(config.universe, 8, 260, 1, 5);
  const SessionRoll roll = tape.records[tape.live_rolls[0]].roll;
  std::vector<Record> records;
  for (const Record& record : tape.records) {  // leave out the closing and official prints: they come after the last step
    const bool after_close = record.kind == RecordKind::kTick && record.tick.ts_event_ns >= roll.close_ns;
    if (!after_close) records.push_back(record);
  }
  pipeline::Fold fold(default_setup(config));
  CaptureSink sink(fold);
  std::uint64_t jseq = 0;
  for (const Record& record : records) fold.apply(record, ++jseq, sink);
  std::set<std::string> on_both_clocks;
  for (const signal::CatalogRow& row : fold.signals()) {
    if (row.info->clocks == signal::kBoth) on_both_clocks.insert(row.id);
  }
  std::size_t compared = 0;
  sink.for_each_latest([&](Clock clock, const std::string& scope, const std::string& signal, const Level& live) {
    if (clock != Clock::kLive || !on_both_clocks.contains(signal)) return;
    if (has_frozen_denominator(signal)) return;          // frozen_denominator_test.cpp
    if (live.validity == Validity::kStaleInput) return;  // a benchmark may be silent at the end; a close is never stale
    const Level& close = sink.level(scope, signal);
    EXPECT_EQ(live.present, close.present) << scope << ' ' << signal;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(live.value), std::bit_cast<std::uint64_t>(close.value)) << scope << ' ' << signal;
    EXPECT_EQ(live.validity, close.validity) << scope << ' ' << signal;
    compared += live.present;
  });
  EXPECT_GT(compared, 600U);
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

// A 2:1 split told by actions.csv changes nothing but share volume.
TEST(Laws, ASplitChangesNothingButShareVolume) {
  const config::Config config = default_config();
  const SimulatedTape tape = simulated_tape(config.universe, 10, 260, 1, 3);
  std::vector<Record> split = tape.records;
  const auto is_share_volume = [](const std::string& signal) {
    return signal == "up_vol" || signal == "dn_vol" || signal == "unch_vol" || signal == "upvol_pct" || signal == "advol_pct" ||
           signal == "idx_pw" || signal.find("trin") != std::string::npos;
  };
  pipeline::FoldSetup setup = default_setup(config);
  for (std::size_t i = 0; i < setup.symbols.size(); ++i)
    setup.shares.push_back({setup.symbols[i], 0, static_cast<std::int64_t>(1'000'000 + i)});
  const std::uint32_t symbol = 3;
  for (std::size_t i = tape.live_rolls[0]; i < split.size(); ++i) {
    Tick& tick = split[i].tick;
    if (split[i].kind != RecordKind::kTick || tick.symbol != symbol) continue;
    tick.price_e9 /= 2;  // whole cents are even in 1e-9
    tick.size *= 2;
  }
  pipeline::Fold plain(setup);
  setup.actions.push_back({.symbol = setup.symbols[symbol],
                           .ex_session = tape.records[tape.live_rolls[0]].roll.session,
                           .type = "split",
                           .price_factor_e12 = 500'000'000'000,
                           .share_factor_e12 = 2'000'000'000'000,
                           .cash_e9 = 0});
  pipeline::Fold adjusted(setup);
  CaptureSink a(plain), b(adjusted);
  std::uint64_t jseq = 0;
  for (std::size_t i = 0; i < split.size(); ++i) {
    plain.apply(tape.records[i], ++jseq, a);
    adjusted.apply(split[i], jseq, b);
  }
  std::size_t compared = 0;
  a.for_each_latest([&](Clock clock, const std::string& scope, const std::string& signal, const Level& level) {
    if (is_share_volume(signal)) return;
    EXPECT_EQ(std::memcmp(&level, &b.level(scope, signal, clock), sizeof level), 0) << scope << ' ' << signal;
    ++compared;
  });
  EXPECT_GT(compared, 1000U);
}

// Flipping every move about the previous close negates net advances.
TEST(Laws, FlippingAllSignsNegatesNetAdvances) {
  const config::Config config = default_config();
  std::mt19937_64 random(11);
  const std::vector<std::string> symbols = universe_symbols(config.universe);
  std::vector<Record> up, down;
  const auto both = [&](const Record& record) { up.push_back(record), down.push_back(record); };
  both(bars_roll(0));
  for (std::uint32_t s = 0; s < symbols.size(); ++s) {
    std::vector<Record> bar;
    add_bar(bar, s, test_day(0).close_ns, 10'000 * kCent, 10'000 * kCent, 10'000 * kCent, 10'000 * kCent, 100);
    for (const Record& record : bar) both(record);
  }
  both(pulse_record(test_day(0).close_ns + 1));
  both(live_roll(1));
  for (int i = 0; i < 5000; ++i) {
    const auto s = static_cast<std::uint32_t>(random() % symbols.size());
    const std::uint64_t time_ns = test_day(1).open_ns + static_cast<std::uint64_t>(i) * kSecond / 3;
    const std::int64_t move = (static_cast<std::int64_t>(random() % 21) - 10) * kCent;
    up.push_back(trade(s, time_ns, 10'000 * kCent + move));
    down.push_back(trade(s, time_ns, 10'000 * kCent - move));
  }
  both(pulse_record(test_day(1).final_ns + 1));
  const pipeline::FoldSetup setup = default_setup(config);
  pipeline::Fold first(setup), second(setup);
  CaptureSink a(first, CaptureSink::Keep::kEverything), b(second, CaptureSink::Keep::kEverything);
  std::uint64_t jseq = 0;
  for (std::size_t i = 0; i < up.size(); ++i) {
    first.apply(up[i], ++jseq, a);
    second.apply(down[i], jseq, b);
  }
  // Only the signed ones: what else is published at a step (ratios, highs) need not be the same on both sides.
  const auto signed_rows = [](const CaptureSink& sink) {
    std::vector<CaptureSink::Row> rows;
    for (const CaptureSink::Row& row : sink.rows) {
      const std::string& signal = row.signal;
      if (signal == "net_adv" || signal == "ad_pct" || signal == "rana" || signal == "adl" || signal == "adp") rows.push_back(row);
    }
    return rows;
  };
  const auto rows = signed_rows(a), flipped = signed_rows(b);
  ASSERT_EQ(rows.size(), flipped.size());
  std::size_t nonzero = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].signal, flipped[i].signal) << i;
    EXPECT_EQ(rows[i].level.value, -flipped[i].level.value) << rows[i].signal;
    nonzero += rows[i].level.value != 0.0;
  }
  EXPECT_GT(nonzero, 1000U);
}

}  // namespace
}  // namespace groundswell
