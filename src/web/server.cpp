#include "web/server.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <set>

#include "base/clock.hpp"
#include "base/endpoint.hpp"

namespace groundswell::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kHeaderBytes = 8 << 10, kMessageBytes = 4 << 10;
constexpr int kSendBufferBytes = 256 << 10;  // of the kernel, for each peer: what a stalled one costs beside its queue
constexpr auto kHeaderWithin = seconds(5), kNextRequestWithin = seconds(15), kWriteWithin = seconds(30), kLingerFor = seconds(1);
constexpr auto kHandshakeWithin = seconds(5), kSilence = seconds(30);  // pings go out after half of it
constexpr auto kCloseWithin = seconds(2);
constexpr std::int64_t kStopWithinNs = 1'000'000'000;
constexpr auto kTurn = milliseconds(10), kAcceptAgain = milliseconds(100);

using HttpRequest = http::request<http::empty_body>;

}  // namespace

class WebSocket;
class Connection;

struct Server::Impl {
  explicit Impl(const ServerOptions& of) : options(of), acceptor(io), accept_again(io), turns(io) {}

  void accept();
  void turn(const std::atomic<bool>& stop);
  void stop_all();

  ServerOptions options;
  std::optional<AccessRules> rules;
  Application* application = nullptr;
  std::set<WebSocket*> sockets;  // these know of their end: before `io`, which ends them
  std::set<Connection*> connections;
  ServerCounters counters;
  bool stopping = false;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  asio::steady_timer accept_again, turns;
};

// A WebSocket and what waits for it. Owned by its pending operations.
class WebSocket final : public Peer, public std::enable_shared_from_this<WebSocket> {
 public:
  WebSocket(Server::Impl& server, tcp::socket socket) : server_(server), socket_(std::move(socket)), deadline_(server.io) {
    server_.sockets.insert(this);
    server_.counters.sessions = server_.sockets.size();
  }
  ~WebSocket() override {
    server_.sockets.erase(this);
    server_.counters.sessions = server_.sockets.size();
  }

  void start(const HttpRequest& upgrade, Request request) {
    socket_.set_option(
        websocket::stream_base::timeout{.handshake_timeout = kHandshakeWithin, .idle_timeout = kSilence, .keep_alive_pings = true});
    socket_.read_message_max(kMessageBytes);
    socket_.auto_fragment(false);
    socket_.text(true);
    upgrade_ = upgrade;
    socket_.async_accept(upgrade_, [self = shared_from_this(), request = std::move(request)](error_code error) {
      if (error || self->server_.stopping) return;
      self->stream_ = self->server_.application->open_stream(request, *self);
      self->read();
    });
  }

  void send(Text message) override {
    if (closing_) return;
    queued_bytes_ += message->size();
    queue_.push_back(std::move(message));
    if (queued_bytes_ - queue_.front()->size() > kMostQueuedBytes) {  // behind the one that is on its way
      ++server_.counters.too_slow;
      close(CloseCode::kTooSlow, "too slow: what waits for you exceeds 1 MiB; subscribe to less, or connect again");
    } else if (!writing_) {
      write();
    }
  }
  std::size_t queued_bytes() const noexcept override { return queued_bytes_; }

  void close(CloseCode code, std::string_view reason) override {
    if (closing_) return;
    closing_ = true;
    deadline_.expires_after(kCloseWithin);
    deadline_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->cut();
    });
    const websocket::close_reason why(static_cast<websocket::close_code>(code), beast::string_view(reason.data(), reason.size()));
    socket_.async_close(why, [self = shared_from_this()](error_code) { self->cut(); });
  }
  void end() {
    closing_ = true;
    stream_.reset();
    cut();
  }

 private:
  void read() {
    socket_.async_read(buffer_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) return self->end();
      if (!self->closing_) self->take();
      self->buffer_.consume(self->buffer_.size());
      self->read();
    });
  }
  void take() {
    if (socket_.got_binary()) return close(CloseCode::kBinary, "binary messages are not understood; send JSON text");
    const auto bytes = buffer_.data();
    stream_->on_message({static_cast<const char*>(bytes.data()), bytes.size()});
  }
  void write() {
    writing_ = true;
    socket_.async_write(asio::buffer(*queue_.front()), [self = shared_from_this()](error_code error, std::size_t) {
      self->writing_ = false;
      if (error) return self->end();
      self->queued_bytes_ -= self->queue_.front()->size();
      self->queue_.pop_front();
      if (self->closing_ || self->queue_.empty()) return;
      self->write();
    });
  }
  void cut() {
    deadline_.cancel();
    error_code ignored;  // it ends either way
    socket_.next_layer().close(ignored);
  }

  Server::Impl& server_;
  websocket::stream<tcp::socket, false> socket_;
  asio::steady_timer deadline_;
  HttpRequest upgrade_;
  beast::flat_buffer buffer_;
  std::deque<Text> queue_;
  std::size_t queued_bytes_ = 0;
  std::unique_ptr<Stream> stream_;
  bool writing_ = false, closing_ = false;
};

// A connection that speaks HTTP: one request after the other. Owned by its pending operations.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Server::Impl& server, tcp::socket socket) : server_(server), socket_(std::move(socket)), deadline_(server.io) {
    server_.connections.insert(this);
  }
  ~Connection() { server_.connections.erase(this); }

  void read(seconds within = kHeaderWithin) {
    parser_.emplace();
    parser_->header_limit(kHeaderBytes);
    parser_->body_limit(std::uint64_t{0});
    expire_after(within);
    http::async_read_header(socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) { self->take(error); });
  }
  void close() {
    deadline_.cancel();
    error_code ignored;  // it ends either way
    socket_.close(ignored);
  }

 private:
  void expire_after(seconds within) {
    expired_ = false;
    deadline_.expires_after(within);
    deadline_.async_wait([weak = weak_from_this(), number = ++deadlines_](error_code error) {
      const auto self = weak.lock();
      if (error || !self || number != self->deadlines_) return;  // too late to be taken back, and about what is over
      self->expired_ = true;
      self->socket_.cancel(error);
    });
  }

  void forget_deadline() {
    ++deadlines_;
    deadline_.cancel();
  }

  void take(error_code error) {
    forget_deadline();
    if (server_.stopping) return;
    ++server_.counters.requests;
    if (expired_ && buffer_.size() == 0 && !parser_->got_some()) return;  // nobody asked for anything
    keeps_alive_ = false;
    if (expired_) return refuse(408, "the request's header did not come within five seconds");
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
      return refuse(431, "the request's header has more than 8 KiB");
    if (error == http::error::body_limit) return refuse(413, "a request has no body here");
    if (error && (error.category() != http::make_error_code(http::error::end_of_stream).category() || error == http::error::end_of_stream ||
                  error == http::error::partial_message)) {
      return;  // it is gone
    }
    if (error) return refuse(400, "this is no HTTP request");
    judge(parser_->get());
  }

  // The rules, in order; then the application.
  void judge(const HttpRequest& head) {
    const auto text = [&](http::field name) {
      const auto value = head[name];
      return std::string_view(value.data(), value.size());
    };
    keeps_alive_ = head.keep_alive();
    is_head_ = head.method() == http::verb::head;
    if (parser_->chunked() || parser_->content_length().value_or(0) > 0) return refuse(413, "a request has no body here", true);
    if (!is_head_ && head.method() != http::verb::get) return refuse(405, "only GET and HEAD are understood here", true);
    if (head.count(http::field::host) != 1) return refuse(400, "a request has one Host header");
    if (!server_.rules->allows_host(text(http::field::host)))
      return refuse(421, "this console does not go by that name; add it to web.hosts, or use the address that it printed");
    const bool has_origin = head.count(http::field::origin) > 0;
    if (has_origin && (head.count(http::field::origin) > 1 || !server_.rules->allows_origin(text(http::field::origin))))
      return refuse(403, "pages of that origin may not talk to this console; add it to web.origins if they should");
    const auto target = parse_target({head.target().data(), head.target().size()});
    if (!target) return refuse(400, "this is no path; write /PATH?KEY=VALUE with percent escapes");
    Request request{.path = target->path,
                    .query = target->query,
                    .accepts_gzip = accepts_gzip(text(http::field::accept_encoding)),
                    .if_none_match = std::string(text(http::field::if_none_match))};
    if (websocket::is_upgrade(head)) return upgrade(head, std::move(request), has_origin);
    server_.application->respond(request, [held = held()](Response response) { held->write(std::move(response)); });
  }

  // For whoever answers later, on whichever thread: who lets go of it last leaves the end of the connection to the server's.
  std::shared_ptr<Connection> held() {
    return {this, [&io = server_.io, self = shared_from_this()](Connection*) mutable { asio::post(io, [last = std::move(self)] {}); }};
  }

  void upgrade(const HttpRequest& head, Request request, bool has_origin) {
    if (!has_origin)
      return refuse(
          403, "a WebSocket needs an Origin header; outside of a browser send that of this console, as in Origin: http://127.0.0.1:8080");
    if (server_.sockets.size() >= Server::kMostSessions)
      return refuse(503, "256 streams are open, which is all there may be; try again later");
    if (auto refusal = server_.application->refuse_stream(request)) {
      ++server_.counters.refused;
      return write(std::move(*refusal));
    }
    std::make_shared<WebSocket>(server_, std::move(socket_))->start(head, std::move(request));
  }

  void refuse(unsigned status, std::string_view what, bool for_good = false) {
    ++server_.counters.refused;
    keeps_alive_ &= !for_good;
    write(error_response(status, what));
  }

  // Nothing of a request is ever put into a header.
  void write(Response response) {
    if (server_.stopping || !socket_.is_open()) return;
    response_ = std::move(response);
    constexpr std::string_view kCaching[] = {"no-store", "no-cache", "public, max-age=31536000, immutable"};
    head_ = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: {}\r\nConnection: {}\r\n"
        "Content-Security-Policy: {}\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n",
        response_.status, reason_of(response_.status), response_.type, response_.body.size(),
        kCaching[static_cast<std::size_t>(response_.caching)], keeps_alive_ ? "keep-alive" : "close", server_.rules->content_policy());
    if (!response_.etag.empty()) head_ += "ETag: " + response_.etag + "\r\nVary: Accept-Encoding\r\n";
    if (response_.gzip) head_ += "Content-Encoding: gzip\r\n";
    if (response_.status == 405) head_ += "Allow: GET, HEAD\r\n";
    head_ += "\r\n";
    const std::size_t body_bytes = is_head_ || response_.status == 304 ? 0 : response_.body.size();
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::buffer(response_.body.data(), body_bytes)};
    expire_after(kWriteWithin);
    asio::async_write(socket_, parts, [self = shared_from_this()](error_code error, std::size_t) {
      self->forget_deadline();
      self->response_ = {};
      if (error) return;
      if (self->keeps_alive_) return self->read(kNextRequestWithin);
      self->socket_.shutdown(tcp::socket::shutdown_send, error);
      self->expire_after(kLingerFor);
      self->linger();
    });
  }

  // A connection that is closed while something of it is unread is reset, and what we wrote is lost on its way.
  void linger() {
    buffer_.clear();
    socket_.async_read_some(buffer_.prepare(kMessageBytes), [self = shared_from_this()](error_code error, std::size_t) {
      if (!error && !self->expired_) self->linger();
    });
  }

  Server::Impl& server_;
  tcp::socket socket_;
  asio::steady_timer deadline_;
  beast::flat_buffer buffer_{2 * kHeaderBytes};
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::string head_;
  Response response_;
  std::uint64_t deadlines_ = 0;
  bool expired_ = false, keeps_alive_ = false, is_head_ = false;
};

void Server::Impl::accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    if (stopping) return;
    if (error) {  // no file may be opened: whoever waits is taken when one is closed
      accept_again.expires_after(kAcceptAgain);
      accept_again.async_wait([this](error_code cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    if (connections.size() + sockets.size() < kMostConnections) {
      error_code ignored;  // an option that the system does not take changes nothing that a peer sees
      socket.set_option(tcp::no_delay(true), ignored);
      socket.set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
      std::make_shared<Connection>(*this, std::move(socket))->read();
    }
    accept();
  });
}

void Server::Impl::turn(const std::atomic<bool>& stop) {
  if (stop) return stop_all();
  application->turn();
  turns.expires_after(kTurn);
  turns.async_wait([this, &stop](error_code error) {
    if (!error) turn(stop);
  });
}

void Server::Impl::stop_all() {
  stopping = true;
  error_code ignored;  // it ends either way
  acceptor.close(ignored);
  accept_again.cancel();
  for (Connection* each : std::set<Connection*>(connections)) each->close();
  for (WebSocket* each : std::set<WebSocket*>(sockets)) each->close(CloseCode::kStops, "the console stops");
}

Result<std::unique_ptr<Server>> Server::open(const ServerOptions& options) {
  const auto listen = net::parse_listen(options.listen);
  if (!listen) return fail(Exit::kUsage, "'" + options.listen + "' is no address; write HOST:PORT, as in 127.0.0.1:8080");
  auto impl = std::make_unique<Impl>(options);
  std::string host(listen->host == "localhost" ? "127.0.0.1" : listen->host);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) return fail(Exit::kUsage, "'" + options.listen + "': its host is no IP address; write HOST:PORT, as in 127.0.0.1:8080");
  const tcp::endpoint endpoint(address, listen->port);
  impl->acceptor.open(endpoint.protocol(), error);
  if (!error) impl->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) impl->acceptor.bind(endpoint, error);
  if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use)
    return fail(Exit::kUnavailable, options.listen + ": in use; choose another port with --listen HOST:PORT, or 0 for any free one");
  if (error == asio::error::access_denied)
    return fail(Exit::kNoPermission, options.listen + ": not allowed; ports below 1024 belong to root, choose another with --listen");
  if (error) return fail(Exit::kUnavailable, options.listen + ": cannot listen: " + error.message());
  impl->rules.emplace(listen->host, impl->acceptor.local_endpoint().port(), options.hosts, options.origins);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

std::uint16_t Server::port() const noexcept { return impl_->acceptor.local_endpoint().port(); }
const ServerCounters& Server::counters() const noexcept { return impl_->counters; }
void Server::post(std::function<void()> work) { asio::post(impl_->io, std::move(work)); }

void Server::run(Application& application, const std::atomic<bool>& stop) {
  impl_->application = &application;
  impl_->accept();
  impl_->turn(stop);
  while (!impl_->stopping && impl_->io.run_one() > 0) {
  }
  const std::int64_t until_ns = monotonic_clock_ns() + kStopWithinNs;
  while (!impl_->sockets.empty() && monotonic_clock_ns() < until_ns) impl_->io.run_one_for(2 * kTurn);
  for (WebSocket* each : std::set<WebSocket*>(impl_->sockets)) each->end();  // their streams go before the application
}

}  // namespace groundswell::web
