// The benchmark's input is what it says: the same each time, and every tick of it is work for the fold.
#include <gtest/gtest.h>

#include <cstring>

#include "bench/pieces.hpp"
#include "bench/workload.hpp"
#include "journal/reader.hpp"

namespace groundswell::bench {
namespace {

constexpr WorkloadOptions kSmall{.baskets = 3, .members_per_basket = 4, .history_sessions = 25, .ticks = 2'000, .rate = 200};

Workload small_workload() {
  auto workload = make_workload(kSmall);
  EXPECT_TRUE(workload) << workload.error().message;
  return std::move(*workload);
}

bool same(const std::vector<Record>& a, const std::vector<Record>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Record)) == 0;
}

TEST(BenchWorkload, IsTheSameEachTime) {
  const Workload a = small_workload(), b = small_workload();
  EXPECT_TRUE(same(a.history, b.history));
  EXPECT_TRUE(same(a.opening, b.opening));
  EXPECT_TRUE(same(a.ticks, b.ticks));
  EXPECT_EQ(a.ticks.size(), kSmall.ticks);
  EXPECT_EQ(a.config.universe.baskets.size(), kSmall.baskets);
}

TEST(BenchWorkload, EveryTickOfEveryPlayCounts) {
  const Workload workload = small_workload();
  const auto setup = fold_setup(workload);
  ASSERT_TRUE(setup) << setup.error().message;
  WarmFold fold(workload, *setup);
  const auto count = [&](market::Outcome outcome) { return fold.counters().outcomes[static_cast<std::size_t>(outcome)]; };
  const std::uint64_t bars = count(market::Outcome::kEligible);
  for (int session = 0; session < 2; ++session) {
    fold.open_session();
    const std::uint64_t levels = fold.levels(), steps = fold.counters().steps;
    fold.play();
    EXPECT_GT(fold.levels(), levels);
    EXPECT_GT(fold.counters().steps, steps);
  }
  const std::uint64_t trades = 2 * (workload.opening.size() - 1 + workload.ticks.size());
  EXPECT_EQ(count(market::Outcome::kEligible) - bars + count(market::Outcome::kVolumeOnly), trades);
}

TEST(BenchWorkload, SingleStepsPublishAfterAChangeOnly) {
  const Workload workload = small_workload();
  WarmFold fold(workload, *fold_setup(workload));
  fold.open_session();
  fold.move_every_symbol();
  fold.next_step();
  for (int i = 0; i < 10; ++i) fold.next_step();  // benchmarks go stale meanwhile
  const std::uint64_t quiet = fold.levels();
  fold.next_step();
  EXPECT_EQ(fold.levels(), quiet);
  fold.move_every_symbol();
  fold.next_step();
  EXPECT_GT(fold.levels(), quiet);
  const std::uint64_t commits = fold.counters().commits;
  fold.close_session();
  EXPECT_EQ(fold.counters().commits, commits + 1);
}

TEST(BenchWorkload, ItsRecordingHoldsEveryRecord) {
  const Workload workload = small_workload();
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "workload.gsj";
  ASSERT_TRUE(write_recording(workload, path));
  const auto recording = journal::Reader::open(path);
  ASSERT_TRUE(recording) << recording.error().message;
  EXPECT_EQ(recording->info().records, workload.history.size() + workload.opening.size() + workload.ticks.size());
  EXPECT_TRUE(recording->info().closed);
}

TEST(BenchPieces, MoveAndWriteWhatTheyAreGiven) {
  const Workload workload = small_workload();
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  EXPECT_TRUE(append_ns(workload.ticks, folder->path() / "a.gsj"));
  EXPECT_TRUE(raw_write_ns(workload.ticks, folder->path() / "b"));
  EXPECT_TRUE(std::filesystem::is_empty(folder->path()));
  EXPECT_FALSE(raw_write_ns(workload.ticks, folder->path() / "absent" / "b"));
  EncodedTicks frames(workload.ticks, 16);
  frames.decode();
  EXPECT_EQ(frames.ticks(), workload.ticks.size());
  EXPECT_GT(ring_hop_ns(10'000, 64), 0.0);
}

}  // namespace
}  // namespace groundswell::bench
