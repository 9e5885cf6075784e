#include "signal/book.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "signal/fundamentals.hpp"
#include "signal/live_set.hpp"
#include "signal/pool_state.hpp"
#include "signal/registry.hpp"
#include "signal/roster.hpp"
#include "signal/rows.hpp"

namespace groundswell::signal {
namespace {

using Rows = MemberRows<AllSignals>;
using Pool = PoolState<AllSignals>;

constexpr auto kCatalog = AllSignals::catalog();
constexpr auto kFamilies = AllSignals::families();

}  // namespace

std::span<const SignalInfo> signal_infos() noexcept { return kCatalog; }
std::span<const FamilyInfo> family_infos() noexcept { return kFamilies; }
std::size_t signal_count() noexcept { return AllSignals::kSignals; }
FamilyMask family_of(std::uint16_t signal) noexcept { return AllSignals::family_of(signal); }
FamilyMask families_of(std::uint16_t signal) noexcept { return AllSignals::families_of(signal); }
bool evaluates_per_record(std::uint16_t signal) noexcept { return AllSignals::per_record(signal); }
Driver driver_of(std::uint16_t signal) noexcept { return AllSignals::driver_of(signal); }

std::vector<std::uint16_t> symbol_signals() {
  constexpr auto kSignals = AllSignals::symbol_signals();
  return {kSignals.begin(), kSignals.end()};
}

struct Book::Impl {
  Impl(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols, const BookOptions& options,
       const std::vector<bool>& followed, const std::vector<Filing>& filings);

  Roster roster;
  Fundamentals fundamentals;
  std::vector<Pool> scopes;
  std::uint32_t session = 0;  // yyyymmdd, of the last roll
  Rows rows;
  HugeVector<MemberMoves> moves;     // follow from the states
  bool moves_known = false;          // of all members, since the rows were made anew or the restart
  std::vector<ReturnSeries> series;  // scratch of a commit
  std::optional<Closing> closing;
  std::vector<double> scratch;
  Step last_step;
  bool all_changed = true;
  bool is_narrow = false;  // rows or sums are behind in what nobody wants between commits
  LiveSet everything = LiveSet::all<AllSignals>(), live = everything, record = everything;
  bool record_halted = false, record_partial = false;  // what the last look after a record saw
  std::array<CoverageRule, AllSignals::kSignals> coverage;
  ThesisThresholds thresholds;
  std::vector<RankedScope> ranked;  // scratch of rank(); capacity reserved
  std::vector<Level> before_rank;
  std::vector<std::uint32_t> universe_ids;  // dense ids, rising
  AllSignals::SymbolMemories symbol_base, symbol_now;
  std::vector<std::int64_t> symbol_scratch;
  std::vector<RankRow> rank_scratch;  // by symbol
  std::vector<Level> number_scratch;  // a block

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {  // what is missing is fixed, follows from the rest or is scratch
    archive(self.roster, self.fundamentals, self.scopes, self.session, self.rows, self.last_step, self.all_changed, self.is_narrow,
            self.record_halted, self.record_partial, self.symbol_base, self.symbol_now);
  }

  const LiveSet& set_of(const Step& step) const noexcept { return step.commit ? everything : live; }
  ScopeContext context(std::size_t index, const Step& step) noexcept {
    return context(scopes[index], roster.kind(index), roster.member_roles(index), step, set_of(step));
  }
  ScopeContext context(Pool& scope, ScopeKind kind, std::span<const PoolMember> members, const Step& step, const LiveSet& set) noexcept {
    ScopeContext c;
    c.lanes = scope.sums.lane + kCommonLanes;
    c.step_lanes = scope.step_sums.lane;
    c.kind = kind;
    c.session = session;
    read_step(scope.sums.lane, step, c);
    c.benchmarks = step.benchmarks;
    c.baskets = scope.baskets;
    c.children = scope.children;
    c.suppliers = scope.suppliers;
    c.members = members;
    c.moves = moves.data();
    if (closing) c.states = closing->states;
    if (step.commit && closing) c.closing = &*closing;
    c.waves = scope.waves;
    c.thresholds = &thresholds;
    c.scratch = scratch;
    c.fundamentals = fundamentals.by_symbol();
    c.rank_scratch = rank_scratch;
    c.derived = &scope.derived;
    c.coverage = coverage.data();
    c.wanted = set.is_all() ? nullptr : set.wanted.data();
    c.read = set.read;
    return c;
  }

  void rebuild(std::span<const SymbolState> states) noexcept;
  void prepare() noexcept;
};

Book::Impl::Impl(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols,
                 const BookOptions& options, const std::vector<bool>& followed, const std::vector<Filing>& filings)
    : roster(universe, symbol_ids, n_symbols),
      fundamentals(universe, symbol_ids, n_symbols, filings),
      scopes(roster.pool_count()),
      rows(n_symbols),
      moves(n_symbols),
      series(n_symbols),
      scratch(AllSignals::kScratch),
      thresholds(options.thesis) {
  for (std::size_t scope = 0; scope < scopes.size(); ++scope) {
    for (const std::size_t basket : roster.baskets(scope)) {
      scopes[scope].baskets.push_back(&scopes[basket].derived);
      scopes[scope].basket_memories.push_back(&scopes[basket].base);
    }
    for (const std::size_t basket : roster.children(scope)) scopes[scope].children.push_back(&scopes[basket].derived);
    for (const std::size_t basket : roster.suppliers(scope)) scopes[scope].suppliers.push_back(&scopes[basket].derived);
    if (roster.kind(scope) == ScopeKind::kWave) scopes.back().waves[roster.wave(scope)] = &scopes[scope].derived;
  }
  for (CoverageRule& rule : coverage) rule = options.coverage;
  for (const CatalogRow& row : signal_catalog(universe, options)) coverage[row.index] = coverage_rule(options, row.id);
  ranked.reserve(scopes.size());
  before_rank.reserve(scopes.size() * AllSignals::kRankSignals);
  for (const std::string& symbol : universe_symbols(universe)) universe_ids.push_back(symbol_ids.at(symbol));
  for (std::uint32_t symbol = 0; symbol < followed.size(); ++symbol) {
    if (followed[symbol]) universe_ids.push_back(symbol);
  }
  std::sort(universe_ids.begin(), universe_ids.end());
  universe_ids.erase(std::unique(universe_ids.begin(), universe_ids.end()), universe_ids.end());
  std::apply([&](auto&... memories) { (memories.resize(n_symbols), ...); }, symbol_base);
  symbol_now = symbol_base;
  symbol_scratch.resize(universe_ids.size());
  rank_scratch.resize(n_symbols);
  number_scratch.resize(AllSignals::kSignals);
}

Book::Book(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols,
           const BookOptions& options, const std::vector<bool>& followed, const std::vector<Filing>& filings)
    : impl_(std::make_unique<Impl>(universe, symbol_ids, n_symbols, options, followed, filings)) {}
Book::~Book() = default;
void Book::save(StateWriter& archive) const { Impl::visit_state(std::as_const(*impl_), archive); }
void Book::restore(StateReader& archive) noexcept {
  Impl::visit_state(*impl_, archive);
  impl_->moves_known = false;
  impl_->prepare();
}

std::size_t Book::scope_count() const noexcept { return impl_->scopes.size(); }
const std::string& Book::scope_name(std::size_t scope) const noexcept { return impl_->roster.name(scope); }
std::uint64_t Book::roster_hash() const noexcept { return impl_->roster.hash(); }
const std::vector<RosterVersion>& Book::roster_versions() const noexcept { return impl_->roster.versions(); }
bool Book::is_basket(std::size_t scope) const noexcept { return impl_->roster.kind(scope) == ScopeKind::kBasket; }
std::span<const std::uint32_t> Book::members(std::size_t scope) const noexcept { return impl_->roster.members(scope); }
std::span<const PoolMember> Book::member_roles(std::size_t scope) const noexcept { return impl_->roster.member_roles(scope); }
std::size_t Book::most_members(std::size_t scope) const noexcept { return impl_->roster.most_members(scope); }
std::span<const std::uint32_t> Book::scopes_of(std::uint32_t symbol) const noexcept { return impl_->roster.pools_of(symbol); }
std::int64_t Book::driver_value(std::uint32_t symbol, const Driver& driver) const noexcept {
  const std::int64_t* const lanes = driver.step ? impl_->rows.step_row(symbol).lane : impl_->rows.row(symbol).lane + kCommonLanes;
  return lanes[driver.plus] - (driver.minus == kNoLane ? 0 : lanes[driver.minus]);
}
void Book::restrict_live(std::span<const std::uint16_t> signals, std::size_t scopes) {
  impl_->live = LiveSet::of<AllSignals>(signals, scopes);
}
void Book::restrict_record(std::span<const std::uint16_t> signals) { impl_->record = LiveSet::of<AllSignals>(signals, impl_->live.scopes); }
bool Book::reads_samples() const noexcept { return (impl_->live.step_row.families & AllSignals::sampled()) != 0; }
bool Book::reads_age() const noexcept { return (impl_->live.families & AllSignals::reading_age()) != 0; }
bool Book::is_kept(std::size_t scope) const noexcept { return scope < impl_->live.scopes; }
bool Book::dirty(std::size_t scope) const noexcept { return impl_->scopes[scope].dirty; }
bool Book::unseen(std::size_t scope) const noexcept { return impl_->scopes[scope].unseen; }

void Book::Impl::rebuild(std::span<const SymbolState> states) noexcept {
  for (Pool& scope : scopes) scope.clear();
  moves_known = is_narrow = false;
  all_changed = true;
  rows.clear();
  for (const std::uint32_t symbol : roster.members()) {
    rows.renew(symbol, states[symbol], everything.row, [&](std::uint32_t, const auto& difference) {
      for (const std::uint32_t scope : roster.pools_of(symbol)) difference.add_to(scopes[scope].sums.lane);
    });
  }
}

void Book::Impl::prepare() noexcept {
  for (std::size_t scope = 0; scope < scopes.size(); ++scope) {
    const auto made_for = [&](const LiveSet& set) {
      return context(scopes[scope], roster.kind(scope), roster.member_roles(scope), {}, set);
    };
    scopes[scope].prepare(made_for(live), made_for(record));
  }
}

void Book::roll(std::uint32_t session, std::uint64_t open_ns, std::span<SymbolState> states) {
  Impl& m = *impl_;
  m.session = session;
  for (Pool& scope : m.scopes) scope.base = scope.now;
  m.symbol_base = m.symbol_now;
  m.roster.set_session(session, states);
  m.fundamentals.roll(open_ns, m.roster.members());
  m.rebuild(states);
  m.prepare();
}

void Book::take_over(const Book& before) {
  Impl& m = *impl_;
  const Impl& b = *before.impl_;
  for (std::size_t own = 0; own < m.scopes.size(); ++own) {
    for (std::size_t other = 0; other < b.scopes.size(); ++other) {
      if (m.roster.name(own) != b.roster.name(other)) continue;
      m.scopes[own].base = b.scopes[other].base;
      m.scopes[own].now = b.scopes[other].now;
    }
  }
  AllSignals::take_over(b.symbol_base, m.symbol_base);
  AllSignals::take_over(b.symbol_now, m.symbol_now);
}

Level Book::number_of(std::span<const std::uint32_t> members, std::uint16_t signal, std::span<const SymbolState> states, const Step& step) {
  Impl& m = *impl_;
  Pool scope;
  for (const std::uint32_t symbol : members) {
    Rows::Row nothing{}, now;
    now.fill(states[symbol], m.everything.row, nothing);
    Rows::RowDifference(nothing.lane, now.lane).add_to(scope.sums.lane);
  }
  ScopeContext c = m.context(scope, ScopeKind::kBasket, {}, step, m.everything);
  AllSignals::evaluate(c, scope.base, {}, m.symbol_base, m.number_scratch.data(), families_of(signal));
  m.number_scratch[signal].signal = signal;
  return m.number_scratch[signal];
}

void Book::on_change(std::uint32_t symbol) noexcept { impl_->rows.on_change(symbol); }

bool Book::publishes(std::size_t scope, const CatalogRow& row) const noexcept {
  return (row.info->scopes & bit_of(impl_->roster.kind(scope))) != 0;
}

std::size_t Book::symbol_count() const noexcept { return impl_->rows.size(); }
std::size_t Book::symbol_levels() const noexcept { return impl_->universe_ids.size() * AllSignals::kSymbolSignals; }

void Book::begin_record(std::span<const SymbolState> states, const Step& step) noexcept {
  Impl& m = *impl_;
  m.rows.catch_up(states, m.record.row, [&](std::uint32_t symbol, const auto& difference) {
    if (!difference.is_any()) return;
    for (const std::uint32_t scope : m.roster.pools_of(symbol)) {  // rising
      if (scope >= m.record.scopes) break;
      m.scopes[scope].add_after_record(difference);
    }
  });
  if (step.market_halted == m.record_halted && step.partial_session == m.record_partial) return;
  for (Pool& scope : m.scopes) scope.unseen = true;
  m.record_halted = step.market_halted;
  m.record_partial = step.partial_session;
}

void Book::begin_step(std::span<const SymbolState> states, ReturnHistory returns, const Step& step) noexcept {
  Impl& m = *impl_;
  const LiveSet& set = m.set_of(step);
  if (set.is_all() && m.is_narrow) m.rebuild(states);
  m.is_narrow |= !set.is_all();
  m.closing.emplace(Closing{states, returns, m.series});
  if (step.commit) {
    for (const std::uint32_t symbol : m.roster.members()) m.series[symbol].take(symbol, states[symbol], returns);
  }
  const bool new_inputs = !step.shares_inputs_with(m.last_step);
  for (Pool& scope : m.scopes) scope.dirty |= m.all_changed | new_inputs | step.minute;

  const AllSignals::StepInputs inputs = AllSignals::step_inputs(step);
  const bool gathers = (set.families & AllSignals::gathering()) != 0;
  const auto add = [&](std::uint32_t symbol, const auto& difference) {
    for (const std::uint32_t scope : m.roster.pools_of(symbol)) {  // rising
      if (scope >= set.scopes) break;
      m.scopes[scope].add_at_step(difference);
      if (gathers) m.scopes[scope].on_move();
    }
  };
  const auto add_step = [&](std::uint32_t symbol, const auto& difference) {
    for (const std::uint32_t scope : m.roster.pools_of(symbol)) m.scopes[scope].add_step_row(difference);
  };
  for (const std::uint32_t symbol : m.rows.changed()) {  // all that follows from a state, while it is at hand
    m.rows.renew(symbol, states[symbol], set.row, add);
    if (set.step_row.families != 0) m.rows.renew_step(symbol, states[symbol], inputs, set.step_row, add_step);
    if (gathers && m.moves_known) m.moves[symbol] = moves_of(states[symbol]);
  }
  const FamilyMask differing = set.step_row.families & (m.all_changed ? kAllFamilies
                                                        : new_inputs  ? AllSignals::differing(AllSignals::step_inputs(m.last_step), inputs)
                                                                      : 0);
  if (differing != 0) {  // for those that did not change the step is another one in these
    const RowPart part = AllSignals::step_part(differing);
    for (const std::uint32_t symbol : m.roster.members()) {
      if (!m.rows.has_changed(symbol)) m.rows.renew_step(symbol, states[symbol], inputs, part, add_step);
    }
  }
  if (gathers && !m.moves_known) {
    for (const std::uint32_t symbol : m.roster.members()) m.moves[symbol] = moves_of(states[symbol]);
    m.moves_known = true;
  }
  m.last_step = step;
  m.rows.forget_changed();
  m.all_changed = false;
}

FamilyMask Book::evaluate(std::size_t scope, const Step& step, Level* levels) noexcept {
  Impl& m = *impl_;
  Pool& s = m.scopes[scope];
  const bool members_moved = std::exchange(s.members_moved, false);
  s.dirty = false;
  if (!step.commit) {
    FamilyMask families = m.live.families & (step.minute ? kAllFamilies : ~AllSignals::minutely());
    if (!step.everything && !members_moved) families &= ~AllSignals::gathering();
    return s.evaluate_at_step(families, step, m.closing->states, m.symbol_base, levels);
  }
  s.forget_seen();
  ScopeContext c = m.context(scope, step);
  if (step.nothing_traded) {
    Output out(levels, c);
    for (std::size_t i = 0; i < AllSignals::kSignals; ++i) out.absent(i, Validity::kInsufficient, 0, kFlagGap);
    s.derived = {};
  } else {
    AllSignals::evaluate(c, s.base, s.basket_memories, m.symbol_base, levels, kAllFamilies);
  }
  return kAllFamilies;
}

FamilyMask Book::evaluate_record(std::size_t scope, const Step& step, Level* levels) noexcept {
  return impl_->scopes[scope].evaluate_after_record(impl_->record.families, step, impl_->symbol_base, levels);
}

void Book::rank(const Step& step, std::span<std::vector<Level>> blocks, std::span<FamilyMask> made) noexcept {
  Impl& m = *impl_;
  if (step.nothing_traded || (!step.commit && (m.live.families & AllSignals::ranking()) == 0)) return;  // evaluate() has said so
  constexpr auto kSignals = AllSignals::rank_signals();
  m.ranked.clear();
  m.before_rank.clear();
  for (std::size_t scope = 0; scope < m.scopes.size() && m.roster.kind(scope) == ScopeKind::kBasket; ++scope) {
    m.ranked.push_back({m.context(scope, step), blocks[scope].data()});
    for (const std::uint16_t signal : kSignals) m.before_rank.push_back(blocks[scope][signal]);
  }
  AllSignals::rank(m.ranked);
  auto before = m.before_rank.begin();
  for (std::size_t scope = 0; scope < m.ranked.size(); ++scope) {
    for (const std::uint16_t signal : kSignals) {
      if (std::memcmp(&*before++, &blocks[scope][signal], sizeof(Level)) != 0) made[scope] |= AllSignals::ranking();
    }
  }
}

std::size_t Book::commit_symbols(std::span<const SymbolState> states, ReturnHistory returns, const Step& step, Level* levels) noexcept {
  constexpr auto kSignals = AllSignals::symbol_signals();
  Impl& m = *impl_;
  const SymbolsContext context{.states = states,
                               .universe = m.universe_ids,
                               .members = m.roster.members(),
                               .returns = returns,
                               .step = &step,
                               .scratch = m.symbol_scratch,
                               .fundamentals = m.fundamentals.by_symbol(),
                               .rank_scratch = m.rank_scratch};
  if (step.nothing_traded) {
    m.symbol_now = m.symbol_base;
    SymbolOutput out(levels, kSignals.size(), context);
    for (std::size_t member = 0; member < m.roster.members().size(); ++member) {
      for (std::size_t i = 0; i < kSignals.size(); ++i) out.absent(member, i, Validity::kInsufficient, kFlagGap);
    }
  } else {
    AllSignals::commit_symbols(context, m.symbol_base, m.symbol_now, levels);
  }
  Level* level = levels;
  for (const std::uint32_t symbol : m.roster.members()) {
    for (const std::uint16_t signal : kSignals) label(*level++, signal, symbol);
  }
  return static_cast<std::size_t>(level - levels);
}

void Book::commit(std::size_t scope, const Step& step) noexcept {
  Impl& m = *impl_;
  Pool& s = m.scopes[scope];
  step.nothing_traded ? void(s.now = s.base) : AllSignals::commit(m.context(scope, step), s.base, s.now);
}

ThesisAccount Book::thesis_account() const noexcept {
  const Step& step = impl_->last_step;
  return AllSignals::account(impl_->context(impl_->scopes.size() - 1, step), impl_->scopes.back().base, !step.nothing_traded);
}

bool Book::sums_hold() const {
  for (std::size_t scope = 0; scope < impl_->scopes.size(); ++scope) {
    if (impl_->is_narrow && !is_kept(scope)) continue;
    if (!impl_->scopes[scope].sums_hold(impl_->roster.members(scope), impl_->rows)) return false;
  }
  return true;
}

}  // namespace groundswell::signal
