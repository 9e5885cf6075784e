// Engine, relay and client of versions that differ by one: all of them go on. Of another version altogether: each says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "groundswell/client/subscriber.hpp"
#include "support/other_version.hpp"
#include "support/running_relay.hpp"
#include "support/scripted_node.hpp"

namespace groundswell::test {
namespace {

struct Heard final : client::Handler {
  std::vector<double> edges;
  std::map<std::uint16_t, double> levels;  // by signal, of chips
  std::uint64_t lost = 0;
  void on_edge(const client::EdgeEvent& event) override { edges.push_back(event.edge.value); }
  void on_levels(const client::LevelsEvent& event) override {
    for (const Level& level : event.levels) {
      if (event.scope == "chips") levels[level.signal] = level.value;
    }
  }
  void on_lost(const client::LostEvent&) override { ++lost; }
};

// A node by hand, a relay, and clients at both.
class Versions : public testing::Test {
 protected:
  void start() {
    relay_.emplace(context_, relay::RelayOptions{.name = "relay",
                                                 .upstream = node_.endpoint(),
                                                 .upstream_control = node_.control(),
                                                 .publish = "ipc://" + (folder_ / "relayed").string(),
                                                 .control = {},
                                                 .recording = {}});
    add(node_.endpoint(), node_.control(), client::Policy::kBroadcast);
    add(relay_->publish_endpoint(), "", client::Policy::kBroadcast);
    add(relay_->publish_endpoint(), "", client::Policy::kLossless);
  }
  void add(const std::string& endpoint, const std::string& control, client::Policy policy) {
    client::SubscriberOptions options;
    options.endpoint = endpoint;
    options.control = control;
    options.policy = policy;
    clients_.push_back(std::move(client::Subscriber::open(options).value()));
    heard_.emplace_back();
  }
  template <class Holds>
  bool all(Holds&& holds) {
    int turn = 0;
    return wait_until([&] {
      node_.turn();
      if (++turn % 10 == 0) node_.heartbeat();
      if (turn % 25 == 0) node_.publish_catalog();
      bool every = true;
      for (std::size_t i = 0; i < clients_.size(); ++i) {
        const auto polled = clients_[i].poll(heard_[i], 1);
        if (!polled) errors_[i] = polled.error();
        every &= holds(i);
      }
      return every;
    });
  }
  // Snapshot, levels, edges, and fills of what was lost at the node.
  void expect_all_goes_on() {
    node_.levels(0, 10);
    ASSERT_TRUE(all([&](std::size_t i) { return clients_[i].state() == client::State::kLive && heard_[i].levels[1] == 11; }));
    node_.edge(0, 1);
    node_.edge(0, 2, true);
    node_.edge(0, 3);
    node_.levels(0, 20);
    ASSERT_TRUE(all([&](std::size_t i) { return heard_[i].edges.size() == 3 && heard_[i].levels[1] == 21; }));
    for (const Heard& each : heard_) {
      EXPECT_THAT(each.edges, testing::ElementsAre(1, 2, 3));
      EXPECT_EQ(each.lost, 0U);
    }
    EXPECT_TRUE(errors_.empty());
    // A catalog goes through a relay as it is: by another hash everybody would ask for it again and again.
    node_.publish_catalog();
    int turns = 0;
    ASSERT_TRUE(all([&](std::size_t) { return ++turns > 100; }));
    net::Socket listener =
        must(net::Socket::open(context_, net::SocketType::kSub, net::Attach::kConnect, relay_->publish_endpoint(), 1 << 20));
    for (const char* topic : {"K.", "H."}) ASSERT_TRUE(listener.subscribe(topic));
    std::uint64_t catalog = 0, in_heartbeat = 0;
    ASSERT_TRUE(all([&](std::size_t) {
      for (net::Frame topic, message; listener.receive(topic, 0) && listener.receive(message, 0);) {
        const auto bytes = message.bytes();
        wire::Heartbeat heartbeat;
        if (topic.bytes()[0] == std::byte{'K'}) {
          catalog = sha256_prefix64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        } else if (codec_.decode(bytes, heartbeat) == wire::Verdict::kOk) {
          in_heartbeat = heartbeat.catalog_hash;
        }
      }
      return catalog != 0 && in_heartbeat != 0;
    }));
    EXPECT_EQ(catalog, in_heartbeat);
    const auto stats = nlohmann::json::parse(relay_->finish());
    EXPECT_EQ(stats["upstream"]["lost_edges"], 0);
  }

  TemporaryFolder folder_;
  net::Context context_;
  ScriptedNode node_{context_};
  std::optional<RunningRelay> relay_;
  std::vector<client::Subscriber> clients_;
  std::deque<Heard> heard_;
  wire::SignalCodec codec_;
  std::map<std::size_t, client::Error> errors_;
};

TEST_F(Versions, AnEngineThatIsNewerByOne) {
  node_.rewrite = [](char, std::span<const std::byte> message) { return of_next_version(message); };
  start();
  expect_all_goes_on();
}

// Levels without `roster`, catalogs without `rosters`, as they were before those were added.
TEST_F(Versions, AnEngineThatIsOlderByOne) {
  node_.rewrite = [](char kind, std::span<const std::byte> message) -> std::vector<std::byte> {
    if (kind == 'L') return of_earlier_version(message, 1, 0);
    if (kind == 'K') return of_earlier_version(message, 0, 1);
    return {message.begin(), message.end()};
  };
  start();
  expect_all_goes_on();
}

TEST_F(Versions, AClientThatIsNewerByOne) {
  start();
  node_.levels(0, 10);
  ASSERT_TRUE(all([&](std::size_t i) { return clients_[i].state() == client::State::kLive; }));
  net::Socket asker = must(net::Socket::open(context_, net::SocketType::kDealer, net::Attach::kConnect, relay_->control_endpoint(),
                                             static_cast<std::int64_t>(wire::kMaxReplyBytes)));
  wire::NodeCodec codec;
  std::vector<wire::Request> questions{
      {.id = 1, .kind = wire::RequestKind::kHello, .text = "next"},
      {.id = 2, .kind = wire::RequestKind::kCatalog},
      {.id = 3, .kind = wire::RequestKind::kSnapshot, .universe = "main"},
      {.id = 4, .kind = wire::RequestKind::kFill, .universe = "main", .scope = "chips", .from = 1, .to = 9},
      {.id = 5, .kind = wire::RequestKind::kStream, .credit = 4, .topics = {"H."}}};
  for (const wire::Request& question : questions) {
    const std::vector<std::byte> asked = of_next_version(codec.encode(question));
    ASSERT_TRUE(wait_until([&] { return asker.send(asked); }));
  }
  std::set<std::uint64_t> answered;
  ASSERT_TRUE(all([&](std::size_t) {
    for (net::Frame frame; asker.receive(frame, 0);) {
      wire::ReplyHead head;
      if (codec.decode(frame.bytes(), head) == wire::Verdict::kOk && head.status == wire::ReplyStatus::kOk) answered.insert(head.id);
    }
    return answered.size() == questions.size();
  })) << answered.size()
      << " were answered";
}

// A code that this version has no name for: it must not be guessed at.
TEST_F(Versions, AnotherVersionAltogetherIsToldByEach) {
  node_.mode = static_cast<wire::Mode>(9);
  start();
  clients_.erase(clients_.begin() + 1, clients_.end());  // at the node itself
  ASSERT_TRUE(all([&](std::size_t i) { return errors_.contains(i); }));
  int turns = 0;
  ASSERT_TRUE(all([&](std::size_t) { return ++turns > 100; }));  // the relay hears it too
  EXPECT_EQ(errors_[0].code, client::ErrorCode::kOtherVersion) << errors_[0].message;
  EXPECT_THAT(errors_[0].message, testing::HasSubstr("update the older one"));
  EXPECT_THAT(std::string(nlohmann::json::parse(relay_->finish())["reason"]), testing::HasSubstr("of another version"));
}

}  // namespace
}  // namespace groundswell::test
