#include "web/recordings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "console/messages.hpp"
#include "journal/edge_index.hpp"

namespace groundswell::web {
namespace {

namespace fs = std::filesystem;

bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name.front() != '.' &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

// Files of ours, and folders that hold some.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code unreadable;  // then it is no recording that we could show
    bool is_recording = entry->is_regular_file(unreadable) && entry->path().extension() == ".gsj";
    if (entry->is_directory(unreadable)) {
      for (fs::directory_iterator file(entry->path(), unreadable); !unreadable && file != fs::directory_iterator() && !is_recording;
           file.increment(unreadable)) {
        is_recording = file->path().extension() == ".gsj";
      }
    }
    if (is_recording && is_plain(name)) names.push_back(name);
  }
  std::sort(names.rbegin(), names.rend());
  return names;
}

}  // namespace

std::optional<std::string> recording_path(const std::string& folder, std::string_view name) {
  if (folder.empty() || !is_plain(name)) return std::nullopt;
  const fs::path path = fs::path(folder) / name;
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  return path.string();
}

std::string recording_with(const std::string& folder, std::uint64_t recording_id) {
  for (const std::string& name : names_in(folder)) {
    const fs::path path = fs::path(folder) / name;
    const auto index = journal::EdgeIndex::open(path);
    if (index && index->recording_id() == recording_id) return path.string();
  }
  return {};
}

std::string Recordings::json(std::uint64_t running_recording_id) {
  std::string rows;
  std::map<std::string, journal::Survey> there;
  for (const std::string& name : names_in(folder_)) {
    journal::Survey& survey = there[name];
    if (const auto known = known_.find(name); known != known_.end()) survey = std::move(known->second);
    const auto walked = survey.advance(fs::path(folder_) / name);
    const bool is_running = survey.recording_id() != 0 && survey.recording_id() == running_recording_id;
    fmt::format_to(std::back_inserter(rows),
                   R"({}{{"name":{},"bytes":{},"records":{},"edges":{},"from_ms":{},"to_ms":{},"closed":{},"live":{},"error":{}}})",
                   rows.empty() ? "" : ",", console::json_string(name), survey.bytes(), survey.records(), survey.edges(),
                   survey.first_event_ns() / 1'000'000, survey.last_event_ns() / 1'000'000, survey.is_closed(), is_running,
                   console::json_string(walked ? std::string() : walked.error().message));
  }
  known_ = std::move(there);
  return fmt::format(R"({{"recordings":[{}]}})", rows);
}

}  // namespace groundswell::web
