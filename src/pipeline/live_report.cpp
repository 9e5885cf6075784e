#include <fmt/format.h>

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

nlohmann::ordered_json line_json(const LineReport& line) {
  return {{"frames", frames_json(line.frames)},    {"ticks", line.ticks.ticks},           {"wins", line.ticks.wins},
          {"duplicates", line.ticks.duplicates},   {"mismatches", line.ticks.mismatches}, {"holes", line.ticks.holes},
          {"stale_epoch", line.ticks.stale_epoch}, {"lag_ns", line.ticks.lag_ns},         {"silences", line.silences}};
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

nlohmann::ordered_json feed_json(const FeedReport& feed) {
  const FeedCounters& c = feed.counters;
  nlohmann::ordered_json object = {{"name", feed.name}, {"frames", frames_json(feed.frames)}};
  object["frames"]["bad_numbering"] = c.sequence.bad_numbering;
  object["ticks"] = {{"in", c.sequence.ticks_in},
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
  for (const LineReport& line : feed.lines) object["lines"].push_back(line_json(line));
  object["fills"] = fills_json(feed);
  object["mode"] = std::string(wire::kModeNames[static_cast<std::size_t>(c.mode)]);
  return object;
}

nlohmann::ordered_json pipeline_json(const LiveReport& report) {
  nlohmann::ordered_json stalls = nlohmann::ordered_json::array();
  for (const Stall& stall : report.stalls)
    stalls.push_back({{"stage", stall.stage}, {"count", stall.count}, {"longest_ms", stall.longest_ns / 1'000'000}});
  return {{"threads", report.staged ? "staged" : "fused"},
          {"stalls", stalls},
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
  counters.heartbeats = feed.heartbeats();
  counters.mode = feed.mode();
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
}

void LiveEngine::Impl::copy_journal(LiveReport& to) const {
  to.appended_jseq = writer->appended_jseq();
  to.edges_journaled = journal->edges_written();
}

void LiveEngine::Impl::copy_publish(LiveReport& to) const {
  to.recording = writer->path().string();
  to.recording_id = writer->recording_id();
  to.published = publisher->counters();
  to.control = control->counters();
  to.written_jseq = status.written_jseq;
  to.synced_jseq = status.synced_jseq;
  to.staged = staged;
  to.operations = operations.told();
  to.operations_dropped = operations.dropped();
}

std::string LiveEngine::Impl::stats_json() {
  LiveReport now;
  {
    const std::scoped_lock lock(board_mutex);
    now = board;
  }
  copy_publish(now);
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
  for (const FeedReport& feed : report.feeds) root["feeds"].push_back(feed_json(feed));
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
                     {"waits", report.journal_waits}};
  root["control"] = nlohmann::ordered_json::parse(publish::json_of(report.control));
  root["pipeline"] = pipeline_json(report);
  if (report.access) root["access"] = nlohmann::ordered_json::parse(net::json_of(*report.access));
  return root;
}

}  // namespace

}  // namespace groundswell::pipeline
