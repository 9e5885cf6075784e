#include "pipeline/replay.hpp"

#include <chrono>
#include <thread>

#include "base/clock.hpp"
#include "base/progress.hpp"
#include "config/text_file.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/engine_control.hpp"
#include "pipeline/outputs.hpp"
#include "pipeline/references.hpp"
#include "pipeline/setup.hpp"
#include "pipeline/shadow.hpp"
#include "publish/publisher.hpp"

namespace groundswell::pipeline {
namespace {

// The same topics, messages and answers as a live engine's; heartbeats say `replay`.
class PublishSink final : public Sink {
 public:
  PublishSink(std::shared_ptr<publish::Publisher> publisher, std::uint16_t universe, std::size_t scopes)
      : publisher_(std::move(publisher)), universe_(universe) {
    grow(scopes);
  }
  void on_levels(const LevelBatchView& batch) noexcept override {
    publisher_->levels({.header = {.session = batch.session, .universe = universe_, .scope = batch.scope},
                        .level_seq = batch.level_seq,
                        .ts_event_ns = batch.ts_event_ns,
                        .cause_jseq = batch.cause_jseq,
                        .clock = batch.clock,
                        .roster = batch.roster,
                        .levels = batch.levels},
                       wall_clock_ns());
    next_[batch.scope].level_seq = batch.level_seq + 1;
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    publisher_->edge(edge, publisher_->encode_edge(edge, why, wall_clock_ns(), universe_), universe_);
    for (wire::NextNumbers& each : next_) each.eseq = edge.eseq + 1;
    next_[edge.scope].scope_seq = edge.scope_seq + 1;
  }
  void take(const Catalog& catalog) {  // new reference data has added to it
    grow(catalog.scopes.size());
    publisher_->set_catalog(catalog, universe_);
  }
  const std::vector<wire::NextNumbers>& next() const noexcept { return next_; }

 private:
  void grow(std::size_t scopes) {
    while (next_.size() < scopes) {
      const std::uint64_t eseq = next_.empty() ? 1 : next_.front().eseq;
      const auto scope = static_cast<std::uint16_t>(next_.size());
      next_.push_back({.universe = universe_, .scope = scope, .eseq = eseq, .scope_seq = 1, .level_seq = 1});
    }
  }
  std::shared_ptr<publish::Publisher> publisher_;
  std::uint16_t universe_;
  std::vector<wire::NextNumbers> next_;
};

// What goes out by the clock, and the answers to questions.
class Timers {
 public:
  Timers(std::shared_ptr<publish::Publisher> publisher, std::vector<const PublishSink*> universes)
      : publisher_(std::move(publisher)), universes_(std::move(universes)) {}
  // Beside the endpoint where it publishes. Errors: those of Socket::open.
  Result<void> answer(net::Context& context, const ReplayOptions& options) {
    auto opened = EngineControl::open(context, wire::control_endpoint_of(options.publish_endpoint), "groundswell replay", *publisher_,
                                      views_, members_, [] { return std::string("{}"); });
    if (!opened) return opened.error();
    control_ = std::move(*opened);
    control_->set_recording(options.recording_path);
    return {};
  }
  void look(const Fold& fold, std::uint64_t jseq, wire::EngineState state) {
    publisher_->drain();
    const std::int64_t now_ns = monotonic_clock_ns();
    control_->step(now_ns, UINT64_MAX);
    const bool snapshot = views_.answer(fold), members = members_.answer(fold);
    if (snapshot || members) control_->step(now_ns, UINT64_MAX);
    if (now_ns >= heartbeat_at_ns_ || state == wire::EngineState::kStopping) {
      heartbeat_at_ns_ = now_ns + publish::kHeartbeatEveryNs;
      std::vector<wire::NextNumbers> next;
      for (const PublishSink* universe : universes_) next.insert(next.end(), universe->next().begin(), universe->next().end());
      publisher_->heartbeat({.send_ns = static_cast<std::uint64_t>(wall_clock_ns()),
                             .event_time_ns = fold.event_time_ns(),
                             .written_jseq = jseq,
                             .synced_jseq = jseq,
                             .state = state,
                             .next = std::move(next)});
    }
    if (now_ns >= catalog_at_ns_) {
      catalog_at_ns_ = now_ns + publish::kCatalogEveryNs;
      publisher_->catalog();
    }
  }

 private:
  std::shared_ptr<publish::Publisher> publisher_;
  std::vector<const PublishSink*> universes_;
  ViewLink<SignalView> views_;
  ViewLink<MembersView> members_;
  std::unique_ptr<EngineControl> control_;
  std::int64_t heartbeat_at_ns_ = 0, catalog_at_ns_ = 0;
};

class Fan final : public Sink {
 public:
  std::vector<Sink*> sinks;
  void on_names(const Names& names) override {
    for (Sink* sink : sinks) sink->on_names(names);
  }
  void on_levels(const LevelBatchView& batch) noexcept override {
    for (Sink* sink : sinks) sink->on_levels(batch);
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    for (Sink* sink : sinks) sink->on_edge(edge, why);
  }
};

class Count final : public Sink {
 public:
  void on_levels(const LevelBatchView& batch) noexcept override { levels += batch.levels.size(); }
  void on_edge(const Edge&, std::span<const Why>) noexcept override { ++edges; }
  std::uint64_t levels = 0, edges = 0;
};

// Holds records back to their event time. Silence longer than a second (nights) is not waited for.
class Pace {
 public:
  Pace(double speed, const std::atomic<bool>& stop) : speed_(speed), stop_(stop) {}
  template <class Meanwhile>
  void wait_for(std::uint64_t event_ns, Meanwhile&& meanwhile) {
    if (speed_ <= 0.0 || event_ns == 0) return;
    const std::int64_t now_ns = monotonic_clock_ns();
    if (started_event_ns_ == 0 || event_ns > last_event_ns_ + kNightNs) {
      started_event_ns_ = event_ns;
      started_ns_ = now_ns;
    }
    last_event_ns_ = std::max(last_event_ns_, event_ns);
    if (event_ns <= started_event_ns_) return;
    const auto due_ns = started_ns_ + static_cast<std::int64_t>(static_cast<double>(event_ns - started_event_ns_) / speed_);
    for (std::int64_t left_ns = due_ns - now_ns; left_ns > 0 && !stop_; left_ns = due_ns - monotonic_clock_ns()) {
      std::this_thread::sleep_for(std::chrono::nanoseconds(std::min<std::int64_t>(left_ns, 20'000'000)));
      meanwhile();
    }
  }

 private:
  static constexpr std::uint64_t kNightNs = 3'600'000'000'000;
  double speed_;
  const std::atomic<bool>& stop_;
  std::uint64_t started_event_ns_ = 0, last_event_ns_ = 0;
  std::int64_t started_ns_ = 0;
};

// Which records take part: all of the wanted sessions, from the roll of the first on.
class Range {
 public:
  explicit Range(const ReplayOptions& options) : options_(options), taking_(options.from_session == 0) {}
  enum class Verdict { kTake, kSkip, kEnd };
  Verdict judge(const Record& record) {
    if (record.kind == RecordKind::kSessionRoll) {
      if (record.roll.session > options_.to_session) return Verdict::kEnd;
      taking_ |= record.roll.session >= options_.from_session;
    }
    return taking_ ? Verdict::kTake : Verdict::kSkip;
  }

 private:
  const ReplayOptions& options_;
  bool taking_;
};

}  // namespace

Result<std::optional<config::Config>> recorded_config(journal::Reader& recording, const std::string& universe) {
  recording.rewind();
  while (const auto block = recording.next()) {
    if (block->type == journal::BlockType::kRecords) break;
    if (block->type != journal::BlockType::kConfig) continue;
    const auto texts = journal::parse_config(block->payload);
    if (!texts) return texts.error();
    std::vector<config::Config::File> files;
    for (const journal::ConfigText& text : *texts) files.push_back({text.name, text.text});
    if (!universe.empty()) {
      const auto rosters = config::read_text(universe);
      if (!rosters) return rosters.error();
      for (config::Config::File& each : files) {
        if (each.name == "baskets.toml") each.text = *rosters;
      }
    }
    auto config = config::load_config_texts(files);
    if (!config) return config.error();
    return std::optional<config::Config>(std::move(*config));
  }
  return std::optional<config::Config>();
}

Result<Catalog> recorded_catalog(journal::Reader& recording) {
  recording.rewind();
  std::vector<std::byte> last;  // its bytes: a block's own are gone with the next one
  while (const auto block = recording.next()) {
    if (block->type == journal::BlockType::kCatalog) last.assign(block->payload.begin(), block->payload.end());
  }
  if (!last.empty()) return journal::parse_catalog(last);
  return fail(Exit::kBadData, "the recording has no catalog: its symbols have no names");
}

Result<ReplayReport> replay(journal::Reader& recording, const config::Config& config, const ReplayOptions& options, net::Context* context,
                            const std::atomic<bool>& stop) {
  const auto catalog = recorded_catalog(recording);
  if (!catalog) return catalog.error();
  const auto setup = fold_setup(config, catalog->symbols, catalog->condition_sets);
  if (!setup) return setup.error();
  Fold fold(*setup);

  const std::vector<std::string> signal_names = fold.signal_names();
  DigestSink digest({fold.scope_names(), fold.symbols()}, signal_names);
  Fan fan, shadow_fan;
  fan.sinks.push_back(&digest);
  std::unique_ptr<Shadow> shadow;
  if (config.shadow) shadow = std::make_unique<Shadow>(shadow_setup(*setup, *config.shadow));
  if (shadow) shadow->follow(fold);
  Count shadow_count;
  if (shadow) fan.sinks.push_back(&shadow->main_output());
  shadow_fan.sinks.push_back(&shadow_count);
  std::unique_ptr<SignalsFile> signals;
  if (!options.signals_path.empty()) {
    auto made = SignalsFile::create(options.signals_path, fold, options.only, options.clock, shadow ? &shadow->fold() : nullptr);
    if (!made) return made.error();
    signals = std::move(*made);
    fan.sinks.push_back(signals.get());
    shadow_fan.sinks.push_back(&signals->of_shadow());
  }
  const auto replayed = [&](const Fold& of, const char* universe) {
    return ReplayedFold{of,
                        {.symbols = of.symbols(),
                         .scopes = of.scope_names(),
                         .signals = signal_names,
                         .triggers = of.trigger_names(),
                         .recording_id = recording.info().recording_id,
                         .config_hash = setup->config_hash,
                         .universe = universe,
                         .rosters = of.rosters()}};
  };
  const ReplayedFold of_main = replayed(fold, "main");
  std::optional<ReplayedFold> of_shadow;
  if (shadow) of_shadow.emplace(replayed(shadow->fold(), "shadow"));
  if (options.listen) {
    const auto listeners = options.listen(of_main, of_shadow ? &*of_shadow : nullptr);
    if (!listeners) return listeners.error();
    if (listeners->main != nullptr) fan.sinks.push_back(listeners->main);
    if (listeners->shadow != nullptr) shadow_fan.sinks.push_back(listeners->shadow);
  }
  std::unique_ptr<EventsFile> events;
  if (!options.events_path.empty()) {
    auto made = EventsFile::create(options.events_path, of_main.names, of_shadow ? of_shadow->names : EdgeNames{});
    if (!made) return made.error();
    events = std::move(*made);
    fan.sinks.push_back(events.get());
    shadow_fan.sinks.push_back(&events->of_shadow());
  }
  std::unique_ptr<PublishSink> publish, publish_shadow;
  std::unique_ptr<Timers> timers;
  if (!options.publish_endpoint.empty()) {
    auto publisher = publish::Publisher::open(*context,
                                              {.endpoint = options.publish_endpoint,
                                               .node = options.node,
                                               .recording_id = recording.info().recording_id,
                                               .config_hash = setup->config_hash,
                                               .mode = wire::Mode::kReplay,
                                               .started_ns = static_cast<std::uint64_t>(wall_clock_ns())},
                                              engine_catalog(config, fold, catalog->condition_sets));
    if (!publisher) return publisher.error();
    const auto shared = std::make_shared<publish::Publisher>(std::move(*publisher));
    publish = std::make_unique<PublishSink>(shared, std::uint16_t{0}, fold.scope_names().size());
    fan.sinks.push_back(publish.get());
    std::vector<const PublishSink*> universes{publish.get()};
    if (shadow) {
      publish_shadow = std::make_unique<PublishSink>(shared, std::uint16_t{1}, shadow->fold().scope_names().size());
      publish_shadow->take(engine_catalog(config, shadow->fold(), catalog->condition_sets));
      shadow_fan.sinks.push_back(publish_shadow.get());
      universes.push_back(publish_shadow.get());
    }
    timers = std::make_unique<Timers>(shared, universes);
    if (const auto answers = timers->answer(*context, options); !answers) return answers.error();
  }

  ReplayReport report;
  Progress progress("replay", options.quiet || options.speed > 0.0);
  Pace pace(options.speed, stop);
  Range range(options);
  const std::int64_t started_ns = monotonic_clock_ns();
  std::uint64_t jseq = 0;
  bool done = false;
  std::optional<References> references;
  if (options.follow_references) references.emplace(config);
  recording.rewind();
  while (!done) {
    const auto block = recording.next();
    if (!block || stop) break;
    if (references) {
      if (const auto taken = references->take(*block); !taken) return taken.error();
    }
    if (block->type != journal::BlockType::kRecords) continue;
    jseq = block->first_jseq;
    for (const Record& record : block->records()) {
      if (references) {
        if (const auto observed = references->observe(record, &fold, shadow.get()); !observed) return observed.error();
      }
      const auto verdict = range.judge(record);
      if (verdict == Range::Verdict::kSkip && shadow) shadow->rehearse(record);
      if (verdict == Range::Verdict::kSkip) fold.rehearse(record);  // what holds when the range begins was announced before it
      if (verdict == Range::Verdict::kEnd) {
        done = true;
        break;
      }
      if (verdict == Range::Verdict::kTake) {
        pace.wait_for(groundswell::event_time_ns(record), [&] {
          if (timers) timers->look(fold, jseq, wire::EngineState::kRunning);
        });
        if (stop) break;
        fold.apply(record, jseq, fan);
        if (shadow) shadow->apply(record, jseq, shadow_fan);
        if (record.kind == RecordKind::kReferenceChange && publish) publish->take(engine_catalog(config, fold, catalog->condition_sets));
      }
      ++jseq;
    }
    if (timers) timers->look(fold, jseq - 1, wire::EngineState::kRunning);
    progress.update(block->first_jseq, recording.info().records);
  }
  report.seconds = static_cast<double>(monotonic_clock_ns() - started_ns) / 1e9;
  report.stopped = stop;
  if (timers) timers->look(fold, jseq, wire::EngineState::kStopping);
  report.shadow_levels = shadow_count.levels;
  report.shadow_edges = shadow_count.edges;
  if (signals) {
    report.signal_rows = signals->rows();
    if (const auto closed = signals->close(); !closed) return closed.error();
  }
  if (events) {
    if (const auto closed = events->close(); !closed) return closed.error();
  }
  report.digest = digest.text();
  report.fold = fold.counters();
  return report;
}

}  // namespace groundswell::pipeline
