// Time zones of naive times. The time zone library is fenced into zone.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace date {
class time_zone;
}

namespace groundswell::importer {

class Zone {
 public:
  // By its name in the time zone data, e.g. America/New_York or UTC. Nothing when there is no such zone.
  static std::optional<Zone> find(const std::string& name);
  // UTC ns of a wall time; 0 before 1970. A time that a spring change skips is the change; one that an autumn change repeats is the first.
  std::uint64_t utc_ns(std::uint32_t date, std::uint64_t ns_of_day) const;

 private:
  explicit Zone(const date::time_zone* zone) noexcept : zone_(zone) {}
  const date::time_zone* zone_;  // null = New York, which the calendar caches by day
};

}  // namespace groundswell::importer
