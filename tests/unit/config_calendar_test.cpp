#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "config/calendar.hpp"

namespace groundswell::config {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::uint64_t kHourNs = 3'600 * kSecondNs;
constexpr std::uint64_t kDayNs = 24 * kHourNs;

Calendar shipped_calendar() {
  const Result<Calendar> calendar = Calendar::load(std::filesystem::path{GROUNDSWELL_SOURCE_DIR} / "config/calendar/us_equities.csv");
  EXPECT_TRUE(calendar.has_value()) << calendar.error().message;
  return *calendar;
}

std::string message_of(std::string_view text) {
  const Result<Calendar> calendar = Calendar::parse(text, "days.csv");
  return calendar.has_error() ? calendar.error().message : "";
}

TEST(Calendar, NewYorkTimes) {
  // 2026-11-20 is in winter (UTC-5), 2026-07-01 in summer (UTC-4).
  EXPECT_EQ(format_utc(new_york_time_ns(20261120, 34'200)), "2026-11-20T14:30:00.000Z");
  EXPECT_EQ(format_utc(new_york_time_ns(20260701, 34'200)), "2026-07-01T13:30:00.000Z");
  EXPECT_EQ(format_utc(new_york_time_ns(20261120, 86'400)), "2026-11-21T05:00:00.000Z");
  EXPECT_EQ(new_york_time_ns(20131007, 0), 1'381'118'400 * kSecondNs);
  EXPECT_EQ(new_york_time_ns(19690101, 0), 0U);
}

TEST(Calendar, ClockChanges) {
  // 2026-03-08 02:00 does not exist, 2026-11-01 01:30 happens twice.
  EXPECT_EQ(format_utc(new_york_time_ns(20260308, 3'600)), "2026-03-08T06:00:00.000Z");
  EXPECT_EQ(format_utc(new_york_time_ns(20260308, 9'000)), "2026-03-08T07:00:00.000Z");
  EXPECT_EQ(format_utc(new_york_time_ns(20260308, 12'600)), "2026-03-08T07:30:00.000Z");
  EXPECT_EQ(format_utc(new_york_time_ns(20261101, 5'400)), "2026-11-01T05:30:00.000Z");
  EXPECT_EQ(format_utc(new_york_time_ns(20261101, 12'600)), "2026-11-01T08:30:00.000Z");
}

TEST(Calendar, NewYorkDateChangesAtMidnight) {
  for (const std::uint32_t date : {20260308U, 20261101U, 20260701U, 20240229U, 19991231U}) {
    const std::uint64_t midnight_ns = new_york_time_ns(date, 0);
    EXPECT_EQ(new_york_date(midnight_ns), date);
    EXPECT_NE(new_york_date(midnight_ns - 1), date);
    EXPECT_EQ(new_york_date(new_york_time_ns(date, 86'399)), date);
    EXPECT_NE(new_york_date(new_york_time_ns(date, 86'400)), date);
  }
  EXPECT_EQ(new_york_date(0), 19691231U);
}

TEST(Calendar, DatesAsText) {
  EXPECT_EQ(parse_date("2026-11-20"), std::optional<std::uint32_t>{20261120});
  EXPECT_EQ(parse_date("2024-02-29"), std::optional<std::uint32_t>{20240229});
  for (const char* text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-1-01", "20261120", "2026/11/20", "2026-11-2x", "",
                           "0000-01-01", "2026-11-20 "}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
  EXPECT_EQ(format_date(20260105), "2026-01-05");
  EXPECT_EQ(format_utc(1'234'567'890), "1970-01-01T00:00:01.234Z");
}

TEST(Calendar, ShippedDays) {
  const Calendar calendar = shipped_calendar();
  for (const std::uint32_t closed : {20250109U, 20250418U, 20260403U, 20260703U, 20261126U, 20261225U, 20270618U, 20270705U, 20271224U}) {
    EXPECT_FALSE(calendar.is_session(closed)) << closed;
  }
  for (const std::uint32_t open : {20250110U, 20260402U, 20261127U, 20261224U, 20271126U, 20131007U})
    EXPECT_TRUE(calendar.is_session(open)) << open;
  EXPECT_FALSE(calendar.is_session(20261121));  // Saturday
  EXPECT_FALSE(calendar.is_session(20261122));
  const auto sessions_of = [&](unsigned year) {
    int sessions = 0;
    for (std::uint64_t noon_ns = new_york_time_ns(year * 10'000 + 101, 43'200); new_york_date(noon_ns) / 10'000 == year;
         noon_ns += kDayNs) {
      sessions += calendar.is_session(new_york_date(noon_ns));
    }
    return sessions;
  };
  EXPECT_EQ(sessions_of(2025), 250);
  EXPECT_EQ(sessions_of(2026), 251);
  EXPECT_EQ(sessions_of(2027), 251);
}

TEST(Calendar, Schedules) {
  const Calendar calendar = shipped_calendar();
  const SessionTimes full = calendar.times(20261120);
  EXPECT_EQ(full.session, 20261120U);
  EXPECT_FALSE(full.half_day);
  EXPECT_EQ(format_utc(full.roll_ns), "2026-11-20T08:30:00.000Z");
  EXPECT_EQ(format_utc(full.open_ns), "2026-11-20T14:30:00.000Z");
  EXPECT_EQ(format_utc(full.close_ns), "2026-11-20T21:00:00.000Z");
  EXPECT_EQ(format_utc(full.provisional_ns), "2026-11-20T21:15:00.000Z");
  EXPECT_EQ(format_utc(full.final_ns), "2026-11-20T22:20:00.000Z");
  const SessionTimes half = calendar.times(20261127);
  EXPECT_TRUE(half.half_day);
  EXPECT_EQ(format_utc(half.open_ns), "2026-11-27T14:30:00.000Z");
  EXPECT_EQ(format_utc(half.close_ns), "2026-11-27T18:00:00.000Z");
  EXPECT_EQ(format_utc(half.provisional_ns), "2026-11-27T18:15:00.000Z");
  EXPECT_EQ(format_utc(half.final_ns), "2026-11-27T19:20:00.000Z");
}

TEST(Calendar, SessionAtAndNext) {
  const Calendar calendar = shipped_calendar();
  const std::uint64_t roll_ns = new_york_time_ns(20261120, 12'600);
  EXPECT_FALSE(calendar.session_at(roll_ns - 1).has_value());
  ASSERT_TRUE(calendar.session_at(roll_ns).has_value());
  EXPECT_EQ(calendar.session_at(roll_ns)->session, 20261120U);
  EXPECT_EQ(calendar.session_at(new_york_time_ns(20261120, 86'399))->session, 20261120U);
  EXPECT_FALSE(calendar.session_at(new_york_time_ns(20261121, 43'200)).has_value());  // Saturday
  EXPECT_FALSE(calendar.session_at(new_york_time_ns(20261126, 43'200)).has_value());  // Thanksgiving
  EXPECT_EQ(calendar.next_session(roll_ns - 1).session, 20261120U);
  EXPECT_EQ(calendar.next_session(roll_ns).session, 20261123U);
  EXPECT_EQ(calendar.next_session(new_york_time_ns(20261125, 43'200)).session, 20261127U);
  EXPECT_EQ(calendar.next_session(new_york_time_ns(20271231, 43'200)).session, 20280103U);
}

TEST(Calendar, Findings) {
  EXPECT_EQ(message_of("date,kind,name\n2026-02-30,closed,x\n"), "days.csv:2:1: bad date '2026-02-30'; write YYYY-MM-DD");
  EXPECT_EQ(message_of("date,kind,name\n2026-01-01,shut,x\n"), "days.csv:2:12: unknown kind 'shut'; write closed or half");
  EXPECT_EQ(message_of("date,kind\n2026-01-01,closed\n2026-01-01,half\n"), "days.csv:3:1: 2026-01-01 is listed twice; keep one row");
  const Result<Calendar> absent = Calendar::load("/nonexistent/days.csv");
  ASSERT_TRUE(absent.has_error());
  EXPECT_EQ(absent.error().exit, Exit::kNoInput);
  EXPECT_EQ(absent.error().message,
            "/nonexistent/days.csv: cannot be read: No such file or directory; name a file that exists and may be read");
}

}  // namespace
}  // namespace groundswell::config
