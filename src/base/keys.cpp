#include "base/keys.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/open_file.hpp"

namespace groundswell::net {
namespace {

constexpr std::string_view kZ85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
constexpr std::size_t kLargestFileBytes = 1 << 20;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

// The text between quotes in the line that begins with `name`; "" when there is none.
std::string value_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with(name)) continue;
    const std::size_t open = line.find('"'), close = line.rfind('"');
    if (open != std::string_view::npos && close > open) return std::string(line.substr(open + 1, close - open - 1));
  }
  return {};
}

}  // namespace

KeyPair::~KeyPair() { ::explicit_bzero(secret_key.data(), secret_key.size()); }

bool is_key(std::string_view text) {
  return text.size() == kKeyCharacters &&
         std::all_of(text.begin(), text.end(), [](char c) { return c != '\0' && kZ85.find(c) != std::string_view::npos; });
}

std::string key_text(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    for (std::uint32_t divisor = 85 * 85 * 85 * 85; divisor > 0; divisor /= 85) text += kZ85[value / divisor % 85];
  }
  return text;
}

Result<std::filesystem::path> write_key_file(const std::filesystem::path& folder, std::string_view name, const KeyPair& pair) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Exit::kCannotCreate, fmt::format("{}: cannot make the folder: {}", folder.string(), error.message()));
  std::filesystem::path path = folder / (std::string(name) + ".key");
  const Descriptor file(open_file(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600));
  if (file.number() < 0 && errno == EEXIST) {
    return fail(Exit::kCannotCreate, fmt::format("{}: is there already and a key is never overwritten; move it away, or choose another "
                                                 "name or folder",
                                                 path.string()));
  }
  std::string text =
      fmt::format("# Key pair of {}. Whoever can read this file can pass for it.\npublic_key = \"{}\"\nsecret_key = \"{}\"\n", name,
                  pair.public_key, pair.secret_key);
  const bool written = file.number() >= 0 && ::fchmod(file.number(), 0600) == 0 &&
                       ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file.number()) == 0;
  const int code = errno;
  ::explicit_bzero(text.data(), text.size());
  if (!written) return fail(Exit::kCannotCreate, fmt::format("{}: cannot write the key: {}", path.string(), std::strerror(code)));
  return path;
}

Result<std::string> read_guarded_file(const std::filesystem::path& path, unsigned forbidden, std::string_view advice) {
  const Descriptor file(open_file(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK));
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) {
    return fail(errno == EACCES ? Exit::kNoPermission : Exit::kNoInput,
                fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) return fail(Exit::kNoPermission, fmt::format("{}: is no plain file; {}", path.string(), advice));
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fail(Exit::kNoPermission,
                fmt::format("{}: belongs to user {}, not to user {} that runs this; chown it", path.string(), status.st_uid, ::geteuid()));
  }
  if ((status.st_mode & forbidden) != 0) {
    return fail(Exit::kNoPermission, fmt::format("{}: has mode {:04o}; {}", path.string(), status.st_mode & 07777, advice));
  }
  if (static_cast<std::uint64_t>(status.st_size) > kLargestFileBytes)
    return fail(Exit::kConfig, fmt::format("{}: is larger than 1 MiB; is it the right file?", path.string()));
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = ::read(file.number(), text.data(), text.size());
  if (got < 0) return fail(Exit::kIo, fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  text.resize(static_cast<std::size_t>(got));
  return text;
}

Result<KeyPair> read_key_file(const std::filesystem::path& path) {
  auto text = read_guarded_file(path, 077, fmt::format("others may read the secret in it: chmod 0600 {}", path.string()));
  if (!text) return text.error();
  KeyPair pair;
  pair.public_key = value_of(*text, "public_key");
  pair.secret_key = value_of(*text, "secret_key");
  ::explicit_bzero(text->data(), text->size());
  if (!is_key(pair.public_key) || !is_key(pair.secret_key))
    return fail(Exit::kConfig, fmt::format("{}: is no key file; `groundswell keygen` makes one", path.string()));
  if (public_key_of(pair.secret_key) != pair.public_key)
    return fail(Exit::kConfig,
                fmt::format("{}: its public key is not that of its secret key; make a new pair with `groundswell keygen`", path.string()));
  return pair;
}

}  // namespace groundswell::net
