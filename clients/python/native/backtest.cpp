#include "backtest.hpp"

#include <algorithm>
#include <limits>

#include "failure.hpp"

namespace groundswell::python {
namespace {

constexpr std::uint64_t kOtherClockNs = 3'600'000'000'000;  // an engine refuses what is a minute late: an hour is another clock

const std::vector<Field>& fill_fields() {
  static const std::vector<Field> fields{
      {"ts_order", "tsn:UTC"},      {"ts_arrival", "tsn:UTC"}, {"ts_fill", "tsn:UTC"}, {"ts_report", "tsn:UTC"},
      {"symbol", "i", false, true}, {"quantity", "l"},         {"price", "g"},         {"fee", "g"},
      {"cause_jseq", "L"}};
  return fields;
}
const std::vector<Field>& equity_fields() {
  static const std::vector<Field> fields{{"ts_event", "tsn:UTC"}, {"equity", "g"}, {"cash", "g"}, {"long", "g"}, {"short", "g"}};
  return fields;
}

std::vector<Column> columns_of(const std::vector<Field>& fields) {
  std::vector<Column> columns;
  for (const Field& field : fields) columns.emplace_back(field);
  return columns;
}

std::int64_t signed_ns(std::uint64_t time_ns) { return static_cast<std::int64_t>(time_ns); }
double dollars(int128 e9) { return static_cast<double>(e9) / 1e9; }

}  // namespace

Backtest::Backtest(Playback playback, EventFilter filter, const BacktestOptions& options)
    : playback_(std::move(playback)),
      keeper_(playback_, std::move(filter)),
      options_(options),
      random_(options.seed),
      holdings_(playback_.reader().names().catalog().symbols.size()),
      cash_e9_(options.cash_e9),
      fills_(columns_of(fill_fields())),
      equity_(columns_of(equity_fields())) {}

std::uint64_t Backtest::draw(const LatencyRange& range) {
  const auto width = static_cast<std::uint64_t>(range.most_ns - range.least_ns);
  const std::uint64_t more = width == 0 ? 0 : random_() % (width + 1);
  return static_cast<std::uint64_t>(range.least_ns) + more;
}

std::uint64_t Backtest::receipt_of(const Record& record) {
  const std::uint64_t happened_ns = groundswell::event_time_ns(record);
  std::uint64_t receipt_ns = happened_ns;
  if (record.kind == RecordKind::kTick) receipt_ns += static_cast<std::uint64_t>(std::max(record.tick.ts_recv_delta_ns, 0));
  if (record.recv_ns > 0 && !options_.event_clock) {
    receipt_ns = static_cast<std::uint64_t>(record.recv_ns);
    const std::uint64_t apart_ns = std::max(receipt_ns, happened_ns) - std::min(receipt_ns, happened_ns);
    if (record.kind == RecordKind::kTick && apart_ns > kOtherClockNs) {
      throw Failure({client::ErrorCode::kOption,
                     "ticks were received hours from when they happened: the feed was simulated or replayed, and its clock is not the "
                     "engine's; give time='event', which takes them as received when they happened"});
    }
  }
  receipt_ns_ = std::max(receipt_ns_, receipt_ns);
  return receipt_ns_;
}

const KeptEvent* Backtest::next() {
  for (;;) {
    const bool has_record = at_ < block_.size() || take_block();
    const std::uint64_t receipt_ns = has_record ? receipt_of(block_[at_]) : std::numeric_limits<std::uint64_t>::max();
    if (!releases_.empty() && releases_.front().at_ns <= receipt_ns) {
      now_ns_ = releases_.front().at_ns;
      current_ = std::move(releases_.front().event);
      releases_.pop_front();
      report_until(now_ns_);
      return &*current_;
    }
    if (!has_record) {
      if (!ended_) mark();
      ended_ = true;
      return nullptr;
    }
    take(block_[at_], first_jseq_ + at_);
    ++at_;
    ++records_;
  }
}

// Folds the next block. What comes of its records waits in the keeper until their turn.
bool Backtest::take_block() {
  for (;;) {
    const auto kind = playback_.advance(keeper_);
    if (kind == client::JournalReader::Kind::kEnd) return false;
    if (kind != client::JournalReader::Kind::kRecords) continue;
    block_ = playback_.reader().records();
    first_jseq_ = playback_.reader().first_jseq();
    at_ = 0;
    return true;
  }
}

void Backtest::take(const Record& record, std::uint64_t jseq) {
  if (const std::uint64_t time_ns = groundswell::event_time_ns(record); time_ns != 0) {
    if (last_event_ns_ != 0 && time_ns / options_.mark_ns > last_event_ns_ / options_.mark_ns) mark();
    last_event_ns_ = std::max(last_event_ns_, time_ns);
  }
  if (record.kind == RecordKind::kSessionRoll) session_open_ns_ = record.roll.open_ns;
  if (record.kind == RecordKind::kTick && record.tick.price_e9 != kNoPrice && record.tick.symbol < holdings_.size()) {
    const Tick& tick = record.tick;
    const bool is_doubted = (tick.flags & kFlagSuspicious) != 0;
    if (tick.action == Action::kTrade && !is_doubted) trade(tick, tick.ts_event_ns, jseq);
    // The bar's length is in trade_id; 0 = a whole session.
    if (tick.action == Action::kBarOpen && !is_doubted)
      trade(tick, tick.trade_id == 0 ? session_open_ns_ : tick.ts_event_ns - tick.trade_id, jseq);
    if (tick.action == Action::kBarClose && !is_doubted) holdings_[tick.symbol].last_e9 = tick.price_e9;
  }
  for (; !keeper_.kept.empty() && cause_jseq(keeper_.kept.front()) <= jseq; keeper_.kept.pop_front()) {
    release_ns_ = std::max(release_ns_, receipt_ns_ + draw(options_.events));
    releases_.push_back({release_ns_, std::move(keeper_.kept.front())});
  }
}

void Backtest::trade(const Tick& tick, std::uint64_t happened_ns, std::uint64_t jseq) {
  holdings_[tick.symbol].last_e9 = tick.price_e9;
  for (const Order& order : orders_) {
    if (order.symbol == tick.symbol && order.arrival_ns < happened_ns) fill(order, tick.price_e9, happened_ns, jseq);
  }
  std::erase_if(orders_, [&](const Order& order) { return order.symbol == tick.symbol && order.arrival_ns < happened_ns; });
}

void Backtest::fill(const Order& order, std::int64_t price_e9, std::uint64_t happened_ns, std::uint64_t jseq) {
  const int128 scaled = int128{price_e9} * options_.spread_e9;  // 1e-18; half of it, rounded away from zero: against us
  const auto against_e9 = static_cast<std::int64_t>((scaled + 1'999'999'999) / 2'000'000'000);
  const std::int64_t paid_e9 = price_e9 + (order.quantity > 0 ? against_e9 : -against_e9);
  const int128 fee_e9 = int128{options_.fee_a_share_e9} * std::abs(order.quantity);
  cash_e9_ -= int128{paid_e9} * order.quantity + fee_e9;
  holdings_[order.symbol].held += order.quantity;
  const std::uint64_t known_ns = std::max(reports_.empty() ? 0 : reports_.back().known_ns, receipt_ns_ + draw(options_.events));
  reports_.push_back({known_ns, order.symbol, order.quantity});
  std::size_t at = 0;
  const auto column = [&]() -> Column& { return fills_[at++]; };
  column().push(signed_ns(order.made_ns));
  column().push(signed_ns(order.arrival_ns));
  column().push(signed_ns(happened_ns));
  column().push(signed_ns(known_ns));
  column().push(static_cast<std::int32_t>(order.symbol));
  column().push(order.quantity);
  column().push(dollars(paid_e9));
  column().push(dollars(fee_e9));
  column().push(jseq);
}

void Backtest::report_until(std::uint64_t now_ns) {
  for (; !reports_.empty() && reports_.front().known_ns <= now_ns; reports_.pop_front()) {
    Holding& holding = holdings_[reports_.front().symbol];
    holding.reported += reports_.front().quantity;
    holding.outstanding -= reports_.front().quantity;
  }
}

void Backtest::order(std::uint32_t symbol, std::int64_t quantity) {
  orders_.push_back({symbol, quantity, now_ns_, now_ns_ + draw(options_.orders)});
  holdings_[symbol].outstanding += quantity;
}

void Backtest::mark() {
  int128 long_e9 = 0, short_e9 = 0;
  for (const Holding& holding : holdings_) {
    const int128 value_e9 = int128{holding.held} * holding.last_e9;
    (value_e9 > 0 ? long_e9 : short_e9) += value_e9;
  }
  std::size_t at = 0;
  const auto column = [&]() -> Column& { return equity_[at++]; };
  column().push(signed_ns(last_event_ns_));
  column().push(dollars(cash_e9_ + long_e9 + short_e9));
  column().push(dollars(cash_e9_));
  column().push(dollars(long_e9));
  column().push(dollars(short_e9));
}

std::unique_ptr<Source> Backtest::fills() {
  fills_[4].set_words(dictionary_of(playback_.reader().names().catalog().symbols));
  return one_batch(fill_fields(), std::move(fills_));
}
std::unique_ptr<Source> Backtest::equity() { return one_batch(equity_fields(), std::move(equity_)); }

}  // namespace groundswell::python
