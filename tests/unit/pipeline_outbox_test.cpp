#include <gtest/gtest.h>

#include <map>
#include <random>

#include "pipeline/links.hpp"
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

TEST(Outbox, CarriesBatchesInOrder) {
  Ring<OutputCell> ring(1024);
  OutboxSender sender(ring, LevelSlots(3, 10));
  OutboxReceiver receiver(ring);
  const Level levels[] = {make_level(1, 1.5), make_level(7, -2.0)};
  sender.levels(
      {.scope = 2, .clock = Clock::kClose, .session = 20261120, .ts_event_ns = 11, .cause_jseq = 5, .level_seq = 9, .levels = levels}, 77);
  OutboxReceiver::Message message;
  ASSERT_TRUE(receiver.front(message));
  EXPECT_EQ(message.head->level_seq, 9U);
  EXPECT_EQ(message.head->cause_jseq, 5U);
  EXPECT_EQ(message.head->cause_recv_ns, 77);
  ASSERT_EQ(message.head->count, 2U);
  EXPECT_EQ(message.levels[1].signal, 7U);
  EXPECT_EQ(message.levels[1].value, -2.0);
  receiver.pop();
  EXPECT_FALSE(receiver.front(message));
}

// With a ring that is nearly always full the newest number of each signal arrives, and made = sent + conflated.
TEST(Outbox, AFullRingConflatesLevelsToTheNewest) {
  Ring<OutputCell> ring(64);
  OutboxSender sender(ring, LevelSlots(2, 8));
  OutboxReceiver receiver(ring);
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
    sender.levels({.scope = scope,
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

// Numbers of levels that were held back while the way out was full come in order, whatever their clock.
TEST(Outbox, ConflatedLevelsKeepTheirOrder) {
  Ring<OutputCell> ring(16);
  OutboxSender sender(ring, LevelSlots(2, 4));
  OutboxReceiver receiver(ring);
  const Level level{
      .value = 1, .flags = 0, .subject = 0, .n_valid = 1, .n_members = 1, .signal = 2, .validity = Validity::kOk, .present = 1, .zero = 0};
  std::vector<std::uint64_t> came;
  const auto take_all = [&] {
    OutboxReceiver::Message message;
    while (receiver.front(message)) {
      if (message.head->scope == 1) came.push_back(message.head->level_seq);
      receiver.pop();
    }
  };
  std::uint64_t level_seq = 0;
  const auto make = [&](Clock clock) {
    sender.levels({.scope = 1,
                   .clock = clock,
                   .session = 20261120,
                   .ts_event_ns = 1,
                   .cause_jseq = 1,
                   .level_seq = ++level_seq,
                   .levels = {&level, 1}});
  };
  for (int i = 0; i < 7; ++i) make(Clock::kLive);  // 5 fit, 2 wait and become one
  EXPECT_TRUE(sender.levels_waiting());
  take_all();
  make(Clock::kClose);  // there is room for it, but an earlier one waits
  sender.send_waiting();
  take_all();
  for (int i = 0; i < 6; ++i) make(Clock::kClose);
  make(Clock::kLive);
  take_all();
  sender.send_waiting();
  take_all();
  EXPECT_FALSE(sender.levels_waiting());
  EXPECT_TRUE(std::is_sorted(came.begin(), came.end())) << ::testing::PrintToString(came);
  EXPECT_EQ(came.back(), level_seq);
  const OutboxSender::Counters& counters = sender.counters();
  EXPECT_EQ(counters.levels_made, counters.levels_sent + counters.levels_conflated);
  EXPECT_EQ(counters.levels_made, level_seq);
}

// In scope `symbols` one number of two symbols is two levels.
TEST(Outbox, NumbersOfSymbolsConflateBySymbol) {
  Ring<OutputCell> ring(16);
  const LevelSlots slots(3, 5, 4, {2, 4}, 2);
  OutboxSender sender(ring, slots);
  OutboxReceiver receiver(ring);
  const auto batch_of = [&](std::uint64_t level_seq, double value) {
    std::vector<Level> levels;
    for (std::uint32_t symbol = 0; symbol < 4; ++symbol) {
      for (const std::uint16_t signal : {std::uint16_t{2}, std::uint16_t{4}}) {
        levels.push_back(make_level(signal, value + 10.0 * symbol + signal));
        levels.back().subject = symbol;
      }
    }
    sender.levels(
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

std::string text_of(std::span<const Why> why) {
  std::string text;
  for (const Why& part : why) text += " " + std::to_string(part.symbol) + ":" + std::to_string(part.delta);
  return text;
}

// Edges and catalogs come out among the records where they went in, whatever the pieces in which the ring is emptied.
TEST(JournalLink, KeepsWhatHappenedInOrder) {
  JournalLink link;
  link.set_waiter({[](void*) { return false; }, nullptr});
  std::mt19937_64 random(7);
  std::vector<std::string> sent, came;
  std::uint64_t number = 0;
  const auto take = [&](std::size_t at_most) {
    for (std::size_t i = 0; i < at_most; ++i) {
      const JournalLink::Item item = link.front();
      if (item.kind == JournalLink::Kind::kNothing) return;
      for (const Record& record : item.records) came.push_back("record " + std::to_string(record.pulse.time_ns));
      if (item.kind == JournalLink::Kind::kEdge)
        came.push_back("edge " + std::to_string(item.edge.eseq) + " of " + std::to_string(item.cause_recv_ns) + text_of(item.why));
      if (item.kind == JournalLink::Kind::kCatalog) came.push_back("catalog " + link.take_catalog().universe_version);
      link.pop();
    }
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::uint64_t choice = random() % 10;
    ++number;
    if (choice == 0) {
      Edge edge{};
      edge.eseq = number;
      std::vector<Why> why;
      for (std::uint64_t part = random() % 300; part > 0; --part)
        why.push_back({static_cast<std::int64_t>(random()), static_cast<std::uint32_t>(part), 0});
      const auto cause_recv_ns = static_cast<std::int64_t>(random());
      ASSERT_TRUE(link.edge(edge, why, cause_recv_ns));
      sent.push_back("edge " + std::to_string(number) + " of " + std::to_string(cause_recv_ns) + text_of(why));
    } else if (choice == 1) {
      Catalog catalog;
      catalog.universe_version = std::to_string(number);
      ASSERT_TRUE(link.catalog(catalog));
      sent.push_back("catalog " + std::to_string(number));
    } else {
      std::vector<Record> records(random() % 40, pulse_record(number));
      ASSERT_TRUE(link.records(records));
      sent.insert(sent.end(), records.size(), "record " + std::to_string(number));
    }
    if (random() % 20 == 0) take(random() % 50);
    if (random() % 500 == 0) take(~std::size_t{0});
  }
  take(~std::size_t{0});
  EXPECT_EQ(came, sent);
  EXPECT_FALSE(link.ended());
  link.close();
  EXPECT_TRUE(link.ended());
  EXPECT_EQ(link.waits(), 0U);
}

TEST(JournalLink, AFullRingLetsTheCoreWaitAndLosesNothing) {
  JournalLink link;
  struct Consumer {
    JournalLink& link;
    std::uint64_t records = 0, edges = 0, last_eseq = 0;
    bool in_order = true;
  } consumer{link};
  link.set_waiter({[](void* self) {
                     auto& c = *static_cast<Consumer*>(self);
                     for (JournalLink::Item item = c.link.front(); item.kind != JournalLink::Kind::kNothing; item = c.link.front()) {
                       c.records += item.records.size();
                       if (item.kind == JournalLink::Kind::kEdge) {
                         c.in_order &= item.edge.eseq == c.last_eseq + 1;
                         c.last_eseq = item.edge.eseq;
                         ++c.edges;
                       }
                       c.link.pop();
                     }
                     return true;
                   },
                   &consumer});
  const std::vector<Record> some(100, pulse_record(1));
  for (std::uint64_t eseq = 1; eseq <= 5'000; ++eseq) {
    ASSERT_TRUE(link.records(some));
    Edge edge{};
    edge.eseq = eseq;
    ASSERT_TRUE(link.edge(edge, {}, 0));
  }
  EXPECT_GT(link.waits(), 0U);
  for (JournalLink::Item item = link.front(); item.kind != JournalLink::Kind::kNothing; item = link.front()) {
    consumer.records += item.records.size();
    consumer.edges += item.kind == JournalLink::Kind::kEdge;
    link.pop();
  }
  EXPECT_TRUE(consumer.in_order);
  EXPECT_EQ(consumer.records, 500'000U);
  EXPECT_EQ(consumer.edges, 5'000U);
}

TEST(EdgeLink, CarriesEdgesOfAnyLengthAndCatalogs) {
  EdgeLink link;
  std::mt19937_64 random(9);
  std::uint64_t put = 0, taken = 0;
  const auto take = [&] {
    while (const auto item = link.front()) {
      ++taken;
      if (taken % 100 == 0) {
        ASSERT_EQ(item->edge, nullptr);
        EXPECT_EQ(link.take_catalog().universe_version, std::to_string(taken));
      } else {
        ASSERT_NE(item->edge, nullptr);
        EXPECT_EQ(item->edge->eseq, taken);
        EXPECT_EQ(item->cause_recv_ns, static_cast<std::int64_t>(taken) + 7);
        EXPECT_EQ(item->encoded.size(), taken % 3'000);
        for (const std::byte byte : item->encoded) ASSERT_EQ(byte, static_cast<std::byte>(taken));
      }
      link.pop();
    }
  };
  while (put < 20'000) {
    if (!link.has_room() || random() % 50 == 0) {
      const std::uint64_t before = taken;
      take();
      ASSERT_EQ(taken, before) << "what is held has not come";
      EXPECT_EQ(link.holds_some(), put > taken);
      link.hand_on();
      take();
      ASSERT_EQ(taken, put);
    }
    ++put;
    if (put % 100 == 0) {
      Catalog catalog;
      catalog.universe_version = std::to_string(put);
      link.catalog(catalog);
      continue;
    }
    Edge edge{};
    edge.eseq = put;
    link.edge(edge, std::vector<std::byte>(put % 3'000, static_cast<std::byte>(put)), static_cast<std::int64_t>(put) + 7);
  }
  link.hand_on();
  take();
  EXPECT_EQ(taken, put);
  link.close();
  EXPECT_TRUE(link.ended());
}

}  // namespace
}  // namespace groundswell::pipeline
