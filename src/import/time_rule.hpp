// How a map turns the text of the time column into an instant and a date.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "import/time_format.hpp"
#include "import/zone.hpp"

namespace groundswell::importer {

enum class TimeUnit : std::uint8_t { kFormat, kNanoseconds, kMicroseconds, kMilliseconds, kSeconds, kMillisecondsOfDay };

struct TimeRule {
  TimeUnit unit = TimeUnit::kFormat;        // all but kFormat and kMillisecondsOfDay count from the epoch
  std::optional<TimeFormat> format;         // kFormat only
  std::optional<TimeFormat> filename_date;  // when the date is in the file's name
  std::optional<Zone> zone;                 // of naive times
  bool names_end = false;                   // bars: the time is the bar's end, not its start
};

// UTC ns of a row. `file_date` is the date from the file's name, 0 when there is none. Nothing when `text` is no such time, or before 1970.
std::optional<std::uint64_t> row_time_ns(const TimeRule& rule, std::string_view text, std::uint32_t file_date);
// The date of a row that stands for a whole session: as written, or New York's when the text names an instant.
std::optional<std::uint32_t> row_date(const TimeRule& rule, std::string_view text, std::uint32_t file_date);
// What the text should have been, for messages.
std::string describe(const TimeRule& rule);

}  // namespace groundswell::importer
