#include "import/dbn_rows.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/durations.hpp"
#include "config/calendar.hpp"
#include "groundswell/tick.hpp"
#include "import/dbn_instruments.hpp"
#include "import/dbn_status.hpp"
#include "import/dbn_stream.hpp"

namespace groundswell::dbn {
namespace {

using importer::Kind;
using importer::Row;

constexpr std::uint64_t kLatestTimeNs = 4'102'444'800 * kSecondNs;  // 2100: later than any market, and far from every overflow

bool is_price(std::int64_t price_e9) noexcept { return price_e9 > 0 && price_e9 < kMaxPriceE9; }

// Times of a record that has one of receipt as well.
Verdict put_times(const RecordHeader& header, std::uint64_t ts_recv_ns, std::uint8_t flags, Row& row, Made& made) {
  if (header.ts_event_ns == kUndefinedTime) return Verdict::kNoTime;
  if (header.ts_event_ns == 0 || header.ts_event_ns >= kLatestTimeNs) return Verdict::kOutOfRange;
  row.time_ns = header.ts_event_ns;
  made.date = config::new_york_date(row.time_ns);
  const bool received = ts_recv_ns != kUndefinedTime && ts_recv_ns < kLatestTimeNs;
  made.index_day = utc_day(received ? ts_recv_ns : row.time_ns);
  if (!received || (flags & kFlagBadReceiveTime) != 0) return Verdict::kRows;
  const std::int64_t delta_ns = static_cast<std::int64_t>(ts_recv_ns) - static_cast<std::int64_t>(row.time_ns);
  row.recv_delta_ns = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(delta_ns, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
  return Verdict::kRows;
}

std::uint8_t venue_of(const RecordHeader& header) noexcept {
  return header.publisher <= std::numeric_limits<std::uint8_t>::max() ? static_cast<std::uint8_t>(header.publisher) : std::uint8_t{0};
}

Verdict put_trade(const TradeRecord& trade, Row& row) {
  if (trade.price_e9 == kUndefinedPrice) return Verdict::kNoPrice;
  if (!is_price(trade.price_e9) || trade.size == 0 || trade.size == kUndefinedSize) return Verdict::kOutOfRange;
  row.kind = Kind::kTrade;
  row.value[0] = trade.price_e9;
  row.size = trade.size;
  row.side = trade.side == 'A' || trade.side == 'B' ? static_cast<std::uint8_t>(trade.side) : std::uint8_t{0};
  return Verdict::kRows;
}

// A side without a price has no size either.
bool put_side(std::int64_t price_e9, std::uint32_t size, std::int64_t& row_price_e9, std::int64_t& row_size) {
  row_price_e9 = kNoPrice;
  row_size = 0;
  if (price_e9 == kUndefinedPrice) return true;
  row_price_e9 = price_e9;
  row_size = size;
  return is_price(price_e9) && size != kUndefinedSize;
}

Verdict make_trade(const TradeRecord& trade, Made& made) {
  made.flags = trade.flags;
  if (trade.action != 'T') return Verdict::kOtherAction;
  Row& row = made.rows[made.count++];
  row.venue = venue_of(trade.header);
  const Verdict times = put_times(trade.header, trade.ts_recv_ns, trade.flags, row, made);
  return times != Verdict::kRows ? times : put_trade(trade, row);
}

Verdict make_quote(const TopOfBookRecord& book, Made& made) {
  made.flags = book.event.flags;
  Row& row = made.rows[made.count++];
  row.kind = Kind::kQuote;
  row.venue = venue_of(book.event.header);
  if (const Verdict times = put_times(book.event.header, book.event.ts_recv_ns, book.event.flags, row, made); times != Verdict::kRows)
    return times;
  const bool fits = put_side(book.bid_price_e9, book.bid_size, row.value[0], row.value[2]) &&
                    put_side(book.ask_price_e9, book.ask_size, row.value[1], row.value[3]);
  return fits ? Verdict::kRows : Verdict::kOutOfRange;
}

// The book of tbbo is the one before the trade, so the quote comes first; of mbp-1 a trade alone does not change it.
Verdict make_top_of_book(const TopOfBookRecord& book, bool quotes, Made& made) {
  const bool trade = book.event.action == 'T';
  if (quotes) {
    const Verdict quote = make_quote(book, made);
    if (quote != Verdict::kRows || !trade) return quote;
  }
  return make_trade(book.event, made);
}

std::uint32_t interval_seconds(Schema schema) noexcept {
  switch (schema) {
    case Schema::kOhlcv1s: return 1;
    case Schema::kOhlcv1m: return 60;
    case Schema::kOhlcv1h: return 3600;
    default: return 0;  // a whole session
  }
}

std::uint32_t date_of_day(std::uint32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return static_cast<std::uint32_t>(static_cast<int>(date.year())) * 10'000 + static_cast<unsigned>(date.month()) * 100 +
         static_cast<unsigned>(date.day());
}

Verdict make_bar(const BarRecord& bar, Schema schema, Made& made) {
  Row& row = made.rows[made.count++];
  row.venue = venue_of(bar.header);
  row.size = bar.volume;
  row.interval_seconds = interval_seconds(schema);
  if (bar.header.ts_event_ns == kUndefinedTime) return Verdict::kNoTime;
  if (bar.header.ts_event_ns == 0 || bar.header.ts_event_ns >= kLatestTimeNs || bar.volume >= kMaxSize) return Verdict::kOutOfRange;
  made.index_day = utc_day(bar.header.ts_event_ns);
  if (schema == Schema::kOhlcv1d) {
    row.kind = Kind::kSessionBar;
    made.date = date_of_day(made.index_day);
  } else {
    row.kind = Kind::kBar;
    row.time_ns = bar.header.ts_event_ns + row.interval_seconds * kSecondNs;
    made.date = config::new_york_date(row.time_ns - 1);  // a bar that ends at midnight belongs to the day it covers
  }
  if (bar.volume == 0) return row.kind == Kind::kSessionBar ? Verdict::kRows : Verdict::kZeroVolume;
  const std::array prices_e9{bar.open_e9, bar.high_e9, bar.low_e9, bar.close_e9};
  for (std::size_t i = 0; i < prices_e9.size(); ++i) {
    if (prices_e9[i] == kUndefinedPrice) return Verdict::kNoPrice;
    if (!is_price(prices_e9[i])) return Verdict::kOutOfRange;
    row.value[i] = prices_e9[i];
  }
  return Verdict::kRows;
}

Verdict make_status(const StatusRecord& status, Made& made) {
  bool known = false;
  const std::optional<StatusCode> change = trading_change(status.action, status.reason, known);
  made.unknown_status = !known;
  if (!change) return Verdict::kNoTradingChange;
  Row& row = made.rows[made.count++];
  row.kind = Kind::kStatus;
  row.venue = venue_of(status.header);
  row.value[0] = static_cast<std::int64_t>(*change);
  return put_times(status.header, status.ts_recv_ns, 0, row, made);
}

}  // namespace

std::optional<Schema> schema_of(std::uint8_t type, std::uint16_t metadata_schema) noexcept {
  switch (type) {
    case kTypeTrade: return Schema::kTrades;
    case kTypeTopOfBook: return metadata_schema == kSchemaTbbo ? Schema::kTbbo : Schema::kMbp1;
    case kTypeBarSecond: return Schema::kOhlcv1s;
    case kTypeBarMinute: return Schema::kOhlcv1m;
    case kTypeBarHour: return Schema::kOhlcv1h;
    case kTypeBarDay: return Schema::kOhlcv1d;
    case kTypeStatus: return Schema::kStatus;
    default: return std::nullopt;
  }
}

Verdict make_rows(std::span<const std::byte> record, Schema schema, bool quotes, Made& made) {
  made = Made{};
  switch (schema) {
    case Schema::kTrades: return make_trade(load<TradeRecord>(record), made);
    case Schema::kTbbo:
    case Schema::kMbp1: return make_top_of_book(load<TopOfBookRecord>(record), quotes, made);
    case Schema::kOhlcv1s:
    case Schema::kOhlcv1m:
    case Schema::kOhlcv1h:
    case Schema::kOhlcv1d: return make_bar(load<BarRecord>(record), schema, made);
    case Schema::kStatus: return make_status(load<StatusRecord>(record), made);
  }
  return Verdict::kOtherAction;
}

std::uint32_t utc_day(std::uint64_t time_ns) noexcept { return static_cast<std::uint32_t>(time_ns / kDayNs); }

}  // namespace groundswell::dbn
