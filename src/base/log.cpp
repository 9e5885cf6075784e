#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

namespace groundswell {
namespace {

std::atomic<LogFormat> format_in_use{LogFormat::kText};
constexpr std::size_t kLongestLine = 1024;

// One printable line, whatever the bytes: control characters become \xNN.
std::string printable(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kLongestLine)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  return line;
}

// A JSON string in ASCII; bytes that are no UTF-8 become U+FFFD.
std::string quoted(std::string_view text) {
  using Json = nlohmann::json;
  return Json(text.substr(0, kLongestLine)).dump(-1, ' ', true, Json::error_handler_t::replace);
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("groundswell", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void log_setup(LogFormat format, LogLevel level) {
  format_in_use = format;
  logger().set_level(to_spdlog(level));
  if (format == LogFormat::kJson) {
    logger().set_pattern(R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
  } else if (format == LogFormat::kJournald) {
    logger().set_pattern("%v");
  }
  logger().flush_on(spdlog::level::info);
}

void log_line(LogLevel level, std::string_view component, std::string_view message) {
  const auto at = to_spdlog(level);
  switch (format_in_use.load()) {
    case LogFormat::kText: logger().log(at, "[{}] {}", component, printable(message)); break;
    case LogFormat::kJson: logger().log(at, R"("logger":{},"msg":{})", quoted(component), quoted(message)); break;
    case LogFormat::kJournald: {
      const int priority = level == LogLevel::kError ? 3 : level == LogLevel::kWarning ? 4 : level == LogLevel::kInfo ? 6 : 7;
      logger().log(at, "<{}>[{}] {}", priority, component, printable(message));
      break;
    }
  }
}

}  // namespace groundswell
