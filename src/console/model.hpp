// What a console knows of an engine: the newest number of every signal in every scope, the newest events, how its node is. A subscription
// fills it, or a fold of a recording; `groundswell top` draws it, `groundswell web` sends it. It has no clock of its own: whoever asks for
// an age says what time it is. Thread: one.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "groundswell/client/events.hpp"
#include "groundswell/universe.hpp"
#include "pipeline/outputs.hpp"

namespace groundswell::console {

struct Cell {
  Level level{};
  std::uint64_t ts_event_ns = 0;  // UTC; 0 = never told
  std::uint32_t session = 0;      // yyyymmdd
  Clock clock = Clock::kLive;
  std::uint64_t change = 0;  // Model::changes() when it was told

  bool told() const noexcept { return ts_event_ns != 0; }
};

struct Event {
  Edge edge;
  std::vector<Why> why;
  std::string type, scope, signal, trigger, subject;  // "" = none
  std::string json;                                   // the object of `tail --json`
  std::uint64_t number;                               // counts what this console was told, from 1
};

struct Operation {
  std::uint64_t time_ns;  // UTC
  char severity;          // I, W or E
  std::string component, text, node;
};

enum class ScopeKind : std::uint8_t { kBasket, kWave, kThesis, kSymbols };
struct ScopeInfo {
  std::string id, name;
  ScopeKind kind;
  std::optional<Wave> wave;  // of baskets and waves
};

class Model final : public client::Handler {
 public:
  static constexpr std::size_t kMostEvents = 5'000, kMostOperations = 200;

  // `names`: of the subscription or fold that fills it; outlives it, and may grow. The universe has the names of baskets and who is in
  // them; baskets that it does not have are shown by their ids.
  Model(const Universe& universe, const client::Names& names) : universe_(&universe), names_(&names) {}

  // What it knows now, for a display that stands still: whatever the other is told, and its names become. `names`: a copy of names(),
  // which outlives it.
  Model as_of_now(const client::Names& names) const {
    Model copy = *this;
    copy.names_ = &names;
    return copy;
  }

  void on_levels(const client::LevelsEvent& event) override;
  void on_edge(const client::EdgeEvent& event) override;
  void on_lost(const client::LostEvent& event) override;
  void on_state(client::State state) override { state_ = state; }
  void on_recording(std::uint64_t recording_id) override;
  void on_heartbeat(const client::HeartbeatEvent& heartbeat) override;
  void on_operation(const client::OperationEvent& operation) override;
  void on_trouble(const client::Error& error) override { trouble_ = error.message; }

  // Monotonic time of what is told next; the owner sets it before each poll.
  void set_time(std::int64_t now_ns) noexcept { now_ns_ = now_ns; }

  // Goes up with every batch of levels: Cell::change tells what is newer than a number seen before.
  std::uint64_t changes() const noexcept { return changes_; }
  // For a model that takes the place of another one: its numbers go on above those of that.
  void count_on_from(std::uint64_t changes, std::uint64_t beginnings, std::uint64_t events) noexcept;
  // Goes up when the cells begin anew: another recording, or another catalog.
  std::uint64_t beginnings() const noexcept { return beginnings_; }
  const client::Names& names() const noexcept { return *names_; }
  const Universe& universe() const noexcept { return *universe_; }
  std::vector<ScopeInfo> scopes() const;                          // by index of the catalog
  std::size_t scope_count() const noexcept { return scopes_; }    // of the cells, likewise
  std::size_t signal_count() const noexcept { return signals_; }  // one more than the highest index of the catalog

  // Of either clock the newest; of the same time that of the close. Not told: Cell::told() is false.
  const Cell& cell(std::uint16_t scope, std::uint16_t signal) const noexcept;
  const Cell& cell(std::string_view scope, std::string_view signal) const noexcept;
  // Numbers about single symbols, by symbol and signal.
  const std::map<std::pair<std::uint32_t, std::uint16_t>, Cell>& subjects() const noexcept { return subjects_; }
  const std::deque<Event>& events() const noexcept { return events_; }  // by Edge::eseq, in whatever order they were told
  std::uint64_t told_events() const noexcept { return told_events_; }   // Event::number of the newest
  const std::deque<Operation>& operations() const noexcept { return operations_; }

  std::uint64_t recording_id() const noexcept { return recording_id_; }
  std::uint64_t event_time_ns() const noexcept { return event_time_ns_; }  // UTC, of the newest number or heartbeat; 0 = none
  std::uint32_t session() const noexcept { return session_; }              // yyyymmdd; 0 = none
  client::State state() const noexcept { return state_; }
  const std::optional<client::HeartbeatEvent>& heartbeat() const noexcept { return heartbeat_; }
  std::int64_t heartbeat_at_ns() const noexcept { return heartbeat_at_ns_; }  // monotonic
  std::uint64_t lost_edges() const noexcept { return lost_edges_; }
  const std::string& trouble() const noexcept { return trouble_; }  // until the subscription is whole again; "" = none

 private:
  void begin_anew();
  void fit_catalog();
  const pipeline::EdgeNames& edge_names(const client::EdgeEvent& event);
  void take(Cell& cell, const client::LevelsEvent& event, const Level& level) const noexcept;

  const Universe* universe_;
  const client::Names* names_;
  std::vector<Cell> cells_;  // scope * signals_ + signal
  std::size_t scopes_ = 0, signals_ = 0;
  std::map<std::pair<std::uint32_t, std::uint16_t>, Cell> subjects_;
  std::deque<Event> events_;
  std::deque<Operation> operations_;
  pipeline::EdgeNames edge_names_;  // of the last event; copied from the catalog when that has grown
  std::uint64_t changes_ = 0, beginnings_ = 0, told_events_ = 0, recording_id_ = 0, event_time_ns_ = 0, lost_edges_ = 0;
  std::uint32_t session_ = 0;
  client::State state_ = client::State::kConnecting;
  std::optional<client::HeartbeatEvent> heartbeat_;
  std::int64_t now_ns_ = 0, heartbeat_at_ns_ = 0;
  std::string trouble_;
};

}  // namespace groundswell::console
