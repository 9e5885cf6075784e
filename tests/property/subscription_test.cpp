// A subscription against a model of a node: whatever is lost on the way, refused, answered late or not at all, what comes out is what was
// published, once and in order; the levels are those of the node in the end; and what nobody has any more is told.
#include "wire/subscription.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <random>

#include "support/model_node.hpp"

namespace groundswell::test {
namespace {

struct Heard final : wire::SubscriptionSink {
  void on_recording(std::uint64_t) override {
    for (std::size_t scope = 0; scope < kScopes; ++scope) {
      edges[scope].clear();
      levels[scope].clear();
      first[scope] = next[scope] = 0;
    }
    ++recordings;
  }
  void on_levels(const wire::LevelBatch& batch) override {
    Numbers& of_scope = levels[batch.header.scope];
    if (batch.full && !in_run[batch.header.scope]) {
      std::erase_if(of_scope, [&](const auto& each) { return each.first.first == batch.clock; });
    }
    in_run[batch.header.scope] = batch.full && !batch.last;
    for (const Level& level : batch.levels) of_scope[{batch.clock, level.signal}] = level.value;
  }
  void on_edges(const wire::EdgeBatch& batch, std::span<const std::byte>, bool past) override {
    const std::size_t scope = batch.header.scope;
    if (next[scope] == 0) first[scope] = next[scope] = batch.scope_seq;
    EXPECT_EQ(batch.scope_seq, next[scope]) << "a gap or a copy";
    for (const wire::EdgeWithWhy& each : batch.edges) edges[scope][next[scope]++] = each.edge.cause_jseq;
    passed_past += past;
  }
  void on_lost(std::uint16_t scope, std::uint64_t from, std::uint64_t to) override {
    if (next[scope] == 0) first[scope] = next[scope] = from;
    EXPECT_EQ(from, next[scope]);
    next[scope] = to + 1;
    lost += to - from + 1;
  }
  std::map<std::uint64_t, std::uint64_t> edges[kScopes];  // scope_seq -> what tells them apart
  Numbers levels[kScopes];
  std::uint64_t first[kScopes] = {}, next[kScopes] = {};
  bool in_run[kScopes] = {};
  std::uint64_t lost = 0, recordings = 0, passed_past = 0;
};

struct World {
  World(std::uint64_t seed, wire::SubscriptionOptions options) : random(seed), node(random), subscription(heard, std::move(options)) {}
  // One thing happens. `loss`: of published messages, in percent; answers get lost too.
  void turn(unsigned loss) {
    now_ns += static_cast<std::int64_t>(random() % 50'000'000);
    switch (random() % 6) {
      case 0:
      case 1: node.publish(); break;
      case 2: node.heartbeat(); break;
      case 3:
        subscription.clock(now_ns);
        for (std::span<const std::byte> frame; subscription.request(frame);) {
          for (auto& reply : node.answer(frame)) replies.push_back(std::move(reply));
        }
        break;
      case 4:
        if (replies.empty()) break;
        if (random() % 100 >= loss) subscription.hear_reply(replies.front(), now_ns);
        replies.pop_front();
        break;
      case 5: deliver(1 + random() % 4, loss); break;
    }
  }
  void deliver(std::size_t count, unsigned loss) {
    for (; count > 0 && !node.channel.empty(); --count) {
      auto [topic, message] = std::move(node.channel.front());
      node.channel.pop_front();
      if (random() % 100 >= loss || topic[0] == 'K') subscription.hear(topic, message, now_ns);
    }
  }
  void settle() {
    node.heartbeat();
    for (int i = 0; i < 3'000 && !(subscription.is_whole() && node.channel.empty()); ++i) {
      now_ns += 20'000'000;
      if (i % 10 == 0) node.heartbeat();
      deliver(4, 0);
      subscription.clock(now_ns);
      for (std::span<const std::byte> frame; subscription.request(frame);) {
        for (auto& reply : node.answer(frame)) replies.push_back(std::move(reply));
      }
      for (; !replies.empty(); replies.pop_front()) subscription.hear_reply(replies.front(), now_ns);
    }
    ASSERT_TRUE(subscription.is_whole());
  }
  void expect_whole() {
    for (std::size_t scope = 0; scope < kScopes; ++scope) {
      EXPECT_EQ(heard.levels[scope], node.levels[scope]) << "scope " << scope;
      if (heard.next[scope] != 0) {
        EXPECT_EQ(heard.next[scope], node.edges[scope].size() + 1) << "scope " << scope;
      }
      for (const auto& [number, what] : heard.edges[scope]) EXPECT_EQ(what, node.edges[scope][number - 1]);
    }
  }
  std::mt19937_64 random;
  ModelNode node;
  Heard heard;
  wire::Subscription subscription;
  std::deque<std::vector<std::byte>> replies;
  std::int64_t now_ns = 1;
};

std::uint64_t rounds() { return std::getenv("GROUNDSWELL_FULL") != nullptr ? 20'000 : 400; }

TEST(Subscription, WhateverIsLostOnTheWayComesOutOnceAndInOrder) {
  std::uint64_t filled = 0, again = 0;
  for (std::uint64_t seed = 1; seed <= rounds(); ++seed) {
    SCOPED_TRACE(seed);
    World world(seed, {.scopes = {}, .resume = {}});
    const unsigned loss = static_cast<unsigned>(seed % 40);
    world.node.publish_catalog();
    for (int i = 0; i < 400; ++i) world.turn(loss);
    world.settle();
    world.expect_whole();
    EXPECT_EQ(world.heard.lost, 0U);
    EXPECT_EQ(world.heard.recordings, 1U);
    filled += world.subscription.counters().filled_edges;
    again += world.subscription.counters().snapshots_asked > 1;
    if (HasFailure()) return;
  }
  EXPECT_GT(filled, 0U);  // else this tests nothing
  EXPECT_GT(again, 0U);
}

TEST(Subscription, AnotherRecordingForgetsAll) {
  for (std::uint64_t seed = 1; seed <= rounds() / 4; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed, {.scopes = {}, .resume = {}});
    world.node.publish_catalog();
    for (int recording = 0; recording < 3; ++recording) {
      if (recording > 0) {
        world.node.begin_recording();
        world.node.forget_edges();
      }
      for (int i = 0; i < 150; ++i) world.turn(10);
    }
    world.settle();
    world.expect_whole();
    EXPECT_EQ(world.subscription.recording_id(), world.node.recording_id());
    EXPECT_EQ(world.heard.lost, 0U);
    if (HasFailure()) return;
  }
}

TEST(Subscription, GoesOnWhereAnotherOneStood) {
  for (std::uint64_t seed = 1; seed <= rounds() / 4; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed, {.scopes = {}, .resume = {}});
    world.node.publish_catalog();
    for (int i = 0; i < 200; ++i) world.turn(10);
    const auto kept = world.subscription.positions();
    if (kept.empty()) continue;
    Heard heard;
    wire::Subscription second(heard, {.scopes = {}, .recording_id = world.subscription.recording_id(), .resume = kept});
    for (int i = 0; i < 100; ++i) world.node.publish();
    world.node.publish_catalog();
    world.node.heartbeat();
    std::int64_t now_ns = 1;
    for (int i = 0; i < 2'000 && !second.is_whole(); ++i, now_ns += 50'000'000) {
      for (; !world.node.channel.empty(); world.node.channel.pop_front())
        second.hear(world.node.channel.front().first, world.node.channel.front().second, now_ns);
      second.clock(now_ns);
      for (std::span<const std::byte> frame; second.request(frame);) {
        for (const auto& reply : world.node.answer(frame)) second.hear_reply(reply, now_ns);
      }
    }
    ASSERT_TRUE(second.is_whole());
    for (const wire::NextNumbers& row : kept) {
      EXPECT_EQ(heard.first[row.scope] == 0 ? row.scope_seq : heard.first[row.scope], row.scope_seq);
      EXPECT_EQ(heard.edges[row.scope].size(), world.node.edges[row.scope].size() + 1 - row.scope_seq);
    }
    if (HasFailure()) return;
  }
}

TEST(Subscription, WhatNobodyHasIsToldAsLost) {
  World world(7, {.scopes = {}, .resume = {}});
  world.node.publish_catalog();
  world.settle();
  for (int i = 0; i < 300; ++i) world.node.publish();
  world.node.channel.clear();
  std::uint64_t gone = 0;
  for (std::size_t scope = 0; scope < kScopes; ++scope) {
    world.node.oldest[scope] = 20;
    gone += 19;
  }
  world.settle();
  EXPECT_EQ(world.heard.lost, gone);
  EXPECT_EQ(world.subscription.counters().lost_edges, gone);
  for (std::size_t scope = 0; scope < kScopes; ++scope) EXPECT_EQ(world.heard.next[scope], world.node.edges[scope].size() + 1);
}

TEST(Subscription, PastEdgesComeFirstAndAreCalledSo) {
  World world(8, {.scopes = {}, .past_edges = 10, .resume = {}});
  for (int i = 0; i < 300; ++i) world.node.publish();
  world.node.channel.clear();
  std::size_t before[kScopes];
  for (std::size_t scope = 0; scope < kScopes; ++scope) before[scope] = world.node.edges[scope].size();
  world.node.publish_catalog();
  world.settle();
  EXPECT_GT(world.heard.passed_past, 0U);
  for (std::size_t scope = 0; scope < kScopes; ++scope) EXPECT_EQ(world.heard.first[scope], before[scope] + 1 - 10);
  world.expect_whole();
}

// Nothing waits without bound.
TEST(Subscription, GarbageIsCountedAndTooMuchIsLeftOut) {
  Heard heard;
  wire::Subscription subscription(heard, {.scopes = {}, .resume = {}});
  const std::vector<std::byte> garbage(64, std::byte{0x5a});
  for (const char* topic : {"E.main.x.", "L.main.x.", "H.x.", "K.main.", "O.W.x.", "Z.", ""}) subscription.hear(topic, garbage, 1);
  subscription.hear_reply(garbage, 1);
  EXPECT_EQ(subscription.counters().refused, 8U);
  std::mt19937_64 random(9);
  ModelNode node(random);
  node.publish_catalog();
  node.heartbeat();
  for (std::size_t i = 0; i < 4 * wire::Subscription::kMostHeldLevels; ++i) node.publish();
  for (const auto& [topic, message] : node.channel) subscription.hear(topic, message, 2);
  EXPECT_GT(subscription.counters().left_out, 0U);
}

}  // namespace
}  // namespace groundswell::test
