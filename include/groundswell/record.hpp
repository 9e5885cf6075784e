// The record: the only input of the fold, and what the journal holds. 64 bytes: a body of 48, when and from where it came, and of a tick
// its number at the sender. A record's number `jseq` is its position in the journal (the first is 1), not a field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "groundswell/tick.hpp"

namespace groundswell {

enum class RecordKind : std::uint8_t { kTick = 1, kPulse = 2, kGap = 3, kSessionRoll = 4, kReferenceChange = 5 };

struct Pulse {            // moves event time when ticks are silent
  std::uint64_t time_ns;  // UTC
};

enum class GapCause : std::uint8_t {
  kLost = 1,
  kReset = 2,  // the feed began a new epoch: how much of the old one's tail is gone nobody can say
  kDown = 3,
  kJoin = 4,  // nothing is lost: from here on the feed's ticks are those of `feed_epoch`, from `from_tick` on
};

struct Gap {  // ticks of the record's feed that will not come; taints the feed's symbols (kJoin does not)
  std::uint64_t feed_epoch;
  std::uint64_t from_tick;  // first lost tick number
  std::uint64_t to_tick;    // last lost tick number, inclusive; less than from_tick when the number lost is unknown
  GapCause cause;
};

enum class SessionMode : std::uint8_t { kLive = 1, kBars = 2 };  // kBars: one bar per symbol, one CLOSE commit, no grid
inline constexpr std::uint8_t kRollHalfDay = 0x01;
inline constexpr std::uint8_t kRollAmended = 0x02;      // a re-sent roll of the same session: only its instants change
inline constexpr std::uint8_t kRollStartedLate = 0x04;  // the engine started after the open: session sums are partial

struct SessionRoll {  // the session that begins, with its schedule: the fold reads no calendar
  std::uint64_t open_ns;
  std::uint64_t close_ns;
  std::uint64_t provisional_ns;  // 0 = no provisional commit
  std::uint64_t final_ns;
  std::uint32_t session;  // New York trade date as yyyymmdd
  SessionMode mode;
  std::uint8_t flags;  // kRoll…
};

inline constexpr std::uint8_t kRosterChanged = 0x01, kSharesChanged = 0x02, kActionsChanged = 0x04, kAliasesChanged = 0x08,
                              kFundamentalsChanged = 0x10;

struct ReferenceChange {            // new reference data; effective at the first roll with session >= effective_session
  std::uint64_t config_no;          // which of the recording's CONFIG blocks holds all of it, counted from 1
  std::uint64_t hash;               // first 8 bytes, big-endian, of the SHA-256 of that block's payload
  std::uint32_t effective_session;  // yyyymmdd; 0 = whichever rolls next
  std::uint8_t what;                // bits k…Changed: which files are others
};

struct Record {
  union {
    Tick tick;
    Pulse pulse;
    Gap gap;
    SessionRoll roll;
    ReferenceChange reference;
    unsigned char body[48];
  };
  std::int64_t recv_ns;  // UTC when the engine took it in; never read by the fold
  std::uint16_t feed;    // feed number; 0 = the engine itself
  RecordKind kind;
  std::uint8_t tick_no[5];  // of a tick from a numbered feed: its number in the feed epoch, little-endian, 0 = none; else 0
};
static_assert(sizeof(Record) == 64 && alignof(Record) == 8 && std::is_trivially_copyable_v<Record>);

inline constexpr std::size_t kRecordBytes = sizeof(Record);

// All constructors below leave every unused byte zero, so that equal records are equal bytes.
inline Record make_record(RecordKind kind, std::int64_t recv_ns, std::uint16_t feed) noexcept {
  Record record;
  std::memset(&record, 0, sizeof record);
  record.recv_ns = recv_ns;
  record.feed = feed;
  record.kind = kind;
  return record;
}
inline Record tick_record(const Tick& tick, std::int64_t recv_ns, std::uint16_t feed) noexcept {
  Record record = make_record(RecordKind::kTick, recv_ns, feed);
  record.tick = tick;
  return record;
}
inline constexpr std::uint64_t kMaxTickNo = (std::uint64_t{1} << 40) - 1;  // 8 years of 4,000 ticks a second
inline std::uint64_t tick_no(const Record& record) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 5; ++i) number |= static_cast<std::uint64_t>(record.tick_no[i]) << (8 * i);
  return number;
}
inline Record numbered_tick_record(const Tick& tick, std::uint64_t number, std::int64_t recv_ns, std::uint16_t feed) noexcept {
  Record record = tick_record(tick, recv_ns, feed);
  for (std::size_t i = 0; i < 5; ++i) record.tick_no[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return record;
}
inline Record pulse_record(std::uint64_t time_ns, std::int64_t recv_ns = 0) noexcept {
  Record record = make_record(RecordKind::kPulse, recv_ns, 0);
  record.pulse.time_ns = time_ns;
  return record;
}
inline Record gap_record(std::uint64_t feed_epoch, std::uint64_t from_tick, std::uint64_t to_tick, GapCause cause, std::int64_t recv_ns,
                         std::uint16_t feed) noexcept {
  Record record = make_record(RecordKind::kGap, recv_ns, feed);
  record.gap.feed_epoch = feed_epoch;
  record.gap.from_tick = from_tick;
  record.gap.to_tick = to_tick;
  record.gap.cause = cause;
  return record;
}
inline Record roll_record(std::uint32_t session, SessionMode mode, std::uint64_t open_ns, std::uint64_t close_ns,
                          std::uint64_t provisional_ns, std::uint64_t final_ns, std::uint8_t flags = 0, std::int64_t recv_ns = 0) noexcept {
  Record record = make_record(RecordKind::kSessionRoll, recv_ns, 0);
  record.roll.open_ns = open_ns;
  record.roll.close_ns = close_ns;
  record.roll.provisional_ns = provisional_ns;
  record.roll.final_ns = final_ns;
  record.roll.session = session;
  record.roll.mode = mode;
  record.roll.flags = flags;
  return record;
}

inline Record reference_record(std::uint64_t config_no, std::uint64_t hash, std::uint32_t effective_session, std::uint8_t what,
                               std::int64_t recv_ns = 0) noexcept {
  Record record = make_record(RecordKind::kReferenceChange, recv_ns, 0);
  record.reference.config_no = config_no;
  record.reference.hash = hash;
  record.reference.effective_session = effective_session;
  record.reference.what = what;
  return record;
}

// Event time of a record: when it says it happened. A SessionRoll and a Gap have none (0): they do not move event time.
inline std::uint64_t event_time_ns(const Record& record) noexcept {
  if (record.kind == RecordKind::kTick) return record.tick.ts_event_ns;
  if (record.kind == RecordKind::kPulse) return record.pulse.time_ns;
  return 0;
}

}  // namespace groundswell
