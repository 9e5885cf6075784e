// The live engine: the stages of the journey as threads, in the fused wiring for two cores.
//
//   [libzmq I/O]   [core] feed lines -> merge -> tap -> fold ══records, levels, edges══▶ [edge] journal, then publish, timers   [sync]
//   fdatasync
//
// Rings and what a full one does: records core->edge: blocks (counted). Levels: conflate. Edges: block. The core sleeps in a poll on its
// feed sockets; the edge in a poll on the publisher and an eventfd that the core writes when the edge is asleep.
// Order on the edge, always: input records to the kernel (durability "process") or to the disk ("power"), then the edges they caused to
// the kernel, then to the world.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "config/config.hpp"
#include "feed/feed_line.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/merge.hpp"
#include "pipeline/outbox.hpp"
#include "publish/publisher.hpp"

namespace groundswell::pipeline {

struct FeedReport {
  std::string name;
  feed::FrameCounters frames;
  FeedCounters counters;
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
  std::uint64_t appended_jseq = 0, written_jseq = 0, synced_jseq = 0, next_eseq = 1;
  std::uint64_t edges_journaled = 0;
  std::uint64_t journal_waits = 0;  // times the core waited for the journal
  std::string json() const;         // one object, fields never renamed within a major version
};

class LiveEngine {
 public:
  // Opens everything and starts the threads. Errors: 64, 66, 69, 73, 74, 75, 78.
  static Result<std::unique_ptr<LiveEngine>> start(net::Context& context, const config::Config& config);
  ~LiveEngine();  // stop() if need be

  void request_stop() noexcept;   // async-signal-safe
  bool running() const noexcept;  // false once stopped, or failed by itself
  // Drains, syncs, closes the recording, joins. Errors: 74 when the journal failed (nothing unjournaled was published).
  Result<LiveReport> stop();

  std::string publish_endpoint() const;  // with the port chosen for tcp://…:*
  std::vector<std::string> feed_endpoints() const;
  std::string recording_path() const;

 private:
  struct Impl;
  explicit LiveEngine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::pipeline
