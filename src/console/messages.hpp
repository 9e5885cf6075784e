// What `groundswell web` says to a browser, as JSON text: the protocol is docs/console.md. Pure: a model in, text out. Numbers are written
// as `groundswell tail --json` writes them. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "console/model.hpp"
#include "groundswell/member_row.hpp"

namespace groundswell::console {

inline constexpr std::size_t kEventsInFull = 500;

// A JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);
std::string_view mode_name(client::Mode mode) noexcept;

std::string hello_message(std::string_view version, std::string_view stream);
std::string error_message(std::string_view what);
std::string catalog_message(const Model& model);

// The cells that were told after change `since`, up to now; 0 = all, as a full message. Its number is Model::changes().
std::string levels_message(const Model& model, std::uint64_t since);
// Likewise of numbers about single symbols; "" when none was told after `since`, and `since` is not 0.
std::string subjects_message(const Model& model, std::uint64_t since);
// Those with Event::number > `since`; when more came since than the model holds, or `since` is 0: the newest kEventsInFull, as a full one.
// "" when there are none, and `since` is not 0.
std::string events_message(const Model& model, std::uint64_t since);
// Events from `eseq` on, at most `limit`, the oldest first; and the oldest that is held.
std::string events_answer(const Model& model, std::uint64_t from_eseq, std::size_t limit);

struct Staleness {
  std::string_view what;  // engine or feed
  std::string name;
  std::int64_t for_ms = 0;
};
struct HealthFacts {                 // what a model does not know
  std::int64_t now_ms = 0;           // UTC
  std::int64_t monotonic_ns = 0;     // the clock of Model::set_time()
  std::optional<Staleness> stale;    // why numbers cannot be trusted to be current
  std::optional<client::Mode> mode;  // nothing: that of the last heartbeat
  std::string trouble;               // beside the model's own
  std::string stats;                 // of the engine, one JSON object; "" = none
  std::uint64_t sessions = 0, conflated = 0, uptime_s = 0;
};
std::string health_message(const Model& model, const HealthFacts& facts);

// Rows of a scope's members, beside what the model knows of them as single symbols.
std::string members_message(const Model& model, std::string_view scope, std::uint64_t event_time_ns, std::span<const MemberRow> members);

struct ReplayFacts {
  std::string_view state;  // loading, paused, playing, ended or failed
  std::string recording;
  std::uint64_t from_ms = 0, to_ms = 0, at_ms = 0;
  double speed = 1, progress = 0;
  std::string error;
};
std::string replay_message(const ReplayFacts& facts);

struct Mark {
  std::uint64_t ts_event_ns, eseq;
  std::string_view type;
  std::string scope;
};
std::string marks_message(const std::vector<Mark>& marks);

}  // namespace groundswell::console
