#include "journal/writer.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "base/assert.hpp"
#include "base/open_file.hpp"
#include "journal/create.hpp"
#include "journal/reader_impl.hpp"
#include "journal/segment_writer.hpp"
#include "wire/codec.hpp"

namespace groundswell::journal {

struct Writer::Impl {
  Impl(std::filesystem::path path_of_recording, const WriterOptions& with_options)
      : path(std::move(path_of_recording)), options(with_options), segment(path, with_options) {
    open_block.resize(std::max<std::size_t>(1, std::min(options.block_bytes, kMaxPayloadBytes) / kRecordBytes));
  }

  Result<void> start_segment();
  Result<void> roll();
  Result<void> write_block(const BlockContent& content);
  Result<void> close_open_block();
  Result<void> flush();
  Result<void> write_other_block(BlockType type, std::uint32_t count, std::span<const std::byte> payload);
  std::uint64_t next_jseq() const noexcept { return appended_jseq + 1; }

  Result<void> check() {
    if (!has_failed.load(std::memory_order_acquire)) return {};
    const std::lock_guard guard(failure_mutex);
    return failure;
  }
  Error keep(Error error) {
    const std::lock_guard guard(failure_mutex);
    if (!has_failed.load(std::memory_order_relaxed)) failure = std::move(error);
    has_failed.store(true, std::memory_order_release);
    return failure;
  }

  const std::filesystem::path path;
  const WriterOptions options;
  Descriptor directory;  // of segments; not open for a single file
  Descriptor lock;       // of segments; a single file is locked by its own descriptor
  SegmentWriter segment;
  std::vector<Record> open_block;  // full size from the start; the first open_records are in use
  std::size_t open_records = 0;
  std::uint64_t appended_jseq = 0, closed_jseq = 0;  // the last record taken in; the last one in a block
  std::atomic<std::uint64_t> written_jseq{0};
  bool is_closed = false;

  std::mutex failure_mutex;
  std::atomic<bool> has_failed{false};
  Error failure;  // the first one, for good
};

Result<void> Writer::Impl::start_segment() {
  const std::uint64_t first_jseq = closed_jseq + 1;
  Result<Descriptor> file = create_segment_file(path, directory.number());
  if (!file) return file.error();
  if (auto started = segment.start(std::move(*file), first_jseq); !started) {
    remove_segment_file(directory.number());  // gives the disk back what was preallocated
    return started;
  }
  return name_segment_file(path, directory.number(), first_jseq);
}

Result<void> Writer::Impl::roll() {
  if (auto sealed = segment.seal(closed_jseq + 1, false); !sealed) return sealed;
  written_jseq.store(closed_jseq, std::memory_order_release);
  return start_segment();
}

Result<void> Writer::Impl::write_block(const BlockContent& content) {
  // A segment is named by its first record: one that has none yet cannot be followed by another, and grows instead.
  const bool may_roll = options.segment_bytes > 0 && content.first_jseq > segment.first_jseq();
  if (may_roll && !segment.fits(content.payload.size())) {
    if (auto rolled = roll(); !rolled) return keep(rolled.error());
  }
  if (auto written = segment.write_block(content); !written) return keep(written.error());
  return {};
}

Result<void> Writer::Impl::close_open_block() {
  if (open_records == 0) return {};
  const std::span<const Record> records(open_block.data(), open_records);
  BlockContent content{.type = BlockType::kRecords};
  content.count = static_cast<std::uint32_t>(open_records);
  content.first_jseq = next_jseq() - open_records;
  content.payload = std::as_bytes(records);
  content.ts_recv_ns = records.back().recv_ns;
  for (const Record& record : records) {
    const std::uint64_t time_ns = event_time_ns(record);
    widen(content.ts_event_min_ns, content.ts_event_max_ns, time_ns, time_ns);
  }
  if (auto written = write_block(content); !written) return written;
  open_records = 0;
  closed_jseq = appended_jseq;
  return {};
}

Result<void> Writer::Impl::flush() {
  if (auto closed = close_open_block(); !closed) return closed;
  if (auto flushed = segment.flush(); !flushed) return keep(flushed.error());
  written_jseq.store(closed_jseq, std::memory_order_release);
  return {};
}

Result<void> Writer::Impl::write_other_block(BlockType type, std::uint32_t count, std::span<const std::byte> payload) {
  GS_ASSERT(!is_closed);
  if (auto checked = check(); !checked) return checked;
  if (auto closed = close_open_block(); !closed) return closed;
  BlockContent content{.type = type};
  content.count = count;
  content.first_jseq = next_jseq();
  content.payload = payload;
  return write_block(content);
}

Result<Writer> Writer::create(const std::filesystem::path& path, const WriterOptions& options) {
  WriterOptions complete = options;
  while (complete.recording_id == 0) {
    GS_ASSERT(::getrandom(&complete.recording_id, sizeof complete.recording_id, 0) == sizeof complete.recording_id);
  }
  auto impl = std::make_unique<Impl>(path, complete);
  if (options.segment_bytes == 0) {
    Result<Descriptor> file = create_single_file(path);
    if (!file) return file.error();
    if (auto started = impl->segment.start(std::move(*file), 1); !started) {
      ::unlink(path.c_str());  // ours and empty: leave nothing that a second try would stumble over
      return started.error();
    }
  } else {
    Result<LockedDirectory> locked = create_recording_directory(path);
    if (!locked) return locked.error();
    impl->directory = std::move(locked->directory);
    impl->lock = std::move(locked->lock);
    if (auto started = impl->start_segment(); !started) return started.error();
  }
  return Writer(std::move(impl));
}

Result<Writer> Writer::resume(HeldRecording& held, const WriterOptions& options) {
  GS_ASSERT(options.segment_bytes > 0 && held.lock.is_open());
  const Reader::Impl& reader = *held.reader->impl_;
  WriterOptions complete = options;
  complete.recording_id = reader.info.recording_id;
  complete.config_hash = reader.info.config_hash;
  complete.definition_set_hash = reader.info.definition_set_hash;
  complete.created_ns = reader.info.created_ns;
  auto impl = std::make_unique<Impl>(held.path, complete);
  const SegmentReader& last = reader.segments->back();
  Descriptor file(open_file(last.path().c_str(), O_RDWR));
  if (!file.is_open()) return system_error(Exit::kIo, last.path(), "cannot open for writing", errno);
  SegmentPosition position = last.position(reader.end.ts_recv_ns);
  position.bytes_in_earlier = reader.info.bytes - last.end_offset();
  if (auto resumed = impl->segment.resume(std::move(file), std::move(position)); !resumed) return resumed.error();
  impl->directory = std::move(held.directory);
  impl->lock = std::move(held.lock);
  impl->appended_jseq = impl->closed_jseq = reader.info.records;
  impl->written_jseq.store(reader.info.records, std::memory_order_relaxed);
  // Nothing is appended to a packed segment: it gets its end again, now followed by a segment, and the next one begins where its plain form
  // ended. A crash in between leaves what this can be done to again.
  if (const auto packed = last.packed()) {
    if (auto sealed = impl->segment.seal(impl->next_jseq(), false); !sealed) return sealed.error();
    impl->segment.go_on_after(*packed);
    if (auto started = impl->start_segment(); !started) return started.error();
  }
  return Writer(std::move(impl));
}

Writer::Writer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&& other) noexcept {
  Writer taken(std::move(other));
  impl_.swap(taken.impl_);  // `taken` writes what was open here
  return *this;
}
Writer::~Writer() {
  if (impl_ && !impl_->is_closed) (void)flush();
}

Result<void> Writer::append(std::span<const Record> records) {
  GS_ASSERT(!impl_->is_closed);
  if (auto checked = impl_->check(); !checked) return checked;
  while (!records.empty()) {
    const std::size_t taken = std::min(records.size(), impl_->open_block.size() - impl_->open_records);
    std::memcpy(impl_->open_block.data() + impl_->open_records, records.data(), taken * kRecordBytes);
    impl_->open_records += taken;
    impl_->appended_jseq += taken;
    records = records.subspan(taken);
    if (impl_->open_records == impl_->open_block.size()) {
      if (auto flushed = impl_->flush(); !flushed) return flushed;
    }
  }
  return {};
}

Result<void> Writer::append_edges(std::span<const std::byte> edge_batch, std::uint32_t edge_count) {
  return impl_->write_other_block(BlockType::kEdges, edge_count, edge_batch);
}

Result<void> Writer::append_catalog(const Catalog& catalog) {
  wire::SignalCodec codec;
  return impl_->write_other_block(BlockType::kCatalog, 1, codec.encode(catalog));
}

Result<void> Writer::append_config(std::span<const ConfigText> texts) {
  const std::string payload = encode_config(texts);
  return impl_->write_other_block(BlockType::kConfig, static_cast<std::uint32_t>(texts.size()), std::as_bytes(std::span(payload)));
}

Result<void> Writer::flush() {
  GS_ASSERT(!impl_->is_closed);
  if (auto checked = impl_->check(); !checked) return checked;
  return impl_->flush();
}

Result<void> Writer::close() {
  if (auto flushed = flush(); !flushed) return flushed;
  if (auto sealed = impl_->segment.seal(impl_->next_jseq(), true); !sealed) return impl_->keep(sealed.error());
  impl_->is_closed = true;
  return {};
}

Result<std::uint64_t> Writer::sync() {
  // Read before the file is looked up: if a roll comes between, it has synced what this number counts.
  const std::uint64_t jseq = impl_->written_jseq.load(std::memory_order_acquire);
  if (auto checked = impl_->check(); !checked) return checked.error();
  if (const int error = impl_->segment.sync(); error != 0) {
    return impl_->keep(system_error(Exit::kIo, impl_->path, "cannot sync", error));
  }
  return jseq;
}

void Writer::begin_writeback() noexcept { (void)impl_->segment.begin_writeback(); }

std::uint64_t Writer::recording_id() const noexcept { return impl_->options.recording_id; }
std::uint64_t Writer::appended_jseq() const noexcept { return impl_->appended_jseq; }
std::uint64_t Writer::written_jseq() const noexcept { return impl_->written_jseq.load(std::memory_order_relaxed); }
std::uint64_t Writer::last_block_seq() const noexcept { return impl_->segment.last_block_seq(); }
bool Writer::all_written() const noexcept { return impl_->open_records == 0 && !impl_->segment.has_waiting(); }
std::uint64_t Writer::bytes_written() const noexcept { return impl_->segment.bytes_written(); }
const std::filesystem::path& Writer::path() const noexcept { return impl_->path; }

}  // namespace groundswell::journal
