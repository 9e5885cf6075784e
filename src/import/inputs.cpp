#include "import/inputs.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <system_error>

namespace groundswell::importer {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> glob_paths(const fs::path& pattern) {
  glob_t found{};
  std::vector<fs::path> paths;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

Result<void> add_path(const fs::path& path, std::vector<fs::path>& files) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
    return {};
  }
  for (fs::recursive_directory_iterator at{path, error}, end; !error && at != end; at.increment(error)) {
    std::error_code ignored;  // a dangling link is no file
    if (at->is_regular_file(ignored)) files.push_back(at->path());
  }
  if (error) return fail(Exit::kNoInput, fmt::format("{}: cannot be listed: {}", path.string(), error.message()));
  return {};
}

}  // namespace

Result<std::vector<fs::path>> expand_inputs(std::span<const fs::path> paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    std::error_code error;
    std::vector<fs::path> named{path};
    if (!fs::exists(path, error)) named = glob_paths(path);
    if (named.empty())
      return fail(Exit::kNoInput, fmt::format("{}: no such file; give CSV files, archives, folders or globs", path.string()));
    for (const fs::path& one : named) {
      if (const Result<void> added = add_path(one, files); added.has_error()) return added.error();
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace groundswell::importer
