// Short ways to write records in tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "groundswell/record.hpp"

namespace groundswell::test {

inline constexpr std::uint64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kCent = 10'000'000;  // 1e-9 dollar
inline constexpr std::int64_t kDollar = 100 * kCent;

// A made-up day grid: session number n is the n-th day after 2024-01-01, opens at some midnight + 9.5 h and closes 6.5 h later.
struct TestDay {
  std::uint32_t session;
  std::uint64_t open_ns, close_ns, provisional_ns, final_ns;
};
inline TestDay test_day(unsigned n) {
  const std::uint64_t midnight = std::uint64_t{20'000 + n} * 86'400 * kSecond;
  const std::uint64_t open = midnight + 34'200 * kSecond, close = open + 23'400 * kSecond;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1} + std::chrono::days{n}};
  const auto session = static_cast<std::uint32_t>(static_cast<int>(date.year())) * 10'000 + static_cast<unsigned>(date.month()) * 100 +
                       static_cast<unsigned>(date.day());
  return {session, open, close, close + 900 * kSecond, close + 4'800 * kSecond};
}
inline Record live_roll(unsigned n) {
  const TestDay d = test_day(n);
  return roll_record(d.session, SessionMode::kLive, d.open_ns, d.close_ns, d.provisional_ns, d.final_ns);
}
inline Record bars_roll(unsigned n) {
  const TestDay d = test_day(n);
  return roll_record(d.session, SessionMode::kBars, d.open_ns, d.close_ns, 0, d.close_ns);
}
inline Tick make_tick(Action action, std::uint32_t symbol, std::uint64_t time_ns, std::int64_t price_e9, std::uint64_t size,
                      std::uint8_t flags = kFlagLast) {
  Tick tick{};
  tick.ts_event_ns = time_ns;
  tick.price_e9 = price_e9;
  tick.size = size;
  tick.symbol = symbol;
  tick.action = action;
  tick.flags = flags;
  return tick;
}
inline Record trade(std::uint32_t symbol, std::uint64_t time_ns, std::int64_t price_e9, std::uint64_t size = 100, std::uint16_t feed = 1) {
  return tick_record(make_tick(Action::kTrade, symbol, time_ns, price_e9, size), 0, feed);
}
inline void add_bar(std::vector<Record>& tape, std::uint32_t symbol, std::uint64_t end_ns, std::int64_t open, std::int64_t high,
                    std::int64_t low, std::int64_t close, std::uint64_t volume, std::uint64_t length_ns = 0) {
  const auto one = [&](Action action, std::int64_t price, std::uint64_t size, std::uint8_t flags) {
    Tick tick = make_tick(action, symbol, end_ns, price, size, flags);
    tick.trade_id = length_ns;
    tape.push_back(tick_record(tick, 0, 1));
  };
  one(Action::kBarOpen, open, 0, 0);
  one(Action::kBarHigh, high, 0, 0);
  one(Action::kBarLow, low, 0, 0);
  one(Action::kBarClose, close, volume, kFlagLast);
}

}  // namespace groundswell::test
