#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/interrupt.hpp"
#include "app/subscription.hpp"
#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "config/calendar.hpp"
#include "console/words.hpp"
#include "pipeline/outputs.hpp"

namespace groundswell::app {
namespace {

constexpr std::int64_t kSilenceNs = 1'000'000'000;

void print_edge(const client::EdgeEvent& event, bool json, const client::Names& from) {
  const Edge& edge = event.edge;
  pipeline::EdgeNames names = pipeline::edge_names(from.catalog(), event.recording_id, event.config_hash);
  names.universe = std::string(event.universe);
  if (json) {
    fmt::print("{}\n", pipeline::edge_json(edge, event.why, names));
    return;
  }
  const auto number = [&](std::uint8_t bit, double value) {
    return (edge.present & bit) != 0 ? pipeline::number_text(value) : std::string();
  };
  const std::string_view about = event.trigger.empty() ? event.subject : event.trigger;
  fmt::print("{}  {:<18} {:<22} {:<24} {:>+3} {:>10} {:<12} {} {}\n", config::format_utc(edge.ts_event_ns), event.type, event.scope, about,
             static_cast<int>(edge.direction), number(kValuePresent, edge.value), kValidityNames[static_cast<std::size_t>(edge.validity)],
             pipeline::flags_text(edge.flags), console::why_text(event.why, from));
}

std::string level_scope(const client::Names& names, const client::LevelsEvent& batch, std::uint32_t subject) {
  const std::string_view symbol = batch.scope == pipeline::kSymbolsScope ? names.symbol(subject) : std::string_view();
  return symbol.empty() ? std::string(batch.scope) : "symbol:" + std::string(symbol);
}

void print_level(const client::Names& names, const client::LevelsEvent& batch, const Level& level, bool json) {
  const std::string value = level.present != 0 ? pipeline::number_text(level.value) : json ? "null" : "-";
  const std::string_view validity = kValidityNames[static_cast<std::size_t>(level.validity)];
  if (json) {
    fmt::print(R"({{"session":"{}","ts_event":{},"clock":"{}","scope":"{}","signal":"{}","value":{},"validity":"{}","n_valid":{},)"
               R"("n_members":{},"flags":"{}"}})"
               "\n",
               config::format_date(batch.session), batch.ts_event_ns, kClockNames[static_cast<std::size_t>(batch.clock)],
               level_scope(names, batch, level.subject), names.signal(level.signal), value, validity, level.n_valid, level.n_members,
               pipeline::flags_text(level.flags));
    return;
  }
  fmt::print("{}  {:<22} {:<18} {:>20} {:<12} {:>3}/{:<3} {}\n", config::format_utc(batch.ts_event_ns),
             level_scope(names, batch, level.subject), names.signal(level.signal), value, validity, level.n_valid, level.n_members,
             pipeline::flags_text(level.flags));
}

void print_operation(const client::OperationEvent& operation, bool json) {
  if (json) {
    const nlohmann::ordered_json object = {
        {"operation", operation.number},    {"time", operation.time_ns}, {"severity", std::string(1, operation.severity)},
        {"component", operation.component}, {"node", operation.node},    {"text", operation.text}};
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  fmt::print("{}  {} {} {}: {}\n", config::format_utc(operation.time_ns), operation.severity, operation.node, operation.component,
             operation.text);
}

// Prints what comes, until there are enough lines or the reader of our pipe has gone.
class Printer final : public client::Handler {
 public:
  Printer(const client::Subscriber& subscriber, bool json, bool quiet, std::uint64_t most_lines, const std::string& endpoint)
      : subscriber_(subscriber), json_(json), quiet_(quiet), most_lines_(most_lines), endpoint_(endpoint) {}
  bool is_done() const noexcept { return done_; }

  void on_edge(const client::EdgeEvent& event) override {
    if (done_) return;
    print_edge(event, json_, subscriber_.names());
    count();
  }
  void on_levels(const client::LevelsEvent& event) override {
    if (event.full) return;  // how things stand; here is what happens
    for (const Level& level : event.levels) {
      if (done_) return;
      print_level(subscriber_.names(), event, level, json_);
      count();
    }
  }
  void on_operation(const client::OperationEvent& event) override {
    if (done_) return;
    print_operation(event, json_);
    count();
  }
  void on_lost(const client::LostEvent& event) override { fmt::print(stderr, "groundswell: {}\n", event.error.message); }
  void on_trouble(const client::Error& error) override { fmt::print(stderr, "groundswell: {}\n", error.message); }
  void on_state(client::State state) override {
    if (state == client::State::kStale && !quiet_) fmt::print(stderr, "groundswell: no heartbeat from {} for a second\n", endpoint_);
  }

 private:
  void count() { done_ = ++lines_ == most_lines_ || std::fflush(stdout) != 0; }
  const client::Subscriber& subscriber_;
  bool json_, quiet_;
  std::uint64_t most_lines_, lines_ = 0;
  const std::string& endpoint_;
  bool done_ = false;
};

}  // namespace

int tail_verb(const CommonOptions& common, const TailOptions& options) {
  const std::atomic<bool>& stop = stop_on_signal();
  client::SubscriberOptions wanted = subscription_to(options.endpoint, options.keys);
  if (!options.scope.empty()) wanted.scopes = {options.scope};
  if (!options.type.empty()) wanted.types = {options.type};
  if (!options.signal.empty() && options.levels) wanted.signals = {options.signal};
  wanted.levels = options.levels;
  wanted.operations = options.operations;
  wanted.any_mode = options.any_mode;
  auto subscriber = client::Subscriber::open(wanted);
  if (!subscriber) return report_client(subscriber.error());
  Printer printer(*subscriber, common.json, common.quiet, options.count, wanted.endpoint);
  const std::int64_t started_ns = monotonic_clock_ns();
  bool told = common.quiet;
  while (!stop && !printer.is_done()) {
    if (const auto polled = subscriber->poll(printer, 100); !polled) return report_client(polled.error());
    if (told || subscriber->state() != client::State::kConnecting || monotonic_clock_ns() - started_ns < kSilenceNs) continue;
    fmt::print(stderr, "groundswell: no heartbeat from {} yet\n", wanted.endpoint);
    told = true;
  }
  return exit_code_after_stop();
}

}  // namespace groundswell::app
