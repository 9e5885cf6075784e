// What comes out: levels (a basket's numbers at a step or commit) and edges (numbered events), and the words that travel with them.
// Lists here are append-only: their numbers are on the wire and in the digest.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace groundswell {

// The first that applies, in this order.
enum class Validity : std::uint8_t {
  kInsufficient = 0,  // too few members count: no value
  kWarmup = 1,        // the basket's own memory is shorter than the definition needs: no value, or a seeded one
  kUndefined = 2,     // 0/0, zero variance, missing shares: no value
  kHaltedMarket = 3,  // value present
  kStaleInput = 4,    // benchmark too old: value present, or absent when it has not traded this session
  kProvisional = 5,   // provisional commit: value present
  kOk = 6,
};
inline constexpr std::array<std::string_view, 7> kValidityNames{"INSUFFICIENT", "WARMUP",      "UNDEFINED", "HALTED_MARKET",
                                                                "STALE_INPUT",  "PROVISIONAL", "OK"};

// Flag bits, printed in this order and joined by '|'.
enum Flag : std::uint32_t {
  kFlagGap = 1U << 0,      // a session is missing in the memory
  kFlagFeedGap = 1U << 1,  // known loss on a feed of a member
  kFlagStaleMembers = 1U << 2,
  kFlagHaltedMembers = 1U << 3,
  kFlagSuspectMembers = 1U << 4,
  kFlagCarried = 1U << 5,  // over 20 % of the weight is carried from before
  kFlagNoShares = 1U << 6,
  kFlagSmallN = 1U << 7,
  kFlagLowDir = 1U << 8,
  kFlagOneFactor = 1U << 9,
  kFlagUnitBeta = 1U << 10,
  kFlagStaleState = 1U << 11,
  kFlagHandoff = 1U << 12,
  kFlagPartialSession = 1U << 13,
  kFlagLateCommit = 1U << 14,
  kFlagApproxCancel = 1U << 15,
  kFlagProvisional = 1U << 16,
  kFlagRevised = 1U << 17,
};
inline constexpr std::array<std::string_view, 18> kFlagNames{
    "GAP",       "FEED_GAP",        "STALE_MEMBERS", "HALTED_MEMBERS", "SUSPECT_MEMBERS", "CARRIED",
    "NO_SHARES", "SMALL_N",         "LOW_DIR",       "ONE_FACTOR",     "UNIT_BETA",       "STALE_STATE",
    "HANDOFF",   "PARTIAL_SESSION", "LATE_COMMIT",   "APPROX_CANCEL",  "PROVISIONAL",     "REVISED"};

enum class Clock : std::uint8_t { kLive = 0, kClose = 1 };
inline constexpr std::array<std::string_view, 2> kClockNames{"live", "close"};

// One published number. 32 bytes, the data section of the wire's `Level`.
struct Level {
  double value;             // unit: the signal's catalog entry; 0 when !present, never NaN
  std::uint32_t flags;      // Flag bits
  std::uint32_t subject;    // symbol id in scope `symbols`, else 0
  std::uint32_t n_valid;    // members whose contribution enters this number now
  std::uint32_t n_members;  // the session's roster less members that never had an official close in this recording
  std::uint16_t signal;     // index into the catalog
  Validity validity;
  std::uint8_t present;  // 1: `value` is a number
  std::uint32_t zero;    // 0
};
static_assert(sizeof(Level) == 32 && std::is_trivially_copyable_v<Level>);

// Types of edges. Names are the contract; numbers are the wire's.
enum class EdgeType : std::uint16_t {
  kCommit = 1,        // direction -1 provisional, +1 final
  kRosterChange = 2,  // the session's roster is another than the last session's
  kHaltMember = 3,    // direction +1 halted, -1 resumed
  kMarketHalt = 4,
  kMarketResume = 5,
  kFeedGapOpen = 6,
  kFeedGapClosed = 7,
  kCorpActionSuspect = 8,  // direction +1, value: open / reference - 1; -1: that opening was taken back
  // Of triggers: value is the number now, prior the one before, threshold the bound that was passed. Direction +1 entered, -1 left; of
  // thresholds on a magnitude the sign of the number; of a change that of the move.
  kThreshold = 9,
  kPctAbove = 10,
  kThrust = 11,
  kOscZeroCross = 12,
  kOscZeroCrossLive = 13,
  kTickExtreme = 14,
  kQuadrant = 15,
  kCoverageLost = 16,
  kCoverageRestored = 17,
  kNhSurge = 18,
  kRankShift = 19,
  kNarrowLeadership = 20,
  kOneFactor = 21,
  kFragile = 22,
  kRsNewHigh = 23,
  kRsNewLow = 24,
  kStateChange = 25,
  kProvisionalState = 26,
  kWaveLeadChange = 27,
  kRewardOn = 28,
  kRewardOff = 29,
  kPainted = 30,  // of a member, in scope `symbols`; value: its kind, 1 painted, 2 hot, 3 peeling
  kPaintCleared = 31,
  // Of the market and its commits: numbers 32 to 47.
  kRevision = 32,     // a committed number is another one than the commit before it of the session said: value, prior
  kSuspectTick = 33,  // direction +1: a price far from the others waits for trades that confirm it, value: price / last - 1; -1 confirmed
};
std::string_view edge_type_name(EdgeType type) noexcept;

struct EventId {  // first 16 bytes of SHA-256, semantics in schemas/README.md
  std::uint64_t hi;
  std::uint64_t lo;
  friend bool operator==(const EventId&, const EventId&) = default;
};

struct Edge {
  std::uint64_t eseq;       // number in the universe, from 1
  std::uint64_t scope_seq;  // number in the scope, from 1
  EventId event_id;
  std::uint64_t ts_event_ns;
  std::uint64_t cause_jseq;  // the record during whose application it arose
  double value;              // 0 when !present
  double prior;              // the value before, 0 when there was none
  double threshold;          // 0 when the type has none
  std::uint64_t definition;  // definition id of the signal; 0 when the type has none
  std::uint64_t roster;      // roster hash of the session
  std::uint32_t session;     // yyyymmdd
  std::uint32_t flags;
  std::uint32_t subject;  // symbol id of a member edge; kNoSubject else
  std::uint32_t n_valid;
  std::uint32_t n_members;
  EdgeType type;
  std::uint16_t scope;    // index into the catalog
  std::uint16_t trigger;  // index into the catalog; kNoIndex when the type has no trigger
  std::uint16_t signal;   // index into the catalog; kNoIndex when the type has no signal
  std::int8_t direction;
  Validity validity;
  Clock clock;
  std::uint8_t present;  // bits: kValuePresent, kPriorPresent, kThresholdPresent
};
inline constexpr std::uint8_t kValuePresent = 1, kPriorPresent = 2, kThresholdPresent = 4;
static_assert(std::is_trivially_copyable_v<Edge>);
// One member's part in what made an edge: by how much it moved the driver lane of the edge's type since the trigger's baseline. The parts
// of an edge sum exactly to the scope's change; the largest come first, then by symbol.
struct Why {
  std::int64_t delta;    // in the unit of the driver lane
  std::uint32_t symbol;  // dense id
  std::uint32_t zero;    // 0
  friend bool operator==(const Why&, const Why&) = default;
};
static_assert(sizeof(Why) == 16 && std::is_trivially_copyable_v<Why>);
inline constexpr std::uint32_t kNoSubject = 0xffffffffU;
inline constexpr std::uint16_t kNoIndex = 0xffffU;

}  // namespace groundswell
