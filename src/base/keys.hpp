// Keys of CURVE: pairs of 32 bytes, written as 40 characters of Z85. A public key names somebody; whoever has the secret key is he.
// A key file holds a pair and is readable by its owner alone. Secret keys are never printed, logged or taken from a command line.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace groundswell::net {

inline constexpr std::size_t kKeyCharacters = 40;
inline constexpr std::size_t kKeyBytes = 32;

struct KeyPair {
  std::string public_key, secret_key;
  KeyPair() = default;
  KeyPair(const KeyPair&) = default;
  KeyPair(KeyPair&&) noexcept = default;
  KeyPair& operator=(const KeyPair&) = default;
  KeyPair& operator=(KeyPair&&) noexcept = default;
  ~KeyPair();  // overwrites the secret
};

KeyPair make_key_pair();                             // a new one, from the system's random numbers
std::string public_key_of(std::string_view secret);  // "" when it is no key
bool is_key(std::string_view text);                  // 40 characters of Z85
std::string key_text(std::span<const std::byte> bytes);

// Writes NAME.key with mode 0600 into `folder`, which is made if need be, and returns its path. Errors: 73, also when the file is there:
// a key is never overwritten.
Result<std::filesystem::path> write_key_file(const std::filesystem::path& folder, std::string_view name, const KeyPair& pair);
// Errors: 66 not there; 77 others than its owner may read it, or it belongs to another user than this one or root; 78 not a key file, or
// its two keys are no pair.
Result<KeyPair> read_key_file(const std::filesystem::path& path);

// Opens a file for reading after its mode and owner were looked at: `forbidden` bits must not be set. Errors: 66, 77, 78 over 1 MiB.
Result<std::string> read_guarded_file(const std::filesystem::path& path, unsigned forbidden, std::string_view advice);

}  // namespace groundswell::net
