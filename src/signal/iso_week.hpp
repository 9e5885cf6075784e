// Weeks as ISO 8601 counts them, Monday to Sunday, numbered without a break over years.
#pragma once

#include <cstdint>

namespace groundswell::signal {

// `session`: yyyymmdd, from the year 1. Sessions are of one week exactly when their numbers are equal; a later week has a greater number.
constexpr std::uint32_t iso_week_number(std::uint32_t session) noexcept {
  const std::uint32_t month = session / 100 % 100;
  const std::uint32_t year = session / 10'000 - (month < 3 ? 1 : 0);  // years that begin in March end with their leap day
  const std::uint32_t months_since_march = (month + 9) % 12;
  const std::uint32_t days = year * 365 + year / 4 - year / 100 + year / 400 + (months_since_march * 153 + 2) / 5 + session % 100;
  return (days + 1) / 7;  // day 0 is the last of February of the year 0, a Tuesday
}
static_assert(iso_week_number(2026'01'04) + 1 == iso_week_number(2026'01'05), "a Sunday and the Monday after it");
static_assert(iso_week_number(2025'12'29) == iso_week_number(2026'01'02), "a week over New Year");
static_assert(iso_week_number(2024'02'26) == iso_week_number(2024'03'01), "a week over a leap day");
static_assert(iso_week_number(2000'01'02) + 1 == iso_week_number(2000'01'03), "a Sunday and the Monday after it");

}  // namespace groundswell::signal
