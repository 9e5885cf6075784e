// Going on with a recording: the engine as it was after its last whole record.
//
//   newest good snapshot -> the records after it, folded with output muted -> the recording, cut to its last whole block, open for more
//
// Edges that the fold makes of those records and that the recording lacks were never published: they are handed back, to be written and
// published now. Those it has may have been published and are not sent again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "groundswell/catalog.hpp"
#include "journal/writer.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/feed_positions.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/references.hpp"
#include "pipeline/shadow.hpp"
#include "wire/codec.hpp"

namespace groundswell::pipeline {

struct Restarted {
  journal::Writer writer;  // at the end of the recording, holding its lock
  std::unique_ptr<Fold> fold;
  std::unique_ptr<DigestSink> digest;  // of the whole recording
  Catalog catalog;                     // in force: ids of symbols and condition sets go on from here
  std::uint64_t next_jseq = 1;
  std::vector<wire::EdgeWithWhy> unpublished;  // in order, the last ones that the fold has made
  FeedPositions feeds;
  References references;           // announced and in force
  std::unique_ptr<Shadow> shadow;  // of [shadow]

  std::uint64_t snapshot_jseq = 0;  // where folding began; 0 = at the front
  std::uint64_t torn_bytes = 0;     // cut from the end
};

struct RestartPlan {
  // Not empty: the recording cannot be gone on with by this program and this configuration, for this reason, and was not touched. It may be
  // the history of a new one.
  std::string start_new_because;
  bool is_empty = false;              // it has no record
  std::unique_ptr<Restarted> engine;  // else
};

// `config`: its reference data may be newer than the recording's, which the engine goes on with until it is handed the new one. Snapshots
// that are damaged, of another version, or of records or edges that the recording does not have are passed over with a line in the log;
// those of records it does not have are deleted, since their numbers will be given again. Errors: 65 damaged, 66 not there or one file, 74
// I/O, 75 another engine holds it, 78 as fold_setup().
Result<RestartPlan> plan_restart(const std::filesystem::path& recording, const config::Config& config,
                                 const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

// The recording that [journal] names: the engine to go on with, or nothing where there is none yet, or only the empty front of one that an
// engine left when it ended early; that is removed. Errors: 73 it cannot be gone on with, and why; those of plan_restart().
Result<std::unique_ptr<Restarted>> go_on(const config::Config& config);

}  // namespace groundswell::pipeline
