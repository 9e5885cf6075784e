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

// Where a segment's next block goes, and what the writer of the blocks before it knew: enough to go on with it.
struct SegmentPosition {
  std::uint64_t offset = kFileHeaderBytes;  // in the file: the end of its last block, an INDEX and an END block not counted
  std::uint64_t first_jseq = 1;
  std::uint64_t next_block_seq = 1;
  std::int64_t ts_recv_ns = 0;
  std::uint32_t last_block_crc = 0;
  std::uint32_t crc_seed = 0;
  std::uint64_t bytes_in_earlier = 0;  // of the segments before
  SegmentSummary summary;
};

// Widens [min, max] by another range; 0 stands for none.
void widen(std::uint64_t& min_ns, std::uint64_t& max_ns, std::uint64_t other_min_ns, std::uint64_t other_max_ns) noexcept;

}  // namespace groundswell::journal
