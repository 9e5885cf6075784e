#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/socket.hpp"

namespace groundswell::net {
namespace {

constexpr int kLongMs = 5'000;  // until a test gives up; nothing waits this long when all is well
constexpr std::int64_t kFrameBytes = 4'096;

Socket must_open(Context& context, SocketType type, Attach attach, const std::string& endpoint,
                 std::int64_t max_frame_bytes = kFrameBytes) {
  Result<Socket> socket = Socket::open(context, type, attach, endpoint, max_frame_bytes);
  if (!socket) throw std::runtime_error(socket.error().message);
  return std::move(*socket);
}
std::string_view text_of(const Frame& frame) { return {reinterpret_cast<const char*>(frame.bytes().data()), frame.bytes().size()}; }

// An XPUB hears of its subscribers: true once it has got what `wanted` starts with (1 subscribed, 0 gone).
bool heard(Socket& publisher, char wanted) {
  Frame frame;
  while (publisher.receive(frame, kLongMs)) {
    if (!frame.bytes().empty() && static_cast<char>(frame.bytes()[0]) == wanted) return true;
  }
  return false;
}

class SocketDirectory : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "groundswell_socket_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string ipc(const std::string& name) const { return "ipc://" + (directory_ / name).string(); }
  std::filesystem::path directory_;
};

void publish_and_receive(const std::string& endpoint) {
  Context context;
  Socket publisher = must_open(context, SocketType::kXPub, Attach::kBind, endpoint);
  Socket subscriber = must_open(context, SocketType::kSub, Attach::kConnect, publisher.last_endpoint());
  ASSERT_TRUE(subscriber.subscribe("L."));
  ASSERT_TRUE(heard(publisher, 1));
  ASSERT_TRUE(publisher.send("E.main.", true));
  ASSERT_TRUE(publisher.send("not asked for"));
  ASSERT_TRUE(publisher.send("L.main.", true));
  ASSERT_TRUE(publisher.send("the message"));
  Frame topic, message;
  ASSERT_TRUE(subscriber.receive(topic, kLongMs));
  EXPECT_EQ(text_of(topic), "L.main.");
  EXPECT_TRUE(topic.more());
  ASSERT_TRUE(subscriber.receive(message, kLongMs));
  EXPECT_EQ(text_of(message), "the message");
  EXPECT_FALSE(message.more());
  EXPECT_FALSE(subscriber.receive(message, 0));
}

TEST(Socket, PublishesOverTcp) { publish_and_receive("tcp://127.0.0.1:*"); }
TEST_F(SocketDirectory, PublishesOverIpc) { publish_and_receive(ipc("publish")); }

TEST(Socket, PlainPublisherReachesSubscriber) {
  Context context;
  Socket publisher = must_open(context, SocketType::kPub, Attach::kBind, "tcp://127.0.0.1:*");
  Socket subscriber = must_open(context, SocketType::kSub, Attach::kConnect, publisher.last_endpoint());
  ASSERT_TRUE(subscriber.subscribe(""));
  Frame frame;
  bool came = false;
  for (int i = 0; i < 200 && !came; ++i) {  // a publisher does not know when it is heard
    publisher.send("tick");
    came = subscriber.receive(frame, 25);
  }
  ASSERT_TRUE(came);
  EXPECT_EQ(text_of(frame), "tick");
}

TEST(Socket, PushReachesPull) {
  Context context;
  Socket pull = must_open(context, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*");
  Socket push = must_open(context, SocketType::kPush, Attach::kConnect, pull.last_endpoint());
  ASSERT_TRUE(push.send("work"));
  Frame frame;
  ASSERT_TRUE(pull.receive(frame, kLongMs));
  EXPECT_EQ(text_of(frame), "work");
}

// The decoders need no such thing, but the copy of an aligned frame is the cheaper one: over tcp, several frames at once, odd lengths.
TEST(Socket, ReceivedBytesAreAligned) {
  Context context;
  Socket publisher = must_open(context, SocketType::kXPub, Attach::kBind, "tcp://127.0.0.1:*");
  Socket subscriber = must_open(context, SocketType::kSub, Attach::kConnect, publisher.last_endpoint());
  ASSERT_TRUE(subscriber.subscribe(""));
  ASSERT_TRUE(heard(publisher, 1));
  constexpr int kFrames = 400;
  for (int i = 0; i < kFrames; ++i) ASSERT_TRUE(publisher.send(std::string(static_cast<std::size_t>(41 + i % 97), 'x')));
  Frame frame;
  for (int i = 0; i < kFrames; ++i) {
    ASSERT_TRUE(subscriber.receive(frame, kLongMs)) << i;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame.bytes().data()) % 8, 0U) << i;
  }
}

TEST(Socket, OversizedFrameCostsTheConnectionAndDoesNotArrive) {
  Context context;
  Socket publisher = must_open(context, SocketType::kXPub, Attach::kBind, "tcp://127.0.0.1:*");
  Socket subscriber = must_open(context, SocketType::kSub, Attach::kConnect, publisher.last_endpoint(), 1'024);
  ASSERT_TRUE(subscriber.subscribe(""));
  ASSERT_TRUE(heard(publisher, 1));
  ASSERT_TRUE(publisher.send(std::string(1'024, 'f')));
  ASSERT_TRUE(publisher.send(std::string(1'025, 'x')));
  ASSERT_TRUE(heard(publisher, 0)) << "the peer was not disconnected";
  Frame frame;
  ASSERT_TRUE(subscriber.receive(frame, kLongMs));
  EXPECT_EQ(text_of(frame), std::string(1'024, 'f'));
  EXPECT_FALSE(subscriber.receive(frame, 0));
}

TEST(Socket, BoundSocketTakesThePeerBackAfterAnOversizedFrame) {
  Context context;
  Socket pull = must_open(context, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*", 1'024);
  Socket push = must_open(context, SocketType::kPush, Attach::kConnect, pull.last_endpoint());
  ASSERT_TRUE(push.send(std::string(1'025, 'x')));
  Frame frame;
  bool came = false;
  for (int i = 0; i < 200 && !came; ++i) {  // what is sent into the dying connection is lost
    push.send("after");
    came = pull.receive(frame, 25);
  }
  ASSERT_TRUE(came);
  EXPECT_EQ(text_of(frame), "after");
}

// Fills both queues and what lies between; returns how many frames that took.
int fill(Socket& push) {
  const std::string frame(4'000, 'f');
  int sent = 0;
  for (int refused = 0; refused < 50;) {
    if (push.send(frame)) {
      ++sent;
      refused = 0;
    } else {
      ++refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  return sent;
}

TEST(Socket, AFullQueueIsNoReasonToPart) {
  Context context;
  Socket pull = must_open(context, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*");
  Socket push = must_open(context, SocketType::kPush, Attach::kConnect, pull.last_endpoint());
  const int sent = fill(push);
  std::this_thread::sleep_for(std::chrono::milliseconds(4'500));  // longer than any timer of the transport
  Frame frame;
  int came = 0;
  while (pull.receive(frame, 200)) ++came;
  EXPECT_EQ(came, sent);
}

// A receiver that is behind, its queue full, while its sender leaves: what was on the way still comes, and nothing else happens.
TEST(Socket, AFullQueueOutlivesItsSender) {
  Context context;
  Socket pull = must_open(context, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*");
  int sent = 0;
  {
    Socket push = must_open(context, SocketType::kPush, Attach::kConnect, pull.last_endpoint());
    sent = fill(push);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(4'500));  // longer than any timer of the transport
  Frame frame;
  int came = 0;
  while (pull.receive(frame, 200)) ++came;
  EXPECT_GE(came, 1'000);
  EXPECT_LE(came, sent);
  Socket another = must_open(context, SocketType::kPush, Attach::kConnect, pull.last_endpoint());
  ASSERT_TRUE(another.send("next"));
  ASSERT_TRUE(pull.receive(frame, kLongMs));
  EXPECT_EQ(text_of(frame), "next");
}

TEST(Socket, EndpointInUse) {
  Context context;
  const Socket first = must_open(context, SocketType::kPub, Attach::kBind, "tcp://127.0.0.1:*");
  const std::string endpoint = first.last_endpoint();
  const Result<Socket> second = Socket::open(context, SocketType::kPub, Attach::kBind, endpoint, kFrameBytes);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().exit, Exit::kUnavailable);
  EXPECT_THAT(second.error().message, testing::HasSubstr("endpoint " + endpoint + " is in use"));
}

TEST_F(SocketDirectory, IpcEndpointInUseIsNotTakenOver) {
  Context context;
  const std::string endpoint = ipc("taken");
  {
    const Socket first = must_open(context, SocketType::kPub, Attach::kBind, endpoint);
    const Result<Socket> second = Socket::open(context, SocketType::kPub, Attach::kBind, endpoint, kFrameBytes);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().exit, Exit::kUnavailable);
  }
}

TEST_F(SocketDirectory, StaleIpcFileIsNoObstacle) {
  const std::string endpoint = ipc("stale");
  {
    const int listener = ::open((directory_ / "stale").c_str(), O_CREAT | O_RDWR, 0600);
    ASSERT_GE(listener, 0);
    ::close(listener);
  }
  Context context;
  EXPECT_TRUE(Socket::open(context, SocketType::kPub, Attach::kBind, endpoint, kFrameBytes));
}

TEST_F(SocketDirectory, MissingFolder) {
  Context context;
  const Result<Socket> socket = Socket::open(context, SocketType::kPub, Attach::kBind, ipc("no/such/folder"), kFrameBytes);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().exit, Exit::kUnavailable);
}

TEST(Socket, BadEndpoints) {
  Context context;
  for (const char* const endpoint :
       {"", "nonsense", "tcp:/127.0.0.1:5555", "tcp://127.0.0.1", "tcp://127.0.0.1:notaport", "carrier://pigeon"}) {
    for (const Attach attach : {Attach::kBind, Attach::kConnect}) {
      const Result<Socket> socket = Socket::open(context, SocketType::kPub, attach, endpoint, kFrameBytes);
      ASSERT_FALSE(socket) << endpoint;
      EXPECT_EQ(socket.error().exit, Exit::kUsage) << endpoint << ": " << socket.error().message;
    }
  }
}

TEST(Socket, WaitAnyTellsWhichIsReady) {
  Context context;
  Socket first = must_open(context, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*");
  Socket second = must_open(context, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*");
  Socket push = must_open(context, SocketType::kPush, Attach::kConnect, second.last_endpoint());
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  Socket* const sockets[] = {&first, &second};
  EXPECT_EQ(wait_any(sockets, pipe_ends[0], 0), 0U);
  ASSERT_TRUE(push.send("work"));
  EXPECT_EQ(wait_any(sockets, pipe_ends[0], kLongMs), 0b010U);
  ASSERT_EQ(::write(pipe_ends[1], "!", 1), 1);
  EXPECT_EQ(wait_any(sockets, pipe_ends[0], kLongMs), 0b110U);
  EXPECT_EQ(wait_any({}, pipe_ends[0], kLongMs), 0b001U);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST(Socket, WhoHasDrainedASocketIsWokenByWhatComesNext) {
  Context context;
  Socket pull = must_open(context, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*");
  Socket push = must_open(context, SocketType::kPush, Attach::kConnect, pull.last_endpoint());
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  Socket* const sockets[] = {&pull};
  Frame frame;
  for (int i = 0; i < 1'000; ++i) {
    while (!push.send("work")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    // It may be woken by what is no message, such as a new connection; then it drains, and waits again.
    for (int turns = 0; !pull.receive(frame, 0); ++turns) {
      ASSERT_LT(turns, 5) << "of message " << i;
      const auto began = std::chrono::steady_clock::now();
      EXPECT_FALSE(wait_drained(sockets, pipe_ends[0], kLongMs));
      ASSERT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(kLongMs)) << "nobody woke it for message " << i;
    }
    EXPECT_FALSE(pull.receive(frame, 0));
  }
  EXPECT_FALSE(wait_drained(sockets, pipe_ends[0], 1));
  ASSERT_EQ(::write(pipe_ends[1], "!", 1), 1);
  EXPECT_TRUE(wait_drained(sockets, pipe_ends[0], kLongMs));
  EXPECT_TRUE(wait_drained({}, pipe_ends[0], kLongMs));
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST(Socket, ARouterAnswersTheDealerThatAsked) {
  Context context;
  Socket router = must_open(context, SocketType::kRouter, Attach::kBind, "tcp://127.0.0.1:*");
  Socket first = must_open(context, SocketType::kDealer, Attach::kConnect, router.last_endpoint());
  Socket second = must_open(context, SocketType::kDealer, Attach::kConnect, router.last_endpoint());
  const auto ask = [](Socket& dealer, std::string_view text) {  // refused until it is connected
    for (int tries = 0; tries < kLongMs && !dealer.send(text); ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  ask(first, "one");
  ask(second, "two");
  Frame peer, question, answer;
  for (int asked = 0; asked < 2; ++asked) {
    ASSERT_TRUE(router.receive(peer, kLongMs));
    ASSERT_TRUE(peer.more());
    ASSERT_TRUE(router.receive(question, kLongMs));
    ASSERT_TRUE(router.send(peer.bytes(), true));
    ASSERT_TRUE(router.send("to " + std::string(text_of(question))));
  }
  ASSERT_TRUE(first.receive(answer, kLongMs));
  EXPECT_EQ(text_of(answer), "to one");
  ASSERT_TRUE(second.receive(answer, kLongMs));
  EXPECT_EQ(text_of(answer), "to two");
}

// Both queues are full when the sender goes, and the receiver is late by more than a socket lingers by itself.
TEST(Socket, WithALingerWhatWasTakenArrives) {
  Context receiving;
  Socket pull = must_open(receiving, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*");
  int sent = 0, came = 0;
  std::thread receiver;
  {
    Context sending;
    Socket push = must_open(sending, SocketType::kPush, Attach::kConnect, pull.last_endpoint());
    push.linger(kLongMs);
    const std::string message(kFrameBytes, 'x');
    for (int refused = 0; refused < 100;) {
      const bool taken = push.send(message);
      sent += taken;
      refused = taken ? 0 : refused + 1;
      if (!taken) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    receiver = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(400));
      Frame frame;
      while (came < sent && pull.receive(frame, kLongMs)) ++came;
    });
  }
  receiver.join();
  EXPECT_GT(sent, 1'000);
  EXPECT_EQ(came, sent);
}

TEST(Frame, MovesItsBytes) {
  Context context;
  Socket pull = must_open(context, SocketType::kPull, Attach::kBind, "tcp://127.0.0.1:*");
  Socket push = must_open(context, SocketType::kPush, Attach::kConnect, pull.last_endpoint());
  ASSERT_TRUE(push.send("short"));
  ASSERT_TRUE(push.send(std::string(1'000, 'l')));
  Frame first, second;
  ASSERT_TRUE(pull.receive(first, kLongMs));
  ASSERT_TRUE(pull.receive(second, kLongMs));
  const Frame moved(std::move(first));
  EXPECT_EQ(text_of(moved), "short");
  first = std::move(second);
  EXPECT_EQ(text_of(first), std::string(1'000, 'l'));
}

}  // namespace
}  // namespace groundswell::net
