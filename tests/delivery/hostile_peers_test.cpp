// Peers that mean no good, at a broadcast and a control socket that demand keys and at ones that do not: what we hold stays bounded, nobody
// crashes, and a subscriber with a good key hears every heartbeat. GROUNDSWELL_FULL=1 plays the large figures.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>

#include "base/access_list.hpp"
#include "base/clock.hpp"
#include "base/gatekeeper.hpp"
#include "groundswell/client/subscriber.hpp"
#include "support/process.hpp"
#include "support/scripted_node.hpp"
#include "support/tcp_peer.hpp"

namespace groundswell::test {
namespace {

constexpr std::size_t kMostGrowthBytes = 128 << 20;

std::string greeting(std::string_view mechanism, char major = 3) {
  std::string text("\xff\0\0\0\0\0\0\0\1\x7f", 10);
  text += {major, 1};
  text += std::string(mechanism);
  text.resize(64, '\0');
  return text;
}
std::string long_frame(char flags, std::uint64_t size) {
  std::string head{static_cast<char>(flags | 2)};
  for (int shift = 56; shift >= 0; shift -= 8) head += static_cast<char>(size >> shift);
  return head;
}

// The node as a process of its own: `groundswell relay`, so that its memory is its own too; upstream a model node here.
class HostilePeers : public testing::Test {
 protected:
  // `files`: how many the relay may open; 0 = as many as we.
  void start(bool keys, int files = 0) {
    node_thread_ = std::thread([this] {
      for (int turn = 0; !stop_; ++turn) {
        node_->turn();
        if (turn % 10 == 0) node_->heartbeat();
        if (turn % 50 == 0) node_->publish_catalog();
        if (turn % 5 == 0) node_->edge(0, turn);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    std::string text = "[log]\nlevel = 'error'\n[relay]\nupstream = '" + node_->endpoint() + "'\nupstream_control = '" + node_->control() +
                       "'\npublish = 'tcp://127.0.0.1:" + std::to_string(port()) +
                       "'\ncontrol = 'tcp://127.0.0.1:" + std::to_string(port() + 1) + "'\n";
    if (keys) {
      server_ = net::make_key_pair();
      bot_ = net::make_key_pair();
      must(net::write_key_file(folder_.path(), "relay", server_));
      must(net::write_key_file(folder_.path(), "bot", bot_));
      ASSERT_TRUE(list_.add({.name = "bot", .role = net::Role::kSubscriber, .public_key = bot_.public_key}));
      greedy_ = net::make_key_pair();
      ASSERT_TRUE(list_.add({.name = "greedy", .role = net::Role::kSubscriber, .public_key = greedy_.public_key}));
      const net::KeyPair op = net::make_key_pair();
      must(net::write_key_file(folder_.path(), "op", op));
      ASSERT_TRUE(list_.add({.name = "op", .role = net::Role::kOperator, .public_key = op.public_key}));
      ASSERT_TRUE(list_.save(folder_ / "list.csv"));
      text += "[security]\ncurve = 'required'\nkey = '" + (folder_ / "relay.key").string() + "'\nallow_list = '" +
              (folder_ / "list.csv").string() + "'\n";
    }
    write_text(folder_ / "relay.toml", text);
    relay_ = std::make_unique<Program>(folder_, std::vector<std::string>{"relay", "-c", (folder_ / "relay.toml").string()},
                                       std::map<std::string, std::string>{}, Program::Binary::kGroundswell, files);
    ASSERT_TRUE(relay_->says("relaying")) << relay_->err();
    healthy_.emplace(subscriber());
    ASSERT_TRUE(alive()) << relay_->err();
    before_bytes_ = relay_->resident_bytes();
  }
  client::Subscriber subscriber() const {
    client::SubscriberOptions options{.endpoint = "tcp://127.0.0.1:" + std::to_string(port()), .any_mode = true};
    options.control = "tcp://127.0.0.1:" + std::to_string(port() + 1);
    if (!server_.public_key.empty()) {
      options.server_key = server_.public_key;
      options.key_file = (folder_ / "bot.key").string();
    }
    return std::move(client::Subscriber::open(options).value());
  }
  net::Socket connect(const net::KeyPair& own) {
    return must(net::Socket::open(context_, net::SocketType::kSub, net::Attach::kConnect, "tcp://127.0.0.1:" + std::to_string(port()),
                                  1 << 20, {.server_key = server_.public_key, .own = own}));
  }
  void TearDown() override {
    stop_ = true;
    if (node_thread_.joinable()) node_thread_.join();
  }
  // Edges still come, whole.
  bool alive() {
    struct Counter final : client::Handler {
      std::uint64_t edges = 0, lost = 0;
      void on_edge(const client::EdgeEvent&) override { ++edges; }
      void on_lost(const client::LostEvent&) override { ++lost; }
    } counter;
    std::optional<client::Error> error;
    const bool came = wait_until(
        [&] {
          const auto polled = healthy_->poll(counter, 5);
          if (!polled) error = polled.error();
          return error || counter.edges >= 5;
        },
        std::chrono::seconds(30));
    EXPECT_FALSE(error) << error->message;
    EXPECT_EQ(counter.lost, 0U);
    return came && !error;
  }
  // What the relay counts under a name.
  long counted(const std::string& name) {
    std::vector<std::string> words{"status", "--json", "--control", "tcp://127.0.0.1:" + std::to_string(port() + 1)};
    if (!server_.public_key.empty())
      words.insert(words.end(), {"--server-key", server_.public_key, "--key", (folder_ / "op.key").string()});
    const Finished status = run_program(folder_, words);
    EXPECT_EQ(status.code, 0) << status.err;
    const std::size_t at = status.out.find('"' + name + "\":");
    EXPECT_NE(at, std::string::npos) << status.out;
    return at == std::string::npos ? -1 : std::strtol(status.out.c_str() + at + name.size() + 3, nullptr, 10);
  }
  void expect_unharmed() {
    EXPECT_TRUE(alive()) << relay_->err();
    EXPECT_FALSE(relay_->ended()) << relay_->err();
    const std::size_t now = relay_->resident_bytes();
    EXPECT_LT(now, before_bytes_ + kMostGrowthBytes) << "grew by " << (now - before_bytes_) / 1024 << " KiB";
    RecordProperty("growth_kib", static_cast<int>((static_cast<std::int64_t>(now) - static_cast<std::int64_t>(before_bytes_)) / 1024));
  }
  std::uint16_t port() const { return port_; }

  TemporaryFolder folder_;
  net::Context context_;
  std::unique_ptr<ScriptedNode> node_ = std::make_unique<ScriptedNode>(context_);
  std::atomic<bool> stop_{false};
  std::thread node_thread_;
  net::KeyPair server_, bot_, greedy_;
  net::AccessList list_;
  std::unique_ptr<Program> relay_;
  std::optional<client::Subscriber> healthy_;
  std::size_t before_bytes_ = 0;
  // Below the range of ports that the system gives out, and different for tests that run side by side.
  std::uint16_t port_ = static_cast<std::uint16_t>(10'000 + ::getpid() % 10'000 * 2);
};

TEST_F(HostilePeers, AFrameOfAGibibyteIsCutOffAtOnce) {
  ASSERT_NO_FATAL_FAILURE(start(true));
  const std::string block(1 << 16, 'x');
  for (const std::string_view mechanism : {"CURVE", "NULL", "PLAIN"}) {
    for (std::uint16_t at = 0; at < 2; ++at) {
      TcpPeer wire(static_cast<std::uint16_t>(port() + at));
      ASSERT_TRUE(wire.connected());
      wire.send(greeting(mechanism));
      wire.send(long_frame(4, std::uint64_t{1} << 30));
      std::size_t sent = 0;
      for (std::size_t part = block.size(); part == block.size() && sent < (std::size_t{1} << 30); sent += part) part = wire.send(block);
      EXPECT_LT(sent, std::size_t{64} << 20) << "it took what it should have refused";  // what the kernel holds is not its
    }
  }
  expect_unharmed();
}

TEST_F(HostilePeers, GarbageAndOldVersionsGetNothing) {
  ASSERT_NO_FATAL_FAILURE(start(true));
  const int rounds = kLargeFigures ? 2'000 : 50;
  std::minstd_rand random(7);
  for (int round = 0; round < rounds; ++round) {
    TcpPeer wire(static_cast<std::uint16_t>(port() + round % 2));
    if (!wire.connected()) continue;
    std::string bytes;
    switch (round % 5) {
      case 0: bytes = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"; break;
      case 1: bytes = greeting("NULL", 2) + std::string("\0\0\0\0", 4); break;
      case 2: bytes = std::string("\1\0\5hello", 8); break;  // ZMTP 1.0
      case 3: bytes = greeting("CURVE") + std::string("\4\xc8\5HELLO", 8) + std::string(194, '\1'); break;
      default:
        for (int i = 0; i < 300; ++i) bytes += static_cast<char>(random());
    }
    wire.send(bytes);
    if (round % 10 == 0) wire.receive(100);
  }
  expect_unharmed();
}

TEST_F(HostilePeers, HalfOpenAndSlowHandshakesAreBounded) {
  ASSERT_NO_FATAL_FAILURE(start(true));
  std::vector<std::unique_ptr<TcpPeer>> open;
  const std::size_t count = kLargeFigures ? 900 : 200;
  for (std::size_t i = 0; i < count; ++i) {
    open.push_back(std::make_unique<TcpPeer>(static_cast<std::uint16_t>(port() + i % 2)));
    if (i % 2 == 0) open.back()->send("\xff");  // and then nothing
  }
  expect_unharmed();
}

TEST_F(HostilePeers, StrangersWithKeysOfTheirOwnKnockInVain) {
  ASSERT_NO_FATAL_FAILURE(start(true));
  std::vector<net::Socket> strangers;
  const int count = kLargeFigures ? 300 : 40;
  for (int i = 0; i < count; ++i) {
    const std::string endpoint = "tcp://127.0.0.1:" + std::to_string(port() + i % 2);
    strangers.push_back(
        must(net::Socket::open(context_, i % 2 == 0 ? net::SocketType::kSub : net::SocketType::kDealer, net::Attach::kConnect, endpoint,
                               1 << 20, {.server_key = server_.public_key, .own = net::make_key_pair()})));
    if (i % 2 == 0) {
      ASSERT_TRUE(strangers.back().subscribe(""));
    }
  }
  ASSERT_TRUE(wait_until([&] {
    return std::all_of(strangers.begin(), strangers.end(), [](net::Socket& each) { return each.handshake() == net::Handshake::kRefused; });
  }));
  net::Frame frame;
  for (net::Socket& each : strangers) EXPECT_FALSE(each.receive(frame, 0));
  expect_unharmed();
}

// libzmq bounds connections by nothing else than the files that may be open. What is kept for files of our own serves them: the allow-list
// is followed meanwhile.
TEST_F(HostilePeers, ConnectionsUpToTheLimitOfOpenFiles) {
  constexpr int kFiles = 128;
  ASSERT_NO_FATAL_FAILURE(start(true, kFiles));
  {
    std::vector<std::unique_ptr<TcpPeer>> flood;
    const auto fill = [&] {  // libzmq ends who says nothing for three seconds: they come again
      flood.clear();
      for (int i = 0; i < kFiles + 64; ++i) flood.push_back(std::make_unique<TcpPeer>(static_cast<std::uint16_t>(port() + i % 2)));
    };
    fill();
    ASSERT_TRUE(wait_until([&] { return relay_->open_files() >= kFiles * 3 / 4; })) << "the limit was not reached";
    EXPECT_TRUE(list_.add({.name = "new", .role = net::Role::kSubscriber, .public_key = net::make_key_pair().public_key}));
    ASSERT_TRUE(list_.save(folder_ / "list.csv"));
    for (const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(kLargeFigures ? 60 : 4);
         std::chrono::steady_clock::now() < until;) {
      ASSERT_TRUE(alive());
      if (relay_->open_files() < kFiles / 2) fill();
    }
  }
  std::optional<client::Subscriber> late(subscriber());
  client::Handler ignoring;
  EXPECT_TRUE(wait_until([&] { return late->poll(ignoring, 5) && late->state() == client::State::kLive; }))
      << "the flood is over, and nobody can come in";
  expect_unharmed();
  EXPECT_EQ(counted("reloads"), 1);
  EXPECT_EQ(counted("bad_reloads"), 0);
}

// A subscriber that is let in, and subscribes to more than there is.
TEST_F(HostilePeers, WhoSubscribesWithoutEndIsShutOut) {
  ASSERT_NO_FATAL_FAILURE(start(true));
  net::Socket greedy = connect(greedy_);
  std::mt19937_64 random(7);
  const int subscriptions = kLargeFigures ? 1'000'000 : 50'000;
  for (int i = 0; i < subscriptions; ++i) ASSERT_TRUE(greedy.subscribe(fmt::format("{:016x}{:016x}", random(), random())));
  ASSERT_TRUE(wait_until([&] { return greedy.handshake() == net::Handshake::kRefused; }, std::chrono::seconds(60)));
  expect_unharmed();
  EXPECT_GT(counted("shut_out"), 0);
  EXPECT_LT(counted("subscriptions"), subscriptions);
}

TEST_F(HostilePeers, SubscribersThatComeAndGo) {
  ASSERT_NO_FATAL_FAILURE(start(true));
  for (int i = 0; i < (kLargeFigures ? 1'000 : 60); ++i) {
    net::Socket brief = connect(bot_);
    ASSERT_TRUE(brief.subscribe("E."));
    if (i % 3 == 0) {
      ASSERT_TRUE(wait_until([&] { return brief.handshake() == net::Handshake::kDone; })) << i;
    }
  }
  expect_unharmed();
}

// Without keys, on loopback: requests that are none, too long, or too many.
TEST_F(HostilePeers, RequestsThatAreNoneAreCountedAndNoMore) {
  ASSERT_NO_FATAL_FAILURE(start(false));
  const std::string control = "tcp://127.0.0.1:" + std::to_string(port() + 1);
  const int rounds = kLargeFigures ? 100'000 : 5'000;
  net::Socket dealer = must(net::Socket::open(context_, net::SocketType::kDealer, net::Attach::kConnect, control, 1 << 21));
  wire::NodeCodec codec;
  const auto snapshot = codec.encode(wire::Request{.id = 1, .kind = wire::RequestKind::kSnapshot, .universe = "main"});
  const std::vector<std::byte> question(snapshot.begin(), snapshot.end());
  net::Frame frame;
  int replies = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::string garbage(64 + static_cast<std::size_t>(i) % 900, static_cast<char>(i));
    ASSERT_TRUE(wait_until([&] {
      while (dealer.receive(frame, 0)) ++replies;
      return i % 2 == 0 ? dealer.send(garbage) : dealer.send(question);
    })) << "it takes nothing any more";
  }
  EXPECT_GT(replies, 0);
  net::Socket oversized = must(net::Socket::open(context_, net::SocketType::kDealer, net::Attach::kConnect, control, 1 << 21));
  ASSERT_TRUE(wait_until([&] { return oversized.send(std::string(1 << 20, 'x')); }));
  expect_unharmed();
  EXPECT_EQ(counted("malformed"), rounds / 2);
}

// What a publisher sends to an XPUB is a message from below, and goes nowhere.
TEST_F(HostilePeers, MessagesFromSubscribersAreDrained) {
  ASSERT_NO_FATAL_FAILURE(start(false));
  TcpPeer wire(port());
  ASSERT_TRUE(wire.connected());
  wire.send(greeting("NULL"));
  wire.receive(64);
  const std::string ready = std::string("\5READY\x0bSocket-Type\0\0\0\4XSUB", 26);
  wire.send(std::string{4, static_cast<char>(ready.size())} + ready);
  wire.receive(64);
  std::string message = long_frame(0, 1000) + std::string(1000, 'u');
  std::size_t sent = 0;
  const std::size_t wanted = (kLargeFigures ? 500u : 20u) << 20;
  for (std::size_t part = message.size(); part == message.size() && sent < wanted; sent += part) part = wire.send(message);
  EXPECT_GT(sent, std::size_t{1} << 20) << "the flood did not get through to the socket";
  expect_unharmed();
}

}  // namespace
}  // namespace groundswell::test
