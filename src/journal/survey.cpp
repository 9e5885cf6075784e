#include "journal/survey.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "base/open_file.hpp"
#include "journal/file.hpp"
#include "journal/summary.hpp"

namespace groundswell::journal {

namespace fs = std::filesystem;

Result<void> Survey::advance(const fs::path& path) {
  if (!segment_.empty()) {
    FileHeader header;
    const Descriptor opened(open_file(segment_.c_str(), O_RDONLY | O_NONBLOCK));
    const bool is_read = opened.is_open() && read_at(opened.number(), &header, sizeof header, 0) == static_cast<ssize_t>(sizeof header);
    if (is_read && header.crc != segment_crc_) *this = Survey();
  }
  std::error_code error;
  if (!fs::is_directory(path, error)) return walk(path);
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".gsj" && !(entry->path() < segment_)) files.push_back(entry->path());
  }
  if (files.empty()) return fail(Exit::kNoInput, path.string() + ": holds no recording");
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    if (const auto walked = walk(file); !walked) return walked;
  }
  return {};
}

Result<void> Survey::walk(const fs::path& file) {
  const Descriptor opened(open_file(file.c_str(), O_RDONLY | O_NONBLOCK));
  if (!opened.is_open()) return system_error(Exit::kNoInput, file, "cannot open", errno);
  if (file != segment_) {
    FileHeader header;
    const ssize_t got = read_at(opened.number(), &header, sizeof header, 0);
    if (got < 0) return system_error(Exit::kIo, file, "cannot read", errno);
    if (got < static_cast<ssize_t>(sizeof header) || header.magic != kMagic) return fail(Exit::kBadData, file.string() + ": no recording");
    if (header.major > kMajor) return fail(Exit::kBadData, file.string() + ": of a newer version; use a newer groundswell");
    if (header.crc != file_header_crc(header)) return fail(Exit::kBadData, file.string() + ": damaged: the file header's checksum");
    if (recording_id_ != 0 && header.recording_id != recording_id_)
      return fail(Exit::kBadData, file.string() + ": a segment of another recording; move it away");
    recording_id_ = header.recording_id;
    segment_ = file;
    segment_crc_ = header.crc;
    offset_ = kFileHeaderBytes;
    bytes_ += kFileHeaderBytes;
  }
  BlockHeader block;
  while (read_at(opened.number(), &block, sizeof block, offset_) == static_cast<ssize_t>(sizeof block) && block.sync == kBlockSync) {
    if (block.stored_bytes > kMaxPayloadBytes) return fail(Exit::kBadData, file.string() + ": damaged: a block without end");
    // A writer that goes on with a recording writes over its INDEX and END: they are looked at again.
    if (block.type == BlockType::kIndex) {
      EndPayload end;
      const std::uint64_t at = offset_ + block_bytes_on_disk(block.stored_bytes) + kBlockHeaderBytes;
      closed_ = read_at(opened.number(), &end, sizeof end, at) == static_cast<ssize_t>(sizeof end) && end.last == 1;
      return {};
    }
    closed_ = false;
    if (block.type == BlockType::kRecords) records_ += block.count;
    if (block.type == BlockType::kEdges) edges_ += block.count;
    widen(first_event_ns_, last_event_ns_, block.ts_event_min_ns, block.ts_event_max_ns);
    bytes_ += block_bytes_on_disk(block.stored_bytes);
    offset_ += block_bytes_on_disk(block.stored_bytes);
  }
  return {};
}

}  // namespace groundswell::journal
