#include "groundswell/client/fold.hpp"

#include "client/fold_engine.hpp"
#include "client/journal_reader_impl.hpp"

namespace groundswell::client {

struct Fold::Impl {
  std::unique_ptr<FoldEngine> engine;
};

Fold::Fold(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Fold::Fold(Fold&&) noexcept = default;
Fold& Fold::operator=(Fold&&) noexcept = default;
Fold::~Fold() = default;

Result<Fold> Fold::open(JournalReader& recording, const FoldOptions& options) {
  recording.impl_->records = {};  // what they are of is read again
  auto engine = FoldEngine::open(recording.impl_->reader, options);
  if (!engine) return engine.error();
  return Fold(std::make_unique<Impl>(Impl{std::move(*engine)}));
}

void Fold::apply(const Record& record, std::uint64_t jseq, Handler& handler) { impl_->engine->apply(record, jseq, handler); }

Result<JournalReader::Kind> Fold::advance(JournalReader& recording, Handler& handler) {
  JournalReader::Impl& source = *recording.impl_;
  source.records = {};
  source.edges = {};
  while (const auto block = source.reader.next()) {
    if (auto error = impl_->engine->take(*block)) return std::move(*error);
    if (block->type == journal::BlockType::kEdges) return JournalReader::Kind::kEdges;
    if (block->type != journal::BlockType::kRecords) continue;
    source.records = block->records();
    source.first_jseq = block->first_jseq;
    std::uint64_t jseq = block->first_jseq;
    for (const Record& record : source.records) {
      if (auto error = impl_->engine->follow(record, jseq++, handler)) return std::move(*error);
    }
    return JournalReader::Kind::kRecords;
  }
  return JournalReader::Kind::kEnd;
}

Result<std::uint64_t> Fold::run(JournalReader& recording, Handler& handler) {
  std::uint64_t count = 0;
  recording.rewind();
  for (;;) {
    const auto kind = advance(recording, handler);
    if (!kind) return kind.error();
    if (*kind == JournalReader::Kind::kEnd) return count;
    count += recording.records().size();
  }
}

const Names& Fold::names() const noexcept { return impl_->engine->names(); }
std::uint64_t Fold::event_time_ns() const noexcept { return impl_->engine->fold().event_time_ns(); }
std::uint32_t Fold::session() const noexcept { return impl_->engine->fold().session(); }
std::uint64_t Fold::next_eseq() const noexcept { return impl_->engine->fold().next_eseq(); }
std::string Fold::digest() const { return impl_->engine->digest(); }

}  // namespace groundswell::client
