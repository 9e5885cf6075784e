#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "journal/reader.hpp"
#include "simulate/simulator.hpp"
#include "simulate_fixture.hpp"
#include "wire/codec.hpp"

namespace groundswell::simulate {
namespace {

// What came out of a simulator, in order.
struct Received {
  std::vector<Tick> ticks;
  std::vector<wire::Instruments> instruments;
  std::vector<std::uint64_t> market_times_ns;
  std::uint64_t next_tick = 1, feed_epoch = 0, refused = 0, largest_batch = 0;
  bool contiguous = true, named_first = false, sent_after_ticks = true, simulated = true, next_tick_right = true;

  void take(wire::FeedDecoder& decoder, std::span<const std::byte> frame) {
    if (decoder.decode(frame) != wire::Verdict::kOk) {
      ++refused;
      return;
    }
    switch (decoder.kind()) {
      case wire::FrameKind::kInstruments: instruments.push_back(decoder.instruments()); return;
      case wire::FrameKind::kHeartbeat:
        market_times_ns.push_back(decoder.heartbeat().market_time_ns);
        simulated = simulated && decoder.heartbeat().mode == wire::Mode::kSimulated;
        next_tick_right = next_tick_right && decoder.heartbeat().next_tick == next_tick;
        return;
      case wire::FrameKind::kTicks: take_ticks(decoder.ticks()); return;
    }
  }
  void take_ticks(const wire::TickBatch& batch) {
    if (ticks.empty()) named_first = !instruments.empty();
    contiguous = contiguous && batch.first_tick == next_tick;
    next_tick = batch.first_tick + batch.ticks.size();
    feed_epoch = batch.feed_epoch;
    largest_batch = std::max<std::uint64_t>(largest_batch, batch.ticks.size());
    sent_after_ticks = sent_after_ticks && batch.send_ns >= batch.ticks.back().ts_event_ns;
    if (!market_times_ns.empty()) sent_after_ticks = sent_after_ticks && batch.ticks.front().ts_event_ns >= market_times_ns.back();
    ticks.insert(ticks.end(), batch.ticks.begin(), batch.ticks.end());
  }
};

struct MarketRun {
  Received received;
  SimulatorReport report;
};

// Runs a simulator in a thread of its own into a PULL socket and takes all it sends.
MarketRun run_market(SimulatorOptions options, const std::string& name, std::uint64_t stop_after_ticks = 0) {
  MarketRun outcome;
  net::Context context;
  options.pattern = Pattern::kPush;
  options.attach = net::Attach::kConnect;
  options.endpoint = "inproc://simulate-" + name;
  auto socket = net::Socket::open(context, net::SocketType::kPull, net::Attach::kBind, options.endpoint, wire::kMaxFeedFrameBytes);
  if (!socket) {
    ADD_FAILURE() << socket.error().message;
    return outcome;
  }
  std::atomic<bool> stop{false}, returned{false};
  std::thread thread([&] {
    const Result<SimulatorReport> report = run_simulator(context, options, stop);
    if (report) outcome.report = *report;
    returned = report.has_value();
    stop = true;
  });
  wire::FeedDecoder decoder;
  net::Frame frame;
  for (bool came = true; came || !stop;) {
    came = socket->receive(frame, 100);
    if (came) outcome.received.take(decoder, frame.bytes());
    if (stop_after_ticks != 0 && outcome.received.ticks.size() >= stop_after_ticks) stop = true;
  }
  thread.join();
  EXPECT_TRUE(returned);
  return outcome;
}

TEST(Simulator, SendsAWholeSessionInOrder) {
  SimulatorOptions options = test_options();
  options.sessions = 1;
  options.feed_epoch = 77;
  const MarketRun outcome = run_market(options, "session");
  const Received& received = outcome.received;
  EXPECT_EQ(received.refused, 0U);
  EXPECT_TRUE(received.named_first);
  EXPECT_TRUE(received.contiguous);
  EXPECT_TRUE(received.sent_after_ticks);
  EXPECT_TRUE(received.simulated);
  EXPECT_TRUE(received.next_tick_right);
  EXPECT_EQ(received.feed_epoch, 77U);
  EXPECT_EQ(received.largest_batch, 64U);
  EXPECT_EQ(received.ticks.size(), outcome.report.ticks);
  EXPECT_EQ(outcome.report.sessions, 1U);
  EXPECT_TRUE(std::is_sorted(received.market_times_ns.begin(), received.market_times_ns.end()));
  EXPECT_EQ(received.market_times_ns.front(), config::new_york_time_ns(20261120, 9 * 3600 + 29 * 60 + 30));
  EXPECT_EQ(received.market_times_ns.back(), config::new_york_time_ns(20261120, 17 * 3600 + 20 * 60 + 1));
  EXPECT_GT(received.market_times_ns.size(), 500U);  // one after each batch that passes a market second
}

TEST(Simulator, TicksAreTheTapesWithNumbersOfTheirOwn) {
  SimulatorOptions options = test_options();
  options.max_ticks = 1000;
  const MarketRun outcome = run_market(options, "tape");
  ASSERT_EQ(outcome.received.ticks.size(), 1000U);
  MarketModel model = make_model(options);
  const std::vector<Tick> tape = whole_tape(model, 20261120, {options.seed, options.rate, 0});
  for (std::size_t index = 0; index < 1000; ++index) {
    Tick expected = tape[index];
    ++expected.symbol;
    ASSERT_EQ(outcome.received.ticks[index], expected) << index;
  }
  const std::uint64_t last_ns = outcome.received.ticks.back().ts_event_ns;
  EXPECT_GE(outcome.report.last_market_time_ns, last_ns);
  EXPECT_LE(outcome.report.last_market_time_ns, tape[1000].ts_event_ns);  // not ahead of the next one
  ASSERT_FALSE(outcome.received.instruments.empty());
  const wire::Instruments& instruments = outcome.received.instruments.front();
  ASSERT_EQ(instruments.symbols.size(), 115U);
  EXPECT_EQ(instruments.symbols.front().id, 1U);
  EXPECT_EQ(instruments.symbols.front().name, "C0M0");
  ASSERT_EQ(instruments.condition_sets.size(), 6U);
  EXPECT_EQ(instruments.condition_sets[3].id, kOpeningPrint);
  EXPECT_EQ(instruments.condition_sets[3].set, (ConditionSet{'C', "O", ""}));
}

TEST(Simulator, GoesOnWithTheNextSessionOfTheCalendar) {
  SimulatorOptions options = test_options();
  options.session = 20261125;  // Thanksgiving follows, then a half day
  options.sessions = 2;
  const MarketRun outcome = run_market(options, "sessions");
  EXPECT_EQ(outcome.report.sessions, 2U);
  EXPECT_TRUE(outcome.received.contiguous);
  const std::uint64_t half_day_start_ns = config::new_york_time_ns(20261127, 9 * 3600 + 29 * 60 + 30);
  const std::vector<std::uint64_t>& times_ns = outcome.received.market_times_ns;
  const auto next = std::find(times_ns.begin(), times_ns.end(), half_day_start_ns);
  ASSERT_NE(next, times_ns.end());
  EXPECT_EQ(*(next - 1), config::new_york_time_ns(20261125, 17 * 3600 + 20 * 60 + 1));
  EXPECT_EQ(times_ns.back(), config::new_york_time_ns(20261127, 14 * 3600 + 20 * 60 + 1));
  for (std::size_t index = 1; index < outcome.received.ticks.size(); ++index) {
    ASSERT_EQ(outcome.received.ticks[index].trade_id, outcome.received.ticks[index - 1].trade_id + 1);
  }
}

TEST(Simulator, StopsWhenTold) {
  SimulatorOptions options = test_options();
  options.exit_when_done = false;
  const MarketRun outcome = run_market(options, "stop", 500);
  EXPECT_GE(outcome.report.ticks, 500U);
}

TEST(Simulator, ReachesASubscriberAtAPacedSpeed) {
  SimulatorOptions options = test_options();
  options.speed = 1000;
  options.rate = 20;
  options.max_ticks = 400;
  options.endpoint = "tcp://127.0.0.1:*";
  net::Context context;
  // The port is not known before the simulator has it: it connects, the subscriber binds.
  auto socket = net::Socket::open(context, net::SocketType::kSub, net::Attach::kBind, options.endpoint, wire::kMaxFeedFrameBytes);
  ASSERT_TRUE(socket.has_value()) << socket.error().message;
  ASSERT_TRUE(socket->subscribe("").has_value());
  options.endpoint = socket->last_endpoint();
  options.attach = net::Attach::kConnect;
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    EXPECT_TRUE(run_simulator(context, options, stop).has_value());
    stop = true;
  });
  Received received;
  wire::FeedDecoder decoder;
  net::Frame frame;
  for (bool came = true; came || !stop;) {
    came = socket->receive(frame, 100);
    if (came) received.take(decoder, frame.bytes());
  }
  thread.join();
  EXPECT_TRUE(received.named_first);
  EXPECT_TRUE(received.contiguous);
  EXPECT_TRUE(received.sent_after_ticks);
  EXPECT_EQ(received.ticks.size(), 400U);
  EXPECT_TRUE(std::is_sorted(received.market_times_ns.begin(), received.market_times_ns.end()));
}

// The receiver is so slow that the queues are full when the sender is done.
TEST(Simulator, APushDeliversItsTailBeforeItEnds) {
  net::Context receiving;
  auto pull = net::Socket::open(receiving, net::SocketType::kPull, net::Attach::kBind, "tcp://127.0.0.1:*", wire::kMaxFeedFrameBytes);
  ASSERT_TRUE(pull.has_value());
  SimulatorOptions options = test_options();
  options.rate = 1'000;
  options.max_ticks = 3'500 * 64;
  options.pattern = Pattern::kPush;
  options.attach = net::Attach::kConnect;
  options.endpoint = pull->last_endpoint();
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    net::Context sending;
    EXPECT_TRUE(run_simulator(sending, options, stop).has_value());
  });
  std::uint64_t ticks = 0;
  wire::FeedDecoder decoder;
  net::Frame frame;
  while (ticks < options.max_ticks && pull->receive(frame, 5'000)) {
    ASSERT_EQ(decoder.decode(frame.bytes()), wire::Verdict::kOk);
    if (decoder.kind() == wire::FrameKind::kTicks) ticks += decoder.ticks().ticks.size();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  thread.join();
  EXPECT_EQ(ticks, options.max_ticks);
}

TEST(Simulator, RefusesOptionsThatMakeNoSense) {
  const auto message = [](const SimulatorOptions& options) {
    const Result<void> checked = check_options(options);
    return checked ? std::string() : checked.error().message;
  };
  SimulatorOptions options = test_options();
  EXPECT_EQ(message(options), "");
  options.session = 20261126;
  EXPECT_NE(message(options).find("2026-11-26 is no session"), std::string::npos);
  options = test_options();
  options.rate = 0;
  EXPECT_NE(message(options).find("rate 0"), std::string::npos);
  options = test_options();
  options.start_seconds = 17 * 3600;
  EXPECT_NE(message(options).find("start"), std::string::npos);
  options = test_options();
  options.universe = {};
  EXPECT_NE(message(options).find("no symbols"), std::string::npos);
}

TEST(History, DatesAreTheSessionsBefore) {
  const std::vector<std::uint32_t> sessions = sessions_before(test_calendar(), 20260909, 4);
  EXPECT_EQ(sessions, (std::vector<std::uint32_t>{20260902, 20260903, 20260904, 20260908}));  // a weekend and Labor Day between
  EXPECT_EQ(sessions_before(test_calendar(), 20260302, 1).front(), 20260227U);
}

class HistoryFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("simulate_history_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(HistoryFile, ReadsBackAsSessionsOfBars) {
  SimulatorOptions options = test_options();
  options.history_sessions = 520;
  options.history_path = folder_ / "history.gsj";
  const Result<std::uint64_t> written = write_history(options);
  ASSERT_TRUE(written.has_value()) << written.error().message;
  EXPECT_FALSE(write_history(options).has_value());  // never overwrites

  Result<journal::Reader> reader = journal::Reader::open(options.history_path);
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  EXPECT_TRUE(reader->info().closed);
  std::vector<std::uint32_t> rolls;
  std::size_t pulses = 0, bars = 0;
  std::uint64_t last_ns = 0;
  std::uint32_t last_symbol = 0;
  bool first_block = true;
  while (const std::optional<journal::BlockView> block = reader->next()) {
    if (first_block) {
      ASSERT_EQ(block->type, journal::BlockType::kCatalog);
      const Result<Catalog> catalog = journal::parse_catalog(block->payload);
      ASSERT_TRUE(catalog.has_value());
      EXPECT_EQ(catalog->symbols, universe_symbols(options.universe));
      first_block = false;
      continue;
    }
    ASSERT_EQ(block->type, journal::BlockType::kRecords);
    for (const Record& record : block->records()) {
      if (record.kind == RecordKind::kSessionRoll) {
        rolls.push_back(record.roll.session);
        EXPECT_EQ(record.roll.mode, SessionMode::kBars);
        EXPECT_EQ(record.roll.final_ns, record.roll.close_ns);
        last_symbol = 0;
        continue;
      }
      ASSERT_GE(event_time_ns(record), last_ns);
      last_ns = event_time_ns(record);
      if (record.kind == RecordKind::kPulse) {
        ++pulses;
        continue;
      }
      ASSERT_EQ(record.kind, RecordKind::kTick);
      ASSERT_GE(record.tick.symbol, last_symbol);
      last_symbol = record.tick.symbol;
      ASSERT_TRUE(is_bar(record.tick.action));
      ASSERT_EQ(record.tick.flags, record.tick.action == Action::kBarClose ? kFlagLast : 0);
      if (record.tick.action == Action::kBarClose) ++bars;
    }
  }
  EXPECT_EQ(rolls, sessions_before(options.calendar, options.session, 520));
  EXPECT_EQ(pulses, 520U);
  EXPECT_GT(bars, 520U * 112U);
  EXPECT_LT(bars, 520U * 115U);  // three members list late
}

TEST_F(HistoryFile, TheLiveDayContinuesItsCloses) {
  SimulatorOptions options = test_options();
  options.history_path = folder_ / "history.gsj";
  ASSERT_TRUE(write_history(options).has_value());
  Result<journal::Reader> reader = journal::Reader::open(options.history_path);
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  std::vector<std::int64_t> closes_e9(115);
  while (const std::optional<journal::BlockView> block = reader->next()) {
    if (block->type != journal::BlockType::kRecords) continue;
    for (const Record& record : block->records()) {
      if (record.kind == RecordKind::kTick) closes_e9[record.tick.symbol] = record.tick.price_e9;
    }
  }
  const MarketModel model = make_model(options);
  for (std::size_t symbol = 0; symbol < closes_e9.size(); ++symbol) EXPECT_EQ(closes_e9[symbol], model.last_close_e9(symbol));
}

}  // namespace
}  // namespace groundswell::simulate
