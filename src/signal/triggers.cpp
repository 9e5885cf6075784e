#include "signal/triggers.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "signal/names.hpp"

namespace groundswell::signal {
namespace {

const std::string kSymbols = "symbols";

const CatalogRow* find_row(const std::vector<CatalogRow>& catalog, const std::string& id) {
  const auto found = std::find_if(catalog.begin(), catalog.end(), [&](const CatalogRow& row) { return row.id == id; });
  return found == catalog.end() ? nullptr : &*found;
}

bool selects(const std::string& wanted, const std::string& scope) {
  const bool is_wave = scope.starts_with("wave:");
  if (wanted == "waves") return is_wave;
  if (wanted == "baskets") return !is_wave && scope != "thesis" && scope != kSymbols;
  return wanted == scope;
}

bool watches(const Trigger& trigger, const std::string& scope) {
  return std::any_of(trigger.scopes.begin(), trigger.scopes.end(), [&](const std::string& wanted) { return selects(wanted, scope); });
}

bool exists_in(const CatalogRow& row, const std::string& scope) {
  const std::uint8_t where = scope == "thesis"            ? kInThesis
                             : scope == kSymbols          ? kInSymbols
                             : scope.starts_with("wave:") ? kInWaves
                                                          : kInBaskets;
  return (row.info->scopes & where) != 0;
}

std::string wrong_evaluation(const Trigger& trigger, const CatalogRow& row) {
  switch (trigger.evaluate) {
    case Evaluate::kClose: return (row.info->clocks & kCloseOnly) == 0 ? "has no value at the close; evaluate at the \"grid\"" : "";
    case Evaluate::kGrid: return (row.info->clocks & kLiveOnly) == 0 ? "is computed at the close only; evaluate at the \"close\"" : "";
    case Evaluate::kRecord:
      return evaluates_per_record(row.index)
                 ? ""
                 : "is not computed per record (it looks at a benchmark or at all members); evaluate at the \"grid\"";
  }
  return "";
}

}  // namespace

Result<void> check_triggers(const Universe& universe, const BookOptions& options, const std::vector<Trigger>& triggers) {
  const auto catalog = signal_catalog(universe, options);
  std::vector<std::string> scopes = scope_names(universe);
  scopes.push_back(kSymbols);
  std::string findings;
  const auto add = [&](const std::string& place, const std::string& what) {
    findings += (findings.empty() ? "" : "\n") + place + ": " + what;
  };
  for (const Trigger& trigger : triggers) {
    const CatalogRow* const row = find_row(catalog, trigger.signal);
    if (row == nullptr) {
      add(trigger.signal_place, "no signal has the id '" + trigger.signal + "'; `groundswell signals` lists them all");
    } else if (const std::string wrong = wrong_evaluation(trigger, *row); !wrong.empty()) {
      add(trigger.evaluate_place, "'" + trigger.signal + "' " + wrong);
    }
    const bool nowhere = std::none_of(scopes.begin(), scopes.end(), [&](const std::string& scope) {
      return watches(trigger, scope) && (row == nullptr || exists_in(*row, scope));
    });
    if (row != nullptr && nowhere && std::any_of(scopes.begin(), scopes.end(), [&](const std::string& s) { return watches(trigger, s); }))
      add(trigger.scopes_place, "'" + trigger.signal + "' is no number of these scopes; `groundswell signals` says where it is published");
    for (const std::string& wanted : trigger.scopes) {
      if (std::none_of(scopes.begin(), scopes.end(), [&](const std::string& scope) { return selects(wanted, scope); }))
        add(trigger.scopes_place,
            "the universe has no scope '" + wanted + "'; use baskets, waves, thesis, symbols, a basket's id or wave:NAME");
    }
    if (trigger.evaluate != Evaluate::kClose && watches(trigger, kSymbols))
      add(trigger.evaluate_place, "numbers of single symbols are made at closes; evaluate at the \"close\"");
  }
  if (!findings.empty()) return fail(Exit::kConfig, findings);
  return {};
}

Triggers::Triggers(const Universe& universe, const BookOptions& options, const std::vector<Trigger>& triggers, const Book& book,
                   const Triggers* before, const Book* before_book)
    : rules_(triggers) {
  const auto catalog = signal_catalog(universe, options);
  std::size_t most_members = 0;
  std::uint32_t parts = 0;
  for (std::size_t scope = 0; scope < book.scope_count(); ++scope) {
    first_.push_back(static_cast<std::uint32_t>(watches_.size()));
    most_members = std::max(most_members, book.most_members(scope));
    for (std::size_t t = 0; t < rules_.size(); ++t) {
      if (!watches(rules_[t], book.scope_name(scope))) continue;
      const CatalogRow* const row = find_row(catalog, rules_[t].signal);
      GS_ASSERT(row != nullptr);
      if (!book.publishes(scope, *row)) continue;
      watches_.push_back({static_cast<std::uint16_t>(t), static_cast<std::uint16_t>(scope), row->index, driver_of(row->index)});
      looks_at_records_ |= rules_[t].evaluate == Evaluate::kRecord;
      baseline_first_.push_back(parts);
      if (!watches_.back().driver.known()) continue;
      std::size_t most = book.most_members(scope);
      if (before != nullptr) {
        const auto watch = before->find(static_cast<std::uint16_t>(t), book.scope_name(scope), *before_book);
        if (watch) most = std::max(most, before->parts_of(*watch));
      }
      most_members = std::max(most_members, most);
      parts += static_cast<std::uint32_t>(most);
    }
  }
  first_.push_back(static_cast<std::uint32_t>(watches_.size()));
  watch_symbols(catalog, book.symbol_count());
  baseline_first_.resize(watches_.size() + 1, parts);
  states_.resize(watches_.size());
  before_final_.resize(watches_.size());
  fired_at_final_.resize(watches_.size());
  baseline_.resize(parts);
  baseline_size_.resize(watches_.size());
  why_.reserve(2 * most_members);  // those who are in it now and those who were
}

void Triggers::watch_symbols(const std::vector<CatalogRow>& catalog, std::size_t symbols) {
  symbols_ = symbols;
  for (std::size_t t = 0; t < rules_.size(); ++t) {
    const CatalogRow* const row = find_row(catalog, rules_[t].signal);
    if (!watches(rules_[t], kSymbols) || !exists_in(*row, kSymbols)) continue;
    ++symbol_rules_;
    for (std::uint32_t symbol = 0; symbol < symbols; ++symbol)
      watches_.push_back({static_cast<std::uint16_t>(t), kNoIndex, row->index, Driver{}, symbol});
  }
}

std::vector<std::uint16_t> Triggers::signals_of(std::initializer_list<Evaluate> modes) const {
  std::vector<std::uint16_t> signals;
  for (const Watch& watch : watches_) {
    if (std::find(modes.begin(), modes.end(), rules_[watch.trigger].evaluate) != modes.end()) signals.push_back(watch.signal);
  }
  return signals;
}

std::size_t Triggers::live_scopes() const noexcept {
  std::size_t scopes = 0;
  for (std::uint32_t i = 0; i < first_.back(); ++i) {
    if (rules_[watches_[i].trigger].evaluate != Evaluate::kClose) scopes = std::max(scopes, std::size_t{watches_[i].scope} + 1);
  }
  return scopes;
}

std::optional<std::uint32_t> Triggers::find(std::uint16_t trigger, const std::string& scope, const Book& book) const noexcept {
  for (std::uint32_t i = 0; i < first_.back(); ++i) {
    if (watches_[i].trigger == trigger && book.scope_name(watches_[i].scope) == scope) return i;
  }
  return std::nullopt;
}

void Triggers::take_over(const Triggers& before, const Book& before_book, const Book& book) noexcept {
  dwelling_ = 0;
  for (std::uint32_t i = 0; i < first_.back(); ++i) {
    const auto other = before.find(watches_[i].trigger, book.scope_name(watches_[i].scope), before_book);
    if (!other) continue;
    states_[i] = before.states_[*other];
    dwelling_ += states_[i].since_ns != 0;
    baseline_size_[i] = before.baseline_size_[*other];
    std::copy_n(before.baseline_.begin() + before.baseline_first_[*other], baseline_size_[i], baseline_.begin() + baseline_first_[i]);
  }
  for (std::size_t rule = 0; rule < symbol_rules_; ++rule) {  // the rules are the same, and the symbols the first ones
    const auto from = before.states_.begin() + static_cast<std::ptrdiff_t>(before.first_.back() + rule * before.symbols_);
    std::copy_n(from, before.symbols_, states_.begin() + static_cast<std::ptrdiff_t>(first_.back() + rule * symbols_));
  }
}

std::optional<Triggers::Fired> Triggers::step(std::uint32_t i, const Level& level, std::uint64_t now_ns) noexcept {
  const Watch& watch = watches_[i];
  WatchState& state = states_[i];
  const TriggerKind kind = rules_[watch.trigger].info().kind;
  if (kind == TriggerKind::kCoverage) return step_coverage(watch, state, level);
  const bool dwelt = state.since_ns != 0;
  std::optional<Fired> result;
  const bool lasting = kind == TriggerKind::kNewState;
  if (level.validity != Validity::kOk && !(lasting && level.validity == Validity::kProvisional)) {
    if (!lasting) state = WatchState{};
  } else {
    if (state.has_prior == 0) {
      state.state = kind == TriggerKind::kThresholds && rules_[watch.trigger].enter.holds(level.value) ? State::kOn : State::kOff;
    } else {
      result =
          kind == TriggerKind::kThresholds ? step_thresholds(watch, state, level.value, now_ns) : step_change(watch, state, level.value);
    }
    state.prior = level.value;
    state.has_prior = 1;
  }
  dwelling_ += static_cast<std::uint32_t>(state.since_ns != 0) - static_cast<std::uint32_t>(dwelt);
  return result;
}

std::optional<Triggers::Fired> Triggers::step_again(std::uint32_t i, const Level& level, std::uint64_t now_ns) noexcept {
  WatchState& state = states_[i];
  const WatchState at_final = state;
  state = before_final_[i];
  std::optional<Fired> event = step(i, level, now_ns);
  const bool goes_off = event && rules_[watches_[i].trigger].info().kind == TriggerKind::kThresholds && state.state == State::kOff;
  if (fired_at_final_[i] == 0 && !goes_off) {
    fired_at_final_[i] = event ? 1 : 0;
    return event;
  }
  const double prior = state.prior;  // the number as it is now
  const std::uint8_t has_prior = state.has_prior;
  state = at_final;
  state.prior = prior;
  state.has_prior = has_prior;
  return std::nullopt;
}

std::optional<Triggers::Fired> Triggers::step_coverage(const Watch& watch, WatchState& state, const Level& level) noexcept {
  const State now = level.validity == Validity::kOk ? State::kOn : State::kOff;
  if (state.state == now || (state.state == State::kUnprimed && now == State::kOff)) return std::nullopt;  // not covered yet is no loss
  const bool primed = state.state != State::kUnprimed;
  state.state = now;
  if (!primed) return std::nullopt;
  const bool restored = now == State::kOn;
  Fired event = fired(watch, state, restored ? EdgeType::kCoverageRestored : EdgeType::kCoverageLost, restored ? 1 : -1, level.value);
  event.present = level.present != 0 ? kValuePresent : 0;
  return event;
}

std::optional<Triggers::Fired> Triggers::step_change(const Watch& watch, WatchState& state, double value) noexcept {
  if (value == state.prior) return std::nullopt;
  return fired(watch, state, rules_[watch.trigger].info().edge, value > state.prior ? 1 : -1, value);
}

std::optional<Triggers::Fired> Triggers::step_thresholds(const Watch& watch, WatchState& state, double value,
                                                         std::uint64_t now_ns) noexcept {
  const Trigger& rule = rules_[watch.trigger];
  const bool entering = state.state == State::kOff;
  const Threshold& wanted = entering ? rule.enter : rule.exit;
  if (!wanted.holds(value)) {
    state.since_ns = 0;
    state.commits = 0;
    return std::nullopt;
  }
  if (rule.evaluate == Evaluate::kClose) {
    if (++state.commits < rule.dwell_commits) return std::nullopt;
  } else {
    if (state.since_ns == 0) state.since_ns = now_ns;
    if (now_ns - state.since_ns < rule.dwell_ns) return std::nullopt;
  }
  state.since_ns = 0;
  state.commits = 0;
  state.state = entering ? State::kOn : State::kOff;
  if (!entering && !rule.info().fires_on_exit) return std::nullopt;
  const std::int8_t sign = value > 0.0 ? 1 : value < 0.0 ? -1 : 0;
  const EdgeType type = entering ? rule.info().edge : rule.info().edge_off;
  Fired event = fired(watch, state, type, entering ? (rule.enter.magnitude ? sign : std::int8_t{1}) : std::int8_t{-1}, value);
  event.threshold = wanted.bound;
  event.present = static_cast<std::uint8_t>(event.present | kThresholdPresent);
  return event;
}

Triggers::Fired Triggers::fired(const Watch& watch, const WatchState& state, EdgeType type, std::int8_t direction,
                                double value) const noexcept {
  return {.type = type,
          .trigger = watch.trigger,
          .scope = watch.scope,
          .signal = watch.signal,
          .direction = direction,
          .present = static_cast<std::uint8_t>(kValuePresent | (state.has_prior != 0 ? kPriorPresent : 0)),
          .subject = watch.subject,
          .value = value,
          .prior = state.prior,
          .threshold = 0.0};
}

void Triggers::set_baseline(std::uint32_t i, const Book& book) noexcept {
  const Watch& watch = watches_[i];
  if (!watch.driver.known()) return;
  Part* part = baseline_.data() + baseline_first_[i];
  const auto members = book.members(watch.scope);
  for (const std::uint32_t symbol : members) *part++ = {symbol, 0, book.driver_value(symbol, watch.driver)};
  baseline_size_[i] = static_cast<std::uint32_t>(members.size());
}

// Members now against members then, both by rising symbol: who joined counts from nothing, who left takes all with him.
std::span<const Why> Triggers::take_why(std::uint32_t i, const Book& book) noexcept {
  const Watch& watch = watches_[i];
  why_.clear();
  if (!watch.driver.known()) return why_;
  const Part* then = baseline_.data() + baseline_first_[i];
  const Part* const then_end = then + baseline_size_[i];
  const auto add = [&](std::uint32_t symbol, std::int64_t delta) {
    if (delta != 0) why_.push_back({delta, symbol, 0});
  };
  for (const std::uint32_t symbol : book.members(watch.scope)) {
    for (; then != then_end && then->symbol < symbol; ++then) add(then->symbol, -then->value);
    const std::int64_t now = book.driver_value(symbol, watch.driver);
    const bool was_in = then != then_end && then->symbol == symbol;
    add(symbol, now - (was_in ? then->value : 0));
    then += was_in;
  }
  for (; then != then_end; ++then) add(then->symbol, -then->value);
  std::sort(why_.begin(), why_.end(), [](const Why& a, const Why& b) {
    const std::int64_t left = a.delta < 0 ? -a.delta : a.delta, right = b.delta < 0 ? -b.delta : b.delta;
    return left != right ? left > right : a.symbol < b.symbol;
  });
  set_baseline(i, book);
  return why_;
}

void Triggers::roll(const Book& book) noexcept {
  for (std::uint32_t i = 0; i < watches_.size(); ++i) {
    const Trigger& rule = rules_[watches_[i].trigger];
    if (rule.evaluate == Evaluate::kClose) continue;
    if (rule.info().kind == TriggerKind::kCoverage) states_[i] = WatchState{};
    set_baseline(i, book);
  }
}

void Triggers::committed(const Book& book) noexcept {
  for (std::uint32_t i = 0; i < watches_.size(); ++i) {
    if (rules_[watches_[i].trigger].evaluate == Evaluate::kClose) set_baseline(i, book);
  }
}

}  // namespace groundswell::signal
