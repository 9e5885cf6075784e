// The library's ends together: a TickPublisher feeds an engine, a Subscriber hears it, a JournalReader reads what it recorded, and a Fold
// makes of the records what the engine published.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "feed/fill_client.hpp"
#include "groundswell/client/fold.hpp"
#include "groundswell/client/journal_writer.hpp"
#include "groundswell/client/subscriber.hpp"
#include "groundswell/client/tick_publisher.hpp"
#include "support/engine_fixture.hpp"
#include "support/process.hpp"

namespace groundswell::test {
namespace {

using client::ErrorCode;

struct Kept final : client::Handler {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> edges;  // eseq, event id
  std::uint64_t level_batches = 0, levels = 0;
  std::string last_subject;
  bool fed = false;  // the engine takes what its feed sends
  void on_heartbeat(const client::HeartbeatEvent& event) override { fed |= event.event_time_ns != 0; }
  void on_edge(const client::EdgeEvent& event) override {
    edges.emplace_back(event.edge.eseq, event.edge.event_id.hi);
    last_subject = event.subject;
  }
  void on_levels(const client::LevelsEvent& event) override {
    ++level_batches;
    levels += event.levels.size();
  }
};

class ClientRecording : public testing::Test {
 protected:
  ClientRecording() {
    client::TickPublisherOptions options;
    options.endpoint = endpoint_in(folder_, "ticks");
    options.fill_endpoint = endpoint_in(folder_, "fills");
    options.mode = client::Mode::kSimulated;
    feed_.emplace(std::move(client::TickPublisher::open(options).value()));
    const std::string feed = "[[feed]]\nname = 'own'\nendpoint = '" + options.endpoint + "'\nfill = '" + options.fill_endpoint + "'\n";
    config_ = must(config::load_config(write_config(folder_, {}, feed)));
    engine_ = must(pipeline::LiveEngine::start(context_, config_));
    subscriber_.emplace(std::move(client::Subscriber::open({.endpoint = endpoint_in(folder_, "signals"), .any_mode = true}).value()));
    for (const std::string& symbol : kSymbols) ids_.push_back(feed_->add_symbol(symbol));
  }
  void turn() {
    feed_->turn(now_ns_);
    const auto polled = subscriber_->poll(heard_, 5);
    ASSERT_TRUE(polled) << polled.error().message;
  }
  // A halt of a member, which is an edge; until it is heard.
  bool halt(std::size_t symbol, bool halted) {
    now_ns_ += kMillisecond;
    const std::size_t before = heard_.edges.size();
    const Tick tick = status_tick(ids_[symbol], now_ns_, halted ? StatusCode::kHalt : StatusCode::kResume);
    EXPECT_TRUE(feed_->send({&tick, 1}));
    return wait_until([&] {
      turn();
      return heard_.edges.size() > before;
    });
  }
  TemporaryFolder folder_;
  net::Context context_;
  std::optional<client::TickPublisher> feed_;
  config::Config config_;
  std::unique_ptr<pipeline::LiveEngine> engine_;
  std::optional<client::Subscriber> subscriber_;
  std::vector<std::uint32_t> ids_;
  std::uint64_t now_ns_ = new_york(10);
  Kept heard_;
};

TEST_F(ClientRecording, WhatWasFedIsHeardRecordedAndFoldedAgain) {
  EXPECT_EQ(feed_->add_symbol("SPY"), 1U);
  ASSERT_TRUE(wait_until([&] {
    turn();
    return subscriber_->state() == client::State::kLive && heard_.fed;
  }));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t symbol = 1; symbol < 4; ++symbol) ASSERT_TRUE(halt(symbol, round % 2 == 0));
  }
  EXPECT_EQ(heard_.last_subject, kSymbols[3]);
  const pipeline::LiveReport report = must(engine_->stop());
  ASSERT_EQ(report.feeds[0].counters.sequence.unique, 9U);
  ASSERT_EQ(report.feeds[0].counters.sequence.lost, 0U);

  auto recording = client::JournalReader::open(report.recording);
  ASSERT_TRUE(recording) << recording.error().message;
  EXPECT_EQ(recording->info().recording_id, report.recording_id);
  EXPECT_EQ(recording->info().records, report.fold.records);
  EXPECT_TRUE(recording->info().closed);
  Kept recorded;
  for (auto kind = recording->next(); kind && *kind != client::JournalReader::Kind::kEnd; kind = recording->next()) {
    if (*kind == client::JournalReader::Kind::kEdges) recording->edges(recorded);
  }
  auto fold = client::Fold::open(*recording, {.digest = true});
  ASSERT_TRUE(fold) << fold.error().message;
  Kept folded;
  const auto count = fold->run(*recording, folded);
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_EQ(*count, report.fold.records);
  EXPECT_EQ(folded.levels, report.fold.levels);
  EXPECT_EQ(folded.level_batches, report.fold.level_batches);
  EXPECT_EQ(folded.edges, recorded.edges);
  EXPECT_EQ(fold->next_eseq(), report.next_eseq);
  EXPECT_EQ(fold->digest(), report.digest);
  ASSERT_GE(recorded.edges.size(), heard_.edges.size());
  EXPECT_THAT(recorded.edges, testing::IsSupersetOf(heard_.edges));
}

std::vector<Record> records_of(client::JournalReader& reader) {
  std::vector<Record> records;
  for (auto kind = reader.next(); kind && *kind != client::JournalReader::Kind::kEnd; kind = reader.next())
    records.insert(records.end(), reader.records().begin(), reader.records().end());
  return records;
}

TEST(ClientRecordingFile, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  const std::string path = (folder / "own.gsj").string();
  Catalog catalog;
  catalog.symbols = {"AAA", "BBB"};
  const std::vector<Record> records{roll_record(20261123, SessionMode::kBars, 1, 2, 0, 2),
                                    tick_record(trade_tick(1, 5, 7 * kPriceScale), 6, 1), pulse_record(9)};
  auto writer = client::JournalWriter::create(path, catalog, {.recording_id = 4711, .created_ns = 8});
  ASSERT_TRUE(writer) << writer.error().message;
  EXPECT_EQ(client::JournalWriter::create(path, catalog).error().code, ErrorCode::kIo) << "it exists";
  EXPECT_EQ(*writer->append(records), 3U);
  const Record of_nobody = tick_record(trade_tick(2, 5, 7 * kPriceScale), 6, 1), change = reference_record(2, 3, 0, kRosterChanged);
  for (const Record& refused : {of_nobody, change}) EXPECT_EQ(writer->append({&refused, 1}).error().code, ErrorCode::kOption);
  ASSERT_TRUE(writer->close());
  auto reader = client::JournalReader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(reader->info().recording_id, 4711U);
  EXPECT_TRUE(reader->info().closed);
  EXPECT_EQ(reader->names().catalog().symbols, catalog.symbols);
  auto another = reader->duplicate();
  for (client::JournalReader* const each : {&*reader, &another}) {
    const std::vector<Record> read = records_of(*each);
    ASSERT_EQ(read.size(), records.size());
    EXPECT_EQ(std::memcmp(read.data(), records.data(), records.size() * kRecordBytes), 0);
  }
}

TEST_F(ClientRecording, AFeedGivesAgainWhatItSent) {
  std::vector<Tick> ticks;
  for (std::uint64_t i = 0; i < 3'000; ++i) ticks.push_back(trade_tick(ids_[1], now_ns_ + i, 100 * kPriceScale));
  ASSERT_TRUE(feed_->send(ticks));
  EXPECT_EQ(feed_->next_tick(), 3'001U);
  EXPECT_EQ(feed_->counters().batches, 3U);
  auto asker = must(feed::FillClient::open(context_, endpoint_in(folder_, "fills")));
  ASSERT_TRUE(wait_until([&] { return asker.ask({feed_->feed_epoch(), 11, 2'010}, 1, 1'000'000'000'000); }));
  std::uint64_t next = 11;
  ASSERT_TRUE(wait_until([&] {
    feed_->turn(now_ns_);
    const auto answer = asker.receive();
    if (answer.kind == feed::FillClient::Kind::kTicks) {
      EXPECT_EQ(answer.batch->first_tick, next);
      next += answer.batch->ticks.size();
    }
    return next == 2'011;
  }));
  EXPECT_GE(feed_->counters().filled_ticks, 2'000U);
}

TEST(ClientRecordingFile, WhatIsWrongHasItsError) {
  const TemporaryFolder folder;
  EXPECT_EQ(client::JournalReader::open((folder / "none.gsj").string()).error().code, ErrorCode::kNotFound);
  const Finished made =
      run_program(folder, {"simulate", "--history", (folder / "h.gsj").string(), "--history-only", "--history-sessions", "30", "-q"});
  ASSERT_EQ(made.code, 0) << made.err;
  const std::string whole = read_text(folder / "h.gsj");
  auto recording = client::JournalReader::open((folder / "h.gsj").string());
  ASSERT_TRUE(recording) << recording.error().message;
  EXPECT_EQ(client::Fold::open(*recording).error().code, ErrorCode::kConfiguration) << "it has none";
  EXPECT_EQ(client::Fold::open(*recording, {.universe = (folder / "no.toml").string()}).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(client::Fold::open(*recording, {.universe = std::string(GROUNDSWELL_SOURCE_DIR) + "/config/baskets.toml"}));

  std::string damaged = whole;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  write_text(folder / "damaged.gsj", damaged);
  const auto found = client::JournalReader::open((folder / "damaged.gsj").string());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kDamaged) << found.error().message;
  EXPECT_THAT(found.error().message, testing::HasSubstr("damaged.gsj"));

  std::string newer = whole;
  newer[8] = 2;
  write_text(folder / "newer.gsj", newer);
  const auto other = client::JournalReader::open((folder / "newer.gsj").string());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kOtherVersion) << other.error().message;
}

}  // namespace
}  // namespace groundswell::test
