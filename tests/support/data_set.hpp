// A test over a real set under GROUNDSWELL_DATA, else ../shared/data: the command line, and a folder of its own that goes with the test.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "import/archive.hpp"

namespace groundswell {

namespace fs = std::filesystem;

inline fs::path data_folder() {
  const char* const named = std::getenv("GROUNDSWELL_DATA");
  return named != nullptr ? fs::path{named} : fs::path{GROUNDSWELL_SOURCE_DIR} / "../shared/data";
}

class DataSet : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("groundswell-data-{}", getpid());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string recording() const { return quoted(folder_ / "recording.gsj"); }
  fs::path signals() const { return folder_ / "signals.csv"; }

  static std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

  // What a shell command wrote on stdout; its exit code must be 0. Prints the seconds it took under `name`.
  static std::string output_of(const std::string& name, const std::string& command) {
    const std::int64_t begin_ns = monotonic_clock_ns();
    std::FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) {
      ADD_FAILURE() << "cannot run " << command;
      return {};
    }
    std::string text;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), size);
    const int status = pclose(pipe);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << command << "\n" << text;
    std::cout << fmt::format("{:7.2f} s  {}\n", static_cast<double>(monotonic_clock_ns() - begin_ns) / 1e9, name);
    return text;
  }
  static std::string groundswell(const std::string& verb, const std::string& arguments) {
    return output_of(verb, fmt::format("{} {} {}", quoted(GROUNDSWELL_BINARY), verb, arguments));
  }

  void import_and_verify(const fs::path& input, const fs::path& map) const {
    groundswell("import csv", fmt::format("{} -q -o {} --map {}", quoted(input), recording(), quoted(map)));
    groundswell("verify", recording());
  }

  // Files of an archive, each under its own name.
  static void unpack(const fs::path& path, const fs::path& into) {
    Result<importer::Archive> archive = importer::Archive::open(path);
    ASSERT_FALSE(archive.has_error()) << archive.error().message;
    fs::create_directories(into);
    std::vector<char> buffer(1 << 16);
    importer::Member member;
    while (archive->next(member).value()) {
      std::ofstream file{into / member.row_name, std::ios::binary};
      while (const std::size_t size = archive->read(buffer.data(), buffer.size()).value())
        file.write(buffer.data(), static_cast<std::streamsize>(size));
    }
  }

  fs::path folder_;
};

}  // namespace groundswell
