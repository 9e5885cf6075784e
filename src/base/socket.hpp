// The one place that creates ZeroMQ sockets: every safe setting (largest frame before bind, high-water marks, handshake limit, linger,
// encryption and who may connect) is set here. libzmq is fenced into socket.cpp. One context per process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/keys.hpp"
#include "base/result.hpp"

namespace groundswell::net {

enum class SocketType { kPub, kSub, kXPub, kPush, kPull, kRouter, kDealer };
enum class Attach { kConnect, kBind };

class Gatekeeper;

class Context {
 public:
  Context();   // zero-copy receive off: message buffers come 8-byte aligned
  ~Context();  // waits for its sockets to be closed
  void* handle() const noexcept;

  // Both once, before the first socket. prove(): the pair that this process shakes hands with, wherever hands are shaken. demand_keys():
  // from here on every TCP endpoint that is bound demands a key of `allow_list`; ipc and inproc stay as they are. Errors:
  // Gatekeeper::start().
  void prove(KeyPair own) { own_key_ = std::move(own); }
  Result<void> demand_keys(const std::filesystem::path& allow_list);
  const KeyPair& own_key() const noexcept { return own_key_; }                 // empty until then
  const Gatekeeper* gatekeeper() const noexcept { return gatekeeper_.get(); }  // nothing until then
  void shut_out(std::string_view user_id);                                     // Gatekeeper::shut_out(), where there is one

 private:
  void* handle_;
  KeyPair own_key_;
  std::unique_ptr<Gatekeeper> gatekeeper_;
};

// A received frame; its bytes live as long as it does.
class Frame {
 public:
  Frame();
  ~Frame();
  Frame(Frame&&) noexcept;
  Frame& operator=(Frame&&) noexcept;
  std::span<const std::byte> bytes() const noexcept;
  bool more() const noexcept;  // another part follows
  // Who sent it, "role/name" of the allow-list; "" when no key was demanded. Valid as long as the frame.
  std::string_view user_id() const noexcept;

 private:
  friend class Socket;
  struct Storage {
    alignas(8) unsigned char bytes[64];
  } storage_;
};

// What a socket needs to connect to one that demands keys.
struct PeerKeys {
  std::string server_key;  // public key of the other side, which must prove it; "" = plain
  KeyPair own;
};

// How far a connecting TCP socket has come, or why it does not.
enum class Handshake {
  kNone,      // nobody there yet
  kDone,      // connected
  kRefused,   // our key is not on the list, was revoked, or its role may not come here
  kWantsKey,  // the other side demands a key and we gave none, or the other way round
  kFailed,    // the other side has another key than the one we were given, or speaks no ZeroMQ
};

// Owned and used by one thread.
class Socket {
 public:
  // `max_frame_bytes`: a peer that sends more is disconnected. When this side bound, the peer may come back; when it connected, libzmq
  // never tries again, silently: whoever must not go deaf watches for silence and opens anew. Connecting succeeds whether or not anybody is
  // there.
  // A TCP endpoint that is bound demands keys when the context does, and the service that peers are let in to follows from the type
  // (access_list.hpp); without that it must be loopback. `keys`: of a TCP endpoint that is connected to.
  // `queued_messages`: how many wait for one peer, or from one, before those that follow are dropped, or the peer has to wait.
  // Errors: 69 endpoint in use (also an ipc path that another process answers on) or not to be had here, 77 no permission, 64 bad endpoint,
  // 78 an endpoint beyond this machine to be bound while nothing says who may connect.
  static constexpr int kQueuedMessages = 1000;
  static Result<Socket> open(Context& context, SocketType type, Attach attach, const std::string& endpoint, std::int64_t max_frame_bytes,
                             const PeerKeys& keys = {}, int queued_messages = kQueuedMessages);
  // Bound, and demanding keys whatever the context does: for the gatekeeper's trial.
  static Result<Socket> open_guarded(Context& context, SocketType type, const std::string& endpoint, std::int64_t max_frame_bytes,
                                     const KeyPair& own, int queued_messages = kQueuedMessages);
  Socket(Socket&&) noexcept;
  Socket& operator=(Socket&&) noexcept;
  ~Socket();
  Result<void> subscribe(std::string_view prefix);
  // What one key may subscribe to, at once and per second: a subscription costs libzmq thirty times its bytes, and it bounds none. Beyond
  // it an XPUB that demands keys shuts the key out for a minute.
  static constexpr double kSubscriptionsAtOnce = 2'048, kSubscriptionsPerSecond = 100;
  // Returns whether a frame came. `wait_ms` 0 = do not wait, -1 = for ever. False also when interrupted by a signal. An XPUB receives its
  // subscriptions (first byte 1, or 0 when gone): drain them, or they pile up.
  bool receive(Frame& frame, int wait_ms);
  // Never blocks. PUB and XPUB: a slow peer loses, and the receiver sees it by the numbers. PUSH: false when all peers are full or none is
  // there. DEALER: as PUSH. ROUTER: the first part names the peer, as it was received; false: it has gone, or is full. Returns whether
  // libzmq took it.
  bool send(std::span<const std::byte> bytes, bool more = false);
  bool send(std::string_view bytes, bool more = false);
  // How long closing waits for what was taken but not sent yet. Unless said: 200 ms when this is a PUB, XPUB, PUSH or ROUTER, else 0.
  void linger(int wait_ms);
  std::string last_endpoint() const;                       // with the port chosen for tcp://…:*
  void* handle() const noexcept;                           // for wait_any
  int descriptor() const noexcept { return descriptor_; }  // for wait_drained

  // libzmq asks about a key only when hands are shaken. So when a key that came in was taken off the list since this socket was bound, this
  // closes all its connections and binds anew: welcome peers are back within about 100 ms, and find what they missed by the numbers. Cheap
  // when there is nothing to do: call it with every turn. Returns whether it did. Errors: 69 when the endpoint could not be had again
  // within half a second: the next call tries again.
  Result<bool> renew_if_revoked();
  Handshake handshake();  // of a connected TCP socket: the latest news

 private:
  struct Binding {  // what it takes to bind anew
    Context* context;
    SocketType type;
    std::string endpoint;
    std::int64_t max_frame_bytes;
    int queued_messages;
    std::uint64_t revision;
    std::vector<std::string> prefixes;
    struct Allowance {
      double left = kSubscriptionsAtOnce;
      std::int64_t seen_ns = 0;
    };
    std::map<std::string, Allowance, std::less<>> subscriptions;  // by who sent them
  };
  explicit Socket(void* handle) noexcept;
  static Result<Socket> make(Context& context, SocketType type, const std::string& endpoint, std::int64_t max_frame_bytes,
                             int queued_messages);
  Result<void> attach(Attach attach, const std::string& endpoint);
  void watch_handshake(Context& context);
  void watch_subscriptions(const Frame& frame);
  void close() noexcept;

  void* handle_;
  int descriptor_ = -1;  // readable when libzmq's own thread has told something that this side has not looked at
  void* monitor_ = nullptr;
  Handshake handshake_ = Handshake::kNone;
  std::unique_ptr<Binding> binding_;  // of a socket that demands keys
};

// Waits until one of `sockets` can be read, or `file_descriptor` (-1 = none) is readable, or the time has passed. Returns a bit per socket,
// and bit sockets.size() for the descriptor.
std::uint64_t wait_any(std::span<Socket* const> sockets, int file_descriptor, int wait_ms);
// The same with one system call instead of two and two a socket, for who has drained `sockets`: the last thing done with each was a
// receive() that found nothing. Else what is there already may not end the wait. Returns whether the descriptor is readable.
bool wait_drained(std::span<Socket* const> sockets, int file_descriptor, int wait_ms);

}  // namespace groundswell::net
