// What operators should know, as it happens: into the log at once, and onto O. topics when the publisher comes to it. State changes only,
// never a message per tick. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "wire/codec.hpp"

namespace groundswell::pipeline {

class Operations {
 public:
  template <class... Args>
  void tell(wire::Severity severity, std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
    say(severity, component, fmt::format(format, std::forward<Args>(args)...));
  }
  // The oldest message that is not published yet; false: none.
  bool take(wire::Operation& operation);
  std::uint64_t told() const;     // numbered 1, 2, 3 …
  std::uint64_t dropped() const;  // of them never published: more than kMostWaiting waited. Their numbers are missing

 private:
  static constexpr std::size_t kMostWaiting = 1024;
  void say(wire::Severity severity, std::string_view component, std::string text);
  mutable std::mutex mutex_;
  std::deque<wire::Operation> waiting_;
  std::uint64_t told_ = 0, dropped_ = 0;
};

// For what may happen often: whether to tell it again. The counts that are told are exact all the same.
class TellAgain {
 public:
  explicit TellAgain(std::int64_t every_ns) : every_ns_(every_ns) {}
  // `count`: how often it happened until now. True at the first time, then when it went on and `every_ns` have passed. `now_ns`: monotonic.
  bool is_due(std::uint64_t count, std::int64_t now_ns) noexcept {
    if (count == told_count_ || (told_count_ != 0 && now_ns - told_at_ns_ < every_ns_)) return false;
    told_count_ = count;
    told_at_ns_ = now_ns;
    return true;
  }

 private:
  std::int64_t every_ns_, told_at_ns_ = 0;
  std::uint64_t told_count_ = 0;
};

}  // namespace groundswell::pipeline
