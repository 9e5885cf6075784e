#include "journal/summary.hpp"

#include <algorithm>

#include "base/crc32c.hpp"

namespace groundswell::journal {

void widen(std::uint64_t& min_ns, std::uint64_t& max_ns, std::uint64_t other_min_ns, std::uint64_t other_max_ns) noexcept {
  if (other_max_ns == 0) return;
  min_ns = max_ns == 0 ? other_min_ns : std::min(min_ns, other_min_ns);
  max_ns = std::max(max_ns, other_max_ns);
}

void SegmentSummary::start(std::uint32_t file_header_crc) noexcept {
  index_.clear();
  end_ = EndPayload{};
  end_.chain_crc = file_header_crc;
}

void SegmentSummary::add(const BlockHeader& header, std::uint64_t offset) noexcept {
  if (header.type == BlockType::kIndex) {
    end_.index_offset = offset;
  } else {
    const std::uint64_t entry = end_.blocks / kIndexStrideBlocks;
    if (entry == index_.size() && entry < kMaxIndexEntries) {
      index_.push_back({offset, header.block_seq, header.first_jseq, header.ts_recv_ns, 0, 0});
    }
    if (entry < index_.size()) {
      IndexEntry& last = index_.back();
      widen(last.ts_event_min_ns, last.ts_event_max_ns, header.ts_event_min_ns, header.ts_event_max_ns);
    }
  }
  ++end_.blocks;
  if (header.type == BlockType::kRecords) end_.records += header.count;
  widen(end_.ts_event_min_ns, end_.ts_event_max_ns, header.ts_event_min_ns, header.ts_event_max_ns);
  end_.chain_crc = crc32c(&header.crc, sizeof header.crc, end_.chain_crc);
}

EndPayload SegmentSummary::end(bool last) const noexcept {
  EndPayload payload = end_;
  payload.last = last ? 1 : 0;
  return payload;
}

}  // namespace groundswell::journal
