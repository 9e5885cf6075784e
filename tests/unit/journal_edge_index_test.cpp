// The index of edges, beside the writer that goes on: over segments, over a close and a resumption, and over damage.
#include <gtest/gtest.h>

#include <fstream>

#include "journal/create.hpp"
#include "journal/edge_index.hpp"
#include "journal/writer.hpp"
#include "support/scratch.hpp"
#include "support/wire_samples.hpp"

namespace groundswell::journal {
namespace {

using test::TemporaryFolder;

class EdgeIndexTest : public testing::Test {
 protected:
  static constexpr WriterOptions kOptions{.recording_id = 42, .segment_bytes = 64 << 10};
  void create() { writer_ = std::make_unique<Writer>(Writer::create(path_, kOptions).value()); }
  // A few records, then an edge of one of two scopes.
  void append(int edges) {
    for (int i = 0; i < edges; ++i) {
      const std::vector<Record> records(10, make_record(RecordKind::kPulse, 5, 0));
      writer_->append(records).value();
      wire::EdgeBatch batch;
      batch.header = {.recording_id = 42, .scope = static_cast<std::uint16_t>(made_ % 2)};
      batch.scope_seq = ++next_[made_ % 2];
      batch.edges.resize(1);
      batch.edges[0].edge.scope_seq = batch.scope_seq;
      batch.edges[0].edge.scope = batch.header.scope;
      batch.edges[0].edge.eseq = ++made_;
      writer_->append_edges(codec_.encode(batch), 1).value();
    }
    writer_->flush().value();
  }
  static void walk(EdgeIndex& index) {
    while (!index.advance(7).value()) {
    }
  }
  void expect_all(EdgeIndex& index) {
    EXPECT_EQ(index.edges(), made_);
    for (const std::uint16_t scope : {std::uint16_t{0}, std::uint16_t{1}}) {
      EXPECT_EQ(index.oldest(scope), 1U);
      EXPECT_EQ(index.next(scope), next_[scope] + 1);
      for (std::uint64_t number = 1; number <= next_[scope]; ++number) {
        const auto batch = index.batch_with(scope, number);
        ASSERT_TRUE(batch.has_value()) << batch.error().message;
        EXPECT_EQ(batch->scope_seq, number);
        EXPECT_EQ(batch->edges[0].edge.eseq, 2 * number - 1 + scope);
      }
    }
  }
  const TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "recording";
  std::unique_ptr<Writer> writer_;
  wire::SignalCodec codec_;
  std::uint64_t next_[2] = {}, made_ = 0;
};

TEST_F(EdgeIndexTest, FollowsAWriterOverSegmentsAndResumptions) {
  create();
  auto opened = EdgeIndex::open(path_);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EdgeIndex& index = *opened;
  EXPECT_EQ(index.recording_id(), 42U);
  for (int round = 0; round < 10; ++round) {
    append(20);
    walk(index);
    expect_all(index);
  }
  for (int round = 0; round < 2; ++round) {
    if (round == 0) writer_->close().value();  // else like a crash
    writer_.reset();
    walk(index);
    auto held = hold_recording(path_);
    ASSERT_TRUE(held.has_value()) << held.error().message;
    writer_ = std::make_unique<Writer>(Writer::resume(*held, kOptions).value());
    append(60);
    walk(index);
    expect_all(index);
  }
  EXPECT_GT(std::distance(std::filesystem::directory_iterator(path_), {}), 2);
  auto fresh = EdgeIndex::open(path_);
  ASSERT_TRUE(fresh.has_value());
  walk(*fresh);
  expect_all(*fresh);
}

TEST_F(EdgeIndexTest, DamageAndNothingAreToldApart) {
  EXPECT_EQ(EdgeIndex::open(path_).error().exit, Exit::kNoInput);
  create();
  append(4);
  auto index = EdgeIndex::open(path_);
  ASSERT_TRUE(index.has_value());
  walk(*index);
  const std::filesystem::path segment = path_ / "0000000000000001.gsj";
  std::string bytes = test::read_text(segment);
  const std::size_t at = bytes.find("GBLK", bytes.find("GBLK") + 1);  // records, then the first edge
  std::fstream(segment, std::ios::in | std::ios::out | std::ios::binary).seekp(static_cast<std::streamoff>(at + 90)).put('\x7f');
  std::uint64_t damaged = 0;
  for (std::uint64_t number = 1; number <= 2; ++number) {
    for (const std::uint16_t scope : {std::uint16_t{0}, std::uint16_t{1}}) {
      const auto batch = index->batch_with(scope, number);
      if (batch) continue;
      ++damaged;
      EXPECT_EQ(batch.error().exit, Exit::kBadData);
      EXPECT_NE(batch.error().message.find("damaged at offset"), std::string::npos);
    }
  }
  EXPECT_EQ(damaged, 1U);
}

}  // namespace
}  // namespace groundswell::journal
