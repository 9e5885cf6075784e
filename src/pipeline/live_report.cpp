#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "pipeline/live_impl.hpp"

namespace groundswell::pipeline {
namespace {

template <class Names, class Counts>
nlohmann::ordered_json by_name(const Names& names, const Counts& counts, std::size_t from = 0) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (std::size_t i = from; i < names.size(); ++i) object[std::string(names[i])] = counts[i];
  return object;
}

nlohmann::ordered_json frames_json(const feed::FrameCounters& frames) {
  return {{"in", frames.in},
          {"decoded", frames.decoded},
          {"refused", by_name(wire::kVerdictNames, frames.refused, 1)},
          {"reopened", frames.reopened}};
}

nlohmann::ordered_json time_json(std::int64_t then_ns) { return then_ns == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(then_ns); }
nlohmann::ordered_json age_json(std::int64_t taken_ns, std::int64_t then_ns) {  // in ms; null: there is none
  if (then_ns == 0) return nullptr;
  return std::max<std::int64_t>(taken_ns - then_ns, 0) / 1'000'000;
}

nlohmann::ordered_json line_json(const LineReport& line, std::int64_t taken_ns) {
  return {{"frames", frames_json(line.frames)},
          {"ticks", line.ticks.ticks},
          {"wins", line.ticks.wins},
          {"duplicates", line.ticks.duplicates},
          {"mismatches", line.ticks.mismatches},
          {"holes", line.ticks.holes},
          {"stale_epoch", line.ticks.stale_epoch},
          {"lag_ns", line.ticks.lag_ns},
          {"silences", line.silences},
          {"last_frame_ns", time_json(line.last_frame_ns)},
          {"last_frame_age_ms", age_json(taken_ns, line.last_frame_ns)},
          {"limit_ms", FeedStage::kLineDeadNs / 1'000'000}};
}

// Bounds as Prometheus keeps them: 1, 2, 5 of each decade from a microsecond to ten seconds.
nlohmann::ordered_json histogram_json(const HistogramCounts& counts) {
  const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e3; };
  nlohmann::ordered_json buckets = nlohmann::ordered_json::array();
  for (std::uint64_t decade_ns = 1'000; decade_ns <= 10'000'000'000; decade_ns *= 10) {
    for (const std::uint64_t step : {1U, 2U, 5U}) {
      const std::uint64_t bound_ns = step * decade_ns;
      if (bound_ns > 10'000'000'000) break;
      buckets.push_back({static_cast<double>(bound_ns) / 1e9, counts.count_up_to(bound_ns)});
    }
  }
  return {{"count", counts.count},
          {"sum_s", static_cast<double>(counts.sum_ns) / 1e9},
          {"p50_us", us(counts.quantile_ns(0.5))},
          {"p99_us", us(counts.quantile_ns(0.99))},
          {"p999_us", us(counts.quantile_ns(0.999))},
          {"max_us", us(counts.max_ns)},
          {"buckets", buckets}};
}

nlohmann::ordered_json latency_json(const LatencyReport& latency) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::object();
  for (const auto& [stage, counts] : latency.stages) stages[stage] = histogram_json(counts);
  return {
      {"tick_to_event", histogram_json(latency.tick_to_event)}, {"journal_sync", histogram_json(latency.journal_sync)}, {"stages", stages}};
}

nlohmann::ordered_json rings_json(const std::vector<RingReport>& rings) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const RingReport& ring : rings)
    all.push_back({{"ring", ring.name}, {"depth", ring.depth}, {"capacity", ring.capacity}, {"waits", ring.waits}});
  return all;
}

nlohmann::ordered_json events_json(const publish::PublishCounters& published) {  // types of which there was one
  nlohmann::ordered_json events = nlohmann::ordered_json::object();
  for (std::size_t type = 0; type < published.edges_by_type.size(); ++type) {
    if (published.edges_by_type[type] > 0) events[std::string(edge_type_name(static_cast<EdgeType>(type)))] = published.edges_by_type[type];
  }
  return events;
}

nlohmann::ordered_json fills_json(const FeedReport& feed) {
  const feed::FillCounters& fills = feed.fills;
  return {{"asked", fills.asked},
          {"answered", fills.answered},
          {"unanswered", fills.unanswered},
          {"chunks", fills.chunks},
          {"denied", fills.denied},
          {"put_off", fills.put_off},
          {"refused", fills.refused + feed.counters.sequence.fills_refused - fills.denied},
          {"malformed", fills.malformed},
          {"reopened", fills.reopened},
          {"ticks", feed.counters.sequence.fill_ticks}};
}

nlohmann::ordered_json feed_json(const FeedReport& feed, std::int64_t taken_ns) {
  const FeedCounters& c = feed.counters;
  nlohmann::ordered_json object = {{"name", feed.name}, {"frames", frames_json(feed.frames)}};
  object["frames"]["bad_numbering"] = c.sequence.bad_numbering;
  object["ticks"] = {{"before_names", c.before_names},
                     {"in", c.sequence.ticks_in},
                     {"duplicate", c.sequence.duplicate},
                     {"stale_epoch", c.sequence.stale_epoch},
                     {"beyond_hold", c.sequence.beyond_hold},
                     {"unique", c.sequence.unique},
                     {"held", c.sequence.held},
                     {"lost", c.sequence.lost},
                     {"gaps", c.sequence.gaps},
                     {"repaired", c.sequence.repaired},
                     {"mismatches", c.sequence.mismatches},
                     {"journaled", c.journaled},
                     {"rejected", by_name(kRejectionNames, c.rejected)}};
  object["epoch"] = {{"feed_epoch", c.feed_epoch},  {"first_tick", c.first_tick}, {"next_tick", c.next_tick},
                     {"unique", c.unique_in_epoch}, {"lost", c.lost_in_epoch},    {"begun", c.sequence.epochs}};
  object["lines"] = nlohmann::ordered_json::array();
  for (const LineReport& line : feed.lines) object["lines"].push_back(line_json(line, taken_ns));
  object["fills"] = fills_json(feed);
  object["mode"] = std::string(wire::kModeNames[static_cast<std::size_t>(c.mode)]);
  object["last_tick_ns"] = time_json(feed.last_tick_ns);
  object["last_tick_age_ms"] = age_json(taken_ns, feed.last_tick_ns);
  object["limit_ms"] = FeedStage::kLineDeadNs / 1'000'000;
  object["clock_offset_ms"] =
      feed.clock_offset_ns ? nlohmann::ordered_json(static_cast<double>(*feed.clock_offset_ns) / 1e6) : nlohmann::ordered_json();
  return object;
}

nlohmann::ordered_json pipeline_json(const LiveReport& report) {
  nlohmann::ordered_json stalls = nlohmann::ordered_json::array();
  for (const Stall& stall : report.stalls)
    stalls.push_back({{"stage", stall.stage}, {"count", stall.count}, {"longest_ms", stall.longest_ns / 1'000'000}});
  return {{"threads", config::threads_name(report.wiring)},
          {"stalls", stalls},
          {"stalls_begun", report.stalls_begun},
          {"operations", report.operations},
          {"operations_dropped", report.operations_dropped}};
}

nlohmann::ordered_json report_json(const LiveReport& report);

}  // namespace

std::string LiveReport::json() const { return report_json(*this).dump(); }

Stage* LiveEngine::Impl::counters_of(std::vector<std::function<void(LiveReport&)>> copies) {
  counter_stages.push_back(std::make_unique<CounterStage>([this, copies = std::move(copies)] {
    const std::scoped_lock lock(board_mutex);
    for (const auto& copy : copies) copy(board);
  }));
  return counter_stages.back().get();
}

void LiveEngine::Impl::copy_feed(std::size_t index, LiveReport& to) const {
  FeedStage& feed = *feeds[index];
  const sequence::Sequencer& sequencer = feed.sequencer();
  if (to.feeds.size() < feeds.size()) to.feeds.resize(feeds.size());
  FeedReport& report = to.feeds[index];
  report.name = config.feeds[index].name;
  FeedCounters& counters = report.counters;
  counters.sequence = sequencer.counters();
  counters.first_tick = sequencer.first_tick();
  counters.next_tick = sequencer.next_tick();
  counters.feed_epoch = sequencer.feed_epoch();
  counters.lost_in_epoch = sequencer.lost_in_epoch();
  counters.unique_in_epoch = sequencer.unique_in_epoch();
  counters.before_names = feed.ticks_before_names();
  counters.heartbeats = feed.heartbeats();
  counters.mode = feed.mode();
  report.clock_offset_ns = feed.clock_offset_ns();
  report.waits = feed.waits();
  report.fills = feed.fills();
  report.frames = {};
  report.lines.clear();
  for (std::size_t line = 0; line < feed.lines(); ++line) {
    const feed::FrameCounters& frames = feed.frames(line);
    report.lines.push_back({.frames = frames, .ticks = sequencer.line(line), .silences = feed.silences(line)});
    report.frames.in += frames.in;
    report.frames.decoded += frames.decoded;
    report.frames.reopened += frames.reopened;
    for (std::size_t i = 0; i < frames.refused.size(); ++i) report.frames.refused[i] += frames.refused[i];
  }
}

void LiveEngine::Impl::copy_core(LiveReport& to) const {
  if (to.feeds.size() < feeds.size()) to.feeds.resize(feeds.size());
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    const MergeCounters& merged = core->merge().counters(i);
    to.feeds[i].name = config.feeds[i].name;
    to.feeds[i].counters.journaled = merged.journaled;
    to.feeds[i].counters.rejected = merged.rejected;
  }
  to.digest = core->digest();
  to.fold = core->fold().counters();
  to.outbox = outbox->counters();
  to.next_eseq = core->fold().next_eseq();
  to.edges_made = core->edges_made();
  to.journal_waits = journal_link.waits();
  to.baskets_stale = core->fold().stale_baskets();
}

void LiveEngine::Impl::copy_journal(LiveReport& to) const {
  to.appended_jseq = writer->appended_jseq();
  to.edges_journaled = journal->edges_written();
  to.journal_bytes = writer->bytes_written();
  to.edge_waits = journal->waits();
}

void LiveEngine::Impl::copy_publish(LiveReport& to) const {
  to.recording = writer->path().string();
  to.recording_id = writer->recording_id();
  to.published = publisher->counters();
  to.control = control->counters();
  to.written_jseq = status.written_jseq;
  to.synced_jseq = status.synced_jseq;
  to.wiring = wiring;
  to.operations = operations.told();
  to.operations_dropped = operations.dropped();
}

void LiveEngine::Impl::copy_what_any_thread_may(LiveReport& to) const {
  to.taken_ns = wall_clock_ns();
  to.process = read_process_usage();
  to.stalls_begun = status.stalls;
  to.latency = {.tick_to_event = publish->tick_to_event().read(), .journal_sync = sync->sync_times().read(), .stages = {}};
  to.rings.clear();
  if (to.feeds.size() < feeds.size()) to.feeds.resize(feeds.size());
  const auto time_of = [&](const Stage& stage) { to.latency.stages.emplace_back(stage.name(), stage.step_times().read()); };
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    FeedReport& report = to.feeds[i];
    report.last_tick_ns = feeds[i]->last_tick_ns();
    for (std::size_t line = 0; line < report.lines.size(); ++line) report.lines[line].last_frame_ns = feeds[i]->last_frame_ns(line);
    const Ring<Record>& ring = feed_links[i]->records;
    to.rings.push_back({feeds[i]->name(), ring.used_slots(), ring.capacity(), report.waits});
    time_of(*feeds[i]);
  }
  to.rings.push_back({"journal", journal_link.depth(), journal_link.capacity(), to.journal_waits});
  to.rings.push_back({"edges", edge_link.depth(), edge_link.capacity(), to.edge_waits});
  to.rings.push_back({"levels", level_ring.used_slots(), level_ring.capacity(), to.outbox.refusals});
  time_of(*core);
  time_of(*journal);
  time_of(*publish);
  time_of(*sync);
}

std::string LiveEngine::Impl::stats_json() {
  LiveReport now;
  {
    const std::scoped_lock lock(board_mutex);
    now = board;
  }
  copy_publish(now);
  copy_what_any_thread_may(now);
  const bool simulated = config.time_source == config::TimeSource::kFeed;
  const wire::EngineState state = status.stop_requested ? wire::EngineState::kStopping
                                  : status.degraded     ? wire::EngineState::kDegraded
                                                        : wire::EngineState::kRunning;
  nlohmann::ordered_json root = report_json(now);
  root["node"] = config.node;
  root["state"] = std::string(wire::kEngineStateNames[static_cast<std::size_t>(state)]);
  root["reason"] = status.degraded ? "a stage stands still; the log names it" : "";
  root["mode"] = std::string(wire::kModeNames[static_cast<std::size_t>(simulated ? wire::Mode::kSimulated : wire::Mode::kLive)]);
  root["event_time_ns"] = status.event_time_ns.load(std::memory_order_relaxed);
  return root.dump();
}

namespace {

nlohmann::ordered_json report_json(const LiveReport& report) {
  nlohmann::ordered_json root;
  root["schema"] = "groundswell.run/1";
  root["recording"] = report.recording;
  root["recording_id"] = fmt::format("{:016x}", report.recording_id);
  root["digest"] = report.digest;
  for (const FeedReport& feed : report.feeds) root["feeds"].push_back(feed_json(feed, report.taken_ns));
  root["fold"] = {{"records", report.fold.records},
                  {"ticks", report.fold.ticks},
                  {"pulses", report.fold.pulses},
                  {"gaps", report.fold.gaps},
                  {"rolls", report.fold.rolls},
                  {"stale_rolls", report.fold.stale_rolls},
                  {"reference_changes", report.fold.reference_changes},
                  {"outcomes", by_name(market::kOutcomeNames, report.fold.outcomes)},
                  {"dropped_at_gaps", report.fold.dropped_at_gaps},
                  {"quarantine_believed", report.fold.believed},
                  {"unknown_conditions", report.fold.unknown_conditions},
                  {"steps", report.fold.steps},
                  {"commits", report.fold.commits},
                  {"levels", report.fold.levels},
                  {"edges", report.fold.edges}};
  root["out"] = {{"levels_made", report.outbox.levels_made},
                 {"levels_sent", report.outbox.levels_sent},
                 {"levels_conflated", report.outbox.levels_conflated},
                 {"levels_published", report.published.levels},
                 {"edges_made", report.edges_made},
                 {"edges_journaled", report.edges_journaled},
                 {"edges_published", report.published.edges},
                 {"next_eseq", report.next_eseq},
                 {"heartbeats", report.published.heartbeats}};
  root["journal"] = {{"appended_jseq", report.appended_jseq},
                     {"written_jseq", report.written_jseq},
                     {"synced_jseq", report.synced_jseq},
                     {"bytes", report.journal_bytes},
                     {"waits", report.journal_waits}};
  root["events"] = events_json(report.published);
  root["latency"] = latency_json(report.latency);
  root["rings"] = rings_json(report.rings);
  root["baskets_stale"] = report.baskets_stale;
  root["process"] = nlohmann::ordered_json::parse(json_of(report.process));
  root["control"] = nlohmann::ordered_json::parse(publish::json_of(report.control));
  root["pipeline"] = pipeline_json(report);
  if (report.access) root["access"] = nlohmann::ordered_json::parse(net::json_of(*report.access));
  return root;
}

}  // namespace

}  // namespace groundswell::pipeline
