#include "journal/format.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/assert.hpp"
#include "base/crc32c.hpp"
#include "journal/reader.hpp"
#include "journal/writer.hpp"
#include "wire/codec.hpp"

namespace groundswell::journal {

std::uint32_t file_header_crc(const FileHeader& header) noexcept { return crc32c(&header, offsetof(FileHeader, crc)); }

std::uint32_t block_crc_seed(const Uuid& segment_uuid) noexcept { return crc32c(segment_uuid.data(), segment_uuid.size()); }

std::uint32_t block_crc(const BlockHeader& header, const std::byte* payload, std::uint32_t seed) noexcept {
  constexpr std::size_t kFirst = offsetof(BlockHeader, stored_bytes);
  const std::uint32_t of_header = crc32c(reinterpret_cast<const std::byte*>(&header) + kFirst, kBlockHeaderBytes - kFirst, seed);
  return crc32c(payload, header.stored_bytes, of_header);
}

bool all_zero(const std::byte* bytes, std::size_t length) noexcept {
  // Comparing the bytes with themselves, shifted by one, is one fast memcmp.
  return length == 0 || (bytes[0] == std::byte{0} && std::memcmp(bytes, bytes + 1, length - 1) == 0);
}

std::string encode_config(std::span<const ConfigText> texts) {
  std::string payload;
  for (const ConfigText& text : texts) {
    GS_ASSERT(text.name.size() <= kMaxPayloadBytes && text.text.size() <= kMaxPayloadBytes);
    const std::uint32_t lengths[2] = {static_cast<std::uint32_t>(text.name.size()), static_cast<std::uint32_t>(text.text.size())};
    payload.append(reinterpret_cast<const char*>(lengths), sizeof lengths).append(text.name).append(text.text);
  }
  return payload;
}

Result<std::vector<ConfigText>> parse_config(std::span<const std::byte> payload) {
  std::vector<ConfigText> texts;
  std::size_t offset = 0;
  while (offset < payload.size()) {
    const std::byte* at = payload.data() + offset;
    const std::size_t left_bytes = payload.size() - offset;
    std::uint32_t lengths[2] = {0, 0};
    if (left_bytes >= sizeof lengths) std::memcpy(lengths, at, sizeof lengths);
    const std::size_t entry_bytes = sizeof lengths + std::size_t{lengths[0]} + lengths[1];
    if (entry_bytes > left_bytes) {
      return fail(Exit::kBadData,
                  fmt::format("CONFIG block: text {} at byte {} is longer than the block; the recording is damaged", texts.size(), offset));
    }
    const auto* name = reinterpret_cast<const char*>(at + sizeof lengths);
    texts.push_back({std::string(name, lengths[0]), std::string(name + lengths[0], lengths[1])});
    offset += entry_bytes;
  }
  return texts;
}

namespace {

// Decodes a message of the signal codec. Cap'n Proto needs words: a payload from a Reader is aligned, one from elsewhere may not be.
template <class Message>
Result<Message> parse_message(std::span<const std::byte> payload, const char* block) {
  std::vector<std::uint64_t> aligned;
  if (reinterpret_cast<std::uintptr_t>(payload.data()) % alignof(std::uint64_t) != 0) {
    aligned.resize((payload.size() + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
    std::memcpy(aligned.data(), payload.data(), payload.size());
    payload = std::as_bytes(std::span(aligned)).first(payload.size());
  }
  wire::SignalCodec codec;
  Message message;
  const wire::Verdict verdict = codec.decode(payload, message);
  if (verdict != wire::Verdict::kOk) {
    return fail(Exit::kBadData, fmt::format("{} block: {}; the recording was written by a faulty program", block,
                                            wire::kVerdictNames[static_cast<std::size_t>(verdict)]));
  }
  return message;
}

}  // namespace

Result<Catalog> parse_catalog(std::span<const std::byte> payload) { return parse_message<Catalog>(payload, "CATALOG"); }
Result<wire::EdgeBatch> parse_edges(std::span<const std::byte> payload) { return parse_message<wire::EdgeBatch>(payload, "EDGES"); }

}  // namespace groundswell::journal
