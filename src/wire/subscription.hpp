// What a subscriber of a node's stream has to keep in mind, as a machine without sockets, threads or clock: joins late without a gap, sees
// by the numbers what it missed, asks for it, and passes everything on once and in order. Around it stands whoever owns the sockets: what
// is published goes into hear(), answers into hear_reply(), and what request() gives is sent to the node's control service. The same
// machine takes a broadcast (SUB), or the messages of a credit stream.
//
//   join    a heartbeat and the catalog -> snapshot -> its levels and trigger states -> what was published since, without what it holds
//   edges   a number that jumps, also in a heartbeat: fill; later ones wait. What nobody has any more is told as lost
//   levels  a number that jumps: snapshot of the scope; later ones wait
//   another recording id: everything is forgotten, and it joins anew
//
// Bounds: kMostHeldEdges and kMostHeldLevels batches wait; what comes on top is left out and asked for again. One open question per scope.
// Thread: one.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/control.hpp"

namespace groundswell::wire {

// Called within hear(), hear_reply() and clock(); spans and references are valid during the call. Scopes are indices of the catalog.
class SubscriptionSink {
 public:
  virtual ~SubscriptionSink() = default;
  virtual void on_recording(std::uint64_t /*recording_id*/) {}  // everything before it is void
  virtual void on_heartbeat(const Heartbeat&) {}
  virtual void on_catalog(const Catalog&) {}
  virtual void on_snapshot(const Snapshot&) {}  // positions and trigger states of the scopes in it; their levels follow
  // In the order of their numbers. `full`: all levels of the scope on that clock, in one batch or several, the last with `last`.
  virtual void on_levels(const LevelBatch&) {}
  // Without a gap, without a copy. `message`: the flat message when it came as it is, else empty. `past`: from before the join, asked for
  // by SubscriptionOptions::past_edges.
  virtual void on_edges(const EdgeBatch&, std::span<const std::byte> /*message*/, bool /*past*/) {}
  virtual void on_lost(std::uint16_t /*scope*/, std::uint64_t /*from_scope_seq*/, std::uint64_t /*to_scope_seq*/) {}
  virtual void on_operation(const Operation&) {}
  // Something of another universe than main, as it was published: of it no numbers are watched and nothing is asked for.
  virtual void on_other(std::string_view /*topic*/, std::span<const std::byte> /*message*/) {}
};

struct SubscriptionOptions {
  bool edges = true, levels = true;  // what is subscribed to; for the rest no number is watched
  std::vector<std::string> scopes;   // names; empty = every scope
  std::uint64_t past_edges = 0;      // of each scope, from before the join, as far as the node has them
  // To go on where an earlier subscription of the same recording stood: the edges since come first. Rows of wanted scopes are looked at.
  std::uint64_t recording_id = 0;
  std::vector<NextNumbers> resume;
};

struct SubscriptionCounters {
  std::uint64_t edges = 0, levels = 0;  // edges and level batches passed on
  std::uint64_t duplicate_edges = 0, old_levels = 0;
  std::uint64_t filled_edges = 0;  // of `edges`, by answers
  std::uint64_t lost_edges = 0;
  std::uint64_t snapshots_asked = 0, fills_asked = 0, put_off = 0, unanswered = 0;
  std::uint64_t refused = 0;   // messages and answers that are none, or to nothing that was asked
  std::uint64_t left_out = 0;  // batches for which there was no room to wait
  std::uint64_t recordings = 0;
};

class Subscription {
 public:
  static constexpr std::size_t kMostHeldEdges = 65'536;
  static constexpr std::size_t kMostHeldLevels = 4'096;
  static constexpr std::int64_t kAnswerWithinNs = 2'000'000'000;
  static constexpr std::int64_t kAskAgainNs = 200'000'000;

  Subscription(SubscriptionSink& sink, SubscriptionOptions options);  // the sink outlives it

  // `now_ns`: monotonic, never smaller than before.
  void hear(std::string_view topic, std::span<const std::byte> message, std::int64_t now_ns);  // something published
  void hear_reply(std::span<const std::byte> frame, std::int64_t now_ns);                      // from the control service
  void clock(std::int64_t now_ns);  // now and then: what is overdue is asked again
  // The next question to send; valid until the next call. False: none.
  bool request(std::span<const std::byte>& frame);
  // What was asked is void: the control service is asked anew. For a socket that was opened again.
  void forget_questions() noexcept;

  bool is_joined() const noexcept { return joined_; }
  bool is_whole() const noexcept;  // joined, and nothing is asked for or waits
  std::uint64_t recording_id() const noexcept { return recording_id_; }
  const std::optional<Catalog>& catalog() const noexcept { return catalog_; }
  std::vector<NextNumbers> positions() const;  // of the wanted scopes: what to resume from
  const SubscriptionCounters& counters() const noexcept { return counters_; }

 private:
  struct HeldEdges {
    EdgeBatch batch;
    std::vector<std::byte> message;
  };
  struct Scope {
    bool wanted = false;
    std::uint64_t next_edge = 0;  // scope_seq; 0 = not known yet
    std::uint64_t edges_end = 0;  // there are edges up to here, exclusive
    std::uint64_t joined_at = 0;  // the position of the join: an edge below it is of the past, unless resumed
    bool resumed = false;
    std::map<std::uint64_t, HeldEdges> held_edges;  // by number of the first
    std::int64_t fill_at_ns = 0;                    // not before
    std::uint64_t next_level = 0;
    std::uint64_t levels_end = 0;  // there are level batches up to here, exclusive
    bool levels_missing = false;   // a snapshot of the scope is needed
    std::deque<OwnedLevels> held_levels;
    std::int64_t snapshot_at_ns = 0;
  };
  struct Question {
    std::uint64_t id = 0;
    RequestKind kind = RequestKind::kCatalog;
    std::size_t scope = 0;  // kEveryScope: the join
    std::int64_t until_ns = 0;
    std::uint32_t next_chunk = 0;
    SnapshotParts snapshot;
    bool brought_something = false;
  };
  static constexpr std::size_t kEveryScope = ~std::size_t{0};

  void take(const Heartbeat& heartbeat);
  void take(const Catalog& catalog, std::uint64_t hash);
  void take(const LevelBatch& batch);
  void take(EdgeBatch& batch, std::span<const std::byte> message, bool filled);
  void begin_recording(std::uint64_t recording_id);
  void pass_levels(Scope& scope, const LevelBatch& batch);
  void pass_edges(Scope& scope, EdgeBatch& batch, std::span<const std::byte> message);
  void hold(Scope& scope, const LevelBatch& batch);
  void drain_levels(Scope& scope);
  void drain_edges(Scope& scope);
  void give_up_edges(std::size_t index, std::uint64_t next);
  Verdict take_chunk(Question& question, const ReplyHead& head, std::span<const std::byte> frame);
  void finish(Question& question);
  void join(Question& question);
  void refused(const Question& question, const ReplyHead& head, std::int64_t now_ns);
  void ask_what_is_missing(std::int64_t now_ns);
  void ask(RequestKind kind, std::size_t scope, std::uint64_t from, std::uint64_t to, std::int64_t now_ns);
  bool is_open(RequestKind kind, std::size_t scope) const noexcept;
  Scope* wanted(const Header& header) noexcept;
  void look_for_missing_levels(Scope& scope) const noexcept {
    if (scope.next_level < scope.levels_end) scope.levels_missing = options_.levels;
  }
  bool edges_missing(const Scope& scope) const noexcept { return scope.next_edge != 0 && scope.next_edge < scope.edges_end; }

  SubscriptionSink& sink_;
  SubscriptionOptions options_;
  std::uint64_t recording_id_ = 0;
  std::optional<Catalog> catalog_;
  std::uint64_t catalog_hash_ = 0, wanted_catalog_hash_ = 0;
  std::vector<Scope> scopes_;
  std::size_t edges_held_ = 0, levels_held_ = 0;
  bool joined_ = false;
  std::int64_t join_at_ns_ = 0, catalog_at_ns_ = 0;
  std::vector<Question> questions_;
  std::uint64_t next_id_ = 1;
  std::deque<std::vector<std::byte>> outgoing_;
  std::vector<std::byte> sent_;
  std::unique_ptr<SignalCodec> signals_ = std::make_unique<SignalCodec>();
  std::unique_ptr<NodeCodec> codec_ = std::make_unique<NodeCodec>();
  SubscriptionCounters counters_;
};

}  // namespace groundswell::wire
