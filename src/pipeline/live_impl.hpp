// What the threads of the live engine share. Each member says which thread owns it; the atomics and the mutexes are all that crosses.
#pragma once

#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "journal/reader.hpp"
#include "journal/writer.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/live.hpp"

namespace groundswell::pipeline {

constexpr std::size_t kRecordRing = 1 << 16;  // records: 4 MiB
constexpr std::size_t kOutputRing = 1 << 16;  // cells: 2 MiB
constexpr std::int64_t kCatalogNs = 5'000'000'000;
constexpr auto kCatalogChanged = static_cast<RecordKind>(255);  // in the ring only: the next catalog goes into the journal here

struct LiveEngine::Impl {
  config::Config config;
  config::Calendar calendar;
  std::string publish_endpoint;
  std::vector<std::string> feed_endpoints;
  std::unique_ptr<Fold> fold;
  std::unique_ptr<Merge> merge;
  std::vector<feed::FeedLine> lines;
  std::unique_ptr<journal::Writer> writer;
  std::unique_ptr<publish::Publisher> publisher;
  std::unique_ptr<DigestSink> digest;
  std::unique_ptr<journal::Reader> history;

  Ring<Record> records{kRecordRing};
  Ring<OutputCell> outputs{kOutputRing};
  std::unique_ptr<OutboxSender> outbox;
  std::unique_ptr<OutboxReceiver> inbox;

  std::atomic<bool> stop_requested{false}, core_done{false}, edge_done{false}, failed{false};
  std::atomic<std::uint64_t> event_time_ns{0}, written_jseq{0}, synced_jseq{0};
  std::atomic<bool> edge_asleep{false};
  int wake_edge_fd = -1;

  std::mutex catalogs_mutex;  // rare: only when a feed brings a new condition set
  std::deque<Catalog> catalogs;

  std::mutex sync_mutex;
  std::condition_variable sync_wanted;
  bool sync_stop = false;

  std::mutex error_mutex;
  Error error;

  std::uint64_t next_jseq = 1;      // core
  std::uint64_t journal_waits = 0;  // core
  std::vector<Record> batch;        // core
  struct Silence {
    bool told = false;
    std::uint64_t frames = 0;  // received when it was told
  };
  std::vector<Silence> silences;         // core, by line
  std::uint64_t edges_journaled = 0;     // edge
  std::vector<wire::NextNumbers> next;   // edge
  std::int64_t block_open_since_ns = 0;  // edge
  bool ended = false;                    // edge: everything is written and published
  std::thread core_thread, edge_thread, sync_thread;

  ~Impl() {
    if (wake_edge_fd >= 0) ::close(wake_edge_fd);
  }

  // Core.
  void run_core();
  void fold_history();
  void take(Sink& sink);  // journal tap, then fold, of `batch`
  void tap(const Record* items, std::size_t count);
  void announce_conditions();
  void watch_lines();  // connects silent lines anew; logs when one falls silent and when it is back
  void wake_edge() noexcept;
  bool wait_for_edge() noexcept;
  // Edge.
  void run_edge();
  std::size_t take_records();
  bool publish_due(bool draining);
  void timers(std::int64_t now_ns, std::int64_t& heartbeat_at_ns, std::int64_t& catalog_at_ns);
  void finish_edge();
  bool check(const Result<void>& result);
  void flush();
  void want_sync();
  bool is_safe(std::uint64_t jseq) const noexcept;
  // Sync.
  void run_sync();
  void fail_with(const Error& why);
};

}  // namespace groundswell::pipeline
