#include "market/quarantine.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace groundswell::market {
namespace {

// Twice the median, so that it is an integer for even numbers too.
std::int64_t twice_median(std::span<std::int64_t> values) noexcept {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle + (values.size() % 2 != 0 ? *middle : *std::max_element(values.begin(), middle));
}

}  // namespace

bool is_far(std::int64_t price_e9, std::span<std::int64_t> prices_e9) noexcept {
  GS_ASSERT(!prices_e9.empty() && prices_e9.size() <= kJudgedPrices);
  const std::int64_t median2 = twice_median(prices_e9);
  for (std::int64_t& price : prices_e9) price = price * 2 > median2 ? price * 2 - median2 : median2 - price * 2;
  const std::int64_t deviation4 = twice_median(prices_e9);
  const std::int64_t distance2 = price_e9 * 2 > median2 ? price_e9 * 2 - median2 : median2 - price_e9 * 2;
  return distance2 > 5 * deviation4 && distance2 * 100 > 3 * median2;
}

}  // namespace groundswell::market
