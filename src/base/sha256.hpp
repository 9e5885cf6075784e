// SHA-256 by libcrypto, for ids and the digest. Allocates only when constructed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace groundswell {

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(const void* bytes, std::size_t length) noexcept;
  Digest finish() noexcept;  // and starts anew
  Digest peek() const;       // the digest so far; goes on
 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string hex(const std::uint8_t* bytes, std::size_t length);
std::uint64_t sha256_prefix64(std::string_view text);  // first 8 bytes, big-endian, so that its hex is a prefix of the digest's hex

}  // namespace groundswell
