#include "base/open_file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

namespace groundswell {
namespace {

std::mutex mutex;
rlimit all{}, without_room{};  // all.rlim_cur 0: no room is kept

// While the limit was up, connections may have taken room. They are ended, and libzmq closes them; whoever meant well comes back.
void end_connections_in_room() noexcept {
  for (rlim_t number = without_room.rlim_cur; number < all.rlim_cur; ++number) {
    struct stat status {};
    if (::fstat(static_cast<int>(number), &status) == 0 && S_ISSOCK(status.st_mode)) ::shutdown(static_cast<int>(number), SHUT_RDWR);
  }
}

// What `open` gives; when no file may be opened any more, with the room that is kept.
template <class Open>
int in_room(Open&& open) noexcept {
  const int file = open();
  if (file >= 0 || errno != EMFILE) return file;
  const std::scoped_lock lock(mutex);
  int error = EMFILE;
  int in_the_end = -1;
  if (all.rlim_cur != 0) {
    ::setrlimit(RLIMIT_NOFILE, &all);
    in_the_end = open();
    error = errno;
    ::setrlimit(RLIMIT_NOFILE, &without_room);
    end_connections_in_room();
  }
  errno = error;
  return in_the_end;
}

}  // namespace

void keep_room_for_files() noexcept {
  const std::scoped_lock lock(mutex);
  if (all.rlim_cur != 0 || ::getrlimit(RLIMIT_NOFILE, &all) != 0) return;
  without_room = all;
  without_room.rlim_cur -= std::min<rlim_t>(kFilesOfOurOwn, all.rlim_cur / 4);
  if (::setrlimit(RLIMIT_NOFILE, &without_room) != 0) all.rlim_cur = 0;
}

int open_file(int folder, const char* path, int flags, mode_t mode) noexcept {
  return in_room([&] { return ::openat(folder, path, flags | O_CLOEXEC, mode); });
}
int open_file(const char* path, int flags, mode_t mode) noexcept { return open_file(AT_FDCWD, path, flags, mode); }
int open_again(int file) noexcept {
  return in_room([&] { return ::fcntl(file, F_DUPFD_CLOEXEC, 0); });
}

}  // namespace groundswell
