#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/interrupt.hpp"
#include "app/subscriber.hpp"
#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "config/calendar.hpp"
#include "pipeline/outputs.hpp"

namespace groundswell::app {
namespace {

constexpr std::int64_t kSilenceNs = 1'000'000'000;  // no heartbeat for so long: dead

pipeline::EdgeNames edge_names(const Subscriber& from) {
  const Catalog& catalog = *from.catalog();
  pipeline::EdgeNames names{.symbols = catalog.symbols,
                            .scopes = catalog.scopes,
                            .signals = {},
                            .triggers = {},
                            .recording_id = from.edges().header.recording_id,
                            .config_hash = from.edges().header.config_hash};
  for (const SignalEntry& signal : catalog.signals) {
    names.signals.resize(std::max<std::size_t>(names.signals.size(), signal.index + std::size_t{1}));
    names.signals[signal.index] = signal.id;
  }
  for (const TriggerEntry& trigger : catalog.triggers) names.triggers.push_back(trigger.name);
  return names;
}

// What moved it, the largest parts first: "NVDA +1, AMD -1, and 4 more".
std::string why_text(std::span<const Why> why, const pipeline::EdgeNames& names) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < why.size() && i < kShown; ++i) {
    const std::string symbol = why[i].symbol < names.symbols.size() ? names.symbols[why[i].symbol] : "?";
    text += fmt::format("{}{} {:+}", text.empty() ? "" : ", ", symbol, why[i].delta);
  }
  if (why.size() > kShown) text += fmt::format(", and {} more", why.size() - kShown);
  return text;
}

void print_edge(const wire::EdgeWithWhy& event, bool json, const pipeline::EdgeNames& names) {
  const Edge& edge = event.edge;
  if (json) {
    fmt::print("{}\n", pipeline::edge_json(edge, event.why, names));
    return;
  }
  const auto name = [](const std::vector<std::string>& all, std::size_t index) { return index < all.size() ? all[index] : std::string(); };
  const auto number = [&](std::uint8_t bit, double value) {
    return (edge.present & bit) != 0 ? pipeline::number_text(value) : std::string();
  };
  std::string about = name(names.symbols, edge.subject);
  if (edge.trigger < names.triggers.size()) about = names.triggers[edge.trigger];
  fmt::print("{}  {:<18} {:<22} {:<24} {:>+3} {:>10} {:<12} {} {}\n", config::format_utc(edge.ts_event_ns), edge_type_name(edge.type),
             name(names.scopes, edge.scope), about, static_cast<int>(edge.direction), number(kValuePresent, edge.value),
             kValidityNames[static_cast<std::size_t>(edge.validity)], pipeline::flags_text(edge.flags), why_text(event.why, names));
}

std::string level_scope(const Subscriber& from, std::uint16_t scope, std::uint32_t subject) {
  const std::string& name = from.scope(scope);
  if (name != pipeline::kSymbolsScope || !from.catalog() || subject >= from.catalog()->symbols.size()) return name;
  return "symbol:" + from.catalog()->symbols[subject];
}

void print_level(const Subscriber& from, const wire::LevelBatch& batch, const Level& level, bool json) {
  const std::string value = level.present != 0 ? pipeline::number_text(level.value) : json ? "null" : "-";
  const std::string_view validity = kValidityNames[static_cast<std::size_t>(level.validity)];
  if (json) {
    fmt::print(R"({{"session":"{}","ts_event":{},"clock":"{}","scope":"{}","signal":"{}","value":{},"validity":"{}","n_valid":{},)"
               R"("n_members":{},"flags":"{}"}})"
               "\n",
               config::format_date(batch.header.session), batch.ts_event_ns, kClockNames[static_cast<std::size_t>(batch.clock)],
               level_scope(from, batch.header.scope, level.subject), from.signal_id(level.signal), value, validity, level.n_valid,
               level.n_members, pipeline::flags_text(level.flags));
    return;
  }
  fmt::print("{}  {:<22} {:<18} {:>20} {:<12} {:>3}/{:<3} {}\n", config::format_utc(batch.ts_event_ns),
             level_scope(from, batch.header.scope, level.subject), from.signal_id(level.signal), value, validity, level.n_valid,
             level.n_members, pipeline::flags_text(level.flags));
}

void print_operation(const wire::Operation& operation, bool json) {
  const auto severity = static_cast<char>(operation.severity);
  if (json) {
    const nlohmann::ordered_json object = {
        {"operation", operation.number},    {"time", operation.time_ns}, {"severity", std::string(1, severity)},
        {"component", operation.component}, {"node", operation.node},    {"text", operation.text}};
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  fmt::print("{}  {} {} {}: {}\n", config::format_utc(operation.time_ns), severity, operation.node, operation.component, operation.text);
}

}  // namespace

int tail_verb(const CommonOptions& common, const TailOptions& options) {
  const std::atomic<bool>& stop = stop_on_signal();
  std::string endpoint = options.endpoint;
  if (endpoint.empty())
    endpoint = std::getenv("GROUNDSWELL_ENDPOINT") != nullptr ? std::getenv("GROUNDSWELL_ENDPOINT") : "tcp://127.0.0.1:5556";
  std::vector<std::string> prefixes{options.scope.empty() ? "E.main." : wire::topic('E', "main", options.scope)};
  if (options.levels) prefixes.push_back(options.scope.empty() ? "L.main." : wire::topic('L', "main", options.scope));
  if (options.operations) prefixes.emplace_back("O.");
  const auto keys = peer_keys(options.keys);
  if (!keys) return report(keys.error());
  net::Context context;
  auto subscriber = Subscriber::connect(context, endpoint, prefixes, *keys);
  if (!subscriber) return report(subscriber.error());

  std::uint64_t printed = 0, missed_told = 0;
  bool heard = false, told_silence = false;
  std::int64_t last_heard_ns = monotonic_clock_ns();
  while (!stop && (options.count == 0 || printed < options.count)) {
    const Subscriber::Kind kind = subscriber->receive(200);
    const std::int64_t now_ns = monotonic_clock_ns();
    if (kind == Subscriber::Kind::kHeartbeat) {
      if (!heard && subscriber->heartbeat().mode != wire::Mode::kLive && !options.any_mode) {
        return report(fail(Exit::kUnavailable, endpoint + ": what is published there is " +
                                                   std::string(wire::kModeNames[static_cast<std::size_t>(subscriber->heartbeat().mode)]) +
                                                   ", not live; add --any-mode to watch it all the same"));
      }
      heard = true;
      told_silence = false;
      last_heard_ns = now_ns;
      if (subscriber->edges_missed() != missed_told) {
        fmt::print(stderr, "groundswell: {} events missed\n", subscriber->edges_missed() - missed_told);
        missed_told = subscriber->edges_missed();
      }
    } else if (now_ns - last_heard_ns > kSilenceNs && !told_silence && !common.quiet) {
      fmt::print(stderr, "groundswell: no heartbeat from {} for {} s\n", endpoint, (now_ns - last_heard_ns) / 1'000'000'000);
      told_silence = true;
    }
    if (!heard && !options.any_mode) continue;  // not before we know that it is live
    if (kind == Subscriber::Kind::kEdges) {
      const pipeline::EdgeNames names = edge_names(*subscriber);
      for (const wire::EdgeWithWhy& each : subscriber->edges().edges) {
        if (!options.type.empty() && edge_type_name(each.edge.type) != options.type) continue;
        print_edge(each, common.json, names);
        if (++printed == options.count) break;
      }
    } else if (kind == Subscriber::Kind::kLevels) {
      for (const Level& level : subscriber->levels().levels) {
        if (!options.signal.empty() && subscriber->signal_id(level.signal) != options.signal) continue;
        print_level(*subscriber, subscriber->levels(), level, common.json);
        if (++printed == options.count) break;
      }
    } else if (kind == Subscriber::Kind::kOperation) {
      print_operation(subscriber->operation(), common.json);
      ++printed;
    } else {
      continue;
    }
    if (std::fflush(stdout) != 0) return 0;  // the reader of our pipe has gone
  }
  return exit_code_after_stop();
}

}  // namespace groundswell::app
