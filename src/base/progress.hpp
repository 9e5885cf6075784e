// A progress bar on stderr, for work over a second: only when stderr is a terminal, TERM is not "dumb" and --quiet was not given.
#pragma once

#include <cstdint>
#include <string>

namespace groundswell {

class Progress {
 public:
  Progress(std::string what, bool quiet);
  ~Progress();   // clears the line
  void update(std::uint64_t done, std::uint64_t total);   // at most ten times a second reaches the screen
 private:
  std::string what_;
  bool shown_;
  std::int64_t started_ns_, last_ns_ = 0;
  bool drawn_ = false;
};

}  // namespace groundswell
