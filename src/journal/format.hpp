// The bytes of a recording (.gsj): file header, blocks, index and end. schemas/README.md has the table; golden bytes guard it.
// Little-endian, every block 64-byte aligned. A block's checksum is seeded with its segment's uuid, so stale bytes never verify.
//
// A recording is one file, or a directory of segments <firstJseq:016x>.gsj. Every segment that is finished, not only the last, ends with an
// INDEX and an END block, the END block being the last 128 bytes of the file; its `last` says whether the recording ends there. So an
// unsealed segment can only be the last one, and a missing segment shows. Numbering of records and of blocks starts with 1 and runs on
// across segments; each segment's header carries the checksum of the block before it.
//
// A finished segment may be packed: written anew with compressed blocks, RECORDS blocks that were neighbours merged. It has the same
// records and other payloads in the same order, and the same file header but for its minor version and its meta: PackedMeta there says with
// which block number and checksum the segment after it begins, as the blocks of the packed one are fewer and others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

namespace groundswell::journal {

inline constexpr std::size_t kFileHeaderBytes = 4096;
inline constexpr std::size_t kBlockHeaderBytes = 64;
inline constexpr std::size_t kBlockAlign = 64;
inline constexpr std::uint16_t kMajor = 1;  // a reader refuses a newer one …
inline constexpr std::uint16_t kMinor = 1;  // … and accepts a newer one of these. 1: packed segments; a plain one says 0
inline constexpr std::array<std::uint8_t, 8> kMagic{0x89, 'G', 'S', 'J', 0x0D, 0x0A, 0x1A, 0x0A};
inline constexpr std::uint64_t kEndianProbe = 0x0102030405060708;
inline constexpr std::uint32_t kBlockSync = 0x4B4C4247;  // "GBLK"
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{1} << 30;
inline constexpr std::size_t kIndexStrideBlocks = 64;                  // one index entry per so many blocks
inline constexpr std::size_t kMaxIndexEntries = std::size_t{1} << 16;  // of one segment; blocks after that are not indexed

using Uuid = std::array<std::uint8_t, 16>;

// Payloads: RECORDS = count x Record. EDGES = one flat EdgeBatch message. CATALOG = one flat Catalog message. CONFIG = count x
// {u32 name bytes, u32 text bytes, name, text}. MARK = records lost to the journal. INDEX = count x IndexEntry. END = EndPayload.
enum class BlockType : std::uint8_t { kRecords = 1, kEdges = 2, kCatalog = 3, kConfig = 4, kMark = 5, kIndex = 6, kEnd = 7 };
// In packed segments only: RECORDS are kColumns (journal/columns.hpp), EDGES, CATALOG and CONFIG are kZstd; what does not get smaller is
// kNone there too. 1 was reserved and is not in use.
enum class Codec : std::uint8_t { kNone = 0, kZstd = 2, kColumns = 3 };
inline constexpr std::size_t kMaxPackedRecords = 16'384;               // of one kColumns block
inline constexpr std::size_t kMaxPackedBytes = std::size_t{16} << 20;  // raw bytes of one kZstd block

inline constexpr std::uint16_t kBlockGapBefore = 0x1;  // reserved: records are missing before this block
inline constexpr std::uint16_t kBlockRecovered = 0x2;  // reserved: written by a salvage
inline constexpr std::uint16_t kBlockClockBack =
    0x4;  // the receive clock stood behind an earlier block's; ts_recv_ns is held at the highest

struct FileHeader {
  std::array<std::uint8_t, 8> magic;
  std::uint16_t major;
  std::uint16_t minor;
  std::uint32_t header_bytes;  // 4096
  std::uint64_t endian_probe;
  Uuid segment_uuid;
  std::uint64_t recording_id;
  std::uint64_t first_jseq;  // number of the first record this segment may hold
  std::uint64_t first_block_seq;
  std::int64_t created_ns;            // UTC, of the recording
  std::uint64_t schema_file_id;       // 0 in version 1
  std::uint64_t definition_set_hash;  // 0 in imports
  std::uint32_t record_bytes;         // 64
  std::uint32_t block_align;          // 64
  std::uint64_t config_hash;          // 0 in imports
  std::uint32_t previous_block_crc;   // of the segment before; 0 in the first
  std::uint32_t meta_bytes;           // 0; of a packed segment sizeof(PackedMeta)
  std::array<std::uint8_t, 3980> meta;
  std::uint32_t crc;  // CRC32C of all before it
};
static_assert(sizeof(FileHeader) == kFileHeaderBytes && std::is_trivially_copyable_v<FileHeader>);
static_assert(offsetof(FileHeader, major) == 8 && offsetof(FileHeader, minor) == 10 && offsetof(FileHeader, header_bytes) == 12);
static_assert(offsetof(FileHeader, endian_probe) == 16 && offsetof(FileHeader, segment_uuid) == 24);
static_assert(offsetof(FileHeader, recording_id) == 40 && offsetof(FileHeader, first_jseq) == 48);
static_assert(offsetof(FileHeader, first_block_seq) == 56 && offsetof(FileHeader, created_ns) == 64);
static_assert(offsetof(FileHeader, schema_file_id) == 72 && offsetof(FileHeader, definition_set_hash) == 80);
static_assert(offsetof(FileHeader, record_bytes) == 88 && offsetof(FileHeader, block_align) == 92);
static_assert(offsetof(FileHeader, config_hash) == 96 && offsetof(FileHeader, previous_block_crc) == 104);
static_assert(offsetof(FileHeader, meta_bytes) == 108 && offsetof(FileHeader, meta) == 112 && offsetof(FileHeader, crc) == 4092);

struct PackedMeta {              // how the plain segment ended
  std::uint64_t next_block_seq;  // of the segment after it
  std::uint64_t plain_bytes;     // of its file
  std::uint32_t last_block_crc;  // what the segment after it has as previous_block_crc
  std::uint32_t zero;
};
static_assert(sizeof(PackedMeta) == 24 && std::has_unique_object_representations_v<PackedMeta>);

struct BlockHeader {
  std::uint32_t sync;
  std::uint32_t crc;           // CRC32C of bytes [8, 64 + stored_bytes), seeded with crc32c(segment_uuid); the zero padding is not in it
  std::uint32_t stored_bytes;  // of the payload in the file, without padding
  std::uint32_t raw_bytes;     // of the payload decoded
  BlockType type;
  Codec codec;
  std::uint16_t flags;  // kBlock…
  std::uint32_t count;  // records, edges, catalogs, texts or index entries in it; 0 for END
  std::uint64_t block_seq;
  std::uint64_t first_jseq;       // RECORDS: number of the first record; else the number the next record gets
  std::uint64_t ts_event_min_ns;  // of the ticks and pulses in it; 0 = none, and in all but RECORDS
  std::uint64_t ts_event_max_ns;
  std::int64_t ts_recv_ns;  // receive time of the last record so far; non-decreasing
};
static_assert(sizeof(BlockHeader) == kBlockHeaderBytes && std::has_unique_object_representations_v<BlockHeader>);
static_assert(offsetof(BlockHeader, crc) == 4 && offsetof(BlockHeader, stored_bytes) == 8 && offsetof(BlockHeader, raw_bytes) == 12);
static_assert(offsetof(BlockHeader, type) == 16 && offsetof(BlockHeader, codec) == 17 && offsetof(BlockHeader, flags) == 18);
static_assert(offsetof(BlockHeader, count) == 20 && offsetof(BlockHeader, block_seq) == 24 && offsetof(BlockHeader, first_jseq) == 32);
static_assert(offsetof(BlockHeader, ts_event_min_ns) == 40 && offsetof(BlockHeader, ts_event_max_ns) == 48);
static_assert(offsetof(BlockHeader, ts_recv_ns) == 56);

struct IndexEntry {      // the first of up to kIndexStrideBlocks blocks
  std::uint64_t offset;  // of its header in the file
  std::uint64_t block_seq;
  std::uint64_t first_jseq;
  std::int64_t ts_recv_ns;
  std::uint64_t ts_event_min_ns;  // over all these blocks; 0 = none
  std::uint64_t ts_event_max_ns;
};
static_assert(sizeof(IndexEntry) == 48 && std::has_unique_object_representations_v<IndexEntry>);
static_assert(offsetof(IndexEntry, block_seq) == 8 && offsetof(IndexEntry, first_jseq) == 16 && offsetof(IndexEntry, ts_recv_ns) == 24);
static_assert(offsetof(IndexEntry, ts_event_min_ns) == 32 && offsetof(IndexEntry, ts_event_max_ns) == 40);

struct EndPayload {
  std::uint64_t index_offset;     // of the INDEX block's header in the file
  std::uint64_t blocks;           // before the END block in this segment, the INDEX block included
  std::uint64_t records;          // in this segment
  std::uint64_t ts_event_min_ns;  // in this segment; 0 = none
  std::uint64_t ts_event_max_ns;
  std::uint32_t chain_crc;  // CRC32C of the checksums of those blocks in order, seeded with the file header's
  std::uint32_t last;       // 1 = the recording was closed here; 0 = another segment follows
  std::array<std::uint8_t, 16> zero;
};
static_assert(sizeof(EndPayload) == 64 && std::has_unique_object_representations_v<EndPayload>);
static_assert(offsetof(EndPayload, blocks) == 8 && offsetof(EndPayload, records) == 16 && offsetof(EndPayload, ts_event_min_ns) == 24);
static_assert(offsetof(EndPayload, ts_event_max_ns) == 32 && offsetof(EndPayload, chain_crc) == 40 && offsetof(EndPayload, last) == 44);

inline constexpr std::size_t kEndBlockBytes = kBlockHeaderBytes + sizeof(EndPayload);

inline constexpr std::size_t padded(std::size_t payload_bytes) noexcept {
  return (payload_bytes + kBlockAlign - 1) / kBlockAlign * kBlockAlign;
}
inline constexpr std::size_t block_bytes_on_disk(std::size_t payload_bytes) noexcept { return kBlockHeaderBytes + padded(payload_bytes); }

std::uint32_t file_header_crc(const FileHeader& header) noexcept;
std::uint32_t block_crc_seed(const Uuid& segment_uuid) noexcept;
// `payload` holds header.stored_bytes bytes; header.sync and header.crc are not looked at.
std::uint32_t block_crc(const BlockHeader& header, const std::byte* payload, std::uint32_t seed) noexcept;
bool all_zero(const std::byte* bytes, std::size_t length) noexcept;

struct ConfigText;
std::string encode_config(std::span<const ConfigText> texts);  // payload of a CONFIG block; parse_config() is its inverse

}  // namespace groundswell::journal
