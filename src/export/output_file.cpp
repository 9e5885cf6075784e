#include "export/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/open_file.hpp"

namespace groundswell::exporter {

Result<OutputFile> OutputFile::create(const std::string& path, bool replace) {
  OutputFile made;
  made.path_ = path == "-" ? "standard output" : path;
  if (path == "-") {
    made.file_ = stdout;
    return made;
  }
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  if (exists && !std::filesystem::is_regular_file(path, ignored))
    return fail(Exit::kCannotCreate, path + ": is no file that could be replaced; write to standard output with -o -");
  if (exists && !replace) return fail(Exit::kCannotCreate, path + ": exists already; write another, or replace it with --force");
  made.unfinished_ = path + ".unfinished-" + std::to_string(::getpid());
  const int descriptor = open_file(made.unfinished_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (descriptor < 0) return fail(Exit::kCannotCreate, path + ": cannot create: " + std::strerror(errno));
  made.owned_.reset(::fdopen(descriptor, "w"));
  made.file_ = made.owned_.get();
  return made;
}

OutputFile::~OutputFile() {
  if (!unfinished_.empty() && owned_) ::unlink(unfinished_.c_str());
}

void OutputFile::write(std::string_view bytes) noexcept {
  if (failed() || bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) error_ = errno;
  bytes_ += bytes.size();
}

Result<void> OutputFile::close() {
  if (!failed() && std::fflush(file_) != 0) error_ = errno;
  if (!failed() && owned_ && ::fdatasync(::fileno(file_)) != 0) error_ = errno;
  if (!failed() && owned_ && std::rename(unfinished_.c_str(), path_.c_str()) != 0) error_ = errno;
  if (failed()) return fail(Exit::kIo, path_ + ": not everything could be written: " + std::strerror(error_));
  unfinished_.clear();
  return {};
}

}  // namespace groundswell::exporter
