#include "journal/edge_index.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/open_file.hpp"
#include "journal/reader.hpp"

namespace groundswell::journal {
namespace {

namespace fs = std::filesystem;

Descriptor open_to_read(const fs::path& file) { return Descriptor(open_file(file.c_str(), O_RDONLY | O_NONBLOCK)); }

}  // namespace

Result<EdgeIndex> EdgeIndex::open(const fs::path& path) {
  EdgeIndex index(path);
  std::error_code error;
  index.is_directory_ = fs::is_directory(path, error);
  fs::path first = path;
  if (index.is_directory_ && !index.next_segment(first)) return fail(Exit::kNoInput, path.string() + ": holds no recording");
  const auto opened = index.open_segment(first);
  if (!opened) return opened.error();
  if (!*opened) return fail(Exit::kNoInput, first.string() + ": its header is not written yet; try again");
  return index;
}

// The first segment after the last one that was walked.
bool EdgeIndex::next_segment(fs::path& file) const {
  fs::path found;
  std::error_code error;
  for (fs::directory_iterator entry(path_, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() != ".gsj") continue;
    const bool later = segments_.empty() || entry->path().filename() > segments_.back().path.filename();
    if (later && (found.empty() || entry->path().filename() < found.filename())) found = entry->path();
  }
  if (found.empty()) return false;
  file = found;
  return true;
}

Result<bool> EdgeIndex::open_segment(const fs::path& file) {
  Descriptor opened = open_to_read(file);
  if (!opened.is_open()) return system_error(Exit::kNoInput, file, "cannot open", errno);
  FileHeader header;
  const ssize_t got = read_at(opened.number(), &header, sizeof header, 0);
  if (got < 0) return system_error(Exit::kIo, file, "cannot read", errno);
  if (got < static_cast<ssize_t>(sizeof header) || header.magic != kMagic || header.crc != file_header_crc(header)) return false;
  if (header.major > kMajor) return fail(Exit::kBadData, file.string() + ": of a newer version; use a newer groundswell");
  if (recording_id_ != 0 && header.recording_id != recording_id_)
    return fail(Exit::kBadData, file.string() + ": a segment of another recording; move it away");
  recording_id_ = header.recording_id;
  file_ = std::move(opened);
  seed_ = block_crc_seed(header.segment_uuid);
  offset_ = kFileHeaderBytes;
  next_block_seq_ = header.first_block_seq;
  segments_.push_back({file, header.crc});
  return true;
}

Result<bool> EdgeIndex::advance(std::size_t most_blocks) {
  for (std::size_t i = 0; i < most_blocks; ++i) {
    BlockHeader header;
    const ssize_t got = read_at(file_.number(), &header, sizeof header, offset_);
    if (got < 0) return system_error(Exit::kIo, segments_.back().path, "cannot read", errno);
    if (got < static_cast<ssize_t>(sizeof header) || header.sync != kBlockSync || header.block_seq != next_block_seq_) return true;
    if (header.type == BlockType::kIndex || header.type == BlockType::kEnd) {  // the end of a segment, or for now of the recording
      fs::path following;
      if (!is_directory_ || !next_segment(following)) return true;
      const auto opened = open_segment(following);
      if (!opened) return opened.error();
      if (!*opened) return true;
      continue;
    }
    if (header.stored_bytes > kMaxPayloadBytes)
      return fail(Exit::kBadData, fmt::format("{}: damaged at offset {}: a block without end", segments_.back().path.string(), offset_));
    if (header.type == BlockType::kEdges) {
      const auto batch = read_batch(file_.number(), segments_.back().path, offset_, header, seed_);
      if (!batch) return batch.error();
      if (!*batch) return true;
      add(**batch, offset_);
    }
    offset_ += block_bytes_on_disk(header.stored_bytes);
    ++next_block_seq_;
  }
  return false;
}

void EdgeIndex::add(const wire::EdgeBatch& batch, std::uint64_t offset) {
  if (batch.header.universe != 0 || batch.edges.empty()) return;
  const std::size_t scope = batch.header.scope;
  if (scope >= scopes_.size()) scopes_.resize(scope + 1);
  scopes_[scope].push_back(
      {batch.scope_seq, offset, static_cast<std::uint32_t>(segments_.size() - 1), static_cast<std::uint32_t>(batch.edges.size())});
  edges_ += batch.edges.size();
  if (++places_ <= kMostBatches) return;
  const auto fullest = std::max_element(scopes_.begin(), scopes_.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  fullest->pop_front();
  --places_;
}

std::uint64_t EdgeIndex::oldest(std::uint16_t scope) const noexcept {
  return scope < scopes_.size() && !scopes_[scope].empty() ? scopes_[scope].front().scope_seq : 0;
}

std::uint64_t EdgeIndex::next(std::uint16_t scope) const noexcept {
  if (scope >= scopes_.size() || scopes_[scope].empty()) return 0;
  return scopes_[scope].back().scope_seq + scopes_[scope].back().count;
}

Result<std::optional<wire::EdgeBatch>> EdgeIndex::read_batch(int file, const fs::path& path, std::uint64_t offset,
                                                             const BlockHeader& header, std::uint32_t seed) {
  payload_.resize(header.stored_bytes);
  const ssize_t read = read_at(file, payload_.data(), payload_.size(), offset + kBlockHeaderBytes);
  if (read < 0) return system_error(Exit::kIo, path, "cannot read", errno);
  if (read < static_cast<ssize_t>(payload_.size()) || block_crc(header, payload_.data(), seed) != header.crc)
    return std::optional<wire::EdgeBatch>();
  std::span<const std::byte> unpacked;
  if (const std::string wrong = unpacker_.unpack(header, payload_.data(), unpacked); !wrong.empty())
    return fail(Exit::kBadData, fmt::format("{}: damaged at offset {}: {}", path.string(), offset, wrong));
  auto batch = parse_edges(unpacked);
  if (!batch) return batch.error();
  return std::optional(std::move(*batch));
}

// Packing keeps the EDGES blocks and their order, and moves them.
Result<void> EdgeIndex::find_again(std::uint32_t segment, int file, const FileHeader& header) {
  const fs::path& path = segments_[segment].path;
  const std::uint32_t seed = block_crc_seed(header.segment_uuid);
  BlockHeader block;
  for (std::uint64_t offset = kFileHeaderBytes;; offset += block_bytes_on_disk(block.stored_bytes)) {
    if (read_at(file, &block, sizeof block, offset) != static_cast<ssize_t>(sizeof block))
      return system_error(Exit::kIo, path, "cannot read", errno);
    if (block.sync != kBlockSync || block.stored_bytes > kMaxPayloadBytes)
      return fail(Exit::kBadData, fmt::format("{}: damaged at offset {}: no block begins here", path.string(), offset));
    if (block.type == BlockType::kIndex) break;
    if (block.type != BlockType::kEdges) continue;
    const auto batch = read_batch(file, path, offset, block, seed);
    if (!batch) return batch.error();
    if (!*batch || (*batch)->header.universe != 0 || (*batch)->header.scope >= scopes_.size()) continue;
    std::deque<Place>& places = scopes_[(*batch)->header.scope];
    const auto place = std::lower_bound(places.begin(), places.end(), (*batch)->scope_seq,
                                        [](const Place& each, std::uint64_t number) { return each.scope_seq < number; });
    if (place != places.end() && place->scope_seq == (*batch)->scope_seq && place->segment == segment) place->offset = offset;
  }
  segments_[segment].header_crc = header.crc;
  return {};
}

Result<wire::EdgeBatch> EdgeIndex::batch_with(std::uint16_t scope, std::uint64_t scope_seq) {
  const std::deque<Place>& places = scopes_[scope];
  auto place = std::upper_bound(places.begin(), places.end(), scope_seq,
                                [](std::uint64_t number, const Place& each) { return number < each.scope_seq; });
  --place;
  const fs::path& path = segments_[place->segment].path;
  const bool is_walked = place->segment + 1 == segments_.size();
  const Descriptor other = is_walked ? Descriptor() : open_to_read(path);
  const int file = is_walked ? file_.number() : other.number();
  if (file < 0) return system_error(Exit::kNoInput, path, "cannot open", errno);
  std::uint32_t seed = seed_;
  if (!is_walked) {
    FileHeader segment;
    if (read_at(file, &segment, sizeof segment, 0) != static_cast<ssize_t>(sizeof segment))
      return system_error(Exit::kIo, path, "cannot read", errno);
    seed = block_crc_seed(segment.segment_uuid);
    if (segment.crc != segments_[place->segment].header_crc) {
      if (const auto found = find_again(place->segment, file, segment); !found) return found.error();
    }
  }
  BlockHeader header;
  if (read_at(file, &header, sizeof header, place->offset) != static_cast<ssize_t>(sizeof header))
    return system_error(Exit::kIo, path, "cannot read", errno);
  if (header.sync == kBlockSync && header.type == BlockType::kEdges && header.stored_bytes <= kMaxPayloadBytes) {
    auto batch = read_batch(file, path, place->offset, header, seed);
    if (!batch) return batch.error();
    if (*batch) return std::move(**batch);
  }
  return fail(Exit::kBadData,
              fmt::format("{}: damaged at offset {}: its checksum; restore the recording from a copy", path.string(), place->offset));
}

}  // namespace groundswell::journal
