// One segment being read: maps it, and checks its every byte. Knows the bytes of one file; Reader knows the recording.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "journal/file.hpp"
#include "journal/format.hpp"
#include "journal/reader.hpp"
#include "journal/summary.hpp"
#include "journal/unpacker.hpp"

namespace groundswell::journal {

// Where the numbering stands; carried from segment to segment.
struct Position {
  std::uint64_t next_block_seq = 1;
  std::uint64_t next_jseq = 1;
  std::int64_t ts_recv_ns = 0;
  std::uint32_t last_block_crc = 0;
};

class SegmentReader {
 public:
  // Maps the file and checks its header, on its own and against `position`. 66, 65, 74.
  static Result<SegmentReader> open(const std::filesystem::path& path, const Position& position);
  SegmentReader(SegmentReader&& other) noexcept;
  SegmentReader& operator=(SegmentReader&&) = delete;
  ~SegmentReader();

  // Checks every block and what follows the last one; counts into `info`. `is_last`: no other segment follows. `on_progress` is called now
  // and then with the bytes done of this file. 65, 74. After a packed segment `position` is where its plain form ended.
  Result<void> check(Position& position, RecordingInfo& info, SegmentSummary& summary, Unpacker& unpacker, bool is_last,
                     const std::function<void(std::uint64_t)>& on_progress);

  const FileHeader& header() const noexcept { return *reinterpret_cast<const FileHeader*>(bytes_); }
  std::optional<PackedMeta> packed() const noexcept;           // nothing: the segment is a plain one
  bool is_sealed() const noexcept { return is_sealed_; }       // after check(): it ends with INDEX and END
  std::uint64_t records() const noexcept { return records_; }  // after check()
  std::uint64_t file_bytes() const noexcept { return file_bytes_; }
  const std::filesystem::path& path() const noexcept { return path_; }
  // After check(): the end of the last whole block, and of the last one that is neither INDEX nor END. A writer that goes on with the
  // recording cuts the file at the second: nothing after it may be looked at in the mapping.
  std::uint64_t end_offset() const noexcept { return end_offset_; }
  std::uint64_t data_end_offset() const noexcept { return data_end_offset_; }
  // After check(). `ts_recv_ns`: Position's at the end of the recording.
  SegmentPosition position(std::int64_t ts_recv_ns) const;
  // The block at an offset between the file header and data_end_offset().
  const BlockHeader& block(std::uint64_t offset) const noexcept { return *reinterpret_cast<const BlockHeader*>(bytes_ + offset); }
  const std::byte* payload(std::uint64_t offset) const noexcept { return bytes_ + offset + kBlockHeaderBytes; }
  // By who reads forward, from block to block: what lies well before need not stay resident. Views of it stay valid.
  void passed(std::uint64_t from, std::uint64_t to) const noexcept;

 private:
  struct Tail {
    std::uint64_t nonzero_end = 0;             // offset after the last byte that is not zero; 0 = all are
    std::optional<std::uint64_t> whole_block;  // offset of the first whole block in it
  };

  SegmentReader(std::filesystem::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> map();
  Result<void> check_file_header(const Position& position) const;
  std::string why_broken(std::uint64_t offset) const;  // "" = a whole block is there
  std::string why_wrong(const BlockHeader& header, std::uint64_t offset, const Position& position, const SegmentSummary& summary,
                        Unpacker& unpacker) const;
  Result<Tail> read_tail(std::uint64_t offset) const;
  Result<void> check_tail(std::uint64_t offset, const std::string& broken, RecordingInfo& info, bool is_last) const;
  Result<void> check_end(RecordingInfo& info, bool is_last) const;
  Error damaged(std::uint64_t offset, const std::string& why) const;

  std::filesystem::path path_;
  Descriptor file_;
  const std::byte* bytes_ = nullptr;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t end_offset_ = 0, data_end_offset_ = 0;
  std::uint32_t crc_seed_ = 0;
  bool has_index_ = false;  // the block before was INDEX: only END may follow
  bool is_sealed_ = false;
  std::uint64_t records_ = 0;
};

}  // namespace groundswell::journal
