#include "client/journal_reader_impl.hpp"
#include "client/shared.hpp"

namespace groundswell::client {

JournalReader::JournalReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JournalReader::JournalReader(JournalReader&&) noexcept = default;
JournalReader& JournalReader::operator=(JournalReader&&) noexcept = default;
JournalReader::~JournalReader() = default;

Result<JournalReader> JournalReader::open(const std::string& path) {
  auto reader = journal::Reader::open(path);
  if (!reader) return file_error(reader.error());
  auto impl = std::make_unique<Impl>(std::move(*reader));
  const journal::RecordingInfo& info = impl->reader.info();
  impl->info = {.recording_id = info.recording_id,
                .config_hash = info.config_hash,
                .created_ns = info.created_ns,
                .segments = info.segments,
                .records = info.records,
                .edges = info.edges,
                .bytes = info.bytes,
                .first_event_ns = info.first_event_ns,
                .last_event_ns = info.last_event_ns,
                .closed = info.closed,
                .torn_tail = info.torn_tail};
  std::vector<std::byte> last;  // its bytes: a block's own are gone with the next one
  while (const auto block = impl->reader.next()) {
    if (block->type == journal::BlockType::kCatalog) last.assign(block->payload.begin(), block->payload.end());
  }
  impl->reader.rewind();
  if (!last.empty()) {
    auto catalog = journal::parse_catalog(last);
    if (!catalog) return file_error(catalog.error());
    impl->names = Names(std::move(*catalog));
  }
  return JournalReader(std::move(impl));
}

const RecordingInfo& JournalReader::info() const noexcept { return impl_->info; }
const Names& JournalReader::names() const noexcept { return impl_->names; }
std::span<const Record> JournalReader::records() const noexcept { return impl_->records; }
std::uint64_t JournalReader::first_jseq() const noexcept { return impl_->first_jseq; }
void JournalReader::rewind() noexcept { impl_->reader.rewind(); }

JournalReader JournalReader::duplicate() const {
  auto impl = std::make_unique<Impl>(impl_->reader.duplicate());
  impl->info = impl_->info;
  impl->names = impl_->names;
  return JournalReader(std::move(impl));
}

Result<JournalReader::Kind> JournalReader::next() {
  impl_->records = {};
  impl_->edges = {};
  while (const auto block = impl_->reader.next()) {
    if (block->type == journal::BlockType::kRecords) {
      impl_->records = block->records();
      impl_->first_jseq = block->first_jseq;
      return Kind::kRecords;
    }
    if (block->type != journal::BlockType::kEdges) continue;
    auto edges = journal::parse_edges(block->payload);
    if (!edges) return file_error(edges.error());
    impl_->edges = std::move(*edges);
    return Kind::kEdges;
  }
  return Kind::kEnd;
}

void JournalReader::edges(Handler& handler) const {
  const wire::EdgeBatch& batch = impl_->edges;
  for (const wire::EdgeWithWhy& each : batch.edges)
    handler.on_edge(edge_event(impl_->names, each.edge, each.why, batch.header.recording_id, batch.header.config_hash, false));
}

}  // namespace groundswell::client
