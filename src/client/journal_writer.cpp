#include "groundswell/client/journal_writer.hpp"

#include <fmt/format.h>

#include "client/shared.hpp"
#include "journal/writer.hpp"

namespace groundswell::client {

struct JournalWriter::Impl {
  journal::Writer writer;
  std::size_t symbols, condition_sets;

  // "" or what is wrong with it.
  std::string why_refused(const Record& record) const {
    if (record.kind == RecordKind::kReferenceChange) return "a change of reference data, whose texts are not here";
    if (record.kind < RecordKind::kTick || record.kind > RecordKind::kReferenceChange)
      return fmt::format("of kind {}, which there is not", static_cast<unsigned>(record.kind));
    if (record.kind != RecordKind::kTick) return "";
    if (record.tick.symbol >= symbols) return fmt::format("of symbol {}, and the catalog has {}", record.tick.symbol, symbols);
    if (record.tick.cond_set >= condition_sets)
      return fmt::format("of condition set {}, and the catalog has {}", record.tick.cond_set, condition_sets);
    return "";
  }
};

JournalWriter::JournalWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JournalWriter::JournalWriter(JournalWriter&&) noexcept = default;
JournalWriter& JournalWriter::operator=(JournalWriter&&) noexcept = default;
JournalWriter::~JournalWriter() = default;

Result<JournalWriter> JournalWriter::create(const std::string& path, const Catalog& catalog, const JournalWriterOptions& options) {
  journal::WriterOptions header;
  header.recording_id = options.recording_id;
  header.created_ns = options.created_ns;
  auto writer = journal::Writer::create(path, header);
  if (!writer) return file_error(writer.error());
  Catalog complete = catalog;
  if (complete.condition_sets.empty()) complete.condition_sets.emplace_back();  // [0] is a regular trade
  if (const auto put = writer->append_catalog(complete); !put) return file_error(put.error());
  return JournalWriter(std::make_unique<Impl>(Impl{std::move(*writer), complete.symbols.size(), complete.condition_sets.size()}));
}

Result<std::uint64_t> JournalWriter::append(std::span<const Record> records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (const std::string why = impl_->why_refused(records[i]); !why.empty())
      return Error{ErrorCode::kOption, fmt::format("record {} is {}", impl_->writer.appended_jseq() + i + 1, why)};
  }
  if (const auto put = impl_->writer.append(records); !put) return file_error(put.error());
  return impl_->writer.appended_jseq();
}

Result<bool> JournalWriter::close() {
  if (const auto closed = impl_->writer.close(); !closed) return file_error(closed.error());
  return true;
}

}  // namespace groundswell::client
