// The trading calendar as data (config/calendar/us_equities.csv): used by the session clock and the importer only, never by the fold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace groundswell::config {

class Findings;

struct SessionTimes {                // UTC ns
  std::uint32_t session = 0;         // yyyymmdd, New York
  std::uint64_t roll_ns = 0;         // 03:30
  std::uint64_t open_ns = 0;         // 09:30
  std::uint64_t close_ns = 0;        // 16:00; half day 13:00
  std::uint64_t provisional_ns = 0;  // 16:15; half day 13:15
  std::uint64_t final_ns = 0;        // 17:20; half day 14:20
  bool half_day = false;
};

// Immutable once loaded: any thread.
class Calendar {
 public:
  // CSV columns: date,kind(closed|half),name. Errors: 66, 78; load also 69 when the system has no time zone data.
  static Result<Calendar> load(const std::filesystem::path& path);
  static Result<Calendar> parse(std::string_view text, const std::string& file_name);
  static Calendar parse(std::string_view text, const std::string& file_name, Findings& findings);
  bool is_session(std::uint32_t date) const;     // a weekday that is not closed
  SessionTimes times(std::uint32_t date) const;  // schedule as if it were one (09:30-16:00 unless it is a half day)
  // The last session whose roll is at or before `time_ns`, if its New York date has not passed: nothing on closed days and before 03:30.
  std::optional<SessionTimes> session_at(std::uint64_t time_ns) const;
  SessionTimes next_session(std::uint64_t time_ns) const;  // the first session whose roll is after `time_ns`
 private:
  std::vector<std::uint32_t> closed_, half_;  // sorted
};

// New York time by the time zone data of the system, whose presence Calendar::load checks. Both keep the last day they were asked for
// (per thread), so that rows of one day are cheap.
std::uint32_t new_york_date(std::uint64_t time_ns);  // yyyymmdd
// UTC ns of a New York wall time, `seconds_of_day` in 0 .. 86,400. A time that a spring change skips is the change; one that an autumn
// change repeats is the first. Before 1970: 0.
std::uint64_t new_york_time_ns(std::uint32_t date, unsigned seconds_of_day);
std::string format_utc(std::uint64_t time_ns);                   // 2026-11-20T14:30:00.000Z, cut to the millisecond
std::string format_date(std::uint32_t date);                     // 2026-11-20
std::optional<std::uint32_t> parse_date(std::string_view text);  // YYYY-MM-DD, a real date -> yyyymmdd

}  // namespace groundswell::config
