#include "base/decimal.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"

namespace groundswell {
namespace {

constexpr std::int64_t kSignificantDigits = 19;                   // any 19 digits, and that plus one, fit in uint64
constexpr std::int64_t kLargestExponent = 1'000'000'000'000'000;  // no text is long enough to bring a larger one back into range

bool is_digit(char c) noexcept { return static_cast<unsigned char>(c - '0') < 10; }

const char* skip_digits(const char* at, const char* end) noexcept {
  while (at != end && is_digit(*at)) ++at;
  return at;
}

// What stands in the text, without its value: where the digits are and by how much the point moves.
struct Shape {
  std::string_view whole;     // digits before the point
  std::string_view fraction;  // digits after it
  std::int64_t exponent = 0;
  bool negative = false;
};

bool read_sign(const char*& at, const char* end) noexcept {
  if (at == end || (*at != '-' && *at != '+')) return false;
  return *at++ == '-';
}

std::optional<Shape> read_shape(std::string_view text) noexcept {
  Shape shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  shape.negative = read_sign(at, end);
  const char* from = at;
  at = skip_digits(at, end);
  if (at == from) return std::nullopt;
  shape.whole = {from, static_cast<std::size_t>(at - from)};
  if (at != end && *at == '.') {
    from = ++at;
    at = skip_digits(at, end);
    if (at == from) return std::nullopt;
    shape.fraction = {from, static_cast<std::size_t>(at - from)};
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    const bool down = read_sign(at, end);
    from = at;
    for (; at != end && is_digit(*at); ++at) shape.exponent = std::min(shape.exponent * 10 + (*at - '0'), kLargestExponent);
    if (at == from) return std::nullopt;
    if (down) shape.exponent = -shape.exponent;
  }
  if (at != end) return std::nullopt;
  return shape;
}

int power_of_ten(std::int64_t divisor) noexcept {
  GS_ASSERT(divisor > 0);
  int power = 0;
  for (; divisor > 1; divisor /= 10, ++power) GS_ASSERT(divisor % 10 == 0);
  return power;
}

// The digits of a result while they arrive, leading zeros left out.
struct Digits {
  std::uint64_t value = 0;
  std::int64_t count = 0;

  // False when the value has outgrown int64 whatever follows.
  bool append(std::string_view digits) noexcept {
    for (const char c : digits) {
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
      if (value != 0 && ++count > kSignificantDigits) return false;
    }
    return true;
  }
  bool append_zeros(std::int64_t zeros) noexcept {
    if (value == 0) return true;
    count += zeros;
    if (count > kSignificantDigits) return false;
    for (; zeros > 0; --zeros) value *= 10;
    return true;
  }
};

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text, int decimals, std::int64_t divisor) noexcept {
  const std::optional<Shape> shape = read_shape(text);
  if (!shape) return std::nullopt;
  const std::string_view whole = shape->whole;
  const std::string_view fraction = shape->fraction;
  const auto whole_size = static_cast<std::int64_t>(whole.size());
  const auto size = whole_size + static_cast<std::int64_t>(fraction.size());
  // The result is the first `kept` digits of the text. Half away from zero needs only the digit after them: 5 or more means half or more.
  const std::int64_t kept = whole_size + decimals - power_of_ten(divisor) + shape->exponent;
  Digits digits;
  if (kept > 0) {
    const auto from_whole = static_cast<std::size_t>(std::min(kept, whole_size));
    if (!digits.append(whole.substr(0, from_whole))) return std::nullopt;
    const auto from_fraction = static_cast<std::size_t>(std::clamp(kept - whole_size, std::int64_t{0}, size - whole_size));
    if (!digits.append(fraction.substr(0, from_fraction))) return std::nullopt;
    if (!digits.append_zeros(std::max(kept - size, std::int64_t{0}))) return std::nullopt;
  }
  if (kept >= 0 && kept < size) {
    const auto next = static_cast<std::size_t>(kept);
    const char dropped = next < whole.size() ? whole[next] : fraction[next - whole.size()];
    digits.value += dropped >= '5';
  }
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (digits.value > kLargest + (shape->negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(shape->negative ? 0 - digits.value : digits.value);
}

}  // namespace groundswell
