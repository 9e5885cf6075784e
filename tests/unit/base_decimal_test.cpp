#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

#include "base/decimal.hpp"

namespace groundswell {
namespace {

using Maybe = std::optional<std::int64_t>;

TEST(Decimal, ReadsPricesExactly) {
  EXPECT_EQ(parse_decimal("101.25", 9), Maybe{101'250'000'000});
  EXPECT_EQ(parse_decimal("0.1", 9), Maybe{100'000'000});
  EXPECT_EQ(parse_decimal("-0.1", 9), Maybe{-100'000'000});
  EXPECT_EQ(parse_decimal("+7", 9), Maybe{7'000'000'000});
  EXPECT_EQ(parse_decimal("0", 9), Maybe{0});
  EXPECT_EQ(parse_decimal("-0", 9), Maybe{0});
  EXPECT_EQ(parse_decimal("0000000000000000000000001.5", 1), Maybe{15});
  EXPECT_EQ(parse_decimal("14.5600000000000000000000000000", 9), Maybe{14'560'000'000});
  EXPECT_EQ(parse_decimal("16.04e1", 9), Maybe{160'400'000'000});
  EXPECT_EQ(parse_decimal("1E-3", 9), Maybe{1'000'000});
  EXPECT_EQ(parse_decimal("1e+2", 0), Maybe{100});
}

TEST(Decimal, DividesByAPowerOfTen) {
  EXPECT_EQ(parse_decimal("6448000", 9, 10'000), Maybe{644'800'000'000});
  EXPECT_EQ(parse_decimal("15", 0, 10), Maybe{2});
  EXPECT_EQ(parse_decimal("14", 0, 10), Maybe{1});
  EXPECT_EQ(parse_decimal("5", 0, 10), Maybe{1});
  EXPECT_EQ(parse_decimal("5", 0, 100), Maybe{0});
}

TEST(Decimal, RoundsHalfAwayFromZero) {
  EXPECT_EQ(parse_decimal("0.0000000005", 9), Maybe{1});
  EXPECT_EQ(parse_decimal("-0.0000000005", 9), Maybe{-1});
  EXPECT_EQ(parse_decimal("0.00000000049999999999999999999999", 9), Maybe{0});
  EXPECT_EQ(parse_decimal("2.5", 0), Maybe{3});
  EXPECT_EQ(parse_decimal("-2.5", 0), Maybe{-3});
  EXPECT_EQ(parse_decimal("999.9999999999", 9), Maybe{1'000'000'000'000});
}

TEST(Decimal, EndsAtTheEndsOfInt64) {
  EXPECT_EQ(parse_decimal("9223372036854775807", 0), Maybe{std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(parse_decimal("9223372036854775807.4", 0), Maybe{std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(parse_decimal("9223372036854775807.5", 0), std::nullopt);
  EXPECT_EQ(parse_decimal("9223372036854775808", 0), std::nullopt);
  EXPECT_EQ(parse_decimal("-9223372036854775808", 0), Maybe{std::numeric_limits<std::int64_t>::min()});
  EXPECT_EQ(parse_decimal("-9223372036854775809", 0), std::nullopt);
  EXPECT_EQ(parse_decimal("9999999999999999999.9", 0), std::nullopt);
  EXPECT_EQ(parse_decimal("1e18", 0), Maybe{1'000'000'000'000'000'000});
  EXPECT_EQ(parse_decimal("1e19", 0), std::nullopt);
}

TEST(Decimal, ExponentsOfAnySizeEnd) {
  EXPECT_EQ(parse_decimal("0e999999999999999999999999", 9), Maybe{0});
  EXPECT_EQ(parse_decimal("1e999999999999999999999999", 9), std::nullopt);
  EXPECT_EQ(parse_decimal("1e-999999999999999999999999", 9), Maybe{0});
  EXPECT_EQ(parse_decimal("0." + std::string(5000, '0') + "1e5001", 0), Maybe{1});
  EXPECT_EQ(parse_decimal("1" + std::string(5000, '0') + "e-5000", 0), Maybe{1});
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"", "+", "-", ".", ".5", "5.", "1.e5", "1e", "1e+", "--1", "+-1", " 1", "1 ", "1,5", "1.2.3", "0x10", "nan", "inf", "1_000"}) {
    EXPECT_EQ(parse_decimal(text, 9), std::nullopt) << text;
  }
  EXPECT_EQ(parse_decimal(std::string_view{"1\0", 2}, 0), std::nullopt);
}

// Against arithmetic in 128 bits: numbers of up to 24 digits are exact there.
TEST(Decimal, AgreesWithWideArithmetic) {
  std::mt19937_64 random{20'261'120};
  const auto pick = [&random](int low, int high) { return std::uniform_int_distribution<int>{low, high}(random); };
  int fits = 0;
  for (int round = 0; round < 200'000; ++round) {
    const int digits = pick(1, 24);
    const int fraction = pick(0, digits - 1);
    const int exponent = pick(-6, 6);
    const int decimals = pick(0, 9);
    const int divisor_power = pick(0, 6);
    const bool negative = pick(0, 1) == 1;
    std::string text = negative ? "-" : "";
    __extension__ using Wide = unsigned __int128;
    Wide mantissa = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = pick(0, 3) == 0 ? pick(0, 9) : pick(0, 1) * 5;  // many fives and zeros: the ties
      if (i == digits - fraction) text += '.';
      text += static_cast<char>('0' + digit);
      mantissa = mantissa * 10 + static_cast<Wide>(digit);
    }
    if (exponent != 0 || pick(0, 1) == 1) text += "e" + std::to_string(exponent);
    std::int64_t divisor = 1;
    for (int i = 0; i < divisor_power; ++i) divisor *= 10;

    int shift = decimals - divisor_power - fraction + exponent;
    Wide value = mantissa;
    for (; shift > 0; --shift) value *= 10;
    if (shift < 0) {
      Wide scale = 1;
      for (; shift < 0; ++shift) scale *= 10;
      value = (value + scale / 2) / scale;
    }
    const Wide limit = static_cast<Wide>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0);
    Maybe expected;
    if (value <= limit) {
      const auto low = static_cast<std::uint64_t>(value);
      expected = static_cast<std::int64_t>(negative ? 0 - low : low);
      ++fits;
    }
    ASSERT_EQ(parse_decimal(text, decimals, divisor), expected) << text << " decimals " << decimals << " divisor " << divisor;
  }
  EXPECT_GT(fits, 50'000);
}

}  // namespace
}  // namespace groundswell
