#include "base/sha256.hpp"

#include <openssl/evp.h>

#include "base/assert.hpp"

namespace groundswell {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_MD_CTX* copy = EVP_MD_CTX_new();
  ~State() {
    EVP_MD_CTX_free(context);
    EVP_MD_CTX_free(copy);
  }
};

Sha256::Sha256() : state_(std::make_unique<State>()) { GS_ASSERT(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1); }
Sha256::~Sha256() = default;

void Sha256::update(const void* bytes, std::size_t length) noexcept { GS_ASSERT(EVP_DigestUpdate(state_->context, bytes, length) == 1); }

Sha256::Digest Sha256::finish() noexcept {
  Digest digest{};
  GS_ASSERT(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1);
  GS_ASSERT(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
  return digest;
}

Sha256::Digest Sha256::peek() const {
  GS_ASSERT(EVP_MD_CTX_copy_ex(state_->copy, state_->context) == 1);
  Digest digest{};
  GS_ASSERT(EVP_DigestFinal_ex(state_->copy, digest.data(), nullptr) == 1);
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
