// What the publisher is handed is in the recording: whoever opens it at that moment finds the edges, and the records that caused them.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>

#include "pipeline/journal_stage.hpp"
#include "support/engine_fixture.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

class JournalStageTest : public ::testing::Test {
 protected:
  void records(std::size_t count) {
    const std::vector<Record> some(count, pulse_record(1));
    ASSERT_TRUE(in_.records(some));
    made_ += count;
  }
  void edge() {
    Edge edge{};
    edge.eseq = ++edges_;
    edge.scope_seq = edges_;
    edge.cause_jseq = made_;
    ASSERT_TRUE(in_.edge(edge, {}, 0));
  }
  std::vector<Edge> handed_on() {
    std::vector<Edge> all;
    for (auto item = out_.front(); item; item = out_.front()) {
      all.push_back(*item->edge);
      out_.pop();
    }
    return all;
  }
  const test::TemporaryFolder folder_;
  const test::fs::path path_ = folder_ / "recording";
  journal::Writer writer_ = test::must(journal::Writer::create(path_, {.recording_id = 7, .segment_bytes = 256 << 10}));
  JournalLink in_;
  EdgeLink out_;
  EngineStatus status_;
  JournalStage stage_{writer_, publish::EdgeEncoder(7, 0), in_, out_, status_};
  std::uint64_t made_ = 0, edges_ = 0;
};

TEST_F(JournalStageTest, WhatIsHandedOnIsInTheRecordingBehindItsCause) {
  std::mt19937_64 random(3);
  std::uint64_t taken = 0;
  for (std::int64_t now_ns = 0; edges_ < 400; now_ns += kMillisecond) {
    for (std::uint64_t burst = random() % 6; burst > 0; --burst) {
      records(random() % 300);
      for (std::uint64_t some = random() % 4; some > 0; --some) edge();
    }
    EXPECT_TRUE(handed_on().empty()) << "nothing comes but by a step";
    stage_.step(now_ns);
    const std::vector<Edge> handed = handed_on();
    taken += handed.size();
    const test::Recorded recorded = test::read_recording(path_);
    ASSERT_EQ(recorded.edges.size(), taken);
    ASSERT_GE(recorded.records.size(), status_.written_jseq);
    for (const Edge& edge : handed) {
      EXPECT_EQ(edge.eseq, recorded.edges[edge.eseq - 1].eseq);
      EXPECT_LE(edge.cause_jseq, status_.written_jseq) << "the publisher need not wait for it";
    }
  }
  EXPECT_EQ(taken, edges_);
}

TEST_F(JournalStageTest, RecordsAloneWaitFiveMilliseconds) {
  stage_.step(0);
  records(3);
  stage_.step(10 * kMillisecond);  // it has been empty until now
  EXPECT_EQ(status_.written_jseq, 3U);
  records(4);
  stage_.step(12 * kMillisecond);
  EXPECT_EQ(status_.written_jseq, 3U);
  EXPECT_EQ(stage_.due_ns(), 15 * kMillisecond);
  stage_.step(15 * kMillisecond);
  EXPECT_EQ(status_.written_jseq, 7U);
}

TEST_F(JournalStageTest, TheEndWritesWhatIsLeft) {
  records(3);
  stage_.step(0);
  EXPECT_EQ(status_.written_jseq, 0U);
  in_.close();
  stage_.step(1);
  EXPECT_EQ(status_.written_jseq, 3U);
  EXPECT_TRUE(stage_.finished());
  EXPECT_TRUE(out_.ended());
}

}  // namespace
}  // namespace groundswell::pipeline
