#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pipeline/live.hpp"

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

}  // namespace

std::string LiveReport::json() const {
  nlohmann::ordered_json root;
  root["schema"] = "groundswell.run/1";
  root["recording"] = recording;
  root["recording_id"] = fmt::format("{:016x}", recording_id);
  root["digest"] = digest;
  for (const FeedReport& feed : feeds) root["feeds"].push_back(feed_json(feed));
  root["fold"] = {{"records", fold.records},
                  {"ticks", fold.ticks},
                  {"pulses", fold.pulses},
                  {"gaps", fold.gaps},
                  {"rolls", fold.rolls},
                  {"stale_rolls", fold.stale_rolls},
                  {"outcomes", by_name(market::kOutcomeNames, fold.outcomes)},
                  {"dropped_at_gaps", fold.dropped_at_gaps},
                  {"quarantine_believed", fold.believed},
                  {"unknown_conditions", fold.unknown_conditions},
                  {"steps", fold.steps},
                  {"commits", fold.commits},
                  {"levels", fold.levels},
                  {"edges", fold.edges}};
  root["out"] = {{"levels_made", outbox.levels_made},
                 {"levels_sent", outbox.levels_sent},
                 {"levels_conflated", outbox.levels_conflated},
                 {"levels_published", published.levels},
                 {"edges_made", edges_made},
                 {"edges_journaled", edges_journaled},
                 {"edges_published", published.edges},
                 {"next_eseq", next_eseq},
                 {"heartbeats", published.heartbeats}};
  root["journal"] = {
      {"appended_jseq", appended_jseq}, {"written_jseq", written_jseq}, {"synced_jseq", synced_jseq}, {"waits", journal_waits}};
  root["pipeline"] = pipeline_json(*this);
  return root.dump();
}

}  // namespace groundswell::pipeline
