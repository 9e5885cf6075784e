// What one symbol has traded this session, as far as it may have to be taken back: the last trades one by one, and the highs and lows of
// every minute.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace groundswell::market {

// What a trade does, or may do by its conditions.
enum TradeMark : std::uint16_t {
  kMarkVolume = 1 << 0,
  kMarkVwap = 1 << 1,
  kMarkHighLow = 1 << 2,
  kMarkLast = 1 << 3,
  kMarkLastIfFirst = 1 << 4,      // may set last when no other trade does
  kMarkLastIfSameVenue = 1 << 5,  // may set last when the venue of the current one sends it
  kMarkOpening = 1 << 6,
  kMarkClosing = 1 << 7,
  kMarkOfficialClose = 1 << 8,
  kMarkCorrectedClose = 1 << 9,
  kMarkUnknown = 1 << 10,  // one of its conditions is not known
  kMarkFromBar = 1 << 11,
};
inline constexpr std::uint16_t kMarksPrice = kMarkHighLow | kMarkLast;
inline constexpr std::uint16_t kMarksPrint = kMarkOpening | kMarkClosing | kMarkOfficialClose | kMarkCorrectedClose;

struct LoggedTrade {
  std::uint64_t trade_id = 0;  // 0 = none: nobody can take it back
  std::int64_t price_e9 = 0;
  std::uint64_t size = 0;     // shares
  std::uint64_t time_ns = 0;  // event time when it was applied
  std::uint16_t marks = 0;    // what it does now
  std::uint16_t allowed = 0;  // what it would do if nobody doubted it; 0 = cancelled
  std::uint16_t minute = 0;   // of the session, by time_ns
  std::uint8_t venue = 0;
  std::uint8_t zero = 0;
  bool does(std::uint16_t mark) const noexcept { return (marks & mark) != 0; }
};
static_assert(sizeof(LoggedTrade) == 40);

struct Extremes {
  std::int64_t high_e9 = 0;  // 0 = none
  std::int64_t low_e9 = 0;
  void widen(std::int64_t price_e9) noexcept {
    if (high_e9 == 0 || price_e9 > high_e9) high_e9 = price_e9;
    if (low_e9 == 0 || price_e9 < low_e9) low_e9 = price_e9;
  }
};

struct LastPrice {
  std::int64_t price_e9 = 0;
  std::uint64_t time_ns = 0;
  std::uint8_t venue = 0;
  std::uint8_t from_bar = 0;
  std::uint8_t known = 0;
  std::array<std::uint8_t, 5> zero{};
};

// Trades are logged in the order of their arrival, a bar as three of them without an id: high, low, close. A view of two parts: the head,
// which every trade looks at and which lies where it looks anyway, and 16.1 KiB of trades.
class TradeLog {
 public:
  static constexpr std::uint32_t kTrades = 256;
  static constexpr std::uint16_t kMinutes = 392;  // 390 of a full session, what follows its close, and one before

  struct Head {
    std::uint32_t count = 0;  // logged this session
    std::uint16_t forgotten_minute = 0;
    std::uint16_t zero = 0;
    LastPrice forgotten_last;  // the newest forgotten trade with kMarkLast
  };
  struct Trades {
    std::array<LoggedTrade, kTrades> newest{};   // a ring
    std::array<Extremes, kMinutes> by_minute{};  // of the forgotten ones with kMarkHighLow
  };
  TradeLog(Head& head, Trades& trades) noexcept : head_(head), trades_(trades) {}

  void begin_session() noexcept;
  // `trade.minute` never falls. Returns the trade's number, from 0.
  std::uint32_t add(const LoggedTrade& trade) noexcept {
    LoggedTrade& place = trades_.newest[head_.count % kTrades];
    if (head_.count >= kTrades) forget(place);
    place = trade;
    // Its symbol's next trade will want the next place; two lines, since a trade may lie in both.
    const LoggedTrade* const next = &trades_.newest[(head_.count + 1) % kTrades];
    __builtin_prefetch(next, 1);
    __builtin_prefetch(reinterpret_cast<const char*>(next + 1) - 1, 1);
    return head_.count++;
  }
  // By number, or by venue and id, the newest of these; nothing when it is none of the last kTrades.
  LoggedTrade* at(std::uint32_t number) noexcept;
  LoggedTrade* find(std::uint8_t venue, std::uint64_t trade_id) noexcept;
  bool forgot_some() const noexcept { return head_.count > kTrades; }
  std::uint32_t next_number() const noexcept { return head_.count; }

  // The price that the newest trade with kMarkLast has, and the one before it. A trade that may set last only as the first one gets the
  // mark when no other has it.
  std::array<LastPrice, 2> last_two() noexcept;
  // Price of the first trade of the session with kMarkLast; 0 when it is forgotten, none, or a bar.
  std::int64_t first_e9() const noexcept;
  // Price of the newest trade that does `mark`; 0 = none of the last kTrades.
  std::int64_t newest_e9(std::uint16_t mark) const noexcept;
  // The newest prices with kMarkLast, as many as fit. Says how many.
  std::size_t recent(std::span<std::int64_t> prices_e9) const noexcept;

  // A forgotten trade at `price_e9` never was. When it made the session's high (or low), and one minute alone has that: what else traded
  // in that minute is not known, so its high is taken to be its low (and the other way round), or nothing when the minute has one price.
  void forget_extreme(std::int64_t price_e9) noexcept;
  Extremes session() const noexcept;  // of the trades with kMarkHighLow

 private:
  void forget(const LoggedTrade& trade) noexcept {
    head_.forgotten_minute = trade.minute;
    if (trade.does(kMarkHighLow)) trades_.by_minute[trade.minute].widen(trade.price_e9);
    if (!trade.does(kMarkLast)) return;
    head_.forgotten_last = {
        .price_e9 = trade.price_e9, .time_ns = trade.time_ns, .venue = trade.venue, .from_bar = trade.does(kMarkFromBar), .known = 1};
  }
  template <class Visit>
  void each_known(Visit&& visit) const noexcept;  // those that are not forgotten, the oldest first

  Head& head_;
  Trades& trades_;
};

}  // namespace groundswell::market
