// B4: a strength rating from 1 to 99 among all distinct members, by a weighted return over a year in which the last quarter counts double.
// An approximation of a published kind of rating whose original formula is not public.
#pragma once

#include <algorithm>

#include "signal/symbols.hpp"

namespace groundswell::signal {

struct StrengthRating {
  static constexpr FamilyInfo kFamily{"Strength rating", "Single members ranked by their return over a year, the last quarter twice."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr std::size_t kFewest = 20;  // rated members
  static constexpr std::array<SignalInfo, 1> kOutputs{{
      {"rs_rating", "rank", "1..99", kCloseOnly, "252 sessions", "253 closes, 20 rated members", "the session opened as a suspect",
       "rs_rating|1|basis=TR|weights=40:20:20:20|n_min=20",
       "How strong the share is among all members: 99 is stronger than nearly all. Approximate.",
       "1 + floor(98 (#less + (#equal - 1) / 2) / (n - 1) + 1/2) of 0.4 ROC_63 + 0.2 (ROC_126 + ROC_189 + ROC_252), rounded to 1e-9",
       "B4; approximates the rating of Investor's Business Daily",
       "120 now, 110, 100, 95 and 80 one to four quarters ago: a return of .228995215 to be ranked", kInSymbols},
  }};
  using Memory = NoMemory;
  using SymbolMemory = NoMemory;

  static void evaluate(const ScopeContext&, const Memory&, Output&) noexcept {}
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
  static void commit_symbols(const SymbolsContext&, std::span<const SymbolMemory>, std::span<SymbolMemory>) noexcept {}

  static bool rated(const SymbolState& s) noexcept { return s.ref_e9 > 0 && s.past_close_e9[kYear] > 0; }
  // The weighted return of a rated symbol in 1e-9, half away from zero.
  static std::int64_t weighted_return_e9(const SymbolState& s) noexcept {
    const auto since = [&](std::size_t window) { return int128{return_e12(s.last_e9, s.past_close_e9[window])}; };
    const int128 fifths_e12 = 2 * since(kQuarter) + since(kQuarter + 1) + since(kQuarter + 2) + since(kYear);
    return static_cast<std::int64_t>(divide_half_away(fifths_e12, 5'000));
  }

  static void publish_symbols(const SymbolsContext& c, std::span<const SymbolMemory>, std::span<const SymbolMemory>,
                              SymbolOutput& out) noexcept {
    std::size_t n = 0;
    for (const std::uint32_t symbol : c.members) {
      if (rated(c.states[symbol])) c.scratch[n++] = weighted_return_e9(c.states[symbol]);
    }
    const std::span<std::int64_t> sorted = c.scratch.first(n);
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t member = 0; member < c.members.size(); ++member) {
      const SymbolState& state = c.states[c.members[member]];
      if (n < kFewest) {
        out.absent(member, 0, Validity::kInsufficient);
      } else if (!rated(state)) {
        out.absent(member, 0, state.past_close_e9[kYear] > 0 ? Validity::kUndefined : Validity::kWarmup);
      } else {
        const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), weighted_return_e9(state));
        out.value(member, 0, rating(first - sorted.begin(), last - first, static_cast<std::int64_t>(n)));
      }
    }
  }

 private:
  static constexpr std::size_t kQuarter = 2, kYear = 5;  // of kPastWindows
  static_assert(kPastWindows[kQuarter] == 63 && kPastWindows[kYear] == 252);

  static double rating(std::int64_t less, std::int64_t equal, std::int64_t n) noexcept {
    return static_cast<double>(1 + (98 * (2 * less + equal - 1) + n - 1) / (2 * (n - 1)));
  }
};

}  // namespace groundswell::signal
