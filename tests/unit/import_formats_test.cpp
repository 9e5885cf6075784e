// How rows may be packed, and which name is what: plain, .gz, .zst, .zip members, tar archives, folders and globs.
#include "import_fixture.hpp"

namespace groundswell {
namespace {

using testing::ElementsAre;

const std::string kRows = "Date,Close,Volume\n2025-03-12,5,10\n";

std::string map_with(const std::string& more) {
  return R"(
kind = "session_bar"
time = { column = "Date", format = "%Y-%m-%d" }
columns = { close = "Close", volume = "Volume" }
)" + more;
}
const std::string kByFilename = map_with("symbol = { filename = true }\n");
const std::string kByFolder = map_with("symbol = { folder = true }\n");

class ImportFormats : public test::ImportTest {
 protected:
  std::vector<std::string> symbols_of(const std::string& map, const std::filesystem::path& path) {
    std::filesystem::remove(output());
    imported(map, {path});
    return catalog().symbols;
  }
};

TEST_F(ImportFormats, PlainAndCompressedFiles) {
  EXPECT_THAT(symbols_of(kByFilename, write("IBM.csv", kRows)), ElementsAre("IBM"));
  EXPECT_THAT(symbols_of(kByFilename, pack("BAC.csv.gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, {{"x", kRows}})), ElementsAre("BAC"));
  EXPECT_THAT(symbols_of(kByFilename, pack("AIG.csv.zst", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_ZSTD, {{"x", kRows}})), ElementsAre("AIG"));
}

TEST_F(ImportFormats, ZipMembersTakeNameAndFolderOfTheZip) {
  const auto zip =
      pack("ibm/IBM_2025.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, {{"inner/rows.csv", kRows}, {"readme.txt", "no rows"}});
  EXPECT_THAT(symbols_of(kByFilename, zip), ElementsAre("IBM_2025"));
  EXPECT_THAT(symbols_of(kByFolder, zip), ElementsAre("IBM"));
}

TEST_F(ImportFormats, TarMembersTakeTheirOwn) {
  for (const int filter : {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD}) {
    const auto tar = pack("all.tar.x", ARCHIVE_FORMAT_TAR_USTAR, filter,
                          {{"set/tech/IBM.csv", kRows}, {"set/bank/BAC.csv", kRows}, {"manifest.json", "{}"}});
    EXPECT_THAT(symbols_of(kByFilename, tar), ElementsAre("BAC", "IBM"));
    EXPECT_THAT(symbols_of(kByFolder, tar), ElementsAre("BANK", "TECH"));
  }
}

TEST_F(ImportFormats, DateOfAZipIsInItsOwnName) {
  const std::string map = R"(
kind = "trade"
header = false
symbol = { folder = true }
time = { column = 1, unit = "ms_of_day", date = { filename = "%Y%m%d" }, zone = "America/New_York" }
columns = { price = 2, size = 3 }
)";
  pack("aig/20250312_trade.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, {{"20990101_aig_Trade_Tick.csv", "36000000,5,10"}});
  imported(map, {at("aig")});
  ASSERT_EQ(lines().size(), 3U);
  EXPECT_EQ(lines()[1], "AIG T 2025-03-12T14:00:00.000Z 5 10");
}

TEST_F(ImportFormats, IncludeAndExcludeLookAtTheNameThatHoldsTheRows) {
  const std::string map = map_with("symbol = { filename = true }\ninclude = [\"*.csv\", \"*.txt\"]\nexclude = [\"*_dividends.csv\"]\n");
  write("d/IBM.csv", kRows);
  write("d/deep/er/BAC.txt", kRows);
  write("d/IBM_dividends.csv", "Date,Dividend\n");
  write("d/stocks.json", "{}");
  pack("d/AIG.csv.gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, {{"x", kRows}});
  pack("d/T_dividends.csv.zst", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_ZSTD, {{"x", "Date,Dividend\n"}});
  pack("d/all.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, {{"ZS.csv", kRows}, {"ZS_dividends.csv", "Date\n"}});
  const ImportReport report = imported(map, {at("d")});
  EXPECT_THAT(catalog().symbols, ElementsAre("AIG", "BAC", "IBM", "ZS"));
  EXPECT_EQ(report.files_read, 4U);
  EXPECT_EQ(report.files_skipped, 4U);
}

TEST_F(ImportFormats, GlobsAndAFileNamedLikeOne) {
  write("AA.csv", kRows);
  write("AB.csv", kRows);
  write("B[1].csv", kRows);
  EXPECT_THAT(symbols_of(kByFilename, at("A*.csv")), ElementsAre("AA", "AB"));
  EXPECT_THAT(symbols_of(kByFilename, at("A[B].csv")), ElementsAre("AB"));
  EXPECT_THAT(symbols_of(kByFilename, at("B[1].csv")), ElementsAre("B[1]"));
}

TEST_F(ImportFormats, FolderOfARelativePath) {
  std::filesystem::create_directories(at("ibm"));
  write("ibm/x.csv", kRows);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(at("ibm"));
  EXPECT_THAT(symbols_of(kByFolder, "x.csv"), ElementsAre("IBM"));
  std::filesystem::current_path(before);
}

TEST_F(ImportFormats, DamagedArchives) {
  const auto zst = pack("AIG.csv.zst", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_ZSTD, {{"x", kRows}});
  std::filesystem::resize_file(zst, std::filesystem::file_size(zst) - 6);
  const Error cut = failure(kByFilename, {zst});
  EXPECT_EQ(cut.exit, Exit::kBadData);
  EXPECT_THAT(cut.message, testing::StartsWith(zst.string() + ": "));

  const auto tar = pack("all.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, {{"IBM.csv", std::string(5000, 'x')}});
  std::filesystem::resize_file(tar, 2048);
  const Error short_tar = failure(kByFilename, {tar});
  EXPECT_EQ(short_tar.exit, Exit::kBadData);
  EXPECT_THAT(short_tar.message, testing::StartsWith(tar.string() + ":IBM.csv: "));
}

}  // namespace
}  // namespace groundswell
