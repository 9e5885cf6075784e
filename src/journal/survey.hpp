// What is in a recording according to its headers: a walk over block headers that reads no records and checks no payload. For lists;
// whoever reads a recording opens it with Reader, which checks every byte. A recording that is being written may be surveyed again and
// again: the walk goes on where it stopped. Of segments that were packed after they were walked bytes() tells the old size. Thread: one.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.hpp"
#include "journal/format.hpp"

namespace groundswell::journal {

class Survey {
 public:
  // Walks on over what is there now. Errors: 66 not there, 65 no recording, of a newer version or of another one, 74.
  Result<void> advance(const std::filesystem::path& path);

  std::uint64_t recording_id() const noexcept { return recording_id_; }
  std::uint64_t records() const noexcept { return records_; }
  std::uint64_t edges() const noexcept { return edges_; }
  std::uint64_t bytes() const noexcept { return bytes_; }                    // of headers and blocks that were walked over
  std::uint64_t first_event_ns() const noexcept { return first_event_ns_; }  // of ticks and pulses; 0 = none
  std::uint64_t last_event_ns() const noexcept { return last_event_ns_; }
  bool is_closed() const noexcept { return closed_; }  // ends as a clean stop leaves it

 private:
  Result<void> walk(const std::filesystem::path& file);
  std::filesystem::path segment_;  // the one that is being walked
  std::uint32_t segment_crc_ = 0;  // of its file header: another one is the segment packed, and all begins anew
  std::uint64_t recording_id_ = 0, records_ = 0, edges_ = 0, bytes_ = 0, first_event_ns_ = 0, last_event_ns_ = 0;
  std::uint64_t offset_ = 0;  // of the next block in it
  bool closed_ = false;
};

}  // namespace groundswell::journal
