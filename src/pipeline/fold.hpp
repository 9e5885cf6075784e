// The fold: state = fold(records). The deterministic middle of Groundswell; live, replay, tests and benchmarks all call this one object.
// No threads, sockets, clock, locks, logging; no allocation after construction, but where new reference data is offered and comes into
// force. Equal setup and equal records give equal output, byte for byte.
//
//   apply(record): instants that are due -> event time -> market (symbol) -> book (baskets) -> levels and edges into the sink
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/state_stream.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/record.hpp"
#include "groundswell/universe.hpp"
#include "groundswell/value.hpp"
#include "groundswell/volume_curve.hpp"
#include "market/market.hpp"
#include "pipeline/members_view.hpp"
#include "pipeline/published_levels.hpp"
#include "pipeline/sink.hpp"
#include "signal/book.hpp"
#include "signal/triggers.hpp"

namespace groundswell::pipeline {

struct FoldSetup {
  std::string universe_name = "main";  // in event ids
  Universe universe;
  std::vector<std::string> symbols;     // by dense id of the recording; universe symbols it lacks are appended by the fold
  std::vector<Eligibility> conditions;  // by condition-set index; [0] regular. More may come with add_condition()
  signal::BookOptions book;
  std::vector<Trigger> triggers;  // went through signal::check_triggers()
  Suspicion suspicion = Suspicion::kSession;
  std::uint64_t grid_step_ns = 1'000'000'000;
  bool emit_every_record = false;         // publish what evaluates_per_record() after every record too (benchmarks, research)
  std::vector<std::string> live_signals;  // ids of what is published live, went through signal::check_signal_ids(); empty = all
  bool live_baskets_only = false;         // waves and the thesis publish at commits only
  bool evaluate_every_step = false;       // and after every record; for the law that skipping changes nothing; never set in production
  std::vector<SharesRow> shares;
  std::vector<ActionRow> actions;
  std::vector<Filing> filings;
  VolumeCurve volume_curve;
  std::uint64_t config_hash = 0;
};

struct FoldCounters {
  std::uint64_t records = 0, ticks = 0, pulses = 0, gaps = 0, rolls = 0, stale_rolls = 0, reference_changes = 0, unknown_records = 0;
  std::array<std::uint64_t, market::kOutcomeNames.size()> outcomes{};  // sums to `ticks` + incomplete groups dropped at gaps
  std::uint64_t dropped_at_gaps = 0;  // incomplete groups that a Gap dropped: in outcomes[kIncompleteGroup] too
  std::uint64_t bars = 0, unknown_conditions = 0;
  std::uint64_t believed = 0;  // trades in outcomes[kQuarantined] that later ones confirmed; the others are volume only, or wait
  std::uint64_t steps = 0, commits = 0;
  std::uint64_t levels = 0, level_batches = 0, edges = 0;
};

class Fold {
 public:
  explicit Fold(const FoldSetup& setup);
  ~Fold();
  Fold(const Fold&) = delete;
  Fold& operator=(const Fold&) = delete;

  // `jseq`: the record's position in its recording.
  void apply(const Record& record, std::uint64_t jseq, Sink& sink) noexcept;
  void add_condition(std::uint16_t index, const Eligibility& eligibility);

  // New reference data, before the ReferenceChange record that announces it is applied; without one offered, such a record changes nothing.
  // Its first roll with session >= effective brings it into force: markets, baskets and triggers that were built here take over what the
  // old ones remember. The benchmarks must be the same, and the data must have passed fold_setup(). What it names first gets the next
  // numbers of symbols and scopes when the record is applied; none is ever taken back. Allocates, and takes some milliseconds.
  void offer(const ReferenceData& reference);
  // For restore(): of the records before the snapshot those that decide what a fold is made of, in order.
  void rehearse(const Record& record);

  // For a snapshot, between records. save() is one pass of copies. restore() wants a fold constructed from the same setup, with the same
  // condition sets added; the reader says whether everything fitted, and if not this fold is good for nothing. A restored fold goes on as
  // if it had never stopped, to the byte.
  void save(StateWriter& archive) const;
  void restore(StateReader& archive) noexcept;

  // For late joiners, between records. One pass of copies into what `out` has from the last time.
  void view(SignalView& out) const;
  // Likewise the members of out.scopes. A scope that is none, or not of the session's universe, has none.
  void view(MembersView& out) const;
  // Baskets with a member that traded and is silent for longer than it usually is.
  std::size_t stale_baskets() const noexcept;
  // Of scope number `scope`, by rising symbol. At a step's or commit's sink call too: then as its numbers were made.
  void member_rows(std::size_t scope, std::vector<MemberRow>& out) const;

  std::uint64_t jseq() const noexcept { return jseq_; }  // of the last record applied; 0 = none
  std::uint64_t event_time_ns() const noexcept { return event_time_ns_; }
  std::uint32_t session() const noexcept { return roll_.session; }  // 0 before the first roll
  const SessionRoll& roll() const noexcept { return roll_; }        // of the session; all zero before the first
  const FoldCounters& counters() const noexcept { return counters_; }
  const std::vector<std::string>& symbols() const noexcept { return symbols_; }
  std::vector<std::string> signal_names() const;  // by index
  const std::vector<std::string>& scope_names() const noexcept {
    return scope_names_;
  }  // by number: baskets, waves, thesis, `symbols`, new
  std::size_t symbols_scope() const noexcept { return symbols_scope_; }
  const std::vector<RosterVersion>& rosters() const noexcept { return rosters_; }     // of all reference data, in the order they came
  const std::string& universe_version() const noexcept { return universe_version_; }  // of the newest
  const std::vector<std::string>& trigger_names() const noexcept { return trigger_names_; }
  const std::vector<signal::CatalogRow>& signals() const noexcept { return catalog_; }
  std::uint64_t next_eseq() const noexcept { return next_eseq_; }
  std::uint64_t next_scope_seq(std::size_t scope) const noexcept { return next_scope_seq_[scope]; }
  std::uint64_t next_level_seq(std::size_t scope) const noexcept { return next_level_seq_[scope]; }
  const signal::Book& book() const noexcept { return *book_; }  // for tests
  const market::Market& market() const noexcept { return *market_; }

 private:
  struct Parts {  // what depends on rosters and reference data
    std::unique_ptr<market::Market> market;
    std::unique_ptr<signal::Book> book;
    std::unique_ptr<signal::Triggers> triggers;
    std::vector<std::uint16_t> scope_numbers;
    std::vector<std::vector<std::uint16_t>> live_signals, record_signals, close_signals;
    std::vector<std::vector<Level>> current, published, committed;
    std::vector<signal::FamilyMask> made;
    std::vector<Level> symbol_levels, symbols_committed;
  };
  Parts build(const ReferenceData& reference);  // numbers what is new
  void number_scopes(Parts& parts);
  void use(Parts& parts) noexcept;
  void announce(const ReferenceChange& change);
  void bring_into_force(std::uint32_t session);  // what was announced, when its time has come
  void remember_rosters() noexcept;
  void roster_edges(Sink& sink) noexcept;
  void run_instants_before(std::uint64_t time_ns, Sink& sink) noexcept;
  void step(std::uint64_t instant_ns, Sink& sink) noexcept;
  void publish_live(std::uint64_t ts_event_ns, Sink& sink) noexcept;
  void look_after_record(std::uint32_t symbol, Sink& sink) noexcept;
  enum class Commit : std::uint8_t { kProvisional, kFinal, kRevised };
  void commit(std::uint64_t instant_ns, Commit kind, std::uint32_t flags, Sink& sink) noexcept;
  signal::Book::Step commit_step(std::uint64_t instant_ns, Commit kind, std::uint32_t flags) const noexcept;
  void tell_revisions(std::span<const Level> symbol_levels, std::uint64_t instant_ns, Sink& sink) noexcept;
  void commit_triggers(std::span<const Level> symbol_levels, std::uint64_t instant_ns, Commit kind, std::uint32_t flags,
                       Sink& sink) noexcept;
  void apply_roll(const SessionRoll& roll, Sink& sink) noexcept;
  void apply_tick(const Record& record, Sink& sink) noexcept;
  void apply_gap(const Record& record, Sink& sink) noexcept;
  void changed(std::uint32_t symbol) noexcept;
  void schedule(const SessionRoll& roll) noexcept;
  bool falls_due(std::uint64_t instant_ns) const noexcept;
  double volume_share(std::uint64_t instant_ns) const noexcept;
  signal::Book::Step live_step(std::uint64_t ts_event_ns) const noexcept;
  signal::Book::Step record_step() const noexcept;
  void member_edges(std::uint32_t symbol, const market::Market::Applied& applied, Sink& sink) noexcept;
  void revision_edge(std::size_t scope, const Level& before, const Level& now, std::uint64_t instant_ns, Sink& sink) noexcept;
  const signal::CatalogRow& catalog_row(std::uint16_t signal) const noexcept;
  void trigger_edge(const signal::Triggers::Fired& fired, std::span<const Why> why, const Level& level, std::uint64_t ts_event_ns,
                    Clock clock, std::uint32_t flags, Sink& sink) noexcept;
  void compare_edge(EdgeType type, std::uint16_t scope, const Level& before, const Level& now, std::int8_t direction,
                    std::uint64_t instant_ns, Clock clock, std::span<const Why> why, Sink& sink) noexcept;
  void edge(EdgeType type, std::uint32_t subject, std::int8_t direction, std::uint64_t ts_event_ns, Clock clock, std::uint32_t flags,
            double value, bool present, Sink& sink) noexcept;
  void send_edge(Edge& edge, std::span<const Why> why, Sink& sink) noexcept;  // numbers it, names it, passes it on
  // Of `signals` those whose numbers were made, and unless `all` are not what was published last.
  void publish(std::size_t scope, std::span<const std::uint16_t> signals, bool all, std::uint64_t ts_event_ns, Sink& sink) noexcept;
  void batch(std::size_t scope, Clock clock, std::uint64_t ts_event_ns, std::span<const Level> levels, Sink& sink) noexcept;

  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  static constexpr std::uint64_t kBenchmarkStaleNs = 5'000'000'000;

  // Fixed while running, but that what reference data brings is added at the end.
  std::vector<std::string> symbols_, scope_names_;
  std::map<std::string, std::uint32_t> symbol_ids_;
  std::vector<bool> tracked_;  // by dense id: some universe has or had it
  std::vector<RosterVersion> rosters_;
  std::string universe_version_;
  std::size_t symbols_scope_ = 0;
  std::vector<signal::CatalogRow> catalog_;
  signal::BookOptions book_options_;
  Suspicion suspicion_;
  std::vector<Trigger> trigger_rules_;
  std::vector<std::string> trigger_names_;
  std::uint16_t roster_signal_ = kNoIndex;                  // the number that a ROSTER_CHANGE is told with
  std::array<std::uint32_t, kBenchmarkRoles> benchmark_{};  // dense id, kNoSubject = none
  std::vector<bool> is_benchmark_;
  std::uint64_t grid_step_ns_;
  bool emit_every_record_;
  bool live_baskets_only_;
  std::vector<std::string> live_ids_;
  bool evaluate_every_step_;
  std::uint64_t config_hash_;
  std::string universe_name_;
  VolumeCurve volume_curve_;
  // By pool, in the order in which scopes are evaluated:
  std::vector<std::uint16_t> scope_numbers_;                                               // its number outside
  std::vector<std::vector<std::uint16_t>> live_signals_, record_signals_, close_signals_;  // what it publishes then
  std::vector<signal::FamilyMask> family_of_;                                              // by signal
  std::unique_ptr<ReferenceData> offered_;
  std::unique_ptr<Parts> announced_;

  // Changes with records; all of it is in visit_state().
  std::unique_ptr<market::Market> market_;
  std::unique_ptr<signal::Book> book_;
  std::unique_ptr<signal::Triggers> triggers_;
  std::uint64_t event_time_ns_ = 0;
  SessionRoll roll_{};
  std::uint64_t next_grid_ns_ = kNever, next_provisional_ns_ = kNever, next_final_ns_ = kNever;
  bool final_done_ = true;       // before the first roll there is nothing to commit
  bool committed_once_ = false;  // this session
  bool recommit_due_ = false;    // a correction came after the final commit: it runs again at the next pulse
  bool first_step_ = false;
  bool touched_ = false;  // something changed since the last step
  bool market_halted_seen_ = false;
  double volume_share_seen_ = 0.0;
  std::array<bool, kBenchmarkRoles> stale_seen_{};
  std::uint32_t price_gaps_ = 0;         // tracked symbols with a price taint
  std::uint32_t effective_session_ = 0;  // of what was announced
  std::uint8_t is_announced_ = 0;

  std::uint64_t jseq_ = 0;
  std::uint64_t next_eseq_ = 1;
  std::vector<std::uint64_t> next_scope_seq_, next_level_seq_;       // by scope number
  std::vector<std::vector<Level>> current_, published_, committed_;  // by pool: a block of signal_count()
  std::vector<Level> symbols_committed_;                             // as commit_symbols() fills them
  PublishedLevels last_{LevelSlots(0, 0)};                           // of every scope, by number, on both clocks
  FoldCounters counters_;

  template <class Self, class Archive>
  static void visit_state(Self& self, Archive& archive) {
    archive(*self.market_, *self.book_, *self.triggers_, self.event_time_ns_, self.roll_, self.next_grid_ns_, self.next_provisional_ns_,
            self.next_final_ns_, self.final_done_, self.committed_once_, self.recommit_due_, self.first_step_, self.touched_,
            self.market_halted_seen_, self.volume_share_seen_, self.stale_seen_, self.price_gaps_, self.effective_session_,
            self.is_announced_, self.jseq_, self.next_eseq_, self.next_scope_seq_, self.next_level_seq_, self.current_, self.published_,
            self.committed_, self.symbols_committed_, self.last_, self.counters_);
  }

  // Scratch within one record.
  std::vector<signal::FamilyMask> made_;  // by pool: whose numbers are new
  std::vector<Level> outgoing_, symbol_levels_;
  struct RosterBefore {  // of a scope, across a roll
    bool had = false;
    std::vector<std::uint32_t> members;
  };
  std::vector<RosterBefore> rosters_before_;  // by scope number
  std::vector<Why> roster_parts_;
  struct Hash;
  std::unique_ptr<Hash> hash_;
};

}  // namespace groundswell::pipeline
