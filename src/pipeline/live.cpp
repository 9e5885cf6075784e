#include "pipeline/live.hpp"

#include <filesystem>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "pipeline/first_numbers.hpp"
#include "pipeline/live_impl.hpp"

namespace groundswell::pipeline {
namespace {

Result<std::filesystem::path> recording_path_of(const config::Config& config, std::int64_t now_ns) {
  if (!config.journal_recording.empty()) return std::filesystem::path(config.journal_recording);
  std::error_code error;
  std::filesystem::create_directories(config.journal_directory, error);
  if (error) return fail(Exit::kCannotCreate, config.journal_directory + ": cannot create the folder of recordings: " + error.message());
  std::string name;
  for (const char c : config::format_utc(static_cast<std::uint64_t>(now_ns))) {
    if (c != '-' && c != ':') name += c == '.' ? '_' : c;
  }
  return std::filesystem::path(config.journal_directory) / name;
}

}  // namespace

Result<void> LiveEngine::Impl::open_feeds(net::Context& context) {
  for (std::size_t i = 0; i < config.feeds.size(); ++i) {
    feed_links.push_back(std::make_unique<FeedLink>());
    auto feed = FeedStage::open(context, config.feeds[i], static_cast<std::uint16_t>(i + 1), *feed_links.back(), operations, status);
    if (!feed) return feed.error();
    feed_endpoints.push_back((*feed)->endpoint());
    feeds.push_back(std::move(*feed));
  }
  return {};
}

Result<void> LiveEngine::Impl::open_core(Restarted* restarted) {
  const auto setup = fold_setup(config, recording_symbols(config), {ConditionSet{}});
  if (!setup) return setup.error();
  config_hash = setup->config_hash;
  CoreStage::State state;
  if (restarted != nullptr) {
    first = first_numbers(*restarted->fold, restarted->unpublished);
    for (std::size_t i = 0; i < feeds.size() && i + 1 < restarted->feeds.by_number().size(); ++i) {
      const FeedPosition& position = restarted->feeds.by_number()[i + 1];
      if (position.feed_epoch != 0) feeds[i]->resume(position.feed_epoch, position.tick_no + 1);
    }
    state.fold = std::move(restarted->fold);
    state.digest = std::move(restarted->digest);
    state.next_jseq = restarted->next_jseq;
    state.feeds = std::move(restarted->feeds);
    state.condition_sets = restarted->catalog.condition_sets;
    state.unpublished = std::move(restarted->unpublished);
    state.shadow = std::move(restarted->shadow);
    const References& references = restarted->references;
    state.aliases = references.in_force().aliases;
    if (&references.in_force() != &references.announced()) {
      state.next_aliases = references.announced().aliases;
      state.next_aliases_session = references.effective_session();
    }
    state.config_blocks = references.config_blocks();
    state.catalog_is_behind = restarted->catalog.symbols.size() != state.fold->symbols().size() ||
                              restarted->catalog.scopes.size() != state.fold->scope_names().size();
    config::Config known = references.announced();
    known.folder = config.folder;
    known.calendar_path = config.calendar_path;
    reload.begin(std::move(known));
  } else if (!config.history_recording.empty()) {
    auto history = journal::Reader::open(config.history_recording);
    if (!history) return fail(history.error().exit, "history: " + history.error().message);
    state.history = std::make_unique<journal::Reader>(std::move(*history));
  }
  if (restarted == nullptr) {
    reload.begin(config);
    state.aliases = config.aliases;
    state.fold = std::make_unique<Fold>(*setup);
    state.digest = std::make_unique<DigestSink>(ScopeNames(state.fold->scope_names(), state.fold->symbols()), state.fold->signal_names());
    first = first_numbers(*state.fold, {});
    if (config.shadow) {
      state.shadow = std::make_unique<Shadow>(shadow_setup(*setup, *config.shadow));
      state.shadow->follow(*state.fold);
    }
  }
  if (state.shadow) first_of_shadow = first_numbers_of(*state.shadow);
  const LevelSlots slots = level_slots(state.fold->scope_names(), state.fold->symbols());
  if (const auto fits = check_size(slots.scopes(), state.fold->symbols().size()); !fits) return fits;
  status.session = state.fold->session();
  outbox = std::make_unique<OutboxSender>(level_ring, slots);
  std::vector<FeedLink*> links;
  for (const auto& link : feed_links) links.push_back(link.get());
  core = std::make_unique<CoreStage>(CoreStage::Surroundings{.config = config,
                                                             .calendar = calendar,
                                                             .feeds = links,
                                                             .journal = journal_link,
                                                             .outbox = *outbox,
                                                             .snapshots = snapshot_link,
                                                             .views = view_link,
                                                             .members = members_link,
                                                             .shadow = shadow_link,
                                                             .references = reference_link,
                                                             .operations = operations,
                                                             .status = status},
                                     std::move(state));
  return {};
}

Result<void> LiveEngine::Impl::open_publisher(net::Context& context, const Catalog& catalog, std::int64_t now_ns) {
  auto opened =
      publish::Publisher::open(context,
                               {.endpoint = config.publish_endpoint,
                                .node = config.node,
                                .config_hash = config_hash,
                                .mode = config.time_source == config::TimeSource::kFeed ? wire::Mode::kSimulated : wire::Mode::kLive,
                                .started_ns = static_cast<std::uint64_t>(now_ns)},
                               catalog);
  if (!opened) return opened.error();
  publisher = std::make_unique<publish::Publisher>(std::move(*opened));
  publish_endpoint = publisher->socket().last_endpoint();
  const std::string endpoint =
      config.control_endpoint.empty() ? wire::control_endpoint_of(config.publish_endpoint) : config.control_endpoint;
  auto answering = EngineControl::open(context, endpoint, "groundswell engine " + config.node, *publisher, view_link, members_link,
                                       [this] { return stats_json(); });
  if (!answering) return answering.error();
  control = std::move(*answering);
  control_endpoint = control->socket().last_endpoint();
  if (core->shadow() != nullptr) publisher->set_catalog(engine_catalog(config, core->shadow()->fold(), core->merge().condition_sets()), 1);
  return {};
}

// The recording comes last: what fails before it leaves none behind.
Result<void> LiveEngine::Impl::open_journal(const Catalog& catalog, std::int64_t now_ns, Restarted* restarted) {
  if (restarted != nullptr) {
    writer = std::make_unique<journal::Writer>(std::move(restarted->writer));
    status.written_jseq = writer->written_jseq();
  } else if (const auto made = make_recording(catalog, now_ns); !made) {
    return made.error();
  }
  publisher->set_recording_id(writer->recording_id());
  control->set_recording(writer->path());
  core->identify({writer->recording_id(), config_hash, definition_set_hash(config)});
  publish::EdgeEncoder encoder(writer->recording_id(), config_hash);
  encoder.set_catalog_hash(wire::catalog_hash(catalog));
  journal = std::make_unique<JournalStage>(*writer, std::move(encoder), journal_link, edge_link, status);
  sync = std::make_unique<SyncStage>(*writer, keeps_on_disk(), snapshot_link, status);
  publish = std::make_unique<PublishStage>(*publisher, edge_link, level_ring, shadow_link,
                                           keeps_on_disk() ? status.synced_jseq : status.written_jseq, first, first_of_shadow, operations,
                                           status, *control);
  return {};
}

Result<void> LiveEngine::Impl::make_recording(const Catalog& catalog, std::int64_t now_ns) {
  const auto path = recording_path_of(config, now_ns);
  if (!path) return path.error();
  auto created = journal::Writer::create(*path, {.config_hash = config_hash,
                                                 .definition_set_hash = definition_set_hash(config),
                                                 .created_ns = now_ns,
                                                 .segment_bytes = config.segment_bytes});
  if (!created) return created.error();
  writer = std::make_unique<journal::Writer>(std::move(*created));
  if (const auto done = writer->append_config(config_texts(config)); !done) return done.error();
  if (const auto done = writer->append_catalog(catalog); !done) return done.error();
  return writer->flush();
}

Result<Runner*> LiveEngine::Impl::add_runner(const std::string& name, std::vector<Stage*> stages,
                                             const std::vector<std::string>& pinned_as) {
  auto runner = Runner::make({.name = name, .idle = config.idle, .cpus = pinned_cpus(config, pinned_as)}, std::move(stages), status);
  if (!runner) return runner.error();
  runners.push_back(std::move(*runner));
  return runners.back().get();
}

std::vector<Stage*> LiveEngine::Impl::feeds_and_core() const {
  std::vector<Stage*> stages;
  for (const auto& feed : feeds) stages.push_back(feed.get());
  stages.push_back(core.get());
  return stages;
}

std::vector<std::function<void(LiveReport&)>> LiveEngine::Impl::copies_of_feeds_and_core() {
  std::vector<std::function<void(LiveReport&)>> copies{[this](LiveReport& to) { copy_core(to); }};
  for (std::size_t i = 0; i < feeds.size(); ++i) copies.push_back([this, i](LiveReport& to) { copy_feed(i, to); });
  return copies;
}

Result<void> LiveEngine::Impl::wire_single() {
  std::vector<Stage*> stages = feeds_and_core();
  auto copies = copies_of_feeds_and_core();
  copies.push_back([this](LiveReport& to) { copy_journal(to); });
  stages.insert(stages.end(), {journal.get(), publish.get(), counters_of(std::move(copies))});
  const auto runner = add_runner("gs-core", stages, {"feed", "core", "journal", "publish"});
  if (!runner) return runner.error();
  journal_link.set_waiter((*runner)->waiter({journal.get(), publish.get()}));
  return wire_sync(**runner, **runner);
}

Result<void> LiveEngine::Impl::wire_fused() {
  std::vector<Stage*> head = feeds_and_core();
  head.push_back(counters_of(copies_of_feeds_and_core()));
  const auto core_runner = add_runner("gs-core", head, {"feed", "core"});
  if (!core_runner) return core_runner.error();
  const auto edge_runner = add_runner(
      "gs-edge", {journal.get(), publish.get(), counters_of({[this](LiveReport& to) { copy_journal(to); }})}, {"journal", "publish"});
  if (!edge_runner) return edge_runner.error();
  (*core_runner)->wakes(**edge_runner);
  journal_link.set_waiter((*core_runner)->waiter());
  return wire_sync(**edge_runner, **edge_runner);
}

Result<void> LiveEngine::Impl::wire_staged() {
  const auto core_runner = add_runner("gs-core", {core.get(), counters_of({[this](LiveReport& to) { copy_core(to); }})}, {"core"});
  if (!core_runner) return core_runner.error();
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    const std::string name = feeds[i]->name().substr(feeds[i]->name().find(':') + 1);
    Stage* const counters = counters_of({[this, i](LiveReport& to) { copy_feed(i, to); }});
    const auto feed_runner = add_runner("gs-feed-" + name, {feeds[i].get(), counters}, {"feed"});
    if (!feed_runner) return feed_runner.error();
    (*feed_runner)->wakes(**core_runner);
  }
  const auto journal_runner =
      add_runner("gs-journal", {journal.get(), counters_of({[this](LiveReport& to) { copy_journal(to); }})}, {"journal"});
  if (!journal_runner) return journal_runner.error();
  const auto publish_runner = add_runner("gs-publish", {publish.get()}, {"publish"});
  if (!publish_runner) return publish_runner.error();
  (*core_runner)->wakes(**journal_runner);
  (*journal_runner)->wakes(**publish_runner);
  journal_link.set_waiter((*core_runner)->waiter());
  return wire_sync(**journal_runner, **publish_runner);
}

Result<void> LiveEngine::Impl::wire_sync(Runner& writes, Runner& publishes) {
  auto runner =
      Runner::make({.name = "gs-sync", .idle = config::Idle::kBlock, .cpus = pinned_cpus(config, {"sync"})}, {sync.get()}, status);
  if (!runner) return runner.error();
  sync_runner = std::move(*runner);
  if (!keeps_on_disk()) return {};
  writes.wakes(*sync_runner);
  sync_runner->wakes(publishes);
  return {};
}

void LiveEngine::Impl::start() {
  std::vector<const Runner*> watched;
  sync_runner->start();
  for (const auto& runner : runners) {
    runner->start();
    watched.push_back(runner.get());
  }
  watched.push_back(sync_runner.get());
  watchdog = std::make_unique<Watchdog>(watched, static_cast<std::int64_t>(config.stall_ns), status, operations);
}

void LiveEngine::Impl::join() {
  status.stop_requested = true;
  for (const auto& runner : runners) runner->wake();
  for (const auto& runner : runners) runner->join();
  sync->end();
  sync_runner->wake();
  sync_runner->join();
  watchdog->end();
  joined = true;
}

LiveEngine::LiveEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<LiveEngine>> LiveEngine::start(net::Context& context, const config::Config& config) {
  if (const auto able = check_machine(config); !able) return able.error();
  auto impl = std::make_unique<Impl>();
  Impl& m = *impl;
  m.sockets = &context;
  m.config = config;
  m.wiring = wiring_of(config);
  const std::int64_t now_ns = wall_clock_ns();
  auto calendar = config::Calendar::load(config.calendar_path);
  if (!calendar) return calendar.error();
  m.calendar = std::move(*calendar);
  if (const auto done = m.open_feeds(context); !done) return done.error();
  auto restarted = go_on(config);
  if (!restarted) return restarted.error();
  if (const auto done = m.open_core(restarted->get()); !done) return done.error();
  const Catalog catalog = engine_catalog(config, m.core->fold(), m.core->merge().condition_sets());
  if (const auto done = m.open_publisher(context, catalog, now_ns); !done) return done.error();
  if (const auto done = m.open_journal(catalog, now_ns, restarted->get()); !done) return done.error();
  const auto wired = m.wiring == config::Threads::kSingle  ? m.wire_single()
                     : m.wiring == config::Threads::kFused ? m.wire_fused()
                                                           : m.wire_staged();
  if (!wired) return wired.error();
  if (*restarted != nullptr) {  // what changed while the engine was down is as if it changed now
    if (const auto changed = m.reload.hand_on(config); !changed) return changed.error();
  }
  m.start();
  log_info("engine", "recording {} with id {:016x}; publishing on {}, answering on {}; {} threads", m.writer->path().string(),
           m.writer->recording_id(), m.publish_endpoint, m.control_endpoint, config::threads_name(m.wiring));
  return std::unique_ptr<LiveEngine>(new LiveEngine(std::move(impl)));
}

Result<bool> LiveEngine::reload() {
  auto changed = impl_->reload.from_disk();
  for (const auto& runner : impl_->runners) runner->wake();
  return changed;
}

LiveEngine::~LiveEngine() {
  if (!impl_->joined) static_cast<void>(stop());
}

void LiveEngine::request_stop() noexcept { impl_->status.stop_requested = true; }
bool LiveEngine::running() const noexcept {
  bool ended = true;
  for (const auto& runner : impl_->runners) ended &= runner->has_ended();
  return !ended && !impl_->status.failed();
}

Result<LiveReport> LiveEngine::stop() {
  Impl& m = *impl_;
  m.join();
  if (m.status.failed()) return m.status.error();
  if (const auto closed = m.writer->close(); !closed) return closed.error();
  m.status.written_jseq = m.status.synced_jseq = m.writer->appended_jseq();
  if (std::vector<std::byte> last = m.core->snapshot(); std::filesystem::is_directory(m.writer->path())) {
    if (const auto written = write_snapshot(m.writer->path(), last); !written) log_warning("restart", "{}", written.error().message);
  }
  m.publish->say_goodbye();
  LiveReport report;
  for (std::size_t i = 0; i < m.feeds.size(); ++i) m.copy_feed(i, report);
  m.copy_core(report);
  m.copy_journal(report);
  m.copy_publish(report);
  m.copy_what_any_thread_may(report);
  report.stalls = m.watchdog->stalls();
  if (m.sockets->gatekeeper() != nullptr) report.access = m.sockets->gatekeeper()->counters();
  return report;
}

std::string LiveEngine::publish_endpoint() const { return impl_->publish_endpoint; }
std::string LiveEngine::control_endpoint() const { return impl_->control_endpoint; }
std::string LiveEngine::recording_path() const { return impl_->writer->path().string(); }
std::vector<std::string> LiveEngine::feed_endpoints() const { return impl_->feed_endpoints; }

}  // namespace groundswell::pipeline
