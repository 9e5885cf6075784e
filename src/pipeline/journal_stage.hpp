// The journal: what happened, in order, into the recording. An input is handed to the kernel before the edges that it caused are written,
// and these before the publisher gets them.
#pragma once

#include <cstdint>

#include "journal/writer.hpp"
#include "pipeline/engine_status.hpp"
#include "pipeline/links.hpp"
#include "pipeline/stage.hpp"
#include "publish/edge_encoder.hpp"

namespace groundswell::pipeline {

// Records are written when a block of them is full, after 5 ms, or at once when an edge comes; what came in one step, by one call.
class JournalStage final : public Stage {
 public:
  // All of it outlives the stage. A failed write fails the engine: nothing more is passed on.
  JournalStage(journal::Writer& writer, publish::EdgeEncoder encoder, JournalLink& in, EdgeLink& out, EngineStatus& status);
  std::size_t step(std::int64_t now_ns) override;
  bool finished() const noexcept override { return finished_; }
  std::int64_t due_ns() const noexcept override { return due_ns_; }
  bool has_work() const noexcept override { return in_.has_work(); }

  std::uint64_t edges_written() const noexcept { return edges_written_; }
  std::uint64_t waits() const noexcept { return waits_; }  // times that there was no room for an edge behind it

 private:
  bool has_room() noexcept;
  bool take_item(std::size_t& work);  // false: nothing there, or no room for it behind us

  journal::Writer& writer_;
  publish::EdgeEncoder encoder_;
  JournalLink& in_;
  EdgeLink& out_;
  EngineStatus& status_;
  std::int64_t unwritten_since_ns_ = 0, due_ns_ = kNever;
  std::uint64_t edges_written_ = 0, waits_ = 0;
  bool finished_ = false;
};

// What waits for the disk: fdatasync, which may take many milliseconds, and snapshots of records that are on the disk. `always`: as soon as
// something was written (durability "power"); else once a second, and the disk begins with what there is every 50 ms. A snapshot that
// cannot be written is a line in the log: the recording has everything.
class SyncStage final : public Stage {
 public:
  SyncStage(journal::Writer& writer, bool always, SnapshotLink& snapshots, EngineStatus& status);
  std::size_t step(std::int64_t now_ns) override;
  bool finished() const noexcept override { return ended_.load(); }
  std::int64_t due_ns() const noexcept override { return due_ns_; }
  bool has_work() const noexcept override { return status_.written_jseq.load() > status_.synced_jseq.load(); }
  void end() noexcept { ended_ = true; }                                // any thread: nobody waits for it any more
  const Histogram& sync_times() const noexcept { return sync_times_; }  // any thread: of fdatasync

 private:
  journal::Writer& writer_;
  bool always_;
  SnapshotLink& snapshots_;
  EngineStatus& status_;
  std::int64_t due_ns_ = 0, sync_at_ns_ = 0;
  Histogram sync_times_;
  std::atomic<bool> ended_{false};
};

}  // namespace groundswell::pipeline
