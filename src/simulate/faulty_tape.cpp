#include "simulate/faulty_tape.hpp"

#include <algorithm>
#include <tuple>

#include "base/durations.hpp"

namespace groundswell::simulate {
namespace {

constexpr std::uint64_t kHaltNs = 5 * kMinuteNs;
constexpr std::uint64_t kMarketHaltNs = 15 * kMinuteNs;  // a market-wide halt of level 1
constexpr std::size_t kTicksAtATime = 64;
constexpr std::uint32_t kSymbolOfNobody = 0x7fff0000;
constexpr std::uint64_t kHaltsKey = 0x6661756c74000001ULL;  // streams that no name's key should meet
constexpr std::uint64_t kBadTicksKey = 0x6661756c74000002ULL;
constexpr std::uint64_t kAmendKey = 0x6661756c74000003ULL;
constexpr std::uint64_t kLongestAmendNs = 30 * kSecondNs;
constexpr std::uint64_t kFirstExtraId = std::uint64_t{1} << 62;  // ids of trades that never were
constexpr std::int64_t kCentE9 = kPriceScale / 100;

bool is_later(const DueTick& left, const DueTick& right) noexcept {
  return std::tie(left.due_ns, left.tick.trade_id) > std::tie(right.due_ns, right.tick.trade_id);
}

}  // namespace

SteppedClock::SteppedClock(const std::vector<ClockStep>& steps, std::uint32_t session) {
  for (const ClockStep& step : steps) steps_.push_back({config::new_york_time_ns(session, step.at_seconds), step.step_ns});
}

std::uint64_t SteppedClock::wire_time_ns(std::uint64_t market_ns) const noexcept {
  std::uint64_t time_ns = market_ns;
  for (const Step& step : steps_) {
    if (market_ns >= step.from_ns) time_ns += static_cast<std::uint64_t>(step.step_ns);  // modulo 2^64: negative steps too
  }
  return time_ns;
}

FaultyTape::FaultyTape(TapeGenerator& tape, const FaultOptions& faults, std::uint64_t seed, const config::SessionTimes& times,
                       std::uint64_t start_ns, std::span<const std::uint32_t> members)
    : tape_(tape),
      times_(times),
      start_ns_(start_ns),
      faults_(faults),
      halts_random_(seed, times.session, kHaltsKey),
      bad_random_(seed, times.session, kBadTicksKey),
      amend_random_(seed, times.session, kAmendKey),
      clock_(faults.clock_steps, times.session),
      part_(kTicksAtATime) {
  plan_halts(faults.halts, {members.begin(), members.end()});
  if (faults.market_halt_seconds) plan_market_halt(*faults.market_halt_seconds);
  std::sort(status_.begin(), status_.end(),
            [](const Status& a, const Status& b) { return std::tie(a.time_ns, a.symbol) < std::tie(b.time_ns, b.symbol); });
}

void FaultyTape::plan_halts(std::uint32_t count, std::vector<std::uint32_t> members) {
  const std::uint64_t from_ns = std::max(times_.open_ns, start_ns_) + kMinuteNs;
  const std::uint64_t latest_ns = times_.close_ns - kMinuteNs - kHaltNs;
  if (from_ns >= latest_ns) return;
  for (; count > 0 && !members.empty(); --count) {
    const std::size_t drawn = halts_random_.below(members.size());
    const std::uint32_t symbol = members[drawn];
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(drawn));
    const std::uint64_t time_ns = from_ns + halts_random_.below(latest_ns - from_ns);
    status_.push_back({time_ns, StatusCode::kHalt, symbol});
    status_.push_back({time_ns + kHaltNs, StatusCode::kResume, symbol});
  }
}

void FaultyTape::plan_market_halt(unsigned seconds_of_day) {
  const std::uint64_t time_ns = config::new_york_time_ns(times_.session, seconds_of_day);
  if (time_ns < start_ns_) return;
  status_.push_back({time_ns, StatusCode::kMarketHalt, 0});
  status_.push_back({time_ns + kMarketHaltNs, StatusCode::kMarketResume, 0});
}

std::size_t FaultyTape::next(std::span<DueTick> ticks) {
  std::size_t filled = 0;
  while (filled < ticks.size() && (queue_head_ < queue_.size() || refill())) ticks[filled++] = queue_[queue_head_++];
  return filled;
}

bool FaultyTape::refill() {
  queue_.clear();
  queue_head_ = 0;
  while (queue_.empty() && !tape_over_) {
    const std::size_t count = tape_.next(part_);
    for (const Tick& tick : std::span(part_).first(count)) take(tick);
    tape_over_ = count < part_.size();
    if (tape_over_) append_due(kNoTime);
  }
  return !queue_.empty();
}

void FaultyTape::take(const Tick& tick) {
  append_due(tick.ts_event_ns);
  if (market_halted_ || is_halted(tick.symbol)) {
    ++counters_.suppressed;
    return;
  }
  if (tick.action == Action::kTrade) {
    take_trade(tick);
  } else {
    append(tick, tick.ts_event_ns);
  }
  const bool group_ends = (tick.flags & kFlagLast) != 0;  // a tick in the middle of a group would spoil the group
  if (faults_.bad_ticks > 0 && group_ends && bad_random_.uniform() < faults_.bad_ticks) append_bad_tick(tick);
}

bool FaultyTape::is_halted(std::uint32_t symbol) const noexcept {
  return std::find(halted_.begin(), halted_.end(), symbol) != halted_.end();
}

void FaultyTape::append(const Tick& tick, std::uint64_t due_ns) {
  queue_.push_back({tick, due_ns});
  queue_.back().tick.ts_event_ns = tick.ts_event_ns + (clock_.wire_time_ns(due_ns) - due_ns);
}

// What is due by then, in the order of its times; at one time statuses first.
void FaultyTape::append_due(std::uint64_t time_ns) {
  for (;;) {
    const std::uint64_t status_ns = next_status_ < status_.size() ? status_[next_status_].time_ns : kNoTime;
    const std::uint64_t amendment_ns = amendments_.empty() ? kNoTime : amendments_.front().due_ns;
    if (std::min(status_ns, amendment_ns) > time_ns || std::min(status_ns, amendment_ns) == kNoTime) return;
    if (status_ns <= amendment_ns) {
      append_status(status_[next_status_++]);
    } else {
      std::pop_heap(amendments_.begin(), amendments_.end(), is_later);
      append(amendments_.back().tick, amendments_.back().due_ns);
      amendments_.pop_back();
    }
  }
}

void FaultyTape::append_status(const Status& status) {
  Tick tick{};
  tick.ts_event_ns = status.time_ns;
  tick.trade_id = static_cast<std::uint64_t>(status.code);
  tick.symbol = status.symbol;
  tick.action = Action::kStatus;
  tick.flags = kFlagLast;
  append(tick, status.time_ns);
  switch (status.code) {
    case StatusCode::kHalt:
      halted_.push_back(status.symbol);
      ++counters_.halts;
      break;
    case StatusCode::kResume: std::erase(halted_, status.symbol); break;
    case StatusCode::kMarketHalt: market_halted_ = true; break;
    case StatusCode::kMarketResume: market_halted_ = false; break;
  }
}

void FaultyTape::append_later(Tick tick) {
  tick.ts_event_ns += kSecondNs + amend_random_.below(kLongestAmendNs - kSecondNs);
  amendments_.push_back({tick, tick.ts_event_ns});
  std::push_heap(amendments_.begin(), amendments_.end(), is_later);
}

void FaultyTape::append_extra(const Tick& like, std::int64_t price_e9) {
  Tick tick = like;
  tick.trade_id = kFirstExtraId + extra_trades_++;
  tick.price_e9 = price_e9;
  append(tick, like.ts_event_ns);
  tick.action = Action::kCancel;
  append_later(tick);
}

// Prints of auctions are left alone: who made the largest one is the primary market.
void FaultyTape::take_trade(const Tick& trade) {
  const auto drawn = [&](double share) { return share > 0 && trade.cond_set < kOpeningPrint && amend_random_.uniform() < share; };
  Tick sent = trade;
  if (drawn(faults_.corrections)) {
    sent.price_e9 = trade.price_e9 + kCentE9 * static_cast<std::int64_t>(1 + amend_random_.below(5));
    sent.size = trade.size * 2;
    Tick correction = trade;
    correction.action = Action::kCorrect;
    append_later(correction);
    ++counters_.corrections;
  }
  append(sent, sent.ts_event_ns);
  if (drawn(faults_.repeats)) {
    append(sent, sent.ts_event_ns);
    ++counters_.repeats;
  }
  if (drawn(faults_.cancels)) {
    append_extra(trade, trade.price_e9 + kCentE9);
    ++counters_.cancels;
  }
  if (drawn(faults_.outliers)) {
    const auto percent = static_cast<std::int64_t>(5 + amend_random_.below(46));
    const std::int64_t away_e9 = trade.price_e9 / 100 * percent;
    append_extra(trade, trade.price_e9 + (amend_random_.below(2) == 0 ? away_e9 : -away_e9));
    ++counters_.outliers;
  }
}

// Each of them is impossible by itself, so that a receiver that refuses it knows as much as one that never saw it.
void FaultyTape::append_bad_tick(const Tick& like) {
  Tick tick = like;
  tick.action = Action::kTrade;
  tick.side = 0;
  tick.trade_id = 0;
  tick.flags = kFlagLast;
  tick.size = std::max<std::uint64_t>(tick.size, 1);
  switch (bad_random_.below(8)) {
    case 0: tick.price_e9 = 0; break;
    case 1: tick.price_e9 = -like.price_e9; break;
    case 2: tick.price_e9 = kMaxPriceE9 + static_cast<std::int64_t>(bad_random_.below(1'000'000)); break;
    case 3: tick.size = 0; break;
    case 4: tick.size = kMaxSize + bad_random_.below(1'000'000); break;
    case 5: tick.symbol = kSymbolOfNobody + static_cast<std::uint32_t>(bad_random_.below(1'000)); break;
    case 6: tick.ts_event_ns += kHourNs; break;
    case 7: tick.ts_event_ns -= kHourNs; break;
  }
  append(tick, like.ts_event_ns);
  ++counters_.bad_ticks;
}

}  // namespace groundswell::simulate
