// Writes a recording. Blocks are assembled in memory and handed to the kernel whole and in order, at a tracked offset, never at the end of
// the file; small ones together, so a burst of edges takes one system call.
// Thread: one owner thread for everything but sync(). Never overwrites a recording: create() refuses one that exists, resume() goes on at
// its end.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/record.hpp"
#include "journal/file.hpp"
#include "journal/format.hpp"

namespace groundswell::journal {

struct ConfigText {
  std::string name;  // e.g. "groundswell.toml", "baskets.toml", "conditions/letters_utp.csv"
  std::string text;
};

struct WriterOptions {
  std::uint64_t recording_id = 0;               // 0 = make a random one
  std::uint64_t config_hash = 0;                // 0 in imports
  std::uint64_t definition_set_hash = 0;        // 0 in imports
  std::int64_t created_ns = 0;                  // UTC
  std::uint64_t segment_bytes = 0;              // 0 = one file, not preallocated; else preallocated segments of this size
  std::size_t block_bytes = 64 * 1024;          // an open RECORDS block is written when its payload reaches this
  std::array<std::uint8_t, 16> segment_uuid{};  // all zero = a random one for each segment; given only where bytes must repeat: tests
};

class Reader;
// A recording in segments, locked against other engines and checked to its last byte, and not changed. What keeps the lock is the Writer
// that resume() makes of it; without one, the lock goes with this.
struct HeldRecording {
  HeldRecording(std::filesystem::path path, Descriptor directory, Descriptor lock, Reader reader);
  HeldRecording(HeldRecording&&) noexcept;
  ~HeldRecording();
  std::filesystem::path path;
  Descriptor directory, lock;
  std::unique_ptr<Reader> reader;  // also usable after resume(): it gives what was there before
};
// `progress` as in Reader::open(). Errors: 66 not there, or a recording in one file; 65 damaged, 75 another engine holds the lock, 74 I/O.
Result<HeldRecording> hold_recording(const std::filesystem::path& path,
                                     const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

class Writer {
 public:
  // segment_bytes == 0: `path` is the file to create. Else `path` is a directory to create, which gets <firstJseq:016x>.gsj segments; it
  // may be there already if it is empty. A segment is larger than segment_bytes only when one block alone, or what precedes the first
  // record, is. Parent directories are not created.
  // Takes an exclusive lock for the life of the writer. Errors: 73 exists or cannot create, 75 another engine holds the lock, 74 I/O.
  static Result<Writer> create(const std::filesystem::path& path, const WriterOptions& options);
  // Goes on with a recording after a crash or a clean close: a torn tail, and an INDEX and END block, are cut; whatever is whole is made
  // durable and stays; numbering of records, blocks and segments runs on. Ids, hashes and times of `options` are the recording's own, only
  // sizes are looked at, and segment_bytes must not be 0. After a packed segment a new one is begun. Errors: 74, and then the recording may
  // lack the END block that it had.
  static Result<Writer> resume(HeldRecording& held, const WriterOptions& options);
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();  // writes what is open but no END block: like a crash. Use close().

  // Buffered in the open block; a full one is written. No allocation. 74 on any write error or full disk: what written_jseq() says stays
  // intact, and every later call fails with the same error.
  Result<void> append(std::span<const Record> records);
  // These close the open RECORDS block first, so that on disk an edge always follows its cause, and are in the kernel's hands after flush()
  // at the latest. `edge_batch` is a flat EdgeBatch message.
  Result<void> append_edges(std::span<const std::byte> edge_batch, std::uint32_t edge_count);
  Result<void> append_catalog(const Catalog& catalog);  // whole catalog as of here
  Result<void> append_config(std::span<const ConfigText> texts);
  Result<void> flush();  // hands all that was taken in to the kernel
  Result<void> close();  // flush, INDEX, END, sync, trim the preallocated rest

  std::uint64_t recording_id() const noexcept;
  std::uint64_t appended_jseq() const noexcept;   // last record taken in; 0 = none
  std::uint64_t written_jseq() const noexcept;    // last record handed to the kernel
  std::uint64_t last_block_seq() const noexcept;  // of the last closed block; 0 = none. After append_config(): the CONFIG block's number
  bool all_written() const noexcept;              // there is nothing to flush
  std::uint64_t bytes_written() const noexcept;
  const std::filesystem::path& path() const noexcept;

  // Thread: one other thread, concurrently with the rest. Syncs what was written when it was called; returns that jseq. Never retried
  // after an error: 74.
  Result<std::uint64_t> sync();
  // Likewise, and to be called more often: lets the disk begin with what was written, without waiting for it. An error here is left for
  // sync() to find.
  void begin_writeback() noexcept;

 private:
  struct Impl;
  explicit Writer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::journal
