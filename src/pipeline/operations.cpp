#include "pipeline/operations.hpp"

namespace groundswell::pipeline {
namespace {

LogLevel level_of(wire::Severity severity) {
  switch (severity) {
    case wire::Severity::kInfo: return LogLevel::kInfo;
    case wire::Severity::kWarning: return LogLevel::kWarning;
    case wire::Severity::kError: return LogLevel::kError;
  }
  return LogLevel::kError;
}

}  // namespace

void Operations::say(wire::Severity severity, std::string_view component, std::string text) {
  log_line(level_of(severity), component, text);
  const std::scoped_lock lock(mutex_);
  wire::Operation operation{.number = ++told_,
                            .time_ns = static_cast<std::uint64_t>(wall_clock_ns()),
                            .severity = severity,
                            .component = std::string(component),
                            .text = std::move(text),
                            .node = {}};
  if (waiting_.size() == kMostWaiting) {
    ++dropped_;
    return;
  }
  waiting_.push_back(std::move(operation));
}

bool Operations::take(wire::Operation& operation) {
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty()) return false;
  operation = std::move(waiting_.front());
  waiting_.pop_front();
  return true;
}

std::uint64_t Operations::told() const {
  const std::scoped_lock lock(mutex_);
  return told_;
}
std::uint64_t Operations::dropped() const {
  const std::scoped_lock lock(mutex_);
  return dropped_;
}

}  // namespace groundswell::pipeline
