// What the reference model says of one published number, and the plain arithmetic that it needs. The model is a second specification: it
// goes over everything that happened each time it is asked, in exact integers and long doubles, and shares no code with the fold.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "groundswell/int128.hpp"
#include "groundswell/value.hpp"

namespace groundswell::reference {

using Real = long double;
using Reals = std::vector<Real>;

struct Number {
  Validity validity = Validity::kInsufficient;
  std::optional<Real> value;
  std::uint32_t n_valid = 0;
  std::uint32_t n_members = 0;
  std::uint32_t flags = 0;
};
using Numbers = std::map<std::string, Number>;  // by signal id

// A number as a formula leaves it: a value, or the reason why there is none. WARMUP may carry a value that is not trusted yet.
struct Result {
  std::optional<Real> value;
  Validity why = Validity::kOk;

  Result(Real number, Validity validity = Validity::kOk) : value(number), why(validity) {}
  Result(Validity reason) : why(reason) {}
  Result(std::optional<Real> number, Validity reason) : value(number), why(number ? Validity::kOk : reason) {}
};

struct Coverage {  // how many of `n` must count
  std::uint32_t at_least = 3;
  std::uint32_t needed(std::uint32_t n) const { return std::max(at_least, (n * 6 + 9) / 10); }
};

inline int128 rounded_quotient(int128 numerator, int128 denominator) {  // half away from zero; denominator > 0
  const int128 size = numerator < 0 ? -numerator : numerator;
  const int128 quotient = (2 * size + denominator) / (2 * denominator);
  return numerator < 0 ? -quotient : quotient;
}
inline std::int64_t times(std::int64_t value, std::int64_t factor_e12) {
  return static_cast<std::int64_t>(rounded_quotient(int128{value} * factor_e12, 1'000'000'000'000));
}
// (price - base) / base in 1e-12, or another unit.
inline int128 simple_return(std::int64_t price_e9, std::int64_t base_e9, std::int64_t unit = 1'000'000'000'000) {
  return rounded_quotient(int128{price_e9 - base_e9} * unit, base_e9);
}
inline Real rounded_e12(Real value) { return std::round(value * 1e12L) / 1e12L; }

inline Reals last(const Reals& values, std::size_t count) {
  return values.size() <= count ? values : Reals(values.end() - static_cast<std::ptrdiff_t>(count), values.end());
}
inline Reals with(Reals values, Real more) {
  values.push_back(more);
  return values;
}
inline Real sum(const Reals& values) {
  Real total = 0;
  for (const Real value : values) total += value;
  return total;
}
inline Real mean(const Reals& values) { return sum(values) / static_cast<Real>(values.size()); }
inline Real deviation(const Reals& values, int lost_degrees) {  // 0: of a population, 1: of a sample
  const Real center = mean(values);
  Real squares = 0;
  for (const Real value : values) squares += (value - center) * (value - center);
  return std::sqrt(squares / static_cast<Real>(static_cast<int>(values.size()) - lost_degrees));
}
// E += alpha (x - E), from the mean of the first `seed` samples. Nothing when there are fewer.
inline std::optional<Real> exponential_average(const Reals& samples, std::size_t seed, Real alpha) {
  if (samples.size() < seed) return std::nullopt;
  Real average = mean(Reals(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(seed)));
  for (std::size_t i = seed; i < samples.size(); ++i) average += alpha * (samples[i] - average);
  return average;
}

}  // namespace groundswell::reference
