// The book: per-basket truth. Keeps one row of lanes per symbol and their sums per basket, wave and thesis; a change of a symbol costs the
// same whatever the size of its baskets, and is made once however often the symbol traded since the last look. At steps and commits it
// turns sums into levels. It has no idea which signals exist.
//
// Thread: one. Nothing is allocated after construction. Invariant: every sum equals the sum of its members' rows, exactly.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/state_stream.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/filing.hpp"
#include "groundswell/symbol_state.hpp"
#include "groundswell/universe.hpp"
#include "groundswell/value.hpp"
#include "signal/catalog.hpp"
#include "signal/signal.hpp"
#include "signal/thesis_account.hpp"

namespace groundswell::signal {

class Book {
 public:
  // `symbol_ids`: dense id by symbol of the universe; every universe symbol must be there. `n_symbols`: one past the largest id.
  // `followed`: by dense id, symbols that the universe need not have and whose own memories go on all the same. `filings`: of whoever is in
  // `symbol_ids`; each counts from its own time on.
  Book(const Universe& universe, const std::map<std::string, std::uint32_t>& symbol_ids, std::size_t n_symbols, const BookOptions& options,
       const std::vector<bool>& followed = {}, const std::vector<Filing>& filings = {});
  ~Book();

  std::size_t scope_count() const noexcept;  // of pools: baskets in file order, wave:… (those that have baskets), thesis
  const std::string& scope_name(std::size_t scope) const noexcept;
  bool publishes(std::size_t scope, const CatalogRow& row) const noexcept;  // whether that number exists in that scope

  using Step = signal::Step;

  // base := now; roster of `session`, and what is known of its members when it opens; every row anew from `states` (by dense id). Sets
  // states' `rostered`.
  void roll(std::uint32_t session, std::uint64_t open_ns, std::span<SymbolState> states);
  std::uint64_t roster_hash() const noexcept;  // of the session
  const std::vector<RosterVersion>& roster_versions() const noexcept;
  // What another book remembers, of the pools that both have and of all its symbols, which are the first of this one's. Before a roll.
  void take_over(const Book& before);
  // A number of the first form (evaluates_per_record()) that `members` would have without a memory, as the symbols stand.
  Level number_of(std::span<const std::uint32_t> members, std::uint16_t signal, std::span<const SymbolState> states, const Step& step);
  // After a change of a rostered symbol (at the end of its group). Hot: its row is made anew when somebody looks.
  void on_change(std::uint32_t symbol) noexcept;
  // Before evaluate_record(): of the rows of symbols that changed since, and of the sums that hold them, what restrict_record() asks for.
  // `states` by dense id; `step` without anything that members share.
  void begin_record(std::span<const SymbolState> states, const Step& step) noexcept;
  // Before evaluating: second-form rows of the symbols that changed since the last step, or of all when what they share changed. `states`
  // and `returns` stay valid until the next call.
  void begin_step(std::span<const SymbolState> states, ReturnHistory returns, const Step& step) noexcept;
  // Between commits only these numbers are made from now on, in the first `scopes` scopes; the others are old then. All, unless this is
  // called. Before the first roll.
  void restrict_live(std::span<const std::uint16_t> signals, std::size_t scopes);
  // After records only these numbers are made, of the first form (evaluates_per_record()); all live ones, unless this is called. After
  // restrict_live().
  void restrict_record(std::span<const std::uint16_t> signals);
  bool reads_samples() const noexcept;             // between commits, of the states' sampled part
  bool reads_age() const noexcept;                 // and whether they are fresh or stale
  bool is_kept(std::size_t scope) const noexcept;  // its numbers are made between commits
  bool dirty(std::size_t scope) const noexcept;    // its sums changed since it was last evaluated
  bool unseen(std::size_t scope) const noexcept;   // they did, or the market halted, since evaluate_record()
  // Fills `levels` with every number of the scope. Scopes in order: a wave reads what its baskets left. Always the same `levels` for a
  // scope, once blank_levels(): what did not change stays. Says whose numbers were made; the others' are what they were.
  FamilyMask evaluate(std::size_t scope, const Step& step, Level* levels) noexcept;
  // Numbers that rank the baskets, into the `blocks` of all scopes; call when every scope that changed has been evaluated. Adds to whose
  // numbers were `made` in a scope whose rank changed.
  void rank(const Step& step, std::span<std::vector<Level>> blocks, std::span<FamilyMask> made) noexcept;
  // Scope `symbols`, at a commit: takes the session in and fills `levels`, symbol_signals() of each member of the session, by dense id.
  // Says how many: at most symbol_levels().
  std::size_t commit_symbols(std::span<const SymbolState> states, ReturnHistory returns, const Step& step, Level* levels) noexcept;
  std::size_t symbol_levels() const noexcept;
  std::size_t symbol_count() const noexcept;  // one past the largest dense id
  // The numbers of restrict_record(), after begin_record() of the same step; `levels` as for evaluate(), which makes them anew at the next
  // step. Says whose numbers were made.
  FamilyMask evaluate_record(std::size_t scope, const Step& step, Level* levels) noexcept;
  // now := base with this session taken in; call after evaluate() and rank() of the same step.
  void commit(std::size_t scope, const Step& step) noexcept;

  // What the thesis was judged by at the last commit; after it and before the next step.
  ThesisAccount thesis_account() const noexcept;

  // For a snapshot: all that changes, and into a book of the same universe and options.
  void save(StateWriter& archive) const;
  void restore(StateReader& archive) noexcept;

  bool is_basket(std::size_t scope) const noexcept;
  std::span<const std::uint32_t> members(std::size_t scope) const noexcept;              // distinct, of the session, rising
  std::span<const PoolMember> member_roles(std::size_t scope) const noexcept;            // of members()
  std::size_t most_members(std::size_t scope) const noexcept;                            // of any session
  std::span<const std::uint32_t> scopes_of(std::uint32_t symbol) const noexcept;         // of the session, rising
  std::int64_t driver_value(std::uint32_t symbol, const Driver& driver) const noexcept;  // of the row as of the last look
  bool sums_hold() const;  // for tests: sums anew from rows equal the running ones, of what is kept

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::signal
