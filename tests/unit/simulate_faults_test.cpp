// The fault kit as whoever listens sees it: a simulator in a thread of its own, real sockets on its lines.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <thread>

#include "base/clock.hpp"
#include "simulate/simulator.hpp"
#include "simulate_fixture.hpp"

namespace groundswell::simulate {
namespace {

constexpr int kPatienceMs = 5'000;

struct Batch {
  std::uint64_t epoch, first_tick, send_ns;
  std::vector<Tick> ticks;
  bool operator==(const Batch&) const = default;
};
// What came on a line, in order.
struct Heard {
  std::vector<Batch> batches;
  std::vector<wire::FeedHeartbeat> heartbeats;
  std::vector<std::uint64_t> named_epochs;  // of Instruments
  std::uint64_t wrong = 0;                  // frames refused, or of another line
  std::uint64_t ahead = 0;                  // heartbeats that count fewer ticks than had come

  void take(wire::FeedDecoder& decoder, std::span<const std::byte> frame, std::uint8_t line) {
    if (decoder.decode(frame) != wire::Verdict::kOk) {
      ++wrong;
    } else if (decoder.kind() == wire::FrameKind::kInstruments) {
      named_epochs.push_back(decoder.instruments().feed_epoch);
    } else if (decoder.kind() == wire::FrameKind::kHeartbeat) {
      heartbeats.push_back(decoder.heartbeat());
      wrong += decoder.heartbeat().line != line;
      if (!batches.empty() && batches.back().epoch == decoder.heartbeat().feed_epoch) {
        ahead += decoder.heartbeat().next_tick < batches.back().first_tick + batches.back().ticks.size();
      }
    } else {
      const wire::TickBatch& batch = decoder.ticks();
      wrong += batch.line != line;
      batches.push_back({batch.feed_epoch, batch.first_tick, batch.send_ns, {batch.ticks.begin(), batch.ticks.end()}});
    }
  }
  std::vector<Tick> ticks() const {  // each number once, in order
    std::map<std::pair<std::uint64_t, std::uint64_t>, Tick> by_number;
    for (const Batch& batch : batches) {
      for (std::size_t i = 0; i < batch.ticks.size(); ++i) by_number.emplace(std::pair(batch.epoch, batch.first_tick + i), batch.ticks[i]);
    }
    std::vector<Tick> in_order;
    for (const auto& [number, tick] : by_number) in_order.push_back(tick);
    return in_order;
  }
};
struct Outcome {
  std::array<Heard, 2> lines;
  SimulatorReport report;
};

SimulatorOptions two_lines() {
  SimulatorOptions options = test_options();
  options.feed_epoch = 77;
  options.max_ticks = 20'000;
  options.line_b = "set by play";
  return options;
}

// Plays at full speed into two PULL sockets, so that nothing is lost but on purpose.
Outcome play(SimulatorOptions options, const std::string& name) {
  Outcome outcome;
  net::Context context;
  options.pattern = Pattern::kPush;
  options.attach = net::Attach::kConnect;
  options.endpoint = "inproc://faults-a-" + name;
  if (!options.line_b.empty()) options.line_b = "inproc://faults-b-" + name;
  std::vector<net::Socket> sockets;
  for (const std::string& endpoint : {options.endpoint, options.line_b}) {
    if (endpoint.empty()) continue;
    auto socket = net::Socket::open(context, net::SocketType::kPull, net::Attach::kBind, endpoint, wire::kMaxFeedFrameBytes);
    if (!socket) {
      ADD_FAILURE() << socket.error().message;
      return outcome;
    }
    sockets.push_back(std::move(*socket));
  }
  std::atomic<bool> stop{false}, returned{false};
  std::thread thread([&] {
    const Result<SimulatorReport> report = run_simulator(context, options, stop);
    EXPECT_TRUE(report.has_value());
    if (report) outcome.report = *report;
    returned = true;
  });
  wire::FeedDecoder decoder;
  net::Frame frame;
  for (bool came = true; came || !returned;) {
    came = false;
    for (std::uint8_t line = 0; line < sockets.size(); ++line) {
      if (!sockets[line].receive(frame, 1)) continue;
      outcome.lines[line].take(decoder, frame.bytes(), line);
      came = true;
    }
  }
  thread.join();
  for (const Heard& heard : outcome.lines) {
    EXPECT_EQ(heard.wrong, 0U);
    EXPECT_EQ(heard.ahead, 0U);
  }
  return outcome;
}

std::size_t missing(const Heard& heard, const std::vector<Tick>& all) { return all.size() - heard.ticks().size(); }

TEST(Faults, WithoutAnyBothLinesCarryWhatOneWouldAndTheSeedIsAll) {
  const Outcome both = play(two_lines(), "none");
  SimulatorOptions alone = two_lines();
  alone.line_b.clear();
  const Outcome one = play(alone, "alone");
  EXPECT_EQ(both.lines[0].batches, one.lines[0].batches);
  EXPECT_EQ(both.lines[0].batches, both.lines[1].batches);
  EXPECT_EQ(both.lines[0].ticks().size(), 20'000U);
  EXPECT_EQ(both.lines[1].heartbeats.back().next_tick, 20'001U);
}

TEST(Faults, EachLineLosesItsShareAndTheSameAgain) {
  SimulatorOptions options = two_lines();
  options.faults.loss = {0.3, 0.1};
  const Outcome outcome = play(options, "loss");
  const std::vector<Tick> all = play(two_lines(), "lossless").lines[0].ticks();
  const std::array<double, 2> asked{0.3, 0.1};
  for (std::size_t line = 0; line < 2; ++line) {
    const Heard& heard = outcome.lines[line];
    EXPECT_EQ(heard.batches.size() + outcome.report.lines[line].lost, outcome.report.batches);
    EXPECT_NEAR(static_cast<double>(missing(heard, all)) / static_cast<double>(all.size()), asked[line], 0.08);
    EXPECT_EQ(heard.heartbeats.back().next_tick, 20'001U);
    for (const Batch& batch : heard.batches) {
      for (std::size_t i = 0; i < batch.ticks.size(); ++i) ASSERT_EQ(batch.ticks[i], all[batch.first_tick + i - 1]);
    }
  }
  const Outcome again = play(options, "loss-again");
  EXPECT_EQ(again.lines[0].batches, outcome.lines[0].batches);
  EXPECT_EQ(again.lines[1].batches, outcome.lines[1].batches);
  options.seed = 12;
  EXPECT_NE(play(options, "loss-other").lines[0].batches, outcome.lines[0].batches);
}

TEST(Faults, BatchesComeTwiceOrAfterTheNext) {
  SimulatorOptions options = two_lines();
  options.faults.duplicate = 0.2;
  options.faults.reorder = 0.2;
  const Outcome outcome = play(options, "disorder");
  for (std::size_t line = 0; line < 2; ++line) {
    const Heard& heard = outcome.lines[line];
    const LineFaultCounters& counters = outcome.report.lines[line];
    std::uint64_t backwards = 0, twice = 0;
    for (std::size_t i = 1; i < heard.batches.size(); ++i) {
      backwards += heard.batches[i].first_tick < heard.batches[i - 1].first_tick;
      twice += heard.batches[i] == heard.batches[i - 1];
    }
    EXPECT_EQ(heard.ticks().size(), 20'000U);
    EXPECT_EQ(heard.batches.size(), outcome.report.batches + counters.duplicated);
    EXPECT_EQ(twice, counters.duplicated);
    EXPECT_GT(backwards, 0U);
    EXPECT_LE(backwards, counters.reordered);  // the last one may have no next
    EXPECT_NEAR(static_cast<double>(counters.duplicated) / static_cast<double>(outcome.report.batches), 0.16, 0.09);
  }
  EXPECT_NE(outcome.lines[0].batches, outcome.lines[1].batches);
}

TEST(Faults, ADeadLineIsSilentAndTheOtherIsNot) {
  SimulatorOptions options = two_lines();
  options.faults.dead_lines = {*parse_dead_line("a@10:00:00-10:30:00")};
  options.max_ticks = 0;
  options.sessions = 1;
  const std::uint64_t from_ns = config::new_york_time_ns(20261120, 10 * 3600), to_ns = from_ns + 1'800'000'000'000;
  const Outcome outcome = play(options, "dead");
  const std::vector<Tick> all = outcome.lines[1].ticks();
  EXPECT_EQ(all.size(), outcome.report.ticks);
  for (const wire::FeedHeartbeat& heartbeat : outcome.lines[0].heartbeats) {
    EXPECT_TRUE(heartbeat.market_time_ns < from_ns || heartbeat.market_time_ns >= to_ns);
  }
  std::uint64_t silent = 0;
  for (const Batch& batch : outcome.lines[0].batches) EXPECT_TRUE(batch.send_ns < from_ns || batch.send_ns >= to_ns);
  for (const Batch& batch : outcome.lines[1].batches) silent += batch.send_ns >= from_ns && batch.send_ns < to_ns ? batch.ticks.size() : 0;
  EXPECT_GT(silent, 0U);
  EXPECT_EQ(missing(outcome.lines[0], all), silent);
}

TEST(Faults, LineBDisagreesInSizesOnly) {
  SimulatorOptions options = two_lines();
  options.faults.disagree = 0.05;
  const Outcome outcome = play(options, "disagree");
  const std::vector<Tick> a = outcome.lines[0].ticks(), b = outcome.lines[1].ticks();
  ASSERT_EQ(a.size(), b.size());
  std::uint64_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    Tick expected = a[i];
    if (a[i].size != b[i].size) {
      ++different;
      ++expected.size;
    }
    ASSERT_EQ(b[i], expected);
  }
  EXPECT_EQ(different, outcome.report.lines[1].disagreeing_ticks);
  EXPECT_NEAR(static_cast<double>(different), 1'000, 200);
}

TEST(Faults, ARestartIsAGreaterEpochWithNumbersFromOne) {
  SimulatorOptions options = two_lines();
  options.faults.restarts_seconds = {11 * 3600, 10 * 3600};
  const Outcome outcome = play(options, "restart");
  EXPECT_EQ(outcome.report.restarts, 2U);
  EXPECT_EQ(outcome.report.feed_epoch, 79U);
  EXPECT_EQ(outcome.lines[0].ticks(), play(two_lines(), "steady").lines[0].ticks());  // the market knows nothing of it
  for (const Heard& heard : outcome.lines) {
    std::uint64_t epoch = 77, next = 1;
    for (const Batch& batch : heard.batches) {
      if (batch.epoch != epoch) next = 1;
      epoch = batch.epoch;
      ASSERT_EQ(batch.first_tick, next);
      next += batch.ticks.size();
      const auto when = [&](unsigned hour) { return config::new_york_time_ns(20261120, hour * 3600); };
      for (const Tick& tick : batch.ticks) ASSERT_EQ(epoch, 77U + (tick.ts_event_ns >= when(10)) + (tick.ts_event_ns >= when(11)));
    }
    EXPECT_EQ(epoch, 79U);
    EXPECT_NE(std::find(heard.named_epochs.begin(), heard.named_epochs.end(), 78U), heard.named_epochs.end());
    EXPECT_EQ(heard.named_epochs.back(), 79U);
  }
}

TEST(Faults, ASteppedClockShowsInEveryTimeOfTheFeed) {
  SimulatorOptions options = two_lines();
  options.faults.clock_steps = {*parse_clock_step("3600@10:00:00")};
  const Outcome outcome = play(options, "step"), steady = play(two_lines(), "unstepped");
  const std::uint64_t step_at_ns = config::new_york_time_ns(20261120, 10 * 3600);
  const auto expected_ns = [&](std::uint64_t time_ns) { return time_ns + (time_ns >= step_at_ns ? 3'600'000'000'000U : 0U); };
  const std::vector<Batch>&stepped = outcome.lines[0].batches, &plain = steady.lines[0].batches;
  ASSERT_EQ(stepped.size(), plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_EQ(stepped[i].send_ns, expected_ns(plain[i].send_ns));
    for (std::size_t k = 0; k < plain[i].ticks.size(); ++k) {
      ASSERT_EQ(stepped[i].ticks[k].ts_event_ns, expected_ns(plain[i].ticks[k].ts_event_ns));
    }
  }
  EXPECT_EQ(outcome.lines[0].heartbeats.back().market_time_ns, expected_ns(steady.lines[0].heartbeats.back().market_time_ns));
}

TEST(Faults, HaltsAndBadTicksGoOutLikeAnyTick) {
  SimulatorOptions options = two_lines();
  options.faults.halts = 3;
  options.faults.bad_ticks = 0.01;
  options.max_ticks = 0;
  options.sessions = 1;
  const Outcome outcome = play(options, "accidents");
  EXPECT_EQ(outcome.report.tape.halts, 3U);
  EXPECT_GT(outcome.report.tape.bad_ticks, 0U);
  std::uint64_t status = 0;
  const std::vector<Tick> ticks = outcome.lines[0].ticks();
  for (const Tick& tick : ticks) status += tick.action == Action::kStatus;
  EXPECT_EQ(status, 6U);
  EXPECT_EQ(ticks, outcome.lines[1].ticks());
  EXPECT_EQ(ticks.size(), outcome.report.ticks);
}

TEST(Faults, LineBIsDelayedAndBringsEverythingAllTheSame) {
  net::Context context;
  auto pull = net::Socket::open(context, net::SocketType::kPull, net::Attach::kBind, "inproc://delayed", wire::kMaxFeedFrameBytes);
  auto push = net::Socket::open(context, net::SocketType::kPush, net::Attach::kConnect, "inproc://delayed", wire::kMaxFeedFrameBytes);
  ASSERT_TRUE(pull.has_value() && push.has_value());
  const FaultOptions faults{.delay_ns = 60'000'000'000};
  Line line(std::move(*push), 1, faults, 1);
  line.send(wire::FeedHeartbeat{.feed_epoch = 1, .next_tick = 1}, 0);
  EXPECT_TRUE(line.pump(monotonic_clock_ns()));
  net::Frame frame;
  EXPECT_FALSE(pull->receive(frame, 0));
  EXPECT_EQ(line.waiting(), 1U);
  EXPECT_TRUE(line.pump(monotonic_clock_ns() + 61'000'000'000));
  EXPECT_TRUE(pull->receive(frame, kPatienceMs));
  EXPECT_EQ(line.waiting(), 0U);
  SimulatorOptions options = two_lines();
  options.faults.delay_ns = 50'000'000;
  const Outcome outcome = play(options, "delay");
  EXPECT_EQ(outcome.lines[0].batches, outcome.lines[1].batches);
  EXPECT_EQ(outcome.lines[1].ticks().size(), 20'000U);
}

TEST(Faults, WhatASubscriberLostAFillBrings) {
  SimulatorOptions options = test_options();
  options.speed = 1'000;
  options.rate = 20;
  options.max_ticks = 3'000;
  options.exit_when_done = false;
  options.endpoint = options.fill_endpoint = "tcp://127.0.0.1:*";
  options.faults.loss[0] = 0.3;
  net::Context context;
  std::atomic<bool> stop{false}, attached{false};
  SimulatorReport begun;
  std::thread thread([&] {
    const auto done = run_simulator(context, options, stop, [&](const SimulatorReport& report) {
      begun = report;
      attached = true;
    });
    EXPECT_TRUE(done.has_value());
    EXPECT_GT(done->lines[0].lost, 0U);
    EXPECT_GT(done->fills.answered, 0U);
    EXPECT_EQ(done->fills.refused, 0U);
  });
  while (!attached) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  auto line = net::Socket::open(context, net::SocketType::kSub, net::Attach::kConnect, begun.endpoints[0], wire::kMaxFeedFrameBytes);
  auto dealer = net::Socket::open(context, net::SocketType::kDealer, net::Attach::kConnect, begun.fill_endpoint, wire::kMaxFeedFrameBytes);
  ASSERT_TRUE(line.has_value() && dealer.has_value() && line->subscribe("").has_value());
  std::map<std::uint64_t, Tick> ticks;
  wire::FeedDecoder decoder;
  wire::ControlCodec codec;
  net::Frame frame;
  std::uint64_t next = 1, asked = 0;
  const auto ask_up_to = [&](std::uint64_t end) {
    if (end <= next) return;
    ++asked;
    EXPECT_TRUE(dealer->send(
        codec.encode(wire::TickFillRequest{.id = asked, .feed_epoch = begun.feed_epoch, .from_tick = next, .to_tick = end - 1})));
    next = end;
  };
  while (ticks.size() < 3'000 && line->receive(frame, kPatienceMs)) {
    ASSERT_EQ(decoder.decode(frame.bytes()), wire::Verdict::kOk);
    if (decoder.kind() == wire::FrameKind::kTicks) {
      ask_up_to(decoder.ticks().first_tick);
      for (const Tick& tick : decoder.ticks().ticks) ticks.emplace(next++, tick);
    }
    if (decoder.kind() == wire::FrameKind::kHeartbeat) ask_up_to(decoder.heartbeat().next_tick);
    while (dealer->receive(frame, 0)) {
      wire::TickFillReply reply;
      ASSERT_EQ(codec.decode(frame.bytes(), reply), wire::Verdict::kOk);
      ASSERT_EQ(reply.status, wire::ReplyStatus::kOk) << reply.text;
      std::uint64_t number = reply.batch.first_tick;
      for (const Tick& tick : reply.batch.ticks) ticks.emplace(number++, tick);
    }
  }
  stop = true;
  thread.join();
  EXPECT_GT(asked, 0U);
  MarketModel model = make_model(options);
  const std::vector<Tick> tape = whole_tape(model, 20261120, {options.seed, options.rate, 0});
  ASSERT_EQ(ticks.size(), 3'000U);
  for (const auto& [number, tick] : ticks) {
    Tick expected = tape[number - 1];
    ++expected.symbol;
    ASSERT_EQ(tick, expected) << number;
  }
}

TEST(Faults, OptionsThatContradictEachOtherAreRefused) {
  SimulatorOptions options = test_options();
  options.faults.loss[1] = 0.1;
  EXPECT_FALSE(check_options(options).has_value());
  options.line_b = "tcp://127.0.0.1:*";
  EXPECT_TRUE(check_options(options).has_value());
  options.line = 1;
  EXPECT_FALSE(check_options(options).has_value());
  options = test_options();
  options.faults.fill_lie = FillLie::kSilent;
  EXPECT_FALSE(check_options(options).has_value());
  options.fill_endpoint = "tcp://127.0.0.1:*";
  EXPECT_TRUE(check_options(options).has_value());
  options.fill_log_ticks = 0;
  EXPECT_FALSE(check_options(options).has_value());
}

}  // namespace
}  // namespace groundswell::simulate
