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
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "import/csv.hpp"
#include "import/dbn.hpp"
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

// One symbol a file: QQQ, NVDA. What an import of each must give; files without a row of ours are refused.
TEST_F(ImportData, DbnFiles) {
  const fs::path folder = data_folder() / "formats/dbn";
  if (!fs::exists(folder)) GTEST_SKIP() << "no " << folder;
  const auto import_one = [this](const fs::path& path, const std::vector<dbn::Schema>& schemas, bool quotes) {
    fs::remove(output_);
    ImportOptions options;
    options.quiet = true;
    return import_dbn({{path}, schemas, quotes}, output_, options);
  };
  for (const auto& [dataset, symbol] : {std::pair{"EQUS.MINI", "QQQ"}, std::pair{"XNAS.ITCH", "NVDA"}}) {
    struct Case {
      std::string schema;
      std::uint64_t trades, quotes, bars;
    };
    for (const Case& one : {Case{"trades", 4, 0, 0}, Case{"tbbo", 4, 4, 0}, Case{"mbp-1", 0, 4, 0}, Case{"ohlcv-1s", 0, 0, 4},
                            Case{"ohlcv-1m", 0, 0, 4}, Case{"ohlcv-1h", 0, 0, 4}, Case{"ohlcv-1d", 0, 0, 1}}) {
      const auto report = import_one(folder / dataset / fmt::format("test_data.{}.dbn.zst", one.schema), {}, true);
      ASSERT_TRUE(report.has_value()) << report.error().message;
      EXPECT_EQ(report->trades, one.trades) << dataset << one.schema;
      EXPECT_EQ(report->quotes, one.quotes) << dataset << one.schema;
      EXPECT_EQ(report->bars, one.bars) << dataset << one.schema;
      auto reader = journal::Reader::open(output_);
      ASSERT_TRUE(reader.has_value());
      EXPECT_EQ(journal::parse_catalog(reader->next()->payload).value().symbols, std::vector<std::string>{symbol});
    }
  }
  for (const std::string schema : {"mbo", "mbp-10", "imbalance", "definition"}) {
    const auto report = import_one(folder / "XNAS.ITCH" / fmt::format("test_data.{}.dbn.zst", schema), {}, false);
    ASSERT_TRUE(report.has_error());
    EXPECT_EQ(report.error().exit, Exit::kBadData);
    EXPECT_NE(report.error().message.find("none that a recording takes"), std::string::npos) << report.error().message;
  }
  // A live session: instruments named by records, without an end; types of every kind between them.
  const auto live = import_one(folder / "LIVE", {dbn::Schema::kTrades}, false);
  ASSERT_TRUE(live.has_value()) << live.error().message;
  EXPECT_EQ(live->symbol_mappings, 20U);
  EXPECT_EQ(live->definitions, 2U);
  EXPECT_EQ(live->trades, 2U);
  EXPECT_EQ(live->records_read, 46U);
}

}  // namespace
}  // namespace groundswell
