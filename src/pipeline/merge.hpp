// The merge: the head of the core, where the sequences of all feeds become one. Everything that needs a clock, a calendar or a sender's own
// numbers ends here: maps symbols and condition sets to the recording's, judges times, prices and sizes, and makes pulses and session
// rolls. Behind it is only the journal tap and the fold.
//
// Thread: the core's. Identity, per feed:  ticks taken = journaled + sum of rejected.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/calendar.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/record.hpp"
#include "groundswell/universe.hpp"
#include "wire/codec.hpp"

namespace groundswell::pipeline {

enum class Rejection : std::uint8_t { kUnmappedInstrument, kUnknownSymbol, kBadPrice, kBadSize, kFutureTime, kTooLate };
inline constexpr std::array<std::string_view, 6> kRejectionNames{"unmapped_instrument", "unknown_symbol", "bad_price", "bad_size",
                                                                 "future_time",         "too_late"};

struct MergeOptions {
  std::vector<std::string> symbols;     // by dense id: those that a roster or a benchmark names
  std::vector<std::string> feed_names;  // by feed, for aliases
  std::vector<AliasRow> aliases;
  bool time_from_feed = false;  // pulses carry the feed's market time; the wall clock is not looked at
  std::uint64_t lateness_ns = 500'000'000;
  std::uint64_t future_limit_ns = 5'000'000'000;
  std::uint64_t late_limit_ns = 60'000'000'000;
};

struct MergeCounters {          // of one feed
  std::uint64_t journaled = 0;  // ticks
  std::array<std::uint64_t, kRejectionNames.size()> rejected{};
};

class Merge {
 public:
  Merge(const MergeOptions& options, const config::Calendar& calendar, std::size_t feeds);

  // After a restart, before anything else: what the recording says. `whole`: nothing of the time that we were down will be missing.
  void resume(std::vector<ConditionSet> condition_sets, std::uint64_t event_time_ns, const SessionRoll& last_roll, bool whole);
  void resume_feed(std::size_t feed, std::uint64_t feed_epoch) { feeds_[feed].now.feed_epoch = feed_epoch; }

  // New reference data: symbols are known at once, aliases hold from the first session >= `effective_session` on.
  void set_references(const std::vector<std::string>& symbols, std::vector<AliasRow> aliases, std::uint32_t effective_session);
  std::uint32_t next_session() const;  // the session that rolls next, as far as is known; 0 = no time known yet

  // New condition sets that the last instruments() brought, in the recording's numbering; the caller journals and folds them before any
  // record that uses them.
  const std::vector<ConditionSet>& condition_sets() const noexcept { return condition_sets_; }

  // What the sender's ids of `instruments.feed_epoch` stand for. Of an epoch that has not begun yet: from its join on. Returns whether
  // condition_sets() grew.
  bool instruments(std::size_t feed, const wire::Instruments& instruments);
  void sent(std::size_t feed, std::uint64_t send_ns) noexcept { feeds_[feed].send_ns = send_ns; }  // the sender's clock, now
  // A record of the feed's sequencer: a tick or gap, or as a pulse the feed's market time. Appends to `out` what it comes to.
  void take(std::size_t feed, const Record& sequenced, std::vector<Record>& out);
  // Pulses from the wall clock, in UTC, when ticks are silent; nothing when time comes from a feed.
  void clock(std::int64_t now_ns, std::vector<Record>& out);
  // History at the front of a recording: puts a record of another recording, whose catalog went through instruments(feed), into this one's
  // numbers and takes note of its time and session. False: of a symbol that nobody rosters, leave it out.
  bool adopt(std::size_t feed, Record& record) noexcept;

  std::uint64_t event_time_ns() const noexcept { return event_time_ns_; }
  const MergeCounters& counters(std::size_t feed) const noexcept { return feeds_[feed].counters; }

 private:
  struct Names {  // what a feed's ids stand for in one epoch
    std::uint64_t feed_epoch = 0;
    std::unordered_map<std::uint32_t, std::string> sent;       // sender's id -> its name for it
    std::unordered_map<std::uint32_t, std::uint32_t> symbols;  // sender's id -> dense id in this session, kNotRostered
    std::vector<std::uint16_t> conditions;                     // sender's id -> recording's
  };
  struct FeedState {
    Names now, next;  // of the epoch in force; of a later one that was announced
    std::uint64_t send_ns = 0;
    MergeCounters counters;
  };
  static constexpr std::uint32_t kNotRostered = 0xffffffffU;

  std::uint32_t dense_id(std::size_t feed, const std::string& name) const;  // in this session, kNotRostered
  void resolve(std::size_t feed);                                           // all names of it anew
  void enter(const SessionRoll& roll);
  void advance(std::uint64_t time_ns, std::int64_t now_ns, std::vector<Record>& out);  // session rolls that are due at `time_ns`
  void pulse(std::uint64_t time_ns, std::int64_t now_ns, std::vector<Record>& out);
  static void begin_epoch(FeedState& feed, std::uint64_t feed_epoch);
  bool judge(FeedState& feed, Tick& tick, std::uint64_t clock_ns);
  static std::uint16_t recording_condition(const Names& names, std::uint16_t sent) noexcept;
  void take_tick(FeedState& feed, Record record, std::vector<Record>& out);

  MergeOptions options_;
  const config::Calendar& calendar_;
  std::map<std::string, std::uint32_t, std::less<>> dense_;
  std::vector<AliasRow> next_aliases_;  // when has_next_aliases_
  std::uint32_t next_aliases_session_ = 0;
  bool has_next_aliases_ = false;
  std::vector<FeedState> feeds_;
  std::vector<ConditionSet> condition_sets_{ConditionSet{}};
  std::uint64_t event_time_ns_ = 0;
  std::uint32_t session_ = 0;  // of the last roll
  std::uint64_t session_final_ns_ = 0;
  std::uint64_t next_roll_ns_ = 0;  // 0 = no time known yet
  std::int64_t moved_at_ns_ = 0;    // wall clock when W last moved
};

}  // namespace groundswell::pipeline
