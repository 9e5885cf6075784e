#include <gtest/gtest.h>

#include <vector>

#include "config/calendar.hpp"
#include "console/words.hpp"

namespace groundswell::console {
namespace {

constexpr std::int64_t kSignedSecond = 1'000'000'000;

TEST(ConsoleWordsTest, AgesAreInTheLargestWholeUnit) {
  EXPECT_EQ(age_text(-5 * kSignedSecond), "now");
  EXPECT_EQ(age_text(kSignedSecond - 1), "now");
  EXPECT_EQ(age_text(kSignedSecond), "1s");
  EXPECT_EQ(age_text(60 * kSignedSecond - 1), "59s");
  EXPECT_EQ(age_text(3'600 * kSignedSecond - 1), "59m");
  EXPECT_EQ(age_text(24 * 3'600 * kSignedSecond - 1), "23h");
  EXPECT_EQ(age_text(49 * 3'600 * kSignedSecond), "2d");
}

TEST(ConsoleWordsTest, NumbersAreRoundedToWhatCanBeRead) {
  EXPECT_EQ(rounded_text(23.270440251572328), "23.27");
  EXPECT_EQ(rounded_text(-1.9653846134765836), "-1.965");
  EXPECT_EQ(rounded_text(0.1 + 0.2), "0.3");
  EXPECT_EQ(rounded_text(56), "56");
  EXPECT_EQ(rounded_text(999.97), "1000");
  EXPECT_EQ(rounded_text(-1'234'567.75), "-1234568") << "digits before the point are never dropped";
  EXPECT_EQ(rounded_text(-0.0), "0");
}

TEST(ConsoleWordsTest, NewYorkTimeAlsoOnTheDaysOnWhichClocksChange) {
  for (const std::uint32_t date : {20260308U, 20261101U, 20261120U, 20260701U}) {
    for (const unsigned hour : {0U, 1U, 4U, 9U, 23U}) {
      const std::uint64_t time_ns = config::new_york_time_ns(date, hour * 3'600 + 30 * 60 + 7);
      EXPECT_EQ(new_york_time(time_ns), std::string(hour < 10 ? "0" : "") + std::to_string(hour) + ":30:07") << date;
    }
  }
}

TEST(ConsoleWordsTest, NumbersThatStandForWords) {
  EXPECT_EQ(word_of("state", 3), "BROADENING");
  EXPECT_EQ(word_of("provisional_state", 6), "BREAKING");
  EXPECT_EQ(word_of("quadrant", 1), "leading");
  EXPECT_EQ(word_of("quadrant", 4), "improving");
  EXPECT_EQ(word_of("wave_lead", 2), "physical");
  EXPECT_EQ(word_of("quadrant", 0), "");
  EXPECT_EQ(word_of("quadrant", 5), "");
  EXPECT_EQ(word_of("state", -1), "");
  EXPECT_EQ(word_of("ad_pct", 3), "");
}

TEST(ConsoleWordsTest, WhatMovedItAsCountsOrShares) {
  Catalog catalog;
  catalog.symbols = {"NVDA", "AMD"};
  const client::Names names(std::move(catalog));
  const std::vector<Why> counts{
      {.delta = 2, .symbol = 0, .zero = 0}, {.delta = -1, .symbol = 1, .zero = 0}, {.delta = 1, .symbol = 9, .zero = 0}};
  EXPECT_EQ(why_text(counts, names), "NVDA +2, AMD -1, ? +1");
  EXPECT_EQ(why_text(counts, names, 1), "NVDA +2, and 2 more");
  const std::vector<Why> large{{.delta = 3'000'000, .symbol = 0, .zero = 0}, {.delta = -1'000'000, .symbol = 1, .zero = 0}};
  EXPECT_EQ(why_text(large, names), "NVDA +75 %, AMD -25 %");
  EXPECT_EQ(why_text({}, names), "");
}

}  // namespace
}  // namespace groundswell::console
