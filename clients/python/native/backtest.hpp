// A back-test in the time in which it would have been: who asks for the next event gets it when it would have arrived, and what he orders
// then meets the trades that came after. Nothing here knows Python.
//
//   receipt    of a record: when the engine took it in; of imports, which do not say, when it happened plus the sender's delay. Never
//   earlier
//              than that of the record before. What the record caused is received with it
//   release    of an event: its receipt plus a latency, never before that of the event before
//   arrival    of an order: when it was made plus an order latency
//   fill       all of an order, by the first trade of the symbol that happens after its arrival, at that trade's price and half the spread
//              against it, and a fee a share. Of a bar it is the open that counts, and happens when the bar begins. Prints that the sender
//              doubts do not count
//   report     of a fill: the trade's receipt plus a latency; only then positions know of it
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

#include "events.hpp"
#include "tables.hpp"

namespace groundswell::python {

__extension__ using int128 = __int128;

struct LatencyRange {  // uniform, inclusive
  std::int64_t least_ns = 0, most_ns = 0;
};

struct BacktestOptions {
  LatencyRange events, orders;
  std::uint64_t seed = 0;
  std::int64_t spread_e9 = 0;              // of the price: 1e-9; all of it, of which a fill pays half
  std::int64_t fee_a_share_e9 = 0;         // 1e-9 dollar
  std::int64_t cash_e9 = 0;                // 1e-9 dollar, at the beginning
  std::uint64_t mark_ns = 60'000'000'000;  // a row of equity per so much event time, in which there is any
  bool event_clock = false;                // receipt is when it happened, whatever the recording says
};

class Backtest {
 public:
  Backtest(Playback playback, EventFilter filter, const BacktestOptions& options);

  // The next event, at now_ns(); nothing at the end. Valid until the next call. Throws Failure: kOption when receive times and event times
  // are of two clocks, as where a simulated or replayed feed was recorded faster than it happened.
  const KeptEvent* next();
  std::uint64_t now_ns() const noexcept { return now_ns_; }
  const client::Names& names() const noexcept { return playback_.names(); }

  // At now_ns(). Shares, negative to sell, not 0.
  void order(std::uint32_t symbol, std::int64_t quantity);
  std::int64_t position(std::uint32_t symbol) const noexcept { return holdings_[symbol].reported; }        // as reported until now
  std::int64_t outstanding(std::uint32_t symbol) const noexcept { return holdings_[symbol].outstanding; }  // ordered and not reported

  std::uint64_t records() const noexcept { return records_; }
  std::unique_ptr<Source> fills();   // takes them
  std::unique_ptr<Source> equity();  // likewise

 private:
  struct Order {
    std::uint32_t symbol;
    std::int64_t quantity;
    std::uint64_t made_ns, arrival_ns;
  };
  struct Holding {
    std::int64_t reported = 0, outstanding = 0, held = 0;
    std::int64_t last_e9 = 0;  // 0 = no trade so far
  };
  struct Report {
    std::uint64_t known_ns;
    std::uint32_t symbol;
    std::int64_t quantity;
  };
  struct Release {
    std::uint64_t at_ns;
    KeptEvent event;
  };

  std::uint64_t draw(const LatencyRange& range);
  std::uint64_t receipt_of(const Record& record);
  bool take_block();
  void take(const Record& record, std::uint64_t jseq);
  void trade(const Tick& tick, std::uint64_t happened_ns, std::uint64_t jseq);
  void fill(const Order& order, std::int64_t price_e9, std::uint64_t happened_ns, std::uint64_t jseq);
  void report_until(std::uint64_t now_ns);
  void mark();

  Playback playback_;
  Keeper keeper_;
  BacktestOptions options_;
  std::mt19937_64 random_;
  std::span<const Record> block_;
  std::size_t at_ = 0;
  std::uint64_t first_jseq_ = 0, records_ = 0;
  std::uint64_t receipt_ns_ = 0, release_ns_ = 0, now_ns_ = 0, last_event_ns_ = 0, session_open_ns_ = 0;
  bool ended_ = false;
  std::deque<Release> releases_;
  std::optional<KeptEvent> current_;
  std::deque<Report> reports_;
  std::vector<Order> orders_;
  std::vector<Holding> holdings_;
  int128 cash_e9_ = 0;
  std::vector<Column> fills_, equity_;
};

}  // namespace groundswell::python
