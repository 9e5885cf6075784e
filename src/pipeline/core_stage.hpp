// The core: the only writer of state. Takes what the feeds' sequencers pass on, merges it into one sequence, hands each record to the
// journal before it changes state, and folds it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "config/calendar.hpp"
#include "config/config.hpp"
#include "journal/reader.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/engine_status.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/links.hpp"
#include "pipeline/merge.hpp"
#include "pipeline/operations.hpp"
#include "pipeline/outbox.hpp"
#include "pipeline/shadow.hpp"
#include "pipeline/shadow_link.hpp"
#include "pipeline/snapshot.hpp"
#include "pipeline/stage.hpp"

namespace groundswell::pipeline {

class CoreStage final : public Stage {
 public:
  // All of it outlives the stage.
  struct Surroundings {
    const config::Config& config;
    const config::Calendar& calendar;
    std::vector<FeedLink*> feeds;
    JournalLink& journal;
    OutboxSender& outbox;
    SnapshotLink& snapshots;
    ViewLink<SignalView>& views;
    ViewLink<MembersView>& members;
    ShadowLink& shadow;
    ReferenceLink& references;
    Operations& operations;
    EngineStatus& status;
  };
  struct State {  // what it begins with
    std::unique_ptr<Fold> fold;
    std::unique_ptr<DigestSink> digest;
    std::uint64_t next_jseq = 1;
    std::unique_ptr<journal::Reader> history;  // folded before anything of the feeds, which wait; may be nullptr
    // Of a recording that is gone on with:
    FeedPositions feeds;
    std::vector<ConditionSet> condition_sets{ConditionSet{}};
    std::vector<wire::EdgeWithWhy> unpublished;  // handed on before anything else
    std::unique_ptr<Shadow> shadow;              // nullptr: there is none
    std::vector<AliasRow> aliases;               // in force
    std::vector<AliasRow> next_aliases;          // when next_session is given: announced for it
    std::optional<std::uint32_t> next_aliases_session;
    std::uint64_t config_blocks = 1;  // of the recording
    bool catalog_is_behind = false;   // it ends before the catalog of its last new reference data
  };
  CoreStage(const Surroundings& surroundings, State state);
  ~CoreStage() override;

  // step() waits inside, for room in the journal's link: an edge cannot be put off in the middle of a fold.
  std::size_t step(std::int64_t now_ns) override;
  bool finished() const noexcept override { return finished_; }
  std::int64_t due_ns() const noexcept override { return due_ns_; }
  bool has_work() const noexcept override;

  // Before the stage runs, or after it has finished.
  void identify(const SnapshotIdentity& identity) noexcept { identity_ = identity; }  // once the recording has a name
  std::vector<std::byte> snapshot() const;                                            // of now
  const Fold& fold() const noexcept { return *state_.fold; }
  const Shadow* shadow() const noexcept { return state_.shadow.get(); }
  const Merge& merge() const noexcept { return merge_; }
  std::uint64_t edges_made() const noexcept;
  std::string digest();

 private:
  class Out;
  std::size_t take_history();  // a block
  std::size_t take_feed(std::size_t feed);
  void fold_batch();  // journal first, then state
  void take_snapshot_if_due(std::int64_t now_ns);
  void take_references();
  void announce_conditions();
  void announce_catalog();
  bool feeds_ended() const noexcept;

  Surroundings around_;
  State state_;
  Merge merge_;
  std::unique_ptr<Out> out_;
  std::uint64_t history_rolls_ = 0, history_rolls_seen_ = 0;
  std::vector<Record> taken_, batch_;
  SnapshotIdentity identity_;
  std::int64_t due_ns_ = 0, snapshot_at_ns_ = 0;
  std::uint64_t references_taken_ = 0;
  bool finished_ = false;
};

}  // namespace groundswell::pipeline
