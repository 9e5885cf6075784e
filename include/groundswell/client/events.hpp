// What comes out of a subscription, a recording and a fold, with its names, and who takes it. Views: all of it is valid during the call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "groundswell/catalog.hpp"
#include "groundswell/client/error.hpp"
#include "groundswell/member_row.hpp"
#include "groundswell/value.hpp"

namespace groundswell::client {

// Names of the small numbers. Symbols and condition sets grow; nothing is ever renumbered within a recording. "" = there is none.
class Names {
 public:
  Names() = default;
  explicit Names(Catalog catalog);
  const Catalog& catalog() const noexcept { return catalog_; }
  std::string_view scope(std::uint16_t index) const noexcept;
  std::string_view symbol(std::uint32_t index) const noexcept;
  std::string_view signal(std::uint16_t index) const noexcept;
  std::string_view trigger(std::uint16_t index) const noexcept;
  static constexpr std::uint16_t kNone = 0xffff;
  std::uint16_t signal_index(std::string_view id) const noexcept;   // kNone: no such signal
  std::uint16_t scope_index(std::string_view name) const noexcept;  // kNone: no such scope

 private:
  Catalog catalog_;
  std::vector<std::uint32_t> signal_rows_;  // by index
};

struct EdgeEvent {
  const Edge& edge;          // numbers, value, threshold, direction, validity, flags
  std::span<const Why> why;  // members' parts, the largest first; their deltas sum to the scope's change
  std::uint64_t recording_id;
  std::uint64_t config_hash;
  std::string_view universe;  // main
  std::string_view type;      // e.g. THRUST
  std::string_view scope;     // e.g. gpu_accelerators, wave:compute, thesis
  std::string_view signal;    // "" when the type has none
  std::string_view trigger;   // likewise
  std::string_view subject;   // symbol of a member's edge, else ""
  bool past;                  // from before the join, asked for by SubscriberOptions::past_edges
};

struct LevelsEvent {  // of one scope, at one step or commit
  std::string_view universe, scope;
  std::uint16_t scope_index;
  std::uint32_t session;      // New York trade date, yyyymmdd
  std::uint64_t ts_event_ns;  // UTC
  std::uint64_t cause_jseq;   // record that they follow from
  std::uint64_t level_seq;
  std::uint64_t recording_id;
  Clock clock;
  bool full;  // true: all levels of the scope on this clock, as they stand (a snapshot, or a conflated stream); false: those that changed
  std::span<const Level> levels;  // Level::signal: Names::signal(); Level::subject: a symbol, in scope `symbols`
};

enum class State : std::uint8_t {
  kConnecting,  // nothing heard yet
  kJoining,     // heartbeats come, the snapshot has not
  kLive,        // whole: nothing that was published until the last heartbeat is missing
  kRepairing,   // something is missing and was asked for
  kStale,       // no heartbeat for a second: nobody knows what is true now
};

enum class Mode : std::uint8_t { kLive, kReplay, kSimulated };
enum class NodeState : std::uint8_t { kStarting, kRunning, kDegraded, kStopping };

struct HeartbeatEvent {
  std::uint64_t recording_id;
  std::uint64_t started_ns;                 // UTC, of the process
  std::uint64_t send_ns;                    // UTC
  std::uint64_t event_time_ns;              // UTC; 0 = none yet
  std::uint64_t written_jseq, synced_jseq;  // records that outlive the process, the machine
  NodeState state;
  Mode mode;
};

enum class TriggerPhase : std::uint8_t { kUnprimed, kOff, kOn };
struct TriggerEvent {  // a trigger in a scope, as a snapshot has it
  std::string_view trigger, scope, subject;
  TriggerPhase phase;
  bool present;  // whether `value` is a number
  double value;  // the last one it saw
  std::uint64_t since_ns;
};

struct LostEvent {
  std::string_view scope;
  std::uint64_t from_scope_seq, to_scope_seq;  // inclusive
  Error error;                                 // kTooOld
};

// The answer to Subscriber::ask_members(): one for each scope that was asked for.
struct MembersEvent {
  std::string_view universe, scope;
  std::uint64_t recording_id;
  std::uint32_t session;        // New York trade date, yyyymmdd; 0 before the first
  std::uint64_t jseq;           // the last record that the engine had applied: all rows are of that moment
  std::uint64_t event_time_ns;  // UTC, event time at that record; 0 = none yet
  // Of the session's roster, by rising MemberRow::symbol (Names::symbol()). None: scope `symbols`, or a basket that is gone.
  std::span<const MemberRow> members;
  std::optional<Error> error;  // why there is no answer, and then nothing else is set but `scope`: kUnknownScope, kOtherVersion, kNoAnswer
};

struct OperationEvent {
  std::uint64_t number, time_ns;  // of the node since its start; UTC
  char severity;                  // I, W or E
  std::string_view component, text, node;
};

class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_edge(const EdgeEvent&) {}
  virtual void on_levels(const LevelsEvent&) {}
  virtual void on_trigger(const TriggerEvent&) {}
  virtual void on_lost(const LostEvent&) {}
  virtual void on_state(State) {}
  virtual void on_recording(std::uint64_t /*recording_id*/) {}  // forget everything that came before
  virtual void on_heartbeat(const HeartbeatEvent&) {}
  virtual void on_members(const MembersEvent&) {}
  virtual void on_operation(const OperationEvent&) {}
  virtual void on_trouble(const Error&) {}  // what does not end the subscription: kNoAnswer; told once per spell
};

}  // namespace groundswell::client
