// Whole small files as text: configuration, never data.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace groundswell::config {

// Errors: 66 when it cannot be read, 78 when it is larger than any configuration is.
Result<std::string> read_text(const std::filesystem::path& path);

}  // namespace groundswell::config
