// Times of rows: strptime formats, units and zones.
#include <gtest/gtest.h>

#include "config/calendar.hpp"
#include "import/time_format.hpp"
#include "import/time_rule.hpp"

namespace groundswell::importer {
namespace {

TimeFormat compiled(std::string_view format) {
  std::string what;
  const auto made = TimeFormat::compile(format, what);
  EXPECT_TRUE(made.has_value()) << what;
  return made.value_or(TimeFormat{});
}

// "DATE SECONDS.NANOSECONDS OFFSET", or "no".
std::string parsed(std::string_view format, std::string_view text) {
  WallTime wall;
  if (!compiled(format).parse(text, wall)) return "no";
  return std::to_string(wall.date) + " " + std::to_string(wall.ns_of_day) + " " + std::to_string(wall.offset_seconds);
}

TEST(TimeFormat, Directives) {
  EXPECT_EQ(parsed("%Y-%m-%d", "2024-02-29"), "20240229 0 0");
  EXPECT_EQ(parsed("%Y%m%d", "20131008"), "20131008 0 0");
  EXPECT_EQ(parsed("%m/%d/%Y", "3/7/2025"), "20250307 0 0");
  EXPECT_EQ(parsed("%D", "03/07/25"), "20250307 0 0");
  EXPECT_EQ(parsed("%y%m%d", "991231"), "19991231 0 0");
  EXPECT_EQ(parsed("%a, %d %b %Y", "Fri, 07 Mar 2025"), "20250307 0 0");
  EXPECT_EQ(parsed("%e-%B-%Y", " 7-march-2025"), "20250307 0 0");
  EXPECT_EQ(parsed("%F %T", "2025-03-07 00:00:01"), "20250307 1000000000 0");
  EXPECT_EQ(parsed("%F %R", "2025-03-07 00:01"), "20250307 60000000000 0");
  EXPECT_EQ(parsed("%FT%TZ", "2025-03-07T00:00:00Z"), "20250307 0 0");
  EXPECT_EQ(parsed("%F %T", "2025-03-07 00:00:00.000000001"), "20250307 1 0");
  EXPECT_EQ(parsed("%F %H:%M:%S.%f", "2025-03-07 00:00:00.25"), "20250307 250000000 0");
  EXPECT_EQ(parsed("%F %I:%M %p", "2025-03-07 12:01 AM"), "20250307 60000000000 0");
  EXPECT_EQ(parsed("%F %I:%M %p", "2025-03-07 12:01 pm"), "20250307 43260000000000 0");
  EXPECT_EQ(parsed("%F %T%z", "2025-03-07 00:00:00+00:00"), "20250307 0 0");
  EXPECT_EQ(parsed("%F %T%z", "2025-03-07 00:00:00-0530"), "20250307 0 -19800");
  EXPECT_EQ(parsed("%F %T%z", "2025-03-07 00:00:00+02"), "20250307 0 7200");
  EXPECT_EQ(parsed("%F %T %z", "2025-03-07 00:00:00 Z"), "20250307 0 0");
  EXPECT_EQ(parsed("%F  x%%", "2025-03-07 x%"), "20250307 0 0");
  EXPECT_EQ(parsed("%H", "23"), "0 82800000000000 0");
}

TEST(TimeFormat, Refuses) {
  for (const char* const text :
       {"", "2025", "2025-03", "2025-03-07x", "2025-13-01", "2025-00-01", "2025-02-29", "1969-12-31", "2201-01-01", "x", "2025-3 -7"}) {
    EXPECT_EQ(parsed("%Y-%m-%d", text), "no") << text;
  }
  for (const char* const text : {"24:00:00", "10:60:00", "10:00:60", "10:00", "10:00:00.", "-1:00:00"})
    EXPECT_EQ(parsed("%T", text), "no") << text;
  for (const char* const text : {"13:00 AM", "0:00 AM", "1:00 XM", "1:00"}) EXPECT_EQ(parsed("%I:%M %p", text), "no") << text;
  for (const char* const text : {"10", "10+", "10+1", "10+24:00", "10+00:60"}) EXPECT_EQ(parsed("%H%z", text), "no") << text;
  EXPECT_EQ(parsed("%b", "Foo"), "no");
}

TEST(TimeFormat, MatchesTheStartOfAName) {
  WallTime wall;
  EXPECT_TRUE(compiled("%Y%m%d").parse_prefix("20131008_trade.zip", wall));
  EXPECT_EQ(wall.date, 20131008U);
  EXPECT_FALSE(compiled("%Y%m%d").parse_prefix("trade_20131008.zip", wall));
}

TEST(TimeFormat, NamesTheUnknownDirective) {
  std::string what;
  EXPECT_FALSE(TimeFormat::compile("%Y-%Q", what).has_value());
  EXPECT_EQ(what.substr(0, 4), "'%Q'");
  EXPECT_FALSE(TimeFormat::compile("%Y-%", what).has_value());
  EXPECT_EQ(what.substr(0, 3), "'%'");
}

std::string instant(const TimeRule& rule, std::string_view text, std::uint32_t file_date = 0) {
  const auto time_ns = row_time_ns(rule, text, file_date);
  return time_ns ? config::format_utc(*time_ns) + "+" + std::to_string(*time_ns % 1'000'000) : "no";
}

TEST(TimeRule, UnitsSinceTheEpoch) {
  TimeRule rule;
  rule.unit = TimeUnit::kSeconds;
  EXPECT_EQ(instant(rule, "1741788000.5"), "2025-03-12T14:00:00.500Z+0");
  rule.unit = TimeUnit::kMilliseconds;
  EXPECT_EQ(instant(rule, "1741788000000.25"), "2025-03-12T14:00:00.000Z+250000");
  rule.unit = TimeUnit::kMicroseconds;
  EXPECT_EQ(instant(rule, "1741788000000001"), "2025-03-12T14:00:00.000Z+1000");
  rule.unit = TimeUnit::kNanoseconds;
  EXPECT_EQ(instant(rule, "1741788000000000001"), "2025-03-12T14:00:00.000Z+1");
  EXPECT_EQ(instant(rule, "0"), "no");
  EXPECT_EQ(instant(rule, "-1"), "no");
  EXPECT_EQ(instant(rule, "99999999999999999999"), "no");
}

TEST(TimeRule, NaiveTimesInTheirZone) {
  TimeRule rule;
  rule.format = compiled("%F %T");
  rule.zone = Zone::find("America/New_York");
  EXPECT_EQ(instant(rule, "2025-03-09 01:59:59"), "2025-03-09T06:59:59.000Z+0");
  EXPECT_EQ(instant(rule, "2025-03-09 03:00:00"), "2025-03-09T07:00:00.000Z+0");
  EXPECT_EQ(instant(rule, "2025-11-02 01:30:00"), "2025-11-02T05:30:00.000Z+0");  // twice that night: the first
  EXPECT_EQ(instant(rule, "2025-11-03 09:30:00.000000001"), "2025-11-03T14:30:00.000Z+1");
  rule.zone = Zone::find("Europe/Berlin");
  EXPECT_EQ(instant(rule, "2025-07-01 12:00:00"), "2025-07-01T10:00:00.000Z+0");
  EXPECT_EQ(instant(rule, "2025-01-01 12:00:00.25"), "2025-01-01T11:00:00.250Z+0");
  EXPECT_EQ(instant(rule, "2025-10-26 02:30:00"), "2025-10-26T00:30:00.000Z+0");  // twice that night, too
  EXPECT_EQ(instant(rule, "2025-03-30 02:30:00"), "2025-03-30T01:00:00.000Z+0");  // skipped: the change
  EXPECT_FALSE(Zone::find("Mars/Olympus").has_value());
}

TEST(TimeRule, OffsetsAndDates) {
  TimeRule rule;
  rule.format = compiled("%F %T%z");
  EXPECT_EQ(instant(rule, "2025-03-12 00:30:00+05:30"), "2025-03-11T19:00:00.000Z+0");
  EXPECT_EQ(row_date(rule, "2025-03-12 00:30:00+00:00", 0), 20250311U);  // the evening before in New York
  rule.format = compiled("%F");
  EXPECT_EQ(row_date(rule, "2025-03-12", 0), 20250312U);
  rule.unit = TimeUnit::kSeconds;
  EXPECT_EQ(row_date(rule, "1741752000", 0), 20250312U);
  EXPECT_EQ(row_date(rule, "1741751999", 0), 20250311U);
}

TEST(TimeRule, MillisecondsOfTheDay) {
  TimeRule rule;
  rule.unit = TimeUnit::kMillisecondsOfDay;
  rule.zone = Zone::find("America/New_York");
  EXPECT_EQ(instant(rule, "34200000", 20250310), "2025-03-10T13:30:00.000Z+0");
  EXPECT_EQ(instant(rule, "34200000", 20251103), "2025-11-03T14:30:00.000Z+0");
  EXPECT_EQ(instant(rule, "86399999.999999", 20250310), "2025-03-11T03:59:59.999Z+999999");
  EXPECT_EQ(instant(rule, "86400000", 20250310), "no");
  EXPECT_EQ(instant(rule, "-1", 20250310), "no");
}

}  // namespace
}  // namespace groundswell::importer
