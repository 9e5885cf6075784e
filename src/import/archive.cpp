#include "import/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

namespace groundswell::importer {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

void drop_suffix(std::string& name, std::string_view suffix) {
  if (name.size() > suffix.size() && name.ends_with(suffix)) name.resize(name.size() - suffix.size());
}

std::string without_compression(std::string name) {
  drop_suffix(name, ".gz");
  drop_suffix(name, ".zst");
  return name;
}

// Where symbol and date are read from.
void set_place(const std::filesystem::path& path, Member& member) {
  member.file_name = without_compression(path.filename().string());
  member.stem = std::filesystem::path{member.file_name}.stem().string();
  member.folder = path.parent_path().filename().string();
}

}  // namespace

struct Archive::Impl {
  ~Impl() { archive_read_free(handle); }

  Error damaged() const { return fail(Exit::kBadData, fmt::format("{}: {}", label, reason())); }
  std::string reason() const {
    const char* const text = archive_error_string(handle);
    return text != nullptr ? text : "cannot be read";
  }

  std::filesystem::path path;
  archive* handle = archive_read_new();
  std::string label;        // of the current member
  bool any = false;         // a header was read
  bool empty_file = false;  // the current member is a file of no bytes
};

Archive::Archive(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Result<Archive> Archive::open(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->label = path.string();
  archive* const handle = impl->handle;
  if (handle == nullptr) return fail(Exit::kInternal, "out of memory");
  archive_read_support_filter_gzip(handle);
  archive_read_support_filter_zstd(handle);
  archive_read_support_format_tar(handle);
  archive_read_support_format_zip(handle);
  archive_read_support_format_empty(handle);
  archive_read_support_format_raw(handle);  // bids last: any other file is rows itself
  if (archive_read_open_filename(handle, path.c_str(), kReadBytes) != ARCHIVE_OK) {
    const int cause = archive_errno(handle);
    const Exit exit = cause == ENOENT ? Exit::kNoInput : cause == EACCES ? Exit::kNoPermission : Exit::kBadData;
    return fail(exit, fmt::format("{}: cannot be opened: {}", path.string(),
                                  cause == ENOENT || cause == EACCES ? std::strerror(cause) : impl->reason()));
  }
  return Archive{std::move(impl)};
}

Result<bool> Archive::next(Member& member) {
  archive_entry* entry = nullptr;
  while (true) {
    const int status = archive_read_next_header(impl_->handle, &entry);
    const int format = archive_format(impl_->handle) & ARCHIVE_FORMAT_BASE_MASK;
    impl_->empty_file = status == ARCHIVE_EOF && format == ARCHIVE_FORMAT_EMPTY && !impl_->any;
    impl_->label = impl_->path.string();
    if (status == ARCHIVE_EOF && !impl_->empty_file) return false;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN && !impl_->empty_file) return impl_->damaged();
    impl_->any = true;
    std::error_code error;
    set_place(std::filesystem::absolute(impl_->path, error), member);  // so that x.csv, too, has a folder
    member.row_name = member.file_name;
    if (format != ARCHIVE_FORMAT_RAW && format != ARCHIVE_FORMAT_EMPTY) {
      if (archive_entry_filetype(entry) != AE_IFREG) continue;
      const char* const name =
          archive_entry_pathname(entry) != nullptr ? archive_entry_pathname(entry) : archive_entry_pathname_utf8(entry);
      const std::filesystem::path inside{name != nullptr ? name : "?"};
      impl_->label += ':' + inside.string();
      if (format == ARCHIVE_FORMAT_TAR) set_place(inside, member);
      member.row_name = inside.filename().string();
    }
    member.label = impl_->label;
    return true;
  }
}

Result<std::size_t> Archive::read(char* buffer, std::size_t capacity) {
  if (impl_->empty_file) return std::size_t{0};
  const la_ssize_t count = archive_read_data(impl_->handle, buffer, capacity);
  if (count < 0) return impl_->damaged();
  return static_cast<std::size_t>(count);
}

std::uint64_t Archive::bytes_consumed() const { return static_cast<std::uint64_t>(archive_filter_bytes(impl_->handle, -1)); }

}  // namespace groundswell::importer
