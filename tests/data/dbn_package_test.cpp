// `import dbn` against the vendor's own Python package: files of every schema and version, plain and compressed, written and decoded by it;
// each tick that we import must be, byte for byte, the one that dbn_files.py makes from what the package decoded.
// Skipped where the package cannot be installed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "journal/reader.hpp"
#include "support/process.hpp"

namespace groundswell::test {
namespace {

constexpr const char* kPackage = "databento-dbn==0.72.0";
constexpr int kRecordsPerFile = 100'000;

std::vector<Tick> ticks_of_recording(const fs::path& path) {
  std::vector<Tick> ticks;
  auto reader = must(journal::Reader::open(path));
  while (const auto block = reader.next()) {
    if (block->type != journal::BlockType::kRecords) continue;
    for (const Record& record : block->records()) {
      if (record.kind == RecordKind::kTick) ticks.push_back(record.tick);
    }
  }
  return ticks;
}

std::vector<Tick> ticks_of_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  std::vector<Tick> ticks(bytes.size() / sizeof(Tick));
  EXPECT_EQ(bytes.size() % sizeof(Tick), 0U);
  std::memcpy(ticks.data(), bytes.data(), ticks.size() * sizeof(Tick));
  return ticks;
}

std::string text_of(const Tick& tick) {
  return fmt::format("time {} price {} size {} id {} symbol {} received {} venue {} action {} side {} flags {:#x}", tick.ts_event_ns,
                     tick.price_e9, tick.size, tick.trade_id, tick.symbol, tick.ts_recv_delta_ns, tick.venue,
                     static_cast<char>(tick.action), tick.side, tick.flags);
}

void compare(const std::string& name, const std::vector<Tick>& ours, const std::vector<Tick>& theirs) {
  EXPECT_FALSE(theirs.empty()) << name;
  EXPECT_EQ(ours.size(), theirs.size()) << name;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    if (ours[i] == theirs[i]) continue;
    ADD_FAILURE() << name << ", tick " << i << "\n  ours   " << text_of(ours[i]) << "\n  theirs " << text_of(theirs[i]);
    return;
  }
}

class DbnPackage : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Versions, DbnPackage, testing::Values(1, 2, 3));

TEST_P(DbnPackage, EveryTickOfEverySchema) {
  const TemporaryFolder folder;
  const fs::path tests = fs::path{GROUNDSWELL_SOURCE_DIR} / "tests";
  const fs::path environment = fs::path{GROUNDSWELL_BINARY}.parent_path() / "tests/python-databento-dbn";
  const std::string install = fmt::format("'{}' '{}' '{}' >'{}' 2>'{}'", (tests / "support/python_package.sh").string(), kPackage,
                                          environment.string(), (folder / "python").string(), (folder / "reason").string());
  if (std::system(install.c_str()) != 0) {
    GTEST_SKIP() << last_line(read_text(folder / "reason"));
  }
  const std::string make = fmt::format("'{}' -B '{}' '{}' {} {}", last_line(read_text(folder / "python")),
                                       (tests / "data/dbn_files.py").string(), folder.path().string(), kRecordsPerFile, GetParam());
  ASSERT_EQ(std::system(make.c_str()), 0) << make;
  std::uint64_t files = 0, compared = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator{folder.path()}) {
    if (entry.path().extension() != ".dbn" && entry.path().extension() != ".zst") continue;
    const std::string name = entry.path().filename().string();
    std::vector<std::string> words{"import", "dbn", entry.path().string(), "-q", "-o", (folder / "out.gsj").string()};
    if (name.starts_with("tbbo") || name.starts_with("mbp")) words.emplace_back("--quotes");
    const Finished finished = run_program(folder, words);
    EXPECT_EQ(finished.code, 0) << name << finished.err;
    if (finished.code != 0) continue;
    const std::vector<Tick> theirs = ticks_of_file(folder / (name.substr(0, name.find('.')) + ".ticks"));
    compare(name, ticks_of_recording(folder / "out.gsj"), theirs);
    fs::remove(folder / "out.gsj");
    ++files;
    compared += theirs.size();
  }
  EXPECT_EQ(files, 20U);
  std::cout << fmt::format("{} files, {} ticks\n", files, compared);
}

}  // namespace
}  // namespace groundswell::test
