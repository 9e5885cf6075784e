// Who is in which basket, and when: the roster file as plain data. Loaded by src/config, read by the fold, the simulator and the consoles.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "groundswell/filing.hpp"

namespace groundswell {

enum class Wave : std::uint8_t { kCompute = 1, kPhysical = 2, kMonetization = 3 };
inline constexpr std::array<std::string_view, 3> kWaveNames{"compute", "physical", "monetization"};  // index: wave number - 1

enum class Role : std::uint8_t { kFollower = 0, kLeader = 1, kSpender = 2 };  // in rising precedence when a symbol has several
inline constexpr std::array<std::string_view, 3> kRoleNames{"follower", "leader", "spender"};

struct Member {
  std::string symbol;  // permanent id
  Role role = Role::kFollower;
  std::uint32_t from_session = 0;       // yyyymmdd, inclusive; 0 = always
  std::uint32_t to_session = 99991231;  // yyyymmdd, exclusive
};

struct Basket {
  std::string id;  // [a-z0-9_]+
  std::string name;
  Wave wave = Wave::kCompute;
  std::vector<Member> members;  // file order
  bool supplier = true;         // counts among those who are paid by the spenders; of the compute and physical waves only

  bool supplies() const noexcept { return supplier && wave != Wave::kMonetization; }
};

enum class BenchmarkRole : std::uint8_t { kPrimary = 0, kGrowth = 1, kEqualWeight = 2 };
inline constexpr std::size_t kBenchmarkRoles = 3;
inline constexpr std::array<std::string_view, kBenchmarkRoles> kBenchmarkRoleNames{"primary", "growth", "equal_weight"};

struct Universe {
  std::string version;
  std::array<std::string, kBenchmarkRoles> benchmarks;  // symbol by BenchmarkRole; only primary is required, "" = none
  std::vector<Basket> baskets;                          // file order
};

// Distinct symbols of the universe in file order, benchmarks last: the order in which a live recording gives out dense ids.
std::vector<std::string> universe_symbols(const Universe& universe);

struct SharesRow {  // shares.csv
  std::string symbol;
  std::uint32_t effective_session = 0;  // yyyymmdd
  std::int64_t float_shares = 0;
};

struct ActionRow {  // actions.csv: a corporate action, applied once at the roll of its ex-session
  std::string symbol;
  std::uint32_t ex_session = 0;                       // yyyymmdd
  std::string type;                                   // split | spin | cash | special
  std::int64_t price_factor_e12 = 0;                  // 1e-12; 0 = derive from cash: (C - D) / C with C the carried close
  std::int64_t share_factor_e12 = 1'000'000'000'000;  // 1e-12
  std::int64_t cash_e9 = 0;                           // 1e-9 dollar a share
};

inline constexpr std::string_view kHistoryFeed = "history";  // in aliases: the recording that [history] names

struct AliasRow {  // aliases.csv: in these sessions `feed` calls the symbol `name`
  std::string feed, name;
  std::uint32_t from_session = 0;       // yyyymmdd, inclusive; 0 = always
  std::uint32_t to_session = 99991231;  // yyyymmdd, exclusive
  std::string symbol;
};

// What changes while an engine runs, from one session to the next: the fold's part of it.
struct ReferenceData {
  Universe universe;
  std::vector<SharesRow> shares;
  std::vector<ActionRow> actions;
  std::vector<Filing> filings;
};

// How long a symbol stays out of its baskets that opened as if a corporate action had not been told: until the next session, or until an
// action of that session or a later one is told.
enum class Suspicion : std::uint8_t { kSession, kLatched };

// What a trade with a set of sale conditions may do. A trade qualifies for a column only if all its codes do.
struct Eligibility {
  bool high_low = true;
  bool last = true;
  bool last_if_first = false;       // sets last only when it is the session's first last-eligible trade
  bool last_if_same_venue = false;  // sets last only when the venue that set the current one sends it (or it is the first)
  bool volume = true;
  bool vwap = true;
  bool opening = false;          // an opening print: counts whatever its time
  bool closing = false;          // a closing print: counts until the final commit
  bool official_close = false;   // a market's official close: counts when that is the primary market
  bool corrected_close = false;  // the corrected consolidated close: goes before every other one
  bool unknown = false;          // a code that the table does not have: volume only, counted
  friend bool operator==(const Eligibility&, const Eligibility&) = default;
};

}  // namespace groundswell
