// An HTTP and WebSocket server for a page and its streams: one thread for all sockets, and for everything that it calls. It knows nothing
// of what it serves. Bounds what anybody may send: a header of 8 KiB within five seconds, no body, messages of 4 KiB; and what may wait for
// a peer that does not read: 1 MiB, then it is closed. Boost.Beast and Asio are in server.cpp and beast.cpp alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "web/http.hpp"

namespace groundswell::web {

using Text = std::shared_ptr<const std::string>;

enum class CloseCode : std::uint16_t { kStops = 1001, kBinary = 1003, kAbuse = 1008, kTooSlow = 1013 };

// The far end of a WebSocket.
class Peer {
 public:
  static constexpr std::size_t kMostQueuedBytes = std::size_t{1} << 20;
  virtual ~Peer() = default;
  virtual void send(Text message) = 0;  // more than kMostQueuedBytes waiting: closed, kTooSlow
  virtual std::size_t queued_bytes() const noexcept = 0;
  virtual void close(CloseCode code, std::string_view reason) = 0;  // at most 100 bytes
};

// What a peer talks to. Destroyed when the connection has ended, before its Peer.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void on_message(std::string_view text) = 0;  // UTF-8
};

// What is served. Every function is called by the server's thread.
class Application {
 public:
  using Answer = std::function<void(Response)>;
  virtual ~Application() = default;
  // Now or later, once, on the server's thread; the answer may be kept and let go of on any.
  virtual void respond(const Request& request, Answer answer) = 0;
  virtual std::optional<Response> refuse_stream(const Request& request) = 0;  // nothing: open_stream() follows
  virtual std::unique_ptr<Stream> open_stream(const Request& request, Peer& peer) = 0;
  virtual void turn() = 0;  // every 10 ms
};

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // parse_listen()
  std::string hosts, origins;             // of AccessRules
};

struct ServerCounters {
  std::uint64_t requests = 0, refused = 0;  // refused: those of `requests` that a rule stopped
  std::uint64_t sessions = 0;               // WebSockets that are open
  std::uint64_t too_slow = 0;               // closed for it
};

class Server {
 public:
  static constexpr std::size_t kMostSessions = 256;
  static constexpr std::size_t kMostConnections = 1'024;  // of both kinds

  // Binds and listens. Errors: 64 no address of this machine, 69 in use, 77.
  static Result<std::unique_ptr<Server>> open(const ServerOptions& options);
  ~Server();

  std::uint16_t port() const noexcept;
  const ServerCounters& counters() const noexcept;  // thread: the server's
  // Serves until `stop`; then closes every stream with kStops, and waits for that up to a second.
  void run(Application& application, const std::atomic<bool>& stop);
  // Calls it on the server's thread soon, while run() runs; afterwards never. Any thread.
  void post(std::function<void()> work);

  struct Impl;  // server.cpp

 private:
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::web
