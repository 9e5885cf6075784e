// The smallest universe with a basket that counts: four members and a benchmark, symbols 0 to 4.
#pragma once

#include "pipeline/fold.hpp"

namespace groundswell::test {

inline constexpr std::int64_t kHundred = 100 * kPriceScale;  // dollars, where prices begin

inline pipeline::FoldSetup one_basket() {
  pipeline::FoldSetup setup;
  setup.symbols = {"AAA", "BBB", "CCC", "DDD", "BMK"};
  setup.universe.benchmarks[0] = "BMK";
  Basket basket{.id = "b", .name = "B", .wave = Wave::kCompute, .members = {}};
  for (std::size_t i = 0; i < 4; ++i) basket.members.push_back({.symbol = setup.symbols[i]});
  setup.universe.baskets = {basket};
  setup.conditions = {Eligibility{}};
  return setup;
}

}  // namespace groundswell::test
