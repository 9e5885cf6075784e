// Logs as JSON: one object a line, whatever a peer has put into a text.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <vector>

#include "base/log.hpp"

namespace groundswell {
namespace {

std::vector<std::string> lines_of(const std::vector<std::string>& messages, LogFormat format) {
  log_setup(format, LogLevel::kInfo);
  testing::internal::CaptureStderr();
  for (const std::string& message : messages) log_line(LogLevel::kWarning, "feed", message);
  std::istringstream captured(testing::internal::GetCapturedStderr());
  std::vector<std::string> lines;
  for (std::string line; std::getline(captured, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> hostile_texts() {
  std::vector<std::string> texts{"",
                                 "'market': line B has been silent for 3 s",
                                 R"(","level":"error","msg":"forged)",
                                 "two\nlines\r\nand a tab\t",
                                 std::string("a zero \0 inside", 15),
                                 R"(back\slash \u0041 \)",
                                 "{} {0} %v %l {:>99999}",
                                 "umlaut \xc3\xa4, emoji \xf0\x9f\x8c\x8a",
                                 "cut \xc3",
                                 "overlong \xc0\xaf, surrogate \xed\xa0\x80, beyond \xf5\x80\x80\x80, alone \x80\xff",
                                 std::string(1'023, 'x') + "\xc3\xa4 cut in the middle of a letter",
                                 std::string(5'000, '"')};
  std::mt19937_64 random(11);
  for (int i = 0; i < 2'000; ++i) {
    std::string text(random() % 60, '\0');
    for (char& c : text) c = static_cast<char>(random());
    texts.push_back(text);
  }
  return texts;
}

TEST(Log, JsonIsOneObjectALineWhateverTheText) {
  const std::vector<std::string> texts = hostile_texts();
  const std::vector<std::string> lines = lines_of(texts, LogFormat::kJson);
  ASSERT_EQ(lines.size(), texts.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto object = nlohmann::json::parse(lines[i], nullptr, false);
    ASSERT_TRUE(object.is_object()) << lines[i];
    ASSERT_EQ(object.size(), 4U) << lines[i];
    EXPECT_EQ(object["level"], "warning");
    EXPECT_EQ(object["logger"], "feed");
    EXPECT_TRUE(object["msg"].is_string());
    EXPECT_EQ(object["ts"].get<std::string>().size(), std::string("2026-11-20T14:30:00.000Z").size());
  }
  for (const std::size_t plain : {1U, 2U, 3U, 4U, 5U, 6U, 7U}) EXPECT_EQ(nlohmann::json::parse(lines[plain])["msg"], texts[plain]);
}

TEST(Log, TextIsOneLineWhateverTheText) {
  const std::vector<std::string> texts = hostile_texts();
  EXPECT_EQ(lines_of(texts, LogFormat::kText).size(), texts.size());
}

}  // namespace
}  // namespace groundswell
