// The floor of both modes: the arithmetic in one loop, with no engine around it. bare_arithmetic.py builds and calls it.
#include "breadth_arithmetic.hpp"

using groundswell::bench::Breadth;

extern "C" void every_tick(std::int64_t addresses, std::int64_t symbols, std::int64_t baskets, std::int64_t ticks) {
  Breadth breadth(addresses, symbols, baskets);
  for (std::int64_t number = 0; number < ticks; ++number) breadth.emit_touched(number, breadth.trade(number));
}

// `until`: how many trades are at or before each step.
extern "C" void bucketed(std::int64_t addresses, std::int64_t symbols, std::int64_t baskets, const std::int64_t* until,
                         std::int64_t steps) {
  Breadth breadth(addresses, symbols, baskets);
  for (std::int64_t step = 0, number = 0; step < steps; ++step) {
    for (; number < until[step]; ++number) breadth.trade(number);
    breadth.emit_all();
  }
}
