// The parts of a live engine: what its files share.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pipeline/core_stage.hpp"
#include "pipeline/counter_stage.hpp"
#include "pipeline/engine_control.hpp"
#include "pipeline/feed_stage.hpp"
#include "pipeline/journal_stage.hpp"
#include "pipeline/live.hpp"
#include "pipeline/publish_stage.hpp"
#include "pipeline/references.hpp"
#include "pipeline/reload.hpp"
#include "pipeline/restart.hpp"
#include "pipeline/setup.hpp"

namespace groundswell::pipeline {

// In the order of the journey; what stands later uses what stands before it, and is destroyed first.
struct LiveEngine::Impl {
  net::Context* sockets = nullptr;
  config::Config config;
  config::Calendar calendar;
  std::uint64_t config_hash = 0;
  EngineStatus status;
  Operations operations;
  std::vector<std::string> feed_endpoints;
  std::string publish_endpoint, control_endpoint;

  std::vector<std::unique_ptr<FeedLink>> feed_links;
  JournalLink journal_link;
  EdgeLink edge_link;
  SnapshotLink snapshot_link;
  ShadowLink shadow_link;
  ReferenceLink reference_link;
  Reload reload{reference_link, operations, status};
  ViewLink<SignalView> view_link;
  ViewLink<MembersView> members_link;
  Ring<OutputCell> level_ring{kLevelRing};
  std::unique_ptr<OutboxSender> outbox;
  std::unique_ptr<publish::Publisher> publisher;
  std::unique_ptr<EngineControl> control;
  std::unique_ptr<journal::Writer> writer;

  std::vector<std::unique_ptr<FeedStage>> feeds;
  std::unique_ptr<CoreStage> core;
  std::unique_ptr<JournalStage> journal;
  std::unique_ptr<PublishStage> publish;
  std::unique_ptr<SyncStage> sync;

  std::vector<std::unique_ptr<Runner>> runners;  // but for sync's
  std::unique_ptr<Runner> sync_runner;
  std::unique_ptr<Watchdog> watchdog;
  std::vector<wire::NextNumbers> first, first_of_shadow;  // to be published
  config::Threads wiring = config::Threads::kSingle;
  bool joined = false;

  bool keeps_on_disk() const { return config.durability == config::Durability::kPower; }
  Result<void> open_feeds(net::Context& context);
  Result<void> open_core(Restarted* restarted);
  Result<void> open_publisher(net::Context& context, const Catalog& catalog, std::int64_t now_ns);
  Result<void> open_journal(const Catalog& catalog, std::int64_t now_ns, Restarted* restarted);
  Result<void> make_recording(const Catalog& catalog, std::int64_t now_ns);
  Result<Runner*> add_runner(const std::string& name, std::vector<Stage*> stages, const std::vector<std::string>& pinned_as);
  std::vector<Stage*> feeds_and_core() const;
  std::vector<std::function<void(LiveReport&)>> copies_of_feeds_and_core();
  Result<void> wire_single();
  Result<void> wire_fused();
  Result<void> wire_staged();
  Result<void> wire_sync(Runner& writes, Runner& publishes);
  void start();
  void join();

  // Counters for other threads: each thread copies its own, a few times a second (CounterStage). live_report.cpp.
  std::mutex board_mutex;
  LiveReport board;
  std::vector<std::unique_ptr<CounterStage>> counter_stages;
  Stage* counters_of(std::vector<std::function<void(LiveReport&)>> copies);
  void copy_feed(std::size_t index, LiveReport& to) const;
  void copy_core(LiveReport& to) const;
  void copy_journal(LiveReport& to) const;
  void copy_publish(LiveReport& to) const;
  void copy_what_any_thread_may(LiveReport& to) const;  // after the others
  std::string stats_json();                             // on the publisher's thread
};

}  // namespace groundswell::pipeline
