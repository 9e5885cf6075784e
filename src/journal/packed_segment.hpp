// One segment packed: written anew beside itself, and compared with itself.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "journal/columns.hpp"
#include "journal/segment_reader.hpp"
#include "journal/segment_writer.hpp"

namespace groundswell::journal {

// `plain` has been checked, is sealed, and ends the recording if `last`. `copy` is empty, `path` its name for messages. Durable when done,
// but for the directory's entry. 74.
Result<void> write_packed_segment(const SegmentReader& plain, bool last, Descriptor copy, const std::filesystem::path& path);

// Every byte of the copy is checked, and all records and other payloads are compared. 65: they are not the same, a fault of this program or
// of the machine.
Result<void> compare_packed_segment(const SegmentReader& plain, const std::filesystem::path& copy);

}  // namespace groundswell::journal
