#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "signal/ln.hpp"

namespace groundswell::signal {
namespace {

// Values of ln to 40 digits (from tables), rounded to double by the compiler.
TEST(Ln, EqualsExactValuesWithinTwoUnitsInTheLastPlace) {
  const struct {
    double x, exact;
  } cases[] = {{1.0, 0.0},
               {2.0, 0.6931471805599453094172321214581765680755},
               {10.0, 2.302585092994045684017991454684364207601},
               {0.5, -0.6931471805599453094172321214581765680755},
               {3.0, 1.098612288668109691395245236922525704647},
               {1.5, 0.4054651081081643819780131154643491365719},
               {0.1, -2.302585092994045684017991454684364207601},
               {100.0, 4.605170185988091368035982909368728415202}};
  for (const auto& c : cases) {
    const double ulp = std::fabs(std::nextafter(c.exact, INFINITY) - c.exact);
    EXPECT_NEAR(ln(c.x), c.exact, 2 * ulp) << c.x;
  }
  EXPECT_EQ(ln(1.0), 0.0);
}

// Against the C library's long double over the whole range: within 1.5 units in the last place.
TEST(Ln, IsCloseEverywhere) {
  std::mt19937_64 random(1);
  double worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    double x = 0;
    if (i % 2 == 0) {
      x = 1.0 + (static_cast<double>(random() % 2'000'001) - 1e6) * 4e-7;  // where differences of strength lie
    } else {
      x = std::bit_cast<double>((random() % 2046 + 1) << 52 | random() >> 12);
    }
    const long double exact = std::log(static_cast<long double>(x));
    if (exact == 0) continue;
    const double rounded = static_cast<double>(exact);
    const double ulp = std::fabs(std::nextafter(rounded, INFINITY) - rounded);
    worst = std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(ln(x)) - exact)) / ulp);
  }
  EXPECT_LT(worst, 1.5);
}

// The bits themselves, on every compiler: a change of one changes every recorded strength.
TEST(Ln, GivesTheseBits) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (int i = 1; i <= 10'000; ++i) {
    hash ^= std::bit_cast<std::uint64_t>(ln(static_cast<double>(i) / 777.0));
    hash *= 1099511628211ULL;
  }
  EXPECT_EQ(hash, 94928848147500087ULL);
}

}  // namespace
}  // namespace groundswell::signal
