// Logging: state changes only, never a line per tick. spdlog to stderr; text, JSON or journald priorities. Control characters in messages
// are escaped, so that one call is always one line.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace groundswell {

enum class LogFormat { kText, kJson, kJournald };
enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Once, before threads start. Thread: main.
void log_setup(LogFormat format, LogLevel level);
// Any thread.
void log_line(LogLevel level, std::string_view component, std::string_view message);

template <class... Args>
void log_info(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kInfo, component, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kWarning, component, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_error(std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kError, component, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace groundswell
