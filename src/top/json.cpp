#include "top/json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/calendar.hpp"
#include "console/words.hpp"
#include "pipeline/outputs.hpp"
#include "top/canvas.hpp"
#include "top/numbers.hpp"
#include "wire/codec.hpp"

namespace groundswell::top {
namespace {

using console::Cell;
using console::Model;
using Json = nlohmann::ordered_json;

constexpr std::size_t kEvents = 50;
constexpr std::array<std::string_view, 5> kStateNames{"connecting", "joining", "live", "repairing", "stale"};
constexpr std::array<std::string_view, 4> kKindNames{"basket", "wave", "thesis", "symbols"};

Json milliseconds(std::int64_t ns) { return ns / 1'000'000; }

Json number_json(const Model& model, const Cell& cell, std::int64_t standing_ns) {
  const Level& level = cell.level;
  return {{"value", level.present != 0 ? Json(level.value) : Json()},
          {"validity", kValidityNames[static_cast<std::size_t>(level.validity)]},
          {"n_valid", level.n_valid},
          {"n_members", level.n_members},
          {"flags", pipeline::flags_text(level.flags)},
          {"clock", kClockNames[static_cast<std::size_t>(cell.clock)]},
          {"session", config::format_date(cell.session)},
          {"ts_event", cell.ts_event_ns},
          {"age_ms", milliseconds(age_ns(model, cell) + standing_ns)}};
}

// A number with the word that it stands for; null when it was never told.
Json word_json(const Model& model, std::string_view signal, std::int64_t standing_ns) {
  const Cell& cell = model.cell("thesis", signal);
  if (!cell.told()) return nullptr;
  Json all = number_json(model, cell, standing_ns);
  all["word"] = cell.level.present != 0 ? Json(console::word_of(signal, cell.level.value)) : Json();
  return all;
}

Json scope_json(const Model& model, const console::ScopeInfo& scope, std::int64_t standing_ns) {
  Json all = {{"id", scope.id},
              {"name", scope.name},
              {"kind", kKindNames[static_cast<std::size_t>(scope.kind)]},
              {"wave", scope.wave ? Json(kWaveNames[static_cast<std::size_t>(*scope.wave) - 1]) : Json()},
              {"numbers", Json::object()}};
  for (const SignalEntry& signal : model.names().catalog().signals) {
    const Cell& cell = model.cell(scope.id, signal.id);
    if (cell.told()) all["numbers"][signal.id] = number_json(model, cell, standing_ns);
  }
  return all;
}

}  // namespace

std::string model_json(const Scene& scene, std::int64_t now_ns) {
  const Model& model = scene.shown;
  const std::int64_t standing_ns = silence_ns(scene.live, now_ns);
  Json root;
  root["schema"] = "groundswell.top/1";
  root["endpoint"] = scene.endpoint;
  root["connection"] = kStateNames[static_cast<std::size_t>(model.state())];
  const auto& heard = model.heartbeat();
  root["mode"] = heard ? Json(wire::kModeNames[static_cast<std::size_t>(heard->mode)]) : Json();
  root["node_state"] = heard ? Json(wire::kEngineStateNames[static_cast<std::size_t>(heard->state)]) : Json();
  root["heartbeat_age_ms"] = heard ? milliseconds(now_ns - model.heartbeat_at_ns()) : Json();
  root["recording_id"] = fmt::format("{:016x}", model.recording_id());
  root["session"] = model.session() != 0 ? Json(config::format_date(model.session())) : Json();
  root["event_time"] = model.event_time_ns();
  root["lost_events"] = model.lost_edges();
  root["notices"] = Json::array();
  for (const Notice& notice : notices(scene, now_ns)) root["notices"].push_back(notice.text);
  root["thesis"] = {{"state", word_json(model, "state", standing_ns)},
                    {"provisional_state", word_json(model, "provisional_state", standing_ns)},
                    {"wave_lead", word_json(model, "wave_lead", standing_ns)}};
  root["scopes"] = Json::array();
  for (const console::ScopeInfo& scope : model.scopes()) {
    if (scope.kind != console::ScopeKind::kSymbols) root["scopes"].push_back(scope_json(model, scope, standing_ns));
  }
  root["events"] = Json::array();
  const auto& events = model.events();
  for (std::size_t i = events.size() - std::min(events.size(), kEvents); i < events.size(); ++i)
    root["events"].push_back(Json::parse(events[i].json));
  root["operations"] = Json::array();
  for (const console::Operation& each : model.operations())
    root["operations"].push_back({{"time", each.time_ns},
                                  {"severity", std::string(1, each.severity)},
                                  {"component", each.component},
                                  {"node", each.node},
                                  {"text", each.text}});
  root["health"] = scene.health.known() ? Json::parse(scene.health.json()) : Json();
  return root.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace groundswell::top
