// A file that appears whole or not at all: written beside its place under another name, and renamed when it is complete.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pipeline/outputs.hpp"

namespace groundswell::exporter {

class OutputFile {
 public:
  // "-" is standard output, which is no file: what is written is out. Errors: 73 it exists and `replace` is false, or cannot be made.
  static Result<OutputFile> create(const std::string& path, bool replace);
  OutputFile(OutputFile&& other) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();  // of one that was not closed nothing is left

  bool is_pipe() const noexcept { return owned_ == nullptr; }
  void write(std::string_view bytes) noexcept;
  bool failed() const noexcept { return error_ != 0; }     // something could not be written; the rest is pointless
  std::uint64_t bytes() const noexcept { return bytes_; }  // written so far
  Result<void> close();                                    // to the disk, then to its name. Errors: 74

 private:
  OutputFile() = default;
  std::string path_, unfinished_;
  std::unique_ptr<std::FILE, pipeline::FileCloser> owned_;
  std::FILE* file_ = nullptr;
  std::uint64_t bytes_ = 0;
  int error_ = 0;
};

}  // namespace groundswell::exporter
