// A feed: its one or two lines, the sequencer that makes one sequence of them, and the questions for what is lost. Passes on records with
// the sender's ids, and says when a line or the feed falls silent, loses ticks, or contradicts itself.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "feed/feed_line.hpp"
#include "feed/fill_client.hpp"
#include "pipeline/engine_status.hpp"
#include "pipeline/links.hpp"
#include "pipeline/operations.hpp"
#include "pipeline/stage.hpp"
#include "sequence/sequencer.hpp"

namespace groundswell::pipeline {

// Nothing of an epoch is taken before its sender has said what its ids stand for.
class FeedStage final : public Stage {
 public:
  // Opens the sockets. `feed`: number in records, from 1. `out`, `operations` and `status` outlive the stage. Errors: 64, 69, 77.
  static Result<std::unique_ptr<FeedStage>> open(net::Context& context, const config::Feed& config, std::uint16_t feed, FeedLink& out,
                                                 Operations& operations, const EngineStatus& status);

  std::size_t step(std::int64_t now_ns) override;
  bool finished() const noexcept override { return finished_; }
  void wait_on(std::vector<net::Socket*>& sockets) override;
  std::int64_t due_ns() const noexcept override { return due_ns_; }
  bool has_work() const noexcept override { return true; }  // lines are watched all the time

  // Before the stage runs: everything from `next_tick` on is wanted.
  void resume(std::uint64_t feed_epoch, std::uint64_t next_tick) noexcept;
  // Before the stage runs, or after it has finished.
  sequence::Sequencer& sequencer() noexcept { return sequencer_; }
  std::size_t lines() const noexcept { return lines_.size(); }
  const feed::FrameCounters& frames(std::size_t line) const noexcept { return lines_[line].line.counters(); }
  std::uint64_t silences(std::size_t line) const noexcept { return lines_[line].silences; }
  const feed::FillCounters& fills() const noexcept { return fill_ ? fill_->counters() : no_fills_; }
  std::uint64_t heartbeats() const noexcept { return heartbeats_; }
  // Ticks not taken because their epoch's names had not come yet. Where a feed was heard before, they are missing, and asked for.
  std::uint64_t ticks_before_names() const noexcept { return before_names_; }
  wire::Mode mode() const noexcept { return mode_; }       // as its last heartbeat said
  std::string endpoint();                                  // of line A, with the port chosen for tcp://…:*
  std::uint64_t waits() const noexcept { return waits_; }  // times that there was no room in its link
  // This machine's clock less the sender's as the quickest of the last messages showed it: never less than what it really is. Nothing: not
  // known yet, or the sender is not live.
  std::optional<std::int64_t> clock_offset_ns() const noexcept;
  // Any thread. UTC, by this machine's clock; 0 = nothing came yet.
  std::int64_t last_tick_ns() const noexcept { return tick_at_ns_.load(std::memory_order_relaxed); }
  std::int64_t last_frame_ns(std::size_t line) const noexcept { return frame_at_ns_[line].load(std::memory_order_relaxed); }
  static constexpr std::int64_t kLineDeadNs = 3'000'000'000;  // without a frame: a line is dead

 private:
  struct Line {
    feed::FeedLine line;
    std::uint64_t frames_seen = 0, silences = 0;
    std::int64_t alive_at_ns = 0;  // monotonic; 0 = not looked at yet
    bool silent = false;           // and it was told
  };
  // A time in which every line was dead: ticks that were lost in it are lost for that reason.
  struct Outage {
    bool now = false;
    std::uint64_t feed_epoch = 0, from_tick = 0;
    std::uint64_t to_tick = 0;  // the first tick after it; 0 = not known yet
  };
  FeedStage(const config::Feed& config, const sequence::SequencerOptions& options, FeedLink& out, Operations& operations,
            const EngineStatus& status);
  bool receive();  // whether that emptied the lines
  void take_frame(std::size_t line, sequence::Now now);
  void ask_and_take_fills(sequence::Now now);
  void mark_send_time(const wire::TickBatch& batch, sequence::Now now);
  void compare_clocks(std::uint64_t send_ns, sequence::Now now) noexcept;
  void sequenced(std::size_t from);  // looks over what was appended to out_ from there on
  bool pass_on();                    // false: the link is full
  bool is_stuck() const;             // the core is behind: nothing more may be received
  void watch_lines(std::int64_t now_ns);
  void tell_of_losses(std::int64_t now_ns);
  void finish(std::int64_t now_ns);
  void after_outage(std::uint64_t feed_epoch, std::uint64_t tick) noexcept;

  config::Feed config_;
  FeedLink& link_;
  Operations& operations_;
  const EngineStatus& status_;
  sequence::Sequencer sequencer_;
  std::vector<Line> lines_;
  std::optional<feed::FillClient> fill_;
  feed::FillCounters no_fills_;
  std::vector<Record> out_;    // sequenced, not all in the link yet
  std::size_t passed_on_ = 0;  // of them
  std::size_t work_ = 0;       // of this step
  Outage outage_;
  TellAgain lost_told_, mismatch_told_, fills_told_, nameless_told_;
  std::uint64_t before_names_ = 0;
  std::int64_t nameless_since_ns_ = 0;  // monotonic; 0 = it is not so
  std::uint64_t heartbeats_ = 0, sent_ns_ = 0, waits_ = 0;
  std::atomic<std::int64_t> tick_at_ns_{0};
  std::array<std::atomic<std::int64_t>, 2> frame_at_ns_{};  // by line
  // The least offset of this window and of the one before it.
  static constexpr std::int64_t kNoOffset = std::numeric_limits<std::int64_t>::max();
  std::int64_t offset_ns_ = kNoOffset, offset_before_ns_ = kNoOffset, offset_window_ends_ns_ = 0;
  wire::Mode mode_ = wire::Mode::kLive;
  std::uint64_t named_epoch_ = 0;             // whose ids have names; what is of a later one has to wait for them. 0 = none yet
  std::int64_t due_ns_ = 0, stop_at_ns_ = 0;  // monotonic; once asked to stop: what has arrived is taken, but a flood does not hold us
  bool finished_ = false;
};

}  // namespace groundswell::pipeline
