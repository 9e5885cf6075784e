#include "journal/segment_writer.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.hpp"
#include "base/open_file.hpp"

namespace groundswell::journal {
namespace {

constexpr std::array<std::byte, kBlockAlign> kPadding{};
constexpr std::uint64_t kPageBytes = 4096;

iovec part(const void* bytes, std::size_t length) noexcept { return {const_cast<void*>(bytes), length}; }

FileHeader make_file_header(const WriterOptions& options) noexcept {
  FileHeader header;
  std::memset(&header, 0, sizeof header);
  header.magic = kMagic;
  header.major = kMajor;
  header.minor = 0;  // nothing of a newer one is in it
  header.header_bytes = kFileHeaderBytes;
  header.endian_probe = kEndianProbe;
  header.segment_uuid = options.segment_uuid;
  if (header.segment_uuid == Uuid{}) GS_ASSERT(::getrandom(header.segment_uuid.data(), sizeof(Uuid), 0) == sizeof(Uuid));
  header.recording_id = options.recording_id;
  header.created_ns = options.created_ns;
  header.definition_set_hash = options.definition_set_hash;
  header.config_hash = options.config_hash;
  header.record_bytes = kRecordBytes;
  header.block_align = kBlockAlign;
  return header;
}

}  // namespace

Result<void> SegmentWriter::start(Descriptor file, std::uint64_t first_jseq) {
  FileHeader header = make_file_header(options_);
  header.first_jseq = first_jseq;
  header.first_block_seq = next_block_seq_;
  header.previous_block_crc = last_block_crc_;
  return start(std::move(file), header);
}

Result<void> SegmentWriter::start(Descriptor file, FileHeader header) {
  GS_ASSERT(waiting_.empty());
  {
    const std::lock_guard lock(file_mutex_);
    file_ = std::move(file);
    written_ = writeback_from_ = 0;
  }
  if (options_.segment_bytes > 0) {
    if (const int error = preallocate(file_.number(), options_.segment_bytes); error != 0) {
      return system_error(Exit::kIo, path_, "cannot preallocate a segment", error);
    }
  }
  header.crc = file_header_crc(header);
  std::array<iovec, 1> parts{part(&header, sizeof header)};
  int error = write_all(file_.number(), parts, 0);
  if (error == 0) error = sync_all(file_.number());
  if (error != 0) return system_error(Exit::kIo, path_, "cannot write a file header", error);
  crc_seed_ = block_crc_seed(header.segment_uuid);
  bytes_in_earlier_ += offset_;
  offset_ = kFileHeaderBytes;
  first_jseq_ = header.first_jseq;
  next_block_seq_ = header.first_block_seq;
  last_block_crc_ = header.previous_block_crc;
  summary_.start(header.crc);
  return {};
}

Result<void> SegmentWriter::resume(Descriptor file, SegmentPosition position) {
  {
    const std::lock_guard lock(file_mutex_);
    file_ = std::move(file);
    written_ = writeback_from_ = 0;
  }
  if (::ftruncate(file_.number(), static_cast<off_t>(position.offset)) != 0)
    return system_error(Exit::kIo, path_, "cannot cut the end of a segment", errno);
  // Before anything is written over the old end: after a power loss none of its blocks may stand behind a new one.
  if (const int error = sync_all(file_.number()); error != 0) return system_error(Exit::kIo, path_, "cannot sync a segment", error);
  if (options_.segment_bytes > position.offset) {
    if (const int error = preallocate(file_.number(), options_.segment_bytes); error != 0) {
      return system_error(Exit::kIo, path_, "cannot preallocate a segment", error);
    }
  }
  offset_ = position.offset;
  bytes_in_earlier_ = position.bytes_in_earlier;
  first_jseq_ = position.first_jseq;
  next_block_seq_ = position.next_block_seq;
  ts_recv_ns_ = position.ts_recv_ns;
  last_block_crc_ = position.last_block_crc;
  crc_seed_ = position.crc_seed;
  summary_ = std::move(position.summary);
  return {};
}

void SegmentWriter::go_on_after(const PackedMeta& packed) noexcept {
  next_block_seq_ = packed.next_block_seq;
  last_block_crc_ = packed.last_block_crc;
}

Result<void> SegmentWriter::write_block(const BlockContent& content) {
  GS_ASSERT(content.payload.size() <= kMaxPayloadBytes);
  const bool clock_went_back = content.ts_recv_ns != 0 && content.ts_recv_ns < ts_recv_ns_;
  if (content.ts_recv_ns > ts_recv_ns_) ts_recv_ns_ = content.ts_recv_ns;
  BlockHeader header{};
  header.sync = kBlockSync;
  header.stored_bytes = static_cast<std::uint32_t>(content.payload.size());
  header.raw_bytes = content.codec == Codec::kNone ? header.stored_bytes : static_cast<std::uint32_t>(content.raw_bytes);
  header.type = content.type;
  header.codec = content.codec;
  header.flags = static_cast<std::uint16_t>(content.flags | (clock_went_back ? kBlockClockBack : 0));
  header.count = content.count;
  header.block_seq = next_block_seq_;
  header.first_jseq = content.first_jseq;
  header.ts_event_min_ns = content.ts_event_min_ns;
  header.ts_event_max_ns = content.ts_event_max_ns;
  header.ts_recv_ns = ts_recv_ns_;
  header.crc = block_crc(header, content.payload.data(), crc_seed_);
  const std::array<iovec, 3> parts{part(&header, sizeof header), part(content.payload.data(), content.payload.size()),
                                   part(kPadding.data(), padded(content.payload.size()) - content.payload.size())};
  const std::size_t bytes = block_bytes_on_disk(content.payload.size());
  if (bytes > kLargestThatWaits || waiting_.size() + bytes > kMostWaitingBytes) {
    if (auto written = write(parts); !written) return written;
  } else {
    for (const iovec& each : parts) {
      const auto* const from = static_cast<const std::byte*>(each.iov_base);
      waiting_.insert(waiting_.end(), from, from + each.iov_len);
    }
  }
  if (content.type != BlockType::kEnd) summary_.add(header, offset_);
  last_block_crc_ = header.crc;
  offset_ += bytes;
  ++next_block_seq_;
  return {};
}

Result<void> SegmentWriter::write(std::span<const iovec> parts) {
  std::array<iovec, 4> all{part(waiting_.data(), waiting_.size())};
  std::copy(parts.begin(), parts.end(), all.begin() + 1);
  std::uint64_t end = offset_;
  for (const iovec& each : parts) end += each.iov_len;
  if (const int error = write_all(file_.number(), all, offset_ - waiting_.size()); error != 0) {
    return system_error(Exit::kIo, path_, "cannot write a block", error);
  }
  waiting_.clear();
  written_.store(end, std::memory_order_relaxed);
  return {};
}

Result<void> SegmentWriter::flush() { return write({}); }

Result<void> SegmentWriter::seal(std::uint64_t next_jseq, bool last) {
  BlockContent index{.type = BlockType::kIndex};
  index.payload = std::as_bytes(summary_.index());
  index.count = static_cast<std::uint32_t>(summary_.index().size());
  index.first_jseq = next_jseq;
  if (auto written = write_block(index); !written) return written;
  const EndPayload payload = summary_.end(last);
  BlockContent end{.type = BlockType::kEnd};
  end.payload = std::as_bytes(std::span(&payload, 1));
  end.first_jseq = next_jseq;
  if (auto written = write_block(end); !written) return written;
  if (auto flushed = flush(); !flushed) return flushed;
  if (::ftruncate(file_.number(), static_cast<off_t>(offset_)) != 0) return system_error(Exit::kIo, path_, "cannot trim a segment", errno);
  if (const int error = sync_all(file_.number()); error != 0) return system_error(Exit::kIo, path_, "cannot sync a segment", error);
  return {};
}

bool SegmentWriter::fits(std::size_t payload_bytes) const noexcept {
  const std::size_t index_bytes = (summary_.index().size() + 1) * sizeof(IndexEntry);
  return offset_ + block_bytes_on_disk(payload_bytes) + block_bytes_on_disk(index_bytes) + kEndBlockBytes <= options_.segment_bytes;
}

int SegmentWriter::sync() noexcept {
  Descriptor duplicate;
  {
    const std::lock_guard lock(file_mutex_);
    duplicate = Descriptor(open_again(file_.number()));
    if (!duplicate.is_open()) return errno;
  }
  return ::fdatasync(duplicate.number()) == 0 ? 0 : errno;
}

int SegmentWriter::begin_writeback() noexcept {
  Descriptor duplicate;
  std::uint64_t from = 0, to = 0;
  {
    const std::lock_guard lock(file_mutex_);
    from = writeback_from_;
    to = written_.load(std::memory_order_relaxed) / kPageBytes * kPageBytes;  // what comes next goes into the page behind
    if (to <= from) return 0;
    duplicate = Descriptor(open_again(file_.number()));
    if (!duplicate.is_open()) return errno;
    writeback_from_ = to;
  }
  return ::sync_file_range(duplicate.number(), static_cast<off_t>(from), static_cast<off_t>(to - from), SYNC_FILE_RANGE_WRITE) == 0 ? 0
                                                                                                                                    : errno;
}

}  // namespace groundswell::journal
