// A strptime format compiled once and matched against every row without allocation or locale.
// Directives: %Y %y %m %d %e %b %B %h %H %I %p %M %S %f %z %a %A %F %T %R %D %%; a space matches any run of spaces. %S also takes a
// fraction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groundswell::importer {

struct WallTime {
  std::uint32_t date = 0;  // yyyymmdd, a real date from 1970 on; 0 when the format has none
  std::uint64_t ns_of_day = 0;
  std::int32_t offset_seconds = 0;  // east of UTC, of %z
};

class TimeFormat {
 public:
  // Nothing when a directive is not known; `what` then says which.
  static std::optional<TimeFormat> compile(std::string_view format, std::string& what);

  const std::string& text() const noexcept { return text_; }
  bool has_date() const noexcept { return has_year_ && has_month_ && has_day_; }
  bool has_some_date() const noexcept { return has_year_ || has_month_ || has_day_; }
  bool has_offset() const noexcept { return has_offset_; }

  // The whole of `text` must match.
  bool parse(std::string_view text, WallTime& out) const noexcept;
  // The start of `text` must match.
  bool parse_prefix(std::string_view text, WallTime& out) const noexcept;

 private:
  struct Step {
    char directive;  // 0 = `literal`
    char literal;
  };
  const char* match(const char* at, const char* end, WallTime& out) const noexcept;

  std::string text_;
  std::vector<Step> steps_;
  bool has_year_ = false, has_month_ = false, has_day_ = false, has_offset_ = false;
};

}  // namespace groundswell::importer
