#include "journal/reader.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/assert.hpp"
#include "journal/reader_impl.hpp"
#include "journal/summary.hpp"

namespace groundswell::journal {
namespace {

namespace fs = std::filesystem;

// The files of a recording in the order of their numbers, which is that of their names.
Result<std::vector<fs::path>> list_segments(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (error) return system_error(Exit::kNoInput, path, "cannot read the recording", error.value());
    return std::vector<fs::path>{path};
  }
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".gsj") files.push_back(entry->path());
  }
  if (error) return system_error(Exit::kNoInput, path, "cannot list the recording", error.value());
  if (files.empty()) return fail(Exit::kNoInput, path.string() + ": no recording: the directory holds no .gsj file");
  std::sort(files.begin(), files.end());
  return files;
}

std::uint64_t total_bytes(const std::vector<fs::path>& files) noexcept {
  std::uint64_t bytes = 0;
  for (const fs::path& file : files) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    if (!error) bytes += size;
  }
  return bytes;
}

}  // namespace

std::span<const Record> BlockView::records() const noexcept {
  GS_ASSERT(type == BlockType::kRecords);
  return {reinterpret_cast<const Record*>(payload.data()), count};
}

Result<Reader> Reader::open(const fs::path& path, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const Result<std::vector<fs::path>> files = list_segments(path);
  if (!files) return files.error();
  auto impl = std::make_unique<Impl>();
  RecordingInfo& info = impl->info;
  SegmentSummary summary;
  Unpacker unpacker;
  Position position;
  const std::uint64_t all_bytes = progress ? total_bytes(*files) : 0;
  std::uint64_t done_bytes = 0;
  const auto report = [&](std::uint64_t bytes_of_file) {
    if (progress) progress(std::min(done_bytes + bytes_of_file, all_bytes), all_bytes);
  };
  impl->segments->reserve(files->size());
  for (const fs::path& file : *files) {
    Result<SegmentReader> opened = SegmentReader::open(file, position);
    if (!opened) return opened.error();
    SegmentReader& segment = impl->segments->emplace_back(std::move(*opened));
    const FileHeader& header = segment.header();
    if (info.segments == 0) {
      info.recording_id = header.recording_id;
      info.config_hash = header.config_hash;
      info.definition_set_hash = header.definition_set_hash;
      info.created_ns = header.created_ns;
    } else if (header.recording_id != info.recording_id) {
      return fail(Exit::kBadData, file.string() + ": a segment of another recording; move it away");
    }
    const bool is_last = &file == &files->back();
    if (auto checked = segment.check(position, info, summary, unpacker, is_last, report); !checked) return checked.error();
    done_bytes += segment.file_bytes();
    report(0);
  }
  info.records = position.next_jseq - 1;
  impl->end = position;
  return Reader(std::move(impl));
}

Reader::Reader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Reader Reader::duplicate() const {
  auto impl = std::make_unique<Impl>();
  impl->segments = impl_->segments;
  impl->info = impl_->info;
  impl->end = impl_->end;
  return Reader(std::move(impl));
}

const RecordingInfo& Reader::info() const noexcept { return impl_->info; }

std::optional<BlockView> Reader::next() {
  for (; impl_->segment < impl_->segments->size(); ++impl_->segment, impl_->offset = kFileHeaderBytes) {
    const SegmentReader& segment = (*impl_->segments)[impl_->segment];
    if (impl_->offset < segment.data_end_offset()) {
      const std::uint64_t offset = impl_->offset;
      const BlockHeader& header = segment.block(offset);
      impl_->offset += block_bytes_on_disk(header.stored_bytes);
      segment.passed(offset, impl_->offset);
      std::span<const std::byte> payload;
      // open() has unpacked it already: it fails only if somebody wrote over the file since then.
      GS_ASSERT(impl_->unpacker.unpack(header, segment.payload(offset), payload).empty());
      return BlockView{header.type, header.count, header.block_seq, header.first_jseq, offset, payload};
    }
  }
  return std::nullopt;
}

void Reader::rewind() noexcept {
  impl_->segment = 0;
  impl_->offset = kFileHeaderBytes;
}

}  // namespace groundswell::journal
