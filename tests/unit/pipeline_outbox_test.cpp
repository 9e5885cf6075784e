#include <gtest/gtest.h>

#include <map>
#include <random>

#include "pipeline/outbox.hpp"

namespace groundswell::pipeline {
namespace {

Level make_level(std::uint16_t signal, double value) {
  Level level{};
  level.signal = signal;
  level.value = value;
  level.present = 1;
  return level;
}

TEST(Outbox, CarriesBatchesAndEdgesInOrder) {
  Ring<OutputCell> ring(1024);
  OutboxSender sender(
      ring, LevelSlots(3, 10), 16, [](void*) { return true; }, nullptr);
  OutboxReceiver receiver(ring, LevelSlots(3, 10), 16);
  const Level levels[] = {make_level(1, 1.5), make_level(7, -2.0)};
  sender.on_levels(
      {.scope = 2, .clock = Clock::kClose, .session = 20261120, .ts_event_ns = 11, .cause_jseq = 5, .level_seq = 9, .levels = levels});
  Edge edge{};
  edge.eseq = 77;
  edge.scope = 1;
  edge.cause_jseq = 6;
  const Why why[] = {{-3, 4, 0}, {2, 9, 0}, {1, 11, 0}};
  sender.on_edge(edge, why);
  OutboxReceiver::Message message;
  ASSERT_TRUE(receiver.front(message));
  EXPECT_EQ(message.head->level_seq, 9U);
  EXPECT_EQ(message.head->cause_jseq, 5U);
  ASSERT_EQ(message.head->count, 2U);
  EXPECT_EQ(message.levels[1].signal, 7U);
  EXPECT_EQ(message.levels[1].value, -2.0);
  receiver.pop();
  ASSERT_TRUE(receiver.front(message));
  EXPECT_EQ(message.head->count, 0U);
  EXPECT_EQ(message.edge->eseq, 77U);
  ASSERT_EQ(message.head->why, 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(message.why[i], why[i]) << i;
  receiver.pop();
  EXPECT_FALSE(receiver.front(message));
}

// With a ring that is nearly always full the newest number of each signal arrives, and made = sent + conflated.
TEST(Outbox, AFullRingConflatesLevelsToTheNewest) {
  Ring<OutputCell> ring(64);
  OutboxSender sender(
      ring, LevelSlots(2, 8), 0, [](void*) { return true; }, nullptr);
  OutboxReceiver receiver(ring, LevelSlots(2, 8), 0);
  std::mt19937_64 random(3);
  std::map<std::pair<int, int>, double> sent, got;
  std::map<int, std::uint64_t> last_seq;
  std::uint64_t received = 0;
  const auto take = [&](std::size_t at_most) {
    OutboxReceiver::Message message;
    for (std::size_t i = 0; i < at_most && receiver.front(message); ++i) {
      EXPECT_GT(message.head->level_seq, last_seq[message.head->scope]);  // jumps show what was conflated, nothing goes back
      last_seq[message.head->scope] = message.head->level_seq;
      for (std::uint32_t k = 0; k < message.head->count; ++k)
        got[{message.head->scope, message.levels[k].signal}] = message.levels[k].value;
      received += message.head->count;
      receiver.pop();
    }
  };
  std::uint64_t level_seq[2] = {1, 1};
  for (int i = 0; i < 5000; ++i) {
    const auto scope = static_cast<std::uint16_t>(random() % 2);
    std::vector<Level> levels;
    for (std::uint16_t signal = 0; signal < 8; ++signal) {
      if (random() % 2 == 0) levels.push_back(make_level(signal, static_cast<double>(i)));
    }
    if (levels.empty()) continue;
    for (const Level& level : levels) sent[{scope, level.signal}] = level.value;
    sender.on_levels({.scope = scope,
                      .clock = Clock::kLive,
                      .session = 1,
                      .ts_event_ns = 1,
                      .cause_jseq = 1,
                      .level_seq = level_seq[scope]++,
                      .levels = levels});
    if (random() % 20 == 0) take(2);
    if (random() % 10 == 0) sender.send_waiting();
  }
  while (sender.levels_waiting()) {
    take(100);
    sender.send_waiting();
  }
  take(100);
  EXPECT_EQ(got, sent);
  EXPECT_GT(sender.counters().levels_conflated, 0U);
  EXPECT_EQ(sender.counters().levels_made, sender.counters().levels_sent + sender.counters().levels_conflated);
  EXPECT_EQ(sender.counters().levels_sent, received);
}

// In scope `symbols` one number of two symbols is two levels.
TEST(Outbox, NumbersOfSymbolsConflateBySymbol) {
  Ring<OutputCell> ring(16);
  const LevelSlots slots(3, 5, 4, {2, 4});
  OutboxSender sender(
      ring, slots, 0, [](void*) { return true; }, nullptr);
  OutboxReceiver receiver(ring, slots, 0);
  const auto batch_of = [&](std::uint64_t level_seq, double value) {
    std::vector<Level> levels;
    for (std::uint32_t symbol = 0; symbol < 4; ++symbol) {
      for (const std::uint16_t signal : {std::uint16_t{2}, std::uint16_t{4}}) {
        levels.push_back(make_level(signal, value + 10.0 * symbol + signal));
        levels.back().subject = symbol;
      }
    }
    sender.on_levels(
        {.scope = 2, .clock = Clock::kClose, .session = 1, .ts_event_ns = 1, .cause_jseq = 1, .level_seq = level_seq, .levels = levels});
  };
  for (std::uint64_t level_seq = 1; level_seq <= 3; ++level_seq) batch_of(level_seq, 1000.0 * static_cast<double>(level_seq));
  OutboxReceiver::Message message;
  ASSERT_TRUE(receiver.front(message));
  EXPECT_EQ(message.head->level_seq, 1U);
  receiver.pop();
  sender.send_waiting();
  ASSERT_TRUE(receiver.front(message));
  EXPECT_EQ(message.head->level_seq, 3U);
  ASSERT_EQ(message.head->count, 8U);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(message.levels[i].subject, i / 2);
    EXPECT_EQ(message.levels[i].value, 3000.0 + 10.0 * static_cast<double>(i / 2) + message.levels[i].signal);
  }
  EXPECT_EQ(sender.counters().levels_conflated, 8U);
}

TEST(Outbox, AnEdgeWaitsForRoomAndIsNeverDropped) {
  Ring<OutputCell> ring(kHeadCells + kEdgeCells + 1);
  struct Consumer {
    OutboxReceiver receiver;
    std::vector<std::uint64_t> eseqs;
  } consumer{OutboxReceiver(ring, LevelSlots(1, 4), 0), {}};
  const auto consume = [](void* context) {
    auto& c = *static_cast<Consumer*>(context);
    OutboxReceiver::Message message;
    if (c.receiver.front(message)) {
      c.eseqs.push_back(message.edge->eseq);
      c.receiver.pop();
    }
    return true;
  };
  OutboxSender sender(ring, LevelSlots(1, 4), 0, consume, &consumer);
  for (std::uint64_t eseq = 1; eseq <= 100; ++eseq) {
    Edge edge{};
    edge.eseq = eseq;
    sender.on_edge(edge, {});
  }
  consume(&consumer);
  ASSERT_EQ(consumer.eseqs.size(), 100U);
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(consumer.eseqs[i], i + 1);
  EXPECT_GT(sender.counters().edge_waits, 0U);
}

}  // namespace
}  // namespace groundswell::pipeline
