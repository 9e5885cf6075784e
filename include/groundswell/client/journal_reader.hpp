// Reads a recording: one .gsj file, or a folder of segments. Every byte is checked when it is opened, so that nothing of a damaged
// recording is ever read. A recording that is being written may be opened: what was whole then is there. Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "groundswell/client/error.hpp"
#include "groundswell/client/events.hpp"
#include "groundswell/record.hpp"

namespace groundswell::client {

struct RecordingInfo {
  std::uint64_t recording_id = 0;
  std::uint64_t config_hash = 0;  // 0 in imports
  std::int64_t created_ns = 0;    // UTC
  std::uint64_t segments = 0, records = 0, edges = 0, bytes = 0;
  std::uint64_t first_event_ns = 0, last_event_ns = 0;  // of ticks and pulses; 0 = none
  bool closed = false;                                  // ends as a clean stop leaves it
  std::string torn_tail;                                // "", or what was cut: after a crash, not an error
};

class JournalReader {
 public:
  // Errors: kNotFound; kDamaged with file and offset; kOtherVersion; kIo.
  static Result<JournalReader> open(const std::string& path);
  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;
  ~JournalReader();

  const RecordingInfo& info() const noexcept;
  // From the whole recording: the symbols and condition sets of its end. Empty scopes and signals: an import.
  const Names& names() const noexcept;

  enum class Kind : std::uint8_t { kEnd, kRecords, kEdges };
  // The next block, in order: edges follow the records that caused them. Errors: kDamaged.
  Result<Kind> next();
  std::span<const Record> records() const noexcept;  // of kRecords; valid until next() or Fold::open
  std::uint64_t first_jseq() const noexcept;         // number of the first of them
  // Of kEdges: calls `handler.on_edge` for each, as it was published.
  void edges(Handler& handler) const;
  void rewind() noexcept;
  // Another one of the same bytes, at their beginning, for another thread or another purpose. Nothing is checked or mapped again.
  JournalReader duplicate() const;

 private:
  friend class Fold;
  struct Impl;
  explicit JournalReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::client
