// An engine that is killed and goes on with its recording, again and again, leaves the recording, the digest and the feed positions that an
// engine leaves which was never killed; and of its edges each is there once.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "pipeline/refold.hpp"
#include "support/recorded_engine.hpp"
#include "support/scratch.hpp"

namespace groundswell {
namespace {

using namespace test;

// Cuts up to `most` bytes of what the last segment holds, as a machine that lost power would.
void tear(const fs::path& recording, std::mt19937_64& random, std::size_t most) {
  std::vector<fs::path> segments;
  for (const auto& entry : fs::directory_iterator(recording)) {
    if (entry.path().extension() == ".gsj") segments.push_back(entry.path());
  }
  const fs::path last = *std::max_element(segments.begin(), segments.end());
  std::string bytes = read_text(last);
  const std::size_t used = bytes.find_last_not_of('\0') + 1;
  const std::size_t cut = random() % (most + 1);
  const std::size_t keep = std::max<std::size_t>(journal::kFileHeaderBytes, used - std::min(used, cut));
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(keep), bytes.end(), '\0');
  write_text(last, bytes);
}

bool is_prefix(const std::vector<Record>& records, const std::vector<Record>& of) {
  return records.size() <= of.size() &&
         std::memcmp(static_cast<const void*>(records.data()), of.data(), records.size() * kRecordBytes) == 0;
}

TEST(Restart, KilledAgainAndAgainEqualsNeverKilled) {
  const config::Config config = random_tape_config("[journal]\nsegment_size = \"96KiB\"\n");
  std::uint64_t restarts = 0, from_snapshots = 0, torn = 0, unpublished = 0, edges = 0;
  const bool full = std::getenv("GROUNDSWELL_FULL") != nullptr;
  for (std::uint64_t seed = 1; seed <= (full ? 1'000U : 30U) && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const TemporaryFolder folder;
    const RandomTape tape(seed);
    const std::vector<Record>& records = tape.records();
    std::string digest;
    pipeline::FeedPositions feeds;
    {
      RecordedEngine engine(folder / "never", config);
      for (const Record& record : records) engine.apply(record);
      engine.close();
      digest = engine.digest();
      feeds = engine.feeds();
    }
    std::mt19937_64 random(seed);
    auto engine = std::make_unique<RecordedEngine>(folder / "killed", config);
    std::size_t next = 0;
    for (int kill = 0; kill < 3 && !records.empty(); ++kill) {
      const std::size_t end = next + random() % (records.size() - next + 1);
      const std::size_t lag = random() % 3 * 4, snapshot_every = 20 + random() % 200;
      for (; next < end; ++next) {
        engine->apply(records[next], lag);
        if (next % snapshot_every == 0) engine->take_snapshot();
      }
      if (random() % 4 == 0) engine->close();
      engine.reset();
      if (random() % 2 == 0) tear(folder / "killed", random, 6'000);
      auto plan = pipeline::plan_restart(folder / "killed", config);
      ASSERT_TRUE(plan.has_value()) << plan.error().message;
      if (!plan->start_new_because.empty()) {
        // Torn within the texts at its front: there is nothing to go on with.
        ASSERT_TRUE(contents_of(folder / "killed").records.empty());
        fs::remove_all(folder / "killed");
        engine = std::make_unique<RecordedEngine>(folder / "killed", config);
        next = 0;
        continue;
      }
      ++restarts;
      from_snapshots += plan->engine->snapshot_jseq > 0;
      torn += plan->engine->torn_bytes > 0;
      unpublished += plan->engine->unpublished.size();
      ASSERT_TRUE(plan->engine->next_jseq <= next + 1);
      next = static_cast<std::size_t>(plan->engine->next_jseq - 1);
      engine = std::make_unique<RecordedEngine>(folder / "killed", config, std::move(*plan->engine));
    }
    for (; next < records.size(); ++next) engine->apply(records[next]);
    engine->close();

    ASSERT_TRUE(engine->digest() == digest);
    ASSERT_TRUE(engine->feeds().by_number() == feeds.by_number());
    const RecordingContents never = contents_of(folder / "never"), killed = contents_of(folder / "killed");
    ASSERT_TRUE(never.records.size() == records.size() && is_prefix(never.records, records));
    ASSERT_TRUE(killed.records.size() == records.size() && is_prefix(killed.records, records));
    ASSERT_TRUE(killed.edges == never.edges);
    edges += never.edges.size();
  }
  EXPECT_GT(restarts, 60U);  // the cases that the test is about did come up
  EXPECT_GT(from_snapshots, 15U);
  EXPECT_GT(torn, 10U);
  EXPECT_GT(unpublished, 15U);
  EXPECT_GT(edges, 300U);
}

}  // namespace
}  // namespace groundswell
