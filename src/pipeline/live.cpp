#include "pipeline/live.hpp"

#include <sys/eventfd.h>

#include <filesystem>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "pipeline/live_impl.hpp"
#include "pipeline/setup.hpp"

namespace groundswell::pipeline {
namespace {

std::vector<std::string> signal_names(const Fold& fold) {
  std::vector<std::string> names(signal::signal_count());
  for (const signal::CatalogRow& row : fold.signals()) names[row.index] = row.id;
  return names;
}

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

LiveEngine::LiveEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<LiveEngine>> LiveEngine::start(net::Context& context, const config::Config& config) {
  auto impl = std::make_unique<Impl>();
  Impl& m = *impl;
  m.config = config;
  const std::int64_t now_ns = wall_clock_ns();
  auto calendar = config::Calendar::load(config.calendar_path);
  if (!calendar) return calendar.error();
  m.calendar = std::move(*calendar);

  const auto setup = fold_setup(config, universe_symbols(config.universe), {ConditionSet{}});
  if (!setup) return setup.error();
  m.fold = std::make_unique<Fold>(*setup);
  m.digest = std::make_unique<DigestSink>(ScopeNames(m.fold->scope_names(), m.fold->symbols()), signal_names(*m.fold));
  m.merge = std::make_unique<Merge>(MergeOptions{.symbols = m.fold->symbols(),
                                                 .time_from_feed = config.time_source == config::TimeSource::kFeed,
                                                 .lateness_ns = config.lateness_ns,
                                                 .future_limit_ns = config.future_limit_ns,
                                                 .late_limit_ns = config.late_limit_ns},
                                    m.calendar, config.feeds.size() + 1);
  if (!config.history_recording.empty()) {
    auto history = journal::Reader::open(config.history_recording);
    if (!history) return fail(history.error().exit, "history: " + history.error().message);
    m.history = std::make_unique<journal::Reader>(std::move(*history));
  }

  for (const config::Feed& feed : config.feeds) {
    auto line =
        feed::FeedLine::open(context, feed.endpoint, feed.pattern == config::FeedPattern::kPull, feed.mode == config::EndpointMode::kBind);
    if (!line) return fail(line.error().exit, "feed '" + feed.name + "': " + line.error().message);
    m.feed_endpoints.push_back(line->socket().last_endpoint());
    m.lines.push_back(std::move(*line));
  }

  const Catalog catalog = engine_catalog(config, *m.fold, m.merge->condition_sets());
  auto publisher =
      publish::Publisher::open(context,
                               {.endpoint = config.publish_endpoint,
                                .node = config.node,
                                .config_hash = setup->config_hash,
                                .mode = config.time_source == config::TimeSource::kFeed ? wire::Mode::kSimulated : wire::Mode::kLive,
                                .started_ns = static_cast<std::uint64_t>(now_ns)},
                               catalog);
  if (!publisher) return publisher.error();
  m.publisher = std::make_unique<publish::Publisher>(std::move(*publisher));
  m.publish_endpoint = m.publisher->socket().last_endpoint();  // now: later the socket is the edge thread's

  const auto path = recording_path_of(config, now_ns);
  if (!path) return path.error();
  auto writer = journal::Writer::create(*path, {.config_hash = setup->config_hash,
                                                .definition_set_hash = definition_set_hash(config),
                                                .created_ns = now_ns,
                                                .segment_bytes = config.segment_bytes});
  if (!writer) return writer.error();
  m.writer = std::make_unique<journal::Writer>(std::move(*writer));
  std::vector<journal::ConfigText> texts;
  for (const config::Config::File& file : config.files) texts.push_back({file.name, file.text});
  if (const auto done = m.writer->append_config(texts); !done) return done.error();
  if (const auto done = m.writer->append_catalog(catalog); !done) return done.error();
  m.publisher->set_recording_id(m.writer->recording_id());

  for (std::size_t scope = 0; scope < catalog.scopes.size(); ++scope)
    m.next.push_back({.universe = 0, .scope = static_cast<std::uint16_t>(scope), .eseq = 1, .scope_seq = 1, .level_seq = 1});

  m.wake_edge_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (m.wake_edge_fd < 0) return fail(Exit::kInternal, "eventfd: out of file descriptors");
  const LevelSlots slots(catalog.scopes.size(), signal::signal_count(), catalog.symbols.size(), signal::symbol_signals());
  if (slots.largest() + kHeadCells > kOutputRing / 2) {
    return fail(Exit::kConfig, "the universe has " + std::to_string(catalog.symbols.size()) +
                                   " symbols, more than one batch of numbers holds; leave some out");
  }
  m.outbox = std::make_unique<OutboxSender>(
      m.outputs, slots, 2 * catalog.symbols.size(), [](void* engine) { return static_cast<Impl*>(engine)->wait_for_edge(); }, &m);
  m.inbox = std::make_unique<OutboxReceiver>(m.outputs, slots, 2 * catalog.symbols.size());
  m.sync_thread = std::thread([&m] { m.run_sync(); });
  m.edge_thread = std::thread([&m] { m.run_edge(); });
  m.core_thread = std::thread([&m] { m.run_core(); });
  log_info("engine", "recording {} with id {:016x}; publishing on {}", m.writer->path().string(), m.writer->recording_id(),
           m.publish_endpoint);
  return std::unique_ptr<LiveEngine>(new LiveEngine(std::move(impl)));
}

LiveEngine::~LiveEngine() {
  if (impl_->core_thread.joinable()) static_cast<void>(stop());
}

void LiveEngine::request_stop() noexcept { impl_->stop_requested = true; }
bool LiveEngine::running() const noexcept { return !impl_->edge_done && !impl_->failed; }

Result<LiveReport> LiveEngine::stop() {
  Impl& m = *impl_;
  request_stop();
  m.core_thread.join();
  m.edge_thread.join();
  if (m.failed) return m.error;
  LiveReport report;
  report.recording = m.writer->path().string();
  report.recording_id = m.writer->recording_id();
  report.digest = m.digest->text();
  for (std::size_t i = 0; i < m.lines.size(); ++i)
    report.feeds.push_back({m.config.feeds[i].name, m.lines[i].counters(), m.merge->counters(i)});
  report.fold = m.fold->counters();
  report.outbox = m.outbox->counters();
  report.published = m.publisher->counters();
  report.appended_jseq = m.writer->appended_jseq();
  report.written_jseq = m.written_jseq;
  report.synced_jseq = m.synced_jseq;
  report.next_eseq = m.fold->next_eseq();
  report.edges_journaled = m.edges_journaled;
  report.journal_waits = m.journal_waits;
  return report;
}

std::string LiveEngine::publish_endpoint() const { return impl_->publish_endpoint; }
std::string LiveEngine::recording_path() const { return impl_->writer->path().string(); }
std::vector<std::string> LiveEngine::feed_endpoints() const { return impl_->feed_endpoints; }

}  // namespace groundswell::pipeline
