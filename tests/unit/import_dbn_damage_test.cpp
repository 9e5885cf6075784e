// DBN that is cut off, lies or contradicts itself: what is refused, what is kept, and where the message says it is.
#include "import_dbn_fixture.hpp"

namespace groundswell::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ImportDbnDamage : public DbnTest {
 protected:
  static std::string trade_bytes(std::uint64_t second) { return bytes_of(dbn_trade(1, kOpenNs + second * kSecondNs, 10'000'000'000, 100)); }
  // Two whole trades, then `rest`, which damages the file.
  std::string damage_of(const std::string& rest) {
    const std::string whole = dbn_metadata(header()) + trade_bytes(0) + trade_bytes(1);
    const DbnReport report = imported_bytes(whole + rest);
    EXPECT_EQ(report.trades, 2U);
    EXPECT_EQ(report.damages.size(), 1U);
    if (report.damages.empty()) return {};
    const std::string place = fmt::format("{}: record 3 at byte {}: ", at("t.dbn").string(), whole.size());
    EXPECT_THAT(report.damages.front(), testing::StartsWith(place));
    return report.damages.front().substr(std::min(place.size(), report.damages.front().size()));
  }
};

TEST_F(ImportDbnDamage, CutAtEveryByteOfTheLastRecord) {
  const std::string whole = dbn_metadata(header()) + trade_bytes(0) + trade_bytes(1);
  const std::string last = trade_bytes(2);
  for (std::size_t kept = 1; kept < last.size(); ++kept) {
    const std::string what = damage_of(last.substr(0, kept));
    EXPECT_EQ(what, fmt::format("cut off at byte {}, {} of 48 bytes", whole.size() + kept, kept));
  }
  EXPECT_EQ(imported_bytes(whole).files_damaged, 0U);
  EXPECT_EQ(imported_bytes(whole + last).trades, 3U);
}

TEST_F(ImportDbnDamage, CutAtEveryByteOfTheMetadata) {
  const std::string metadata = dbn_metadata(header(1));
  for (std::size_t kept = 0; kept < metadata.size(); ++kept) {
    const Error error = failure_of_bytes(metadata.substr(0, kept));
    EXPECT_EQ(error.exit, Exit::kBadData);
    EXPECT_THAT(error.message,
                kept < 3 ? HasSubstr("not a DBN file") : HasSubstr(fmt::format("cut off at byte {}, inside its metadata", kept)));
  }
}

TEST_F(ImportDbnDamage, LengthsThatLie) {
  std::string record = trade_bytes(2);
  record[0] = 0;
  EXPECT_EQ(damage_of(record), "its length is 0");
  record[0] = 3;
  EXPECT_EQ(damage_of(record), "its length of 12 bytes is less than its header");
  record[0] = 11;
  EXPECT_EQ(damage_of(record), "its length is 44 bytes; one of type 0x00 has 48");
  record[0] = 13;
  EXPECT_EQ(damage_of(record + trade_bytes(3)), "its length is 52 bytes; one of type 0x00 has 48");
  std::string definition = dbn_definition(2, 1, kOpenNs, "AA");  // of version 2, in a file of version 3
  EXPECT_EQ(damage_of(definition), "its length is 400 bytes; one of type 0x13 has 520");
}

TEST_F(ImportDbnDamage, OtherFilesAreStillRead) {
  const auto cut = write("a.dbn", dbn_metadata(header()) + trade_bytes(0) + trade_bytes(1).substr(0, 47));
  const auto whole = write("b.dbn", dbn_metadata(header()) + trade_bytes(2));
  const DbnReport report = imported({cut, whole});
  EXPECT_EQ(report.trades, 2U);
  EXPECT_THAT(report.damages, ElementsAre(HasSubstr("a.dbn: record 2 at byte")));
}

TEST_F(ImportDbnDamage, NothingWholeBeforeTheDamage) {
  const Error error = failure_of_bytes(dbn_metadata(header()) + trade_bytes(0).substr(0, 20));
  EXPECT_EQ(error.exit, Exit::kBadData);
  EXPECT_THAT(error.message, testing::AllOf(HasSubstr("record 1 at byte"), HasSubstr("no record to write")));
}

// A compressed block is whole or gone, so a cut file may lose records that it seems to hold; that it is cut is never lost.
TEST_F(ImportDbnDamage, ACompressedFileThatIsCutOff) {
  std::string bytes = dbn_metadata(header());
  std::uint32_t random = 1;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    random = random * 1'664'525 + 1'013'904'223;
    bytes += bytes_of(dbn_trade(1, kOpenNs + i * 1'000'000 + random % 1'000'000, 10'000'000'000 + random, 1 + random % 1000));
  }
  const auto file = pack("t.dbn.zst", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_ZSTD, {{"t.dbn", bytes}});
  std::filesystem::resize_file(file, std::filesystem::file_size(file) * 3 / 4);
  const DbnReport report = imported({file});
  EXPECT_GT(report.trades, 10'000U);
  EXPECT_LT(report.trades, 15'001U);
  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_THAT(report.damages.front(), HasSubstr("t.dbn.zst: record"));
}

TEST_F(ImportDbnDamage, NoDbnAndUnknownVersions) {
  EXPECT_THAT(failure_of_bytes("date,open\n").message, HasSubstr("not a DBN file"));
  EXPECT_THAT(failure_of_bytes("").message, HasSubstr("not a DBN file"));
  for (const char version : {'\0', '\4', '\xff'}) {
    std::string bytes = dbn_metadata(header()) + trade_bytes(0);
    bytes[3] = version;
    const Error error = failure_of_bytes(bytes);
    EXPECT_EQ(error.exit, Exit::kBadData);
    EXPECT_THAT(error.message,
                testing::AllOf(HasSubstr(fmt::format("version {}", static_cast<unsigned char>(version))), HasSubstr("1 to 3")));
  }
}

TEST_F(ImportDbnDamage, MetadataThatLies) {
  const std::string good = dbn_metadata(header()) + trade_bytes(0);
  for (std::size_t at = 108; at < 128; at += 4) {  // every count: far more than there is
    std::string bytes = good;
    bytes.replace(at, 4, "\xff\xff\xff\x7f");
    EXPECT_THAT(failure_of_bytes(bytes).message, HasSubstr("bad metadata"));
  }
  std::string no_width = good;
  no_width.replace(8 + 45, 2, std::string(2, '\0'));
  EXPECT_THAT(failure_of_bytes(no_width).message, HasSubstr("its symbols have no length"));
  DbnHeader dates = header();
  dates.mappings[0].first_date = 20251340;
  EXPECT_THAT(failure_of_bytes(dbn_metadata(dates) + trade_bytes(0)).message, HasSubstr("no dates"));
  DbnHeader parents = header();
  parents.type_in = 4;
  EXPECT_THAT(failure_of_bytes(dbn_metadata(parents) + trade_bytes(0)).message, HasSubstr("raw_symbol"));
  std::string number = good;
  number.replace(number.find("1\0", 8 + 100 + 20 + 71 + 12, 2), 1, "x");
  EXPECT_THAT(failure_of_bytes(number).message, HasSubstr("'x' of a symbol mapping is no instrument number"));
}

TEST_F(ImportDbnDamage, AnInstrumentWithTwoNames) {
  const std::string two = dbn_metadata(header()) + trade_bytes(0) + dbn_definition(3, 1, kOpenNs, "AA") +
                          dbn_symbol_mapping(3, 1, kOpenNs, "ZZ", kOpenNs, kOpenNs + kDayNs);
  const Error error = failure_of_bytes(two);
  EXPECT_EQ(error.exit, Exit::kBadData);
  EXPECT_THAT(error.message, testing::AllOf(HasSubstr("t.dbn: record 3: instrument 1 of XNAS.ITCH"), HasSubstr("'ZZ'"), HasSubstr("'AA'"),
                                            HasSubstr("2025-03-12")));
  DbnHeader overlapping = header();
  overlapping.mappings.push_back({"ZZ", 1, 20250319, 20250321});
  EXPECT_THAT(failure_of_bytes(dbn_metadata(overlapping) + trade_bytes(0)).message,
              testing::AllOf(HasSubstr("t.dbn: metadata: instrument 1"), HasSubstr("2025-03-19")));
}

TEST_F(ImportDbnDamage, AnInstrumentWithoutAName) {
  const std::string unnamed = bytes_of(dbn_trade(9, kOpenNs, 10'000'000'000, 100));
  EXPECT_THAT(failure_of_bytes(dbn_metadata(header()) + trade_bytes(0) + unnamed).message,
              HasSubstr("record 2: nothing says what instrument 9 of XNAS.ITCH is called on 2025-03-12"));
  const std::string past = bytes_of(dbn_trade(1, kOpenNs + 8 * kDayNs, 10'000'000'000, 100));  // its mapping ends on the 20th
  EXPECT_THAT(failure_of_bytes(dbn_metadata(header()) + past).message, HasSubstr("is called on 2025-03-20"));
  EXPECT_THAT(failure_of_bytes(dbn_metadata({}) + unnamed + dbn_definition(3, 9, kOpenNs, "A B")).message, HasSubstr("'A B'"));
}

TEST_F(ImportDbnDamage, NothingToWrite) {
  EXPECT_THAT(failure_of_bytes(dbn_metadata(header())).message, HasSubstr("1 files with 0 records"));
  EXPECT_EQ(failure_of({at("missing.dbn")}).exit, Exit::kNoInput);
  write("f/readme.txt", "no DBN");
  EXPECT_EQ(failure_of({at("f")}).exit, Exit::kNoInput);
  const std::string mixed =
      dbn_metadata(header()) + bytes_of(dbn_bar(dbn::kTypeBarDay, 1, kOpenNs, 500)) + bytes_of(dbn_status(1, kOpenNs, 8, 0));
  EXPECT_EQ(failure_of_bytes(mixed).exit, Exit::kUsage);
}

}  // namespace
}  // namespace groundswell::test
