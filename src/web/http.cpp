#include "web/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/words.hpp"
#include "console/messages.hpp"

namespace groundswell::web {
namespace {

constexpr std::size_t kLongestTarget = 2'048;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// What stands before the first `mark`, and what behind it.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) c = ' ';
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out += c;
  }
  return out;
}

bool has_bad_part(std::string_view path) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view part = path.substr(at + 1, end - at - 1);
    if (part == "." || part == ".." || (part.empty() && end < path.size())) return true;
    at = end;
  }
  return path.find('\\') != std::string_view::npos;
}

}  // namespace

Response text_response(std::string body, std::string_view type, unsigned status) {
  const auto owner = std::make_shared<const std::string>(std::move(body));
  return {.status = status, .type = type, .body = *owner, .owner = owner, .etag = {}};
}

Response error_response(unsigned status, std::string_view what) {
  return text_response(fmt::format(R"({{"error":{}}})", console::json_string(what)), "application/json", status);
}

std::string_view reason_of(unsigned status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 421: return "Misdirected Request";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

std::optional<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/' || target.size() > kLongestTarget) return std::nullopt;
  const auto [encoded, query] = cut(target, '?');
  auto path = decode(encoded, false);
  if (!path || has_bad_part(*path)) return std::nullopt;
  Target parsed{.path = std::move(*path), .query = {}};
  for (std::string_view rest = query; !rest.empty();) {
    const auto [pair, others] = cut(rest, '&');
    rest = others;
    const auto [name, text] = cut(pair, '=');
    auto key = decode(name, true), value = decode(text, true);
    if (!key || !value) return std::nullopt;
    if (!key->empty()) parsed.query[*key] = std::move(*value);
  }
  return parsed;
}

bool accepts_gzip(std::string_view accept_encoding) {
  const std::string text = lower(accept_encoding);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::string each = text.substr(at, end - at);
    at = end + 1;
    std::erase(each, ' ');
    if (each == "gzip" || (each.starts_with("gzip;q=") && each.find_first_of("123456789") != std::string::npos)) return true;
  }
  return false;
}

AccessRules::AccessRules(std::string_view listen_host, std::uint16_t port, std::string_view hosts, std::string_view origins)
    : hosts_(words(lower(hosts))), origins_(words(lower(origins))) {
  std::string sockets;
  for (const std::string& host : hosts_) sockets += " wss://" + host + " ws://" + host;
  for (const std::string_view name :
       {listen_host, std::string_view("127.0.0.1"), std::string_view("localhost"), std::string_view("[::1]")}) {
    const std::string host = fmt::format("{}:{}", lower(name), port);
    if (std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end()) continue;
    hosts_.push_back(host);
    origins_.push_back("http://" + host);
    if (!host.starts_with('[')) sockets += " ws://" + host;  // a policy cannot name an IPv6 address; there 'self' has to do
  }
  content_policy_ =
      "default-src 'self'; connect-src 'self'" + sockets +
      "; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

bool AccessRules::allows_host(std::string_view host) const { return std::find(hosts_.begin(), hosts_.end(), lower(host)) != hosts_.end(); }

bool AccessRules::allows_origin(std::string_view origin) const {
  return std::find(origins_.begin(), origins_.end(), lower(origin)) != origins_.end();
}

}  // namespace groundswell::web
