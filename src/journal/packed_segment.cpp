#include "journal/packed_segment.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace groundswell::journal {
namespace {

constexpr int kPayloadLevel = 3;

Position position_before(const SegmentReader& segment) noexcept {
  const FileHeader& header = segment.header();
  return {header.first_block_seq, header.first_jseq, 0, header.previous_block_crc};
}

// Takes the blocks of a segment in order, and gives the same records and payloads to a writer in fewer and smaller ones.
class Packer {
 public:
  explicit Packer(SegmentWriter& writer) : writer_(writer) {}
  Result<void> take(const BlockHeader& header, std::span<const std::byte> payload);
  Result<void> write_records();

 private:
  Result<void> take_records(const BlockHeader& header, std::span<const Record> records);
  Result<void> take_other(const BlockHeader& header, std::span<const std::byte> payload);

  SegmentWriter& writer_;
  ColumnEncoder encoder_;
  std::vector<Record> open_;  // not written yet
  std::uint64_t open_jseq_ = 0;
  std::int64_t open_recv_ns_ = 0;
  std::uint16_t open_flags_ = 0;
  std::vector<std::byte> compressed_;
};

Result<void> Packer::take(const BlockHeader& header, std::span<const std::byte> payload) {
  if (header.type != BlockType::kRecords) return take_other(header, payload);
  return take_records(header, {reinterpret_cast<const Record*>(payload.data()), header.count});
}

Result<void> Packer::take_records(const BlockHeader& header, std::span<const Record> records) {
  if (open_.size() + records.size() > kMaxPackedRecords) {
    if (auto written = write_records(); !written) return written;
  }
  std::uint64_t jseq = header.first_jseq;
  while (!records.empty()) {
    const std::size_t taken = std::min(records.size(), kMaxPackedRecords);
    if (open_.empty()) open_jseq_ = jseq;
    open_.insert(open_.end(), records.begin(), records.begin() + static_cast<std::ptrdiff_t>(taken));
    records = records.subspan(taken);
    jseq += taken;
    open_flags_ |= header.flags;
    open_recv_ns_ = header.ts_recv_ns;
    if (records.empty()) break;
    if (auto written = write_records(); !written) return written;  // a block of more records than a packed one may have
  }
  return {};
}

Result<void> Packer::write_records() {
  if (open_.empty()) return {};
  BlockContent content{.type = BlockType::kRecords};
  content.count = static_cast<std::uint32_t>(open_.size());
  content.first_jseq = open_jseq_;
  for (const Record& record : open_) {
    const std::uint64_t time_ns = event_time_ns(record);
    widen(content.ts_event_min_ns, content.ts_event_max_ns, time_ns, time_ns);
  }
  content.ts_recv_ns = open_recv_ns_;
  content.flags = open_flags_;
  content.raw_bytes = open_.size() * kRecordBytes;
  content.payload = encoder_.encode(open_);
  content.codec = Codec::kColumns;
  if (content.payload.size() >= content.raw_bytes) {
    content.payload = std::as_bytes(std::span(open_));
    content.codec = Codec::kNone;
  }
  auto written = writer_.write_block(content);
  open_.clear();
  open_recv_ns_ = 0;
  open_flags_ = 0;
  return written;
}

// The records before it are written first, so that an edge still follows its cause.
Result<void> Packer::take_other(const BlockHeader& header, std::span<const std::byte> payload) {
  if (auto written = write_records(); !written) return written;
  BlockContent content{.type = header.type};
  content.count = header.count;
  content.first_jseq = header.first_jseq;
  content.payload = payload;
  content.ts_recv_ns = header.ts_recv_ns;
  content.flags = header.flags;
  const bool may_be_zstd = header.type != BlockType::kMark && !payload.empty() && payload.size() <= kMaxPackedBytes;
  if (may_be_zstd) {
    compressed_.resize(ZSTD_compressBound(payload.size()));
    const std::size_t length = ZSTD_compress(compressed_.data(), compressed_.size(), payload.data(), payload.size(), kPayloadLevel);
    if (ZSTD_isError(length) == 0 && block_bytes_on_disk(length) < block_bytes_on_disk(payload.size())) {
      content.payload = std::span(compressed_).first(length);
      content.codec = Codec::kZstd;
      content.raw_bytes = payload.size();
    }
  }
  return writer_.write_block(content);
}

// The blocks of a segment one after the other, unpacked, without INDEX and END.
class Blocks {
 public:
  explicit Blocks(const SegmentReader& segment) : segment_(segment) {}
  // False at the end.
  bool next() {
    if (offset_ >= segment_.data_end_offset()) return false;
    header = segment_.block(offset_);
    wrong = unpacker_.unpack(header, segment_.payload(offset_), payload);
    const std::uint64_t begin = offset_;
    offset_ += block_bytes_on_disk(header.stored_bytes);
    segment_.passed(begin, offset_);
    return true;
  }
  BlockHeader header{};
  std::span<const std::byte> payload;
  std::string wrong;  // or ""

 private:
  const SegmentReader& segment_;
  Unpacker unpacker_;
  std::uint64_t offset_ = kFileHeaderBytes;
};

bool is_equal(std::span<const std::byte> left, std::span<const std::byte> right) noexcept {
  return left.size() == right.size() && (left.empty() || std::memcmp(left.data(), right.data(), left.size()) == 0);
}

// "" = the same records and payloads in the same order.
std::string difference_of(const SegmentReader& plain, const SegmentReader& copy) {
  Blocks ours(plain), theirs(copy);
  std::span<const std::byte> left;  // of the records of their block: what has not been compared
  while (ours.next()) {
    const std::string at = fmt::format("in block {} before record {}", ours.header.block_seq, ours.header.first_jseq);
    if (ours.header.type == BlockType::kRecords) {
      for (std::span<const std::byte> rest = ours.payload; !rest.empty();) {
        if (left.empty()) {
          if (!theirs.next() || !theirs.wrong.empty() || theirs.header.type != BlockType::kRecords) return at + ": no records";
          left = theirs.payload;
        }
        const std::size_t both = std::min(rest.size(), left.size());
        if (!is_equal(rest.first(both), left.first(both))) return at + ": another record";
        rest = rest.subspan(both);
        left = left.subspan(both);
      }
      continue;
    }
    if (!left.empty() || !theirs.next() || !theirs.wrong.empty()) return at + ": no such block";
    const bool is_same = theirs.header.type == ours.header.type && theirs.header.count == ours.header.count &&
                         theirs.header.first_jseq == ours.header.first_jseq && is_equal(theirs.payload, ours.payload);
    if (!is_same) return at + ": another block";
  }
  return left.empty() && !theirs.next() ? "" : "after the last block: there is more";
}

}  // namespace

Result<void> write_packed_segment(const SegmentReader& plain, bool last, Descriptor copy, const std::filesystem::path& path) {
  FileHeader header = plain.header();
  Position position = position_before(plain);
  for (std::uint64_t offset = kFileHeaderBytes; offset < plain.end_offset();) {
    const BlockHeader& block = plain.block(offset);
    position.next_block_seq = block.block_seq + 1;
    position.last_block_crc = block.crc;
    offset += block_bytes_on_disk(block.stored_bytes);
  }
  const PackedMeta meta{position.next_block_seq, plain.file_bytes(), position.last_block_crc, 0};
  header.minor = kMinor;
  header.meta_bytes = sizeof meta;
  std::memcpy(header.meta.data(), &meta, sizeof meta);
  SegmentWriter writer(path, WriterOptions{});
  if (auto started = writer.start(std::move(copy), header); !started) return started;
  Packer packer(writer);
  Blocks blocks(plain);
  std::uint64_t next_jseq = header.first_jseq;
  while (blocks.next()) {
    if (!blocks.wrong.empty()) return fail(Exit::kBadData, fmt::format("{}: {}", plain.path().string(), blocks.wrong));
    if (blocks.header.type == BlockType::kRecords) next_jseq += blocks.header.count;
    if (auto taken = packer.take(blocks.header, blocks.payload); !taken) return taken;
  }
  if (auto written = packer.write_records(); !written) return written;
  return writer.seal(next_jseq, last);
}

Result<void> compare_packed_segment(const SegmentReader& plain, const std::filesystem::path& copy) {
  Position position = position_before(plain);
  Result<SegmentReader> packed = SegmentReader::open(copy, position);
  if (!packed) return packed.error();
  RecordingInfo info;
  SegmentSummary summary;
  Unpacker unpacker;
  if (auto checked = packed->check(position, info, summary, unpacker, true, {}); !checked) return checked;
  const std::string difference = packed->is_sealed() ? difference_of(plain, *packed) : "it has no END block";
  if (difference.empty()) return {};
  return fail(Exit::kBadData,
              fmt::format("{}: the packed segment is not the same {}; nothing was changed, report this", copy.string(), difference));
}

}  // namespace groundswell::journal
