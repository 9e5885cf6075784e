// Exact decimal text -> scaled integer, rounded half away from zero. Prices are rounded once, here; that is part of the definition.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace groundswell {

// `text` times 10^decimals, divided by `divisor` (a positive power of ten), rounded half away from zero.
// Accepts [+-]digits[.digits][e[+-]digits]. Nothing when it is no number or does not fit in int64.
// Any thread; no allocation; the locale plays no part.
std::optional<std::int64_t> parse_decimal(std::string_view text, int decimals, std::int64_t divisor = 1) noexcept;

}  // namespace groundswell
