#include "config/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace groundswell::config {
namespace {

struct Unit {  // a table of units rises, and each divides the next
  std::string_view name;
  std::uint64_t scale;
};
constexpr std::array<Unit, 6> kDurations{
    {{"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}}};
constexpr std::array<Unit, 4> kSizes{{{"B", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};

std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [unit_begin, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{}) return std::nullopt;
  const std::string_view name{unit_begin, static_cast<std::size_t>(end - unit_begin)};
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& candidate) { return candidate.name == name; });
  if (unit == units.end() || number > std::numeric_limits<std::uint64_t>::max() / unit->scale) return std::nullopt;
  return number * unit->scale;
}

std::string print_quantity(std::uint64_t value, std::span<const Unit> units) {
  const Unit* exact = &units.front();
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.scale == 0) exact = &unit;
  }
  return fmt::format("{}{}", value / exact->scale, exact->name);
}

bool is_port(std::string_view port) {
  std::uint16_t number = 0;
  const char* const end = port.data() + port.size();
  const auto [stop, failure] = std::from_chars(port.data(), end, number);
  return port == "*" || (failure == std::errc{} && stop == end);
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
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

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

std::string join(const std::vector<std::string_view>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

bool is_name(std::string_view text, Letters letters, std::string_view others, std::size_t longest) {
  if (text.empty() || text.size() > longest) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    if (c >= 'a' && c <= 'z') return letters != Letters::kUpper;
    if (c >= 'A' && c <= 'Z') return letters != Letters::kLower;
    return (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

std::optional<std::uint64_t> parse_duration_ns(std::string_view text) { return parse_quantity(text, kDurations); }
std::optional<std::uint64_t> parse_bytes(std::string_view text) { return parse_quantity(text, kSizes); }
std::string print_duration(std::uint64_t duration_ns) { return print_quantity(duration_ns, kDurations); }
std::string print_bytes(std::uint64_t bytes) { return print_quantity(bytes, kSizes); }

bool is_endpoint(std::string_view endpoint) { return is_inside(endpoint) || tcp_host(endpoint).has_value(); }

bool is_local_endpoint(std::string_view endpoint) {
  const std::optional<std::string_view> host = tcp_host(endpoint);
  return is_inside(endpoint) || (host && is_loopback_host(*host));
}

}  // namespace groundswell::config
