// The bytes of version 1, kept as files for ever: what was recorded or is sent by an older build must decode, and today's encoder must
// write the same. GROUNDSWELL_REGENERATE=1 writes the files anew, which is right only before a version is released.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/control_samples.hpp"

namespace groundswell {
namespace {

using namespace test;
using wire::Verdict;

std::filesystem::path golden_path(const std::string& name) {
  return std::filesystem::path(GROUNDSWELL_SOURCE_DIR) / "tests" / "golden" / "wire" / name;
}
bool regenerate() {
  const char* const wish = std::getenv("GROUNDSWELL_REGENERATE");
  return wish != nullptr && std::string_view(wish) == "1";
}
std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}
std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

struct Kind {
  const char* name;
  const char* schema_file;
  const char* schema_type;
  std::size_t head_bytes;  // before the message
  std::string bytes;       // of the sample
};

std::string text_of(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::vector<Kind> kinds() {
  wire::FeedEncoder feed;
  wire::SignalCodec signal;
  wire::ControlCodec control;
  wire::NodeCodec node;
  const std::vector<Tick> ticks = sample_ticks();
  const std::vector<Level> levels = sample_levels();
  return {{"tick_batch", "tick.capnp", "TickBatch", 16, text_of(feed.encode(sample_tick_batch(ticks)))},
          {"instruments", "tick.capnp", "Instruments", 16, text_of(feed.encode(sample_instruments()))},
          {"feed_heartbeat", "tick.capnp", "FeedHeartbeat", 16, text_of(feed.encode(sample_feed_heartbeat()))},
          {"level_batch", "signal.capnp", "LevelBatch", 0, text_of(signal.encode(sample_level_batch(levels)))},
          {"edge_batch", "signal.capnp", "EdgeBatch", 0, text_of(signal.encode(sample_edge_batch()))},
          {"heartbeat", "signal.capnp", "Heartbeat", 0, text_of(signal.encode(sample_heartbeat()))},
          {"catalog", "catalog.capnp", "Catalog", 0, text_of(signal.encode(sample_catalog()))},
          {"operation", "signal.capnp", "Operation", 0, text_of(signal.encode(sample_operation()))},
          {"tick_fill_request", "control.capnp", "Request", 0, text_of(control.encode(sample_fill_request()))},
          {"tick_fill_reply", "control.capnp", "Reply", 0, text_of(control.encode(sample_fill_reply(ticks)))},
          {"tick_fill_refusal", "control.capnp", "Reply", 0, text_of(control.encode(sample_fill_refusal()))},
          {"stream_request", "control.capnp", "Request", 0, text_of(node.encode(sample_stream_request()))},
          {"credit_request", "control.capnp", "Request", 0, text_of(node.encode(sample_credit_request()))},
          {"edge_fill_request", "control.capnp", "Request", 0, text_of(node.encode(sample_edge_fill_request()))},
          {"snapshot_reply", "control.capnp", "Reply", 0, text_of(node.encode(sample_reply_head(), sample_snapshot()))},
          {"stream_reply", "control.capnp", "Reply", 0, text_of(node.encode(sample_reply_head(), sample_stream_batch()))},
          {"members_request", "control.capnp", "Request", 0, text_of(node.encode(sample_members_request()))},
          {"members_reply", "control.capnp", "Reply", 0, text_of(node.encode(sample_reply_head(), sample_members()))}};
}

TEST(Golden, EncodersWriteTheBytesOfVersion1) {
  for (const Kind& kind : kinds()) {
    const std::filesystem::path path = golden_path(std::string("v1_") + kind.name + ".bin");
    if (regenerate()) write_file(path, kind.bytes);
    EXPECT_EQ(read_file(path), kind.bytes) << path;
  }
}

// The files as an independent reader sees them: the schema's tool prints every field by name.
TEST(Golden, FieldsAreWhereTheSchemaSaysTheyAre) {
  if (std::system("command -v capnp >/dev/null") != 0) GTEST_SKIP() << "the tool `capnp` is not installed";
  for (const Kind& kind : kinds()) {
    const std::string name = std::string("v1_") + kind.name;
    const std::string message = "tail -c +" + std::to_string(kind.head_bytes + 1) + " '" + golden_path(name + ".bin").string() + "'";
    const std::string schema = std::string("'" GROUNDSWELL_SOURCE_DIR "/schemas/") + kind.schema_file + "' " + kind.schema_type;
    const std::string command = message + " | capnp decode " + schema;
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string text;
    std::array<char, 4096> chunk;
    for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) text.append(chunk.data(), got);
    ASSERT_EQ(::pclose(pipe), 0) << command;
    if (regenerate()) write_file(golden_path(name + ".txt"), text);
    EXPECT_EQ(text, read_file(golden_path(name + ".txt"))) << name;
  }
}

TEST(Golden, FeedFramesOfVersion1Decode) {
  wire::FeedDecoder decoder;
  const std::string ticks = read_file(golden_path("v1_tick_batch.bin"));
  ASSERT_EQ(decoder.decode(bytes_of(ticks)), Verdict::kOk);
  EXPECT_TRUE(std::ranges::equal(decoder.ticks().ticks, sample_ticks()));
  EXPECT_EQ(decoder.ticks().first_tick, 42U);
  const std::string instruments = read_file(golden_path("v1_instruments.bin"));
  ASSERT_EQ(decoder.decode(bytes_of(instruments)), Verdict::kOk);
  EXPECT_EQ(decoder.instruments(), sample_instruments());
  const std::string heartbeat = read_file(golden_path("v1_feed_heartbeat.bin"));
  ASSERT_EQ(decoder.decode(bytes_of(heartbeat)), Verdict::kOk);
  EXPECT_EQ(decoder.heartbeat(), sample_feed_heartbeat());
}

TEST(Golden, FillsOfVersion1Decode) {
  wire::ControlCodec codec;
  wire::TickFillRequest request;
  ASSERT_EQ(codec.decode(bytes_of(read_file(golden_path("v1_tick_fill_request.bin"))), request), Verdict::kOk);
  EXPECT_EQ(request, sample_fill_request());
  wire::TickFillReply reply;
  ASSERT_EQ(codec.decode(bytes_of(read_file(golden_path("v1_tick_fill_reply.bin"))), reply), Verdict::kOk);
  EXPECT_TRUE(std::ranges::equal(reply.batch.ticks, sample_ticks()));
  EXPECT_EQ(reply.batch.first_tick, 42U);
  ASSERT_EQ(codec.decode(bytes_of(read_file(golden_path("v1_tick_fill_refusal.bin"))), reply), Verdict::kOk);
  EXPECT_EQ(reply.status, wire::ReplyStatus::kGapTooOld);
  EXPECT_EQ(reply.oldest_tick, 900U);
}

TEST(Golden, QuestionsAndAnswersOfVersion1Decode) {
  wire::NodeCodec codec;
  wire::Request request;
  ASSERT_EQ(codec.decode(bytes_of(read_file(golden_path("v1_stream_request.bin"))), request), Verdict::kOk);
  EXPECT_EQ(request, sample_stream_request());
  ASSERT_EQ(codec.decode(bytes_of(read_file(golden_path("v1_credit_request.bin"))), request), Verdict::kOk);
  EXPECT_EQ(request, sample_credit_request());
  ASSERT_EQ(codec.decode(bytes_of(read_file(golden_path("v1_edge_fill_request.bin"))), request), Verdict::kOk);
  EXPECT_EQ(request, sample_edge_fill_request());
  const std::string snapshot_file = read_file(golden_path("v1_snapshot_reply.bin"));
  wire::ReplyHead head;
  ASSERT_EQ(codec.decode(bytes_of(snapshot_file), head), Verdict::kOk);
  EXPECT_EQ(head, sample_reply_head());
  wire::Snapshot snapshot;
  ASSERT_EQ(codec.decode_body(bytes_of(snapshot_file), snapshot), Verdict::kOk);
  EXPECT_EQ(snapshot.positions, sample_snapshot().positions);
  EXPECT_EQ(snapshot.triggers, sample_snapshot().triggers);
  wire::StreamBatch stream;
  const std::string stream_file = read_file(golden_path("v1_stream_reply.bin"));
  ASSERT_EQ(codec.decode_body(bytes_of(stream_file), stream), Verdict::kOk);
  ASSERT_EQ(stream.messages.size(), 2U);
  EXPECT_EQ(stream.messages[0].topic, "E.main.thesis.");
  ASSERT_EQ(codec.decode(bytes_of(read_file(golden_path("v1_members_request.bin"))), request), Verdict::kOk);
  EXPECT_EQ(request, sample_members_request());
  wire::MemberBatch members;
  ASSERT_EQ(codec.decode_body(bytes_of(read_file(golden_path("v1_members_reply.bin"))), members), Verdict::kOk);
  EXPECT_EQ(members.header, sample_header());
  EXPECT_EQ(members.members, sample_members().members);
}

TEST(Golden, SignalMessagesOfVersion1Decode) {
  wire::SignalCodec codec;
  wire::Operation operation;
  ASSERT_EQ(codec.decode(bytes_of(read_file(golden_path("v1_operation.bin"))), operation), Verdict::kOk);
  EXPECT_EQ(operation, sample_operation());
  const std::string levels_file = read_file(golden_path("v1_level_batch.bin"));
  wire::LevelBatch levels;
  ASSERT_EQ(codec.decode(bytes_of(levels_file), levels), Verdict::kOk);
  EXPECT_EQ(levels.header, sample_header());
  EXPECT_TRUE(same_bytes(levels.levels, sample_levels()));
  const std::string edges_file = read_file(golden_path("v1_edge_batch.bin"));
  wire::EdgeBatch edges;
  ASSERT_EQ(codec.decode(bytes_of(edges_file), edges), Verdict::kOk);
  ASSERT_EQ(edges.edges.size(), 2U);
  EXPECT_EQ(std::memcmp(&edges.edges[1].edge, &sample_edge_batch().edges[1].edge, sizeof(Edge)), 0);
  EXPECT_EQ(edges.edges[0].why, sample_edge_batch().edges[0].why);
  const std::string heartbeat_file = read_file(golden_path("v1_heartbeat.bin"));
  wire::Heartbeat heartbeat;
  ASSERT_EQ(codec.decode(bytes_of(heartbeat_file), heartbeat), Verdict::kOk);
  EXPECT_EQ(heartbeat, sample_heartbeat());
  const std::string catalog_file = read_file(golden_path("v1_catalog.bin"));
  Catalog catalog;
  ASSERT_EQ(codec.decode(bytes_of(catalog_file), catalog), Verdict::kOk);
  EXPECT_EQ(catalog.symbols, sample_catalog().symbols);
  EXPECT_EQ(catalog.condition_sets, sample_catalog().condition_sets);
  EXPECT_EQ(catalog.rosters, sample_catalog().rosters);
  EXPECT_EQ(levels.roster, 34U);
}

// What was written before numbers carried rosters: the new fields read as nothing.
TEST(Golden, MessagesBeforeRostersDecode) {
  wire::SignalCodec codec;
  const std::string levels_file = read_file(golden_path("v1_level_batch_before_rosters.bin"));
  wire::LevelBatch levels;
  ASSERT_EQ(codec.decode(bytes_of(levels_file), levels), Verdict::kOk);
  EXPECT_TRUE(same_bytes(levels.levels, sample_levels()));
  EXPECT_EQ(levels.roster, 0U);
  const std::string catalog_file = read_file(golden_path("v1_catalog_before_rosters.bin"));
  Catalog catalog;
  ASSERT_EQ(codec.decode(bytes_of(catalog_file), catalog), Verdict::kOk);
  EXPECT_EQ(catalog.symbols, sample_catalog().symbols);
  EXPECT_TRUE(catalog.rosters.empty());
}

}  // namespace
}  // namespace groundswell
