#include "import/time_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/durations.hpp"

namespace groundswell::importer {
namespace {

constexpr std::string_view kKnown = "YymdebBhHIpMSfzaA";
constexpr std::array<std::string_view, 12> kMonths{"january", "february", "march",     "april",   "may",      "june",
                                                   "july",    "august",   "september", "october", "november", "december"};
constexpr unsigned kLastYear = 2200;  // nanoseconds since 1970 fit in 64 bits until 2262

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }

struct Fields {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::uint64_t fraction_ns = 0;
  bool twelve_hours = false, afternoon = false;
};

// 1 to `most` digits; null when there is none. Keeps null as null, so that calls may be chained.
const char* number(const char* at, const char* end, int most, unsigned& out) noexcept {
  if (at == end || !is_digit(*at)) return nullptr;
  unsigned value = 0;
  for (int i = 0; i < most && at != end && is_digit(*at); ++i, ++at) value = value * 10 + static_cast<unsigned>(*at - '0');
  out = value;
  return at;
}

// Digits after the point; those beyond the ninth are cut.
const char* fraction(const char* at, const char* end, std::uint64_t& out_ns) noexcept {
  if (at == end || !is_digit(*at)) return nullptr;
  std::uint64_t digit_ns = kSecondNs / 10;
  for (out_ns = 0; at != end && is_digit(*at); ++at, digit_ns /= 10) out_ns += static_cast<std::uint64_t>(*at - '0') * digit_ns;
  return at;
}

const char* month_name(const char* at, const char* end, unsigned& out) noexcept {
  const char* word_end = at;
  while (word_end != end && is_letter(*word_end)) ++word_end;
  const auto length = static_cast<std::size_t>(word_end - at);
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (length != 3 && length != kMonths[month].size()) continue;
    if (std::equal(at, word_end, kMonths[month].begin(), [](char a, char b) { return lower(a) == b; })) {
      out = static_cast<unsigned>(month) + 1;
      return word_end;
    }
  }
  return nullptr;
}

const char* half_of_day(const char* at, const char* end, bool& afternoon) noexcept {
  if (end - at < 2 || lower(at[1]) != 'm' || (lower(at[0]) != 'a' && lower(at[0]) != 'p')) return nullptr;
  afternoon = lower(at[0]) == 'p';
  return at + 2;
}

// Z, +hh, +hhmm or +hh:mm.
const char* offset(const char* at, const char* end, std::int32_t& out_seconds) noexcept {
  if (at == end) return nullptr;
  if (*at == 'Z' || *at == 'z') {
    out_seconds = 0;
    return at + 1;
  }
  if ((*at != '+' && *at != '-') || end - at < 3 || !is_digit(at[1]) || !is_digit(at[2])) return nullptr;
  const bool west = *at == '-';
  unsigned hours = 0;
  unsigned minutes = 0;
  at = number(at + 1, end, 2, hours);
  const char* minutes_at = at != end && *at == ':' ? at + 1 : at;
  if (end - minutes_at >= 2 && is_digit(minutes_at[0]) && is_digit(minutes_at[1])) at = number(minutes_at, end, 2, minutes);
  if (hours > 23 || minutes > 59) return nullptr;
  const auto seconds = static_cast<std::int32_t>(hours * 3600 + minutes * 60);
  out_seconds = west ? -seconds : seconds;
  return at;
}

const char* field(char directive, bool point_follows, const char* at, const char* end, Fields& fields, WallTime& out) noexcept {
  switch (directive) {
    case 'Y': return number(at, end, 4, fields.year);
    case 'y':
      at = number(at, end, 2, fields.year);
      fields.year += fields.year < 69 ? 2000U : 1900U;
      return at;
    case 'm': return number(at, end, 2, fields.month);
    case 'e':
      while (at != end && *at == ' ') ++at;
      return number(at, end, 2, fields.day);
    case 'd': return number(at, end, 2, fields.day);
    case 'b':
    case 'B':
    case 'h': return month_name(at, end, fields.month);
    case 'H': return number(at, end, 2, fields.hour);
    case 'I': fields.twelve_hours = true; return number(at, end, 2, fields.hour);
    case 'p': return half_of_day(at, end, fields.afternoon);
    case 'M': return number(at, end, 2, fields.minute);
    case 'S':
      at = number(at, end, 2, fields.second);
      return at != nullptr && at != end && *at == '.' && !point_follows ? fraction(at + 1, end, fields.fraction_ns) : at;
    case 'f': return fraction(at, end, fields.fraction_ns);
    case 'z': return offset(at, end, out.offset_seconds);
    default:  // a, A: the name of the day says nothing new
      while (at != end && is_letter(*at)) ++at;
      return at;
  }
}

bool compose(const Fields& fields, bool with_date, WallTime& out) noexcept {
  unsigned hour = fields.hour;
  if (fields.twelve_hours) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (fields.afternoon ? 12U : 0U);
  }
  if (hour > 23 || fields.minute > 59 || fields.second > 59) return false;
  out.ns_of_day = (std::uint64_t{hour} * 3600 + fields.minute * 60 + fields.second) * kSecondNs + fields.fraction_ns;
  if (!with_date) return true;
  const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(fields.year)}, std::chrono::month{fields.month},
                                        std::chrono::day{fields.day}};
  if (!day.ok() || fields.year < 1970 || fields.year > kLastYear) return false;
  out.date = fields.year * 10'000 + fields.month * 100 + fields.day;
  return true;
}

std::string expand(std::string_view format) {  // the abbreviations that stand for several directives
  std::string text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      text += format[i];
      continue;
    }
    switch (format[++i]) {
      case 'F': text += "%Y-%m-%d"; break;
      case 'T': text += "%H:%M:%S"; break;
      case 'R': text += "%H:%M"; break;
      case 'D': text += "%m/%d/%y"; break;
      default: text += {'%', format[i]};
    }
  }
  return text;
}

}  // namespace

std::optional<TimeFormat> TimeFormat::compile(std::string_view format, std::string& what) {
  TimeFormat compiled;
  compiled.text_ = format;
  const std::string text = expand(format);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      compiled.steps_.push_back({0, text[i]});
      continue;
    }
    const char directive = ++i < text.size() ? text[i] : '\0';
    if (directive == '%') {
      compiled.steps_.push_back({0, '%'});
      continue;
    }
    if (directive == '\0' || kKnown.find(directive) == std::string_view::npos) {
      what = fmt::format("'%{}' is no known directive; use %Y %y %m %d %e %b %H %I %p %M %S %f %z %a %F %T %R %D or %%",
                         directive == '\0' ? std::string{} : std::string(1, directive));
      return std::nullopt;
    }
    compiled.steps_.push_back({directive, 0});
    compiled.has_year_ |= directive == 'Y' || directive == 'y';
    compiled.has_month_ |= directive == 'm' || directive == 'b' || directive == 'B' || directive == 'h';
    compiled.has_day_ |= directive == 'd' || directive == 'e';
    compiled.has_offset_ |= directive == 'z';
  }
  return compiled;
}

const char* TimeFormat::match(const char* at, const char* end, WallTime& out) const noexcept {
  Fields fields;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step step = steps_[i];
    if (step.directive != 0) {
      const bool point_follows = i + 1 < steps_.size() && steps_[i + 1].directive == 0 && steps_[i + 1].literal == '.';
      at = field(step.directive, point_follows, at, end, fields, out);
      if (at == nullptr) return nullptr;
    } else if (step.literal == ' ') {
      while (at != end && *at == ' ') ++at;
    } else {
      if (at == end || *at != step.literal) return nullptr;
      ++at;
    }
  }
  return compose(fields, has_date(), out) ? at : nullptr;
}

bool TimeFormat::parse(std::string_view text, WallTime& out) const noexcept {
  const char* const end = text.data() + text.size();
  const char* const stop = match(text.data(), end, out);
  return stop != nullptr && stop == end;
}

bool TimeFormat::parse_prefix(std::string_view text, WallTime& out) const noexcept {
  return match(text.data(), text.data() + text.size(), out) != nullptr;
}

}  // namespace groundswell::importer
