// Who comes in: real sockets, real handshakes.
#include <gtest/gtest.h>

#include "base/access_list.hpp"
#include "base/gatekeeper.hpp"
#include "base/socket.hpp"
#include "support/scratch.hpp"

namespace groundswell::net {
namespace {

using test::must;

constexpr std::int64_t kTrialFrameBytes = 1024;
constexpr int kMomentMs = 100;

struct Peer {
  Role role;
  KeyPair pair;
};

class Access : public testing::Test {
 protected:
  Access() {
    for (std::size_t i = 0; i < kRoleNames.size(); ++i) {
      peers_.push_back({static_cast<Role>(i), make_key_pair()});
      must_add(std::string(kRoleNames[i]), peers_.back());
    }
    save();
    server_ = make_key_pair();
    context_.prove(server_);
    const auto guarded = context_.demand_keys(path());
    if (!guarded) throw std::runtime_error(guarded.error().message);
  }
  std::filesystem::path path() const { return folder_ / "list.csv"; }
  void must_add(const std::string& name, const Peer& peer) {
    ASSERT_TRUE(list_.add({.name = name, .role = peer.role, .public_key = peer.pair.public_key}));
  }
  void save() { ASSERT_TRUE(list_.save(path())); }
  Socket bind(SocketType type) { return must(Socket::open(context_, type, Attach::kBind, "tcp://127.0.0.1:*", kTrialFrameBytes)); }
  Socket connect(SocketType type, const Socket& to, const KeyPair& own, const std::string& server_key) {
    return must(
        Socket::open(context_, type, Attach::kConnect, to.last_endpoint(), kTrialFrameBytes, {.server_key = server_key, .own = own}));
  }
  Handshake shake(Socket& client, Socket& server) {
    Handshake latest = Handshake::kNone;
    test::wait_until([&] {
      Frame ignored;
      server.receive(ignored, 0);
      return (latest = client.handshake()) != Handshake::kNone;
    });
    return latest;
  }
  AccessCounters counted() const { return context_.gatekeeper()->counters(); }

  test::TemporaryFolder folder_;
  AccessList list_;
  std::vector<Peer> peers_;
  KeyPair server_;
  Context context_;
};

TEST_F(Access, EachRoleComesInWhereItMayAndNowhereElse) {
  const std::pair<SocketType, SocketType> services[] = {{SocketType::kXPub, SocketType::kSub},
                                                        {SocketType::kRouter, SocketType::kDealer},
                                                        {SocketType::kPull, SocketType::kPush},
                                                        {SocketType::kPush, SocketType::kPull}};
  //                          publisher subscriber console recorder operator
  const bool allowed[4][5] = {{false, true, true, true, true},     // signals
                              {false, true, true, true, true},     // requests
                              {true, false, false, false, false},  // feed
                              {false, false, false, true, true}};  // ticks
  std::uint64_t accepted = 0, denied = 0;
  for (std::size_t service = 0; service < 4; ++service) {
    Socket bound = bind(services[service].first);
    for (const Peer& peer : peers_) {
      Socket client = connect(services[service].second, bound, peer.pair, server_.public_key);
      const bool may_come = allowed[service][static_cast<std::size_t>(peer.role)];
      EXPECT_EQ(shake(client, bound), may_come ? Handshake::kDone : Handshake::kRefused)
          << kServiceNames[service] << " " << kRoleNames[static_cast<std::size_t>(peer.role)];
      ++(may_come ? accepted : denied);
    }
  }
  EXPECT_EQ(counted().accepted, accepted);
  EXPECT_GE(counted().wrong_role, denied);  // a denied one comes again
  EXPECT_EQ(counted().asked, counted().accepted + counted().wrong_role);
}

TEST_F(Access, MessagesSayWhoSentThem) {
  Socket router = bind(SocketType::kRouter);
  Socket dealer = connect(SocketType::kDealer, router, peers_[1].pair, server_.public_key);
  ASSERT_TRUE(test::wait_until([&] { return dealer.send("question"); }));
  Frame peer, question;
  ASSERT_TRUE(router.receive(peer, 5'000));
  ASSERT_TRUE(router.receive(question, 5'000));
  EXPECT_EQ(question.user_id(), "subscriber/subscriber");
}

TEST_F(Access, StrangersAndTheUnencryptedStayOutside) {
  Socket router = bind(SocketType::kRouter);
  for (int i = 0; i < 20; ++i) {
    Socket stranger = connect(SocketType::kDealer, router, make_key_pair(), server_.public_key);
    EXPECT_EQ(shake(stranger, router), Handshake::kRefused);
    EXPECT_FALSE(stranger.send("let me in"));
  }
  EXPECT_GE(counted().unknown_key, 20U);
  Socket plain = must(Socket::open(context_, SocketType::kDealer, Attach::kConnect, router.last_endpoint(), kTrialFrameBytes));
  EXPECT_EQ(shake(plain, router), Handshake::kWantsKey);
  Socket misled = connect(SocketType::kDealer, router, peers_[1].pair, make_key_pair().public_key);  // another server's key
  Frame frame;
  EXPECT_FALSE(router.receive(frame, kMomentMs));
  EXPECT_NE(misled.handshake(), Handshake::kDone);
  EXPECT_EQ(counted().accepted, 0U);
}

TEST_F(Access, ARevokedKeyIsCutOffAndTheOthersComeBack) {
  Socket router = bind(SocketType::kRouter);
  Socket bad = connect(SocketType::kDealer, router, peers_[1].pair, server_.public_key);
  Socket good = connect(SocketType::kDealer, router, peers_[2].pair, server_.public_key);
  EXPECT_EQ(shake(bad, router), Handshake::kDone);
  EXPECT_EQ(shake(good, router), Handshake::kDone);
  EXPECT_FALSE(must(router.renew_if_revoked()));
  const std::string endpoint = router.last_endpoint();

  ASSERT_EQ(list_.revoke("subscriber", false), 1U);
  save();
  ASSERT_TRUE(test::wait_until([&] { return must(router.renew_if_revoked()); }));
  EXPECT_EQ(router.last_endpoint(), endpoint);
  ASSERT_TRUE(test::wait_until([&] { return bad.handshake() == Handshake::kRefused; }));
  EXPECT_FALSE(bad.send("still here?"));
  Frame peer, question;
  ASSERT_TRUE(test::wait_until([&] {
    good.send("still here");
    return router.receive(peer, 5);
  }));
  ASSERT_TRUE(router.receive(question, 5'000));
  EXPECT_EQ(question.user_id(), "console/console");
  EXPECT_GE(counted().revoked_key, 1U);
  EXPECT_FALSE(must(router.renew_if_revoked()));
}

TEST_F(Access, WhoSubscribesWithoutEndIsShutOut) {
  Socket signals = bind(SocketType::kXPub);
  Socket modest = connect(SocketType::kSub, signals, peers_[2].pair, server_.public_key);
  Socket greedy = connect(SocketType::kSub, signals, peers_[1].pair, server_.public_key);
  const auto subscribe = [](Socket& who, int from, int to) {
    for (int i = from; i < to; ++i) ASSERT_TRUE(who.subscribe(std::to_string(i) + "."));
  };
  int heard = 0;
  const auto hear = [&](int wanted) {
    return test::wait_until([&] {
      Frame frame;
      for (Socket* const each : {&modest, &greedy}) each->receive(frame, 0);  // libzmq subscribes again within a call
      while (signals.receive(frame, 0)) ++heard;
      return heard >= wanted;
    });
  };
  const int allowed = static_cast<int>(Socket::kSubscriptionsAtOnce);
  subscribe(greedy, 0, allowed);
  subscribe(modest, 0, 10);
  ASSERT_TRUE(hear(allowed + 10));
  EXPECT_FALSE(must(signals.renew_if_revoked()));
  subscribe(greedy, allowed, allowed + 1'000);
  ASSERT_TRUE(test::wait_until([&] {
    for (Frame frame; signals.receive(frame, 0);) {
    }
    return must(signals.renew_if_revoked());
  }));
  ASSERT_TRUE(test::wait_until([&] { return greedy.handshake() == Handshake::kRefused; }));
  heard = 0;
  EXPECT_TRUE(hear(10)) << "the others come back";
  EXPECT_GE(counted().shut_out, 1U);
}

// libzmq tells of handshakes from its own thread, which must not wait for anybody who has gone.
TEST_F(Access, SocketsComeAndGoWhileHandsAreShaken) {
  Socket router = bind(SocketType::kRouter);
  for (int i = 0; i < 300; ++i) {
    Socket brief = connect(SocketType::kDealer, router, peers_[1].pair, server_.public_key);
    if (i % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(100 * (i % 40)));
  }
  Socket last = connect(SocketType::kDealer, router, peers_[1].pair, server_.public_key);
  EXPECT_EQ(shake(last, router), Handshake::kDone);
}

TEST_F(Access, AListThatCannotBeReadChangesNothing) {
  Socket router = bind(SocketType::kRouter);
  test::write_text(path(), "nonsense\n");
  ASSERT_TRUE(test::wait_until([&] { return counted().bad_reloads == 1; }));
  Socket dealer = connect(SocketType::kDealer, router, peers_[1].pair, server_.public_key);
  EXPECT_EQ(shake(dealer, router), Handshake::kDone);
  // A key that is added is welcome without a restart, and nobody is cut off for it.
  const Peer late{Role::kSubscriber, make_key_pair()};
  must_add("late", late);
  save();
  ASSERT_TRUE(test::wait_until([&] { return counted().reloads == 1; }));
  EXPECT_FALSE(must(router.renew_if_revoked()));
  Socket newcomer = connect(SocketType::kDealer, router, late.pair, server_.public_key);
  EXPECT_EQ(shake(newcomer, router), Handshake::kDone);
}

TEST_F(Access, BeyondThisMachineIsBoundOnlyWithKeys) {
  Socket open_to_all = must(Socket::open(context_, SocketType::kXPub, Attach::kBind, "tcp://0.0.0.0:*", kTrialFrameBytes));
  Context plain;
  for (const char* endpoint : {"tcp://0.0.0.0:*", "tcp://*:*", "tcp://[::]:*"}) {
    for (const SocketType type : {SocketType::kXPub, SocketType::kRouter, SocketType::kPub, SocketType::kPull}) {
      const auto refused = Socket::open(plain, type, Attach::kBind, endpoint, kTrialFrameBytes);
      ASSERT_FALSE(refused) << endpoint;
      EXPECT_EQ(refused.error().exit, Exit::kConfig);
      EXPECT_NE(refused.error().message.find("keygen"), std::string::npos) << refused.error().message;
    }
  }
  EXPECT_EQ(Socket::open(plain, SocketType::kSub, Attach::kConnect, "pgm://eth0;239.1.1.1:5555", kTrialFrameBytes).error().exit,
            Exit::kUsage);
}

TEST(AccessStart, AnEmptyListIsNoList) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(AccessList().save(folder / "list.csv"));
  Context context;
  context.prove(make_key_pair());
  const auto refused = context.demand_keys(folder / "list.csv");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().exit, Exit::kConfig);
  EXPECT_EQ(context.gatekeeper(), nullptr);
}

}  // namespace
}  // namespace groundswell::net
