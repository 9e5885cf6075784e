// Where the edges of a recording are, for whoever asks for them again while it is being written: a walk over block headers, which goes on
// where it stopped. Reads no records. Checks what it gives out: an EDGES block by its checksum. Of the newest kMostBatches batches.
//
// A recording that an engine writes, closes, and goes on with may be followed all the time; a file of another recording in its place is
// not (recording_id() says whose it is). Segments may be packed before, meanwhile and after. Thread: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "journal/file.hpp"
#include "journal/format.hpp"
#include "journal/unpacker.hpp"
#include "wire/codec.hpp"

namespace groundswell::journal {

class EdgeIndex {
 public:
  static constexpr std::size_t kMostBatches = std::size_t{1} << 20;  // 32 MiB

  // Errors: 66 nothing is there, 65 no recording.
  static Result<EdgeIndex> open(const std::filesystem::path& path);

  // Walks on, over at most so many blocks. False: there are more. Errors: 65 damaged, 74.
  Result<bool> advance(std::size_t most_blocks);

  std::uint64_t recording_id() const noexcept { return recording_id_; }
  std::uint64_t edges() const noexcept { return edges_; }    // walked over
  std::uint64_t oldest(std::uint16_t scope) const noexcept;  // scope_seq that is held; 0 = none
  std::uint64_t next(std::uint16_t scope) const noexcept;    // after the last; 0 = none
  // The batch with edge `scope_seq` of `scope`, which is held: oldest() <= scope_seq < next(). Errors: 65, 66, 74.
  Result<wire::EdgeBatch> batch_with(std::uint16_t scope, std::uint64_t scope_seq);

 private:
  struct Place {
    std::uint64_t scope_seq;  // of the first
    std::uint64_t offset;     // of the block header
    std::uint32_t segment;    // index into segments_
    std::uint32_t count;
  };
  struct Segment {
    std::filesystem::path path;
    std::uint32_t header_crc;  // of the file that was walked: another one is the same segment, packed
  };
  explicit EdgeIndex(std::filesystem::path path) : path_(std::move(path)) {}
  Result<bool> open_segment(const std::filesystem::path& file);  // false: its header is not whole yet
  bool next_segment(std::filesystem::path& file) const;
  void add(const wire::EdgeBatch& batch, std::uint64_t offset);
  // The EDGES block at `offset`, or nothing if it is not whole. Errors: 65, 74.
  Result<std::optional<wire::EdgeBatch>> read_batch(int file, const std::filesystem::path& path, std::uint64_t offset,
                                                    const BlockHeader& header, std::uint32_t seed);
  Result<void> find_again(std::uint32_t segment, int file, const FileHeader& header);  // the places in a segment that was packed meanwhile

  std::filesystem::path path_;
  bool is_directory_ = false;
  std::vector<Segment> segments_;  // walked, the last one is being walked
  Descriptor file_;
  std::uint32_t seed_ = 0;
  std::uint64_t recording_id_ = 0, offset_ = 0, next_block_seq_ = 0, edges_ = 0;
  std::vector<std::deque<Place>> scopes_;
  std::size_t places_ = 0;
  std::vector<std::byte> payload_;
  Unpacker unpacker_;
};

}  // namespace groundswell::journal
