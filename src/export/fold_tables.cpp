// What the fold makes of a recording, a row each: the numbers as `replay --signals` writes them, the events as `replay --events` does.
#include <fmt/format.h>

#include <algorithm>

#include "export/export.hpp"
#include "pipeline/replay.hpp"

namespace groundswell::exporter {
namespace {

using pipeline::EdgeNames;
using pipeline::Fold;
using pipeline::ReplayedFold;

template <std::size_t kCount>
std::vector<std::string> words_of(const std::array<std::string_view, kCount>& names) {
  return {names.begin(), names.end()};
}
Cell optional(bool present, double value) noexcept { return present ? Cell::of_number(value) : Cell::absent(); }

class SignalRows {
 public:
  SignalRows(const Request& request, const ReplayedFold& main, bool names_universe, OutputFile& out)
      : request_(request), names_universe_(names_universe) {
    for (const std::string& id : main.names.signals) wanted_.push_back(request.only.empty() || request.only.contains(id));
    std::vector<Column> columns{{.name = "session", .type = ColumnType::kDate},
                                {.name = "ts_event", .type = ColumnType::kInstant},
                                {.name = "clock", .type = ColumnType::kWord, .words = words_of(kClockNames)},
                                {.name = "scope", .type = ColumnType::kText},
                                {.name = "signal", .type = ColumnType::kWord, .words = main.names.signals},
                                {.name = "value", .type = ColumnType::kNumber, .nullable = true},
                                {.name = "validity", .type = ColumnType::kWord, .words = words_of(kValidityNames)},
                                {.name = "n_valid", .type = ColumnType::kInteger},
                                {.name = "n_members", .type = ColumnType::kInteger},
                                {.name = "flags", .type = ColumnType::kFlags}};
    if (names_universe) columns.push_back({.name = "universe", .type = ColumnType::kWord, .words = {"main", "shadow"}});
    table_ = make_table(request.format, std::move(columns), out);
  }
  void add(const pipeline::LevelBatchView& batch, const pipeline::ScopeNames& scopes, bool of_shadow) noexcept {
    if (batch.session < request_.from_session || (request_.clock && *request_.clock != batch.clock)) return;
    for (const Level& level : batch.levels) {
      if (!wanted_[level.signal]) continue;
      const std::array row{Cell::of(batch.session),
                           Cell::of_unsigned(batch.ts_event_ns),
                           Cell::of(static_cast<int>(batch.clock)),
                           Cell::of_text(scopes.of(batch.scope, level.subject)),
                           Cell::of(level.signal),
                           optional(level.present != 0, level.value),
                           Cell::of(static_cast<int>(level.validity)),
                           Cell::of(level.n_valid),
                           Cell::of(level.n_members),
                           Cell::of(level.flags),
                           Cell::of(of_shadow)};
      table_->add({row.data(), names_universe_ ? row.size() : row.size() - 1});
    }
  }
  Table& table() noexcept { return *table_; }

 private:
  const Request& request_;
  bool names_universe_;
  std::vector<bool> wanted_;  // by index
  std::unique_ptr<Table> table_;
};

class EventRows {
 public:
  EventRows(const Request& request, const ReplayedFold& main, OutputFile& out) : request_(request) {
    const auto text = [](const char* name) { return Column{.name = name, .type = ColumnType::kText, .words = {}}; };
    const auto number = [](const char* name) { return Column{.name = name, .type = ColumnType::kNumber, .nullable = true, .words = {}}; };
    const auto whole = [](const char* name, ColumnType type = ColumnType::kInteger) {
      return Column{.name = name, .type = type, .words = {}};
    };
    std::vector<std::string> signals = main.names.signals;
    signals.emplace_back();  // of events without one
    no_signal_ = static_cast<std::int64_t>(signals.size()) - 1;
    table_ = make_table(request.format,
                        {text("event_id"),
                         text("recording_id"),
                         text("universe"),
                         text("type"),
                         text("trigger"),
                         {.name = "signal", .type = ColumnType::kWord, .words = signals},
                         text("scope"),
                         text("subject"),
                         whole("session", ColumnType::kDate),
                         whole("ts_event", ColumnType::kInstant),
                         whole("cause_jseq"),
                         whole("eseq"),
                         whole("scope_seq"),
                         number("value"),
                         {.name = "validity", .type = ColumnType::kWord, .words = words_of(kValidityNames)},
                         number("threshold"),
                         whole("direction"),
                         number("prior"),
                         whole("n_valid"),
                         whole("n_members"),
                         whole("flags", ColumnType::kFlags),
                         {.name = "clock", .type = ColumnType::kWord, .words = words_of(kClockNames)},
                         whole("why", ColumnType::kJson),
                         text("definition"),
                         text("roster"),
                         text("roster_version"),
                         text("config")},
                        out);
  }
  void add(const Edge& e, std::span<const Why> why, const EdgeNames& names) noexcept {
    const std::string_view type = edge_type_name(e.type);
    if (e.session < request_.from_session || (!request_.only.empty() && !request_.only.contains(std::string(type)))) return;
    const auto name = [](const std::vector<std::string>& all, std::size_t i) { return i < all.size() ? Cell::of_text(all[i]) : Cell(); };
    const auto hex = [](std::uint64_t number) { return fmt::format("{:016x}", number); };
    const std::string event = hex(e.event_id.hi) + hex(e.event_id.lo), recording = hex(names.recording_id);
    const std::string definition = hex(e.definition), roster = hex(e.roster), config = hex(names.config_hash);
    const std::string parts = pipeline::why_json(why, names);
    table_->add(std::array{Cell::of_text(event),
                           Cell::of_text(recording),
                           Cell::of_text(names.universe),
                           Cell::of_text(type),
                           name(names.triggers, e.trigger),
                           Cell::of(e.signal == kNoIndex ? no_signal_ : std::int64_t{e.signal}),
                           name(names.scopes, e.scope),
                           name(names.symbols, e.subject),
                           Cell::of(e.session),
                           Cell::of_unsigned(e.ts_event_ns),
                           Cell::of_unsigned(e.cause_jseq),
                           Cell::of_unsigned(e.eseq),
                           Cell::of_unsigned(e.scope_seq),
                           optional((e.present & kValuePresent) != 0, e.value),
                           Cell::of(static_cast<int>(e.validity)),
                           optional((e.present & kThresholdPresent) != 0, e.threshold),
                           Cell::of(e.direction),
                           optional((e.present & kPriorPresent) != 0, e.prior),
                           Cell::of(e.n_valid),
                           Cell::of(e.n_members),
                           Cell::of(e.flags),
                           Cell::of(static_cast<int>(e.clock)),
                           Cell::of_text(parts),
                           Cell::of_text(definition),
                           Cell::of_text(roster),
                           Cell::of_text(pipeline::roster_version(e.roster, names)),
                           Cell::of_text(config)});
  }
  Table& table() noexcept { return *table_; }

 private:
  const Request& request_;
  std::int64_t no_signal_ = 0;
  std::unique_ptr<Table> table_;
};

class SignalSink final : public pipeline::Sink {
 public:
  SignalSink(SignalRows& rows, const Fold& fold, bool is_shadow)
      : rows_(rows), names_(fold.scope_names(), fold.symbols()), is_shadow_(is_shadow) {}
  void on_names(const pipeline::Names& names) override { names_ = {names.scopes, names.symbols}; }
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override { rows_.add(batch, names_, is_shadow_); }
  void on_edge(const Edge&, std::span<const Why>) noexcept override {}

 private:
  SignalRows& rows_;
  pipeline::ScopeNames names_;
  bool is_shadow_;
};
class EventSink final : public pipeline::Sink {
 public:
  EventSink(EventRows& rows, EdgeNames names) : rows_(rows), names_(std::move(names)) {}
  void on_names(const pipeline::Names& names) override { names_.take(names); }
  void on_levels(const pipeline::LevelBatchView&) noexcept override {}
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override { rows_.add(edge, why, names_); }

 private:
  EventRows& rows_;
  EdgeNames names_;
};

// Replays with what `listen` makes; `table` gives the table once that has been called.
template <class Listen, class GetTable>
Result<Exported> replay_into(journal::Reader& recording, const config::Config& config, const Request& request,
                             const std::atomic<bool>& stop, Listen&& listen, GetTable&& table) {
  pipeline::ReplayOptions options;
  options.to_session = request.to_session;
  options.follow_references = request.follow_references;
  options.quiet = request.quiet;
  options.listen = listen;
  const auto done = pipeline::replay(recording, config, options, nullptr, stop);
  if (!done) return done.error();
  if (const auto finished = table().finish(); !finished) return finished.error();
  return Exported{.rows = table().rows(), .stopped = done->stopped};
}

}  // namespace

Result<Exported> export_signals(journal::Reader& recording, const config::Config& config, const Request& request, OutputFile& out,
                                const std::atomic<bool>& stop) {
  std::unique_ptr<SignalRows> rows;
  std::unique_ptr<SignalSink> main_sink, shadow_sink;
  const auto listen = [&](const ReplayedFold& main, const ReplayedFold* shadow) -> Result<pipeline::Listeners> {
    if (const auto checked = check_names(request.only, main.names.signals, "id of a signal"); !checked) return checked.error();
    rows = std::make_unique<SignalRows>(request, main, shadow != nullptr, out);
    main_sink = std::make_unique<SignalSink>(*rows, main.fold, false);
    if (shadow != nullptr) shadow_sink = std::make_unique<SignalSink>(*rows, shadow->fold, true);
    return pipeline::Listeners{.main = main_sink.get(), .shadow = shadow_sink.get()};
  };
  return replay_into(recording, config, request, stop, listen, [&]() -> Table& { return rows->table(); });
}

Result<Exported> export_events(journal::Reader& recording, const config::Config& config, const Request& request, OutputFile& out,
                               const std::atomic<bool>& stop) {
  std::vector<std::string> types;
  for (std::uint16_t type = 1; type < 64; ++type) {
    if (const auto name = edge_type_name(static_cast<EdgeType>(type)); name != "UNKNOWN") types.emplace_back(name);
  }
  if (const auto checked = check_names(request.only, types, "type of event"); !checked) return checked.error();
  std::unique_ptr<EventRows> rows;
  std::unique_ptr<EventSink> main_sink, shadow_sink;
  const auto listen = [&](const ReplayedFold& main, const ReplayedFold* shadow) -> Result<pipeline::Listeners> {
    rows = std::make_unique<EventRows>(request, main, out);
    main_sink = std::make_unique<EventSink>(*rows, main.names);
    if (shadow != nullptr) shadow_sink = std::make_unique<EventSink>(*rows, shadow->names);
    return pipeline::Listeners{.main = main_sink.get(), .shadow = shadow_sink.get()};
  };
  return replay_into(recording, config, request, stop, listen, [&]() -> Table& { return rows->table(); });
}

}  // namespace groundswell::exporter
