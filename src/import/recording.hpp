// From rows to a recording: sessions, merge order and the records of every row.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "import/import.hpp"
#include "import/rows.hpp"

namespace groundswell::importer {

// Writes `output` and adds what it wrote to `counts`. Takes the rows: those of a date are freed once written. On error nothing is left.
// Errors: those of journal::Writer.
Result<void> write_recording(Rows& rows, const std::filesystem::path& output, const ImportOptions& options, WrittenCounts& counts);

}  // namespace groundswell::importer
