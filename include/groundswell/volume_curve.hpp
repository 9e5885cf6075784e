// How a usual session's volume is spread over its minutes: what share of the day's shares has traded by a time of day. Loaded by
// src/config.
#pragma once

#include <cstdint>
#include <vector>

namespace groundswell {

struct VolumeCurve {
  // By minute of a full session: the share of its volume that has traded by that minute's end, in 1e-9. Rises; the last is 1. Empty:
  // evenly.
  std::vector<std::int64_t> cumulative_e9;

  // Of a session `session_ns` long, by the end of the minute that `elapsed_ns` after its open lies in: above 0, at most 1. A minute is
  // (begin, end], as every window. A half day goes through the same curve in fewer minutes.
  double share(std::uint64_t elapsed_ns, std::uint64_t session_ns) const noexcept {
    constexpr std::uint64_t kOneMinuteNs = 60'000'000'000;
    const std::uint64_t minutes = (session_ns + kOneMinuteNs - 1) / kOneMinuteNs;
    const std::uint64_t minute = elapsed_ns == 0 ? 1 : (elapsed_ns + kOneMinuteNs - 1) / kOneMinuteNs;
    if (minute >= minutes) return 1.0;
    if (cumulative_e9.empty()) return static_cast<double>(minute) / static_cast<double>(minutes);
    const std::uint64_t place = (minute * cumulative_e9.size() + minutes - 1) / minutes;  // from 1
    return static_cast<double>(cumulative_e9[place - 1]) / 1e9;
  }
};

}  // namespace groundswell
