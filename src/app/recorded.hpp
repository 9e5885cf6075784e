// Recordings as the verbs that read them see them.
#pragma once

#include <cstdint>
#include <string>

#include "app/verbs.hpp"
#include "journal/reader.hpp"

namespace groundswell::app {

// Every byte is checked; what a torn tail lost goes to standard error. Errors: those of Reader::open.
Result<journal::Reader> open_recording(const std::string& path, bool quiet);
// -c wins; else what the recording was made with; a universe given by --universe replaces the rosters of either. Errors: 64 (an import
// without either), 65, 66, 78.
Result<config::Config> config_for(journal::Reader& recording, const CommonOptions& common, const std::string& universe);
// Nothing was given in place of what the recording has.
bool follows_recording(const CommonOptions& common, const std::string& universe);
// A flag's YYYY-MM-DD as yyyymmdd; "" = `otherwise`. Errors: 64.
Result<std::uint32_t> parse_session(const std::string& flag, const std::string& text, std::uint32_t otherwise);

}  // namespace groundswell::app
