#include <dlfcn.h>

#include <cstdlib>
#include <system_error>

#include "config/config.hpp"

namespace groundswell::config {
namespace {

constexpr int kFoldersAboveExecutable = 3;

std::filesystem::path executable_folder() {
  std::error_code failure;
  const std::filesystem::path executable = std::filesystem::read_symlink("/proc/self/exe", failure);
  return failure ? std::filesystem::path{} : executable.parent_path();
}

// Of the file that this code was loaded from: a program, or a library that it is linked into.
std::filesystem::path own_folder() {
  Dl_info own{};
  if (dladdr(reinterpret_cast<const void*>(&executable_folder), &own) == 0 || own.dli_fname == nullptr) return {};
  return std::filesystem::path(own.dli_fname).parent_path();
}

std::vector<std::filesystem::path> search_order(const std::filesystem::path& beside) {
  std::vector<std::filesystem::path> folders;
  if (!beside.empty()) folders.push_back(beside);
  if (const char* home = std::getenv("GROUNDSWELL_HOME"); home != nullptr && *home != '\0') {
    folders.push_back(std::filesystem::path{home} / "config");
  }
  const std::filesystem::path executable = executable_folder();
  std::filesystem::path above = executable;
  for (int i = 0; i < kFoldersAboveExecutable; ++i) {
    above = above.parent_path();
    folders.push_back(above / "config");
  }
  folders.push_back(executable.parent_path() / "etc" / "groundswell");
  folders.push_back(own_folder() / "config");
  folders.emplace_back("/etc/groundswell");
  return folders;
}

}  // namespace

std::filesystem::path find_config_data(std::string_view name, const std::filesystem::path& beside) {
  for (const std::filesystem::path& folder : search_order(beside)) {
    std::error_code failure;
    const std::filesystem::path candidate = folder / name;
    if (std::filesystem::exists(candidate, failure)) return candidate;
  }
  return {};
}

}  // namespace groundswell::config
