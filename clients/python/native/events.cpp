#include "events.hpp"

#include <nanobind/stl/string.h>

#include <type_traits>

#include "pick.hpp"

namespace groundswell::python {

namespace nb = nanobind;

std::uint64_t cause_jseq(const KeptEvent& event) noexcept {
  if (const auto* edge = std::get_if<KeptEdge>(&event)) return edge->edge.cause_jseq;
  return std::get<KeptLevels>(event).cause_jseq;
}
std::uint64_t event_time_ns(const KeptEvent& event) noexcept {
  if (const auto* edge = std::get_if<KeptEdge>(&event)) return edge->edge.ts_event_ns;
  return std::get<KeptLevels>(event).ts_event_ns;
}

Keeper::Keeper(const Playback& playback, EventFilter filter)
    : filter_(std::move(filter)), scopes_(filter_.scopes), types_(filter_.types), signals_(filter_.signals), names_(&playback.names()) {
  check_outputs(playback, filter_.scopes, filter_.types, filter_.signals);
}

void Keeper::on_edge(const client::EdgeEvent& event) {
  const Edge& edge = event.edge;
  if (!filter_.edges || !inside(filter_.windows, edge.ts_event_ns) || !scopes_(edge.scope, event.scope)) return;
  if (!types_(static_cast<std::uint16_t>(edge.type), event.type)) return;
  if (!event.signal.empty() && !signals_(edge.signal, event.signal)) return;
  kept.emplace_back(KeptEdge{edge, event.config_hash, {event.why.begin(), event.why.end()}});
}

void Keeper::on_levels(const client::LevelsEvent& event) {
  if (!filter_.levels || (filter_.clock && event.clock != *filter_.clock)) return;
  if (!inside(filter_.windows, event.ts_event_ns) || !scopes_(event.scope_index, event.scope)) return;
  std::vector<Level> levels;
  for (const Level& level : event.levels) {
    if (signals_(level.signal, names_->signal(level.signal))) levels.push_back(level);
  }
  if (levels.empty()) return;
  kept.emplace_back(KeptLevels{.scope = event.scope_index,
                               .session = event.session,
                               .ts_event_ns = event.ts_event_ns,
                               .cause_jseq = event.cause_jseq,
                               .level_seq = event.level_seq,
                               .clock = event.clock,
                               .levels = std::move(levels)});
}

namespace {

nb::object text(std::string_view of) { return nb::str(of.data(), of.size()); }
nb::object number(bool present, double value) { return present ? nb::object(nb::float_(value)) : nb::object(nb::none()); }

}  // namespace

EventMaker::EventMaker(std::uint64_t recording_id) : recording_id_(recording_id) {
  const nb::module_ events = nb::module_::import_("groundswell.events");
  edge_ = events.attr("Edge");
  why_ = events.attr("Why");
  levels_ = events.attr("Levels");
  level_ = events.attr("Level");
  for (std::size_t i = 0; i < kValidityNames.size(); ++i) validities_.push_back(events.attr("Validity")(i));
  for (std::size_t i = 0; i < kClockNames.size(); ++i) clocks_.push_back(events.attr("Clock")(i));
}

nb::object EventMaker::make(const KeptEvent& event, const client::Names& names) const {
  if (const auto* edge = std::get_if<KeptEdge>(&event)) return make_edge(*edge, names);
  return make_levels(std::get<KeptLevels>(event), names);
}

nb::object EventMaker::make_edge(const KeptEdge& kept, const client::Names& names) const {
  const Edge& edge = kept.edge;
  nb::list parts;
  for (const Why& part : kept.why) parts.append(why_(text(names.symbol(part.symbol)), part.delta));
  using namespace nb::literals;
  return edge_(
      "recording_id"_a = recording_id_, "config_hash"_a = kept.config_hash, "universe"_a = "main",
      "scope"_a = text(names.scope(edge.scope)), "type"_a = text(edge_type_name(edge.type)), "signal"_a = text(names.signal(edge.signal)),
      "trigger"_a = text(names.trigger(edge.trigger)), "subject"_a = text(names.symbol(edge.subject)), "direction"_a = int{edge.direction},
      "value"_a = number((edge.present & kValuePresent) != 0, edge.value),
      "prior"_a = number((edge.present & kPriorPresent) != 0, edge.prior),
      "threshold"_a = number((edge.present & kThresholdPresent) != 0, edge.threshold),
      "validity"_a = validities_[static_cast<std::size_t>(edge.validity)], "clock"_a = clocks_[static_cast<std::size_t>(edge.clock)],
      "flags"_a = edge.flags, "n_valid"_a = edge.n_valid, "n_members"_a = edge.n_members, "session"_a = edge.session,
      "ts_event"_a = edge.ts_event_ns, "eseq"_a = edge.eseq, "scope_seq"_a = edge.scope_seq, "cause_jseq"_a = edge.cause_jseq,
      "event_id"_a = hexadecimal(edge.event_id), "definition"_a = edge.definition, "roster"_a = edge.roster, "unjournaled"_a = false,
      "past"_a = false, "why"_a = nb::tuple(parts));
}

nb::object EventMaker::make_levels(const KeptLevels& kept, const client::Names& names) const {
  const bool of_symbols = names.scope(kept.scope) == "symbols";
  nb::list levels;
  for (const Level& level : kept.levels) {
    levels.append(level_(text(names.signal(level.signal)), number(level.present != 0, level.value),
                         validities_[static_cast<std::size_t>(level.validity)], level.flags, level.n_valid, level.n_members,
                         text(of_symbols ? names.symbol(level.subject) : std::string_view())));
  }
  return levels_(recording_id_, "main", text(names.scope(kept.scope)), kept.session, kept.ts_event_ns, kept.cause_jseq, kept.level_seq,
                 clocks_[static_cast<std::size_t>(kept.clock)], false, nb::tuple(levels));
}

}  // namespace groundswell::python
