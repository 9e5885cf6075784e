// The scalar keys of groundswell.toml, once: the loader, print_effective and known_keys are visitors of this list.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/durations.hpp"
#include "config/config.hpp"

namespace groundswell::config {

enum class TextRule { kAny, kNodeName, kLocalEndpoint, kLocalEndpointOrNone, kEndpoint, kEndpointOrNone, kPins, kPublicKey, kListen };

inline constexpr std::array<std::string_view, 2> kTimeSourceNames{"wall", "feed"};
inline constexpr std::array<std::string_view, 2> kSuspicionNames{"session", "latched"};
inline constexpr std::array<std::string_view, 2> kEmitNames{"grid", "record"};
inline constexpr std::array<std::string_view, 2> kLiveScopesNames{"all", "baskets"};
inline constexpr std::array<std::string_view, 2> kDurabilityNames{"process", "power"};
inline constexpr std::array<std::string_view, 3> kLogFormatNames{"text", "json", "journald"};
inline constexpr std::array<std::string_view, 4> kLogLevelNames{"debug", "info", "warning", "error"};
inline constexpr std::array<std::string_view, 2> kFeedPatternNames{"sub", "pull"};
inline constexpr std::array<std::string_view, 2> kEndpointModeNames{"connect", "bind"};
inline constexpr std::array<std::string_view, 2> kCoverageKeys{"min_members", "share"};
inline constexpr std::array<std::string_view, 4> kThreadsNames{"auto", "single", "fused", "staged"};
inline constexpr std::array<std::string_view, 4> kIdleNames{"block", "backoff", "yield", "spin"};
inline constexpr std::array<std::string_view, 2> kCurveNames{"off", "required"};
inline constexpr std::array<std::string_view, 5> kPinStages{"feed", "core", "journal", "publish", "sync"};
inline constexpr std::array<std::string_view, 9> kFeedKeys{"name",    "endpoint", "line_b", "fill", "server_key",
                                                           "pattern", "mode",     "repair", "hold"};
inline constexpr std::array<std::string_view, 8> kTriggerKeys{"name", "type", "signal", "scopes", "evaluate", "enter", "exit", "dwell"};

inline constexpr std::uint32_t kLargestMinMembers = 65'535;
inline constexpr std::uint64_t kLongestRepairNs = 10 * kSecondNs;
inline constexpr std::uint32_t kFewestHoldTicks = 1'024, kMostHoldTicks = 1'048'576;
inline constexpr std::uint32_t kShareScale = 10'000;  // units of Coverage::share_e4 in 1

// Config: `config::Config`, const for a visitor that only reads. Names of a choice are in the order of its enumerators.
template <class AnyConfig, class Visitor>
void visit_settings(AnyConfig& config, Visitor& visitor) {
  visitor.section("engine");
  visitor.text("name", config.node, TextRule::kNodeName);
  visitor.section("time");
  visitor.choice("source", config.time_source, kTimeSourceNames);
  visitor.duration("lateness", config.lateness_ns, 0, kMinuteNs);
  visitor.duration("future_limit", config.future_limit_ns, 0, 60 * kMinuteNs);
  visitor.duration("late_limit", config.late_limit_ns, 0, 60 * kMinuteNs);
  visitor.section("hygiene");
  visitor.choice("suspect", config.suspect, kSuspicionNames);
  visitor.section("grid");
  visitor.duration("step", config.grid_step_ns, 100 * kMillisecondNs, kMinuteNs);
  visitor.section("levels");
  visitor.choice("emit", config.emit, kEmitNames);
  visitor.text("signals", config.live_signals, TextRule::kAny);
  visitor.choice("scopes", config.live_scopes, kLiveScopesNames);
  visitor.section("thesis");
  visit_thresholds(config.thesis, visitor);
  visitor.section("publish");
  visitor.text("endpoint", config.publish_endpoint, TextRule::kLocalEndpoint);
  visitor.text("control", config.control_endpoint, TextRule::kLocalEndpointOrNone);
  visitor.section("security");
  visitor.choice("curve", config.security_curve, kCurveNames);
  visitor.text("key", config.security_key, TextRule::kAny);
  visitor.text("allow_list", config.security_allow_list, TextRule::kAny);
  visitor.section("journal");
  visitor.text("directory", config.journal_directory, TextRule::kAny);
  visitor.text("recording", config.journal_recording, TextRule::kAny);
  visitor.choice("durability", config.durability, kDurabilityNames);
  visitor.bytes("segment_size", config.segment_bytes, 64ULL << 10, 16ULL << 30);
  visitor.duration("snapshot", config.snapshot_ns, kSecondNs, 60 * kMinuteNs);
  visitor.section("pipeline");
  visitor.choice("threads", config.threads, kThreadsNames);
  visitor.choice("idle", config.idle, kIdleNames);
  visitor.text("pin", config.pin, TextRule::kPins);
  visitor.duration("stall", config.stall_ns, 100 * kMillisecondNs, 10 * kMinuteNs);
  visitor.section("history");
  visitor.text("recording", config.history_recording, TextRule::kAny);
  visitor.integer("sessions", config.history_sessions, 1, 5'000);
  visitor.section("universe");
  visitor.text("file", config.universe_files.file, TextRule::kAny);
  visitor.text("shares", config.universe_files.shares, TextRule::kAny);
  visitor.text("actions", config.universe_files.actions, TextRule::kAny);
  visitor.text("fundamentals", config.universe_files.fundamentals, TextRule::kAny);
  visitor.text("aliases", config.universe_files.aliases, TextRule::kAny);
  visitor.text("conditions", config.universe_files.conditions, TextRule::kAny);
  visitor.text("calendar", config.universe_files.calendar, TextRule::kAny);
  visitor.text("volume_curve", config.universe_files.volume_curve, TextRule::kAny);
  visitor.section("shadow");
  visitor.text("file", config.shadow_file, TextRule::kAny);
  visitor.section("relay");
  visitor.text("name", config.relay.name, TextRule::kNodeName);
  visitor.text("upstream", config.relay.upstream, TextRule::kEndpointOrNone);
  visitor.text("upstream_control", config.relay.upstream_control, TextRule::kEndpointOrNone);
  visitor.text("upstream_key", config.relay.upstream_key, TextRule::kPublicKey);
  visitor.text("publish", config.relay.publish, TextRule::kEndpoint);
  visitor.text("control", config.relay.control, TextRule::kEndpointOrNone);
  visitor.text("recording", config.relay.recording, TextRule::kAny);
  visitor.duration("keep", config.relay.keep_ns, kSecondNs, 60 * kMinuteNs);
  visitor.section("web");
  visitor.text("listen", config.web.listen, TextRule::kListen);
  visitor.text("upstream", config.web.upstream, TextRule::kEndpointOrNone);
  visitor.text("upstream_control", config.web.upstream_control, TextRule::kEndpointOrNone);
  visitor.text("upstream_key", config.web.upstream_key, TextRule::kPublicKey);
  visitor.text("recordings", config.web.recordings, TextRule::kAny);
  visitor.text("hosts", config.web.hosts, TextRule::kAny);
  visitor.text("origins", config.web.origins, TextRule::kAny);
  visitor.boolean("trusted_proxy", config.web.trusted_proxy);
  visitor.text("assets", config.web.assets, TextRule::kAny);
  visitor.section("log");
  visitor.choice("format", config.log_format, kLogFormatNames);
  visitor.choice("level", config.log_level, kLogLevelNames);
}

// Every key of `root` into `config`; all that is wrong into `findings`. What is absent or wrong keeps its default.
void read_settings(const Node& root, Config& config, Findings& findings);
// Puts the values of flags and environment over those of the file.
void apply_overrides(Node& root, const Overrides& overrides, Findings& findings);

}  // namespace groundswell::config
