// Reads a recording: one .gsj file, or a directory of segments. open() checks every byte once (checksums, bounds, numbering, zero padding),
// so that nothing of a damaged recording is ever replayed; after it, blocks are views into the mapped file, or into the reader's memory if
// they are packed. A recording that is still being written, or packed, may be opened: the reader sees what was whole then. Verifying a
// recording is opening it. Of the mapped file no more than some 16 MiB are resident because of the reader, however large it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/record.hpp"
#include "journal/format.hpp"
#include "journal/writer.hpp"
#include "wire/codec.hpp"

namespace groundswell::journal {

struct BlockView {
  BlockType type;
  std::uint32_t count;  // records or edges in it
  std::uint64_t block_seq;
  std::uint64_t first_jseq;                          // RECORDS: number of the first record; else the number the next record gets
  std::uint64_t offset;                              // of the block header in its file
  std::span<const std::byte> payload;                // decoded, 64-byte aligned; valid until the Reader's next() is called again
  std::span<const Record> records() const noexcept;  // of a RECORDS block
};

struct RecordingInfo {
  std::uint64_t recording_id = 0;
  std::uint64_t config_hash = 0;
  std::uint64_t definition_set_hash = 0;
  std::int64_t created_ns = 0;
  std::uint64_t segments = 0, records = 0, edges = 0;
  std::uint64_t blocks = 0;                             // those that next() gives
  std::uint64_t bytes = 0;                              // of headers and whole blocks; neither a torn tail nor a preallocated rest is in it
  std::uint64_t first_event_ns = 0, last_event_ns = 0;  // of ticks and pulses; 0 = none
  bool closed = false;                                  // ends with the END block of a clean close
  std::string
      torn_tail;  // "" or "FILE: torn tail at offset N, M bytes cut (…)": reported, not an error. M: up to the last that is not zero
  std::uint64_t torn_bytes = 0;  // M
};

class Reader {
 public:
  // `progress`, if given, is called now and then with (bytes done, bytes in all).
  // Errors: 66 not there or not readable, 65 damaged (file and offset), incomplete or of a newer version, 74 I/O.
  // What follows the last whole block is not an error if nothing whole follows: all zero it is a preallocated rest, else a torn tail.
  static Result<Reader> open(const std::filesystem::path& path, const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  const RecordingInfo& info() const noexcept;
  // Next block in order across segments, INDEX and END left out; nothing at the end. rewind() starts anew.
  std::optional<BlockView> next();
  void rewind() noexcept;
  // Another one of the same bytes, at their beginning; they are neither mapped nor checked again, and live as long as one of the two.
  Reader duplicate() const;

 private:
  friend class Writer;           // goes on where the reader came to the end
  friend class RecordingPacker;  // takes the segments one by one
  struct Impl;
  explicit Reader(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

// Payloads of CATALOG and CONFIG blocks. Errors: 65.
Result<Catalog> parse_catalog(std::span<const std::byte> payload);
Result<std::vector<ConfigText>> parse_config(std::span<const std::byte> payload);
// Of an EDGES block: the batch as it was published. Errors: 65.
Result<wire::EdgeBatch> parse_edges(std::span<const std::byte> payload);

}  // namespace groundswell::journal
