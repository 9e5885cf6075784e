// The daily signals against tests/second_opinion, which computes them from their definitions: the whole daily set, with made-up filings;
// its last sessions with corporate actions, float shares, joins and leaves; and that program itself against numbers worked out by hand.
// Skipped, with the reason, where the data or a python3 with numpy are absent.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <string>

#include "support/data_set.hpp"

namespace groundswell {
namespace {

class SecondOpinion : public DataSet {
 protected:
  // The distribution's python3 has its packages, another one that is first in the path may not.
  static std::string python_with_numpy() {
    for (const std::string python : {"python3", "/usr/bin/python3"}) {
      if (std::system((python + " -c 'import numpy, tomllib' 2>/dev/null").c_str()) == 0) return python;
    }
    return {};
  }
  static std::string run(const std::string& script, const std::string& arguments) {
    const fs::path path = fs::path{GROUNDSWELL_SOURCE_DIR} / "tests/second_opinion" / script;
    return output_of(script.empty() ? "second_opinion" : script,
                     fmt::format("PYTHONDONTWRITEBYTECODE=1 {} {} {}", python_with_numpy(), quoted(path), arguments));
  }

  fs::path daily_ = data_folder() / "daily";
  fs::path archive_ = daily_ / "ohlcv_1999_2026.tar.zst";
};

constexpr const char* kNoPython = "no python3 of 3.11 or later with numpy";

TEST_F(SecondOpinion, AgreesWithWhatIsWorkedOutByHand) {
  if (python_with_numpy().empty()) GTEST_SKIP() << kNoPython;
  std::cout << run("worked_example.py", "");
}

TEST_F(SecondOpinion, OfEverySessionOfTheDailySet) {
  if (!fs::exists(archive_)) GTEST_SKIP() << "no " << archive_;
  if (python_with_numpy().empty()) GTEST_SKIP() << kNoPython;
  import_and_verify(archive_, daily_ / "map.toml");
  fs::copy_file(daily_ / "universe.toml", folder_ / "universe.toml");
  const std::string universe = quoted(folder_ / "universe.toml"), filings = quoted(folder_ / "fundamentals.csv");
  run("made_up_filings.py", fmt::format("{} {}", universe, filings));  // beside the universe: replay takes them
  groundswell("replay", fmt::format("{} -q --speed max --universe {} --signals {}", recording(), universe, quoted(signals())));
  ASSERT_NO_FATAL_FAILURE(unpack(archive_, folder_ / "bars"));
  const std::string arguments = fmt::format("{} {} {}", quoted(folder_ / "bars"), universe, quoted(signals()));
  std::cout << run("", arguments) << run("thesis_compare.py", arguments + " --fundamentals " + filings);
}

TEST_F(SecondOpinion, OfCorporateActionsFloatSharesJoinsAndLeaves) {
  if (!fs::exists(archive_)) GTEST_SKIP() << "no " << archive_;
  if (python_with_numpy().empty()) GTEST_SKIP() << kNoPython;
  ASSERT_NO_FATAL_FAILURE(unpack(archive_, folder_ / "bars"));
  const fs::path made = folder_ / "made";
  std::cout << run("with_actions.py", fmt::format("{} {} {}", quoted(folder_ / "bars"), quoted(daily_ / "universe.toml"), quoted(made)));
  import_and_verify(made / "bars", daily_ / "map.toml");
  groundswell("replay",
              fmt::format("{} -q --speed max -c {} --signals {}", recording(), quoted(made / "groundswell.toml"), quoted(signals())));
  std::cout << run("", fmt::format("{} {} {} --shares {} --actions {}", quoted(made / "bars"), quoted(made / "universe.toml"),
                                   quoted(signals()), quoted(made / "shares.csv"), quoted(made / "actions.csv")));
}

}  // namespace
}  // namespace groundswell
