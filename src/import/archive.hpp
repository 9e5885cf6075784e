// Files with rows inside, however they are packed: plain, .gz, .zst, members of .zip, .tar, .tar.gz and .tar.zst. Read as streams, what a
// file is decided by its bytes. libarchive is fenced into archive.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace groundswell::importer {

struct Member {
  std::string label;      // for messages: PATH, or ARCHIVE:MEMBER
  std::string row_name;   // name of the file or member that holds the rows, without folder, .gz and .zst: what include and exclude look at
  std::string file_name;  // as row_name, but of the .zip itself for its members: what the date is read from
  std::string stem;       // file_name without its extension: SYMBOL of SYMBOL.csv
  std::string folder;     // name of the folder that file is in; "" for a tar member outside any
};

class Archive {
 public:
  // Errors: 65 no file that can be read, 66 not there, 77 no permission.
  static Result<Archive> open(const std::filesystem::path& path);
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  // The next file with rows; false after the last. What was not read of the one before is passed over. Errors: 65.
  Result<bool> next(Member& member);
  // Bytes of the current member, at most `capacity`; 0 at its end. Errors: 65 damaged or cut off.
  Result<std::size_t> read(char* buffer, std::size_t capacity);
  // Of the file itself, for progress.
  std::uint64_t bytes_consumed() const;

 private:
  struct Impl;
  explicit Archive(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::importer
