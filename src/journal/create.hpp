// Creates the files of a recording without ever taking over another one: lock, existence, durable directory entries.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "journal/file.hpp"

namespace groundswell::journal {

// The file of a recording in one file, new, empty and locked for the life of its descriptor. 73 exists or cannot create, 75 locked by
// another.
Result<Descriptor> create_single_file(const std::filesystem::path& path);

struct LockedDirectory {
  Descriptor directory;
  Descriptor lock;  // on the file "lock" in it
};
// The directory of a recording in segments, made if it is not there, locked, holding no recording. Errors as above.
Result<LockedDirectory> create_recording_directory(const std::filesystem::path& path);

// The directory of a recording that is there, locked. 66 not there, or a recording in one file; 75 locked by another, 74 I/O.
Result<LockedDirectory> lock_recording_directory(const std::filesystem::path& path);

// A segment's file first has a name that readers pass over, and gets its own when its header is durable, so that a segment always has one.
// None allocates unless it fails.
Result<Descriptor> create_segment_file(const std::filesystem::path& path, int directory);
void remove_segment_file(int directory) noexcept;  // the one not yet named, if there is one
Result<void> name_segment_file(const std::filesystem::path& path, int directory, std::uint64_t first_jseq);

}  // namespace groundswell::journal
