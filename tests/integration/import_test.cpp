// `groundswell import` as a process: the words of its command lines, exit codes, and what another verb finds in the recording.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "support/process.hpp"
#include "unit/import_dbn_bytes.hpp"

namespace groundswell::test {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kOpenNs = 1'741'786'200'000'000'000;  // 2025-03-12 09:30 New York

class ImportProgram : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name, std::ios::binary} << text;
    return (folder_ / name).string();
  }
  Finished run(const std::vector<std::string>& words) const { return run_program(folder_, words); }
  std::string output() const { return (folder_ / "out.gsj").string(); }
  static std::string dbn_bytes() {
    DbnHeader header;
    header.mappings = {{"AA", 1, 20250312, 20250313}};
    std::string bytes = dbn_metadata(header);
    for (std::uint64_t i = 0; i < 3; ++i) bytes += bytes_of(dbn_trade(1, kOpenNs + i, 10'000'000'000, 100));
    return bytes;
  }

  TemporaryFolder folder_;
};

TEST_F(ImportProgram, MapsHoldForTheInputsAfterThem) {
  const std::string rows = write("t.csv", "2025-03-12 10:00:00,1,100\n");
  const auto map = [this](const std::string& symbol) {
    return write(symbol + ".toml", "kind = \"trade\"\nheader = false\nsymbol = { fixed = \"" + symbol +
                                       "\" }\ntime = { column = 1, format = \"%Y-%m-%d %H:%M:%S\", zone = \"America/New_York\" }\n"
                                       "columns = { price = 2, size = 3 }\n");
  };
  const Finished both = run({"import", "csv", "--json", "-o", output(), "--map", map("AA"), rows, "--map", map("BB"), rows});
  EXPECT_EQ(both.code, 0) << both.err;
  EXPECT_THAT(both.out, HasSubstr("\"trades\":2"));
  fs::remove(output());
  EXPECT_EQ(run({"import", "csv", "--map", map("AA"), rows, "-o", output()}).code, 0);
  fs::remove(output());
  EXPECT_EQ(run({"import", "csv", rows, "-o", output(), "--map=" + map("AA")}).code, 0);
  EXPECT_EQ(run({"import", "csv", rows, "-o", output(), "--map", map("AA"), "--map", map("BB"), rows}).code, 64);
}

TEST_F(ImportProgram, DbnWholeAndCutOff) {
  const std::string file = write("t.dbn", dbn_bytes());
  const Finished whole = run({"import", "dbn", file, "--kind", "trades,status", "--quotes", "--json", "-o", output()});
  EXPECT_EQ(whole.code, 0) << whole.err;
  EXPECT_THAT(whole.out, testing::AllOf(testing::StartsWith("{\"schema\":\"groundswell.import/1\""), HasSubstr("\"trades\":3")));
  EXPECT_EQ(run({"import", "dbn", file, "-o", output()}).code, 73);  // exists already
  fs::remove(output());

  fs::resize_file(file, fs::file_size(file) - 1);
  const Finished cut = run({"import", "dbn", file, "--json", "-o", output()});
  EXPECT_EQ(cut.code, 65);
  EXPECT_THAT(cut.err, testing::AllOf(HasSubstr(file + ": record 3 at byte"), HasSubstr("47 of 48 bytes"), HasSubstr(output())));
  EXPECT_THAT(cut.out, testing::AllOf(HasSubstr("\"trades\":2"), HasSubstr("\"files_damaged\":1")));
  EXPECT_EQ(run({"verify", output()}).code, 0);
}

TEST_F(ImportProgram, DbnWordsThatAreWrong) {
  const std::string file = write("t.dbn", dbn_bytes());
  EXPECT_EQ(run({"import", "dbn", file, "--kind", "mbo", "-o", output()}).code, 64);
  EXPECT_EQ(run({"import", "dbn", "-o", output()}).code, 64);
  EXPECT_EQ(run({"import", "dbn", (folder_ / "none.dbn").string(), "-o", output()}).code, 66);
  EXPECT_EQ(run({"import", "dbn", write("t.csv", "a,b\n"), "-o", output()}).code, 65);
  EXPECT_FALSE(fs::exists(output()));
}

}  // namespace
}  // namespace groundswell::test
