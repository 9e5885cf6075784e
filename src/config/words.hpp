// Small text tools of the configuration: names, lists, durations and sizes as words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"

namespace groundswell::config {

std::string_view trim(std::string_view text);                  // spaces, tabs and carriage returns off both ends
std::string join(const std::vector<std::string_view>& words);  // "a, b, c"
// True when all characters are ASCII letters of the allowed cases, digits or in `others`, and 1 .. longest of them.
enum class Letters { kLower, kUpper, kBoth };
bool is_name(std::string_view text, Letters letters, std::string_view others, std::size_t longest);

inline constexpr std::string_view kDurationUnits = "ns, us, ms, s, m, h";
inline constexpr std::string_view kByteUnits = "B, KiB, MiB, GiB";
// A whole number directly followed by a unit. Nothing for any other text, or when it does not fit.
std::optional<std::uint64_t> parse_duration_ns(std::string_view text);
std::optional<std::uint64_t> parse_bytes(std::string_view text);
std::string print_duration(std::uint64_t duration_ns);  // in the largest unit that is exact: 500ms, 1m
std::string print_bytes(std::uint64_t bytes);           // 256MiB

using net::is_endpoint;
using net::is_local_endpoint;

}  // namespace groundswell::config
