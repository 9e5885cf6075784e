// What the INDEX and END blocks of a segment say, gathered block by block. The writer writes it, the reader gathers it again and compares.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "journal/format.hpp"

namespace groundswell::journal {

class SegmentSummary {
 public:
  SegmentSummary() { index_.reserve(kMaxIndexEntries); }  // once: add() never allocates
  void start(std::uint32_t file_header_crc) noexcept;     // of a new segment
  // Every block but END, in order.
  void add(const BlockHeader& header, std::uint64_t offset) noexcept;
  std::span<const IndexEntry> index() const noexcept { return index_; }
  std::uint64_t records() const noexcept { return end_.records; }
  EndPayload end(bool last) const noexcept;

 private:
  std::vector<IndexEntry> index_;
  EndPayload end_{};
};

// Widens [min, max] by another range; 0 stands for none.
void widen(std::uint64_t& min_ns, std::uint64_t& max_ns, std::uint64_t other_min_ns, std::uint64_t other_max_ns) noexcept;

}  // namespace groundswell::journal
