#include "console/messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "groundswell/tick.hpp"
#include "pipeline/outputs.hpp"
#include "signal/catalog.hpp"

namespace groundswell::console {
namespace {

constexpr std::string_view kSchema = "groundswell.console/1";
constexpr std::size_t kOperationsInHealth = 50;
constexpr std::array<std::string_view, 5> kConnectionNames{"connecting", "joining", "live", "repairing", "stale"};
constexpr std::array<std::string_view, 3> kModeNames{"live", "replay", "simulated"};
constexpr std::array<std::string_view, 4> kNodeStateNames{"starting", "running", "degraded", "stopping"};
constexpr std::array<std::string_view, 4> kScopeKindNames{"basket", "wave", "thesis", "symbols"};

std::uint64_t to_ms(std::uint64_t time_ns) noexcept { return time_ns / 1'000'000; }

// A list of the same shape for each element, separated by commas.
template <class Range, class Text>
std::string joined(const Range& range, Text&& text) {
  std::string out;
  for (const auto& each : range) {
    if (!out.empty()) out += ',';
    out += text(each);
  }
  return out;
}

std::string number_or_null(const Level& level) { return level.present != 0 ? pipeline::number_text(level.value) : "null"; }

// Columns of a levels message: one text for each, joined once.
struct Columns {
  std::string cells, values, validity, valid, members, flags, at_ms, clock;

  void add(std::size_t number, const Cell& cell) {
    const char* const comma = cells.empty() ? "" : ",";
    const Level& level = cell.level;
    const auto put = [&](std::string& column, auto value) { fmt::format_to(std::back_inserter(column), "{}{}", comma, value); };
    put(values, number_or_null(level));
    put(validity, static_cast<unsigned>(level.validity));
    put(valid, level.n_valid);
    put(members, level.n_members);
    put(flags, level.flags);
    put(at_ms, to_ms(cell.ts_event_ns));
    put(clock, static_cast<unsigned>(cell.clock));
    put(cells, number);
  }
};

std::string signals_json(const Model& model) {
  std::vector<std::string> columns(model.names().catalog().signals.empty() ? 0 : 1);
  const std::vector<signal::CatalogRow> rows = signal::signal_catalog(model.universe(), {});
  for (const SignalEntry& entry : model.names().catalog().signals) {
    columns.resize(std::max<std::size_t>(columns.size(), entry.index + std::size_t{1}));
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const signal::CatalogRow& each) { return each.id == entry.id; });
    const std::string_view title = row == rows.end() ? std::string_view() : row->info->summary;
    const signal::Clocks clocks = row == rows.end() ? signal::kBoth : row->info->clocks;
    const char* const names = clocks == signal::kBoth ? R"("live","close")" : clocks == signal::kLiveOnly ? R"("live")" : R"("close")";
    columns[entry.index] = fmt::format(R"({{"id":{},"unit":{},"title":{},"clocks":[{}],"definition":"{:016x}"}})", json_string(entry.id),
                                       json_string(entry.unit), json_string(title), names, entry.definition);
  }
  // Of benchmarks that the universe lacks a number stays unused.
  return joined(columns, [](const std::string& column) {
    return column.empty() ? R"({"id":"","unit":"","title":"","clocks":[],"definition":""})" : column;
  });
}

std::string members_json(const Model& model) {
  return joined(model.universe().baskets, [](const Basket& basket) {
    return json_string(basket.id) + ":[" +
           joined(basket.members,
                  [](const Member& member) {
                    return fmt::format(R"({{"symbol":{},"role":"{}"}})", json_string(member.symbol),
                                       kRoleNames[static_cast<std::size_t>(member.role)]);
                  }) +
           "]";
  });
}

template <class Names>
std::string names_json(const Names& names) {
  return joined(names, [](std::string_view name) { return json_string(name); });
}

std::string states_json() {
  std::string text = names_json(kThesisStateNames);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string events_json(std::span<const Event* const> events) {
  return joined(events, [](const Event* event) { return std::string_view(event->json); });
}

}  // namespace

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view mode_name(client::Mode mode) noexcept { return kModeNames[static_cast<std::size_t>(mode)]; }

std::string hello_message(std::string_view version, std::string_view stream) {
  return fmt::format(R"({{"type":"hello","schema":"{}","version":{},"stream":"{}"}})", kSchema, json_string(version), stream);
}

std::string error_message(std::string_view what) { return fmt::format(R"({{"type":"error","what":{}}})", json_string(what)); }

std::string catalog_message(const Model& model) {
  const Catalog& catalog = model.names().catalog();
  const std::string scopes = joined(model.scopes(), [](const ScopeInfo& scope) {
    return fmt::format(R"({{"id":{},"name":{},"kind":"{}","wave":{}}})", json_string(scope.id), json_string(scope.name),
                       kScopeKindNames[static_cast<std::size_t>(scope.kind)],
                       scope.wave ? std::to_string(static_cast<unsigned>(*scope.wave)) : "null");
  });
  const std::string triggers = joined(catalog.triggers, [](const TriggerEntry& trigger) {
    return fmt::format(R"({{"name":{},"type":{},"signal":{},"rule":{}}})", json_string(trigger.name), json_string(trigger.type),
                       json_string(trigger.signal), json_string(trigger.rule));
  });
  return fmt::format(
      R"({{"type":"catalog","recording_id":"{:016x}","universe_version":{},"scopes":[{}],"signals":[{}],"symbols":[{}],"members":{{{}}},)"
      R"("triggers":[{}],"validities":[{}],"flags":[{}],"states":[{}]}})",
      model.recording_id(), json_string(catalog.universe_version), scopes, signals_json(model), names_json(catalog.symbols),
      members_json(model), triggers, names_json(kValidityNames), names_json(kFlagNames), states_json());
}

std::string levels_message(const Model& model, std::uint64_t since) {
  Columns columns;
  for (std::size_t scope = 0; scope < model.scope_count(); ++scope) {
    for (std::size_t signal = 0; signal < model.signal_count(); ++signal) {
      const Cell& cell = model.cell(static_cast<std::uint16_t>(scope), static_cast<std::uint16_t>(signal));
      if (cell.told() && (since == 0 || cell.change > since)) columns.add(scope * model.signal_count() + signal, cell);
    }
  }
  return fmt::format(R"({{"type":"levels","number":{},"previous":{},"full":{},"recording_id":"{:016x}","session":{},"event_time":"{}",)"
                     R"("cells":[{}],"values":[{}],"validity":[{}],"valid":[{}],"members":[{}],"flags":[{}],"at_ms":[{}],"clock":[{}]}})",
                     model.changes(), since, since == 0, model.recording_id(), model.session(), model.event_time_ns(), columns.cells,
                     columns.values, columns.validity, columns.valid, columns.members, columns.flags, columns.at_ms, columns.clock);
}

std::string subjects_message(const Model& model, std::uint64_t since) {
  std::string rows;
  for (const auto& [key, cell] : model.subjects()) {
    if (since != 0 && cell.change <= since) continue;
    fmt::format_to(std::back_inserter(rows), R"({}{{"symbol":{},"signal":{},"value":{},"validity":{},"at_ms":{}}})",
                   rows.empty() ? "" : ",", json_string(model.names().symbol(key.first)), json_string(model.names().signal(key.second)),
                   number_or_null(cell.level), static_cast<unsigned>(cell.level.validity), to_ms(cell.ts_event_ns));
  }
  if (rows.empty() && since != 0) return {};
  return fmt::format(R"({{"type":"subjects","number":{},"previous":{},"full":{},"rows":[{}]}})", model.changes(), since, since == 0, rows);
}

std::string events_message(const Model& model, std::uint64_t since) {
  const std::deque<Event>& all = model.events();
  if (since != 0 && since == model.told_events()) return {};
  const std::uint64_t fresh = model.told_events() - since;
  const bool full = since == 0 || fresh > std::min(all.size(), kEventsInFull);
  const std::size_t from = full ? all.size() - std::min(all.size(), kEventsInFull) : 0;
  std::vector<const Event*> wanted;
  for (std::size_t i = from; i < all.size(); ++i) {
    if (full || all[i].number > since) wanted.push_back(&all[i]);
  }
  return fmt::format(R"({{"type":"events","full":{},"events":[{}]}})", full, events_json(wanted));
}

std::string events_answer(const Model& model, std::uint64_t from_eseq, std::size_t limit) {
  std::vector<const Event*> wanted;
  for (const Event& event : model.events()) {
    if (wanted.size() < limit && event.edge.eseq >= from_eseq) wanted.push_back(&event);
  }
  const std::uint64_t oldest = model.events().empty() ? 0 : model.events().front().edge.eseq;
  return fmt::format(R"({{"events":[{}],"oldest":"{}"}})", events_json(wanted), oldest);
}

std::string health_message(const Model& model, const HealthFacts& facts) {
  const std::optional<client::HeartbeatEvent>& heartbeat = model.heartbeat();
  const auto name_of = [](std::string_view name) { return fmt::format("\"{}\"", name); };
  std::string mode = "null";
  if (heartbeat) mode = name_of(mode_name(heartbeat->mode));
  if (facts.mode) mode = name_of(mode_name(*facts.mode));
  const std::deque<Operation>& all = model.operations();
  std::string operations;
  for (std::size_t i = all.size() - std::min(all.size(), kOperationsInHealth); i < all.size(); ++i) {
    fmt::format_to(std::back_inserter(operations), R"({}{{"time_ms":{},"severity":"{}","component":{},"text":{}}})",
                   operations.empty() ? "" : ",", to_ms(all[i].time_ns), all[i].severity, json_string(all[i].component),
                   json_string(all[i].text));
  }
  const std::string stale = !facts.stale ? "null"
                                         : fmt::format(R"({{"what":"{}","name":{},"for_ms":{}}})", facts.stale->what,
                                                       json_string(facts.stale->name), facts.stale->for_ms);
  return fmt::format(
      R"({{"type":"health","connection":"{}","heartbeat_age_ms":{},"mode":{},"node_state":{},"event_time":{},"session":{},"now_ms":{},)"
      R"("stale":{},"lost_events":{},"trouble":{},"operations":[{}],"stats":{},)"
      R"("web":{{"sessions":{},"conflated":{},"uptime_s":{}}}}})",
      kConnectionNames[static_cast<std::size_t>(model.state())],
      heartbeat ? std::to_string((facts.monotonic_ns - model.heartbeat_at_ns()) / 1'000'000) : "null", mode,
      heartbeat ? name_of(kNodeStateNames[static_cast<std::size_t>(heartbeat->state)]) : "null",
      model.event_time_ns() == 0 ? "null" : fmt::format("\"{}\"", model.event_time_ns()), model.session(), facts.now_ms, stale,
      model.lost_edges(), json_string(facts.trouble.empty() ? model.trouble() : facts.trouble), operations,
      facts.stats.empty() ? "null" : facts.stats, facts.sessions, facts.conflated, facts.uptime_s);
}

// change: last over reference, less 1; contribution: its part of the equal-weighted change, so that they sum to it.
std::string members_message(const Model& model, std::string_view scope, std::uint64_t event_time_ns, std::span<const MemberRow> members) {
  constexpr std::string_view kOfSymbols[] = {"rs_rating", "k_score", "spoon", "painted"};
  const auto counting = static_cast<double>(std::count_if(members.begin(), members.end(), [](const MemberRow& row) { return row.counts; }));
  const std::string rows = joined(members, [&](const MemberRow& row) {
    const double change = row.counts ? static_cast<double>(row.last_e9 - row.ref_e9) / static_cast<double>(row.ref_e9) : 0;
    const auto when = [](bool known, double value) { return known ? pipeline::number_text(value) : std::string("null"); };
    std::string text =
        fmt::format(R"({{"symbol":{},"role":"{}","last":{},"change":{},"contribution":{},"volume":{},"last_trade_ms":{},"halted":{},)"
                    R"("quarantined":{},"counts":{})",
                    json_string(model.names().symbol(row.symbol)), kRoleNames[static_cast<std::size_t>(row.role)],
                    when(row.last_e9 > 0, static_cast<double>(row.last_e9) / static_cast<double>(kPriceScale)), when(row.counts, change),
                    when(row.counts, change / counting), row.volume_shares,
                    row.last_trade_ns == 0 ? "null" : std::to_string(to_ms(row.last_trade_ns)), row.halted, row.quarantined, row.counts);
    for (const std::string_view signal : kOfSymbols) {
      const auto found = model.subjects().find({row.symbol, model.names().signal_index(signal)});
      text += fmt::format(R"(,"{}":{})", signal, found == model.subjects().end() ? "null" : number_or_null(found->second.level));
    }
    return text + "}";
  });
  return fmt::format(R"({{"type":"members","basket":{},"event_time":"{}","rows":[{}]}})", json_string(scope), event_time_ns, rows);
}

std::string replay_message(const ReplayFacts& facts) {
  return fmt::format(
      R"({{"type":"replay","state":"{}","recording":{},"from_ms":{},"to_ms":{},"at_ms":{},"speed":{},"error":{},"progress":{}}})",
      facts.state, json_string(facts.recording), facts.from_ms, facts.to_ms, facts.at_ms, facts.speed, json_string(facts.error),
      facts.progress);
}

std::string marks_message(const std::vector<Mark>& marks) {
  return fmt::format(R"({{"type":"marks","at_ms":[{}],"types":[{}],"scopes":[{}],"eseq":[{}]}})",
                     joined(marks, [](const Mark& mark) { return std::to_string(to_ms(mark.ts_event_ns)); }),
                     joined(marks, [](const Mark& mark) { return json_string(mark.type); }),
                     joined(marks, [](const Mark& mark) { return json_string(mark.scope); }),
                     joined(marks, [](const Mark& mark) { return fmt::format("\"{}\"", mark.eseq); }));
}

}  // namespace groundswell::console
