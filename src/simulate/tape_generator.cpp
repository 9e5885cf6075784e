#include "simulate/tape_generator.hpp"

#include <algorithm>
#include <tuple>

#include "base/assert.hpp"
#include "base/durations.hpp"

namespace groundswell::simulate {
namespace {

constexpr std::int64_t kCentE9 = kPriceScale / 100;
constexpr std::size_t kLots = 32'768;
constexpr std::uint64_t kTapeKey = 0x7461706500000001ULL;  // streams that no name's key should meet
constexpr std::uint64_t kCrossKey = 0x7461706500000002ULL;

// One arrival in 16 is a sweep: 1 to 8 more prints of the same symbol, at a sixteenth of the usual distance.
constexpr std::uint64_t kSweepOneIn = 16;
constexpr std::uint64_t kSweepMost = 8;
constexpr double kSweepGap = 1.0 / 16;
constexpr double kExtraPrints = (1.0 + kSweepMost) / 2 / kSweepOneIn;
constexpr double kGapFactor = (1 + kExtraPrints) / (1 + kExtraPrints * kSweepGap);  // so that sweeps leave the mean rate as asked for

constexpr double kOpeningShare = 0.03;  // of a session's volume
constexpr double kClosingShare = 0.07;
constexpr double kSpread = 0.0004;  // of the price, bid to ask; at least two cents

}  // namespace

const std::vector<ConditionSet>& tape_condition_sets() {
  static const std::vector<ConditionSet> sets{{'C', "", ""},  {'C', "I", ""}, {'C', "F", ""}, {'C', "FI", ""},
                                              {'C', "O", ""}, {'C', "6", ""}, {'C', "M", ""}};
  return sets;
}

TapeGenerator::TapeGenerator(MarketModel& model, const config::SessionTimes& times, const TapeOptions& options)
    : times_(times), options_(options), random_(options.seed, times.session, kTapeKey), next_trade_id_(options.first_trade_id) {
  GS_ASSERT(times.open_ns < times.close_ns && times.close_ns < times.final_ns && (times.close_ns - times.open_ns) % kMinuteNs == 0);
  GS_ASSERT(!model.symbols().empty() && options.rate > 0);
  path_ = model.play_live_session(times.session, static_cast<std::uint32_t>((times.close_ns - times.open_ns) / kMinuteNs));
  opened_.assign(model.symbols().size(), options.start_ns > times.open_ns);
  queue_.reserve(64);
  deal_lots(model);
  plan_crosses(model);
  now_ns_ = std::max(times.open_ns, options.start_ns);
  arrival_ns_ = now_ns_;
  draw_arrival();
}

void TapeGenerator::deal_lots(const MarketModel& model) {
  for (std::uint32_t symbol = 0; symbol < model.symbols().size(); ++symbol) {
    const auto lots = static_cast<std::size_t>(model.trade_shares()[symbol] * static_cast<double>(kLots) + 0.5);
    lots_.insert(lots_.end(), std::max<std::size_t>(lots, 1), symbol);
  }
}

void TapeGenerator::plan_crosses(const MarketModel& model) {
  Random random(options_.seed, times_.session, kCrossKey);
  for (std::uint32_t symbol = 0; symbol < model.symbols().size(); ++symbol) {
    cross_shares_.push_back(model.expected_session_shares(symbol, path_.minutes));
    crosses_.push_back({times_.open_ns + 1'000 + random.below(5 * kSecondNs / 2), symbol, kOpeningPrint});
    crosses_.push_back({times_.close_ns + kSecondNs / 10 + random.below(3 * kSecondNs), symbol, kClosingPrint});
    crosses_.push_back({times_.close_ns + 10 * kSecondNs + random.below(20 * kSecondNs), symbol, kOfficialClose});
  }
  std::erase_if(crosses_, [this](const Cross& cross) { return cross.time_ns < options_.start_ns; });
  std::sort(crosses_.begin(), crosses_.end(),
            [](const Cross& a, const Cross& b) { return std::tie(a.time_ns, a.symbol) < std::tie(b.time_ns, b.symbol); });
}

// From the print at arrival_ns_ to the one after it.
void TapeGenerator::draw_arrival() {
  const double length_ns = static_cast<double>(times_.close_ns - times_.open_ns);
  const double x = std::min(1.0, static_cast<double>(arrival_ns_ - times_.open_ns) / length_ns);
  const double mean_gap_ns = static_cast<double>(kSecondNs) * kGapFactor / (options_.rate * activity_curve(x));
  const double gap_ns = mean_gap_ns * random_.exponential() * (burst_left_ > 0 ? kSweepGap : 1.0);
  if (gap_ns >= length_ns) {
    arrival_ns_ = kNoTime;
    return;
  }
  arrival_ns_ += static_cast<std::uint64_t>(gap_ns);
  if (arrival_ns_ >= times_.close_ns) arrival_ns_ = kNoTime;
}

std::size_t TapeGenerator::next(std::span<Tick> ticks) {
  std::size_t filled = 0;
  while (filled < ticks.size()) {
    if (queue_head_ == queue_.size()) {
      queue_.clear();
      queue_head_ = 0;
      if (!make_event()) break;
    }
    const std::size_t count = std::min(ticks.size() - filled, queue_.size() - queue_head_);
    std::copy_n(queue_.begin() + static_cast<std::ptrdiff_t>(queue_head_), count, ticks.begin() + static_cast<std::ptrdiff_t>(filled));
    queue_head_ += count;
    filled += count;
  }
  return filled;
}

bool TapeGenerator::make_event() {
  while (queue_.empty()) {
    const std::uint64_t cross_ns = next_cross_ < crosses_.size() ? crosses_[next_cross_].time_ns : kNoTime;
    if (cross_ns == kNoTime && arrival_ns_ == kNoTime) return false;
    if (cross_ns <= arrival_ns_) {
      now_ns_ = cross_ns;
      make_cross(crosses_[next_cross_++]);
    } else {
      now_ns_ = arrival_ns_;
      make_print();  // nothing when its symbol has not opened yet
      draw_arrival();
    }
  }
  return true;
}

double TapeGenerator::fair_dollars(std::uint32_t symbol) const {
  const std::uint64_t elapsed_ns = std::min(now_ns_, times_.close_ns) - times_.open_ns;
  const std::uint64_t minute = elapsed_ns / kMinuteNs;
  if (minute >= path_.minutes) return path_.at(symbol, path_.minutes);
  const double part = static_cast<double>(elapsed_ns % kMinuteNs) / static_cast<double>(kMinuteNs);
  const double from = path_.at(symbol, minute);
  return from + (path_.at(symbol, minute + 1) - from) * part;
}

void TapeGenerator::make_cross(const Cross& cross) {
  if (cross.condition == kOpeningPrint) opened_[cross.symbol] = true;
  const double share = cross.condition == kOpeningPrint ? kOpeningShare : kClosingShare;
  const std::uint64_t size = std::max<std::uint64_t>(static_cast<std::uint64_t>(cross_shares_[cross.symbol] * share), 100);
  queue_.push_back(trade(cross.symbol, round_to_cent_e9(fair_dollars(cross.symbol)) / kCentE9, size, cross.condition));
}

void TapeGenerator::make_print() {
  const bool in_burst = burst_left_ > 0;
  if (in_burst) {
    --burst_left_;
  } else {
    burst_symbol_ = lots_[random_.below(lots_.size())];
    burst_side_ = (random_.bits() >> 63) != 0 ? 1 : -1;
    if (!opened_[burst_symbol_]) return;
    if (random_.below(kSweepOneIn) == 0) burst_left_ = static_cast<std::uint32_t>(1 + random_.below(kSweepMost));
  }
  const double dollars = fair_dollars(burst_symbol_);
  const auto spread_cents = std::max<std::int64_t>(static_cast<std::int64_t>(dollars * 100 * kSpread), 2);
  // Buyers pay up to the ask, sellers take down to the bid; some meet in between.
  const std::int64_t from_fair = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(spread_cents / 2 + 1)));
  const std::int64_t fair_cents = round_to_cent_e9(dollars) / kCentE9;
  append_quotes(burst_symbol_, fair_cents, spread_cents);
  const std::uint64_t size = draw_size();
  const bool sweep = in_burst || burst_left_ > 0 || random_.below(5) == 0;
  const TapeCondition condition = size < 100 ? (sweep ? kOddLotSweep : kOddLot) : (sweep ? kSweep : kRegular);
  queue_.push_back(trade(burst_symbol_, std::max<std::int64_t>(fair_cents + burst_side_ * from_fair, 1), size, condition));
}

// Mean: kMeanPrintShares.
std::uint64_t TapeGenerator::draw_size() {
  const std::uint64_t percent = random_.below(100);
  if (percent < 30) return 1 + random_.below(99);
  if (percent < 75) return 100;
  if (percent < 97) return 100 * (2 + random_.below(8));
  return 100 * (10 + random_.below(41));
}

void TapeGenerator::append_quotes(std::uint32_t symbol, std::int64_t cents, std::int64_t spread_cents) {
  if (options_.quotes_per_trade <= 0) return;
  double wanted = options_.quotes_per_trade + random_.uniform();  // whole part: how many groups, right on average
  for (; wanted >= 1; wanted -= 1) {
    Tick quote{};
    quote.ts_event_ns = now_ns_;
    quote.symbol = symbol;
    quote.venue = static_cast<std::uint8_t>(1 + random_.below(4));
    quote.action = Action::kQuote;
    quote.side = 'B';
    quote.price_e9 = std::max<std::int64_t>(cents - spread_cents / 2, 1) * kCentE9;
    quote.size = 100 * (1 + random_.below(9));
    queue_.push_back(quote);
    quote.side = 'A';
    quote.flags = kFlagLast;
    quote.price_e9 = (cents + (spread_cents + 1) / 2) * kCentE9;
    quote.size = 100 * (1 + random_.below(9));
    queue_.push_back(quote);
  }
}

Tick TapeGenerator::trade(std::uint32_t symbol, std::int64_t cents, std::uint64_t size, TapeCondition condition) {
  Tick tick{};
  tick.ts_event_ns = now_ns_;
  tick.price_e9 = cents * kCentE9;
  tick.size = size;
  tick.trade_id = next_trade_id_++;
  tick.symbol = symbol;
  tick.cond_set = condition;
  tick.venue = condition >= kOpeningPrint ? std::uint8_t{1} : static_cast<std::uint8_t>(1 + random_.below(4));  // 1: the primary market
  tick.action = Action::kTrade;
  tick.flags = kFlagLast;
  return tick;
}

}  // namespace groundswell::simulate
