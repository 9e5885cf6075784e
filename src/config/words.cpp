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

}  // namespace groundswell::config
