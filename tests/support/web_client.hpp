// A browser as plain as it can be: HTTP and WebSocket by hand over one TCP connection, so that a test may also do what no browser would.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/scratch.hpp"

namespace groundswell::test {

struct HttpAnswer {
  int status = 0;                              // 0: the connection ended without one
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
};

class WebConnection {
 public:
  explicit WebConnection(std::uint16_t port, int receive_buffer = 0) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  WebConnection(const WebConnection&) = delete;
  WebConnection& operator=(const WebConnection&) = delete;
  ~WebConnection() { ::close(socket_); }
  bool connected() const { return connected_; }

  bool send_bytes(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t part = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (part <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(part));
    }
    return true;
  }
  // Something more has come; false: the other side hung up, or nothing came in time.
  bool receive(std::chrono::milliseconds patience = kPatience) {
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(patience.count())) != 1) return false;
    char bytes[65'536];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return closed_ = true, false;
    in_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  bool closed() const { return closed_; }

  HttpAnswer answer(bool has_body = true) {
    HttpAnswer answer;
    std::size_t end;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    const std::string head = in_.substr(0, end + 2);
    in_.erase(0, end + 4);
    answer.status = std::atoi(head.c_str() + 9);
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const std::size_t line_end = head.find("\r\n", at), colon = head.find(": ", at);
      std::string name = head.substr(at, colon - at);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      answer.headers[name] = head.substr(colon + 2, line_end - colon - 2);
      at = line_end + 2;
    }
    const std::size_t length = has_body ? static_cast<std::size_t>(std::atol(answer.headers["content-length"].c_str())) : 0;
    while (in_.size() < length && receive()) {
    }
    answer.body = in_.substr(0, length);
    in_.erase(0, length);
    return answer;
  }

  // WebSocket, once upgraded.
  bool send_frame(std::string_view payload, unsigned char opcode = 1, bool masked = true) {
    std::string frame(1, static_cast<char>(0x80 | opcode));
    const auto mask_bit = static_cast<char>(masked ? 0x80 : 0);
    if (payload.size() < 126) {
      frame += static_cast<char>(mask_bit | static_cast<char>(payload.size()));
    } else {
      frame += static_cast<char>(mask_bit | 126);
      frame += static_cast<char>(payload.size() >> 8);
      frame += static_cast<char>(payload.size() & 0xff);
    }
    if (masked) frame += std::string("\x01\x02\x03\x04", 4);
    for (std::size_t i = 0; i < payload.size(); ++i)
      frame += masked ? static_cast<char>(payload[i] ^ static_cast<char>(i % 4 + 1)) : payload[i];
    return send_bytes(frame);
  }
  struct Frame {
    int opcode;
    std::string payload;
  };
  std::optional<Frame> frame(std::chrono::milliseconds patience = kPatience) {
    const auto need = [&](std::size_t bytes) {
      while (in_.size() < bytes) {
        if (!receive(patience)) return false;
      }
      return true;
    };
    if (!need(2)) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(in_[i])); };
    std::size_t length = byte(1) & 0x7f, head = 2;
    if (length == 126) {
      if (!need(4)) return std::nullopt;
      length = byte(2) << 8 | byte(3);
      head = 4;
    } else if (length == 127) {
      if (!need(10)) return std::nullopt;
      length = 0;
      for (std::size_t i = 2; i < 10; ++i) length = length << 8 | byte(i);
      head = 10;
    }
    if (!need(head + length)) return std::nullopt;
    Frame frame{.opcode = static_cast<int>(byte(0) & 0x0f), .payload = in_.substr(head, length)};
    in_.erase(0, head + length);
    return frame;
  }

 private:
  int socket_;
  bool connected_ = false, closed_ = false;
  std::string in_;
};

inline std::string host_of(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

using Headers = std::vector<std::pair<std::string, std::string>>;
inline std::string request_text(const std::string& method, const std::string& target, const Headers& headers) {
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}
inline HttpAnswer fetch(std::uint16_t port, const std::string& target, Headers headers = {}, const std::string& method = "GET") {
  WebConnection connection(port);
  if (std::none_of(headers.begin(), headers.end(), [](const auto& each) { return each.first == "Host"; }))
    headers.emplace_back("Host", host_of(port));
  connection.send_bytes(request_text(method, target, headers));
  return connection.answer(method != "HEAD");
}

// A stream of the console.
class WebStream {
 public:
  WebStream(std::uint16_t port, const std::string& target = "/api/v1/stream", Headers headers = {}, int receive_buffer = 0)
      : connection_(port, receive_buffer) {
    const auto unless_said = [&](const char* name, const std::string& value) {
      if (std::none_of(headers.begin(), headers.end(), [&](const auto& each) { return each.first == name; }))
        headers.emplace_back(name, value);
    };
    unless_said("Host", host_of(port));
    unless_said("Origin", "http://" + host_of(port));
    headers.insert(headers.end(), {{"Upgrade", "websocket"},
                                   {"Connection", "Upgrade"},
                                   {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                   {"Sec-WebSocket-Version", "13"}});
    std::erase_if(headers, [](const auto& each) { return each.second.empty(); });  // "" = without it
    connection_.send_bytes(request_text("GET", target, headers));
    upgrade_ = connection_.answer();
  }
  const HttpAnswer& upgrade() const { return upgrade_; }
  bool is_open() const { return upgrade_.status == 101 && close_code_ == 0; }
  WebConnection& connection() { return connection_; }
  void say(const nlohmann::json& message) { connection_.send_frame(message.dump()); }
  void subscribe(const std::vector<std::string>& channels = {"levels", "events", "health"}) {
    say({{"op", "subscribe"}, {"channels", channels}});
  }

  // The next message; null: it was closed, or nothing came in time.
  nlohmann::json next(std::chrono::milliseconds patience = kPatience) {
    while (const auto frame = connection_.frame(patience)) {
      if (frame->opcode == 1) return nlohmann::json::parse(frame->payload);
      if (frame->opcode == 9) connection_.send_frame(frame->payload, 10);
      if (frame->opcode != 8) continue;
      close_code_ = frame->payload.size() < 2
                        ? 1005
                        : static_cast<unsigned char>(frame->payload[0]) << 8 | static_cast<unsigned char>(frame->payload[1]);
      close_reason_ = frame->payload.size() < 2 ? "" : frame->payload.substr(2);
      break;
    }
    return nullptr;
  }
  // The next one of a type that also is as wanted; null as above.
  nlohmann::json next_of(const std::string& type, const std::function<bool(const nlohmann::json&)>& wanted = {}) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < until) {
      nlohmann::json message = next();
      if (message.is_null() || (message["type"] == type && (!wanted || wanted(message)))) return message;
    }
    return nullptr;
  }
  int wait_for_close() {
    while (!next().is_null()) {
    }
    return close_code_;
  }
  int close_code() const { return close_code_; }
  const std::string& close_reason() const { return close_reason_; }

 private:
  WebConnection connection_;
  HttpAnswer upgrade_;
  int close_code_ = 0;
  std::string close_reason_;
};

}  // namespace groundswell::test
