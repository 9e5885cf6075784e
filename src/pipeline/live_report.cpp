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

}  // namespace

std::string LiveReport::json() const {
  nlohmann::ordered_json root;
  root["schema"] = "groundswell.run/1";
  root["recording"] = recording;
  root["recording_id"] = fmt::format("{:016x}", recording_id);
  root["digest"] = digest;
  for (const FeedReport& feed : feeds) {
    const FeedCounters& c = feed.counters;
    root["feeds"].push_back({{"name", feed.name},
                             {"frames",
                              {{"in", feed.frames.in},
                               {"decoded", feed.frames.decoded},
                               {"refused", by_name(wire::kVerdictNames, feed.frames.refused, 1)},
                               {"bad_numbering", c.bad_numbering},
                               {"reopened", feed.frames.reopened}}},
                             {"ticks",
                              {{"in", c.sequence.ticks_in},
                               {"duplicate", c.sequence.duplicate},
                               {"stale_epoch", c.sequence.stale_epoch},
                               {"unique", c.sequence.unique},
                               {"lost", c.sequence.lost},
                               {"gaps", c.sequence.gaps},
                               {"journaled", c.journaled},
                               {"rejected", by_name(kRejectionNames, c.rejected)}}},
                             {"epoch",
                              {{"feed_epoch", c.feed_epoch},
                               {"first_tick", c.first_tick},
                               {"next_tick", c.next_tick},
                               {"unique", c.unique_in_epoch},
                               {"lost", c.lost_in_epoch}}},
                             {"mode", std::string(wire::kModeNames[static_cast<std::size_t>(c.mode)])}});
  }
  root["fold"] = {{"records", fold.records},
                  {"ticks", fold.ticks},
                  {"pulses", fold.pulses},
                  {"gaps", fold.gaps},
                  {"rolls", fold.rolls},
                  {"stale_rolls", fold.stale_rolls},
                  {"outcomes", by_name(market::kOutcomeNames, fold.outcomes)},
                  {"dropped_at_gaps", fold.dropped_at_gaps},
                  {"unknown_conditions", fold.unknown_conditions},
                  {"steps", fold.steps},
                  {"commits", fold.commits},
                  {"levels", fold.levels},
                  {"edges", fold.edges}};
  root["out"] = {{"levels_made", outbox.levels_made},
                 {"levels_sent", outbox.levels_sent},
                 {"levels_conflated", outbox.levels_conflated},
                 {"levels_published", published.levels},
                 {"edges_made", outbox.edges_made},
                 {"edges_journaled", edges_journaled},
                 {"edges_published", published.edges},
                 {"next_eseq", next_eseq},
                 {"heartbeats", published.heartbeats}};
  root["journal"] = {
      {"appended_jseq", appended_jseq}, {"written_jseq", written_jseq}, {"synced_jseq", synced_jseq}, {"waits", journal_waits}};
  return root.dump();
}

}  // namespace groundswell::pipeline
