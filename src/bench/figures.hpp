// The figures of `groundswell bench`: each a median of several rounds, beside a floor or a peer measured in the same run.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace groundswell::bench {

struct Figure {
  std::string name;
  double ours = 0.0;
  double other = 0.0;
  std::string other_name;
  std::string unit;
  double ratio() const noexcept { return other > 0.0 ? ours / other : 0.0; }
};

// Called with what is measured next.
using Notice = void (*)(const std::string& what);

// Takes some minutes and about 600 MB. Thread: the caller's, one more for the ring, and an engine and a relay with theirs. Errors: those of
// make_workload and measure_tick_to_edge, 73, 74.
Result<std::vector<Figure>> measure_all(Notice notice);

}  // namespace groundswell::bench
