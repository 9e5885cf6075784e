#pragma once

#include "groundswell/client/journal_reader.hpp"
#include "journal/reader.hpp"

namespace groundswell::client {

struct JournalReader::Impl {
  explicit Impl(journal::Reader of) : reader(std::move(of)) {}
  journal::Reader reader;
  RecordingInfo info;
  Names names;
  std::span<const Record> records;
  std::uint64_t first_jseq = 0;
  wire::EdgeBatch edges;
};

}  // namespace groundswell::client
