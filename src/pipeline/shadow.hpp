// The shadow: another universe on the same records. A second fold, of which only that goes out in which it differs from the main one: a
// level of the same scope name, signal and clock, or an edge, with other content. Numbers of its own, without holes. An equal universe
// gives nothing.
//
// Thread: the fold's. Costs a second fold, and a comparison of what both publish.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/fold.hpp"
#include "pipeline/outbox.hpp"
#include "pipeline/sink.hpp"

namespace groundswell::pipeline {

// The setup of the main fold with another universe. Triggers keep their indices; scopes that they name and it lacks are not watched.
FoldSetup shadow_setup(FoldSetup main, const Universe& universe);

class Shadow final {
 public:
  explicit Shadow(const FoldSetup& setup);
  void follow(const Fold& main);  // before anything else; it outlives the shadow

  // Of each record: the main fold applies it, its output goes here too; then apply() folds it again and gives `out` what differs.
  Sink& main_output() noexcept { return of_main_; }
  void apply(const Record& record, std::uint64_t jseq, Sink& out);
  void add_condition(std::uint16_t index, const Eligibility& eligibility) { fold_.add_condition(index, eligibility); }
  // New shares, actions and filings, before the record that announces them; the universe stays.
  void offer(const ReferenceData& main) { fold_.offer({universe_, main.shares, main.actions, main.filings}); }

  void rehearse(const Record& record) { fold_.rehearse(record); }  // as Fold::rehearse()

  const Fold& fold() const noexcept { return fold_; }
  std::uint64_t next_eseq() const noexcept { return next_eseq_; }
  std::uint64_t next_scope_seq(std::size_t scope) const noexcept { return next_scope_seq_[scope]; }
  std::uint64_t next_level_seq(std::size_t scope) const noexcept { return next_level_seq_[scope]; }

 private:
  static constexpr std::uint16_t kNowhere = 0xffff;
  struct Output final : Sink {  // of one fold, for one record
    void on_names(const Names& all) override { names = &all.scopes; }
    void on_levels(const LevelBatchView& batch) noexcept override;
    void on_edge(const Edge& edge, std::span<const Why> why) noexcept override;
    void clear() noexcept;
    std::uint64_t next_ns() const noexcept;  // of what is not looked at yet; the greatest there is: nothing
    std::vector<LevelBatchView> batches;     // levels: none, they are in `levels` from `first_level` on
    std::vector<std::size_t> first_level;
    std::vector<Level> levels;
    std::vector<Edge> edges;
    std::vector<std::vector<Why>> whys;  // as many as there ever were edges
    std::size_t batch = 0, edge = 0;     // the next to be looked at
    const std::vector<std::string>* names = nullptr;
  };
  struct Cell {  // one number, as last published
    Level main, own, sent;
    bool has_main = false, has_own = false, has_sent = false;
    bool is_touched = false, is_own_touched = false;
  };
  struct Board {  // the numbers of a scope on a clock
    std::vector<Cell> cells;
    std::vector<std::uint32_t> touched;
    LevelBatchView head{};
  };

  void map_scopes();
  void take_edges(std::uint64_t time_ns, Sink& out);
  bool same_edge(std::size_t own, std::size_t main) const noexcept;
  void take_levels(Output& from, std::uint64_t time_ns, bool is_own);
  void send_levels(Sink& out);

  Universe universe_;
  Fold fold_;
  LevelSlots slots_;
  Output of_main_, own_;
  std::vector<std::uint16_t> scope_of_main_;  // main's number -> ours, kNowhere
  std::vector<std::array<Board, 2>> boards_;  // by our scope, then clock
  std::vector<std::uint8_t> matched_;         // edges of main, of this instant
  std::vector<Level> outgoing_;
  std::uint64_t next_eseq_ = 1;
  std::vector<std::uint64_t> next_scope_seq_, next_level_seq_;
};

}  // namespace groundswell::pipeline
