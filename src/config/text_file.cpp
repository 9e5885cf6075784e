#include "config/text_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <system_error>

namespace groundswell::config {
namespace {
constexpr std::uintmax_t kLargestFile = 64U << 20;
}

Result<std::string> read_text(const std::filesystem::path& path) {
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(path, failure);  // fails for folders, too
  if (!failure && size > kLargestFile) {
    return fail(Exit::kConfig, fmt::format("{}: {} bytes are too many for a configuration file; name another file", path.string(), size));
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (failure || !in) {
    const std::string reason = failure ? failure.message() : std::generic_category().message(errno);
    return fail(Exit::kNoInput, fmt::format("{}: cannot be read: {}; name a file that exists and may be read", path.string(), reason));
  }
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return fail(Exit::kIo, fmt::format("{}: reading failed; check the disk", path.string()));
  return text;
}

}  // namespace groundswell::config
