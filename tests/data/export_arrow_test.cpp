// `export arrow` as pyarrow and polars read it: every value of ticks, signals and events, of the file and of the stream, is that of the
// CSV. Skipped where the packages cannot be installed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "support/process.hpp"

namespace groundswell::test {
namespace {

struct Library {
  const char* name;
  const char* package;
};
class ExportArrow : public testing::TestWithParam<Library> {};
INSTANTIATE_TEST_SUITE_P(Libraries, ExportArrow,
                         testing::Values(Library{"pyarrow", "pyarrow==20.0.0"}, Library{"polars", "polars==1.31.0"}),
                         [](const auto& library) { return std::string(library.param.name); });

TEST_P(ExportArrow, EveryValueIsThatOfTheCsv) {
  const TemporaryFolder folder;
  const auto path = [&](const std::string& name) { return (folder / name).string(); };
  const fs::path tests = fs::path{GROUNDSWELL_SOURCE_DIR} / "tests";
  const fs::path environment = fs::path{GROUNDSWELL_BINARY}.parent_path() / fmt::format("tests/python-{}", GetParam().name);
  const std::string install = fmt::format("'{}' '{}' '{}' >'{}' 2>'{}'", (tests / "support/python_package.sh").string(), GetParam().package,
                                          environment.string(), path("python"), path("reason"));
  if (std::system(install.c_str()) != 0) GTEST_SKIP() << last_line(read_text(folder / "reason"));
  const std::string python = last_line(read_text(folder / "python"));
  const auto run = [&](const std::vector<std::string>& words) { return run_program(folder, words); };
  ASSERT_EQ(run({"simulate", "--history", path("history.gsj"), "--history-sessions", "260", "--history-only", "-q"}).code, 0);
  for (const std::string what : {"ticks", "signals", "events"}) {
    std::vector<std::string> words{"export", "csv", path("history.gsj"), "--what", what, "-q", "-o", path(what + ".csv")};
    if (what != "ticks") words.insert(words.end(), {"--universe", std::string(GROUNDSWELL_SOURCE_DIR) + "/config/baskets.toml"});
    if (what == "signals") words.insert(words.end(), {"--only", "state,broadening,trin,idx_ew,beta,rs_rating,excess_21,nh_252"});
    const Finished made = run(words);
    ASSERT_EQ(made.code, 0) << made.err;
    words[1] = "arrow";
    for (const std::string form : {"file", "stream"}) {
      const std::string out = path(what + "." + form);
      words[7] = form == "file" ? out : "-";
      const Finished exported = run(words);
      ASSERT_EQ(exported.code, 0) << exported.err;
      if (form == "stream") write_text(out, exported.out);
      const std::string compare = fmt::format("'{}' -B '{}' {} {} '{}' '{}' 2>&1", python, (tests / "data/export_arrow.py").string(),
                                              GetParam().name, form, out, path(what + ".csv"));
      std::cout << what << ", " << std::flush;
      EXPECT_EQ(std::system(compare.c_str()), 0) << compare;
    }
  }
}

}  // namespace
}  // namespace groundswell::test
