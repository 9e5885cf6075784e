// SHA-256 by libcrypto, for ids, the digest and the seal of a snapshot. Allocates nothing. A hash that is under way is a plain value: it
// may be copied, and its bytes kept and gone on with in another process of the same build.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace groundswell {

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;
  Sha256() noexcept;
  void update(const void* bytes, std::size_t length) noexcept;
  Digest finish() noexcept;  // and starts anew

 private:
  alignas(8) std::array<unsigned char, 112> context_;  // libcrypto's SHA256_CTX
};

std::string hex(const std::uint8_t* bytes, std::size_t length);
std::uint64_t sha256_prefix64(std::string_view text);  // first 8 bytes, big-endian, so that its hex is a prefix of the digest's hex

}  // namespace groundswell
