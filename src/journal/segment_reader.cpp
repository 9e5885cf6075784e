#include "journal/segment_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/open_file.hpp"

namespace groundswell::journal {
namespace {

constexpr std::uint64_t kProgressStepBytes = 16 << 20;
constexpr std::uint64_t kResidentStepBytes = 8 << 20;
constexpr std::size_t kTailChunkBytes = 1 << 20;

bool known_kinds_only(std::span<const std::byte> payload, std::size_t count) noexcept {
  const auto* records = reinterpret_cast<const Record*>(payload.data());
  return std::all_of(records, records + count,
                     [](const Record& record) { return record.kind >= RecordKind::kTick && record.kind <= RecordKind::kReferenceChange; });
}

}  // namespace

SegmentReader::SegmentReader(SegmentReader&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::move(other.file_)),
      bytes_(std::exchange(other.bytes_, nullptr)),
      file_bytes_(other.file_bytes_),
      end_offset_(other.end_offset_),
      data_end_offset_(other.data_end_offset_),
      crc_seed_(other.crc_seed_),
      has_index_(other.has_index_),
      is_sealed_(other.is_sealed_),
      records_(other.records_) {}

SegmentReader::~SegmentReader() {
  if (bytes_ != nullptr) ::munmap(const_cast<std::byte*>(bytes_), file_bytes_);
}

Error SegmentReader::damaged(std::uint64_t offset, const std::string& why) const {
  return fail(Exit::kBadData, fmt::format("{}: damaged at offset {}: {}; restore the recording from a copy", path_.string(), offset, why));
}

Result<SegmentReader> SegmentReader::open(const std::filesystem::path& path, const Position& position) {
  Descriptor file(open_file(path.c_str(), O_RDONLY | O_NONBLOCK));
  if (!file.is_open()) return system_error(errno == EIO ? Exit::kIo : Exit::kNoInput, path, "cannot open", errno);
  SegmentReader segment(path, std::move(file));
  if (auto mapped = segment.map(); !mapped) return mapped.error();
  if (auto checked = segment.check_file_header(position); !checked) return checked.error();
  segment.crc_seed_ = block_crc_seed(segment.header().segment_uuid);
  segment.end_offset_ = segment.data_end_offset_ = kFileHeaderBytes;
  return segment;
}

Result<void> SegmentReader::map() {
  struct stat status;
  if (::fstat(file_.number(), &status) != 0) return system_error(Exit::kIo, path_, "cannot stat", errno);
  if (!S_ISREG(status.st_mode)) return fail(Exit::kBadData, fmt::format("{}: not a recording: not a regular file", path_.string()));
  file_bytes_ = static_cast<std::uint64_t>(status.st_size);
  if (file_bytes_ < kFileHeaderBytes) {
    return fail(Exit::kBadData, fmt::format("{}: not a recording, or cut within its file header: {} bytes, the header has {}",
                                            path_.string(), file_bytes_, kFileHeaderBytes));
  }
  void* mapped = ::mmap(nullptr, file_bytes_, PROT_READ, MAP_SHARED, file_.number(), 0);
  if (mapped == MAP_FAILED) return system_error(Exit::kIo, path_, "cannot map", errno);
  bytes_ = static_cast<const std::byte*>(mapped);
  ::madvise(mapped, file_bytes_, MADV_SEQUENTIAL);
  return {};
}

Result<void> SegmentReader::check_file_header(const Position& position) const {
  const FileHeader& head = header();
  const std::string name = path_.string();
  if (head.magic != kMagic)
    return fail(Exit::kBadData, fmt::format("{}: not a recording: it does not begin with 89 'GSJ' 0d 0a 1a 0a", name));
  if (head.endian_probe != kEndianProbe) return damaged(offsetof(FileHeader, endian_probe), "not little-endian");
  // Before the checksum: a newer version may keep it elsewhere.
  if (head.major > kMajor) {
    return fail(Exit::kBadData, fmt::format("{}: written by a newer version: major {}, this program reads {}", name, head.major, kMajor));
  }
  if (head.crc != file_header_crc(head)) return damaged(0, "the file header's checksum does not match");
  if (head.major != kMajor) return damaged(offsetof(FileHeader, major), fmt::format("major version {}", head.major));
  if (head.header_bytes != kFileHeaderBytes || head.record_bytes != kRecordBytes || head.block_align != kBlockAlign) {
    return damaged(offsetof(FileHeader, header_bytes), "sizes of header, record or block that version 1 does not have");
  }
  const bool has_meta = head.minor > 0 && head.meta_bytes >= sizeof(PackedMeta) && head.meta_bytes <= sizeof head.meta;
  if (head.meta_bytes != 0 && !has_meta) return damaged(offsetof(FileHeader, meta_bytes), "meta bytes that version 1 does not have");
  if (head.first_block_seq != position.next_block_seq || head.first_jseq != position.next_jseq ||
      head.previous_block_crc != position.last_block_crc) {
    return fail(Exit::kBadData,
                fmt::format("{}: begins with block {} and record {}, expected block {} and record {}: a segment before it is "
                            "missing; give the directory with all segments",
                            name, head.first_block_seq, head.first_jseq, position.next_block_seq, position.next_jseq));
  }
  return {};
}

std::optional<PackedMeta> SegmentReader::packed() const noexcept {
  if (header().meta_bytes == 0) return std::nullopt;
  PackedMeta meta;
  std::memcpy(&meta, header().meta.data(), sizeof meta);
  return meta;
}

std::string SegmentReader::why_broken(std::uint64_t offset) const {
  const std::uint64_t left_bytes = file_bytes_ - offset;
  if (left_bytes < kBlockHeaderBytes) return "cut within a block header";
  const BlockHeader& head = block(offset);
  if (head.sync != kBlockSync) return "no block begins here";
  if (head.stored_bytes > kMaxPayloadBytes || block_bytes_on_disk(head.stored_bytes) > left_bytes)
    return "the block reaches beyond the file";
  const std::byte* bytes = payload(offset);
  if (head.crc != block_crc(head, bytes, crc_seed_)) return "the block's checksum does not match";
  if (!all_zero(bytes + head.stored_bytes, padded(head.stored_bytes) - head.stored_bytes)) return "the block's padding is not zero";
  return {};
}

// What a whole block says that it must not: written by a faulty or newer program, or lost neighbours.
std::string SegmentReader::why_wrong(const BlockHeader& head, std::uint64_t offset, const Position& position, const SegmentSummary& summary,
                                     Unpacker& unpacker) const {
  if (head.block_seq != position.next_block_seq) return fmt::format("block {}, expected {}", head.block_seq, position.next_block_seq);
  if (head.first_jseq != position.next_jseq) return fmt::format("first record {}, expected {}", head.first_jseq, position.next_jseq);
  if (head.codec != Codec::kNone && !packed()) {
    return fmt::format("codec {} is not known to this version in a segment that is not packed", static_cast<unsigned>(head.codec));
  }
  if (head.ts_recv_ns < position.ts_recv_ns) return "receive time goes back";
  if (has_index_ != (head.type == BlockType::kEnd)) return "an INDEX block and an END block must follow each other";
  std::span<const std::byte> unpacked;
  if (std::string wrong = unpacker.unpack(head, payload(offset), unpacked); !wrong.empty()) return wrong;
  const bool has_records = head.type == BlockType::kRecords;
  if (has_records && (head.count == 0 || head.raw_bytes != std::uint64_t{head.count} * kRecordBytes))
    return "its length does not fit its count";
  switch (head.type) {
    case BlockType::kRecords: return known_kinds_only(unpacked, head.count) ? "" : "a record of a kind that is not known to this version";
    case BlockType::kEdges:
    case BlockType::kCatalog:
    case BlockType::kConfig:
    case BlockType::kMark: return "";
    case BlockType::kIndex: {
      const std::span<const std::byte> expected = std::as_bytes(summary.index());
      const bool equal = head.count == summary.index().size() && head.stored_bytes == expected.size() &&
                         (expected.empty() || std::memcmp(payload(offset), expected.data(), expected.size()) == 0);
      return equal ? "" : "the index does not fit the blocks";
    }
    case BlockType::kEnd: {
      EndPayload end{};
      if (head.stored_bytes == sizeof end) std::memcpy(&end, payload(offset), sizeof end);
      const EndPayload expected = summary.end(end.last == 1);
      return std::memcmp(&end, &expected, sizeof end) == 0 ? "" : "the END block does not fit the blocks";
    }
  }
  return fmt::format("block type {} is not known to this version", static_cast<unsigned>(head.type));
}

Result<void> SegmentReader::check(Position& position, RecordingInfo& info, SegmentSummary& summary, Unpacker& unpacker, bool is_last,
                                  const std::function<void(std::uint64_t)>& on_progress) {
  summary.start(header().crc);
  std::uint64_t& offset = end_offset_;
  std::uint64_t next_progress = kProgressStepBytes;
  while (offset < file_bytes_ && !is_sealed_) {
    if (const std::string broken = why_broken(offset); !broken.empty()) {
      auto tail = check_tail(offset, broken, info, is_last);
      // If a writer is at work, what looked torn may be whole by now, and what looked lost between whole blocks may be there.
      if (why_broken(offset).empty()) {
        info.torn_tail.clear();
        info.torn_bytes = 0;
        continue;
      }
      if (!tail) return tail;
      break;
    }
    const BlockHeader& head = block(offset);
    if (const std::string wrong = why_wrong(head, offset, position, summary, unpacker); !wrong.empty()) return damaged(offset, wrong);
    is_sealed_ = head.type == BlockType::kEnd;
    has_index_ = head.type == BlockType::kIndex;
    if (!is_sealed_) summary.add(head, offset);
    if (!is_sealed_ && !has_index_) ++info.blocks;
    if (head.type == BlockType::kRecords) position.next_jseq += head.count;
    if (head.type == BlockType::kEdges) info.edges += head.count;
    widen(info.first_event_ns, info.last_event_ns, head.ts_event_min_ns, head.ts_event_max_ns);
    ++position.next_block_seq;
    position.ts_recv_ns = head.ts_recv_ns;
    position.last_block_crc = head.crc;
    const std::uint64_t begin = offset;
    offset += block_bytes_on_disk(head.stored_bytes);
    if (!is_sealed_ && !has_index_) data_end_offset_ = offset;
    passed(begin, offset);
    if (on_progress && offset >= next_progress) {
      on_progress(offset);
      next_progress = offset + kProgressStepBytes;
    }
  }
  records_ = summary.records();
  ++info.segments;
  info.bytes += offset;
  if (const auto meta = packed(); meta && is_sealed_) {
    position.next_block_seq = meta->next_block_seq;
    position.last_block_crc = meta->last_block_crc;
  }
  return check_end(info, is_last);
}

void SegmentReader::passed(std::uint64_t from, std::uint64_t to) const noexcept {
  const auto keep_from = [](std::uint64_t offset) {  // the step that the offset is in, and the one before
    const std::uint64_t begin = offset - offset % kResidentStepBytes;
    return begin - std::min(begin, kResidentStepBytes);
  };
  if (keep_from(from) == keep_from(to)) return;
  ::madvise(const_cast<std::byte*>(bytes_) + keep_from(from), keep_from(to) - keep_from(from), MADV_DONTNEED);
}

Result<void> SegmentReader::check_end(RecordingInfo& info, bool is_last) const {
  if (!is_sealed_) {
    if (!is_last) return damaged(end_offset_, "no END block, and another segment follows");
    if (has_index_ && info.torn_tail.empty()) {
      info.torn_tail =
          fmt::format("{}: torn tail at offset {}, 0 bytes cut (an INDEX block without the END block)", path_.string(), end_offset_);
    }
    return {};
  }
  const Result<Tail> rest = read_tail(end_offset_);
  if (!rest) return rest.error();
  if (rest->nonzero_end > 0) return damaged(end_offset_, "bytes after the END block");
  EndPayload end;
  std::memcpy(&end, bytes_ + end_offset_ - sizeof end, sizeof end);
  info.closed = end.last == 1;
  if (info.closed && !is_last) return damaged(end_offset_, "the recording was closed here, and another segment follows");
  return {};
}

Result<void> SegmentReader::check_tail(std::uint64_t offset, const std::string& broken, RecordingInfo& info, bool is_last) const {
  Result<Tail> tail = read_tail(offset);
  if (!tail) return tail.error();
  if (tail->whole_block) return damaged(offset, fmt::format("{}, and a whole block follows at offset {}", broken, *tail->whole_block));
  if (!is_last) return damaged(offset, broken + ", and another segment follows");
  if (tail->nonzero_end > 0) {
    info.torn_bytes = tail->nonzero_end - offset;
    info.torn_tail = fmt::format("{}: torn tail at offset {}, {} bytes cut ({})", path_.string(), offset, info.torn_bytes, broken);
  }
  return {};
}

// The tail is read, not touched in the mapping: a writer that closes trims it, which would kill the reader.
Result<SegmentReader::Tail> SegmentReader::read_tail(std::uint64_t offset) const {
  Tail tail;
  std::vector<std::byte> chunk(std::min<std::uint64_t>(kTailChunkBytes, file_bytes_ - offset));
  while (offset < file_bytes_) {
    const ssize_t got =
        ::pread(file_.number(), chunk.data(), std::min<std::uint64_t>(chunk.size(), file_bytes_ - offset), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(Exit::kIo, path_, "cannot read", errno);
    if (got == 0) break;  // trimmed meanwhile
    // Whole steps, so that the next chunk is aligned again; but for the last bytes of the file.
    auto length = static_cast<std::size_t>(got);
    if (length >= kBlockAlign) length -= length % kBlockAlign;
    const bool is_zero = all_zero(chunk.data(), length);
    for (std::size_t step = 0; !is_zero && step < length; step += kBlockAlign) {
      const std::size_t step_bytes = std::min(kBlockAlign, length - step);
      if (all_zero(chunk.data() + step, step_bytes)) continue;
      std::size_t nonzero = step_bytes;
      while (chunk[step + nonzero - 1] == std::byte{0}) --nonzero;
      tail.nonzero_end = offset + step + nonzero;
      if (!tail.whole_block && why_broken(offset + step).empty()) tail.whole_block = offset + step;
    }
    offset += length;
  }
  return tail;
}

SegmentPosition SegmentReader::position(std::int64_t ts_recv_ns) const {
  SegmentPosition at;
  at.first_jseq = header().first_jseq;
  at.next_block_seq = header().first_block_seq;
  at.ts_recv_ns = ts_recv_ns;
  at.last_block_crc = header().previous_block_crc;
  at.crc_seed = crc_seed_;
  at.summary.start(header().crc);
  while (at.offset < data_end_offset_) {
    const BlockHeader& head = block(at.offset);
    at.summary.add(head, at.offset);
    at.last_block_crc = head.crc;
    ++at.next_block_seq;
    at.offset += block_bytes_on_disk(head.stored_bytes);
  }
  return at;
}

}  // namespace groundswell::journal
