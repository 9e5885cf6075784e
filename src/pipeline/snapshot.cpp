#include "pipeline/snapshot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.hpp"
#include "base/open_file.hpp"
#include "base/sha256.hpp"
#include "journal/file.hpp"

namespace groundswell::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::uint8_t, 8> kMagic{0x89, 'G', 'S', 'S', 0x0D, 0x0A, 0x1A, 0x0A};
constexpr std::uint32_t kSections = 3;
constexpr std::size_t kSealBytes = sizeof(Sha256::Digest);
constexpr std::uint64_t kLongestFile = std::uint64_t{1} << 32;
constexpr const char* kTemporaryName = "snap.tmp";

struct Header {
  std::array<std::uint8_t, 8> magic;
  std::uint32_t version;
  std::uint32_t sections;
  std::uint64_t recording_id;
  std::uint64_t jseq;
  std::uint64_t config_hash;
  std::uint64_t definition_set_hash;
  std::uint64_t file_bytes;
  std::uint64_t next_eseq;
};
static_assert(sizeof(Header) == 64 && std::has_unique_object_representations_v<Header>);

struct SectionHead {
  std::array<char, 4> tag;
  std::uint32_t zero;
  std::uint64_t length;
};
static_assert(sizeof(SectionHead) == 16 && std::has_unique_object_representations_v<SectionHead>);

template <class T>
void append(std::vector<std::byte>& out, const T& value) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

template <class Part>
void append_section(std::vector<std::byte>& out, const char (&tag)[5], const Part& part) {
  const std::size_t at = out.size();
  SectionHead head{{tag[0], tag[1], tag[2], tag[3]}, 0, 0};
  append(out, head);
  StateWriter writer(out);
  writer(part);
  head.length = out.size() - at - sizeof head;
  std::memcpy(out.data() + at, &head, sizeof head);
}

Header header_of(std::span<const std::byte> bytes) noexcept {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

Sha256::Digest seal_of(std::span<const std::byte> bytes) noexcept {
  Sha256 sha;
  sha.update(bytes.data(), bytes.size() - kSealBytes);
  return sha.finish();
}

// "" = whole, of this version, unaltered.
std::string why_bad(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(Header) + kSealBytes) return "too short";
  const Header header = header_of(bytes);
  if (header.magic != kMagic) return "not a snapshot";
  if (header.version != kSnapshotVersion) return fmt::format("version {}, this program has version {}", header.version, kSnapshotVersion);
  if (header.file_bytes != bytes.size()) return fmt::format("{} bytes, its header says {}", bytes.size(), header.file_bytes);
  const Sha256::Digest seal = seal_of(bytes);
  if (std::memcmp(seal.data(), bytes.data() + bytes.size() - kSealBytes, kSealBytes) != 0) return "its SHA-256 does not match";
  std::size_t at = sizeof header;
  for (std::uint32_t i = 0; i < header.sections; ++i) {
    SectionHead head;
    if (bytes.size() - kSealBytes - at < sizeof head) return "a section is missing";
    std::memcpy(&head, bytes.data() + at, sizeof head);
    at += sizeof head;
    if (head.length > bytes.size() - kSealBytes - at) return "a section is longer than the file";
    at += head.length;
  }
  return at == bytes.size() - kSealBytes ? "" : "bytes after the last section";
}

fs::path name_of(std::uint64_t jseq) { return fmt::format("snap-{:016x}.gss", jseq); }

Result<void> write_durably(const fs::path& path, std::span<const std::byte> bytes) {
  const journal::Descriptor file(open_file(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666));
  if (!file.is_open()) return journal::system_error(Exit::kIo, path, "cannot create a snapshot", errno);
  std::array<iovec, 1> parts{iovec{const_cast<std::byte*>(bytes.data()), bytes.size()}};
  int error = journal::write_all(file.number(), parts, 0);
  if (error == 0) error = journal::sync_all(file.number());
  if (error != 0) return journal::system_error(Exit::kIo, path, "cannot write a snapshot", error);
  return {};
}

}  // namespace

void take_snapshot(const SnapshotIdentity& identity, const Fold& fold, const DigestSink& digest, const FeedPositions& feeds,
                   std::vector<std::byte>& out) {
  out.clear();
  Header header{};
  header.magic = kMagic;
  header.version = kSnapshotVersion;
  header.sections = kSections;
  header.recording_id = identity.recording_id;
  header.jseq = fold.jseq();
  header.config_hash = identity.config_hash;
  header.definition_set_hash = identity.definition_set_hash;
  header.next_eseq = fold.next_eseq();
  append(out, header);
  append_section(out, "FOLD", fold);
  append_section(out, "DGST", digest);
  append_section(out, "FEED", feeds);
  out.resize(out.size() + kSealBytes);
  header.file_bytes = out.size();
  std::memcpy(out.data(), &header, sizeof header);
}

Result<void> write_snapshot(const fs::path& recording, std::span<std::byte> taken) {
  GS_ASSERT(taken.size() >= sizeof(Header) + kSealBytes);
  const Sha256::Digest seal = seal_of(taken);
  std::memcpy(taken.data() + taken.size() - kSealBytes, seal.data(), kSealBytes);
  const fs::path temporary = recording / kTemporaryName, path = recording / name_of(header_of(taken).jseq);
  if (auto written = write_durably(temporary, taken); !written) {
    ::unlink(temporary.c_str());  // gives the disk back what it took
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return journal::system_error(Exit::kIo, path, "cannot name a snapshot", errno);
  if (const int error = journal::sync_directory(recording); error != 0)
    return journal::system_error(Exit::kIo, recording, "cannot sync the directory", error);
  const std::vector<fs::path> all = list_snapshots(recording);
  for (std::size_t i = kSnapshotsKept; i < all.size(); ++i) ::unlink(all[i].c_str());
  return {};
}

std::vector<fs::path> list_snapshots(const fs::path& recording) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(recording, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with("snap-") && entry->path().extension() == ".gss") found.push_back(entry->path());
  }
  std::sort(found.rbegin(), found.rend());  // the order of the names is that of the numbers
  return found;
}

Result<Snapshot> Snapshot::read(const fs::path& path) {
  const journal::Descriptor file(open_file(path.c_str(), O_RDONLY | O_NONBLOCK));
  struct stat status;
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    return journal::system_error(errno == ENOENT ? Exit::kNoInput : Exit::kIo, path, "cannot open the snapshot", errno);
  }
  const auto bad = [&](const std::string& why) { return fail(Exit::kBadData, fmt::format("{}: snapshot: {}", path.string(), why)); };
  if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) > kLongestFile) return bad("not a snapshot");
  Snapshot snapshot;
  snapshot.bytes_.resize(static_cast<std::size_t>(status.st_size));
  for (std::size_t done = 0; done < snapshot.bytes_.size();) {
    const ssize_t got = ::pread(file.number(), snapshot.bytes_.data() + done, snapshot.bytes_.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return journal::system_error(Exit::kIo, path, "cannot read the snapshot", errno);
    if (got == 0) return bad("cut while it was read");
    done += static_cast<std::size_t>(got);
  }
  if (const std::string why = why_bad(snapshot.bytes_); !why.empty()) return bad(why);
  const Header header = header_of(snapshot.bytes_);
  snapshot.identity_ = {header.recording_id, header.config_hash, header.definition_set_hash};
  snapshot.jseq_ = header.jseq;
  snapshot.next_eseq_ = header.next_eseq;
  return snapshot;
}

std::span<const std::byte> Snapshot::section(const char (&tag)[5]) const noexcept {
  std::size_t at = sizeof(Header);
  while (at < bytes_.size() - kSealBytes) {
    SectionHead head;
    std::memcpy(&head, bytes_.data() + at, sizeof head);
    at += sizeof head;
    if (std::memcmp(head.tag.data(), tag, head.tag.size()) == 0) return std::span(bytes_).subspan(at, head.length);
    at += head.length;
  }
  return {};
}

bool Snapshot::restore(Fold& fold, DigestSink& digest, FeedPositions& feeds) const noexcept {
  StateReader of_fold(section("FOLD")), of_digest(section("DGST")), of_feeds(section("FEED"));
  of_fold(fold);
  of_digest(digest);
  of_feeds(feeds);
  return of_fold.is_complete() && of_digest.is_complete() && of_feeds.is_complete() && fold.jseq() == jseq_ &&
         fold.next_eseq() == next_eseq_;
}

}  // namespace groundswell::pipeline
