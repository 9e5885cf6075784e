// Laws of reference data that changes while an engine runs.
//  1. A roster that changes by a new file equals one that changes by a date in the old file, to the byte.
//  2. Killed at any moment, between a change and its roll too, equals never killed; and the recording says all of it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "pipeline/refold.hpp"
#include "pipeline/replay.hpp"
#include "support/capture_sink.hpp"
#include "support/recorded_engine.hpp"
#include "support/scratch.hpp"

namespace groundswell {
namespace {

using namespace test;

bool is_full() { return std::getenv("GROUNDSWELL_FULL") != nullptr; }

TEST(ReferenceChange, ByANewFileEqualsByADateInTheOldOne) {
  std::uint64_t levels = 0, edges = 0, changed = 0, known = 0;
  for (std::uint64_t seed = 1; seed <= (is_full() ? 1'000U : 50U); ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<Record> records = RandomTape(seed).records();
    std::mt19937_64 random(seed);
    const TestDay day = test_day(2 + static_cast<unsigned>(random() % 5));
    const std::uint32_t session = day.session;
    // A symbol of another basket joins, one leaves for good, a leader becomes a follower, of some a filing becomes available.
    pipeline::FoldSetup dated = random_tape_setup();
    const pipeline::FoldSetup before = random_tape_setup();
    dated.universe.baskets[1].members.push_back({.symbol = "C0", .from_session = session});
    dated.universe.baskets[0].members[2].to_session = session;
    dated.universe.baskets[2].members[1].to_session = session;
    dated.universe.baskets[2].members.push_back({.symbol = "C1", .from_session = session});
    for (const char* symbol : {"A0", "A1", "B0", "B1", "C0"}) {
      dated.filings.push_back({.symbol = symbol,
                               .available_ns = day.open_ns,
                               .ai_capex_rev_share = static_cast<double>(random() % 100) / 100.0,
                               .rev_q = 20,
                               .orders_q = static_cast<double>(random() % 50),
                               .label_score = 0.8});
    }
    ReferenceData after{before.universe, before.shares, before.actions, dated.filings};
    after.universe.baskets[1].members.push_back({.symbol = "C0"});
    after.universe.baskets[0].members.pop_back();
    after.universe.baskets[2].members[1].to_session = session;
    after.universe.baskets[2].members.push_back({.symbol = "C1", .from_session = session});

    pipeline::Fold by_date(dated), by_file(before);
    CaptureSink a(by_date, CaptureSink::Keep::kEverything), b(by_file, CaptureSink::Keep::kEverything);
    const std::size_t announced_at = random() % std::max<std::size_t>(1, records.size() / 4);
    std::uint32_t rolled = 0;
    std::uint64_t jseq = 0;
    bool is_announced = false;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const bool is_due = records[i].kind == RecordKind::kSessionRoll && records[i].roll.session >= session;
      if (!is_announced && (i == announced_at || is_due) && rolled < session) {
        by_file.offer(after);
        by_file.apply(reference_record(2, 0, session, kRosterChanged), jseq, b);
        is_announced = true;
      }
      if (records[i].kind == RecordKind::kSessionRoll) rolled = std::max(rolled, records[i].roll.session);
      ++jseq;
      by_date.apply(records[i], jseq, a);
      by_file.apply(records[i], jseq, b);
    }
    for (const CaptureSink::Row& row : a.rows) known += row.signal == "k_score" && row.level.present != 0;
    changed += is_announced && rolled >= session;
    ASSERT_EQ(a.rows.size(), b.rows.size());
    for (std::size_t i = 0; i < a.rows.size(); ++i) {
      ASSERT_TRUE(a.rows[i].scope == b.rows[i].scope && a.rows[i].signal == b.rows[i].signal &&
                  a.rows[i].ts_event_ns == b.rows[i].ts_event_ns);
      ASSERT_EQ(std::memcmp(&a.rows[i].level, &b.rows[i].level, sizeof(Level)), 0)
          << a.rows[i].scope << " " << a.rows[i].signal << " of " << a.rows[i].session;
    }
    ASSERT_EQ(a.edges.size(), b.edges.size());
    for (std::size_t i = 0; i < a.edges.size(); ++i) {
      ASSERT_EQ(std::memcmp(&a.edges[i], &b.edges[i], sizeof(Edge)), 0) << "edge " << i;
      ASSERT_EQ(a.whys[i], b.whys[i]);
    }
    ASSERT_TRUE(by_file.book().sums_hold());
    levels += a.rows.size();
    edges += a.edges.size();
  }
  EXPECT_GT(changed, 20U);
  EXPECT_GT(known, 100U);
  EXPECT_GT(levels, 30'000U);
  EXPECT_GT(edges, 300U);
}

// The number of the CONFIG block that a change names is one more after each that was torn off.
std::vector<Record> without_block_numbers(std::vector<Record> records) {
  for (Record& record : records) {
    if (record.kind == RecordKind::kReferenceChange) record.reference.config_no = 0;
  }
  return records;
}

void tear(const fs::path& recording, std::mt19937_64& random) {
  std::vector<fs::path> segments;
  for (const auto& entry : fs::directory_iterator(recording)) {
    if (entry.path().extension() == ".gsj") segments.push_back(entry.path());
  }
  const fs::path last = *std::max_element(segments.begin(), segments.end());
  std::string bytes = read_text(last);
  const std::size_t used = bytes.find_last_not_of('\0') + 1;
  const std::size_t cut = random() % (random() % 2 == 0 ? 600 : 40'000);
  const std::size_t keep = std::max<std::size_t>(journal::kFileHeaderBytes, used - std::min(used, cut));
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(keep), bytes.end(), '\0');
  write_text(last, bytes);
}

TEST(ReferenceChange, KilledAroundChangesEqualsNeverKilled) {
  const std::string settings = "[journal]\nsegment_size = \"96KiB\"\n";
  const config::Config first = random_tape_config(settings);
  // New symbols, a member more, then neither of them.
  const std::vector<config::Config> changes{random_tape_config(settings, ", { symbol = \"N1\" }, { symbol = \"C1\" }, { symbol = \"N0\" }"),
                                            random_tape_config(settings, ", { symbol = \"C1\" }"), first};
  std::uint64_t restarts = 0, pending = 0, from_snapshots = 0, edges = 0;
  for (std::uint64_t seed = 1; seed <= (is_full() ? 500U : 9U) && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const TemporaryFolder folder;
    const std::vector<Record> tape = RandomTape(seed + 1'000).records();
    if (tape.size() < 20) continue;
    std::mt19937_64 random(seed);
    // Where the changes come, and the tape with a place for each.
    struct Item {
      Record record;
      const config::Config* change = nullptr;
    };
    std::vector<Item> items;
    for (const Record& record : tape) items.push_back({record, nullptr});
    for (const config::Config& change : changes)
      items.insert(items.begin() + static_cast<std::ptrdiff_t>(random() % items.size()), Item{{}, &change});
    std::vector<std::uint32_t> next_session(items.size());
    std::uint32_t rolled = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].change == nullptr && items[i].record.kind == RecordKind::kSessionRoll)
        rolled = std::max(rolled, items[i].record.roll.session);
      next_session[i] = rolled + 1;
    }
    const auto apply = [&](RecordedEngine& engine, std::size_t i, std::size_t lag) {
      items[i].change == nullptr ? engine.apply(items[i].record, lag) : engine.change(*items[i].change, next_session[i]);
    };
    std::string digest;
    {
      RecordedEngine engine(folder / "never", first);
      for (std::size_t i = 0; i < items.size(); ++i) apply(engine, i, 0);
      engine.close();
      digest = engine.digest();
    }
    auto engine = std::make_unique<RecordedEngine>(folder / "killed", first);
    std::size_t next = 0;
    for (int kill = 0; kill < 4; ++kill) {
      const std::size_t end = next + random() % (items.size() - next + 1);
      const std::size_t lag = random() % 3 * 4, snapshot_every = 10 + random() % 100;
      for (; next < end; ++next) {
        apply(*engine, next, lag);
        if (next % snapshot_every == 0) engine->take_snapshot();
      }
      engine.reset();
      if (random() % 2 == 0) tear(folder / "killed", random);
      auto plan = pipeline::plan_restart(folder / "killed", first);
      ASSERT_TRUE(plan.has_value()) << plan.error().message;
      if (!plan->start_new_because.empty()) {
        ASSERT_TRUE(contents_of(folder / "killed").records.empty()) << plan->start_new_because;
        fs::remove_all(folder / "killed");
        engine = std::make_unique<RecordedEngine>(folder / "killed", first);
        next = 0;
        continue;
      }
      pipeline::Restarted& restarted = *plan->engine;
      ++restarts;
      pending += &restarted.references.announced() != &restarted.references.in_force();
      from_snapshots += restarted.snapshot_jseq > 0;
      next = static_cast<std::size_t>(restarted.next_jseq - 1);
      engine = std::make_unique<RecordedEngine>(folder / "killed", first, std::move(restarted));
    }
    for (; next < items.size(); ++next) apply(*engine, next, 0);
    engine->close();
    ASSERT_EQ(engine->digest(), digest);
    const RecordingContents never = contents_of(folder / "never"), killed = contents_of(folder / "killed");
    const std::vector<Record> a = without_block_numbers(never.records), b = without_block_numbers(killed.records);
    ASSERT_EQ(a.size(), items.size());
    ASSERT_EQ(a.size(), b.size());
    ASSERT_EQ(std::memcmp(static_cast<const void*>(a.data()), b.data(), a.size() * kRecordBytes), 0);
    ASSERT_TRUE(killed.edges == never.edges);
    edges += never.edges.size();
    // And a replay of it, which reads the texts from the recording, gives the same.
    journal::Reader reader = journal::Reader::open(folder / "killed").value();
    const config::Config recorded = *pipeline::recorded_config(reader).value();
    const std::atomic<bool> stop{false};
    const auto replayed = pipeline::replay(reader, recorded, {.quiet = true}, nullptr, stop);
    ASSERT_TRUE(replayed.has_value()) << replayed.error().message;
    ASSERT_EQ(replayed->digest, digest);
  }
  EXPECT_GT(restarts, 20U);
  EXPECT_GT(pending, 3U);
  EXPECT_GT(from_snapshots, 6U);
  EXPECT_GT(edges, 100U);
}

}  // namespace
}  // namespace groundswell
