#include "base/endpoint.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace groundswell::net {
namespace {

bool is_port(std::string_view port) {
  std::uint16_t number = 0;
  const char* const end = port.data() + port.size();
  const auto [stop, failure] = std::from_chars(port.data(), end, number);
  return port == "*" || (failure == std::errc{} && stop == end);
}

// The host of a tcp endpoint, or nothing when it is none.
std::optional<std::string_view> tcp_host(std::string_view endpoint) {
  constexpr std::string_view kTcp = "tcp://";
  if (!endpoint.starts_with(kTcp)) return std::nullopt;
  endpoint.remove_prefix(kTcp.size());
  const std::size_t colon = endpoint.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !is_port(endpoint.substr(colon + 1))) return std::nullopt;
  const std::string_view host = endpoint.substr(0, colon);
  if (host.find_first_of(" /;@") != std::string_view::npos) return std::nullopt;
  return host;
}

bool is_inside(std::string_view endpoint) {
  const auto names = [&](std::string_view scheme) { return endpoint.starts_with(scheme) && endpoint.size() > scheme.size(); };
  return names("ipc://") || names("inproc://");
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  constexpr std::string_view kMapped = "[::ffff:";  // as libzmq writes an IPv4 address that it has bound
  if (host == "localhost" || host == "[::1]") return true;
  if (host.starts_with(kMapped) && host.ends_with(']')) host = host.substr(kMapped.size(), host.size() - kMapped.size() - 1);
  if (!host.starts_with("127.")) return false;
  int parts = 0;
  while (true) {  // four numbers: 127.example.com is a name, and leads anywhere
    std::uint8_t number = 0;
    const char* const end = host.data() + host.size();
    const auto [stop, failure] = std::from_chars(host.data(), end, number);
    if (failure != std::errc{}) return false;
    ++parts;
    if (stop == end) return parts == 4;
    if (*stop != '.') return false;
    host.remove_prefix(static_cast<std::size_t>(stop + 1 - host.data()));
  }
}

bool is_endpoint(std::string_view endpoint) { return is_inside(endpoint) || tcp_host(endpoint).has_value(); }

std::optional<ListenAddress> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view host = text.substr(0, colon), port = text.substr(colon + 1);
  const bool is_bracketed = host.front() == '[' && host.back() == ']';
  if (host.find_first_of(" /;@") != std::string_view::npos || (!is_bracketed && host.find(':') != std::string_view::npos))
    return std::nullopt;
  ListenAddress address{.host = host, .port = 0};
  const auto [stop, failure] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (failure != std::errc{} || stop != port.data() + port.size()) return std::nullopt;
  return address;
}

bool is_local_endpoint(std::string_view endpoint) {
  const std::optional<std::string_view> host = tcp_host(endpoint);
  return is_inside(endpoint) || (host && is_loopback_host(*host));
}

// libzmq replaces the file of an ipc endpoint that it binds, in use or not: the process that had it would go deaf without a word.
bool ipc_answers(std::string_view endpoint) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view path = endpoint.substr(std::string_view("ipc://").size());
  if (path.empty() || path[0] == '@' || path[0] == '*' || path.size() >= sizeof address.sun_path) return false;
  std::copy(path.begin(), path.end(), address.sun_path);
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const bool answers = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return answers;
}

}  // namespace groundswell::net
