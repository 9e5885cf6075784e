// Questions to a node, that is an engine or a relay, and its answers: DEALER to ROUTER, a frame per message; an answer comes in chunks,
// each a frame. Which body a reply has follows from what was asked: schemas/README.md, "Control".
// Nothing here throws; what comes from a peer is judged by a verdict.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "groundswell/member_row.hpp"
#include "wire/codec.hpp"

namespace groundswell::wire {

inline constexpr std::size_t kMaxSignalBytes = std::size_t{1} << 20;  // a published message, a catalog of thousands of symbols
inline constexpr std::size_t kMaxReplyBytes = kMaxSignalBytes + (std::size_t{64} << 10);  // of a node
inline constexpr std::size_t kMaxStreamTopics = 32;                                       // of one stream

enum class RequestKind : std::uint8_t {
  kHello,
  kSnapshot,
  kFill,
  kTickFill,
  kReplay,
  kCatalog,
  kStats,
  kCancel,
  kStream,
  kCredit,
  kMembers
};
inline constexpr std::array<std::string_view, 11> kRequestKindNames{"hello", "snapshot", "fill",   "tick_fill", "replay", "catalog",
                                                                    "stats", "cancel",   "stream", "credit",    "members"};

struct Request {
  std::uint64_t id = 0;           // the asker's own number, repeated in every chunk
  std::uint64_t deadline_ns = 0;  // UTC, after which an answer is of no use; 0 = none
  RequestKind kind = RequestKind::kHello;
  std::string text;                 // hello: name and version of the asker
  std::string universe, scope;      // snapshot, fill, members: names in the catalog; snapshot: "" = every scope
  std::uint64_t from = 0;           // fill: first scope_seq wanted
  std::uint64_t to = 0;             // fill: last one wanted, inclusive
  std::uint64_t target = 0;         // cancel, credit: id of the request that is meant
  std::uint32_t credit = 0;         // stream, credit: replies that may be sent
  std::vector<std::string> topics;  // stream: prefixes
  friend bool operator==(const Request&, const Request&) = default;
};

struct ReplyHead {
  std::uint64_t id = 0;
  ReplyStatus status = ReplyStatus::kOk;
  bool more = false;         // another chunk follows
  std::uint32_t chunk = 0;   // from 0
  std::uint64_t oldest = 0;  // with kGapTooOld: the oldest number that is still held
  std::string text;          // for people, or the text that was asked for
  friend bool operator==(const ReplyHead&, const ReplyHead&) = default;
};

enum class TriggerPhase : std::uint8_t { kUnprimed, kOff, kOn };
inline constexpr std::array<std::string_view, 3> kTriggerPhaseNames{"unprimed", "off", "on"};

struct TriggerState {  // of one trigger in one scope
  std::uint16_t trigger = 0, scope = 0, universe = 0;
  TriggerPhase phase = TriggerPhase::kUnprimed;
  bool present = false;  // whether `value` is a number
  std::uint32_t subject = kNoSubject;
  std::uint64_t since_ns = 0;  // what would change it has held since; 0 = it does not hold
  double value = 0.0;          // the last one it saw; 0 when not present
  friend bool operator==(const TriggerState&, const TriggerState&) = default;
};

struct Snapshot {  // the first chunk; its levels follow
  Header header;
  std::uint64_t jseq = 0;
  std::uint64_t event_time_ns = 0;
  std::vector<NextNumbers> positions;
  std::vector<TriggerState> triggers;
};

struct OwnedLevels {
  LevelBatch batch;
  std::vector<Level> levels;  // batch.levels is these
  explicit OwnedLevels(const LevelBatch& from) : batch(from), levels(from.levels.begin(), from.levels.end()) { batch.levels = levels; }
  OwnedLevels(const OwnedLevels& other) : OwnedLevels(other.batch) {}
  OwnedLevels(OwnedLevels&&) = default;  // a moved vector keeps its elements where they are
  OwnedLevels& operator=(const OwnedLevels& other) { return *this = OwnedLevels(other); }
  OwnedLevels& operator=(OwnedLevels&&) = default;
};
struct WholeSnapshot {  // all chunks
  Snapshot head;
  std::vector<OwnedLevels> levels;
};

struct MemberBatch {  // a chunk, or all of them
  Header header;
  std::uint64_t jseq = 0;
  std::uint64_t event_time_ns = 0;
  std::vector<MemberRow> members;  // rising by symbol
};

struct StreamMessage {
  std::string_view topic;              // when decoded: valid until the next decode
  std::span<const std::byte> message;  // likewise
};
struct StreamBatch {
  std::uint64_t seq = 0, last_seq = 0, conflated = 0, dropped = 0, lag_ns = 0;
  std::vector<StreamMessage> messages;
};

// Encodes and decodes. One per thread; an encoded span is valid until the next encode. A request over kMaxRequestBytes or a reply over
// kMaxReplyBytes is kOversized. A request of a kind that this version has no name for is kUnknownKind, and then out.id is what to answer
// to. Else a refused message leaves `out` alone.
class NodeCodec {
 public:
  static constexpr std::size_t kMaxTextBytes = 512 << 10;  // longer ones are cut
  NodeCodec();
  ~NodeCodec();
  std::span<const std::byte> encode(const Request& request);
  std::span<const std::byte> encode(const ReplyHead& head);
  std::span<const std::byte> encode(const ReplyHead& head, const Snapshot& body);
  std::span<const std::byte> encode(const ReplyHead& head, const LevelBatch& body);
  std::span<const std::byte> encode(const ReplyHead& head, const EdgeBatch& body);
  std::span<const std::byte> encode(const ReplyHead& head, const Catalog& body);
  std::span<const std::byte> encode(const ReplyHead& head, const StreamBatch& body);
  std::span<const std::byte> encode(const ReplyHead& head, const MemberBatch& body);
  Verdict decode(std::span<const std::byte> frame, Request& out);
  Verdict decode(std::span<const std::byte> frame, ReplyHead& out);  // whatever its body is
  Verdict decode_body(std::span<const std::byte> frame, Snapshot& out);
  Verdict decode_body(std::span<const std::byte> frame, LevelBatch& out);  // out.levels: valid until the next decode
  Verdict decode_body(std::span<const std::byte> frame, EdgeBatch& out);
  Verdict decode_body(std::span<const std::byte> frame, Catalog& out);
  Verdict decode_body(std::span<const std::byte> frame, StreamBatch& out);
  Verdict decode_body(std::span<const std::byte> frame, MemberBatch& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Collects the chunks of a snapshot's answer.
class SnapshotParts {
 public:
  static constexpr std::size_t kMostLevels = std::size_t{1} << 20;  // 32 MiB; a snapshot with more is kOversized
  Verdict take(const ReplyHead& head, std::span<const std::byte> frame, NodeCodec& codec);
  const WholeSnapshot& whole() const noexcept { return whole_; }  // once the chunk without `more` was taken

 private:
  WholeSnapshot whole_;
  std::size_t level_count_ = 0;
};

// Collects the chunks of an answer about members, which are all of the same scope and record.
class MemberParts {
 public:
  static constexpr std::size_t kMostMembers = std::size_t{1} << 17;  // 6 MiB; an answer with more is kOversized
  Verdict take(const ReplyHead& head, std::span<const std::byte> frame, NodeCodec& codec);
  const MemberBatch& whole() const noexcept { return whole_; }  // once the chunk without `more` was taken

 private:
  MemberBatch whole_;
};

// Where a node that publishes at `publish_endpoint` answers, unless it is told otherwise: tcp://HOST:5556 -> tcp://HOST:5557 (a wildcard
// port stays one), ipc://PATH -> ipc://PATH.control, inproc://NAME -> inproc://NAME.control.
std::string control_endpoint_of(const std::string& publish_endpoint);

}  // namespace groundswell::wire
