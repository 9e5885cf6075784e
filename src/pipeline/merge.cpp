#include "pipeline/merge.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::int64_t kSilenceInSessionNs = 100'000'000;
constexpr std::int64_t kSilenceOutsideNs = 1'000'000'000;
constexpr std::uint16_t kNoConditionSet = 0xffff;  // never announced: unknown conditions, volume only

}  // namespace

Merge::Merge(const MergeOptions& options, const config::Calendar& calendar, std::size_t feeds)
    : options_(options), calendar_(calendar), feeds_(feeds) {
  for (const std::string& symbol : options_.symbols) dense_.emplace(symbol, static_cast<std::uint32_t>(dense_.size()));
  GS_ASSERT(dense_.size() == options_.symbols.size());
}

void Merge::resume(std::vector<ConditionSet> condition_sets, std::uint64_t event_time_ns, const SessionRoll& last_roll, bool whole) {
  condition_sets_ = std::move(condition_sets);
  event_time_ns_ = event_time_ns;
  session_ = last_roll.session;
  session_final_ns_ = last_roll.final_ns;
  // Else the next session may begin late: 0 lets its roll say so, as it does after history, whose sessions are none of ours.
  if (whole && last_roll.session != 0 && last_roll.mode == SessionMode::kLive)
    next_roll_ns_ = calendar_.next_session(event_time_ns).roll_ns;
}

bool Merge::instruments(std::size_t feed_index, const wire::Instruments& instruments) {
  FeedState& feed = feeds_[feed_index];
  if (instruments.feed_epoch < std::max(feed.now.feed_epoch, feed.next.feed_epoch) && instruments.feed_epoch != feed.now.feed_epoch)
    return false;  // its ids are another numbering's
  if (instruments.feed_epoch > std::max(feed.now.feed_epoch, feed.next.feed_epoch)) {
    feed.next = Names{};
    feed.next.feed_epoch = instruments.feed_epoch;
  }
  Names& names = instruments.feed_epoch == feed.now.feed_epoch ? feed.now : feed.next;
  for (const wire::Instrument& instrument : instruments.symbols) {
    const auto known = dense_.find(instrument.name);
    names.symbols[instrument.id] = known == dense_.end() ? kNotRostered : known->second;
  }
  const std::size_t before = condition_sets_.size();
  for (const wire::FeedConditionSet& announced : instruments.condition_sets) {
    auto at = std::find(condition_sets_.begin(), condition_sets_.end(), announced.set);
    if (at == condition_sets_.end()) {
      if (condition_sets_.size() >= kNoConditionSet) continue;  // the table is full: its ticks are volume only, counted as unknown
      at = condition_sets_.insert(condition_sets_.end(), announced.set);
    }
    if (names.conditions.size() <= announced.id) names.conditions.resize(announced.id + std::size_t{1}, kNoConditionSet);
    names.conditions[announced.id] = static_cast<std::uint16_t>(at - condition_sets_.begin());
  }
  return condition_sets_.size() != before;
}

void Merge::begin_epoch(FeedState& feed, std::uint64_t feed_epoch) {
  if (feed_epoch == feed.now.feed_epoch) return;
  if (feed_epoch == feed.next.feed_epoch) {
    feed.now = std::move(feed.next);
    feed.next = Names{};
  } else {
    feed.now = Names{};
    feed.now.feed_epoch = feed_epoch;
  }
}

std::uint16_t Merge::recording_condition(const Names& names, std::uint16_t sent) noexcept {
  if (sent == 0) return 0;  // regular, whoever says so
  return sent < names.conditions.size() ? names.conditions[sent] : kNoConditionSet;
}

bool Merge::adopt(std::size_t feed_index, Record& record) noexcept {
  const Names& names = feeds_[feed_index].now;
  if (record.kind == RecordKind::kTick) {
    const auto symbol = names.symbols.find(record.tick.symbol);
    if (symbol == names.symbols.end() || symbol->second == kNotRostered) return false;
    record.tick.symbol = symbol->second;
    record.tick.cond_set = recording_condition(names, record.tick.cond_set);
  }
  if (record.kind == RecordKind::kSessionRoll) {
    session_ = record.roll.session;
    session_final_ns_ = record.roll.final_ns;
  }
  event_time_ns_ = std::max(event_time_ns_, groundswell::event_time_ns(record));
  return true;
}

void Merge::advance(std::uint64_t time_ns, std::int64_t now_ns, std::vector<Record>& out) {
  if (time_ns < next_roll_ns_) return;
  const bool started = next_roll_ns_ != 0;
  if (const auto session = calendar_.session_at(time_ns); session && session->session > session_) {
    std::uint8_t flags = session->half_day ? kRollHalfDay : std::uint8_t{0};
    if (!started && time_ns > session->open_ns) flags |= kRollStartedLate;
    out.push_back(roll_record(session->session, SessionMode::kLive, session->open_ns, session->close_ns, session->provisional_ns,
                              session->final_ns, flags, now_ns));
    session_ = session->session;
    session_final_ns_ = session->final_ns;
  }
  next_roll_ns_ = calendar_.next_session(time_ns).roll_ns;
}

void Merge::pulse(std::uint64_t time_ns, std::int64_t now_ns, std::vector<Record>& out) {
  if (time_ns <= event_time_ns_) return;
  advance(time_ns, now_ns, out);
  out.push_back(pulse_record(time_ns, now_ns));
  event_time_ns_ = time_ns;
  moved_at_ns_ = now_ns;
}

void Merge::clock(std::int64_t now_ns, std::vector<Record>& out) {
  if (options_.time_from_feed) return;
  const bool in_session = session_ != 0 && event_time_ns_ <= session_final_ns_;
  if (now_ns - moved_at_ns_ < (in_session ? kSilenceInSessionNs : kSilenceOutsideNs)) return;
  pulse(static_cast<std::uint64_t>(now_ns) - options_.lateness_ns, now_ns, out);
}

// Maps the tick to the recording's numbers and judges it; true: it is a record now.
bool Merge::judge(FeedState& feed, Tick& tick, std::uint64_t clock_ns) {
  const auto reject = [&](Rejection why) {
    ++feed.counters.rejected[static_cast<std::size_t>(why)];
    return false;
  };
  const auto symbol = feed.now.symbols.find(tick.symbol);
  if (symbol == feed.now.symbols.end()) return reject(Rejection::kUnmappedInstrument);
  if (symbol->second == kNotRostered) return reject(Rejection::kUnknownSymbol);
  const bool priced = tick.action == Action::kTrade || tick.action == Action::kCorrect || is_bar(tick.action);
  const bool absent_side = tick.action == Action::kQuote && tick.price_e9 == kNoPrice;
  if ((priced || (tick.action == Action::kQuote && !absent_side)) && (tick.price_e9 <= 0 || tick.price_e9 >= kMaxPriceE9))
    return reject(Rejection::kBadPrice);
  if (tick.size >= kMaxSize || ((tick.action == Action::kTrade || tick.action == Action::kCorrect) && tick.size == 0))
    return reject(Rejection::kBadSize);
  const std::uint64_t reference_ns = event_time_ns_ != 0 ? event_time_ns_ : clock_ns;
  const std::uint64_t ahead_of_ns = std::max(event_time_ns_, clock_ns);
  if (tick.ts_event_ns > ahead_of_ns && tick.ts_event_ns - ahead_of_ns > options_.future_limit_ns) return reject(Rejection::kFutureTime);
  if (tick.ts_event_ns < reference_ns && reference_ns - tick.ts_event_ns > options_.late_limit_ns) return reject(Rejection::kTooLate);
  tick.symbol = symbol->second;
  tick.cond_set = recording_condition(feed.now, tick.cond_set);
  tick.spare = 0;
  return true;
}

void Merge::take_tick(FeedState& feed, Record record, std::vector<Record>& out) {
  const std::uint64_t clock_ns = options_.time_from_feed ? feed.send_ns : static_cast<std::uint64_t>(record.recv_ns);
  if (!judge(feed, record.tick, clock_ns)) return;
  advance(record.tick.ts_event_ns, record.recv_ns, out);
  out.push_back(record);
  ++feed.counters.journaled;
  if (record.tick.ts_event_ns > event_time_ns_) {
    event_time_ns_ = record.tick.ts_event_ns;
    moved_at_ns_ = record.recv_ns;
  }
}

void Merge::take(std::size_t feed_index, const Record& sequenced, std::vector<Record>& out) {
  FeedState& feed = feeds_[feed_index];
  switch (sequenced.kind) {
    case RecordKind::kTick: take_tick(feed, sequenced, out); break;
    case RecordKind::kPulse:
      if (options_.time_from_feed) pulse(sequenced.pulse.time_ns, sequenced.recv_ns, out);
      break;
    case RecordKind::kGap:
      if (sequenced.gap.cause == GapCause::kJoin) begin_epoch(feed, sequenced.gap.feed_epoch);
      out.push_back(sequenced);
      break;
    default: GS_ASSERT(false && "a sequencer makes ticks, pulses and gaps");
  }
}

}  // namespace groundswell::pipeline
