// A subscription to a node, that is an engine or a relay: joins at any moment, passes on every edge once and in order, knows what it missed
// and gets it back.
//
//   join      what is published is kept back until a snapshot has come: its levels and trigger states, then what was published since
//   edges     a number that jumps, also in a heartbeat, is asked for again; what nobody holds any more is told (on_lost)
//   levels    a number that jumps: snapshot of the scope
//   restart   of the node: nothing is lost. Another recording: everything is forgotten (on_recording), and it joins anew
//   silence   1 s without a heartbeat: stale; 3 s: the connection is made anew, after a random part of a second
//
// Thread: one; it opens, polls and destroys. The handler is called within poll() and run() only. What a handler is given is valid during
// the call. A handler must not throw. Any number of subscribers may live in a process.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "groundswell/client/error.hpp"
#include "groundswell/client/events.hpp"

namespace groundswell::client {

enum class Policy : std::uint8_t {
  kBroadcast,  // the common stream: whoever is too slow for it loses, and repairs by numbers
  kLossless,   // a queue of its own at the relay: levels conflate, edges wait. An engine has none: then as broadcast
};

struct Position {  // in one scope
  std::string scope;
  std::uint16_t scope_index = 0;
  std::uint64_t scope_seq = 0;  // of the next edge
};

struct SubscriberOptions {
  std::string endpoint = "tcp://127.0.0.1:5556";  // where signals are published
  std::string control;                            // where the node answers; "" = the next TCP port, or PATH.control
  std::string server_key;                         // public key that the node must prove; "" = plain
  std::string key_file;                           // our own pair (groundswell keygen); needed with server_key
  std::vector<std::string> scopes;                // names; empty = every scope
  std::vector<std::string> types;                 // of edges, e.g. THRUST; empty = every type
  std::vector<std::string> signals;               // of levels, e.g. ad_pct; empty = every signal
  bool edges = true, levels = true;
  bool operations = false;  // what the node tells its operators
  bool any_mode = false;    // false: whatever is not live ends the subscription (kNotLive)
  Policy policy = Policy::kBroadcast;
  std::uint64_t past_edges = 0;  // per scope, from before the join, as far as they are held
  // To go on where an earlier subscription to the same recording ended: the edges since come first, not marked as past.
  std::uint64_t recording_id = 0;
  std::vector<Position> resume;
};

struct SubscriberCounters {
  std::uint64_t edges = 0, level_batches = 0;  // passed on, before the filters of types and signals
  std::uint64_t duplicate_edges = 0;           // dropped: seen already
  std::uint64_t filled_edges = 0;              // of `edges`: asked for again
  std::uint64_t lost_edges = 0;
  std::uint64_t snapshots = 0, fills = 0;  // asked for
  std::uint64_t refused = 0;               // messages that were none
  std::uint64_t reconnects = 0;
  std::uint64_t conflated = 0;  // levels, by the relay; kLossless only
  std::uint64_t recordings = 0;
};

class Subscriber {
 public:
  // Connects whether or not anybody is there. Errors: kOption, kEndpoint, kKeyFile, kUnknownType.
  static Result<Subscriber> open(const SubscriberOptions& options);
  Subscriber(Subscriber&&) noexcept;
  Subscriber& operator=(Subscriber&&) noexcept;
  ~Subscriber();

  // Waits up to `wait_ms` for something, then passes on all that has come (at most 1,000 messages). Returns whether anything had come. Call
  // it at least ten times a second. Errors, after which the subscription is over: kKeyRefused, kKeyWanted, kServerKey, kNotLive,
  // kOtherVersion, kUnknownScope, kUnknownSignal; open another one when the reason is gone.
  Result<bool> poll(Handler& handler, int wait_ms);
  // Polls until `stop`, which may be set by the handler, another thread or a signal handler; or the first error.
  Result<bool> run(Handler& handler, const std::atomic<bool>& stop);

  // The members of a basket, a wave or the thesis as they stand: asked for with the next poll(), answered by one Handler::on_members within
  // three seconds, which says why if it cannot be answered. A scope that is being asked for is not asked for again. The node counts it as
  // five questions, of at least a hundred a second; a console asks once a second.
  void ask_members(std::string_view scope);

  State state() const noexcept;
  std::uint64_t recording_id() const noexcept;  // 0 before the first heartbeat
  const Names& names() const noexcept;          // empty before the first catalog
  std::vector<Position> positions() const;      // for SubscriberOptions::resume
  SubscriberCounters counters() const noexcept;

 private:
  struct Impl;
  explicit Subscriber(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::client
