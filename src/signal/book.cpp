#include "signal/book.hpp"

#include <algorithm>
#include <cstring>

#include "base/sha256.hpp"
#include "signal/difference.hpp"
#include "signal/registry.hpp"

namespace groundswell::signal {
namespace {

// Lanes that every formula needs, kept before the families' own.
enum CommonLane : std::size_t { kListed, kEligible, kTraded, kHalted, kPriceGap, kSessionGap, kSuspect, kStale, kCommonLanes };

constexpr std::size_t kRowLanes = round_up_to_line(kCommonLanes + AllSignals::kLanes);
constexpr std::size_t kStepRowLanes = round_up_to_line(AllSignals::kStepLanes);
struct alignas(64) Row {
  std::int64_t lane[kRowLanes];
};
struct alignas(64) StepRow {
  std::int64_t lane[kStepRowLanes];
};

constexpr auto kCatalog = AllSignals::catalog();
static_assert(AllSignals::kSignals < 4096, "a level's signal index is 16 bits and consoles keep a block per scope");

void fill_row(const SymbolState& s, Row& row) noexcept {
  const bool eligible = s.ref_e9 > 0;
  row.lane[kListed] = s.listed;
  row.lane[kEligible] = eligible;
  row.lane[kTraded] = eligible & s.traded;
  row.lane[kHalted] = s.halted;
  row.lane[kPriceGap] = s.price_gap;
  row.lane[kSessionGap] = s.session_gap;
  row.lane[kSuspect] = s.suspect;
  row.lane[kStale] = eligible & s.traded & !s.fresh & !s.halted;
  AllSignals::contributions(s, row.lane + kCommonLanes);
  std::fill(row.lane + kCommonLanes + AllSignals::kLanes, std::end(row.lane), 0);
}

void fill_step_row(const SymbolState& s, const AllSignals::StepInputs& inputs, StepRow& row) noexcept {
  AllSignals::step_contributions(s, inputs, row.lane);
  std::fill(row.lane + AllSignals::kStepLanes, std::end(row.lane), 0);
}

using RowDifference = Difference<kRowLanes>;
using StepRowDifference = Difference<kStepRowLanes>;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

// Fills in "{primary}" and the like; nothing when the universe lacks that benchmark.
std::optional<std::string> resolve_id(std::string_view id, const Universe& universe) {
  const std::size_t open = id.find('{');
  if (open == std::string_view::npos) return std::string(id);
  const std::string_view role = id.substr(open + 1, id.find('}') - open - 1);
  const auto at = std::find(kBenchmarkRoleNames.begin(), kBenchmarkRoleNames.end(), role) - kBenchmarkRoleNames.begin();
  const std::string& symbol = universe.benchmarks.at(static_cast<std::size_t>(at));
  if (symbol.empty()) return std::nullopt;
  return std::string(id.substr(0, open)) + lower(symbol);
}

const CoverageRule& rule_for(const BookOptions& options, const std::string& id) {
  const auto own = options.coverage_by_signal.find(id);
  return own == options.coverage_by_signal.end() ? options.coverage : own->second;
}

}  // namespace

std::size_t signal_count() noexcept { return AllSignals::kSignals; }

std::vector<std::uint16_t> symbol_signals() {
  constexpr auto kSignals = AllSignals::symbol_signals();
  return {kSignals.begin(), kSignals.end()};
}

std::vector<CatalogRow> signal_catalog(const Universe& universe, const BookOptions& options) {
  std::vector<CatalogRow> rows;
  for (std::size_t i = 0; i < kCatalog.size(); ++i) {
    const auto id = resolve_id(kCatalog[i].id, universe);
    if (!id) continue;
    std::string text(kCatalog[i].definition);
    const CoverageRule& rule = rule_for(options, *id);
    if (rule.min_members != CoverageRule{}.min_members || rule.share_e4 != CoverageRule{}.share_e4) {
      text += "|coverage=" + std::to_string(rule.min_members) + ":" + std::to_string(rule.share_e4);
    }
    rows.push_back({&kCatalog[i], *id, text, sha256_prefix64(text), static_cast<std::uint16_t>(i)});
  }
  return rows;
}

Result<void> check_signal_ids(const Universe& universe, const BookOptions& options) {
  const auto rows = signal_catalog(universe, options);
  for (const auto& own : options.coverage_by_signal) {
    if (std::none_of(rows.begin(), rows.end(), [&](const CatalogRow& row) { return row.id == own.first; })) {
      return fail(Exit::kConfig, "coverage_by_signal: no signal has the id '" + own.first + "'; `groundswell signals` lists them all");
    }
  }
  return {};
}

struct Book::Impl {
  struct RosterMember {
    std::uint32_t symbol;
    std::uint32_t from_session, to_session;
    Role role;
  };
  struct Scope {
    std::string name;
    ScopeKind kind;
    std::vector<RosterMember> roster;    // of a pool every membership of every basket in it
    std::vector<std::uint32_t> members;  // distinct, of the session; capacity reserved
    Row sums{};
    StepRow step_sums{};
    Derived derived;
    std::vector<const Derived*> children;
    AllSignals::Memory base{}, now{};
    bool dirty = true;
  };
  struct RosterVersion {  // the roster does not change between two of these
    std::uint32_t from_session;
    std::uint64_t hash;
  };

  std::vector<Scope> scopes;
  std::vector<RosterVersion> roster_versions;
  std::uint64_t roster_hash = 0;
  std::uint32_t session = 0;  // yyyymmdd, of the last roll
  std::vector<Row> rows;      // by dense id
  std::vector<StepRow> step_rows;
  std::vector<std::uint32_t> scope_list;  // scopes of a symbol: [scope_first[s], scope_first[s] + scope_size[s])
  std::vector<std::uint32_t> scope_first, scope_size;
  std::vector<std::uint32_t> changed;  // symbols changed since the last step
  std::vector<std::uint8_t> is_changed;
  std::vector<std::uint32_t> rostered;  // distinct members of the session
  Step last_step;
  bool all_changed = true;
  std::array<CoverageRule, AllSignals::kSignals> coverage;
  std::vector<RankedScope> ranked;  // scratch of rank(); capacity reserved
  std::vector<Level> before_rank;
  std::vector<std::uint32_t> universe;  // dense ids, rising
  std::uint32_t benchmark = kNoSubject;
  AllSignals::SymbolMemories symbol_base, symbol_now;
  std::vector<std::int64_t> symbol_scratch;

  std::span<const std::uint32_t> scopes_of(std::uint32_t symbol) const noexcept {
    return {scope_list.data() + scope_first[symbol], scope_size[symbol]};
  }

  ScopeContext context(Scope& scope, const Step& step) const noexcept {
    ScopeContext c;
    c.lanes = scope.sums.lane + kCommonLanes;
    c.step_lanes = scope.step_sums.lane;
    c.kind = scope.kind;
    c.session = session;
    c.commit = step.commit;
    c.provisional = step.provisional;
    c.market_halted = step.market_halted;
    c.partial_session = step.partial_session;
    c.n_members = static_cast<std::uint32_t>(scope.sums.lane[kListed]);
    c.eligible = static_cast<std::uint32_t>(scope.sums.lane[kEligible]);
    c.traded = static_cast<std::uint32_t>(scope.sums.lane[kTraded]);
    c.price_gap_members = static_cast<std::uint32_t>(scope.sums.lane[kPriceGap]);
    c.session_gap_members = static_cast<std::uint32_t>(scope.sums.lane[kSessionGap]);
    c.stale_members = static_cast<std::uint32_t>(scope.sums.lane[kStale]);
    c.rolling_windows = step.rolling_windows;
    c.flags = step.flags | (scope.sums.lane[kHalted] > 0 ? kFlagHaltedMembers : 0U) |
              (scope.sums.lane[kSuspect] > 0 ? kFlagSuspectMembers : 0U) | (step.provisional ? kFlagProvisional : 0U);
    c.benchmarks = step.benchmarks;
    c.children = scope.children;
    c.derived = &scope.derived;
    c.coverage = coverage.data();
    return c;
  }

  void set_roster(std::span<SymbolState> states);
  void rebuild(std::span<SymbolState> states) noexcept;
};

Book::Book(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols,
           const BookOptions& options)
    : impl_(std::make_unique<Impl>()) {
  Impl& m = *impl_;
  const std::size_t n_baskets = universe.baskets.size();
  const auto add_scope = [&](std::string name, ScopeKind kind, auto&& takes) {
    Impl::Scope scope{.name = std::move(name), .kind = kind, .roster = {}, .members = {}, .derived = {}, .children = {}};
    for (std::size_t b = 0; b < n_baskets; ++b) {
      if (!takes(b)) continue;
      for (const Member& member : universe.baskets[b].members) {
        scope.roster.push_back({symbol_ids.at(member.symbol), member.from_session, member.to_session, member.role});
      }
    }
    scope.members.reserve(scope.roster.size());
    if (!scope.roster.empty()) m.scopes.push_back(std::move(scope));
  };
  for (std::size_t b = 0; b < n_baskets; ++b)
    add_scope(universe.baskets[b].id, ScopeKind::kBasket, [&](std::size_t other) { return other == b; });
  for (std::size_t w = 0; w < kWaveNames.size(); ++w) {
    add_scope("wave:" + std::string(kWaveNames[w]), ScopeKind::kWave,
              [&](std::size_t b) { return universe.baskets[b].wave == static_cast<Wave>(w + 1); });
  }
  add_scope("thesis", ScopeKind::kThesis, [](std::size_t) { return true; });
  for (Impl::Scope& scope : m.scopes) {
    for (std::size_t b = 0; b < n_baskets && scope.kind != ScopeKind::kBasket; ++b) {
      const Wave wave = universe.baskets[b].wave;
      const bool child = scope.kind == ScopeKind::kThesis
                             ? wave != Wave::kMonetization
                             : scope.name == "wave:" + std::string(kWaveNames[static_cast<std::size_t>(wave) - 1]);
      if (child) scope.children.push_back(&m.scopes[b].derived);
    }
  }

  for (const std::string& symbol : universe_symbols(universe)) m.universe.push_back(symbol_ids.at(symbol));
  std::sort(m.universe.begin(), m.universe.end());
  if (!universe.benchmarks[0].empty()) m.benchmark = symbol_ids.at(universe.benchmarks[0]);
  std::apply([&](auto&... memories) { (memories.resize(n_symbols), ...); }, m.symbol_base);
  m.symbol_now = m.symbol_base;
  m.symbol_scratch.resize(m.universe.size());
  m.ranked.reserve(n_baskets);
  m.before_rank.reserve(n_baskets * AllSignals::kRankSignals);
  m.rows.resize(n_symbols);
  m.step_rows.resize(n_symbols);
  m.scope_first.resize(n_symbols);
  m.scope_size.resize(n_symbols);
  m.is_changed.resize(n_symbols);
  m.changed.reserve(n_symbols);
  m.rostered.reserve(n_symbols);
  std::size_t memberships = 0;
  for (const Impl::Scope& scope : m.scopes) memberships += scope.roster.size();
  m.scope_list.reserve(memberships);

  const auto catalog = signal_catalog(universe, options);
  for (CoverageRule& rule : m.coverage) rule = options.coverage;
  for (const CatalogRow& row : catalog) m.coverage[row.index] = rule_for(options, row.id);

  // The roster's versions and their hashes, made now so that a roll allocates nothing.
  std::vector<std::uint32_t> changes{0};
  for (const Basket& basket : universe.baskets) {
    for (const Member& member : basket.members) {
      changes.push_back(member.from_session);
      changes.push_back(member.to_session);
    }
  }
  std::sort(changes.begin(), changes.end());
  changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
  for (const std::uint32_t from : changes) {
    std::string text;
    for (const Basket& basket : universe.baskets) {
      for (const Member& member : basket.members) {
        if (member.from_session <= from && from < member.to_session) {
          text += basket.id + "|" + member.symbol + "|" + std::string(kRoleNames[static_cast<std::size_t>(member.role)]) + "\n";
        }
      }
    }
    m.roster_versions.push_back({from, sha256_prefix64(text)});
  }
}

Book::~Book() = default;

std::size_t Book::scope_count() const noexcept { return impl_->scopes.size(); }
const std::string& Book::scope_name(std::size_t scope) const noexcept { return impl_->scopes[scope].name; }
std::uint64_t Book::roster_hash() const noexcept { return impl_->roster_hash; }
std::span<const std::uint32_t> Book::members(std::size_t scope) const noexcept { return impl_->scopes[scope].members; }
bool Book::dirty(std::size_t scope) const noexcept { return impl_->scopes[scope].dirty; }

void Book::Impl::set_roster(std::span<SymbolState> states) {
  const auto after = std::upper_bound(roster_versions.begin(), roster_versions.end(), session,
                                      [](std::uint32_t s, const RosterVersion& version) { return s < version.from_session; });
  roster_hash = std::prev(after)->hash;
  for (SymbolState& state : states) state.rostered = false;
  for (Scope& scope : scopes) {
    scope.members.clear();
    for (const RosterMember& member : scope.roster) {
      if (session < member.from_session || session >= member.to_session) continue;
      scope.members.push_back(member.symbol);
      states[member.symbol].rostered = true;
    }
    std::sort(scope.members.begin(), scope.members.end());  // a pool counts a symbol once
    scope.members.erase(std::unique(scope.members.begin(), scope.members.end()), scope.members.end());
  }
  rostered.clear();
  for (std::uint32_t symbol = 0; symbol < states.size(); ++symbol) {
    if (states[symbol].rostered) rostered.push_back(symbol);
  }
  std::fill(scope_size.begin(), scope_size.end(), 0U);
  for (const Scope& scope : scopes) {
    for (const std::uint32_t symbol : scope.members) ++scope_size[symbol];
  }
  std::uint32_t next = 0;
  for (std::size_t symbol = 0; symbol < scope_size.size(); ++symbol) {
    scope_first[symbol] = next;
    next += scope_size[symbol];
    scope_size[symbol] = 0;
  }
  scope_list.resize(next);
  for (std::uint32_t s = 0; s < scopes.size(); ++s) {
    for (const std::uint32_t symbol : scopes[s].members) scope_list[scope_first[symbol] + scope_size[symbol]++] = s;
  }
}

void Book::Impl::rebuild(std::span<SymbolState> states) noexcept {
  for (Scope& scope : scopes) {
    std::memset(&scope.sums, 0, sizeof scope.sums);
    std::memset(&scope.step_sums, 0, sizeof scope.step_sums);
    scope.dirty = true;
  }
  for (Row& row : rows) std::memset(&row, 0, sizeof row);
  for (StepRow& row : step_rows) std::memset(&row, 0, sizeof row);
  for (const std::uint32_t symbol : rostered) {
    Row now;
    fill_row(states[symbol], now);
    const RowDifference difference(rows[symbol].lane, now.lane);
    for (const std::uint32_t scope : scopes_of(symbol)) difference.add_to(scopes[scope].sums.lane);
  }
}

void Book::roll(std::uint32_t session, std::span<SymbolState> states) {
  Impl& m = *impl_;
  m.session = session;
  for (Impl::Scope& scope : m.scopes) scope.base = scope.now;
  m.symbol_base = m.symbol_now;
  m.set_roster(states);
  m.rebuild(states);
  m.changed.clear();
  std::fill(m.is_changed.begin(), m.is_changed.end(), std::uint8_t{0});
  m.all_changed = true;
}

void Book::on_change(std::uint32_t symbol, const SymbolState& state) noexcept {
  Impl& m = *impl_;
  Row now;
  fill_row(state, now);
  const RowDifference difference(m.rows[symbol].lane, now.lane);
  for (const std::uint32_t scope : m.scopes_of(symbol)) {
    difference.add_to(m.scopes[scope].sums.lane);
    m.scopes[scope].dirty = true;
  }
  if (m.is_changed[symbol] == 0) {
    m.is_changed[symbol] = 1;
    m.changed.push_back(symbol);
  }
}

namespace {
bool same(const BenchmarkState& a, const BenchmarkState& b) noexcept {
  return a.known == b.known && a.traded == b.traded && a.stale == b.stale && a.last_e9 == b.last_e9 && a.ref_e9 == b.ref_e9 &&
         a.past_close_e9 == b.past_close_e9;
}
// Whether what all members share is as it was.
bool same(const Step& a, const Step& b) noexcept {
  bool equal = a.volume_share == b.volume_share && a.sampled_ns == b.sampled_ns && a.rolling_windows == b.rolling_windows;
  for (std::size_t role = 0; role < kBenchmarkRoles; ++role) equal &= same(a.benchmarks[role], b.benchmarks[role]);
  return equal;
}
}  // namespace

void Book::begin_step(std::span<const SymbolState> states, const Step& step) noexcept {
  Impl& m = *impl_;
  if (!same(step, m.last_step)) {
    m.all_changed = true;
    for (Impl::Scope& scope : m.scopes) scope.dirty = true;
  }
  m.last_step = step;
  const AllSignals::StepInputs inputs = AllSignals::step_inputs(step);
  const auto refresh = [&](std::uint32_t symbol) {
    StepRow now;
    fill_step_row(states[symbol], inputs, now);
    const StepRowDifference difference(m.step_rows[symbol].lane, now.lane);
    for (const std::uint32_t scope : m.scopes_of(symbol)) difference.add_to(m.scopes[scope].step_sums.lane);
  };
  for (const std::uint32_t symbol : m.all_changed ? m.rostered : m.changed) refresh(symbol);
  for (const std::uint32_t symbol : m.changed) m.is_changed[symbol] = 0;
  m.changed.clear();
  m.all_changed = false;
}

void Book::evaluate(std::size_t scope, const Step& step, Level* levels) noexcept {
  Impl& m = *impl_;
  Impl::Scope& s = m.scopes[scope];
  const ScopeContext c = m.context(s, step);
  if (step.nothing_traded) {
    Output out(levels, c);
    for (std::size_t i = 0; i < AllSignals::kSignals; ++i) out.absent(i, Validity::kInsufficient, 0, kFlagGap);
    s.derived = {};
  } else {
    AllSignals::evaluate(c, s.base, levels);
  }
  for (std::size_t i = 0; i < AllSignals::kSignals; ++i) {
    levels[i].signal = static_cast<std::uint16_t>(i);
    levels[i].subject = 0;
    levels[i].zero = 0;
  }
  s.dirty = false;
}

bool Book::publishes(std::size_t scope, const CatalogRow& row) const noexcept {
  const ScopeKind kind = impl_->scopes[scope].kind;
  const std::uint8_t where = kind == ScopeKind::kBasket ? kInBaskets : kind == ScopeKind::kWave ? kInWaves : kInThesis;
  return (row.info->scopes & where) != 0;
}

void Book::rank(const Step& step, std::span<std::vector<Level>> blocks, std::span<std::uint8_t> evaluated) noexcept {
  Impl& m = *impl_;
  if (step.nothing_traded) return;  // evaluate() has said so
  constexpr auto kSignals = AllSignals::rank_signals();
  m.ranked.clear();
  m.before_rank.clear();
  for (std::size_t scope = 0; scope < m.scopes.size() && m.scopes[scope].kind == ScopeKind::kBasket; ++scope) {
    m.ranked.push_back({m.context(m.scopes[scope], step), blocks[scope].data()});
    for (const std::uint16_t signal : kSignals) m.before_rank.push_back(blocks[scope][signal]);
  }
  AllSignals::rank(m.ranked);
  auto before = m.before_rank.begin();
  for (std::size_t scope = 0; scope < m.ranked.size(); ++scope) {
    for (const std::uint16_t signal : kSignals) {
      if (std::memcmp(&*before++, &blocks[scope][signal], sizeof(Level)) != 0) evaluated[scope] = 1;
    }
  }
}

std::size_t Book::symbol_levels() const noexcept { return impl_->universe.size() * AllSignals::kSymbolSignals; }

std::size_t Book::commit_symbols(std::span<const SymbolState> states, ReturnHistory returns, const Step& step, Level* levels) noexcept {
  constexpr auto kSignals = AllSignals::symbol_signals();
  Impl& m = *impl_;
  const SymbolsContext context{.states = states,
                               .universe = m.universe,
                               .members = m.rostered,
                               .returns = returns,
                               .benchmark = m.benchmark,
                               .step = &step,
                               .scratch = m.symbol_scratch};
  if (step.nothing_traded) {
    m.symbol_now = m.symbol_base;
    SymbolOutput out(levels, kSignals.size(), context);
    for (std::size_t member = 0; member < m.rostered.size(); ++member) {
      for (std::size_t i = 0; i < kSignals.size(); ++i) out.absent(member, i, Validity::kInsufficient, kFlagGap);
    }
  } else {
    AllSignals::commit_symbols(context, m.symbol_base, m.symbol_now, levels);
  }
  Level* level = levels;
  for (const std::uint32_t symbol : m.rostered) {
    for (const std::uint16_t signal : kSignals) {
      level->signal = signal;
      level->subject = symbol;
      level->zero = 0;
      ++level;
    }
  }
  return static_cast<std::size_t>(level - levels);
}

void Book::commit(std::size_t scope, const Step& step) noexcept {
  Impl& m = *impl_;
  Impl::Scope& s = m.scopes[scope];
  if (step.nothing_traded) {
    s.now = s.base;
  } else {
    AllSignals::commit(m.context(s, step), s.base, s.now);
  }
}

bool Book::sums_hold() const {
  for (const Impl::Scope& scope : impl_->scopes) {
    Row sums{};
    StepRow step_sums{};
    for (const std::uint32_t symbol : scope.members) {
      Row nothing{};
      StepRow no_step{};
      RowDifference(nothing.lane, impl_->rows[symbol].lane).add_to(sums.lane);
      StepRowDifference(no_step.lane, impl_->step_rows[symbol].lane).add_to(step_sums.lane);
    }
    if (std::memcmp(&sums, &scope.sums, sizeof sums) != 0 || std::memcmp(&step_sums, &scope.step_sums, sizeof step_sums) != 0) return false;
  }
  return true;
}

}  // namespace groundswell::signal
