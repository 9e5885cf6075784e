// One segment being written: file header, blocks at a tracked offset, INDEX and END. Knows the bytes; Writer knows when.
// Thread: the writer's, but for sync().
#pragma once

#include <sys/uio.h>

#include <array>
#include <filesystem>
#include <mutex>
#include <span>

#include "base/result.hpp"
#include "journal/file.hpp"
#include "journal/format.hpp"
#include "journal/summary.hpp"
#include "journal/writer.hpp"

namespace groundswell::journal {

// A block to write, but for what SegmentWriter itself knows.
struct BlockContent {
  BlockType type;
  std::uint32_t count = 0;
  std::uint64_t first_jseq = 0;
  std::span<const std::byte> payload;
  std::uint64_t ts_event_min_ns = 0;
  std::uint64_t ts_event_max_ns = 0;
  std::int64_t ts_recv_ns = 0;  // of its last record; 0 = none, or not known
  Codec codec = Codec::kNone;   // of `payload`
  std::size_t raw_bytes = 0;    // decoded; looked at unless the codec is kNone
  std::uint16_t flags = 0;      // kBlock…, besides those that the writer finds out
};

class SegmentWriter {
 public:
  // `path` is for messages: of the recording. `options` gives the fields of the file header.
  SegmentWriter(std::filesystem::path path, const WriterOptions& options) : path_(std::move(path)), options_(options) {}

  // Writes and syncs the file header; `file` is empty and becomes the current segment. Does not sync the directory. 74.
  Result<void> start(Descriptor file, std::uint64_t first_jseq);
  // The same with a given header, whose checksum need not be right: the segment is another one's copy.
  Result<void> start(Descriptor file, FileHeader header);
  // Goes on with a segment that another writer left: `file` holds it. Cuts what follows the last block that counts (a torn tail, an INDEX
  // and an END), makes the rest durable and preallocates again. 74.
  Result<void> resume(Descriptor file, SegmentPosition position);
  // The next segment begins after the plain form of the one that has been sealed.
  void go_on_after(const PackedMeta& packed) noexcept;
  // 74; the blocks before it stay whole.
  Result<void> write_block(const BlockContent& content);
  // INDEX, END, sync, trim. `last`: the recording ends here. 74.
  Result<void> seal(std::uint64_t next_jseq, bool last);

  bool fits(std::size_t payload_bytes) const noexcept;  // into segment_bytes, with INDEX and END after it
  std::uint64_t first_jseq() const noexcept { return first_jseq_; }
  std::uint64_t last_block_seq() const noexcept { return next_block_seq_ - 1; }
  std::uint64_t bytes_written() const noexcept { return bytes_in_earlier_ + offset_; }

  // Thread: any. Syncs the data of the current segment; those before it were synced when they were sealed. 0 or an errno value.
  int sync() noexcept;

 private:
  const std::filesystem::path path_;
  const WriterOptions options_;
  std::mutex file_mutex_;  // held to replace file_ and, by sync(), to duplicate it; never while the disk works
  Descriptor file_;
  SegmentSummary summary_;
  std::uint32_t crc_seed_ = 0;
  std::uint32_t last_block_crc_ = 0;
  std::uint64_t offset_ = 0;  // where the next block goes
  std::uint64_t bytes_in_earlier_ = 0;
  std::uint64_t first_jseq_ = 1;
  std::uint64_t next_block_seq_ = 1;
  std::int64_t ts_recv_ns_ = 0;
};

}  // namespace groundswell::journal
