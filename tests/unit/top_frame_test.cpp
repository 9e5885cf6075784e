#include <gtest/gtest.h>

#include "top/frame.hpp"

namespace groundswell::top {
namespace {

std::string row(std::string_view text, int width, int x = 0) {
  Frame frame({width, 1});
  frame.put(x, 0, text);
  return frame.text();
}

TEST(TopFrameTest, WideCharactersTakeTwoColumnsAndAreNeverHalved) {
  EXPECT_EQ(columns_of("半導体"), 6);
  EXPECT_EQ(row("半導体", 6), "半導体\n");
  EXPECT_EQ(row("半導体", 5), "半導…\n");
  EXPECT_EQ(row("半導体", 4), "半 …\n");
  Frame frame({6, 1});
  EXPECT_EQ(frame.put(0, 0, "半x"), 3);
  EXPECT_EQ(frame.at(1, 0).text, "");
  EXPECT_EQ(frame.at(2, 0).text, "x");
}

TEST(TopFrameTest, WhatCombinesStaysWithItsCharacter) {
  EXPECT_EQ(columns_of("e\u0301a"), 2);
  Frame frame({3, 1});
  frame.put(0, 0, "e\u0301a");
  EXPECT_EQ(frame.at(0, 0).text, "e\u0301");
  EXPECT_EQ(frame.at(1, 0).text, "a");
}

TEST(TopFrameTest, NothingReachesTheTerminalAsACommand) {
  EXPECT_EQ(row("a\x1b[2Jb\n\t\x7f", 20), "a?[2Jb???\n");
  EXPECT_EQ(row("a\xff\xc3", 20), "a??\n");
  EXPECT_EQ(row(std::string_view("a\0b", 3), 20), "a?b\n");
  EXPECT_EQ(row("a\u009b2J", 20), "a?2J\n") << "the other way to write escape [";
}

TEST(TopFrameTest, NothingIsDrawnOutside) {
  Frame frame({4, 2});
  frame.put(-1, 0, "x");
  frame.put(4, 0, "x");
  frame.put(0, -1, "x");
  frame.put(0, 2, "x");
  frame.put(0, 0, "x", Style::kPlain, 0);
  frame.paint(2, Style::kBar);
  frame.put_right(2, 1, "12345");
  EXPECT_EQ(frame.text(), "\n123…\n");
}

TEST(TopFrameTest, OnATerminalWithoutUtf8ThereIsALikeness) {
  EXPECT_EQ(ascii_of("▲"), "^");
  EXPECT_EQ(ascii_of("x"), "x");
  EXPECT_EQ(ascii_of("半"), "??");
}

}  // namespace
}  // namespace groundswell::top
