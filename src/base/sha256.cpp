#include "base/sha256.hpp"

// The functions on a context of known layout are deprecated in favour of EVP, whose contexts can neither be saved nor copied without
// allocating.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <new>
#include <type_traits>

#include "base/assert.hpp"

namespace groundswell {
namespace {

SHA256_CTX* context_in(void* bytes) noexcept { return std::launder(static_cast<SHA256_CTX*>(bytes)); }

}  // namespace

static_assert(sizeof(SHA256_CTX) == sizeof(Sha256) && alignof(SHA256_CTX) <= alignof(Sha256));
static_assert(std::is_trivially_copyable_v<SHA256_CTX> && std::is_trivially_copyable_v<Sha256>);

Sha256::Sha256() noexcept : context_{} { GS_ASSERT(SHA256_Init(::new (context_.data()) SHA256_CTX) == 1); }

void Sha256::update(const void* bytes, std::size_t length) noexcept {
  GS_ASSERT(SHA256_Update(context_in(context_.data()), bytes, length) == 1);
}

Sha256::Digest Sha256::finish() noexcept {
  Digest digest{};
  GS_ASSERT(SHA256_Final(digest.data(), context_in(context_.data())) == 1);
  *this = Sha256();
  return digest;
}

std::string hex(const std::uint8_t* bytes, std::size_t length) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * length);
  for (std::size_t i = 0; i < length; ++i) {
    text.push_back(kDigits[bytes[i] >> 4]);
    text.push_back(kDigits[bytes[i] & 15]);
  }
  return text;
}

std::uint64_t sha256_prefix64(std::string_view text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  const Sha256::Digest digest = hash.finish();
  std::uint64_t prefix = 0;
  for (int i = 0; i < 8; ++i) prefix = prefix << 8 | digest[static_cast<std::size_t>(i)];
  return prefix;
}

}  // namespace groundswell
