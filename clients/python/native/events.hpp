// What a playback says, kept until Python wants it, and made into the classes of groundswell.events.
#pragma once

#include <nanobind/nanobind.h>

#include <deque>
#include <optional>
#include <variant>

#include "playback.hpp"

namespace groundswell::python {

struct KeptEdge {
  Edge edge;
  std::uint64_t config_hash;
  std::vector<Why> why;
};
struct KeptLevels {
  std::uint16_t scope;
  std::uint32_t session;
  std::uint64_t ts_event_ns, cause_jseq, level_seq;
  Clock clock;
  std::vector<Level> levels;
};
using KeptEvent = std::variant<KeptEdge, KeptLevels>;
std::uint64_t cause_jseq(const KeptEvent& event) noexcept;
std::uint64_t event_time_ns(const KeptEvent& event) noexcept;

struct EventFilter {
  bool edges = true, levels = true;
  Windows windows;
  std::vector<std::string> scopes, types, signals;  // none = all; `signals`: of levels, and of edges that have one
  std::optional<Clock> clock;                       // of levels
};

// Keeps what the filter wants.
class Keeper final : public client::Handler {
 public:
  // `playback`: what will call it, and outlives it. Throws Failure: kOption, a name that there is not.
  Keeper(const Playback& playback, EventFilter filter);
  std::deque<KeptEvent> kept;

 private:
  void on_edge(const client::EdgeEvent& event) override;
  void on_levels(const client::LevelsEvent& event) override;
  EventFilter filter_;
  Wanted scopes_, types_, signals_;
  const client::Names* names_;
};

// Makes Python objects. With Python's lock.
class EventMaker {
 public:
  explicit EventMaker(std::uint64_t recording_id);
  nanobind::object make(const KeptEvent& event, const client::Names& names) const;

 private:
  nanobind::object make_edge(const KeptEdge& kept, const client::Names& names) const;
  nanobind::object make_levels(const KeptLevels& kept, const client::Names& names) const;
  std::uint64_t recording_id_;
  nanobind::object edge_, why_, levels_, level_;       // classes
  std::vector<nanobind::object> validities_, clocks_;  // members by number
};

}  // namespace groundswell::python
