// One segment being written: file header, blocks at a tracked offset, INDEX and END. Knows the bytes; Writer knows when. Small blocks wait
// in memory, so that a burst of them takes one system call, until flush() or until they fill their place.
// Thread: the writer's, but for sync().
#pragma once

#include <sys/uio.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <span>
#include <vector>

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
  SegmentWriter(std::filesystem::path path, const WriterOptions& options) : path_(std::move(path)), options_(options) {
    waiting_.reserve(kMostWaitingBytes);
  }

  // Writes and syncs the file header; `file` is empty and becomes the current segment. Does not sync the directory. 74.
  Result<void> start(Descriptor file, std::uint64_t first_jseq);
  // The same with a given header, whose checksum need not be right: the segment is another one's copy.
  Result<void> start(Descriptor file, FileHeader header);
  // Goes on with a segment that another writer left: `file` holds it. Cuts what follows the last block that counts (a torn tail, an INDEX
  // and an END), makes the rest durable and preallocates again. 74.
  Result<void> resume(Descriptor file, SegmentPosition position);
  // The next segment begins after the plain form of the one that has been sealed.
  void go_on_after(const PackedMeta& packed) noexcept;
  // `content` is copied or written. No allocation. 74; the blocks before those that wait stay whole.
  Result<void> write_block(const BlockContent& content);
  Result<void> flush();  // hands what waits to the kernel. 74
  bool has_waiting() const noexcept { return !waiting_.empty(); }
  // INDEX, END, sync, trim. `last`: the recording ends here. 74.
  Result<void> seal(std::uint64_t next_jseq, bool last);

  bool fits(std::size_t payload_bytes) const noexcept;  // into segment_bytes, with INDEX and END after it
  std::uint64_t first_jseq() const noexcept { return first_jseq_; }
  std::uint64_t last_block_seq() const noexcept { return next_block_seq_ - 1; }
  std::uint64_t bytes_written() const noexcept { return bytes_in_earlier_ + offset_; }  // what waits counted

  // Thread: any. Syncs the data of the current segment; those before it were synced when they were sealed. 0 or an errno value.
  int sync() noexcept;
  // Thread: any one. Lets the disk begin with the whole pages that were written since the last call, and does not wait: what sync() then
  // has to wait for is little, and the disk has no burst every second. 0 or an errno value.
  int begin_writeback() noexcept;

 private:
  static constexpr std::size_t kMostWaitingBytes = 128 * 1024, kLargestThatWaits = 16 * 1024;  // larger blocks are not worth a copy
  // `parts` behind what waits, and with it.
  Result<void> write(std::span<const iovec> parts);

  const std::filesystem::path path_;
  const WriterOptions options_;
  std::mutex file_mutex_;  // held to replace file_ and, by other threads, to duplicate it; never while the disk works
  Descriptor file_;
  std::atomic<std::uint64_t> written_{0};  // bytes of file_ that the kernel has
  std::uint64_t writeback_from_ = 0;       // of file_; with the mutex
  SegmentSummary summary_;
  std::uint32_t crc_seed_ = 0;
  std::uint32_t last_block_crc_ = 0;
  std::uint64_t offset_ = 0;  // where the next block goes; what waits comes just before
  std::vector<std::byte> waiting_;
  std::uint64_t bytes_in_earlier_ = 0;
  std::uint64_t first_jseq_ = 1;
  std::uint64_t next_block_seq_ = 1;
  std::int64_t ts_recv_ns_ = 0;
};

}  // namespace groundswell::journal
