// Packs the finished segments of a recording where they lie: a compressed copy beside each, checked against it, takes its place. Other
// processes may read the recording meanwhile, and an engine may write further segments of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/result.hpp"

namespace groundswell::journal {

struct PackReport {
  std::uint64_t packed = 0;         // segments, now
  std::uint64_t packed_before = 0;  // segments that were packed already
  std::uint64_t left = 0;           // segments that stay as they are: not finished, held by an engine, or without records
  std::uint64_t records = 0;        // in packed segments
  std::uint64_t plain_bytes = 0;    // of packed segments, before they were packed
  std::uint64_t packed_bytes = 0;   // of the same segments now
};

// A recording in one file is packed when it is closed. Of one in a folder every segment that another one follows is, and the last one when
// the recording is closed and no engine holds it. What is durable at any moment is either the plain segment or the packed one; a copy that
// a crash has left is deleted by the next call. `progress` as in Reader::open(), over two rounds: first all is checked, then packed.
// Errors: 64 a segment instead of its folder, 66 not there, 65 damaged (then nothing was changed) or not what was written, 75 it is being
// packed, or written as one file, 74 I/O; segments that were packed before the error stay packed.
Result<PackReport> pack_recording(const std::filesystem::path& path,
                                  const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace groundswell::journal
