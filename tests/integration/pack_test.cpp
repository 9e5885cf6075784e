// `groundswell pack`: what was recorded replays, verifies and explains as before, while the engine writes and after it has gone on.
#include <gtest/gtest.h>

#include "support/loaded_process.hpp"

namespace groundswell::test {
namespace {

class PackedProcess : public LoadedProcess {
 protected:
  // A recording of several segments, closed.
  void make_recording() {
    start({{"journal.segment_size", "'256KiB'"}});
    watch(300);
    program_->signal(SIGTERM);
    const Finished finished = finish();
    ASSERT_EQ(finished.code, 0) << finished.err;
  }
  std::string digest() {
    const Finished replayed = run({"replay", recording_, "--digest"});
    EXPECT_EQ(replayed.code, 0) << replayed.err;
    return replayed.out;
  }
  const std::string recording_ = (folder_ / "recording").string();
};

TEST_F(PackedProcess, ReplaysToTheSameDigest) {
  make_recording();
  const std::string before = digest();
  const json plain = json::parse(run({"verify", recording_, "--json"}).out);
  const Finished packed = run({"pack", recording_, "--json"});
  ASSERT_EQ(packed.code, 0) << packed.err;
  const json report = json::parse(packed.out);
  EXPECT_GT(report["packed"], 0);
  EXPECT_EQ(report["left"], 0);
  EXPECT_LT(report["packed_bytes"].get<double>(), report["plain_bytes"].get<double>() / 2);
  EXPECT_EQ(digest(), before);
  const json after = json::parse(run({"verify", recording_, "--json"}).out);
  for (const char* same : {"records", "edges", "closed", "segments", "first_event_ns", "last_event_ns"})
    EXPECT_EQ(after[same], plain[same]);
  const Finished refolded = run({"verify", recording_, "--refold"});
  EXPECT_EQ(refolded.code, 0) << refolded.err;
  expect_heard_is_recorded(recording_);
  const Finished again = run({"pack", recording_});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.out.find(": 0 segments packed"), std::string::npos) << again.out;
}

TEST_F(PackedProcess, AnEngineGoesOnWithIt) {
  make_recording();
  ASSERT_EQ(run({"pack", recording_}).code, 0);
  const json before = json::parse(run({"verify", recording_, "--json"}).out);
  make_recording();
  const json after = json::parse(run({"verify", recording_, "--json"}).out);
  EXPECT_GT(after["records"], before["records"]);
  EXPECT_GT(after["segments"], before["segments"]);
  EXPECT_EQ(after["closed"], true);
  EXPECT_EQ(run({"verify", recording_, "--refold"}).code, 0);
}

TEST_F(PackedProcess, WhileTheEngineWrites) {
  start({{"journal.segment_size", "'256KiB'"}});
  watch(300);
  const Finished packed = run({"pack", recording_, "--json"});
  EXPECT_EQ(packed.code, 0) << packed.err;
  const json report = json::parse(packed.out);
  EXPECT_EQ(report["left"], 1);
  watch(listener_->edges.size() + 100);
  program_->signal(SIGTERM);
  EXPECT_EQ(finish().code, 0);
  EXPECT_EQ(run({"verify", recording_, "--refold"}).code, 0);
  expect_heard_is_recorded(recording_);
}

TEST_F(PackedProcess, SaysWhatIsWrong) {
  EXPECT_EQ(run({"pack", (folder_ / "nothing").string()}).code, 66);
  write_text(folder_ / "r.gsj", std::string(5000, 'x'));
  EXPECT_EQ(run({"pack", (folder_ / "r.gsj").string()}).code, 65);
}

}  // namespace
}  // namespace groundswell::test
