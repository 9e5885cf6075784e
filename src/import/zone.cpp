#include "import/zone.hpp"

#include <date/tz.h>

#include <exception>

#include "base/durations.hpp"
#include "config/calendar.hpp"

namespace groundswell::importer {

std::optional<Zone> Zone::find(const std::string& name) {
  if (name == "America/New_York") return Zone{nullptr};
  try {
    return Zone{date::locate_zone(name)};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::uint64_t Zone::utc_ns(std::uint32_t date, std::uint64_t ns_of_day) const {
  const std::uint64_t seconds = ns_of_day / kSecondNs;
  const std::uint64_t rest_ns = ns_of_day % kSecondNs;
  if (zone_ == nullptr) {
    const std::uint64_t whole_ns = config::new_york_time_ns(date, static_cast<unsigned>(seconds));
    return whole_ns == 0 ? 0 : whole_ns + rest_ns;
  }
  const date::local_days day{date::year{static_cast<int>(date / 10'000)} / date::month{date / 100 % 100} / date::day{date % 100}};
  const date::local_seconds wall = day + std::chrono::seconds{static_cast<std::int64_t>(seconds)};
  const std::int64_t utc = zone_->to_sys(wall, date::choose::earliest).time_since_epoch().count();
  return utc <= 0 ? 0 : static_cast<std::uint64_t>(utc) * kSecondNs + rest_ns;
}

}  // namespace groundswell::importer
