#include "base/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include "base/assert.hpp"

namespace groundswell {
namespace {

constexpr std::uint32_t kPolynomialReflected = 0x82F63B78;

// table[0] advances the checksum by one byte; table[k] by one byte that k zero bytes follow, so that eight look-ups take eight bytes at
// once.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ kPolynomialReflected : crc >> 1;
    tables[0][byte] = crc;
  }
  for (std::size_t byte = 0; byte < 256; ++byte) {
    for (std::size_t k = 1; k < 8; ++k) tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xFF];
  }
  return tables;
}
constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c_by_table(const void* bytes, std::size_t length, std::uint32_t seed) noexcept {
  const auto* at = static_cast<const unsigned char*>(bytes);
  std::uint32_t crc = ~seed;
  for (; length >= 8; at += 8, length -= 8) {
    const std::uint32_t low =
        crc ^ (std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24);
    crc = kTables[7][low & 0xFF] ^ kTables[6][low >> 8 & 0xFF] ^ kTables[5][low >> 16 & 0xFF] ^ kTables[4][low >> 24] ^ kTables[3][at[4]] ^
          kTables[2][at[5]] ^ kTables[1][at[6]] ^ kTables[0][at[7]];
  }
  for (; length > 0; ++at, --length) crc = (crc >> 8) ^ kTables[0][(crc ^ *at) & 0xFF];
  return ~crc;
}

#if defined(__x86_64__)

bool crc32c_has_instruction() noexcept {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(const void* bytes, std::size_t length, std::uint32_t seed) noexcept {
  const auto* at = static_cast<const unsigned char*>(bytes);
  std::uint64_t crc = static_cast<std::uint32_t>(~seed);
  for (; length >= 8; at += 8, length -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    crc = _mm_crc32_u64(crc, word);
  }
  auto narrow = static_cast<std::uint32_t>(crc);
  for (; length > 0; ++at, --length) narrow = _mm_crc32_u8(narrow, *at);
  return ~narrow;
}

#else

bool crc32c_has_instruction() noexcept { return false; }
std::uint32_t crc32c_by_instruction(const void*, std::size_t, std::uint32_t) noexcept {
  GS_ASSERT(crc32c_has_instruction());
  return 0;
}

#endif

std::uint32_t crc32c(const void* bytes, std::size_t length, std::uint32_t seed) noexcept {
  static const bool has_instruction = crc32c_has_instruction();
  return has_instruction ? crc32c_by_instruction(bytes, length, seed) : crc32c_by_table(bytes, length, seed);
}

}  // namespace groundswell
