// A recording folded again, and its EDGES blocks compared with what comes out: what was published is what its records say.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"
#include "journal/reader.hpp"
#include "pipeline/feed_positions.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/references.hpp"
#include "pipeline/shadow.hpp"
#include "wire/codec.hpp"

namespace groundswell::pipeline {

// Takes the edges that a fold makes and compares those of a recording with them, in order.
class EdgeCheck final : public Sink {
 public:
  // Edges before `first_eseq` are not the fold's to make: those of a batch are passed over.
  explicit EdgeCheck(std::uint64_t first_eseq = 1) noexcept : first_eseq_(first_eseq) {}
  void on_levels(const LevelBatchView&) noexcept override {}
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override;

  // With the payload of the next EDGES block; edges caused by the records before it must have been made. Byte for byte: the edges made, in
  // a batch with the header of the recorded one, must encode to the same bytes. What differs goes to difference(). Errors: 65.
  Result<void> compare(const journal::BlockView& block);

  // "" or where the first difference is: "edge 17 of record 4711: value is 2.5 in the recording, 2 when folded again".
  const std::string& difference() const noexcept { return difference_; }
  std::uint64_t compared() const noexcept { return compared_; }
  std::deque<wire::EdgeWithWhy>& waiting() noexcept { return waiting_; }  // made, and not in the recording so far

 private:
  std::uint64_t first_eseq_;
  std::uint64_t compared_ = 0;
  std::string difference_;
  std::deque<wire::EdgeWithWhy> waiting_;
  wire::SignalCodec codec_;
};

// Folds the records after `after_jseq` (which `fold` has applied already), adding condition sets and reference data as the recording does,
// and compares the EDGES blocks on the way; stops at the first difference. `sink` gets what the fold makes, `check` the edges of it;
// `references` and `feeds` see every record, and so does the shadow of a whole recording, whose output is for nobody. Errors: 65 a block of
// another version; those of References.
Result<void> refold(journal::Reader& recording, References& references, std::uint64_t after_jseq, Fold& fold, Sink& sink, EdgeCheck& check,
                    FeedPositions& feeds, Shadow* shadow = nullptr);
// For a snapshot taken after `jseq`: makes of a new fold what it was made of then, so that it can be restored. Errors: as References.
Result<void> rehearse(journal::Reader& recording, References references, std::uint64_t jseq, Fold& fold);

// eseq of the last edge in the recording; 0 = it has none. Errors: 65.
Result<std::uint64_t> last_recorded_eseq(journal::Reader& recording);

}  // namespace groundswell::pipeline
