#include "import/time_rule.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/assert.hpp"
#include "base/decimal.hpp"
#include "base/durations.hpp"
#include "config/calendar.hpp"

namespace groundswell::importer {
namespace {

// Digits of nanoseconds in one unit.
int decimals_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kNanoseconds: return 0;
    case TimeUnit::kMicroseconds: return 3;
    case TimeUnit::kMilliseconds:
    case TimeUnit::kMillisecondsOfDay: return 6;
    case TimeUnit::kSeconds: return 9;
    case TimeUnit::kFormat: break;
  }
  GS_ASSERT(false);
}

std::int64_t day_number(std::uint32_t date) {
  using namespace std::chrono;
  const year_month_day day{year{static_cast<int>(date / 10'000)}, month{date / 100 % 100}, std::chrono::day{date % 100}};
  return sys_days{day}.time_since_epoch().count();
}

std::optional<std::uint64_t> positive(std::int64_t time_ns) {
  if (time_ns <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(time_ns);
}

std::optional<std::uint64_t> in_zone(const TimeRule& rule, std::uint32_t date, std::uint64_t ns_of_day) {
  GS_ASSERT(rule.zone.has_value());
  const std::uint64_t time_ns = rule.zone->utc_ns(date, ns_of_day);
  if (time_ns == 0) return std::nullopt;
  return time_ns;
}

std::optional<WallTime> wall_time(const TimeRule& rule, std::string_view text, std::uint32_t file_date) {
  WallTime wall;
  if (!rule.format->parse(text, wall)) return std::nullopt;
  if (rule.filename_date) wall.date = file_date;
  return wall;
}

std::uint64_t utc_ns_of(const WallTime& wall) {  // of a wall time with an offset
  return static_cast<std::uint64_t>(day_number(wall.date) * std::int64_t{kDayNs} + static_cast<std::int64_t>(wall.ns_of_day) -
                                    wall.offset_seconds * std::int64_t{kSecondNs});
}

}  // namespace

std::optional<std::uint64_t> row_time_ns(const TimeRule& rule, std::string_view text, std::uint32_t file_date) {
  if (rule.unit == TimeUnit::kFormat) {
    const std::optional<WallTime> wall = wall_time(rule, text, file_date);
    if (!wall) return std::nullopt;
    return rule.format->has_offset() ? positive(static_cast<std::int64_t>(utc_ns_of(*wall))) : in_zone(rule, wall->date, wall->ns_of_day);
  }
  const std::optional<std::int64_t> number_ns = parse_decimal(text, decimals_of(rule.unit));
  if (!number_ns) return std::nullopt;
  if (rule.unit != TimeUnit::kMillisecondsOfDay) return positive(*number_ns);
  if (*number_ns < 0 || *number_ns >= std::int64_t{kDayNs}) return std::nullopt;
  return in_zone(rule, file_date, static_cast<std::uint64_t>(*number_ns));
}

std::optional<std::uint32_t> row_date(const TimeRule& rule, std::string_view text, std::uint32_t file_date) {
  const bool as_written = rule.unit == TimeUnit::kMillisecondsOfDay || (rule.unit == TimeUnit::kFormat && !rule.format->has_offset());
  if (as_written && rule.unit == TimeUnit::kFormat) {
    const std::optional<WallTime> wall = wall_time(rule, text, file_date);
    if (!wall) return std::nullopt;
    return wall->date;
  }
  const std::optional<std::uint64_t> time_ns = row_time_ns(rule, text, file_date);
  if (!time_ns) return std::nullopt;
  return as_written ? file_date : config::new_york_date(*time_ns);
}

std::string describe(const TimeRule& rule) {
  switch (rule.unit) {
    case TimeUnit::kFormat: return fmt::format("a time of format '{}'", rule.format->text());
    case TimeUnit::kNanoseconds: return "nanoseconds since 1970";
    case TimeUnit::kMicroseconds: return "microseconds since 1970";
    case TimeUnit::kMilliseconds: return "milliseconds since 1970";
    case TimeUnit::kSeconds: return "seconds since 1970";
    case TimeUnit::kMillisecondsOfDay: return "milliseconds of the day";
  }
  GS_ASSERT(false);
}

}  // namespace groundswell::importer
