// RFC 4180 at its corners, and across the edge of the buffer.
#include "import/row_reader.hpp"
#include "import_fixture.hpp"

namespace groundswell::importer {
namespace {

using testing::ElementsAre;

class RowReaderTest : public test::ImportTest {
 protected:
  // Every row as "LINE:field|field|…", "LINE!what" for a bad one, "failed: …" at the end of a broken stream.
  std::vector<std::string> rows_of(const std::string& text) {
    Archive archive = Archive::open(write("x.csv", text)).value();
    Member member;
    EXPECT_TRUE(archive.next(member).value());
    RowReader reader{archive, "x.csv"};
    std::vector<std::string> rows;
    while (true) {
      switch (reader.next()) {
        case RowReader::Outcome::kEnd: return rows;
        case RowReader::Outcome::kFailed: rows.push_back("failed: " + reader.error().message); return rows;
        case RowReader::Outcome::kBad: rows.push_back(fmt::format("{}!{}", reader.line(), reader.what())); break;
        case RowReader::Outcome::kRow: rows.push_back(fmt::format("{}:{}", reader.line(), fmt::join(reader.fields(), "|"))); break;
      }
    }
  }
};

TEST_F(RowReaderTest, LineEndsAndMarks) {
  EXPECT_THAT(rows_of("a,b\n1,2\n"), ElementsAre("1:a|b", "2:1|2"));
  EXPECT_THAT(rows_of("a,b\r\n1,2\r\n"), ElementsAre("1:a|b", "2:1|2"));
  EXPECT_THAT(rows_of("a,b\n1,2"), ElementsAre("1:a|b", "2:1|2"));
  EXPECT_THAT(rows_of("a,b\r\n1,2\r"), ElementsAre("1:a|b", "2:1|2"));
  EXPECT_THAT(rows_of("\xef\xbb\xbf"
                      "a,b\n"),
              ElementsAre("1:a|b"));
  EXPECT_THAT(rows_of("\n\r\na\n\n"), ElementsAre("3:a"));
  EXPECT_THAT(rows_of(""), ElementsAre());
  EXPECT_THAT(rows_of("\xef\xbb\xbf"), ElementsAre());
  EXPECT_THAT(rows_of(",\n,,\n"), ElementsAre("1:|", "2:||"));
}

TEST_F(RowReaderTest, Quotes) {
  EXPECT_THAT(rows_of("\"a,b\",c\n"), ElementsAre("1:a,b|c"));
  EXPECT_THAT(rows_of("\"a\"\"b\",\"\"\n"), ElementsAre("1:a\"b|"));
  EXPECT_THAT(rows_of("\"\"\"\"\r\nx\r\n"), ElementsAre("1:\"", "2:x"));
  EXPECT_THAT(rows_of("\"a\nb\",c\n\"d\"\n"), ElementsAre("1:a\nb|c", "3:d"));
  EXPECT_THAT(rows_of("\"a\r\nb\",c\r\nd"), ElementsAre("1:a\r\nb|c", "3:d"));
  EXPECT_THAT(rows_of("a\"b,c\nd\n"), ElementsAre("1:a\"b|c", "2:d"));  // not at the start of a field: a character like others
  EXPECT_THAT(rows_of("x,\"y\""), ElementsAre("1:x|y"));
  EXPECT_THAT(rows_of("\"x\",y\r"), ElementsAre("1:x|y"));
  EXPECT_THAT(rows_of("\"x\"\r"), ElementsAre("1:x"));
}

TEST_F(RowReaderTest, GoesOnAfterABadRow) {
  EXPECT_THAT(rows_of("\"a\"b,c\nd,e\n"), ElementsAre("1!text after a closing quote", "2:d|e"));
  EXPECT_THAT(rows_of("a\n\"b,c\nd,e\n"), ElementsAre("1:a", "2!a quote that never closes"));
}

TEST_F(RowReaderTest, RowsAcrossTheEdgeOfTheBuffer) {
  std::string text;
  std::vector<std::string> expected;
  for (int i = 1; text.size() < 3'000'000; ++i) {
    const std::string filler(static_cast<std::size_t>(i * 7919 % 3000), 'x');
    text += i % 3 == 0 ? fmt::format("\"{}\"\"\",{}\n", filler, i) : fmt::format("{},{}\n", filler, i);
    expected.push_back(fmt::format("{}:{}{}|{}", i, filler, i % 3 == 0 ? "\"" : "", i));
  }
  EXPECT_EQ(rows_of(text), expected);
}

TEST_F(RowReaderTest, RowsHaveALimit) {
  EXPECT_THAT(rows_of("a\n" + std::string(1 << 21, 'x')),
              ElementsAre("1:a", "failed: x.csv:2: a row longer than 1048576 bytes, or a quote that never closes"));
  EXPECT_THAT(rows_of("a\n\"" + std::string(1 << 21, '\n')),
              ElementsAre("1:a", "failed: x.csv:2: a row longer than 1048576 bytes, or a quote that never closes"));
}

}  // namespace
}  // namespace groundswell::importer
