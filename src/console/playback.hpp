// A recording as a console sees it at any moment of it: the same fold as live, into the same model. Goes forward by folding on; goes back
// to a state that was kept on the way, and from there forward again. Thread: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/fold_engine.hpp"
#include "console/history.hpp"
#include "console/messages.hpp"
#include "console/model.hpp"

namespace groundswell::console {

class Playback final : private client::Handler {
 public:
  static constexpr std::uint64_t kKeepEveryRecords = 250'000;  // at first; twice as many whenever kMostKept is reached
  static constexpr std::size_t kMostKept = 8;

  // Called now and then with how much is done, 0 to 1. False: give up.
  using GoOn = std::function<bool(double)>;
  // Checks the recording and folds what comes before begin_ns(). `universe`: a baskets.toml for a recording without a configuration, as
  // imports are. Nothing, without an error: given up. Errors: those of Reader::open and Fold::open.
  static client::Result<std::unique_ptr<Playback>> open(const std::string& path, const std::string& universe, const GoOn& go_on);

  static constexpr std::size_t kMostMarks = 5'000;  // the last ones

  // The part to be watched: from where the engine's feeds joined; of an import, all. UTC.
  std::uint64_t begin_ns() const noexcept { return begin_ns_; }
  std::uint64_t end_ns() const noexcept { return end_ns_; }
  const std::vector<Mark>& marks() const noexcept { return marks_; }  // the events in it

  // Event time of the last record applied that has one, and its number. The state is what it was after it.
  std::uint64_t at_ns() const noexcept { return at_ns_; }
  bool is_at_end() const noexcept { return at_end_; }
  std::uint64_t next_ns() const noexcept;  // event time of the next record that has one; 0 = there is none

  // Each folds on until it is there, or told to give up, and is then somewhere on the way. Errors: kDamaged, kConfiguration.
  enum class Arrival : std::uint8_t { kThere, kGivenUp };
  client::Result<Arrival> forward_to(std::uint64_t time_ns, const GoOn& go_on);  // after the last record at or before that time
  client::Result<Arrival> seek(std::uint64_t time_ns, const GoOn& go_on);        // likewise, also back
  client::Result<Arrival> step(int direction, const GoOn& go_on);                // to the next or previous mark; where none is, stays

  const Model& model() const noexcept { return *model_; }
  Model& model() noexcept { return *model_; }
  const History& history() const noexcept { return history_; }
  const pipeline::Fold& fold() const noexcept { return engine_->fold(); }

 private:
  struct Kept {
    std::uint64_t jseq, at_ns;
    std::vector<std::byte> state;
    std::unique_ptr<Model> model;
    History::Moment history;
  };
  explicit Playback(journal::Reader reader) : reader_(std::move(reader)) {}
  void on_levels(const client::LevelsEvent& event) override;
  void on_edge(const client::EdgeEvent& event) override;

  void survey(const std::string& universe);  // begin_ns_, end_ns_, marks_ as far as the recording has them
  void add_mark(const Edge& edge, std::string scope);
  void choose_marks();
  std::optional<client::Error> begin_again();
  std::optional<client::Error> next_block();
  client::Result<Arrival> fold_until(std::uint64_t time_ns, std::uint64_t jseq, const GoOn& go_on);
  std::optional<client::Error> back_before(std::uint64_t time_ns, std::uint64_t jseq);  // to what was kept last of what is not after either
  void keep();

  journal::Reader reader_;
  std::string universe_;  // for a recording without a configuration; "" = it has one
  std::unique_ptr<client::FoldEngine> engine_;
  std::unique_ptr<Model> model_;
  History history_;
  std::vector<Mark> marks_;
  std::vector<std::uint64_t> mark_jseqs_;  // of the records that caused them
  std::uint64_t begin_ns_ = 0, end_ns_ = 0, begin_jseq_ = 0;
  bool has_edges_ = false, keeps_ = true, marking_ = false;

  std::span<const Record> records_;  // of the block that is being applied
  std::size_t place_ = 0;            // in it, of the next one
  std::uint64_t next_jseq_ = 1, at_ns_ = 0;
  bool at_end_ = false;

  std::vector<Kept> kept_;
  std::uint64_t keep_every_ = kKeepEveryRecords, keep_at_jseq_ = kKeepEveryRecords;
};

}  // namespace groundswell::console
