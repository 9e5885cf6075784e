#include "pipeline/merge.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::int64_t kSilenceInSessionNs = 100'000'000;
constexpr std::int64_t kSilenceOutsideNs = 1'000'000'000;
constexpr std::uint16_t kNoConditionSet = 0xffff;                     // never announced: unknown conditions, volume only
constexpr std::uint64_t kLargestTickNumber = std::uint64_t{1} << 62;  // a sender that counts past this is broken

}  // namespace

Merge::Merge(const MergeOptions& options, const config::Calendar& calendar, std::size_t feeds)
    : options_(options), calendar_(calendar), feeds_(feeds) {
  for (const std::string& symbol : options_.symbols) dense_.emplace(symbol, static_cast<std::uint32_t>(dense_.size()));
  GS_ASSERT(dense_.size() == options_.symbols.size());
}

bool Merge::instruments(std::size_t feed_index, const wire::Instruments& instruments) {
  FeedState& feed = feeds_[feed_index];
  if (is_stale(feed, instruments.feed_epoch)) return false;  // its ids are another numbering's
  for (const wire::Instrument& instrument : instruments.symbols) {
    const auto known = dense_.find(instrument.name);
    feed.symbols[instrument.id] = known == dense_.end() ? kNotRostered : known->second;
  }
  const std::size_t before = condition_sets_.size();
  for (const wire::FeedConditionSet& announced : instruments.condition_sets) {
    auto at = std::find(condition_sets_.begin(), condition_sets_.end(), announced.set);
    if (at == condition_sets_.end()) {
      if (condition_sets_.size() >= kNoConditionSet) continue;  // the table is full: its ticks are volume only, counted as unknown
      at = condition_sets_.insert(condition_sets_.end(), announced.set);
    }
    if (feed.conditions.size() <= announced.id) feed.conditions.resize(announced.id + std::size_t{1}, kNoConditionSet);
    feed.conditions[announced.id] = static_cast<std::uint16_t>(at - condition_sets_.begin());
  }
  return condition_sets_.size() != before;
}

bool Merge::is_stale(const FeedState& feed, std::uint64_t feed_epoch) noexcept { return feed_epoch < feed.sequencer.feed_epoch(); }

std::uint16_t Merge::recording_condition(const FeedState& feed, std::uint16_t sent) noexcept {
  if (sent == 0) return 0;  // regular, whoever says so
  return sent < feed.conditions.size() ? feed.conditions[sent] : kNoConditionSet;
}

bool Merge::adopt(std::size_t feed_index, Record& record) noexcept {
  const FeedState& feed = feeds_[feed_index];
  if (record.kind == RecordKind::kTick) {
    const auto symbol = feed.symbols.find(record.tick.symbol);
    if (symbol == feed.symbols.end() || symbol->second == kNotRostered) return false;
    record.tick.symbol = symbol->second;
    record.tick.cond_set = recording_condition(feed, record.tick.cond_set);
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

void Merge::gap(std::size_t feed, const sequence::Missing& missing, std::int64_t now_ns, std::vector<Record>& out) {
  out.push_back(
      gap_record(missing.feed_epoch, missing.from_tick, missing.to_tick, missing.cause, now_ns, static_cast<std::uint16_t>(feed + 1)));
}

void Merge::heartbeat(std::size_t feed_index, const wire::FeedHeartbeat& heartbeat, std::int64_t now_ns, std::vector<Record>& out) {
  FeedState& feed = feeds_[feed_index];
  ++feed.counters.heartbeats;
  if (heartbeat.next_tick == 0 || heartbeat.next_tick > kLargestTickNumber) {
    ++feed.counters.bad_numbering;
    return;
  }
  if (is_stale(feed, heartbeat.feed_epoch)) return;  // a sender that was replaced: time is not its to move
  feed.counters.mode = heartbeat.mode;
  if (const auto missing = feed.sequencer.heartbeat(heartbeat.feed_epoch, heartbeat.next_tick)) gap(feed_index, *missing, now_ns, out);
  if (options_.time_from_feed) pulse(heartbeat.market_time_ns, now_ns, out);
}

// Maps the tick to the recording's numbers and judges it; true: it is a record now.
bool Merge::judge(FeedState& feed, Tick& tick, std::uint64_t clock_ns) {
  const auto reject = [&](Rejection why) {
    ++feed.counters.rejected[static_cast<std::size_t>(why)];
    return false;
  };
  const auto symbol = feed.symbols.find(tick.symbol);
  if (symbol == feed.symbols.end()) return reject(Rejection::kUnmappedInstrument);
  if (symbol->second == kNotRostered) return reject(Rejection::kUnknownSymbol);
  const bool priced = tick.action == Action::kTrade || tick.action == Action::kCorrect || is_bar(tick.action);
  const bool absent_side = tick.action == Action::kQuote && tick.price_e9 == kNoPrice;
  if ((priced || (tick.action == Action::kQuote && !absent_side)) && (tick.price_e9 <= 0 || tick.price_e9 >= kMaxPriceE9))
    return reject(Rejection::kBadPrice);
  if (tick.size >= kMaxSize || (tick.action == Action::kTrade && tick.size == 0)) return reject(Rejection::kBadSize);
  const std::uint64_t reference_ns = event_time_ns_ != 0 ? event_time_ns_ : clock_ns;
  const std::uint64_t ahead_of_ns = std::max(event_time_ns_, clock_ns);
  if (tick.ts_event_ns > ahead_of_ns && tick.ts_event_ns - ahead_of_ns > options_.future_limit_ns) return reject(Rejection::kFutureTime);
  if (tick.ts_event_ns < reference_ns && reference_ns - tick.ts_event_ns > options_.late_limit_ns) return reject(Rejection::kTooLate);
  tick.symbol = symbol->second;
  tick.cond_set = recording_condition(feed, tick.cond_set);
  tick.spare = 0;
  return true;
}

void Merge::ticks(std::size_t feed_index, const wire::TickBatch& batch, std::int64_t now_ns, std::vector<Record>& out) {
  FeedState& feed = feeds_[feed_index];
  ++feed.counters.batches;
  if (batch.first_tick == 0 || batch.first_tick > kLargestTickNumber) {
    ++feed.counters.bad_numbering;
    return;
  }
  const auto accepted = feed.sequencer.accept(batch.feed_epoch, batch.first_tick, batch.ticks.size());
  if (accepted.missing) gap(feed_index, *accepted.missing, now_ns, out);
  const std::uint64_t clock_ns = options_.time_from_feed ? batch.send_ns : static_cast<std::uint64_t>(now_ns);
  for (const Tick& sent : batch.ticks.subspan(accepted.skip)) {
    Tick tick = sent;
    if (!judge(feed, tick, clock_ns)) continue;
    advance(tick.ts_event_ns, now_ns, out);
    out.push_back(tick_record(tick, now_ns, static_cast<std::uint16_t>(feed_index + 1)));
    ++feed.counters.journaled;
    if (tick.ts_event_ns > event_time_ns_) {
      event_time_ns_ = tick.ts_event_ns;
      moved_at_ns_ = now_ns;
    }
  }
}

FeedCounters Merge::counters(std::size_t feed_index) const {
  const FeedState& feed = feeds_[feed_index];
  FeedCounters counters = feed.counters;
  counters.sequence = feed.sequencer.counters();
  counters.feed_epoch = feed.sequencer.feed_epoch();
  counters.first_tick = feed.sequencer.first_tick();
  counters.next_tick = feed.sequencer.next_tick();
  counters.lost_in_epoch = feed.sequencer.lost_in_epoch();
  counters.unique_in_epoch = feed.sequencer.unique_in_epoch();
  return counters;
}

}  // namespace groundswell::pipeline
