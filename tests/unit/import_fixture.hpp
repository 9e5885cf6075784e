// What the tests of src/import share: a folder for their files, an import with test tables, and the recording as lines of text.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "import/csv.hpp"
#include "journal/reader.hpp"

namespace groundswell::test {

using Paths = std::vector<std::filesystem::path>;
using Files = std::vector<std::pair<std::string, std::string>>;  // name, text

class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* const info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() / fmt::format("groundswell-{}.{}.{}", info->test_suite_name(), info->name(), getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    calendar_ =
        config::Calendar::parse("date,kind,name\n2025-11-27,closed,Thanksgiving\n2025-11-28,half,day after\n", "calendar.csv").value();
    schemes_ = {{"letters_utp", "1", false, {{"@", "regular", {}}, {"F", "sweep", {}}}}, {"flags_lean", "1", true, {{"1", "regular", {}}}}};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path at(const std::string& name) const { return folder_ / name; }
  std::filesystem::path output() const { return folder_ / "out.gsj"; }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(at(name).parent_path());
    std::ofstream{at(name), std::ios::binary} << text;
    return at(name);
  }

  // An archive (format ARCHIVE_FORMAT_TAR, _ZIP, or _RAW for one compressed file) through a filter (ARCHIVE_FILTER_NONE, _GZIP, _ZSTD).
  std::filesystem::path pack(const std::string& name, int format, int filter, const Files& files) const {
    archive* const out = archive_write_new();
    EXPECT_EQ(archive_write_set_format(out, format), ARCHIVE_OK) << archive_error_string(out);
    EXPECT_EQ(archive_write_add_filter(out, filter), ARCHIVE_OK) << archive_error_string(out);
    std::filesystem::create_directories(at(name).parent_path());
    EXPECT_EQ(archive_write_open_filename(out, at(name).c_str()), ARCHIVE_OK) << archive_error_string(out);
    for (const auto& [member, text] : files) {
      archive_entry* const entry = archive_entry_new();
      archive_entry_set_pathname(entry, member.c_str());
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_perm(entry, 0644);
      archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
      EXPECT_EQ(archive_write_header(out, entry), ARCHIVE_OK) << archive_error_string(out);
      EXPECT_EQ(archive_write_data(out, text.data(), text.size()), static_cast<la_ssize_t>(text.size()));
      archive_entry_free(entry);
    }
    EXPECT_EQ(archive_write_close(out), ARCHIVE_OK) << archive_error_string(out);
    archive_write_free(out);
    return at(name);
  }

  Result<ImportReport> import(const std::vector<CsvInput>& inputs) const {
    ImportOptions options;
    options.calendar = &calendar_;
    options.condition_schemes = &schemes_;
    options.quiet = true;
    options.recording_id = 7;
    options.created_ns = 1'700'000'000'000'000'000;
    return import_csv(inputs, output(), options);
  }
  Result<ImportReport> import(const std::string& map, Paths paths) const { return import({{std::move(paths), write("map.toml", map)}}); }

  // An import that works; its rows add up and its recording has as many records as it says.
  ImportReport imported(const std::string& map, Paths paths) const {
    const Result<ImportReport> result = import(map, std::move(paths));
    if (result.has_error()) {
      ADD_FAILURE() << result.error().message;
      return {};
    }
    const ImportReport& report = *result;
    EXPECT_EQ(report.rows, report.trades + report.quotes + report.bars + report.rows_zero_volume + report.rows_replaced + report.rows_bad);
    EXPECT_EQ(report.records, records().size());
    return report;
  }

  // An import that fails, and leaves nothing behind.
  Error failure(const std::string& map, Paths paths) const { return failure({{std::move(paths), write("map.toml", map)}}); }
  Error failure(const std::vector<CsvInput>& inputs) const {
    const Result<ImportReport> result = import(inputs);
    EXPECT_FALSE(std::filesystem::exists(output()));
    if (result.has_error()) return result.error();
    ADD_FAILURE() << "the import worked";
    return fail(Exit::kOk, "");
  }

  std::vector<Record> records() const {
    std::vector<Record> all;
    Result<journal::Reader> reader = journal::Reader::open(output());
    if (reader.has_error()) {
      ADD_FAILURE() << reader.error().message;
      return all;
    }
    EXPECT_TRUE(reader->info().closed);
    while (const auto block = reader->next()) {
      if (block->type == journal::BlockType::kRecords) all.insert(all.end(), block->records().begin(), block->records().end());
    }
    return all;
  }

  Catalog catalog() const {
    Result<journal::Reader> reader = journal::Reader::open(output());
    if (reader.has_error()) return {};
    const auto first = reader->next();
    if (!first || first->type != journal::BlockType::kCatalog) return {};
    return journal::parse_catalog(first->payload).value();
  }

  static std::string time_text(std::uint64_t time_ns) {
    const std::uint64_t rest_ns = time_ns % 1'000'000;
    return config::format_utc(time_ns) + (rest_ns == 0 ? "" : fmt::format("+{}", rest_ns));
  }

  // "roll 20250310 live OPEN CLOSE PROVISIONAL FINAL [half]", "pulse TIME", "IBM QB TIME PRICE SIZE"; prices in dollars, - when absent.
  static std::string line_of(const Record& record, const Catalog& names) {
    if (record.kind == RecordKind::kPulse) return "pulse " + time_text(record.pulse.time_ns);
    if (record.kind == RecordKind::kSessionRoll) {
      const SessionRoll& roll = record.roll;
      return fmt::format("roll {} {} {} {} {} {}{}", roll.session, roll.mode == SessionMode::kLive ? "live" : "bars",
                         time_text(roll.open_ns), time_text(roll.close_ns), roll.provisional_ns == 0 ? "0" : time_text(roll.provisional_ns),
                         time_text(roll.final_ns), (roll.flags & kRollHalfDay) != 0 ? " half" : "");
    }
    const Tick& tick = record.tick;
    const std::string side = tick.side == 0 ? "" : std::string(1, static_cast<char>(tick.side));
    const std::string price = tick.price_e9 == kNoPrice ? "-" : fmt::format("{}", static_cast<double>(tick.price_e9) / 1e9);
    return fmt::format("{} {}{} {} {} {}", names.symbols.at(tick.symbol), static_cast<char>(tick.action), side, time_text(tick.ts_event_ns),
                       price, tick.size);
  }
  std::vector<std::string> lines() const {
    const Catalog names = catalog();
    std::vector<std::string> all;
    for (const Record& record : records()) all.push_back(line_of(record, names));
    return all;
  }

  std::filesystem::path folder_;
  config::Calendar calendar_;
  std::vector<config::ConditionScheme> schemes_;
};

}  // namespace groundswell::test
