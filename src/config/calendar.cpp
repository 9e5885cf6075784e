#include "config/calendar.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/durations.hpp"
#include "config/csv.hpp"
#include "config/text_file.hpp"
#include "config/toml.hpp"

namespace groundswell::config {
namespace {

using Days = date::local_days;
using Seconds = std::chrono::seconds;

constexpr std::int64_t kDaySeconds = 86'400;
constexpr unsigned kHour = 3'600;
constexpr unsigned kMinute = 60;

constexpr unsigned kRoll = 3 * kHour + 30 * kMinute;
constexpr unsigned kOpen = 9 * kHour + 30 * kMinute;
constexpr unsigned kClose = 16 * kHour;
constexpr unsigned kHalfDayEarlier = 3 * kHour;
constexpr unsigned kProvisionalAfterClose = 15 * kMinute;
constexpr unsigned kFinalAfterClose = 80 * kMinute;

const date::time_zone& new_york() {
  static const date::time_zone* const zone = date::locate_zone("America/New_York");
  return *zone;
}

date::year_month_day to_calendar(std::uint32_t yyyymmdd) {
  return date::year{static_cast<int>(yyyymmdd / 10'000)} / date::month{yyyymmdd / 100 % 100} / date::day{yyyymmdd % 100};
}

std::uint32_t to_number(const date::year_month_day& day) {
  return static_cast<std::uint32_t>(static_cast<int>(day.year())) * 10'000 + static_cast<unsigned>(day.month()) * 100 +
         static_cast<unsigned>(day.day());
}

std::int64_t to_utc_seconds(Days day, Seconds of_day) {
  return new_york().to_sys(day + of_day, date::choose::earliest).time_since_epoch().count();
}

// One New York date as seconds of UTC. It is 86,400 long unless the clocks change on it.
struct Day {
  std::uint32_t date = 0;
  std::int64_t begin = 0;  // UTC seconds, inclusive
  std::int64_t end = 0;    // exclusive
  explicit Day(Days day) : date(to_number(date::year_month_day{day})) {
    begin = to_utc_seconds(day, Seconds{0});
    end = to_utc_seconds(day + date::days{1}, Seconds{0});
  }
  Day() = default;
};

bool contains(const std::vector<std::uint32_t>& sorted, std::uint32_t date) {
  return std::binary_search(sorted.begin(), sorted.end(), date);
}

std::uint32_t next_date(std::uint32_t date) { return to_number(date::year_month_day{date::sys_days{to_calendar(date)} + date::days{1}}); }

}  // namespace

std::uint32_t new_york_date(std::uint64_t time_ns) {
  thread_local Day last;
  const auto seconds = static_cast<std::int64_t>(time_ns / kSecondNs);
  if (seconds < last.begin || seconds >= last.end) {
    last = Day{date::floor<date::days>(new_york().to_local(date::sys_seconds{Seconds{seconds}}))};
  }
  return last.date;
}

std::uint64_t new_york_time_ns(std::uint32_t date, unsigned seconds_of_day) {
  thread_local Day last;
  if (last.date != date) last = Day{Days{to_calendar(date)}};
  const bool clocks_change = last.end - last.begin != kDaySeconds;
  const std::int64_t seconds =
      clocks_change ? to_utc_seconds(Days{to_calendar(date)}, Seconds{seconds_of_day}) : last.begin + seconds_of_day;
  return seconds <= 0 ? 0 : static_cast<std::uint64_t>(seconds) * kSecondNs;
}

std::string format_utc(std::uint64_t time_ns) {
  const date::sys_seconds at{Seconds{static_cast<std::int64_t>(time_ns / kSecondNs)}};
  const auto day = date::floor<date::days>(at);
  const date::hh_mm_ss clock{at - day};
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", format_date(to_number(date::year_month_day{day})), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), time_ns % kSecondNs / 1'000'000);
}

std::string format_date(std::uint32_t date) { return fmt::format("{:04}-{:02}-{:02}", date / 10'000, date / 100 % 100, date % 100); }

std::optional<std::uint32_t> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(text[i] - '0');
  }
  if (number < 10'000 || !to_calendar(number).ok()) return std::nullopt;
  return number;
}

Result<Calendar> Calendar::load(const std::filesystem::path& path) {
  const Result<std::string> text = read_text(path);
  if (text.has_error()) return text.error();
  try {
    new_york();
  } catch (const std::runtime_error& failure) {
    return fail(Exit::kUnavailable, fmt::format("time zone America/New_York: {}; install the package tzdata", failure.what()));
  }
  return parse(*text, path.string());
}

Result<Calendar> Calendar::parse(std::string_view text, const std::string& file_name) {
  Findings findings;
  Calendar calendar = parse(text, file_name, findings);
  if (!findings.empty()) return findings.error();
  return calendar;
}

Calendar Calendar::parse(std::string_view text, const std::string& file_name, Findings& findings) {
  Calendar calendar;
  std::vector<std::uint32_t> seen;
  const Csv csv = parse_csv(text, file_name, {{"date", true}, {"kind", true}, {"name", false}}, findings);
  for (const CsvRow& row : csv.rows) {
    const CsvField& date_field = row.at("date");
    const CsvField& kind = row.at("kind");
    const std::optional<std::uint32_t> date = parse_date(date_field.text);
    if (!date) {
      findings.add(date_field.at, fmt::format("bad date '{}'; write YYYY-MM-DD", date_field.text));
    } else if (std::find(seen.begin(), seen.end(), *date) != seen.end()) {
      findings.add(date_field.at, fmt::format("{} is listed twice; keep one row", date_field.text));
    } else {
      seen.push_back(*date);
    }
    if (kind.text != "closed" && kind.text != "half") {
      findings.add(kind.at, fmt::format("unknown kind '{}'; write closed or half", kind.text));
    } else if (date) {
      (kind.text == "closed" ? calendar.closed_ : calendar.half_).push_back(*date);
    }
  }
  std::sort(calendar.closed_.begin(), calendar.closed_.end());
  std::sort(calendar.half_.begin(), calendar.half_.end());
  return calendar;
}

bool Calendar::is_session(std::uint32_t date) const {
  const date::weekday weekday{date::sys_days{to_calendar(date)}};
  return weekday != date::Saturday && weekday != date::Sunday && !contains(closed_, date);
}

SessionTimes Calendar::times(std::uint32_t date) const {
  SessionTimes times;
  times.session = date;
  times.half_day = contains(half_, date);
  const unsigned close = times.half_day ? kClose - kHalfDayEarlier : kClose;
  times.roll_ns = new_york_time_ns(date, kRoll);
  times.open_ns = new_york_time_ns(date, kOpen);
  times.close_ns = new_york_time_ns(date, close);
  times.provisional_ns = new_york_time_ns(date, close + kProvisionalAfterClose);
  times.final_ns = new_york_time_ns(date, close + kFinalAfterClose);
  return times;
}

std::optional<SessionTimes> Calendar::session_at(std::uint64_t time_ns) const {
  const std::uint32_t date = new_york_date(time_ns);
  if (!is_session(date) || new_york_time_ns(date, kRoll) > time_ns) return std::nullopt;
  return times(date);
}

SessionTimes Calendar::next_session(std::uint64_t time_ns) const {
  std::uint32_t date = new_york_date(time_ns);
  while (!is_session(date) || new_york_time_ns(date, kRoll) <= time_ns) date = next_date(date);
  return times(date);
}

}  // namespace groundswell::config
