// Session returns of one member over a month and a quarter, this session included, as they are and in deviations of their own. A member is
// in several pools, and each of them adds its series: they are made once a commit.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "groundswell/symbol_state.hpp"

namespace groundswell::signal {

struct ReturnSeries {
  static constexpr std::array<std::size_t, 2> kSessions{21, 63};
  static constexpr std::array<std::size_t, 2> kPast{1, 2};  // of kPastWindows
  static_assert(kPastWindows[kPast[0]] == kSessions[0] && kPastWindows[kPast[1]] == kSessions[1]);
  static constexpr std::size_t kLongest = 63;
  static constexpr std::size_t kBlock = 8;                                       // sessions that are added at a time
  using Values = std::array<double, (kLongest + kBlock - 1) / kBlock * kBlock>;  // newest first; zero behind the last
  static constexpr std::size_t blocks_of(std::size_t sessions) { return (sessions + kBlock - 1) / kBlock; }

  struct Window {
    bool is_complete = false;                // in E, and its first close is as old as the window. Without that the rest says nothing
    double variance = 0.0, deviation = 0.0;  // of the population
    Values scores{};                         // (return - mean) / deviation; zero when it did not move

    bool has_moved() const noexcept { return deviation >= 1e-12; }  // returns are whole 1e-12
    void take(const Values& values, std::size_t sessions) noexcept {
      const auto length = static_cast<double>(sessions);
      double mean = 0.0;
      variance = 0.0;
      for (std::size_t i = 0; i < sessions; ++i) mean += values[i];
      mean /= length;
      for (std::size_t i = 0; i < sessions; ++i) variance += (values[i] - mean) * (values[i] - mean);
      variance /= length;
      deviation = std::sqrt(variance);
      const double scale = has_moved() ? 1.0 / deviation : 0.0;
      for (std::size_t i = 0; i < sessions; ++i) scores[i] = (values[i] - mean) * scale;
    }
  };

  Values returns{};
  std::array<Window, kSessions.size()> windows;

  // At a commit: `state` with its close settled.
  void take(std::uint32_t symbol, const SymbolState& state, ReturnHistory history) noexcept {
    for (std::size_t k = 0; k < windows.size(); ++k) windows[k].is_complete = state.ref_e9 > 0 && state.past_close_e9[kPast[k]] > 0;
    if (!windows.front().is_complete) return;  // longer ones are not either
    for (std::size_t ago = 0; ago < kLongest; ++ago) returns[ago] = return_of(symbol, state, history, ago);
    for (std::size_t k = 0; k < windows.size(); ++k) windows[k].take(returns, kSessions[k]);
  }
  // `ago` 0: of this session. A session in which it did not trade carries its close: nothing.
  static double return_of(std::uint32_t symbol, const SymbolState& state, ReturnHistory history, std::size_t ago) noexcept {
    const std::int64_t held_e12 = ago == 0 ? return_now_e12(state) : history.at_e12(symbol, ago);
    return held_e12 == ReturnHistory::kNone ? 0.0 : static_cast<double>(held_e12) / 1e12;
  }
};

}  // namespace groundswell::signal
