// From rows to a recording: sessions, merge order and the records of every row.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "import/csv.hpp"
#include "import/rows.hpp"

namespace groundswell::csv {

// Writes `output` and adds what it wrote to `report`. Takes the rows: those of a date are freed once written. On error nothing is left.
// Errors: those of journal::Writer.
Result<void> write_recording(Rows& rows, const std::filesystem::path& output, const ImportOptions& options, ImportReport& report);

}  // namespace groundswell::csv
