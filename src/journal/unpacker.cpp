#include "journal/unpacker.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <array>
#include <vector>

#include "journal/columns.hpp"

namespace groundswell::journal {

struct Unpacker::Impl {
  std::span<std::byte> memory(std::size_t length) {
    lines.resize(padded(length) / kBlockAlign);
    return std::as_writable_bytes(std::span(lines)).first(length);
  }

  struct alignas(kBlockAlign) Line {
    std::array<std::byte, kBlockAlign> bytes;
  };
  std::vector<Line> lines;
  ColumnDecoder columns;
};

Unpacker::Unpacker() = default;
Unpacker::Unpacker(Unpacker&&) noexcept = default;
Unpacker& Unpacker::operator=(Unpacker&&) noexcept = default;
Unpacker::~Unpacker() = default;

std::string Unpacker::unpack(const BlockHeader& header, const std::byte* stored, std::span<const std::byte>& payload) {
  const std::span<const std::byte> bytes(stored, header.stored_bytes);
  if (header.codec == Codec::kNone) {
    payload = bytes;
    return header.raw_bytes == header.stored_bytes ? "" : "stored and raw bytes differ, and codec 0 packs nothing";
  }
  if (impl_ == nullptr) impl_ = std::make_unique<Impl>();
  if (header.codec == Codec::kColumns && header.type == BlockType::kRecords) {
    if (header.count == 0 || header.count > kMaxPackedRecords || header.raw_bytes != header.count * kRecordBytes)
      return "packed records that are none, or too many";
    const std::span<std::byte> memory = impl_->memory(header.raw_bytes);
    payload = memory;
    return impl_->columns.decode(bytes, {reinterpret_cast<Record*>(memory.data()), header.count});
  }
  const bool may_be_zstd = header.type == BlockType::kEdges || header.type == BlockType::kCatalog || header.type == BlockType::kConfig;
  if (header.codec == Codec::kZstd && may_be_zstd) {
    if (header.raw_bytes == 0 || header.raw_bytes > kMaxPackedBytes || ZSTD_getFrameContentSize(stored, bytes.size()) != header.raw_bytes ||
        ZSTD_findFrameCompressedSize(stored, bytes.size()) != bytes.size()) {
      return "packed bytes of another size";
    }
    const std::span<std::byte> memory = impl_->memory(header.raw_bytes);
    payload = memory;
    const std::size_t got = ZSTD_decompress(memory.data(), memory.size(), stored, bytes.size());
    return got == memory.size() ? "" : "packed bytes that cannot be unpacked";
  }
  return fmt::format("codec {} is not known to this version in a block of type {}", static_cast<unsigned>(header.codec),
                     static_cast<unsigned>(header.type));
}

}  // namespace groundswell::journal
