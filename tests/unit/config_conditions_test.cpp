#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "config/config.hpp"
#include "config/tables.hpp"
#include "config/text_file.hpp"

namespace groundswell::config {
namespace {

const std::vector<ConditionScheme>& shipped() {
  static const std::vector<ConditionScheme> schemes = [] {
    std::vector<ConditionScheme> all;
    for (const std::string name : {"flags_lean", "letters_cta", "letters_utp"}) {
      const Result<std::string> text = read_text(std::filesystem::path{GROUNDSWELL_SOURCE_DIR} / "config/conditions" / (name + ".csv"));
      Findings findings;
      all.push_back(parse_conditions(text.value(), name, name + ".csv", findings));
      EXPECT_TRUE(findings.empty()) << findings.error().message;
    }
    return all;
  }();
  return schemes;
}

Eligibility of(char tape, const std::string& codes, const std::string& scheme = "") {
  return eligibility_of(shipped(), {tape, codes, scheme});
}

// high_low last volume vwap, as the tables print them.
std::string columns(const Eligibility& eligibility) {
  std::string text;
  text += eligibility.high_low ? 'Y' : 'N';
  text += eligibility.last ? 'Y' : eligibility.last_if_same_venue ? 'V' : eligibility.last_if_first ? 'F' : 'N';
  text += eligibility.volume ? 'Y' : 'N';
  text += eligibility.vwap ? 'Y' : 'N';
  return text;
}

constexpr Eligibility kUnknown{.high_low = false, .last = false, .volume = true, .vwap = false, .unknown = true};

TEST(Conditions, TapeC) {
  for (const auto& [codes, expected] : std::vector<std::pair<std::string, std::string>>{
           {"@", "YYYY"}, {"A", "YYYY"}, {"B", "YYYY"}, {"C", "NNYN"}, {"D", "YYYY"}, {"F", "YYYY"}, {"G", "YFYN"}, {"H", "NNYN"},
           {"I", "NNYY"}, {"K", "YYYY"}, {"L", "YVYY"}, {"M", "NNNN"}, {"N", "NNYN"}, {"O", "YYYY"}, {"P", "YFYN"}, {"Q", "NNNN"},
           {"R", "YFYN"}, {"S", "YYYY"}, {"T", "NNYN"}, {"U", "NNYN"}, {"V", "NNYN"}, {"W", "NNYN"}, {"X", "YYYY"}, {"Y", "YYYY"},
           {"Z", "YFYN"}, {"1", "YYYY"}, {"4", "YFYN"}, {"5", "YYYY"}, {"6", "YYYY"}, {"7", "NNYN"}, {"9", "YYNN"}}) {
    EXPECT_EQ(columns(of('C', codes)), expected) << codes;
    EXPECT_FALSE(of('C', codes).unknown) << codes;
    EXPECT_FALSE(of('C', codes).last && of('C', codes).last_if_first);
  }
}

TEST(Conditions, EmptyIsRegular) {
  EXPECT_EQ(of('C', ""), Eligibility{});
  EXPECT_EQ(of(0, ""), Eligibility{});
  EXPECT_EQ(of('C', "@   "), Eligibility{});
  EXPECT_EQ(of(0, "", "flags_lean"), Eligibility{});
}

TEST(Conditions, ATradeQualifiesOnlyIfAllItsCodesDo) {
  EXPECT_EQ(columns(of('C', "@F I")), "NNYY");
  EXPECT_EQ(columns(of('C', "FT")), "NNYN");
  EXPECT_EQ(columns(of('C', "@4")), "YFYN");
  EXPECT_EQ(columns(of('C', "4W")), "NNYN");
  EXPECT_EQ(columns(of('C', "ZP")), "YFYN");
  EXPECT_EQ(columns(of('C', "@L")), "YVYY");
  EXPECT_EQ(columns(of('C', "LZ")), "YFYN");
  EXPECT_EQ(columns(of('C', "LT")), "NNYN");
  EXPECT_EQ(columns(of('C', "MI")), "NNNN");
}

TEST(Conditions, Prints) {
  EXPECT_TRUE(of('C', "@O").opening);
  EXPECT_TRUE(of('C', "@6 X").closing);
  EXPECT_TRUE(of('C', "M").official_close);
  EXPECT_TRUE(of('C', "9").corrected_close);
  EXPECT_FALSE(of('C', "9").official_close);
  EXPECT_FALSE(of('C', "Q").opening);
  EXPECT_FALSE(of('C', "@F").opening || of('C', "@F").closing || of('C', "@F").official_close);
}

TEST(Conditions, TheTapeDecides) {
  EXPECT_EQ(columns(of('C', "B")), "YYYY");
  EXPECT_EQ(columns(of('A', "B")), "NNYN");
  EXPECT_EQ(columns(of('B', "B")), "NNYN");
  EXPECT_EQ(columns(of(0, "B")), "YYYY");
  EXPECT_EQ(columns(of('A', "B", "letters_utp")), "YYYY");
  EXPECT_EQ(of('A', "W"), kUnknown);
}

TEST(Conditions, UnknownIsVolumeOnly) {
  EXPECT_EQ(of('C', "?"), kUnknown);
  EXPECT_EQ(of('C', "@?"), kUnknown);
  EXPECT_EQ(of('C', "@6?"), kUnknown);
  EXPECT_EQ(of('C', "@", "words"), kUnknown);
  EXPECT_EQ(of(0, "zz", "flags_lean"), kUnknown);
  EXPECT_EQ(of(0, "40000000", "flags_lean"), kUnknown);
  EXPECT_EQ(of(0, "100000001", "flags_lean"), kUnknown);
  EXPECT_FALSE(of('C', "M?").volume) << "volume that is in other prints already stays out";
}

TEST(Conditions, LeanFlags) {
  EXPECT_EQ(of(0, "1", "flags_lean"), Eligibility{});
  EXPECT_EQ(of(0, "0", "flags_lean"), Eligibility{});
  EXPECT_EQ(of(0, "21", "flags_lean"), Eligibility{});
  EXPECT_EQ(columns(of(0, "80000001", "flags_lean")), "NNYY");
  EXPECT_EQ(columns(of(0, "200", "flags_lean")), "YFYN");
  EXPECT_EQ(columns(of(0, "100000", "flags_lean")), "NNYN");
  EXPECT_TRUE(of(0, "41", "flags_lean").opening);
  EXPECT_TRUE(of(0, "81", "flags_lean").closing);
  EXPECT_TRUE(of(0, "1000000", "flags_lean").official_close);
  EXPECT_EQ(columns(of(0, "1000000", "flags_lean")), "NNNN");
  EXPECT_EQ(of(0, "8000000A", "flags_lean"), of(0, "8000000a", "flags_lean"));
}

TEST(Conditions, Versions) {
  for (const ConditionScheme& scheme : shipped()) {
    EXPECT_EQ(scheme.version, "2026-11-28");
    EXPECT_EQ(scheme.bit_flags, scheme.name == "flags_lean");
  }
}

std::string findings_of(const std::string& row, const std::string& name = "letters_x", const std::string& head = "# version = 1\n") {
  Findings findings;
  parse_conditions(head + "code,means,high_low,last,volume,vwap,print\n" + row, name, "c.csv", findings);
  return findings.empty() ? "" : findings.error().message;
}

TEST(Conditions, Findings) {
  EXPECT_EQ(findings_of("@,regular,Y,Y,Y,Y,\n"), "");
  EXPECT_EQ(findings_of("@,regular,y,Y,Y,Y,\n"), "c.csv:3:11: 'y' is neither Y nor N; write one of them");
  EXPECT_EQ(findings_of("@,regular,Y,V,Y,Y,\n"), "");
  EXPECT_EQ(findings_of("@,regular,Y,X,Y,Y,\n"),
            "c.csv:3:13: 'X' is no rule for last; write Y, N, F (only the first of the session) or V (only from the venue that set the "
            "current one)");
  EXPECT_EQ(findings_of("@,regular,Y,Y,F,Y,\n"), "c.csv:3:15: 'F' is neither Y nor N; write one of them");
  EXPECT_EQ(findings_of("@,regular,Y,Y,Y,,\n"), "c.csv:3:17: '' is neither Y nor N; write one of them");
  EXPECT_EQ(findings_of("@,regular,Y,Y,Y,Y,open\n"),
            "c.csv:3:19: unknown print 'open'; write opening, closing, official_close, corrected_close or nothing");
  EXPECT_EQ(findings_of("@@,regular,Y,Y,Y,Y,\n"), "c.csv:3:1: '@@' is no code; write one character");
  EXPECT_EQ(findings_of("@,a,Y,Y,Y,Y,\n@,b,Y,Y,Y,Y,\n"), "c.csv:4:1: code '@' is there already; keep one row");
  EXPECT_EQ(findings_of("3,a,Y,Y,Y,Y,\n", "flags_x"), "c.csv:3:1: '3' is no bit; write one bit as a hexadecimal number in lower case");
  EXPECT_EQ(findings_of("04,a,Y,Y,Y,Y,\n", "flags_x"), "c.csv:3:1: '04' is no bit; write one bit as a hexadecimal number in lower case");
  EXPECT_EQ(findings_of("@,a,Y,Y,Y,Y,\n", "letters_x", "# sold\n"),
            "c.csv:1:1: no version; begin the file with the line: # version = YYYY-MM-DD");
  EXPECT_EQ(findings_of(""), "c.csv:1:1: no codes; add a row for each");
  EXPECT_EQ(findings_of("@,regular,Y\n@,regular,Y,Y,Y,Y,\n"),
            "c.csv:3:1: 3 fields where the header has 7; write one for each column, empty for none");
}

}  // namespace
}  // namespace groundswell::config
