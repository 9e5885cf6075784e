// Which numbers are shown, what they are called there, and how they are written.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "console/model.hpp"
#include "top/frame.hpp"

namespace groundswell::top {

struct Number {
  std::string_view signal;  // id
  std::string_view label;   // {} stands for the benchmark
  std::string_view unit;    // behind the number; "" = none
  double scale = 1;         // shown is value * scale
  int decimals = 0;
  bool sign = false;  // above 0 is good, below is not: a glyph, a sign, a colour
};

struct Chapter {
  std::string_view title;
  std::span<const Number> numbers;
};
std::span<const Chapter> chapters();            // the pane of one basket
const Number& number(std::string_view signal);  // one of them

struct Written {
  std::string text;
  Style style;
};
// Value, with its sign as a glyph; a word where it stands for one; the short word of the validity where there is no value. One more
// character at the end says what kind of number it is: ' ' OK, 'c' of the close of an earlier session than `session`, '*' any other.
Written written(const Number& number, const console::Cell& cell, std::uint32_t session);

// Flags of a number in words: "feed gap, stale members".
std::string flag_words(std::uint32_t flags);

// Market time since the number came.
std::int64_t age_ns(const console::Model& model, const console::Cell& cell) noexcept;

std::string_view benchmark(const console::Model& model);  // its symbol; "benchmark" while no universe says it

}  // namespace groundswell::top
