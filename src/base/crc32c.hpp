// CRC32C (Castagnoli): the journal's checksum. For accidents, not against attackers. Uses the SSE4.2 instruction where the machine has it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace groundswell {

// Checksum of `length` bytes; `seed` is the checksum of what comes before them (0 = nothing): crc32c(b, n, crc32c(a, m)) is that of a then
// b. The check value of "123456789" is e3069283. Any alignment; any thread.
std::uint32_t crc32c(const void* bytes, std::size_t length, std::uint32_t seed = 0) noexcept;

// The two ways behind it, for the tests that compare them. The first may be called only when crc32c_has_instruction().
bool crc32c_has_instruction() noexcept;
std::uint32_t crc32c_by_instruction(const void* bytes, std::size_t length, std::uint32_t seed) noexcept;
std::uint32_t crc32c_by_table(const void* bytes, std::size_t length, std::uint32_t seed) noexcept;

}  // namespace groundswell
