// The counters of a node as Prometheus reads them: text format 0.0.4 (content type kContentType), names as docs/operation.md lists them.
// A pure function of what the node says of itself and of what the caller knows beside it.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace groundswell::metrics {

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

// What is not in the node's counters. Nothing in it: the family is left out.
struct Extra {
  std::string version, compiler;               // of the program that writes this: groundswell_build_info
  std::optional<std::uint64_t> ws_sessions;    // WebSocket sessions that are open
  std::optional<std::uint64_t> ws_conflated;   // level messages that were overwritten before they were sent, since the start
  std::optional<std::uint64_t> ws_too_slow;    // WebSockets closed because too much waited for them, since the start
  std::optional<std::uint64_t> http_requests;  // upgrades to WebSockets among them, since the start
  std::optional<std::uint64_t> http_refused;   // of those, stopped by a rule
  std::optional<std::uint64_t> scrape_errors;  // times the node did not answer, since the start
};

// `stats_json`: the object that a node answers the question `stats` with (schema groundswell.run/1 or groundswell.relay/1). Whatever it
// lacks is left out, so an older node gives fewer families. Empty, or no such object: the node is down, groundswell_up is 0 and only what
// `extra` says follows. Labels are escaped; no label is ever a symbol. Never throws.
std::string prometheus_text(std::string_view stats_json, const Extra& extra);

}  // namespace groundswell::metrics
