// The recordings in a folder, as a list: what their headers and block headers say, without reading what they hold. Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "journal/survey.hpp"

namespace groundswell::web {

// Of a plain name of an entry in the folder: no separator, no dot in front. Nothing: it is none, or nothing there has it.
std::optional<std::string> recording_path(const std::string& folder, std::string_view name);
// The path of the recording in the folder; "" = it is not there. Any thread.
std::string recording_with(const std::string& folder, std::uint64_t recording_id);

class Recordings {
 public:
  explicit Recordings(std::string folder) : folder_(std::move(folder)) {}
  // The answer to /api/v1/recordings, by name, the last first. Reads the block headers of what has grown since the last time.
  std::string json(std::uint64_t running_recording_id);

 private:
  std::string folder_;
  std::map<std::string, journal::Survey> known_;  // by name
};

}  // namespace groundswell::web
