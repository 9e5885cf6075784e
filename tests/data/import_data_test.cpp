// The real sets under GROUNDSWELL_DATA, imported whole. Skipped where they are absent. Seconds are printed, never asserted.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "import/csv.hpp"
#include "journal/reader.hpp"

namespace groundswell {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  const char* const named = std::getenv("GROUNDSWELL_DATA");
  return named != nullptr ? fs::path{named} : fs::path{GROUNDSWELL_SOURCE_DIR} / "../shared/data";
}

class ImportData : public testing::Test {
 protected:
  void SetUp() override { output_ = fs::temp_directory_path() / fmt::format("groundswell-import-data-{}.gsj", getpid()); }
  void TearDown() override { fs::remove(output_); }

  // Imports and reads back; nothing after a failure.
  std::optional<ImportReport> import(const std::vector<CsvInput>& inputs) {
    const auto config = config::load_config(fs::path{GROUNDSWELL_SOURCE_DIR} / "config/groundswell.toml");
    if (config.has_error()) {
      ADD_FAILURE() << config.error().message;
      return std::nullopt;
    }
    const auto calendar = config::Calendar::load(fs::path{GROUNDSWELL_SOURCE_DIR} / "config/calendar/us_equities.csv");
    if (calendar.has_error()) {
      ADD_FAILURE() << calendar.error().message;
      return std::nullopt;
    }
    ImportOptions options;
    options.calendar = &*calendar;
    options.condition_schemes = &config->conditions;
    options.quiet = true;
    const std::int64_t begin_ns = monotonic_clock_ns();
    const Result<ImportReport> report = import_csv(inputs, output_, options);
    if (report.has_error()) {
      ADD_FAILURE() << report.error().message;
      return std::nullopt;
    }
    std::cout << fmt::format("{:.2f} s, {} records\n", static_cast<double>(monotonic_clock_ns() - begin_ns) / 1e9, report->records);
    EXPECT_EQ(report->rows,
              report->trades + report->quotes + report->bars + report->rows_zero_volume + report->rows_replaced + report->rows_bad);
    return *report;
  }

  struct Session {
    std::uint32_t date = 0;
    SessionMode mode = SessionMode::kLive;
    std::map<std::string, std::uint64_t> trades;  // and bars: ticks with LAST but quotes, by symbol
    std::uint64_t pulses = 0;
  };
  std::vector<Session> sessions() const {
    std::vector<Session> all;
    Result<journal::Reader> reader = journal::Reader::open(output_);
    if (reader.has_error()) {
      ADD_FAILURE() << reader.error().message;
      return all;
    }
    Catalog catalog;
    std::uint64_t last_ns = 0;
    while (const auto block = reader->next()) {
      if (block->type == journal::BlockType::kCatalog) catalog = journal::parse_catalog(block->payload).value();
      if (block->type != journal::BlockType::kRecords) continue;
      for (const Record& record : block->records()) {
        if (record.kind == RecordKind::kSessionRoll) all.push_back({record.roll.session, record.roll.mode, {}, 0});
        if (all.empty()) continue;
        if (record.kind == RecordKind::kPulse) ++all.back().pulses;
        if (record.kind != RecordKind::kTick) continue;
        EXPECT_GE(record.tick.ts_event_ns, last_ns);
        last_ns = record.tick.ts_event_ns;
        if (record.tick.action != Action::kQuote && (record.tick.flags & kFlagLast) != 0)
          ++all.back().trades[catalog.symbols[record.tick.symbol]];
      }
    }
    return all;
  }

  fs::path output_;
};

TEST_F(ImportData, DailySet) {
  const fs::path folder = data_folder() / "daily";
  const fs::path archive = folder / "ohlcv_1999_2026.tar.zst";
  if (!fs::exists(archive)) GTEST_SKIP() << "no " << archive;
  const auto report = import({{{archive}, folder / "map.toml"}});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->files_read, 360U);
  EXPECT_EQ(report->files_skipped, 362U);  // 360 of dividends, manifest.json, stocks.json
  EXPECT_EQ(report->rows, 1'709'459U);
  EXPECT_EQ(report->rows_zero_volume, 8'017U);
  EXPECT_EQ(report->rows_replaced, 0U);
  EXPECT_EQ(report->rows_bad, 0U);
  EXPECT_EQ(report->sessions, 6'642U);
  const std::vector<Session> all = sessions();
  ASSERT_EQ(all.size(), 6'642U);
  EXPECT_EQ(all.front().date, 19991231U);
  EXPECT_EQ(all.back().date, 20260529U);
  std::uint64_t untraded = 0;  // of a member that has a row in every session
  for (const Session& session : all) {
    EXPECT_EQ(session.mode, SessionMode::kBars);
    EXPECT_EQ(session.pulses, 1U);
    untraded += session.trades.contains("WULF") ? 0U : 1U;
  }
  EXPECT_EQ(untraded, 1'840U);
}

TEST_F(ImportData, MinuteSet) {
  const fs::path folder = data_folder() / "bars_1m";
  const fs::path archive = folder / "2025-01.tar.zst";
  if (!fs::exists(archive)) GTEST_SKIP() << "no " << archive;
  const auto report = import({{{archive}, folder / "map.toml"}});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->files_read, 99U);
  EXPECT_EQ(report->rows, 881'159U);
  EXPECT_EQ(report->bars, 881'159U);
  EXPECT_EQ(report->sessions, 20U);
  const std::vector<Session> all = sessions();
  ASSERT_EQ(all.size(), 20U);
  EXPECT_EQ(all.front().date, 20250102U);
  EXPECT_EQ(all.back().date, 20250131U);
  for (const Session& session : all) {
    EXPECT_EQ(session.mode, SessionMode::kLive);
    EXPECT_NE(session.date, 20250109U);  // closed
    EXPECT_EQ(session.trades.size(), 99U);
  }
}

// The files end without a line end: each has one row more than line ends.
TEST_F(ImportData, TradesOfThreeSessions) {
  const fs::path folder = data_folder() / "ticks";
  if (!fs::exists(folder / "2013-10/tick")) GTEST_SKIP() << "no " << folder / "2013-10/tick";
  const auto report = import({{{folder / "2013-10/tick"}, folder / "map_trades.toml"}});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->files_read, 12U);
  EXPECT_EQ(report->files_skipped, 9U);
  EXPECT_EQ(report->trades, 1'684'116U);
  EXPECT_EQ(report->rows_bad, 0U);
  const std::vector<Session> all = sessions();
  ASSERT_EQ(all.size(), 3U);
  using Counts = std::map<std::string, std::uint64_t>;
  EXPECT_EQ(all[0].trades, (Counts{{"AIG", 25'351}, {"BAC", 88'172}, {"IBM", 24'293}, {"SPY", 250'601}}));
  EXPECT_EQ(all[1].trades, (Counts{{"AIG", 43'342}, {"BAC", 125'872}, {"IBM", 33'381}, {"SPY", 451'545}}));
  EXPECT_EQ(all[2].trades, (Counts{{"AIG", 52'008}, {"BAC", 122'832}, {"IBM", 27'042}, {"SPY", 439'677}}));
}

TEST_F(ImportData, TradesAndQuotesOfOneSymbol) {
  const fs::path folder = data_folder() / "ticks";
  const fs::path ibm = folder / "2013-10/tick/ibm";
  if (!fs::exists(ibm)) GTEST_SKIP() << "no " << ibm;
  const auto report = import({{{ibm}, folder / "map_trades.toml"}, {{ibm / "*_quote.zip"}, folder / "map_quotes.toml"}});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->trades, 84'716U);
  EXPECT_EQ(report->quotes, 370'309U);
  EXPECT_EQ(report->records, 84'716U + 2 * 370'309U + 2 * 3U);
  EXPECT_EQ(sessions().size(), 3U);  // which also checks the order of time across both
}

}  // namespace
}  // namespace groundswell
