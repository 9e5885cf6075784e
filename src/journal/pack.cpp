#include "journal/pack.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <vector>

#include "base/open_file.hpp"
#include "journal/create.hpp"
#include "journal/packed_segment.hpp"
#include "journal/reader_impl.hpp"

namespace groundswell::journal {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCopyExtension = ".packing";  // readers pass over it

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

// Keeps other packers away: by a folder's own descriptor, and of a recording in one file by the lock that its writer has. `path` must be
// there.
Result<Descriptor> lock_for_packing(const fs::path& path) {
  Descriptor opened(open_file(path.c_str(), O_RDONLY | O_NONBLOCK));
  if (!opened.is_open()) return system_error(Exit::kNoInput, path, "cannot open the recording", errno);
  const int error = lock_exclusive(opened.number());
  if (error == EWOULDBLOCK) return fail(Exit::kRetry, path.string() + ": is being packed or written; try again when that is done");
  if (error != 0) return system_error(Exit::kIo, path, "cannot lock the recording", error);
  struct stat locked, named;
  const bool is_same = ::fstat(opened.number(), &locked) == 0 && ::stat(path.c_str(), &named) == 0 && locked.st_ino == named.st_ino;
  if (!is_same) return fail(Exit::kRetry, path.string() + ": has been packed meanwhile; try again");
  return opened;
}

// Packing one of them alone would pass by the lock of the recording that it belongs to.
bool is_segment_in_folder(const fs::path& file) {
  std::error_code error;
  const std::string name = file.stem().string();
  const bool is_number = name.size() == 16 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_number && fs::exists(folder_of(file) / "lock", error);
}

Result<void> delete_left_copies(const fs::path& path) {
  std::vector<fs::path> copies;
  std::error_code error;
  if (!fs::is_directory(path, error)) copies.push_back(path.string() + kCopyExtension);
  for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == kCopyExtension) copies.push_back(entry->path());
  }
  for (const fs::path& copy : copies) {
    if (::unlink(copy.c_str()) != 0 && errno != ENOENT) return system_error(Exit::kIo, copy, "cannot delete what a crash has left", errno);
  }
  return {};
}

// Writes the copy, compares it, and puts it in the segment's place.
Result<void> write_and_compare(const SegmentReader& plain, bool last, const fs::path& copy_path) {
  Descriptor copy(open_file(copy_path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
  if (!copy.is_open()) return system_error(Exit::kIo, copy_path, "cannot create the packed segment", errno);
  // The copy is whose the segment is, as far as that may be done.
  struct stat status;
  if (::stat(plain.path().c_str(), &status) != 0) return system_error(Exit::kIo, plain.path(), "cannot stat", errno);
  if (::fchown(copy.number(), status.st_uid, status.st_gid) != 0 && errno != EPERM)
    return system_error(Exit::kIo, copy_path, "cannot set the owner", errno);
  if (::fchmod(copy.number(), status.st_mode & 07777) != 0) return system_error(Exit::kIo, copy_path, "cannot set the mode", errno);
  if (auto written = write_packed_segment(plain, last, std::move(copy), copy_path); !written) return written;
  if (auto compared = compare_packed_segment(plain, copy_path); !compared) return compared;
  if (::rename(copy_path.c_str(), plain.path().c_str()) != 0)
    return system_error(Exit::kIo, plain.path(), "cannot put the packed segment in its place", errno);
  if (const int error = sync_directory(folder_of(plain.path())); error != 0)
    return system_error(Exit::kIo, plain.path(), "cannot sync the directory", error);
  return {};
}

std::uint64_t size_of(const fs::path& file) noexcept {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  return error ? 0 : size;
}

}  // namespace

// Packs segment by segment what a Reader has checked.
class RecordingPacker {
 public:
  RecordingPacker(const Reader& reader, PackReport& report) : segments_(*reader.impl_->segments), report_(report) {}
  std::size_t segments() const noexcept { return segments_.size(); }
  const SegmentReader& segment(std::size_t i) const noexcept { return segments_[i]; }

  Result<void> pack(std::size_t i, bool last) {
    const SegmentReader& plain = segments_[i];
    const bool has_records = plain.records() > 0;  // a segment without any cannot be followed by another: their names would be one
    if (!plain.is_sealed() || !has_records) {
      ++report_.left;
      return {};
    }
    if (const auto packed = plain.packed()) {
      ++report_.packed_before;
      report_.plain_bytes += packed->plain_bytes;
    } else {
      const fs::path copy = plain.path().string() + kCopyExtension;
      if (auto done = write_and_compare(plain, last, copy); !done) {
        ::unlink(copy.c_str());
        return done;
      }
      ++report_.packed;
      report_.plain_bytes += plain.file_bytes();
    }
    report_.packed_bytes += size_of(plain.path());
    report_.records += plain.records();
    return {};
  }

 private:
  const std::vector<SegmentReader>& segments_;
  PackReport& report_;
};

Result<PackReport> pack_recording(const fs::path& path, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  std::error_code error;
  const bool is_directory = fs::is_directory(path, error);
  if (!is_directory && is_segment_in_folder(path))
    return fail(Exit::kUsage, path.string() + ": is a segment of a recording; give the folder that it is in");
  const Result<Descriptor> lock = lock_for_packing(path);
  if (!lock) return lock.error();
  if (auto deleted = delete_left_copies(path); !deleted) return deleted.error();
  const auto first_round = [&](std::uint64_t done, std::uint64_t all) {
    if (progress) progress(done, 2 * all);
  };
  PackReport report;
  std::uint64_t done_bytes = 0;
  {
    const Result<Reader> reader = Reader::open(path, first_round);
    if (!reader) return reader.error();
    RecordingPacker packer(*reader, report);
    std::uint64_t all_bytes = 0;
    for (std::size_t i = 0; i < packer.segments(); ++i) all_bytes += packer.segment(i).file_bytes();
    const std::size_t n_followed = is_directory ? packer.segments() - 1 : 0;
    for (std::size_t i = 0; i < n_followed; ++i) {
      if (auto packed = packer.pack(i, false); !packed) return packed.error();
      done_bytes += packer.segment(i).file_bytes();
      if (progress) progress(all_bytes + done_bytes, 2 * all_bytes);
    }
    if (!is_directory) {
      if (!reader->info().closed) ++report.left;
      if (reader->info().closed) {
        if (auto packed = packer.pack(0, true); !packed) return packed.error();
      }
      return report;
    }
    if (!reader->info().closed) {
      ++report.left;
      return report;
    }
  }
  // The last one: an engine that goes on with the recording would write into it, so no engine may hold it, and none may from here on.
  Result<HeldRecording> held = hold_recording(path);
  if (!held && held.error().exit != Exit::kRetry) return held.error();
  if (!held || !held->reader->info().closed) {
    ++report.left;
    return report;
  }
  RecordingPacker packer(*held->reader, report);
  if (auto packed = packer.pack(packer.segments() - 1, true); !packed) return packed.error();
  return report;
}

}  // namespace groundswell::journal
