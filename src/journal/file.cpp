#include "journal/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/open_file.hpp"

namespace groundswell::journal {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (is_open()) ::close(number_);
    number_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

int Descriptor::release() noexcept {
  const int number = number_;
  number_ = -1;
  return number;
}

Error system_error(Exit exit, const std::filesystem::path& path, std::string_view what, int error_number) {
  std::string_view advice;
  if (error_number == ENOSPC || error_number == EDQUOT) advice = "; free some space";
  if (error_number == EFBIG) advice = "; raise the file size limit (ulimit -f)";
  if (error_number == EIO) advice = "; look into the kernel log for the disk";
  return fail(exit, fmt::format("{}: {}: {}{}", path.string(), what, std::generic_category().message(error_number), advice));
}

int write_all(int descriptor, std::span<iovec> parts, std::uint64_t offset) noexcept {
  while (true) {
    while (!parts.empty() && parts.front().iov_len == 0) parts = parts.subspan(1);
    if (parts.empty()) return 0;
    const ssize_t written = ::pwritev(descriptor, parts.data(), static_cast<int>(parts.size()), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (written == 0) return EIO;  // a regular file never takes nothing; do not spin on one that does
    auto taken = static_cast<std::size_t>(written);
    offset += taken;
    for (iovec& part : parts) {
      const std::size_t of_part = taken < part.iov_len ? taken : part.iov_len;
      part.iov_base = static_cast<std::byte*>(part.iov_base) + of_part;
      part.iov_len -= of_part;
      taken -= of_part;
    }
  }
}

ssize_t read_at(int descriptor, void* to, std::size_t length, std::uint64_t offset) noexcept {
  std::size_t done = 0;
  while (done < length) {
    const ssize_t got = ::pread(descriptor, static_cast<char*>(to) + done, length - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return got;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

int preallocate(int descriptor, std::uint64_t bytes) noexcept {
  // Not posix_fallocate: where the file system cannot, it writes a byte into every page instead.
  while (::fallocate(descriptor, 0, 0, static_cast<off_t>(bytes)) != 0) {
    if (errno == EOPNOTSUPP || errno == ENOSYS) return 0;
    if (errno != EINTR) return errno;
  }
  return 0;
}

int sync_all(int descriptor) noexcept { return ::fsync(descriptor) == 0 ? 0 : errno; }

int sync_directory(const std::filesystem::path& directory) noexcept {
  const Descriptor opened(open_file(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY));
  return opened.is_open() ? sync_all(opened.number()) : errno;
}

int lock_exclusive(int descriptor) noexcept {
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace groundswell::journal
