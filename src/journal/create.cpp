#include "journal/create.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>

#include "base/open_file.hpp"

namespace groundswell::journal {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = "lock";
constexpr const char* kUnnamedSegment = "next.tmp";
constexpr mode_t kFileMode = 0666;  // less the umask
constexpr mode_t kDirectoryMode = 0777;

Error exists_error(const fs::path& path) {
  return fail(Exit::kCannotCreate, fmt::format("recording {} exists; give another path or move it away", path.string()));
}
Error locked_error(const fs::path& path) {
  return fail(Exit::kRetry, fmt::format("another engine is writing recording {}", path.string()));
}
Error create_error(const fs::path& path, int error_number) {
  // A full disk is told from a place one may not write to: the first is worth a retry after cleaning up.
  const bool is_io = error_number == ENOSPC || error_number == EDQUOT || error_number == EIO;
  return system_error(is_io ? Exit::kIo : Exit::kCannotCreate, path, "cannot create the recording", error_number);
}

// Of "a/b" and of "a/b/": a.
fs::path parent_of(const fs::path& path) { return (path.has_filename() ? path : path.parent_path()).parent_path(); }

// 73 unless the directory is empty but for what an engine leaves that stopped before its first segment.
Result<void> check_holds_nothing(const fs::path& path) {
  std::error_code error;
  for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path name = entry->path().filename();
    if (name != kLockName && name != kUnnamedSegment) return exists_error(path);
  }
  if (error) return create_error(path, error.value());
  return {};
}

// What is wrong with a path that is there: locked or just there.
Error why_taken(const fs::path& path) {
  const Descriptor existing(open_file(path.c_str(), O_RDONLY | O_NONBLOCK));
  if (existing.is_open() && lock_exclusive(existing.number()) == EWOULDBLOCK) return locked_error(path);
  return exists_error(path);
}

}  // namespace

Result<Descriptor> create_single_file(const fs::path& path) {
  Descriptor file(open_file(path.c_str(), O_RDWR | O_CREAT | O_EXCL, kFileMode));
  if (!file.is_open()) return errno == EEXIST ? why_taken(path) : create_error(path, errno);
  // Others may hold the lock for the moment in which they find out that the file exists: wait for them.
  while (::flock(file.number(), LOCK_EX) != 0) {
    if (errno != EINTR) return create_error(path, errno);
  }
  if (const int error = sync_directory(parent_of(path)); error != 0) return create_error(path, error);
  return file;
}

Result<LockedDirectory> create_recording_directory(const fs::path& path) {
  const bool made = ::mkdir(path.c_str(), kDirectoryMode) == 0;
  if (!made && errno != EEXIST) return create_error(path, errno);
  LockedDirectory result;
  result.directory = Descriptor(open_file(path.c_str(), O_RDONLY | O_DIRECTORY));
  if (!result.directory.is_open()) return errno == ENOTDIR ? why_taken(path) : create_error(path, errno);
  // First without creating: the lock is asked before the contents, but a directory of something else gets no lock file from us.
  for (const int create_flag : {0, O_CREAT}) {
    if (!result.lock.is_open()) {
      result.lock = Descriptor(open_file(result.directory.number(), kLockName, O_RDWR | create_flag, kFileMode));
      if (!result.lock.is_open() && (errno != ENOENT || create_flag != 0)) return create_error(path, errno);
    }
    if (result.lock.is_open()) {
      const int error = lock_exclusive(result.lock.number());
      if (error == EWOULDBLOCK) return locked_error(path);
      if (error != 0) return create_error(path, error);
    }
    if (auto checked = check_holds_nothing(path); !checked) return checked.error();
  }
  int error = sync_all(result.directory.number());
  if (error == 0 && made) error = sync_directory(parent_of(path));
  if (error != 0) return create_error(path, error);
  return result;
}

Result<LockedDirectory> lock_recording_directory(const fs::path& path) {
  LockedDirectory result;
  result.directory = Descriptor(open_file(path.c_str(), O_RDONLY | O_DIRECTORY));
  if (!result.directory.is_open() && errno == ENOTDIR) {
    return fail(Exit::kNoInput, fmt::format("{}: a recording in one file cannot be gone on with; give another path", path.string()));
  }
  if (!result.directory.is_open()) return system_error(Exit::kNoInput, path, "cannot open the recording", errno);
  result.lock = Descriptor(open_file(result.directory.number(), kLockName, O_RDWR | O_CREAT, kFileMode));
  if (!result.lock.is_open()) return system_error(Exit::kIo, path, "cannot open the lock of the recording", errno);
  const int error = lock_exclusive(result.lock.number());
  if (error == EWOULDBLOCK) return locked_error(path);
  if (error != 0) return system_error(Exit::kIo, path, "cannot lock the recording", error);
  return result;
}

Result<Descriptor> create_segment_file(const fs::path& path, int directory) {
  Descriptor file(open_file(directory, kUnnamedSegment, O_RDWR | O_CREAT | O_TRUNC, kFileMode));
  if (!file.is_open()) return system_error(Exit::kIo, path, "cannot create a segment", errno);
  return file;
}

void remove_segment_file(int directory) noexcept { (void)::unlinkat(directory, kUnnamedSegment, 0); }

Result<void> name_segment_file(const fs::path& path, int directory, std::uint64_t first_jseq) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "%016llx.gsj", static_cast<unsigned long long>(first_jseq));
  if (::renameat(directory, kUnnamedSegment, directory, name.data()) != 0)
    return system_error(Exit::kIo, path, "cannot name a segment", errno);
  if (const int error = sync_all(directory); error != 0) return system_error(Exit::kIo, path, "cannot sync the directory", error);
  return {};
}

}  // namespace groundswell::journal
