// Writes a recording of one's own records, in one .gsj file: what an import makes. It has no configuration and no events: whoever folds it
// names a universe. Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "groundswell/catalog.hpp"
#include "groundswell/client/error.hpp"
#include "groundswell/record.hpp"

namespace groundswell::client {

struct JournalWriterOptions {
  std::uint64_t recording_id = 0;  // 0 = a random one
  std::int64_t created_ns = 0;     // UTC
};

class JournalWriter {
 public:
  // `path`: must not exist. `catalog`: the symbols and condition sets that the records number. Errors: kIo (exists, cannot be made).
  static Result<JournalWriter> create(const std::string& path, const Catalog& catalog, const JournalWriterOptions& options = {});
  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;
  ~JournalWriter();  // without close(): the file is as after a crash

  // In the order in which the fold is to see them; they are numbered from 1. ReferenceChange is refused: its texts would be missing.
  // Errors: kOption (a record of no known kind, of a symbol or condition set that the catalog lacks), and nothing is written of them; kIo.
  Result<std::uint64_t> append(std::span<const Record> records);  // number of the last record so far
  Result<bool> close();                                           // all of it is on the disk. Errors: kIo

 private:
  struct Impl;
  explicit JournalWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::client
