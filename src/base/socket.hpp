// The one place that creates ZeroMQ sockets: every safe setting (largest frame before bind, high-water marks, handshake limit, linger)
// is set here. libzmq is fenced into socket.cpp. One context per process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace groundswell::net {

enum class SocketType { kPub, kSub, kXPub, kPush, kPull, kRouter, kDealer };
enum class Attach { kConnect, kBind };

class Context {
 public:
  Context();   // zero-copy receive off: message buffers come 8-byte aligned
  ~Context();  // waits for its sockets to be closed
  void* handle() const noexcept;

 private:
  void* handle_;
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
 private:
  friend class Socket;
  struct Storage {
    alignas(8) unsigned char bytes[64];
  } storage_;
};

// Owned and used by one thread.
class Socket {
 public:
  // `max_frame_bytes`: a peer that sends more is disconnected. When this side bound, the peer may come back; when it connected, libzmq
  // never tries again, silently: whoever must not go deaf watches for silence and opens anew. Connecting succeeds whether or not anybody is
  // there.
  // Errors: 69 endpoint in use (also an ipc path that another process answers on) or not to be had here, 77 no permission, 64 bad endpoint.
  // `queued_messages`: how many wait for one peer, or from one, before those that follow are dropped, or the peer has to wait.
  static constexpr int kQueuedMessages = 1000;
  static Result<Socket> open(Context& context, SocketType type, Attach attach, const std::string& endpoint, std::int64_t max_frame_bytes,
                             int queued_messages = kQueuedMessages);
  Socket(Socket&&) noexcept;
  Socket& operator=(Socket&&) noexcept;
  ~Socket();
  Result<void> subscribe(std::string_view prefix);
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
  std::string last_endpoint() const;  // with the port chosen for tcp://…:*
  void* handle() const noexcept;      // for wait_any
 private:
  explicit Socket(void* handle) noexcept : handle_(handle) {}
  void* handle_;
};

// Waits until one of `sockets` can be read, or `file_descriptor` (-1 = none) is readable, or the time has passed. Returns a bit per socket,
// and bit sockets.size() for the descriptor.
std::uint64_t wait_any(std::span<Socket* const> sockets, int file_descriptor, int wait_ms);

}  // namespace groundswell::net
