// A file descriptor and the few system calls the journal needs, with errors as Result. Nothing here allocates unless it fails.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace groundswell::journal {

// Owns one descriptor; -1 = none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int number() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }
  int release() noexcept;

 private:
  int number_ = -1;
};

// "PATH: WHAT: strerror(error_number)", with what to do where we know it.
Error system_error(Exit exit, const std::filesystem::path& path, std::string_view what, int error_number);

// These return 0 or an errno value; interrupted and short writes are carried on with. `parts` is used up.
int write_all(int descriptor, std::span<iovec> parts, std::uint64_t offset) noexcept;
// How many bytes were there: `length`, or fewer at the end of the file. Negative: an error, in errno.
ssize_t read_at(int descriptor, void* to, std::size_t length, std::uint64_t offset) noexcept;
int preallocate(int descriptor, std::uint64_t bytes) noexcept;  // 0 also where the file system cannot
int sync_all(int descriptor) noexcept;                          // data and metadata
int sync_directory(const std::filesystem::path& directory) noexcept;

// Exclusive and not waiting: 0, EWOULDBLOCK when another holds it, or another errno value.
int lock_exclusive(int descriptor) noexcept;

}  // namespace groundswell::journal
