// What is refused, where it says the fault is, and with which exit code.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "import_fixture.hpp"

namespace groundswell {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kMap = R"(kind = "trade"
symbol = { column = "symbol" }
time = { column = "time", format = "%Y-%m-%d %H:%M:%S", zone = "America/New_York" }
columns = { price = "price", size = "size" }
)";
const std::string kHeader = "symbol,time,price,size\n";

class ImportErrors : public test::ImportTest {
 protected:
  // The message for one row at line 2 of t.csv, without its place.
  std::string what_of(const std::string& row, const std::string& map = kMap) {
    const auto file = write("t.csv", kHeader + row + "\n");
    const Error error = failure(map, {file});
    EXPECT_EQ(error.exit, Exit::kBadData);
    const std::string place = file.string() + ":2: ";
    EXPECT_THAT(error.message, testing::StartsWith(place));
    return error.message.substr(std::min(place.size(), error.message.size()));
  }
  Error map_failure(const std::string& map) { return failure(map, {write("t.csv", kHeader + "AA,2025-03-12 10:00:00,1,1\n")}); }
  std::string findings_of(const std::string& map) {
    const Error error = map_failure(map);
    EXPECT_EQ(error.exit, Exit::kConfig);
    return error.message;
  }
};

TEST_F(ImportErrors, BadValues) {
  EXPECT_EQ(what_of("AA,2025-03-12 10:00:00,abc,1"), "column 'price': 'abc' is not a price above 0 and below 1000000");
  EXPECT_EQ(what_of("AA,2025-03-12 10:00:00,,1"), "column 'price' is empty; it should be a price above 0 and below 1000000");
  EXPECT_THAT(what_of("AA,2025-03-12 10:00:00,0,1"), HasSubstr("'0' is not a price"));
  EXPECT_THAT(what_of("AA,2025-03-12 10:00:00,-1,1"), HasSubstr("'-1' is not a price"));
  EXPECT_THAT(what_of("AA,2025-03-12 10:00:00,1000000,1"), HasSubstr("is not a price"));
  EXPECT_THAT(what_of("AA,2025-03-12 10:00:00,0.0000000004,1"), HasSubstr("is not a price"));  // rounds to nothing
  EXPECT_EQ(what_of("AA,2025-03-12 10:00:00,1,0"), "column 'size': '0' is not a number of shares above 0");
  EXPECT_EQ(what_of("AA,2025-03-12 10:00:00,1,-5"), "column 'size': '-5' is not a number of shares");
  EXPECT_THAT(what_of("AA,2025-03-12 10:00:00,1,1000000000000"), HasSubstr("is not a number of shares"));
  EXPECT_EQ(what_of("AA,2025-02-29 10:00:00,1,1"), "column 'time': '2025-02-29 10:00:00' is not a time of format '%Y-%m-%d %H:%M:%S'");
  EXPECT_EQ(what_of(",2025-03-12 10:00:00,1,1"), "column 'symbol' is empty; it should be a symbol");
  EXPECT_EQ(what_of("A A,2025-03-12 10:00:00,1,1"), "column 'symbol': 'A A' is not a symbol");
}

TEST_F(ImportErrors, BadRows) {
  EXPECT_EQ(what_of("AA,2025-03-12 10:00:00,1"), "3 columns; the header has 4");
  EXPECT_EQ(what_of("AA,2025-03-12 10:00:00,1,1,1"), "5 columns; the header has 4");
  EXPECT_EQ(what_of("\"AA\"x,2025-03-12 10:00:00,1,1"), "text after a closing quote");
  EXPECT_EQ(what_of("\"AA,2025-03-12 10:00:00,1,1"), "a quote that never closes");
}

TEST_F(ImportErrors, PlaceCountsLinesNotRows) {
  const auto file = write("t.csv", kHeader + "\nAA,2025-03-12 10:00:00,\"1\",1\r\n\"A\nB\",2025-03-12 10:00:00,1,1\n");
  EXPECT_EQ(failure(kMap, {file}).message, file.string() + ":4: column 'symbol': 'A\nB' is not a symbol");
  const auto later = write("t.csv", kHeader + "AA,2025-03-12 10:00:00,1,1\n\n\nAA,x,1,1");
  EXPECT_THAT(failure(kMap, {later}).message, testing::StartsWith(later.string() + ":5: "));
}

TEST_F(ImportErrors, PlaceNamesTheMember) {
  const auto tar = pack("all.tar.zst", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD, {{"in/t.csv", kHeader + "AA,x,1,1\n"}});
  EXPECT_THAT(failure(kMap, {tar}).message, testing::StartsWith(tar.string() + ":in/t.csv:2: column 'time': 'x'"));
  const auto zip = pack("all.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, {{"t.csv", kHeader + "AA,x,1,1\n"}});
  EXPECT_THAT(failure(kMap, {zip}).message, testing::StartsWith(zip.string() + ":t.csv:2: column 'time': 'x'"));
}

TEST_F(ImportErrors, SkippedRowsAreCountedAndListed) {
  std::string text = kHeader + "AA,2025-03-12 10:00:00,1,1\n";
  for (int i = 0; i < 25; ++i) text += "AA,2025-03-12 10:00:00,bad,1\n";
  text += "\"AA\"x,y\nAA,2025-03-12 10:00:01,2,1\n";
  const auto file = write("t.csv", text);
  const ImportReport report = imported(kMap + "skip_bad_rows = true\n", {file});
  EXPECT_EQ(report.rows, 28U);
  EXPECT_EQ(report.rows_bad, 26U);
  EXPECT_EQ(report.trades, 2U);
  ASSERT_EQ(report.bad_rows.size(), 20U);
  EXPECT_EQ(report.bad_rows[0], file.string() + ":3: column 'price': 'bad' is not a price above 0 and below 1000000");
  EXPECT_THAT(report.bad_rows[19], testing::StartsWith(file.string() + ":22: "));
}

TEST_F(ImportErrors, Headers) {
  const auto missing = write("t.csv", "symbol,time,size\nAA,x,1\n");
  EXPECT_EQ(failure(kMap, {missing}).message, missing.string() + ":1: no column 'price'; the header has symbol, time, size");
  const auto twice = write("t.csv", "symbol,time,price,size,price\n");
  EXPECT_EQ(failure(kMap, {twice}).message, twice.string() + ":1: column 'price' stands twice in the header");
  const auto empty = write("t.csv", "");
  EXPECT_EQ(failure(kMap, {empty}).message, empty.string() + ":1: the file is empty; it should begin with a header line");
  const auto bare = write("t.csv", kHeader);
  EXPECT_EQ(failure(kMap, {bare}).exit, Exit::kBadData);
  EXPECT_EQ(failure(kMap, {bare}).message, "1 files, but no row to write");
}

TEST_F(ImportErrors, NumberedColumnsBeyondTheRow) {
  const std::string map = R"(kind = "trade"
header = false
symbol = { fixed = "AA" }
time = { column = 1, unit = "ns" }
columns = { price = 2, size = 4 }
)";
  const auto file = write("t.csv", "1741788000000000000,5,10\n");
  EXPECT_EQ(failure(map, {file}).message, file.string() + ":1: 3 columns; the map names column 4");
}

TEST_F(ImportErrors, NamesWithoutSymbolOrDate) {
  const std::string map = R"(kind = "trade"
header = false
symbol = { folder = true }
time = { column = 1, unit = "ms_of_day", date = { filename = "%Y%m%d" }, zone = "America/New_York" }
columns = { price = 2, size = 3 }
)";
  const auto file = write("ibm/trades.csv", "1,5,10\n");
  EXPECT_EQ(failure(map, {file}).message, file.string() + ": the name 'trades.csv' does not begin with a date of format '%Y%m%d'");
  const auto tar = pack("all.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, {{"20250312.csv", "1,5,10\n"}});
  EXPECT_EQ(failure(map, {tar}).message, tar.string() + ":20250312.csv: no symbol in the folder's name: ''");
}

TEST_F(ImportErrors, QuoteOfZeroIsNoPriceUnlessTheMapSaysSo) {
  const std::string map = R"(kind = "quote"
symbol = { column = "symbol" }
time = { column = "time", format = "%Y-%m-%d %H:%M:%S", zone = "America/New_York" }
columns = { bid = "price", ask = "size" }
)";
  EXPECT_THAT(what_of("AA,2025-03-12 10:00:00,0,5", map), HasSubstr("column 'price': '0' is not a price"));
}

TEST_F(ImportErrors, InputsAndOutputs) {
  EXPECT_EQ(failure(kMap, {at("none.csv")}).exit, Exit::kNoInput);
  EXPECT_EQ(failure(kMap, {at("none.csv")}).message,
            at("none.csv").string() + ": no such file; give CSV files, archives, folders or globs");
  EXPECT_EQ(failure(kMap, {at("*.none")}).exit, Exit::kNoInput);
  EXPECT_EQ(failure({{{write("t.csv", kHeader)}, at("none.toml")}}).exit, Exit::kNoInput);
  EXPECT_EQ(failure(std::vector<CsvInput>{}).exit, Exit::kUsage);
  const Error skipped = failure(kMap, {write("t.json", "{}")});
  EXPECT_EQ(skipped.exit, Exit::kNoInput);
  EXPECT_EQ(skipped.message, "no file matches the map's include; 1 were skipped: correct include or the paths");
  write("out.gsj", "precious");
  const Result<ImportReport> exists = import(kMap, {write("t.csv", kHeader + "AA,2025-03-12 10:00:00,1,1\n")});
  ASSERT_TRUE(exists.has_error());
  EXPECT_EQ(exists.error().exit, Exit::kCannotCreate);
  EXPECT_EQ(std::filesystem::file_size(output()), 8U);
}

TEST_F(ImportErrors, NothingIsLeftOfARecordingThatDoesNotFit) {
  std::string text = kHeader;
  for (int i = 0; i < 5000; ++i) text += "AA,2025-03-12 10:00:00,1,1\n";
  const auto file = write("t.csv", text);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{100'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Error error = failure(kMap, {file});  // 320 kB of records; checks that the file is gone
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(error.exit, Exit::kIo);
  EXPECT_EQ(imported(kMap, {file}).trades, 5000U);
}

TEST_F(ImportErrors, OutputInAFolderThatIsNotThere) {
  const CsvInput input{{write("t.csv", kHeader + "AA,2025-03-12 10:00:00,1,1\n")}, write("map.toml", kMap)};
  ImportOptions options;
  options.quiet = true;
  const Result<ImportReport> result = import_csv({&input, 1}, at("none/out.gsj"), options);
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().exit, Exit::kCannotCreate);
}

TEST_F(ImportErrors, SessionBarsDoNotMix) {
  const auto daily = write("daily.toml", R"(kind = "session_bar"
symbol = { filename = true }
time = { column = "Date", format = "%Y-%m-%d" }
columns = { close = "Close", volume = "Volume" }
)");
  const Error error = failure({{{write("t.csv", kHeader)}, write("map.toml", kMap)}, {{write("AA.csv", "Date,Close,Volume\n")}, daily}});
  EXPECT_EQ(error.exit, Exit::kUsage);
  EXPECT_EQ(error.message, daily.string() + " holds whole sessions and " + at("map.toml").string() +
                               " does not; a recording is one or the other: import them into two");
}

TEST_F(ImportErrors, AllFindingsOfAMapAtOnce) {
  const std::string place = at("map.toml").string();
  const std::string message = findings_of(R"(kind = "bar"
symbol = { column = "symbol", fixed = "AA" }
time = { column = "time", format = "%Y-%m-%q", edge = "middle" }
columns = { open = "o", hihg = "h", low = 0, close = "c", volume = "v", price = "p" }
price_scale = 100000000001
include = [1]
conditions_scheme = "letters_xyz"
skip_bad_row = true
)");
  EXPECT_THAT(message, HasSubstr(place + ":1:8: kind = \"bar\" needs the length of a bar; say interval = \"1m\""));
  EXPECT_THAT(message, HasSubstr(place + ":2:10: symbol needs exactly one of"));
  EXPECT_THAT(message, HasSubstr(place + ":3:36: '%q' is no known directive"));
  EXPECT_THAT(message, HasSubstr("time.edge = \"middle\" is unknown; choose start, end"));
  EXPECT_THAT(message, HasSubstr("columns.high is missing; kind = \"bar\" needs it"));
  EXPECT_THAT(message, HasSubstr("unknown key 'columns.hihg'; did you mean 'high'?"));
  EXPECT_THAT(message, HasSubstr("columns.low is no column; write its name in the header line, or its number from 1"));
  EXPECT_THAT(message, HasSubstr("unknown key 'columns.price'"));
  EXPECT_THAT(message, HasSubstr("price_scale is 100000000001; it must be a power of ten"));
  EXPECT_THAT(message, HasSubstr("include holds something that is no file name"));
  EXPECT_THAT(message, HasSubstr("no condition table 'letters_xyz'; there are letters_utp, flags_lean"));
  EXPECT_THAT(message, HasSubstr("unknown key 'skip_bad_row'; did you mean 'skip_bad_rows'?"));
}

TEST_F(ImportErrors, EmptyMap) {
  const std::string message = findings_of("");
  for (const char* const key : {"kind is missing", "symbol is missing", "time is missing"}) EXPECT_THAT(message, HasSubstr(key));
}

TEST_F(ImportErrors, TimesThatDoNotFitTogether) {
  const auto time_finding = [&](const std::string& time) {
    return findings_of(
        "kind = \"trade\"\nsymbol = { fixed = \"AA\" }\ncolumns = { price = \"p\", size = \"s\" }\ntime = { column = \"t\", " + time +
        " }\n");
  };
  EXPECT_THAT(time_finding("unit = \"ns\", format = \"%F %T\""), HasSubstr("exactly one of format and unit"));
  EXPECT_THAT(time_finding("zone = \"UTC\""), HasSubstr("exactly one of format and unit"));
  EXPECT_THAT(time_finding("format = \"%F %T\""), HasSubstr("the time is naive"));
  EXPECT_THAT(time_finding("format = \"%F %T%z\", zone = \"UTC\""), HasSubstr("names an instant already"));
  EXPECT_THAT(time_finding("format = \"%F %T\", zone = \"Mars/Olympus\""), HasSubstr("no time zone 'Mars/Olympus'"));
  EXPECT_THAT(time_finding("format = \"%T\", zone = \"UTC\""), HasSubstr("the time has no date"));
  EXPECT_THAT(time_finding("format = \"%m-%d %T\", zone = \"UTC\""), HasSubstr("needs year, month and day"));
  EXPECT_THAT(time_finding("format = \"%F %T\", zone = \"UTC\", date = { filename = \"%Y%m%d\" }"), HasSubstr("both name the date"));
  EXPECT_THAT(time_finding("unit = \"ns\", date = { filename = \"%Y%m%d\" }"), HasSubstr("has its date; remove time.date"));
  EXPECT_THAT(time_finding("unit = \"ms_of_day\", zone = \"UTC\""), HasSubstr("the time has no date"));
  EXPECT_THAT(time_finding("unit = \"ms_of_day\", zone = \"UTC\", date = { filename = \"%H\" }"),
              HasSubstr("time.date.filename needs year, month and day"));
  EXPECT_THAT(time_finding("unit = \"fortnight\""), HasSubstr("time.unit = \"fortnight\" is unknown"));
}

TEST_F(ImportErrors, KeysOfOtherKinds) {
  EXPECT_THAT(findings_of(kMap + "interval = \"1m\"\n"), HasSubstr("interval is of kind = \"bar\" only"));
  EXPECT_THAT(findings_of(kMap + "zero_side_is_absent = true\n"), HasSubstr("zero_side_is_absent is of kind = \"quote\" only"));
  EXPECT_THAT(findings_of(kMap + "header = false\n"), HasSubstr("its number from 1, for there is no header line"));
  std::string conditions = kMap;
  conditions.replace(conditions.find("size ="), 0, "conditions = \"c\", ");
  EXPECT_THAT(findings_of(conditions), HasSubstr("columns.conditions is mapped; say conditions_scheme"));
}

TEST_F(ImportErrors, FindingsOfAllMapsTogether) {
  const auto file = write("t.csv", kHeader);
  const Error error = failure({{{file}, write("one.toml", kMap + "a = 1\n")}, {{file}, write("two.toml", kMap + "b = [\n")}});
  EXPECT_EQ(error.exit, Exit::kConfig);
  EXPECT_THAT(error.message, HasSubstr(at("one.toml").string() + ":5:1: unknown key 'a'"));
  EXPECT_THAT(error.message, HasSubstr(at("two.toml").string() + ":"));
}

}  // namespace
}  // namespace groundswell
