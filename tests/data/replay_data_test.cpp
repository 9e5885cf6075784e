// The command line over the real sets under GROUNDSWELL_DATA: import, verify, replay, and what the replay writes. Skipped where the data
// are absent. Seconds are printed, never asserted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/data_set.hpp"

namespace groundswell {
namespace {

// One row of --signals.
struct Row {
  std::string_view session, ts_event, clock, scope, signal, value, validity, n_valid, n_members, flags;
};

Row parse_row(std::string_view line) {
  Row row;
  for (std::string_view* const field : {&row.session, &row.ts_event, &row.clock, &row.scope, &row.signal, &row.value, &row.validity,
                                        &row.n_valid, &row.n_members, &row.flags}) {
    const std::size_t end = line.find(',');
    *field = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
  }
  EXPECT_TRUE(line.empty());
  return row;
}

class ReplayData : public DataSet {
 protected:
  // Replays once with --signals and once without: both must give the same digest.
  void replay_twice(const std::string& arguments) const {
    const std::string common = fmt::format("{} {} -q --speed max --digest", recording(), arguments);
    const std::string first = groundswell("replay", fmt::format("{} --signals {}", common, quoted(signals())));
    const std::string second = groundswell("replay", common);
    EXPECT_EQ(first, second);
    EXPECT_EQ(first.substr(0, 7), "sha256:");
    EXPECT_EQ(first.size(), 7U + 64U + 1U);
  }

  void for_each_row(const std::function<void(const Row&)>& use) const {
    std::ifstream file{signals()};
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    ASSERT_EQ(line, "session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags");
    while (std::getline(file, line)) use(parse_row(line));
  }
};

TEST_F(ReplayData, DailySet) {
  const fs::path daily = data_folder() / "daily";
  const fs::path archive = daily / "ohlcv_1999_2026.tar.zst";
  if (!fs::exists(archive)) GTEST_SKIP() << "no " << archive;
  import_and_verify(archive, daily / "map.toml");
  replay_twice("--universe " + quoted(daily / "universe.toml"));
  std::string session, first_session;
  std::uint64_t sessions = 0, rows = 0, values = 0;
  for_each_row([&](const Row& row) {
    ++rows;
    values += row.value.empty() ? 0U : 1U;
    EXPECT_EQ(row.clock, "close");
    EXPECT_NE(row.validity, "PROVISIONAL");  // session bars have one commit, the final
    if (row.session == session) return;
    EXPECT_GT(row.session, session);
    session = row.session;
    if (++sessions == 1) first_session = session;
  });
  EXPECT_EQ(sessions, 6'642U);
  EXPECT_EQ(first_session, "1999-12-31");
  EXPECT_EQ(session, "2026-05-29");
  EXPECT_GT(values, rows / 2);
  std::cout << fmt::format("{} rows, {} with a value\n", rows, values);
}

// The states by year of docs/thesis.md are what its script prints of a replay.
TEST_F(ReplayData, StatesByYearOfTheDocument) {
  const fs::path daily = data_folder() / "daily";
  if (!fs::exists(daily / "ohlcv_1999_2026.tar.zst")) GTEST_SKIP() << "no " << daily;
  if (std::system("python3 --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no python3";
  import_and_verify(daily / "ohlcv_1999_2026.tar.zst", daily / "map.toml");
  groundswell("replay", fmt::format("{} --universe {} -q --only state,wave_lead --signals {}", recording(), quoted(daily / "universe.toml"),
                                    quoted(signals())));
  const fs::path source{GROUNDSWELL_SOURCE_DIR};
  std::istringstream printed(
      output_of("years", fmt::format("python3 -B {} years {}", quoted(source / "docs/plots/thesis.py"), quoted(signals()))));
  std::ifstream file{source / "docs/thesis.md"};
  const std::string document{std::istreambuf_iterator<char>{file}, {}};
  std::size_t rows = 0;
  for (std::string line; std::getline(printed, line);) {
    if (!line.starts_with("|")) continue;
    EXPECT_NE(document.find("\n" + line + "\n"), std::string::npos) << "not in docs/thesis.md: " << line;
    ++rows;
  }
  EXPECT_EQ(rows, 13U);  // 11 years and two lines of heading
}

// What live and close rows of one file say of each other.
struct Clocks {
  std::set<std::string> live_sessions, provisional_sessions, final_sessions;
  std::uint64_t live_rows = 0, live_values = 0, compared = 0;
  std::vector<std::string> differences;
};

// Live numbers with denominators of the last commit: these may move at the commit.
bool has_frozen_denominator(std::string_view signal) {
  static constexpr std::array<std::string_view, 13> kFrozen{"rot_ratio", "rot_mom",  "quadrant", "z21",        "z63",
                                                            "rank_pct",  "ew_cw_z",  "tgap_21",  "broadening", "e_pool",
                                                            "e_within",  "e_reward", "vwb_rvol"};
  return std::find(kFrozen.begin(), kFrozen.end(), signal) != kFrozen.end();
}

class ClockReader {
 public:
  void add(const Row& row) {
    if (row.session != session_) {
      compare();
      session_ = row.session;
      live_.clear();
      close_.clear();
    }
    const bool live = row.clock == "live";
    EXPECT_TRUE(live || row.clock == "close") << row.clock;
    if (live) {
      clocks_.live_sessions.insert(session_);
      ++clocks_.live_rows;
      clocks_.live_values += row.validity == "OK" ? 1U : 0U;
    } else if (row.signal == "adl" && row.validity != "INSUFFICIENT") {
      (row.validity == "PROVISIONAL" ? clocks_.provisional_sessions : clocks_.final_sessions).insert(session_);
    }
    std::string& last = (live ? live_ : close_)[fmt::format("{} {}", row.scope, row.signal)];
    last = fmt::format("{},{},{},{},{}", row.value, row.validity, row.n_valid, row.n_members, row.flags);
    if (has_frozen_denominator(row.signal)) live_.erase(fmt::format("{} {}", row.scope, row.signal));
  }
  Clocks finish() {
    compare();
    return clocks_;
  }

 private:
  // The last live row carries to the close; the last close row is the final commit. Bases of levels are laid by the first commit, so the
  // first session is left out.
  void compare() {
    if (clocks_.final_sessions.size() > 1) {
      for (const auto& [name, close] : close_) {
        const auto live = live_.find(name);
        if (live == live_.end()) continue;
        ++clocks_.compared;
        if (live->second == close) continue;
        clocks_.differences.push_back(fmt::format("{} {}: live {} close {}\n", session_, name, live->second, close));
      }
    }
  }

  Clocks clocks_;
  std::string session_;
  std::map<std::string, std::string> live_, close_;  // last row by scope and signal
};

TEST_F(ReplayData, MinuteSet) {
  const fs::path bars = data_folder() / "bars_1m";
  const fs::path archive = bars / "2025-01.tar.zst";
  if (!fs::exists(archive)) GTEST_SKIP() << "no " << archive;
  import_and_verify(archive, bars / "map.toml");
  replay_twice("--universe " + quoted(bars / "universe.toml"));
  ClockReader reader;
  for_each_row([&reader](const Row& row) { reader.add(row); });
  const Clocks clocks = reader.finish();
  EXPECT_EQ(clocks.live_sessions.size(), 20U);
  EXPECT_EQ(clocks.final_sessions.size(), 20U);
  EXPECT_EQ(clocks.provisional_sessions.size(), 20U);
  EXPECT_EQ(*clocks.final_sessions.begin(), "2025-01-02");
  EXPECT_EQ(*clocks.final_sessions.rbegin(), "2025-01-31");
  EXPECT_FALSE(clocks.final_sessions.contains("2025-01-09"));  // closed
  // No print after the close carries an official price here, so the last live step and the commit read the same trades.
  EXPECT_GT(clocks.compared, 10'000U);
  EXPECT_TRUE(clocks.differences.empty()) << clocks.differences.size() << ", the first: " << clocks.differences.front();
  std::cout << fmt::format("{} live rows, {} OK; {} last live rows equal the commit's\n", clocks.live_rows, clocks.live_values,
                           clocks.compared - clocks.differences.size());
}

TEST_F(ReplayData, TradesOfThreeSessions) {
  const fs::path ticks = data_folder() / "ticks";
  if (!fs::exists(ticks / "2013-10/tick")) GTEST_SKIP() << "no " << ticks / "2013-10/tick";
  import_and_verify(ticks / "2013-10/tick", ticks / "map_trades.toml");
  std::ofstream{folder_ / "groundswell.toml"} << "coverage = { min_members = 2, share = 0.6 }\n";
  replay_twice(fmt::format("-c {} --universe {}", quoted(folder_ / "groundswell.toml"), quoted(ticks / "universe.toml")));
  ClockReader reader;
  for_each_row([&reader](const Row& row) { reader.add(row); });
  const Clocks clocks = reader.finish();
  const std::set<std::string> three{"2013-10-07", "2013-10-08", "2013-10-09"};
  EXPECT_EQ(clocks.live_sessions, three);
  EXPECT_EQ(clocks.final_sessions, three);
  EXPECT_EQ(clocks.provisional_sessions, three);
  EXPECT_GT(clocks.live_values, clocks.live_rows / 2);
  std::cout << fmt::format("{} live rows, {} OK\n", clocks.live_rows, clocks.live_values);
}

}  // namespace
}  // namespace groundswell
