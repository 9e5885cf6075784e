#include "simulate/fault_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace groundswell::simulate {
namespace {

constexpr double kLongestStepSeconds = 86'400;
constexpr std::uint64_t kLongestDelayNs = 60'000'000'000;

}  // namespace

Result<unsigned> parse_time_of_day(const std::string& text) {
  unsigned hours = 0, minutes = 0, seconds = 0;
  char rest = 0;
  const int fields = std::sscanf(text.c_str(), "%2u:%2u:%2u%c", &hours, &minutes, &seconds, &rest);
  const bool whole = fields == 3 || (fields == 2 && std::count(text.begin(), text.end(), ':') == 1 && text.size() <= 5);
  if (!whole || hours > 23 || minutes > 59 || seconds > 59) {
    return fail(Exit::kUsage, "'" + text + "' is no time of day; write HH:MM:SS, New York");
  }
  return hours * 3600 + minutes * 60 + seconds;
}

Result<DeadLine> parse_dead_line(const std::string& text) {
  const std::size_t dash = text.find('-');
  if (text.size() < 2 || (text[0] != 'a' && text[0] != 'b') || text[1] != '@' || dash == std::string::npos) {
    return fail(Exit::kUsage, "'" + text + "' is no dead line; write a@HH:MM:SS-HH:MM:SS or b@…");
  }
  const Result<unsigned> from = parse_time_of_day(text.substr(2, dash - 2));
  if (!from) return from.error();
  const Result<unsigned> to = parse_time_of_day(text.substr(dash + 1));
  if (!to) return to.error();
  if (*to <= *from) return fail(Exit::kUsage, "'" + text + "' ends before it begins");
  return DeadLine{text[0] == 'a' ? std::uint8_t{0} : std::uint8_t{1}, *from, *to};
}

Result<ClockStep> parse_clock_step(const std::string& text) {
  const std::size_t at = text.find('@');
  double seconds = 0;
  const char* const end = text.data() + std::min(at, text.size());
  const auto [rest, code] = std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), end, seconds);
  if (at == std::string::npos || code != std::errc{} || rest != end || !(std::abs(seconds) <= kLongestStepSeconds)) {
    return fail(Exit::kUsage, "'" + text + "' is no clock step; write SECONDS@HH:MM:SS, at most a day, e.g. -1.5@10:00:00");
  }
  const Result<unsigned> when = parse_time_of_day(text.substr(at + 1));
  if (!when) return when.error();
  return ClockStep{static_cast<std::int64_t>(std::round(seconds * 1e9)), *when};
}

Result<FillLie> parse_fill_lie(const std::string& text) {
  const auto name = std::find(kFillLieNames.begin(), kFillLieNames.end(), text);
  if (name == kFillLieNames.end()) return fail(Exit::kUsage, "'" + text + "' is none of wrong_epoch, wrong_range, endless, silent");
  return static_cast<FillLie>(name - kFillLieNames.begin());
}

Result<void> check_faults(const FaultOptions& faults) {
  const std::pair<const char*, double> shares[] = {
      {"loss", faults.loss[0]},      {"loss-b", faults.loss[1]},      {"duplicate", faults.duplicate}, {"reorder", faults.reorder},
      {"disagree", faults.disagree}, {"bad-ticks", faults.bad_ticks}, {"repeats", faults.repeats},     {"corrections", faults.corrections},
      {"cancels", faults.cancels},   {"outliers", faults.outliers}};
  for (const auto& [name, share] : shares) {
    if (!(share >= 0 && share <= 1)) return fail(Exit::kUsage, fmt::format("simulate: {} {} is not between 0 and 1", name, share));
  }
  if (faults.delay_ns > kLongestDelayNs) return fail(Exit::kUsage, "simulate: a delay of more than a minute");
  return {};
}

}  // namespace groundswell::simulate
