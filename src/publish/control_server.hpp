// The control service of a node: answers questions on a ROUTER (schemas/README.md, "Control"). What it says comes from a ControlSource;
// what it bounds is here: how much is answered in a turn, per second and peer, and in one answer, and how many may wait for a snapshot or
// for members.
// Whatever a peer sends is a counter and at most one small reply. What a role of the allow-list may ask is here too: a console no fills and
// no streams, and only an operator, or somebody on this machine, what the node counts.
//
// Thread: one.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "wire/control.hpp"

namespace groundswell::publish {

// What a node knows of its stream. Thread: the server's.
class ControlSource {
 public:
  struct Edges {
    wire::ReplyStatus status = wire::ReplyStatus::kOk;
    std::uint64_t oldest = 0;  // with kGapTooOld
    std::string text;
    std::vector<wire::EdgeBatch> batches;  // from the first asked on; may end early
  };
  virtual ~ControlSource() = default;
  virtual const Catalog& catalog() const = 0;
  virtual wire::Header header(std::uint16_t scope) const = 0;  // of an answer without edges
  virtual std::string stats() = 0;                             // one JSON object
  // Edges of a scope from a number on, up to a number, inclusive; a FillAnswer says how many.
  virtual Edges edges(std::uint16_t scope, std::uint64_t from, std::uint64_t to) = 0;
  // A question about a stream: stream, credit, cancel. False: this node has none.
  virtual bool stream(const std::string& /*peer*/, const wire::Request&) { return false; }
};

struct ControlOptions {
  std::string endpoint;
  std::string name;                               // of the node, for hello
  double requests_per_second = 100, burst = 200;  // of one peer: a snapshot counts as 20, a fill and members as 5; more is BUSY
};

struct ControlCounters {                                              // requests = answered + refused + waiting
  std::uint64_t requests = 0;                                         // everything that came
  std::array<std::uint64_t, wire::kRequestKindNames.size()> asked{};  // by kind, of those that are requests
  std::uint64_t answered = 0;
  std::array<std::uint64_t, wire::kReplyStatusNames.size()> refused{};  // by status; malformed ones as bad_request
  std::uint64_t malformed = 0;                                          // of refused: no request at all
  std::uint64_t ignored = 0;                                            // of refused: by a peer that sends garbage only, not replied to
  std::uint64_t unreachable = 0;                                        // replies to a peer that had gone, or did not read
  std::uint64_t replies = 0, bytes = 0;
  std::uint64_t snapshots = 0, edges = 0, members = 0;  // given out; of members answers
};

std::string json_of(const ControlCounters& counters);  // one object; for the stats of a node

// The edges of one answer to a fill: takes batches in the order of their numbers, joins those that belong together, and says when it is
// enough. Bounds: kMostEdges, kMostParts.
class FillAnswer {
 public:
  static constexpr std::size_t kMostEdges = 1'024, kMostParts = 65'536;  // parts: of all edges
  static constexpr std::size_t kEdgesPerChunk = 64, kPartsPerChunk = 1'024;
  FillAnswer(std::uint64_t from, std::uint64_t to) : next_(from), to_(to) {}
  // A batch with edge next() in it. False: nothing more is wanted.
  bool add(const wire::EdgeBatch& batch);
  bool is_full() const noexcept { return next_ > to_ || edges_ >= kMostEdges || parts_ >= kMostParts; }
  std::uint64_t next() const noexcept { return next_; }  // number
  std::vector<wire::EdgeBatch> take() { return std::move(batches_); }

 private:
  std::uint64_t next_, to_;
  std::size_t edges_ = 0, parts_ = 0, parts_in_last_ = 0;
  std::vector<wire::EdgeBatch> batches_;
};

class ControlServer {
 public:
  static constexpr std::size_t kRequestsPerTurn = 64;
  static constexpr std::size_t kMostPeers = 1'024;        // whose rates are remembered; beyond it the longest silent is forgotten
  static constexpr std::size_t kMostWaiting = 1'024;      // for a snapshot or members
  static constexpr std::size_t kLevelsPerChunk = 1'024;   // 32 KiB
  static constexpr std::size_t kMembersPerChunk = 1'024;  // 40 KiB
  static constexpr int kQueuedReplies = 512;              // of one peer: 16 MiB when all are full chunks
  static constexpr std::uint32_t kMalformedBeforeIgnored = 100;
  static constexpr std::int64_t kWaitNs = 1'500'000'000;  // for what has to be made first, then BUSY

  // Binds. The source outlives it. Errors: 64, 69, 77.
  static Result<ControlServer> open(net::Context& context, const ControlOptions& options, ControlSource& source);

  // Takes at most kRequestsPerTurn questions; returns how many came. `now_ns`: monotonic.
  std::size_t serve(std::int64_t now_ns, std::int64_t wall_ns);
  // Somebody waits for a snapshot that is taken from now on.
  bool snapshot_wanted() const noexcept { return !snapshot_begun_ && waits_for(wire::RequestKind::kSnapshot); }
  void begin_snapshot() noexcept;                                           // it is being taken: whoever asks later waits for another one
  void offer(const wire::WholeSnapshot& snapshot);                          // answers those who asked before it was begun
  void refuse_snapshot(wire::ReplyStatus status, const std::string& text);  // likewise
  // The same for members, scope by scope: those that somebody waits for and that are not being copied already.
  std::vector<std::uint16_t> begin_members();
  void offer_members(const wire::MemberBatch& members);  // of the scope in its header; answers those who asked before it was begun
  void refuse_members(std::uint16_t scope, wire::ReplyStatus status, const std::string& text);
  // A reply to a peer, encoded by anybody. False: it cannot be reached.
  bool reply(const std::string& peer, std::span<const std::byte> frame);
  void set_endpoint_name(std::string name) { options_.name = std::move(name); }

  net::Socket& socket() noexcept { return socket_; }
  const ControlCounters& counters() const noexcept { return counters_; }

 private:
  struct Peer {
    double tokens = 0;
    std::int64_t seen_ns = 0;
    std::uint32_t malformed = 0;
  };
  struct Waiting {
    std::string peer;
    std::uint64_t id;
    std::int64_t until_ns;
    wire::RequestKind kind;  // kSnapshot, kMembers
    int scope;               // -1: every one
    bool begun;
  };
  ControlServer(net::Socket socket, const ControlOptions& options, ControlSource& source)
      : socket_(std::move(socket)), options_(options), source_(&source) {}
  bool receive(std::string& peer, net::Frame& question, bool& whole);
  Peer& peer_of(const std::string& name, std::int64_t now_ns);
  void take(const std::string& peer, std::string_view user_id, std::span<const std::byte> question, std::int64_t now_ns,
            std::int64_t wall_ns);
  void answer(const std::string& peer, const wire::Request& request, std::int64_t now_ns);
  void answer_hello(const std::string& peer, const wire::Request& request);
  void answer_fill(const std::string& peer, const wire::Request& request);
  bool waits_for(wire::RequestKind kind) const noexcept;
  void wait(const std::string& peer, const wire::Request& request, std::int64_t now_ns);
  // Those of a kind, and of a scope unless it is nullptr, whose answer was begun: each is given to `reply`, and waits no more.
  template <class Reply>
  void answer_begun(wire::RequestKind kind, const std::uint16_t* scope, Reply&& reply);
  void cancel(const std::string& peer, const wire::Request& request);
  void send_snapshot(const Waiting& to, const wire::WholeSnapshot& snapshot);
  void send_members(const Waiting& to, const wire::MemberBatch& members);
  void expire(std::int64_t now_ns);
  void refuse(const std::string& peer, std::uint64_t id, wire::ReplyStatus status, std::string text, std::uint64_t oldest = 0);
  int scope_of(const std::string& name, std::string& text) const;  // -1: none, and then what to say

  net::Socket socket_;
  ControlOptions options_;
  ControlSource* source_;
  std::map<std::string, Peer> peers_;
  std::vector<Waiting> waiting_;
  bool snapshot_begun_ = false;
  std::unique_ptr<wire::NodeCodec> codec_ = std::make_unique<wire::NodeCodec>();
  ControlCounters counters_;
};

}  // namespace groundswell::publish
