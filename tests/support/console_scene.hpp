// A console's model filled by hand: three waves, six baskets, every kind of number, at a known moment.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/calendar.hpp"
#include "console/model.hpp"
#include "top/health.hpp"
#include "top/render.hpp"

namespace groundswell::test {

struct Told {
  Validity validity = Validity::kOk;
  bool present = true;
  std::uint32_t flags = 0;
  std::uint32_t n_valid = 12, n_members = 12;
};

class ConsoleScene {
 public:
  static constexpr std::int64_t kSecond = 1'000'000'000;
  static constexpr std::uint32_t kSession = 20261120, kBefore = 20261119;
  static constexpr std::int64_t kHeard = 100 * kSecond;  // monotonic: of the last heartbeat
  const std::uint64_t now_ns = config::new_york_time_ns(kSession, 10 * 3600 + 15 * 60 + 23);
  const std::uint64_t close_ns = config::new_york_time_ns(kBefore, 17 * 3600 + 20 * 60);
  static constexpr const char* kEndpoint = "tcp://127.0.0.1:5556";

  ConsoleScene() {
    universe_.benchmarks[0] = "SPY";
    const auto basket = [&](const char* id, const char* name, Wave wave) {
      universe_.baskets.push_back({.id = id, .name = name, .wave = wave, .members = {}});
    };
    basket("gpu_accelerators", "GPUs and accelerators", Wave::kCompute);
    basket("memory_storage", "Memory and storage", Wave::kCompute);
    basket("electrical_equipment", "Electrical equipment", Wave::kPhysical);
    basket("cooling_hvac", "Cooling and ventilation", Wave::kPhysical);
    basket("chinese", "半導体と電力の設備 – very long name", Wave::kPhysical);
    basket("enterprise_software", "Enterprise software", Wave::kMonetization);
    Catalog catalog;
    for (const Basket& each : universe_.baskets) catalog.scopes.push_back(each.id);
    catalog.scopes.insert(catalog.scopes.end(), {"wave:compute", "wave:physical", "wave:monetization", "thesis", "symbols"});
    catalog.symbols = {"NVDA", "AMD", "MU", "VRT", "ETN"};
    std::uint16_t index = 0;
    for (const char* id : {"ad_pct", "excess_1", "excess_21", "rank_pct", "rank_change_5", "quadrant", "pct_above_sma_50", "broadening",
                           "adv", "dec", "state", "provisional_state", "wave_lead", "d_rs", "leader_share_21", "trin_open10", "beta"})
      catalog.signals.push_back({.id = id, .unit = "", .definition = 1, .index = index++});
    catalog.triggers = {{.name = "THRUST", .type = "THRUST", .signal = "ad_pct", .rule = ""}};
    names = client::Names(std::move(catalog));
  }

  void tell(const std::string& scope, const char* signal, double value, std::int64_t age_s = 0, Told told = {}) {
    send(scope, signal, value, now_ns - static_cast<std::uint64_t>(age_s * kSecond), kSession, Clock::kLive, told);
  }
  void tell_close(const std::string& scope, const char* signal, double value, Told told = {}) {
    send(scope, signal, value, close_ns, kBefore, Clock::kClose, told);
  }
  void tell_edge(const std::string& type, const std::string& scope, const char* signal, double value, double prior, std::int8_t direction,
                 std::uint64_t age_s, std::vector<Why> why = {}) {
    Edge edge{};
    edge.eseq = edge.scope_seq = ++eseq_;
    edge.ts_event_ns = now_ns - age_s * static_cast<std::uint64_t>(kSecond);
    edge.value = value;
    edge.prior = prior;
    edge.present = kValuePresent | kPriorPresent;
    edge.session = kSession;
    edge.n_valid = edge.n_members = 12;
    edge.subject = kNoSubject;
    edge.trigger = kNoIndex;
    edge.signal = names.signal_index(signal);
    edge.direction = direction;
    edge.validity = Validity::kOk;
    edge.scope = names.scope_index(scope);
    model.on_edge({.edge = edge,
                   .why = why,
                   .recording_id = 7,
                   .config_hash = 0,
                   .universe = "main",
                   .type = type,
                   .scope = scope,
                   .signal = signal,
                   .trigger = type,
                   .subject = "",
                   .past = false});
  }
  void hear(client::NodeState state = client::NodeState::kRunning) {
    model.set_time(kHeard);
    model.on_state(client::State::kLive);
    model.on_heartbeat({.recording_id = 7,
                        .started_ns = now_ns - 3'600ULL * kSecond,
                        .send_ns = now_ns,
                        .event_time_ns = now_ns,
                        .written_jseq = 123'456,
                        .synced_jseq = 123'400,
                        .state = state,
                        .mode = client::Mode::kSimulated});
  }
  static std::string stats(std::uint64_t frames, std::uint64_t ticks) {
    const std::string n = std::to_string(ticks);
    return R"({"schema":"groundswell.run/1","node":"gs1","state":"running","reason":"","recording":"recordings/20261120T142500_000Z",)"
           R"("feeds":[{"name":"market","frames":{"in":)" +
           std::to_string(frames) + R"(},"ticks":{"in":)" + n + R"(,"lost":3,"gaps":1,"rejected":{"bad_price":2,"too_late":1}},)" +
           R"("lines":[{"ticks":)" + n + R"(,"wins":)" + n + R"(,"silences":0,"lag_ns":0}]}],"pipeline":{"stalls":[]}})";
  }
  // A market of which everything is known; two answers of the node, a second apart.
  void fill() {
    hear();
    double breadth = 60;
    for (const std::string& scope : names.catalog().scopes) {
      if (scope == "symbols") continue;
      if (scope != "memory_storage") tell(scope, "ad_pct", breadth);
      tell(scope, "excess_1", breadth / 10'000);
      if (scope != "cooling_hvac") tell(scope, "excess_21", breadth / 1'000 - 0.02);
      tell(scope, "pct_above_sma_50", 50 + breadth / 4, 3);
      tell(scope, "adv", 9);
      tell(scope, "dec", 3);
      if (!scope.starts_with("wave")) tell(scope, "broadening", 26.2, 3);
      if (scope != "thesis" && !scope.starts_with("wave")) {
        if (scope != "cooling_hvac") tell(scope, "rank_pct", 50 + breadth / 2, 2);
        tell(scope, "rank_change_5", breadth - 20, 2);
      }
      tell(scope, "quadrant", breadth > 20 ? 1 : 3, 2);
      tell_close(scope, "beta", 1.3);
      breadth = breadth <= -80 ? 100 : breadth - 20;
    }
    tell("memory_storage", "ad_pct", 0, 4, {.flags = kFlagFeedGap | kFlagHaltedMembers, .n_valid = 11});
    tell("cooling_hvac", "rank_pct", 0, 0, {.validity = Validity::kWarmup, .present = false});
    tell("cooling_hvac", "excess_21", 0.031, 0, {.validity = Validity::kStaleInput});
    tell_close("thesis", "state", 3, {.flags = kFlagHandoff});
    tell("thesis", "provisional_state", 2, 23);
    tell_close("thesis", "wave_lead", 1);
    tell("thesis", "d_rs", 60, 1);
    tell_edge("STATE_CHANGE", "thesis", "state", 3, 1, 0, 61'000);
    tell_edge("QUADRANT", "cooling_hvac", "quadrant", 4, 3, 0, 200);
    tell_edge("PCT_ABOVE", "gpu_accelerators", "ad_pct", 58.333, 50, 1, 20,
              {{.delta = 2, .symbol = 0, .zero = 0}, {.delta = -1, .symbol = 1, .zero = 0}});
    tell_edge("NARROW_LEADERSHIP", "electrical_equipment", "ad_pct", 0.14, 0.26, -1, 3,
              {{.delta = -30'000'000'000, .symbol = 4, .zero = 0}, {.delta = 10'000'000'000, .symbol = 3, .zero = 0}});
    health.take(stats(100, 40'000), kHeard - 1 * kSecond);
    health.take(stats(140, 40'412), kHeard);
    model.on_operation({.number = 1,
                        .time_ns = now_ns - 9'000'000'000,
                        .severity = 'W',
                        .component = "feed",
                        .text = "market: 3 ticks are lost, 40,001 to 40,003",
                        .node = "gs1"});
  }
  top::Scene scene() const { return {.shown = model, .live = model, .health = health, .endpoint = kEndpoint}; }

  client::Names names;
  top::Health health;

 private:
  void send(const std::string& scope, const char* signal, double value, std::uint64_t ts_event_ns, std::uint32_t session, Clock clock,
            const Told& told) {
    Level level{};
    level.value = told.present ? value : 0;
    level.flags = told.flags;
    level.n_valid = told.n_valid;
    level.n_members = told.n_members;
    level.signal = names.signal_index(signal);
    level.validity = told.validity;
    level.present = told.present ? 1 : 0;
    const Level levels[] = {level};
    model.on_levels({.universe = "main",
                     .scope = scope,
                     .scope_index = names.scope_index(scope),
                     .session = session,
                     .ts_event_ns = ts_event_ns,
                     .cause_jseq = 1,
                     .level_seq = 1,
                     .recording_id = 7,
                     .clock = clock,
                     .full = false,
                     .levels = levels});
  }
  Universe universe_;
  std::uint64_t eseq_ = 0;

 public:
  console::Model model{universe_, names};
};

}  // namespace groundswell::test
