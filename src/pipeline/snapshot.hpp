// The snapshot: the state of an engine after a record, in a file, so that a restart folds the records after it and not the whole recording.
// An optimisation and never the only copy: whatever is wrong with one, the recording is there.
//
//   snap-<jseq:016x>.gss beside the segments of its recording, little-endian:
//   header 64 B    magic 89 'GSS' 0D 0A 1A 0A · version u32 · sections u32 · recording id · jseq · config hash · definition set hash ·
//                  bytes of the file · next eseq, u64 each
//   sections       tag (4 letters) · 0 u32 · length u64, then so many bytes as src/base/state_stream.hpp has them: FOLD, DGST, FEED
//   end            SHA-256 of all before it, 32 B
//
// The layout of a section is that of the program that wrote it: another version is ignored, not migrated. Raise kSnapshotVersion when
// what a saved member means has changed; another number or size of members, and another set of definitions, show by themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/feed_positions.hpp"
#include "pipeline/fold.hpp"

namespace groundswell::pipeline {

inline constexpr std::uint32_t kSnapshotVersion = 3;
inline constexpr std::size_t kSnapshotsKept = 2;

struct SnapshotIdentity {  // of the recording and the configuration it belongs to
  std::uint64_t recording_id = 0;
  std::uint64_t config_hash = 0;
  std::uint64_t definition_set_hash = 0;
  friend bool operator==(const SnapshotIdentity&, const SnapshotIdentity&) = default;
};

// Fills `out` with a snapshot but for its SHA-256; what was in it goes, its memory is used again. One pass of copies: call it on the fold's
// thread, between records, and give `out` to write_snapshot() on another.
void take_snapshot(const SnapshotIdentity& identity, const Fold& fold, const DigestSink& digest, const FeedPositions& feeds,
                   std::vector<std::byte>& out);

// Seals what take_snapshot() made and writes it into the directory of the recording: temporary file, sync, rename, sync of the directory;
// then all but the kSnapshotsKept newest go. Call it when the journal has synced the snapshot's record. Any thread but the fold's: it
// waits for the disk. Errors: 74; the snapshots that were there stay.
Result<void> write_snapshot(const std::filesystem::path& recording, std::span<std::byte> taken);

// A snapshot as read: whole and unaltered.
class Snapshot {
 public:
  // Errors: 66 not there, 65 not a snapshot of this version, or damaged; 74.
  static Result<Snapshot> read(const std::filesystem::path& path);
  const SnapshotIdentity& identity() const noexcept { return identity_; }
  std::uint64_t jseq() const noexcept { return jseq_; }            // of the last record in it
  std::uint64_t next_eseq() const noexcept { return next_eseq_; }  // of the first edge that is not in it
  std::uint64_t bytes() const noexcept { return bytes_.size(); }
  // Into objects constructed from the setup of that recording. False: they are another program's; the objects are good for nothing then.
  bool restore(Fold& fold, DigestSink& digest, FeedPositions& feeds) const noexcept;

 private:
  std::vector<std::byte> bytes_;
  SnapshotIdentity identity_;
  std::uint64_t jseq_ = 0, next_eseq_ = 0;
  std::span<const std::byte> section(const char (&tag)[5]) const noexcept;
};

// Paths of the snapshots beside a recording, newest first; none for a recording in one file.
std::vector<std::filesystem::path> list_snapshots(const std::filesystem::path& recording);

}  // namespace groundswell::pipeline
