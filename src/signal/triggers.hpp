// Triggers at work: the state of every trigger in every scope it watches, and which edges follow from a number. Knows no clock, numbers no
// edges; the fold says when to look and makes the edge.
//
//   UNPRIMED --first OK number, silently--> OFF or ON;  OFF --enter held for the dwell--> ON --exit held for the dwell--> OFF
//   any number that is not OK --> UNPRIMED, but of a state, which is compared with its last OK number
//
// Thread: the fold's. Nothing is allocated after construction.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/state_stream.hpp"
#include "groundswell/trigger.hpp"
#include "signal/book.hpp"

namespace groundswell::signal {

// Whether signals and scopes exist and each may be evaluated as asked. All findings at once, exit 78: "groundswell.toml:12:10: …".
Result<void> check_triggers(const Universe& universe, const BookOptions& options, const std::vector<Trigger>& triggers);

class Triggers {
 public:
  struct Fired {  // what the fold needs to make an edge
    EdgeType type;
    std::uint16_t trigger;
    std::uint16_t scope;
    std::uint16_t signal;
    std::int8_t direction;
    std::uint8_t present;   // bits of Edge::present
    std::uint32_t subject;  // of scope `symbols`: the symbol, and `scope` means nothing; else kNoSubject
    double value, prior, threshold;
  };

  // `triggers` went through check_triggers().
  // `before`: those whose state this one will take over, with the book that they look at; room is kept for it.
  Triggers(const Universe& universe, const BookOptions& options, const std::vector<Trigger>& triggers, const Book& book,
           const Triggers* before = nullptr, const Book* before_book = nullptr);

  // The state of the same triggers in the scopes that both books have. Before a roll.
  void take_over(const Triggers& before, const Book& before_book, const Book& book) noexcept;

  // Families that record triggers read; 0 = there are none.
  bool looks_at_records() const noexcept { return looks_at_records_; }
  std::vector<std::uint16_t> signals_of(std::initializer_list<Evaluate> modes) const;  // what triggers of these look at; may repeat
  std::size_t live_scopes() const noexcept;  // record and grid triggers look at none but so many, from the first
  // A dwell is running: the next grid step has to be looked at even if no number moved.
  bool dwelling() const noexcept { return dwelling_ > 0; }

  // Looks at the triggers of `mode` in `scope`, in the order of the configuration, with the scope's numbers. `moved`: whether the numbers
  // were evaluated anew; if not, only running dwells are looked at. Calls fire(const Fired&, why); `why` is valid during the call.
  template <class Fire>
  void look(std::size_t scope, Evaluate mode, bool moved, const Level* levels, std::uint64_t now_ns, const Book& book, Fire&& fire) {
    for (std::uint32_t i = first_[scope]; i < first_[scope + 1]; ++i) {
      if (rules_[watches_[i].trigger].evaluate != mode || (!moved && states_[i].since_ns == 0)) continue;
      if (mode == Evaluate::kClose) before_final_[i] = states_[i];
      const auto fired = step(i, levels[watches_[i].signal], now_ns);
      if (mode == Evaluate::kClose) fired_at_final_[i] = fired.has_value() ? 1 : 0;
      if (fired) fire(*fired, take_why(i, book));
    }
  }
  // Looks at the close triggers once more, at a commit that corrects the final one: from the states before that one. What fires now and
  // did not then is told, if it goes on; what fired then stays as it is, and nothing goes off.
  template <class Fire>
  void look_again(std::size_t scope, const Level* levels, std::uint64_t now_ns, const Book& book, Fire&& fire) {
    for (std::uint32_t i = first_[scope]; i < first_[scope + 1]; ++i) {
      if (rules_[watches_[i].trigger].evaluate != Evaluate::kClose) continue;
      const auto fired = step_again(i, levels[watches_[i].signal], now_ns);
      if (fired) fire(*fired, take_why(i, book));
    }
  }
  // The same two for the numbers of single symbols: `levels` as Book::commit_symbols() fills them. A symbol that is no member of the
  // session is not looked at. Calls fire(const Fired&, level).
  template <class Fire>
  void look_at_symbols(bool again, std::span<const Level> levels, std::uint64_t now_ns, Fire&& fire) {
    for (const Level& level : levels) {
      for (std::size_t rule = 0; rule < symbol_rules_; ++rule) {
        const std::size_t i = first_.back() + rule * symbols_ + level.subject;
        if (watches_[i].signal != level.signal) continue;
        const auto watch = static_cast<std::uint32_t>(i);
        if (!again) before_final_[i] = states_[i];
        const auto fired = again ? step_again(watch, level, now_ns) : step(watch, level, now_ns);
        if (!again) fired_at_final_[i] = fired.has_value() ? 1 : 0;
        if (fired) fire(*fired, level);
      }
    }
  }
  // Looks at live states at a provisional commit, whose numbers are PROVISIONAL instead of OK.
  template <class Fire>
  void look_provisionally(std::size_t scope, const Level* levels, std::uint64_t now_ns, const Book& book, Fire&& fire) {
    for (std::uint32_t i = first_[scope]; i < first_[scope + 1]; ++i) {
      const Trigger& rule = rules_[watches_[i].trigger];
      if (rule.evaluate == Evaluate::kClose || rule.info().kind != TriggerKind::kNewState) continue;
      const auto fired = step(i, levels[watches_[i].signal], now_ns);
      if (fired) fire(*fired, take_why(i, book));
    }
  }
  // After a roll: parts are counted from here; coverage of the session is not known yet.
  void roll(const Book& book) noexcept;
  // After the close triggers of a final commit: their parts are counted from here.
  void committed(const Book& book) noexcept;

  std::size_t size() const noexcept { return rules_.size(); }

  enum class State : std::uint8_t { kUnprimed, kOff, kOn };
  struct Standing {  // one trigger in one scope, as it is now; those of single symbols follow from their numbers
    std::uint16_t trigger, scope;
    State state;
    bool present;            // it has seen an OK number
    std::uint64_t since_ns;  // what would change it has held since; 0 = it does not hold
    double value;            // the last OK number it saw
  };
  void standings(std::vector<Standing>& out) const {  // by scope, then trigger
    out.clear();
    for (std::size_t i = 0; i < first_.back(); ++i) {
      const WatchState& now = states_[i];
      out.push_back({watches_[i].trigger, watches_[i].scope, now.state, now.has_prior != 0, now.since_ns, now.prior});
    }
  }

  // For a snapshot: all that changes, and into triggers of the same configuration.
  void save(StateWriter& archive) const { visit_state(*this, archive); }
  void restore(StateReader& archive) noexcept { visit_state(*this, archive); }

 private:
  struct Watch {  // one trigger in one scope, or for one symbol
    std::uint16_t trigger, scope, signal;
    Driver driver;
    std::uint32_t subject = kNoSubject;
  };
  struct WatchState {  // all that changes while running, beside the baselines
    double prior = 0.0;
    std::uint64_t since_ns = 0;  // the wanted test has held since; 0 = it does not hold
    std::uint32_t commits = 0;   // the wanted test held at so many final commits in a row
    State state = State::kUnprimed;
    std::uint8_t has_prior = 0;
    std::uint16_t zero = 0;
  };
  struct Part {  // a member's driver lane at the baseline
    std::uint32_t symbol = 0;
    std::uint32_t zero = 0;
    std::int64_t value = 0;
  };

  void watch_symbols(const std::vector<CatalogRow>& catalog, std::size_t symbols);
  std::size_t parts_of(std::uint32_t watch) const noexcept { return baseline_first_[watch + 1] - baseline_first_[watch]; }  // at most
  std::optional<std::uint32_t> find(std::uint16_t trigger, const std::string& scope, const Book& book) const noexcept;
  std::optional<Fired> step(std::uint32_t watch, const Level& level, std::uint64_t now_ns) noexcept;
  std::optional<Fired> step_again(std::uint32_t watch, const Level& level, std::uint64_t now_ns) noexcept;
  std::optional<Fired> step_coverage(const Watch& watch, WatchState& state, const Level& level) noexcept;
  std::optional<Fired> step_change(const Watch& watch, WatchState& state, double value) noexcept;
  std::optional<Fired> step_thresholds(const Watch& watch, WatchState& state, double value, std::uint64_t now_ns) noexcept;
  Fired fired(const Watch& watch, const WatchState& state, EdgeType type, std::int8_t direction, double value) const noexcept;
  void set_baseline(std::uint32_t watch, const Book& book) noexcept;
  std::span<const Why> take_why(std::uint32_t watch, const Book& book) noexcept;  // since the baseline, which moves to now

  // Fixed while running.
  std::vector<Trigger> rules_;
  std::vector<Watch> watches_;        // by scope, then trigger; after them those of symbols, by trigger, then symbol
  std::vector<std::uint32_t> first_;  // of a scope in watches_; one more at the end: where those of symbols begin
  std::size_t symbol_rules_ = 0, symbols_ = 0;
  std::vector<std::uint32_t> baseline_first_;  // of a watch in baseline_; one more at the end
  bool looks_at_records_ = false;

  // Changes; all of it is in visit_state().
  std::vector<WatchState> states_;            // by watch
  std::vector<WatchState> before_final_;      // of close triggers: as of the commit before the last final one
  std::vector<std::uint8_t> fired_at_final_;  // or since, at a correction of it
  std::vector<Part> baseline_;                // of a watch from baseline_first_, by symbol
  std::vector<std::uint32_t> baseline_size_;  // by watch
  std::uint32_t dwelling_ = 0;

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(self.states_, self.before_final_, self.fired_at_final_, self.baseline_, self.baseline_size_, self.dwelling_);
  }

  std::vector<Why> why_;  // scratch of one edge
};

}  // namespace groundswell::signal
