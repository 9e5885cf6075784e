// Which files the paths of a command line stand for.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace groundswell::importer {

// Files as they are, folders with everything below them, globs (* ? [) where no file of that very name exists. Sorted, each once.
// Errors: 66 when a path is not there or a glob matches nothing.
Result<std::vector<std::filesystem::path>> expand_inputs(std::span<const std::filesystem::path> paths);

}  // namespace groundswell::importer
