// A progress bar on stderr, for work over a second: only when stderr is a terminal, TERM is not "dumb" and --quiet was not given.
#pragma once

#include <cstdint>
#include <string>

namespace groundswell {

// Thread: the one that made it.
class Progress {
 public:
  Progress(std::string what, bool quiet);  // `what`: a word or two before the bar, e.g. "import"
  ~Progress();                             // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // Cheap enough for every few thousand records. Nothing is drawn in the first second, and at most ten times a second after it.
  // `total` 0 = not known: the count alone is shown.
  void update(std::uint64_t done, std::uint64_t total);

 private:
  std::string what_;
  bool shown_;
  std::int64_t started_ns_, last_ns_ = 0;
  bool drawn_ = false;
};

}  // namespace groundswell
