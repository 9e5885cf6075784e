#include "base/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/clock.hpp"

namespace groundswell {
namespace {

constexpr std::int64_t kShowAfterNs = 1'000'000'000;
constexpr std::int64_t kRedrawNs = 100'000'000;
constexpr std::size_t kBarWidth = 30;
constexpr const char* kClearLine = "\r\033[K";

bool is_terminal() {
  const char* const term = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view{term} != "dumb";
}

}  // namespace

Progress::Progress(std::string what, bool quiet)
    : what_(std::move(what)), shown_(!quiet && is_terminal()), started_ns_(monotonic_clock_ns()) {}

Progress::~Progress() {
  if (!drawn_) return;
  std::fputs(kClearLine, stderr);
  std::fflush(stderr);
}

void Progress::update(std::uint64_t done, std::uint64_t total) {
  if (!shown_) return;
  const std::int64_t now_ns = monotonic_clock_ns();
  if (now_ns - started_ns_ < kShowAfterNs || now_ns - last_ns_ < kRedrawNs) return;
  last_ns_ = now_ns;
  drawn_ = true;
  if (total == 0) {
    fmt::print(stderr, "{}{} {}", kClearLine, what_, done);
  } else {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto filled = static_cast<std::size_t>(share * kBarWidth);
    fmt::print(stderr, "{}{} [{:#<{}}{:.<{}}] {:3.0f} %", kClearLine, what_, "", filled, "", kBarWidth - filled, share * 100);
  }
  std::fflush(stderr);
}

}  // namespace groundswell
