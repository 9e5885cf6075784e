#include "base/socket.hpp"

#include <fmt/format.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "base/access_list.hpp"
#include "base/assert.hpp"
#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "base/gatekeeper.hpp"

namespace groundswell::net {
namespace {

// ZMQ_ZERO_COPY_RECV: stable and honoured, but zmq.h shows the name to draft builds only. Off, a message has a buffer of its own, which the
// allocator aligns; on, it is a slice of a shared buffer at any address.
constexpr int kZeroCopyReceive = 10;

// ZMQ_ZAP_ENFORCE_DOMAIN: without it a socket whose gatekeeper is missing lets everybody in. Hidden in the same way.
constexpr int kEnforceDomain = 93;

constexpr std::int64_t kRebindNs = 500'000'000;
constexpr std::string_view kTcpPrefix = "tcp://";
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

Error in_use(const std::string& endpoint) {
  return fail(Exit::kUnavailable, fmt::format("endpoint {} is in use; stop the process that has it, or choose another", endpoint));
}

Error nobody_may(const std::string& endpoint) {
  return fail(Exit::kConfig,
              fmt::format("endpoint {} can be reached from other machines, and nothing says who may connect; give a key and an "
                          "allow-list (security.curve = \"required\", see groundswell keygen), or bind tcp://127.0.0.1 or ipc",
                          endpoint));
}

Service service_of(SocketType type) {
  switch (type) {
    case SocketType::kXPub: return Service::kSignals;
    case SocketType::kRouter:
    case SocketType::kDealer: return Service::kRequests;
    case SocketType::kSub:
    case SocketType::kPull: return Service::kFeed;
    case SocketType::kPub:
    case SocketType::kPush: return Service::kTicks;
  }
  return Service::kRequests;
}

Result<void> set_curve(void* socket, const KeyPair& own) {
  if (zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own.public_key.c_str(), own.public_key.size() + 1) != 0 ||
      zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own.secret_key.c_str(), own.secret_key.size() + 1) != 0) {
    return fail(Exit::kConfig, "there is no key of our own to shake hands with; make one with groundswell keygen, and name its file");
  }
  return {};
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
  gatekeeper_.reset();
  while (zmq_ctx_term(handle_) != 0 && zmq_errno() == EINTR) {
  }
}
void* Context::handle() const noexcept { return handle_; }

Result<void> Context::demand_keys(const std::filesystem::path& allow_list) {
  auto gatekeeper = Gatekeeper::start(*this, allow_list);
  if (!gatekeeper) return gatekeeper.error();
  gatekeeper_ = std::move(*gatekeeper);
  return {};
}

void Context::shut_out(std::string_view user_id) {
  if (gatekeeper_) gatekeeper_->shut_out(user_id);
}

KeyPair make_key_pair() {
  std::array<char, kKeyCharacters + 1> public_key{}, secret_key{};
  GS_ASSERT(zmq_curve_keypair(public_key.data(), secret_key.data()) == 0);
  KeyPair pair;
  pair.public_key.assign(public_key.data(), kKeyCharacters);
  pair.secret_key.assign(secret_key.data(), kKeyCharacters);
  ::explicit_bzero(secret_key.data(), secret_key.size());
  return pair;
}

std::string public_key_of(std::string_view secret) {
  std::array<char, kKeyCharacters + 1> public_key{};
  if (!is_key(secret) || zmq_curve_public(public_key.data(), std::string(secret).c_str()) != 0) return {};
  return {public_key.data(), kKeyCharacters};
}

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
std::string_view Frame::user_id() const noexcept {
  const char* const text = zmq_msg_gets(message_in(const_cast<Storage*>(&storage_)), "User-Id");
  return text == nullptr ? std::string_view() : std::string_view(text);
}
bool Frame::more() const noexcept { return zmq_msg_more(message_in(const_cast<Storage*>(&storage_))) != 0; }

Result<Socket> Socket::make(Context& context, SocketType type, const std::string& endpoint, std::int64_t max_frame_bytes,
                            int queued_messages) {
  void* const handle = zmq_socket(context.handle(), zmq_type(type));
  if (handle == nullptr) {
    return fail(Exit::kUnavailable, fmt::format("cannot open a socket for endpoint {}: {}; raise the limit of open files", endpoint,
                                                zmq_strerror(zmq_errno())));
  }
  set_options(handle, type, max_frame_bytes, queued_messages);
  return Socket(handle);
}

Result<void> Socket::attach(Attach attach, const std::string& endpoint) {
  const int done = attach == Attach::kBind ? zmq_bind(handle_, endpoint.c_str()) : zmq_connect(handle_, endpoint.c_str());
  if (done != 0) return attach_error(endpoint, attach, zmq_errno());
  return {};
}

Result<Socket> Socket::open(Context& context, SocketType type, Attach attach, const std::string& endpoint, std::int64_t max_frame_bytes,
                            const PeerKeys& keys, int queued_messages) {
  const bool binds = attach == Attach::kBind, tcp = endpoint.starts_with(kTcpPrefix);
  // libzmq knows more transports; they are not looked after here.
  if (!tcp && !endpoint.starts_with(kIpcPrefix) && !endpoint.starts_with("inproc://")) return attach_error(endpoint, attach, EINVAL);
  if (binds && endpoint.starts_with(kIpcPrefix) && ipc_answers(endpoint)) return in_use(endpoint);
  if (binds && tcp && context.gatekeeper() != nullptr) {
    return open_guarded(context, type, endpoint, max_frame_bytes, context.own_key(), queued_messages);
  }
  if (binds && is_endpoint(endpoint) && !is_local_endpoint(endpoint)) return nobody_may(endpoint);
  auto socket = make(context, type, endpoint, max_frame_bytes, queued_messages);
  if (!socket) return socket;
  if (!binds && tcp) {
    if (!keys.server_key.empty()) {
      const auto set = set_curve(socket->handle_, keys.own);
      if (!set) return set.error();
      if (zmq_setsockopt(socket->handle_, ZMQ_CURVE_SERVERKEY, keys.server_key.c_str(), keys.server_key.size() + 1) != 0)
        return fail(Exit::kConfig, fmt::format("the server key of {} is no public key; it has 40 characters", endpoint));
    }
    socket->watch_handshake(context);
  }
  if (const auto done = socket->attach(attach, endpoint); !done) return done.error();
  return socket;
}

Result<Socket> Socket::open_guarded(Context& context, SocketType type, const std::string& endpoint, std::int64_t max_frame_bytes,
                                    const KeyPair& own, int queued_messages) {
  auto socket = make(context, type, endpoint, max_frame_bytes, queued_messages);
  if (!socket) return socket;
  const std::uint64_t revision = context.gatekeeper() == nullptr ? 0 : context.gatekeeper()->revision();
  if (const auto set = set_curve(socket->handle_, own); !set) return set.error();
  const int on = 1;
  const std::string_view domain = kServiceNames[static_cast<std::size_t>(service_of(type))];
  GS_ASSERT(zmq_setsockopt(socket->handle_, ZMQ_CURVE_SERVER, &on, sizeof on) == 0);
  GS_ASSERT(zmq_setsockopt(socket->handle_, ZMQ_ZAP_DOMAIN, domain.data(), domain.size()) == 0);
  GS_ASSERT(zmq_setsockopt(socket->handle_, kEnforceDomain, &on, sizeof on) == 0);
  if (const auto done = socket->attach(Attach::kBind, endpoint); !done) return done.error();
  socket->binding_ = std::make_unique<Binding>(Binding{.context = &context,
                                                       .type = type,
                                                       .endpoint = socket->last_endpoint(),
                                                       .max_frame_bytes = max_frame_bytes,
                                                       .queued_messages = queued_messages,
                                                       .revision = revision,
                                                       .prefixes = {},
                                                       .subscriptions = {}});
  return socket;
}

Result<bool> Socket::renew_if_revoked() {
  if (!binding_ || binding_->context->gatekeeper() == nullptr) return false;
  if (binding_->context->gatekeeper()->revision() == binding_->revision) return false;
  std::unique_ptr<Binding> was = std::move(binding_);
  zmq_unbind(handle_, was->endpoint.c_str());
  close();
  // Closing goes on in libzmq's own thread: until it is done the endpoint is taken.
  auto next = open_guarded(*was->context, was->type, was->endpoint, was->max_frame_bytes, was->context->own_key(), was->queued_messages);
  for (const std::int64_t until_ns = monotonic_clock_ns() + kRebindNs; !next && monotonic_clock_ns() < until_ns;) {
    zmq_poll(nullptr, 0, 5);
    next = open_guarded(*was->context, was->type, was->endpoint, was->max_frame_bytes, was->context->own_key(), was->queued_messages);
  }
  if (!next) {  // a socket that nobody can reach, until the next try
    auto idle = make(*was->context, was->type, was->endpoint, was->max_frame_bytes, was->queued_messages);
    if (idle) *this = std::move(*idle);
    binding_ = std::move(was);
    return next.error();
  }
  *this = std::move(*next);
  for (const std::string& prefix : was->prefixes) {
    if (const auto done = subscribe(prefix); !done) return done.error();
  }
  return true;
}

void Socket::watch_handshake(Context& context) {
  static std::atomic<std::uint64_t> count{0};
  const std::string endpoint = fmt::format("inproc://handshake-{}", ++count);
  constexpr int kEvents = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                          ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
  if (zmq_socket_monitor(handle_, endpoint.c_str(), kEvents) != 0) return;
  monitor_ = zmq_socket(context.handle(), ZMQ_PAIR);
  const int none = 0;  // no limit of what waits: libzmq's own thread tells, and would stand still at one
  if (monitor_ == nullptr || zmq_setsockopt(monitor_, ZMQ_LINGER, &none, sizeof none) != 0 ||
      zmq_setsockopt(monitor_, ZMQ_RCVHWM, &none, sizeof none) != 0 || zmq_connect(monitor_, endpoint.c_str()) != 0) {
    zmq_socket_monitor(handle_, nullptr, 0);
  }
}

Handshake Socket::handshake() {
  if (monitor_ == nullptr) return Handshake::kNone;
  for (Frame event, where; zmq_msg_recv(message_in(&event.storage_), monitor_, ZMQ_DONTWAIT) >= 0;) {
    if (event.more()) zmq_msg_recv(message_in(&where.storage_), monitor_, ZMQ_DONTWAIT);
    if (event.bytes().size() < 6) continue;
    std::uint16_t what = 0;
    std::uint32_t value = 0;
    std::memcpy(&what, event.bytes().data(), sizeof what);
    std::memcpy(&value, event.bytes().data() + sizeof what, sizeof value);
    if (what == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) handshake_ = Handshake::kDone;
    if (what == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) handshake_ = Handshake::kRefused;
    if (what == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
      handshake_ = value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH ? Handshake::kWantsKey : Handshake::kFailed;
    if (what == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL && handshake_ != Handshake::kRefused && handshake_ != Handshake::kWantsKey)
      handshake_ = Handshake::kFailed;
  }
  return handshake_;
}

void Socket::close() noexcept {
  if (monitor_ != nullptr) {
    zmq_socket_monitor(handle_, nullptr, 0);  // first: libzmq's own thread would tell to nobody, and stand still for ever
    zmq_close(std::exchange(monitor_, nullptr));
  }
  if (handle_ != nullptr) zmq_close(std::exchange(handle_, nullptr));
}

Socket::Socket(void* handle) noexcept : handle_(handle) {
  std::size_t bytes = sizeof descriptor_;
  GS_ASSERT(zmq_getsockopt(handle_, ZMQ_FD, &descriptor_, &bytes) == 0);
}
Socket::Socket(Socket&& other) noexcept : handle_(nullptr) { *this = std::move(other); }
Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(monitor_, other.monitor_);
  std::swap(handshake_, other.handshake_);
  std::swap(binding_, other.binding_);
  return *this;
}
Socket::~Socket() { close(); }

Result<void> Socket::subscribe(std::string_view prefix) {
  if (zmq_setsockopt(handle_, ZMQ_SUBSCRIBE, prefix.data(), prefix.size()) != 0) {
    return fail(Exit::kInternal, fmt::format("cannot subscribe to '{}' at {}: {}", prefix, last_endpoint(), zmq_strerror(zmq_errno())));
  }
  if (binding_) binding_->prefixes.emplace_back(prefix);
  return {};
}

bool Socket::receive(Frame& frame, int wait_ms) {
  zmq_msg_t* const message = message_in(&frame.storage_);
  bool received = zmq_msg_recv(message, handle_, ZMQ_DONTWAIT) >= 0;
  if (!received && zmq_errno() == EAGAIN && wait_ms != 0) {
    zmq_pollitem_t item{handle_, -1, ZMQ_POLLIN, 0};
    received = zmq_poll(&item, 1, wait_ms) > 0 && zmq_msg_recv(message, handle_, ZMQ_DONTWAIT) >= 0;
  }
  if (received && binding_ && binding_->type == SocketType::kXPub) watch_subscriptions(frame);
  return received;
}

void Socket::watch_subscriptions(const Frame& frame) {
  if (frame.bytes().empty() || frame.bytes()[0] != std::byte{1}) return;
  const std::int64_t now_ns = monotonic_clock_ns();
  Binding::Allowance& allowance = binding_->subscriptions[std::string(frame.user_id())];
  const double seconds = static_cast<double>(now_ns - allowance.seen_ns) / 1e9;
  allowance = {.left = std::min(kSubscriptionsAtOnce, allowance.left + seconds * kSubscriptionsPerSecond) - 1, .seen_ns = now_ns};
  if (allowance.left >= 0 || allowance.left < -1) return;
  allowance.left = -std::numeric_limits<double>::infinity();  // told once
  binding_->context->shut_out(frame.user_id());
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

}  // namespace groundswell::net
