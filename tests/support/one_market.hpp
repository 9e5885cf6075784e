// A market of a few symbols without a fold around it: ticks in, outcomes and states out.
#pragma once

#include <vector>

#include "market/market.hpp"
#include "support/tape.hpp"

namespace groundswell::test {

// Conditions by index.
enum TestCondition : std::uint16_t {
  kRegular,
  kOddLot,          // volume and average price only
  kPriorReference,  // high and low; last only if it is the first
  kSoldLast,        // last only from the venue that set the current one
  kOpeningPrint,
  kClosingPrint,
  kOfficialClose,
  kCorrectedClose,
};

class OneMarket {
 public:
  static constexpr std::int64_t kHundred = 10'000 * kCent;
  explicit OneMarket(Suspicion suspicion = Suspicion::kSession) : market(3, std::vector<bool>(3, true), kSecond, suspicion) {
    market.set_condition(kOddLot, {.high_low = false, .last = false});
    market.set_condition(kPriorReference, {.last = false, .last_if_first = true, .vwap = false});
    market.set_condition(kSoldLast, {.last = false, .last_if_same_venue = true});
    market.set_condition(kOpeningPrint, {.opening = true});
    market.set_condition(kClosingPrint, {.closing = true});
    market.set_condition(kOfficialClose, {.high_low = false, .last = false, .volume = false, .vwap = false, .official_close = true});
    market.set_condition(kCorrectedClose, {.volume = false, .vwap = false, .corrected_close = true});
    roll(0);
  }
  void roll(unsigned n, bool advance = true) {
    day = test_day(n);
    now_ns = day.open_ns;
    market.roll(live_roll(n).roll, advance && n > 0);
    for (SymbolState& state : market.states()) state.rostered = true;
  }
  struct Trade {
    std::int64_t price_e9 = kHundred;
    std::uint64_t size = 100;
    std::uint64_t id = 0;  // 0: a new one
    std::uint16_t condition = kRegular;
    std::uint8_t venue = 1;
    std::uint32_t symbol = 0;
  };
  // A second after the tick before it, unless event time was moved.
  market::Market::Applied trade(const Trade& wanted) { return apply(Action::kTrade, wanted); }
  market::Market::Applied cancel(std::uint64_t id, std::uint8_t venue = 1) {
    return apply(Action::kCancel, {.price_e9 = 0, .size = 0, .id = id, .venue = venue});
  }
  market::Market::Applied correct(std::uint64_t id, std::int64_t price_e9, std::uint64_t size) {
    return apply(Action::kCorrect, {.price_e9 = price_e9, .size = size, .id = id});
  }
  market::Market::Applied apply(Action action, const Trade& wanted) {
    now_ns += kSecond;
    Tick tick = make_tick(action, wanted.symbol, now_ns, wanted.price_e9, wanted.size);
    tick.trade_id = last_id = wanted.id != 0 ? wanted.id : next_id++;
    tick.cond_set = wanted.condition;
    tick.venue = wanted.venue;
    return market.apply(tick_record(tick, 0, 1), now_ns);
  }
  const SymbolState& state(std::uint32_t symbol = 0) const { return market.states()[symbol]; }

  market::Market market;
  TestDay day{};
  std::uint64_t now_ns = 0, next_id = 1, last_id = 0;
};

}  // namespace groundswell::test
