#include "base/socket.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.hpp"

namespace groundswell::net {
namespace {

// ZMQ_ZERO_COPY_RECV: stable and honoured, but zmq.h shows the name to draft builds only. Off, a message has a buffer of its own, which the
// allocator aligns; on, it is a slice of a shared buffer at any address.
constexpr int kZeroCopyReceive = 10;

constexpr int kSendLingerMs = 200;
constexpr std::string_view kIpcPrefix = "ipc://";

zmq_msg_t* message_in(void* storage) { return static_cast<zmq_msg_t*>(storage); }

bool sends(SocketType type) {
  return type == SocketType::kPub || type == SocketType::kXPub || type == SocketType::kPush || type == SocketType::kRouter;
}

int zmq_type(SocketType type) {
  switch (type) {
    case SocketType::kPub: return ZMQ_PUB;
    case SocketType::kSub: return ZMQ_SUB;
    case SocketType::kXPub: return ZMQ_XPUB;
    case SocketType::kPush: return ZMQ_PUSH;
    case SocketType::kPull: return ZMQ_PULL;
    case SocketType::kRouter: return ZMQ_ROUTER;
    case SocketType::kDealer: return ZMQ_DEALER;
  }
  return -1;
}

// Options apply to later attaching only, so all of them are set here, before it. The transport's own heartbeats (ZMQ_HEARTBEAT_…) stay off:
// while a queue is full libzmq 4.3.4 reads no answer, takes the peer for dead, and may end the whole process by an assertion when the peer
// has gone. Our messages carry heartbeats of their own, and TCP keepalive finds the dead peer.
void set_options(void* socket, SocketType type, std::int64_t max_frame_bytes, int queued_messages) {
  GS_ASSERT(zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max_frame_bytes, sizeof max_frame_bytes) == 0);
  const std::pair<int, int> options[] = {
      {ZMQ_LINGER, sends(type) ? kSendLingerMs : 0},
      {ZMQ_SNDHWM, type == SocketType::kSub ? 0 : queued_messages},  // a SUB sends subscriptions: a limit would lose those beyond it
      {ZMQ_RCVHWM, queued_messages},
      {ZMQ_HANDSHAKE_IVL, 3000},
      {ZMQ_TCP_KEEPALIVE, 1},
      {ZMQ_TCP_KEEPALIVE_IDLE, 30},
      {ZMQ_TCP_KEEPALIVE_INTVL, 10},
      {ZMQ_TCP_KEEPALIVE_CNT, 3},
      {ZMQ_RECONNECT_IVL, 100},
      {ZMQ_RECONNECT_IVL_MAX, 5000},
      {ZMQ_IPV6, 1},
      {ZMQ_BACKLOG, 128},
      {ZMQ_IMMEDIATE, type == SocketType::kDealer ? 1 : 0},  // a question that waits for a connection comes too late
  };
  for (const auto& [option, value] : options) GS_ASSERT(zmq_setsockopt(socket, option, &value, sizeof value) == 0);
  const int every_subscription = 1;  // also of a prefix that another peer has already: each of them wants to be greeted
  const int say_when_gone = 1;
  if (type == SocketType::kRouter) GS_ASSERT(zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &say_when_gone, sizeof say_when_gone) == 0);
  if (type == SocketType::kXPub) GS_ASSERT(zmq_setsockopt(socket, ZMQ_XPUB_VERBOSE, &every_subscription, sizeof every_subscription) == 0);
}

// libzmq replaces the file of an ipc endpoint that it binds, in use or not: the process that had it would go deaf without a word.
bool ipc_answers(std::string_view endpoint) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view path = endpoint.substr(kIpcPrefix.size());
  if (path.empty() || path[0] == '@' || path[0] == '*' || path.size() >= sizeof address.sun_path) return false;
  std::copy(path.begin(), path.end(), address.sun_path);
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const bool answers = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return answers;
}

Error in_use(const std::string& endpoint) {
  return fail(Exit::kUnavailable, fmt::format("endpoint {} is in use; stop the process that has it, or choose another", endpoint));
}

Error attach_error(const std::string& endpoint, Attach attach, int code) {
  const std::string_view doing = attach == Attach::kBind ? "bind" : "connect";
  switch (code) {
    case EADDRINUSE: return in_use(endpoint);
    case EINVAL:
    case EPROTONOSUPPORT:
    case ENOCOMPATPROTO:
    case ENAMETOOLONG:
      return fail(Exit::kUsage, fmt::format("endpoint {} is not one; write tcp://HOST:PORT, ipc://PATH or inproc://NAME", endpoint));
    case EACCES:
    case EPERM:
      return fail(Exit::kNoPermission,
                  fmt::format("cannot {} endpoint {}: no permission; choose a port over 1023 or a folder of your own", doing, endpoint));
    case EADDRNOTAVAIL:
    case ENODEV: return fail(Exit::kUnavailable, fmt::format("cannot {} endpoint {}: this machine has no such address", doing, endpoint));
    case ENOENT:
    case ENOTDIR:
      return fail(Exit::kUnavailable, fmt::format("cannot {} endpoint {}: its folder does not exist; create it", doing, endpoint));
    default: return fail(Exit::kUnavailable, fmt::format("cannot {} endpoint {}: {}", doing, endpoint, zmq_strerror(code)));
  }
}

}  // namespace

Context::Context() : handle_(zmq_ctx_new()) {
  GS_ASSERT(handle_ != nullptr);
  GS_ASSERT(zmq_ctx_set(handle_, ZMQ_IO_THREADS, 1) == 0);
  GS_ASSERT(zmq_ctx_set(handle_, kZeroCopyReceive, 0) == 0);
  GS_ASSERT(zmq_ctx_set(handle_, ZMQ_BLOCKY, 0) == 0);
}
Context::~Context() {
  while (zmq_ctx_term(handle_) != 0 && zmq_errno() == EINTR) {
  }
}
void* Context::handle() const noexcept { return handle_; }

static_assert(sizeof(zmq_msg_t) == 64 && alignof(zmq_msg_t) <= 8, "Frame::Storage holds one");

Frame::Frame() { zmq_msg_init(message_in(&storage_)); }
Frame::~Frame() { zmq_msg_close(message_in(&storage_)); }
Frame::Frame(Frame&& other) noexcept : Frame() { *this = std::move(other); }
Frame& Frame::operator=(Frame&& other) noexcept {
  if (this != &other) zmq_msg_move(message_in(&storage_), message_in(&other.storage_));
  return *this;
}
std::span<const std::byte> Frame::bytes() const noexcept {
  zmq_msg_t* message = message_in(const_cast<Storage*>(&storage_));  // libzmq's accessor is not const, though it changes nothing
  return {static_cast<const std::byte*>(zmq_msg_data(message)), zmq_msg_size(message)};
}
bool Frame::more() const noexcept { return zmq_msg_more(message_in(const_cast<Storage*>(&storage_))) != 0; }

Result<Socket> Socket::open(Context& context, SocketType type, Attach attach, const std::string& endpoint, std::int64_t max_frame_bytes,
                            int queued_messages) {
  if (attach == Attach::kBind && endpoint.starts_with(kIpcPrefix) && ipc_answers(endpoint)) return in_use(endpoint);
  void* const handle = zmq_socket(context.handle(), zmq_type(type));
  if (handle == nullptr) {
    return fail(Exit::kUnavailable, fmt::format("cannot open a socket for endpoint {}: {}; raise the limit of open files", endpoint,
                                                zmq_strerror(zmq_errno())));
  }
  Socket socket(handle);
  set_options(handle, type, max_frame_bytes, queued_messages);
  const int done = attach == Attach::kBind ? zmq_bind(handle, endpoint.c_str()) : zmq_connect(handle, endpoint.c_str());
  if (done != 0) return attach_error(endpoint, attach, zmq_errno());
  return socket;
}

Socket::Socket(Socket&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}
Socket::~Socket() {
  if (handle_ != nullptr) zmq_close(handle_);
}

Result<void> Socket::subscribe(std::string_view prefix) {
  if (zmq_setsockopt(handle_, ZMQ_SUBSCRIBE, prefix.data(), prefix.size()) != 0) {
    return fail(Exit::kInternal, fmt::format("cannot subscribe to '{}' at {}: {}", prefix, last_endpoint(), zmq_strerror(zmq_errno())));
  }
  return {};
}

bool Socket::receive(Frame& frame, int wait_ms) {
  zmq_msg_t* const message = message_in(&frame.storage_);
  if (zmq_msg_recv(message, handle_, ZMQ_DONTWAIT) >= 0) return true;
  if (zmq_errno() != EAGAIN || wait_ms == 0) return false;
  zmq_pollitem_t item{handle_, -1, ZMQ_POLLIN, 0};
  if (zmq_poll(&item, 1, wait_ms) <= 0) return false;
  return zmq_msg_recv(message, handle_, ZMQ_DONTWAIT) >= 0;
}

bool Socket::send(std::span<const std::byte> bytes, bool more) {
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  int sent = zmq_send(handle_, bytes.data(), bytes.size(), flags);
  while (sent < 0 && zmq_errno() == EINTR) sent = zmq_send(handle_, bytes.data(), bytes.size(), flags);
  return sent >= 0;
}
bool Socket::send(std::string_view bytes, bool more) { return send(std::as_bytes(std::span(bytes)), more); }

void Socket::linger(int wait_ms) { GS_ASSERT(zmq_setsockopt(handle_, ZMQ_LINGER, &wait_ms, sizeof wait_ms) == 0); }

std::string Socket::last_endpoint() const {
  std::array<char, 1024> text{};
  std::size_t length = text.size();
  if (zmq_getsockopt(handle_, ZMQ_LAST_ENDPOINT, text.data(), &length) != 0) return {};
  return text.data();  // with its terminating zero
}
void* Socket::handle() const noexcept { return handle_; }

std::uint64_t wait_any(std::span<Socket* const> sockets, int file_descriptor, int wait_ms) {
  std::array<zmq_pollitem_t, 64> items{};
  GS_ASSERT(sockets.size() < items.size());
  std::size_t count = 0;
  for (Socket* const socket : sockets) items[count++] = {socket->handle(), -1, ZMQ_POLLIN, 0};
  if (file_descriptor >= 0) items[count++] = {nullptr, file_descriptor, ZMQ_POLLIN, 0};
  if (zmq_poll(items.data(), static_cast<int>(count), wait_ms) <= 0) return 0;
  std::uint64_t ready = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // An error or hang-up counts as readable: reading it is how the owner learns of it.
    if (items[i].revents != 0) ready |= std::uint64_t{1} << i;
  }
  return ready;
}

}  // namespace groundswell::net
