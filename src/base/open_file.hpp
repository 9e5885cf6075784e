// Opens files of our own. Connections are opened by others, and libzmq bounds their number by nothing but the limit of open files: a flood
// of them must not keep a recording from its next segment. So a part of the limit is kept for files.
#pragma once

#include <sys/types.h>

namespace groundswell {

// Once, before there are threads and sockets: from here on everything but open_file() sees a limit (RLIMIT_NOFILE) that is smaller by
// kFilesOfOurOwn, or by a quarter when it is small.
inline constexpr unsigned kFilesOfOurOwn = 64;
void keep_room_for_files() noexcept;

// As openat(2), with O_CLOEXEC, and with the room that was kept. `folder`: a descriptor, or AT_FDCWD. Any thread.
int open_file(int folder, const char* path, int flags, mode_t mode = 0) noexcept;
int open_file(const char* path, int flags, mode_t mode = 0) noexcept;
int open_again(int file) noexcept;  // another descriptor of an open file, likewise

}  // namespace groundswell
