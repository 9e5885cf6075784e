// From a tick on the wire to the edge it causes on the wire, over loopback tcp: the whole engine, its journal included, beside a relay that
// only passes the same bytes on (one hop in, one hop out). Both are measured in turns, so that a disturbed moment disturbs both.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"

namespace groundswell::bench {

struct TickToEdge {
  std::vector<double> ours_us, relay_us;  // rising; one entry per tick
};

// Makes its recording in `folder`. The engine's threads are wired as `[pipeline] threads = "auto"` has it here, and there is one more for
// the relay, and the caller's, which sends and receives. Errors: those of LiveEngine, 70 when an edge does not come.
Result<TickToEdge> measure_tick_to_edge(const std::filesystem::path& folder);
// The same while `ticks_per_second` come at even times, at most 10,000 frames a second, whether or not the answers keep up: one entry per
// frame, from the moment when it was to be sent, so that what waits behind a stall counts (no coordinated omission). `subscribers`: that
// get every edge, of the engine and of the relay; the caller's is one of them, a thread of their own reads for the others.
Result<TickToEdge> measure_open_loop(const std::filesystem::path& folder, std::uint64_t ticks_per_second, std::size_t subscribers = 1,
                                     config::Threads threads = config::Threads::kAuto);
double percentile(const std::vector<double>& rising, double percent) noexcept;  // of at least one

}  // namespace groundswell::bench
