#include "config/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "base/open_file.hpp"

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
  const int file = failure ? -1 : open_file(path.c_str(), O_RDONLY);
  if (file < 0) {
    const std::string reason = failure ? failure.message() : std::generic_category().message(errno);
    return fail(Exit::kNoInput, fmt::format("{}: cannot be read: {}; name a file that exists and may be read", path.string(), reason));
  }
  std::string text(size, '\0');
  std::size_t done = 0;
  ssize_t got = 0;
  while (done < text.size() && (got = ::read(file, text.data() + done, text.size() - done)) > 0) done += static_cast<std::size_t>(got);
  ::close(file);
  text.resize(done);
  if (got < 0) return fail(Exit::kIo, fmt::format("{}: reading failed; check the disk", path.string()));
  return text;
}

}  // namespace groundswell::config
