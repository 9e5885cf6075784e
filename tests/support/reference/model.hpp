// The reference model, last part: records in, numbers out. It runs the instants that are due before each record, as the fold must, and says
// of each what every scope and every member should publish.
#pragma once

#include <deque>

#include "support/reference/breadth.hpp"
#include "support/reference/members.hpp"
#include "support/reference/moment.hpp"
#include "support/reference/participation.hpp"
#include "support/reference/strength.hpp"

namespace groundswell::reference {

struct Instant {
  std::uint64_t time_ns = 0;
  bool commit = false, provisional = false, late = false;
  bool first = false;    // step of its session
  bool revised = false;  // the commit runs once more, after a correction
};

class Model {
 public:
  explicit Model(Setup setup) : setup_(std::move(setup)), market_(setup_) {
    const auto& baskets = setup_.universe.baskets;
    for (std::size_t b = 0; b < baskets.size(); ++b) pools_.push_back({baskets[b].id, Kind::kBasket, {b}, {}, {}});
    const std::size_t n_baskets = pools_.size();
    for (std::size_t w = 0; w < kWaveNames.size(); ++w) {
      Pool wave{"wave:" + std::string(kWaveNames[w]), Kind::kWave, {}, {}, {}};
      for (std::size_t b = 0; b < n_baskets; ++b) {
        if (static_cast<std::size_t>(baskets[b].wave) == w + 1) wave.baskets.push_back(b);
      }
      wave.children = wave.baskets;
      if (!wave.baskets.empty()) pools_.push_back(wave);
    }
    Pool thesis{"thesis", Kind::kThesis, {}, {}, {}};
    for (std::size_t b = 0; b < n_baskets; ++b) {
      thesis.baskets.push_back(b);
      if (baskets[b].wave != Wave::kMonetization) thesis.children.push_back(b);
    }
    pools_.push_back(thesis);
    for (std::uint32_t id = 0; id < setup_.symbols.size(); ++id) betas_[id];
  }

  Model(const Model&) = delete;  // parts of it look at each other
  Model& operator=(const Model&) = delete;

  // Calls visit(instant) at each instant that is due, in order; numbers() and symbol_numbers() answer for it until visit returns.
  template <class Visit>
  void apply(const Record& record, Visit&& visit) {
    if (const std::uint64_t time_ns = event_time_ns(record); time_ns > now_ns_) {
      while (const std::optional<Instant> due = next_before(time_ns)) run(*due, visit);
      now_ns_ = time_ns;
    }
    if (record.kind == RecordKind::kSessionRoll) apply_roll(record.roll, visit);
    if (record.kind == RecordKind::kTick && market_.take(record, now_ns_, closed_ && roll_.session != 0)) revises_ |= closed_;
    if (record.kind == RecordKind::kPulse && revises_) run({.time_ns = now_ns_, .commit = true, .revised = true}, visit);
    if (record.kind == RecordKind::kGap && record.gap.cause != GapCause::kJoin) market_.take_gap(record.feed, now_ns_);
  }

  // By scope: baskets in file order, waves, thesis.
  std::vector<std::string> scope_names() const {
    std::vector<std::string> names;
    for (const Pool& pool : pools_) names.push_back(pool.name);
    return names;
  }
  std::vector<Numbers> numbers() const {
    std::vector<Numbers> all(scopes_.size());
    for (std::size_t i = 0; i < scopes_.size(); ++i) scope_numbers(scopes_[i], all[i]);
    ranks(scopes_, all);
    strength_diffusion(scopes_.back(), scopes_, all.back());
    if (!nothing_traded_) return all;
    for (std::size_t i = 0; i < scopes_.size(); ++i) {
      for (auto& [id, number] : all[i]) number = scopes_[i].number(Validity::kInsufficient, 0, kFlagGap);
    }
    return all;
  }
  std::map<std::uint32_t, Numbers> symbol_numbers() const {  // by dense id, of members
    std::map<std::uint32_t, Numbers> all;
    const Scope& thesis = scopes_.back();
    ratings(thesis, all);
    symbol_betas(thesis, betas_, all);
    if (!nothing_traded_) return all;
    for (std::size_t i = 0; i < thesis.ids.size(); ++i) {
      for (auto& [id, number] : all[thesis.ids[i]]) number = symbol_number(thesis, thesis.members[i], Validity::kInsufficient, kFlagGap);
    }
    return all;
  }
  std::uint32_t session() const { return roll_.session; }
  const std::vector<Scope>& scopes() const { return scopes_; }

 private:
  struct Pool {
    std::string name;
    Kind kind;
    std::vector<std::size_t> baskets;   // whose members it pools
    std::vector<std::size_t> children;  // whose returns its index averages
    std::deque<Facts> past;
  };

  std::optional<Instant> next_before(std::uint64_t time_ns) const {
    std::optional<Instant> next;
    const auto offer = [&](const Instant& instant) {
      if (instant.time_ns < time_ns && (!next || instant.time_ns < next->time_ns)) next = instant;
    };
    if (next_step_ns_ != 0 && next_step_ns_ <= roll_.close_ns)
      offer({.time_ns = next_step_ns_, .first = next_step_ns_ == first_step_ns_});  // at equal time in this order
    if (!closed_ && !provisional_done_ && roll_.provisional_ns != 0)
      offer({.time_ns = roll_.provisional_ns, .commit = true, .provisional = true});
    if (!closed_) offer({.time_ns = roll_.final_ns, .commit = true});
    return next;
  }
  template <class Visit>
  void run(const Instant& instant, Visit& visit) {
    now_ns_ = std::max(now_ns_, instant.time_ns);
    look(instant);
    visit(instant);
    if (!instant.commit) next_step_ns_ += setup_.grid_step_ns;
    revises_ &= !instant.commit;
    if (instant.provisional) provisional_done_ = true;
    if (instant.commit && !instant.provisional) closed_ = true, next_step_ns_ = 0;
  }
  template <class Visit>
  void apply_roll(const SessionRoll& roll, Visit& visit) {
    if (roll.session < roll_.session) return;
    if (roll.session == roll_.session) {  // before its close a session's instants may be amended, and nothing else of it
      if (now_ns_ >= roll_.close_ns) return;
      const SessionRoll before = roll_;
      roll_ = roll;
      roll_.open_ns = before.open_ns;
      roll_.flags = before.flags;
      market_.amend(roll_);
      return;
    }
    if (!closed_) {
      now_ns_ = std::max(now_ns_, roll_.open_ns);
      run({.time_ns = now_ns_, .commit = true, .late = true}, visit);
    } else if (revises_) {
      run({.time_ns = now_ns_, .commit = true, .revised = true}, visit);
    }
    remember();
    const std::uint32_t before = roll_.session;
    roll_ = roll;
    const std::uint64_t from_ns = std::max(roll.open_ns, now_ns_);  // steps that have passed are not made up
    first_step_ns_ = (from_ns / setup_.grid_step_ns + 1) * setup_.grid_step_ns;
    market_.roll(roll, now_ns_, first_step_ns_);
    for (std::uint32_t id = 0; id < setup_.symbols.size(); ++id) market_.set_rostered(id, in_roster(setup_.symbols[id]));
    traded_before_ = before != 0 && !nothing_traded_ ? traded_ : traded_before_;
    closed_ = provisional_done_ = false;
    next_step_ns_ = roll.mode == SessionMode::kLive ? first_step_ns_ : 0;
  }
  void remember() {  // the session that ends, as its last commit saw it
    if (roll_.session == 0 || nothing_traded_) return;
    for (std::size_t i = 0; i < pools_.size(); ++i) pools_[i].past.push_back(scopes_[i].now);
    for (auto& [id, line] : betas_) line.take(symbol_pair(market_.symbol_at_close(id, now_ns_), scopes_.back().now.bench[0]));
  }
  bool effective(const Member& member) const { return member.from_session <= roll_.session && roll_.session < member.to_session; }
  bool in_roster(const std::string& symbol) const {
    for (const Basket& basket : setup_.universe.baskets) {
      for (const Member& member : basket.members) {
        if (member.symbol == symbol && effective(member)) return true;
      }
    }
    return false;
  }
  std::uint32_t id_of(const std::string& symbol) const {
    return static_cast<std::uint32_t>(std::find(setup_.symbols.begin(), setup_.symbols.end(), symbol) - setup_.symbols.begin());
  }

  // All scopes as of an instant: everything that has come by now is known.
  void look(const Instant& instant) {
    instant_ = instant;
    const auto symbol_now = [&](std::uint32_t id) {
      return instant.commit ? market_.symbol_at_close(id, now_ns_) : market_.symbol(id, instant.time_ns);
    };
    nothing_traded_ = instant.commit && !market_.anything_traded(now_ns_);
    Benchmarks benchmarks;
    for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
      const std::string& name = setup_.universe.benchmarks[role];
      if (name.empty()) continue;
      Benchmark& b = benchmarks[role];
      b.configured = true;
      b.symbol = symbol_now(id_of(name));
      b.stale = !instant.commit && b.symbol.traded && instant.time_ns > b.symbol.last_ns + 5 * kSecondNs + b.symbol.bar_length_ns;
      b.traded_before = traded_before_[role];
      traded_[role] = b.symbol.traded;
    }
    scopes_.clear();
    scopes_.resize(pools_.size());
    for (std::size_t i = 0; i < pools_.size(); ++i) {
      Scope& s = scopes_[i];
      s.name = pools_[i].name;
      s.kind = pools_[i].kind;
      s.ids = members_of(pools_[i]);
      for (const std::uint32_t id : s.ids) s.members.push_back(symbol_now(id));
      s.children = pools_[i].children;
      for (const std::uint32_t id : s.ids) {
        s.roles.push_back(role_of(pools_[i], setup_.symbols[id]));
        s.supplies.push_back(is_supplier(setup_.symbols[id]));
      }
      for (std::size_t b = 0; b < setup_.universe.baskets.size(); ++b) {
        if (s.kind == Kind::kThesis && setup_.universe.baskets[b].supplies()) s.suppliers.push_back(b);
      }
      for (const Facts& facts : pools_[i].past) s.past.push_back(&facts);
      s.commit = instant.commit;
      s.provisional = instant.provisional;
      s.late = instant.late;
      s.revised = instant.revised;
      s.market_halted = market_.market_halted(now_ns_);
      s.partial = (roll_.flags & kRollStartedLate) != 0;
      s.session = roll_.session;
      s.benchmarks = benchmarks;
      s.now = facts_of(s, scopes_);
      s.now.excess = daily_excess(s, scopes_).value;
      if (const Gap gap = follower_gap(s); gap.why == Validity::kOk) s.now.gap_e12 = gap.gap_e12;
      if (s.commit && s.kind != Kind::kWave) s.now.absorption = absorption_of(s, scopes_).ratio.value;
    }
    if (!instant.commit) return;
    for (const auto& [basket, own] : ranked(scopes_)) scopes_[basket].now.rank = own.place.value;
  }
  // The strongest that a symbol has in the pool: spender, leader, follower.
  Role role_of(const Pool& pool, const std::string& symbol) const {
    Role role = Role::kFollower;
    for (const std::size_t basket : pool.baskets) {
      for (const Member& member : setup_.universe.baskets[basket].members) {
        if (member.symbol == symbol && effective(member)) role = std::max(role, member.role);
      }
    }
    return role;
  }
  bool is_supplier(const std::string& symbol) const {
    for (const Basket& basket : setup_.universe.baskets) {
      for (const Member& member : basket.members) {
        if (member.symbol == symbol && effective(member) && basket.supplies()) return true;
      }
    }
    return false;
  }
  std::vector<std::uint32_t> members_of(const Pool& pool) const {
    std::vector<std::uint32_t> ids;
    for (const std::size_t basket : pool.baskets) {
      for (const Member& member : setup_.universe.baskets[basket].members) {
        if (effective(member)) ids.push_back(id_of(member.symbol));
      }
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }

  void scope_numbers(const Scope& s, Numbers& out) const {
    advance_decline(s, out);
    up_down_volume(s, out);
    arms(s, out);
    mcclellan(s, out);
    if (s.commit) breadth_thrust(s, out);
    above_average(s, instant_.time_ns, out);
    new_highs_lows(s, out);
    relative_volume(s, day_share(), out);
    if (!s.commit) tick_breadth(s, out);
    if (!s.commit) {
      const std::uint64_t period_ns = 5 * kSecondNs;
      const std::uint64_t first_sample_ns = (first_step_ns_ + period_ns - 1) / period_ns * period_ns;
      const auto price_then = [&](std::uint32_t id, std::uint64_t then_ns) { return market_.price_at(id, then_ns); };
      rolling_breadth(s, instant_.time_ns, roll_.open_ns, first_sample_ns, price_then, out);
    }
    indices(s, out);
    for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
      std::string name = setup_.universe.benchmarks[role];
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      if (!name.empty()) relative_strength(s, role, name, out);
    }
    strength_extremes(s, out);
    mansfield(s, out);
    rotation(s, out);
    strength_scores(s, scopes_, out);
    outperformance(s, out);
    beta(s, out);
    concentration(s, out);
    weighting_spread(s, out);
    if (s.kind != Kind::kWave) follower_score(s, out);
    dispersion(s, out);
    if (s.commit) average_correlation(s, out);
    if (s.commit && s.kind != Kind::kWave) absorption(s, scopes_, out);
    diffusion(s, out);
  }
  Real day_share() const {
    if (instant_.commit) return 1;
    return setup_.volume_curve.share(instant_.time_ns - roll_.open_ns, roll_.close_ns - roll_.open_ns);
  }

  const Setup setup_;
  Market market_;
  std::vector<Pool> pools_;
  std::map<std::uint32_t, BetaLine> betas_;  // by dense id, of the sessions before
  SessionRoll roll_{};
  std::uint64_t now_ns_ = 0, next_step_ns_ = 0, first_step_ns_ = 0;
  bool closed_ = true, provisional_done_ = false, revises_ = false;
  std::array<bool, kBenchmarkRoles> traded_{}, traded_before_{};

  // At the instant.
  Instant instant_;
  bool nothing_traded_ = false;
  std::vector<Scope> scopes_;
};

}  // namespace groundswell::reference
