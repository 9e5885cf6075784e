// The signal: some integer sums over members, then a formula. A family is one file in indicators/ and one line in registry.hpp:
//
//   kFamily                           its title and introduction in docs/signals.md
//   kLanes, kStepLanes                what one member adds, per record and per step
//   contribution(symbol, lanes)       first form, where there are lanes: depends on the symbol alone; applied after every change of it
//   step_input(step), step_contribution(symbol, input, lanes)
//                                     second form: depends on the step too (a benchmark, the time of day), or need not be known between
//                                     steps; applied at grid steps and commits only. The input is what all members share, computed once
//   Memory                            what the scope remembers across sessions; `base` as of the last roll
//   evaluate(context, base, out)      the published numbers, from the sums and base; writes nothing else. Live and commit call the same
//                                     one, so that with the official close in `last` live equals commit to the bit. A number for which
//                                     !context.wants() may be left out; what it leaves in `derived` too when
//                                     !context.is_read, but for what `using Reads` of another family says
//   commit(context, base, now)        now := base with this session taken in; may run any number of times
//
// Where sums do not do:
//
//   kGathers = true                   gather form: evaluate() goes through context.members and what each has done over kMoveWindows
//                                     (context.move()), which is made anew only for members that changed. Where nothing of a member
//                                     changed, the scope's numbers are left as they are. evaluate() may depend on members and memory alone
//   kOutputs of kCloseOnly            evaluate() may look at context.closing too: 256 sessions of returns, at commits
//   evaluate(context, base, baskets, out)   a wave or the thesis reads the memories of its baskets: baskets[i], as context.baskets[i]
//   rank(baskets)                     compares the baskets with each other: called when every scope of the moment is evaluated
//   SymbolMemory ...                  numbers about single symbols: symbols.hpp
//   SymbolsOf = Family                evaluate(context, base, symbols, out) reads what that family remembers of single symbols, by dense
//                                     id and as of the last roll
//   kScratch                          how many doubles of context.scratch evaluate() writes to
//   kMinutely = true                  evaluated at whole minutes and commits alone; evaluate() may look at context.states
//
// Where sums are all there is:
//
//   kFollowsFromSums = true           but for a commit, evaluate() may depend on the family's own sums, on what surroundings_of() says
//                                     (seen_sums.hpp) and on memory alone. Where these are what they were, its numbers are left as they are
//   kReadsAge, kReadsSamples = true   contributions look at whether a trade is fresh or stale, at prices of some minutes ago: where no
//                                     such family is live, nothing is made anew when these change
//
// Everything is static and allocation-free. Integers inside; one conversion to double per published number.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include "base/assert.hpp"
#include "groundswell/symbol_state.hpp"
#include "groundswell/thesis.hpp"
#include "groundswell/universe.hpp"
#include "groundswell/value.hpp"
#include "signal/member_moves.hpp"
#include "signal/return_series.hpp"

namespace groundswell::signal {

enum Scopes : std::uint8_t { kInBaskets = 1, kInWaves = 2, kInThesis = 4, kInPools = 7, kInSymbols = 8 };  // where a number is published
enum Clocks : std::uint8_t { kLiveOnly = 1, kCloseOnly = 2, kBoth = 3 };

// A catalog row: everything the program, the wire, the consoles and docs/signals.md say about a published number.
struct SignalInfo {
  std::string_view id;  // "{growth}" and "{equal_weight}" and "{primary}" stand for the benchmark's symbol in lower case
  std::string_view unit;
  std::string_view range;
  Clocks clocks;
  std::string_view window;
  std::string_view first_value;
  std::string_view absent_when;  // beside INSUFFICIENT
  std::string_view definition;   // formula|version|parameters, the text that is hashed
  std::string_view summary;      // what it tells a trader, in one sentence
  std::string_view formula;
  std::string_view source;
  std::string_view example;        // worked, with numbers that a unit test shows
  std::uint8_t scopes = kInPools;  // Scopes bits
};
struct FamilyInfo {
  std::string_view title;
  std::string_view introduction;  // what its numbers are for, and how to read them together
};

using FamilyMask = std::uint64_t;  // bit: position in the registry
inline constexpr FamilyMask kAllFamilies = ~FamilyMask{0};

// A driver lane: one member's integer part in a number, for the "why" of edges. Families declare kDrivers and name one per output by
// driver(output); without, the edges of their numbers have no parts. A family may name another's driver.
inline constexpr std::size_t kNoLane = ~std::size_t{0};
struct DriverInfo {
  std::string_view name;
  std::size_t plus;             // lane of the family
  std::size_t minus = kNoLane;  // subtracted
  bool step = false;            // of the step lanes
};
struct Driver {  // the same, in a whole row
  std::size_t plus = kNoLane, minus = kNoLane;
  bool step = false;
  std::string_view name;
  FamilyMask family = 0;  // whose lane it is
  bool known() const noexcept { return plus != kNoLane; }
};

// What earlier families leave for later ones, per scope; commit() finds what evaluate() of the same step left. Index kinds: 0 equal, 1
// capital, 2 price weighted.
struct IndexResult {
  double level = 0.0;           // present when validity is OK
  double session_return = 0.0;  // simple, present when has_return
  double carried_share = 0.0;   // of the weight: of members that have not traded this session
  Validity validity = Validity::kInsufficient;
  bool has_return = false;
  bool started = false;  // the base session is behind, or is this commit
  std::uint32_t n_valid = 0;
  std::uint32_t n_members = 0;
  std::uint32_t flags = 0;
};
struct BreadthCounts {  // A1
  std::int64_t adv = 0;
  std::int64_t dec = 0;
  // 1000 (adv - dec) / (adv + dec), and 0 for a day on which nothing moved.
  double ratio_adjusted() const noexcept {
    return adv + dec == 0 ? 0.0 : 1000.0 * static_cast<double>(adv - dec) / static_cast<double>(adv + dec);
  }
};
struct VolumeSums {  // A5
  std::int64_t up_shares = 0;
  std::int64_t down_shares = 0;
  std::int64_t up_e4 = 0;  // dollars
  std::int64_t down_e4 = 0;
  std::int64_t unchanged_e4 = 0;
  std::uint32_t n_valid = 0;  // members with volume
};
struct StrengthResult {         // B2: the equal-weighted index against the primary benchmark
  double line = 0.0;            // base session = 100; meaningful when has_line
  std::int64_t excess_e12 = 0;  // ln(line / line of the session before), rounded to 1e-12; meaningful when has_excess
  bool has_line = false;
  bool has_excess = false;  // both sessions have a line
  bool stale = false;
  Validity line_validity = Validity::kInsufficient;    // why there is no line
  Validity excess_validity = Validity::kInsufficient;  // why there is no excess
  std::uint32_t n_valid = 0;
  std::uint32_t n_members = 0;
  std::uint32_t flags = 0;
  std::int64_t month_e12 = 0;  // excess return over 21 sessions, rounded to 1e-12; meaningful when has_month
  bool has_month = false;
};
inline constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();  // inside only: makes every comparison false
struct Derived {
  std::array<IndexResult, 3> index;
  BreadthCounts breadth;
  VolumeSums volume;
  StrengthResult strength;
  double z63 = 0.0;  // B6; meaningful when z63_valid
  bool z63_valid = false;
  Validity z63_validity = Validity::kInsufficient;       // why there is none
  double rank_pct = kNoRank;                             // B7
  std::array<double, 2> rank_pct_ago{kNoRank, kNoRank};  // 5 and 21 sessions ago
  std::uint32_t ranks_known = 0;                         // sessions since its first, at most 21
  double absorption = -1.0;                              // C6, at a commit; below 0 = none
  // For the thesis layer; kNoNumber = none.
  double above_50_pct = kNoNumber;        // A9
  double z21 = kNoNumber;                 // B6
  double score_excess_e12 = kNoNumber;    // B6: the session's sample, whole
  double follower_gap = kNoNumber;        // C3
  double strength_diffusion = kNoNumber;  // C7, %
  double broadening = kNoNumber;          // D1, once it is OK
  double reward = kNoNumber;              // D4, once it is OK
  double reward_today = kNoNumber;        // D4: the session's sample of it
  double paint = kNoNumber;               // D5
  static constexpr double kNoRank = -1.0;
};

enum class ScopeKind : std::uint8_t { kBasket, kWave, kThesis };
inline constexpr std::uint8_t bit_of(ScopeKind kind) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
}  // Scopes

struct PoolMember {
  std::uint32_t symbol;   // dense id
  Role role;              // in this pool
  std::uint8_t supplier;  // a member of some supplier basket
  std::uint16_t zero = 0;
};
// What filings say of a symbol in a session: mean ranks among the members, in 1e-12 (fundamentals.hpp). Plain bytes without padding.
struct MemberFundamentals {
  static constexpr std::int64_t kUnknown = INT64_MIN;
  std::int64_t exposure_e12 = kUnknown;      // D4: X
  std::int64_t confirmation_e12 = kUnknown;  // D5: K
  double label = kNoNumber;                  // D5: L
  std::uint32_t home = 0;                    // place of the first basket that ever has it
  std::uint32_t zero = 0;
};
// A member in a ranking of two numbers: scratch of families that rank members.
struct RankRow {
  std::int64_t x = 0, y = 0;  // what is ranked, in 1e-12
  std::int64_t x_rank = 0, y_rank = 0;
  std::int64_t x_less_median = 0, y_less_median = 0;  // twice
  std::uint32_t symbol = 0;                           // dense id
  std::uint32_t home = 0;                             // as in MemberFundamentals
};
// What a commit knows of the past. By dense id, closes settled.
struct Closing {
  std::span<const SymbolState> states;
  ReturnHistory returns;
  std::span<const ReturnSeries> series;  // of members of the session
};

struct CoverageRule {
  std::uint32_t min_members = 3;
  std::uint32_t share_e4 = 6000;
  std::uint32_t required(std::uint32_t n_members) const noexcept {
    const auto share = static_cast<std::uint32_t>((std::uint64_t{n_members} * share_e4 + 9999) / 10000);
    return share > min_members ? share : min_members;
  }
};

// A moment at which numbers are made: a grid step, a record when levels.emit says so, or a commit.
struct Step {
  bool commit = false;
  bool provisional = false;
  bool market_halted = false;
  bool partial_session = false;
  bool nothing_traded = false;  // a commit without any trade: INSUFFICIENT, GAP
  bool everything = false;      // anew, whether it changed or not
  bool minute = false;          // a whole minute, or the first of a session: families of the minute too
  std::uint32_t flags = 0;      // LATE_COMMIT and the like, on every level
  std::array<BenchmarkState, kBenchmarkRoles> benchmarks;
  double volume_share = 1.0;         // of a usual session's volume, done by the end of this minute
  std::uint64_t sampled_ns = 0;      // newest sample of prices, for rolling_price_e9
  std::uint8_t rolling_windows = 0;  // bit k: from that sample kRollingWindowsNs[k] reaches back no further than the open

  bool shares_inputs_with(const Step& other) const noexcept {  // what members look at beside themselves is the same
    return volume_share == other.volume_share && sampled_ns == other.sampled_ns && rolling_windows == other.rolling_windows &&
           benchmarks == other.benchmarks;
  }
};

// Everything a formula may look at. `lanes` and `step_lanes` point at the family's own sums.
struct ScopeContext {
  const std::int64_t* lanes = nullptr;
  const std::int64_t* step_lanes = nullptr;
  ScopeKind kind = ScopeKind::kBasket;
  std::uint32_t session = 0;  // yyyymmdd
  bool commit = false;        // a CLOSE commit, provisional or final
  bool provisional = false;
  bool market_halted = false;
  std::uint32_t n_members = 0;  // listed members of the session's roster
  std::uint32_t eligible = 0;   // members with a reference price: E
  std::uint32_t traded = 0;     // of E, traded this session: T
  std::uint32_t flags = 0;      // flags of the scope that every number carries
  std::uint32_t price_gap_members = 0;
  std::uint32_t session_gap_members = 0;
  std::uint32_t approx_cancel_members = 0;
  std::uint32_t stale_members = 0;   // of T: not halted, and silent for longer than is usual
  std::uint8_t rolling_windows = 0;  // as in Step
  bool partial_session = false;      // the engine started after the open
  std::array<BenchmarkState, kBenchmarkRoles> benchmarks;
  std::span<const Derived* const> baskets;    // of a wave its own, of the thesis all; of a basket none
  std::span<const Derived* const> children;   // of those the ones that the index is the mean of: of the thesis compute and physical
  std::span<const Derived* const> suppliers;  // of those the suppliers
  std::span<const PoolMember> members;        // of the session
  const MemberMoves* moves = nullptr;         // by dense id; for families that gather
  const Closing* closing = nullptr;           // at a commit
  std::span<const SymbolState> states;        // by dense id; for families of the minute
  std::array<const Derived*, kWaveNames.size()> waves{};  // of the thesis: by wave; nothing where the universe has no such basket
  const ThesisThresholds* thresholds = nullptr;
  std::span<double> scratch;
  std::span<const MemberFundamentals> fundamentals;  // by dense id, of the session
  std::span<RankRow> rank_scratch;                   // one a symbol
  Derived* derived = nullptr;
  const CoverageRule* coverage = nullptr;  // by output of the family
  const std::uint8_t* wanted = nullptr;    // by output of the family: whether somebody looks; nullptr = at all of them
  FamilyMask read = kAllFamilies;
  bool is_read = true;  // whether what the family leaves in `derived` is looked at before the next commit

  const MemberMove& move(const PoolMember& member, std::size_t window) const noexcept { return moves[member.symbol][window]; }
  std::uint32_t price_flags() const noexcept { return price_gap_members > 0 ? kFlagFeedGap : 0U; }
  std::uint32_t fresh_flags() const noexcept { return price_flags() | (stale_members > 0 ? kFlagStaleMembers : 0U); }
  std::uint32_t session_flags() const noexcept {
    return (session_gap_members > 0 ? kFlagFeedGap : 0U) | (partial_session ? kFlagPartialSession : 0U) |
           (approx_cancel_members > 0 ? kFlagApproxCancel : 0U);
  }
  bool wants(std::size_t output) const noexcept { return wanted == nullptr || wanted[output] != 0; }
  bool wants_any(std::size_t first, std::size_t count) const noexcept {
    return wanted == nullptr || std::memchr(wanted + first, 1, count) != nullptr;
  }
  bool covered(std::size_t output, std::uint32_t n_valid) const noexcept { return n_valid >= coverage[output].required(n_members); }
};

// Takes a family's numbers; the rest of the validity order (HALTED_MARKET, STALE_INPUT, PROVISIONAL, OK) is decided here, once.
struct OutputExtra {
  std::uint32_t flags = 0;
  bool warmup = false;
  bool stale = false;
};
class Output {
 public:
  using Extra = OutputExtra;
  Output(Level* levels, const ScopeContext& context) noexcept : levels_(levels), context_(context) {}
  void value(std::size_t output, double value, std::uint32_t n_valid, Extra extra = {}) noexcept {
    GS_ASSERT(std::isfinite(value));
    const Validity validity = extra.warmup             ? Validity::kWarmup
                              : context_.market_halted ? Validity::kHaltedMarket
                              : extra.stale            ? Validity::kStaleInput
                              : context_.provisional   ? Validity::kProvisional
                                                       : Validity::kOk;
    put(output, value, validity, 1, n_valid, extra.flags);
  }
  void absent(std::size_t output, Validity validity, std::uint32_t n_valid, std::uint32_t flags = 0) noexcept {
    put(output, 0.0, validity, 0, n_valid, flags);
  }
  void members(std::size_t output, std::uint32_t n_members) noexcept { levels_[output].n_members = n_members; }

 private:
  void put(std::size_t output, double value, Validity validity, std::uint8_t present, std::uint32_t n_valid, std::uint32_t flags) noexcept {
    Level& level = levels_[output];
    level.value = value;
    level.validity = validity;
    level.present = present;
    level.n_valid = n_valid;
    level.n_members = context_.n_members;
    level.flags = flags | context_.flags;
  }
  Level* levels_;
  const ScopeContext& context_;
};

// A basket as a ranking family sees it; the output is the family's own.
struct RankedScope {
  ScopeContext context;
  Level* levels = nullptr;

  const Derived& derived() const noexcept { return *context.derived; }
  Output output() const noexcept { return {levels, context}; }
};

struct NoMemory {};
struct NoStepInput {
  friend bool operator==(NoStepInput, NoStepInput) = default;
};

// Numbers that stand on the strength line: its members, flags and staleness are theirs.
class StrengthOutput {
 public:
  StrengthOutput(const StrengthResult& strength, Output& out) noexcept : strength_(strength), out_(out) {}
  void value(std::size_t output, double value) noexcept {
    out_.value(output, value, strength_.n_valid, {.flags = strength_.flags, .stale = strength_.stale});
    out_.members(output, strength_.n_members);
  }
  void absent(std::size_t output, Validity validity) noexcept {
    out_.absent(output, validity, strength_.n_valid, strength_.flags);
    out_.members(output, strength_.n_members);
  }
  void publish(std::size_t output, Validity validity, double number) noexcept {
    validity == Validity::kOk ? value(output, number) : absent(output, validity);
  }

 private:
  const StrengthResult& strength_;
  Output& out_;
};

// Caps of a member's lanes, as kReturnCapE12: a sum over the largest scope stays below 2^62.
inline constexpr std::int64_t kMoneyCapE4 = 100'000'000'000'000'000;  // ten trillion dollars
inline constexpr std::uint64_t kShareVolumeCap = 1'000'000'000'000'000;

inline std::int64_t money_e4(uint128 dollars_e9) noexcept {  // 1e-9 -> 1e-4 dollar, half away from zero
  const uint128 rounded = (dollars_e9 >> 64) == 0 && static_cast<std::uint64_t>(dollars_e9) < UINT64_MAX - 50'000
                              ? uint128{(static_cast<std::uint64_t>(dollars_e9) + 50'000) / 100'000}
                              : (dollars_e9 + 50'000) / 100'000;
  return rounded > static_cast<uint128>(kMoneyCapE4) ? kMoneyCapE4 : static_cast<std::int64_t>(rounded);
}

}  // namespace groundswell::signal
