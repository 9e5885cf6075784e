// The reference model, third part: what a basket, wave or the thesis looks like at an instant, and what it remembers of a session. Every
// number of every section is computed from a Scope and the list of earlier Facts.
#pragma once

#include "support/reference/market.hpp"

namespace groundswell::reference {

inline constexpr std::array<std::uint32_t, 3> kExtremes{20, 63, 252};

struct Benchmark {  // at an instant
  bool configured = false;
  Symbol symbol;
  bool stale = false;          // last trade more than 5 s (and a bar) ago
  bool traded_before = false;  // in the session before
  bool known() const { return symbol.listed; }
  bool has_return() const { return symbol.traded && symbol.ref_e9 > 0; }
};
using Benchmarks = std::array<Benchmark, kBenchmarkRoles>;

// What one session leaves of one scope. Indices: 0 equal, 1 capital, 2 price weighted.
struct IndexFacts {
  std::optional<Real> session_return;  // enough members, or baskets
  bool can_start = false;              // enough of them have had a close
  Validity why = Validity::kInsufficient;
  Real carried = 0;  // share of the weight that is of members which have not traded
  std::uint32_t n_valid = 0, n_started = 0, n_members = 0, flags = 0;
};
struct Facts {
  std::uint32_t session = 0, n_members = 0, eligible = 0, traded = 0;
  std::int64_t adv = 0, dec = 0;
  std::int64_t up_shares = 0, down_shares = 0, unchanged_shares = 0;
  std::int64_t up_e4 = 0, down_e4 = 0, unchanged_e4 = 0;
  std::uint32_t with_volume = 0;
  std::array<std::int64_t, 3> highs{}, lows{};
  std::array<std::uint32_t, 3> with_extremes{};
  std::array<IndexFacts, 3> index;
  struct Bench {
    bool known = false, traded = false, has_return = false, traded_before = false;
    Real ratio = 1;
    int128 return_e12 = 0;
  };
  std::array<Bench, kBenchmarkRoles> bench;
  std::optional<Real> excess;           // B6: daily log excess over the primary benchmark, of a wave the mean over its baskets
  std::optional<std::int64_t> gap_e12;  // C3: followers less leaders
  std::optional<Real> absorption;       // C6, of a commit
  std::optional<Real> rank;             // B7, of a commit

  bool covered(std::uint32_t n) const { return n >= Coverage{}.needed(n_members); }
  std::int64_t net() const { return adv - dec; }
  Real ad_percent() const { return traded == 0 ? 0 : 100 * static_cast<Real>(net()) / traded; }
  Real ratio_adjusted() const { return adv + dec == 0 ? 0 : 1000 * static_cast<Real>(net()) / static_cast<Real>(adv + dec); }
};
using History = std::vector<const Facts*>;  // of the sessions in which anything traded, the newest last

enum class Kind { kBasket, kWave, kThesis };

struct Scope {
  std::string name;
  Kind kind = Kind::kBasket;
  std::vector<std::uint32_t> ids;      // distinct members of the session
  std::vector<Symbol> members;         // the same
  std::vector<Role> roles;             // theirs in this pool
  std::vector<bool> supplies;          // whether they are in a supplier basket
  std::vector<std::size_t> suppliers;  // of the thesis: baskets of the compute and physical waves that are paid by the spenders
  std::vector<std::size_t> children;   // of a wave or the thesis: baskets whose returns its index averages
  History past;                        // as of the last roll
  Facts now;
  bool commit = false, provisional = false, market_halted = false, late = false, revised = false, partial = false;
  std::uint32_t session = 0;
  Benchmarks benchmarks;

  History sessions() const {  // the running one included
    History all = past;
    all.push_back(&now);
    return all;
  }
  bool any(bool Symbol::*what) const {
    return std::any_of(members.begin(), members.end(), [&](const Symbol& s) { return s.*what; });
  }
  std::uint32_t own_flags() const {  // of every number
    return (any(&Symbol::halted) ? kFlagHaltedMembers : 0U) | (any(&Symbol::suspect) || any(&Symbol::held) ? kFlagSuspectMembers : 0U) |
           (revised ? kFlagRevised : 0U) | (late ? kFlagLateCommit : 0U) | (provisional ? kFlagProvisional : 0U);
  }
  std::uint32_t price_flags() const { return any(&Symbol::price_gap) ? kFlagFeedGap : 0U; }
  std::uint32_t session_flags() const {  // of volumes, highs and lows
    return (any(&Symbol::session_gap) ? kFlagFeedGap : 0U) | (partial ? kFlagPartialSession : 0U);
  }
  std::uint32_t fresh_flags() const {
    const bool stale = std::any_of(members.begin(), members.end(), [](const Symbol& s) { return s.counts() && !s.halted && s.stale; });
    return price_flags() | (stale ? kFlagStaleMembers : 0U);
  }

  // The order of validities: INSUFFICIENT, WARMUP and UNDEFINED are the formula's to say; the rest is the same for all.
  Number number(const Result& result, std::uint32_t n_valid, std::uint32_t flags, bool stale = false) const {
    Number n{.validity = result.why, .value = result.value, .n_valid = n_valid, .n_members = now.n_members, .flags = flags | own_flags()};
    if (result.why != Validity::kOk) return n;
    if (market_halted && !commit) {
      n.validity = Validity::kHaltedMarket;
    } else if (stale) {
      n.validity = Validity::kStaleInput;
    } else if (provisional) {
      n.validity = Validity::kProvisional;
    }
    return n;
  }
  // A number of n members: INSUFFICIENT when they are too few.
  Number of_members(std::uint32_t n, const Result& result, std::uint32_t flags, bool stale = false) const {
    return number(now.covered(n) ? result : Result(Validity::kInsufficient), n, flags, stale);
  }
};

inline std::int64_t dollars_e4(uint128 dollars_e9) { return static_cast<std::int64_t>((dollars_e9 + 50'000) / 100'000); }

// Highs and lows of N prior sessions, of those in which it traded. Nothing: fewer sessions, or no bar in them.
inline std::optional<std::pair<std::int64_t, std::int64_t>> prior_extremes(const Symbol& s, std::size_t sessions) {
  if (s.past.size() < sessions) return std::nullopt;
  std::int64_t high = 0, low = 0;
  for (std::size_t i = s.past.size() - sessions; i < s.past.size(); ++i) {
    if (s.past[i].high_e9 == 0) continue;
    high = std::max(high, s.past[i].high_e9);
    low = low == 0 ? s.past[i].low_e9 : std::min(low, s.past[i].low_e9);
  }
  if (high == 0) return std::nullopt;
  return std::pair{high, low};
}

inline void count_members(const Scope& scope, Facts& f) {
  for (const Symbol& s : scope.members) {
    f.n_members += s.listed;
    f.eligible += s.eligible();
    if (!s.counts()) continue;
    ++f.traded;
    f.adv += s.direction() > 0;
    f.dec += s.direction() < 0;
    if (s.volume_shares > 0) {  // all of its volume is of the class that it is in now
      ++f.with_volume;
      (s.direction() > 0   ? f.up_shares
       : s.direction() < 0 ? f.down_shares
                           : f.unchanged_shares) += static_cast<std::int64_t>(s.volume_shares);
      (s.direction() > 0 ? f.up_e4 : s.direction() < 0 ? f.down_e4 : f.unchanged_e4) += dollars_e4(s.dollars_e9);
    }
    for (std::size_t k = 0; k < kExtremes.size(); ++k) {
      const auto prior = prior_extremes(s, kExtremes[k]);
      if (!prior) continue;
      ++f.with_extremes[k];
      f.highs[k] += s.high_e9 != 0 && s.high_e9 > prior->first;
      f.lows[k] += s.low_e9 != 0 && s.low_e9 < prior->second;
    }
  }
}

// B1. Of members: the mean of their returns, or the change of what they are worth together.
inline void index_of_members(const Scope& scope, Facts& f) {
  int128 returns_e12 = 0;
  std::array<int128, 3> worth_now{}, worth_before{}, carried{};
  bool shares_missing = false, listed_shares_missing = false;
  for (const Symbol& s : scope.members) {
    listed_shares_missing |= s.listed && s.float_shares <= 0;
    if (!s.eligible()) continue;
    shares_missing |= s.float_shares <= 0;
    returns_e12 += simple_return(s.last_e9, s.ref_e9);
    const auto capital = [&](std::int64_t price_e9) {
      return s.float_shares <= 0 ? 0 : dollars_e4(static_cast<uint128>(s.float_shares) * static_cast<uint128>(price_e9));
    };
    const std::array<int128, 3> now{1, capital(s.last_e9), s.last_e9}, before{1, capital(s.ref_e9), s.ref_e9};
    for (std::size_t k = 0; k < 3; ++k) {
      worth_now[k] += now[k];
      worth_before[k] += before[k];
      if (!s.traded) carried[k] += now[k];
    }
  }
  for (std::size_t k = 0; k < 3; ++k) {
    IndexFacts& index = f.index[k];
    const bool capital = k == 1;
    index.n_members = f.n_members;
    index.n_valid = f.eligible;
    index.n_started = f.n_members;
    index.can_start = f.covered(f.n_members) && !(capital && listed_shares_missing);
    if (worth_now[k] > 0) index.carried = Real(carried[k]) / Real(worth_now[k]);
    index.flags =
        scope.price_flags() | (5 * carried[k] > worth_now[k] ? kFlagCarried : 0U) | (capital && shares_missing ? kFlagNoShares : 0U);
    if (!f.covered(f.eligible)) continue;
    if (capital && shares_missing) {
      index.why = Validity::kUndefined;
    } else if (k == 0) {
      index.session_return = static_cast<Real>(returns_e12) / f.eligible / 1e12L;
    } else {
      index.session_return = static_cast<Real>(worth_now[k] - worth_before[k]) / static_cast<Real>(worth_before[k]);
    }
  }
}

inline bool has_started(const History& past, const Facts& now, bool commit, std::size_t index) {
  for (const Facts* f : past) {
    if (f->index[index].can_start) return true;
  }
  return commit && now.index[index].can_start;
}
// A wave's and the thesis's index: the mean over baskets whose own has started. Of a wave one basket is enough to speak of coverage.
inline void index_of_baskets(const Scope& scope, const std::vector<Scope>& scopes, Facts& f) {
  for (std::size_t k = 0; k < 3; ++k) {
    IndexFacts& index = f.index[k];
    Real total = 0, carried = 0;
    for (const std::size_t child : scope.children) {
      const Scope& basket = scopes[child];
      index.flags |= basket.now.index[k].flags & ~kFlagCarried;
      index.n_started += has_started(basket.past, basket.now, scope.commit, k);
      if (!basket.now.index[k].session_return || !has_started(basket.past, basket.now, false, k)) continue;
      total += *basket.now.index[k].session_return;
      carried += basket.now.index[k].carried;
      ++index.n_valid;
    }
    if (index.n_valid > 0) index.carried = carried / index.n_valid;  // baskets weigh alike
    if (index.carried > 0.2L + 1e-15L) index.flags |= kFlagCarried;
    index.n_members = static_cast<std::uint32_t>(scope.children.size());
    const Coverage rule{.at_least = scope.kind == Kind::kThesis ? 3U : 1U};
    index.can_start = index.n_started >= rule.needed(index.n_members);
    if (index.n_valid >= rule.needed(index.n_members)) index.session_return = total / index.n_valid;
  }
}

inline void benchmark_facts(const Scope& scope, Facts& f) {
  for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
    const Benchmark& b = scope.benchmarks[role];
    f.bench[role] = {.known = b.known(), .traded = b.symbol.traded, .has_return = b.has_return(), .traded_before = b.traded_before};
    if (!b.has_return()) continue;
    f.bench[role].ratio = static_cast<Real>(b.symbol.last_e9) / static_cast<Real>(b.symbol.ref_e9);
    f.bench[role].return_e12 = simple_return(b.symbol.last_e9, b.symbol.ref_e9);
  }
}

// `scopes`: baskets come first, so that a wave finds theirs made.
inline Facts facts_of(const Scope& scope, const std::vector<Scope>& scopes) {
  Facts f;
  f.session = scope.session;
  count_members(scope, f);
  scope.kind == Kind::kBasket ? index_of_members(scope, f) : index_of_baskets(scope, scopes, f);
  benchmark_facts(scope, f);
  return f;
}

}  // namespace groundswell::reference
