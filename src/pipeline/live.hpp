// The live engine: the stages of the journey, wired to threads. Three wirings of the same stages give the same recording and the same
// signals; [pipeline] threads chooses.
//
//   single   gs-core   every feed, core,      fused   gs-core   every feed, core    staged   gs-feed-NAME   a feed, each
//                      journal, publish               gs-edge   journal, publish             gs-core, gs-journal, gs-publish
//            gs-sync   fdatasync                      gs-sync                                gs-sync
//   and in all gs-watch, which looks whether the others go on.
//
// Order, always: input records to the kernel, then the edges they caused, then the edges to the world; with durability "power" the input is
// on the disk before the world hears of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/gatekeeper.hpp"
#include "base/histogram.hpp"
#include "base/process_usage.hpp"
#include "base/result.hpp"
#include "base/socket.hpp"
#include "config/config.hpp"
#include "feed/feed_line.hpp"
#include "feed/fill_client.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/merge.hpp"
#include "pipeline/outbox.hpp"
#include "pipeline/watchdog.hpp"
#include "publish/control_server.hpp"
#include "publish/publisher.hpp"
#include "sequence/sequencer.hpp"

namespace groundswell::pipeline {

struct FeedCounters {
  sequence::SequenceCounters sequence;
  std::uint64_t first_tick = 0, next_tick = 0, feed_epoch = 0, lost_in_epoch = 0, unique_in_epoch = 0;
  std::uint64_t journaled = 0;
  std::array<std::uint64_t, kRejectionNames.size()> rejected{};
  std::uint64_t before_names = 0;
  std::uint64_t heartbeats = 0;
  wire::Mode mode = wire::Mode::kLive;  // of the last heartbeat
};
struct LineReport {
  feed::FrameCounters frames;
  sequence::LineCounters ticks;
  std::uint64_t silences = 0;      // times without a frame for 3 s
  std::int64_t last_frame_ns = 0;  // UTC, received; 0 = none
};
struct FeedReport {
  std::string name;
  feed::FrameCounters frames;  // of all lines
  FeedCounters counters;
  std::vector<LineReport> lines;
  feed::FillCounters fills;
  std::int64_t last_tick_ns = 0;  // UTC, received; 0 = none
  std::optional<std::int64_t> clock_offset_ns;
  std::uint64_t waits = 0;  // for room in its ring
};
struct RingReport {
  std::string name;
  std::uint64_t depth = 0, capacity = 0;  // slots
  std::uint64_t waits = 0;                // times that there was no room
};
struct LatencyReport {
  HistogramCounts tick_to_event;                                // from the receipt of what caused an edge or level to its publication
  HistogramCounts journal_sync;                                 // fdatasync
  std::vector<std::pair<std::string, HistogramCounts>> stages;  // steps that did some work
};

// All counters of an engine; taken when it has stopped. Identities: semantics in docs/operation.md, checked by a test.
struct LiveReport {
  std::string recording;  // path
  std::uint64_t recording_id = 0;
  std::string digest;  // of everything published
  std::vector<FeedReport> feeds;
  FoldCounters fold;
  OutboxSender::Counters outbox;
  publish::PublishCounters published;
  publish::ControlCounters control;
  std::uint64_t appended_jseq = 0, written_jseq = 0, synced_jseq = 0, next_eseq = 1;
  std::uint64_t edges_made = 0, edges_journaled = 0;
  std::uint64_t journal_waits = 0;  // times the core waited for the journal
  std::uint64_t edge_waits = 0;     // times the journal waited for the publisher
  std::uint64_t journal_bytes = 0;  // of the recording
  std::uint64_t baskets_stale = 0;  // with a member that is silent for longer than it usually is
  std::uint64_t stalls_begun = 0;
  std::int64_t taken_ns = 0;  // UTC, when this was taken
  LatencyReport latency;
  std::vector<RingReport> rings;
  ProcessUsage process;
  config::Threads wiring = config::Threads::kSingle;
  std::vector<Stall> stalls;
  std::uint64_t operations = 0, operations_dropped = 0;
  std::optional<net::AccessCounters> access;  // when keys are demanded
  std::string json() const;                   // one object, fields never renamed within a major version
};

class LiveEngine {
 public:
  // Opens everything and starts the threads. Errors: 64, 66, 69, 73, 74, 75, 77, 78.
  static Result<std::unique_ptr<LiveEngine>> start(net::Context& context, const config::Config& config);
  ~LiveEngine();  // stop() if need be

  // Reads the reference files anew, checks them all, and hands them on if they changed: they are recorded at once and hold from the next
  // session that rolls on. False: they are what they were. What is wrong is in the error, in the log and on O. topics, and changes nothing.
  // Any thread; waits for the disk. Errors: 66, 78.
  Result<bool> reload();

  void request_stop() noexcept;   // async-signal-safe
  bool running() const noexcept;  // false once it was asked to stop and has published all, or failed by itself
  // Drains, syncs, closes the recording, joins. Errors: 74 when the journal failed (nothing unjournaled was published).
  Result<LiveReport> stop();

  std::string publish_endpoint() const;  // with the port chosen for tcp://…:*
  std::string control_endpoint() const;  // likewise
  std::vector<std::string> feed_endpoints() const;
  std::string recording_path() const;

 private:
  struct Impl;
  explicit LiveEngine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::pipeline
