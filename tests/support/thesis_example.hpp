// A market whose closes are given by a formula, for the thesis layer: three baskets of four, two waves, a benchmark.
#pragma once

#include <string>
#include <vector>

#include "pipeline/fold.hpp"
#include "support/tape.hpp"

namespace groundswell::test {

inline constexpr int kSymbols = 12;
// In cents, of symbol i at session t; the first of each four is a leader.
inline std::int64_t close_of(int t, int i) {
  return 8000 + 700 * i + 15 * t * (i % 4 == 0 ? 6 : i % 5 - 1) + 60 * ((53 * t + 29 * i) % 19);
}
inline std::int64_t benchmark_close(int t) { return 40000 + 20 * t + 50 * ((7 * t) % 13); }

inline pipeline::FoldSetup example_setup() {
  pipeline::FoldSetup setup;
  constexpr const char* kIds[] = {"memory_storage", "cooling_hvac", "materials"};
  for (int b = 0; b < 3; ++b) {
    Basket basket{.id = kIds[b], .name = kIds[b], .wave = b == 0 ? Wave::kCompute : Wave::kPhysical, .members = {}};
    for (int k = 0; k < 4; ++k) {
      const std::string symbol{static_cast<char>('A' + b), static_cast<char>('0' + k)};
      basket.members.push_back({.symbol = symbol, .role = k == 0 ? Role::kLeader : Role::kFollower});
      setup.symbols.push_back(symbol);
    }
    setup.universe.baskets.push_back(basket);
  }
  setup.symbols.emplace_back("BMK");
  setup.universe.version = "example";
  setup.universe.benchmarks[0] = "BMK";
  return setup;
}
inline void add_session(std::vector<Record>& tape, int t, bool with_benchmark = true) {
  tape.push_back(bars_roll(static_cast<unsigned>(t)));
  const std::uint64_t close_ns = test_day(static_cast<unsigned>(t)).close_ns;
  const auto add = [&](int symbol, std::int64_t cents) {
    const std::int64_t price_e9 = cents * kCent;
    add_bar(tape, static_cast<std::uint32_t>(symbol), close_ns, price_e9, price_e9, price_e9, price_e9, 1000);
  };
  for (int i = 0; i < kSymbols; ++i) add(i, close_of(t, i));
  if (with_benchmark) add(kSymbols, benchmark_close(t));
  tape.push_back(pulse_record(close_ns + 1));
}

}  // namespace groundswell::test
