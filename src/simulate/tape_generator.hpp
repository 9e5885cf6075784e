// The tape of one live session: trades (and, if asked, quotes) of every symbol in order of time, around the fair prices of a DayPath.
// No sockets, no clock: tests and benchmarks use it directly. The same inputs give the same ticks, bit for bit; the fair prices do not
// depend on the rate. Ticks carry the dense id (universe_symbols order) as symbol and an index into tape_condition_sets() as cond_set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "config/calendar.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/tick.hpp"
#include "simulate/market_model.hpp"
#include "simulate/random.hpp"

namespace groundswell::simulate {

// What cond_set on the tape means, tape C; [0] is the empty set: a regular trade.
enum TapeCondition : std::uint16_t {
  kRegular = 0,
  kOddLot = 1,
  kSweep = 2,
  kOddLotSweep = 3,
  kOpeningPrint = 4,
  kClosingPrint = 5,
  kOfficialClose = 6,
};
const std::vector<ConditionSet>& tape_condition_sets();

struct TapeOptions {
  std::uint64_t seed = 1;
  double rate = 400;                 // mean trades per second of regular hours, over all symbols
  double quotes_per_trade = 0;       // quote groups (two ticks: bid, ask) sent before each trade, on average
  std::uint64_t start_ns = 0;        // nothing earlier is made; 0 = the whole session
  std::uint64_t first_trade_id = 1;  // trade ids rise by one
};

class TapeGenerator {
 public:
  // Plays the session in `model` at once (its prices afterwards are this session's closes) and keeps no reference to it.
  TapeGenerator(MarketModel& model, const config::SessionTimes& times, const TapeOptions& options);

  // Fills `ticks` from its start and returns how many it filled; fewer than asked for: the session is over. A quote group may be cut by the
  // end of `ticks` and goes on in the next call.
  std::size_t next(std::span<Tick> ticks);
  std::uint64_t next_trade_id() const noexcept { return next_trade_id_; }

 private:
  struct Cross {  // an opening, closing or official print, known in advance
    std::uint64_t time_ns;
    std::uint32_t symbol;
    TapeCondition condition;
  };

  void plan_crosses(const MarketModel& model);
  void deal_lots(const MarketModel& model);
  void draw_arrival();
  bool make_event();  // appends the next trade and its quotes to queue_; false at the end
  void make_cross(const Cross& cross);
  void make_print();
  void append_quotes(std::uint32_t symbol, std::int64_t cents, std::int64_t spread_cents);
  double fair_dollars(std::uint32_t symbol) const;  // at now_ns_
  std::uint64_t draw_size();
  Tick trade(std::uint32_t symbol, std::int64_t cents, std::uint64_t size, TapeCondition condition);

  config::SessionTimes times_;
  TapeOptions options_;
  DayPath path_;
  Random random_;
  std::vector<std::uint32_t> lots_;   // a symbol stands in it as often as it trades: one draw picks the next symbol
  std::vector<double> cross_shares_;  // expected volume of the session by symbol
  std::vector<bool> opened_;          // had its opening print
  std::vector<Cross> crosses_;
  std::size_t next_cross_ = 0;
  std::vector<Tick> queue_;
  std::size_t queue_head_ = 0;
  std::uint64_t now_ns_ = 0;      // of the event being made
  std::uint64_t arrival_ns_ = 0;  // of the next print that is not a cross; kNoTime = none left
  std::uint32_t burst_left_ = 0;  // prints of the same sweep still to come
  std::uint32_t burst_symbol_ = 0;
  std::int32_t burst_side_ = 0;
  std::uint64_t next_trade_id_;
};

}  // namespace groundswell::simulate
