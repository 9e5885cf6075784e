// The bytes of a recording (.gsj): file header, blocks, index and end. schemas/README.md has the table; golden bytes guard it.
// Little-endian, every block 64-byte aligned. A block's checksum is seeded with its segment's uuid, so stale bytes never verify.
#pragma once

#include <cstddef>
#include <cstdint>

namespace groundswell::journal {

inline constexpr std::size_t kFileHeaderBytes = 4096;
inline constexpr std::size_t kBlockHeaderBytes = 64;
inline constexpr std::size_t kBlockAlign = 64;
inline constexpr std::uint16_t kMajor = 1;
inline constexpr std::uint16_t kMinor = 0;

enum class BlockType : std::uint8_t { kRecords = 1, kEdges = 2, kCatalog = 3, kConfig = 4, kMark = 5, kIndex = 6, kEnd = 7 };

}  // namespace groundswell::journal
